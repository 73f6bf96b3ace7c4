//! What the loader says about faults of a pack.

use proptest::prelude::*;

use super::*;

/// The diagnostics of the pack with one text replaced.
pub(super) fn complaints(from: &str, to: &str) -> String {
    assert!(PACK.contains(from), "{from}");
    let loaded = load(&files(&PACK.replacen(from, to, 1)), &schema());
    assert!(loaded.pack.is_none());
    let shown: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    shown.join("\n")
}

#[test]
fn a_misspelt_column_names_the_nearest() {
    insta::assert_snapshot!(complaints("reply_on_time), SUM(importance))", "reply_on_tim), SUM(importance))"), @r#"
错误 error[rules.unknown_column]: 事实表“requests”没有列“reply_on_tim”，也没有这个参数 (unknown column or parameter reply_on_tim)
  --> rules/mini/pack.toml:113:46
   | value = "ratio(SUM(importance) FILTER (WHERE reply_on_tim), SUM(importance))"
   |                                              ^^^^^^^^^^^^
   = 建议 help: 您是否想写 `reply_on_time`？ (did you mean `reply_on_time`?)
"#);
}

#[test]
fn units_that_do_not_go_together_are_both_shown() {
    insta::assert_snapshot!(complaints("SUM(violation(code))", "SUM(violation(code)) + COUNT(*)"), @r#"
错误 error[rules.unit]: 单位不同，不能相加：[points] 与 [count] (units points and count do not go together)
  --> rules/mini/pack.toml:144:10
   | value = "SUM(violation(code)) + COUNT(*)"
   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = 建议 help: 请检查两边的列是否用对，或用 ratio、表换算 (check both sides, or convert by ratio or a table)
"#);
}

#[test]
fn t27_weights_that_do_not_sum_show_the_sum_and_the_parts() {
    insta::assert_snapshot!(complaints("points = \"10\"", "points = \"12\""), @r#"
错误 error[rules.points]: 维度“use”的指标分值之和为 42，维度分值为 40：contribution 30 + violations 12 (indicators sum to 42, not 40)
  --> rules/mini/pack.toml:100:1
   | [[axis]]
   = 建议 help: 自 2025-01-01 起如此；请调整 points 或 maximum (as of 2025-01-01)
"#);
}

#[test]
fn an_unquoted_number_is_refused() {
    insta::assert_snapshot!(complaints("points = \"10\"", "points = 10.0"), @r#"
错误 error[rules.unquoted_number]: [[indicator]] violations 的 `points` 是没有引号的数；决定分数和金额的数须加引号 (unquoted number)
  --> rules/mini/pack.toml:140:10
   | points = 10.0
   |          ^^^^
   = 建议 help: 写作 points = "10.0" (quote it)
"#);
}

#[test]
fn an_unknown_key_names_the_nearest() {
    insta::assert_snapshot!(complaints("min_cases = 2", "min_case = 2"), @r#"
错误 error[rules.unknown_key]: [[indicator]] reply_on_time 没有 `min_case` 这一项 (unknown key min_case)
  --> rules/mini/pack.toml:114:1
   | min_case = 2
   | ^^^^^^^^
   = 建议 help: 您是否想写 `min_cases`？ (did you mean `min_cases`?)
"#);
}

#[test]
fn a_missing_citation_is_an_error() {
    insta::assert_snapshot!(complaints("value = \"SUM(violation(code))\"\ncite = \"act:39\"", "value = \"SUM(violation(code))\""), @r#"
错误 error[rules.missing_cite]: [[indicator]] violations 没有出处 `cite` (no citation)
  --> rules/mini/pack.toml:136:1
   | [[indicator]]
   | ^^^^^^^^^^^^^
   = 建议 help: 写明条款，如 cite = "tiaoli:21"；自定的写 cite = "ours" (cite an article)
"#);
}

#[test]
fn an_unknown_source_names_the_nearest() {
    insta::assert_snapshot!(complaints("cite = [\"act:21\", \"ours\"]", "cite = [\"acts:21\"]"), @r#"
错误 error[rules.unknown_source]: 出处“acts”不是已声明的 [[source]] (unknown source acts)
  --> rules/mini/pack.toml:105:1
   | [[indicator]]
   = 建议 help: 您是否想写 `act`？ (did you mean `act`?)
"#);
}

#[test]
fn duplicate_ids_show_the_first() {
    insta::assert_snapshot!(complaints("id = \"leak\"", "id = \"violations\""), @r#"
错误 error[rules.duplicate]: [[indicator]] 的标识“violations”重复，第一次在 rules/mini/pack.toml:136 (duplicate id violations)
  --> rules/mini/pack.toml:146:1
   | [[indicator]]
   = 建议 help: 换一个标识，或让有效期不重叠 (rename, or end one before the other)
"#);
}

#[test]
fn a_gap_in_a_table_is_shown_exactly() {
    insta::assert_snapshot!(complaints("(2,5]", "(2.5,5]"), @r#"
错误 error[rules.table_gap]: 表“speed”没有一行适用于 (2, 2.5] (no row for (2, 2.5])
  --> rules/mini/pack.toml:78:1
   | [[table]]
   = 建议 help: 补一行，或写 otherwise = "…" (add a row, or declare otherwise)
"#);
}

#[test]
fn an_overlap_in_a_table_shows_both_rows() {
    insta::assert_snapshot!(complaints("[\"2\"]", "[\"[1,2]\"]"), @r#"
错误 error[rules.table_overlap]: 表“grade_weight”的第 1 行与第 2 行都适用于 1 (rows overlap at 1)
  --> rules/mini/pack.toml:60:3
   |   { when = ["[1,2]"], value = "1.20" },
   = 建议 help: 缩小其中一行，或用 hit = "first" (narrow one, or use hit = "first")
"#);
}

#[test]
fn grades_cover_the_range_and_can_be_reached() {
    insta::assert_snapshot!(complaints("from = \"60\"", "from = \"101\""), @r#"
错误 error[rules.grade_unreachable]: 等次“qualified”从 101 起，而总分最多 100 (grade qualified cannot be reached)
  --> rules/mini/pack.toml:154:1
   | [[grade]]
"#);
    let raised = complaints(
        "title = \"不合格\"\nfrom = \"0\"",
        "title = \"不合格\"\nfrom = \"1\"",
    );
    assert!(raised.contains("rules.grade_gap"), "{raised}");
}

#[test]
fn gaps_and_overlaps_of_parameter_values_are_errors() {
    let from = "{ from = 2025-01-01, value = \"0.70\" }";
    let gap = "{ from = 2025-01-01, to = 2025-06-01, value = \"0.70\" }";
    insta::assert_snapshot!(complaints(from, gap), @r#"
错误 error[rules.series_gap]: [[parameter]] reward_share：2025-06-01 至 2026-01-01 之间没有版本 (nothing in force from 2025-06-01 to 2026-01-01)
  --> rules/mini/pack.toml:26:11
   | values = [{ from = 2025-01-01, to = 2025-06-01, value = "0.70" }, { from = 2026-01-01, value = "0.65" }]
   = 建议 help: 补上后续版本；确已终止的，写 [[end]] of = "parameter"、id、on = 2025-06-01、reason、cite (add a version, or declare the end)

错误 error[rules.ended]: “reward”用到的参数 parameter“reward_share”在 2025-06-01 没有有效的版本 (not in force on 2025-06-01)
  --> rules/mini/pack.toml:171:1
   | [[compensation.component]]
   = 建议 help: 请补上此后的版本，或让用到它的一同失效 (add a successor, or end its users)
"#);
    let overlap = "{ from = 2025-01-01, to = 2026-02-01, value = \"0.70\" }";
    insta::assert_snapshot!(complaints(from, overlap), @r#"
错误 error[rules.parameter_overlap]: [[parameter]] reward_share：自 2025-01-01 的值与自 2026-01-01 的值重叠 (values overlap from 2026-01-01)
  --> rules/mini/pack.toml:26:10
   | values = [{ from = 2025-01-01, to = 2026-02-01, value = "0.70" }, { from = 2026-01-01, value = "0.65" }]
   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#);
}

#[test]
fn an_empty_range_is_an_error() {
    insta::assert_snapshot!(complaints("to = 2025-08-01 }", "to = 2025-01-01 }"), @r#"
错误 error[rules.empty_range]: [[deadline]] reply rule effective 的有效期是空的：自 2025-01-01 起，至 2025-01-01 前 (empty range)
  --> rules/mini/pack.toml:37:39
   | effective = { from = 2025-01-01, to = 2025-01-01 }
   |                                       ^^^^^^^^^^
   = 建议 help: `to` 是失效的第一天，须晚于 `from` (to is the first day no longer in force)
"#);
}

#[test]
fn importance_cannot_read_itself() {
    insta::assert_snapshot!(complaints("grade_weight(grade) * cycle", "importance * cycle"), @r#"
错误 error[rules.cycle]: 重要程度的公式用到了它自己：importance → importance (cycle)
  --> rules/mini/pack.toml:91:10
   | value = "importance * cycle_weight(update_cycle)"
   = 建议 help: 请只用目录的列、参数和表 (use columns of the catalogue, parameters, tables)
"#);
}

#[test]
fn deadline_rules_that_overlap_are_an_error() {
    insta::assert_snapshot!(complaints("to = 2025-08-01", "to = 2025-09-01"), @r#"
错误 error[rules.deadline_overlap]: [[deadline]] reply 的第 1 条与第 2 条规则自 2025-08-01 起同时有效 (rules overlap from 2025-08-01)
  --> rules/mini/pack.toml:35:1
   | [[deadline.rule]]
   | ^^^^^^^^^^^^^^^^^
   = 建议 help: 请写 effective.to，或用 when 分开 (end one, or tell them apart)

错误 error[rules.deadline_overlap]: [[deadline]] reply 的第 1 条与第 3 条规则自 2025-08-01 起同时有效 (rules overlap from 2025-08-01)
  --> rules/mini/pack.toml:35:1
   | [[deadline.rule]]
   | ^^^^^^^^^^^^^^^^^
   = 建议 help: 请写 effective.to，或用 when 分开 (end one, or tell them apart)
"#);
}

#[test]
fn all_faults_are_reported_at_once() {
    let text = PACK
        .replacen("points = \"10\"", "points = 10", 1)
        .replacen("reply_due AND", "reply_deu AND", 1)
        .replacen("act:38", "axt:38", 1);
    let loaded = load(&files(&text), &schema());
    let codes: Vec<&str> = loaded.diagnostics.iter().map(|one| one.code).collect();
    for code in [
        "rules.unquoted_number",
        "rules.unknown_column",
        "rules.unknown_source",
    ] {
        assert!(codes.contains(&code), "{codes:?}");
    }
}

#[test]
fn broken_toml_is_placed() {
    insta::assert_snapshot!(complaints("[rounding]", "[rounding"), @r#"
错误 error[rules.toml]: TOML 语法有误：unclosed table, expected `]` (TOML syntax error)
  --> rules/mini/pack.toml:7:10
   | [rounding
"#);
}

#[test]
fn an_empty_folder_is_an_error() {
    let loaded = load(&PackFiles::default(), &schema());
    assert_eq!(loaded.diagnostics[0].code, "rules.no_files");
}

#[test]
fn the_digest_is_of_the_rules_alone() {
    let digest = pack().digest;
    let mut other = files(&PACK.replace('\n', "\r\n"));
    other.files.insert("tests/a.toml".into(), "x = 1".into());
    other.files.insert("README.md".into(), "text".into());
    assert_eq!(load(&other, &schema()).pack.unwrap().digest, digest);
    let changed = files(&PACK.replacen("0.70", "0.71", 1));
    assert_ne!(load(&changed, &schema()).pack.unwrap().digest, digest);
}

#[test]
fn a_period_outside_the_pack_is_refused() {
    let faults = Plan::new(&pack(), &schema(), "2024-12".parse().unwrap()).unwrap_err();
    insta::assert_snapshot!(faults[0], @r#"
错误 error[rules.not_in_force]: 规则包“mini”自 2025-01-01 起有效，不适用于 2024-12 (not in force in 2024-12)
  --> rules/mini/pack.toml:1:1
"#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_mutilated_pack_never_panics(at in 0..PACK.len(), cut in 0_usize..40, put in "\\PC{0,12}") {
        let start = PACK.floor_char_boundary(at);
        let end = PACK.ceil_char_boundary((at + cut).min(PACK.len()));
        let text = format!("{}{put}{}", &PACK[..start], &PACK[end..]);
        let loaded = load(&files(&text), &schema());
        if let Some(pack) = loaded.pack {
            let _ = Plan::new(&pack, &schema(), "2026-03".parse().unwrap());
        }
    }

    #[test]
    fn any_text_is_a_pack_or_is_refused(text in "\\PC{0,200}") {
        prop_assert!(load(&files(&text), &schema()).pack.is_none());
    }
}
