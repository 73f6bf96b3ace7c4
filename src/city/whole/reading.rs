//! What the reader makes of every file is what the description says.

use std::collections::BTreeSet;

use domain::Period;
use ingest::{FileKind, Reading};

use super::world::read_all;
use super::{calendar, small};
use crate::{Expected, Plan, Preset};

fn found(reading: &Reading) -> Expected {
    let counts = &reading.counts;
    let small = |count: u64| u32::try_from(count).unwrap();
    Expected {
        good: small(counts.good),
        rejects: small(counts.rejected),
        duplicates: small(counts.duplicates),
        paired: small(counts.paired),
        self_calls: small(counts.self_calls),
        unattributed: small(counts.unattributed),
        metaservices: small(counts.metaservices),
        orphans: small(counts.orphans),
    }
}

/// Whether a reader must refuse a row with the sin.
fn refused(code: &str, kind: FileKind) -> bool {
    match code {
        "bad_value"
        | "duplicate_differing"
        | "excel_eaten_id"
        | "missing_id"
        | "secret"
        | "unknown_resource" => true,
        "unknown_department" => !matches!(kind, FileKind::Usage | FileKind::XRoad),
        "old_code_after_merge" => kind != FileKind::Usage,
        _ => false,
    }
}

fn check(plan: &Plan<'_>) {
    let (_, readings, written) = read_all(plan);
    for (file, reading) in &readings {
        let sample: Vec<_> = reading.rejects.iter().take(5).collect();
        assert_eq!(found(reading), file.expected, "{} {sample:?}", file.name);
        assert_eq!(u64::from(file.rows), reading.counts.read, "{}", file.name);
        let sins = written.sins.iter().filter(|sin| sin.file == file.name);
        let planted: BTreeSet<u32> = sins
            .filter(|sin| refused(sin.code, reading.kind))
            .map(|sin| sin.line)
            .collect();
        let rejected: BTreeSet<u32> = reading.rejects.iter().map(|reject| reject.line).collect();
        assert_eq!(rejected, planted, "{}", file.name);
    }
}

#[test]
fn every_file_of_a_city_is_read_as_described() {
    check(&small(&calendar()));
}

#[test]
fn a_month_of_a_full_city_is_read_as_described() {
    check(&Plan {
        scale: None,
        months: 1,
        ..small(&calendar())
    });
}

#[test]
fn every_file_of_a_province_is_read_as_described() {
    check(&Plan {
        preset: Preset::Province,
        months: 1,
        ..small(&calendar())
    });
}

#[test]
fn a_plan_around_the_change_of_the_law_is_read_as_described() {
    check(&Plan {
        until: "2025-10".parse().unwrap(),
        months: 4,
        ..small(&calendar())
    });
}

#[test]
fn any_seed_and_any_end_is_read_as_described() {
    let calendar = calendar();
    for seed in 0..12 {
        let month = 3 + u32::try_from(seed % 12).unwrap();
        let until = Period::new(2025 + i32::from(month > 12), (month - 1) % 12 + 1);
        check(&Plan {
            seed,
            months: 1 + u32::try_from(seed % 2).unwrap(),
            until: until.unwrap(),
            ..small(&calendar)
        });
    }
}
