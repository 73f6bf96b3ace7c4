//! Random well-typed formulas over random facts, for whoever compares two evaluators: the property
//! tests of this crate, the fuzzer, and the comparison with PostgreSQL. Everything follows from a
//! seed.
//!
//! ```
//! let setting = Setting::new(Rounding::HalfUp)?;
//! let mut random = Random::new(seed);
//! let frame = facts(&setting.schema, &mut random, Reach::Extreme);
//! let trial = Trial::new(&setting, &frame)?;
//! let question = setting.question(&mut random, Level::Row);
//! let answers = trial.columns(&question); // one per row; one per subject at Level::Subject
//! ```

mod facts;
mod trial;
mod writer;

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use domain::calendar::YearNotice;
use domain::{Period, Rounding, WorkdayCalendar};

pub use facts::{Reach, facts, facts_of, schema};
pub use trial::{Answer, Trial};

use crate::formula::{Compiled, FormulaFault, Names, Rows, compile_row, compile_subject};
use crate::pack::{PackFiles, load};
use crate::plan::Plan;
use crate::schema::Schema;
use writer::Writer;

/// Index of the one fact table.
pub(crate) const TABLE: usize = 0;

/// Subjects may have no row, and are compared.
const ROWS: Rows<'static> = Rows {
    condition: None,
    may_be_empty: true,
    of_subject: true,
};

/// Seeded numbers: SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`; zero for a bound of zero.
    pub fn below(&mut self, bound: usize) -> usize {
        // The bias of a remainder is below 2^-40 for the small bounds asked for here.
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.bits() % bound).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(i128::from(high) - i128::from(low)).unwrap_or(u64::MAX);
        let step = match width.checked_add(1) {
            Some(count) => self.bits() % count,
            None => self.bits(),
        };
        low.wrapping_add_unsigned(step)
    }

    /// One of several; `None` of none.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let at = self.below(all.len());
        all.get(at)
    }
}

/// Over what a formula is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The columns of each row.
    Row,
    /// Aggregates of the rows of each subject.
    Subject,
}

/// A formula that checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Over what it is evaluated.
    pub level: Level,
    /// The text.
    pub text: String,
    /// Its typed tree.
    pub compiled: Compiled,
}

/// What random formulas may name: one fact table, parameters, decision tables, a calendar in which
/// 2025 and 2026 are published.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The fact tables.
    pub schema: Schema,
    /// The pack of `sample/pack.toml` in March 2026.
    pub plan: Plan,
    /// The calendar.
    pub calendar: WorkdayCalendar,
}

impl Setting {
    /// The setting with one mode for `round`. The error is what the loader says of the pack.
    pub fn new(mode: Rounding) -> Result<Self, String> {
        let text = include_str!("sample/pack.toml").replacen("half_up", mode.name(), 1);
        let files = PackFiles {
            root_name: "sample".into(),
            files: [("pack.toml".to_owned(), text)].into(),
        };
        let schema = schema();
        let say = |all: &[domain::Diagnostic]| {
            let lines: Vec<String> = all.iter().map(ToString::to_string).collect();
            lines.join("\n")
        };
        let loaded = load(&files, &schema);
        let pack = loaded.pack.ok_or_else(|| say(&loaded.diagnostics))?;
        let period = Period::new(2026, 3).ok_or("2026-03")?;
        let plan = Plan::new(&pack, &schema, period).map_err(|all| say(&all))?;
        Ok(Self {
            schema,
            plan,
            calendar: calendar(),
        })
    }

    /// The names in scope.
    pub fn names(&self) -> Option<Names<'_>> {
        self.plan.names(TABLE)
    }

    /// Checks a formula.
    pub fn ask(&self, text: &str, level: Level) -> Result<Question, Vec<FormulaFault>> {
        let Some(names) = self.names() else {
            return Err(Vec::new());
        };
        let compiled = match level {
            Level::Row => compile_row(text, names),
            Level::Subject => compile_subject(text, names, ROWS),
        }?;
        Ok(Question {
            level,
            text: text.to_owned(),
            compiled,
        })
    }

    /// The text of a random formula; a few of a hundred are refused, mostly for too many decimals.
    pub fn text(&self, random: &mut Random, level: Level) -> String {
        let room = random.below(5);
        Writer::new(random, level).formula(room)
    }

    /// A random formula that checks.
    pub fn question(&self, random: &mut Random, level: Level) -> Question {
        loop {
            let text = self.text(random, level);
            if let Ok(question) = self.ask(&text, level) {
                return question;
            }
        }
    }
}

/// 2025 and 2026 with New Year off and one Sunday worked; no other year is published.
fn calendar() -> WorkdayCalendar {
    let mut calendar = WorkdayCalendar::new();
    for year in [2025, 2026] {
        let Some(first) = NaiveDate::from_ymd_opt(year, 1, 1) else {
            continue;
        };
        let mut days = first.iter_days().take(366);
        let sunday = days.find(|day| day.month() == 2 && day.weekday() == Weekday::Sun);
        let off = [first, first + Days::new(1), first + Days::new(120)];
        calendar.insert(
            year,
            YearNotice {
                days_off: BTreeSet::from(off),
                work_days: sunday.into_iter().collect(),
                papers: Vec::new(),
            },
        );
    }
    calendar
}

#[cfg(test)]
mod tests;
