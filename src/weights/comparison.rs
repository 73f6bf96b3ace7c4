//! The judgement matrix of AHP: how many times one criterion outweighs another.

use std::fmt;

use num_traits::{One as _, Signed as _};

use crate::number::Number;

/// The most criteria compared at once: people cannot hold more apart, and the random index ends.
pub const ORDER_MAX: usize = 9;

/// A reciprocal matrix of positive judgements, `a_ij = 1 / a_ji`, of one to nine criteria.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    rows: Vec<Vec<Number>>,
}

/// What is wrong with a matrix, and in which cell (counted from zero).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparisonFault {
    /// Row.
    pub row: usize,
    /// Column.
    pub column: usize,
    /// What is wrong.
    pub kind: ComparisonFaultKind,
}

/// Ways in which a matrix is no judgement matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComparisonFaultKind {
    /// No rows.
    Empty,
    /// More than [`ORDER_MAX`] criteria.
    TooMany,
    /// A row has more or fewer cells than there are rows.
    NotSquare {
        /// Rows.
        rows: usize,
        /// Cells of this row.
        cells: usize,
    },
    /// A judgement of zero or less.
    NotPositive,
    /// A criterion compared with itself is not one.
    DiagonalNotOne,
    /// The two judgements of a pair are not reciprocal.
    NotReciprocal {
        /// What the cell should be, given the cell across the diagonal.
        expected: Number,
    },
}

impl ComparisonFaultKind {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Empty => "第一行写准则名，其下每行一个准则 (one row a criterion)".to_owned(),
            Self::TooMany => {
                "请分层：先比较各组，再在组内比较 (compare groups first, then within them)"
                    .to_owned()
            }
            Self::NotSquare { rows, .. } => {
                format!("每行应有 {rows} 个判断值 (each row has {rows} judgements)")
            }
            Self::NotPositive => "判断值取 1/9 至 9 (judgements run from 1/9 to 9)".to_owned(),
            Self::DiagonalNotOne => "对角线写 1 (write 1)".to_owned(),
            Self::NotReciprocal { expected } => {
                format!(
                    "写作 {expected}，或改对称位置的值；分数写作 1/3，不写 0.33 (write {expected})"
                )
            }
        }
    }
}

impl fmt::Display for ComparisonFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("判断矩阵是空的 (the matrix is empty)"),
            Self::TooMany => write!(
                f,
                "准则超过 {ORDER_MAX} 个 (more than {ORDER_MAX} criteria)"
            ),
            Self::NotSquare { rows, cells } => write!(
                f,
                "判断矩阵不是方阵：共 {rows} 行，本行 {cells} 个值 (not square: {rows} rows, {cells} cells)"
            ),
            Self::NotPositive => f.write_str("判断值不是正数 (not positive)"),
            Self::DiagonalNotOne => f.write_str("准则与自身比较应为 1 (the diagonal is not 1)"),
            Self::NotReciprocal { expected } => {
                write!(
                    f,
                    "与对称位置的值不互为倒数，应为 {expected} (not reciprocal)"
                )
            }
        }
    }
}

impl Comparison {
    /// Takes the rows of a matrix; all faults at once.
    pub fn new(rows: Vec<Vec<Number>>) -> Result<Self, Vec<ComparisonFault>> {
        let fault = |row, column, kind| ComparisonFault { row, column, kind };
        let order = rows.len();
        if order == 0 {
            return Err(vec![fault(0, 0, ComparisonFaultKind::Empty)]);
        }
        let mut faults = Vec::new();
        if order > ORDER_MAX {
            faults.push(fault(ORDER_MAX, 0, ComparisonFaultKind::TooMany));
        }
        for (row, cells) in rows.iter().enumerate() {
            if cells.len() != order {
                let kind = ComparisonFaultKind::NotSquare {
                    rows: order,
                    cells: cells.len(),
                };
                faults.push(fault(row, cells.len().min(order), kind));
            }
        }
        if faults.is_empty() {
            faults = cell_faults(&rows);
        }
        if faults.is_empty() {
            Ok(Self { rows })
        } else {
            Err(faults)
        }
    }

    /// Number of criteria.
    pub fn order(&self) -> usize {
        self.rows.len()
    }

    /// The judgements, row by row.
    pub fn rows(&self) -> &[Vec<Number>] {
        &self.rows
    }
}

fn cell_faults(rows: &[Vec<Number>]) -> Vec<ComparisonFault> {
    let mut faults = Vec::new();
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let across = rows.get(column).and_then(|cells| cells.get(row));
            let kind = if !cell.is_positive() {
                ComparisonFaultKind::NotPositive
            } else if row == column && !cell.is_one() {
                ComparisonFaultKind::DiagonalNotOne
            } else if let Some(across) = across
                && row > column
                && across.is_positive()
                && !(cell * across).is_one()
            {
                // Said once a pair, of the cell below the diagonal.
                ComparisonFaultKind::NotReciprocal {
                    expected: across.recip(),
                }
            } else {
                continue;
            };
            faults.push(ComparisonFault { row, column, kind });
        }
    }
    faults
}
