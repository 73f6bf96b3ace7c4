#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use domain::facts::{Incident, Request, RequestOutcome};
use domain::{DateRange, ShareType};
use engine::Values;

use super::*;
use crate::fixture::{day, department, facts, period, registry, usage};

fn frame(facts: &Facts) -> Result<FactFrame, AssessError> {
    let importance = vec![10_000; facts.resources.len()];
    let schema = crate::schema::schema();
    FactFrame::new(
        facts,
        &registry(facts),
        &schema,
        period("2026-03"),
        &importance,
    )
}

fn rows(frame: &FactFrame, table: FactTable, department: &str) -> Vec<usize> {
    let subject = frame.subject(&department.into()).unwrap();
    let table = frame.frame.tables.get(table as usize).unwrap();
    table.rows_of(subject).collect()
}

fn texts(frame: &FactFrame, table: FactTable, column: &str) -> Vec<String> {
    let schema = crate::schema::schema();
    let index = schema
        .table(table.name())
        .unwrap()
        .column_index(column)
        .unwrap();
    match &frame.frame.tables[table as usize].columns[index].values {
        Values::Text { codes, dictionary } => codes
            .iter()
            .map(|code| dictionary.text(*code).unwrap().to_owned())
            .collect(),
        Values::Bool(flags) => flags.iter().map(ToString::to_string).collect(),
        other => panic!("not a text: {other:?}"),
    }
}

fn request(id: &str, received: &str, replied: Option<&str>) -> Request {
    Request {
        id: id.into(),
        resource: "R-A".into(),
        share_type: ShareType::Unconditional,
        provider: "A".into(),
        consumer: "B".into(),
        received_on: day(received),
        extension_days: 0,
        extension_consented_on: None,
        replied_on: replied.map(day),
        outcome: if replied.is_some() {
            RequestOutcome::Agreed
        } else {
            RequestOutcome::Open
        },
        delivered_on: None,
        source: SourceLine { batch: 0, line: 7 },
    }
}

#[test]
fn t2_usage_within_one_department_credits_nobody() {
    let mut facts = facts();
    facts.departments.push(Department {
        valid: DateRange {
            from: day("2000-01-01"),
            to: Some(day("2026-03-15")),
        },
        successor: Some("A".into()),
        ..department("OLD", "410100")
    });
    facts.usage = vec![
        usage("A", "R-A", "A", "2026-03-02", 5, 2),
        usage("A", "R-A", "OLD", "2026-03-03", 5, 3),
        usage("A", "R-A", "B", "2026-03-03", 5, 4),
    ];
    let frame = frame(&facts).unwrap();
    assert_eq!(rows(&frame, FactTable::Usage, "A"), [0]);
    let origin = frame.origin(&facts, FactTable::Usage, 0).unwrap();
    assert_eq!(origin.1.line, 4);
    assert_eq!(frame.notes[0].code, "usage_within_department");
    assert_eq!(frame.notes[0].evidence.len(), 2);
}

#[test]
fn t19_rows_of_an_ended_department_follow_its_successor() {
    let mut facts = facts();
    let ended = |id: &str, successor: Option<&str>| Department {
        valid: DateRange {
            from: day("2000-01-01"),
            to: Some(day("2026-03-15")),
        },
        successor: successor.map(Into::into),
        ..department(id, "410100")
    };
    facts.departments.push(ended("OLD", Some("A")));
    facts.departments.push(ended("GONE", None));
    facts.usage = vec![
        usage("OLD", "R-A", "B", "2026-03-02", 5, 2),
        usage("A", "R-A", "B", "2026-03-20", 5, 3),
        usage("GONE", "R-A", "B", "2026-03-02", 5, 4),
        usage("B", "R-B", "OLD", "2026-03-02", 5, 5),
    ];
    facts.normalise();
    let frame = frame(&facts).unwrap();
    assert_eq!(rows(&frame, FactTable::Usage, "A").len(), 2);
    assert!(frame.subject(&"OLD".into()).is_none());
    // What the old code received, the successor received.
    let consumers = texts(&frame, FactTable::Usage, "consumer");
    assert_eq!(consumers, ["B", "B", "A"]);
    assert_eq!(frame.notes[0].code, "usage_without_provider");
}

#[test]
fn t17_what_happens_after_the_period_has_not_happened_yet() {
    let mut facts = facts();
    facts.requests = vec![
        request("1", "2026-03-30", Some("2026-04-02")),
        request("2", "2026-03-30", Some("2026-03-31")),
        request("3", "2026-04-01", None),
    ];
    let frame = frame(&facts).unwrap();
    assert_eq!(
        texts(&frame, FactTable::Requests, "outcome"),
        ["open", "agreed"]
    );
}

#[test]
fn t29_incidents_of_the_year_stay_and_those_of_other_years_do_not() {
    let mut facts = facts();
    let incident = |id: &str, confirmed: &str| Incident {
        id: id.into(),
        department: "A".into(),
        code: "LEAK".into(),
        occurred_on: day("2025-12-01"),
        confirmed_on: day(confirmed),
        summary: String::new(),
        source: SourceLine::default(),
    };
    facts.incidents = vec![
        incident("1", "2025-12-31"),
        incident("2", "2026-01-05"),
        incident("3", "2026-03-05"),
        incident("4", "2026-04-01"),
    ];
    let frame = frame(&facts).unwrap();
    assert_eq!(texts(&frame, FactTable::Incidents, "id"), ["2", "3"]);
    assert_eq!(
        texts(&frame, FactTable::Incidents, "in_period"),
        ["false", "true"]
    );
}

#[test]
fn t21_the_payer_of_a_flow_is_a_government_above_both() {
    let mut facts = facts();
    facts.usage = vec![
        usage("A", "R-A", "B", "2026-03-02", 5, 2),
        usage("A", "R-A", "C", "2026-03-02", 5, 3),
        usage("A", "R-A", "D", "2026-03-02", 5, 4),
    ];
    let frame = frame(&facts).unwrap();
    assert_eq!(
        texts(&frame, FactTable::Usage, "payer"),
        ["410100", "410100", "410000"]
    );
    assert_eq!(
        texts(&frame, FactTable::Usage, "horizontal"),
        ["true", "false", "false"]
    );
    assert_eq!(
        texts(&frame, FactTable::Usage, "vertical"),
        ["false", "true", "false"]
    );
    assert_eq!(
        texts(&frame, FactTable::Usage, "cross_region"),
        ["false", "false", "true"]
    );
}

#[test]
fn granted_data_is_used_when_the_consumer_called_it_in_the_period() {
    let mut facts = facts();
    let delivered = |id: &str, on: &str, consumer: &str| Request {
        delivered_on: Some(day(on)),
        consumer: consumer.into(),
        ..request(id, "2025-08-01", Some("2025-08-02"))
    };
    facts.requests = vec![
        delivered("1", "2025-10-01", "B"),
        delivered("2", "2025-09-30", "B"),
        delivered("3", "2026-03-01", "C"),
    ];
    facts.usage = vec![
        usage("A", "R-A", "B", "2026-03-02", 1, 2),
        usage("A", "R-A", "C", "2026-03-02", 0, 3),
    ];
    let frame = frame(&facts).unwrap();
    assert_eq!(texts(&frame, FactTable::Demands, "id"), ["1", "3"]);
    assert_eq!(texts(&frame, FactTable::Demands, "used"), ["true", "false"]);
}

#[test]
fn an_unknown_resource_stops_the_period_and_names_the_line() {
    let mut facts = facts();
    facts.usage = vec![usage("A", "R-X", "B", "2026-03-02", 1, 9)];
    let error = frame(&facts).unwrap_err().to_string();
    assert!(
        error.contains("数据.csv 第 9 行") && error.contains("R-X"),
        "{error}"
    );
}
