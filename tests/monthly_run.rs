//! The monthly run through the real binary: deterministic, idempotent, verifiable, unkillable.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{Office, city, dump};

const MONTHS: [&str; 3] = ["2026-01", "2026-02", "2026-03"];

fn run_all(office: &Office) {
    for month in MONTHS {
        office.ok(&["run", "--period", month]);
    }
}

#[test]
fn a_second_run_changes_nothing_and_posts_nothing() {
    let office = Office::with_city();
    run_all(&office);
    let before = office.dump();
    for month in MONTHS {
        let again = office.json(&["run", "--period", month]);
        assert_eq!(again["done_before"], true, "{month}");
    }
    assert_eq!(office.dump(), before);
}

#[test]
fn two_offices_with_the_same_files_get_the_same_bytes() {
    let (one, other) = (Office::with_city(), Office::new());
    // The other imports file by file in another order, as far as kinds allow.
    let mut files: Vec<_> = dump_paths();
    files.reverse();
    files.sort_by_key(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with('0') {
            name
        } else {
            "9".to_owned()
        }
    });
    for file in files {
        other.ok(&["import", "--as", "budget", &file.to_string_lossy()]);
    }
    other.approve_appropriations();
    for month in MONTHS {
        let first = one.json(&["run", "--period", month]);
        let second = other.json(&["run", "--period", month]);
        for key in ["run", "digests", "groups", "awarded_fen"] {
            assert_eq!(first[key], second[key], "{month} {key}");
        }
    }
    let reports = |office: &Office| dump::files(&office.data().join("reports"));
    assert_eq!(reports(&one), reports(&other));
}

/// The data files of the small city.
fn dump_paths() -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![city().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if [".csv", ".xlsx", ".gz", ".json"]
                .iter()
                .any(|ending| name.ends_with(ending))
                && !name.ends_with("manifest.json")
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_run_verifies_and_a_forged_one_does_not() {
    let office = Office::with_city();
    let run = office.json(&["run", "--period", "2026-01"]);
    let id = run["run"].as_str().unwrap();
    assert_eq!(office.json(&["verify", "run", id])["sound"], true);
    let report = office.data().join("reports").join(id).join("bulletin.html");
    let mut bytes = std::fs::read(&report).unwrap();
    bytes.push(b' ');
    std::fs::write(&report, bytes).unwrap();
    let output = office.run(&["--json", "verify", "run", id]);
    assert_eq!(output.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let bad: Vec<_> = found["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["holds"] == false)
        .collect();
    assert_eq!(bad.len(), 1);
    assert_eq!(bad[0]["what"], "报告 bulletin.html");
}

#[test]
fn a_run_killed_anywhere_and_started_again_ends_as_if_nothing_had_happened() {
    let wanted = if oracle::is_nightly() { 200 } else { 50 };
    let untouched = Office::with_city();
    let reference = untouched.copy();
    let start = Instant::now();
    let told = reference.json(&["run", "--period", "2026-01"]);
    let whole = start.elapsed();
    let before_report = whole.saturating_sub(typesetting(&told));
    let expected = reference.dump();

    let mut kills = 0;
    let mut round = 0_u32;
    while kills < wanted {
        let office = untouched.copy();
        // Each office is killed again and again at growing distances until a run gets through.
        let mut attempt = 0_u32;
        loop {
            let mut child = office
                .command(&["run", "--period", "2026-01"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            // Typesetting takes most of a run and moves no money: two kills of three come before it.
            let span = if attempt % 3 == 2 {
                whole
            } else {
                before_report
            };
            let delay = span * pseudo_random(round, attempt) / 1000;
            std::thread::sleep(delay.max(Duration::from_millis(1)));
            let ended = child.try_wait().unwrap();
            if let Some(status) = ended {
                assert!(status.success());
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            attempt += 1;
            if attempt == 8 {
                break;
            }
        }
        office.ok(&["run", "--period", "2026-01"]);
        let found = office.dump();
        let other: Vec<&str> = found
            .lines()
            .filter(|line| !expected.contains(line))
            .collect();
        let lost: Vec<&str> = expected
            .lines()
            .filter(|line| !found.contains(line))
            .collect();
        assert!(
            found == expected,
            "after {attempt} kills in round {round}: {other:?} instead of {lost:?}"
        );
        round += 1;
    }
    println!("{kills} kills in {round} rounds, {before_report:?} of {whole:?} before typesetting");
}

/// What the last stage of a run took.
fn typesetting(told: &serde_json::Value) -> Duration {
    let stages = told["stages_ms"].as_array().unwrap();
    let report = stages.iter().find(|stage| stage["stage"] == "report");
    Duration::from_millis(report.unwrap()["ms"].as_u64().unwrap())
}

/// A number from 0 to 1099: thousandths of the whole run, a little beyond its end.
fn pseudo_random(round: u32, attempt: u32) -> u32 {
    let mixed = (u64::from(round) * 8 + u64::from(attempt) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    u32::try_from((mixed >> 40) % 1100).unwrap()
}

#[test]
fn t18_late_facts_do_not_change_a_decided_month() {
    let office = Office::with_city();
    office.ok(&["run", "--period", "2026-01"]);
    office.ok(&[
        "review", "--period", "2026-01", "--as", "assessor", "--submit",
    ]);
    office.ok(&[
        "review",
        "--period",
        "2026-01",
        "--as",
        "finance",
        "--approve",
    ]);
    let before = office.dump();
    let late = office.path("late.csv");
    let text = "反馈编号,部门代码,收到日期,渠道,满意度,答复日期\n";
    let department = first_department(&office);
    std::fs::write(
        &late,
        format!("{text}LATE-1,{department},2026-01-15,12345,1,\n"),
    )
    .unwrap();
    let summary = office.ok(&["import", &late.to_string_lossy()]);
    assert!(summary.contains("2026-01"), "{summary}");
    let message = office.fails(&["run", "--period", "2026-01"]);
    assert!(message.contains("审批"), "{message}");
    // Nothing but the new fact and its file is different.
    let after = office.dump();
    let differing: Vec<_> = after
        .lines()
        .filter(|line| !before.contains(line))
        .collect();
    assert!(
        differing.iter().all(|line| !line.contains("accrue")),
        "{differing:?}"
    );
    assert_eq!(office.json(&["verify", "ledger"])["sound"], true);
}

fn first_department(office: &Office) -> String {
    let run = office.json(&["run", "--period", "2026-01"]);
    let name = run["groups"][0]["rows"][0]["department"]
        .as_str()
        .unwrap()
        .to_owned();
    let explained = office.json(&["explain", &name, "--period", "2026-01"]);
    explained["department_id"].as_str().unwrap().to_owned()
}
