//! Assessment periods 考核周期 (calendar months) and half-open date ranges.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};

/// A calendar month, the unit of assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    first: NaiveDate,
}

/// A text that is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{text}”不是考核周期，应写作 2026-03 (not a period; write YYYY-MM)")]
pub struct PeriodError {
    /// The text as found.
    pub text: String,
}

impl Period {
    /// The month of a year; `None` outside years 1900–2199 or months 1–12.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        if !(1900..2200).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, 1).map(|first| Self { first })
    }

    /// The month that contains the day.
    pub fn containing(day: NaiveDate) -> Self {
        Self {
            first: day.with_day(1).unwrap_or(day),
        }
    }

    /// Calendar year.
    pub fn year(self) -> i32 {
        self.first.year()
    }

    /// Month of the year, 1–12.
    pub fn month(self) -> u32 {
        self.first.month()
    }

    /// First day.
    pub const fn first_day(self) -> NaiveDate {
        self.first
    }

    /// Last day.
    pub fn last_day(self) -> NaiveDate {
        self.next().first - Days::new(1)
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Self {
        Self {
            first: self.first + Months::new(1),
        }
    }

    /// The month before.
    #[must_use]
    pub fn prev(self) -> Self {
        Self {
            first: self.first - Months::new(1),
        }
    }

    /// Whether the day falls in the month.
    pub fn contains(self, day: NaiveDate) -> bool {
        Self::containing(day) == self
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year(), self.month()))
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let fault = || PeriodError {
            text: text.to_owned(),
        };
        let (year, month) = text.split_once('-').ok_or_else(fault)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(fault());
        }
        let year = year.parse().map_err(|_| fault())?;
        let month = month.parse().map_err(|_| fault())?;
        Self::new(year, month).ok_or_else(fault)
    }
}

/// Days from `from` (included) to `to` (excluded; `None` is without end).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateRange {
    /// First day in force.
    pub from: NaiveDate,
    /// First day no longer in force.
    pub to: Option<NaiveDate>,
}

impl DateRange {
    /// Whether the day falls in the range.
    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    /// Whether the range holds no day at all.
    pub fn is_empty(self) -> bool {
        self.to.is_some_and(|to| to <= self.from)
    }

    /// Whether any day falls in both.
    pub fn overlaps(self, other: Self) -> bool {
        let starts_before = |a: Self, b: Self| b.to.is_none_or(|to| a.from < to);
        !self.is_empty()
            && !other.is_empty()
            && starts_before(self, other)
            && starts_before(other, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_a_month() {
        let period: Period = "2026-02".parse().unwrap();
        assert_eq!(period.last_day().to_string(), "2026-02-28");
        assert_eq!(period.prev().prev().to_string(), "2025-12");
        assert_eq!(
            "2025-12".parse::<Period>().unwrap().next().to_string(),
            "2026-01"
        );
        for text in [
            "2026-13",
            "2026-3",
            "26-03",
            "2026/03",
            "2026-03-01",
            "",
            "二〇二六-03",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
