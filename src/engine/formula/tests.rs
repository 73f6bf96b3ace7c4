#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::tree::Ty;
use super::*;
use crate::pack::{InputType, TableOutput};
use crate::schema::{Column, TableSchema, Type, Unit};
use domain::Rounding;
use proptest::prelude::*;

fn table() -> TableSchema {
    let number = |unit, scale| Type::Number { unit, scale };
    TableSchema::new(
        "requests",
        vec![
            Column::new("importance", number(Unit::None, 4), ""),
            Column::new("reply_days", Type::DAYS, ""),
            Column::new("amount", number(Unit::Cny, 2), ""),
            Column::new("count", Type::COUNT, ""),
            Column::new("share_type", Type::Text, ""),
            Column::new("received_on", Type::Date, ""),
            Column::new("replied_on", Type::Date, "").optional(),
            Column::new("on_time", Type::Bool, ""),
        ],
    )
}

fn parts() -> (TableSchema, Vec<(String, Unit, u8)>, Vec<TableSignature>) {
    let parameters = vec![("limit".to_owned(), Unit::Days, 0)];
    let tables = vec![TableSignature {
        id: "weight".into(),
        inputs: vec![InputType::Text],
        output: TableOutput::Number {
            unit: Unit::None,
            scale: 2,
        },
        by: None,
        is_parameter: false,
    }];
    (table(), parameters, tables)
}

fn subject(text: &str) -> Result<Compiled, Vec<FormulaFault>> {
    let (table, parameters, tables) = parts();
    let names = Names {
        table: &table,
        parameters: &parameters,
        tables: &tables,
        rounding: Rounding::HalfUp,
    };
    compile_subject(text, names, None, false)
}

fn row(text: &str) -> Result<Compiled, Vec<FormulaFault>> {
    let (table, parameters, tables) = parts();
    let names = Names {
        table: &table,
        parameters: &parameters,
        tables: &tables,
        rounding: Rounding::HalfUp,
    };
    compile_row(text, names)
}

fn complaint(result: Result<Compiled, Vec<FormulaFault>>) -> String {
    let faults = result.unwrap_err();
    let lines = faults.iter().map(|fault| {
        let FormulaFault {
            line,
            column,
            width,
            code,
            message,
            help,
        } = fault;
        format!("{line}:{column}+{width} {code}: {message} | {help}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_language_is_accepted() {
    for text in [
        "ratio(SUM(importance) FILTER (WHERE on_time), SUM(importance))",
        "SUM(CASE WHEN on_time THEN importance ELSE 0 END)",
        "COUNT(DISTINCT (share_type, received_on))",
        "COUNT(DISTINCT share_type, received_on)",
        "default(AVG(reply_days) FILTER (WHERE on_time), 0)",
        "round(SUM(importance) / COUNT(*), 4)",
        "ROUND(SUM(importance) * 0.5, 2)",
        "LEAST(SUM(count), GREATEST(COUNT(*), 3))",
        "COUNT(*) FILTER (WHERE replied_on IS NOT NULL AND replied_on <= received_on)",
        "SUM(workdays(received_on, period_end)) - SUM(reply_days)",
        "SUM(weight(share_type) * importance)",
        "COUNT(*) FILTER (WHERE share_type IN ('a', 'b') OR NOT share_type <> 'c') > 0",
        "COUNT(*) FILTER (WHERE reply_days BETWEEN 1 AND param.limit)",
        "ABS(-SUM(amount))",
        "FLOOR(AVG(reply_days)) + CEIL(MAX(reply_days))",
        "COUNT(*) FILTER (WHERE received_on >= DATE '2025-08-01')",
        "SUM(default(replied_on, period_end) - received_on)",
    ] {
        let result = subject(text);
        assert!(result.is_ok(), "{text}: {result:?}");
    }
    for text in [
        "share_type = 'unconditional'",
        "CASE WHEN replied_on IS NULL THEN FALSE ELSE replied_on <= received_on END",
        "replied_on IS NULL OR replied_on > received_on",
        "CASE share_type WHEN 'a' THEN 1 ELSE 2.5 END > count",
    ] {
        let result = row(text);
        assert!(result.is_ok(), "{text}: {result:?}");
    }
}

#[test]
fn names_types_and_units_are_checked() {
    insta::assert_snapshot!(complaint(subject("SUM(reply_dayz)")), @r#"1:5+10 rules.unknown_column: 事实表“requests”没有列“reply_dayz”，也没有这个参数 (unknown column or parameter reply_dayz) | 您是否想写 `reply_days`？ (did you mean `reply_days`?)"#);
    insta::assert_snapshot!(complaint(subject("SUM(amount) + SUM(reply_days)")), @r#"1:1+28 rules.unit: 单位不同，不能相加：[cny] 与 [days] (units cny and days do not go together) | 请检查两边的列是否用对，或用 ratio、表换算 (check both sides, or convert by ratio or a table)"#);
    insta::assert_snapshot!(complaint(subject("SUM(amount * reply_days)")), @r#"1:5+19 rules.unit: 单位不同，不能相乘：[cny] 与 [days] (units cny and days do not go together) | 请检查两边的列是否用对，或用 ratio、表换算 (check both sides, or convert by ratio or a table)"#);
    insta::assert_snapshot!(complaint(subject("SUM(importance) / COUNT(*)")), @r#"1:1+23 rules.division: 除法只能写在 round(a / b, 位数) 或 ratio(a, b) 中 (a quotient needs round(a / b, s) or ratio(a, b)) |"#);
    insta::assert_snapshot!(complaint(subject("importance")), @r#"1:1+10 rules.not_aggregated: 列“importance”应在 SUM、COUNT 等汇总之内 (column outside an aggregate) | 例如 SUM(importance) (for example SUM(importance))"#);
    insta::assert_snapshot!(complaint(subject("COUNT(*) FILTER (WHERE replied_on <= received_on)")), @r#"1:24+10 rules.optional: “replied_on”可能没有值 (replied_on may be missing) | 请写 default(replied_on, 缺省值)，或先以 replied_on IS NOT NULL 判断 (give a default or test it first)"#);
    insta::assert_snapshot!(complaint(subject("SUM(wieght(share_type)) + SUM(amount) + nothing")), @r#"
1:5+17 rules.unknown_function: 没有名为“wieght”的函数或表 (unknown function or table wieght) | 您是否想写 `weight`？ (did you mean `weight`?)
1:41+7 rules.unknown_column: 事实表“requests”没有列“nothing”，也没有这个参数 (unknown column or parameter nothing) | 可用的名称：importance, reply_days, amount, count, share_type, received_on, replied_on, on_time, limit (available: importance, reply_days, amount, count, share_type, received_on, replied_on, on_time, limit)
"#);
    insta::assert_snapshot!(complaint(row("share_type > 'a'")), @r#"1:1+16 rules.type: 文本只能比较是否相等 (texts compare only for equality) |"#);
    insta::assert_snapshot!(complaint(row("COUNT(*) > 1")), @r#"1:1+5 rules.aggregate_in_row: count 是汇总，不能用在逐行的公式里 (an aggregate in a row formula) |"#);
    insta::assert_snapshot!(complaint(row("(SELECT 1)")), @r#"1:2+6 rules.formula_token: 公式中不能使用 SELECT (not part of the formula language) |"#);
    insta::assert_snapshot!(complaint(row("on_time AND")), @r#"1:1+1 rules.formula_syntax: 公式语法有误：sql parser error: Expected: an expression, found: EOF (syntax error) | 请检查括号、逗号与关键字 (check brackets, commas and keywords)"#);
    insta::assert_snapshot!(complaint(row("\"share_type\" = NULL")), @r#"1:1+12 rules.formula_token: 名称不加双引号；文本用单引号：'share_type' (texts take single quotes) |"#);
    insta::assert_snapshot!(complaint(subject("AVG(reply_days) FILTER (WHERE on_time)")), @r#"1:1+37 rules.optional: “AVG(reply_days) FILTER (WHERE on_time)”可能没有值 (AVG(reply_days) FILTER (WHERE on_time) may be missing) | 请写 default(AVG(reply_days) FILTER (WHERE on_time), 缺省值)，或先以 AVG(reply_days) FILTER (WHERE on_time) IS NOT NULL 判断 (give a default or test it first)"#);
}

#[test]
fn scales_are_static() {
    let compiled = subject("SUM(importance * 0.25) + 1.5 * SUM(importance)").unwrap();
    assert_eq!(compiled.root.ty, Ty::scaled(Unit::None, 6));
    assert_eq!(compiled.aggregates.len(), 2);
}

#[test]
fn limits_hold_before_parsing() {
    assert!(complaint(row(&"(".repeat(100))).contains("嵌套"));
    assert!(complaint(row(&"1+".repeat(400))).contains("500"));
    assert!(complaint(row(&"x".repeat(3000))).contains("2000"));
    assert!(complaint(row(&format!("{}on_time", "NOT ".repeat(450)))).contains("rules."));
    assert!(complaint(row(&"INTERVAL ".repeat(200))).contains("INTERVAL"));
}

#[test]
fn what_is_shown_compiles_to_the_same_tree() {
    let (table, parameters, tables) = parts();
    let names = Names {
        table: &table,
        parameters: &parameters,
        tables: &tables,
        rounding: Rounding::HalfUp,
    };
    for text in [
        "ratio(SUM(importance * weight(share_type)) FILTER (WHERE on_time OR reply_days < 3), SUM(importance))",
        "SUM(CASE WHEN NOT on_time THEN -1 ELSE count * 2 END) - (3 - COUNT(*))",
        "round(SUM(importance) / (COUNT(*) + 1), 3)",
    ] {
        let compiled = subject(text).unwrap();
        let shown = show(&compiled.root, &compiled.aggregates, names, &|_| None);
        assert_eq!(subject(&shown).unwrap(), compiled, "{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn any_text_compiles_or_is_refused(text in "\\PC{0,60}") {
        let _ = subject(&text);
        let _ = row(&text);
    }

    #[test]
    fn any_mixture_of_words_compiles_or_is_refused(
        words in prop::collection::vec(prop::sample::select(vec![
            "SUM(", "COUNT(*)", "DISTINCT", "FILTER (WHERE ", ")", "(", "importance", "reply_days",
            "replied_on", "IS NULL", "IS NOT NULL", "AND", "OR", "NOT", "CASE", "WHEN", "THEN",
            "ELSE", "END", "+", "-", "*", "/", "<", ">=", "=", "<>", "IN (", ",", "'a'", "1", "0.5",
            "round(", "ratio(", "default(", "weight(", "share_type", "BETWEEN", "DATE '2025-01-01'",
            "LEAST(", "param.limit", "INTERVAL", "::", "[", "{", "$$", "||", "period_end", "AVG(",
        ]), 0..40)
    ) {
        let text = words.join(" ");
        let _ = subject(&text);
        let _ = row(&text);
    }
}
