//! Exact allocation of whole units: largest remainder, with floors and caps.
//!
//! Shares are `clamp(λ·weight, floor, cap)` for the one λ at which they add up to the pool. That
//! sum is a piecewise linear, rising function of λ, so λ is found on its sorted breakpoints,
//! exactly, and no iteration has to converge. Whole units are then dealt by largest remainder, ties
//! to the smaller key, so that the order in which shares are given decides nothing.
//!
//! What cannot be met has a declared outcome, [`Fit`]: floors beyond the pool are paid in
//! proportion to the floors; caps below the pool leave the rest where it is.

use std::collections::BTreeSet;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{Signed as _, ToPrimitive as _, Zero as _};

use crate::exact::Exact;

/// One who takes part.
#[derive(Clone, Debug)]
pub struct Share<K> {
    /// Decides between equal remainders: the smaller first. Unique within an allocation.
    pub key: K,
    /// Weight, not negative. Zero takes nothing, whatever the floor.
    pub weight: Exact,
    /// Least whole units; zero for none.
    pub floor: i64,
    /// Most whole units; `None` for no cap.
    pub cap: Option<i64>,
}

/// What bound a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Neither floor nor cap.
    Free,
    /// Raised to its floor.
    Floor,
    /// Cut to its cap.
    Cap,
    /// Floors exceed the pool: its floor, scaled down.
    FloorScaled,
}

/// How the pool and what is asked of it went together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// All of the pool is dealt, every floor and cap holds.
    Whole,
    /// The floors exceed the pool: it is dealt in proportion to them.
    FloorsExceed,
    /// The caps stay below the pool: each is at its cap, the rest stays.
    CapsBelow,
    /// Nobody has weight: all of it stays.
    Nobody,
}

/// What one gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocated {
    /// Exact share before whole units.
    pub exact: Exact,
    /// Whole units.
    pub units: i64,
    /// What bound it.
    pub bound: Bound,
}

/// How a pool was divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// In the order of the shares given.
    pub shares: Vec<Allocated>,
    /// Units that stay in the pool.
    pub left: i64,
    /// How pool, floors and caps went together.
    pub fit: Fit,
}

/// What cannot be allocated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllocateError {
    /// A weight or floor below zero, a cap below its floor, or a key that was there before.
    #[error(
        "第 {index} 个分配对象的权重、下限、上限或标识无效 \
         (invalid weight, bounds or key of share {index})"
    )]
    InvalidShare {
        /// Its position.
        index: usize,
    },
    /// The pool is below zero.
    #[error("待分配额为负数 (negative pool)")]
    NegativePool,
    /// Numbers that are to be made whole do not add up to a whole number of at most 64 bits.
    #[error("各份之和不是整数 (parts do not add up to a whole number)")]
    NotWhole,
}

/// An exact share: whole units and `part` / denominator of one more; the denominator is common to
/// all shares of an allocation, so that remainders are compared as integers.
struct Quota {
    whole: BigInt,
    part: BigInt,
    bound: Bound,
}

/// The level λ, as a quotient.
struct Level {
    numerator: BigInt,
    denominator: BigInt,
}

/// Divides `pool` whole units.
pub fn allocate<K: Ord>(pool: i64, shares: &[Share<K>]) -> Result<Allocation, AllocateError> {
    check(pool, shares)?;
    let weights = whole_weights(shares);
    let taking = || shares.iter().filter(|share| share.weight.is_positive());
    let floors: i128 = taking().map(|share| i128::from(share.floor)).sum();
    let caps: Option<i128> = taking().map(|share| share.cap.map(i128::from)).sum();
    let pool_wide = i128::from(pool);
    let (fit, denominator, quotas) = if taking().next().is_none() {
        (Fit::Nobody, BigInt::from(1), nothing(shares))
    } else if floors > pool_wide {
        let quotas = scaled_floors(pool, shares, floors);
        (Fit::FloorsExceed, floors.into(), quotas)
    } else if caps.is_some_and(|caps| caps < pool_wide) {
        (Fit::CapsBelow, BigInt::from(1), at_caps(shares))
    } else {
        let level = level(pool, shares, &weights);
        let quotas = at_level(shares, &weights, &level);
        (Fit::Whole, level.denominator, quotas)
    };
    let dealt = match fit {
        Fit::Whole | Fit::FloorsExceed => pool,
        Fit::CapsBelow => caps.and_then(|caps| caps.to_i64()).unwrap_or_default(),
        Fit::Nobody => 0,
    };
    let keys: Vec<&K> = shares.iter().map(|share| &share.key).collect();
    let units = deal(&quotas, &keys, &BigInt::from(dealt));
    let shares = quotas
        .into_iter()
        .zip(units)
        .map(|(quota, units)| Allocated {
            exact: quota.exact(&denominator),
            units: units.to_i64().unwrap_or(i64::MAX),
            bound: quota.bound,
        });
    Ok(Allocation {
        shares: shares.collect(),
        left: pool - dealt,
        fit,
    })
}

/// Makes numbers whole that add up to a whole number, each by less than one, their sum kept: the
/// missing units go to the largest remainders, ties to the smaller key. Numbers may be negative.
pub fn make_whole<K: Ord>(parts: &[(K, Exact)]) -> Result<Vec<i64>, AllocateError> {
    let total: Exact = parts.iter().map(|(_, part)| part).sum();
    let total = total.to_i64().ok_or(AllocateError::NotWhole)?;
    let denominator = common_denominator(parts.iter().map(|(_, part)| part));
    let quotas: Vec<Quota> = parts
        .iter()
        .map(|(_, part)| {
            let scaled = part.numerator() * (&denominator / part.denominator());
            Quota::new(&scaled, &denominator, Bound::Free)
        })
        .collect();
    let keys: Vec<&K> = parts.iter().map(|(key, _)| key).collect();
    deal(&quotas, &keys, &BigInt::from(total))
        .iter()
        .map(|units| units.to_i64().ok_or(AllocateError::NotWhole))
        .collect()
}

impl Quota {
    fn new(numerator: &BigInt, denominator: &BigInt, bound: Bound) -> Self {
        let (whole, part) = numerator.div_mod_floor(denominator);
        Self { whole, part, bound }
    }

    fn whole(units: i64, bound: Bound) -> Self {
        Self {
            whole: units.into(),
            part: BigInt::zero(),
            bound,
        }
    }

    fn exact(&self, denominator: &BigInt) -> Exact {
        let part = Exact::from(self.part.clone()).checked_div(&Exact::from(denominator.clone()));
        Exact::from(self.whole.clone()) + part.unwrap_or_else(Exact::zero)
    }
}

fn check<K: Ord>(pool: i64, shares: &[Share<K>]) -> Result<(), AllocateError> {
    if pool < 0 {
        return Err(AllocateError::NegativePool);
    }
    let mut keys = BTreeSet::new();
    for (index, share) in shares.iter().enumerate() {
        let bounds_ok = share.floor >= 0 && share.cap.is_none_or(|cap| cap >= share.floor);
        if share.weight.is_negative() || !bounds_ok || !keys.insert(&share.key) {
            return Err(AllocateError::InvalidShare { index });
        }
    }
    Ok(())
}

fn common_denominator<'e>(numbers: impl Iterator<Item = &'e Exact>) -> BigInt {
    numbers.fold(BigInt::from(1), |common, number| {
        common.lcm(number.denominator())
    })
}

/// The weights as whole numbers in the same proportion.
fn whole_weights<K>(shares: &[Share<K>]) -> Vec<BigInt> {
    let common = common_denominator(shares.iter().map(|share| &share.weight));
    let scaled = |weight: &Exact| weight.numerator() * (&common / weight.denominator());
    shares.iter().map(|share| scaled(&share.weight)).collect()
}

fn nothing<K>(shares: &[Share<K>]) -> Vec<Quota> {
    let none = |_| Quota::whole(0, Bound::Free);
    shares.iter().map(none).collect()
}

/// Each floor in proportion, over the denominator `floors`.
fn scaled_floors<K>(pool: i64, shares: &[Share<K>], floors: i128) -> Vec<Quota> {
    let floors = BigInt::from(floors);
    shares
        .iter()
        .map(|share| {
            if share.weight.is_positive() && share.floor > 0 {
                let scaled = BigInt::from(share.floor) * pool;
                Quota::new(&scaled, &floors, Bound::FloorScaled)
            } else {
                Quota::whole(0, Bound::Free)
            }
        })
        .collect()
}

fn at_caps<K>(shares: &[Share<K>]) -> Vec<Quota> {
    shares
        .iter()
        .map(|share| match share.cap {
            Some(cap) if share.weight.is_positive() => Quota::whole(cap, Bound::Cap),
            _ => Quota::whole(0, Bound::Free),
        })
        .collect()
}

fn at_level<K>(shares: &[Share<K>], weights: &[BigInt], level: &Level) -> Vec<Quota> {
    let Level {
        numerator,
        denominator,
    } = level;
    shares
        .iter()
        .zip(weights)
        .map(|(share, weight)| {
            if !weight.is_positive() {
                return Quota::whole(0, Bound::Free);
            }
            let free = numerator * weight;
            match share.cap {
                Some(cap) if free > denominator * cap => Quota::whole(cap, Bound::Cap),
                _ if free < denominator * share.floor => Quota::whole(share.floor, Bound::Floor),
                _ => Quota::new(&free, denominator, Bound::Free),
            }
        })
        .collect()
}

/// Where the sum of shares changes its slope: at λ = `bound` / `weight`.
struct Breakpoint<'w> {
    bound: i64,
    weight: &'w BigInt,
    /// Whether the share stops at its cap here; it leaves its floor otherwise.
    is_cap: bool,
}

/// The level at which the shares add up to the pool. Called only when the floors do not exceed it
/// and the caps reach it, so that there is one.
fn level<K>(pool: i64, shares: &[Share<K>], weights: &[BigInt]) -> Level {
    let mut breakpoints = Vec::with_capacity(2 * shares.len());
    // Before the first breakpoint: shares without floor rise, the others stand at theirs.
    let (mut slope, mut base) = (BigInt::zero(), BigInt::zero());
    for (share, weight) in shares.iter().zip(weights) {
        if !weight.is_positive() {
            continue;
        }
        let at = |bound, is_cap| Breakpoint {
            bound,
            weight,
            is_cap,
        };
        if share.floor == 0 {
            slope += weight;
        } else {
            base += share.floor;
            breakpoints.push(at(share.floor, false));
        }
        breakpoints.extend(share.cap.map(|cap| at(cap, true)));
    }
    breakpoints.sort_by(|a, b| (b.weight * a.bound).cmp(&(a.weight * b.bound)));
    for point in breakpoints {
        let Breakpoint { bound, weight, .. } = point;
        // The sum at the breakpoint reaches the pool: slope · bound / weight + base ≥ pool.
        if &slope * bound + &base * weight >= weight * pool {
            if slope.is_zero() {
                // Flat up to here: the sum is the pool at this very level.
                return Level {
                    numerator: bound.into(),
                    denominator: weight.clone(),
                };
            }
            break;
        }
        if point.is_cap {
            slope -= weight;
            base += bound;
        } else {
            slope += weight;
            base -= bound;
        }
    }
    Level {
        numerator: pool - base,
        denominator: slope,
    }
}

/// Whole units that add up to `total`: one more for the largest parts, ties to the smaller key.
fn deal<K: Ord>(quotas: &[Quota], keys: &[&K], total: &BigInt) -> Vec<BigInt> {
    let mut units: Vec<BigInt> = quotas.iter().map(|quota| quota.whole.clone()).collect();
    let missing = total - units.iter().sum::<BigInt>();
    let mut order: Vec<usize> = (0..quotas.len()).collect();
    order.sort_by(|a, b| {
        let part = |index: &usize| quotas.get(*index).map(|quota| &quota.part);
        part(b)
            .cmp(&part(a))
            .then_with(|| keys.get(*a).cmp(&keys.get(*b)))
    });
    for index in order.into_iter().take(missing.to_usize().unwrap_or(0)) {
        if let Some(units) = units.get_mut(index) {
            *units += 1;
        }
    }
    units
}

#[cfg(test)]
mod tests;
