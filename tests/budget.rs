//! The budget through the real binary: what a file or a person grants, raises, cuts, corrects and
//! undoes is money only when another person has approved it.

use serde_json::Value;

use crate::support::{Office, city};

const FILE: &str = "04-补偿资金指标-2026.csv";
const CITY_LINE: &str = "410100:2026:2019999:政务数据共享补偿资金";

fn available(office: &Office, line: &str) -> i64 {
    let account = format!("B:Available:{line}");
    let shown = office.json(&["ledger", "balance", &account]);
    shown[0]["balance_fen"].as_i64().unwrap()
}

fn papers() -> String {
    std::fs::read_to_string(city().join(FILE)).unwrap()
}

/// An office with the registry and the budget papers, which nobody has proposed.
fn with_papers() -> Office {
    let office = Office::new();
    for name in ["01-行政区划.csv", "02-部门.csv", FILE] {
        office.ok(&["import", &city().join(name).to_string_lossy()]);
    }
    office
}

fn import(office: &Office, text: &str, more: &[&str]) -> Value {
    let file = office.file("补偿资金指标.csv", text.as_bytes());
    office.json(&[&["import", &file][..], more].concat())
}

fn approval(orders: &Value, login: &str) -> Vec<String> {
    let orders = orders.as_array().unwrap();
    let fen: i64 = orders
        .iter()
        .map(|order| order["total_fen"].as_i64().unwrap())
        .sum();
    let mut words = vec!["ledger".to_owned(), "approve".to_owned()];
    words.extend(
        orders
            .iter()
            .map(|order| order["id"].as_str().unwrap().to_owned()),
    );
    let total = format!("{}.{:02}", fen / 100, fen % 100);
    let count = orders.len().to_string();
    let options = ["--count", &count, "--total", &total, "--as", login];
    words.extend(options.map(str::to_owned));
    words
}

fn run(office: &Office, words: &[String]) -> Result<String, String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = office.run(&words);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        Ok(text)
    } else {
        Err(error)
    }
}

#[test]
fn an_import_alone_never_creates_spendable_money() {
    let office = Office::new();
    let folder = city().to_string_lossy().into_owned();
    let imported = office.json(&["import", "--recursive", &folder]);
    assert_eq!(imported["appropriations_unproposed"], 4);
    assert_eq!(imported["proposed"], serde_json::json!([]));
    let poor = office.json(&["run", "--period", "2026-01"]);
    assert_eq!(poor["awarded_fen"], 0, "nothing can be awarded of a file");
    assert_eq!(poor["appropriations_unbooked"], 4);

    // An assessor's import proposes nothing; a person of finance proposes, and cannot approve.
    let asked = |login: &str| {
        office.json(&["import", "--recursive", &folder, "--as", login])["proposed"].clone()
    };
    assert_eq!(asked("assessor"), serde_json::json!([]));
    let proposed = asked("budget");
    assert_eq!(proposed.as_array().unwrap().len(), 4);
    assert!(
        proposed[0]["lines"][0]["name"]
            .as_str()
            .unwrap()
            .contains(":2026:")
    );
    assert_eq!(
        office.json(&["run", "--period", "2026-01"])["awarded_fen"],
        0
    );
    let own = run(&office, &approval(&proposed, "budget"));
    assert!(own.unwrap_err().contains("maker cannot approve"));
    let mut short = approval(&proposed, "finance");
    short.remove(2);
    let short = run(&office, &short).unwrap_err();
    assert!(short.contains("control totals"), "{short}");
    run(&office, &approval(&proposed, "finance")).unwrap();
    assert_eq!(available(&office, CITY_LINE), 1_200_000_000);

    let rich = office.json(&["run", "--period", "2026-01"]);
    assert!(rich["awarded_fen"].as_i64().unwrap() > 0);
    assert_eq!(rich["appropriations_unbooked"], 0);
    assert_eq!(office.json(&["verify", "ledger"])["sound"], true);
    // Again, by everybody: nothing more.
    let once = office.dump();
    assert_eq!(asked("budget"), serde_json::json!([]));
    run(&office, &approval(&proposed, "finance")).unwrap();
    assert_eq!(office.dump(), once);
}

#[test]
fn a_file_cannot_change_what_is_booked_or_waits_for_its_approval() {
    let office = with_papers();
    let file = city().join(FILE);
    office.json(&["import", &file.to_string_lossy(), "--as", "budget"]);
    // While it waits, a file says nothing else; sent back, the corrected paper is proposed anew.
    let dearer = papers().replace("12000000.00", "13000000.00");
    let waiting = import(&office, &dearer, &["--as", "budget"]);
    assert_eq!(waiting["files"][0]["rejected"], 1, "{waiting:#}");
    assert_eq!(waiting["proposed"], serde_json::json!([]));
    let orders = office.json(&["fiscal", "list"]);
    let mut orders = orders.as_array().unwrap().iter();
    let city_order = orders
        .find(|order| order["total_fen"] == 1_200_000_000)
        .unwrap();
    let id = city_order["id"].as_str().unwrap();
    office.ok(&[
        "ledger",
        "refuse",
        id,
        "--reason",
        "金额有误",
        "--as",
        "finance",
    ]);
    let same = office.json(&["import", &file.to_string_lossy(), "--as", "budget"]);
    assert_eq!(
        same["proposed"],
        serde_json::json!([]),
        "what was refused stays refused"
    );
    let again = import(&office, &format!("{dearer}\n"), &["--as", "budget"]);
    let proposed = &again["proposed"];
    assert_eq!(proposed.as_array().unwrap().len(), 1);
    assert_eq!(proposed[0]["total_fen"], 1_300_000_000);
    office.approve_appropriations();
    assert_eq!(available(&office, CITY_LINE), 1_300_000_000);

    // Booked, it is amended by a paper of its own and not by a file.
    let summary = office.ok(&[
        "import",
        &office.file(
            "再改.csv",
            papers().replace("2026-01-05", "2026-02-05").as_bytes(),
        ),
    ]);
    assert!(summary.contains("4 行被拒收"), "{summary}");
    let folder = office.data().join("rejects");
    let texts: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(texts.contains("appropriation_waiting") && texts.contains("appropriation_booked"));
    assert!(texts.contains("指标金额") && texts.contains("hengxiang ledger amend"));
    assert_eq!(available(&office, CITY_LINE), 1_300_000_000);
    assert_eq!(office.json(&["audit"])["sound"], true);
}

/// A command about a line of the budget, proposed by «finance».
fn fund(office: &Office, command: &str, amount: &str, document: &str) -> Value {
    office.json(&fund_words(command, amount, document))
}

fn fund_words<'a>(command: &'a str, amount: &'a str, document: &'a str) -> Vec<&'a str> {
    vec![
        "ledger",
        command,
        "--payer",
        "410100",
        "--year",
        "2026",
        "--line",
        "2019999",
        "--programme",
        "政务数据共享补偿资金",
        "--amount",
        amount,
        "--document",
        document,
        "--as",
        "finance",
    ]
}

#[test]
fn a_line_is_granted_raised_cut_and_the_grant_undone_by_two_people() {
    let office = with_papers();
    office.add_cashier();
    let granted = fund(&office, "appropriate", "1000000", "郑财预〔2026〕7号");
    let own = run(&office, &approval(&serde_json::json!([granted]), "finance"));
    assert!(own.unwrap_err().contains("maker cannot approve"));
    office.approve_order("ledger", &granted);
    assert_eq!(available(&office, CITY_LINE), 100_000_000);
    let once = office.dump();
    office.approve_order("ledger", &granted);
    assert_eq!(office.dump(), once, "approved twice is approved once");
    // A document counts once for a line.
    let twice = office.fails(&fund_words("appropriate", "1000001", "郑财预〔2026〕7号"));
    assert!(twice.contains("郑财预〔2026〕7号"), "{twice}");

    let raised = fund(&office, "amend", "500000.50", "郑财预〔2026〕8号");
    office.approve_order("ledger", &raised);
    let cut = fund(&office, "amend", "-200000", "郑财预〔2026〕9号");
    office.approve_order("ledger", &cut);
    assert_eq!(available(&office, CITY_LINE), 130_000_050);
    let deep = office.fails(&fund_words("amend", "-1300000.51", "郑财预〔2026〕10号"));
    assert!(deep.contains("1,300,000.50"), "says how far: {deep}");

    // The raise is undone, once.
    let shown = office.ok(&["ledger", "export", "--format", "csv"]);
    let seq = |kind: &str| {
        let row = shown.lines().find(|row| row.contains(kind)).unwrap();
        row.split(',').next().unwrap().to_owned()
    };
    let undo = |document: &str| {
        let seq = seq("郑财预〔2026〕8号");
        office.run(&[
            "--json",
            "ledger",
            "reverse",
            &seq,
            "--document",
            document,
            "--as",
            "finance",
        ])
    };
    let order: Value = serde_json::from_slice(&undo("郑财〔2026〕11号").stdout).unwrap();
    office.approve_order("ledger", &order);
    assert_eq!(available(&office, CITY_LINE), 80_000_000);
    let again = String::from_utf8(undo("郑财〔2026〕12号").stderr).unwrap();
    assert!(again.contains("已冲销过"), "{again}");

    // What is sent back moves nothing, and cannot be approved.
    let refused = fund(&office, "amend", "5", "郑财预〔2026〕13号");
    let id = refused["id"].as_str().unwrap();
    office.ok(&[
        "ledger", "refuse", id, "--reason", "重复", "--as", "cashier",
    ]);
    let late = run(&office, &approval(&serde_json::json!([refused]), "cashier"));
    assert!(late.unwrap_err().contains("已退回"));
    assert_eq!(available(&office, CITY_LINE), 80_000_000);
    assert_eq!(office.json(&["audit"])["sound"], true);
}

#[test]
fn budget_commands_say_what_is_wrong_and_what_to_do() {
    let office = with_papers();
    for (words, said) in [
        (fund_words("appropriate", "0", "文"), "above zero"),
        (fund_words("appropriate", "-5", "文"), "above zero"),
        (fund_words("appropriate", "5", " "), "决定文号"),
        (
            vec![
                "ledger", "approve", "fund-9", "--count", "1", "--total", "1", "--as", "finance",
            ],
            "fund-9",
        ),
        (
            vec![
                "ledger",
                "adjust",
                "--department",
                "没有的局",
                "--period",
                "2026-01",
                "--amount",
                "5",
                "--document",
                "文",
                "--as",
                "finance",
            ],
            "没有的局",
        ),
        (
            vec![
                "ledger",
                "adjust",
                "--department",
                "郑州市公安局",
                "--period",
                "2026-01",
                "--amount",
                "5",
                "--document",
                "文",
                "--as",
                "finance",
            ],
            "--from",
        ),
        (
            vec![
                "ledger",
                "reverse",
                "999",
                "--document",
                "文",
                "--as",
                "finance",
            ],
            "nothing that could be moved",
        ),
    ] {
        let message = office.fails(&words);
        assert!(message.contains(said), "{words:?}: {message}");
    }
    let auditor: Vec<&str> = fund_words("appropriate", "5", "文")
        .into_iter()
        .map(|word| if word == "finance" { "auditor" } else { word })
        .collect();
    assert!(office.fails(&auditor).contains("not permitted"));
}
