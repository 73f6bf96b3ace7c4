//! `[[weights]]`: recomputed on loading, frozen for whole years, names in formulas.

use super::*;
use crate::pack::WeightingMethod;

/// Two criteria of which one outweighs the other threefold in 2026, and neither does in 2027.
const BLOCKS: &str = r#"
[[weights]]
id = "value"
title = "重要程度准则"
method = "ahp"
solver = "eigenvector"
criteria = ["grade", "cycle"]
titles = ["级别", "周期"]
matrix = [["1", "3"], ["1/3", "1"]]
decimals = 4
result = ["0.7500", "0.2500"]
cr = "0.0000"
effective = { from = 2026-01-01, to = 2027-01-01 }
cite = "ours"
[[weights]]
id = "value"
method = "ahp"
solver = "column_mean"
criteria = ["grade", "cycle"]
matrix = [["1", "1"], ["1", "1"]]
decimals = 2
result = ["0.50", "0.50"]
cr = "0"
effective = { from = 2027-01-01 }
cite = "ours"
"#;

/// Example B of the column mean (CR = 0.0192), and the inconsistent example of Wang and Chin.
const FIVE: &str = r#"
[[weights]]
id = "five"
method = "ahp"
solver = "column_mean"
criteria = ["a", "b", "c", "d", "e"]
matrix = [
    ["1", "2", "3", "4", "7"],
    ["1/2", "1", "3", "2", "5"],
    ["1/3", "1/3", "1", "1/2", "2"],
    ["1/4", "1/2", "2", "1", "3"],
    ["1/7", "1/5", "1/2", "1/3", "1"],
]
decimals = 6
result = ["0.432076", "0.264284", "0.102516", "0.148224", "0.052900"]
cr = "0.0192"
effective = { from = 2025-01-01 }
cite = "ours"
"#;
const INCONSISTENT: &str = r#"
[[weights]]
id = "six"
method = "ahp"
solver = "eigenvector"
criteria = ["a", "b", "c", "d", "e", "f"]
matrix = [
    ["1", "4", "3", "1", "3", "4"],
    ["1/4", "1", "7", "3", "1/5", "1"],
    ["1/3", "1/7", "1", "1/5", "1/5", "1/6"],
    ["1", "1/3", "5", "1", "1", "1/3"],
    ["1/3", "5", "5", "1", "1", "3"],
    ["1/4", "1", "6", "3", "1/3", "1"],
]
decimals = 4
result = ["0.3208", "0.1395", "0.0347", "0.1285", "0.2374", "0.1391"]
cr = "0.2290"
effective = { from = 2025-01-01 }
cite = "ours"
"#;
const ENTROPY: &str = r#"
[[weights]]
id = "spread"
method = "entropy"
criteria = ["a", "b"]
data = [["1", "2"], ["4", "16"]]
decimals = 6
result = ["0.358889", "0.641111"]
effective = { from = 2026-01-01, to = 2027-01-01 }
cite = "ours"
[[weights]]
id = "conflict"
method = "critic"
criteria = ["a", "b", "c"]
data = [
    ["61", "1.08", "4.33"], ["20.7", "0.26", "4.34"], ["16.3", "1.98", "2.53"], ["9", "3.29", "1.65"],
    ["5.4", "2.77", "2.33"], ["4", "4.12", "1.21"], ["-6.1", "3.52", "2.10"], ["-34.6", "3.31", "0.98"],
]
decimals = 6
result = ["0.202225", "0.480902", "0.316873"]
effective = { from = 2026-01-01, to = 2027-01-01 }
cite = "ours"
"#;

fn loaded(blocks: &str) -> Result<Pack, String> {
    let loaded = load(&files(&format!("{PACK}{blocks}")), &schema());
    let shown: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    loaded.pack.ok_or_else(|| shown.join("\n"))
}

/// What the loader says about blocks with one text replaced.
fn refused(blocks: &str, from: &str, to: &str) -> String {
    assert!(blocks.contains(from), "{from}");
    loaded(&blocks.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn recorded_weights_are_names_in_formulas_with_the_value_of_the_year() {
    let old = "value = \"grade_weight(grade) * cycle_weight(update_cycle)\"";
    let new = "value = \"grade_weight(grade) * weight.value.grade + cycle_weight(update_cycle) * weight.value.cycle\"";
    let written = format!("{}{BLOCKS}", PACK.replacen(old, new, 1));
    let loaded = load(&files(&written), &schema());
    let pack = loaded.pack.unwrap();
    let importance = |period: &str| {
        let schema = schema();
        let plan = Plan::new(&pack, &schema, period.parse().unwrap()).unwrap();
        let mut builder = RowBuilder::new(&schema, 1);
        let row = [
            ("grade", number("1")),
            ("update_cycle", super::text("daily")),
        ];
        builder.push(0, "resources", &row).unwrap();
        plan.importance(&builder.finish().unwrap()).unwrap()
    };
    // 1.00 × 0.75 + 1.30 × 0.25, then 1.00 × 0.5 + 1.30 × 0.5.
    for (period, expected) in [
        ("2026-01", 10_750),
        ("2026-12", 10_750),
        ("2027-01", 11_500),
    ] {
        assert_eq!(importance(period), [expected], "{period}");
    }
    // Before the first year the weight has no value, and the formula that needs it is named.
    let faults = Plan::new(&pack, &schema(), "2025-06".parse().unwrap()).unwrap_err();
    assert!(faults.iter().all(|fault| fault.code == "rules.ended"));
    assert!(faults[0].message.contains("weight.value."), "{}", faults[0]);
}

#[test]
fn a_misprinted_ratio_is_refused_with_the_recomputed_one() {
    assert!(loaded(FIVE).is_ok());
    // As in a published paper: 0.0339 / 1.12 printed as 0.0343.
    let said = refused(FIVE, "cr = \"0.0192\"", "cr = \"0.0343\"");
    assert!(said.contains("rules.weights_mismatch"), "{said}");
    assert!(
        said.contains("0.0343") && said.contains("重算为 0.0192"),
        "{said}"
    );
}

#[test]
fn a_result_that_its_matrix_does_not_give_is_refused_by_criterion() {
    let said = refused(
        FIVE,
        "\"0.432076\", \"0.264284\"",
        "\"0.432075\", \"0.264285\"",
    );
    assert!(
        said.contains("a 0.432075 → 0.432076，b 0.264285 → 0.264284"),
        "{said}"
    );
    // The solver is part of the claim: another one gives other digits.
    let said = refused(FIVE, "column_mean", "geometric_mean");
    assert!(said.contains("rules.weights_mismatch"), "{said}");
}

#[test]
fn inconsistent_judgements_are_refused_unless_a_reason_is_recorded() {
    let said = loaded(INCONSISTENT).unwrap_err();
    assert!(said.contains("rules.weights_inconsistent"), "{said}");
    assert!(said.contains("CR = 0.2290 ≥ 0.1"), "{said}");
    let with_reason = INCONSISTENT.replacen("cr =", "override = \"专家组复议维持\"\ncr =", 1);
    let pack = loaded(&with_reason).unwrap();
    let weighting = &pack.weightings[0];
    assert_eq!(weighting.override_reason.as_deref(), Some("专家组复议维持"));
    assert!(matches!(weighting.method, WeightingMethod::Ahp { .. }));
    let said = refused(&with_reason, "专家组复议维持", " ");
    assert!(
        said.contains("rules.empty"),
        "a reason says something: {said}"
    );
}

#[test]
fn weights_hold_for_whole_years_and_never_twice() {
    for (from, to) in [
        (
            "from = 2026-01-01, to = 2027-01-01",
            "from = 2026-03-01, to = 2027-01-01",
        ),
        (
            "from = 2026-01-01, to = 2027-01-01",
            "from = 2026-01-01, to = 2026-07-01",
        ),
        ("from = 2026-01-01, to = 2027-01-01", "to = 2027-01-01"),
    ] {
        let said = refused(BLOCKS, from, to);
        assert!(said.contains("rules.weights_year"), "{to}: {said}");
    }
    let said = refused(BLOCKS, "from = 2027-01-01 }", "from = 2026-01-01 }");
    assert!(said.contains("rules.duplicate"), "{said}");
}

#[test]
fn weights_are_frozen_for_the_year_across_versions_of_a_pack() {
    let now = loaded(BLOCKS).unwrap();
    let even = BLOCKS
        .replacen(
            "[\"1\", \"3\"], [\"1/3\", \"1\"]",
            "[\"1\", \"1\"], [\"1\", \"1\"]",
            1,
        )
        .replacen("\"0.7500\", \"0.2500\"", "\"0.5000\", \"0.5000\"", 1);
    let next = loaded(&even).unwrap();
    assert_eq!(now.weights_moved_in(&next, 2026), ["value"]);
    assert_eq!(
        now.weights_moved_in(&pack(), 2026),
        ["value"],
        "left out is moved too"
    );
    assert_eq!(now.weights_moved_in(&next, 2027), [""; 0]);
    assert_eq!(now.weights_moved_in(&now, 2026), [""; 0]);
    assert_eq!(
        pack().weights_moved_in(&now, 2026),
        [""; 0],
        "new ones may come"
    );
}

#[test]
fn entropy_and_critic_are_recomputed_from_their_data() {
    let pack = loaded(ENTROPY).unwrap();
    let ids: Vec<&str> = pack.parameters.iter().map(|one| one.id.as_str()).collect();
    assert!(ids.contains(&"weight.spread.b") && ids.contains(&"weight.conflict.c"));
    let said = refused(ENTROPY, "[\"4\", \"16\"]", "[\"4\", \"17\"]");
    assert!(said.contains("rules.weights_mismatch"), "{said}");
    let said = refused(ENTROPY, "[\"4\", \"16\"]", "[\"4\", \"-16\"]");
    assert!(said.contains("use min-max"), "{said}");
    let said = refused(ENTROPY, "[\"4\", \"16\"]", "[\"4\", 16]");
    assert!(said.contains("rows of quoted numbers"), "{said}");
    let said = refused(ENTROPY, "decimals = 6", "cost = [\"bb\"]\ndecimals = 6");
    assert!(said.contains("您是否想写 `b`？"), "{said}");
}

#[test]
fn a_matrix_that_is_none_and_a_misspelt_weight_are_named() {
    let said = refused(FIVE, "[\"1/2\", \"1\", \"3\"", "[\"0.6\", \"1\", \"3\"");
    assert!(
        said.contains("b 对 a：与对称位置的值不互为倒数，应为 1/2"),
        "{said}"
    );
    let said = refused(FIVE, "[\"1/2\", \"1\", \"3\"", "[\"x\", \"1\", \"3\"");
    assert!(said.contains("“x”不是数"), "{said}");
    let formula = PACK.replacen("grade_weight(grade) *", "weight.value.grad *", 1);
    let loaded = load(&files(&format!("{formula}{BLOCKS}")), &schema());
    let said = loaded.diagnostics[0].to_string();
    assert!(said.contains("您是否想写 `weight.value.grade`？"), "{said}");
}
