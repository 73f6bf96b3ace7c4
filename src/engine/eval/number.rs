//! Loops over numbers: 64 bits first, 128 bits when a lane does not fit, a fault when that does not.

use domain::{Rounding, div_round};

use super::lanes::{LaneFault, Lanes, misfit};
use crate::exact::{Quantity, compare_fractions, pow10};
use crate::fault::FaultKind;
use crate::formula::tree::{Arithmetic, Comparison};

/// Applies a checked operation to the lanes asked for; other lanes get zero when it fails.
pub(super) fn checked<T, U: Default>(
    values: impl Iterator<Item = T>,
    active: &[bool],
    kind: &FaultKind,
    op: impl Fn(T) -> Option<U>,
) -> Result<Vec<U>, LaneFault> {
    values
        .zip(active)
        .enumerate()
        .map(|(lane, (value, active))| match op(value) {
            Some(result) => Ok(result),
            None if *active => Err(LaneFault::new(lane, kind.clone())),
            None => Ok(U::default()),
        })
        .collect()
}

/// 64-bit operation on all lanes; `None` if any overflows. No branch inside the loop.
fn overflowing(a: &[i64], b: &[i64], op: impl Fn(i64, i64) -> (i64, bool)) -> Option<Vec<i64>> {
    let mut over = false;
    let values = a
        .iter()
        .zip(b)
        .map(|(a, b)| {
            let (value, overflow) = op(*a, *b);
            over |= overflow;
            value
        })
        .collect();
    (!over).then_some(values)
}

/// Sum, difference or product of scaled numbers.
pub(super) fn arithmetic(
    op: Arithmetic,
    left: Lanes,
    right: Lanes,
    active: &[bool],
) -> Result<Lanes, LaneFault> {
    if let (Lanes::Small(a), Lanes::Small(b)) = (&left, &right) {
        let small = match op {
            Arithmetic::Add => overflowing(a, b, i64::overflowing_add),
            Arithmetic::Subtract => overflowing(a, b, i64::overflowing_sub),
            Arithmetic::Multiply => overflowing(a, b, i64::overflowing_mul),
        };
        if let Some(small) = small {
            return Ok(Lanes::Small(small));
        }
    }
    let (a, b) = (left.wide()?, right.wide()?);
    let wide = checked(
        a.into_iter().zip(b),
        active,
        &FaultKind::Overflow,
        |(a, b)| match op {
            Arithmetic::Add => a.checked_add(b),
            Arithmetic::Subtract => a.checked_sub(b),
            Arithmetic::Multiply => a.checked_mul(b),
        },
    )?;
    Ok(Lanes::Wide(wide))
}

/// Pairs of numerators and denominators.
pub(super) type Fractions = (Vec<i128>, Vec<i128>);

/// Sum, difference or product of fractions.
pub(super) fn fraction_arithmetic(
    op: Arithmetic,
    left: Fractions,
    right: Fractions,
    active: &[bool],
) -> Result<Lanes, LaneFault> {
    let quantity = |above: i128, below: i128| Quantity::new(above, below);
    let pairs = left
        .0
        .into_iter()
        .zip(left.1)
        .zip(right.0.into_iter().zip(right.1));
    let results = checked(pairs, active, &FaultKind::Overflow, |(a, b)| {
        let (a, b) = (quantity(a.0, a.1)?, quantity(b.0, b.1)?);
        let result = match op {
            Arithmetic::Add => a.checked_add(b)?,
            Arithmetic::Subtract => a.checked_add(b.checked_neg()?)?,
            Arithmetic::Multiply => a.checked_mul(b)?,
        };
        Some((result.numerator, result.denominator))
    })?;
    // A lane that is not asked for has a denominator too: others divide by it.
    let (above, below) = results
        .into_iter()
        .map(|(above, below): (i128, i128)| (above, below.max(1)))
        .unzip();
    Ok(Lanes::Fraction(above, below))
}

/// Quotient of fractions; a zero divisor asked for is a fault.
pub(super) fn divide(
    left: Fractions,
    right: Fractions,
    active: &[bool],
) -> Result<Lanes, LaneFault> {
    let zero = right
        .0
        .iter()
        .zip(active)
        .position(|(below, active)| *active && *below == 0);
    if let Some(lane) = zero {
        return Err(LaneFault::new(lane, FaultKind::ZeroDenominator));
    }
    let pairs = left
        .0
        .into_iter()
        .zip(left.1)
        .zip(right.0.into_iter().zip(right.1));
    let results = checked(pairs, active, &FaultKind::Overflow, |(a, b)| {
        // Equal denominators cancel: the usual case, and no greatest common divisor is needed.
        if a.1 == b.1 && b.0 > 0 {
            return Some((a.0, b.0));
        }
        let result = Quantity::new(a.0, a.1)?.checked_div(Quantity::new(b.0, b.1)?)?;
        Some((result.numerator, result.denominator))
    })?;
    let (above, below) = results
        .into_iter()
        .map(|(above, below)| (above, below.max(1)))
        .unzip();
    Ok(Lanes::Fraction(above, below))
}

/// Quotients of numbers of equal scale, without work; `None` where a divisor asked for is not above
/// zero, or the lanes are wide.
pub(super) fn small_fractions(left: &Lanes, right: &Lanes, active: &[bool]) -> Option<Lanes> {
    let (Lanes::Small(above), Lanes::Small(below)) = (left, right) else {
        return None;
    };
    let divisors = below.iter().zip(active);
    let sound = divisors.fold(true, |all, (below, active)| all & ((*below > 0) | !active));
    let below = below.iter().map(|below| (*below).max(1));
    sound.then(|| Lanes::SmallFraction(above.clone(), below.collect()))
}

/// `a · 10^more / b` to whole numbers, lane by lane; `None` when a lane does not fit 64 bits or has
/// no quotient, which the wide loops then judge.
pub(super) fn small_quotients(a: &[i64], b: &[i64], more: u8, mode: Rounding) -> Option<Vec<i64>> {
    let factor = i64::try_from(pow10(more)?).ok()?;
    let mut values = Vec::with_capacity(a.len());
    for (a, b) in a.iter().zip(b) {
        values.push(small_quotient(a.checked_mul(factor)?, *b, mode)?);
    }
    Some(values)
}

/// As `div_round`, on 64 bits: dividing 128 bits takes several times as long.
#[inline]
fn small_quotient(numerator: i64, denominator: i64, mode: Rounding) -> Option<i64> {
    let quotient = numerator.checked_div(denominator)?;
    let rest = numerator - quotient * denominator;
    if rest == 0 {
        return Some(quotient);
    }
    let negative = (numerator < 0) != (denominator < 0);
    let rest = rest.unsigned_abs();
    let half = rest.cmp(&(denominator.unsigned_abs() - rest));
    let bump = match mode {
        Rounding::HalfUp => half.is_ge(),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && quotient % 2 != 0),
        Rounding::Down => false,
        Rounding::Up => true,
        Rounding::Floor => negative,
        Rounding::Ceil => !negative,
    };
    // A quotient with a rest is at most half of the range, so one more always fits.
    Some(quotient + i64::from(bump) * if negative { -1 } else { 1 })
}

/// Numbers of `from` decimals with `to` decimals, exactly.
pub(super) fn widen(lanes: Lanes, from: u8, to: u8, active: &[bool]) -> Result<Lanes, LaneFault> {
    let factor = pow10(to.saturating_sub(from)).ok_or_else(misfit)?;
    let count = active.len();
    let factor = if let (Lanes::Small(_), Ok(factor)) = (&lanes, i64::try_from(factor)) {
        Lanes::Small(vec![factor; count])
    } else {
        Lanes::Wide(vec![factor; count])
    };
    arithmetic(Arithmetic::Multiply, lanes, factor, active)
}

/// Fractions rounded to `scale` decimals.
pub(super) fn round(
    (above, below): Fractions,
    scale: u8,
    mode: Rounding,
    active: &[bool],
) -> Result<Lanes, LaneFault> {
    let power = pow10(scale).ok_or_else(misfit)?;
    let pairs = above.into_iter().zip(below);
    let rounded = checked(pairs, active, &FaultKind::Overflow, |(above, below)| {
        if let Some(scaled) = above.checked_mul(power) {
            return div_round(scaled, below, mode);
        }
        let reduced = Quantity::new(above, below)?.checked_mul(Quantity::whole(power))?;
        div_round(reduced.numerator, reduced.denominator, mode)
    })?;
    Ok(Lanes::narrowed(rounded))
}

/// −x or |x|.
pub(super) fn signed(lanes: Lanes, absolute: bool, active: &[bool]) -> Result<Lanes, LaneFault> {
    let change = |value: i128| {
        if absolute && value >= 0 {
            Some(value)
        } else {
            value.checked_neg()
        }
    };
    Ok(match lanes {
        Lanes::Fraction(..) | Lanes::SmallFraction(..) => {
            let (above, below) = lanes.fraction(None)?;
            let above = checked(above.into_iter(), active, &FaultKind::Overflow, change)?;
            Lanes::Fraction(above, below)
        }
        scaled => {
            let wide = scaled.wide()?;
            let wide = checked(wide.into_iter(), active, &FaultKind::Overflow, change)?;
            Lanes::narrowed(wide)
        }
    })
}

/// Comparison of scaled numbers, dates or truth values.
pub(super) fn compare(op: Comparison, left: Lanes, right: Lanes) -> Result<Vec<bool>, LaneFault> {
    Ok(match (left, right) {
        (Lanes::Small(a), Lanes::Small(b)) => compare_slices(op, &a, &b),
        (Lanes::Date(a), Lanes::Date(b)) => compare_slices(op, &a, &b),
        (Lanes::Bool(a), Lanes::Bool(b)) => compare_slices(op, &a, &b),
        (a, b) => compare_slices(op, &a.wide()?, &b.wide()?),
    })
}

/// Comparison of fractions.
pub(super) fn compare_fraction_lanes(
    op: Comparison,
    left: Fractions,
    right: Fractions,
) -> Vec<bool> {
    let pairs = left
        .0
        .into_iter()
        .zip(left.1)
        .zip(right.0.into_iter().zip(right.1));
    pairs
        .map(|((a, b), (c, d))| op.holds(compare_fractions((a, b.max(1)), (c, d.max(1)))))
        .collect()
}

fn compare_slices<T: Ord>(op: Comparison, a: &[T], b: &[T]) -> Vec<bool> {
    fn each<T>(a: &[T], b: &[T], test: impl Fn(&T, &T) -> bool) -> Vec<bool> {
        a.iter().zip(b).map(|(a, b)| test(a, b)).collect()
    }
    // One loop per operator, so that each is dense.
    match op {
        Comparison::Equal => each(a, b, T::eq),
        Comparison::NotEqual => each(a, b, T::ne),
        Comparison::Less => each(a, b, T::lt),
        Comparison::LessOrEqual => each(a, b, T::le),
        Comparison::Greater => each(a, b, T::gt),
        Comparison::GreaterOrEqual => each(a, b, T::ge),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_fraction_that_overflows_unasked_keeps_a_denominator() {
        let huge = || (vec![i128::MAX], vec![1]);
        for op in [Arithmetic::Add, Arithmetic::Multiply] {
            let asked = fraction_arithmetic(op, huge(), huge(), &[true]);
            assert!(asked.is_err_and(|fault| fault.kind == FaultKind::Overflow));
            let unasked = fraction_arithmetic(op, huge(), huge(), &[false]);
            let found = unasked.and_then(|lanes| lanes.fraction(None));
            assert!(found.is_ok_and(|found| found == (vec![0], vec![1])));
        }
    }

    proptest! {
        #[test]
        fn small_quotients_round_as_wide_ones_do(
            a in prop_oneof![-60_i64..60, any::<i64>()],
            b in prop_oneof![-8_i64..8, any::<i64>()],
        ) {
            for mode in Rounding::ALL {
                let wide = div_round(i128::from(a), i128::from(b), mode);
                let wide = wide.and_then(|value| i64::try_from(value).ok());
                prop_assert_eq!(small_quotient(a, b, mode), wide, "{} / {} {:?}", a, b, mode);
            }
        }
    }
}
