//! The working-day calendar: State Council holiday notices, with days off and make-up work days.
//!
//! A year without a published notice is a state of its own: asking about one of its days is an
//! error, never silently Monday to Friday.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// One year's notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearNotice {
    /// Days off by the notice (weekends outside it need no entry).
    pub days_off: BTreeSet<NaiveDate>,
    /// Weekend days that are worked 调休.
    pub work_days: BTreeSet<NaiveDate>,
    /// Where the notice was published.
    pub papers: Vec<String>,
}

/// Which days are worked, for the years whose notice is published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkdayCalendar {
    years: BTreeMap<i32, YearNotice>,
}

/// What the calendar cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The holiday notice of the year is not in the calendar.
    #[error(
        "{year} 年的放假安排尚未公布或未录入，不能推算工作日；请补充 rules/calendars/cn/{year}.toml \
         (holiday notice of {year} not published)"
    )]
    NotPublished {
        /// The year asked about.
        year: i32,
    },
    /// The day is beyond what dates can express.
    #[error("日期超出范围 (date out of range)")]
    OutOfRange,
}

impl WorkdayCalendar {
    /// A calendar that knows no year.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a year. A notice with neither days nor papers counts as not published.
    pub fn insert(&mut self, year: i32, notice: YearNotice) {
        if notice.days_off.is_empty() && notice.work_days.is_empty() {
            self.years.remove(&year);
        } else {
            self.years.insert(year, notice);
        }
    }

    /// The years whose notice is published.
    pub fn years(&self) -> impl Iterator<Item = (i32, &YearNotice)> {
        self.years.iter().map(|(year, notice)| (*year, notice))
    }

    /// Whether the day is worked.
    pub fn is_workday(&self, day: NaiveDate) -> Result<bool, CalendarError> {
        let year = day.year();
        let notice = self
            .years
            .get(&year)
            .ok_or(CalendarError::NotPublished { year })?;
        if notice.work_days.contains(&day) {
            return Ok(true);
        }
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        Ok(!weekend && !notice.days_off.contains(&day))
    }

    /// The `workdays`-th working day strictly after `start` (the day of the event does not count,
    /// 民法典 art. 201; a term of zero ends on the day itself).
    pub fn add_workdays(
        &self,
        start: NaiveDate,
        workdays: u32,
    ) -> Result<NaiveDate, CalendarError> {
        let mut day = start;
        let mut left = workdays;
        while left > 0 {
            day = day
                .checked_add_days(Days::new(1))
                .ok_or(CalendarError::OutOfRange)?;
            if self.is_workday(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// The `workdays`-th working day strictly before `start`; `start` itself for zero.
    pub fn sub_workdays(
        &self,
        start: NaiveDate,
        workdays: u32,
    ) -> Result<NaiveDate, CalendarError> {
        let mut day = start;
        let mut left = workdays;
        while left > 0 {
            day = day
                .checked_sub_days(Days::new(1))
                .ok_or(CalendarError::OutOfRange)?;
            if self.is_workday(day)? {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// Working days in `(start, end]`: what a reply took. Zero when `end` is not after `start`.
    pub fn workdays_between(&self, start: NaiveDate, end: NaiveDate) -> Result<u32, CalendarError> {
        let mut day = start;
        let mut count = 0;
        while day < end {
            day = day
                .checked_add_days(Days::new(1))
                .ok_or(CalendarError::OutOfRange)?;
            if self.is_workday(day)? {
                count += 1;
            }
        }
        Ok(count)
    }
}
