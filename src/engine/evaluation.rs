//! What a plan computes: one cell per indicator and subject.

mod cells;
mod found;
mod uniform;

pub use cells::Cells;

use crate::exact::Quantity;

/// A value of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// An exact number.
    Number(Quantity),
    /// True or false (veto).
    Bool(bool),
}

/// Whether an indicator applies to a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Enough cases; there is a value.
    Known,
    /// No case at all.
    NoCases,
    /// Some cases, but fewer than the indicator asks for.
    BelowMinimum,
}

/// One indicator for one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Whether it applies.
    pub status: Status,
    /// Rows that match `where`.
    pub cases: u64,
    /// The value; present exactly when the status is [`Status::Known`].
    pub value: Option<Value>,
    /// For banded indicators: the points that the band table gives for the value.
    pub band: Option<Quantity>,
}

/// One indicator for all subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndicatorColumn {
    /// Index into [`crate::pack::Pack::indicators`].
    pub indicator: usize,
    /// One cell per subject, in the order of the frame.
    pub cells: Cells,
}

/// All indicators in force, in pack order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// One column per indicator in force.
    pub indicators: Vec<IndicatorColumn>,
}

impl Evaluation {
    /// The cell of an indicator (index into the pack) and a subject.
    pub fn cell(&self, indicator: usize, subject: usize) -> Option<Cell> {
        self.indicators
            .iter()
            .find(|column| column.indicator == indicator)
            .and_then(|column| column.cells.get(subject))
    }
}
