//! Holiday notices: `rules/calendars/<name>/<year>.toml` to a working-day calendar.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use domain::calendar::YearNotice;
use domain::{Diagnostic, WorkdayCalendar};
use toml_edit::Item;

use crate::pack::{Cursor, Findings, Lines, SourceText, parse};

/// The calendar of some files, by name. A file without days leaves its year unpublished. Every
/// error is reported; the years without error are in the calendar.
pub fn read_calendar(files: &BTreeMap<String, String>) -> (WorkdayCalendar, Vec<Diagnostic>) {
    let findings: Findings = RefCell::new(Vec::new());
    let mut calendar = WorkdayCalendar::new();
    let mut years = BTreeSet::new();
    for (name, text) in files {
        let lines = Lines::of(text);
        let source = SourceText {
            name,
            text,
            lines: &lines,
        };
        let before = findings.borrow().len();
        let notice = read_year(source, &findings);
        if findings.borrow().len() > before {
            continue;
        }
        let Some((year, notice)) = notice else {
            continue;
        };
        if years.insert(year) {
            calendar.insert(year, notice);
        } else {
            let message = format!("{year} 年的放假安排重复 (year {year} appears twice)");
            let error = source.error("calendar.duplicate", 0..0, message);
            findings.borrow_mut().push(error);
        }
    }
    (calendar, findings.into_inner())
}

fn read_year(source: SourceText<'_>, findings: &Findings) -> Option<(i32, YearNotice)> {
    let document = parse(source, findings)?;
    let root = Cursor::new(source, findings, document.as_table(), None, source.name);
    let year = root.whole("year", 9999);
    if year.is_none() && !root.has("year") {
        let message = format!("{} 缺少 `year` (missing year)", source.name);
        root.error("year", "calendar.year", message, "写作 year = 2026");
    }
    let year = year.and_then(|year| i32::try_from(year).ok());
    let papers = root.texts("papers").unwrap_or_default();
    let days_off = days(&root, "days_off", year);
    let work_days = days(&root, "work_days", year);
    if let Some(both) = days_off.intersection(&work_days).next() {
        let message = format!("{both} 既放假又上班 ({both} is both off and worked)");
        root.error("work_days", "calendar.contradiction", message, "");
    }
    root.finish();
    Some((
        year?,
        YearNotice {
            days_off,
            work_days,
            papers,
        },
    ))
}

/// Days of a list, all of them in the year.
fn days(root: &Cursor<'_>, key: &'static str, year: Option<i32>) -> BTreeSet<NaiveDate> {
    let mut days = BTreeSet::new();
    let Some(array) = root.item(key).and_then(Item::as_array) else {
        return days;
    };
    for value in array {
        let date = value.as_datetime().and_then(|value| value.date);
        let day = date.and_then(|date| {
            let (month, day) = (u32::from(date.month), u32::from(date.day));
            NaiveDate::from_ymd_opt(i32::from(date.year), month, day)
        });
        let written = value.span().and_then(|span| root.source.text.get(span));
        let written = written.unwrap_or_default();
        match day {
            Some(day) if year.is_none_or(|year| day.year() == year) => {
                if !days.insert(day) {
                    let message = format!("{day} 写了两次 ({day} appears twice)");
                    root.error(key, "calendar.duplicate", message, "");
                }
            }
            Some(day) => {
                let message = format!("{day} 不在本文件的年份 (not in the year of the file)");
                root.error(key, "calendar.year", message, "");
            }
            None => {
                let message = format!("“{written}”不是日期 (not a date)");
                root.error(key, "calendar.date", message, "写作 2026-01-01，不加引号");
            }
        }
    }
    days
}
