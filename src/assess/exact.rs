//! Exact numbers: rationals for what is computed, decimals for what is shown.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

use domain::Rounding;
use domain::canon::{Canon, CanonError, Reader, Writer};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// An exact number. Nothing is rounded but by [`Exact::round`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(BigRational);

impl Exact {
    /// Zero.
    pub fn zero() -> Self {
        Self(BigRational::zero())
    }

    /// One.
    pub fn one() -> Self {
        Self(BigRational::one())
    }

    /// `numerator / denominator`; `None` for a zero denominator.
    pub fn ratio(numerator: i128, denominator: i128) -> Option<Self> {
        (denominator != 0).then(|| {
            Self(BigRational::new(
                numerator.into(),
                BigInt::from(denominator),
            ))
        })
    }

    /// The quotient; `None` for a zero divisor.
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        (!divisor.is_zero()).then(|| Self(&self.0 / &divisor.0))
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is above zero.
    pub fn is_positive(&self) -> bool {
        self.0.is_positive()
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// The numerator of the reduced fraction.
    pub fn numerator(&self) -> &BigInt {
        self.0.numer()
    }

    /// The denominator of the reduced fraction, above zero.
    pub fn denominator(&self) -> &BigInt {
        self.0.denom()
    }

    /// Largest whole number not above it.
    pub fn floor(&self) -> BigInt {
        self.0.numer().div_floor(self.0.denom())
    }

    /// The nearest multiple of 10^−scale by the mode.
    #[must_use]
    pub fn round(&self, scale: u8, mode: Rounding) -> Self {
        let ten = BigInt::from(10).pow(u32::from(scale));
        Self(BigRational::new(self.units(scale, mode), ten))
    }

    /// Number of units of 10^−scale nearest to it by the mode.
    fn units(&self, scale: u8, mode: Rounding) -> BigInt {
        let ten = BigInt::from(10).pow(u32::from(scale));
        let scaled = &self.0 * BigRational::from_integer(ten);
        let (floor, rest) = scaled.numer().div_mod_floor(scaled.denom());
        if rest.is_zero() {
            return floor;
        }
        let negative = scaled.is_negative();
        let half = (&rest + &rest).cmp(scaled.denom());
        let up = match mode {
            Rounding::HalfUp => half.is_gt() || (half.is_eq() && !negative),
            Rounding::HalfEven => half.is_gt() || (half.is_eq() && floor.is_odd()),
            Rounding::Down => negative,
            Rounding::Up => !negative,
            Rounding::Floor => false,
            Rounding::Ceil => true,
        };
        if up { floor + BigInt::one() } else { floor }
    }

    /// The number to show: rounded to the scale by the mode. Saturates beyond ±9.2·10^18 units,
    /// which no score reaches.
    pub fn shown(&self, scale: u8, mode: Rounding) -> Shown {
        let units = self.units(scale, mode);
        let bound = if units.is_negative() {
            i64::MIN
        } else {
            i64::MAX
        };
        Shown {
            units: units.to_i64().unwrap_or(bound),
            scale,
        }
    }

    /// The value as the engine holds it; `None` beyond 128 bits above or below the line.
    pub fn quantity(&self) -> Option<engine::Quantity> {
        engine::Quantity::new(self.0.numer().to_i128()?, self.0.denom().to_i128()?)
    }

    /// The whole number it is; `None` when it has a fraction or is beyond 64 bits.
    pub fn to_i64(&self) -> Option<i64> {
        self.0.is_integer().then(|| self.0.to_integer().to_i64())?
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::zero()
    }
}

impl From<i64> for Exact {
    fn from(number: i64) -> Self {
        Self(BigRational::from_integer(number.into()))
    }
}

impl From<BigInt> for Exact {
    fn from(number: BigInt) -> Self {
        Self(BigRational::from_integer(number))
    }
}

impl From<BigRational> for Exact {
    fn from(number: BigRational) -> Self {
        Self(number)
    }
}

impl From<engine::Exact> for Exact {
    fn from(number: engine::Exact) -> Self {
        let ten = BigInt::from(10).pow(u32::from(number.scale));
        Self(BigRational::new(number.mantissa.into(), ten))
    }
}

impl From<engine::Quantity> for Exact {
    fn from(number: engine::Quantity) -> Self {
        // A quantity's denominator is above zero by construction.
        Self(BigRational::new(
            number.numerator.into(),
            BigInt::from(number.denominator.max(1)),
        ))
    }
}

macro_rules! operator {
    ($($name:ident $method:ident),*) => {$(
        impl $name for &Exact {
            type Output = Exact;
            fn $method(self, other: &Exact) -> Exact {
                Exact((&self.0).$method(&other.0))
            }
        }
        impl $name for Exact {
            type Output = Exact;
            fn $method(self, other: Exact) -> Exact {
                Exact(self.0.$method(other.0))
            }
        }
    )*};
}
operator!(Add add, Sub sub, Mul mul);

impl Neg for Exact {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::zero(), |total, next| total + next)
    }
}

impl<'a> Sum<&'a Self> for Exact {
    fn sum<I: Iterator<Item = &'a Self>>(iter: I) -> Self {
        iter.fold(Self::zero(), |total, next| &total + next)
    }
}

impl fmt::Display for Exact {
    /// «12.5» when the decimal is finite within 18 places, else «25/7».
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let finite = (0..=18).find(|scale| self.round(*scale, Rounding::Down) == *self);
        match finite {
            Some(scale) => f.pad(&self.shown(scale, Rounding::Down).to_string()),
            None => f.pad(&format!("{}/{}", self.0.numer(), self.0.denom())),
        }
    }
}

/// A text that is not a decimal number or a fraction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{text}”不是数 (not a number)")]
pub struct NotANumber {
    /// The text as found.
    pub text: String,
}

impl FromStr for Exact {
    type Err = NotANumber;

    /// Reads «12», «-0.125» and «25/7».
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let fault = || NotANumber {
            text: text.to_owned(),
        };
        if let Some((numerator, denominator)) = text.split_once('/') {
            let numerator: BigInt = numerator.parse().map_err(|_| fault())?;
            let denominator: BigInt = denominator.parse().map_err(|_| fault())?;
            return (denominator.is_positive())
                .then(|| Self(BigRational::new(numerator, denominator)))
                .ok_or_else(fault);
        }
        let body = text.strip_prefix('-').unwrap_or(text);
        let (whole, part) = body.split_once('.').unwrap_or((body, "0"));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || body.len() > 60 {
            return Err(fault());
        }
        let number: BigInt = format!("{whole}{part}").parse().map_err(|_| fault())?;
        let scale = u32::try_from(part.len()).map_err(|_| fault())?;
        let value = Self(BigRational::new(number, BigInt::from(10).pow(scale)));
        Ok(if text.starts_with('-') { -value } else { value })
    }
}

impl Canon for Exact {
    fn write(&self, to: &mut Writer) {
        format!("{}/{}", self.0.numer(), self.0.denom()).write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        let text = String::read(from)?;
        let number: Option<Self> = text.parse().ok();
        // Only the reduced form is canonical.
        number
            .filter(|number| format!("{}/{}", number.0.numer(), number.0.denom()) == text)
            .ok_or(CanonError::NotA {
                what: "exact number",
                at: 0,
            })
    }
}

/// A decimal number to show: `units` × 10^−`scale`, printed with exactly `scale` decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown {
    /// Whole units.
    pub units: i64,
    /// Decimals.
    pub scale: u8,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let scale = usize::from(self.scale);
        let digits = format!("{:0>width$}", self.units.unsigned_abs(), width = scale + 1);
        let (whole, part) = digits.split_at(digits.len() - scale);
        if scale == 0 {
            f.pad(&format!("{sign}{whole}"))
        } else {
            f.pad(&format!("{sign}{whole}.{part}"))
        }
    }
}

impl Canon for Shown {
    fn write(&self, to: &mut Writer) {
        self.units.write(to);
        self.scale.write(to);
    }
    fn read(from: &mut Reader<'_>) -> Result<Self, CanonError> {
        Ok(Self {
            units: i64::read(from)?,
            scale: u8::read(from)?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use domain::canon::{decode, encode};
    use domain::div_round;
    use proptest::prelude::*;

    #[test]
    fn reads_and_shows_decimals() {
        for (text, shown) in [("89.995", "90.00"), ("-0.005", "-0.01"), ("2/3", "0.67")] {
            let number: Exact = text.parse().unwrap();
            assert_eq!(number.shown(2, Rounding::HalfUp).to_string(), shown);
            assert_eq!(number.to_string(), text);
        }
        for text in ["", ".5", "5.", "1e3", "1/0", "--1", "1.-2", "十"] {
            assert!(text.parse::<Exact>().is_err(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rounds_as_the_domain_does(n in -100_000i64..100_000, d in 1i64..1000) {
            use Rounding::{Ceil, Down, Floor, HalfEven, HalfUp, Up};
            let value = Exact::ratio(n.into(), d.into()).unwrap();
            for mode in [HalfUp, HalfEven, Down, Up, Floor, Ceil] {
                let expected = div_round(n.into(), d.into(), mode).unwrap();
                prop_assert_eq!(i128::from(value.shown(0, mode).units), expected);
            }
            prop_assert_eq!(decode::<Exact>(&encode(&value)).unwrap(), value);
        }
    }
}
