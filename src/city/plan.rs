//! What is asked of the generator, and what it says it wrote.

use chrono::{Days, NaiveDate};
use domain::{Period, WorkdayCalendar};
use ingest::FileKind;

use crate::error::CityError;

/// How much of the province is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Zhengzhou, with the provincial departments and some of Kaifeng's that it deals with.
    City,
    /// The eighteen cities of Henan, each in a folder of its own.
    Province,
}

/// Sizes for one city. Those of a month are of each month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Catalogue entries.
    pub resources: u32,
    /// Pairs of a resource and a department that calls it.
    pub subscriptions: u32,
    /// Calls a month, failed ones included (about).
    pub calls: u32,
    /// Sharing requests a month.
    pub requests: u32,
    /// Correction cases a month.
    pub corrections: u32,
    /// Pieces of citizens' feedback a month.
    pub feedback: u32,
    /// Claims a month.
    pub claims: u32,
    /// Logged calls of the X-Road day file (each is up to two records).
    pub exchanges: u32,
}

impl Scale {
    /// A city of the size of Zhengzhou.
    pub const CITY: Self = Self {
        resources: 5000,
        subscriptions: 3600,
        calls: 2_000_000,
        requests: 400,
        corrections: 80,
        feedback: 600,
        claims: 30,
        exchanges: 1000,
    };

    /// A fiftieth or so: for tests and first looks.
    pub const SMALL: Self = Self {
        resources: 400,
        subscriptions: 120,
        calls: 20_000,
        requests: 60,
        corrections: 20,
        feedback: 60,
        claims: 12,
        exchanges: 60,
    };
}

/// What to generate.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// City or province.
    pub preset: Preset,
    /// Same seed, same bytes.
    pub seed: u64,
    /// Number of months, at least one.
    pub months: u32,
    /// The last month.
    pub until: Period,
    /// Sizes; `None` for [`Scale::CITY`].
    pub scale: Option<Scale>,
    /// The working days by which replies are early or late.
    pub calendar: &'a WorkdayCalendar,
}

impl Plan<'_> {
    /// The most months of one plan: ten years.
    pub const MONTHS_MAX: u32 = 120;

    /// Sizes in force.
    pub fn scale(&self) -> Scale {
        self.scale.unwrap_or(Scale::CITY)
    }

    /// The months, first to last.
    pub fn periods(&self) -> Result<Vec<Period>, CityError> {
        if self.months == 0 || self.months > Self::MONTHS_MAX {
            return Err(CityError::Months {
                months: self.months,
            });
        }
        let mut periods = vec![self.until];
        for _ in 1..self.months {
            periods.push(periods.last().map_or(self.until, |period| period.prev()));
        }
        periods.reverse();
        Ok(periods)
    }

    /// The day on which the cases were exported: two weeks after the last month. What happened
    /// later is not known.
    pub fn known_on(&self) -> NaiveDate {
        self.until.last_day() + Days::new(14)
    }
}

/// One file as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Path relative to the folder of the data set, with `/`.
    pub name: String,
    /// What the file is; `None` for the description beside the data.
    pub kind: Option<FileKind>,
    /// Rows below the header (records of a JSON file).
    pub rows: u32,
    /// Size.
    pub bytes: u64,
    /// What a reader should make of the rows.
    pub expected: Expected,
}

/// What a reader that follows the layouts makes of the rows of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Rows loaded (of X-Road: calls, each pair of logs being one).
    pub good: u32,
    /// Rows refused.
    pub rejects: u32,
    /// Second copies dropped.
    pub duplicates: u32,
    /// Second X-Road logs folded into the first.
    pub paired: u32,
    /// Rows in which a department is its own consumer.
    pub self_calls: u32,
    /// Rows that belong to no registered department.
    pub unattributed: u32,
    /// X-Road calls of metaservices, each pair of logs being one.
    pub metaservices: u32,
    /// X-Road exchanges that only one side logged; they are good as well.
    pub orphans: u32,
}

/// A planted sin: where it is and what it tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sin {
    /// File, as in [`WrittenFile::name`].
    pub file: String,
    /// Line of the file (row of the sheet, record of the JSON array), from one.
    pub line: u32,
    /// Stable code, for example `duplicate_identical`.
    pub code: &'static str,
    /// What is wrong, in Chinese.
    pub text: String,
}

/// Everything that was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files, in the order of writing.
    pub files: Vec<WrittenFile>,
    /// The planted sins, file by file.
    pub sins: Vec<Sin>,
}
