//! Where the points go that do not apply.
//!
//! By the policy of the indicator that has no value:
//! - `redistribute`: to the receivers of its axis in proportion to their points; when the axis has
//!   none, to the axes that have some in proportion to the points of these axes;
//! - `scale`: away from the maximum; the total is multiplied by maximum / what is left of it;
//! - `full`: granted; `zero`: lost; both stay where they are;
//! - `required`: there is no assessment, so nothing gets here.
//!
//! Receivers are the scored indicators with a value that rests on cases
//! ([`Indicator::rests_on_cases`]). When nothing at all applies, nothing is received and the factor
//! of `scale` is one: the department has what `full` grants it and is not ranked.

use engine::pack::{Indicator, NotApplicable};

use super::Rules;
use crate::allocate::{Share, allocate};
use crate::assessment::Status;
use crate::exact::Exact;

/// Points available to each indicator after what does not apply was spread.
pub(super) struct Spread {
    pub(super) available: Vec<Exact>,
    pub(super) scale_factor: Exact,
    /// Points of the total that rest on cases of the department, as declared.
    pub(super) assessed: Exact,
}

/// Whether redistributed points may go to the indicator.
fn receives(indicator: &Indicator, status: Status) -> bool {
    status == Status::Scored && indicator.rests_on_cases()
}

/// Points of one axis, before its weight.
#[derive(Clone, Default)]
struct Part {
    /// Of those that receive.
    receiving: Exact,
    /// To be received.
    spreading: Exact,
}

pub(super) fn spread(rules: &Rules<'_>, statuses: &[Status]) -> Spread {
    let mut scaled_away = Exact::zero();
    let mut assessed = Exact::zero();
    let mut parts = vec![Part::default(); rules.axes.len()];
    for ((_, indicator), status) in rules.indicators.iter().zip(statuses) {
        let points = Exact::from(indicator.points);
        let Some(at) = rules.axis(indicator) else {
            continue;
        };
        let weight = rules.weight(at);
        let Some(part) = parts.get_mut(at) else {
            continue;
        };
        if receives(indicator, *status) {
            part.receiving = &part.receiving + &points;
            assessed = &assessed + &(&points * &weight);
        } else if status.is_not_applicable() && indicator.kind.is_scored() {
            match indicator.not_applicable {
                NotApplicable::Redistribute => part.spreading = &part.spreading + &points,
                NotApplicable::Scale => scaled_away = &scaled_away + &(&points * &weight),
                // A duty not met counts as assessed; full points are a gift and do not.
                NotApplicable::Zero => assessed = &assessed + &(&points * &weight),
                NotApplicable::Full | NotApplicable::Required => {}
            }
        }
    }
    let factors = axis_factors(rules, &parts);
    let left = &rules.maximum - &scaled_away;
    let available = rules.indicators.iter().zip(statuses);
    let available = available.map(|((_, indicator), status)| {
        let points = Exact::from(indicator.points);
        let factor = rules.axis(indicator).and_then(|axis| factors.get(axis));
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

/// Decimals of the coarsest rounding below the total; `None` when nothing is rounded there.
fn unit_scale(rules: &Rules<'_>) -> Option<u8> {
    let rounding = rules.pack.rounding;
    let scored = rules.indicators.iter().map(|(_, indicator)| indicator);
    let of_indicators = scored
        .filter(|indicator| indicator.kind.is_scored())
        .filter_map(|indicator| rounding.of_indicator(indicator));
    let levels = of_indicators.chain(rounding.axis);
    levels.map(|level| level.scale).min()
}

/// Where scores are rounded below the total, points that grew are made of whole units of the last
/// decimal that is kept, by largest remainder in the order of the pack: parts rounded each for
/// itself would let full marks come to 100.01. Axes of one weight are dealt to together.
fn whole_units(rules: &Rules<'_>, mut available: Vec<Exact>) -> Vec<Exact> {
    let unit =
        unit_scale(rules).and_then(|scale| Exact::ratio(1, 10_i128.pow(u32::from(scale.min(18)))));
    let Some(unit) = unit else {
        return available;
    };
    let mut weights: Vec<Exact> = (0..rules.axes.len())
        .map(|axis| rules.weight(axis))
        .collect();
    weights.sort();
    weights.dedup();
    for weight in weights {
        let grew = |((_, indicator), amount): (&(usize, &Indicator), &Exact)| {
            let axis = rules.axis(indicator).map(|axis| rules.weight(axis));
            indicator.kind.is_scored()
                && axis.as_ref() == Some(&weight)
                && *amount > indicator.points.into()
        };
        let places: Vec<usize> = rules
            .indicators
            .iter()
            .zip(&available)
            .enumerate()
            .filter_map(|(place, one)| grew(one).then_some(place))
            .collect();
        deal(&mut available, &places, &unit);
    }
    available
}

/// Makes the amounts at the places whole units, their sum rounded down to whole units.
fn deal(amounts: &mut [Exact], places: &[usize], unit: &Exact) {
    let shares: Vec<Share<usize>> = places
        .iter()
        .filter_map(|place| Some((*place, amounts.get(*place)?)))
        .map(|(key, points)| Share {
            key,
            weight: points.clone(),
            floor: 0,
            cap: None,
        })
        .collect();
    let total: Exact = shares.iter().map(|share| &share.weight).sum();
    let pool = total
        .checked_div(unit)
        .and_then(|units| Exact::from(units.floor()).to_i64());
    let Some(Ok(allocation)) = pool.map(|pool| allocate(pool, &shares)) else {
        return;
    };
    for (place, share) in places.iter().zip(allocation.shares) {
        if let Some(amount) = amounts.get_mut(*place) {
            *amount = &Exact::from(share.units) * unit;
        }
    }
}

/// By what the receivers of each axis grow: what its own axis cannot take goes to the other axes
/// with receivers, in proportion to their points. What crosses axes is counted in points of the total.
fn axis_factors(rules: &Rules<'_>, parts: &[Part]) -> Vec<Exact> {
    let mut homeless = Exact::zero();
    let mut taking = Exact::zero();
    for (at, (axis, part)) in rules.axes.iter().zip(parts).enumerate() {
        if part.receiving.is_positive() {
            taking = taking + axis.points.into();
        } else {
            homeless = &homeless + &(&part.spreading * &rules.weight(at));
        }
    }
    let factor = |(at, part): (usize, &Part)| {
        let points = rules.axes.get(at).map(|axis| Exact::from(axis.points));
        let received = points
            .and_then(|points| (&homeless * &points).checked_div(&taking))
            .and_then(|share| share.checked_div(&rules.weight(at)));
        let all = &(&part.receiving + &part.spreading) + &received.unwrap_or_else(Exact::zero);
        all.checked_div(&part.receiving).unwrap_or_else(Exact::one)
    };
    parts.iter().enumerate().map(factor).collect()
}
