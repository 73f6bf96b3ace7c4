//! Dense loops over numbers of 64 bits: several columns in one pass, and no test inside the loop.
//!
//! A loop assumes that its inputs are small and gathers their bits on the way. When these show that
//! an input was not, the result is thrown away, and the caller takes a way that tests every lane.
//!
//! The loops are compiled for several generations of processors, and the one at hand runs the widest
//! ([`widest`]). Integers have the same results in all of them.

#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for a processor only where it is inlined"
)]

use pulp::{Arch, NullaryFnOnce};

use crate::frame::Slice;

/// Columns read in one pass. The processor follows this many streams at once, and what they add up
/// to is written once.
const STREAMS: usize = 8;

/// What the fast loops take: numbers of 31 bits, not below zero, whose products every processor
/// computes several at a time.
const LOW: u64 = (1 << 31) - 1;

/// Runs a loop in the widest instructions that this processor has. Its `call` must be inlined, always:
/// only so is it compiled for each of them.
pub(super) fn widest<L: NullaryFnOnce>(looped: L) -> L::Output {
    Arch::new().dispatch(looped)
}

/// A number of a column.
pub(super) trait Lane: Copy {
    /// As bits without sign: above [`LOW`] for a number below zero.
    fn bits(self) -> u64;
    /// The low 32 bits.
    fn low(self) -> u64;
    /// The number.
    fn wide(self) -> i64;
}

impl Lane for i32 {
    fn bits(self) -> u64 {
        u64::from(self.cast_unsigned())
    }
    fn low(self) -> u64 {
        u64::from(self.cast_unsigned())
    }
    fn wide(self) -> i64 {
        i64::from(self)
    }
}

impl Lane for i64 {
    fn bits(self) -> u64 {
        self.cast_unsigned()
    }
    fn low(self) -> u64 {
        self.cast_unsigned() & 0xffff_ffff
    }
    fn wide(self) -> i64 {
        self
    }
}

/// Columns and their factors, by the width of their numbers.
#[derive(Default)]
pub(super) struct Products<'c> {
    pub(super) four: (Vec<&'c [i32]>, Vec<u32>),
    pub(super) eight: (Vec<&'c [i64]>, Vec<u32>),
}

impl<'c> Products<'c> {
    /// Adds a column with its factor.
    pub(super) fn push(&mut self, column: Slice<'c>, factor: u32) {
        match column {
            Slice::Four(values) => {
                self.four.0.push(values);
                self.four.1.push(factor);
            }
            Slice::Eight(values) => {
                self.eight.0.push(values);
                self.eight.1.push(factor);
            }
        }
    }
}

/// `constant + Σ factor · column`, lane by lane; `None` unless it is certain that no lane overflows.
pub(super) fn weighted_sum(
    constant: i128,
    terms: &[(i64, Slice<'_>)],
    lanes: usize,
) -> Option<Vec<i64>> {
    let constant = i64::try_from(constant).ok()?;
    if let Some(products) = low_products(constant, terms) {
        let mut sums = vec![constant; lanes];
        let (four, eight) = (products.four, products.eight);
        let seen =
            sum_passes(&mut sums, &four.0, &four.1)? | sum_passes(&mut sums, &eight.0, &eight.1)?;
        if seen <= LOW {
            return Some(sums);
        }
    }
    let mut reach = u128::from(constant.unsigned_abs());
    for (factor, column) in terms {
        let most = match column {
            Slice::Four(values) => magnitude(values),
            Slice::Eight(values) => magnitude(values),
        };
        let product = u128::from(factor.unsigned_abs()) * u128::from(most);
        reach = reach.saturating_add(product);
    }
    if reach > i64::MAX.unsigned_abs().into() {
        return None;
    }
    let mut sums = vec![constant; lanes];
    for (factor, column) in terms {
        // The reach of all terms together fits, so no product and no sum wraps.
        match column {
            Slice::Four(values) => add_column(&mut sums, values, *factor),
            Slice::Eight(values) => add_column(&mut sums, values, *factor),
        }
    }
    Some(sums)
}

fn add_column<T: Lane>(sums: &mut [i64], column: &[T], factor: i64) {
    let pairs = sums.iter_mut().zip(column);
    match factor {
        1 => pairs.for_each(|(sum, value)| *sum = sum.wrapping_add(value.wide())),
        -1 => pairs.for_each(|(sum, value)| *sum = sum.wrapping_sub(value.wide())),
        factor => {
            pairs.for_each(|(sum, value)| {
                *sum = sum.wrapping_add(value.wide().wrapping_mul(factor));
            });
        }
    }
}

fn sum_passes<T: Lane>(sums: &mut [i64], columns: &[&[T]], factors: &[u32]) -> Option<u64> {
    in_passes(columns, factors, |pass| match pass {
        Pass::Eight(columns, factors) => add_products(sums, columns, factors),
        Pass::Two(columns, factors) => add_products(sums, columns, factors),
        Pass::One(columns, factors) => add_products(sums, columns, factors),
    })
}

/// The terms, if all factors are below 2^32 and low columns cannot make the sum overflow.
fn low_products<'c>(constant: i64, terms: &[(i64, Slice<'c>)]) -> Option<Products<'c>> {
    let mut reach = u128::from(constant.unsigned_abs());
    let mut products = Products::default();
    for (factor, column) in terms {
        let factor = u32::try_from(*factor).ok()?;
        reach = reach.saturating_add(u128::from(factor) * u128::from(LOW));
        products.push(*column, factor);
    }
    (reach <= i64::MAX.unsigned_abs().into()).then_some(products)
}

/// A number at or above the absolute value of every lane.
pub(super) fn magnitude<T: Lane>(column: &[T]) -> u64 {
    let bits = column.iter().fold(0, |bits, value| {
        let value = value.wide();
        bits | (value ^ (value >> 63))
    });
    // −2^63 and 2^63 − 1 have the same bits here; the former is one further from zero.
    (u64::MAX >> bits.leading_zeros().min(63)) + 1
}

/// Columns and factors of one pass.
pub(super) enum Pass<'c, T> {
    Eight([&'c [T]; STREAMS], [u32; STREAMS]),
    Two([&'c [T]; 2], [u32; 2]),
    One([&'c [T]; 1], [u32; 1]),
}

/// Deals the columns to passes; gives all bits that these have seen.
pub(super) fn in_passes<T>(
    columns: &[&[T]],
    factors: &[u32],
    mut run: impl FnMut(Pass<'_, T>) -> Option<u64>,
) -> Option<u64> {
    let (eights, columns) = columns.as_chunks::<STREAMS>();
    let (of_eights, factors) = factors.as_chunks::<STREAMS>();
    let (twos, ones) = columns.as_chunks::<2>();
    let (of_twos, of_ones) = factors.as_chunks::<2>();
    let mut seen = 0;
    for (columns, factors) in eights.iter().zip(of_eights) {
        seen |= run(Pass::Eight(*columns, *factors))?;
    }
    for (columns, factors) in twos.iter().zip(of_twos) {
        seen |= run(Pass::Two(*columns, *factors))?;
    }
    for (column, factor) in ones.iter().zip(of_ones) {
        seen |= run(Pass::One([*column], [*factor]))?;
    }
    Some(seen)
}

/// Adds the products of columns and factors; gives the bits of the columns. Right for low columns
/// whose sums fit.
fn add_products<T: Lane, const N: usize>(
    sums: &mut [i64],
    columns: [&[T]; N],
    factors: [u32; N],
) -> Option<u64> {
    let columns = same_length(columns, sums.len())?;
    Some(widest(AddProducts {
        sums,
        columns,
        factors,
    }))
}

struct AddProducts<'a, T, const N: usize> {
    sums: &'a mut [i64],
    columns: [&'a [T]; N],
    factors: [u32; N],
}

impl<T: Lane, const N: usize> NullaryFnOnce for AddProducts<'_, T, N> {
    type Output = u64;

    #[inline(always)]
    fn call(self) -> u64 {
        let mut seen = 0;
        for (lane, sum) in self.sums.iter_mut().enumerate() {
            let mut added = 0_u64;
            for (column, factor) in self.columns.iter().zip(&self.factors) {
                let value = column[lane];
                seen |= value.bits();
                added = added.wrapping_add(value.low() * u64::from(*factor));
            }
            *sum = sum.wrapping_add(added.cast_signed());
        }
        seen
    }
}

/// The columns cut to a length that all have, so that the loop need not look.
pub(super) fn same_length<T, const N: usize>(
    columns: [&[T]; N],
    length: usize,
) -> Option<[&[T]; N]> {
    let mut cut = columns;
    for column in &mut cut {
        *column = column.get(..length)?;
    }
    Some(cut)
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use proptest::prelude::*;

    use super::*;
    use crate::frame::Numbers;

    /// Numbers of all sizes, most of them ordinary.
    pub(in super::super) fn number() -> impl Strategy<Value = i64> {
        prop_oneof![
            4 => 0_i64..1000,
            2 => -1000_i64..0,
            2 => 0_i64..1 << 32,
            1 => any::<i64>(),
            1 => prop::sample::select(vec![i64::MIN, i64::MAX, 1 << 32, (1 << 32) - 1]),
        ]
    }

    proptest! {
        #[test]
        fn a_weighted_sum_is_exact_or_refused(
            constant in number(),
            terms in prop::collection::vec((number(), prop::array::uniform3(number())), 0..21),
            tame in any::<bool>(),
        ) {
            let terms: Vec<(i64, [i64; 3])> = terms
                .into_iter()
                .map(|(factor, lanes)| {
                    if tame {
                        (factor % 500, lanes.map(|lane| lane % (1 << 31)))
                    } else {
                        (factor, lanes)
                    }
                })
                .collect();
            let columns: Vec<Numbers> =
                terms.iter().map(|(_, lanes)| lanes.iter().copied().collect()).collect();
            let slices: Vec<(i64, Slice<'_>)> = terms
                .iter()
                .zip(&columns)
                .map(|((factor, _), column)| (*factor, column.slice(0..3).unwrap()))
                .collect();
            let sums = weighted_sum(constant.into(), &slices, 3);
            prop_assert!(sums.is_some() || !tame || constant.unsigned_abs() > 1 << 60);
            for (lane, sum) in sums.iter().flatten().enumerate() {
                let exact: i128 = terms
                    .iter()
                    .map(|(factor, lanes)| i128::from(*factor) * i128::from(lanes[lane]))
                    .sum();
                prop_assert_eq!(i128::from(*sum), exact + i128::from(constant));
            }
        }
    }
}
