//! Exact allocation of whole units: largest remainder, with floors and caps.
//!
//! Shares are `clamp(λ·weight, floor, cap)` for the one λ at which they add up to the pool. That
//! sum is a piecewise linear, rising function of λ, so λ is found on its breakpoints, exactly, and
//! no iteration has to converge. Whole units are then dealt by largest remainder.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::exact::Exact;

/// One who takes part.
#[derive(Clone, Debug)]
pub struct Share {
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
    /// Units left because nobody has weight or all are at their cap.
    pub left: i64,
}

/// What cannot be allocated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllocateError {
    /// A pool, weight or floor below zero, or a cap below its floor.
    #[error(
        "第 {index} 个分配对象的权重、下限或上限无效 (invalid weight or bounds of share {index})"
    )]
    InvalidShare {
        /// Its position.
        index: usize,
    },
    /// The pool is below zero.
    #[error("待分配额为负数 (negative pool)")]
    NegativePool,
}

/// Divides `pool` whole units. Ties of the remainder go to the earlier share: the caller's order is
/// the tie-break, so it must be a stable key.
pub fn allocate(pool: i64, shares: &[Share]) -> Result<Allocation, AllocateError> {
    if pool < 0 {
        return Err(AllocateError::NegativePool);
    }
    for (index, share) in shares.iter().enumerate() {
        let bounds_ok = share.floor >= 0 && share.cap.is_none_or(|cap| cap >= share.floor);
        if share.weight.is_negative() || !bounds_ok {
            return Err(AllocateError::InvalidShare { index });
        }
    }
    let floors: i128 = shares
        .iter()
        .filter(|s| s.weight.is_positive())
        .map(|s| i128::from(s.floor))
        .sum();
    let exact = if floors > i128::from(pool) {
        scaled_floors(pool, shares, floors)
    } else {
        let level = level(&Exact::from(pool), shares);
        shares
            .iter()
            .map(|share| at_level(share, level.as_ref()))
            .collect()
    };
    Ok(whole_units(pool, exact))
}

/// Shares when the floors alone exceed the pool: each floor in proportion.
fn scaled_floors(pool: i64, shares: &[Share], floors: i128) -> Vec<(Exact, Bound)> {
    shares
        .iter()
        .map(|share| {
            if share.weight.is_positive() && share.floor > 0 {
                let scaled = Exact::ratio(i128::from(share.floor) * i128::from(pool), floors);
                (scaled.unwrap_or_else(Exact::zero), Bound::FloorScaled)
            } else {
                (Exact::zero(), Bound::Free)
            }
        })
        .collect()
}

/// The share at level λ; `None` is a level above every cap.
fn at_level(share: &Share, level: Option<&Exact>) -> (Exact, Bound) {
    if !share.weight.is_positive() {
        return (Exact::zero(), Bound::Free);
    }
    let floor = Exact::from(share.floor);
    let cap = share.cap.map(Exact::from);
    match (level, cap) {
        (None, Some(cap)) => (cap, Bound::Cap),
        (None, None) => (floor, Bound::Free),
        (Some(level), cap) => {
            let free = level * &share.weight;
            match cap {
                Some(cap) if free > cap => (cap, Bound::Cap),
                _ if free < floor => (floor, Bound::Floor),
                _ => (free, Bound::Free),
            }
        }
    }
}

/// The level at which the shares add up to the pool; `None` when all caps together stay below it.
/// Called only when the floors fit.
fn level(pool: &Exact, shares: &[Share]) -> Option<Exact> {
    // Each breakpoint changes the slope (weight of the free shares) and the base (bounded shares).
    let mut breakpoints: Vec<(Exact, Exact, Exact)> = Vec::new();
    let (mut slope, mut base) = (Exact::zero(), Exact::zero());
    for share in shares.iter().filter(|share| share.weight.is_positive()) {
        let floor = Exact::from(share.floor);
        if share.floor == 0 {
            slope = slope + share.weight.clone();
        } else {
            base = base + floor.clone();
            if let Some(at) = floor.checked_div(&share.weight) {
                breakpoints.push((at, share.weight.clone(), -floor));
            }
        }
        if let Some(cap) = share.cap.map(Exact::from)
            && let Some(at) = cap.checked_div(&share.weight)
        {
            breakpoints.push((at, -share.weight.clone(), cap));
        }
    }
    breakpoints.sort_by(|a, b| a.0.cmp(&b.0));
    for (at, slope_change, base_change) in breakpoints {
        // Sum at the breakpoint, reached along the present slope.
        if &(&slope * &at) + &base >= *pool {
            // Without slope the sum is already the pool at every level up to here.
            return (pool - &base).checked_div(&slope).or(Some(at));
        }
        slope = slope + slope_change;
        base = base + base_change;
    }
    (pool - &base).checked_div(&slope)
}

/// Floors of the exact shares, the missing units by largest fraction, ties to the earlier.
fn whole_units(pool: i64, exact: Vec<(Exact, Bound)>) -> Allocation {
    let mut order: Vec<(usize, Exact)> = Vec::with_capacity(exact.len());
    let mut shares = Vec::with_capacity(exact.len());
    let mut total = Exact::zero();
    for (index, (exact, bound)) in exact.into_iter().enumerate() {
        let floor: BigInt = exact.floor();
        order.push((index, &exact - &Exact::from(floor.clone())));
        total = &total + &exact;
        shares.push(Allocated {
            exact,
            units: floor.to_i64().unwrap_or(i64::MAX),
            bound,
        });
    }
    let dealt: i64 = shares.iter().map(|share| share.units).sum();
    // The exact shares add up to a whole number: the pool, or the caps when these stay below it.
    let target = total.floor().to_i64().unwrap_or(pool).min(pool);
    let missing = usize::try_from(target - dealt).unwrap_or(0);
    order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (index, _) in order.into_iter().take(missing) {
        if let Some(share) = shares.get_mut(index) {
            share.units += 1;
        }
    }
    Allocation {
        shares,
        left: pool - target,
    }
}

#[cfg(test)]
mod tests;
