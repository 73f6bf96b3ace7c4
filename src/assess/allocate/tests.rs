#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use proptest::prelude::*;

mod oracle;

/// Keys in the order of shares.
const KEYS: [&str; 20] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s",
    "t",
];

/// A share that gets its key from its place.
fn share(weight: i64, floor: i64, cap: Option<i64>) -> Share<&'static str> {
    Share {
        key: "",
        weight: weight.into(),
        floor,
        cap,
    }
}

fn keyed(shares: &[Share<&'static str>]) -> Vec<Share<&'static str>> {
    let keyed = shares.iter().zip(KEYS);
    keyed
        .map(|(share, key)| Share {
            key,
            ..share.clone()
        })
        .collect()
}

fn dealt(pool: i64, shares: &[Share<&'static str>]) -> Allocation {
    allocate(pool, &keyed(shares)).unwrap()
}

fn units(pool: i64, shares: &[Share<&'static str>]) -> Vec<i64> {
    let allocation = dealt(pool, shares);
    allocation.shares.iter().map(|share| share.units).collect()
}

#[test]
fn t20_thirds_go_to_the_first_by_key() {
    let thirds = [share(1, 0, None), share(1, 0, None), share(1, 0, None)];
    assert_eq!(units(10_000, &thirds), [3334, 3333, 3333]);
    assert_eq!(units(2, &thirds), [1, 1, 0]);
    assert_eq!(units(0, &thirds), [0, 0, 0]);
}

#[test]
fn t20_what_a_cap_cuts_off_flows_to_the_others() {
    let shares = [share(8, 0, Some(100)), share(1, 0, None), share(1, 0, None)];
    assert_eq!(units(1000, &shares), [100, 450, 450]);
}

#[test]
fn t20_a_floor_is_paid_by_the_others() {
    let shares = [share(1, 400, None), share(9, 0, None), share(0, 50, None)];
    let allocation = dealt(1000, &shares);
    assert_eq!(units(1000, &shares), [400, 600, 0]);
    assert_eq!(allocation.shares[0].bound, Bound::Floor);
}

#[test]
fn t20_floors_beyond_the_pool_are_scaled_and_visible() {
    let shares = [share(1, 300, None), share(1, 100, None), share(5, 0, None)];
    let allocation = dealt(100, &shares);
    assert_eq!(units(100, &shares), [75, 25, 0]);
    assert_eq!(allocation.shares[0].bound, Bound::FloorScaled);
    assert_eq!((allocation.fit, allocation.left), (Fit::FloorsExceed, 0));
}

#[test]
fn t20_caps_below_the_pool_leave_the_rest() {
    let shares = [share(1, 0, Some(10)), share(2, 5, Some(20))];
    let allocation = dealt(100, &shares);
    assert_eq!(units(100, &shares), [10, 20]);
    assert_eq!((allocation.fit, allocation.left), (Fit::CapsBelow, 70));
    let nobody = dealt(100, &[share(0, 0, None)]);
    assert_eq!((nobody.fit, nobody.left), (Fit::Nobody, 100));
    assert_eq!(dealt(100, &[]).left, 100);
}

#[test]
fn t27_invalid_shares_are_refused() {
    assert!(allocate::<&str>(-1, &[]).is_err());
    assert!(allocate(1, &[share(-1, 0, None)]).is_err());
    assert!(allocate(1, &[share(1, 5, Some(4))]).is_err());
    let twice = [share(1, 0, None), share(1, 0, None)];
    assert_eq!(
        allocate(1, &twice).unwrap_err(),
        AllocateError::InvalidShare { index: 1 }
    );
}

#[test]
fn t20_equal_remainders_go_by_key_and_not_by_place() {
    let of = |key, weight: i64| Share {
        key,
        ..share(weight, 0, None)
    };
    let backwards = [of("乙", 1), of("丙", 1), of("丁", 1)];
    let allocation = allocate(10, &backwards).unwrap();
    let units: Vec<i64> = allocation.shares.iter().map(|share| share.units).collect();
    // 丁 (U+4E01) before 丙 (U+4E19) before 乙 (U+4E59).
    assert_eq!(units, [3, 3, 4]);
}

#[test]
fn t20_numbers_that_add_up_to_a_whole_are_made_whole_and_still_do() {
    let third = |numerator| Exact::ratio(numerator, 3).unwrap();
    let parts = [("a", third(-1)), ("b", third(-2)), ("c", third(3))];
    assert_eq!(make_whole(&parts).unwrap(), [0, -1, 1]);
    assert_eq!(make_whole::<&str>(&[]).unwrap(), [0_i64; 0]);
    assert_eq!(
        make_whole(&[("a", third(1))]).unwrap_err(),
        AllocateError::NotWhole
    );
}

#[test]
fn t20_floors_that_fill_the_pool_are_the_allocation() {
    let shares = [
        share(1, 80, None),
        share(1, 58, Some(59)),
        share(1, 54, None),
    ];
    assert_eq!(units(192, &shares), [80, 58, 54]);
}

fn shares() -> impl Strategy<Value = Vec<Share<&'static str>>> {
    let one =
        (0i64..50, 0i64..300, proptest::option::of(0i64..600)).prop_map(|(weight, floor, room)| {
            share(weight, floor / 3, room.map(|room| floor / 3 + room))
        });
    proptest::collection::vec(one, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn t20_sums_to_the_pool_and_holds_bounds(pool in 0i64..3000, shares in shares()) {
        let allocation = dealt(pool, &shares);
        let sum: i64 = allocation.shares.iter().map(|share| share.units).sum();
        prop_assert_eq!(sum + allocation.left, pool);
        let weighty = || shares.iter().filter(|share| share.weight.is_positive());
        let floors: i64 = weighty().map(|share| share.floor).sum();
        let caps: Option<i64> = weighty().map(|share| share.cap).sum();
        if floors <= pool {
            let attainable = caps.map_or(pool, |caps| caps.min(pool));
            let attainable = if weighty().count() == 0 { 0 } else { attainable };
            prop_assert_eq!(sum, attainable);
        } else {
            prop_assert_eq!(sum, pool);
        }
        for (share, got) in shares.iter().zip(&allocation.shares) {
            let rest = &Exact::from(got.units) - &got.exact;
            prop_assert!(rest < Exact::one() && -rest < Exact::one());
            if share.weight.is_zero() {
                prop_assert_eq!(got.units, 0);
            } else {
                prop_assert!(share.cap.is_none_or(|cap| got.units <= cap));
                prop_assert!(floors > pool || got.units >= share.floor);
            }
        }
    }

    #[test]
    fn t20_without_bounds_it_is_the_largest_remainder(
        pool in 0i64..1_000_000_000,
        weights in proptest::collection::vec(0i64..1000, 1..20),
    ) {
        let shares: Vec<_> = weights.iter().map(|w| share(*w, 0, None)).collect();
        let total: i64 = weights.iter().sum();
        let allocation = dealt(pool, &shares);
        for (weight, got) in weights.iter().zip(&allocation.shares) {
            if total > 0 {
                // |x - q| < 1, in integers.
                let difference = i128::from(got.units) * i128::from(total)
                    - i128::from(pool) * i128::from(*weight);
                prop_assert!(difference.abs() < i128::from(total));
            }
            prop_assert!(*weight > 0 || got.units == 0);
        }
        // A greater weight never gets less.
        for (a, x) in weights.iter().zip(&allocation.shares) {
            for (b, y) in weights.iter().zip(&allocation.shares) {
                prop_assert!(a <= b || x.units >= y.units);
            }
        }
    }

    #[test]
    fn t20_a_greater_weight_of_ones_own_never_lowers_what_one_gets(
        pool in 0i64..3000,
        shares in shares(),
        who in 0usize..12,
        more in 1i64..40,
    ) {
        // Whoever has no weight yet would bring a floor of its own along.
        let who = (0..shares.len()).cycle().skip(who).take(shares.len());
        let Some(who) = who.into_iter().find(|who| shares[*who].weight.is_positive()) else {
            return Ok(());
        };
        let before = units(pool, &shares)[who];
        let mut heavier = shares.clone();
        heavier[who].weight = heavier[who].weight.clone() + Exact::from(more);
        prop_assert!(units(pool, &heavier)[who] >= before);
    }

    #[test]
    fn t20_the_order_of_the_shares_decides_nothing(
        pool in 0i64..3000,
        shares in shares(),
        turn in 0usize..12,
    ) {
        let given = keyed(&shares);
        let mut turned = given.clone();
        turned.reverse();
        turned.rotate_left(turn.min(shares.len()));
        let by_key = |shares: &[Share<&'static str>]| -> std::collections::BTreeMap<&str, Allocated> {
            let allocation = allocate(pool, shares).unwrap();
            shares.iter().map(|share| share.key).zip(allocation.shares).collect()
        };
        prop_assert_eq!(by_key(&given), by_key(&turned));
    }
}
