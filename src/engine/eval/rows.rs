//! Which rows of a block are asked for.

use std::borrow::Cow;

use super::CHUNK;
use super::lanes::LaneFault;
use super::nodes::{Machine, Stretch};
use crate::formula::tree::Node;

/// A flag for each row, and whether all are set, so that nobody need look again.
#[derive(Clone, Debug)]
pub(crate) struct Rows<'r> {
    flags: Cow<'r, [bool]>,
    all: bool,
}

impl<'r> Rows<'r> {
    /// The rows with a flag.
    pub(crate) fn new(flags: impl Into<Cow<'r, [bool]>>) -> Self {
        let flags = flags.into();
        Self {
            all: all(&flags),
            flags,
        }
    }

    /// A flag for each row.
    pub(crate) fn flags(&self) -> &[bool] {
        &self.flags
    }

    /// Number of rows, asked for or not.
    pub(crate) fn len(&self) -> usize {
        self.flags.len()
    }

    /// Whether all rows are asked for.
    pub(crate) const fn are_all(&self) -> bool {
        self.all
    }

    /// Those that satisfy a condition. Faults are placed in the block, whose first row is given.
    pub(crate) fn select(
        &'r self,
        machine: &Machine<'_>,
        condition: Option<&Node>,
        first_row: usize,
    ) -> Result<Self, LaneFault> {
        let Some(condition) = condition else {
            return Ok(Self {
                flags: Cow::Borrowed(&self.flags),
                all: self.all,
            });
        };
        let mut selected = Vec::with_capacity(self.len());
        self.each_chunk(first_row, |_, at| {
            let values = machine.eval(condition, at)?.bools()?;
            if let Some(watch) = &machine.constants.watch {
                let asked = values.iter().zip(at.active).filter(|(_, active)| **active);
                watch.condition(condition, asked.map(|(value, _)| *value));
            }
            if all(at.active) {
                selected.extend_from_slice(&values);
            } else {
                let pairs = values.iter().zip(at.active);
                selected.extend(pairs.map(|(value, active)| value & active));
            }
            Ok(())
        })?;
        Ok(Self::new(selected))
    }

    /// Runs `body` over stretches of the block, each with its first row counted in the block.
    pub(super) fn each_chunk(
        &self,
        first_row: usize,
        mut body: impl FnMut(usize, Stretch<'_>) -> Result<(), LaneFault>,
    ) -> Result<(), LaneFault> {
        for (index, active) in self.flags.chunks(CHUNK).enumerate() {
            let offset = index * CHUNK;
            let start = first_row + offset;
            body(offset, Stretch { start, active }).map_err(|fault| LaneFault {
                lane: fault.lane + offset,
                ..fault
            })?;
        }
        Ok(())
    }
}

/// Whether all flags are set, without a branch for each.
pub(super) fn all(flags: &[bool]) -> bool {
    flags.iter().fold(true, |all, flag| all & flag)
}
