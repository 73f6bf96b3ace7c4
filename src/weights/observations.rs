//! The data table of the objective methods: a row a department or alternative, a column a criterion.

use num_traits::{One as _, Signed as _, Zero as _};

use crate::error::WeightsError;
use crate::number::{Number, whole};

/// The most rows.
pub const ROWS_MAX: usize = 10_000;
/// The most columns.
pub const COLUMNS_MAX: usize = 50;

/// Why all criteria got the same weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Degenerate {
    /// One row tells nothing apart.
    OneRow,
    /// No column varies.
    AllConstant,
    /// All columns that vary say the same.
    NoContrast,
}

impl Degenerate {
    /// The reason, for people.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::OneRow => "只有一行数据，无从区分，取等权 (one row: equal weights)",
            Self::AllConstant => {
                "各列均为常数，无从区分，取等权 (all columns constant: equal weights)"
            }
            Self::NoContrast => {
                "各列完全相关，没有冲突信息，取等权 (columns fully correlated: equal weights)"
            }
        }
    }
}

/// A table of numbers with named columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observations {
    criteria: Vec<String>,
    columns: Vec<Vec<Number>>,
    rows: usize,
    costs: Vec<bool>,
}

impl Observations {
    /// Takes the rows of a table and, by column, whether less is better.
    pub fn new(
        criteria: Vec<String>,
        rows: &[Vec<Number>],
        costs: Vec<bool>,
    ) -> Result<Self, WeightsError> {
        let count = criteria.len();
        let ragged = rows.iter().any(|row| row.len() != count) || costs.len() != count;
        if count == 0 || rows.is_empty() || ragged {
            return Err(WeightsError::NoTable);
        }
        if count > COLUMNS_MAX || rows.len() > ROWS_MAX {
            return Err(WeightsError::TooLarge {
                rows: ROWS_MAX,
                columns: COLUMNS_MAX,
            });
        }
        let columns = (0..count)
            .map(|index| {
                let cells = rows.iter().filter_map(|row| row.get(index));
                cells.cloned().collect()
            })
            .collect();
        Ok(Self {
            criteria,
            columns,
            rows: rows.len(),
            costs,
        })
    }

    /// Names of the columns.
    pub fn criteria(&self) -> &[String] {
        &self.criteria
    }

    /// Number of rows.
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// By column, whether less is better.
    pub fn costs(&self) -> &[bool] {
        &self.costs
    }

    /// The columns as given.
    pub fn columns(&self) -> &[Vec<Number>] {
        &self.columns
    }

    /// The first column whose values are no shares of a sum: negative ones, or less is better.
    pub fn not_shares(&self) -> Option<&str> {
        let mut all = self.columns.iter().zip(&self.costs).zip(&self.criteria);
        all.find(|((column, cost), _)| **cost || column.iter().any(Number::is_negative))
            .map(|(_, criterion)| criterion.as_str())
    }

    /// Why nothing can be told apart, if so.
    pub(crate) fn degenerate(&self) -> Option<Degenerate> {
        if self.rows == 1 {
            Some(Degenerate::OneRow)
        } else if self.columns.iter().all(|column| is_constant(column)) {
            Some(Degenerate::AllConstant)
        } else {
            None
        }
    }

    /// Each column from zero (worst) to one (best); a constant one is all zero.
    pub(crate) fn min_max(&self) -> Vec<Vec<Number>> {
        self.columns
            .iter()
            .zip(&self.costs)
            .map(|(column, cost)| {
                let (Some(least), Some(most)) = (column.iter().min(), column.iter().max()) else {
                    return Vec::new();
                };
                let range = most - least;
                let place = |cell: &Number| match (range.is_zero(), cost) {
                    (true, _) => Number::zero(),
                    (false, false) => (cell - least) / &range,
                    (false, true) => (most - cell) / &range,
                };
                column.iter().map(place).collect()
            })
            .collect()
    }
}

/// Whether all values of the column are the same.
pub(crate) fn is_constant(column: &[Number]) -> bool {
    column.windows(2).all(|pair| pair.first() == pair.last())
}

/// The mean.
pub(crate) fn mean(column: &[Number]) -> Number {
    column.iter().sum::<Number>() / whole(column.len()).max(Number::one())
}
