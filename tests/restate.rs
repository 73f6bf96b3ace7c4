//! Restatement through the real binary: a late fact of a closed month moves money in the open one,
//! by two people, once, and nothing that was published.

use serde_json::Value;

use crate::support::{Office, dump};

/// January decided, published and closed; a second person of finance.
fn published() -> Office {
    let office = Office::with_city();
    office.add_cashier();
    office.ok(&["run", "--period", "2026-01"]);
    for (login, step) in [
        ("assessor", "--submit"),
        ("finance", "--approve"),
        ("assessor", "--publish"),
    ] {
        office.ok(&["review", "--period", "2026-01", "--as", login, step]);
    }
    office
}

/// Usage of every day of January that nobody had reported, of a department that was rewarded: it
/// moves shares of the reward.
fn import_late_usage(office: &Office) {
    let database = office.data().join("hengxiang.db");
    let known = dump::lines(
        &database,
        "SELECT provider_id || ',' || resource_code || ',' || consumer_id AS line \
         FROM usage_days u WHERE day LIKE '2026-01-%' AND EXISTS ( \
             SELECT 1 FROM awards a WHERE a.department_id = u.provider_id \
             AND a.component = 'reward' AND a.amount_fen > 0 \
         ) GROUP BY provider_id, resource_code, consumer_id ORDER BY count(*), 1 LIMIT 1",
    );
    let late = office.path("补报使用.csv");
    let mut text = "日期,提供方代码,信息资源代码,调用方代码,成功次数,失败次数\n".to_owned();
    for day in 1..=31 {
        text.push_str(&format!("2026-01-{day:02},{},10,0\n", known[0]));
    }
    std::fs::write(&late, text).unwrap();
    let summary = office.ok(&["import", &late.to_string_lossy()]);
    assert!(summary.contains("2026-01"), "{summary}");
}

fn preview(office: &Office) -> Value {
    office.json(&["restate", "--period", "2026-01"])
}

fn propose(office: &Office) -> Value {
    office.json(&[
        "restate",
        "--period",
        "2026-01",
        "--document",
        "郑数局重述〔2026〕1号",
        "--as",
        "assessor",
    ])
}

/// Sum of `change_fen`, and of its positive part.
fn changes(restated: &Value) -> (i64, i64) {
    let paid = restated["paid"].as_array().unwrap();
    let fen = || paid.iter().map(|one| one["change_fen"].as_i64().unwrap());
    (fen().sum(), fen().filter(|fen| *fen > 0).sum())
}

#[test]
fn a_late_fact_of_a_closed_month_is_adjusted_in_the_open_one_by_two_people_and_once() {
    let office = published();
    let before = preview(&office);
    assert_eq!(before["paid"], Value::Array(vec![]), "nothing is late yet");
    assert_eq!(before["adjustments"], Value::Array(vec![]));
    import_late_usage(&office);
    let published = office.json(&["explain", "郑州市公安局", "--period", "2026-01", "--money"]);

    let once = office.dump();
    let seen = preview(&office);
    assert_eq!(office.dump(), once, "a preview writes nothing");
    assert_eq!(seen["files_since"], serde_json::json!(["补报使用.csv"]));
    assert_ne!(seen["facts_then"], seen["facts_now"]);
    let (sum, raised) = changes(&seen);
    assert!(raised > 0, "{seen}");
    assert_eq!(sum, 0, "the pool of the month is shared out differently");

    let proposed = propose(&office)["order"].clone();
    assert_eq!(proposed["id"], "restate-2026-01-1");
    assert_eq!(proposed["stage"], "proposed");
    // Asked again, the same order answers; it is not proposed twice.
    let again = propose(&office)["order"].clone();
    assert_eq!(again["digest"], proposed["digest"]);
    let own = office.fails(&[
        "fiscal",
        "approve",
        "restate-2026-01-1",
        "--count",
        "1",
        "--total",
        "1",
        "--as",
        "assessor",
    ]);
    assert!(own.contains("role not allowed"), "{own}");
    office.approve_order("fiscal", &proposed);

    let settled = preview(&office);
    assert_eq!(changes(&settled), (0, 0));
    assert_eq!(settled["adjustments"], Value::Array(vec![]));
    let none = propose(&office);
    assert_eq!(none["order"], Value::Null, "nothing new is proposed");

    // What was published stands; the adjustments are of April and name January.
    let after = office.json(&["explain", "郑州市公安局", "--period", "2026-01", "--money"]);
    assert_eq!(after, published);
    let database = office.data().join("hengxiang.db");
    let posted = dump::lines(
        &database,
        "SELECT DISTINCT period || ' ' || for_period AS line FROM txns WHERE kind = 'adjust'",
    );
    assert_eq!(posted, ["2026-04 2026-01"]);
    assert_eq!(office.json(&["verify", "ledger"])["sound"], true);
    let run = seen["run"].as_str().unwrap();
    assert_eq!(office.json(&["verify", "run", run])["sound"], true);
    // The months after it can still be run: their pots know of the adjustments.
    office.ok(&["run", "--period", "2026-02"]);
}

#[test]
fn a_refused_restatement_moves_nothing_and_can_be_proposed_anew() {
    let office = published();
    import_late_usage(&office);
    let first = propose(&office)["order"].clone();
    let before = office.json(&["ledger", "balance"]);
    office.ok(&[
        "fiscal",
        "refuse",
        "restate-2026-01-1",
        "--reason",
        "待核实",
        "--as",
        "cashier",
    ]);
    assert_eq!(office.json(&["ledger", "balance"]), before);
    let second = propose(&office)["order"].clone();
    assert_eq!(second["id"], "restate-2026-01-2");
    assert_eq!(second["total_fen"], first["total_fen"]);
    office.approve_order("fiscal", &second);
    assert_ne!(office.json(&["ledger", "balance"]), before);
}

#[test]
fn the_report_is_a_page_that_names_what_differs() {
    let office = published();
    import_late_usage(&office);
    let folder = office.path("重述");
    let text = office.ok(&[
        "restate",
        "--period",
        "2026-01",
        "--out",
        &folder.to_string_lossy(),
    ]);
    assert!(
        text.contains("补报使用.csv") && text.contains("调增"),
        "{text}"
    );
    let page = std::fs::read_to_string(folder.join("考核重述-2026-01.html")).unwrap();
    for part in ["2026年1月考核重述报告", "补报使用.csv", "调增", "尚未提出"] {
        assert!(page.contains(part), "{part}");
    }
    for (name, begins) in [
        ("重述.pdf", "%PDF-"),
        ("重述.xlsx", "PK"),
        ("重述.html", "<!DOCTYPE"),
    ] {
        let path = office.path(name);
        office.ok(&[
            "restate",
            "--period",
            "2026-01",
            "--out",
            &path.to_string_lossy(),
        ]);
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(begins.as_bytes()), "{name}");
    }
    let strange = office.fails(&["restate", "--period", "2026-01", "--out", "重述.docx"]);
    assert!(strange.contains(".xlsx"), "{strange}");
}

#[test]
fn a_month_that_is_not_decided_is_run_again_not_restated() {
    let office = Office::with_city();
    office.ok(&["run", "--period", "2026-01"]);
    let message = office.fails(&["restate", "--period", "2026-01"]);
    assert!(message.contains("run the month again"), "{message}");
}
