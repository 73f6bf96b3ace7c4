//! How one value came about: the formula, the formula with its values, and what each row adds.

use crate::evaluation::Cell;
use crate::exact::Quantity;
pub use crate::formula::tree::Verb;
use crate::pack::Cite;
use crate::table::SliceShare;
use domain::Place;

/// An aggregate of the formula with what each row gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateTrace {
    /// The aggregate as text.
    pub text: String,
    /// Its value.
    pub value: Quantity,
    /// Row index in the frame table and what the row adds; the sum of the terms is the value for
    /// SUM and COUNT. Rows that add nothing are left out.
    pub terms: Vec<(usize, Quantity)>,
}

/// A comparison of the formula within the peer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerTrace {
    /// How.
    pub verb: Verb,
    /// The comparison as text.
    pub text: String,
    /// The subject's own value.
    pub own: Quantity,
    /// The group's best value, its total, or the number of its subjects.
    pub basis: Quantity,
    /// Subjects of the group that take part.
    pub subjects: usize,
    /// The result; `None` where best or total are not above zero.
    pub value: Option<Quantity>,
}

/// A value of the period before that the formula reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarryTrace {
    /// Id of the indicator; `total` for the total.
    pub id: String,
    /// The value; `None` when the subject had none.
    pub value: Option<Quantity>,
}

/// What one row adds above and below the line of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowShare {
    /// Row index in the frame table.
    pub row: usize,
    /// Added above the line.
    pub numerator: Quantity,
    /// Added below the line; zero for a value without division.
    pub denominator: Quantity,
}

/// The value as sums over rows: `numerator / denominator`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decomposition {
    /// One entry per matched row that adds anything; the entries sum to the totals exactly.
    pub shares: Vec<RowShare>,
    /// Total above the line.
    pub numerator: Quantity,
    /// Total below the line; one for a value without division.
    pub denominator: Quantity,
}

/// A matched row with the columns and sub-expressions the formula used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowTrace {
    /// Row index in the frame table.
    pub row: usize,
    /// Expression text and value text, in the order of the formula.
    pub values: Vec<(String, String)>,
}

/// A parameter value that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterUse {
    /// Parameter id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The value in force, as text.
    pub value: String,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where the value is written.
    pub place: Place,
}

/// A table row that was used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableUse {
    /// Table id.
    pub id: String,
    /// Index of the row, from zero; `None` for `otherwise`.
    pub row: Option<usize>,
    /// What it gave, as text.
    pub value: String,
    /// Citations of the row, or of the table.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// How the value of one indicator for one subject came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Index into [`crate::pack::Pack::indicators`].
    pub indicator: usize,
    /// Subject.
    pub subject: usize,
    /// The result, as in the evaluation.
    pub cell: Cell,
    /// The formula as written.
    pub formula: String,
    /// The formula with aggregates replaced by their values.
    pub substituted: String,
    /// Aggregates in the order of the formula.
    pub aggregates: Vec<AggregateTrace>,
    /// Comparisons within the group in the order of the formula; none without a value.
    pub peers: Vec<PeerTrace>,
    /// Values of the period before in the order of the formula.
    pub carried: Vec<CarryTrace>,
    /// The value as sums over rows, best and total of the group being fixed; `None` when it is not such a sum (MIN, MAX, AVG, CASE on sums)
    /// or has a constant part.
    pub decomposition: Option<Decomposition>,
    /// Matched rows.
    pub rows: Vec<RowTrace>,
    /// Parameters used.
    pub parameters: Vec<ParameterUse>,
    /// Table rows used.
    pub tables: Vec<TableUse>,
    /// For an indicator banded by slices: what each slice of the value earns.
    pub slices: Vec<SliceShare>,
}
