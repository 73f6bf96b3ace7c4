//! A whole small pack: deadlines and indicators of random facts, here and in PostgreSQL.

use chrono::NaiveDate;
use oracle::Schema as Server;

use crate::frame::{ColumnData, Frame, RowBuilder, Values};
use crate::plan::{Bound, Plan};
use crate::sample::Random;
use crate::sql::{Dialect, Exporter};
use crate::tests::{calendar, date, number, schema, text};
use crate::{Cell, Datum, Quantity, Status, Value};

const SUBJECTS: usize = 12;

fn day(random: &mut Random, start: &str, days: u64) -> Datum {
    let start: NaiveDate = start.parse().unwrap();
    date(&(start + chrono::Days::new(random.bits() % days)).to_string())
}

fn pick<'t>(random: &mut Random, all: &[&'t str]) -> &'t str {
    random.pick(all).unwrap()
}

fn sometimes(random: &mut Random, sides: usize, datum: Datum) -> Datum {
    if random.below(sides) == 0 {
        datum
    } else {
        Datum::Missing
    }
}

/// Random facts of the pack.
pub(super) fn random_frame(random: &mut Random) -> Frame {
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, SUBJECTS);
    for _ in 0..400 {
        let subject = random.below(SUBJECTS - 1);
        let (received, replied) = (
            day(random, "2025-06-20", 280),
            day(random, "2025-07-01", 290),
        );
        let consented = day(random, "2025-07-01", 290);
        let row = [
            ("received_on", received),
            (
                "replied_on",
                if random.below(4) == 0 {
                    Datum::Missing
                } else {
                    replied
                },
            ),
            ("extension_consented_on", sometimes(random, 2, consented)),
            (
                "extension_days",
                number(pick(random, &["0", "3", "15", "-2"])),
            ),
            (
                "share_type",
                text(pick(random, &["unconditional", "conditional"])),
            ),
            (
                "outcome",
                text(pick(random, &["agreed", "agreed", "withdrawn"])),
            ),
            (
                "importance",
                number(pick(random, &["1", "0.2501", "1.3333", "2.5"])),
            ),
        ];
        builder.push(subject, "requests", &row).unwrap();
        let row = [
            ("day", day(random, "2026-03-01", 31)),
            ("consumer", text(pick(random, &["a", "b", "c"]))),
            ("succeeded", number("1")),
        ];
        builder.push(subject, "usage", &row).unwrap();
        if random.below(9) == 0 {
            let code = pick(random, &["P1", "P2", "P1", "LEAK"]);
            builder
                .push(subject, "incidents", &[("code", text(code))])
                .unwrap();
        }
    }
    builder.finish().unwrap()
}

/// The tables and functions of the pack over the facts.
pub(super) fn script(plan: &Plan, frame: &Frame, dialect: Dialect) -> String {
    let exporter = Exporter::new(plan, dialect);
    let mut script = exporter.functions().to_owned();
    script.push_str(&exporter.calendar(&calendar()));
    script.push_str(&exporter.tables().unwrap());
    script.push_str("CREATE TABLE departments (department text PRIMARY KEY, peer_group text);\n");
    for subject in 0..SUBJECTS {
        script.push_str(&format!(
            "INSERT INTO departments VALUES ('{subject:02}', '');\n"
        ));
    }
    for table in exporter.fact_tables() {
        script.push_str(&exporter.fact_table(table, &[], false).unwrap());
        let index = plan.base.table_index(table).unwrap();
        let rows = &frame.tables[index];
        let owner = |row: usize| {
            let subject = rows.offsets.partition_point(|end| *end as usize <= row) - 1;
            Some(format!("{subject:02}"))
        };
        let mut push = |text: &str| script.push_str(text);
        exporter
            .fact_rows((table, frame), &[], &owner, &mut push)
            .unwrap();
        script.push_str(&exporter.extended(table, None).unwrap());
    }
    script
}

/// The columns of the deadline, a row a line.
pub(super) fn deadline_rows(bound: &Bound<'_>) -> Vec<String> {
    let columns = ["due_on", "days", "limit", "on_time", "open", "due"];
    let columns = columns.map(|suffix| {
        bound
            .column("requests", &format!("reply_{suffix}"))
            .unwrap()
    });
    let shown = |column: &ColumnData, row: usize| {
        if column.known.as_ref().is_some_and(|known| !known[row]) {
            return String::new();
        }
        match &column.values {
            Values::Date(days) => NaiveDate::from_num_days_from_ce_opt(days[row])
                .unwrap()
                .to_string(),
            Values::Number(numbers) => numbers.get(row).unwrap().to_string(),
            Values::Bool(flags) => if flags[row] { "t" } else { "f" }.to_owned(),
            Values::Text { .. } => unreachable!("no text among them"),
        }
    };
    let separator = oracle::separator().to_string();
    let row = |row| columns.map(|column| shown(column, row)).join(&separator);
    (0..columns[0].values.len()).map(row).collect()
}

/// A status as the queries name it.
pub(super) const fn status(status: Status) -> &'static str {
    match status {
        Status::Known => "known",
        Status::NoCases => "no_cases",
        Status::BelowMinimum => "below_minimum",
    }
}

fn cell(cell: Cell) -> String {
    let status = status(cell.status);
    let (value, hit) = match cell.value {
        Some(Value::Number(Quantity {
            numerator,
            denominator,
        })) => (format!("{{{numerator},{denominator}}}"), ""),
        Some(Value::Bool(hit)) => (String::new(), if hit { "t" } else { "f" }),
        None => (String::new(), ""),
    };
    let pair = |one: Quantity| format!("{{{},{}}}", one.numerator, one.denominator);
    let band = cell.band.map_or_else(String::new, pair);
    let parts = [
        cell.cases.to_string(),
        status.into(),
        value,
        hit.into(),
        band,
    ];
    parts.join(&oracle::separator().to_string())
}

#[test]
fn deadlines_and_indicators_of_a_pack_agree_with_postgresql() {
    for seed in 0..3 {
        let Some(server) = Server::new() else { return };
        let (plan, calendar) = (crate::tests::plan("2026-03"), calendar());
        let frame = random_frame(&mut Random::new(seed));
        let bound = plan.bind(&frame, &calendar).unwrap();
        server
            .run(&script(&plan, &frame, Dialect::PostgreSql))
            .unwrap();
        let found = server.run(
            "SELECT reply_due_on, reply_days, reply_limit, reply_on_time, reply_open, reply_due \
             FROM requests ORDER BY row_no",
        );
        let found: Vec<String> = found.unwrap().lines().map(str::to_owned).collect();
        assert_eq!(found, deadline_rows(&bound));
        let exporter = Exporter::new(&plan, Dialect::PostgreSql);
        for column in bound.evaluate().unwrap().indicators {
            let (query, remark) = exporter.indicator(column.indicator).unwrap();
            let found = server.run(&format!(
                "{remark}\nSELECT cases, status, value, hit, band \
                 FROM ({query}) AS q ORDER BY department"
            ));
            let expected: Vec<String> = column.cells.iter().map(cell).collect();
            let found: Vec<String> = found.unwrap().lines().map(str::to_owned).collect();
            assert_eq!(found, expected, "{remark}\n{query}");
        }
    }
}

#[test]
fn a_due_date_beyond_the_published_years_is_absent_and_one_before_them_is_refused() {
    let Some(server) = Server::new() else { return };
    let (plan, calendar) = (crate::tests::plan("2026-12"), calendar());
    let of = |received: &str| {
        let schema = schema();
        let mut builder = RowBuilder::new(&schema, SUBJECTS);
        let row = [
            ("received_on", date(received)),
            ("share_type", text("conditional")),
        ];
        builder.push(0, "requests", &row).unwrap();
        builder.finish().unwrap()
    };
    let late = of("2026-12-28");
    let bound = plan.bind(&late, &calendar).unwrap();
    server
        .run(&script(&plan, &late, Dialect::PostgreSql))
        .unwrap();
    let found = server.run("SELECT reply_due_on, reply_days, reply_limit, reply_on_time, reply_open, reply_due FROM requests");
    assert_eq!(found.unwrap().trim_end(), deadline_rows(&bound)[0]);
    let Some(server) = Server::new() else { return };
    let early = of("2020-12-28");
    assert!(plan.bind(&early, &calendar).is_err());
    let refused = server
        .run(&script(&plan, &early, Dialect::PostgreSql))
        .unwrap_err();
    assert!(refused.contains("没有适用的规则"), "{refused}");
    let terms = [
        ("workdays(DATE '2023-12-31', DATE '2024-01-02')", Some("1")),
        ("workdays(DATE '2023-12-30', DATE '2024-01-02')", None),
        ("workdays(DATE '2026-12-30', DATE '2027-01-02')", None),
        ("workdays(DATE '2027-01-02', DATE '2026-12-30')", Some("0")),
        ("due_on(DATE '2022-01-02', 3)", None),
        ("due_on(DATE '2022-01-02', 0)", Some("2022-01-02")),
        ("due_on(DATE '2026-12-30', 9)", Some("")),
    ];
    for (term, expected) in terms {
        let found = server.run(&format!("SELECT {term}"));
        assert_eq!(
            found.as_deref().map(str::trim_end).ok(),
            expected,
            "{term} {found:?}"
        );
    }
}
