//! Claims through the real binary: evidence that cannot be exchanged, two people, and each accepted
//! amount in one run, once.

use serde_json::Value;

use crate::support::{Office, dump};

/// 郑州市公安局, and another bureau.
const POLICE: &str = "11410100917287015R";
const FEBRUARY: &str = "2026-02-12T02:00:00Z";

fn office() -> Office {
    let office = Office::with_city();
    office.person("police", "department", Some(POLICE));
    office.person("deputy", "assessor", None);
    office
}

/// A declaration of the police, at a time, with more arguments.
fn declare(office: &Office, now: &str, amount: &str, why: &str, files: &[&str]) -> Value {
    let mut arguments = vec!["--now", now, "claim", "declare", "--department", POLICE];
    arguments.extend([
        "--period",
        "2026-01",
        "--kind",
        "cost",
        "--beneficiary",
        "410100",
    ]);
    arguments.extend(["--amount", amount, "--why", why, "--as", "police"]);
    arguments.extend(files.iter().flat_map(|file| ["--evidence", file]));
    office.json(&arguments)
}

fn decide(office: &Office, now: &str, id: &str, verdict: &[&str]) -> Value {
    let mut arguments = vec!["--now", now, "claim", "decide", id, "--as", "deputy"];
    arguments.extend(verdict);
    office.json(&arguments)
}

fn run(office: &Office, month: &str) {
    office.ok(&["run", "--period", month]);
}

fn approve(office: &Office, month: &str) {
    for (login, step) in [("assessor", "--submit"), ("finance", "--approve")] {
        office.ok(&["review", "--period", month, "--as", login, step]);
    }
}

#[test]
fn an_accepted_amount_enters_the_next_run_and_no_other() {
    let office = office();
    let invoice = office.file("发票.pdf", b"%PDF-1.7 invoice");
    let declared = declare(
        &office,
        FEBRUARY,
        "52000.00",
        "专线与加密机运维",
        &[&invoice],
    );
    let id = declared["id"].as_str().unwrap();
    assert_eq!(declared["stage"], "declared");
    let reduced = ["--reduce-to", "40000.00", "--reason", "折旧按年分摊"];
    let decided = decide(&office, FEBRUARY, id, &reduced);
    assert_eq!(
        (&decided["stage"], &decided["accepted_fen"]),
        (&"reduced".into(), &4_000_000.into())
    );
    run(&office, "2026-01");
    assert!(
        office.json(&["claim", "show", id])["run"].is_null(),
        "January was over"
    );
    run(&office, "2026-02");
    let once = office.dump();
    run(&office, "2026-02");
    assert_eq!(office.dump(), once, "a repeated run changes nothing");
    let shown = office.json(&["claim", "show", id]);
    let february = shown["run"].as_str().unwrap();
    assert!(february.starts_with("2026-02-"), "{february}");
    approve(&office, "2026-02");
    run(&office, "2026-03");
    let shown = office.json(&["claim", "show", id]);
    assert_eq!(shown["run"], february, "and in no other");
    let payments = shown["payments"].as_array().unwrap();
    let due = payments[0]["due_fen"].as_i64().unwrap();
    let paid: i64 = payments
        .iter()
        .map(|one| one["paid_fen"].as_i64().unwrap())
        .sum();
    assert!(due > 0 && paid <= due, "{payments:?}");
    assert!(
        payments[1..].iter().all(|one| one["due_fen"] == due),
        "one amount, due once"
    );
    let records: Vec<_> = shown["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["what"].as_str().unwrap())
        .collect();
    let taken = records
        .iter()
        .filter(|what| what.contains("列入考核"))
        .count();
    assert_eq!((records.len(), taken), (3, 1), "{records:?}");
}

#[test]
fn a_decision_after_the_approval_of_its_month_counts_for_the_following_one() {
    let office = office();
    let invoice = office.file("发票.pdf", b"%PDF-1.7 invoice");
    let declared = declare(&office, FEBRUARY, "9000.00", "接口改造", &[&invoice]);
    let id = declared["id"].as_str().unwrap();
    for month in ["2026-01", "2026-02"] {
        run(&office, month);
        approve(&office, month);
    }
    // A rehearsal clock stands in February, whose money is approved already.
    decide(&office, FEBRUARY, id, &["--accept"]);
    decide(&office, FEBRUARY, id, &["--accept"]);
    run(&office, "2026-03");
    let shown = office.json(&["claim", "show", id]);
    assert!(
        shown["run"].as_str().unwrap().starts_with("2026-03-"),
        "{shown}"
    );
    assert_eq!(shown["accepted_fen"], 900_000);
}

#[test]
fn nobody_declares_for_others_or_decides_what_they_declared() {
    let office = office();
    let file = office.file("说明.txt", "佐证".as_bytes());
    let declare_as = |login: &str, department: &str| {
        let mut arguments = vec!["claim", "declare", "--department", department];
        arguments.extend([
            "--period",
            "2026-01",
            "--kind",
            "loss",
            "--beneficiary",
            "410100",
        ]);
        arguments.extend([
            "--amount",
            "100",
            "--why",
            "收入减少",
            "--evidence",
            &file,
            "--as",
            login,
        ]);
        office.run(&arguments)
    };
    run(&office, "2026-01");
    let other = office.json(&["ledger", "statement", "郑州市教育局"])["department"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(other, POLICE);
    assert!(
        !declare_as("police", &other).status.success(),
        "another department"
    );
    assert!(!declare_as("finance", POLICE).status.success());
    assert!(!declare_as("auditor", POLICE).status.success());
    assert!(
        declare_as("deputy", POLICE).status.success(),
        "the assessor may, for a department"
    );
    let claims = office.json(&["claim", "list", "--pending"]);
    let id = claims[0]["id"].as_str().unwrap();
    let refused = |login: &str, verdict: &[&str]| {
        let mut arguments = vec!["claim", "decide", id, "--as", login];
        arguments.extend(verdict);
        office.fails(&arguments)
    };
    assert!(refused("deputy", &["--accept"]).contains("declared by the same person"));
    assert!(refused("police", &["--accept"]).contains("not permitted"));
    assert!(refused("finance", &["--accept"]).contains("not permitted"));
    assert!(
        refused("assessor", &["--refuse"]).contains("理由"),
        "a refusal says why"
    );
    assert!(refused("assessor", &["--reduce-to", "100.01"]).contains("accepted amount"));
    let done = office.json(&[
        "claim",
        "decide",
        id,
        "--refuse",
        "--reason",
        "不属于共享损失",
        "--as",
        "assessor",
    ]);
    assert_eq!(
        (&done["stage"], &done["accepted_fen"]),
        (&"refused".into(), &0.into())
    );
    assert!(
        refused("assessor", &["--accept"]).contains("申报"),
        "decided once"
    );
}

#[test]
fn the_same_claim_twice_is_one_and_the_same_evidence_is_noticed() {
    let office = office();
    let invoice = office.file("发票.pdf", b"%PDF-1.7 invoice");
    let first = declare(&office, FEBRUARY, "9000.00", "接口改造", &[&invoice]);
    let again = declare(&office, FEBRUARY, "9000.00", "接口改造", &[&invoice]);
    assert_eq!(first["id"], again["id"], "a double click");
    assert_eq!(again["history"].as_array().unwrap().len(), 1);
    let mut arguments = vec![
        "claim",
        "declare",
        "--department",
        POLICE,
        "--period",
        "2026-01",
    ];
    arguments.extend([
        "--kind",
        "cost",
        "--beneficiary",
        "410100",
        "--amount",
        "9000",
        "--why",
    ]);
    arguments.extend(["换一种说法", "--evidence", &invoice, "--as", "police"]);
    assert!(office.fails(&arguments).contains("declared already"));
    let other = declare(&office, FEBRUARY, "8000.00", "另一件", &[&invoice]);
    assert_eq!(other["evidence"][0]["also_in"][0], first["id"]);
    let twice = office.file("副本.pdf", b"%PDF-1.7 invoice");
    arguments.extend(["--evidence", &twice]);
    assert!(office.fails(&arguments).contains("the same file twice"));
}

#[test]
fn evidence_is_checked_when_it_comes_and_when_it_goes() {
    let office = office();
    let attempt = |amount: &str, period: &str, beneficiary: &str, why: &str, file: Option<&str>| {
        let mut arguments = vec![
            "claim",
            "declare",
            "--department",
            POLICE,
            "--period",
            period,
        ];
        arguments.extend([
            "--kind",
            "cost",
            "--beneficiary",
            beneficiary,
            "--amount",
            amount,
        ]);
        arguments.extend(["--why", why, "--as", "police"]);
        arguments.extend(file.iter().flat_map(|file| ["--evidence", file]));
        office.fails(&arguments)
    };
    let sound = office.file("清单.csv", "项目,元\n".as_bytes());
    let empty = office.file("空.pdf", b"");
    let program = office.file("工具.exe", b"MZ");
    let large = office.file(
        "大.pdf",
        &[b"%PDF-".as_slice(), &vec![b' '; 11 << 20]].concat(),
    );
    for (amount, period, beneficiary, why, file, told) in [
        ("0", "2026-01", "410100", "事由", Some(&sound), "positive"),
        ("1", "2026-07", "410100", "事由", Some(&sound), "周期"),
        ("1", "2026-01", "999999", "事由", Some(&sound), "受益"),
        ("1", "2026-01", "410100", " ", Some(&sound), "事由"),
        ("1", "2026-01", "410100", "事由", None, "at least one file"),
        ("1", "2026-01", "410100", "事由", Some(&empty), "empty"),
        (
            "1",
            "2026-01",
            "410100",
            "事由",
            Some(&program),
            "not accepted",
        ),
        ("1", "2026-01", "410100", "事由", Some(&large), "too large"),
    ] {
        let message = attempt(amount, period, beneficiary, why, file.map(String::as_str));
        assert!(message.contains(told), "{told}: {message}");
    }
    let shown = declare(&office, FEBRUARY, "1.00", "事由", &[&sound]);
    let (id, digest) = (
        shown["id"].as_str().unwrap(),
        shown["evidence"][0]["sha256"].as_str().unwrap(),
    );
    let copy = office.path("取出.csv");
    let copy = copy.to_string_lossy();
    office.ok(&["claim", "file", id, "清单.csv", "--to", &copy]);
    assert_eq!(std::fs::read(&*copy).unwrap(), "项目,元\n".as_bytes());
    // Somebody with access to the database exchanges the evidence.
    let paper = shown["paper_sha256"].as_str().unwrap();
    let forgery = format!(
        "UPDATE blobs SET bytes = (SELECT bytes FROM blobs WHERE sha256 = '{paper}') \
         WHERE sha256 = '{digest}'"
    );
    let database = office.data().join("hengxiang.db");
    dump::execute(&database, "DROP TRIGGER tr_blobs_update");
    assert_eq!(dump::execute(&database, &forgery), 1);
    let trigger = "CREATE TRIGGER tr_blobs_update BEFORE UPDATE ON blobs BEGIN\n    \
        SELECT RAISE(ABORT, 'refused: blobs is append-only');\nEND";
    dump::execute(&database, trigger);
    let message = office.fails(&["claim", "file", id, digest, "--to", &copy]);
    assert!(message.contains("摘要不符"), "{message}");
}

#[test]
fn a_file_cannot_decide_what_was_declared_in_the_ledger() {
    let office = office();
    let invoice = office.file("发票.pdf", b"%PDF-1.7 invoice");
    let declared = declare(&office, FEBRUARY, "9000.00", "接口改造", &[&invoice]);
    let id = declared["id"].as_str().unwrap();
    let head =
        "申报编号,申报部门代码,所属周期,申报类别,受益行政区划代码,申报金额,核定金额,核定日期,事由";
    let row = format!("{id},{POLICE},2026-01,成本,410100,9000,9000,2026-02-20,越过认定");
    let free = format!("LS-1,{POLICE},2026-01,成本,410100,10,10,2026-02-20,线下认定");
    let file = office.file(
        "损失申报.csv",
        format!("{head}\n{row}\n{free}\n").as_bytes(),
    );
    let summary = office.json(&["import", &file]);
    let text = summary.to_string();
    assert!(text.contains("\"rejected\":1"), "{text}");
    assert_eq!(office.json(&["claim", "show", id])["stage"], "declared");
}
