//! The books through the real binary: exported for other programs, and audited.

use std::fs;
use std::path::PathBuf;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use oracle::Checker;
use serde_json::Value;

use crate::support::{Office, dump};

/// Three months, two of them approved.
fn office() -> Office {
    let office = Office::with_city();
    for month in ["2026-01", "2026-02", "2026-03"] {
        office.ok(&["run", "--period", month]);
        if month != "2026-03" {
            for (login, step) in [("assessor", "--submit"), ("finance", "--approve")] {
                office.ok(&["review", "--period", month, "--as", login, step]);
            }
        }
    }
    office
}

fn export(office: &Office, format: &str, more: &[&str]) -> (PathBuf, Value) {
    let path = office.path(&format!("books-{}.{format}", more.join("")));
    let shown = path.to_string_lossy().into_owned();
    let mut words = vec!["ledger", "export", "--format", format, "--out", &shown];
    words.extend(more);
    let said = office.json(&words);
    (path, said)
}

#[test]
fn the_books_leave_in_five_formats_and_other_programs_agree() {
    let office = office();
    let mut totals = Vec::new();
    for format in ["hledger", "beancount", "csv", "xlsx", "parquet"] {
        let (path, said) = export(&office, format, &[]);
        assert!(fs::metadata(&path).unwrap().len() > 5_000, "{format}");
        totals.push((said["postings"].clone(), said["debit_yuan"].clone()));
        // Beside it nothing is left, and it is not written over by mistake.
        assert!(!path.with_extension(format!("{format}.part")).exists());
        let before = fs::read(&path).unwrap();
        let shown = path.to_string_lossy().into_owned();
        let again = ["ledger", "export", "--format", format, "--out", &shown];
        assert!(office.fails(&again).contains("--force"));
        let forced = [&again[..], &["--force"]].concat();
        office.ok(&forced);
        assert!(
            fs::read(&path).unwrap() == before,
            "{format}: the same bytes"
        );
    }
    assert!(totals.iter().all(|one| *one == totals[0]), "{totals:?}");
    let checkers = [
        ("hledger", Checker::hledger()),
        ("beancount", Checker::beancount()),
    ];
    for (format, checker) in checkers {
        let Some(checker) = checker else { continue };
        for more in [
            &[][..],
            &["--department", "郑州市公安局"],
            &["--period", "2026-02"],
            &["--account", "B"],
        ] {
            let (path, _) = export(&office, format, &[more, &["--force"]].concat());
            assert_eq!(checker.check(&path), Ok(()), "{format} {more:?}");
        }
    }
    let fails = |more: &[&str]| office.fails(&[&["ledger", "export"][..], more].concat());
    assert!(fails(&["--account", "P:Nothing"]).contains("P:Nothing"));
    assert!(fails(&["--format", "xlsx"]).contains("--out"));
}

/// Runs the statements on the office's database as its owner.
fn tamper(office: &Office, sql: &str) {
    let database = office.data().join("hengxiang.db");
    let mut conn = SqliteConnection::establish(&database.to_string_lossy()).unwrap();
    conn.batch_execute(sql).unwrap();
}

#[test]
fn the_audit_says_what_is_wrong_where_and_refuses_a_schema_that_drifted() {
    let office = office();
    let sound = office.json(&["audit"]);
    assert_eq!(sound["sound"], true);
    assert!(sound["rows"]["postings"].as_u64().unwrap() > 50, "{sound}");
    let kept = office.ok(&["ledger", "checkpoint"]);
    let note = office.path("kept.txt");
    fs::write(&note, kept).unwrap();
    office.ok(&["ledger", "audit", "--checkpoint", &note.to_string_lossy()]);

    // The owner lifts a rule, edits a balance, and puts the rule back as it was.
    let database = office.data().join("hengxiang.db");
    let last = dump::lines(&database, "SELECT CAST(max(seq) AS TEXT) AS line FROM txns").remove(0);
    let rule = "SELECT sql AS line FROM sqlite_schema WHERE name = 'postings_no_update'";
    let rule = dump::lines(&database, rule).remove(0);
    tamper(
        &office,
        &format!(
            "DROP TRIGGER postings_no_update; \
             UPDATE postings SET balance_after_fen = balance_after_fen - 1 \
             WHERE seq = {last} AND leg_index = 0; {rule}"
        ),
    );
    let output = office.run(&["--json", "audit"]);
    assert_eq!(output.status.code(), Some(1));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = said["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{said:#}");
    assert_eq!(findings[0]["table"], "postings");
    assert_eq!(findings[0]["at"], format!("{last}, 0"));
    let message = findings[0]["message"].as_str().unwrap();
    assert!(message.starts_with("balance_after_fen 应为 "), "{message}");

    tamper(&office, "DROP TRIGGER postings_no_update");
    let output = office.run(&["--json", "audit"]);
    assert_eq!(output.status.code(), Some(2));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["refused"], true);
    let drift = said["drift"][0].as_str().unwrap();
    assert!(drift.starts_with("trigger postings_no_update"), "{drift}");
}
