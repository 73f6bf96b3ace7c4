//! The vocabulary of Hengxiang: money in fen, ids, jurisdictions and departments, the catalogue,
//! periods, the working-day calendar, facts and diagnostics.
//!
//! What is absent here on purpose: IO, clocks, floats, serde. Everything is a plain value.

pub mod calendar;
pub mod canon;
pub mod catalogue;
pub mod decimal;
pub mod decimal_text;
pub mod department;
pub mod diagnostic;
pub mod facts;
pub mod ids;
pub mod jurisdiction;
pub mod money;
pub mod period;
pub mod rounding;
pub mod succession;
pub mod uscc;

pub use calendar::{CalendarError, WorkdayCalendar};
pub use catalogue::{Resource, ResourceCheck, ShareType, UpdateCycle};
pub use decimal::{Decimal4, NotDecimal4};
pub use decimal_text::DecimalText;
pub use department::{Department, DepartmentGroup, Registry, RegistryError};
pub use diagnostic::{Diagnostic, Place, Severity};
pub use facts::Facts;
pub use ids::{
    AppealId, ClaimId, DepartmentId, JurisdictionCode, OrderId, PackRef, ResourceCode, RunId,
};
pub use jurisdiction::{Jurisdiction, JurisdictionTree, Level, Relation};
pub use money::{Fen, MoneyError};
pub use period::{DateRange, Period, PeriodError};
pub use rounding::{Rounding, div_round};
