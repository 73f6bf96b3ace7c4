#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use engine::Exact as Decimal;
use engine::pack::NotApplicable::{Full, Redistribute, Scale, Zero};
use engine::pack::{BandMethod, Bound, JudgedIn, NotApplicable, VetoEffect};
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
        gate: Some(Bound {
            value: gate.parse().unwrap(),
            included: true,
        }),
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
    let veto = IndicatorKind::Veto(VetoEffect {
        grade: Some("unqualified".into()),
        score_max: Some(Decimal::whole(59)),
        ..VetoEffect::default()
    });
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
    // A deduction that needs no case: nobody looked, so nothing was earned.
    let violations = Indicator {
        min_cases: 0,
        ..indicator("c", "z", "5", deduct, Full)
    };
    let rules = pack(
        vec![
            ratio("a", "x", "60", Redistribute),
            ratio("b", "y", "35", Redistribute),
            violations,
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

fn bonus(gate: &str) -> IndicatorKind {
    IndicatorKind::Bonus {
        cap: Some("2".parse().unwrap()),
        gate: Some(Bound {
            value: gate.trim_start_matches(['>', '=', ' ']).parse().unwrap(),
            included: gate.starts_with(">="),
        }),
    }
}

#[test]
fn t10_a_gate_opens_at_its_total_or_only_above_it_as_declared() {
    for (gate, share, on_rounded, expected) in [
        (">= 80", "0.8", true, "82.00"),
        ("> 80", "0.8", true, "80.00"),
        ("> 80", "0.8001", true, "82.01"),
        (">= 80", "0.79995", true, "82.00"),
        (">= 80", "0.79995", false, "80.00"),
        ("> 80", "0.80004", true, "80.00"),
        ("> 80", "0.80004", false, "82.00"),
    ] {
        let mut pack = pack(
            vec![
                ratio("a", "x", "100", Zero),
                indicator("b", "x", "2", bonus(gate), Zero),
            ],
            &["total"],
        );
        pack.grades_on_rounded = on_rounded;
        let result = total(&pack, &[value(share), value("5")]);
        assert_eq!(result, expected, "{gate} {share} {on_rounded}");
    }
}

#[test]
fn t11_grades_compare_the_total_that_the_pack_names() {
    for (on_rounded, grade) in [(true, "excellent"), (false, "good")] {
        let mut pack = pack(vec![ratio("a", "x", "100", Zero)], ALL_LEVELS);
        // The indicator passes on what it has exactly; only the total is rounded.
        (pack.rounding.indicator, pack.rounding.axis) = (None, None);
        pack.grades_on_rounded = on_rounded;
        let result = scored(&pack, &[value("0.89995")]);
        assert_eq!(result.total.shown.to_string(), "90.00");
        assert_eq!(result.grade.as_deref(), Some(grade));
    }
}

fn veto(effect: VetoEffect) -> Indicator {
    indicator("v", "", "0", IndicatorKind::Veto(effect), Zero)
}

fn flag(hit: bool) -> Input {
    Input {
        hit,
        number: None,
        ..value("0")
    }
}

#[test]
fn t10_a_veto_fixes_the_score_or_caps_it_or_grades_as_declared() {
    let score = |text: &str| Some(text.parse::<Decimal>().unwrap());
    let bad = || Some("unqualified".to_owned());
    let none = VetoEffect::default;
    for (effect, share, total, grade) in [
        (
            VetoEffect {
                score: score("59"),
                ..none()
            },
            "1",
            "59.00",
            "unqualified",
        ),
        (
            VetoEffect {
                score: score("59"),
                ..none()
            },
            "0.3",
            "59.00",
            "unqualified",
        ),
        (
            VetoEffect {
                score_max: score("59"),
                ..none()
            },
            "1",
            "59.00",
            "unqualified",
        ),
        (
            VetoEffect {
                score_max: score("59"),
                ..none()
            },
            "0.3",
            "30.00",
            "unqualified",
        ),
        (
            VetoEffect {
                grade: bad(),
                ..none()
            },
            "1",
            "100.00",
            "unqualified",
        ),
        (
            VetoEffect {
                grade: Some("good".into()),
                ..none()
            },
            "1",
            "100.00",
            "good",
        ),
        (
            VetoEffect {
                grade: Some("good".into()),
                ..none()
            },
            "0.3",
            "30.00",
            "unqualified",
        ),
        (
            VetoEffect {
                grade: bad(),
                score: score("75"),
                ..none()
            },
            "1",
            "75.00",
            "unqualified",
        ),
        (
            VetoEffect {
                score: score("75"),
                ..none()
            },
            "0.3",
            "75.00",
            "qualified",
        ),
    ] {
        let pack = pack(
            vec![ratio("a", "x", "100", Zero), veto(effect.clone())],
            ALL_LEVELS,
        );
        let result = scored(&pack, &[value(share), flag(true)]);
        let found = (result.total.shown.to_string(), result.grade.as_deref());
        assert_eq!(found, (total.to_owned(), Some(grade)), "{effect:?} {share}");
        // What was computed stays visible, and without the veto nothing happens.
        assert_eq!(result.before_veto, number(share) * number("100"));
        assert_eq!(
            scored(&pack, &[value("1"), flag(false)])
                .total
                .shown
                .to_string(),
            "100.00"
        );
    }
}

#[test]
fn of_several_vetoes_the_lowest_score_and_the_worst_grade_count() {
    let effect = |score: &str, most: &str, grade: &str| {
        veto(VetoEffect {
            score: score.parse().ok(),
            score_max: most.parse().ok(),
            grade: Some(grade.to_owned()).filter(|grade| !grade.is_empty()),
            alone: false,
        })
    };
    let pack = pack(
        vec![
            ratio("a", "x", "100", Zero),
            effect("70", "", "good"),
            effect("65", "", "qualified"),
            effect("", "60", ""),
        ],
        ALL_LEVELS,
    );
    let total = |hits: [bool; 3]| {
        let mut inputs = vec![value("1")];
        inputs.extend(hits.map(flag));
        let result = scored(&pack, &inputs);
        (result.total.shown.to_string(), result.grade.unwrap())
    };
    assert_eq!(
        total([true, false, false]),
        ("70.00".into(), "qualified".into())
    );
    assert_eq!(
        total([true, true, false]),
        ("65.00".into(), "qualified".into())
    );
    assert_eq!(
        total([true, true, true]),
        ("60.00".into(), "qualified".into())
    );
    assert_eq!(
        total([false, false, true]),
        ("60.00".into(), "qualified".into())
    );
}

#[test]
fn t10_after_a_veto_that_stands_alone_nothing_else_is_scored() {
    let alone = |score: &str| VetoEffect {
        grade: Some("unqualified".into()),
        score: score.parse().ok(),
        score_max: None,
        alone: true,
    };
    for (score, expected) in [("59", "59.00"), ("", "0.00")] {
        let pack = pack(
            vec![
                ratio("a", "x", "90", Zero),
                indicator("d", "x", "10", IndicatorKind::Deduct { cap: None }, Full),
                indicator("b", "x", "2", bonus(">= 0"), Zero),
                veto(alone(score)),
            ],
            ALL_LEVELS,
        );
        let inputs = |hit| [value("1"), value("0"), value("5"), flag(hit)];
        let result = scored(&pack, &inputs(true));
        let statuses: Vec<Status> = result.indicators.iter().map(|one| one.status).collect();
        let silenced = Status::Silenced;
        assert_eq!(statuses, [silenced, silenced, silenced, Status::Vetoed]);
        assert_eq!(result.total.shown.to_string(), expected);
        assert!(
            result
                .indicators
                .iter()
                .all(|one| one.score.exact.is_zero())
        );
        assert!(result.before_veto.is_zero());
        // It is a result like any other: graded and ranked.
        assert_eq!(result.standing, Standing::Ranked);
        assert_eq!(result.grade.as_deref(), Some("unqualified"));
        assert_eq!(total(&pack, &inputs(false)), "102.00");
    }
}

fn deduct(id: &str, points: &str, cap: Option<&str>, rule: NotApplicable) -> Indicator {
    let cap = cap.map(|cap| cap.parse().unwrap());
    indicator(id, "x", points, IndicatorKind::Deduct { cap }, rule)
}

#[test]
fn t9_an_inspection_by_deductions_has_both_rules_for_what_is_not_inspected() {
    // Three inspected parts of 25 and one of 25 that the department has no function for. An event
    // costs what it costs; a part is never below nothing.
    for (rule, expected, factor) in [
        // (25 − 5 + 25 + 0) × 4/3
        (Scale, "60.00", "4/3"),
        // 33.34 − 5 + 33.33 + 33.33 − 30: the part with 30 lost has more to lose now
        (Redistribute, "65.00", "1"),
        (Full, "70.00", "1"),
        (Zero, "45.00", "1"),
    ] {
        let part = |id: &str| deduct(id, "25", None, rule);
        let pack = pack(vec![part("a"), part("b"), part("c"), part("d")], ALL_LEVELS);
        let inputs = [value("5"), value("0"), value("30"), absent()];
        let result = scored(&pack, &inputs);
        assert_eq!(result.total.shown.to_string(), expected, "{rule:?}");
        assert_eq!(result.scale_factor, number(factor), "{rule:?}");
        assert_eq!(result.standing, Standing::Ranked, "{rule:?}");
    }
}

#[test]
fn t10_a_deduction_takes_no_more_than_its_cap_nor_than_there_is() {
    for (cap, lost, left) in [
        (None, "4.5", "5.50"),
        (None, "10.5", "0.00"),
        (Some("6"), "5.99", "4.01"),
        (Some("6"), "60", "4.00"),
        (Some("10"), "60", "0.00"),
    ] {
        let pack = pack(vec![deduct("a", "10", cap, Full)], ALL_LEVELS);
        assert_eq!(total(&pack, &[value(lost)]), left, "{cap:?} {lost}");
    }
}

#[test]
fn judgements_give_points_or_a_part_of_them() {
    let judged = |given| indicator("a", "x", "20", IndicatorKind::Judged(given), Redistribute);
    let pack = |given| {
        pack(
            vec![judged(given), ratio("b", "x", "20", Redistribute)],
            ALL_LEVELS,
        )
    };
    let (points, part) = (pack(JudgedIn::Points), pack(JudgedIn::Ratio));
    assert_eq!(total(&points, &[value("7.5"), value("0")]), "7.50");
    assert_eq!(total(&part, &[value("0.4"), value("0")]), "8.00");
    // With the other 20 points on top, the same judgement is worth twice as much.
    assert_eq!(total(&points, &[value("7.5"), absent()]), "15.00");
    assert_eq!(total(&part, &[value("0.4"), absent()]), "16.00");
    let result = scored(&points, &[absent(), value("1")]);
    assert_eq!(result.indicators[0].status, Status::NotJudged);
    assert_eq!(result.indicators[1].available, number("40"));
}

#[test]
fn slices_earn_up_to_the_points_and_no_more() {
    let banded = IndicatorKind::Banded {
        band: "rates".into(),
        method: BandMethod::Marginal,
    };
    let pack = pack(
        vec![
            indicator("a", "x", "20", banded, Redistribute),
            ratio("b", "x", "10", Redistribute),
        ],
        ALL_LEVELS,
    );
    let earned = |points: &str| Input {
        band: Some(number(points)),
        ..value("100")
    };
    assert_eq!(total(&pack, &[earned("12.5"), value("0")]), "12.50");
    assert_eq!(total(&pack, &[earned("250"), value("0")]), "20.00");
    assert_eq!(total(&pack, &[earned("10"), absent()]), "15.00");
}

#[test]
fn each_level_rounds_by_its_own_scale_and_mode() {
    use domain::Rounding::{Down, HalfEven, HalfUp, Up};
    let to = |scale, mode| Some(RoundTo { scale, mode });
    let third = [value("1/3"), value("1/7")];
    for (one, axis, total, expected) in [
        (None, None, None, "14.29"),
        (to(2, HalfUp), None, None, "14.29"),
        (to(0, Up), None, None, "15.00"),
        (to(1, Down), None, None, "14.20"),
        (to(1, Down), to(0, Up), None, "15"),
        (None, to(1, Down), None, "14.2"),
        (None, None, to(1, HalfEven), "14.3"),
        (to(1, Up), to(1, Up), to(0, Down), "14"),
    ] {
        let mut pack = pack(
            vec![ratio("a", "x", "30", Zero), ratio("b", "x", "30", Zero)],
            &[],
        );
        (
            pack.rounding.indicator,
            pack.rounding.axis,
            pack.rounding.total,
        ) = (one, axis, total);
        let result = scored(&pack, &third);
        let shown = match total.or(axis) {
            Some(RoundTo { scale, .. }) => result.total.counted.shown(scale, HalfUp),
            None => result.total.shown,
        };
        assert_eq!(shown.to_string(), expected, "{one:?} {axis:?} {total:?}");
    }
}

#[test]
fn an_indicator_may_round_by_itself() {
    let mut own = ratio("a", "x", "30", Zero);
    own.round = Some(RoundTo {
        scale: 0,
        mode: domain::Rounding::Up,
    });
    let pack = pack(vec![own, ratio("b", "x", "30", Zero)], ALL_LEVELS);
    let result = scored(&pack, &[value("1/7"), value("1/7")]);
    let counted: Vec<&Exact> = result
        .indicators
        .iter()
        .map(|one| &one.score.counted)
        .collect();
    assert_eq!(counted, [&number("5"), &number("4.29")]);
    assert_eq!(result.indicators[0].score.shown.to_string(), "5");
}

/// An axis scored out of a hundred that is worth eight, beside one of 92.
fn weighted(rule: NotApplicable) -> Pack {
    let mut pack = pack(
        vec![
            ratio("a", "w", "30", rule),
            ratio("b", "w", "70", rule),
            ratio("c", "x", "92", rule),
        ],
        ALL_LEVELS,
    );
    let axis = pack.axes.iter_mut().find(|axis| axis.id == "w").unwrap();
    (axis.points, axis.weight) = (Decimal::whole(8), "0.08".parse().unwrap());
    pack.maximum = Decimal::whole(100);
    pack
}

#[test]
fn t12_a_weighted_axis_rounds_before_and_after_its_weight() {
    let result = scored(&weighted(Zero), &[value("2/3"), value("1/7"), value("0")]);
    let counted = |index: usize| result.indicators[index].score.counted.clone();
    assert_eq!((counted(0), counted(1)), (number("20"), number("10")));
    // 8 % of 30
    assert_eq!(result.axes[0].score.counted, number("2.4"));
    assert_eq!(result.axes[0].available, number("8"));
    let result = scored(&weighted(Zero), &[value("0.0104"), value("0"), value("0")]);
    // 0.312 → 0.31; 8 % of it 0.0248 → 0.02
    assert_eq!(result.axes[0].score.exact, number("0.0248"));
    assert_eq!(result.total.shown.to_string(), "0.02");
}

#[test]
fn t9_points_cross_a_weighted_axis_as_points_of_the_total() {
    // 92 points of the total go to an axis of 8: 1250 of its own points, weighed by 8 %.
    let result = scored(
        &weighted(Redistribute),
        &[value("1"), value("0.5"), absent()],
    );
    assert_eq!(result.indicators[0].available, number("375"));
    assert_eq!(result.indicators[1].available, number("875"));
    assert_eq!(result.total.shown.to_string(), "65.00");
    let result = scored(&weighted(Redistribute), &[absent(), absent(), value("0.5")]);
    assert_eq!(result.total.shown.to_string(), "50.00");
    // 8 of a hundred do not apply.
    let result = scored(&weighted(Scale), &[absent(), absent(), value("0.5")]);
    assert_eq!(result.scale_factor, number("100/92"));
    assert_eq!(result.total.shown.to_string(), "50.00");
}

#[test]
fn t9_when_nothing_applies_each_rule_still_says_what_there_is() {
    for (rule, expected) in [
        (Redistribute, "0.00"),
        (Scale, "0.00"),
        (Zero, "0.00"),
        (Full, "100.00"),
    ] {
        let pack = pack(
            vec![ratio("a", "x", "60", rule), ratio("b", "y", "40", rule)],
            ALL_LEVELS,
        );
        let result = scored(&pack, &[absent(), absent()]);
        assert_eq!(result.total.shown.to_string(), expected, "{rule:?}");
        assert_eq!(result.scale_factor, Exact::one(), "{rule:?}");
        // Zero is a duty not met, and counts; of the others nothing rests on anything.
        let ranked = result.standing == Standing::Ranked;
        assert_eq!(
            (ranked, result.grade.is_some()),
            (rule == Zero, rule == Zero),
            "{rule:?}"
        );
    }
}

/// Axis, points, policy and tenths achieved, if anything applies.
type Row = (usize, i64, NotApplicable, Option<i64>);

fn policy() -> impl Strategy<Value = NotApplicable> {
    prop_oneof![Just(Redistribute), Just(Full), Just(Zero), Just(Scale)]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let known = proptest::option::of(0i64..=10);
    proptest::collection::vec((0usize..3, 1i64..40, policy(), known), 1..10)
}

fn indicators(rows: &[Row]) -> Vec<Indicator> {
    let one = |(axis, points, rule, _): &Row| {
        ratio("i", ["x", "y", "z"][*axis], &points.to_string(), *rule)
    };
    rows.iter().map(one).collect()
}

fn inputs(rows: &[Row]) -> Vec<Input> {
    let one = |(.., tenths): &Row| tenths.map_or_else(absent, |n| value(&format!("{n}/10")));
    rows.iter().map(one).collect()
}

/// Whether the total is multiplied.
fn scales(rows: &[Row]) -> bool {
    let mut all = rows.iter();
    all.any(|(_, _, rule, tenths)| *rule == Scale && tenths.is_none())
}

/// Whether everything that applies has full marks, something does, and nothing is lost.
fn full_marks(rows: &[Row]) -> bool {
    let full = |(_, _, rule, tenths): &Row| match tenths {
        Some(n) => *n == 10,
        None => *rule != Zero,
    };
    rows.iter().all(full) && rows.iter().any(|row| row.3.is_some())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever does not apply, nobody has more than the maximum, and full marks stay full marks.
    #[test]
    fn t30_no_policy_gives_more_than_the_maximum(rows in rows()) {
        let rounded = pack(indicators(&rows), ALL_LEVELS);
        let pack = pack(indicators(&rows), &[]);
        let result = scored(&pack, &inputs(&rows));
        let maximum = Exact::from(pack.maximum);
        let counted = scored(&rounded, &inputs(&rows)).total.counted;
        prop_assert!(scales(&rows) || counted <= maximum, "{counted} of {maximum}");
        prop_assert!(result.total.exact <= maximum);
        prop_assert!(!result.total.exact.is_negative());
        if full_marks(&rows) {
            prop_assert!(scales(&rows) || counted == maximum, "{counted} of {maximum}");
            prop_assert_eq!(result.total.exact, maximum);
        }
    }

    /// The same with an axis that counts a quarter of its points.
    #[test]
    fn t30_nor_does_a_weighted_axis(rows in rows()) {
        for levels in [&[][..], ALL_LEVELS] {
            let mut pack = pack(indicators(&rows), levels);
            for axis in pack.axes.iter_mut().filter(|axis| axis.id == "y") {
                axis.weight = "0.25".parse().unwrap();
                let mantissa = axis.points.mantissa * 25;
                axis.points = Decimal { mantissa, scale: 2 };
            }
            let points = pack.axes.iter().map(|axis| axis.points);
            pack.maximum = points
                .reduce(|sum, points| sum.checked_add(points).unwrap())
                .unwrap();
            let result = scored(&pack, &inputs(&rows));
            let maximum = Exact::from(pack.maximum);
            prop_assert!(scales(&rows) || result.total.counted <= maximum);
            if levels.is_empty() {
                prop_assert!(result.total.exact <= maximum);
                prop_assert!(!full_marks(&rows) || result.total.exact == maximum);
            }
        }
    }
}
