//! A rule pack as plain data, read from TOML by [`load`]. What the parts mean for a score or for
//! money is the business of the crate above.

mod compile;
mod cursor;
mod digest;
mod load;
mod read;
mod source;
mod verify;
mod verify_tables;

use std::collections::BTreeMap;

pub(crate) use compile::{CompiledDeadline, CompiledPack, CompiledRule, compile};
pub(crate) use cursor::{Cursor, Findings};
pub use load::load;
pub(crate) use load::{display_name, parse, placed};
pub(crate) use source::SourceText;

use domain::{DateRange, Diagnostic, Place, Rounding};

use crate::exact::Exact;
use crate::schema::Unit;

/// The texts of a pack folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackFiles {
    /// The folder as the user named it; diagnostics put it before file names.
    pub root_name: String,
    /// Relative path with forward slashes (`pack.toml`, `tests/reply.toml`) to text.
    pub files: BTreeMap<String, String>,
}

/// What loading gives: a pack when there is no error, and every finding at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The pack; absent if any diagnostic is an error.
    pub pack: Option<Pack>,
    /// Errors and warnings, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// A rule pack. Every id is unique among its kind; every reference resolves; every formula type-checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// `[pack]`.
    pub header: Header,
    /// `[rounding]`.
    pub rounding: RoundingRules,
    /// `[totals] maximum`.
    pub maximum: Exact,
    /// `[[source]]`.
    pub sources: Vec<Source>,
    /// `[[parameter]]`.
    pub parameters: Vec<Parameter>,
    /// `[[deadline]]`.
    pub deadlines: Vec<Deadline>,
    /// `[[table]]`; versions of one table share its id and do not overlap in time.
    pub tables: Vec<Table>,
    /// `[importance]`.
    pub importance: Option<Importance>,
    /// `[[axis]]`.
    pub axes: Vec<Axis>,
    /// `[[indicator]]`.
    pub indicators: Vec<Indicator>,
    /// `[[grade]]`, from the best.
    pub grades: Vec<Grade>,
    /// `[ranking]`.
    pub ranking: Ranking,
    /// `[compensation]`.
    pub compensation: Option<Compensation>,
    /// `[[constraint]]`.
    pub constraints: Vec<Constraint>,
    /// SHA-256 of the canonical content (paths and texts of all files but tests), lower-case hex.
    pub digest: String,
}

impl Pack {
    /// A source by id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// Index and indicator by id.
    pub fn indicator(&self, id: &str) -> Option<(usize, &Indicator)> {
        let mut all = self.indicators.iter().enumerate();
        all.find(|(_, indicator)| indicator.id == id)
    }

    /// An axis by id.
    pub fn axis(&self, id: &str) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.id == id)
    }

    /// A grade by id.
    pub fn grade(&self, id: &str) -> Option<&Grade> {
        self.grades.iter().find(|grade| grade.id == id)
    }

    /// The value of a parameter in force on a day, with what declares it.
    pub fn parameter_on(
        &self,
        id: &str,
        day: chrono::NaiveDate,
    ) -> Option<(&Parameter, &ParameterValue)> {
        let parameter = self.parameters.iter().find(|known| known.id == id)?;
        let value = parameter
            .values
            .iter()
            .find(|value| value.range.contains(day))?;
        Some((parameter, value))
    }
}

/// `[pack]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Id, as in `tiaoli-809`.
    pub id: String,
    /// Version, as in `1.0.0`.
    pub version: String,
    /// Title.
    pub title: String,
    /// Who issues the rules.
    pub authority: String,
    /// Name of the holiday calendar.
    pub calendar: String,
    /// Time zone of business dates.
    pub timezone: String,
    /// Currency code.
    pub currency: String,
    /// When the pack is in force; elements narrow it.
    pub effective: DateRange,
    /// Where it is written.
    pub place: Place,
}

/// Rounding of one kind of result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundTo {
    /// Decimals kept.
    pub scale: u8,
    /// How.
    pub mode: Rounding,
}

/// `[rounding]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundingRules {
    /// Scores.
    pub score: RoundTo,
    /// Whether each indicator's points are rounded.
    pub at_indicator: bool,
    /// Whether each axis's points are rounded.
    pub at_axis: bool,
    /// Whether the total is rounded.
    pub at_total: bool,
    /// Money: decimals of a fen (zero), and how.
    pub money: RoundTo,
}

/// `[[source]]`: an act that cites refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Id used in cites.
    pub id: String,
    /// Title.
    pub title: String,
    /// Document number; may be empty.
    pub number: String,
    /// First day in force.
    pub in_force: Option<chrono::NaiveDate>,
    /// Where to read it; may be empty.
    pub url: String,
    /// Where it is written.
    pub place: Place,
}

/// A citation `source:article`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cite {
    /// Id of the [`Source`].
    pub source: String,
    /// Article; empty for the whole act.
    pub article: String,
}

/// A formula as written, with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// The text.
    pub text: String,
    /// Where its first character stands.
    pub place: Place,
}

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

/// `[importance]`: a number per resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Importance {
    /// Fact table, one row per resource.
    pub of: String,
    /// The formula.
    pub value: Formula,
    /// Decimals of the result; the formula is rounded to it by the score's mode.
    pub scale: u8,
    /// Whether parameters and tables are those of January 1 of the period's year.
    pub frozen_for_year: bool,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// `[[axis]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// Points.
    pub points: Exact,
    /// Citations.
    pub cite: Vec<Cite>,
    /// When it is in force.
    pub effective: DateRange,
    /// Where it is written.
    pub place: Place,
}

/// Kind of an indicator, with what only that kind has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndicatorKind {
    /// points × value, value within 0 to 1.
    Ratio,
    /// value → points by the table.
    Banded {
        /// Table id.
        band: String,
    },
    /// points − least(cap, value).
    Deduct {
        /// Most points lost; the indicator's points without it.
        cap: Option<Exact>,
    },
    /// least(cap, value), if the total before bonuses reaches the gate.
    Bonus {
        /// Most points won; the indicator's points without it.
        cap: Option<Exact>,
        /// Total before bonuses from which it counts.
        gate: Option<Exact>,
    },
    /// If the value is true: the effect.
    Veto {
        /// Grade given.
        grade: Option<String>,
        /// Most points of the total.
        score_max: Option<Exact>,
    },
    /// points × value / best value of the group.
    Relative,
}

impl IndicatorKind {
    /// Its name in a rule pack.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Banded { .. } => "banded",
            Self::Deduct { .. } => "deduct",
            Self::Bonus { .. } => "bonus",
            Self::Veto { .. } => "veto",
            Self::Relative => "relative",
        }
    }

    /// Whether the value needs no row: a deduction without incident is nothing, not unknown.
    pub const fn counts_without_cases(&self) -> bool {
        !matches!(self, Self::Ratio | Self::Banded { .. })
    }

    /// Whether its points are part of the maximum.
    pub const fn is_scored(&self) -> bool {
        !matches!(self, Self::Bonus { .. } | Self::Veto { .. })
    }
}

/// What happens to the points of an indicator that does not apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotApplicable {
    /// Spread over the axis; a whole axis over the others.
    Redistribute,
    /// Full points.
    Full,
    /// No points.
    Zero,
    /// Total × maximum / (maximum − these points).
    Scale,
}

/// `[[indicator]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// English title; may be empty.
    pub title_en: String,
    /// One line of explanation; may be empty.
    pub doc: String,
    /// Axis id; empty only for a veto.
    pub axis: String,
    /// Points; zero for a veto.
    pub points: Exact,
    /// Kind.
    pub kind: IndicatorKind,
    /// Fact table.
    pub from: String,
    /// Which rows are cases; all without it.
    pub condition: Option<Formula>,
    /// The value.
    pub value: Formula,
    /// Fewest cases for a value.
    pub min_cases: u64,
    /// What happens without a value.
    pub not_applicable: NotApplicable,
    /// Citations.
    pub cite: Vec<Cite>,
    /// When it is in force.
    pub effective: DateRange,
    /// Where it is written.
    pub place: Place,
}

/// `[[grade]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Lowest total.
    pub from: Exact,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// How ties rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankMethod {
    /// 1, 2, 2, 4
    Competition,
    /// 1, 2, 2, 3
    Dense,
    /// 1, 2, 3, 4 by department id
    Ordinal,
}

/// `[ranking]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranking {
    /// How ties rank.
    pub method: RankMethod,
    /// Whether rounded totals are compared (exact ones otherwise).
    pub on_rounded: bool,
    /// Whether within peer groups (all together otherwise).
    pub within_group: bool,
}

/// `[compensation]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compensation {
    /// How the payer of a flow is found (`lowest_common_superior`).
    pub payer: String,
    /// Components, in the order of payment.
    pub components: Vec<Component>,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// What a component pays for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComponentKind {
    /// Approved claims of the kind named by the id, times a rate.
    Claims {
        /// Parameter id of the rate.
        rate: String,
    },
    /// A slice of the pot, shared by weight.
    Pool {
        /// Parameter id of the yearly share.
        pool: String,
        /// Fact table of the weight.
        from: String,
        /// Which of its rows; all without it.
        condition: Option<Formula>,
        /// Weight of a subject, over rows of the table.
        weight: Formula,
        /// Parameter id: lowest ratio to the last period's amount.
        floor_ratio: Option<String>,
        /// Parameter id: highest ratio to the last period's amount.
        cap_ratio: Option<String>,
    },
}

/// `[[compensation.component]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Id: `cost`, `loss`, `reward`.
    pub id: String,
    /// Title; may be empty.
    pub title: String,
    /// What it pays for.
    pub kind: ComponentKind,
    /// Grade id needed; none needed without it.
    pub min_grade: Option<String>,
    /// Citations of the component; those of the compensation apply when empty.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}

/// `[[constraint]]`: a fiscal consequence, as advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Grade ids it follows from.
    pub when_grade: Vec<String>,
    /// Parameter id of the share concerned.
    pub share: Option<String>,
    /// The advice.
    pub advice: String,
    /// Citations.
    pub cite: Vec<Cite>,
    /// Where it is written.
    pub place: Place,
}
