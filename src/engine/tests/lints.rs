//! What `rules check` says beyond loading.

use super::*;

/// Cases that expect something of everything that the pack computes.
const CASES: &str = r#"
[[case]]
name = "全部"
period = "2026-03"
[case.expect]
reply_on_time = "1"
reply_speed = "1"
contribution = "1"
violations = "1"
vetoes = "leak"
reward.city = "1"
"#;

/// The findings about the pack with texts replaced.
fn linted(changes: &[(&str, &str)]) -> (String, Option<Proved>) {
    let mut pack = PACK.replacen(") * 0.5", ")", 1);
    let mut cases = CASES.to_owned();
    for (from, to) in changes {
        assert!(pack.contains(from) || cases.contains(from), "{from}");
        if pack.contains(from) {
            pack = pack.replacen(from, to, 1);
        } else {
            cases = cases.replacen(from, to, 1);
        }
    }
    let mut files = files(&pack);
    files.files.insert("tests/all.toml".into(), cases);
    let loaded = load(&files, &schema());
    let shown: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    let pack = loaded
        .pack
        .unwrap_or_else(|| panic!("{}", shown.join("\n")));
    let linted = lint(&files, &pack, &schema(), Conventions::default());
    let shown: Vec<String> = linted.diagnostics.iter().map(ToString::to_string).collect();
    (shown.join("\n"), linted.proved)
}

fn findings(from: &str, to: &str) -> String {
    linted(&[(from, to)]).0
}

#[test]
fn a_sound_pack_is_proved_and_counted() {
    let (findings, proved) = linted(&[]);
    assert_eq!(findings, "");
    let proved = proved.unwrap();
    assert_eq!((proved.axes, proved.indicators, proved.grades), (2, 5, 2));
    assert_eq!((proved.tables, proved.rows, proved.articles), (4, 9, 4));
    assert_eq!((proved.tested, proved.cases, proved.nesting), (11, 1, 2));
}

#[test]
fn thresholds_in_formulas_are_errors_but_structure_is_not() {
    let value = "value = \"COUNT(DISTINCT (consumer, day))\"";
    insta::assert_snapshot!(findings(value, "value = \"COUNT(*) FILTER (WHERE succeeded > 100) * 0.5\""), @r#"
错误 error[rules.literal]: 公式中的常数 100 应是有出处的参数或表 (a literal threshold)
  --> rules/mini/pack.toml:134:45
   | value = "COUNT(*) FILTER (WHERE succeeded > 100) * 0.5"
   |                                             ^^^
   = 建议 help: 写成 [[parameter]]，公式中写 param.<id>；日期写成有效期 (make it a parameter)

错误 error[rules.literal]: 公式中的常数 0.5 应是有出处的参数或表 (a literal threshold)
  --> rules/mini/pack.toml:134:52
   | value = "COUNT(*) FILTER (WHERE succeeded > 100) * 0.5"
   |                                                    ^^^
   = 建议 help: 写成 [[parameter]]，公式中写 param.<id>；日期写成有效期 (make it a parameter)
"#);
    let dated = "value = \"COUNT(*) FILTER (WHERE day >= DATE '2026-01-01')\"";
    insta::assert_snapshot!(findings(value, dated), @r#"
错误 error[rules.literal]: 公式中的常数 2026-01-01 应是有出处的参数或表 (a literal threshold)
  --> rules/mini/pack.toml:134:45
   | value = "COUNT(*) FILTER (WHERE day >= DATE '2026-01-01')"
   |                                             ^^^^^^^^^^^^
   = 建议 help: 写成 [[parameter]]，公式中写 param.<id>；日期写成有效期 (make it a parameter)
"#);
    for fine in [
        "round(COUNT(*) / 1, 4)",
        "COUNT(*) * 100",
        "COUNT(*) - 1 + 0",
    ] {
        assert_eq!(findings(value, &format!("value = \"{fine}\"")), "");
    }
}

#[test]
fn deep_formulas_are_errors() {
    let value = "value = \"COUNT(DISTINCT (consumer, day))\"";
    let deep = "value = \"ABS(LEAST(1, SUM(CASE WHEN succeeded > 0 THEN importance ELSE 0 END)))\"";
    insta::assert_snapshot!(findings(value, deep), @r#"
错误 error[rules.nesting]: 函数和 CASE 嵌套 4 层，超过 3 层 (nested too deeply)
  --> rules/mini/pack.toml:134:27
   | value = "ABS(LEAST(1, SUM(CASE WHEN succeeded > 0 THEN importance ELSE 0 END)))"
   |                           ^^^^
   = 建议 help: 用表或期限列代替里层 (put the inner part into a table)
"#);
}

#[test]
fn numbers_that_decide_nothing_are_errors_and_spare_articles_warnings() {
    let spare = "[[parameter]]\nid = \"spare\"\nunit = \"ratio\"\ncite = \"ours\"\n\
                 values = [{ value = \"1\" }]\n[[deadline]]\n";
    insta::assert_snapshot!(findings("[[deadline]]\n", spare), @r#"
错误 error[rules.untested]: [[parameter]] spare 没有测试 (no case meets spare)
  --> rules/mini/pack.toml:27:1
   | [[parameter]]
   = 建议 help: 在 tests/ 中写一例，预期其分值、`vetoes`、`reward` 或 `parameter.<id>` (expect its points, or its value)

错误 error[rules.unused]: [[parameter]] spare 没有被用到 (spare is never used)
  --> rules/mini/pack.toml:27:1
   | [[parameter]]
   = 建议 help: 删去，或在公式、补偿中使用 (remove it, or use it)
"#);
    insta::assert_snapshot!(findings(", cite = \"act:40\"", ""), @r#"
警告 warning[rules.unused]: [[article]] act:40 没有被用到 (act:40 is never used)
  --> rules/mini/pack.toml:200:1
"#);
    assert!(linted(&[(", cite = \"act:40\"", "")]).1.is_some());
}

#[test]
fn a_name_that_means_two_things_is_an_error() {
    let column = "[[parameter]]\nid = \"succeeded\"\nunit = \"ratio\"\ncite = \"ours\"\n\
                  values = [{ value = \"1\" }]\n[[deadline]]\n";
    let used = ("* cycle_weight", "* param.succeeded * cycle_weight");
    insta::assert_snapshot!(linted(&[("[[deadline]]\n", column), used]).0, @r#"
错误 error[rules.shadowed]: 参数“succeeded”与事实表“usage”的列 (a column)同名，公式里会认错 (shadowed name succeeded)
  --> rules/mini/pack.toml:27:1
   | [[parameter]]
   = 建议 help: 请换一个标识 (choose another id)
"#);
}

#[test]
fn what_no_case_meets_is_an_error() {
    insta::assert_snapshot!(findings("reply_speed = \"1\"\n", ""), @r#"
错误 error[rules.untested]: [[table]] speed 没有测试 (no case meets speed)
  --> rules/mini/pack.toml:78:1
   | [[table]]
   = 建议 help: 在 tests/ 中写一例，预期其分值、`vetoes`、`reward` 或 `parameter.<id>` (expect its points, or its value)

错误 error[rules.untested]: [[indicator]] reply_speed 没有测试 (no case meets reply_speed)
  --> rules/mini/pack.toml:116:1
   | [[indicator]]
   = 建议 help: 在 tests/ 中写一例，预期其分值、`vetoes`、`reward` 或 `parameter.<id>` (expect its points, or its value)
"#);
    insta::assert_snapshot!(findings("reward.city = \"1\"\n", ""), @r#"
错误 error[rules.untested]: [[parameter]] reward_share 没有测试 (no case meets reward_share)
  --> rules/mini/pack.toml:21:1
   | [[parameter]]
   = 建议 help: 在 tests/ 中写一例，预期其分值、`vetoes`、`reward` 或 `parameter.<id>` (expect its points, or its value)
"#);
    insta::assert_snapshot!(findings("vetoes = \"leak\"\n", ""), @r#"
错误 error[rules.untested]: [[indicator]] leak 没有测试 (no case meets leak)
  --> rules/mini/pack.toml:146:1
   | [[indicator]]
   = 建议 help: 在 tests/ 中写一例，预期其分值、`vetoes`、`reward` 或 `parameter.<id>` (expect its points, or its value)
"#);
    // Neither the deadline nor importance nor its tables are met without the indicator that reads them.
    let (found, _) = linted(&[
        ("reply_on_time = \"1\"\n", ""),
        ("reward.city = \"1\"\n", ""),
    ]);
    for id in [
        "reply_on_time",
        "reply ",
        "grade_weight",
        "cycle_weight",
        "reward_share",
    ] {
        assert!(found.contains(id), "{id}: {found}");
    }
}
