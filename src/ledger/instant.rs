//! Instants of recording: microseconds, so that both databases keep them exactly.

use std::fmt;

use chrono::{DateTime, NaiveDateTime};

/// Microseconds since 1970-01-01T00:00:00Z. Given by the caller; nothing here reads a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcMicros(i64);

impl UtcMicros {
    /// The instant so many microseconds after the epoch.
    pub const fn new(micros: i64) -> Self {
        Self(micros)
    }

    /// The instant of a UTC date and time, cut to microseconds.
    pub const fn from_naive(utc: NaiveDateTime) -> Self {
        Self(utc.and_utc().timestamp_micros())
    }

    /// Microseconds since the epoch.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The UTC date and time; the epoch for instants chrono cannot name.
    pub fn to_naive(self) -> NaiveDateTime {
        DateTime::from_timestamp_micros(self.0)
            .unwrap_or_default()
            .naive_utc()
    }
}

impl fmt::Display for UtcMicros {
    /// RFC 3339 with six decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.to_naive().format("%Y-%m-%dT%H:%M:%S%.6f"))
    }
}
