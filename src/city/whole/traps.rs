//! The traps that the data set lays, as the reader finds them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::DepartmentId;
use domain::facts::{Request, UsageDay};
use ingest::{FileKind, Reading, Rows};

use super::world::{World, read_all, requests, usage};
use super::{calendar, day, small};
use crate::{Plan, WrittenFile};

/// A department's facts without what names it, sorted.
fn anonymous(world: &World, readings: &[(WrittenFile, Reading)], name: &str) -> Vec<String> {
    let id = &world.named(name).id;
    let mut facts = Vec::new();
    for (_, reading) in readings {
        match &reading.rows {
            Rows::Usage(rows) => facts.extend(rows.iter().filter(|r| r.provider == *id).map(|r| {
                format!(
                    "{} {} {} {} {} {}",
                    r.day, r.consumer, r.succeeded, r.failed, r.records, r.bytes
                )
            })),
            Rows::Requests(rows) => {
                facts.extend(rows.iter().filter(|r| r.provider == *id).map(|r| {
                    let times = (
                        r.received_on,
                        r.replied_on,
                        r.delivered_on,
                        r.extension_days,
                    );
                    format!(
                        "{} {times:?} {:?} {:?}",
                        r.consumer, r.outcome, r.share_type
                    )
                }));
            }
            Rows::Corrections(rows) => {
                facts.extend(rows.iter().filter(|r| r.provider == *id).map(|r| {
                    format!(
                        "{} {} {:?} {}",
                        r.requester, r.received_on, r.completed_on, r.upheld
                    )
                }));
            }
            Rows::Catalogue(rows) => {
                facts.extend(rows.iter().filter(|r| r.provider == *id).map(|r| {
                    let how = (
                        r.share_type,
                        r.update_cycle,
                        r.grade,
                        r.item_count,
                        r.mounted,
                    );
                    format!("{} {} {how:?}", r.class, r.format)
                }));
            }
            Rows::Feedback(rows) => {
                facts.extend(rows.iter().filter(|r| r.department == *id).map(|r| {
                    format!(
                        "{} {} {} {:?}",
                        r.received_on, r.channel, r.rating, r.answered_on
                    )
                }));
            }
            Rows::Safeguards(rows) => {
                facts.extend(
                    rows.iter()
                        .filter(|r| r.department == *id)
                        .map(|r| format!("{} {:?} {} {}", r.period, r.kind, r.required, r.met)),
                );
            }
            Rows::Claims(rows) => assert!(rows.iter().all(|r| r.department != *id)),
            Rows::Incidents(rows) => assert!(rows.iter().all(|r| r.department != *id)),
            _ => {}
        }
    }
    facts.sort();
    facts
}

#[test]
fn t14_some_replies_are_in_time_only_by_working_days() {
    let calendar = calendar();
    let (_, readings, written) = read_all(&small(&calendar));
    let mut received = BTreeSet::new();
    for (file, reading) in &readings {
        let Rows::Requests(rows) = &reading.rows else {
            continue;
        };
        let sins = written.sins.iter().filter(|sin| sin.file == file.name);
        for sin in sins.filter(|sin| sin.code.starts_with("holiday")) {
            let request = rows.iter().find(|row| row.source.line == sin.line).unwrap();
            let limit = calendar.add_workdays(request.received_on, 10).unwrap();
            let replied_on = request.replied_on.unwrap();
            assert_eq!(
                replied_on <= limit,
                sin.code == "holiday_on_time",
                "{sin:?}"
            );
            received.insert(request.received_on);
        }
    }
    assert!(received.contains(&day("2026-02-12")) && received.contains(&day("2026-02-14")));
}

#[test]
fn t14_the_golden_week_of_2025_is_covered() {
    let calendar = calendar();
    let plan = Plan {
        until: "2025-10".parse().unwrap(),
        months: 2,
        ..small(&calendar)
    };
    let (_, readings, written) = read_all(&plan);
    let planted = |row: &Request| {
        let mut sins = written.sins.iter();
        sins.any(|sin| {
            sin.file.contains("申请单-2025-09")
                && sin.line == row.source.line
                && sin.code.starts_with("holiday")
        })
    };
    let requests = requests(&readings);
    let september = requests
        .iter()
        .filter(|row| row.received_on < day("2025-10-01"));
    let days: BTreeSet<_> = september
        .filter(|row| planted(row))
        .map(|row| row.received_on.to_string())
        .collect();
    let wanted = ["25", "26", "28", "29", "30"].map(|text| format!("2025-09-{text}"));
    assert_eq!(days, BTreeSet::from(wanted));
}

#[test]
fn t8_t30_one_department_has_one_request_a_month_and_one_has_none() {
    let calendar = calendar();
    let (world, readings, _) = read_all(&small(&calendar));
    let requests = requests(&readings);
    let of = |id: &DepartmentId| requests.iter().filter(|row| row.provider == *id).count();
    assert_eq!(of(&world.named("郑州市地方史志办公室").id), 3);
    assert_eq!(of(&world.named("郑州市信访局").id), 0);
}

#[test]
fn t15_requests_of_before_the_change_of_the_law_are_there() {
    let calendar = calendar();
    let plan = Plan {
        until: "2025-08".parse().unwrap(),
        months: 2,
        ..small(&calendar)
    };
    let (_, readings, _) = read_all(&plan);
    let requests = requests(&readings);
    let change = day("2025-08-01");
    assert!(requests.iter().any(|row| row.received_on < change));
    assert!(requests.iter().any(|row| row.received_on >= change));
}

#[test]
fn t5_t6_a_flood_and_a_reciprocal_pair_stand_out() {
    let calendar = calendar();
    let (world, readings, _) = read_all(&small(&calendar));
    let usage = usage(&readings);
    let id = |name: &str| world.named(name).id.clone();
    let flow = |provider: &str, consumer: &str| {
        let (provider, consumer) = (id(provider), id(consumer));
        let between = usage
            .iter()
            .filter(|r| r.provider == provider && r.consumer == consumer);
        between
            .map(|row| (row.day, row.succeeded))
            .collect::<Vec<_>>()
    };
    // Five days a month, and more than a typical pair has in all months.
    let flood = flow("郑州市气象局", "郑州市应急管理局");
    assert_eq!(flood.len(), 15);
    assert!(flood.iter().all(|(_, calls)| *calls > 90));
    let sum = |flow: &[(NaiveDate, u64)]| flow.iter().map(|row| row.1).sum::<u64>();
    let there = sum(&flow("郑州市商务局", "郑州市文化广电和旅游局"));
    let back = sum(&flow("郑州市文化广电和旅游局", "郑州市商务局"));
    assert!(
        there > 100 && there.abs_diff(back) * 5 < there,
        "{there} {back}"
    );
}

#[test]
fn t19_a_merged_department_goes_on_under_its_old_code_in_one_file() {
    let calendar = calendar();
    let (world, readings, written) = read_all(&small(&calendar));
    let merged = world.named("郑州市园林局");
    let ended = merged.valid.to.unwrap();
    assert_eq!(ended, day("2026-02-16"));
    let successor = merged.successor.clone().unwrap();
    let late = written
        .sins
        .iter()
        .filter(|sin| sin.code == "old_code_after_merge");
    let files: BTreeSet<_> = late.map(|sin| sin.file.as_str()).collect();
    assert!(files.contains("2026-02/共享使用日报-2026-02.csv"));
    assert!(files.contains("2026-02/校核申请-2026-02.csv"));
    let usage = usage(&readings);
    assert!(usage.iter().any(|row| row.provider == merged.id));
    assert!(
        usage
            .iter()
            .all(|row| row.provider != merged.id || row.day < ended)
    );
    // What the old department catalogued is served under the new code from the next month on.
    let taken_over = |row: &UsageDay| {
        row.provider == successor && world.resources[&row.resource].provider == merged.id
    };
    assert!(usage.iter().any(taken_over));
    assert!(
        !usage
            .iter()
            .any(|row| taken_over(row) && row.day < day("2026-03-01"))
    );
    let requests = requests(&readings);
    assert!(
        requests
            .iter()
            .all(|row| row.provider != merged.id || row.received_on < ended)
    );
}

#[test]
fn t23_files_come_in_each_encoding() {
    let calendar = calendar();
    let (_, readings, _) = read_all(&small(&calendar));
    for (file, reading) in &readings {
        let encoding = match reading.kind {
            FileKind::Requests | FileKind::Corrections => "GB18030",
            FileKind::Claims | FileKind::Incidents => "UTF-8 BOM",
            FileKind::Catalogue => "XLSX",
            _ => "UTF-8",
        };
        assert_eq!(reading.encoding, encoding, "{}", file.name);
    }
}

#[test]
fn t13_two_departments_of_a_group_have_the_same_facts() {
    let calendar = calendar();
    let (world, readings, _) = read_all(&small(&calendar));
    let (one, other) = ("郑州供水集团有限公司", "郑州燃气集团有限公司");
    let facts = anonymous(&world, &readings, one);
    assert!(facts.len() > 20);
    assert_eq!(facts, anonymous(&world, &readings, other));
    for name in [one, other] {
        let id = &world.named(name).id;
        let consumes = readings.iter().any(|(_, reading)| match &reading.rows {
            Rows::Usage(rows) => rows.iter().any(|row| row.consumer == *id),
            Rows::Requests(rows) => rows.iter().any(|row| row.consumer == *id),
            _ => false,
        });
        assert!(!consumes, "{name}");
    }
    assert_eq!(world.named(one).group, world.named(other).group);
}
