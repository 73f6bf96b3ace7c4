//! The classes that numbers fall into, many at once: class `2i + 1` is a point, class `2i` what lies
//! before it.

#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for a processor only where it is inlined"
)]

use pulp::NullaryFnOnce;

use super::kernels::{magnitude, widest};
use super::lanes::Lanes;
use crate::exact::{Exact, pow10};

/// Up to so many points are counted without branches; more are searched.
const FEW: usize = 8;

/// Points prepared for numbers of one scale, or for fractions.
#[derive(Debug)]
pub(crate) struct Steps {
    /// A number with the scale reaches one edge at each point and a second one beyond it, so that
    /// its class is how many it reaches; `None` when an edge does not fit.
    edges: Option<Vec<i64>>,
    /// The points as numerators and denominators; `None` when one does not fit.
    cuts: Option<Vec<(i64, i64)>>,
}

impl Steps {
    /// Prepares sorted points for numbers with `scale` decimals, or for fractions.
    pub(crate) fn new(points: &[Exact], scale: Option<u8>) -> Self {
        let cut = |point: &Exact| {
            let below = i64::try_from(pow10(point.scale)?).ok()?;
            Some((i64::try_from(point.mantissa).ok()?, below))
        };
        Self {
            edges: scale.and_then(|scale| edges(points, scale)),
            cuts: points.iter().map(cut).collect(),
        }
    }

    /// The class of each number or day; `None` where they have to be looked at one by one.
    pub(crate) fn classes(&self, values: &Lanes) -> Option<Vec<u32>> {
        match values {
            Lanes::Small(values) => Some(reached(self.edges.as_deref()?, values.iter().copied())),
            Lanes::Date(days) => {
                let days = days.iter().copied().map(i64::from);
                Some(reached(self.edges.as_deref()?, days))
            }
            Lanes::SmallFraction(above, below) => {
                Some(fraction_classes(self.cuts.as_deref()?, above, below))
            }
            _ => None,
        }
    }
}

fn edges(points: &[Exact], scale: u8) -> Option<Vec<i64>> {
    let mut edges = Vec::with_capacity(2 * points.len());
    for point in points {
        let (floor, rest) = if scale >= point.scale {
            (point.mantissa.checked_mul(pow10(scale - point.scale)?)?, 0)
        } else {
            let power = pow10(point.scale - scale)?;
            (
                point.mantissa.div_euclid(power),
                point.mantissa.rem_euclid(power),
            )
        };
        let beyond = i64::try_from(floor).ok()?.checked_add(1)?;
        edges.push(if rest == 0 { beyond - 1 } else { beyond });
        edges.push(beyond);
    }
    Some(edges)
}

/// How many of the sorted edges each value reaches.
fn reached(edges: &[i64], values: impl Iterator<Item = i64>) -> Vec<u32> {
    if edges.len() <= 2 * FEW {
        let count = |value| edges.iter().map(|edge| u32::from(*edge <= value)).sum();
        return values.map(count).collect();
    }
    let count = |value| edges.partition_point(|edge| *edge <= value);
    values.map(|value| class(count(value))).collect()
}

fn class(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn fraction_classes(cuts: &[(i64, i64)], above: &[i64], below: &[i64]) -> Vec<u32> {
    let mantissas = cuts.iter().map(|(mantissa, _)| mantissa.unsigned_abs());
    let powers = cuts.iter().map(|(_, power)| power.unsigned_abs());
    let room = |reach: u64, most: Option<u64>| {
        let product = u128::from(reach) * u128::from(most.unwrap_or(0));
        product <= i64::MAX.unsigned_abs().into()
    };
    let fractions = above.iter().zip(below);
    if cuts.len() <= FEW
        && room(magnitude(above), powers.max())
        && room(magnitude(below), mantissas.max())
    {
        // No product wraps.
        let mut classes = vec![0; above.len()];
        for cut in cuts {
            widest(Reached {
                classes: &mut classes,
                above,
                below,
                cut: *cut,
            });
        }
        return classes;
    }
    let count = |(above, below): (&i64, &i64)| {
        let beside = |(mantissa, power): &(i64, i64)| {
            let point = i128::from(*mantissa) * i128::from(*below);
            point.cmp(&(i128::from(*above) * i128::from(*power)))
        };
        match cuts.binary_search_by(beside) {
            Ok(point) => class(2 * point + 1),
            Err(before) => class(2 * before),
        }
    };
    fractions.map(count).collect()
}

/// Adds one to the class of each fraction that reaches a cut, and one more when it lies beyond.
struct Reached<'a> {
    classes: &'a mut [u32],
    above: &'a [i64],
    below: &'a [i64],
    cut: (i64, i64),
}

impl NullaryFnOnce for Reached<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (mantissa, power) = self.cut;
        let fractions = self.above.iter().zip(self.below);
        for (class, (above, below)) in self.classes.iter_mut().zip(fractions) {
            let (value, cut) = (above.wrapping_mul(power), below.wrapping_mul(mantissa));
            *class += u32::from(value >= cut) + u32::from(value > cut);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::exact::compare_fractions;
    use proptest::prelude::*;

    fn slow(points: &[Exact], above: i128, below: i128) -> u32 {
        let order = |point: &Exact| {
            let power = pow10(point.scale).unwrap();
            compare_fractions((point.mantissa, power), (above, below))
        };
        match points.binary_search_by(order) {
            Ok(point) => class(2 * point + 1),
            Err(before) => class(2 * before),
        }
    }

    proptest! {
        #[test]
        fn classes_are_those_of_exact_comparison(
            points in prop::collection::vec((-300_i128..300, 0_u8..3), 0..25),
            huge in any::<bool>(),
            values in prop::collection::vec(
                (prop_oneof![-400_i64..400, any::<i64>()], prop_oneof![1_i64..9, 1..i64::MAX]), 1..9,
            ),
            scale in 0_u8..3,
        ) {
            let far = Exact::whole(i128::from(i64::MAX) * 3);
            let points = points.into_iter().map(|(mantissa, scale)| Exact { mantissa, scale });
            let mut points: Vec<Exact> = points.chain(huge.then_some(far)).collect();
            points.sort_unstable();
            points.dedup();
            let steps = Steps::new(&points, Some(scale));
            prop_assert!(huge || steps.edges.is_some());
            let (above, below): (Vec<i64>, Vec<i64>) = values.into_iter().unzip();
            let power = pow10(scale).unwrap();
            if let Some(classes) = steps.classes(&Lanes::Small(above.clone())) {
                let exact = above.iter().map(|above| slow(&points, (*above).into(), power));
                prop_assert_eq!(classes, exact.collect::<Vec<_>>());
            }
            let fractions = Lanes::SmallFraction(above.clone(), below.clone());
            if let Some(classes) = steps.classes(&fractions) {
                let pairs = above.iter().zip(&below);
                let exact = pairs.map(|(above, below)| slow(&points, (*above).into(), (*below).into()));
                prop_assert_eq!(classes, exact.collect::<Vec<_>>());
            }
        }
    }
}
