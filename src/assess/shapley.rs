//! The Shapley value of sharing data, in closed form.
//!
//! In the game of a data set, a coalition that owns no copy must replace it at its cost; one that
//! does pays nothing. Of a set with cost *c*, participants *M* (owners and users) and owners *T*,
//! the value of participant *i* is *c* · (1/|M| − [i ∈ T]/|T|), and values of several sets add up:
//! every participant bears an equal part of the cost, every owner receives an equal part of it.
//! (Dehez & Tellone, *Data games: sharing public goods with exclusion*, 2013.)
//!
//! **Sign**: above zero is what a participant would have to contribute, below zero what it would
//! receive. The values of a game add up to zero. Sharing between departments is free of charge by
//! law, so nobody is ever asked for a contribution: the receipts alone are used, as shares in a pot
//! of the common superior.

use std::collections::{BTreeMap, BTreeSet};

use crate::allocate::{AllocateError, make_whole};
use crate::exact::Exact;

/// A data set that some own and others use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataGood<A> {
    /// What it would cost to replace, not negative.
    pub cost: Exact,
    /// Who owns a copy. A set that nobody owns is not shared and has no value here.
    pub owners: BTreeSet<A>,
    /// Who uses it; owners may be among them.
    pub users: BTreeSet<A>,
}

/// The value of every participant, adding up to zero.
pub fn shapley_value<A: Ord + Clone>(goods: &[DataGood<A>]) -> BTreeMap<A, Exact> {
    let mut values: BTreeMap<A, Exact> = BTreeMap::new();
    for good in goods {
        let participants: BTreeSet<&A> = good.owners.union(&good.users).collect();
        let (Some(borne), Some(received)) = (
            equal_part(&good.cost, participants.len()),
            equal_part(&good.cost, good.owners.len()),
        ) else {
            continue;
        };
        for participant in participants {
            let value = values.entry(participant.clone()).or_default();
            *value = &*value + &borne;
            if good.owners.contains(participant) {
                *value = &*value - &received;
            }
        }
    }
    values
}

fn equal_part(cost: &Exact, of: usize) -> Option<Exact> {
    let of = i64::try_from(of).ok()?;
    cost.checked_div(&of.into())
}

/// The values in whole units, still adding up to zero, each off by less than one.
pub fn whole_values<A: Ord + Clone>(
    values: &BTreeMap<A, Exact>,
) -> Result<BTreeMap<A, i64>, AllocateError> {
    let parts: Vec<(&A, Exact)> = values
        .iter()
        .map(|(who, value)| (who, value.clone()))
        .collect();
    let whole = make_whole(&parts)?;
    Ok(values.keys().cloned().zip(whole).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use proptest::prelude::*;

    use super::*;

    fn good(cost: i64, owners: &[usize], users: &[usize]) -> DataGood<usize> {
        DataGood {
            cost: cost.into(),
            owners: owners.iter().copied().collect(),
            users: users.iter().copied().collect(),
        }
    }

    #[test]
    fn three_data_sets_of_five_participants() {
        let all = [0, 1, 2, 3, 4];
        let goods = [
            good(600, &[0], &all),
            good(300, &[0, 1], &all),
            good(120, &[1, 2, 3], &all),
        ];
        let values = shapley_value(&goods);
        let whole: Vec<i64> = whole_values(&values).unwrap().into_values().collect();
        assert_eq!(whole, [-546, 14, 164, 164, 204]);
    }

    #[test]
    fn what_nobody_owns_or_only_its_owner_uses_moves_nothing() {
        assert!(shapley_value(&[good(100, &[], &[1, 2])]).is_empty());
        assert_eq!(
            shapley_value(&[good(100, &[1], &[1])]),
            [(1, Exact::zero())].into()
        );
    }

    #[test]
    fn thirds_of_a_fen_still_add_up_to_zero() {
        let values = shapley_value(&[good(100, &[0], &[1, 2])]);
        let whole = whole_values(&values).unwrap();
        assert_eq!(whole, [(0, -66), (1, 33), (2, 33)].into());
    }

    /// What a coalition must spend: the cost of every set that concerns it and that none of it owns.
    fn spent(goods: &[DataGood<usize>], coalition: &[usize]) -> i64 {
        let concerned = |good: &&DataGood<usize>| {
            let owns = coalition.iter().any(|who| good.owners.contains(who));
            let uses = coalition.iter().any(|who| good.users.contains(who));
            !good.owners.is_empty() && uses && !owns
        };
        let cost = |good: &DataGood<usize>| good.cost.to_i64().unwrap();
        goods.iter().filter(concerned).map(cost).sum()
    }

    /// The value by its definition: the mean, over every order of arrival, of what one adds.
    fn by_definition(goods: &[DataGood<usize>], count: usize) -> Vec<Exact> {
        let mut sums = vec![0_i64; count];
        let mut orders = 0_i64;
        let mut order: Vec<usize> = (0..count).collect();
        permute(&mut order, 0, &mut |order| {
            orders += 1;
            for (place, who) in order.iter().enumerate() {
                sums[*who] += spent(goods, &order[..=place]) - spent(goods, &order[..place]);
            }
        });
        let mean = |sum: i64| Exact::ratio(sum.into(), orders.into()).unwrap();
        sums.into_iter().map(mean).collect()
    }

    fn permute(order: &mut [usize], from: usize, visit: &mut impl FnMut(&[usize])) {
        if from == order.len() {
            return visit(order);
        }
        for next in from..order.len() {
            order.swap(from, next);
            permute(order, from + 1, visit);
            order.swap(from, next);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_closed_form_is_the_mean_over_all_orders_of_arrival(
            count in 1usize..=6,
            sets in proptest::collection::vec(
                (0i64..10_000, proptest::collection::vec(any::<[bool; 2]>(), 6)),
                0..5,
            ),
        ) {
            let goods: Vec<DataGood<usize>> = sets
                .iter()
                .map(|(cost, roles)| {
                    let of = |role: usize| -> BTreeSet<usize> {
                        (0..count).filter(|who| roles[*who][role]).collect()
                    };
                    DataGood { cost: (*cost).into(), owners: of(0), users: of(1) }
                })
                .collect();
            let values = shapley_value(&goods);
            let expected = by_definition(&goods, count);
            for (who, expected) in expected.into_iter().enumerate() {
                prop_assert_eq!(values.get(&who).cloned().unwrap_or_default(), expected);
            }
            prop_assert_eq!(values.values().sum::<Exact>(), Exact::zero());
            let whole = whole_values(&values).unwrap();
            prop_assert_eq!(whole.values().sum::<i64>(), 0);
            for (who, units) in &whole {
                let off = &Exact::from(*units) - &values[who];
                prop_assert!(off < Exact::one() && -off < Exact::one());
            }
        }
    }
}
