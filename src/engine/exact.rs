//! Exact decimals and fractions: the numbers of packs and the values of indicators.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use domain::DecimalText;
use num_integer::Integer;

/// The most decimals a number may have.
pub const MAX_SCALE: u8 = 24;

/// `10^scale`; `None` beyond what an i128 holds.
pub const fn pow10(scale: u8) -> Option<i128> {
    10_i128.checked_pow(scale as u32)
}

/// An exact decimal: `mantissa / 10^scale`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exact {
    /// The digits.
    pub mantissa: i128,
    /// How many of them are decimals.
    pub scale: u8,
}

/// A text that is not an exact decimal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{text}”不是十进制数 (not a decimal number)")]
pub struct NotDecimal {
    /// The text as found.
    pub text: String,
}

impl Exact {
    /// A whole number.
    pub const fn whole(value: i128) -> Self {
        Self {
            mantissa: value,
            scale: 0,
        }
    }

    /// The same value with another number of decimals; `None` if digits would be lost.
    pub fn rescaled(self, scale: u8) -> Option<Self> {
        let mantissa = if scale >= self.scale {
            self.mantissa.checked_mul(pow10(scale - self.scale)?)?
        } else {
            let (quotient, rest) = self.mantissa.div_rem(&pow10(self.scale - scale)?);
            if rest != 0 {
                return None;
            }
            quotient
        };
        Some(Self { mantissa, scale })
    }

    /// The same value without trailing zero decimals.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    /// The value as a fraction; `None` only beyond [`MAX_SCALE`].
    pub fn quantity(self) -> Option<Quantity> {
        Quantity::new(self.mantissa, pow10(self.scale)?)
    }

    /// Exact sum; `None` on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let left = self.rescaled(scale)?;
        let right = other.rescaled(scale)?;
        Some(Self {
            mantissa: left.mantissa.checked_add(right.mantissa)?,
            scale,
        })
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    /// By value: `1.0` equals `1.00`.
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        match (self.rescaled(scale), other.rescaled(scale)) {
            (Some(left), Some(right)) => left.mantissa.cmp(&right.mantissa),
            // Only the side with fewer decimals can overflow, and then it is the larger one.
            (None, _) => self.mantissa.cmp(&0),
            (_, None) => 0.cmp(&other.mantissa),
        }
    }
}

impl FromStr for Exact {
    type Err = NotDecimal;

    fn from_str(text: &str) -> Result<Self, NotDecimal> {
        let fault = || NotDecimal {
            text: text.to_owned(),
        };
        let parts = DecimalText::split(text).ok_or_else(fault)?;
        let scale = u8::try_from(parts.decimals.len()).map_err(|_| fault())?;
        if scale > MAX_SCALE {
            return Err(fault());
        }
        let mut mantissa: i128 = 0;
        for byte in parts.whole.bytes().chain(parts.decimals.bytes()) {
            mantissa = mantissa
                .checked_mul(10)
                .and_then(|value| value.checked_add(i128::from(byte - b'0')))
                .ok_or_else(fault)?;
        }
        if parts.negative {
            mantissa = -mantissa;
        }
        Ok(Self { mantissa, scale })
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.mantissa.unsigned_abs().to_string();
        let scale = usize::from(self.scale);
        let text = if scale == 0 {
            digits
        } else {
            let padded = format!("{digits:0>width$}", width = scale + 1);
            let (whole, decimals) = padded.split_at(padded.len() - scale);
            format!("{whole}.{decimals}")
        };
        f.pad_integral(self.mantissa >= 0, "", &text)
    }
}

/// An exact rational value, in lowest terms with a positive denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    /// Above the line.
    pub numerator: i128,
    /// Below the line, above zero.
    pub denominator: i128,
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };
    /// One.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// The fraction in lowest terms; `None` for a zero denominator or overflow.
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let (mut numerator, mut denominator) = if denominator < 0 {
            (numerator.checked_neg()?, denominator.checked_neg()?)
        } else {
            (numerator, denominator)
        };
        if numerator == i128::MIN {
            return None; // its absolute value, which the reduction needs, does not exist
        }
        let narrow = (
            u64::try_from(numerator.unsigned_abs()),
            u64::try_from(denominator),
        );
        if let (Ok(above), Ok(below)) = narrow {
            // The usual case: 64 bits take a fraction of the time that 128 bits do.
            let divisor = above.gcd(&below);
            let above = i128::from(above / divisor);
            return Some(Self {
                numerator: if numerator < 0 { -above } else { above },
                denominator: i128::from(below / divisor),
            });
        }
        let divisor = numerator.gcd(&denominator);
        if divisor > 1 {
            numerator /= divisor;
            denominator /= divisor;
        }
        Some(Self {
            numerator,
            denominator,
        })
    }

    /// A whole number.
    pub const fn whole(value: i128) -> Self {
        Self {
            numerator: value,
            denominator: 1,
        }
    }

    /// Exact sum; `None` on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let divisor = self.denominator.gcd(&other.denominator);
        let left = self.numerator.checked_mul(other.denominator / divisor)?;
        let right = other.numerator.checked_mul(self.denominator / divisor)?;
        Self::new(
            left.checked_add(right)?,
            self.denominator.checked_mul(other.denominator / divisor)?,
        )
    }

    /// Exact product; `None` on overflow.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        // Cross-reduced first, so that only results that do not fit overflow.
        let left = Self::new(self.numerator, other.denominator)?;
        let right = Self::new(other.numerator, self.denominator)?;
        Self::new(
            left.numerator.checked_mul(right.numerator)?,
            left.denominator.checked_mul(right.denominator)?,
        )
    }

    /// Exact quotient; `None` for a zero divisor or overflow.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        self.checked_mul(Self::new(other.denominator, other.numerator)?)
    }

    /// The opposite; `None` on overflow.
    pub fn checked_neg(self) -> Option<Self> {
        Self::new(self.numerator.checked_neg()?, self.denominator)
    }

    /// Which is larger; exact for all values.
    pub fn compare(self, other: Self) -> Ordering {
        compare_fractions(
            (self.numerator, self.denominator),
            (other.numerator, other.denominator),
        )
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.compare(*other)
    }
}

/// Compares `a.0 / a.1` with `b.0 / b.1` (denominators above zero) without overflow: by whole parts,
/// then by the reciprocals of what remains.
pub fn compare_fractions(mut a: (i128, i128), mut b: (i128, i128)) -> Ordering {
    if let (Some(left), Some(right)) = (a.0.checked_mul(b.1), b.0.checked_mul(a.1)) {
        return left.cmp(&right);
    }
    let mut reversed = false;
    loop {
        let (whole_a, rest_a) = a.0.div_mod_floor(&a.1);
        let (whole_b, rest_b) = b.0.div_mod_floor(&b.1);
        let order = match whole_a.cmp(&whole_b) {
            Ordering::Equal => match (rest_a == 0, rest_b == 0) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => {
                    a = (a.1, rest_a);
                    b = (b.1, rest_b);
                    reversed = !reversed;
                    continue;
                }
            },
            order => order,
        };
        return if reversed { order.reverse() } else { order };
    }
}

impl fmt::Display for Quantity {
    /// A decimal when it ends within 12 decimals, otherwise `numerator/denominator`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for scale in 0..=12 {
            let Some(power) = pow10(scale) else { break };
            if power % self.denominator == 0 {
                let factor = power / self.denominator;
                if let Some(mantissa) = self.numerator.checked_mul(factor) {
                    return Exact { mantissa, scale }.fmt(f);
                }
            }
        }
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_are_read_and_written_exactly() {
        for text in [
            "0",
            "0.05",
            "-1.20",
            "89.995",
            "-0.001",
            "170141183460469231731",
        ] {
            assert_eq!(text.parse::<Exact>().unwrap().to_string(), text);
        }
        for text in [
            "",
            ".5",
            "5.",
            "1e3",
            "+1",
            "１",
            "--1",
            "1.2.3",
            "0.0000000000000000000000001",
        ] {
            assert!(text.parse::<Exact>().is_err(), "{text}");
        }
        assert_eq!("1.0".parse::<Exact>(), "1.00".parse::<Exact>());
    }

    #[test]
    fn quantities_print_as_decimals_when_they_end() {
        assert_eq!(Quantity::new(1, 8).unwrap().to_string(), "0.125");
        assert_eq!(Quantity::new(2, -3).unwrap().to_string(), "-2/3");
    }

    proptest! {
        #[test]
        fn comparison_needs_no_room(a: i128, b in 1..i128::MAX, c: i128, d in 1..i128::MAX) {
            use num_bigint::BigInt;
            let expected = (BigInt::from(a) * d).cmp(&(BigInt::from(c) * b));
            prop_assert_eq!(compare_fractions((a, b), (c, d)), expected);
        }

        #[test]
        fn any_text_is_refused_or_exact(text in ".{0,40}") {
            if let Ok(value) = text.parse::<Exact>() {
                let again: Exact = value.to_string().parse().unwrap();
                prop_assert_eq!(again, value);
            }
        }
    }
}
