//! Working days, remembered: many rows ask for the same terms.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use domain::{CalendarError, WorkdayCalendar};

/// A calendar that remembers its answers.
#[derive(Debug)]
pub(crate) struct CalendarMemo<'a> {
    calendar: &'a WorkdayCalendar,
    ends: RefCell<BTreeMap<(i32, u32), Result<i32, CalendarError>>>,
    spans: RefCell<BTreeMap<(i32, i32), Result<u32, CalendarError>>>,
    begins: RefCell<BTreeMap<(i32, u32), Result<i32, CalendarError>>>,
}

/// The date of a day number.
pub(crate) fn date(days: i32) -> Result<NaiveDate, CalendarError> {
    NaiveDate::from_num_days_from_ce_opt(days).ok_or(CalendarError::OutOfRange)
}

impl<'a> CalendarMemo<'a> {
    pub(crate) const fn new(calendar: &'a WorkdayCalendar) -> Self {
        Self {
            calendar,
            ends: RefCell::new(BTreeMap::new()),
            spans: RefCell::new(BTreeMap::new()),
            begins: RefCell::new(BTreeMap::new()),
        }
    }

    /// Last day of a term of working days.
    pub(crate) fn end_of_term(&self, start: i32, workdays: u32) -> Result<i32, CalendarError> {
        let compute = || {
            let end = self.calendar.add_workdays(date(start)?, workdays)?;
            Ok(end.num_days_from_ce())
        };
        let mut memo = self.ends.borrow_mut();
        memo.entry((start, workdays))
            .or_insert_with(compute)
            .clone()
    }

    /// Working days after the first up to the second day; zero when it is not later.
    pub(crate) fn workdays_between(&self, start: i32, end: i32) -> Result<u32, CalendarError> {
        if end <= start {
            return Ok(0);
        }
        let compute = || self.calendar.workdays_between(date(start)?, date(end)?);
        let mut memo = self.spans.borrow_mut();
        memo.entry((start, end)).or_insert_with(compute).clone()
    }
    /// The n-th working day after a day, before it for a number below zero; the day itself for zero.
    pub(crate) fn add_workdays(&self, start: i32, days: i128) -> Result<i32, CalendarError> {
        let count = u32::try_from(days.unsigned_abs()).map_err(|_| CalendarError::OutOfRange)?;
        if days >= 0 {
            return self.end_of_term(start, count);
        }
        let compute = || {
            let begin = self.calendar.sub_workdays(date(start)?, count)?;
            Ok(begin.num_days_from_ce())
        };
        let mut memo = self.begins.borrow_mut();
        memo.entry((start, count)).or_insert_with(compute).clone()
    }

    /// Whether a day is worked.
    pub(crate) fn is_workday(&self, day: i32) -> Result<bool, CalendarError> {
        self.calendar.is_workday(date(day)?)
    }
}
