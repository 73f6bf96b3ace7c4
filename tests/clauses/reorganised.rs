//! Departments end, and what stands to them follows to their successors: by two people, to the fen.

use serde_json::Value;

use crate::support::scene::{Scene, code, parameter, parameter_in};

/// Costs in full; a fine an incident, asked back beyond the month.
fn rules() -> String {
    parameter("whole", "1")
        + &parameter_in("fine", "cny", "30")
        + "[compensation]\npayer = \"lowest_common_superior\"\ncite = \"ours\"\nunfunded = \"year\"\n\
           [[compensation.component]]\nid = \"cost\"\ntitle = \"成本\"\nrate = \"whole\"\n\
           [[compensation.deduction]]\nid = \"fines\"\ntitle = \"违规扣减\"\nfrom = \"incidents\"\n\
           where = \"in_period\"\namount = \"COUNT(*) * param.fine\"\nexcess = \"clawback\"\ncite = \"ours\"\n"
}

const HEAD: &str = "原部门代码,承继部门代码,承继份额,承继日期,承继方式,决定文号";

/// January owes 甲一局 100 yuan and 1 fen of 150 yuan and 1 fen: the rest is unfunded.
fn owing() -> Scene {
    let scene = Scene::new(&rules()).at("2026-04-10T02:00:00Z");
    scene.grant(&[("410100", "201", "共享", "100.01")]);
    scene.kept("2026-01", &[]);
    scene.claims(
        "2026-01",
        &[("1", "甲一局", "成本", "410100", "150.01", "05")],
    );
    scene.decide("2026-01");
    assert_eq!(scene.payable(["甲一局"]), [10_001]);
    scene
}

/// 甲一局 ends in March; the register may name its successor.
fn end(scene: &Scene, successor: &str) -> Value {
    let row = format!(
        "{},甲一局,410100,市直,2020-01-01,2026-03-01,{successor}",
        code("甲一局")
    );
    scene.departments(&[row])
}

fn file(scene: &Scene, rows: &[&str]) -> String {
    let text = format!("{HEAD}\n{}\n", rows.join("\n"));
    scene.office.file("机构承继.csv", text.as_bytes())
}

#[test]
fn a_split_department_leaves_every_fen_to_its_successors_by_two_people() {
    let scene = owing();
    end(&scene, "");
    let (one, two, three) = (code("甲一局"), code("甲二局"), code("甲三局"));
    let rows = [
        format!("{one},{two},1/3,2026-03-01,拆分,郑编〔2026〕3号"),
        format!("{one},{three},2/3,2026-03-01,拆分,郑编〔2026〕3号"),
    ];
    let file = file(&scene, &rows.each_ref().map(String::as_str));
    let before = scene.office.dump();
    let preview = scene.office.json(&["reorganise", &file]);
    assert_eq!(preview["transfers"].as_array().unwrap().len(), 4);
    assert_eq!(scene.office.dump(), before, "a preview writes nothing");
    let shown = scene.office.json(&["reorganise", &file, "--as", "finance"]);
    let order = &shown["order"];
    assert_eq!(order["kind"], "reorganise");
    let fen = order["total_fen"].as_i64().unwrap();
    let total = format!("{}.{:02}", fen / 100, fen % 100);
    let own = scene.office.fails(&[
        "ledger",
        "approve",
        order["id"].as_str().unwrap(),
        "--count",
        &order["count"].to_string(),
        "--total",
        &total,
        "--as",
        "finance",
    ]);
    assert!(own.contains("maker cannot approve"), "{own}");
    assert_eq!(scene.payable(["甲一局"]), [10_001], "nothing moved yet");
    let again = scene.office.json(&["reorganise", &file, "--as", "finance"]);
    assert_eq!(
        again["order"]["id"], order["id"],
        "it waits, and is the same"
    );
    scene.office.approve_order("ledger", order);
    let names = ["甲一局", "甲二局", "甲三局"];
    assert_eq!(scene.payable(names), [0, 3_334, 6_667]);
    assert_eq!(scene.unfunded(names), [0, 1_667, 3_333]);
    let once = scene.office.dump();
    let done = scene.office.json(&["reorganise", &file, "--as", "finance"]);
    assert_eq!(
        (&done["order"], &done["transfers"]),
        (&Value::Null, &serde_json::json!([]))
    );
    assert_eq!(scene.office.dump(), once, "done once, it is done");
    assert_eq!(scene.office.json(&["audit"])["sound"], true);
}

#[test]
fn a_single_successor_in_the_departments_file_takes_over_by_a_decision_with_a_number() {
    let scene = owing();
    let imported = end(&scene, code("甲二局"));
    let warned = imported["files"][0]["warnings"].to_string();
    assert!(
        warned.contains("甲二局") && warned.contains("hengxiang reorganise --document"),
        "{warned}"
    );
    let shown = scene.office.json(&["reorganise"]);
    assert_eq!(
        shown["transfers"],
        serde_json::json!([]),
        "nothing without a decision"
    );
    assert_eq!(shown["named"][0]["form"], "renamed");
    let text = scene.office.ok(&["reorganise"]);
    assert!(
        text.contains("hengxiang reorganise --document 文号 --as LOGIN"),
        "{text}"
    );
    let decide = [
        "reorganise",
        "--document",
        "郑编〔2026〕4号",
        "--as",
        "assessor",
    ];
    let made = scene.office.json(&decide);
    assert_eq!(made["order"]["document"], "郑编〔2026〕4号");
    assert_eq!(made["named"], serde_json::json!([]));
    scene.office.approve_order("ledger", &made["order"]);
    assert_eq!(scene.payable(["甲一局", "甲二局"]), [0, 10_001]);
    assert!(
        scene
            .office
            .fails(&decide)
            .contains("no successor without a decision")
    );
}

#[test]
fn a_claw_back_that_arises_after_the_end_follows_on_the_next_run() {
    let scene = owing();
    scene.pay("郑财支1号");
    end(&scene, code("甲二局"));
    let decide = [
        "reorganise",
        "--document",
        "郑编〔2026〕4号",
        "--as",
        "assessor",
    ];
    let moved = scene.office.json(&decide);
    scene.office.approve_order("ledger", &moved["order"]);
    // February still knows the department; its fine is asked back of January.
    scene.kept("2026-02", &[]);
    scene.incidents("2026-02", &[("甲一局", "P1")]);
    scene.decide("2026-02");
    let back = scene.office.json(&[
        "fiscal",
        "clawbacks",
        "--period",
        "2026-02",
        "--document",
        "郑数〔2026〕5号",
        "--as",
        "assessor",
    ]);
    let order = &back["proposed"][0];
    assert_eq!(order["total_fen"], 3_000, "{back:#}");
    scene.office.approve_order("ledger", order);
    let account = |name: &str| format!("P:Clawback:{}", code(name));
    assert_eq!(scene.balance(&account("甲一局")), 3_000);
    let next = scene.office.json(&["reorganise", "--as", "assessor"]);
    assert_eq!(next["transfers"][0]["what"], "应追回");
    scene.office.approve_order("ledger", &next["order"]);
    assert_eq!(
        (
            scene.balance(&account("甲一局")),
            scene.balance(&account("甲二局"))
        ),
        (0, 3_000)
    );
    assert_eq!(scene.office.json(&["audit"])["sound"], true);
}

#[test]
fn a_wrong_file_is_refused_with_line_field_and_remedy_and_writes_nothing() {
    let scene = owing();
    end(&scene, "");
    let (one, two) = (code("甲一局"), code("甲二局"));
    let before = scene.office.dump();
    for (row, said) in [
        (
            format!("{one},{two},3/2,2026-03-01,合并,文"),
            ["机构承继.csv:2", "1/3"],
        ),
        (
            format!("{one},{one},1,2026-03-01,合并,文"),
            ["机构承继.csv:2", "与原部门相同"],
        ),
        (
            format!("{one},{two},1,三月一日,合并,文"),
            ["机构承继.csv:2", "日期"],
        ),
        (
            format!("{one},{two},1,2026-03-01,吞并,文"),
            ["机构承继.csv:2", "划转"],
        ),
        (
            format!("{one},{two},1/2,2026-03-01,拆分,文"),
            [one, "应为 1"],
        ),
        (
            format!("{two},{one},1,2026-03-01,更名,文"),
            ["机构承继.csv:2", "请在部门文件中登记终止日期"],
        ),
        (
            format!("{one},{two},1,2026-02-01,更名,文"),
            ["机构承继.csv:2", "尚未终止"],
        ),
    ] {
        let file = file(&scene, &[&row]);
        let message = scene
            .office
            .fails(&["reorganise", &file, "--as", "finance"]);
        for word in said {
            assert!(message.contains(word), "{row}: {message}");
        }
    }
    let other = scene.office.file(
        "别的.csv",
        "部门代码,考核周期,计量项,达成数,总数\n".as_bytes(),
    );
    assert!(
        scene
            .office
            .fails(&["reorganise", &other])
            .contains("not a file of successions")
    );
    assert_eq!(scene.office.dump(), before);
}
