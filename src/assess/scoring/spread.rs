//! Where the points go that do not apply.

use engine::pack::{Axis, Indicator, IndicatorKind, NotApplicable};

use super::Rules;
use crate::assessment::Status;
use crate::exact::Exact;

/// Points available to each indicator after what does not apply was spread.
pub(super) struct Spread {
    pub(super) available: Vec<Exact>,
    pub(super) scale_factor: Exact,
    /// Points that rest on cases of the department, as declared.
    pub(super) assessed: Exact,
}

/// Whether redistributed points may go to the indicator. Deductions get none: nobody earns points
/// by having committed nothing.
fn receives(indicator: &Indicator, status: Status) -> bool {
    status == Status::Scored
        && indicator.kind.is_scored()
        && !matches!(indicator.kind, IndicatorKind::Deduct { .. })
}

pub(super) fn spread(rules: &Rules<'_>, statuses: &[Status]) -> Spread {
    let mut scaled_away = Exact::zero();
    let mut assessed = Exact::zero();
    // Per axis: points of receivers, points to spread within.
    let mut axes: Vec<(Exact, Exact)> = vec![(Exact::zero(), Exact::zero()); rules.axes.len()];
    for ((_, indicator), status) in rules.indicators.iter().zip(statuses) {
        let points = Exact::from(indicator.points);
        let axis = rules.axes.iter().position(|axis| axis.id == indicator.axis);
        let Some((receiving, spreading)) = axis.and_then(|axis| axes.get_mut(axis)) else {
            continue;
        };
        if receives(indicator, *status) {
            *receiving = &*receiving + &points;
            assessed = &assessed + &points;
        } else if status.is_not_applicable() && indicator.kind.is_scored() {
            match indicator.not_applicable {
                NotApplicable::Redistribute => *spreading = &*spreading + &points,
                NotApplicable::Scale => scaled_away = &scaled_away + &points,
                // A duty not met counts as assessed; full points are a gift and do not.
                NotApplicable::Zero => assessed = &assessed + &points,
                NotApplicable::Full => {}
            }
        }
    }
    let factors = axis_factors(rules, &axes);
    let left = &rules.maximum - &scaled_away;
    let available = rules.indicators.iter().zip(statuses);
    let available = available.map(|((_, indicator), status)| {
        let points = Exact::from(indicator.points);
        let axis = rules.axes.iter().position(|axis| axis.id == indicator.axis);
        let factor = axis.and_then(|axis| factors.get(axis));
        let gone = matches!(
            indicator.not_applicable,
            NotApplicable::Redistribute | NotApplicable::Scale
        );
        match factor {
            Some(factor) if receives(indicator, *status) => &points * factor,
            _ if status.is_not_applicable() && gone => Exact::zero(),
            _ => points,
        }
    });
    Spread {
        available: available.collect(),
        scale_factor: rules.maximum.checked_div(&left).unwrap_or_else(Exact::one),
        assessed,
    }
}

/// By what the receivers of each axis grow: what its own axis cannot take goes to the other axes
/// with receivers, in proportion to their points.
fn axis_factors(rules: &Rules<'_>, axes: &[(Exact, Exact)]) -> Vec<Exact> {
    let mut homeless = Exact::zero();
    let mut taking = Exact::zero();
    for (axis, (receiving, spreading)) in rules.axes.iter().zip(axes) {
        if receiving.is_positive() {
            taking = taking + axis.points.into();
        } else {
            homeless = &homeless + spreading;
        }
    }
    let factor = |(axis, (receiving, spreading)): (&&Axis, &(Exact, Exact))| {
        let share = (&homeless * &axis.points.into()).checked_div(&taking);
        let all = &(receiving + spreading) + &share.unwrap_or_else(Exact::zero);
        all.checked_div(receiving).unwrap_or_else(Exact::one)
    };
    rules.axes.iter().zip(axes).map(factor).collect()
}
