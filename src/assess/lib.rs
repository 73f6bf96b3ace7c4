//! Facts to scores, grades, ranks and compensation, with the evidence.

mod articles;
mod compensation;
mod detectors;
mod encoding;
mod explain;
mod explain_money;
#[cfg(test)]
mod fixture;
mod heads;
mod lint;
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
pub mod missing;
pub mod month;
pub mod network;
pub mod pack_test;
pub mod prior;
pub mod raise;
pub mod schema;
pub mod settlement;
pub mod shapley;
pub mod year_end;
pub mod year_so_far;

pub use assessment::{
    Assessment, DepartmentResult, IndicatorResult, Note, Score, Standing, Status,
};
pub use awards::{
    Award, Awards, ClaimShare, Clawback, Component, Deduction, Outcome, Pot, PotLine, PotTotal,
};
pub use comparison::{Comparison, DepartmentChange, PotChange, Side};
pub use compensation::Means;
pub use error::AssessError;
pub use exact::{Exact, Shown};
pub use explanation::{Explanation, Node, NodeKind};
pub use faults::RuleFault;
pub use lint::lint;
pub use missing::Missing;
pub use month::{Month, Prepared, assess};
pub use network::Network;
pub use pack_test::{CaseResult, Difference, run_pack_tests};
pub use prior::Prior;
pub use raise::{Case, Raise};
pub use schema::schema;
pub use year_so_far::YearSoFar;
