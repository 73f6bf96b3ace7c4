//! CRITIC weights (Diakoulaki 1995): a criterion weighs more the more it varies and the less it
//! agrees with the others.
//!
//! Columns from zero to one, `C_j = σ_j Σ_k (1 − r_jk)` over the columns that vary, `w_j ∝ C_j`.

use num_traits::{One as _, Signed as _, Zero as _};

use crate::enclosure::{Enclosed, Scale, refine};
use crate::error::WeightsError;
use crate::number::{Number, equal, whole};
use crate::observations::{Degenerate, Observations, mean};

/// CRITIC weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Critic {
    /// The weights, summing to one up to their last decimal.
    pub weights: Vec<Number>,
    /// σ of each column from zero to one, over all rows (not a sample).
    pub deviations: Vec<Number>,
    /// Σ (1 − r) of each column with the others; zero for a constant one.
    pub conflicts: Vec<Number>,
    /// Why the weights are equal, if they had to be.
    pub degenerate: Option<Degenerate>,
}

/// Deviations of a column from its mean, and its variance.
struct Spread {
    deviations: Vec<Number>,
    variance: Number,
}

/// CRITIC weights of a table.
pub fn critic(table: &Observations) -> Result<Critic, WeightsError> {
    let spreads: Vec<Spread> = table
        .min_max()
        .iter()
        .map(|column| spread(column))
        .collect();
    let agree = |one: &Spread, other: &Spread| {
        one.variance.is_zero() || other.variance.is_zero() || full_correlation(one, other).is_one()
    };
    let contrast = spreads
        .iter()
        .any(|one| spreads.iter().any(|other| !agree(one, other)));
    let degenerate = table
        .degenerate()
        .or((!contrast).then_some(Degenerate::NoContrast));
    let (weights, deviations, conflicts) = refine(|scale| {
        let deviations: Vec<Enclosed> = spreads
            .iter()
            .map(|one| scale.root(&one.variance, 2))
            .collect::<Option<_>>()?;
        let conflicts: Vec<Enclosed> = spreads
            .iter()
            .map(|one| conflict(one, &spreads, scale))
            .collect::<Option<_>>()?;
        let weights = if degenerate.is_some() {
            equal(spreads.len())
        } else {
            let products = deviations.iter().zip(&conflicts);
            let information: Vec<Enclosed> = products
                .map(|(deviation, conflict)| scale.product(deviation, conflict))
                .collect();
            scale.read_all(&scale.shares(&information)?)?
        };
        Some((
            weights,
            scale.read_all(&deviations)?,
            scale.read_all(&conflicts)?,
        ))
    })?;
    Ok(Critic {
        weights,
        deviations,
        conflicts,
        degenerate,
    })
}

fn spread(column: &[Number]) -> Spread {
    let mean = mean(column);
    let deviations: Vec<Number> = column.iter().map(|cell| cell - &mean).collect();
    let variance = product_mean(&deviations, &deviations);
    Spread {
        deviations,
        variance,
    }
}

fn product_mean(one: &[Number], other: &[Number]) -> Number {
    let products = one.iter().zip(other).map(|(a, b)| a * b);
    products.sum::<Number>() / whole(one.len().max(1))
}

/// Σ (1 − r) with the columns that vary; with itself it is nothing.
fn conflict(own: &Spread, all: &[Spread], scale: &Scale) -> Option<Enclosed> {
    let mut sum = Enclosed::zero();
    if own.variance.is_zero() {
        return Some(sum);
    }
    let one = scale.of(&whole(1));
    for other in all.iter().filter(|other| !other.variance.is_zero()) {
        sum = sum
            .plus(&one)
            .plus(&correlation(own, other, scale)?.negated());
    }
    Some(sum)
}

/// Pearson's correlation of two columns that vary.
fn correlation(one: &Spread, other: &Spread, scale: &Scale) -> Option<Enclosed> {
    let full = full_correlation(one, other);
    if !full.is_zero() {
        return Some(scale.of(&full));
    }
    let covariance = product_mean(&one.deviations, &other.deviations);
    let square = &covariance * &covariance / (&one.variance * &other.variance);
    let size = scale.root(&square, 2)?;
    Some(if covariance.is_negative() {
        size.negated()
    } else {
        size
    })
}

/// One or minus one if two columns are correlated fully, which is known exactly; else zero.
fn full_correlation(one: &Spread, other: &Spread) -> Number {
    let covariance = product_mean(&one.deviations, &other.deviations);
    if &covariance * &covariance == &one.variance * &other.variance {
        covariance.signum()
    } else {
        Number::zero()
    }
}
