//! Appeals through the real binary: in time, up the ladder, decided by another, adjusted in the open
//! month, while what was published stays byte for byte.

use serde_json::Value;

use crate::corrections::publish_two_months;
use crate::support::{Office, dump};

/// 郑州市公安局.
const POLICE: &str = "11410100917287015R";

/// February is published; a claim of the police was reduced in it.
fn published() -> Office {
    let office = Office::with_city();
    publish_two_months(&office);
    office
}

/// Lines of the statement of the police, of a kind.
fn lines(office: &Office, kind: &str) -> Vec<Value> {
    let statement = office.json(&[
        "ledger",
        "statement",
        POLICE,
        "--from",
        "2026-01",
        "--to",
        "2026-05",
    ]);
    let accounts = statement["accounts"].as_array().unwrap();
    let all = accounts
        .iter()
        .flat_map(|account| account["lines"].as_array().unwrap());
    all.filter(|line| line["kind"] == kind).cloned().collect()
}

/// Record number of the accrual for costs of February.
fn accrual(office: &Office) -> String {
    let accrued = lines(office, "accrue");
    let cost = |line: &&Value| line["component"] == "cost" && line["for_period"] == "2026-02";
    accrued.iter().find(cost).unwrap()["seq"].to_string()
}

fn open<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "appeal",
        "open",
        "--department",
        POLICE,
        "--period",
        "2026-02",
    ];
    arguments.extend(["--grounds", "核减没有依据"]);
    arguments.extend(more);
    arguments
}

#[test]
fn what_an_appeal_wins_is_an_adjustment_and_nothing_published_is_edited() {
    let office = published();
    let seq = accrual(&office);
    let reports = || dump::files(&office.data().join("reports"));
    let before = reports();
    let ask = open(&["--accrual", &seq, "--as", "police"]);
    let opened = office.json(&ask);
    let id = opened["id"].as_str().unwrap();
    assert_eq!(office.json(&ask)["id"], id, "a double click");
    let contested = opened["contested_fen"].as_i64().unwrap();
    assert!(contested > 0);
    // Five working days after Friday, 10 April.
    assert_eq!(opened["due_on"], "2026-04-17");
    assert_eq!(
        lines(&office, "dispute").len(),
        2,
        "out of payable, into disputed"
    );
    let batch = office.run(&[
        "--json",
        "pay",
        "instruct",
        "--document",
        "文",
        "--department",
        POLICE,
        "--period",
        "2026-02",
        "--as",
        "finance",
    ]);
    let text = String::from_utf8_lossy(&batch.stdout);
    assert!(
        !text.contains(&format!("\"accrual\": {seq},")),
        "what is contested is not paid: {text}"
    );

    let decide = |login: &str, more: &[&str]| {
        let mut arguments = vec!["appeal", "decide", id, "--document", "郑数裁〔2026〕1号"];
        arguments.extend(["--reason", "发票齐全", "--as", login]);
        arguments.extend(more);
        office.run(&arguments)
    };
    assert!(
        !decide("deputy", &["--outcome", "upheld"]).status.success(),
        "the ladder first"
    );
    let negotiating = office.json(&[
        "appeal",
        "advance",
        id,
        "--to",
        "negotiating",
        "--as",
        "assessor",
    ]);
    assert_eq!(
        (&negotiating["stage"], &negotiating["due_on"]),
        (&"negotiating".into(), &"2026-04-24".into())
    );
    assert!(
        office
            .fails(&[
                "appeal",
                "advance",
                id,
                "--to",
                "escalated",
                "--as",
                "assessor"
            ])
            .contains("申诉")
    );
    office.ok(&[
        "appeal",
        "advance",
        id,
        "--to",
        "coordinating",
        "--as",
        "assessor",
    ]);

    let preview = office.json(&["appeal", "preview", id]);
    let won = &preview["lines"][0];
    let raise = won["after_fen"].as_i64().unwrap() - won["before_fen"].as_i64().unwrap();
    assert!(raise > 0 && won["component"] == "cost", "{preview}");
    assert!(
        !decide("finance", &["--outcome", "upheld"]).status.success(),
        "not its office"
    );
    assert!(
        decide("deputy", &["--outcome", "upheld", "--adjust"])
            .status
            .success()
    );
    let ended = office.json(&["appeal", "show", id]);
    assert_eq!(ended["stage"], "upheld");
    let order = ended["order"].as_str().unwrap();
    assert_eq!(lines(&office, "resolve").len(), 2, "payable again");
    assert!(
        lines(&office, "adjust").is_empty(),
        "finance has not approved yet"
    );
    office.approve_order("fiscal", &office.json(&["fiscal", "show", order]));
    let adjusted = lines(&office, "adjust");
    assert!(!adjusted.is_empty());
    for line in &adjusted {
        assert_eq!(line["for_period"], "2026-02");
        assert!(
            line["effective_on"]
                .as_str()
                .unwrap()
                .starts_with("2026-04")
        );
    }
    let cost = adjusted
        .iter()
        .find(|line| line["amount_fen"].as_i64().unwrap().abs() == raise);
    assert!(cost.is_some(), "{adjusted:?}");
    assert_eq!(reports(), before, "nothing published is edited");
    office.ok(&["ledger", "audit"]);
}

#[test]
fn appeals_are_for_published_months_and_for_a_time() {
    let office = published();
    office.ok(&["run", "--period", "2026-03"]);
    let seq = accrual(&office);
    let at = |now: &str, period: &str| {
        let mut arguments = vec!["--now", now];
        arguments.extend(["appeal", "open", "--department", POLICE, "--period", period]);
        arguments.extend(["--grounds", "有异议", "--accrual", &seq, "--as", "police"]);
        office.run(&arguments)
    };
    let text = |output: std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text(at("2026-04-10T03:00:00Z", "2026-03")).contains("not published"));
    // Fifteen working days after 10 April, with the days off in May, end on 6 May.
    assert!(text(at("2026-05-07T03:00:00Z", "2026-02")).contains("2026-05-06"));
    assert!(at("2026-05-06T03:00:00Z", "2026-02").status.success());
}

#[test]
fn an_indicator_is_contested_by_its_records_and_recalculated_without_them() {
    let office = published();
    let explained = office.json(&["explain", POLICE, "--period", "2026-02"]);
    let raises = explained["raise"].as_array().unwrap();
    let raise = raises
        .iter()
        .find(|raise| raise["cases"][0].is_object())
        .unwrap();
    let (indicator, case) = (raise["indicator"].as_str().unwrap(), &raise["cases"][0]);
    let row = format!("{}:{}", case["file"].as_str().unwrap(), case["line"]);
    let ask = ["--indicator", indicator, "--as", "police"];
    let strange = office.fails(&open(&[&ask[..], &["--row", "没有.csv:1"]].concat()));
    assert!(strange.contains("not evidence"), "{strange}");
    assert!(
        office
            .fails(&open(&["--indicator", "nonsense", "--as", "police"]))
            .contains("no such indicator")
    );
    assert!(
        office
            .fails(&open(&["--as", "police"]))
            .contains("name an indicator")
    );
    let opened = office.json(&open(&[&ask[..], &["--row", &row]].concat()));
    assert_eq!(
        (&opened["rows"][0], &opened["contested_fen"]),
        (&row.clone().into(), &0.into())
    );
    let id = opened["id"].as_str().unwrap();
    let once = office.dump();
    let preview = office.json(&["appeal", "preview", id]);
    assert_eq!(office.dump(), once, "a preview writes nothing");
    let total = |side: &str| {
        preview[side]["total"]
            .as_str()
            .unwrap()
            .parse::<f64>()
            .unwrap()
    };
    assert!(total("after") > total("before"), "{preview}");
    assert!(preview["supposed"][0].as_str().unwrap().contains(&row));

    // A catalogue entry stays where usage names it: only what was found against it goes.
    let sample = office.json(&open(&["--indicator", "sample_pass", "--as", "police"]));
    let preview = office.json(&["appeal", "preview", sample["id"].as_str().unwrap()]);
    assert!(
        !preview["supposed"].as_array().unwrap().is_empty(),
        "{preview}"
    );

    let late = ["--now", "2026-05-08T02:00:00Z"];
    let listed = office.json(&[&late[..], &["appeal", "list", "--open"]].concat());
    assert_eq!(listed[0]["urgency"], "late");
    let todo = office.ok(&[&late[..], &["todo", "--as", "assessor"]].concat());
    assert!(todo.lines().next().unwrap().contains("已超期"), "{todo}");
    let soon = office.ok(&["--now", "2026-04-15T02:00:00Z", "todo", "--as", "police"]);
    assert!(soon.contains("还剩 2 个工作日"), "{soon}");
}

#[test]
fn who_opened_an_appeal_does_not_decide_it_and_may_take_it_back() {
    let office = published();
    office.person("other", "department", Some(&other_department(&office)));
    let seq = accrual(&office);
    let foreign = office.fails(&open(&["--accrual", &seq, "--as", "other"]));
    assert!(foreign.contains("not permitted"), "{foreign}");
    let opened = office.json(&open(&[
        "--accrual",
        &seq,
        "--amount",
        "10",
        "--as",
        "assessor",
    ]));
    let id = opened["id"].as_str().unwrap();
    assert_eq!(opened["contested_fen"], 1000);
    let second = office.fails(&open(&[
        "--accrual",
        &seq,
        "--amount",
        "20",
        "--as",
        "police",
    ]));
    assert!(second.contains("is open"), "{second}");
    office.ok(&[
        "appeal",
        "advance",
        id,
        "--to",
        "negotiating",
        "--as",
        "assessor",
    ]);
    let decide = [
        "appeal",
        "decide",
        id,
        "--outcome",
        "dismissed",
        "--document",
        "文",
        "--reason",
        "无误",
    ];
    let own = office.fails(&[&decide[..], &["--as", "assessor"]].concat());
    assert!(own.contains("opened by the same person"), "{own}");
    assert!(
        office
            .fails(&[
                "appeal",
                "withdraw",
                id,
                "--reason",
                "不争了",
                "--as",
                "other"
            ])
            .contains("not found")
    );
    let back = office.json(&[
        "appeal",
        "withdraw",
        id,
        "--reason",
        "不争了",
        "--as",
        "police",
    ]);
    assert_eq!(back["stage"], "withdrawn");
    let again = office.json(&open(&[
        "--accrual",
        &seq,
        "--amount",
        "20",
        "--as",
        "police",
    ]));
    let id = again["id"].as_str().unwrap();
    office.ok(&[
        "appeal",
        "advance",
        id,
        "--to",
        "negotiating",
        "--as",
        "assessor",
    ]);
    let mut cut = vec!["appeal", "decide", id, "--outcome", "partly", "--cut", "5"];
    cut.extend([
        "--document",
        "郑数裁〔2026〕2号",
        "--reason",
        "部分重复",
        "--as",
        "assessor",
    ]);
    let ended = office.json(&cut);
    assert_eq!(
        (&ended["stage"], &ended["ruling"]["cut_fen"]),
        (&"partly".into(), &500.into())
    );
    office.ok(&["ledger", "audit"]);
}

fn other_department(office: &Office) -> String {
    let statement = office.json(&["ledger", "statement", "郑州市教育局"]);
    statement["department"].as_str().unwrap().to_owned()
}
