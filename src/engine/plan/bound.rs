//! A frame bound to a plan: the columns of deadlines computed, given columns left where they are.

use std::cell::RefCell;

use domain::WorkdayCalendar;

use super::given::PlacesMemo;
use super::{Plan, deadlines};
use crate::eval::{CalendarMemo, LaneFault, Machine};
use crate::fault::{Fault, FaultKind};
use crate::frame::{ColumnData, Columns, Frame, FrameTable};
use domain::Place;

/// Facts with everything the formulas of a plan read.
#[derive(Debug)]
pub struct Bound<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) frame: &'a Frame,
    pub(crate) calendar: CalendarMemo<'a>,
    /// Computed columns of each table; they follow those of the frame.
    pub(crate) computed: Vec<Vec<ColumnData>>,
    pub(super) places: RefCell<PlacesMemo>,
}

impl<'a> Bound<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        frame: &'a Frame,
        calendar: &'a WorkdayCalendar,
    ) -> Result<Self, Vec<Fault>> {
        for index in 0..plan.base.tables.len() {
            plan.checked_table(frame, index)?;
        }
        plan.check_subjects(frame)?;
        let mut bound = Self {
            plan,
            frame,
            calendar: CalendarMemo::new(calendar),
            computed: vec![Vec::new(); plan.base.tables.len()],
            places: RefCell::default(),
        };
        deadlines::compute(&mut bound)?;
        Ok(bound)
    }

    /// A column by names, as given or as computed from a deadline.
    pub fn column(&self, table: &str, column: &str) -> Option<&ColumnData> {
        let schema = self.plan.schema();
        let index = schema.table_index(table)?;
        let at = schema.tables.get(index)?.column_index(column)?;
        self.columns(index).get(at)
    }

    /// The columns of a table, given and computed.
    pub(crate) fn columns(&self, table: usize) -> Columns<'_> {
        let given = self.table(table).map_or(&[][..], |table| &table.columns);
        let computed = self.computed.get(table).map_or(&[][..], Vec::as_slice);
        Columns::given(given).with(computed)
    }

    /// The rows of a table as given.
    pub(crate) fn table(&self, index: usize) -> Option<&'a FrameTable> {
        self.frame.tables.get(index)
    }

    /// Where the rows of each subject begin in a table, and where the last end.
    pub(crate) fn offsets(&self, table: usize) -> &'a [u32] {
        self.table(table).map_or(&[][..], |table| &table.offsets)
    }

    /// A machine over the rows of a table.
    pub(crate) fn machine(&self, table: usize) -> Machine<'_> {
        let columns = self.columns(table);
        Machine::new(&self.plan.constants, Some(&self.calendar), columns, &[])
    }

    /// A fault at a row of a table.
    pub(crate) fn row_fault(
        &self,
        (rule, place): (&str, &Place),
        table: usize,
        fault: LaneFault,
    ) -> Fault {
        let offsets = self.offsets(table);
        let subject = offsets.partition_point(|end| *end as usize <= fault.lane);
        let name = self.plan.schema().tables.get(table);
        Fault {
            rule: rule.to_owned(),
            place: place.clone(),
            subject: subject
                .checked_sub(1)
                .filter(|subject| *subject < self.frame.subjects),
            table: name.map_or_else(String::new, |table| table.name.clone()),
            row: Some(fault.lane),
            kind: fault.kind,
        }
    }
}

/// A fault at a subject.
pub(super) fn subject_fault(
    (rule, place): (&str, &Place),
    subject: usize,
    kind: FaultKind,
) -> Fault {
    Fault {
        rule: rule.to_owned(),
        place: place.clone(),
        subject: Some(subject),
        table: String::new(),
        row: None,
        kind,
    }
}
