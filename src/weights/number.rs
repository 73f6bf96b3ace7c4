//! Exact rationals: reading, showing, and rounding so that the parts make a whole.

use std::cmp::Reverse;

use domain::DecimalText;
use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};

/// An exact number.
pub type Number = BigRational;

/// The longest text read as a number: far above any judgement, far below what would stall.
const LENGTH_MAX: usize = 60;
/// The most decimals of a rounded weight.
pub const DECIMALS_MAX: u8 = 12;

/// `10^exponent`.
pub(crate) fn pow10(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// Reads `3`, `-0.25` or `1/3`; `None` for anything else, also for a zero below the line.
pub fn parse(text: &str) -> Option<Number> {
    if text.len() > LENGTH_MAX {
        return None;
    }
    match text.split_once('/') {
        Some((above, below)) => {
            let below = decimal(below.trim())?;
            (!below.is_zero()).then_some(())?;
            Some(decimal(above.trim())? / below)
        }
        None => decimal(text),
    }
}

fn decimal(text: &str) -> Option<Number> {
    let parts = DecimalText::split(text)?;
    let mantissa: BigInt = format!("{}{}", parts.whole, parts.decimals).parse().ok()?;
    let scale = u32::try_from(parts.decimals.len()).ok()?;
    let value = Number::new(mantissa, pow10(scale));
    Some(if parts.negative { -value } else { value })
}

/// The number at some decimals, halves away from zero.
pub fn shown(value: &Number, decimals: u8) -> String {
    let scaled = (value * pow10(decimals.into())).round().to_integer();
    let sign = if scaled.is_negative() { "-" } else { "" };
    format!("{sign}{}", placed(&scaled.abs().to_string(), decimals))
}

/// A weight of some decimals, given in units of the last of them.
pub fn weight_text(units: u64, decimals: u8) -> String {
    placed(&units.to_string(), decimals)
}

/// Digits with the point before the last `decimals` of them.
fn placed(digits: &str, decimals: u8) -> String {
    let decimals = usize::from(decimals);
    if decimals == 0 {
        return digits.to_owned();
    }
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, rest) = padded.split_at(padded.len() - decimals);
    format!("{whole}.{rest}")
}

/// Weights that sum to one, in units of the last of `decimals` (at most [`DECIMALS_MAX`]) and
/// summing to one exactly: each is cut off, and what is missing goes to the largest remainders, of
/// equal ones to the first.
pub fn largest_remainder(weights: &[Number], decimals: u8) -> Vec<u64> {
    let decimals = decimals.min(DECIMALS_MAX);
    let unit = pow10(decimals.into());
    let mut parts: Vec<(BigInt, Number)> = weights
        .iter()
        .map(|weight| {
            let scaled = weight * &unit;
            (scaled.floor().to_integer(), scaled.fract())
        })
        .collect();
    let given: BigInt = parts.iter().map(|(part, _)| part).sum();
    let missing = (unit - given).to_usize().unwrap_or(0);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|index| Reverse(parts.get(*index).map(|(_, rest)| rest.clone())));
    for index in order.into_iter().cycle().take(missing.min(weights.len())) {
        if let Some((part, _)) = parts.get_mut(index) {
            *part += 1;
        }
    }
    parts
        .iter()
        .map(|(part, _)| part.to_u64().unwrap_or(0))
        .collect()
}

/// A whole number as a number.
pub(crate) fn whole(value: usize) -> Number {
    Number::from_integer(BigInt::from(value))
}

/// Equal parts of one.
pub(crate) fn equal(count: usize) -> Vec<Number> {
    vec![Number::one() / whole(count.max(1)); count]
}

/// The least common multiple of all denominators.
pub(crate) fn common_denominator<'a>(numbers: impl Iterator<Item = &'a Number>) -> BigInt {
    numbers.fold(BigInt::one(), |so_far, number| so_far.lcm(number.denom()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fractions_and_decimals_are_read_exactly() {
        for (text, expected) in [
            ("3", "3.0000"),
            ("1/3", "0.3333"),
            ("2 / 3", "0.6667"),
            ("-0.125", "-0.1250"),
            ("0.5/1.5", "0.3333"),
            ("-0.00004", "0.0000"),
        ] {
            assert_eq!(shown(&parse(text).unwrap(), 4), expected, "{text}");
        }
        for text in [
            "", "1/0", "1e3", ".5", "5.", "1/", "/3", "1/3/5", "x", "＋1", "--1",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"9".repeat(61)), None);
        assert_eq!(shown(&parse("2.5").unwrap(), 0), "3");
    }

    #[test]
    fn thirds_sum_to_one_and_the_first_gets_the_rest() {
        let text = |units: &[u64]| -> Vec<String> {
            units.iter().map(|unit| weight_text(*unit, 4)).collect()
        };
        let rounded = largest_remainder(&equal(3), 4);
        assert_eq!(text(&rounded), ["0.3334", "0.3333", "0.3333"]);
        assert_eq!(text(&largest_remainder(&equal(1), 4)), ["1.0000"]);
    }

    proptest! {
        #[test]
        fn rounded_weights_sum_to_one_and_stay_near(
            raw in prop::collection::vec(0_u64..1_000_000, 1..12),
            decimals in 0_u8..=12,
        ) {
            let total: u64 = raw.iter().sum();
            prop_assume!(total > 0);
            let weights: Vec<Number> = raw
                .iter()
                .map(|part| Number::new(BigInt::from(*part), BigInt::from(total)))
                .collect();
            let rounded = largest_remainder(&weights, decimals);
            let unit = 10_u64.pow(decimals.into());
            prop_assert_eq!(rounded.iter().sum::<u64>(), unit);
            for (units, weight) in rounded.iter().zip(&weights) {
                let off = Number::from_integer(BigInt::from(*units)) - weight * BigInt::from(unit);
                prop_assert!(off.abs() < Number::one());
            }
        }
    }
}
