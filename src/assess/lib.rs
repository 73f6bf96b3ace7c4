//! Facts to scores, grades, ranks and compensation, with the evidence.

mod encoding;

pub mod allocate;
pub mod assessment;
pub mod awards;
pub mod exact;
pub mod explanation;
pub mod prior;

pub use assessment::{
    Assessment, DepartmentResult, IndicatorResult, Note, Score, Standing, Status,
};
pub use awards::{Award, Awards, Component, Outcome, Pot, PotLine, PotTotal};
pub use exact::{Exact, Shown};
pub use explanation::{Explanation, Node, NodeKind};
pub use prior::Prior;
