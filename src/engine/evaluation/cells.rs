//! The cells of one indicator in columns: a million departments take a few bytes each, and no
//! fraction is reduced before somebody reads it.

use std::fmt;

use super::numbers::Numbers;
use super::{Cell, Status, Value};
use crate::eval::{LaneFault, Lanes};
use crate::exact::Quantity;
use crate::table::{Slice, shares, sum};

/// One cell per subject.
#[derive(Clone, Default)]
pub struct Cells {
    statuses: Vec<Status>,
    cases: Vec<u32>,
    values: Numbers,
    /// Points by band, and the band of each subject; both empty unless the indicator is banded.
    points: Vec<Option<Quantity>>,
    bands: Vec<u32>,
    /// Of an indicator banded by slices: what a value earns follows from it when it is read.
    slices: Vec<Slice>,
}

impl Cells {
    /// No cell yet, with room for so many; `points` are those that bands give, `slices` those of an
    /// indicator that is banded by them, checked for every value appended.
    pub(crate) fn new(subjects: usize, points: Vec<Option<Quantity>>, slices: Vec<Slice>) -> Self {
        Self {
            slices,
            statuses: Vec::with_capacity(subjects),
            cases: Vec::with_capacity(subjects),
            values: Numbers::default(),
            bands: Vec::with_capacity(if points.is_empty() { 0 } else { subjects }),
            points,
        }
    }

    /// Appends the cells of a block of subjects: their values as lanes of numbers with `scale`
    /// decimals, asked for where `known` says so, and the bands these fall into.
    pub(crate) fn append(
        &mut self,
        (statuses, cases): (&[Status], &[u32]),
        (values, scale): (Lanes, Option<u8>),
        known: &[bool],
        bands: &[u32],
    ) -> Result<(), LaneFault> {
        let is_first = self.statuses.is_empty();
        self.values.append(values, scale, known)?;
        if is_first {
            let room = self.statuses.capacity().saturating_sub(statuses.len());
            self.values.reserve(room);
        }
        self.statuses.extend_from_slice(statuses);
        self.cases.extend_from_slice(cases);
        self.bands.extend_from_slice(bands);
        Ok(())
    }

    /// The cell of a subject.
    pub fn get(&self, subject: usize) -> Option<Cell> {
        let status = *self.statuses.get(subject)?;
        let known = status == Status::Known;
        let band = self.bands.get(subject).filter(|_| known);
        let value = if known {
            self.values.get(subject)
        } else {
            None
        };
        let band = match value {
            Some(Value::Number(value)) if !self.slices.is_empty() => {
                let shares = shares("", &self.slices, value);
                shares.ok().and_then(|shares| sum(&shares))
            }
            _ => band.and_then(|band| *self.points.get(*band as usize)?),
        };
        Some(Cell {
            status,
            cases: u64::from(*self.cases.get(subject)?),
            value,
            band,
        })
    }

    /// The cells in the order of the frame.
    pub fn iter(&self) -> impl Iterator<Item = Cell> + '_ {
        (0..self.len()).filter_map(|subject| self.get(subject))
    }

    /// Number of subjects.
    pub const fn len(&self) -> usize {
        self.statuses.len()
    }

    /// Whether there is no subject.
    pub const fn is_empty(&self) -> bool {
        self.statuses.is_empty()
    }
}

impl PartialEq for Cells {
    /// By what the cells say, however they are held.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Cells {}

impl fmt::Debug for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
