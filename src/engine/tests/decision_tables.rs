//! Decision tables as a pack writes them: every hit policy by value, by trace and by the reference.

use num_rational::BigRational;
use num_traits::Zero as _;

use super::diagnostics::complaints;
use super::values::frame;
use super::*;
use crate::reference;

/// The table of the pack that each test writes anew.
const ROWS: &str = r#"rows = [{ when = ["P1"], value = "0.5" }, { when = ["P2"], value = "2.0", cite = "act:40" }]"#;

/// The deductions for two incidents of P1 and one of P2, and the rows that the trace shows, under
/// other rows.
fn deducted(rows: &str) -> (String, Vec<Option<usize>>) {
    let loaded = load(&files(&PACK.replacen(ROWS, rows, 1)), &schema());
    let shown: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    let pack = loaded
        .pack
        .unwrap_or_else(|| panic!("{}", shown.join("\n")));
    let plan = Plan::new(&pack, &schema(), "2026-03".parse().unwrap()).unwrap();
    let (frame, calendar) = (frame(), calendar());
    let bound = plan.bind(&frame, &calendar).unwrap();
    let evaluation = bound.evaluate().unwrap();
    let exact = reference::evaluate::<BigRational>(&bound).unwrap();
    let columns = reference::of_evaluation(&evaluation, frame.subjects);
    let error = reference::largest_error(&columns, &exact);
    assert_eq!(error, Some(BigRational::zero()));
    let (index, _) = pack.indicator("violations").unwrap();
    let trace = bound.trace(index, 0).unwrap();
    let Some(Value::Number(value)) = trace.cell.value else {
        panic!("no value")
    };
    let rows = trace.tables.iter().map(|one| one.row).collect();
    (value.to_string(), rows)
}

const SEVERAL: &str = r#"rows = [
  { when = ["P1"], value = "0.5" }, { when = ["P1|P2"], value = "2.0" }, { when = ["-"], value = "1.0" },
]"#;

/// Several rows match under this policy.
fn several(hit: &str) -> (String, Vec<Option<usize>>) {
    deducted(&format!("hit = \"{hit}\"\n{SEVERAL}"))
}

#[test]
fn the_first_row_decides_or_the_best_output() {
    assert_eq!(several("first"), ("3".into(), vec![Some(0), Some(1)]));
    let best = r#"hit = "priority"
priorities = ["0.5", "2.0"]
rows = [{ when = ["P1|P2"], value = "2.0" }, { when = ["P1"], value = "0.5" }]"#;
    assert_eq!(deducted(best), ("3".into(), vec![Some(0), Some(1)]));
}

#[test]
fn rule_order_gives_the_first_value_and_shows_every_row() {
    let all = vec![Some(0), Some(1), Some(2)];
    assert_eq!(several("rule_order"), ("3".into(), all));
}

#[test]
fn collecting_adds_up_or_compares_or_counts_all_rows() {
    let all = || vec![Some(0), Some(1), Some(2)];
    assert_eq!(several("collect(sum)"), ("10".into(), all()));
    assert_eq!(several("collect(min)"), ("2".into(), all()));
    assert_eq!(several("collect(max)"), ("6".into(), all()));
    let count = r#"hit = "collect(count)"
rows = [{ when = ["P1"] }, { when = ["P1|P9"] }]"#;
    assert_eq!(deducted(count), ("4".into(), vec![Some(0), Some(1)]));
}

#[test]
fn rows_that_agree_may_meet_under_any() {
    let rows = r#"hit = "any"
rows = [{ when = ["P1|P2"], value = "0.5" }, { when = ["P1"], value = "0.5" }]"#;
    assert_eq!(deducted(rows), ("1.5".into(), vec![Some(0), Some(1)]));
}

#[test]
fn negated_texts_and_quoted_bars_are_cells() {
    let rows = r#"rows = [{ when = ["not('P1'|'a|b')"], value = "1.0" }, { when = ["'P1'|'a|b'"], value = "0.1" }]"#;
    assert_eq!(deducted(rows), ("1.2".into(), vec![Some(0), Some(1)]));
}

#[test]
fn a_value_outside_the_domain_is_a_fault_whatever_is_otherwise() {
    let domain = PACK
        .replacen(
            "{ id = \"code\", type = \"text\" }",
            "{ id = \"code\", type = \"text\", domain = \"P1|P3\" }",
            1,
        )
        .replacen(
            ROWS,
            "rows = [{ when = [\"P1\"], value = \"1.0\" }]\notherwise = \"0.0\"",
            1,
        );
    let pack = load(&files(&domain), &schema()).pack.unwrap();
    let plan = Plan::new(&pack, &schema(), "2026-03".parse().unwrap()).unwrap();
    let (frame, calendar) = (frame(), calendar());
    let bound = plan.bind(&frame, &calendar).unwrap();
    let faults = bound.evaluate().unwrap_err();
    let missing = FaultKind::NoRow {
        table: "violation".into(),
        input: "'P2'".into(),
    };
    assert_eq!(faults[0].kind, missing);
    assert!(reference::evaluate::<BigRational>(&bound).is_err());
}

#[test]
fn mistakes_of_tables_are_told_by_row() {
    let duplicate = ROWS.replace("[\"P2\"]", "[\"'P1'\"]");
    insta::assert_snapshot!(complaints(ROWS, &duplicate), @r#"
错误 error[rules.table_duplicate]: 表“violation”的第 1 行与第 2 行条件相同 (rows with the same conditions)
  --> rules/mini/pack.toml:77:43
   | rows = [{ when = ["P1"], value = "0.5" }, { when = ["'P1'"], value = "2.0", cite = "act:40" }]
   = 建议 help: 删去其中一行 (remove one of them)
"#);
    let hidden = format!("hit = \"first\"\n{}", ROWS.replace("[\"P1\"]", "[\"-\"]"));
    insta::assert_snapshot!(complaints(ROWS, &hidden), @r#"
错误 error[rules.table_unreachable]: 表“violation”的第 2 行永远用不到 (row 2 is never reached)
  --> rules/mini/pack.toml:78:42
   | rows = [{ when = ["-"], value = "0.5" }, { when = ["P2"], value = "2.0", cite = "act:40" }]
   = 建议 help: 前面的行或数位使它从不决定结果 (earlier rows or the precision exclude it)
"#);
    let unranked = format!("hit = \"priority\"\npriorities = [\"0.5\"]\n{ROWS}");
    insta::assert_snapshot!(complaints(ROWS, &unranked), @r#"
错误 error[rules.table_priorities]: [[table]] violation 的 `priorities` 应从优到次列出各行的输出，各一次 (priorities list each output once)
  --> rules/mini/pack.toml:78:14
   | priorities = ["0.5"]
   |              ^^^^^^^
   = 建议 help: 写作 priorities = ["最优", …, "最次"] (best first)
"#);
    let unread = ROWS.replace("[\"P2\"]", "[\"P2||P3\"]");
    insta::assert_snapshot!(complaints(ROWS, &unread), @r#"
错误 error[rules.table_cell]: 表格条件“P2||P3”读不懂 (cannot read the condition P2||P3)
  --> rules/mini/pack.toml:77:52
   | rows = [{ when = ["P1"], value = "0.5" }, { when = ["P2||P3"], value = "2.0", cite = "act:40" }]
   |                                                    ^^^^^^^^^^
   = 建议 help: 写作 -、'daily'、daily|weekly 或 not('daily')
"#);
    let unknown = format!("hit = \"colect(sum)\"\n{ROWS}");
    insta::assert_snapshot!(complaints(ROWS, &unknown), @r#"
错误 error[rules.unknown_word]: [[table]] violation 的 `hit` 不认识“colect(sum)” (unknown hit)
  --> rules/mini/pack.toml:77:7
   | hit = "colect(sum)"
   |       ^^^^^^^^^^^^^
   = 建议 help: 您是否想写 `collect(sum)`？ (did you mean `collect(sum)`?)
"#);
}

#[test]
fn sixteen_thousand_rows_are_read_proved_and_looked_up() {
    let rows: Vec<String> = (0..16_369)
        .map(|row| format!("{{ when = [\"K{row}|L{row}\"], value = \"0.1\" }}"))
        .collect();
    let rows = format!(
        "rows = [\n{},\n{}]",
        &ROWS[8..ROWS.len() - 1],
        rows.join(",\n")
    );
    assert_eq!(deducted(&rows), ("3".into(), vec![Some(0), Some(1)]));
    let again = rows.replacen("L16367", "K16368", 1);
    let complaint = complaints(ROWS, &again);
    assert!(
        complaint.contains("第 16370 行与第 16371 行"),
        "{complaint}"
    );
}
