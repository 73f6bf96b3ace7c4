//! Dates: spans, days added, working days.

use super::super::lanes::{LaneFault, Lanes, misfit};
use super::{Machine, Stretch};
use crate::fault::FaultKind;
use crate::formula::tree::Node;
use domain::CalendarError;

/// The last day that has a date of four digits, 9999-12-31, in days from the common era.
pub(crate) const LAST_DAY: i32 = 3_652_059;

/// The day so many days later; `None` outside the years 1 to 9999.
pub(crate) fn days_later(day: i32, days: i128) -> Option<i32> {
    let day = i128::from(day).checked_add(days)?;
    i32::try_from(day)
        .ok()
        .filter(|day| (1..=LAST_DAY).contains(day))
}

impl Machine<'_> {
    fn dates(&self, node: &Node, at: Stretch<'_>) -> Result<Vec<i32>, LaneFault> {
        self.eval(node, at)?.dates()
    }

    /// Calendar days from the second to the first date.
    pub(super) fn days(
        &self,
        left: &Node,
        right: &Node,
        at: Stretch<'_>,
    ) -> Result<Lanes, LaneFault> {
        let (left, right) = (self.dates(left, at)?, self.dates(right, at)?);
        let days = left.iter().zip(&right);
        Ok(Lanes::Small(
            days.map(|(a, b)| i64::from(*a) - i64::from(*b)).collect(),
        ))
    }

    pub(super) fn add_days(
        &self,
        date: &Node,
        days: &Node,
        at: Stretch<'_>,
    ) -> Result<Lanes, LaneFault> {
        let (dates, days) = (self.dates(date, at)?, self.eval(days, at)?.wide()?);
        let later =
            |(date, days): (i32, i128)| days_later(date, days).ok_or(CalendarError::OutOfRange);
        each(dates.into_iter().zip(days), at, later).map(Lanes::Date)
    }

    pub(super) fn workdays(
        &self,
        from: &Node,
        to: &Node,
        at: Stretch<'_>,
    ) -> Result<Lanes, LaneFault> {
        let calendar = self.calendar.ok_or_else(misfit)?;
        let (from, to) = (self.dates(from, at)?, self.dates(to, at)?);
        let count = |(from, to)| calendar.workdays_between(from, to).map(i64::from);
        each(from.into_iter().zip(to), at, count).map(Lanes::Small)
    }

    pub(super) fn add_workdays(
        &self,
        date: &Node,
        days: &Node,
        at: Stretch<'_>,
    ) -> Result<Lanes, LaneFault> {
        let calendar = self.calendar.ok_or_else(misfit)?;
        let (dates, days) = (self.dates(date, at)?, self.eval(days, at)?.wide()?);
        let later = |(date, days)| calendar.add_workdays(date, days);
        each(dates.into_iter().zip(days), at, later).map(Lanes::Date)
    }

    pub(super) fn is_workday(&self, date: &Node, at: Stretch<'_>) -> Result<Lanes, LaneFault> {
        let calendar = self.calendar.ok_or_else(misfit)?;
        let dates = self.dates(date, at)?;
        each(dates.into_iter(), at, |date| calendar.is_workday(date)).map(Lanes::Bool)
    }
}

/// Asks the calendar at the lanes asked for; others get anything.
fn each<T, U: Default>(
    values: impl Iterator<Item = T>,
    at: Stretch<'_>,
    ask: impl Fn(T) -> Result<U, CalendarError>,
) -> Result<Vec<U>, LaneFault> {
    values
        .zip(at.active)
        .enumerate()
        .map(|(lane, (value, active))| {
            if !*active {
                return Ok(U::default());
            }
            ask(value).map_err(|error| LaneFault::new(lane, FaultKind::Calendar(error)))
        })
        .collect()
}
