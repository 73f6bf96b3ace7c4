//! An oracle that shares no code with the allocation: integers of 128 bits, every breakpoint tried.

use super::*;
use crate::fixture::generated::Dice;

/// A share in whole numbers; `cap` is above every pool when there is none.
#[derive(Clone, Copy)]
struct Plain {
    weight: i128,
    floor: i128,
    cap: i128,
}

/// More than any pool here.
const NO_CAP: i128 = 1 << 40;

impl Plain {
    /// The share at level `n`/`d`, times `d`.
    fn at(self, (n, d): (i128, i128)) -> i128 {
        (self.weight * n).clamp(self.floor * d, self.cap * d)
    }
}

/// The level, as a quotient: the highest breakpoint that the pool covers, and from there along the
/// slope of those that still rise.
fn level(pool: i128, shares: &[Plain]) -> (i128, i128) {
    let bounds = shares
        .iter()
        .flat_map(|share| [(share.floor, share.weight), (share.cap, share.weight)]);
    let sum = |at| shares.iter().map(|share| share.at(at)).sum::<i128>();
    let covered = |at: &(i128, i128)| sum(*at) <= pool * at.1;
    let lowest = std::iter::once((0, 1)).chain(bounds).filter(covered);
    let highest = lowest.reduce(|a, b| if a.0 * b.1 >= b.0 * a.1 { a } else { b });
    let (n, d) = highest.unwrap();
    let rising =
        |share: &&Plain| share.floor * d <= share.weight * n && share.weight * n < share.cap * d;
    let slope: i128 = shares.iter().filter(rising).map(|share| share.weight).sum();
    if slope == 0 {
        return (n, d);
    }
    (n * slope + pool * d - sum((n, d)), d * slope)
}

/// Whole units by picking the largest remainder again and again.
fn largest_remainders(total: i128, parts: &[i128], denominator: i128) -> Vec<i128> {
    let mut units: Vec<i128> = parts
        .iter()
        .map(|part| part.div_euclid(denominator))
        .collect();
    let mut rest: Vec<i128> = parts
        .iter()
        .map(|part| part.rem_euclid(denominator))
        .collect();
    for _ in units.iter().sum::<i128>()..total {
        let mut best = 0;
        for (index, part) in rest.iter().enumerate() {
            if *part > rest[best] {
                best = index;
            }
        }
        units[best] += 1;
        rest[best] = -1;
    }
    units
}

/// Units of each share; those without weight get nothing.
fn expected(pool: i128, all: &[Plain]) -> Vec<i128> {
    let taking: Vec<Plain> = all
        .iter()
        .copied()
        .filter(|share| share.weight > 0)
        .collect();
    let floors: i128 = taking.iter().map(|share| share.floor).sum();
    let caps: i128 = taking.iter().map(|share| share.cap).sum();
    let units = if taking.is_empty() {
        Vec::new()
    } else if floors > pool {
        let parts: Vec<i128> = taking.iter().map(|share| share.floor * pool).collect();
        largest_remainders(pool, &parts, floors)
    } else if caps < pool {
        taking.iter().map(|share| share.cap).collect()
    } else {
        let at = level(pool, &taking);
        let parts: Vec<i128> = taking.iter().map(|share| share.at(at)).collect();
        assert_eq!(
            parts.iter().sum::<i128>(),
            pool * at.1,
            "the level meets the pool exactly"
        );
        largest_remainders(pool, &parts, at.1)
    };
    let mut units = units.into_iter();
    let mut next = |share: &Plain| {
        if share.weight > 0 {
            units.next().unwrap()
        } else {
            0
        }
    };
    all.iter().map(&mut next).collect()
}

/// A case by chance: sizes from fen to millions, bounds that bind, cannot be met, or meet exactly.
fn case(dice: &mut Dice) -> (i64, Vec<Share<&'static str>>, Vec<Plain>) {
    let magnitude = dice.pick(&[3_u64, 20, 1000, 1_000_000]);
    let number = |dice: &mut Dice, below: u64| i64::try_from(dice.roll(below)).unwrap();
    let count = dice.roll(9);
    let mut shares = Vec::new();
    let mut plain = Vec::new();
    // Weights are twelfths, so that their denominators differ.
    for key in KEYS.into_iter().take(usize::try_from(count).unwrap()) {
        let twelfths = if dice.hit(8) { 0 } else { number(dice, 5000) };
        let floor = if dice.hit(2) {
            0
        } else {
            number(dice, magnitude)
        };
        let cap = dice.hit(2).then(|| floor + number(dice, magnitude));
        shares.push(Share {
            key,
            weight: Exact::ratio(twelfths.into(), 12).unwrap(),
            floor,
            cap,
        });
        plain.push(Plain {
            weight: twelfths.into(),
            floor: floor.into(),
            cap: cap.map_or(NO_CAP, i128::from),
        });
    }
    let floors: i64 = shares.iter().map(|share| share.floor).sum();
    let pool = match dice.roll(4) {
        0 => floors,
        1 => shares.iter().map(|share| share.cap.unwrap_or(0)).sum(),
        _ => number(dice, magnitude * 8),
    };
    (pool, shares, plain)
}

/// What any fair division of a pool must satisfy, whoever found it: all free shares stand at one
/// level, those at their floor above it, those at their cap below it.
fn is_optimal(shares: &[Share<&str>], allocation: &Allocation) -> bool {
    let level_of = |(share, got): (&Share<&str>, &Allocated)| got.exact.checked_div(&share.weight);
    let levels = |bound: Bound| -> Vec<Exact> {
        let pairs = shares.iter().zip(&allocation.shares);
        pairs
            .filter(|(share, got)| share.weight.is_positive() && got.bound == bound)
            .filter_map(level_of)
            .collect()
    };
    let free = levels(Bound::Free);
    let Some(level) = free.first() else {
        return true;
    };
    free.iter().all(|one| one == level)
        && levels(Bound::Floor).iter().all(|one| one >= level)
        && levels(Bound::Cap).iter().all(|one| one <= level)
}

#[test]
fn t20_a_hundred_thousand_allocations_equal_the_oracle() {
    let mut dice = Dice(809);
    let mut fits = std::collections::BTreeMap::new();
    for number in 0..100_000 {
        let (pool, shares, plain) = case(&mut dice);
        let allocation = allocate(pool, &shares).unwrap();
        let units: Vec<i64> = allocation.shares.iter().map(|share| share.units).collect();
        let wide: Vec<i128> = units.iter().map(|units| i128::from(*units)).collect();
        assert_eq!(
            wide,
            expected(pool.into(), &plain),
            "case {number}: {pool} {shares:?}"
        );
        assert_eq!(
            units.iter().sum::<i64>() + allocation.left,
            pool,
            "case {number}"
        );
        for (share, got) in shares.iter().zip(&allocation.shares) {
            let off = &Exact::from(got.units) - &got.exact;
            assert!(off < Exact::one() && -off < Exact::one(), "case {number}");
            assert!(
                share.weight.is_positive() || got.units == 0,
                "case {number}"
            );
        }
        if allocation.fit == Fit::Whole {
            assert!(is_optimal(&shares, &allocation), "case {number}");
        }
        *fits.entry(format!("{:?}", allocation.fit)).or_insert(0_u32) += 1;
    }
    // Every outcome was met often enough to mean something.
    assert!(
        fits.len() == 4 && fits.values().all(|count| *count > 3000),
        "{fits:?}"
    );
}
