//! Effective time: what is in force on each day, chosen by the period or by a row's own date.

use super::diagnostics::complaints;
use super::values::frame;
use super::*;
use crate::reference;

/// The pack with texts replaced, loaded.
fn with(changes: &[(&str, &str)]) -> Pack {
    let mut text = PACK.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let loaded = load(&files(&text), &schema());
    let shown: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    loaded
        .pack
        .unwrap_or_else(|| panic!("{}", shown.join("\n")))
}

/// A weight for each day of use, two versions of it, picked by the day.
const RATE: &str = r#"[[parameter]]
id = "rate"
unit = "none"
by = "day"
cite = "ours"
values = [{ from = 2026-03-01, to = 2026-03-03, value = "0.5" }, { from = 2026-03-03, value = "2" }]
[[deadline]]
"#;

const COUNTED: &str = "value = \"COUNT(DISTINCT (consumer, day)) * 0.5\"";

fn contribution(pack: &Pack) -> Result<(String, Vec<String>), FaultKind> {
    let plan = Plan::new(pack, &schema(), "2026-03".parse().unwrap()).unwrap();
    let (frame, calendar) = (frame(), calendar());
    let bound = plan.bind(&frame, &calendar).unwrap();
    let (index, _) = pack.indicator("contribution").unwrap();
    let exact = reference::evaluate::<num_rational::BigRational>(&bound);
    let evaluation = match bound.evaluate() {
        Ok(evaluation) => evaluation,
        Err(faults) => {
            assert!(exact.is_err());
            return Err(faults[0].kind.clone());
        }
    };
    let columns = reference::of_evaluation(&evaluation, frame.subjects);
    let error = reference::largest_error(&columns, &exact.unwrap()).unwrap();
    assert_eq!(error, num_traits::Zero::zero());
    let trace = bound.trace(index, 0).unwrap();
    let Some(Value::Number(value)) = trace.cell.value else {
        panic!("no value")
    };
    let rows = trace.tables.iter();
    let rows = rows.map(|one| format!("{} {:?} {}", one.id, one.row, one.value));
    Ok((value.to_string(), rows.collect()))
}

#[test]
fn a_rows_own_date_picks_the_value_of_a_parameter() {
    // Three rows on the 2nd at 0.5, one on the 3rd, the first day of the other value.
    let pack = with(&[("[[deadline]]\n", RATE), (COUNTED, "value = \"SUM(rate)\"")]);
    let used = ["rate Some(0) 0.5", "rate Some(1) 2.0"].map(str::to_owned);
    assert_eq!(contribution(&pack), Ok(("3.5".into(), used.to_vec())));
    // Over aggregates it is the value of the period's last day; a date given by hand is used.
    let always = RATE.replace("2026-03-01", "2025-01-01");
    let last = with(&[
        ("[[deadline]]\n", &always),
        (COUNTED, "value = \"COUNT(*) * rate\""),
    ]);
    assert_eq!(contribution(&last), Ok(("8".into(), Vec::new())));
    let given = "value = \"SUM(rate(DATE '2026-03-01'))\"";
    let given = with(&[("[[deadline]]\n", RATE), (COUNTED, given)]);
    assert_eq!(contribution(&given).unwrap().0, "2");
}

#[test]
fn a_date_before_the_first_version_is_a_fault() {
    let late = RATE
        .replace("2026-03-01", "2026-03-02")
        .replace("2026-03-03", "2026-03-04");
    let pack = with(&[
        ("[[deadline]]\n", &late),
        (COUNTED, "value = \"SUM(rate)\""),
    ]);
    assert_eq!(contribution(&pack).unwrap().0, "2");
    let later = RATE.replace(
        "from = 2026-03-01, to = 2026-03-03",
        "from = 2026-03-03, to = 2026-03-04",
    );
    let later = later.replace("{ from = 2026-03-03, value", "{ from = 2026-03-04, value");
    let pack = with(&[
        ("[[deadline]]\n", &later),
        (COUNTED, "value = \"SUM(rate)\""),
    ]);
    let fault = FaultKind::NoRow {
        table: "rate".into(),
        input: "2026-03-02".into(),
    };
    assert_eq!(contribution(&pack), Err(fault));
}

#[test]
fn a_rows_own_date_picks_the_version_of_a_table() {
    let versions = r#"[[table]]
id = "tariff"
by = "day"
cite = "ours"
inputs = [{ id = "consumer", type = "text" }]
output = { type = "number", scale = 1 }
rows = [{ when = ["a"], value = "1.0" }]
otherwise = "0.1"
effective = { from = 2026-03-01, to = 2026-03-03 }
[[table]]
id = "tariff"
by = "day"
cite = "act:40"
inputs = [{ id = "consumer", type = "text" }]
output = { type = "number", scale = 1 }
rows = [{ when = ["a"], value = "5.0" }]
otherwise = "0.1"
effective = { from = 2026-03-03 }
[importance]
"#;
    let by_row = "value = \"SUM(tariff(consumer))\"";
    let pack = with(&[("[importance]\n", versions), (COUNTED, by_row)]);
    // a, a and b on the 2nd, a on the 3rd.
    let used = [
        "tariff None 0.1",
        "tariff Some(0) 1.0",
        "tariff Some(1) 5.0",
    ];
    let used = used.map(str::to_owned).to_vec();
    assert_eq!(contribution(&pack), Ok(("7.1".into(), used)));
    let unlike = versions.replacen("otherwise = \"0.1\"", "otherwise = \"0.2\"", 1);
    let complaint = complaints("[importance]\n", &unlike);
    assert!(complaint.contains("rules.table_versions"), "{complaint}");
}

#[test]
fn the_column_that_picks_must_be_a_date_that_every_row_has() {
    let on = |column: &str| RATE.replace("by = \"day\"", &format!("by = \"{column}\""));
    let used = |column: &str| {
        let text = PACK.replacen("[[deadline]]\n", &on(column), 1);
        let text = text.replacen(COUNTED, "value = \"SUM(rate)\"", 1);
        let loaded = load(&files(&text), &schema());
        loaded
            .diagnostics
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    insta::assert_snapshot!(used("dya"), @r#"
错误 error[rules.by_column]: “rate”按日期列“dya”取版本，事实表“usage”没有这个日期列 (usage has no date column dya, which picks the version of rate)
  --> rules/mini/pack.toml:140:14
   | value = "SUM(rate)"
   |              ^^^^
   = 建议 help: 您是否想写 `day`？ (did you mean `day`?)
"#);
    insta::assert_snapshot!(used("consumer"), @r#"
错误 error[rules.by_column]: “rate”按日期列“consumer”取版本，事实表“usage”没有这个日期列 (usage has no date column consumer, which picks the version of rate)
  --> rules/mini/pack.toml:140:14
   | value = "SUM(rate)"
   |              ^^^^
   = 建议 help: 可用的名称：day (available: day)
"#);
}

#[test]
fn a_hole_in_any_series_is_an_error() {
    let table = "otherwise = \"1.00\"\neffective = { from = 2025-01-01, to = 2025-06-01 }";
    insta::assert_snapshot!(complaints("otherwise = \"1.00\"", table), @r#"
错误 error[rules.series_end]: [[table]] cycle_weight：自 2025-06-01 起没有后续版本 (no successor from 2025-06-01)
  --> rules/mini/pack.toml:63:1
   | [[table]]
   = 建议 help: 补上后续版本；确已终止的，写 [[end]] of = "table"、id、on = 2025-06-01、reason、cite (add a version, or declare the end)

错误 error[rules.ended]: “importance”用到的表 table“cycle_weight”在 2026-01-01 没有有效的版本 (not in force on 2026-01-01)
  --> rules/mini/pack.toml:90:1
   | [importance]
   = 建议 help: 请补上此后的版本，或让用到它的一同失效 (add a successor, or end its users)
"#);
    let indicator =
        "value = \"SUM(violation(code))\"\neffective = { from = 2025-01-01, to = 2026-01-01 }";
    let complaint = complaints("value = \"SUM(violation(code))\"", indicator);
    assert!(complaint.contains("rules.series_end"), "{complaint}");
    let deadline = "effective = { from = 2025-01-01, to = 2025-07-31 }";
    insta::assert_snapshot!(complaints("effective = { from = 2025-01-01, to = 2025-08-01 }", deadline), @r#"
错误 error[rules.series_gap]: [[deadline]] reply：2025-07-31 至 2025-08-01 之间没有版本 (nothing in force from 2025-07-31 to 2025-08-01)
  --> rules/mini/pack.toml:35:1
   | [[deadline.rule]]
   = 建议 help: 补上后续版本；确已终止的，写 [[end]] of = "deadline"、id、on = 2025-07-31、reason、cite (add a version, or declare the end)
"#);
}

#[test]
fn an_end_is_declared_with_reason_and_article() {
    let end = |on: &str| {
        format!(
            "[[end]]\nof = \"parameter\"\nid = \"pilot\"\non = {on}\nreason = \"试点结束\"\ncite = \"act:38\"\n\
             [[parameter]]\nid = \"pilot\"\nunit = \"ratio\"\ncite = \"ours\"\n\
             values = [{{ from = 2025-01-01, to = 2025-06-01, value = \"0.1\" }}]\n[[deadline]]\n"
        )
    };
    let pack = with(&[("[[deadline]]\n", &end("2025-06-01"))]);
    assert_eq!(pack.ends[0].reason, "试点结束");
    insta::assert_snapshot!(complaints("[[deadline]]\n", &end("2025-06-02")), @r#"
错误 error[rules.end_unused]: [[parameter]] pilot 在 2025-06-02 并没有终止 (parameter pilot does not end on 2025-06-02 without successor)
  --> rules/mini/pack.toml:27:1
   | [[end]]
   = 建议 help: on 是没有版本的第一天 (on is the first day without a version)

错误 error[rules.series_end]: [[parameter]] pilot：自 2025-06-01 起没有后续版本 (no successor from 2025-06-01)
  --> rules/mini/pack.toml:37:11
   | values = [{ from = 2025-01-01, to = 2025-06-01, value = "0.1" }]
   = 建议 help: 补上后续版本；确已终止的，写 [[end]] of = "parameter"、id、on = 2025-06-01、reason、cite (add a version, or declare the end)
"#);
}

#[test]
fn what_is_in_force_finds_all_it_needs_in_force() {
    // Declared ended, and still the share that a component pays by.
    let values = "values = [{ from = 2025-01-01, value = \"0.70\" }, { from = 2026-01-01, value = \"0.65\" }]";
    let ended = "values = [{ from = 2025-01-01, to = 2026-01-01, value = \"0.70\" }]\n\
                 [[end]]\nof = \"parameter\"\nid = \"reward_share\"\non = 2026-01-01\nreason = \"停发\"\ncite = \"act:38\"";
    insta::assert_snapshot!(complaints(values, ended), @r#"
错误 error[rules.ended]: “reward”用到的参数 parameter“reward_share”在 2026-01-01 没有有效的版本 (not in force on 2026-01-01)
  --> rules/mini/pack.toml:177:1
   | [[compensation.component]]
   = 建议 help: 请补上此后的版本，或让用到它的一同失效 (add a successor, or end its users)
"#);
}

#[test]
fn versions_change_on_their_first_day() {
    let pack = pack();
    let value = |on: &str| {
        let found = pack.parameter_on("reward_share", day(on));
        found.map(|(_, value)| value.value.to_string())
    };
    assert_eq!(value("2024-12-31"), None);
    assert_eq!(value("2025-01-01"), Some("0.70".into()));
    assert_eq!(value("2025-12-31"), Some("0.70".into()));
    assert_eq!(value("2026-01-01"), Some("0.65".into()));
}
