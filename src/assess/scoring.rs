//! From the values of indicators to points, axes, total and grade: one department, exactly.
//!
//! The same function scores a department as it is and as it would be ([`crate::raise`]), so that
//! advice and score can never disagree.

mod spread;

use domain::Period;
use engine::pack::{Axis, Indicator, IndicatorKind, NotApplicable, RoundTo};
use engine::{Cell, Pack, Value};

use crate::assessment::{AxisResult, IndicatorResult, Score, Standing, Status};
use crate::error::AssessError;
use crate::exact::Exact;

/// Id of the parameter with the fewest points that must rest on cases for a department to be
/// ranked; without it, any case suffices.
pub const ASSESSED_MIN: &str = "assessed_min";

/// The rules of one period, read once for all departments.
pub(crate) struct Rules<'a> {
    pub(crate) pack: &'a Pack,
    /// Index in the pack and indicator, of those in force.
    pub(crate) indicators: Vec<(usize, &'a Indicator)>,
    /// Axes in force.
    pub(crate) axes: Vec<&'a Axis>,
    pub(crate) maximum: Exact,
    assessed_min: Exact,
}

impl<'a> Rules<'a> {
    pub(crate) fn new(pack: &'a Pack, period: Period, in_force: &[usize]) -> Self {
        let indicator = |index: &usize| Some((*index, pack.indicators.get(*index)?));
        let day = period.last_day();
        let minimum = pack.parameter_on(ASSESSED_MIN, day);
        Self {
            pack,
            indicators: in_force.iter().filter_map(indicator).collect(),
            axes: pack
                .axes
                .iter()
                .filter(|axis| axis.effective.contains(day))
                .collect(),
            maximum: pack.maximum.into(),
            assessed_min: minimum.map_or_else(Exact::zero, |(_, value)| value.value.into()),
        }
    }

    fn score(&self, exact: Exact, rounded: bool) -> Score {
        let RoundTo { scale, mode } = self.pack.rounding.score;
        let counted = if rounded {
            exact.round(scale, mode)
        } else {
            exact.clone()
        };
        Score {
            shown: counted.shown(scale, mode),
            exact,
            counted,
        }
    }
}

/// What the engine found for one indicator, and what it is compared with.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// Status without regard to the group.
    pub(crate) status: engine::Status,
    /// Rows that count.
    pub(crate) cases: u32,
    /// The number, if it is one.
    pub(crate) number: Option<Exact>,
    /// Whether a veto was hit.
    pub(crate) hit: bool,
    /// Points that the band table gives, for a banded indicator.
    pub(crate) band: Option<Exact>,
    /// Best value of the group, for a relative indicator.
    pub(crate) best: Option<Exact>,
}

impl From<&Cell> for Input {
    fn from(cell: &Cell) -> Self {
        let number = match cell.value {
            Some(Value::Number(number)) => Some(number.into()),
            _ => None,
        };
        Self {
            status: cell.status,
            cases: u32::try_from(cell.cases).unwrap_or(u32::MAX),
            number,
            hit: cell.value == Some(Value::Bool(true)),
            band: cell.band.map(Exact::from),
            best: None,
        }
    }
}

impl Input {
    fn status(&self, kind: &IndicatorKind) -> Status {
        match (self.status, kind) {
            (_, IndicatorKind::Veto { .. }) if self.hit => Status::Vetoed,
            (_, IndicatorKind::Veto { .. }) => Status::Clear,
            (engine::Status::NoCases, _) => Status::NoCases,
            (engine::Status::BelowMinimum, _) => Status::TooFewCases,
            (engine::Status::Known, IndicatorKind::Relative)
                if !self.best.as_ref().is_some_and(Exact::is_positive) =>
            {
                Status::NothingInGroup
            }
            (engine::Status::Known, _) => Status::Scored,
        }
    }
}

/// One department's points.
#[derive(Clone, Debug)]
pub(crate) struct Scored {
    pub(crate) indicators: Vec<IndicatorResult>,
    pub(crate) axes: Vec<AxisResult>,
    pub(crate) scale_factor: Exact,
    pub(crate) before_bonus: Score,
    pub(crate) before_veto: Exact,
    pub(crate) total: Score,
    pub(crate) grade: Option<String>,
    pub(crate) vetoes: Vec<String>,
    pub(crate) standing: Standing,
}

fn min(a: Exact, b: Exact) -> Exact {
    if b < a { b } else { a }
}

/// Points of one scored indicator before rounding.
fn points(
    indicator: &Indicator,
    input: &Input,
    status: Status,
    available: &Exact,
) -> Result<Exact, AssessError> {
    let rule = |reason: &str| AssessError::Rule {
        rule: indicator.id.clone(),
        reason: reason.to_owned(),
    };
    if status.is_not_applicable() {
        return Ok(match indicator.not_applicable {
            NotApplicable::Full => available.clone(),
            _ => Exact::zero(),
        });
    }
    let value = input
        .number
        .clone()
        .ok_or_else(|| rule("没有数值 (the value is not a number)"))?;
    Ok(match &indicator.kind {
        IndicatorKind::Ratio => available * &value,
        IndicatorKind::Banded { .. } => {
            let band = input.band.clone();
            let band = band.ok_or_else(|| rule("分档表没有给出分值 (no points from the band)"))?;
            let declared = Exact::from(indicator.points);
            let part = band.checked_div(&declared);
            &part.ok_or_else(|| rule("分值为零 (zero points)"))? * available
        }
        IndicatorKind::Deduct { cap } => {
            let cap = cap.map_or_else(|| available.clone(), Exact::from);
            available - &min(min(cap, available.clone()), value)
        }
        IndicatorKind::Relative => {
            let best = input.best.clone().unwrap_or_else(Exact::zero);
            let part = value.checked_div(&best);
            &part.ok_or_else(|| rule("组内最优值为零 (best of the group is zero)"))? * available
        }
        IndicatorKind::Bonus { .. } | IndicatorKind::Veto { .. } => Exact::zero(),
    })
}

/// Most points a bonus gives.
pub(crate) fn bonus_cap(indicator: &Indicator, cap: Option<engine::Exact>) -> Exact {
    cap.unwrap_or(indicator.points).into()
}

/// Scores one department.
pub(crate) fn score(rules: &Rules<'_>, inputs: &[Input]) -> Result<Scored, AssessError> {
    let statuses: Vec<Status> = rules
        .indicators
        .iter()
        .zip(inputs)
        .map(|((_, indicator), input)| input.status(&indicator.kind))
        .collect();
    let spread = spread::spread(rules, &statuses);
    let rounding = rules.pack.rounding;
    let mut indicators = Vec::with_capacity(inputs.len());
    for (((_, indicator), input), (status, available)) in rules
        .indicators
        .iter()
        .zip(inputs)
        .zip(statuses.iter().zip(spread.available))
    {
        let exact = if indicator.kind.is_scored() {
            points(indicator, input, *status, &available)?
        } else {
            Exact::zero()
        };
        indicators.push(IndicatorResult {
            id: indicator.id.clone(),
            status: *status,
            cases: input.cases,
            value: input.number.clone(),
            best: input.best.clone(),
            available,
            score: rules.score(exact, rounding.at_indicator),
        });
    }
    let axes = axes(rules, &indicators);
    let sum: Exact = axes.iter().map(|axis| &axis.score.counted).sum();
    let before_bonus = rules.score(&sum * &spread.scale_factor, rounding.at_total);
    let bonus = bonuses(rules, inputs, &before_bonus, &mut indicators);
    let before_veto = &before_bonus.exact + &bonus;
    let (vetoes, total) = vetoes(rules, &indicators, before_veto.clone());
    let total = rules.score(total, rounding.at_total);
    let enough = spread.assessed.is_positive() && spread.assessed >= rules.assessed_min;
    let standing = if enough {
        Standing::Ranked
    } else {
        Standing::TooLittleAssessed
    };
    Ok(Scored {
        grade: grade(rules, &total, &vetoes, standing),
        indicators,
        axes,
        scale_factor: spread.scale_factor,
        before_bonus,
        before_veto,
        total,
        vetoes,
        standing,
    })
}

fn axes(rules: &Rules<'_>, indicators: &[IndicatorResult]) -> Vec<AxisResult> {
    let axis = |axis: &&Axis| {
        let mut exact = Exact::zero();
        let mut available = Exact::zero();
        let mut applicable = false;
        for ((_, indicator), result) in rules.indicators.iter().zip(indicators) {
            if indicator.axis != axis.id || !indicator.kind.is_scored() {
                continue;
            }
            exact = &exact + &result.score.counted;
            available = &available + &result.available;
            applicable |= !result.status.is_not_applicable() || result.available.is_positive();
        }
        AxisResult {
            id: axis.id.clone(),
            available,
            applicable,
            score: rules.score(exact, rules.pack.rounding.at_axis),
        }
    };
    rules.axes.iter().map(axis).collect()
}

/// Scores the bonuses whose gate the total reaches; returns their sum.
fn bonuses(
    rules: &Rules<'_>,
    inputs: &[Input],
    before: &Score,
    indicators: &mut [IndicatorResult],
) -> Exact {
    let mut sum = Exact::zero();
    let all = rules.indicators.iter().zip(inputs).zip(indicators);
    for (((_, indicator), input), result) in all {
        let IndicatorKind::Bonus { cap, gate } = indicator.kind else {
            continue;
        };
        let cap = bonus_cap(indicator, cap);
        result.available = cap.clone();
        let open = gate.is_none_or(|gate| before.counted >= gate.into());
        if result.status != Status::Scored {
            continue;
        }
        if !open {
            result.status = Status::GateClosed;
            continue;
        }
        let value = input.number.clone().unwrap_or_else(Exact::zero);
        result.score = rules.score(min(cap, value), rules.pack.rounding.at_indicator);
        sum = &sum + &result.score.counted;
    }
    sum
}

/// The vetoes hit, and the total they leave.
fn vetoes(
    rules: &Rules<'_>,
    indicators: &[IndicatorResult],
    mut total: Exact,
) -> (Vec<String>, Exact) {
    let mut hit = Vec::new();
    for ((_, indicator), result) in rules.indicators.iter().zip(indicators) {
        if let IndicatorKind::Veto { score_max, .. } = &indicator.kind
            && result.status == Status::Vetoed
        {
            hit.push(indicator.id.clone());
            if let Some(score_max) = score_max {
                total = min(total, (*score_max).into());
            }
        }
    }
    (hit, total)
}

/// The grade: that of the total, or the worst that a veto gives. A veto grades even a department
/// that is otherwise too little assessed.
fn grade(
    rules: &Rules<'_>,
    total: &Score,
    vetoes: &[String],
    standing: Standing,
) -> Option<String> {
    let grades = &rules.pack.grades;
    let of_total = grades
        .iter()
        .position(|grade| total.counted >= Exact::from(grade.from))
        .filter(|_| standing == Standing::Ranked);
    let of_vetoes = rules
        .indicators
        .iter()
        .filter(|(_, indicator)| vetoes.contains(&indicator.id))
        .filter_map(|(_, indicator)| match &indicator.kind {
            IndicatorKind::Veto { grade, .. } => grade.as_ref(),
            _ => None,
        })
        .filter_map(|id| grades.iter().position(|grade| grade.id == *id));
    let worst = of_total.into_iter().chain(of_vetoes).max()?;
    grades.get(worst).map(|grade| grade.id.clone())
}

#[cfg(test)]
mod tests;
