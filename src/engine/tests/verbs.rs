//! Comparisons within the group and values of the period before, in whole packs.

use num_traits::Zero as _;

use super::blocks::plan_of;
use super::*;
use crate::reference::{self, BigRational};

/// The value of the indicator that the tests replace.
const VALUE: &str = "COUNT(DISTINCT (consumer, day)) * 0.5";

fn quantity(above: i128, below: i128) -> Quantity {
    Quantity::new(above, below).unwrap()
}

/// Subjects with so many rows of usage each, of importance 1, 2, 3 ….
fn usage(rows: &[usize]) -> Frame {
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, rows.len());
    for (subject, rows) in rows.iter().enumerate() {
        for row in 1..=*rows {
            let values = [
                ("day", date("2026-03-02")),
                ("consumer", text(&format!("c{row}"))),
                ("importance", number(&row.to_string())),
            ];
            builder.push(subject, "usage", &values).unwrap();
        }
    }
    builder.finish().unwrap()
}

/// The values of the replaced indicator, as text; `-` where it does not apply.
fn values(value: &str, frame: &Frame) -> String {
    let plan = plan_of(
        &PACK
            .replace(VALUE, value)
            .replace("from = \"usage\"\n", "from = \"usage\"\nmin_cases = 1\n"),
    );
    let calendar = calendar();
    let bound = plan.bind(frame, &calendar).unwrap();
    let evaluation = bound.evaluate().unwrap();
    let exact = reference::evaluate::<BigRational>(&bound).unwrap();
    let columns = reference::of_evaluation(&evaluation, frame.subjects);
    let error = reference::largest_error(&columns, &exact);
    assert_eq!(error, Some(BigRational::zero()), "{value}");
    let (index, _) = plan.pack().indicator("contribution").unwrap();
    let show = |subject| match evaluation.cell(index, subject).unwrap().value {
        Some(Value::Number(number)) => number.to_string(),
        _ => "-".to_owned(),
    };
    (0..frame.subjects).map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn subjects_with_enough_cases_are_compared_within_their_group() {
    let mut frame = usage(&[4, 0, 8, 2, 2]);
    frame.set_peers(vec![0, 0, 0, 7, 7]).unwrap();
    assert_eq!(values("rank(COUNT(*))", &frame), "2 - 1 1 1");
    assert_eq!(values("percentile(COUNT(*))", &frame), "0.5 - 1 1 1");
    let best = "default(relative_to_best(SUM(importance)), 0)";
    assert_eq!(values(best, &frame), "5/18 - 1 1 1");
    let share = "default(share_of_total(COUNT(*)), 0)";
    assert_eq!(values(share, &frame), "1/3 - 2/3 0.5 0.5");
    let nothing = "default(share_of_total(COUNT(*) - COUNT(*)), 0.25)";
    assert_eq!(values(nothing, &frame), "0.25 - 0.25 0.25 0.25");
    let guarded = "CASE WHEN COUNT(*) > 2 THEN rank(COUNT(*)) ELSE 9 END";
    assert_eq!(values(guarded, &frame), "2 - 1 9 9");
}

#[test]
fn a_group_may_be_spread_over_many_blocks() {
    let rows: Vec<usize> = (0..2_600).map(|subject| subject % 3).collect();
    let mut frame = usage(&rows);
    frame
        .set_peers((0..2_600).map(|at| at % 2).collect())
        .unwrap();
    let found = values("rank(COUNT(*))", &frame);
    let found: Vec<&str> = found.split(' ').collect();
    // 867 subjects have two rows and 867 have one; every other of each is of a group.
    let second = (0..2_600).filter(|at| at % 2 == 0 && at % 3 == 2).count() + 1;
    assert_eq!(
        (found[0], found[2], found[4]),
        ("-", "1", second.to_string().as_str())
    );
}

#[test]
fn values_of_the_period_before_follow_the_subject() {
    let mut frame = usage(&[4, 1, 2]);
    let before = vec![Some(quantity(1, 3)), None, Some(quantity(2, 1))];
    frame.set_prior("contribution", before.clone()).unwrap();
    frame.set_prior("total", before).unwrap();
    assert_eq!(
        values("default(carry('contribution'), 7)", &frame),
        "1/3 7 2"
    );
    assert_eq!(
        values("COUNT(*) * default(carry('total'), 1)", &frame),
        "4/3 1 4"
    );
    let known = "CASE WHEN carry('total') IS NULL THEN 0 ELSE carry('total') END";
    assert_eq!(values(known, &frame), "1/3 0 2");
    let gained = "rank(COUNT(*) - default(carry('contribution'), 0))";
    assert_eq!(values(gained, &frame), "1 2 3");
    frame.prior.clear();
    assert_eq!(values("default(carry('contribution'), 7)", &frame), "7 7 7");
}

#[test]
fn a_trace_names_the_group_and_the_period_before_and_adds_up() {
    let value = "default(relative_to_best(SUM(importance)), 0)";
    let plan = plan_of(&PACK.replace(VALUE, value));
    let (mut frame, calendar) = (usage(&[4, 8]), calendar());
    frame
        .set_prior("contribution", vec![Some(quantity(1, 4)); 2])
        .unwrap();
    let bound = plan.bind(&frame, &calendar).unwrap();
    let (index, _) = plan.pack().indicator("contribution").unwrap();
    let trace = bound.trace(index, 0).unwrap();
    assert_eq!(trace.substituted, "default(5/18, 0)");
    let peer = &trace.peers[0];
    assert_eq!(peer.text, "relative_to_best(SUM(importance))");
    assert_eq!(
        (peer.own, peer.basis, peer.subjects),
        (quantity(10, 1), quantity(36, 1), 2)
    );
    let parts = trace.decomposition.unwrap();
    assert_eq!(
        (parts.numerator, parts.denominator),
        (quantity(5, 18), Quantity::ONE)
    );
    let sum = parts.shares.iter().map(|share| share.numerator);
    let sum = sum.fold(Quantity::ZERO, |sum, part| sum.checked_add(part).unwrap());
    assert_eq!(sum, parts.numerator);

    let value = "COUNT(*) - default(carry('contribution'), 0)";
    let plan = plan_of(&PACK.replace(VALUE, value));
    let bound = plan.bind(&frame, &calendar).unwrap();
    let trace = bound.trace(index, 1).unwrap();
    assert_eq!(trace.substituted, "8 - default(0.25, 0)");
    assert_eq!(trace.carried[0].value, Some(quantity(1, 4)));
    assert_eq!(
        plan.carried().into_iter().collect::<Vec<_>>(),
        ["contribution"]
    );
    assert_eq!(trace.decomposition, None);
}

/// The first complaint about the pack with the indicator's value replaced.
fn complaint(value: &str) -> String {
    let loaded = load(&files(&PACK.replace(VALUE, value)), &schema());
    loaded.diagnostics.first().unwrap().to_string()
}

#[test]
fn what_is_carried_has_the_unit_of_the_indicator() {
    let text = complaint("COUNT(*) + default(carry('reply_on_time'), 0)");
    assert!(text.contains("[count] 与 [ratio]"), "{text}");
    let text = complaint("COUNT(*) + default(carry('reply_speed'), 0)");
    assert!(text.contains("[count] 与 [days]"), "{text}");
    let text = complaint("COUNT(*) + default(carry('leak'), 0)");
    assert!(text.contains("rules.carry"), "{text}");
    let text = complaint("COUNT(*) + default(carry('contributions'), 0)");
    assert!(text.contains("`contribution`"), "{text}");
    // Its own value is carried with the unit that the rest of the formula gives it.
    let loaded = load(
        &files(&PACK.replace(VALUE, "COUNT(*) + default(carry('contribution'), 0)")),
        &schema(),
    );
    assert!(loaded.pack.is_some(), "{:?}", loaded.diagnostics);
}

#[test]
fn a_pool_is_not_compared() {
    let weight = "SUM(importance) FILTER (WHERE succeeded > 0)";
    let text = PACK.replace(weight, "rank(SUM(importance))");
    let loaded = load(&files(&text), &schema());
    let text = loaded.diagnostics.first().unwrap().to_string();
    assert!(text.contains("rules.verb_nested"), "{text}");
}

#[test]
fn a_table_may_not_take_the_name_of_a_function() {
    let text = PACK.replace("\"speed\"", "\"rank\"");
    let loaded = load(&files(&text), &schema());
    let text = loaded.diagnostics.first().unwrap().to_string();
    assert!(text.contains("rules.reserved_name"), "{text}");
}

#[test]
fn a_frame_says_of_every_subject_what_it_says_of_any() {
    let mut frame = usage(&[1, 1]);
    assert!(frame.set_peers(vec![0]).is_err());
    assert!(frame.set_prior("total", vec![None]).is_err());
    frame.peers.pop();
    let faults = plan("2026-03").evaluate(&frame, &calendar()).unwrap_err();
    assert!(matches!(faults[0].kind, FaultKind::WrongFrame { .. }));
}
