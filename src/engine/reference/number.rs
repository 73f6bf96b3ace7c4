//! The arithmetic that the reference is run on.

use std::fmt;

use domain::Rounding;
use num_rational::BigRational;

/// Numbers of a reference program. `None` is an overflow.
pub trait Number: Clone + Ord + fmt::Debug {
    /// `mantissa / 10^scale`.
    fn scaled(mantissa: i128, scale: u8) -> Option<Self>;
    /// The sum.
    fn plus(&self, other: &Self) -> Option<Self>;
    /// The difference.
    fn minus(&self, other: &Self) -> Option<Self>;
    /// The product.
    fn times(&self, other: &Self) -> Option<Self>;
    /// The quotient as precise as the numbers are; the divisor is not zero.
    fn over(&self, divisor: &Self) -> Option<Self>;
    /// −x
    #[must_use]
    fn negated(&self) -> Self;
    /// |x|
    #[must_use]
    fn absolute(&self) -> Self;
    /// Whether it is zero.
    fn is_nothing(&self) -> bool;
    /// The number to `scale` decimals.
    fn rounded(&self, scale: u8, mode: Rounding) -> Option<Self>;
    /// Exactly what the number holds.
    fn exact(&self) -> BigRational;
}
