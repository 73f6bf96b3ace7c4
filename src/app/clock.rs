//! The only clock of the program.

use chrono::{DateTime, FixedOffset, NaiveDate, SubsecRound, Utc};

/// Where the time comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A time that stands still, for rehearsals and tests (`--now`).
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The instant, cut to microseconds: what both databases keep.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that may read the clock"
    )]
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Fixed(at) => at,
        }
    }

    /// The instant as the ledger keeps it.
    pub fn now_micros(self) -> ledger::UtcMicros {
        ledger::UtcMicros::new(self.now().timestamp_micros())
    }

    /// The business date in Asia/Shanghai.
    pub fn today(self) -> NaiveDate {
        shanghai_date(self.now())
    }
}

/// Asia/Shanghai has been UTC+8 without summer time since 1992, and no instant of ours is older.
const SHANGHAI_OFFSET_SECONDS: i32 = 8 * 3600;

/// The business date on which an instant falls.
pub fn shanghai_date(at: DateTime<Utc>) -> NaiveDate {
    shanghai(at).map_or_else(|| at.date_naive(), |local| local.date_naive())
}

/// «2026-04-05 09:30», as people in Zhengzhou read it.
pub fn shanghai_text(at: DateTime<Utc>) -> String {
    shanghai(at).map_or_else(
        || at.to_string(),
        |local| local.format("%Y-%m-%d %H:%M").to_string(),
    )
}

fn shanghai(at: DateTime<Utc>) -> Option<DateTime<FixedOffset>> {
    FixedOffset::east_opt(SHANGHAI_OFFSET_SECONDS).map(|offset| at.with_timezone(&offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t14_the_business_date_is_that_of_shanghai() {
        let late: DateTime<Utc> = "2026-03-31T16:00:00Z".parse().unwrap();
        assert_eq!(shanghai_date(late).to_string(), "2026-04-01");
        let before: DateTime<Utc> = "2026-03-31T15:59:59Z".parse().unwrap();
        assert_eq!(Clock::Fixed(before).today().to_string(), "2026-03-31");
    }
}
