//! Numbers known to lie between two decimals: sums, products, quotients, roots, logarithms, every
//! operation rounded outward, so that the true value never leaves the enclosure.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One as _, Signed as _, Zero as _};

use crate::error::WeightsError;
use crate::number::{Number, pow10};

/// Decimals at which a result is given once its enclosure is narrow enough.
pub const RESULT_DECIMALS: u32 = 40;
/// Further decimals that an enclosure must agree in. A result that is a short decimal, as one
/// half, lies inside its enclosure and is therefore given exactly.
const GUARD_DECIMALS: u32 = 5;
/// Decimals of the enclosures, tried one after the other.
const PRECISIONS: [u32; 4] = [60, 120, 240, 480];

/// Computes ever more precisely until the result is certain.
pub(crate) fn refine<T>(compute: impl Fn(&Scale) -> Option<T>) -> Result<T, WeightsError> {
    PRECISIONS
        .into_iter()
        .find_map(|places| compute(&Scale::new(places)))
        .ok_or(WeightsError::Imprecise)
}

/// A value between two whole numbers of units of a [`Scale`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Enclosed {
    low: BigInt,
    high: BigInt,
}

impl Enclosed {
    /// Exactly nothing.
    pub(crate) fn zero() -> Self {
        Self {
            low: BigInt::zero(),
            high: BigInt::zero(),
        }
    }

    /// Their sum.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        Self {
            low: &self.low + &other.low,
            high: &self.high + &other.high,
        }
    }

    /// The opposite.
    pub(crate) fn negated(&self) -> Self {
        Self {
            low: -&self.high,
            high: -&self.low,
        }
    }

    /// A whole multiple.
    pub(crate) fn times(&self, factor: i64) -> Self {
        let (one, other) = (&self.low * factor, &self.high * factor);
        Self {
            low: one.clone().min(other.clone()),
            high: one.max(other),
        }
    }

    /// The sum of all.
    pub(crate) fn sum<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        all.fold(Self::zero(), |sum, one| sum.plus(one))
    }

    /// Divided by a whole number above zero.
    fn over(&self, divisor: &BigInt) -> Self {
        Self {
            low: self.low.div_floor(divisor),
            high: self.high.div_ceil(divisor),
        }
    }
}

/// The unit of enclosures: `10^-places`.
pub(crate) struct Scale {
    places: u32,
    unit: BigInt,
    ln_2: Enclosed,
}

impl Scale {
    fn new(places: u32) -> Self {
        let mut scale = Self {
            places,
            unit: pow10(places),
            ln_2: Enclosed::zero(),
        };
        let third = scale.of(&Number::new(BigInt::one(), BigInt::from(3)));
        scale.ln_2 = scale.artanh(&third).times(2);
        scale
    }

    /// The unit as a whole number: one is this many.
    pub(crate) const fn unit(&self) -> &BigInt {
        &self.unit
    }

    /// A number that is known exactly.
    pub(crate) fn of(&self, value: &Number) -> Enclosed {
        self.between(value, value)
    }

    /// What lies between two numbers.
    pub(crate) fn between(&self, low: &Number, high: &Number) -> Enclosed {
        Enclosed {
            low: (low * &self.unit).floor().to_integer(),
            high: (high * &self.unit).ceil().to_integer(),
        }
    }

    /// The product.
    pub(crate) fn product(&self, one: &Enclosed, other: &Enclosed) -> Enclosed {
        let corners = [
            &one.low * &other.low,
            &one.low * &other.high,
            &one.high * &other.low,
            &one.high * &other.high,
        ];
        let least = corners.iter().min().cloned().unwrap_or_default();
        let most = corners.iter().max().cloned().unwrap_or_default();
        Enclosed {
            low: least.div_floor(&self.unit),
            high: most.div_ceil(&self.unit),
        }
    }

    /// The quotient; `None` unless the divisor is surely above zero.
    pub(crate) fn quotient(&self, dividend: &Enclosed, divisor: &Enclosed) -> Option<Enclosed> {
        if !divisor.low.is_positive() {
            return None;
        }
        let low_by = if dividend.low.is_negative() {
            &divisor.low
        } else {
            &divisor.high
        };
        let high_by = if dividend.high.is_negative() {
            &divisor.high
        } else {
            &divisor.low
        };
        Some(Enclosed {
            low: (&dividend.low * &self.unit).div_floor(low_by),
            high: (&dividend.high * &self.unit).div_ceil(high_by),
        })
    }

    /// The root of a number that is not negative.
    pub(crate) fn root(&self, value: &Number, degree: u32) -> Option<Enclosed> {
        if value.is_negative() || degree == 0 {
            return None;
        }
        let scaled = value * self.unit.pow(degree);
        let low = scaled.floor().to_integer().nth_root(degree);
        let exact = Number::from_integer(low.pow(degree)) == scaled;
        let high = if exact { low.clone() } else { &low + 1 };
        Some(Enclosed { low, high })
    }

    /// The natural logarithm of a number above zero.
    pub(crate) fn ln(&self, value: &Number) -> Option<Enclosed> {
        if !value.is_positive() {
            return None;
        }
        // value = y · 2^k with y between 2/3 and 4/3, and ln y = 2 artanh((y - 1) / (y + 1)).
        let bits = |part: &BigInt| i64::try_from(part.bits()).ok();
        let mut exponent = bits(value.numer())? - bits(value.denom())?;
        let mut y = value * two_to(-exponent);
        let thirds = |count: i32| Number::new(BigInt::from(count), BigInt::from(3));
        if y > thirds(4) {
            exponent += 1;
            y /= BigInt::from(2);
        } else if y < thirds(2) {
            exponent -= 1;
            y *= BigInt::from(2);
        }
        let one = Number::one();
        let t = self.of(&((&y - &one) / (&y + &one)));
        Some(self.artanh(&t).times(2).plus(&self.ln_2.times(exponent)))
    }

    /// artanh t = t + t³/3 + t⁵/5 + …, for |t| of at most one third.
    fn artanh(&self, t: &Enclosed) -> Enclosed {
        let square = self.product(t, t);
        let mut power = t.clone();
        let mut sum = Enclosed::zero();
        let mut odd = BigInt::one();
        loop {
            sum = sum.plus(&power.over(&odd));
            power = self.product(&power, &square);
            odd += 2;
            if power.low >= -BigInt::one() && power.high <= BigInt::one() {
                break;
            }
        }
        // What is left is less than this power times 1 + 1/9 + 1/81 + …, so less than two units.
        Enclosed {
            low: sum.low - 2,
            high: sum.high + 2,
        }
    }

    /// The value at [`RESULT_DECIMALS`]; `None` while the enclosure is too wide for that.
    pub(crate) fn read(&self, value: &Enclosed) -> Option<Number> {
        let guard = RESULT_DECIMALS + GUARD_DECIMALS;
        let width = &value.high - &value.low;
        if width > pow10(self.places.checked_sub(guard)?) {
            return None;
        }
        let middle = Number::new(&value.low + &value.high, &self.unit * 2);
        let result = pow10(RESULT_DECIMALS);
        let units = (middle * &result).round().to_integer();
        Some(Number::new(units, result))
    }

    /// All values, if all are certain.
    pub(crate) fn read_all(&self, values: &[Enclosed]) -> Option<Vec<Number>> {
        values.iter().map(|value| self.read(value)).collect()
    }

    /// The parts of the sum of the values.
    pub(crate) fn shares(&self, values: &[Enclosed]) -> Option<Vec<Enclosed>> {
        let sum = Enclosed::sum(values.iter());
        values
            .iter()
            .map(|value| self.quotient(value, &sum))
            .collect()
    }
}

/// `2^exponent`.
fn two_to(exponent: i64) -> Number {
    let power = BigInt::one() << exponent.unsigned_abs();
    if exponent < 0 {
        Number::new(BigInt::one(), power)
    } else {
        Number::from_integer(power)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{parse, shown};
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        parse(text).unwrap()
    }

    fn ln(text: &str) -> String {
        let value = number(text);
        let read = refine(|scale| scale.read(&scale.ln(&value)?)).unwrap();
        shown(&read, 40)
    }

    #[test]
    fn logarithms_have_all_their_digits() {
        // OEIS A002162, A002392; ln 1 and a reciprocal.
        assert_eq!(ln("2"), "0.6931471805599453094172321214581765680755");
        assert_eq!(ln("10"), "2.3025850929940456840179914546843642076011");
        assert_eq!(ln("0.1"), "-2.3025850929940456840179914546843642076011");
        assert_eq!(ln("1"), "0.0000000000000000000000000000000000000000");
    }

    #[test]
    fn roots_are_enclosed_and_exact_when_they_end() {
        let root = |text: &str, degree| {
            let value = number(text);
            shown(
                &refine(|scale| scale.read(&scale.root(&value, degree)?)).unwrap(),
                40,
            )
        };
        assert_eq!(root("2", 2), "1.4142135623730950488016887242096980785697");
        assert_eq!(root("1/8", 3), "0.5000000000000000000000000000000000000000");
        assert_eq!(root("0", 5), "0.0000000000000000000000000000000000000000");
        assert_eq!(Scale::new(60).root(&number("-1"), 2), None);
    }

    #[test]
    fn a_divisor_that_may_be_zero_divides_nothing() {
        let scale = Scale::new(60);
        let one = scale.of(&number("1"));
        let maybe = scale.between(&number("-1"), &number("1"));
        assert_eq!(scale.quotient(&one, &maybe), None);
        assert_eq!(scale.read(&maybe), None, "too wide to be a result");
    }

    proptest! {
        #[test]
        fn enclosures_hold_the_exact_result(
            a in -10_000_i64..10_000, b in 1_i64..10_000, c in -10_000_i64..10_000, d in 1_i64..10_000,
        ) {
            let scale = Scale::new(60);
            let x = Number::new(BigInt::from(a), BigInt::from(b));
            let y = Number::new(BigInt::from(c), BigInt::from(d));
            let holds = |enclosed: &Enclosed, exact: &Number| {
                let exact = exact * scale.unit();
                Number::from_integer(enclosed.low.clone()) <= exact
                    && exact <= Number::from_integer(enclosed.high.clone())
            };
            let (ex, ey) = (scale.of(&x), scale.of(&y));
            prop_assert!(holds(&ex.plus(&ey), &(&x + &y)));
            prop_assert!(holds(&ex.negated(), &-x.clone()));
            prop_assert!(holds(&scale.product(&ex, &ey), &(&x * &y)));
            if y.is_positive() {
                prop_assert!(holds(&scale.quotient(&ex, &ey).unwrap(), &(&x / &y)));
                // ln(xy) = ln x + ln y, each enclosed by itself.
                if x.is_positive() {
                    let sum = scale.ln(&x).unwrap().plus(&scale.ln(&y).unwrap());
                    let product = scale.ln(&(&x * &y)).unwrap();
                    prop_assert!(sum.low <= product.high && product.low <= sum.high);
                }
            }
        }
    }
}
