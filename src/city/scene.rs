//! What every table of a city is drawn from: the plan, who lives there, and what they share.

use chrono::{Datelike, Days, NaiveDate};
use domain::{Period, WorkdayCalendar};
use ingest::FileKind;

use crate::bureaus::MUNICIPAL;
use crate::catalogue::{Catalogue, Entry};
use crate::credit_code::credit_code;
use crate::error::CityError;
use crate::plan::Scale;
use crate::roster::{Roster, Unit};
use crate::stream::Stream;

/// One city, ready to be written about.
pub(crate) struct Scene<'a> {
    /// Seed of the plan.
    pub(crate) seed: u64,
    /// Sizes.
    pub(crate) scale: Scale,
    /// Working days.
    pub(crate) calendar: &'a WorkdayCalendar,
    /// Day of the export of cases.
    pub(crate) known_on: NaiveDate,
    /// All departments.
    pub(crate) roster: &'a Roster,
    /// The city.
    pub(crate) unit: &'a Unit,
    /// Its catalogue.
    pub(crate) catalogue: &'a Catalogue,
}

impl Scene<'_> {
    /// The stream of a concern in a month.
    pub(crate) fn stream(&self, concern: &str, period: Period) -> Stream {
        Stream::new(
            self.seed,
            &[self.unit.city.code, concern, &period.to_string()],
        )
    }

    /// The credit code of a department.
    pub(crate) fn id(&self, place: usize) -> &str {
        self.roster.id(place)
    }

    /// Who answers for a resource on a day.
    pub(crate) fn provider(&self, entry: &Entry, day: NaiveDate) -> usize {
        self.roster.answerable(self.unit, entry.provider, day)
    }

    /// The codes of departments whose rows mean something by their number or dates.
    pub(crate) fn special(&self) -> [&str; 8] {
        let cast = self.unit.cast;
        [
            self.id(cast.merged),
            self.id(cast.successor),
            self.id(cast.twins.0),
            self.id(cast.twins.1),
            self.id(cast.tiny),
            self.id(cast.idle),
            self.id(cast.flooded),
            self.id(cast.leaky),
        ]
    }

    /// A well-formed credit code that no department of the data set has.
    pub(crate) fn stranger() -> String {
        credit_code(&MUNICIPAL[0], "320100", 99)
    }

    /// A serial number: mark, city, month, running number.
    pub(crate) fn serial(&self, mark: &str, period: Period, number: u32) -> String {
        let (year, month) = (period.year(), period.month());
        format!("{mark}{}{year}{month:02}{number:05}", self.unit.city.code)
    }

    /// Path of a file of a month.
    pub(crate) fn path(&self, kind: FileKind, period: Period) -> String {
        format!("{}{period}/{}-{period}.csv", self.unit.folder, kind.title())
    }

    /// A day of the month; nine in ten are working days.
    pub(crate) fn day(&self, period: Period, stream: &mut Stream) -> Result<NaiveDate, CityError> {
        let days = u64::from(period.last_day().day());
        let any_day = stream.chance(100);
        let mut day = period.first_day();
        // A month has working days; the bound is for calendars that say otherwise.
        for _ in 0..100 {
            day = period.first_day() + Days::new(stream.below(days));
            if any_day || self.calendar.is_workday(day)? {
                break;
            }
        }
        Ok(day)
    }

    /// A day as a cell, empty when it is not known by the day of the export.
    pub(crate) fn cell(&self, day: Option<NaiveDate>) -> String {
        day.filter(|day| *day <= self.known_on)
            .map_or_else(String::new, |day| day.to_string())
    }
}

/// Digits and marks in full width, as some input methods type them.
pub(crate) fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// A time of day as platforms export it: text, slashes, or milliseconds since 1970 (Asia/Shanghai).
pub(crate) fn moment(day: NaiveDate, stream: &mut Stream) -> String {
    let second = stream.between(8 * 3600, 24 * 3600 - 1);
    let (hour, minute, rest) = (second / 3600, second / 60 % 60, second % 60);
    match stream.below(10) {
        0..7 => format!("{day} {hour:02}:{minute:02}:{rest:02}"),
        7..9 => format!("{}/{}/{}", day.year(), day.month(), day.day()),
        _ => (midnight_ms(day) + i64::try_from(second * 1000).unwrap_or(0)).to_string(),
    }
}

/// Milliseconds since 1970 (UTC) of the day's start in Asia/Shanghai.
pub(crate) fn midnight_ms(day: NaiveDate) -> i64 {
    let days = day.signed_duration_since(NaiveDate::default()).num_days();
    (days * 24 - 8) * 3_600_000
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn epoch_and_full_width() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 5).unwrap();
        assert_eq!(midnight_ms(day), 1_772_640_000_000); // 2026-03-04T16:00:00Z
        assert_eq!(full_width("2026-A 郑"), "２０２６－Ａ 郑");
    }
}
