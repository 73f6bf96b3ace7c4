//! What changes by date: parameters and deadlines.

use domain::{DateRange, Place};

use super::{Cite, Formula};
use crate::exact::Exact;
use crate::schema::Unit;

/// `[[parameter]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Id, used bare or as `param.id` in formulas.
    pub id: String,
    /// Title.
    pub title: String,
    /// Unit of the values.
    pub unit: Unit,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Values by date, ascending, without gaps.
    pub values: Vec<ParameterValue>,
    /// Most decimals among the values.
    pub scale: u8,
    /// The date column that picks the value for a row; without it, and for values over rows, the
    /// last day of the period does.
    pub by: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// A value in force for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterValue {
    /// When.
    pub range: DateRange,
    /// The value.
    pub value: Exact,
    /// Where it is written.
    pub place: Place,
}

/// `[[end]]`: a series of versions ends on a day, or pauses, and nothing takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Section of the series: `parameter`, `table`, `axis`, `indicator`, `deadline`.
    pub of: &'static str,
    /// Id of the series.
    pub id: String,
    /// First day without a version.
    pub on: chrono::NaiveDate,
    /// Why.
    pub reason: String,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// `[[deadline]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Id: the prefix of the columns it adds.
    pub id: String,
    /// Title.
    pub title: String,
    /// Fact table.
    pub of: String,
    /// Date column that starts the term.
    pub start: String,
    /// Optional date column that ends it.
    pub done: String,
    /// Column with the days of extension.
    pub extension: Option<String>,
    /// Optional date column: day of the consent to the extension.
    pub extension_consent: Option<String>,
    /// Whether a row that no rule covers has no such deadline (a fault otherwise).
    pub otherwise_none: bool,
    /// Rules by date and condition.
    pub rules: Vec<DeadlineRule>,
    /// Citations of the deadline and its rules.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// `[[deadline.rule]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineRule {
    /// Which rows; all without it.
    pub when: Option<Formula>,
    /// Term in working days.
    pub workdays: u32,
    /// Most working days of extension that count.
    pub extension_max: u32,
    /// Chosen by the start date.
    pub effective: DateRange,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}
