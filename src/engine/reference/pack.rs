//! A whole pack by the reference: department by department, indicator by indicator, row by row.

use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use super::number::Number;
use super::{Company, Reference, Slow};
use crate::evaluation::{Evaluation, Status, Value};
use crate::exact::{Exact, Quantity};
use crate::fault::FaultKind;
use crate::pack::{
    BandMethod, CellTest, CompiledRule, Indicator, IndicatorKind, Interval, Output, Table,
};
use crate::plan::Bound;

/// One indicator for one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowCell<N> {
    /// Whether it applies.
    pub status: Status,
    /// The value as a number; truth values are one and zero.
    pub value: Option<N>,
    /// For banded indicators: the points that the band table gives for the value.
    pub band: Option<N>,
}

/// The cells of a pack: by subject, then by indicator in force.
pub type SlowCells<N> = Vec<Vec<SlowCell<N>>>;

/// Every indicator in force for every subject, on the numbers `N`; the first fault stops it.
pub fn evaluate<N: Number>(bound: &Bound<'_>) -> Result<SlowCells<N>, FaultKind> {
    let rules: Vec<(&CompiledRule, &Indicator)> = bound
        .plan
        .indicators()
        .filter_map(|index| bound.rule(index))
        .collect();
    let mut companies = Vec::with_capacity(rules.len());
    for (rule, indicator) in &rules {
        companies.push(company::<N>(bound, rule, indicator)?);
    }
    let mut subjects = Vec::with_capacity(bound.frame.subjects);
    for subject in 0..bound.frame.subjects {
        let mut cells = Vec::with_capacity(rules.len());
        for ((rule, indicator), company) in rules.iter().zip(&companies) {
            cells.push(cell(bound, rule, indicator, subject, company)?);
        }
        subjects.push(cells);
    }
    Ok(subjects)
}

fn reference<'b, N: Number>(bound: &'b Bound<'_>, rule: &CompiledRule) -> Reference<'b, N> {
    Reference::new(
        &bound.plan.constants,
        &bound.calendar,
        bound.columns(rule.table),
    )
}

/// The cases of a subject, and whether they are enough.
fn cases<N: Number>(
    bound: &Bound<'_>,
    rule: &CompiledRule,
    indicator: &Indicator,
    subject: usize,
) -> Result<(Vec<usize>, Status), FaultKind> {
    let range = bound
        .table(rule.table)
        .map_or(0..0, |table| table.rows_of(subject));
    let rows = reference::<N>(bound, rule).select(rule.condition.as_ref(), range)?;
    let least = indicator.least_cases();
    let status = match u64::try_from(rows.len()).map_err(|_| FaultKind::Overflow)? {
        cases if cases >= least => Status::Known,
        0 => Status::NoCases,
        _ => Status::BelowMinimum,
    };
    Ok((rows, status))
}

/// The cases of all subjects that take part, for a rule that compares them; none otherwise.
fn company<N: Number>(
    bound: &Bound<'_>,
    rule: &CompiledRule,
    indicator: &Indicator,
) -> Result<Vec<Option<Vec<usize>>>, FaultKind> {
    if rule.value.peers.is_empty() {
        return Ok(Vec::new());
    }
    let taking_part = |subject: usize| {
        let (rows, status) = cases::<N>(bound, rule, indicator, subject)?;
        Ok((status == Status::Known).then_some(rows))
    };
    (0..bound.frame.subjects).map(taking_part).collect()
}

fn cell<N: Number>(
    bound: &Bound<'_>,
    rule: &CompiledRule,
    indicator: &Indicator,
    subject: usize,
    company: &[Option<Vec<usize>>],
) -> Result<SlowCell<N>, FaultKind> {
    let (rows, status) = cases::<N>(bound, rule, indicator, subject)?;
    if status != Status::Known {
        return Ok(SlowCell {
            status,
            value: None,
            band: None,
        });
    }
    let company = Company {
        cases: company,
        groups: &bound.frame.peers,
        prior: &bound.frame.prior,
    };
    let reference = reference(bound, rule);
    let value = match reference.subject(&rule.value, subject, &rows, company)? {
        Some(Slow::Number(number)) => Some(number),
        Some(Slow::Bool(flag)) => N::scaled(i128::from(flag), 0),
        _ => None,
    };
    Ok(SlowCell {
        status,
        band: band(bound, &reference, rule, indicator, value.as_ref())?,
        value,
    })
}

fn band<N: Number>(
    bound: &Bound<'_>,
    reference: &Reference<'_, N>,
    rule: &CompiledRule,
    indicator: &Indicator,
    value: Option<&N>,
) -> Result<Option<N>, FaultKind> {
    let (IndicatorKind::Banded { method, .. }, Some(table), Some(value)) =
        (&indicator.kind, rule.band, value)
    else {
        return Ok(None);
    };
    if *method == BandMethod::Marginal {
        let active = bound.plan.constants.tables.get(table);
        let active = active.and_then(Option::as_ref);
        return active
            .map(|active| by_rows(&active.table, value))
            .transpose();
    }
    match reference.look_up(table, &[Slow::Number(value.clone())])? {
        Slow::Number(points) => Ok(Some(points)),
        _ => Ok(None),
    }
}

/// Points per unit, row by row: how much of the value lies in each row's interval. What lies in none
/// is `otherwise`'s.
fn by_rows<N: Number>(table: &Table, value: &N) -> Result<N, FaultKind> {
    let number = |exact: Exact| N::scaled(exact.mantissa, exact.scale);
    let nothing = N::scaled(0, 0).ok_or(FaultKind::Overflow)?;
    let mut points = nothing.clone();
    let mut rest = value.clone();
    let outputs = table.rows.iter().flat_map(|row| {
        let intervals = match row.when.first() {
            Some(CellTest::Intervals(intervals)) => intervals.clone(),
            _ => vec![Interval {
                low: None,
                high: None,
            }],
        };
        intervals
            .into_iter()
            .map(move |interval| (interval, &row.value))
    });
    for (Interval { low, high }, output) in outputs {
        let bound = |bound: Option<crate::pack::Bound>| bound.and_then(|at| number(at.value));
        let from = bound(low).map_or_else(|| nothing.clone(), |low| low.max(nothing.clone()));
        let to = bound(high).map_or_else(|| value.clone(), |high| high.min(value.clone()));
        let Output::Number(rate) = output else {
            continue;
        };
        if from < to {
            let part = to.minus(&from);
            let earned = part
                .as_ref()
                .and_then(|part| part.times(&number(*rate)?))
                .and_then(|earned| points.plus(&earned));
            points = earned.ok_or(FaultKind::Overflow)?;
            let left = part.and_then(|part| rest.minus(&part));
            rest = left.ok_or(FaultKind::Overflow)?;
        }
    }
    if rest.is_nothing() {
        return Ok(points);
    }
    match &table.otherwise {
        Some(Output::Number(rate)) => {
            let earned = number(*rate).and_then(|rate| rest.times(&rate));
            let points = earned.and_then(|earned| points.plus(&earned));
            points.ok_or(FaultKind::Overflow)
        }
        _ => Err(FaultKind::NoRow {
            table: table.id.clone(),
            input: format!("{value:?}"),
        }),
    }
}

/// The same form of what the columnar evaluation gave, exactly.
pub fn of_evaluation(evaluation: &Evaluation, subjects: usize) -> SlowCells<BigRational> {
    let rational =
        |value: Quantity| BigRational::new(value.numerator.into(), value.denominator.into());
    let cells = |subject: usize| {
        let columns = evaluation.indicators.iter();
        let cells = columns.filter_map(|column| column.cells.get(subject));
        cells
            .map(|cell| SlowCell {
                status: cell.status,
                value: cell.value.map(|value| match value {
                    Value::Number(number) => rational(number),
                    Value::Bool(flag) => BigRational::from_integer(i32::from(flag).into()),
                }),
                band: cell.band.map(rational),
            })
            .collect()
    };
    (0..subjects).map(cells).collect()
}

/// The largest absolute difference between values; `None` where one has a value and the other not.
pub fn largest_error<A: Number, B: Number>(
    left: &[Vec<SlowCell<A>>],
    right: &[Vec<SlowCell<B>>],
) -> Option<BigRational> {
    let mut largest = BigRational::zero();
    if left.len() != right.len() {
        return None;
    }
    for (left, right) in left.iter().zip(right) {
        if left.len() != right.len() {
            return None;
        }
        for (left, right) in left.iter().zip(right) {
            if left.status != right.status {
                return None;
            }
            let pairs = [(&left.value, &right.value), (&left.band, &right.band)];
            for (left, right) in pairs {
                match (left, right) {
                    (Some(left), Some(right)) => {
                        largest = largest.max((left.exact() - right.exact()).abs());
                    }
                    (None, None) => {}
                    _ => return None,
                }
            }
        }
    }
    Some(largest)
}
