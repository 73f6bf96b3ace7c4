//! The working-day calendar as a table, from the days that the holiday notices name, and what asks it.

use domain::{Period, WorkdayCalendar};

use super::{Dialect, text};

/// The table `calendar` and the functions over it, for deadlines of a period.
pub(super) fn create(calendar: &WorkdayCalendar, period: Period, dialect: Dialect) -> String {
    let mut notices = String::new();
    let mut years = Vec::new();
    for (year, notice) in calendar.years() {
        years.push(format!("({year})"));
        let off = notice.days_off.iter().map(|day| (day, false));
        let worked = notice.work_days.iter().map(|day| (day, true));
        let mut days: Vec<_> = off.chain(worked).collect();
        days.sort();
        for (day, is_workday) in days {
            let comma = if notices.is_empty() { "" } else { ",\n" };
            notices.push_str(&format!("{comma}    ({}, {is_workday})", text::date(*day)));
        }
    }
    let notices = if notices.is_empty() {
        String::new()
    } else {
        format!("INSERT INTO holiday_notice VALUES\n{notices};\n")
    };
    let years = if years.is_empty() {
        String::new()
    } else {
        format!("INSERT INTO notice_year VALUES {};\n", years.join(", "))
    };
    let functions = match dialect {
        Dialect::PostgreSql => include_str!("calendar_postgresql.sql"),
        Dialect::DuckDb => include_str!("calendar_duckdb.sql"),
    };
    let tables = include_str!("calendar.sql");
    let tables = tables
        .replace("{notices}", &notices)
        .replace("{years}", &years);
    format!(
        "{tables}{}",
        functions.replace("{year}", &period.year().to_string())
    )
}
