//! The cells of one indicator in columns: a million departments take a few bytes each, and no
//! fraction is reduced before somebody reads it.

use std::fmt;

use super::found::Found;
use super::uniform::Uniform;
use super::{Cell, Status, Value};
use crate::eval::{LaneFault, Lanes};
use crate::exact::Quantity;
use crate::table::{Slice, shares, sum};

/// One cell per subject.
#[derive(Clone, Default)]
pub struct Cells {
    /// How many there will be.
    room: usize,
    statuses: Uniform<Status>,
    cases: Uniform<u32>,
    values: Found,
    /// Points by band, and the band of each subject; both empty unless the indicator is banded.
    points: Vec<Option<Quantity>>,
    bands: Places,
    /// Of an indicator banded by slices: what a value earns follows from it when it is read.
    slices: Vec<Slice>,
}

/// Places in a list, in as few bytes as its length needs.
#[derive(Clone)]
enum Places {
    Near(Vec<u8>),
    Far(Vec<u32>),
}

impl Default for Places {
    fn default() -> Self {
        Self::Near(Vec::new())
    }
}

impl Places {
    fn get(&self, at: usize) -> Option<usize> {
        match self {
            Self::Near(places) => places.get(at).map(|place| usize::from(*place)),
            Self::Far(places) => usize::try_from(*places.get(at)?).ok(),
        }
    }

    fn extend(&mut self, new: &[u32]) {
        match self {
            // The list is short, so nothing is lost.
            Self::Near(places) => places.extend(new.iter().map(|place| (place & 0xff) as u8)),
            Self::Far(places) => places.extend_from_slice(new),
        }
    }
}

impl Cells {
    /// No cell yet, with room for so many; `points` are those that bands give, `slices` those of an
    /// indicator that is banded by them, checked for every value appended.
    pub(crate) fn new(subjects: usize, points: Vec<Option<Quantity>>, slices: Vec<Slice>) -> Self {
        let room = if points.is_empty() { 0 } else { subjects };
        Self {
            slices,
            room: subjects,
            statuses: Uniform::default(),
            cases: Uniform::default(),
            values: Found::default(),
            bands: if points.len() <= 1 << u8::BITS {
                Places::Near(Vec::with_capacity(room))
            } else {
                Places::Far(Vec::with_capacity(room))
            },
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
        self.values.append(values, scale, known, self.room)?;
        self.statuses.extend(statuses, self.room);
        self.cases.extend(cases, self.room);
        self.bands.extend(bands);
        Ok(())
    }

    /// The cell of a subject.
    pub fn get(&self, subject: usize) -> Option<Cell> {
        let status = self.statuses.get(subject)?;
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
            _ => band.and_then(|band| *self.points.get(band)?),
        };
        Some(Cell {
            status,
            cases: u64::from(self.cases.get(subject)?),
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
        self.len() == 0
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
