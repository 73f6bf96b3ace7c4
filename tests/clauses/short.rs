//! Too little money, and too much awarded.

use serde_json::Value;

use crate::support::scene::{Scene, code, parameter, parameter_in};

fn claims(head: &str, cost: &str, loss: &str) -> String {
    format!(
        "{}{}[compensation]\npayer = \"lowest_common_superior\"\ncite = \"ours\"\n{head}\n\
         [[compensation.component]]\nid = \"cost\"\ntitle = \"成本\"\nrate = \"whole\"\n{cost}\n\
         [[compensation.component]]\nid = \"loss\"\ntitle = \"损失\"\nrate = \"whole\"\n{loss}\n",
        parameter("whole", "1"),
        parameter("ahead", "0.4"),
    )
}

const NAMES: [&str; 3] = ["甲一局", "甲二局", "甲三局"];

/// A loss of 100 yuan, then a cost of 200 and one of 300, on a pot of 300.
fn short(rules: &str) -> Scene {
    let scene = Scene::new(rules);
    scene.grant(&[("410100", "201", "共享", "300")]);
    scene.kept("2026-01", &[]);
    scene.claims(
        "2026-01",
        &[
            ("1", NAMES[0], "损失", "410100", "100", "05"),
            ("2", NAMES[1], "成本", "410100", "200", "06"),
            ("3", NAMES[2], "成本", "410100", "300", "07"),
        ],
    );
    scene.decide("2026-01");
    scene
}

#[test]
fn priority_classes_are_paid_one_after_the_other_and_cut_alike_within() {
    let scene = short(&claims(
        "exhaustion = \"priority_classes\"",
        "priority = 1",
        "priority = 2",
    ));
    assert_eq!(scene.payable(NAMES), [0, 12_000, 18_000]);
    assert_eq!(scene.unfunded(NAMES), [10_000, 8_000, 12_000]);
}

#[test]
fn first_come_is_paid_first_whatever_it_is_for() {
    let scene = short(&claims("exhaustion = \"first_come\"", "", ""));
    assert_eq!(scene.payable(NAMES), [10_000, 20_000, 0]);
    assert_eq!(scene.unfunded(NAMES), [0, 0, 30_000]);
}

#[test]
fn pro_rata_at_year_end_advances_a_part_and_settles_the_year_in_december() {
    let head = "exhaustion = \"pro_rata_at_year_end\"\nadvance = \"ahead\"\nunfunded = \"year\"";
    let scene = short(&claims(head, "", ""));
    // Two fifths of each before December: 240 of 300 yuan.
    assert_eq!(scene.payable(NAMES), [4_000, 8_000, 12_000]);
    scene.kept("2026-12", &[]);
    scene.claims("2026-12", &[("4", NAMES[0], "成本", "410100", "150", "08")]);
    scene.decide("2026-12");
    // The year's 300 yuan over the year's 750; what was paid stays paid, and nobody is above the rest.
    assert_eq!(scene.payable(NAMES), [10_000, 8_000, 12_000]);
    let total: i64 = scene.unfunded(NAMES).iter().sum();
    assert_eq!(total, 75_000 - 30_000);
}

#[test]
fn what_no_money_is_there_for_stays_visible_as_unfunded_and_is_paid_when_there_is() {
    let scene = short(&claims("unfunded = \"year\"", "", ""));
    let shown = scene.office.json(&["ledger", "unfunded"]);
    assert_eq!(shown["total_fen"], 30_000);
    let lines = shown["lines"].as_array().unwrap();
    assert!(lines.iter().all(|line| line["for_period"] == "2026-01"));
    // A second paper of the year, and the next month pays what the first left open.
    scene.grant(&[("410100", "202", "追加", "1000")]);
    scene.kept("2026-02", &[]);
    scene.decide("2026-02");
    assert_eq!(scene.payable(NAMES), [10_000, 20_000, 30_000]);
    assert_eq!(scene.unfunded(NAMES), [0, 0, 0]);
    assert_eq!(scene.balance("B:Available:410100:2026:202:追加"), 70_000);
}

/// Costs in full, and a fine of so many yuan an incident that may be asked back.
fn with_fines() -> String {
    parameter_in("fine", "cny", "50")
        + &claims("", "", "")
        + "[[compensation.deduction]]\nid = \"fines\"\ntitle = \"违规扣减\"\nfrom = \"incidents\"\n\
           where = \"in_period\"\namount = \"COUNT(*) * param.fine\"\nexcess = \"clawback\"\ncite = \"ours\"\n"
}

fn clawbacks(scene: &Scene, more: &[&str]) -> Value {
    let words = ["fiscal", "clawbacks", "--period", "2026-02"];
    scene.office.json(&[&words[..], more].concat())
}

#[test]
fn a_deduction_beyond_what_is_owed_becomes_a_claw_back_when_two_people_say_so() {
    let scene = Scene::new(&with_fines()).at("2026-03-11T02:00:00Z");
    scene.grant(&[("410100", "201", "共享", "1000")]);
    scene.kept("2026-01", &[]);
    scene.claims("2026-01", &[("1", NAMES[0], "成本", "410100", "100", "05")]);
    scene.decide("2026-01");
    scene.pay("郑财支1号");
    let early = ["fiscal", "clawbacks", "--period", "2026-02"];
    assert!(scene.office.fails(&early).contains("not approved"));
    // February owes 30 yuan and deducts 100: 30 off the month, 70 back from January.
    scene.kept("2026-02", &[]);
    scene.claims("2026-02", &[("2", NAMES[0], "成本", "410100", "30", "05")]);
    scene.incidents("2026-02", &[(NAMES[0], "P1"), (NAMES[0], "P2")]);
    scene.decide("2026-02");
    let account = format!("P:Clawback:{}", code(NAMES[0]));
    assert_eq!(scene.payable(NAMES), [0, 0, 0]);
    assert_eq!(scene.balance(&account), 0, "nobody has proposed it");
    let todo = scene.office.ok(&["todo", "--as", "assessor"]);
    assert!(todo.contains("待提出追回"), "{todo}");
    let found = clawbacks(&scene, &[]);
    assert_eq!(found["clawbacks"][0]["asked_fen"], 7_000);
    assert_eq!(found["clawbacks"][0]["missing_fen"], 0);

    let propose = ["--document", "郑数〔2026〕9号", "--as", "assessor"];
    let made = clawbacks(&scene, &propose);
    let order = &made["proposed"][0];
    assert_eq!(
        (&order["kind"], &order["total_fen"]),
        (&"deduct".into(), &7_000.into())
    );
    assert_eq!(order["rule"], "clauses@1.0.0#fines");
    // A second proposal while the first waits makes no second order.
    assert_eq!(
        clawbacks(&scene, &propose)["proposed"],
        serde_json::json!([])
    );
    assert_eq!(scene.balance(&account), 0, "nobody has approved it");
    scene.office.approve_order("ledger", order);
    assert_eq!(scene.balance(&account), 7_000);
    // Within the year the money is available again: 1,000 less 100 paid, and 70 to be had back.
    assert_eq!(
        scene.balance("B:Available:410100:2026:201:共享"),
        90_000 + 7_000
    );
    let after = clawbacks(&scene, &propose);
    assert_eq!(after["proposed"], serde_json::json!([]));
    assert_eq!(after["clawbacks"][0]["taken_fen"], 7_000);
    let why = scene
        .office
        .ok(&["explain", NAMES[0], "--period", "2026-02", "--money"]);
    assert!(
        why.contains("应追回 70.00 元，已扣回或入账 70.00 元"),
        "{why}"
    );
    let statement = scene.office.json(&["ledger", "statement", NAMES[0]]);
    assert!(
        statement
            .to_string()
            .contains("2026-02 考核违规扣减超出当期补偿，追回"),
        "{statement:#}"
    );
    assert_eq!(scene.office.json(&["audit"])["sound"], true);
}

#[test]
fn a_closed_month_is_raised_and_lowered_in_the_open_one_by_two_people() {
    let scene = Scene::new(&claims("", "", "")).at("2026-03-11T02:00:00Z");
    scene.grant(&[("410100", "201", "共享", "1000")]);
    scene.kept("2026-01", &[]);
    scene.claims("2026-01", &[("1", NAMES[0], "成本", "410100", "100", "05")]);
    scene.decide("2026-01");
    let adjust = |amount: &'static str, document: &'static str| {
        let mut words = vec!["ledger", "adjust", "--department", NAMES[0]];
        words.extend(["--period", "2026-01", "--amount", amount]);
        words.extend(["--component", "cost", "--from", "410100:2026:201:共享"]);
        words.extend(["--cite", "ours", "--document", document, "--as", "finance"]);
        words
    };
    let early = scene.office.fails(&adjust("25", "郑数〔2026〕1号"));
    assert!(
        early.contains("2026-01"),
        "an open month is run again: {early}"
    );
    scene.publish("2026-01");
    for (amount, document, owed) in [
        ("25", "郑数〔2026〕2号", 12_500),
        ("-5.01", "郑数〔2026〕3号", 11_999),
    ] {
        let order = scene.office.json(&adjust(amount, document));
        scene.office.approve_order("ledger", &order);
        assert_eq!(scene.payable([NAMES[0]]), [owed]);
    }
    assert_eq!(scene.encumbered(["410100:2026:201:共享"]), [11_999]);
    assert_eq!(scene.office.json(&["audit"])["sound"], true);
}
