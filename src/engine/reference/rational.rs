//! Unbounded rationals: slow, and never wrong.

use domain::Rounding;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use super::number::Number;

impl Number for BigRational {
    fn scaled(mantissa: i128, scale: u8) -> Option<Self> {
        let power = BigInt::from(10).pow(u32::from(scale));
        Some(Self::new(BigInt::from(mantissa), power))
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        Some(self + other)
    }

    fn minus(&self, other: &Self) -> Option<Self> {
        Some(self - other)
    }

    fn times(&self, other: &Self) -> Option<Self> {
        Some(self * other)
    }

    fn over(&self, divisor: &Self) -> Option<Self> {
        Some(self / divisor)
    }

    fn negated(&self) -> Self {
        -self
    }

    fn absolute(&self) -> Self {
        self.abs()
    }

    fn is_nothing(&self) -> bool {
        self.is_zero()
    }

    fn rounded(&self, scale: u8, mode: Rounding) -> Option<Self> {
        let power = Self::from_integer(BigInt::from(10).pow(u32::from(scale)));
        Some(whole(&(self * &power), mode) / power)
    }

    fn exact(&self) -> BigRational {
        self.clone()
    }
}

/// The whole number that a mode makes of a value.
fn whole(value: &BigRational, mode: Rounding) -> BigRational {
    let half = BigRational::new(1.into(), 2.into());
    match mode {
        Rounding::Floor => value.floor(),
        Rounding::Down => value.trunc(),
        Rounding::Up if value.is_negative() => value.floor(),
        Rounding::Ceil | Rounding::Up => value.ceil(),
        Rounding::HalfUp => (value.abs() + half).floor() * value.signum(),
        Rounding::HalfEven => {
            let rest = value.abs().fract();
            let down = value.abs().trunc();
            let odd = down.to_integer().bit(0);
            let up = rest > half || (rest == half && odd);
            let one = BigRational::from_integer(1.into());
            (if up { down + one } else { down }) * value.signum()
        }
    }
}
