//! When things run: five POSIX cron fields, read in Asia/Shanghai.
//!
//! The `cron` crate wants a seconds field, numbers Sunday 1 and takes day-of-month AND day-of-week.
//! We take what administrators write and refuse the one form in which the two would differ.

use std::str::FromStr as _;

use chrono::{DateTime, FixedOffset, Utc};

/// A repeating moment.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: cron::Schedule,
}

/// A text that is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Not five fields.
    #[error("时间表“{text}”应为五段：分 时 日 月 周 (five cron fields wanted)")]
    NotFiveFields {
        /// The text as found.
        text: String,
    },
    /// Both day fields are set, which POSIX and the cron crate read differently.
    #[error("时间表“{text}”同时限定了日和周，请只限定其一 (set day of month or weekday, not both)")]
    BothDays {
        /// The text as found.
        text: String,
    },
    /// A field is out of range or not understood.
    #[error("时间表“{text}”不能识别：{reason} (not a cron schedule)")]
    NotCron {
        /// The text as found.
        text: String,
        /// What the parser says.
        reason: String,
    },
}

impl Schedule {
    /// Reads five POSIX fields.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let owned = || text.to_owned();
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(ScheduleError::NotFiveFields { text: owned() });
        };
        if *day != "*" && *weekday != "*" {
            return Err(ScheduleError::BothDays { text: owned() });
        }
        let weekday = posix_weekdays(weekday);
        let cron = cron::Schedule::from_str(&format!("0 {minute} {hour} {day} {month} {weekday}"))
            .map_err(|error| ScheduleError::NotCron {
                text: owned(),
                reason: error.to_string(),
            })?;
        Ok(Self { cron })
    }

    /// The first moment strictly after the instant.
    pub fn next_after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let shanghai = FixedOffset::east_opt(8 * 3600)?;
        self.cron
            .after(&at.with_timezone(&shanghai))
            .next()
            .map(|due| due.with_timezone(&Utc))
    }
}

/// POSIX numbers Sunday 0 or 7; the crate knows names without ambiguity.
fn posix_weekdays(field: &str) -> String {
    const NAMES: [&str; 8] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
    let name = |part: &str| {
        part.parse::<usize>()
            .ok()
            .and_then(|number| NAMES.get(number))
            .map_or_else(|| part.to_owned(), |name| (*name).to_owned())
    };
    let range = |item: &str| item.split('-').map(name).collect::<Vec<_>>().join("-");
    field.split(',').map(range).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(text: &str, after: &str) -> String {
        let after: DateTime<Utc> = after.parse().unwrap();
        Schedule::parse(text)
            .unwrap()
            .next_after(after)
            .unwrap()
            .to_rfc3339()
    }

    #[test]
    fn fields_are_posix_and_the_zone_is_shanghai() {
        assert_eq!(
            next("30 6 5 * *", "2026-04-01T00:00:00Z"),
            "2026-04-04T22:30:00+00:00"
        );
        // 2026-04-05 is a Sunday: 0 and 7 are both Sunday, 1-5 is Monday to Friday.
        for sunday in ["0", "7", "SUN"] {
            let text = format!("0 12 * * {sunday}");
            assert_eq!(
                next(&text, "2026-04-03T00:00:00Z"),
                "2026-04-05T04:00:00+00:00"
            );
        }
        assert_eq!(
            next("0 12 * * 1-5", "2026-04-04T00:00:00Z"),
            "2026-04-06T04:00:00+00:00"
        );
    }

    #[test]
    fn what_would_be_misread_is_refused() {
        assert!(matches!(
            Schedule::parse("0 0 6 5 * *"),
            Err(ScheduleError::NotFiveFields { .. })
        ));
        assert!(matches!(
            Schedule::parse("0 6 5 * 1"),
            Err(ScheduleError::BothDays { .. })
        ));
        assert!(matches!(
            Schedule::parse("0 25 5 * *"),
            Err(ScheduleError::NotCron { .. })
        ));
    }
}
