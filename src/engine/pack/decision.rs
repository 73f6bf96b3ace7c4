//! Decision tables.

use domain::{DateRange, Place};

use super::Cite;
use crate::exact::Exact;
use crate::schema::Unit;

/// How many rows of a table may apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HitPolicy {
    /// Exactly one.
    Unique,
    /// Several, if they agree.
    Any,
    /// The first from the top.
    First,
}

/// Type of a table's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputType {
    /// A number.
    Number,
    /// A text.
    Text,
    /// A day.
    Date,
    /// True or false.
    Bool,
}

/// An input column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableInput {
    /// Name in messages.
    pub id: String,
    /// Type.
    pub ty: InputType,
}

/// What a table gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableOutput {
    /// A number.
    Number {
        /// Its unit.
        unit: Unit,
        /// Its decimals.
        scale: u8,
    },
    /// A text.
    Text,
}

/// A bound of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The value; dates are days from the common era.
    pub value: Exact,
    /// Whether the value itself belongs.
    pub included: bool,
}

/// A condition on one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellTest {
    /// `-`
    Any,
    /// Numbers or days between bounds; a missing bound is without end.
    Interval {
        /// Lower bound.
        low: Option<Bound>,
        /// Upper bound.
        high: Option<Bound>,
    },
    /// One of the texts.
    Texts(Vec<String>),
    /// Exactly this.
    Bool(bool),
}

/// What a row gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A number.
    Number(Exact),
    /// A text.
    Text(String),
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// One condition per input.
    pub when: Vec<CellTest>,
    /// What it gives.
    pub value: Output,
    /// Citations of the row; the table's apply when empty.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// `[[table]]`: a decision table, called in formulas like a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Id, the function's name.
    pub id: String,
    /// Title.
    pub title: String,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Hit policy.
    pub hit: HitPolicy,
    /// Inputs.
    pub inputs: Vec<TableInput>,
    /// Output.
    pub output: TableOutput,
    /// Rows.
    pub rows: Vec<TableRow>,
    /// What it gives when no row applies; a fault without it.
    pub otherwise: Option<Output>,
    /// When it is in force.
    pub effective: DateRange,
    /// Where it is written.
    pub place: Place,
}
