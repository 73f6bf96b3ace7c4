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

fn carried() -> [(String, Carried); 3] {
    [
        ("on_time_rate".into(), Carried::Number(Unit::Ratio)),
        ("spent".into(), Carried::Number(Unit::Cny)),
        (
            "leak".into(),
            Carried::Never("否决指标没有数值 (a veto has no number)"),
        ),
    ]
}

fn subject(text: &str) -> Result<Compiled, Vec<FormulaFault>> {
    let (table, parameters, tables) = parts();
    let names = Names {
        table: &table,
        parameters: &parameters,
        tables: &tables,
        carried: &carried(),
        rounding: Rounding::HalfUp,
    };
    let rows = Rows {
        condition: None,
        may_be_empty: false,
        of_subject: true,
    };
    compile_subject(text, names, rows)
}

fn row(text: &str) -> Result<Compiled, Vec<FormulaFault>> {
    let (table, parameters, tables) = parts();
    let names = Names {
        table: &table,
        parameters: &parameters,
        tables: &tables,
        carried: &carried(),
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
        "rank(SUM(count)) + COUNT(*)",
        "percentile(ratio(SUM(importance) FILTER (WHERE on_time), SUM(importance)))",
        "default(relative_to_best(AVG(reply_days)), 0)",
        "CASE WHEN share_of_total(SUM(amount)) IS NULL THEN 0 ELSE share_of_total(SUM(amount)) END",
        "ratio(COUNT(*), 2) - default(carry('on_time_rate'), 0.5)",
        "SUM(amount) - default(carry('spent'), 0)",
        "default(carry('total'), 60) >= 60",
        "CASE WHEN AVG(reply_days) FILTER (WHERE on_time) IS NOT NULL \
         THEN AVG(reply_days) FILTER (WHERE on_time) ELSE 0 END",
        "MAX(received_on + 30) - MIN(received_on - reply_days)",
        "COUNT(*) FILTER (WHERE received_on NOT BETWEEN period_start AND period_end)",
        "COUNT(*) FILTER (WHERE count NOT IN (1, 2.5) AND received_on IN (DATE '2025-08-01'))",
        "SUM(round(importance))",
    ] {
        let result = subject(text);
        assert!(result.is_ok(), "{text}: {result:?}");
    }
    for text in [
        "share_type = 'unconditional'",
        "CASE WHEN replied_on IS NULL THEN FALSE ELSE replied_on <= received_on END",
        "replied_on IS NULL OR replied_on > received_on",
        "CASE share_type WHEN 'a' THEN 1 ELSE 2.5 END > count",
        "is_workday(received_on) AND add_workdays(received_on, -5) < 10 + received_on",
        "default(replied_on, period_end) <= add_workdays(received_on, limit)",
        "count != 3 AND GREATEST(received_on, period_start) = received_on",
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
    insta::assert_snapshot!(complaint(subject("SUM(importance) / COUNT(*)")), @r#"1:1+23 rules.division: 除法只能写在 round(a / b, 位数) 或 ratio(a, b) 中 (a quotient needs round(a / b, s) or ratio(a, b)) | 两边单位相同用 ratio(a, b)，否则写明位数 (equal units: ratio(a, b))"#);
    insta::assert_snapshot!(complaint(subject("importance")), @r#"1:1+10 rules.not_aggregated: 列“importance”应在 SUM、COUNT 等汇总之内 (column outside an aggregate) | 例如 SUM(importance) (for example SUM(importance))"#);
    insta::assert_snapshot!(complaint(subject("COUNT(*) FILTER (WHERE replied_on <= received_on)")), @r#"1:24+10 rules.optional: “replied_on”可能没有值 (replied_on may be missing) | 请写 default(replied_on, 缺省值)，或先以 replied_on IS NOT NULL 判断 (give a default, or test it first)"#);
    insta::assert_snapshot!(complaint(subject("SUM(wieght(share_type)) + SUM(amount) + nothing")), @r#"
1:5+17 rules.unknown_function: 没有名为“wieght”的函数或表 (unknown function or table wieght) | 您是否想写 `weight`？ (did you mean `weight`?)
1:41+7 rules.unknown_column: 事实表“requests”没有列“nothing”，也没有这个参数 (unknown column or parameter nothing) | 可用的名称：importance, reply_days, amount, count, share_type, received_on, replied_on, on_time, limit (available: importance, reply_days, amount, count, share_type, received_on, replied_on, on_time, limit)
"#);
    insta::assert_snapshot!(complaint(row("share_type > 'a'")), @r#"1:1+16 rules.type: 文本只能比较是否相等 (texts compare only for equality) | 按等级比较请用表换成数 (turn levels into numbers by a table)"#);
    insta::assert_snapshot!(complaint(row("COUNT(*) > 1")), @r#"1:1+5 rules.aggregate_in_row: count 是汇总，不能用在逐行的公式里 (an aggregate in a row formula) |"#);
    insta::assert_snapshot!(complaint(row("(SELECT 1)")), @r#"1:2+6 rules.formula_token: 公式中不能使用 SELECT (not part of the formula language) | 公式只是一个式子，行由 from 与 where 选定 (a formula is one expression over the rows)"#);
    insta::assert_snapshot!(complaint(row("on_time AND")), @r#"1:1+1 rules.formula_syntax: 公式语法有误：sql parser error: Expected: an expression, found: EOF (syntax error) | 请检查括号、逗号与关键字 (check brackets, commas and keywords)"#);
    insta::assert_snapshot!(complaint(row("\"share_type\" = NULL")), @r#"1:1+12 rules.formula_token: 名称不加双引号；文本用单引号：'share_type' (texts take single quotes) |"#);
    insta::assert_snapshot!(complaint(subject("AVG(reply_days) FILTER (WHERE on_time)")), @r#"1:1+37 rules.optional: “AVG(reply_days) FILTER (WHERE on_time)”可能没有值 (AVG(reply_days) FILTER (WHERE on_time) may be missing) | 请写 default(AVG(reply_days) FILTER (WHERE on_time), 缺省值)，或先以 AVG(reply_days) FILTER (WHERE on_time) IS NOT NULL 判断 (give a default, or test it first)"#);
}

/// What other languages have is refused with what this one has instead.
#[test]
fn slips_are_answered_by_what_to_write() {
    for (text, advice) in [
        (
            "COALESCE(replied_on, period_end) > received_on",
            "default(replied_on, period_end)",
        ),
        ("COALESCE(replied_on) > received_on", "default(x, v)"),
        (
            "NVL(replied_on, period_end) > received_on",
            "default(replied_on, period_end)",
        ),
        ("NULLIF(count, 0) = 1", "CASE WHEN b = 0"),
        ("IF(on_time, 1, 0) = 1", "CASE WHEN"),
        ("count == 1", "equal is ="),
        ("on_time || on_time", "OR"),
        ("on_time && on_time", "AND"),
        ("!on_time", "NOT"),
        ("count % 2 = 0", "ratio(a, b)"),
        ("share_type LIKE 'a%'", "equality"),
        ("UPPER(share_type) = 'A'", "equality"),
        ("share_type::text = 'a'", "no cast"),
        ("CAST(count AS numeric) = 1", "round"),
        ("received_on >= '2025-08-01'", "DATE '2025-08-01'"),
        ("count = '1'", "no quotes"),
        ("on_time = 1", "NOT x"),
        ("on_time IS TRUE", "x or NOT x"),
        (
            "received_on + INTERVAL '3 days' > received_on",
            "date + days",
        ),
        ("received_on + 2.5 > received_on", "floor(x)"),
        ("received_on + count > received_on", "ratio"),
        ("received_on + received_on > received_on", "subtract"),
        ("received_on < CURRENT_DATE", "period_end"),
        ("received_on < now()", "period_end"),
        ("EXTRACT(YEAR FROM received_on) = 2025", "compare dates"),
        ("YEAR(received_on) = 2025", "compare dates"),
        ("DATEDIFF(replied_on, received_on) > 1", "workdays"),
        (
            "NETWORKDAYS(received_on, period_end) > 1",
            "workdays(from, to)",
        ),
        ("ROW_NUMBER() > 1", "rank(x)"),
        ("count > ALL (1)", "IN (a, b)"),
        ("count = :limit", "param.x"),
        ("count = $1", "param.x"),
        ("count = 1;", "semicolon"),
        ("count = 1 -- one", "comments"),
        ("count = E'a'", "'…'"),
        ("count ＞ 1", "write >"),
        ("count IN （1）", "write ("),
        ("share_type = ‘a’", "write '"),
        ("count IN (1，2)", "write ,"),
        ("workdays(received_on) > 1", "workdays(起, 止)"),
        ("\"share_type\" = 'a'", ""),
    ] {
        let said = complaint(row(text));
        assert!(said.contains(advice), "{text}\n{said}");
    }
    for (text, advice) in [
        (
            "COUNT(replied_on)",
            "COUNT(*) FILTER (WHERE replied_on IS NOT NULL)",
        ),
        ("MAX(count, reply_days)", "GREATEST"),
        ("MIN(count, reply_days)", "LEAST"),
        ("LAG(SUM(count))", "carry("),
        ("RANK() OVER (ORDER BY SUM(count))", "group verbs"),
        ("PERCENT_RANK(SUM(count))", "percentile(x)"),
        ("SUMIF(count)", "FILTER"),
        (
            "ABS(SUM(count)) FILTER (WHERE on_time)",
            "after the aggregate",
        ),
        ("SUM(count) / SUM(amount)", "ratio(a, b)"),
        ("MOD(SUM(count), 2)", "table"),
    ] {
        let said = complaint(subject(text));
        assert!(said.contains(advice), "{text}\n{said}");
    }
}

#[test]
fn verbs_stand_beside_aggregates_only_and_do_not_nest() {
    insta::assert_snapshot!(complaint(row("rank(count) > 1")), @"1:1+10 rules.verb_in_row: rank 针对部门，不能用在逐行的公式或汇总之内 (a verb among the columns of a row) | 先汇总再比较，例如 rank(SUM(x)) (aggregate first)");
    insta::assert_snapshot!(complaint(subject("SUM(rank(count))")), @"1:5+10 rules.verb_in_row: rank 针对部门，不能用在逐行的公式或汇总之内 (a verb among the columns of a row) | 先汇总再比较，例如 rank(SUM(x)) (aggregate first)");
    insta::assert_snapshot!(complaint(subject("rank(percentile(SUM(count)))")), @"1:6+20 rules.verb_nested: percentile 不能用在 rank 之内 (percentile inside rank) | 组内比较每次一层 (compare once, over aggregates)");
    insta::assert_snapshot!(complaint(subject("share_of_total(ratio(COUNT(*), 2))")), @"1:16+17 rules.aggregate: share_of_total 求和，分数须先取整 (a total needs a decimal, not a fraction) | 写 round(x, 位数) (round first)");
    insta::assert_snapshot!(complaint(subject("relative_to_best(COUNT(*))")), @"1:1+22 rules.optional: “relative_to_best(COUNT(*))”可能没有值 (relative_to_best(COUNT(*)) may be missing) | 请写 default(relative_to_best(COUNT(*)), 缺省值)，或先以 relative_to_best(COUNT(*)) IS NOT NULL 判断 (give a default, or test it first)");
    // What a CASE has tested does not hold for the others of the group.
    let guarded = "CASE WHEN MIN(count) FILTER (WHERE on_time) IS NOT NULL \
                   THEN rank(MIN(count) FILTER (WHERE on_time)) ELSE 0 END";
    assert!(complaint(subject(guarded)).contains("rules.optional"));
}

#[test]
fn values_of_the_period_before_are_named_and_typed() {
    insta::assert_snapshot!(complaint(subject("default(carry('on_time_rat'), 0)")), @"1:15+13 rules.unknown_indicator: 没有指标“on_time_rat” (unknown indicator on_time_rat) | 您是否想写 `on_time_rate`？ (did you mean `on_time_rate`?)");
    insta::assert_snapshot!(complaint(subject("default(carry(leak), 0)")), @"1:15+4 rules.carry: carry 要指标的标识，加单引号 (carry takes the quoted id of an indicator) | 写 carry('指标标识') 或 carry('total') (write carry('id') or carry('total'))");
    insta::assert_snapshot!(complaint(subject("default(carry('leak'), 0)")), @"1:15+6 rules.carry: 指标“leak”不能取上期的值：否决指标没有数值 (a veto has no number) (leak cannot be carried) |");
    insta::assert_snapshot!(complaint(subject("carry('total')")), @"1:1+13 rules.optional: “carry('total')”可能没有值 (carry('total') may be missing) | 请写 default(carry('total'), 缺省值)，或先以 carry('total') IS NOT NULL 判断 (give a default, or test it first)");
    insta::assert_snapshot!(complaint(subject("SUM(amount) - default(carry('total'), 0)")), @"1:1+39 rules.unit: 单位不同，不能相减：[cny] 与 [points] (units cny and points do not go together) | 请检查两边的列是否用对，或用 ratio、表换算 (check both sides, or convert by ratio or a table)");
}

#[test]
fn every_wrong_word_of_a_formula_is_reported() {
    let said = complaint(row("count == 1 && share_type LIKE 'x'"));
    assert_eq!(said.lines().count(), 3, "{said}");
    let said = complaint(row("count IN (cuont, 'x', amonut)"));
    assert_eq!(said.lines().count(), 2, "{said}");
    let said = complaint(subject("SUM(weight(cuont)) + SUM(weight(count))"));
    assert_eq!(said.lines().count(), 2, "{said}");
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

/// What the text says once may stand several times in the tree: nested, that would double each time.
#[test]
fn a_short_text_never_unfolds_without_end() {
    let nested = |open: &str, inner: &str, close: &str| {
        (0..30).fold(inner.to_owned(), |text, _| format!("{open}{text}{close}"))
    };
    for text in [
        nested("CASE ", "count", " WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 3 END") + " = 1",
        nested("(", "on_time", " BETWEEN FALSE AND TRUE)"),
        nested("(", "on_time", " IN (TRUE, FALSE))"),
    ] {
        assert!(
            complaint(row(&text)).contains("rules.formula_size"),
            "{text}"
        );
    }
}

#[test]
fn what_is_shown_compiles_to_the_same_tree() {
    let (table, parameters, tables) = parts();
    let names = Names {
        table: &table,
        parameters: &parameters,
        tables: &tables,
        carried: &carried(),
        rounding: Rounding::HalfUp,
    };
    for text in [
        "ratio(SUM(importance * weight(share_type)) FILTER (WHERE on_time OR reply_days < 3), SUM(importance))",
        "SUM(CASE WHEN NOT on_time THEN -1 ELSE count * 2 END) - (3 - COUNT(*))",
        "round(SUM(importance) / (COUNT(*) + 1), 3)",
        "MAX(received_on - 3) - MIN(received_on + reply_days) - (MIN(add_workdays(received_on, -2) - reply_days) - period_end)",
        "rank(SUM(count) - 1) + COUNT(*) FILTER (WHERE is_workday(received_on))",
        "default(relative_to_best(SUM(count)), 0) - default(carry('on_time_rate'), 0.5)",
    ] {
        let compiled = subject(text).unwrap();
        let shown = show(&compiled.root, Some(&compiled), names, &|_| None);
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
