//! A small pack from TOML to values.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use chrono::NaiveDate;
use domain::{Period, WorkdayCalendar};

use crate::calendar_file::read_calendar;
use crate::pack::load;
use crate::*;

mod blocks;
mod citations;
mod deadlines;
mod decision_tables;
mod diagnostics;
mod kinds;
mod lints;
mod money;
mod pack_tests;
mod time;
mod traces;
pub(crate) mod values;
mod verbs;
mod weightings;

pub(crate) const PACK: &str = include_str!("tests/pack.toml");

pub(crate) fn schema() -> Schema {
    let number = |unit, scale| Type::Number { unit, scale };
    let text = |name: &str| Column::new(name, Type::Text, "");
    let weight = || Column::new("importance", number(Unit::None, 4), "");
    Schema {
        tables: vec![
            TableSchema::new(
                "resources",
                vec![
                    text("code"),
                    Column::new("grade", number(Unit::None, 0), ""),
                    text("update_cycle"),
                    weight(),
                ],
            ),
            TableSchema::new(
                "usage",
                vec![
                    Column::new("day", Type::Date, ""),
                    text("consumer"),
                    text("payer"),
                    Column::new("succeeded", Type::COUNT, ""),
                    weight(),
                ],
            ),
            TableSchema::new(
                "requests",
                vec![
                    text("id"),
                    text("share_type"),
                    text("outcome"),
                    Column::new("received_on", Type::Date, ""),
                    Column::new("replied_on", Type::Date, "").optional(),
                    Column::new("extension_consented_on", Type::Date, "").optional(),
                    Column::new("extension_days", Type::DAYS, ""),
                    weight(),
                ],
            ),
            TableSchema::new("incidents", vec![text("code")]),
        ],
    }
}

pub(crate) fn files(text: &str) -> PackFiles {
    PackFiles {
        root_name: "rules/mini".into(),
        files: [("pack.toml".to_owned(), text.to_owned())].into(),
    }
}

pub(crate) fn pack() -> Pack {
    let loaded = load(&files(PACK), &schema());
    let shown: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    assert!(loaded.pack.is_some(), "{}", shown.join("\n"));
    loaded.pack.unwrap()
}

pub(crate) fn plan(period: &str) -> Plan {
    let period: Period = period.parse().unwrap();
    Plan::new(&pack(), &schema(), period).unwrap()
}

pub(crate) fn calendar() -> WorkdayCalendar {
    let files = [
        (
            "2024.toml",
            include_str!("../../rules/calendars/cn/2024.toml"),
        ),
        (
            "2025.toml",
            include_str!("../../rules/calendars/cn/2025.toml"),
        ),
        (
            "2026.toml",
            include_str!("../../rules/calendars/cn/2026.toml"),
        ),
    ];
    let files = files
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into();
    let (calendar, diagnostics) = read_calendar(&files);
    assert_eq!(diagnostics, []);
    calendar
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn date(text: &str) -> Datum {
    Datum::Date(day(text))
}

pub(crate) fn text(text: &str) -> Datum {
    Datum::Text(text.to_owned())
}

pub(crate) fn number(text: &str) -> Datum {
    Datum::Number(text.parse().unwrap())
}
