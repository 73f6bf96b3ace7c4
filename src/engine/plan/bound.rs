//! A frame bound to a plan: deadline columns computed, rows grouped by subject.

use domain::WorkdayCalendar;

use super::{Plan, deadlines};
use crate::eval::{CalendarMemo, Grouping, LaneFault, Machine};
use crate::fault::{Fault, FaultKind};
use crate::frame::{ColumnData, Frame, FrameTable};
use domain::Place;

/// Facts with everything the formulas of a plan read.
#[derive(Debug)]
pub struct Bound<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) frame: &'a Frame,
    pub(crate) calendar: CalendarMemo<'a>,
    /// Columns of each table, given and computed.
    pub(crate) columns: Vec<Vec<ColumnData>>,
    /// Subject of each row of each table.
    pub(crate) groups: Vec<Grouping>,
}

impl<'a> Bound<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        frame: &'a Frame,
        calendar: &'a WorkdayCalendar,
    ) -> Result<Self, Vec<Fault>> {
        let mut columns = Vec::with_capacity(plan.base.tables.len());
        let mut groups = Vec::with_capacity(plan.base.tables.len());
        for index in 0..plan.base.tables.len() {
            let table = plan.checked_table(frame, index)?;
            columns.push(table.columns.clone());
            groups.push(Grouping::by_subject(&table.offsets));
        }
        let mut bound = Self {
            plan,
            frame,
            calendar: CalendarMemo::new(calendar),
            columns,
            groups,
        };
        deadlines::compute(&mut bound)?;
        Ok(bound)
    }

    /// A column by names, as given or as computed from a deadline.
    pub fn column(&self, table: &str, column: &str) -> Option<&ColumnData> {
        let schema = self.plan.schema();
        let index = schema.table_index(table)?;
        let at = schema.tables.get(index)?.column_index(column)?;
        self.columns.get(index)?.get(at)
    }

    /// The rows of a table as given.
    pub(crate) fn table(&self, index: usize) -> Option<&'a FrameTable> {
        self.frame.tables.get(index)
    }

    /// A machine over the rows of a table.
    pub(crate) fn machine(&self, table: usize) -> Machine<'_> {
        let columns = self.columns.get(table).map_or(&[][..], Vec::as_slice);
        Machine::new(&self.plan.constants, Some(&self.calendar), columns, &[])
    }

    /// A fault at a row of a table.
    pub(crate) fn row_fault(
        &self,
        (rule, place): (&str, &Place),
        table: usize,
        fault: LaneFault,
    ) -> Fault {
        let groups = self.groups.get(table);
        let subject = groups.and_then(|groups| groups.of_row.get(fault.lane));
        let name = self.plan.schema().tables.get(table);
        Fault {
            rule: rule.to_owned(),
            place: place.clone(),
            subject: subject.and_then(|subject| usize::try_from(*subject).ok()),
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
