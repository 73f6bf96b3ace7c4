//! The values of an indicator side by side, in the narrowest form that holds them exactly.

use super::Value;
use crate::eval::{LaneFault, Lanes, misfit};
use crate::exact::{Quantity, pow10};
use crate::fault::FaultKind;
use crate::frame::Numbers;

/// Values of subjects, one each; where a subject has none, zero or false holds its place.
#[derive(Clone, Debug, Default)]
pub(super) enum Found {
    /// None yet.
    #[default]
    Empty,
    /// Truth values.
    Bools(Vec<bool>),
    /// Numbers times the power of ten.
    Scaled(Numbers, i128),
    /// Numerators and denominators above zero, not reduced.
    Fractions(Numbers, Numbers),
    /// Anything else.
    Exact(Vec<Quantity>),
}

impl Found {
    /// The value of a subject, in lowest terms.
    pub(super) fn get(&self, subject: usize) -> Option<Value> {
        let number =
            |above: i64, below: i128| Quantity::new(i128::from(above), below).map(Value::Number);
        match self {
            Self::Empty => None,
            Self::Bools(values) => values.get(subject).copied().map(Value::Bool),
            Self::Scaled(values, power) => number(values.get(subject)?, *power),
            Self::Fractions(above, below) => {
                number(above.get(subject)?, i128::from(below.get(subject)?))
            }
            Self::Exact(values) => values.get(subject).copied().map(Value::Number),
        }
    }

    /// Appends the lanes of a block; those not asked for become nothing. Fails where a number asked
    /// for has no quantity. `room` is how many values there will be in the end.
    pub(super) fn append(
        &mut self,
        lanes: Lanes,
        scale: Option<u8>,
        active: &[bool],
        room: usize,
    ) -> Result<(), LaneFault> {
        let power =
            pow10(scale.unwrap_or(0)).ok_or_else(|| LaneFault::new(0, FaultKind::Overflow))?;
        match (&mut *self, lanes) {
            (Self::Empty, lanes) => {
                *self = match lanes {
                    Lanes::Bool(_) => Self::Bools(Vec::with_capacity(room)),
                    Lanes::Small(_) => Self::Scaled(Numbers::with_capacity(room), power),
                    Lanes::SmallFraction(..) => {
                        Self::Fractions(Numbers::with_capacity(room), Numbers::with_capacity(room))
                    }
                    _ => Self::Exact(Vec::new()),
                };
                self.append(lanes, scale, active, room)
            }
            (Self::Bools(values), Lanes::Bool(new)) => {
                let asked = new.iter().zip(active);
                values.extend(asked.map(|(value, active)| value & active));
                Ok(())
            }
            (Self::Scaled(values, _), Lanes::Small(new)) => {
                keep(values, new, active, 0);
                Ok(())
            }
            (Self::Fractions(above, below), Lanes::SmallFraction(numerators, denominators)) => {
                keep(above, numerators, active, 0);
                keep(below, denominators, active, 1);
                Ok(())
            }
            (Self::Exact(values), lanes) => {
                let (above, below) = lanes.fraction(scale)?;
                for (lane, (pair, active)) in above.into_iter().zip(below).zip(active).enumerate() {
                    let quantity = match Quantity::new(pair.0, pair.1) {
                        Some(quantity) if *active => quantity,
                        None if *active => {
                            return Err(LaneFault::new(lane, FaultKind::Overflow));
                        }
                        _ => Quantity::ZERO,
                    };
                    values.push(quantity);
                }
                Ok(())
            }
            (Self::Bools(_), _) => Err(misfit()),
            // A block that needs more room than those before.
            (narrow, lanes) => {
                let before = std::mem::take(narrow);
                let exact = |value: Option<Value>| match value {
                    Some(Value::Number(number)) => number,
                    _ => Quantity::ZERO,
                };
                let subjects = 0..before.len();
                *self = Self::Exact(subjects.map(|one| exact(before.get(one))).collect());
                self.append(lanes, scale, active, room)
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Bools(values) => values.len(),
            Self::Scaled(values, _) => values.len(),
            Self::Fractions(above, _) => above.len(),
            Self::Exact(values) => values.len(),
        }
    }
}

/// Appends what was asked for, and `nothing` in the place of the rest.
fn keep(values: &mut Numbers, mut new: Vec<i64>, active: &[bool], nothing: i64) {
    if !active.iter().fold(true, |all, active| all & active) {
        for (value, active) in new.iter_mut().zip(active) {
            *value = if *active { *value } else { nothing };
        }
    }
    values.extend(&new);
}
