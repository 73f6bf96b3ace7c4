//! Whether judgements agree with each other, and which of them agrees least.

use num_bigint::BigInt;
use num_traits::{One as _, Zero as _};

use crate::ahp::Ahp;
use crate::comparison::Comparison;
use crate::error::WeightsError;
use crate::number::{Number, whole};

/// How well judgements agree with each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consistency {
    /// CI = (λmax − n) / (n − 1).
    pub index: Number,
    /// RI: the mean CI of random matrices of the order.
    pub random_index: Number,
    /// CR = CI / RI; zero for one or two criteria, which always agree.
    pub ratio: Number,
}

/// RI of orders one to nine, in hundredths.
const RANDOM_INDEX: [u32; 9] = [0, 0, 58, 90, 112, 124, 132, 141, 145];

impl Consistency {
    /// The consistency of a matrix of some order with some λmax.
    pub fn of(order: usize, lambda_max: &Number) -> Result<Self, WeightsError> {
        let hundredths = order
            .checked_sub(1)
            .and_then(|index| RANDOM_INDEX.get(index))
            .ok_or(WeightsError::NoRandomIndex { order })?;
        let random_index = Number::new(BigInt::from(*hundredths), BigInt::from(100));
        let index = if order < 2 {
            Number::zero()
        } else {
            (lambda_max - whole(order)) / whole(order - 1)
        };
        let ratio = if random_index.is_zero() {
            Number::zero()
        } else {
            &index / &random_index
        };
        Ok(Self {
            index,
            random_index,
            ratio,
        })
    }

    /// The usual test: CR below one tenth.
    pub fn is_acceptable(&self) -> bool {
        self.ratio < Number::new(BigInt::one(), BigInt::from(10))
    }
}

/// A judgement that disagrees with the weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlier {
    /// Row of the cell, above the diagonal.
    pub row: usize,
    /// Its column.
    pub column: usize,
    /// The judgement.
    pub given: Number,
    /// What the weights say: `w_row / w_column`.
    pub implied: Number,
}

impl Ahp {
    /// The judgement that is furthest, as a factor, from what the weights say: the one to think
    /// over first. `None` when there is nothing to compare.
    pub fn furthest_judgement(&self, matrix: &Comparison) -> Option<Outlier> {
        let mut furthest: Option<(Number, Outlier)> = None;
        for (row, (cells, own)) in matrix.rows().iter().zip(&self.weights).enumerate() {
            let pairs = cells.iter().zip(&self.weights).enumerate();
            for (column, (given, other)) in pairs.filter(|(column, _)| *column > row) {
                if other.is_zero() || own.is_zero() {
                    continue;
                }
                let implied = own / other;
                let off = (given / &implied).max(&implied / given);
                if furthest.as_ref().is_none_or(|(most, _)| off > *most) {
                    let outlier = Outlier {
                        row,
                        column,
                        given: given.clone(),
                        implied,
                    };
                    furthest = Some((off, outlier));
                }
            }
        }
        furthest.map(|(_, outlier)| outlier)
    }
}
