//! Importance weights from the files of those who judge or measure: a judgement matrix for AHP, a
//! data table for entropy and CRITIC.

mod block;
mod grid;

use std::path::Path;

use weights::number::{DECIMALS_MAX, largest_remainder, weight_text};
use weights::{Comparison, Observations};

pub use weights::number::shown;
pub use weights::{
    Ahp, Consistency, Critic, Degenerate, Entropy, Number, Outlier, Scaling, Solver,
};

use crate::error::Error;
pub use block::Heading;
use grid::Grid;

/// Decimals of weights unless others are asked for.
pub const DECIMALS: u8 = 4;

/// Weights from a judgement matrix.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Names of the criteria.
    pub criteria: Vec<String>,
    /// The judgements, row by row.
    pub matrix: Vec<Vec<Number>>,
    /// What the solver found.
    pub found: Ahp,
    /// The judgement that agrees least with the weights.
    pub outlier: Option<Outlier>,
    /// Decimals of the weights.
    pub decimals: u8,
    /// The weights, rounded so that they sum to one.
    pub weights: Vec<String>,
    /// Why the weights are used although the judgements disagree.
    pub override_reason: Option<String>,
}

impl Judged {
    /// Whether the weights may be used: consistent, or overridden with a reason.
    pub fn is_accepted(&self) -> bool {
        self.found.consistency.is_acceptable() || self.override_reason.is_some()
    }
}

/// A method that takes weights out of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// 熵权法.
    Entropy,
    /// CRITIC.
    Critic,
}

/// What a method found beside the weights.
#[derive(Clone, Debug)]
pub enum Findings {
    /// Of the entropy method, with how values became shares.
    Entropy(Entropy, Scaling),
    /// Of CRITIC.
    Critic(Critic),
}

/// Weights from a data table.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Names of the columns.
    pub criteria: Vec<String>,
    /// The table as written.
    pub cells: Vec<Vec<String>>,
    /// By column, whether less is better.
    pub costs: Vec<bool>,
    /// What the method found.
    pub findings: Findings,
    /// Why all weights are equal, if they had to be.
    pub degenerate: Option<Degenerate>,
    /// Decimals of the weights.
    pub decimals: u8,
    /// The weights, rounded so that they sum to one.
    pub weights: Vec<String>,
}

/// How to read and weigh a data table.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The method.
    pub method: Objective,
    /// Names of columns of which less is better.
    pub costs: &'a [String],
    /// What min-max scaling adds to every value, a number as text.
    pub shift: &'a str,
    /// Decimals of the weights.
    pub decimals: u8,
}

/// Weights of the judgement matrix in a file. Inconsistent judgements give a result that is not
/// accepted, unless there is a reason to override.
pub fn judge(
    path: &Path,
    solver: Solver,
    decimals: u8,
    override_reason: Option<&str>,
) -> Result<Judged, Error> {
    let decimals = checked_decimals(decimals)?;
    let override_reason = override_reason.map(str::trim);
    if override_reason == Some("") {
        return Err(bad("--override", "须写明理由 (give a reason)"));
    }
    let grid = Grid::read(path)?;
    grid.check_labels()?;
    let comparison = Comparison::new(grid.numbers()).map_err(|faults| grid.refused(&faults))?;
    let found = weights::ahp(&comparison, solver).map_err(|fault| bad("判断矩阵", fault))?;
    Ok(Judged {
        outlier: found.furthest_judgement(&comparison),
        weights: texts(&found.weights, decimals),
        matrix: comparison.rows().to_vec(),
        criteria: grid.into_criteria(),
        found,
        decimals,
        override_reason: override_reason.map(str::to_owned),
    })
}

/// Weights of the data table in a file.
pub fn measure(path: &Path, order: &Order<'_>) -> Result<Measured, Error> {
    let decimals = checked_decimals(order.decimals)?;
    let shift = weights::number::parse(order.shift)
        .ok_or_else(|| bad("--shift", format!("“{}”不是数 (not a number)", order.shift)))?;
    let grid = Grid::read(path)?;
    grid.check_widths()?;
    let costs = grid.costs(order.costs)?;
    let unusable = |fault| bad("数据表", fault);
    let table = Observations::new(grid.criteria().to_vec(), &grid.numbers(), costs.clone())
        .map_err(unusable)?;
    let (found, degenerate, findings) = match order.method {
        Objective::Entropy => {
            let scaling = if table.not_shares().is_some() {
                Scaling::MinMax { shift }
            } else {
                Scaling::Shares
            };
            let found = weights::entropy(&table, &scaling).map_err(unusable)?;
            let weights = found.weights.clone();
            (weights, found.degenerate, Findings::Entropy(found, scaling))
        }
        Objective::Critic => {
            let found = weights::critic(&table).map_err(unusable)?;
            (
                found.weights.clone(),
                found.degenerate,
                Findings::Critic(found),
            )
        }
    };
    Ok(Measured {
        weights: texts(&found, decimals),
        cells: grid.cells(),
        criteria: grid.into_criteria(),
        costs,
        findings,
        degenerate,
        decimals,
    })
}

fn texts(found: &[Number], decimals: u8) -> Vec<String> {
    largest_remainder(found, decimals)
        .into_iter()
        .map(|units| weight_text(units, decimals))
        .collect()
}

fn checked_decimals(decimals: u8) -> Result<u8, Error> {
    if (1..=DECIMALS_MAX).contains(&decimals) {
        return Ok(decimals);
    }
    let reason = format!("权重取 1 至 {DECIMALS_MAX} 位小数 (1 to {DECIMALS_MAX} decimals)");
    Err(bad("--decimals", reason))
}

fn bad(what: &'static str, reason: impl ToString) -> Error {
    Error::BadInput {
        what,
        reason: reason.to_string(),
    }
}
