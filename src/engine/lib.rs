//! The rule language: TOML packs and SQL expressions to exact columnar evaluation.
//!
//! [`pack::load`] reads a folder of TOML into a [`pack::Pack`] or into diagnostics; [`plan::Plan`]
//! picks what is in force in a period and evaluates it over a [`frame::Frame`]; [`trace`] shows how
//! one value came about. Absent on purpose: departments, money flows, IO, clocks, floats.

pub mod calendar_file;
pub mod coverage;
mod eval;
pub mod evaluation;
pub mod exact;
pub mod fault;
pub mod formula;
pub mod frame;
pub mod lint;
pub mod pack;
pub mod pack_test;
pub mod plan;
#[cfg(any(test, feature = "reference"))]
pub mod reference;
#[cfg(any(test, feature = "reference"))]
pub mod sample;
pub mod schema;
pub mod sql;
pub mod table;
pub mod trace;

pub use evaluation::{Cell, Cells, Evaluation, IndicatorColumn, Status, Value};
pub use exact::{Exact, Quantity};
pub use fault::{Fault, FaultKind};
pub use frame::{
    ColumnData, Datum, Frame, FrameError, FrameTable, Numbers, RowBuilder, TextColumn, Values,
};
pub use lint::{Conventions, Linted, Proved, lint};
pub use pack::{Loaded, Pack, PackFiles};
pub use pack_test::PackTest;
pub use plan::{Bound, Plan};
pub use schema::{Column, Schema, TableSchema, Type, Unit};
pub use trace::{RowShare, Trace};

#[cfg(test)]
mod tests;
