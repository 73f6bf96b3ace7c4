//! Comparisons of a subject with its peer group: those of its group that take part.

use std::collections::BTreeMap;

use super::aggregate::{Aggregated, Held};
use super::lanes::{LaneFault, Lanes, misfit};
use crate::exact::Quantity;
use crate::fault::FaultKind;
use crate::formula::tree::Verb;

/// What formulas over subjects read besides aggregates, one lane a subject.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    /// Comparisons, by index.
    pub(crate) peers: Vec<Aggregated<'static>>,
    /// Values of the period before, by index.
    pub(crate) carried: Vec<Aggregated<'static>>,
}

/// A subject among its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The subject's own value.
    pub(crate) own: Quantity,
    /// The group's best value, its total, or the number of its subjects.
    pub(crate) basis: Quantity,
    /// Subjects of the group that take part.
    pub(crate) subjects: usize,
    /// The result; `None` where best or total are not above zero.
    pub(crate) value: Option<Quantity>,
}

/// Compares the values of the subjects that take part (`None`: takes no part) within their groups.
pub(crate) fn compare_peers(
    verb: Verb,
    values: &[Option<Quantity>],
    groups: &[u32],
) -> Result<Vec<Option<Place>>, LaneFault> {
    let mut members: BTreeMap<u32, Vec<(usize, Quantity)>> = BTreeMap::new();
    for (lane, own) in values.iter().enumerate() {
        if let Some(own) = own {
            let group = groups.get(lane).copied().ok_or_else(misfit)?;
            members.entry(group).or_default().push((lane, *own));
        }
    }
    let mut places = vec![None; values.len()];
    for group in members.values() {
        for (lane, place) in judge(verb, group)? {
            if let Some(slot) = places.get_mut(lane) {
                *slot = Some(place);
            }
        }
    }
    Ok(places)
}

/// The places of the members of one group.
fn judge(verb: Verb, group: &[(usize, Quantity)]) -> Result<Vec<(usize, Place)>, LaneFault> {
    let overflow = |lane: &usize| LaneFault::new(*lane, FaultKind::Overflow);
    let whole = |count: usize| i128::try_from(count).unwrap_or(i128::MAX);
    let subjects = group.len();
    let mut sorted: Vec<Quantity> = group.iter().map(|(_, own)| *own).collect();
    sorted.sort_unstable();
    let basis = match verb {
        Verb::RelativeToBest => sorted.last().copied().unwrap_or(Quantity::ZERO),
        Verb::ShareOfTotal => {
            let mut total = Quantity::ZERO;
            for (lane, own) in group {
                total = total.checked_add(*own).ok_or_else(|| overflow(lane))?;
            }
            total
        }
        Verb::Rank | Verb::Percentile => Quantity::whole(whole(subjects)),
    };
    let place = |(lane, own): &(usize, Quantity)| {
        let not_above = || whole(sorted.partition_point(|other| other <= own));
        let value = match verb {
            Verb::Rank => Some(Quantity::whole(whole(subjects) - not_above() + 1)),
            Verb::Percentile => {
                let share = Quantity::new(not_above(), whole(subjects));
                Some(share.ok_or_else(|| overflow(lane))?)
            }
            Verb::RelativeToBest | Verb::ShareOfTotal if basis > Quantity::ZERO => {
                Some(own.checked_div(basis).ok_or_else(|| overflow(lane))?)
            }
            Verb::RelativeToBest | Verb::ShareOfTotal => None,
        };
        let place = Place {
            own: *own,
            basis,
            subjects,
            value,
        };
        Ok((*lane, place))
    };
    group.iter().map(place).collect()
}

/// Values that may be missing as lanes: fractions, or whole numbers.
pub(crate) fn found(
    values: impl Iterator<Item = Option<Quantity>> + Clone,
    whole: bool,
) -> Aggregated<'static> {
    let known = values.clone().map(|value| value.is_some()).collect();
    let (above, below): (Vec<i128>, Vec<i128>) = values
        .map(|value| value.unwrap_or(Quantity::ZERO))
        .map(|value| (value.numerator, value.denominator))
        .unzip();
    let lanes = if whole {
        Lanes::narrowed(above)
    } else {
        Lanes::Fraction(above, below)
    };
    Aggregated {
        values: Held::Lanes(lanes),
        known: Some(known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(verb: Verb, values: &[Option<i128>], groups: &[u32]) -> Vec<String> {
        let values: Vec<_> = values.iter().map(|one| one.map(Quantity::whole)).collect();
        let places = compare_peers(verb, &values, groups).unwrap();
        let show = |place: &Option<Place>| match place {
            None => "-".to_owned(),
            Some(place) => place
                .value
                .map_or("missing".into(), |value| value.to_string()),
        };
        places.iter().map(show).collect()
    }

    #[test]
    fn subjects_are_compared_within_their_group_and_those_without_cases_take_no_part() {
        let values = [Some(4), Some(8), None, Some(8), Some(2)];
        let groups = [0, 0, 0, 0, 1];
        let of = |verb| results(verb, &values, &groups).join(" ");
        assert_eq!(of(Verb::RelativeToBest), "0.5 1 - 1 1");
        assert_eq!(of(Verb::ShareOfTotal), "0.2 0.4 - 0.4 1");
        assert_eq!(of(Verb::Rank), "3 1 - 1 1");
        assert_eq!(of(Verb::Percentile), "1/3 1 - 1 1");
    }

    #[test]
    fn nothing_above_zero_is_no_measure() {
        let of = |verb, values: &[Option<i128>]| results(verb, values, &[0, 0]).join(" ");
        assert_eq!(
            of(Verb::RelativeToBest, &[Some(0), Some(-3)]),
            "missing missing"
        );
        assert_eq!(
            of(Verb::ShareOfTotal, &[Some(3), Some(-3)]),
            "missing missing"
        );
        assert_eq!(of(Verb::Rank, &[Some(0), Some(0)]), "1 1");
        assert_eq!(of(Verb::Percentile, &[Some(0), Some(-3)]), "1 0.5");
    }
}
