//! Columnar evaluation: each node of a formula is one dense loop over a stretch of rows (or over
//! all subjects), on scaled integers of 64 bits that widen to checked 128 bits.

mod aggregate;
mod bands;
mod calendar;
mod distinct;
mod grouping;
mod kernels;
mod lanes;
mod nodes;
mod number;
mod peers;
mod quotients;
mod rows;
mod steps;

pub(crate) use aggregate::{Aggregated, aggregate, count};
pub(crate) use bands::Bands;
pub(crate) use calendar::CalendarMemo;
pub(crate) use grouping::Grouping;
pub(crate) use lanes::{LaneFault, Lanes, misfit, show_number};
pub(crate) use nodes::{Answer, Machine, Stretch, show_lane};
pub(crate) use peers::{Given, Place, compare_peers, found};
pub(crate) use rows::Rows;

use std::sync::Arc;

use crate::coverage::Watch;
use crate::pack::PreparedTable;

/// What is the same for all rows: the period, parameters and tables in force.
#[derive(Clone, Debug)]
pub(crate) struct Constants {
    /// First day of the period, days from the common era.
    pub(crate) period_start: i32,
    /// Last day of the period.
    pub(crate) period_end: i32,
    /// Parameter values at the scale of their parameter; `None` when none is in force.
    pub(crate) parameters: Vec<Option<i128>>,
    /// Tables by signature index; `None` when none is in force.
    pub(crate) tables: Vec<Option<PreparedTable>>,
    /// Who notes what is touched, while the tests of a pack run.
    pub(crate) watch: Option<Arc<Watch>>,
}

/// Rows evaluated at a time: a few columns of this length, 16 bytes wide at most, stay in the
/// processor's nearest caches and below the size at which allocators go to the system.
pub(crate) const CHUNK: usize = 1024;
