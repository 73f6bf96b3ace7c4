//! Payments and fiscal constraint through the real binary: two people, the treasury's file, the rule
//! and the document of every cut, and the balance of any account on any day.

use serde_json::Value;

use crate::support::Office;

/// January approved, and a second person of finance.
fn owing() -> Office {
    let office = Office::with_city();
    let month = ["--period", "2026-01"];
    office.ok(&["run", month[0], month[1]]);
    for (login, step) in [("assessor", "--submit"), ("finance", "--approve")] {
        office.ok(&["review", month[0], month[1], "--as", login, step]);
    }
    office.add_cashier();
    office
}

fn instruct(office: &Office) -> Value {
    office.json(&[
        "pay",
        "instruct",
        "--document",
        "郑财支〔2026〕1号",
        "--as",
        "finance",
    ])
}

fn total_of(order: &Value) -> (String, String) {
    let fen = order["total_fen"].as_i64().unwrap();
    let yuan = format!("{}.{:02}", fen / 100, fen % 100);
    (order["count"].to_string(), yuan)
}

#[test]
fn a_batch_is_paid_by_two_people_and_the_treasurys_own_file() {
    let office = owing();
    let batch = instruct(&office);
    let id = batch["id"].as_str().unwrap();
    let (count, total) = total_of(&batch);
    let approve_as = |login: &str, count: &str, total: &str| {
        office.fails(&[
            "pay", "approve", id, "--count", count, "--total", total, "--as", login,
        ])
    };
    assert!(approve_as("finance", &count, &total).contains("maker cannot approve"));
    assert!(approve_as("cashier", &count, "0.01").contains("control totals"));
    assert!(approve_as("auditor", &count, &total).contains("not permitted"));
    office.approve_order("pay", &batch);
    // Nothing is left to pay while the treasury has it.
    let again = office.fails(&["pay", "instruct", "--document", "文", "--as", "finance"]);
    assert!(again.contains("nothing that could be moved"), "{again}");

    let path = office.path("国库.csv");
    let file = path.to_string_lossy().into_owned();
    office.ok(&["pay", "file", id, "--out", &file]);
    let text = std::fs::read_to_string(&path).unwrap();
    let filled: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(line, row)| match (line, row.strip_suffix(",,")) {
            (1, Some(row)) => format!("{row},支付失败,退001"),
            (_, Some(row)) => format!("{row},已支付,国库{line:03}"),
            (_, None) => row.to_owned(),
        })
        .collect();
    std::fs::write(
        &path,
        filled.join("\n").replace("已支付,国库002", "好了,国库002"),
    )
    .unwrap();
    let refused = office.fails(&["pay", "import", &file, "--as", "cashier"]);
    assert!(
        refused.contains("国库.csv:3") && refused.contains("已支付"),
        "{refused}"
    );
    std::fs::write(&path, filled.join("\n")).unwrap();
    office.ok(&["pay", "import", &file, "--as", "cashier"]);
    let once = office.dump();
    office.ok(&["pay", "import", &file, "--as", "cashier"]);
    assert_eq!(office.dump(), once, "the same file again does nothing");

    let shown = office.json(&["pay", "show", id]);
    let lines = shown["lines"].as_array().unwrap();
    assert_eq!(lines[0]["payment"], "failed");
    assert!(lines[1..].iter().all(|line| line["payment"] == "confirmed"));
    // What failed is payable again, and only that.
    let second = instruct(&office);
    assert_eq!(second["total_fen"], lines[0]["amount_fen"]);
    assert_eq!(second["lines"][0]["accrual"], lines[0]["accrual"]);
    office.approve_order("pay", &second);
    let settle = ["--line", "1", "--receipt", "国库900", "--as", "finance"];
    let id = second["id"].as_str().unwrap();
    office.ok(&[&["pay", "confirm", id][..], &settle].concat());
    let statement = office.json(&[
        "ledger",
        "statement",
        lines[0]["department"].as_str().unwrap(),
    ]);
    assert_eq!(statement["owed_fen"], 0);
    assert_eq!(office.json(&["verify", "ledger"])["sound"], true);
}

#[test]
fn a_cut_names_its_rule_and_document_and_takes_two_people() {
    let office = owing();
    let department = office.json(&["pay", "list"]);
    assert_eq!(department, Value::Array(vec![]));
    let name = "郑州市公安局";
    let owed = office.json(&["ledger", "statement", name])["owed_fen"]
        .as_i64()
        .unwrap();
    let fiscal = |verb: &'static str, rest: &[&'static str]| {
        let mut all = vec!["fiscal", verb, "--department", name, "--as", "finance"];
        all.extend_from_slice(rest);
        all
    };
    let bare = office.fails(&fiscal("withhold", &["--document", "文", "--amount", "10"]));
    assert!(bare.contains("rule"), "{bare}");
    let unknown = office.fails(&fiscal(
        "withhold",
        &["--rule", "x", "--document", "文", "--amount", "10"],
    ));
    assert!(
        unknown.contains("withhold") && unknown.contains("no such rule"),
        "{unknown}"
    );
    let held = office.json(&fiscal(
        "withhold",
        &[
            "--rule",
            "withhold",
            "--document",
            "郑财缓〔2026〕1号",
            "--amount",
            "10",
        ],
    ));
    assert_eq!(
        (held["stage"].as_str(), held["total_fen"].as_i64()),
        (Some("approved"), Some(1_000))
    );
    let cut = office.json(&fiscal(
        "forfeit",
        &[
            "--rule",
            "withhold",
            "--document",
            "郑财减〔2026〕1号",
            "--amount",
            "4",
        ],
    ));
    assert_eq!(cut["stage"], "proposed");
    office.approve_order("fiscal", &cut);
    let statement = office.json(&["ledger", "statement", name]);
    assert_eq!(statement["owed_fen"].as_i64(), Some(owed - 400));
    // The balance on a day, as known before and after the cut.
    let payable = format!("P:Withheld:{}", statement["department"].as_str().unwrap());
    let at = |as_of: &str| {
        let found = office.json(&["ledger", "balance", &payable, "--as-of", as_of]);
        found[0]["balance_fen"].as_i64().unwrap()
    };
    let lines = statement["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|own| own["account"] == payable.as_str())
        .unwrap();
    let (held_at, cut_at) = (&lines["lines"][0]["seq"], &lines["lines"][1]["seq"]);
    assert_eq!(at(&held_at.to_string()), -1_000);
    assert_eq!(at(&(cut_at.as_u64().unwrap() - 1).to_string()), -1_000);
    assert_eq!(at(&cut_at.to_string()), -600);
    assert_eq!(at("1"), 0);
    assert_eq!(office.json(&["verify", "ledger"])["sound"], true);
}

#[test]
fn advice_names_departments_rules_and_reasons() {
    let office = owing();
    let advice = office.json(&["fiscal", "advice", "--period", "2026-01"]);
    let grades = office.json(&["run", "--period", "2026-01"]);
    let failed = grades["groups"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|group| group["rows"].as_array().unwrap())
        .filter(|row| {
            row["grade"]
                .as_str()
                .is_some_and(|grade| grade.contains("不合格") || grade == "unqualified")
        })
        .count();
    let lines = advice["advice"].as_array().unwrap();
    // Two constraints of the pack follow from the lowest grade: the operation budget and projects.
    assert_eq!(lines.len(), 2 * failed);
    for line in lines {
        assert!(!line["reasons"].as_array().unwrap().is_empty(), "{line}");
        assert!(line["cite"][0].as_str().unwrap().starts_with("tiaoli:38"));
    }
}
