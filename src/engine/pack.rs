//! A rule pack as plain data, read from TOML by [`load()`]. What the parts mean for a score or for
//! money is the business of the crate above.

mod citation;
mod compile;
mod cursor;
mod dated;
mod decision;
mod difference;
mod digest;
mod effective;
mod load;
mod money;
mod named;
mod overlay;
mod read;
mod scoring;
mod source;
mod verify;
mod verify_cites;
mod verify_money;
mod verify_points;
mod verify_series;
mod verify_tables;
mod weighting;

use std::collections::BTreeMap;

pub use citation::{Article, Cite, Cited, Source};
pub(crate) use compile::{
    CompileFault, CompiledDeadline, CompiledPack, CompiledRule, PreparedTable, compile,
};
pub(crate) use cursor::{Cursor, Findings};
pub use dated::{Deadline, DeadlineRule, End, Parameter, ParameterValue};
pub use decision::{
    Bound, CellTest, Collect, HitPolicy, InputType, Interval, Output, Table, TableInput,
    TableOutput, TableRow,
};
pub use difference::{Difference, Edit, KeyEdit, differences};
pub use load::load;
pub(crate) use load::{display_name, parse, placed, rule_files};
pub use money::{
    Compensation, Component, ComponentKind, Constraint, DataSet, Deduction, Excess, Exhaustion,
    Flows, PotSelector, Unfunded, WithoutPot, YearEnd,
};
pub use overlay::{NotSetting, Setting};
pub use scoring::{
    Axis, BandMethod, Grade, Importance, Indicator, IndicatorKind, JudgedIn, NotApplicable,
    RankMethod, Ranking, VetoEffect,
};
pub(crate) use source::{Lines, SourceText};
pub(crate) use verify_tables::passed_scales;
pub(crate) use weighting::parameter_id as weight_parameter;
pub use weighting::{Weighting, WeightingMethod};

use domain::{DateRange, Diagnostic, Place, Rounding};

use crate::exact::Exact;

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
    /// `[[article]]`.
    pub articles: Vec<Article>,
    /// `[[parameter]]`, and the weights of `[[weights]]` as `weight.<id>.<criterion>`.
    pub parameters: Vec<Parameter>,
    /// `[[weights]]`; versions share an id and do not overlap in time.
    pub weightings: Vec<Weighting>,
    /// `[[end]]`.
    pub ends: Vec<End>,
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
    /// `[grades] on`: whether grades and the gates of bonuses compare the total as rounded by
    /// [`RoundingRules::total`] (the exact one otherwise).
    pub grades_on_rounded: bool,
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
    /// Titles of the acts that a bulletin says it assesses under, without quotation marks.
    pub basis: Vec<String>,
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

/// `[rounding]`. A level that is not rounded passes its exact value on to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundingRules {
    /// Scores: how they are shown, and the mode of `round` in formulas.
    pub score: RoundTo,
    /// How each indicator's points are rounded, if they are; [`Indicator::round`] comes first.
    pub indicator: Option<RoundTo>,
    /// How each axis's points are rounded, after its weight, if they are.
    pub axis: Option<RoundTo>,
    /// How the total before bonuses and the total are rounded, if they are.
    pub total: Option<RoundTo>,
    /// Money: decimals of a fen (zero), and how.
    pub money: RoundTo,
}

impl RoundingRules {
    /// How the points of an indicator are rounded, if they are.
    pub fn of_indicator(&self, indicator: &Indicator) -> Option<RoundTo> {
        indicator.round.or(self.indicator)
    }
}

/// A formula as written, with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    /// The text.
    pub text: String,
    /// Where its first character stands.
    pub place: Place,
}
