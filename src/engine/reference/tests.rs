#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::eval::{Grouping, LaneFault, Machine, Stretch, aggregate};
use crate::formula::{Names, Rows, compile_subject};
use crate::frame::ColumnData;
use crate::schema::{Column, TableSchema, Type, Unit};
use domain::Rounding;
use domain::WorkdayCalendar;
use num_traits::Zero as _;
use proptest::prelude::*;
use std::collections::BTreeMap;

const ROWS: Rows<'static> = Rows {
    condition: None,
    may_be_empty: false,
    of_subject: true,
};

fn table() -> TableSchema {
    let weight = Type::Number {
        unit: Unit::None,
        scale: 4,
    };
    TableSchema::new(
        "usage",
        vec![
            Column::new("a", weight, ""),
            Column::new("b", weight, ""),
            Column::new("n", Type::COUNT, ""),
            Column::new("who", Type::Text, ""),
            Column::new("day", Type::Date, ""),
            Column::new("done", Type::Date, "").optional(),
            Column::new("ok", Type::Bool, ""),
        ],
    )
}

/// A random formula text over the rows of a subject.
fn formula() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        (-300_i32..300).prop_map(|value| format!("{}.{:02}", value / 100, (value % 100).abs())),
    ]
    .prop_recursive(3, 24, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            pair.clone().prop_map(|(x, y)| format!("({x} + {y})")),
            pair.clone().prop_map(|(x, y)| format!("({x} - {y})")),
            pair.clone()
                .prop_map(|(x, y)| format!("round({x} * {y}, 3)")),
            pair.clone()
                .prop_map(|(x, y)| format!("round({x} / {y}, 2)")),
            pair.clone().prop_map(|(x, y)| format!("LEAST({x}, {y})")),
            inner.clone().prop_map(|x| format!("ABS(-{x})")),
            inner.clone().prop_map(|x| format!("FLOOR({x})")),
            (condition(), inner.clone(), inner)
                .prop_map(|(when, x, y)| { format!("CASE WHEN {when} THEN {x} ELSE {y} END") }),
        ]
    });
    (number.clone(), number, condition(), 0..9).prop_map(|(x, y, when, shape)| match shape {
        0 => format!("SUM({x}) - SUM({y}) FILTER (WHERE {when})"),
        1 => format!("ratio(SUM({x}), SUM({y}))"),
        2 => format!("round(SUM({x}) / COUNT(*), 4)"),
        3 => format!("default(AVG({x}) FILTER (WHERE {when}), 0.25) + SUM({y})"),
        4 => format!("GREATEST(MAX({x}), MIN({y}))"),
        5 => format!("COUNT(DISTINCT (who, {x})) * 2 - COUNT(*) FILTER (WHERE {when})"),
        6 => format!("ratio(SUM({x}), SUM({y})) * 2 + ratio(COUNT(*), 3)"),
        7 => format!("CASE WHEN AVG({x}) > 1 THEN SUM({y}) ELSE AVG({y}) END"),
        _ => format!("SUM(CASE WHEN {when} THEN {x} ELSE {y} END) * SUM({y})"),
    })
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (0..5).prop_map(|value| format!("n > {value}")),
        Just("a < b".to_owned()),
        Just("who = 'x'".to_owned()),
        Just("who IN ('y', 'z')".to_owned()),
        Just("ok".to_owned()),
        Just("(done IS NOT NULL AND done <= day)".to_owned()),
        Just("round(a / b, 1) > 0.5".to_owned()),
        Just("b <> 0".to_owned()),
    ];
    leaf.prop_recursive(2, 8, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(x, y)| format!("({x} AND {y})")),
            (inner.clone(), inner.clone()).prop_map(|(x, y)| format!("({x} OR {y})")),
            inner.prop_map(|x| format!("NOT {x}")),
        ]
    })
}

type Row = (i64, i64, i64, u8, i32, Option<i32>, bool);

fn columns(rows: &[Row]) -> Vec<ColumnData> {
    let who = ["x", "y", "z"];
    vec![
        ColumnData::numbers(rows.iter().map(|row| row.0).collect()),
        ColumnData::numbers(rows.iter().map(|row| row.1).collect()),
        ColumnData::numbers(rows.iter().map(|row| row.2).collect()),
        ColumnData::texts(rows.iter().map(|row| who[usize::from(row.3)])),
        ColumnData::full(Values::Date(rows.iter().map(|row| row.4).collect())),
        ColumnData {
            values: Values::Date(rows.iter().map(|row| row.5.unwrap_or(0)).collect()),
            known: Some(rows.iter().map(|row| row.5.is_some()).collect()),
        },
        ColumnData::bools(rows.iter().map(|row| row.6).collect()),
    ]
}

fn fast(
    compiled: &Compiled,
    columns: Columns<'_>,
    rows: u32,
    constants: &Constants,
    calendar: &CalendarMemo<'_>,
) -> Result<BigRational, FaultKind> {
    let machine = Machine::new(constants, Some(calendar), columns, &[]);
    let offsets = [0, rows];
    let groups = Grouping::runs(&offsets);
    let all = crate::eval::Rows::new(vec![true; groups.rows()]);
    let kind = |fault: LaneFault| fault.kind;
    let mut aggregates = Vec::new();
    for one in &compiled.aggregates {
        aggregates.push(aggregate(&machine, one, &all, groups).map_err(kind)?);
    }
    let over = Machine::new(constants, Some(calendar), Columns::NONE, &aggregates);
    let at = Stretch {
        start: 0,
        active: &[true],
    };
    let lanes = over.eval(&compiled.root, at).map_err(kind)?;
    let (above, below) = lanes.number(compiled.root.ty.scale(), 0).unwrap();
    Ok(BigRational::new(above.into(), below.into()))
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => -50_000_i64..50_000,
        1 => Just(0_i64),
        1 => prop::sample::select(vec![i64::MAX, i64::MIN, i64::MAX / 3, 1]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn columns_agree_with_the_reference(
        text in formula(),
        rows in prop::collection::vec(
            (amount(), amount(), 0_i64..6, 0_u8..3, 700_000..700_009_i32,
             prop::option::of(700_000..700_009_i32), any::<bool>()), 1..7),
    ) {
        let table = table();
        let names = Names { table: &table, parameters: &[], tables: &[], carried: &[], rounding: Rounding::HalfUp };
        // Some texts have too many decimals or mix units: those are refused, not evaluated.
        let Ok(compiled) = compile_subject(&text, names, ROWS) else { return Ok(()) };
        let constants = Constants {
            period_start: 700_000, period_end: 700_030, parameters: Vec::new(), tables: Vec::new(),
            watch: None,
        };
        let calendar = WorkdayCalendar::new();
        let calendar = CalendarMemo::new(&calendar);
        let columns = columns(&rows);
        let columns = Columns::given(&columns);
        let reference = Reference::new(&constants, &calendar, columns);
        let all: Vec<usize> = (0..rows.len()).collect();
        let prior = BTreeMap::new();
        let company = Company { cases: &[], groups: &[], prior: &prior };
        let slow = reference.subject(&compiled, 0, &all, company);
        match fast(&compiled, columns, u32::try_from(rows.len()).unwrap(), &constants, &calendar) {
            // The reference has no bounds: where the columns overflow it may still have a value.
            Err(FaultKind::Overflow) => {}
            Err(kind) => prop_assert_eq!(slow, Err(kind), "{}", text),
            Ok(value) => prop_assert_eq!(slow, Ok(Some(Slow::Number(value))), "{}", text),
        }
    }
}

#[test]
fn most_random_formulas_compile() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let table = table();
    let names = Names {
        table: &table,
        parameters: &[],
        tables: &[],
        carried: &[],
        rounding: Rounding::HalfUp,
    };
    let compiled = (0..300)
        .filter(|_| {
            let text = formula().new_tree(&mut runner).unwrap().current();
            compile_subject(&text, names, ROWS).is_ok()
        })
        .count();
    assert!(compiled > 150, "only {compiled} of 300 compile");
}

#[test]
fn a_whole_pack_is_exact_in_columns_and_in_rationals_but_not_in_decimals() {
    let plan = crate::tests::plan("2026-03");
    let frame = crate::tests::values::frame();
    let calendar = crate::tests::calendar();
    let bound = plan.bind(&frame, &calendar).unwrap();
    let columns = of_evaluation(&bound.evaluate().unwrap(), frame.subjects);
    let exact = evaluate::<BigRational>(&bound).unwrap();
    assert_eq!(largest_error(&columns, &exact), Some(BigRational::zero()));
    // 17501/22501 has no end: the decimal of 28 digits misses it by less than its last digit.
    let decimals = evaluate::<Decimal>(&bound).unwrap();
    let error = largest_error(&decimals, &exact).unwrap();
    let last_digit = BigRational::scaled(1, 28).unwrap();
    assert!(BigRational::zero() < error && error < last_digit, "{error}");
}
