//! The data set as a whole: the same bytes every time, sizes in range, and read as described.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod bytes;
mod granted;
mod reading;
mod traps;
mod world;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::WorkdayCalendar;
use domain::calendar::YearNotice;

use crate::{Plan, Preset, Scale, Written, generate};

/// Files by path.
type Files = BTreeMap<String, Vec<u8>>;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The holiday notices of 2025 and 2026, as far as the plans of these tests reach.
fn calendar() -> WorkdayCalendar {
    let spans = |spans: &[(&str, &str)]| {
        let days = spans.iter().flat_map(|(from, to)| {
            let to = day(to);
            day(from).iter_days().take_while(move |day| *day <= to)
        });
        days.collect()
    };
    let notice = |off: &[(&str, &str)], work: &[&str]| YearNotice {
        days_off: spans(off),
        work_days: work.iter().map(|text| day(text)).collect(),
        papers: Vec::new(),
    };
    let mut calendar = WorkdayCalendar::new();
    calendar.insert(
        2025,
        notice(
            &[
                ("2025-01-01", "2025-01-01"),
                ("2025-01-28", "2025-02-04"),
                ("2025-04-04", "2025-04-06"),
                ("2025-05-01", "2025-05-05"),
                ("2025-05-31", "2025-06-02"),
                ("2025-10-01", "2025-10-08"),
            ],
            &[
                "2025-01-26",
                "2025-02-08",
                "2025-04-27",
                "2025-09-28",
                "2025-10-11",
            ],
        ),
    );
    calendar.insert(
        2026,
        notice(
            &[
                ("2026-01-01", "2026-01-03"),
                ("2026-02-15", "2026-02-23"),
                ("2026-04-04", "2026-04-06"),
                ("2026-05-01", "2026-05-05"),
                ("2026-06-19", "2026-06-21"),
                ("2026-09-25", "2026-09-27"),
                ("2026-10-01", "2026-10-07"),
            ],
            &[
                "2026-01-04",
                "2026-02-14",
                "2026-02-28",
                "2026-05-09",
                "2026-09-20",
                "2026-10-10",
            ],
        ),
    );
    calendar
}

/// A small city of three months that ends in March 2026.
fn small(calendar: &WorkdayCalendar) -> Plan<'_> {
    Plan {
        preset: Preset::City,
        seed: 42,
        months: 3,
        until: "2026-03".parse().unwrap(),
        scale: Some(Scale::SMALL),
        calendar,
    }
}

fn files(plan: &Plan<'_>) -> (Files, Written) {
    let mut files = Files::new();
    let mut sink = |name: &str, bytes: Vec<u8>| {
        assert!(
            files.insert(name.to_owned(), bytes).is_none(),
            "{name} twice"
        );
        Ok(())
    };
    let written = generate(plan, &mut sink, &mut |_| {}).unwrap();
    (files, written)
}
