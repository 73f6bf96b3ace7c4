//! Where the points go that do not apply.

use engine::pack::{Axis, Indicator, IndicatorKind, NotApplicable};

use super::Rules;
use crate::allocate::{Share, allocate};
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
        available: whole_units(rules, available.collect()),
        scale_factor: rules.maximum.checked_div(&left).unwrap_or_else(Exact::one),
        assessed,
    }
}

/// Where scores are rounded below the total, the available points are made of whole units of the
/// last decimal, by largest remainder in the order of the pack: parts rounded each for itself would
/// let full marks come to 100.01.
fn whole_units(rules: &Rules<'_>, available: Vec<Exact>) -> Vec<Exact> {
    let rounding = rules.pack.rounding;
    let unit = Exact::ratio(1, 10_i128.pow(u32::from(rounding.score.scale.min(18))));
    let (Some(unit), true) = (unit, rounding.at_indicator || rounding.at_axis) else {
        return available;
    };
    let scored = |indicator: &Indicator| indicator.kind.is_scored();
    let shares: Vec<Share<usize>> = rules
        .indicators
        .iter()
        .zip(&available)
        .enumerate()
        .map(|(key, ((_, indicator), points))| Share {
            key,
            weight: if scored(indicator) {
                points.clone()
            } else {
                Exact::zero()
            },
            floor: 0,
            cap: None,
        })
        .collect();
    let total: Exact = shares.iter().map(|share| &share.weight).sum();
    let pool = total
        .checked_div(&unit)
        .and_then(|units| Exact::from(units.floor()).to_i64());
    let Some(Ok(allocation)) = pool.map(|pool| allocate(pool, &shares)) else {
        return available;
    };
    let dealt = allocation.shares.into_iter();
    dealt
        .zip(rules.indicators.iter().zip(available))
        .map(|(share, ((_, indicator), points))| {
            if scored(indicator) {
                &Exact::from(share.units) * &unit
            } else {
                points
            }
        })
        .collect()
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
