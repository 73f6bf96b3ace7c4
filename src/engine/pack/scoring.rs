//! What makes a score: importance, axes, indicators, grades, ranking.

use domain::{DateRange, Place};

use super::{Bound, Cite, Formula, RoundTo};
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
    /// Points: weight × the sum of the points of its indicators.
    pub points: Exact,
    /// By what the sum of its indicators' counted points is multiplied; one unless the pack says
    /// otherwise, as where parts are scored out of a hundred and then weighted.
    pub weight: Exact,
    /// Citations.
    pub cite: Vec<Cite>,
    /// When it is in force.
    pub effective: DateRange,
    /// Where it is written.
    pub place: Place,
}

/// Kind of an indicator, with what only that kind has. «Points» are those available after what
/// does not apply was spread; they are the declared ones unless the pack redistributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndicatorKind {
    /// points × value, value within 0 to 1.
    Ratio,
    /// least(declared points, what the band table gives) × points / declared points.
    Banded {
        /// Table id.
        band: String,
        /// How the table gives points.
        method: BandMethod,
    },
    /// points − least(cap, points, value): an event costs what the value says, however many points
    /// the indicator has, and never more than these.
    Deduct {
        /// Most points lost; the indicator's points without it.
        cap: Option<Exact>,
    },
    /// least(cap, value), if the total before bonuses reaches the gate.
    Bonus {
        /// Most points won; the indicator's points without it.
        cap: Option<Exact>,
        /// Total before bonuses from which, or above which, it counts.
        gate: Option<Bound>,
    },
    /// If the value is true: the effect.
    Veto(VetoEffect),
    /// points × judgement, or judgement × points / declared points.
    Judged(JudgedIn),
    /// points × value / best value of the group.
    Relative,
}

/// How a band table gives points for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandMethod {
    /// The row that the value falls into gives the points.
    Step,
    /// Each row is a slice of the value and gives points per unit of it: the part of the value
    /// from zero up to it that lies in the row's interval × the row's number, summed over the rows.
    Marginal,
}

/// What an assessor writes down for a judged indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JudgedIn {
    /// Points, from zero to those declared.
    Points,
    /// A part of the points, from zero to one.
    Ratio,
}

/// What a veto that is hit does to the total and the grade. Of several vetoes the lowest fixed
/// score, the lowest maximum and the worst grade count, and one that stands alone silences all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VetoEffect {
    /// Grade given, unless the total's is worse.
    pub grade: Option<String>,
    /// The total, whatever was computed: lower totals are raised to it.
    pub score: Option<Exact>,
    /// Most points of the total; lower totals stay.
    pub score_max: Option<Exact>,
    /// Whether nothing else is scored: every other indicator has no points then, and the total is
    /// the fixed score, or zero without one.
    pub alone: bool,
}

impl IndicatorKind {
    /// Its name in a rule pack.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Banded { .. } => "banded",
            Self::Deduct { .. } => "deduct",
            Self::Bonus { .. } => "bonus",
            Self::Veto(_) => "veto",
            Self::Judged(_) => "judged",
            Self::Relative => "relative",
        }
    }

    /// Whether the value needs no row: a deduction without incident is nothing, not unknown.
    pub const fn counts_without_cases(&self) -> bool {
        matches!(
            self,
            Self::Deduct { .. } | Self::Bonus { .. } | Self::Veto(_) | Self::Relative
        )
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
    /// There is no assessment before there is a value: the default of what is judged.
    Required,
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
    /// How its own points are rounded, whatever `[rounding]` says of indicators.
    pub round: Option<RoundTo>,
    /// Citations.
    pub cite: Vec<Cite>,
    /// When it is in force.
    pub effective: DateRange,
    /// Where it is written.
    pub place: Place,
}

impl Indicator {
    /// Fewest cases for a value: `min_cases`, and at least one where a value needs a row.
    pub const fn least_cases(&self) -> u64 {
        if self.kind.counts_without_cases() || self.min_cases > 0 {
            self.min_cases
        } else {
            1
        }
    }

    /// Whether its points, when it applies, rest on cases of the department. A deduction that needs
    /// no case does not: nobody has earned points by having committed nothing. Points that rest on
    /// cases count towards being ranked, and receive the points of what does not apply.
    pub const fn rests_on_cases(&self) -> bool {
        self.kind.is_scored()
            && (!matches!(self.kind, IndicatorKind::Deduct { .. }) || self.min_cases > 0)
    }
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
