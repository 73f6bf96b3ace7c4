//! Many quotients by one divisor, each rounded, and added up: dense loops as in [`super::kernels`].

#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for a processor only where it is inlined"
)]

use pulp::NullaryFnOnce;

use super::kernels::{Lane, Pass, Products, in_passes, same_length, widest};
use crate::frame::Slice;

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

    use super::super::kernels::tests::number;
    use super::*;
    use crate::frame::Numbers;

    proptest! {
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
