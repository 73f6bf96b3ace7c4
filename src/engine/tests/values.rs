//! Values of indicators, importance and weights.

use super::*;

fn quantity(above: i128, below: i128) -> Quantity {
    Quantity::new(above, below).unwrap()
}

/// Two subjects: one with requests, usage and incidents, one without anything.
pub(crate) fn frame() -> Frame {
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, 2);
    for (received, replied, importance) in [
        ("2026-03-02", Some("2026-03-03"), "1.5"),
        ("2026-03-03", Some("2026-03-10"), "0.5"),
        ("2026-03-04", Some("2026-03-04"), "0.2501"),
    ] {
        let row = [
            ("received_on", date(received)),
            ("replied_on", replied.map_or(Datum::Missing, date)),
            ("share_type", text("unconditional")),
            ("outcome", text("agreed")),
            ("importance", number(importance)),
        ];
        builder.push(0, "requests", &row).unwrap();
    }
    for (at, consumer, payer, succeeded) in [
        ("2026-03-02", "a", "city", "3"),
        ("2026-03-02", "a", "province", "0"),
        ("2026-03-02", "b", "city", "4"),
        ("2026-03-03", "a", "city", "9"),
    ] {
        let row = [
            ("day", date(at)),
            ("consumer", text(consumer)),
            ("payer", text(payer)),
            ("succeeded", number(succeeded)),
            ("importance", number("1.25")),
        ];
        builder.push(0, "usage", &row).unwrap();
    }
    for code in ["P1", "P2", "P1", "LEAK"] {
        builder
            .push(0, "incidents", &[("code", text(code))])
            .unwrap();
    }
    builder.finish().unwrap()
}

#[test]
fn indicators_have_exact_values_and_states() {
    let plan = plan("2026-03");
    let evaluation = plan.evaluate(&frame(), &calendar()).unwrap();
    let cell = |id: &str, subject| {
        let (index, _) = plan.pack().indicator(id).unwrap();
        evaluation.cell(index, subject).unwrap()
    };
    let number = |above, below| Some(Value::Number(quantity(above, below)));
    let ratio = cell("reply_on_time", 0);
    assert_eq!((ratio.status, ratio.cases), (Status::Known, 3));
    assert_eq!(ratio.value, number(17501, 22501));
    assert_eq!(cell("reply_on_time", 1).status, Status::NoCases);
    let speed = cell("reply_speed", 0);
    assert_eq!(speed.value, number(2, 1));
    assert_eq!(speed.band, Some(Quantity::whole(30)));
    assert_eq!(cell("contribution", 0).value, number(3, 2));
    assert_eq!(cell("contribution", 1).value, number(0, 1));
    assert_eq!(cell("violations", 0).value, number(3, 1));
    assert_eq!(cell("violations", 1).value, number(0, 1));
    assert_eq!(cell("leak", 0).value, Some(Value::Bool(true)));
    assert_eq!(cell("leak", 1).value, Some(Value::Bool(false)));
}

#[test]
fn t08_too_few_cases_are_not_a_value() {
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, 1);
    let row = [
        ("received_on", date("2026-03-02")),
        ("replied_on", date("2026-03-03")),
        ("share_type", text("unconditional")),
        ("importance", number("1")),
    ];
    builder.push(0, "requests", &row).unwrap();
    let plan = plan("2026-03");
    let evaluation = plan
        .evaluate(&builder.finish().unwrap(), &calendar())
        .unwrap();
    let (index, _) = plan.pack().indicator("reply_on_time").unwrap();
    let cell = evaluation.cell(index, 0).unwrap();
    assert_eq!(
        (cell.status, cell.cases, cell.value),
        (Status::BelowMinimum, 1, None)
    );
}

#[test]
fn weights_are_per_subject_and_payer() {
    let (plan, frame, calendar) = (plan("2026-03"), frame(), calendar());
    let bound = plan.bind(&frame, &calendar).unwrap();
    let weights = bound.evaluate_weight("reward", "payer").unwrap();
    let first: Vec<_> = weights[0]
        .iter()
        .map(|(payer, weight)| (payer.as_str(), *weight))
        .collect();
    assert_eq!(
        first,
        [("city", quantity(15, 4)), ("province", Quantity::ZERO)]
    );
    assert!(weights[1].is_empty());
    assert!(bound.evaluate_weight("reward", "nobody").is_err());
}

#[test]
fn importance_is_a_table_look_up_per_resource() {
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, 1);
    for (grade, cycle) in [("1", "daily"), ("3", "yearly"), ("4", "weekly")] {
        let row = [("grade", number(grade)), ("update_cycle", text(cycle))];
        builder.push(0, "resources", &row).unwrap();
    }
    let frame = builder.finish().unwrap();
    assert_eq!(
        plan("2026-03").importance(&frame).unwrap(),
        [13_000, 15_000, 19_500]
    );
}

#[test]
fn a_grade_beyond_the_table_is_a_fault_with_its_row() {
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, 2);
    for (subject, grade) in [(0, "1"), (1, "2"), (1, "5")] {
        let row = [("grade", number(grade))];
        builder.push(subject, "resources", &row).unwrap();
    }
    let faults = plan("2026-03")
        .importance(&builder.finish().unwrap())
        .unwrap_err();
    insta::assert_snapshot!(faults[0], @r#"规则“importance”（rules/mini/pack.toml:89）：“grade_weight”没有一行适用于 5 (no row of grade_weight matches 5)"#);
    assert_eq!((faults[0].subject, faults[0].row), (Some(1), Some(2)));
}

#[test]
fn all_importance_zero_is_a_zero_denominator() {
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, 2);
    for _ in 0..2 {
        let row = [
            ("received_on", date("2026-03-02")),
            ("share_type", text("unconditional")),
        ];
        builder.push(1, "requests", &row).unwrap();
    }
    let faults = plan("2026-03")
        .evaluate(&builder.finish().unwrap(), &calendar())
        .unwrap_err();
    assert_eq!(faults[0].kind, FaultKind::ZeroDenominator);
    assert_eq!(
        (faults[0].rule.as_str(), faults[0].subject),
        ("reply_on_time", Some(1))
    );
    assert!(faults[0].place.line > 1);
}

#[test]
fn parameters_follow_the_period() {
    let value = |period: &str| {
        plan(period)
            .parameter("reward_share")
            .unwrap()
            .value
            .to_string()
    };
    assert_eq!(value("2025-12"), "0.70");
    assert_eq!(value("2026-01"), "0.65");
}
