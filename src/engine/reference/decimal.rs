//! `rust_decimal` as its users write it: a quotient is rounded at 28 digits, and later steps build
//! on that.

use domain::Rounding;
use num_bigint::BigInt;
use num_rational::BigRational;
use rust_decimal::{Decimal, RoundingStrategy};

use super::number::Number;

impl Number for Decimal {
    fn scaled(mantissa: i128, scale: u8) -> Option<Self> {
        Self::try_from_i128_with_scale(mantissa, u32::from(scale)).ok()
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        self.checked_add(*other)
    }

    fn minus(&self, other: &Self) -> Option<Self> {
        self.checked_sub(*other)
    }

    fn times(&self, other: &Self) -> Option<Self> {
        self.checked_mul(*other)
    }

    fn over(&self, divisor: &Self) -> Option<Self> {
        self.checked_div(*divisor)
    }

    fn negated(&self) -> Self {
        -*self
    }

    fn absolute(&self) -> Self {
        self.abs()
    }

    fn is_nothing(&self) -> bool {
        self.is_zero()
    }

    fn rounded(&self, scale: u8, mode: Rounding) -> Option<Self> {
        let strategy = match mode {
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::Down => RoundingStrategy::ToZero,
            Rounding::Up => RoundingStrategy::AwayFromZero,
            Rounding::Floor => RoundingStrategy::ToNegativeInfinity,
            Rounding::Ceil => RoundingStrategy::ToPositiveInfinity,
        };
        Some(self.round_dp_with_strategy(u32::from(scale), strategy))
    }

    fn exact(&self) -> BigRational {
        let power = BigInt::from(10).pow(self.scale());
        BigRational::new(BigInt::from(self.mantissa()), power)
    }
}
