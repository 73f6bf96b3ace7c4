//! Values side by side.

use std::sync::Arc;

use domain::Rounding;

use super::number;
use crate::exact::{Quantity, pow10};
use crate::fault::FaultKind;
use crate::frame::Dictionary;

/// Values of one node, one per row or subject. Lanes that nobody asked for hold anything.
#[derive(Clone, Debug)]
pub(crate) enum Lanes {
    Bool(Vec<bool>),
    /// Scaled numbers that fit 64 bits.
    Small(Vec<i64>),
    /// Scaled numbers.
    Wide(Vec<i128>),
    /// Numerators and denominators; denominators are above zero.
    Fraction(Vec<i128>, Vec<i128>),
    /// The same where both fit 64 bits.
    SmallFraction(Vec<i64>, Vec<i64>),
    Text(Vec<u32>, Arc<Dictionary>),
    Date(Vec<i32>),
}

/// A fault at one lane.
#[derive(Clone, Debug)]
pub(crate) struct LaneFault {
    pub(crate) lane: usize,
    pub(crate) kind: FaultKind,
}

impl LaneFault {
    pub(crate) const fn new(lane: usize, kind: FaultKind) -> Self {
        Self { lane, kind }
    }
}

/// A tree that does not fit the columns: a bug in the checker, reported rather than hidden.
pub(crate) fn misfit() -> LaneFault {
    LaneFault::new(
        0,
        FaultKind::WrongFrame {
            table: String::new(),
        },
    )
}

impl Lanes {
    pub(crate) fn bools(self) -> Result<Vec<bool>, LaneFault> {
        match self {
            Self::Bool(values) => Ok(values),
            _ => Err(misfit()),
        }
    }

    pub(crate) fn dates(self) -> Result<Vec<i32>, LaneFault> {
        match self {
            Self::Date(values) => Ok(values),
            _ => Err(misfit()),
        }
    }

    pub(crate) fn wide(self) -> Result<Vec<i128>, LaneFault> {
        match self {
            Self::Wide(values) => Ok(values),
            Self::Small(values) => Ok(values.into_iter().map(i128::from).collect()),
            _ => Err(misfit()),
        }
    }

    /// Numerators and denominators of numbers with `scale` decimals, or of fractions.
    pub(crate) fn fraction(self, scale: Option<u8>) -> Result<(Vec<i128>, Vec<i128>), LaneFault> {
        match self {
            Self::Fraction(above, below) => Ok((above, below)),
            Self::SmallFraction(above, below) => {
                let wide = |values: Vec<i64>| values.into_iter().map(i128::from).collect();
                Ok((wide(above), wide(below)))
            }
            scaled => {
                let power = pow10(scale.unwrap_or(0)).ok_or_else(misfit)?;
                let above = scaled.wide()?;
                let below = vec![power; above.len()];
                Ok((above, below))
            }
        }
    }

    /// Numerator and denominator of one lane, not reduced; `None` if it is not a number.
    pub(crate) fn number(&self, scale: Option<u8>, lane: usize) -> Option<(i128, i128)> {
        let power = pow10(scale.unwrap_or(0));
        Some(match self {
            Self::Small(values) => (i128::from(*values.get(lane)?), power?),
            Self::Wide(values) => (*values.get(lane)?, power?),
            Self::Fraction(above, below) => (*above.get(lane)?, *below.get(lane)?),
            Self::SmallFraction(above, below) => {
                (i128::from(*above.get(lane)?), i128::from(*below.get(lane)?))
            }
            Self::Bool(_) | Self::Text(..) | Self::Date(_) => return None,
        })
    }

    /// The first lane asked for that is below zero, or above `most` whole ones.
    pub(crate) fn outside(
        &self,
        scale: Option<u8>,
        most: Option<i64>,
        active: &[bool],
    ) -> Option<usize> {
        let most = most.map(i128::from);
        let is_outside = |above: i128, below: i128| {
            let limit = most.map(|most| most.checked_mul(below));
            above < 0 || limit.is_some_and(|limit| limit.is_some_and(|limit| above > limit))
        };
        let narrow = match (self, pow10(scale.unwrap_or(0)), most) {
            // One pass without branches tells that nothing is outside, as is usual.
            (Self::Small(values), Some(power), most) => {
                let limit = most.map_or(Some(i128::MAX), |most| most.checked_mul(power));
                let limit =
                    limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
                let asked = values.iter().zip(active);
                asked.fold(false, |any, (value, active)| {
                    any | (active & ((*value < 0) | (*value > limit)))
                })
            }
            (Self::SmallFraction(above, below), _, Some(1) | None) => {
                let asked = above.iter().zip(below).zip(active);
                asked.fold(false, |any, ((above, below), active)| {
                    any | (active & ((*above < 0) | (most.is_some() & (above > below))))
                })
            }
            _ => true,
        };
        if !narrow {
            return None;
        }
        let mut lanes = active.iter().enumerate().filter(|(_, active)| **active);
        lanes.find_map(|(lane, _)| {
            let (above, below) = self.number(scale, lane)?;
            is_outside(above, below).then_some(lane)
        })
    }

    /// Numbers rounded to `to` decimals, as 64-bit integers.
    pub(crate) fn rounded(
        self,
        scale: Option<u8>,
        to: u8,
        mode: Rounding,
        active: &[bool],
    ) -> Result<Vec<i64>, LaneFault> {
        let rounded = number::round(self.fraction(scale)?, to, mode, active)?;
        let wide = rounded.wide()?.into_iter();
        number::checked(wide, active, &FaultKind::Overflow, |value| {
            i64::try_from(value).ok()
        })
    }

    /// The same as 64-bit lanes if all values fit.
    pub(crate) fn narrowed(values: Vec<i128>) -> Self {
        let small: Option<Vec<i64>> = values
            .iter()
            .map(|value| i64::try_from(*value).ok())
            .collect();
        small.map_or(Self::Wide(values), Self::Small)
    }

    /// Lane by lane, the second where `take` says so.
    pub(crate) fn overlay(self, other: Self, take: &[bool]) -> Result<Self, LaneFault> {
        fn pick<T: Copy>(base: Vec<T>, other: &[T], take: &[bool]) -> Vec<T> {
            base.into_iter()
                .zip(other)
                .zip(take)
                .map(|((base, other), take)| if *take { *other } else { base })
                .collect()
        }
        Ok(match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Self::Bool(pick(a, &b, take)),
            (Self::Date(a), Self::Date(b)) => Self::Date(pick(a, &b, take)),
            (Self::Small(a), Self::Small(b)) => Self::Small(pick(a, &b, take)),
            (
                a @ (Self::Fraction(..) | Self::SmallFraction(..)),
                b @ (Self::Fraction(..) | Self::SmallFraction(..)),
            ) => {
                let ((a, b), (c, d)) = (a.fraction(None)?, b.fraction(None)?);
                Self::Fraction(pick(a, &c, take), pick(b, &d, take))
            }
            (Self::Text(a, left), Self::Text(b, right)) => {
                if Arc::ptr_eq(&left, &right) {
                    return Ok(Self::Text(pick(a, &b, take), left));
                }
                let mut merged = (*left).clone();
                let codes: Vec<u32> = right
                    .texts()
                    .iter()
                    .map(|text| merged.intern(text))
                    .collect();
                let moved: Vec<u32> = b
                    .iter()
                    .map(|code| codes.get(*code as usize).copied().unwrap_or(0))
                    .collect();
                Self::Text(pick(a, &moved, take), Arc::new(merged))
            }
            (a @ (Self::Small(_) | Self::Wide(_)), b @ (Self::Small(_) | Self::Wide(_))) => {
                Self::Wide(pick(a.wide()?, &b.wide()?, take))
            }
            _ => return Err(misfit()),
        })
    }
}

/// The number of one lane as a fault shows it.
pub(crate) fn show_number(lanes: &Lanes, scale: Option<u8>, lane: usize) -> String {
    let number = lanes.number(scale, lane);
    let quantity = number.and_then(|(above, below)| Quantity::new(above, below));
    quantity.map_or_else(String::new, |quantity| quantity.to_string())
}
