//! Money through the real binary: four eyes, statements, receipts that a department checks alone.

use std::path::PathBuf;
use std::process::Command;

use crate::support::Office;

fn approved() -> Office {
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
    office
}

#[test]
fn nobody_approves_out_of_turn_or_out_of_office() {
    let office = Office::with_city();
    office.ok(&["run", "--period", "2026-01"]);
    let review = |login: &str, step: &str| {
        office.fails(&["review", "--period", "2026-01", "--as", login, step])
    };
    assert!(
        review("finance", "--approve").contains("已核算"),
        "not submitted yet"
    );
    assert!(review("assessor", "--approve").contains("not permitted"));
    assert!(review("auditor", "--submit").contains("not permitted"));
    assert!(review("assessor", "--publish").contains("not approved"));
    assert!(review("nobody", "--submit").contains("nobody"));
    office.ok(&[
        "review", "--period", "2026-01", "--as", "assessor", "--submit",
    ]);
    let before = office.json(&["ledger", "statement", "郑州市公安局"])["owed_fen"].clone();
    assert_eq!(before, 0, "nothing is owed before finance approves");
    office.ok(&[
        "review",
        "--period",
        "2026-01",
        "--as",
        "finance",
        "--approve",
    ]);
    // The same click twice does nothing more.
    let once = office.dump();
    office.ok(&[
        "review",
        "--period",
        "2026-01",
        "--as",
        "finance",
        "--approve",
    ]);
    assert_eq!(office.dump(), once);
}

#[test]
fn what_is_owed_is_what_was_awarded_to_the_fen() {
    let office = approved();
    let run = office.json(&["run", "--period", "2026-01"]);
    let mut owed = 0;
    for group in run["groups"].as_array().unwrap() {
        for row in group["rows"].as_array().unwrap() {
            let name = row["department"].as_str().unwrap();
            let statement = office.json(&["ledger", "statement", name]);
            assert_eq!(statement["owed_fen"], row["compensation_fen"], "{name}");
            owed += statement["owed_fen"].as_i64().unwrap();
        }
    }
    assert_eq!(owed, run["awarded_fen"].as_i64().unwrap());
    assert!(owed > 0);
}

fn verifier() -> PathBuf {
    let beside = PathBuf::from(env!("CARGO_BIN_EXE_hengxiang")).with_file_name("hengxiang-verify");
    assert!(
        beside.is_file(),
        "build the workspace: {} is missing",
        beside.display()
    );
    beside
}

#[test]
fn a_department_verifies_its_receipt_without_us() {
    let office = approved();
    let statement = office.json(&["ledger", "statement", "郑州市公安局"]);
    let line = statement["accounts"][0]["lines"][0]["seq"].to_string();
    let receipt = office.path("receipt.txt");
    office.ok(&[
        "ledger",
        "receipt",
        &line,
        "--out",
        &receipt.to_string_lossy(),
    ]);
    let key = office.ok(&["ledger", "key"]);
    let verify = || {
        let mut command = Command::new(verifier());
        command
            .arg("receipt")
            .arg(&receipt)
            .args(["--key", key.trim()]);
        command.output().unwrap().status.code()
    };
    assert_eq!(verify(), Some(0));
    // One changed character anywhere in the record is found.
    let text = std::fs::read_to_string(&receipt).unwrap();
    let at = text.find("extra ").unwrap() + 20;
    let mut forged = text.clone().into_bytes();
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    std::fs::write(&receipt, forged).unwrap();
    assert_eq!(verify(), Some(1));
}
