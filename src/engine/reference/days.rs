//! Days and working days, one day after the other, from the calendar's single days alone.

use domain::CalendarError;
use num_traits::ToPrimitive as _;

use super::Reference;
use super::number::Number;
use crate::fault::FaultKind;

const OUT_OF_RANGE: FaultKind = FaultKind::Calendar(CalendarError::OutOfRange);

/// A whole number; what is beyond 64 bits lies out of every range of dates.
fn whole<N: Number>(number: &N) -> Result<i64, FaultKind> {
    number.exact().to_integer().to_i64().ok_or(OUT_OF_RANGE)
}

/// The day so many days later, in the years 1 to 9999.
pub(super) fn later<N: Number>(day: i32, days: &N) -> Result<i32, FaultKind> {
    let later = i64::from(day).checked_add(whole(days)?);
    let later = later.filter(|day| (1..=3_652_059).contains(day));
    later
        .and_then(|day| i32::try_from(day).ok())
        .ok_or(OUT_OF_RANGE)
}

impl<N: Number> Reference<'_, N> {
    pub(super) fn is_workday(&self, day: i32) -> Result<bool, FaultKind> {
        self.calendar.is_workday(day).map_err(FaultKind::Calendar)
    }

    /// Working days after the first up to the second day.
    pub(super) fn workdays(&self, from: i32, to: i32) -> Result<i128, FaultKind> {
        let mut count = 0;
        for day in from..to {
            count += i128::from(self.is_workday(day + 1)?);
        }
        Ok(count)
    }

    /// The n-th working day after a day, or before it.
    pub(super) fn workday(&self, from: i32, days: &N) -> Result<i32, FaultKind> {
        let days = whole(days)?;
        let step = if days < 0 { -1 } else { 1 };
        let (mut day, mut left) = (from, days.unsigned_abs());
        while left > 0 {
            day = day.checked_add(step).ok_or(OUT_OF_RANGE)?;
            left -= u64::from(self.is_workday(day)?);
        }
        Ok(day)
    }
}
