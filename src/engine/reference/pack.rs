//! A whole pack by the reference: department by department, indicator by indicator, row by row.

use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use super::number::Number;
use super::{Reference, Slow};
use crate::evaluation::{Evaluation, Status, Value};
use crate::exact::Quantity;
use crate::fault::FaultKind;
use crate::pack::{CompiledRule, Indicator, IndicatorKind};
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
    let mut subjects = Vec::with_capacity(bound.frame.subjects);
    for subject in 0..bound.frame.subjects {
        let mut cells = Vec::with_capacity(rules.len());
        for (rule, indicator) in &rules {
            cells.push(cell(bound, rule, indicator, subject)?);
        }
        subjects.push(cells);
    }
    Ok(subjects)
}

fn cell<N: Number>(
    bound: &Bound<'_>,
    rule: &CompiledRule,
    indicator: &Indicator,
    subject: usize,
) -> Result<SlowCell<N>, FaultKind> {
    let reference: Reference<'_, N> = Reference::new(
        &bound.plan.constants,
        &bound.calendar,
        bound.columns(rule.table),
    );
    let range = bound
        .table(rule.table)
        .map_or(0..0, |table| table.rows_of(subject));
    let rows = reference.select(rule.condition.as_ref(), range)?;
    let least = if indicator.kind.counts_without_cases() {
        indicator.min_cases
    } else {
        indicator.min_cases.max(1)
    };
    let cases = u64::try_from(rows.len()).map_err(|_| FaultKind::Overflow)?;
    if cases < least {
        let none = cases == 0;
        let status = if none {
            Status::NoCases
        } else {
            Status::BelowMinimum
        };
        return Ok(SlowCell {
            status,
            value: None,
            band: None,
        });
    }
    let value = match reference.subject(&rule.value, &rows)? {
        Some(Slow::Number(number)) => Some(number),
        Some(Slow::Bool(flag)) => N::scaled(i128::from(flag), 0),
        _ => None,
    };
    Ok(SlowCell {
        status: Status::Known,
        band: band(&reference, rule, indicator, value.as_ref())?,
        value,
    })
}

fn band<N: Number>(
    reference: &Reference<'_, N>,
    rule: &CompiledRule,
    indicator: &Indicator,
    value: Option<&N>,
) -> Result<Option<N>, FaultKind> {
    let (IndicatorKind::Banded { .. }, Some(table), Some(value)) =
        (&indicator.kind, rule.band, value)
    else {
        return Ok(None);
    };
    match reference.look_up(table, &[Slow::Number(value.clone())])? {
        Slow::Number(points) => Ok(Some(points)),
        _ => Ok(None),
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
