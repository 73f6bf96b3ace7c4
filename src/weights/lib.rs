//! Importance weights: AHP (层次分析法), entropy (熵权法) and CRITIC, every printed digit proven.
//!
//! Numbers are exact rationals. Where a method needs a root, a logarithm or an eigenvector, it is
//! enclosed between two decimals, ever narrower until the digits in between are certain; so a
//! result is the same on every machine. Absent on purpose: floats, IO, clocks.
//!
//! Entropy and CRITIC weights follow the data they are computed from: a department can move them,
//! and months weighted by different data cannot be compared. They advise; a pack freezes a result
//! for whole years.

pub mod ahp;
pub mod comparison;
pub mod consistency;
pub mod critic;
pub mod enclosure;
pub mod entropy;
pub mod error;
pub mod number;
pub mod observations;

pub use ahp::{Ahp, Solver, ahp};
pub use comparison::{Comparison, ComparisonFault};
pub use consistency::{Consistency, Outlier};
pub use critic::{Critic, critic};
pub use entropy::{Entropy, Scaling, entropy};
pub use error::WeightsError;
pub use number::Number;
pub use observations::{Degenerate, Observations};

#[cfg(test)]
mod tests;
