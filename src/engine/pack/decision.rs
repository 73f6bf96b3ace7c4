//! Decision tables.

use domain::{DateRange, Place};

use super::Cite;
use crate::exact::Exact;
use crate::schema::Unit;

/// How many rows of a table may apply, and what they then give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HitPolicy {
    /// At most one row applies.
    Unique,
    /// Several may, if they agree.
    Any,
    /// The first from the top decides.
    First,
    /// The row whose output stands first in [`Table::priorities`] decides, among equals the first
    /// from the top.
    Priority,
    /// All that apply count, in the order of the table. A formula, which needs one value, gets that
    /// of the first; a trace shows them all.
    RuleOrder,
    /// All that apply are put together.
    Collect(Collect),
}

/// How the values of several rows become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collect {
    /// Their sum.
    Sum,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// How many rows apply; zero when none does.
    Count,
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
    /// Which values it may have; a value outside is a fault, whatever `otherwise` says.
    pub domain: CellTest,
}

impl TableInput {
    /// Whether a domain is declared.
    pub fn is_bounded(&self) -> bool {
        self.domain != CellTest::Any
    }
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

/// Numbers or days between bounds; a missing bound is without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Lower bound.
    pub low: Option<Bound>,
    /// Upper bound.
    pub high: Option<Bound>,
}

/// A condition on one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellTest {
    /// `-`
    Any,
    /// Within one of the intervals, which ascend and do not touch.
    Intervals(Vec<Interval>),
    /// One of the texts, or none of them.
    Texts {
        /// The texts.
        listed: Vec<String>,
        /// Whether all others are meant.
        negated: bool,
    },
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
    /// Outputs from the best to the least, for [`HitPolicy::Priority`].
    pub priorities: Vec<Output>,
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
    /// The date column that picks the version for a row; without it, and for calls over aggregates,
    /// the last day of the period does.
    pub by: Option<String>,
    /// Where it is written.
    pub place: Place,
}
