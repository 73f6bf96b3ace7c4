#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use engine::Exact as Decimal;
use engine::pack::NotApplicable::{Full, Redistribute, Scale, Zero};
use proptest::prelude::*;

use super::*;
use crate::fixture::{indicator, pack, period};

const ALL_LEVELS: &[&str] = &["indicator", "axis", "total"];

fn number(text: &str) -> Exact {
    text.parse().unwrap()
}

fn value(text: &str) -> Input {
    Input {
        status: engine::Status::Known,
        cases: 10,
        number: Some(number(text)),
        hit: false,
        band: None,
        best: None,
    }
}

fn absent() -> Input {
    Input {
        status: engine::Status::NoCases,
        cases: 0,
        number: None,
        ..value("0")
    }
}

fn scored(pack: &Pack, inputs: &[Input]) -> Scored {
    let in_force: Vec<usize> = (0..pack.indicators.len()).collect();
    let rules = Rules::new(pack, period("2026-03"), &in_force);
    score(&rules, inputs).unwrap()
}

fn ratio(id: &str, axis: &str, points: &str, not_applicable: NotApplicable) -> Indicator {
    indicator(id, axis, points, IndicatorKind::Ratio, not_applicable)
}

fn total(pack: &Pack, inputs: &[Input]) -> String {
    scored(pack, inputs).total.shown.to_string()
}

#[test]
fn t8_no_case_and_too_few_cases_are_neither_full_nor_zero() {
    let pack = pack(
        vec![
            ratio("a", "x", "60", Redistribute),
            ratio("b", "x", "40", Redistribute),
        ],
        ALL_LEVELS,
    );
    let few = Input {
        status: engine::Status::BelowMinimum,
        cases: 1,
        number: None,
        ..value("0")
    };
    let result = scored(&pack, &[few, value("0.5")]);
    assert_eq!(result.indicators[0].status, Status::TooFewCases);
    assert_eq!(result.indicators[1].available, number("100"));
    assert_eq!(result.total.shown.to_string(), "50.00");
}

#[test]
fn t9_each_not_applicable_rule_is_its_own() {
    for (rule, expected, factor) in [
        (Redistribute, "80.00", "1"),
        (Full, "85.00", "1"),
        (Zero, "60.00", "1"),
        (Scale, "80.00", "4/3"),
    ] {
        let pack = pack(
            vec![ratio("a", "x", "75", Zero), ratio("b", "y", "25", rule)],
            ALL_LEVELS,
        );
        let result = scored(&pack, &[value("0.8"), absent()]);
        assert_eq!(result.total.shown.to_string(), expected, "{rule:?}");
        assert_eq!(result.scale_factor, number(factor), "{rule:?}");
    }
}

#[test]
fn t9_a_whole_axis_goes_to_the_others_by_their_points() {
    let pack = pack(
        vec![
            ratio("a", "x", "30", Redistribute),
            ratio("b", "y", "20", Redistribute),
            ratio("c", "z", "50", Redistribute),
        ],
        ALL_LEVELS,
    );
    let result = scored(&pack, &[value("1"), absent(), value("0")]);
    // 20 spread 30:50.
    assert_eq!(result.indicators[0].available, number("75/2"));
    assert_eq!(result.indicators[2].available, number("125/2"));
    assert!(!result.axes[1].applicable);
    assert_eq!(result.total.shown.to_string(), "37.50");
}

#[test]
fn t10_a_bonus_counts_from_its_gate_and_up_to_its_cap() {
    let bonus = |gate: &str| IndicatorKind::Bonus {
        cap: Some("2".parse().unwrap()),
        gate: Some(gate.parse().unwrap()),
    };
    for (share, gate, won, expected) in [
        ("0.8", "80", "1.5", "81.50"),
        ("0.8", "80", "5", "82.00"),
        ("0.79995", "80", "5", "82.00"),
        ("0.79994", "80", "5", "79.99"),
        ("0.5", "80", "5", "50.00"),
    ] {
        let pack = pack(
            vec![
                ratio("a", "x", "100", Zero),
                indicator("b", "x", "2", bonus(gate), Zero),
            ],
            ALL_LEVELS,
        );
        assert_eq!(
            total(&pack, &[value(share), value(won)]),
            expected,
            "{share}"
        );
    }
}

#[test]
fn t10_deductions_stop_at_the_cap_and_a_veto_caps_the_total() {
    let deduct = IndicatorKind::Deduct { cap: None };
    let veto = IndicatorKind::Veto {
        grade: Some("unqualified".into()),
        score_max: Some(Decimal::whole(59)),
    };
    let pack = pack(
        vec![
            ratio("a", "x", "95", Zero),
            indicator("b", "y", "5", deduct, Full),
            indicator("c", "", "0", veto, Zero),
        ],
        ALL_LEVELS,
    );
    let clear = Input {
        number: None,
        ..value("0")
    };
    let hit = Input {
        hit: true,
        ..clear.clone()
    };
    assert_eq!(
        total(&pack, &[value("1"), value("0"), clear.clone()]),
        "100.00"
    );
    assert_eq!(
        total(&pack, &[value("1"), value("1.5"), clear.clone()]),
        "98.50"
    );
    assert_eq!(total(&pack, &[value("1"), value("99"), clear]), "95.00");
    let vetoed = scored(&pack, &[value("1"), value("0"), hit.clone()]);
    assert_eq!(vetoed.total.shown.to_string(), "59.00");
    assert_eq!(vetoed.grade.as_deref(), Some("unqualified"));
    assert_eq!(vetoed.vetoes, ["c"]);
    assert_eq!(total(&pack, &[value("0.3"), value("5"), hit]), "28.50");
}

#[test]
fn t11_grades_follow_the_counted_total() {
    let graded = |share: &str, at: &[&str]| {
        let pack = pack(vec![ratio("a", "x", "100", Zero)], at);
        scored(&pack, &[value(share)]).grade.unwrap()
    };
    assert_eq!(graded("0.89995", &["total"]), "excellent");
    assert_eq!(graded("0.89994", &["total"]), "good");
    assert_eq!(graded("0.89995", &[]), "good");
    assert_eq!(graded("0.79995", ALL_LEVELS), "good");
    assert_eq!(graded("0.59994", ALL_LEVELS), "unqualified");
    assert_eq!(graded("0", ALL_LEVELS), "unqualified");
}

#[test]
fn t12_rounding_at_each_level_and_once_differ() {
    // The same three measures, a hundredth of a point apart.
    let measures = [("30", "2/3"), ("30", "1/7"), ("30", "5/9")];
    let indicators: Vec<Indicator> = measures
        .iter()
        .map(|(points, _)| ratio("m", "x", points, Zero))
        .collect();
    let inputs: Vec<Input> = measures.iter().map(|(_, share)| value(share)).collect();
    let each = total(&pack(indicators.clone(), &["indicator", "total"]), &inputs);
    let once = total(&pack(indicators, &["total"]), &inputs);
    // 20 + 4.2857… + 16.6666…: rounded each 40.96, rounded once 40.95.
    assert_eq!((each.as_str(), once.as_str()), ("40.96", "40.95"));
}

#[test]
fn t30_without_duties_nobody_wins() {
    let deduct = IndicatorKind::Deduct { cap: None };
    let rules = pack(
        vec![
            ratio("a", "x", "60", Redistribute),
            ratio("b", "y", "35", Redistribute),
            indicator("c", "z", "5", deduct, Full),
        ],
        ALL_LEVELS,
    );
    // Nothing but an empty list of violations: no grade, no rank, and not 100 points.
    let result = scored(&rules, &[absent(), absent(), value("0")]);
    assert_eq!(result.standing, Standing::TooLittleAssessed);
    assert_eq!(
        (result.grade, result.total.shown.to_string()),
        (None, "5.00".into())
    );
    // With one duty, the rest follows how well that is met; deductions take no part in it.
    let result = scored(&rules, &[absent(), value("0.5"), value("0")]);
    assert_eq!(result.indicators[1].available, number("95"));
    assert_eq!(result.indicators[2].available, number("5"));
    assert_eq!(result.total.shown.to_string(), "52.50");
}

#[test]
fn a_group_with_nothing_is_not_compared() {
    let relative = |rule| indicator("a", "x", "50", IndicatorKind::Relative, rule);
    let pack = pack(
        vec![relative(Zero), ratio("b", "y", "50", Zero)],
        ALL_LEVELS,
    );
    let input = |own: &str, best: &str| Input {
        best: Some(number(best)),
        ..value(own)
    };
    let result = scored(&pack, &[input("0", "0"), value("1")]);
    assert_eq!(result.indicators[0].status, Status::NothingInGroup);
    assert_eq!(result.total.shown.to_string(), "50.00");
    assert_eq!(total(&pack, &[input("1", "3"), value("1")]), "66.67");
}

fn policy() -> impl Strategy<Value = NotApplicable> {
    prop_oneof![Just(Redistribute), Just(Full), Just(Zero), Just(Scale)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever does not apply, nobody has more than the maximum, and full marks stay full marks.
    #[test]
    fn t30_no_policy_gives_more_than_the_maximum(
        rows in proptest::collection::vec(
            (0usize..3, 1i64..40, policy(), proptest::option::of(0i64..=10)), 1..10,
        ),
    ) {
        let indicators: Vec<Indicator> = rows
            .iter()
            .map(|(axis, points, rule, _)| {
                ratio("i", ["x", "y", "z"][*axis], &points.to_string(), *rule)
            })
            .collect();
        let inputs: Vec<Input> = rows
            .iter()
            .map(|(.., tenths)| tenths.map_or_else(absent, |n| value(&format!("{n}/10"))))
            .collect();
        let rounded = pack(indicators.clone(), ALL_LEVELS);
        let pack = pack(indicators, &[]);
        let result = scored(&pack, &inputs);
        let maximum = Exact::from(pack.maximum);
        let counted = scored(&rounded, &inputs).total.counted;
        let scales = rows.iter().any(|(_, _, rule, tenths)| *rule == Scale && tenths.is_none());
        prop_assert!(scales || counted <= maximum, "{counted} of {maximum}");
        prop_assert!(result.total.exact <= maximum);
        prop_assert!(!result.total.exact.is_negative());
        let all_full = rows.iter().all(|(_, _, rule, tenths)| match tenths {
            Some(n) => *n == 10,
            None => *rule != Zero,
        });
        let any_known = rows.iter().any(|row| row.3.is_some());
        if all_full && any_known {
            prop_assert!(scales || counted == maximum, "{counted} of {maximum}");
            prop_assert_eq!(result.total.exact, maximum);
        }
    }
}
