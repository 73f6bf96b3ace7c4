//! What makes a score: importance, axes, indicators, grades, ranking.

use domain::{DateRange, Place};

use super::{Cite, Formula};
use crate::exact::Exact;

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
