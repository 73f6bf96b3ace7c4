//! Entropy weights (熵权法): a criterion weighs more the more unevenly its values are spread.
//!
//! `p_ij = x_ij / Σ_i x_ij`, `e_j = −Σ p ln p / ln m` with `0 · ln 0 = 0`, `w_j ∝ 1 − e_j`.

use num_traits::{Signed as _, Zero as _};

use crate::enclosure::{Enclosed, Scale, refine};
use crate::error::WeightsError;
use crate::number::{Number, equal, whole};
use crate::observations::{Degenerate, Observations, is_constant};

/// How values become shares of a sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// As they are: no value is negative, and more is better.
    Shares,
    /// 极差标准化: all columns from zero (worst) to one (best), then shifted.
    MinMax {
        /// Added to every value, so that the worst one does not vanish; not negative.
        shift: Number,
    },
}

/// Entropy weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entropy {
    /// The weights, summing to one up to their last decimal.
    pub weights: Vec<Number>,
    /// The entropy of each column, one for a constant one; none at all with a single row, whose
    /// entropy is not defined.
    pub entropies: Vec<Number>,
    /// Why the weights are equal, if they had to be.
    pub degenerate: Option<Degenerate>,
}

/// Entropy weights of a table.
pub fn entropy(table: &Observations, scaling: &Scaling) -> Result<Entropy, WeightsError> {
    let columns = match scaling {
        Scaling::Shares => {
            if let Some(criterion) = table.not_shares() {
                return Err(WeightsError::NeedsMinMax {
                    criterion: criterion.to_owned(),
                });
            }
            table.columns().to_vec()
        }
        Scaling::MinMax { shift } if shift.is_negative() => {
            return Err(WeightsError::NegativeShift);
        }
        Scaling::MinMax { shift } => {
            let shifted = |column: Vec<Number>| column.iter().map(|cell| cell + shift).collect();
            table.min_max().into_iter().map(shifted).collect()
        }
    };
    let count = columns.len();
    if let Some(reason) = table.degenerate() {
        let one = Number::from_integer(1.into());
        let known = if reason == Degenerate::OneRow {
            0
        } else {
            count
        };
        return Ok(Entropy {
            weights: equal(count),
            entropies: vec![one; known],
            degenerate: Some(reason),
        });
    }
    let (weights, entropies) = refine(|scale| {
        let one = scale.of(&whole(1));
        let entropies: Vec<Enclosed> = columns
            .iter()
            .map(|column| entropy_of(column, scale))
            .collect::<Option<_>>()?;
        let divergences: Vec<Enclosed> = columns
            .iter()
            .zip(&entropies)
            .map(|(column, entropy)| {
                if is_constant(column) {
                    Enclosed::zero()
                } else {
                    one.plus(&entropy.negated())
                }
            })
            .collect();
        let weights = scale.shares(&divergences)?;
        Some((scale.read_all(&weights)?, scale.read_all(&entropies)?))
    })?;
    Ok(Entropy {
        weights,
        entropies,
        degenerate: None,
    })
}

/// The entropy of a column of at least two values.
fn entropy_of(column: &[Number], scale: &Scale) -> Option<Enclosed> {
    if is_constant(column) {
        return Some(scale.of(&whole(1)));
    }
    let total: Number = column.iter().sum();
    let mut sum = Enclosed::zero();
    for cell in column.iter().filter(|cell| !cell.is_zero()) {
        let share = cell / &total;
        let term = scale.product(&scale.of(&share), &scale.ln(&share)?);
        sum = sum.plus(&term);
    }
    scale.quotient(&sum.negated(), &scale.ln(&whole(column.len()))?)
}
