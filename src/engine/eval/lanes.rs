//! Values side by side.

use std::sync::Arc;

use domain::Rounding;

use super::number;
use crate::exact::pow10;
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
            scaled => {
                let power = pow10(scale.unwrap_or(0)).ok_or_else(misfit)?;
                let above = scaled.wide()?;
                let below = vec![power; above.len()];
                Ok((above, below))
            }
        }
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
            (Self::Fraction(a, b), Self::Fraction(c, d)) => {
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
