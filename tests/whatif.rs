//! What-if: drafts of the rules over past months, through the real binary; nothing is written.

use serde_json::Value;

use crate::support::Office;

/// An office with two months run.
fn office() -> Office {
    let office = Office::with_city();
    office.ok(&["run", "--period", "2026-01"]);
    office.ok(&["run", "--period", "2026-02"]);
    office
}

fn months(value: &Value, scenario: usize) -> &Vec<Value> {
    value["scenarios"][scenario]["months"].as_array().unwrap()
}

fn awarded_fen(month: &Value, side: &str) -> i64 {
    let pots = month["pots"].as_array().unwrap().iter();
    pots.map(|pot| pot[format!("awarded_{side}_fen")].as_i64().unwrap())
        .sum()
}

#[test]
fn a_draft_is_measured_against_what_was_and_changes_nothing() {
    let office = office();
    let before = office.dump();

    // The rules in use give what was, month after month.
    let same = office.json(&["simulate", "--periods", "2026-01..2026-02"]);
    for month in months(&same, 0) {
        assert_eq!(month["departments"], Value::Array(vec![]), "{month}");
        assert_eq!(awarded_fen(month, "before"), awarded_fen(month, "after"));
    }

    // Half the reward: money moves, scores do not; scenarios do not disturb one another.
    let folder = office.path("whatif");
    let drafts = office.json(&[
        "simulate",
        "--pack",
        "tiaoli-809",
        "--periods",
        "2026-01..2026-02",
        "--scenario",
        "减半: reward_share=0.35",
        "--scenario",
        "不设上下限: carry_min=0, carry_max=1000",
        "--out",
        &folder.to_string_lossy(),
    ]);
    let first = &months(&drafts, 0)[0];
    assert!(awarded_fen(first, "after") < awarded_fen(first, "before"));
    for department in first["departments"].as_array().unwrap() {
        assert_eq!(department["before"]["total"], department["after"]["total"]);
        assert_eq!(department["before"]["rank"], department["after"]["rank"]);
    }
    for pot in first["pots"].as_array().unwrap() {
        let sum = pot["awarded_after_fen"].as_i64().unwrap();
        assert!(
            sum >= 0 && pot["left_after_fen"].as_i64().unwrap() >= 0,
            "{pot}"
        );
    }
    let unbounded = &months(&drafts, 1)[0];
    assert_eq!(
        unbounded["departments"],
        Value::Array(vec![]),
        "the first month has no month before that could bound it"
    );
    for name in ["规则模拟-whatif.html", "规则模拟-whatif.xlsx"] {
        assert!(
            folder.join(name).metadata().unwrap().len() > 2_000,
            "{name}"
        );
    }
    let page = std::fs::read_to_string(folder.join("规则模拟-whatif.html")).unwrap();
    assert!(page.contains("减半") && page.contains("reward_share=0.35"));

    assert_eq!(before, office.dump(), "a simulation writes nothing");
}

#[test]
fn ten_scenarios_in_one_call_give_what_each_gives_alone() {
    let office = office();
    let periods = ["simulate", "--periods", "2026-01..2026-02"];
    let settings = [
        "a: reward_share=0.1",
        "b: reward_share=0.2",
        "c: reward_share=0.3, carry_min=0",
        "d: cross_region_points=0.5",
        "e: assessed_min=80",
        "f: rounding.at=total",
        "g: carry_max=1000",
        "h: ranking.method=dense",
        "i: grades.on=exact",
        "j: reward_share=0",
    ];
    let mut all: Vec<&str> = periods.to_vec();
    all.extend(settings.iter().flat_map(|one| ["--scenario", *one]));
    let together = office.json(&all);
    for (at, setting) in settings.iter().enumerate() {
        let mut one: Vec<&str> = periods.to_vec();
        one.extend(["--scenario", *setting]);
        let alone = office.json(&one);
        assert_eq!(
            together["scenarios"][at], alone["scenarios"][0],
            "{setting}"
        );
    }
}

#[test]
fn a_draft_that_cannot_be_is_refused_with_advice() {
    let office = office();
    for (arguments, expected) in [
        (
            vec![
                "simulate",
                "--periods",
                "2026-01",
                "--set",
                "reward_shar=0.5",
            ],
            "reward_share",
        ),
        (
            vec![
                "simulate",
                "--periods",
                "2026-01",
                "--set",
                "reward_share=1,5",
            ],
            "十进制数",
        ),
        (vec!["simulate", "--periods", "2026-02..2026-01"], "晚于"),
        (vec!["simulate", "--periods", "2025-12"], "2025-12"),
        (
            vec!["simulate", "--periods", "2026-01", "--pack", "no-such-pack"],
            "pack.toml",
        ),
    ] {
        let message = office.fails(&arguments);
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[test]
fn a_change_of_the_rules_is_shown_key_by_key_and_with_its_effect() {
    let office = office();
    let draft = office.path("draft");
    copy_pack("tiaoli-809", &draft);
    let timely = draft.join("timeliness.toml");
    let text = std::fs::read_to_string(&timely).unwrap();
    let stricter = text.replacen("min_cases = ", "min_cases = 1", 1);
    assert_ne!(text, stricter);
    std::fs::write(&timely, stricter).unwrap();
    let draft = draft.to_string_lossy();

    let same = office.ok(&["rules", "diff", "tiaoli-809", "tiaoli-809"]);
    assert!(same.contains("没有差别"), "{same}");
    let before = office.dump();
    let found = office.json(&["rules", "diff", "tiaoli-809", &draft, "--period", "2026-02"]);
    let differences = found["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 1, "{found}");
    assert_eq!(differences[0]["kind"], "indicator");
    assert_eq!(differences[0]["keys"][0]["key"], "min_cases");
    let affected = found["effect"]["departments"].as_array().unwrap();
    assert!(
        !affected.is_empty(),
        "more cases needed: some lose the indicator"
    );
    let text = office.ok(&["rules", "diff", "tiaoli-809", &draft, "--period", "2026-02"]);
    assert!(
        text.contains("min_cases") && text.contains("涉及"),
        "{text}"
    );
    assert_eq!(before, office.dump(), "a comparison writes nothing");
}

fn copy_pack(name: &str, to: &std::path::Path) {
    let from = crate::support::root().join("rules").join(name);
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}
