//! The end of a budget year: what goes on, what lapses, what governments settle.

use serde_json::Value;

use crate::support::scene::{Scene, code, parameter};

/// Costs in full; what becomes of a year is said by the rest.
fn rules(head: &str, year_end: &str) -> String {
    parameter("whole", "1")
        + &format!(
            "[compensation]\npayer = \"lowest_common_superior\"\ncite = \"ours\"\n{head}\n\
             [compensation.year_end]\ncite = \"ours\"\n{year_end}\n\
             [[compensation.component]]\nid = \"cost\"\ntitle = \"成本\"\nrate = \"whole\"\n"
        )
}

const LINE_2026: &str = "410100:2026:201:共享";
const LINE_2027: &str = "410100:2027:201:共享";

/// A pot of 300 yuan; 100 are owed, and 500 claimed of a government that has no pot.
fn owing(rules: &str) -> Scene {
    let scene = Scene::new(rules);
    scene.grant(&[("410100", "201", "共享", "300")]);
    scene.kept("2026-11", &[]);
    scene.claims(
        "2026-11",
        &[
            ("1", "甲一局", "成本", "410100", "100", "05"),
            ("2", "甲二局", "成本", "410000", "500", "05"),
        ],
    );
    scene.decide("2026-11");
    scene
}

fn year_end(scene: &Scene, year: &str, login: Option<&str>) -> Value {
    let mut words = vec!["year-end", "--year", year];
    if let Some(login) = login {
        words.extend(["--document", "郑财〔年终〕1号", "--as", login]);
    }
    scene.office.json(&words)
}

/// Proposes all that is to be done at the end of a year and has it approved.
fn end(scene: &Scene, year: &str) -> Vec<String> {
    let plan = year_end(scene, year, Some("finance"));
    let proposed = plan["proposed"].as_array().unwrap();
    for order in proposed {
        scene.office.approve_order("ledger", order);
    }
    let kinds = proposed.iter().map(|order| order["kind"].as_str().unwrap());
    kinds.map(str::to_owned).collect()
}

fn available<const N: usize>(scene: &Scene, lines: [&str; N]) -> [i64; N] {
    lines.map(|line| scene.balance(&format!("B:Available:{line}")))
}

#[test]
fn a_balance_is_carried_as_often_as_the_pack_says_and_lapses_afterwards() {
    let scene = owing(&rules(
        "unfunded = \"carry\"",
        "available = \"carry\"\ncarry_years = 1",
    ));
    assert_eq!(end(&scene, "2026"), ["carry", "unfunded"]);
    assert_eq!(available(&scene, [LINE_2026, LINE_2027]), [0, 20_000]);
    // What is owed goes on in the line of the next year, and is paid there.
    assert_eq!(scene.encumbered([LINE_2026, LINE_2027]), [0, 10_000]);
    assert_eq!(scene.payable(["甲一局"]), [10_000]);
    let carried = format!("M:Carried:{}", code("甲二局"));
    assert_eq!(
        (scene.balance(&carried), scene.unfunded(["甲二局"])),
        (50_000, [0])
    );
    let once = scene.office.dump();
    assert_eq!(end(&scene, "2026"), [""; 0], "done once, it is done");
    assert_eq!(scene.office.dump(), once);

    let scene = scene.at("2028-01-10T02:00:00Z");
    assert_eq!(end(&scene, "2027"), ["carry", "lapse"]);
    assert_eq!(
        available(&scene, [LINE_2027, "410100:2028:201:共享"]),
        [0, 0]
    );
    assert_eq!(
        scene.balance(&format!("B:Lapsed:{LINE_2027}")),
        20_000 + 10_000
    );
    assert_eq!(
        scene.payable(["甲一局"]),
        [10_000],
        "what is owed never lapses"
    );
    assert_eq!(scene.office.json(&["audit"])["sound"], true);
}

#[test]
fn a_balance_and_unfunded_entitlements_lapse_where_the_pack_does_not_carry_them() {
    let scene = owing(&rules("unfunded = \"year\"", "available = \"lapse\""));
    assert_eq!(end(&scene, "2026"), ["carry", "lapse", "unfunded"]);
    assert_eq!(available(&scene, [LINE_2026, LINE_2027]), [0, 0]);
    assert_eq!(scene.unfunded(["甲二局"]), [0]);
    assert_eq!(scene.office.json(&["ledger", "unfunded"])["total_fen"], 0);
}

#[test]
fn a_year_is_ended_by_two_people_after_it_is_over_and_with_no_run_pending() {
    let scene = owing(&rules("", "available = \"lapse\""));
    let ask = |scene: &Scene, year: &str, login: &str| {
        scene.office.fails(&[
            "year-end",
            "--year",
            year,
            "--document",
            "郑财〔年终〕1号",
            "--as",
            login,
        ])
    };
    assert!(ask(&scene, "2027", "finance").contains("in the year after it"));
    let stranger = ask(&scene, "2026", "assessor");
    assert!(stranger.contains("role not allowed"), "{stranger}");
    assert!(ask(&scene, "2026", "nobody").contains("nobody"));
    let preview = scene.office.dump();
    year_end(&scene, "2026", None);
    assert_eq!(scene.office.dump(), preview, "a preview writes nothing");

    scene.kept("2026-12", &[]);
    scene.claims("2026-12", &[("3", "甲一局", "成本", "410100", "50", "05")]);
    scene.office.ok(&["run", "--period", "2026-12"]);
    let pending = ask(&scene, "2026", "finance");
    assert!(
        pending.contains("runs are pending") && pending.contains(LINE_2026),
        "{pending}"
    );
    scene.decide("2026-12");
    let plan = year_end(&scene, "2026", Some("finance"));
    let order = &plan["proposed"][0];
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
    let again = year_end(&scene, "2026", Some("finance"));
    assert_eq!(
        again["proposed"],
        serde_json::json!([]),
        "what waits is not proposed again"
    );
    assert_eq!(
        again["waiting"].as_array().unwrap().len(),
        plan["proposed"].as_array().unwrap().len()
    );
}

#[test]
fn what_a_city_advanced_for_its_district_is_settled_at_what_it_comes_to_then() {
    let scene = Scene::new(&rules(
        "without_pot = \"superior_advances\"",
        "available = \"lapse\"",
    ));
    scene.grant(&[("410100", "201", "共享", "1000")]);
    scene.kept("2026-11", &[]);
    // A claim of the district on itself, which has no pot: the city advances it. One of the city's
    // own in the same month is no advance.
    scene.claims(
        "2026-11",
        &[
            ("1", "东区局", "成本", "410102", "60", "05"),
            ("2", "东区局", "成本", "410100", "40", "05"),
            ("3", "甲一局", "成本", "410100", "70", "05"),
        ],
    );
    scene.decide("2026-11");
    scene.publish("2026-11");
    assert_eq!(scene.encumbered([LINE_2026]), [17_000]);
    let district = |scene: &Scene| {
        let plan = year_end(scene, "2026", None);
        plan["nets"].as_array().unwrap().clone()
    };
    // 100 yuan are owed through the district, which owes 60 of them back to the city.
    assert_eq!(district(&scene)[0]["is_owed_fen"], 6_000);
    let lower = |yuan: &str, document: &str| {
        let order = scene.office.json(&[
            "ledger",
            "adjust",
            "--department",
            "东区局",
            "--period",
            "2026-11",
            "--amount",
            yuan,
            "--document",
            document,
            "--as",
            "finance",
        ]);
        scene.office.approve_order("ledger", &order);
    };
    lower("-20", "郑数〔2027〕1号");
    // Four fifths of it are left, of the advance as well.
    let net = &district(&scene)[0];
    assert_eq!(
        (&net["owes_fen"], &net["is_owed_fen"]),
        (&8_000.into(), &4_800.into())
    );
    assert_eq!(end(&scene, "2026"), ["settle", "carry", "lapse"]);
    assert_eq!(scene.balance("P:InterGov:410102"), 4_800 - 8_000);
    assert_eq!(
        scene.payable(["东区局"]),
        [0],
        "it reaches the department through its district"
    );
    let once = scene.office.dump();
    assert_eq!(end(&scene, "2026"), [""; 0]);
    assert_eq!(scene.office.dump(), once);
    // Lowered after the settlement: what was settled beyond is said.
    lower("-10", "郑数〔2027〕2号");
    let plan = year_end(&scene, "2026", None);
    assert_eq!(plan["settled_beyond"][0]["amount_fen"], 600);
    assert_eq!(scene.office.json(&["audit"])["sound"], true);
}
