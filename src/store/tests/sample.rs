//! A small city: two files a table, and how they are imported.

use chrono::{NaiveDate, NaiveDateTime};
use domain::facts::*;
use domain::*;

use crate::batches::{self, NewBatch};
use crate::exchanges::{Exchange, View};
use crate::{AnyConn, BatchId, StoreError};

/// Three departments.
pub(crate) const A: &str = "11410100005252034W";
pub(crate) const B: &str = "11410100005252042R";
pub(crate) const C: &str = "11410105005252050Y";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

pub(crate) fn period(text: &str) -> Period {
    text.parse().unwrap()
}

fn line(line: u32) -> SourceLine {
    SourceLine { batch: 0, line }
}

/// The rows of a file.
#[derive(Clone, Debug)]
pub(crate) enum Rows {
    Jurisdictions(Vec<Jurisdiction>),
    Departments(Vec<Department>),
    Resources(Vec<Resource>),
    Checks(Vec<ResourceCheck>),
    Usage(Vec<UsageDay>),
    Exchanges(Vec<Exchange>),
    Requests(Vec<Request>),
    Corrections(Vec<Correction>),
    Incidents(Vec<Incident>),
    Feedback(Vec<Feedback>),
    Safeguards(Vec<Safeguard>),
    Judgements(Vec<Judgement>),
    Measures(Vec<Measure>),
    Claims(Vec<Claim>),
    Appropriations(Vec<Appropriation>),
}

/// A file: its name, from which its digest follows, and its rows.
pub(crate) type File = (&'static str, Rows);

/// Registers a batch under the digest of its name.
pub(crate) fn batch(conn: &mut AnyConn, name: &str) -> Result<BatchId, StoreError> {
    batches::add(
        conn,
        &NewBatch {
            sha256: canon::sha256_hex(name.as_bytes()),
            file_name: name.to_owned(),
            kind: "test".to_owned(),
            imported_at: at("2026-04-02T08:30:00.123456"),
            importer: "assessor".to_owned(),
        },
    )
}

/// Imports a file.
pub(crate) fn import(
    conn: &mut AnyConn,
    name: &str,
    rows: &Rows,
) -> Result<crate::Upserted, StoreError> {
    let id = batch(conn, name)?;
    match rows {
        Rows::Jurisdictions(rows) => crate::registry::upsert_jurisdictions(conn, id, rows),
        Rows::Departments(rows) => crate::registry::upsert_departments(conn, id, rows),
        Rows::Resources(rows) => crate::catalogue::upsert_resources(conn, id, rows),
        Rows::Checks(rows) => crate::catalogue::upsert_checks(conn, id, rows),
        Rows::Usage(rows) => crate::usage::upsert_usage(conn, id, rows),
        Rows::Exchanges(rows) => crate::exchanges::upsert_exchanges(conn, id, rows),
        Rows::Requests(rows) => crate::requests::upsert_requests(conn, id, rows),
        Rows::Corrections(rows) => crate::corrections::upsert_corrections(conn, id, rows),
        Rows::Incidents(rows) => crate::incidents::upsert_incidents(conn, id, rows),
        Rows::Feedback(rows) => crate::feedback::upsert_feedback(conn, id, rows),
        Rows::Safeguards(rows) => crate::safeguards::upsert_safeguards(conn, id, rows),
        Rows::Judgements(rows) => crate::judgements::upsert_judgements(conn, id, rows),
        Rows::Measures(rows) => crate::measures::upsert_measures(conn, id, rows),
        Rows::Claims(rows) => crate::claims::upsert_claims(conn, id, rows),
        Rows::Appropriations(rows) => crate::appropriations::upsert_appropriations(conn, id, rows),
    }
}

pub(crate) fn judgement(period: &str, indicator: &str, value: &str) -> Judgement {
    Judgement {
        department: A.into(),
        period: period.parse().unwrap(),
        indicator: indicator.to_owned(),
        value: value.parse().unwrap(),
        reason: "材料齐全".to_owned(),
        assessor: "张三".to_owned(),
        signed_on: day("2026-04-02"),
        source: line(4),
    }
}

fn measure(period: &str, measure: &str, achieved: &str) -> Measure {
    Measure {
        department: A.into(),
        period: period.parse().unwrap(),
        measure: measure.to_owned(),
        achieved: achieved.parse().unwrap(),
        population: "46".parse().unwrap(),
        source: line(5),
    }
}

pub(crate) fn usage(on: &str, resource: &str, consumer: &str, succeeded: u64) -> UsageDay {
    UsageDay {
        day: day(on),
        provider: A.into(),
        resource: resource.into(),
        consumer: consumer.into(),
        succeeded,
        failed: 1,
        records: succeeded * 10,
        bytes: succeeded * 1_000,
        source: line(2),
    }
}

pub(crate) fn exchange(id: &str, view: View, requested_at: &str) -> Exchange {
    let requested_at = at(requested_at);
    Exchange {
        message_id: id.to_owned(),
        requested_at,
        day: requested_at.date(),
        provider: A.into(),
        consumer: B.into(),
        resource: "410100-1".into(),
        succeeded: true,
        request_bytes: 100,
        response_bytes: if view == View::Producer { 190 } else { 200 },
        view,
        source: line(7),
    }
}

pub(crate) fn resource(code: &str, published_on: &str) -> Resource {
    Resource {
        code: code.into(),
        name: format!("资源{code}"),
        provider: A.into(),
        class: "basic".to_owned(),
        format: "api".to_owned(),
        share_type: ShareType::Conditional,
        share_condition: "依申请".to_owned(),
        update_cycle: UpdateCycle::TenDays,
        grade: 2,
        item_count: 12,
        mounted: true,
        published_on: day(published_on),
        source: line(3),
    }
}

pub(crate) fn request(id: &str, received_on: &str) -> Request {
    Request {
        id: id.to_owned(),
        resource: "410100-1".into(),
        share_type: ShareType::Conditional,
        provider: A.into(),
        consumer: C.into(),
        received_on: day(received_on),
        extension_days: 5,
        extension_consented_on: Some(day("2026-03-05")),
        replied_on: None,
        outcome: RequestOutcome::Open,
        delivered_on: None,
        source: line(4),
    }
}

pub(crate) fn incident(id: &str, confirmed_on: &str) -> Incident {
    Incident {
        id: id.to_owned(),
        department: B.into(),
        code: "LEAK".to_owned(),
        occurred_on: day("2025-12-30"),
        confirmed_on: day(confirmed_on),
        summary: "=cmd|'/c calc'!A1 泄露".to_owned(),
        source: line(5),
    }
}

pub(crate) fn claim(id: &str, decided_on: Option<&str>) -> Claim {
    Claim {
        id: id.to_owned(),
        department: A.into(),
        period: period("2026-02"),
        kind: ClaimKind::Loss,
        beneficiary: "410105".into(),
        declared_fen: Fen::new(Fen::BOUND),
        accepted_fen: decided_on.map(|_| Fen::new(123)),
        decided_on: decided_on.map(day),
        reason: "接口改造".to_owned(),
        source: line(6),
    }
}

pub(crate) fn appropriation(document: &str, year: i32, effective_on: &str) -> Appropriation {
    Appropriation {
        document: document.to_owned(),
        payer: "410000".into(),
        budget_year: year,
        budget_line: "2010301".to_owned(),
        programme: "数据共享补偿".to_owned(),
        amount_fen: Fen::new(1_000_000_000),
        effective_on: day(effective_on),
        source: line(8),
    }
}

fn correction(id: &str, received_on: &str) -> Correction {
    Correction {
        id: id.to_owned(),
        resource: "410100-1".into(),
        provider: A.into(),
        requester: B.into(),
        received_on: day(received_on),
        completed_on: Some(day("2026-03-20")),
        upheld: true,
        source: line(9),
    }
}

fn feedback(id: &str, received_on: &str) -> Feedback {
    Feedback {
        id: id.to_owned(),
        department: C.into(),
        received_on: day(received_on),
        channel: "12345".to_owned(),
        rating: 5,
        answered_on: None,
        source: line(10),
    }
}

fn safeguard(month: &str, kind: SafeguardKind) -> Safeguard {
    Safeguard {
        department: B.into(),
        period: period(month),
        kind,
        required: 10,
        met: 9,
        source: line(11),
    }
}

fn check(month: &str) -> ResourceCheck {
    ResourceCheck {
        resource: "410100-1".into(),
        period: period(month),
        updated_on: None,
        records_checked: 100,
        records_passed: 98,
        source: line(12),
    }
}

fn jurisdiction(code: &str, level: Level, parent: Option<&str>) -> Jurisdiction {
    Jurisdiction {
        code: code.into(),
        name: format!("区划{code}"),
        level,
        parent: parent.map(JurisdictionCode::from),
        valid: Jurisdiction::always(),
    }
}

fn department(id: &str, jurisdiction: &str, ended: Option<(&str, &str)>) -> Department {
    Department {
        id: id.into(),
        name: format!("部门{id}"),
        jurisdiction: jurisdiction.into(),
        group: DepartmentGroup::Municipal,
        valid: DateRange {
            from: day("2019-01-01"),
            to: ended.map(|(on, _)| day(on)),
        },
        successor: ended.map(|(_, after)| after.into()),
    }
}

/// The files of the city for March 2026, with rows that fall outside of it.
pub(crate) fn files() -> Vec<File> {
    vec![
        (
            "行政区划.csv",
            Rows::Jurisdictions(vec![
                jurisdiction("410105", Level::District, Some("410100")),
                jurisdiction("410000", Level::Province, None),
                jurisdiction("410100", Level::City, Some("410000")),
            ]),
        ),
        (
            "部门.csv",
            Rows::Departments(vec![
                department(C, "410105", Some(("2026-03-10", B))),
                department(A, "410100", None),
                department(B, "410100", None),
            ]),
        ),
        (
            "目录.xlsx",
            Rows::Resources(vec![
                resource("410100-2", "2026-03-31"),
                resource("410100-1", "2025-01-01"),
                resource("410100-3", "2026-04-01"),
            ]),
        ),
        (
            "抽检.csv",
            Rows::Checks(vec![check("2026-03"), check("2026-02")]),
        ),
        (
            "日报.csv",
            Rows::Usage(vec![
                usage("2026-03-31", "410100-1", B, 7),
                usage("2026-03-01", "410100-1", B, 5),
                usage("2026-03-01", "410100-1", C, 3),
                usage("2026-02-28", "410100-1", B, 1),
                usage("2026-04-01", "410100-1", B, 1),
            ]),
        ),
        (
            "日报-补.csv",
            Rows::Usage(vec![usage("2026-03-01", "410100-1", C, 3)]),
        ),
        (
            "client.json",
            Rows::Exchanges(vec![
                exchange("m1", View::Client, "2026-03-01T01:00:00.250"),
                exchange("m2", View::Client, "2026-03-02T01:00:00"),
            ]),
        ),
        (
            "producer.json",
            Rows::Exchanges(vec![
                exchange("m1", View::Producer, "2026-03-01T01:00:01"),
                exchange("m3", View::Producer, "2026-03-02T02:00:00"),
                exchange("m4", View::Producer, "2026-04-02T02:00:00"),
            ]),
        ),
        (
            "both.json",
            Rows::Exchanges(vec![exchange("m1", View::Both, "2026-03-01T01:00:00.250")]),
        ),
        (
            "申请.csv",
            Rows::Requests(vec![
                request("R2", "2026-03-31"),
                request("R1", "2025-08-13"),
                request("R0", "2025-08-12"),
                request("R3", "2026-04-01"),
            ]),
        ),
        (
            "校核.csv",
            Rows::Corrections(vec![
                correction("K1", "2026-03-09"),
                correction("K0", "2025-08-12"),
            ]),
        ),
        (
            "事件.csv",
            Rows::Incidents(vec![
                incident("E1", "2026-01-01"),
                incident("E0", "2025-12-31"),
                incident("E2", "2026-04-01"),
            ]),
        ),
        (
            "反馈.csv",
            Rows::Feedback(vec![
                feedback("F1", "2026-03-01"),
                feedback("F0", "2026-02-28"),
            ]),
        ),
        (
            "保障.csv",
            Rows::Safeguards(vec![
                safeguard("2026-03", SafeguardKind::People),
                safeguard("2026-03", SafeguardKind::Facility),
                safeguard("2026-02", SafeguardKind::Data),
            ]),
        ),
        (
            "评定.csv",
            Rows::Judgements(vec![
                judgement("2026-03", "innovation", "7.5"),
                judgement("2026-03", "attitude", "0.8"),
                judgement("2026-02", "innovation", "6"),
            ]),
        ),
        (
            "计量.csv",
            Rows::Measures(vec![
                measure("2026-03", "keyword", "46"),
                measure("2026-04", "keyword", "45"),
            ]),
        ),
        (
            "申报.csv",
            Rows::Claims(vec![
                claim("C1", Some("2026-03-31")),
                claim("C2", None),
                claim("C3", Some("2026-02-28")),
            ]),
        ),
        (
            "指标.csv",
            Rows::Appropriations(vec![
                appropriation("豫财1号", 2026, "2026-01-01"),
                appropriation("豫财2号", 2026, "2026-04-01"),
                appropriation("豫财0号", 2025, "2025-01-01"),
            ]),
        ),
    ]
}
