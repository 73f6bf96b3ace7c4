//! Claims, appeals and restatements of the same months, through the real binary: whatever the order,
//! nothing is paid twice or taken back, and on PostgreSQL all of it is as on SQLite.

use serde_json::{Value, json};

use crate::support::server::Database;
use crate::support::{NOW, Office, dump};

/// 郑州市公安局.
const POLICE: &str = "11410100917287015R";
const FEBRUARY: &str = "2026-02-12T02:00:00Z";
/// When the months before are published and contested.
const MARCH: &str = "2026-03-10T02:00:00Z";

/// January and February are published; a claim of the police was reduced in February.
pub fn publish_two_months(office: &Office) {
    office.person("police", "department", Some(POLICE));
    office.person("deputy", "assessor", None);
    office.add_cashier();
    let invoice = office.file("发票.pdf", b"%PDF-1.7 invoice");
    let declared = office.json(&[
        "--now",
        FEBRUARY,
        "claim",
        "declare",
        "--department",
        POLICE,
        "--period",
        "2026-01",
        "--kind",
        "cost",
        "--beneficiary",
        "410100",
        "--amount",
        "5000",
        "--why",
        "专线",
        "--evidence",
        &invoice,
        "--as",
        "police",
    ]);
    let claim = declared["id"].as_str().unwrap();
    office.ok(&[
        "--now",
        FEBRUARY,
        "claim",
        "decide",
        claim,
        "--as",
        "deputy",
        "--reduce-to",
        "2000",
        "--reason",
        "只认一半",
    ]);
    for month in ["2026-01", "2026-02"] {
        office.ok(&["run", "--period", month]);
        for (login, step) in [
            ("assessor", "--submit"),
            ("finance", "--approve"),
            ("assessor", "--publish"),
        ] {
            office.ok(&["review", "--period", month, "--as", login, step]);
        }
    }
}

/// A department that was rewarded in January, and usage of every day that nobody had reported.
fn late_usage(office: &Office) -> (String, String) {
    let known = dump::lines(
        &office.data().join("hengxiang.db"),
        "SELECT provider_id || ',' || resource_code || ',' || consumer_id AS line \
         FROM usage_days u WHERE day LIKE '2026-01-%' AND EXISTS ( \
             SELECT 1 FROM awards a WHERE a.department_id = u.provider_id \
             AND a.component = 'reward' AND a.amount_fen > 0 \
         ) GROUP BY provider_id, resource_code, consumer_id ORDER BY count(*), 1 LIMIT 1",
    );
    let mut text = "日期,提供方代码,信息资源代码,调用方代码,成功次数,失败次数\n".to_owned();
    for day in 1..=31 {
        text.push_str(&format!("2026-01-{day:02},{},10,0\n", known[0]));
    }
    (known[0].split(',').next().unwrap().to_owned(), text)
}

/// Record number of a department's line of a month in its statement: of a kind, for a component.
fn recorded(
    office: &Office,
    department: &str,
    (month, kind, component): (&str, &str, &str),
) -> String {
    let mut ask = vec!["ledger", "statement", department];
    ask.extend(["--from", "2026-01", "--to", "2026-05"]);
    let statement = office.json(&ask);
    let accounts = statement["accounts"].as_array().unwrap();
    let mut lines = accounts
        .iter()
        .flat_map(|own| own["lines"].as_array().unwrap());
    let asked = |line: &&Value| {
        line["kind"] == kind && line["component"] == component && line["for_period"] == month
    };
    lines.find(asked).unwrap()["seq"].to_string()
}

fn open(office: &Office, department: &str, month: &str, accrual: &str) -> String {
    let opened = office.json(&[
        "appeal",
        "open",
        "--department",
        department,
        "--period",
        month,
        "--accrual",
        accrual,
        "--grounds",
        "核定有误",
        "--as",
        "assessor",
    ]);
    let id = opened["id"].as_str().unwrap().to_owned();
    office.ok(&[
        "appeal",
        "advance",
        &id,
        "--to",
        "negotiating",
        "--as",
        "assessor",
    ]);
    id
}

/// Upholds an appeal; the order that pays what it wins, if it is to.
fn uphold<'a>(id: &'a str, document: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["appeal", "decide", id, "--outcome", "upheld"];
    arguments.extend([
        "--document",
        document,
        "--reason",
        "理由成立",
        "--as",
        "deputy",
    ]);
    arguments.extend(more);
    arguments
}

fn restate(office: &Office, month: &str) -> Value {
    office.json(&["restate", "--period", month])
}

fn propose_restatement(month: &str) -> [&str; 7] {
    let document = "郑数局重述〔2026〕1号";
    [
        "restate",
        "--period",
        month,
        "--document",
        document,
        "--as",
        "assessor",
    ]
}

/// The sum that a preview would pay more.
fn raise(preview: &Value) -> i64 {
    let lines = preview["lines"].as_array().unwrap();
    lines
        .iter()
        .map(|line| line["raise_fen"].as_i64().unwrap())
        .sum()
}

/// A claim that was reduced, contested and won, and the month restated after it.
fn an_appeal_then_a_restatement(office: &Office) -> Value {
    let cost = recorded(office, POLICE, ("2026-02", "accrue", "cost"));
    let appeal = open(office, POLICE, "2026-02", &cost);
    let seen = office.json(&["appeal", "preview", &appeal]);
    assert!(raise(&seen) > 0, "{seen}");
    let ended = office.json(&uphold(&appeal, "郑数裁〔2026〕1号", &["--adjust"]));
    let order = ended["order"].as_str().unwrap();
    // While the adjustment waits, nobody can tell what stands.
    let waiting = restate(office, "2026-02");
    assert_eq!(waiting["waiting"], order, "{waiting}");
    let proposed = office.json(&["fiscal", "show", order]);
    office.approve_order("fiscal", &proposed);

    let restated = restate(office, "2026-02");
    assert_eq!(
        restated["adjustments"],
        json!([]),
        "what the appeal won stands"
    );
    let nothing = office.json(&propose_restatement("2026-02"));
    assert_eq!(nothing["order"], Value::Null);

    // The same line contested again wins nothing.
    let adjusted = recorded(office, POLICE, ("2026-02", "adjust", "cost"));
    let again = open(office, POLICE, "2026-02", &adjusted);
    let preview = office.json(&["appeal", "preview", &again]);
    assert_eq!(raise(&preview), 0, "{preview}");
    let refused = office.fails(&uphold(&again, "郑数裁〔2026〕2号", &["--adjust"]));
    assert!(refused.contains("not given already"), "{refused}");
    let ended = office.json(&uphold(&again, "郑数裁〔2026〕2号", &[]));
    json!([seen, proposed, restated, preview, ended])
}

/// A reward contested without an indicator: by the facts handed in since; then restated, twice, and
/// contested again.
fn a_reward_then_restatements(office: &Office, (department, late): &(String, String)) -> Value {
    let reward = recorded(office, department, ("2026-01", "accrue", "reward"));
    let first = open(office, department, "2026-01", &reward);
    let empty = office.json(&["appeal", "preview", &first]);
    assert_eq!(empty["before"], empty["after"]);
    assert!(
        empty["supposed"][0]
            .as_str()
            .unwrap()
            .contains("import corrected data")
    );
    let line = &empty["lines"][0];
    assert_eq!(line["component"], "reward");
    assert!(
        !line["why"].as_array().unwrap().is_empty(),
        "how the share comes about: {line}"
    );

    let file = office.file("补报使用.csv", late.as_bytes());
    office.ok(&["import", &file]);
    let seen = office.json(&["appeal", "preview", &first]);
    assert!(
        seen["supposed"][0]
            .as_str()
            .unwrap()
            .contains("补报使用.csv"),
        "{seen}"
    );
    let won = raise(&seen);
    assert!(won > 0, "{seen}");
    let ended = office.json(&uphold(&first, "郑数裁〔2026〕3号", &["--adjust"]));
    let order = ended["order"].as_str().unwrap();
    let blocked = office.fails(&propose_restatement("2026-01"));
    assert!(blocked.contains("waits for its approval"), "{blocked}");
    office.approve_order("fiscal", &office.json(&["fiscal", "show", order]));

    // The facts say what the appeal said: the others' shares shrink, this one is not paid twice.
    let restated = restate(office, "2026-01");
    let own = |restated: &Value| -> Vec<Value> {
        let paid = restated["paid"].as_array().unwrap();
        let own = paid.iter().filter(|one| one["department"] == **department);
        own.cloned().collect()
    };
    assert!(
        own(&restated).iter().all(|one| one["change_fen"] == 0),
        "{restated}"
    );
    let paid = restated["paid"].as_array().unwrap();
    let lowered: i64 = paid
        .iter()
        .map(|one| one["change_fen"].as_i64().unwrap())
        .sum();
    assert_eq!(lowered, -won, "as much as the appeal had won");
    let proposed = office.json(&propose_restatement("2026-01"))["order"].clone();
    office.approve_order("fiscal", &proposed);
    let twice = restate(office, "2026-01");
    assert_eq!(twice["adjustments"], json!([]), "restated twice: {twice}");

    // Restated, then contested: the restatement has given it.
    let adjusted = recorded(office, department, ("2026-01", "adjust", "reward"));
    let again = open(office, department, "2026-01", &adjusted);
    let preview = office.json(&["appeal", "preview", &again]);
    assert_eq!(raise(&preview), 0, "{preview}");
    json!([empty, seen, restated, proposed, twice, preview])
}

/// Everything, in the order in which an office would meet it.
fn course(office: &Office, late: &(String, String)) -> Value {
    let claims = office.json(&["claim", "list"]);
    let first = an_appeal_then_a_restatement(office);
    let second = a_reward_then_restatements(office, late);
    assert_eq!(office.json(&["verify", "ledger"])["sound"], true);
    office.ok(&["ledger", "audit"]);
    json!({
        "claims": claims,
        "first": first,
        "second": second,
        "appeals": office.json(&["appeal", "list"]),
        "balances": office.json(&["ledger", "balance"]),
    })
}

/// March, run when it is over: its bulletin tells what was corrected in it.
fn bulletin(office: &Office) -> (Value, String) {
    let run = office.json(&["run", "--period", "2026-03"]);
    let folder = office
        .data()
        .join("reports")
        .join(run["run"].as_str().unwrap());
    let page = std::fs::read_to_string(folder.join("bulletin.html")).unwrap();
    let (_, told) = page.split_once("<h2 id=\"corrections\">").unwrap();
    let (told, _) = told.split_once("<h2 id=\"notes\">").unwrap();
    (run, told.to_owned())
}

/// All but the digests of orders: their words stand behind salts, which every ledger draws anew.
fn without_salts(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, _)| *name != "digest");
            kept.map(|(name, own)| (name.clone(), without_salts(own)))
                .collect()
        }
        Value::Array(items) => items.iter().map(without_salts).collect(),
        other => other.clone(),
    }
}

#[test]
fn claims_appeals_and_restatements_pay_nothing_twice_on_sqlite_and_postgres() {
    let sqlite = Office::since(MARCH, None);
    publish_two_months(&sqlite);
    let late = late_usage(&sqlite);
    let one = course(&sqlite, &late);
    let (run, told) = bulletin(&sqlite.at(NOW));
    for part in [
        "2026-03-10",
        "支持",
        "郑数裁〔2026〕1号",
        "申诉裁决",
        "考核重述",
        "→",
        "已调整",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let Some(database) = Database::new("corrections") else {
        return;
    };
    let postgres = Office::since(MARCH, Some(database.url()));
    publish_two_months(&postgres);
    let other = course(&postgres, &late);
    for part in ["claims", "first", "second", "appeals", "balances"] {
        let (one, other) = (&one[part], &other[part]);
        assert_eq!(without_salts(one), without_salts(other), "{part}");
    }
    let (again, retold) = bulletin(&postgres.at(NOW));
    assert_eq!(
        (&run["run"], &run["digests"], told),
        (&again["run"], &again["digests"], retold)
    );
}
