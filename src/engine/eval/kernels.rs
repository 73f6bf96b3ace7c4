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
struct Products<'c> {
    four: (Vec<&'c [i32]>, Vec<u32>),
    eight: (Vec<&'c [i64]>, Vec<u32>),
}

impl<'c> Products<'c> {
    fn push(&mut self, column: Slice<'c>, factor: u32) {
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
enum Pass<'c, T> {
    Eight([&'c [T]; STREAMS], [u32; STREAMS]),
    Two([&'c [T]; 2], [u32; 2]),
    One([&'c [T]; 1], [u32; 1]),
}

/// Deals the columns to passes; gives all bits that these have seen.
fn in_passes<T>(
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
fn same_length<T, const N: usize>(columns: [&[T]; N], length: usize) -> Option<[&[T]; N]> {
    let mut cut = columns;
    for column in &mut cut {
        *column = column.get(..length)?;
    }
    Some(cut)
}

/// How a quotient that is not whole becomes so, for numbers not below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// To the nearest, halves up.
    Nearest,
    /// Down.
    Down,
}

/// One divisor for each lane, prepared to divide many numbers `p` by: `p · power / divisor`, rounded.
///
/// With `power = whole · divisor + rest`, that is `p · whole + round(p · rest / divisor)`. The second
/// part is small, and `p · part >> shift` with `part = ⌊rest · 2^shift / divisor⌋ + 1` is exact:
/// it exceeds `p · rest / divisor` by less than `p / 2^shift`, and the nearest point at which
/// rounding would change lies at least `1 / (2 · divisor)` above. Both bounds follow from
/// `p < 2^bits`, `divisor < 2^width` and `shift = bits + width + 1`.
pub(super) struct Divisors {
    whole: Vec<u64>,
    part: Vec<u64>,
    shift: u32,
    bits: u32,
}

impl Divisors {
    /// Prepares divisors; `None` where one asked for is not above zero, or is too large.
    pub(super) fn new(divisors: &[i64], active: &[bool], power: u64) -> Option<Self> {
        let mut all = 0;
        let mut sound = true;
        for (divisor, active) in divisors.iter().zip(active) {
            all |= divisor & -i64::from(*divisor > 0);
            sound &= (*divisor > 0) | !active;
        }
        let width = u64::BITS - all.cast_unsigned().leading_zeros();
        // `p · part` stays below 2^(bits + shift), and half a unit more below 2^64.
        let bits = 63_u32.checked_sub(width)? / 2;
        if !sound || bits < 8 {
            return None;
        }
        let shift = bits + width + 1;
        let mut whole = Vec::with_capacity(divisors.len());
        let mut part = Vec::with_capacity(divisors.len());
        if power.leading_zeros() > shift {
            // One division gives both. A part one too large where nothing rests changes nothing: a
            // product with it is below 2^bits, and half a unit more below 2^shift.
            let (power, low) = (power << shift, (1 << shift) - 1);
            for divisor in divisors {
                let both = power / (*divisor).max(1).cast_unsigned();
                whole.push(both >> shift);
                part.push((both & low) + 1);
            }
        } else {
            for divisor in divisors {
                let divisor = (*divisor).max(1).cast_unsigned();
                let rest = power % divisor;
                whole.push(power / divisor);
                part.push(match rest {
                    0 => 0,
                    rest => scaled(rest, shift, divisor)? + 1,
                });
            }
        }
        Some(Self {
            whole,
            part,
            shift,
            bits,
        })
    }

    /// `Σ round(factor · column · power / divisor)`, lane by lane; `None` unless it is certain that
    /// every lane is right.
    pub(super) fn sum_of_quotients(
        &self,
        terms: &[(u32, Slice<'_>)],
        cut: Cut,
    ) -> Option<Vec<i64>> {
        let mut sums = vec![0_u64; self.part.len()];
        let mut wholes = vec![0_u64; self.part.len()];
        let mut products = Products::default();
        for (factor, column) in terms {
            products.push(*column, *factor);
        }
        let (four, eight) = (products.four, products.eight);
        let mut to = (sums.as_mut_slice(), wholes.as_mut_slice());
        let seen = self.part_passes(&mut to, &four.0, &four.1, cut)?
            | self.part_passes(&mut to, &eight.0, &eight.1, cut)?;
        if seen >> self.bits != 0 {
            return None;
        }
        let mut over = false;
        let lanes = sums.iter().zip(&wholes).zip(&self.whole);
        let totals = lanes.map(|((sum, numerators), whole)| {
            let (product, above) = numerators.overflowing_mul(*whole);
            let (total, beyond) = product.overflowing_add(*sum);
            over |= above | beyond | (total > i64::MAX.unsigned_abs());
            total.cast_signed()
        });
        let totals = totals.collect();
        (!over).then_some(totals)
    }

    fn part_passes<T: Lane>(
        &self,
        (sums, wholes): &mut (&mut [u64], &mut [u64]),
        columns: &[&[T]],
        factors: &[u32],
        cut: Cut,
    ) -> Option<u64> {
        in_passes(columns, factors, |pass| match pass {
            Pass::Eight(columns, factors) => self.add_parts((sums, wholes), columns, factors, cut),
            Pass::Two(columns, factors) => self.add_parts((sums, wholes), columns, factors, cut),
            Pass::One(columns, factors) => self.add_parts((sums, wholes), columns, factors, cut),
        })
    }

    /// Adds the small parts of the quotients, and the numerators; gives the bits of the latter.
    fn add_parts<T: Lane, const N: usize>(
        &self,
        (sums, wholes): (&mut [u64], &mut [u64]),
        columns: [&[T]; N],
        factors: [u32; N],
        cut: Cut,
    ) -> Option<u64> {
        let columns = same_length(columns, sums.len())?;
        Some(widest(AddParts {
            sums,
            wholes,
            part: &self.part,
            columns,
            factors,
            shift: self.shift,
            half: match cut {
                Cut::Nearest => 1 << (self.shift - 1),
                Cut::Down => 0,
            },
        }))
    }
}

struct AddParts<'a, T, const N: usize> {
    sums: &'a mut [u64],
    wholes: &'a mut [u64],
    part: &'a [u64],
    columns: [&'a [T]; N],
    factors: [u32; N],
    shift: u32,
    half: u64,
}

impl<T: Lane, const N: usize> NullaryFnOnce for AddParts<'_, T, N> {
    type Output = u64;

    #[inline(always)]
    fn call(self) -> u64 {
        let (shift, half) = (self.shift, self.half);
        let mut seen = 0;
        let lanes = self.sums.iter_mut().zip(self.wholes).zip(self.part);
        for (lane, ((sum, whole), part)) in lanes.enumerate() {
            let (mut parts, mut numerators) = (0_u64, 0_u64);
            for (column, factor) in self.columns.iter().zip(&self.factors) {
                let value = column[lane];
                let numerator = value.low() * u64::from(*factor);
                seen |= value.bits() | numerator;
                numerators = numerators.wrapping_add(numerator);
                parts =
                    parts.wrapping_add(numerator.wrapping_mul(*part).wrapping_add(half) >> shift);
            }
            *sum = sum.wrapping_add(parts);
            *whole = whole.wrapping_add(numerators);
        }
        seen
    }
}

/// `⌊rest · 2^shift / divisor⌋`.
fn scaled(rest: u64, shift: u32, divisor: u64) -> Option<u64> {
    if rest.leading_zeros() >= shift {
        return Some((rest << shift) / divisor);
    }
    u64::try_from((u128::from(rest) << shift) / u128::from(divisor)).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use domain::{Rounding, div_round};
    use proptest::prelude::*;

    use super::*;
    use crate::frame::Numbers;

    fn number() -> impl Strategy<Value = i64> {
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

        #[test]
        fn sums_of_quotients_are_exact_or_refused(
            divisors in prop::array::uniform3(prop_oneof![
                1_i64..20, 1_i64..20_000, 1_i64..1 << 40, -3_i64..3,
            ]),
            terms in prop::collection::vec(
                (0_u32..60, prop::array::uniform3(prop_oneof![0_i64..20_000, number()])), 1..21,
            ),
            scale in 0_u32..12,
            tame in any::<bool>(),
        ) {
            let power = 10_u64.pow(scale);
            let divisors = if tame { divisors.map(|one| (one % 20_000).abs() + 1) } else { divisors };
            let terms: Vec<(u32, [i64; 3])> = terms
                .into_iter()
                .map(|(factor, lanes)| {
                    let tamed = lanes.map(|lane| (lane % 20_000).abs());
                    (factor, if tame { tamed } else { lanes })
                })
                .collect();
            let columns: Vec<Numbers> =
                terms.iter().map(|(_, lanes)| lanes.iter().copied().collect()).collect();
            let slices: Vec<(u32, Slice<'_>)> = terms
                .iter()
                .zip(&columns)
                .map(|((factor, _), column)| (*factor, column.slice(0..3).unwrap()))
                .collect();
            let ready = Divisors::new(&divisors, &[true; 3], power);
            prop_assert!(ready.is_some() || !tame);
            for (cut, mode) in [(Cut::Nearest, Rounding::HalfUp), (Cut::Down, Rounding::Floor)] {
                let Some(sums) = ready.as_ref().and_then(|ready| {
                    ready.sum_of_quotients(&slices, cut)
                }) else {
                    prop_assert!(!tame);
                    continue;
                };
                for (lane, sum) in sums.iter().enumerate() {
                    let quotient = |(factor, lanes): &(u32, [i64; 3])| {
                        let above = i128::from(*factor) * i128::from(lanes[lane]) * i128::from(power);
                        div_round(above, divisors[lane].into(), mode).unwrap()
                    };
                    let exact: i128 = terms.iter().map(quotient).sum();
                    prop_assert_eq!(i128::from(*sum), exact);
                }
            }
        }
    }
}
