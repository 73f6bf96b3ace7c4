//! Facts to scores, grades, ranks and compensation, with the evidence.

mod articles;
mod compensation;
mod detectors;
mod encoding;
mod explain;
#[cfg(test)]
mod fixture;
mod heads;
mod rank;
mod scoring;
mod sql;

pub mod allocate;
pub mod assessment;
pub mod awards;
pub mod comparison;
pub mod coverage;
pub mod error;
pub mod exact;
pub mod explanation;
pub mod faults;
pub mod frame;
pub mod month;
pub mod network;
pub mod pack_test;
pub mod prior;
pub mod raise;
pub mod schema;

pub use assessment::{
    Assessment, DepartmentResult, IndicatorResult, Note, Score, Standing, Status,
};
pub use awards::{Award, Awards, Component, Outcome, Pot, PotLine, PotTotal};
pub use comparison::{Comparison, DepartmentChange, PotChange, Side};
pub use error::AssessError;
pub use exact::{Exact, Shown};
pub use explanation::{Explanation, Node, NodeKind};
pub use faults::RuleFault;
pub use month::{Month, Prepared, assess};
pub use network::Network;
pub use pack_test::{CaseResult, Difference, run_pack_tests};
pub use prior::Prior;
pub use raise::Raise;
pub use schema::schema;
