//! From the values of indicators to points, axes, total and grade: one department, exactly.
//!
//! The same function scores a department as it is and as it would be ([`crate::raise`]), so that
//! advice and score can never disagree. In order, each step on what the step before counted:
//!
//! 1. status of every indicator; points available after what does not apply was spread (`spread`);
//! 2. points of each scored indicator (`points`), rounded at the indicator's level;
//! 3. each axis: weight × sum of its indicators, rounded at the axis's level;
//! 4. total before bonuses: sum of the axes × scale factor, rounded at the total's level only to be
//!    compared with gates;
//! 5. bonuses whose gate it passes, each rounded at the indicator's level, added to it unrounded;
//! 6. vetoes: fixed score, highest score, grade (`veto`); the total rounded at the total's level;
//! 7. grade: the first whose threshold the total reaches, or a worse one that a veto gives.
//!
//! A veto that stands alone takes the points from steps 2 and 5.

mod points;
mod spread;
mod veto;

use domain::Period;
use engine::pack::{Axis, Indicator, IndicatorKind, RoundTo};
use engine::{Cell, Pack, Value};

use crate::assessment::{AxisResult, IndicatorResult, Score, Standing, Status};
use crate::error::AssessError;
use crate::exact::Exact;
use points::points;

pub(crate) use points::most_lost;

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

    /// The axis that a scored indicator belongs to.
    fn axis(&self, indicator: &Indicator) -> Option<usize> {
        let mut axes = self.axes.iter();
        axes.position(|axis| axis.id == indicator.axis)
    }

    /// The weight of an axis.
    fn weight(&self, axis: usize) -> Exact {
        let axis = self.axes.get(axis);
        axis.map_or_else(Exact::one, |axis| axis.weight.into())
    }

    /// A score at a level that is rounded as said, if it is.
    fn score(&self, exact: Exact, rounding: Option<RoundTo>) -> Score {
        let counted = match rounding {
            Some(RoundTo { scale, mode }) => exact.round(scale, mode),
            None => exact.clone(),
        };
        let RoundTo { scale, mode } = rounding.unwrap_or(self.pack.rounding.score);
        Score {
            shown: counted.shown(scale, mode),
            exact,
            counted,
        }
    }

    /// The total that thresholds of grades and gates are compared with.
    fn compared<'s>(&self, total: &'s Score) -> &'s Exact {
        if self.pack.grades_on_rounded {
            &total.counted
        } else {
            &total.exact
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
    pub(crate) fn status(&self, kind: &IndicatorKind) -> Status {
        match (self.status, kind) {
            (_, IndicatorKind::Veto(_)) if self.hit => Status::Vetoed,
            (_, IndicatorKind::Veto(_)) => Status::Clear,
            (engine::Status::NoCases, IndicatorKind::Judged(_)) => Status::NotJudged,
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

/// Most points a bonus gives.
pub(crate) fn bonus_cap(indicator: &Indicator, cap: Option<engine::Exact>) -> Exact {
    cap.unwrap_or(indicator.points).into()
}

/// Scores one department.
pub(crate) fn score(rules: &Rules<'_>, inputs: &[Input]) -> Result<Scored, AssessError> {
    let mut statuses: Vec<Status> = rules
        .indicators
        .iter()
        .zip(inputs)
        .map(|((_, indicator), input)| input.status(&indicator.kind))
        .collect();
    let spread = spread::spread(rules, &statuses);
    veto::silence(rules, &mut statuses);
    let rounding = rules.pack.rounding;
    let mut indicators = Vec::with_capacity(inputs.len());
    for (((_, indicator), input), (status, available)) in rules
        .indicators
        .iter()
        .zip(inputs)
        .zip(statuses.iter().zip(spread.available))
    {
        let exact = if indicator.kind.is_scored() && *status != Status::Silenced {
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
            score: rules.score(exact, rounding.of_indicator(indicator)),
        });
    }
    let axes = axes(rules, &indicators);
    let sum: Exact = axes.iter().map(|axis| &axis.score.counted).sum();
    let before_bonus = rules.score(&sum * &spread.scale_factor, rounding.total);
    let bonus = bonuses(rules, inputs, &before_bonus, &mut indicators);
    let before_veto = &before_bonus.exact + &bonus;
    let (vetoes, total) = veto::total(rules, &indicators, before_veto.clone());
    let total = rules.score(total, rounding.total);
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
        let weight = Exact::from(axis.weight);
        let (exact, available) = (&exact * &weight, &available * &weight);
        AxisResult {
            id: axis.id.clone(),
            available,
            applicable,
            score: rules.score(exact, rules.pack.rounding.axis),
        }
    };
    rules.axes.iter().map(axis).collect()
}

/// Scores the bonuses whose gate the total passes; returns their sum.
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
        let open = gate.is_none_or(|gate| {
            let (total, from) = (rules.compared(before), Exact::from(gate.value));
            *total > from || (gate.included && *total == from)
        });
        if result.status != Status::Scored {
            continue;
        }
        if !open {
            result.status = Status::GateClosed;
            continue;
        }
        let value = input.number.clone().unwrap_or_else(Exact::zero);
        let rounding = rules.pack.rounding.of_indicator(indicator);
        result.score = rules.score(min(cap, value), rounding);
        sum = &sum + &result.score.counted;
    }
    sum
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
        .position(|grade| *rules.compared(total) >= Exact::from(grade.from))
        .filter(|_| standing == Standing::Ranked);
    let of_vetoes = rules
        .indicators
        .iter()
        .filter(|(_, indicator)| vetoes.contains(&indicator.id))
        .filter_map(|(_, indicator)| match &indicator.kind {
            IndicatorKind::Veto(effect) => effect.grade.as_ref(),
            _ => None,
        })
        .filter_map(|id| grades.iter().position(|grade| grade.id == *id));
    let worst = of_total.into_iter().chain(of_vetoes).max()?;
    grades.get(worst).map(|grade| grade.id.clone())
}

#[cfg(test)]
mod tests;
