//! Deadlines: the golden due dates of the law, extensions, open cases.

use super::*;

/// A frame of one subject with requests (received, replied, share type).
fn requests(rows: &[(&str, Option<&str>, &str)]) -> Frame {
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, 1);
    for (received, replied, share_type) in rows {
        let replied = replied.map_or(Datum::Missing, date);
        let row = [
            ("received_on", date(received)),
            ("replied_on", replied),
            ("share_type", text(share_type)),
            ("outcome", text("open")),
            ("importance", number("1")),
        ];
        builder.push(0, "requests", &row).unwrap();
    }
    builder.finish().unwrap()
}

fn due(received: &str, share_type: &str, period: &str) -> Option<NaiveDate> {
    let (plan, calendar) = (plan(period), calendar());
    let frame = requests(&[(received, None, share_type)]);
    let bound = plan.bind(&frame, &calendar).unwrap();
    let column = bound.column("requests", "reply_due_on").unwrap();
    let Values::Date(days) = &column.values else {
        panic!("not dates");
    };
    let known = column.known.as_ref().unwrap()[0];
    known.then(|| NaiveDate::from_num_days_from_ce_opt(days[0]).unwrap())
}

#[test]
fn t14_due_dates_follow_the_holiday_notices() {
    for (received, one, ten) in [
        ("2025-08-01", "2025-08-04", "2025-08-15"),
        ("2025-09-25", "2025-09-26", "2025-10-15"),
        ("2025-09-30", "2025-10-09", "2025-10-21"),
        ("2025-10-01", "2025-10-09", "2025-10-21"),
        ("2026-02-12", "2026-02-13", "2026-03-04"),
        ("2026-02-14", "2026-02-24", "2026-03-06"),
        ("2025-12-31", "2026-01-04", "2026-01-15"),
    ] {
        assert_eq!(
            due(received, "unconditional", "2026-03"),
            Some(day(one)),
            "{received}"
        );
        assert_eq!(
            due(received, "conditional", "2026-03"),
            Some(day(ten)),
            "{received}"
        );
    }
}

#[test]
fn t14_twenty_workdays_of_delivery_follow_the_holiday_notices() {
    let calendar = calendar();
    for (start, end) in [
        ("2025-08-01", "2025-08-29"),
        ("2025-09-25", "2025-10-29"),
        ("2025-09-30", "2025-11-04"),
        ("2025-10-01", "2025-11-04"),
        ("2026-02-12", "2026-03-18"),
        ("2026-02-14", "2026-03-20"),
        ("2025-12-31", "2026-01-29"),
    ] {
        assert_eq!(
            calendar.add_workdays(day(start), 20),
            Ok(day(end)),
            "{start}"
        );
    }
}

#[test]
fn t15_the_day_of_receipt_chooses_the_rule() {
    // Ten working days for any request before August 2025, one for unconditional ones since.
    assert_eq!(
        due("2025-07-31", "unconditional", "2025-08"),
        Some(day("2025-08-14"))
    );
    assert_eq!(
        due("2025-08-01", "unconditional", "2025-08"),
        Some(day("2025-08-04"))
    );
}

#[test]
fn t14_a_year_without_notice_is_a_state_of_its_own() {
    // Due after the period in a year not yet published: no date, not due, not a fault.
    assert_eq!(due("2026-12-30", "conditional", "2026-12"), None);
    // Received in a year without notice: a fault that names the year and the row.
    let (plan, calendar) = (plan("2026-03"), {
        let mut calendar = calendar();
        calendar.insert(2025, domain::calendar::YearNotice::default());
        calendar
    });
    let frame = requests(&[
        ("2026-03-02", None, "conditional"),
        ("2025-12-30", None, "conditional"),
    ]);
    let faults = plan.evaluate(&frame, &calendar).unwrap_err();
    insta::assert_snapshot!(faults[0], @r#"规则“reply”（rules/mini/pack.toml:27）：2025 年的放假安排尚未公布或未录入，不能推算工作日；请补充 rules/calendars/cn/2025.toml (holiday notice of 2025 not published)"#);
    assert_eq!((faults[0].row, faults[0].subject), (Some(1), Some(0)));
}

#[test]
fn t16_an_extension_needs_consent_in_time_and_has_a_maximum() {
    let (plan, calendar, schema) = (plan("2026-03"), calendar(), schema());
    let mut builder = RowBuilder::new(&schema, 1);
    // Received on Monday 2 March; one working day: due on the 3rd without extension.
    for consent in [None, Some("2026-03-03"), Some("2026-03-04")] {
        let row = [
            ("received_on", date("2026-03-02")),
            ("share_type", text("unconditional")),
            ("extension_days", number("30")),
            (
                "extension_consented_on",
                consent.map_or(Datum::Missing, date),
            ),
        ];
        builder.push(0, "requests", &row).unwrap();
    }
    let frame = builder.finish().unwrap();
    let bound = plan.bind(&frame, &calendar).unwrap();
    let limits = bound.column("requests", "reply_limit").unwrap();
    assert_eq!(limits.values, Values::Number(vec![1, 11, 1].into()));
}

#[test]
fn t17_a_case_belongs_to_the_one_period_in_which_it_falls_due() {
    let calendar = calendar();
    let frame = requests(&[
        ("2026-03-20", None, "conditional"),
        ("2026-03-20", Some("2026-04-07"), "conditional"),
        ("2026-03-30", Some("2026-03-31"), "conditional"),
    ]);
    let flags = |period: &str, column: &str| {
        let plan = plan(period);
        let bound = plan.bind(&frame, &calendar).unwrap();
        match &bound.column("requests", column).unwrap().values {
            Values::Bool(flags) => flags.clone(),
            _ => panic!("not flags"),
        }
    };
    assert_eq!(flags("2026-03", "reply_due"), [false, false, false]);
    assert_eq!(flags("2026-04", "reply_due"), [true, true, true]);
    assert_eq!(flags("2026-05", "reply_due"), [false, false, false]);
    assert_eq!(flags("2026-03", "reply_open"), [true, true, false]);
    assert_eq!(flags("2026-04", "reply_on_time"), [false, false, true]);
}

#[test]
fn a_row_that_no_rule_covers_is_a_fault() {
    let (plan, calendar) = (plan("2026-03"), calendar());
    let frame = requests(&[("2026-03-02", None, "none")]);
    let faults = plan.evaluate(&frame, &calendar).unwrap_err();
    insta::assert_snapshot!(faults[0], @r#"规则“reply”（rules/mini/pack.toml:27）：“reply”没有一行适用于 起算日 2026-03-02 (no row of reply matches 起算日 2026-03-02)"#);
}
