//! Kinds of indicators beyond those of the small pack, and settings changed for a trial.

use domain::{Place, Rounding};
use proptest::prelude::*;

use super::*;
use crate::pack::{BandMethod, Bound, IndicatorKind, JudgedIn, NotApplicable, RankMethod, Setting};
use crate::reference;

const KINDS: &str = include_str!("kinds.toml");

fn schema() -> Schema {
    let number = |unit, scale| Type::Number { unit, scale };
    let text = |name: &str| Column::new(name, Type::Text, "");
    Schema {
        tables: vec![
            TableSchema::new(
                "judgements",
                vec![
                    text("indicator"),
                    Column::new("value", number(Unit::None, 4), ""),
                ],
            ),
            TableSchema::new(
                "measures",
                vec![
                    text("measure"),
                    Column::new("achieved", number(Unit::None, 2), ""),
                    Column::new("population", number(Unit::None, 2), ""),
                ],
            ),
        ],
    }
}

fn loaded(text: &str) -> Loaded {
    load(&files(text), &schema())
}

fn kinds() -> Pack {
    let loaded = loaded(KINDS);
    let shown: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    assert!(loaded.pack.is_some(), "{}", shown.join("\n"));
    loaded.pack.unwrap()
}

/// Codes of what is wrong with the pack when one text is another.
fn codes(from: &str, to: &str) -> Vec<&'static str> {
    assert!(KINDS.contains(from), "{from}");
    let found = loaded(&KINDS.replacen(from, to, 1)).diagnostics;
    found.iter().map(|finding| finding.code).collect()
}

fn plan() -> Plan {
    Plan::new(&kinds(), &schema(), "2026-03".parse().unwrap()).unwrap()
}

/// One subject with a measure of each amount, and judgements.
fn frame(measures: &[(&str, &str)], judgements: &[(&str, &str)]) -> Frame {
    let schema = schema();
    let mut builder = RowBuilder::new(&schema, 1);
    for (measure, achieved) in measures {
        let row = [
            ("measure", text(measure)),
            ("achieved", number(achieved)),
            ("population", number("10")),
        ];
        builder.push(0, "measures", &row).unwrap();
    }
    for (indicator, value) in judgements {
        let row = [("indicator", text(indicator)), ("value", number(value))];
        builder.push(0, "judgements", &row).unwrap();
    }
    builder.finish().unwrap()
}

fn cell(frame: &Frame, id: &str) -> Result<Cell, FaultKind> {
    let plan = plan();
    let evaluation = plan.evaluate(frame, &calendar()).map_err(|mut faults| {
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults.remove(0).kind
    })?;
    let (index, _) = plan.pack().indicator(id).unwrap();
    Ok(evaluation.cell(index, 0).unwrap())
}

#[test]
fn what_only_one_kind_has_is_read() {
    let pack = kinds();
    let kind = |id: &str| pack.indicator(id).unwrap().1.kind.clone();
    assert_eq!(
        kind("volume"),
        IndicatorKind::Banded {
            band: "rates".into(),
            method: BandMethod::Marginal
        }
    );
    assert_eq!(kind("opinion"), IndicatorKind::Judged(JudgedIn::Points));
    assert_eq!(kind("impression"), IndicatorKind::Judged(JudgedIn::Ratio));
    let gate = Some(Bound {
        value: "38.4".parse().unwrap(),
        included: false,
    });
    assert_eq!(kind("praise"), IndicatorKind::Bonus { cap: None, gate });
    let IndicatorKind::Veto(effect) = kind("fraud") else {
        panic!("not a veto");
    };
    assert_eq!(effect.score, Some(Exact::whole(28)));
    assert!(effect.alone && effect.score_max.is_none());
    let policy = |id: &str| pack.indicator(id).unwrap().1.not_applicable;
    assert_eq!(policy("opinion"), NotApplicable::Required);
    assert_eq!(policy("impression"), NotApplicable::Zero);
    assert_eq!(policy("volume"), NotApplicable::Redistribute);
    let levels = pack.rounding;
    assert_eq!(levels.indicator.unwrap().scale, 2);
    assert_eq!(levels.axis.unwrap().mode, Rounding::Down);
    assert_eq!(levels.total, None);
    let identified = pack.indicator("identified").unwrap().1;
    assert_eq!(levels.of_indicator(identified).unwrap().scale, 3);
    assert!(!pack.grades_on_rounded);
}

#[test]
fn a_gate_says_whether_reaching_it_is_enough() {
    for (written, included) in [("38.4", true), (">= 38.4", true), (">38.4", false)] {
        let pack = loaded(&KINDS.replace("> 38.4", written)).pack.unwrap();
        let IndicatorKind::Bonus { gate, .. } = &pack.indicator("praise").unwrap().1.kind else {
            panic!("not a bonus");
        };
        assert_eq!(gate.unwrap().included, included, "{written}");
    }
    for wrong in ["< 38.4", "=38.4", ">", "-1", "eighty"] {
        assert_eq!(codes("> 38.4", wrong), ["rules.gate"], "{wrong}");
    }
}

#[test]
fn what_a_kind_cannot_mean_is_refused() {
    for (from, to, code) in [
        (
            "effect = { score = \"28\"",
            "effect = { score_max = \"27\", score = \"28\"",
            "rules.contradiction",
        ),
        ("score = \"28\", grade = \"bad\", ", "", "rules.missing_key"),
        ("score = \"28\"", "score = \"49\"", "rules.cap"),
        (
            "kind = \"judged\"\ncite",
            "kind = \"judged\"\nfrom = \"measures\"\ncite",
            "rules.judged",
        ),
        ("min_cases = 1", "min_cases = 1\ncap = \"1\"", "rules.cap"),
        ("weight = \"0.08\"", "weight = \"0.09\"", "rules.points"),
        ("weight = \"0.08\"", "weight = \"0\"", "rules.axis_weight"),
        (
            "gate = \"> 38.4\"",
            "not_applicable = \"required\"",
            "rules.contradiction",
        ),
        (
            "{ when = [\"[10,30)\"], value = \"0.25\" },",
            "",
            "rules.table_gap",
        ),
        (
            "{ when = [\">= 30\"], value = \"0.10\" },",
            "",
            "rules.table_gap",
        ),
        ("\"[10,30)\"", "\"[10,31)\"", "rules.table_overlap"),
        ("method = \"marginal\"\n", "", "rules.band_points"),
        (
            "method = \"marginal\"",
            "method = \"margin\"",
            "rules.unknown_word",
        ),
        (
            "on = \"exact\"\n[ranking]",
            "on = \"both\"\n[ranking]",
            "rules.unknown_word",
        ),
    ] {
        // A step that gives more than there is to have: the rates become points.
        let steps = code == "rules.band_points";
        let text = KINDS.replacen(from, to, 1);
        let text = if steps {
            text.replace("\"0.50\"", "\"20.5\"")
        } else {
            text
        };
        assert!(text != KINDS, "{from}");
        let found: Vec<_> = loaded(&text)
            .diagnostics
            .iter()
            .map(|one| one.code)
            .collect();
        assert!(found.contains(&code), "{to}: {found:?}");
    }
}

#[test]
fn each_slice_of_a_value_earns_at_its_own_rate() {
    for (value, earned) in [
        ("0", "0"),
        ("4", "2"),
        ("10", "5"),
        ("10.01", "5.0025"),
        ("30", "10"),
        ("35.5", "10.55"),
    ] {
        let frame = frame(&[("volume", value)], &[]);
        let cell = cell(&frame, "volume").unwrap();
        let expected: Exact = earned.parse().unwrap();
        assert_eq!(cell.band, expected.quantity(), "{value}");
    }
    let fault = cell(&frame(&[("volume", "-1")], &[]), "volume").unwrap_err();
    assert!(matches!(fault, FaultKind::Negative { .. }));
}

#[test]
fn the_trace_has_the_slices_and_their_rows() {
    let (plan, calendar) = (plan(), calendar());
    let frame = frame(&[("volume", "35.5")], &[]);
    let bound = plan.bind(&frame, &calendar).unwrap();
    let (index, _) = plan.pack().indicator("volume").unwrap();
    let trace = bound.trace(index, 0).unwrap();
    let shown: Vec<String> = trace
        .slices
        .iter()
        .map(|share| {
            format!(
                "{}: {} → {}",
                share.slice.span(),
                share.length,
                share.points
            )
        })
        .collect();
    assert_eq!(shown, ["0–10: 10 → 5", "10–30: 20 → 5", "> 30: 5.5 → 0.55"]);
    let rows: Vec<_> = trace.tables.iter().map(|used| used.row).collect();
    assert_eq!(rows, [Some(0), Some(1), Some(2)]);
}

#[test]
fn a_judgement_is_the_value_and_must_be_one_that_can_be_given() {
    let none = cell(&frame(&[], &[]), "opinion").unwrap();
    assert_eq!((none.status, none.value), (Status::NoCases, None));
    let both = frame(&[], &[("opinion", "7.5"), ("impression", "0.4")]);
    for (id, expected) in [("opinion", "7.5"), ("impression", "0.4")] {
        let expected: Exact = expected.parse().unwrap();
        let value = expected.quantity().map(Value::Number);
        assert_eq!(cell(&both, id).unwrap().value, value);
    }
    for (id, value, most) in [
        ("opinion", "10.0001", "10"),
        ("opinion", "-1", "10"),
        ("impression", "1.1", "1"),
    ] {
        let fault = cell(&frame(&[], &[(id, value)]), id).unwrap_err();
        let expected = FaultKind::JudgementOutOfRange {
            value: value.into(),
            most: most.into(),
        };
        assert_eq!(fault, expected);
    }
}

fn settings(all: &[(&str, &str)]) -> Vec<Setting> {
    let setting = |(key, value): &(&str, &str)| Setting {
        key: (*key).into(),
        value: (*value).into(),
        place: Place::default(),
    };
    all.iter().map(setting).collect()
}

#[test]
fn settings_make_another_pack() {
    let pack = kinds();
    assert_eq!(pack.with(&[]).unwrap(), pack);
    let changed = pack
        .with(&settings(&[
            ("rounding.at", "axis, total"),
            ("rounding.scale", "1"),
            ("rounding.mode", "half_even"),
            ("grades.on", "rounded"),
            ("ranking.method", "ordinal"),
            ("ranking.on", "rounded"),
            ("ranking.within", "group"),
            ("param.each", "0.125"),
            ("grade.good", "31.5"),
            ("indicator.praise.cap", "3"),
            ("indicator.praise.gate", ">= 20"),
            ("indicator.volume.not_applicable", "scale"),
            ("indicator.volume.min_cases", "2"),
            ("indicator.opinion.points", "12"),
            ("indicator.impression.points", "8"),
        ]))
        .unwrap();
    assert_ne!(changed.digest, pack.digest);
    assert!(
        changed
            .header
            .version
            .starts_with("1.0.0+rounding.at=axis, total,")
    );
    assert_eq!(changed.rounding.indicator, None);
    let total = changed.rounding.total.unwrap();
    assert_eq!((total.scale, total.mode), (1, Rounding::HalfEven));
    assert!(changed.grades_on_rounded && changed.ranking.within_group);
    assert_eq!(changed.ranking.method, RankMethod::Ordinal);
    let values = &changed.parameters[0].values;
    assert!(
        values
            .iter()
            .all(|one| one.value == "0.125".parse().unwrap())
    );
    assert_eq!(changed.parameters[0].scale, 3);
    assert_eq!(changed.grade("good").unwrap().from, "31.5".parse().unwrap());
    // The whole still compiles and evaluates.
    let plan = Plan::new(&changed, &schema(), "2026-03".parse().unwrap()).unwrap();
    assert!(plan.evaluate(&frame(&[], &[]), &calendar()).is_ok());
}

#[test]
fn a_setting_of_a_command_line_is_of_a_parameter_unless_it_says_otherwise() {
    let read = |text: &str| text.parse::<Setting>().map(|one| (one.key, one.value));
    let pair = |key: &str, value: &str| Ok((key.to_owned(), value.to_owned()));
    assert_eq!(read(" each = 0.30 "), pair("param.each", "0.30"));
    assert_eq!(
        read("rounding.at=axis, total"),
        pair("rounding.at", "axis, total")
    );
    assert_eq!(read("rounding.at="), pair("rounding.at", ""));
    assert!(read("each").is_err() && read("=1").is_err());
}

#[test]
fn settings_that_cannot_be_are_all_named_with_what_would_be_right() {
    let faults = kinds()
        .with(&settings(&[
            ("param.eech", "1"),
            ("rounding.at", "totals"),
            ("grade.good", "many"),
            ("speed", "1"),
            ("indicator.volume.gate", "> 1"),
        ]))
        .unwrap_err();
    let shown: Vec<String> = faults.iter().map(|fault| fault.message.clone()).collect();
    assert_eq!(shown.len(), 5, "{shown:?}");
    assert!(faults[0].help.contains("`each`"), "{}", faults[0].help);
    // Points that no longer sum are as wrong as in a pack that is read.
    let faults = kinds().with(&settings(&[("indicator.opinion.points", "12")]));
    assert_eq!(faults.unwrap_err()[0].code, "rules.points");
}

#[test]
fn a_case_may_set_what_the_pack_says_otherwise() {
    let case = "[[case]]\nname = \"x\"\nperiod = \"2026-03\"\n[case.set]\n\
                rounding.at = [\"axis\", \"total\"]\nparam.each = \"0.3\"\n\
                indicator.volume.min_cases = 2\n[case.expect]\ntotal = \"0\"\n";
    let mut files = files(KINDS);
    files.files.insert("tests/a.toml".into(), case.into());
    let (tests, diagnostics) = pack_test::load_tests(&files, &schema());
    assert_eq!(diagnostics, []);
    let read: Vec<(&str, &str)> = tests[0]
        .settings
        .iter()
        .map(|one| (one.key.as_str(), one.value.as_str()))
        .collect();
    let wanted = [
        ("rounding.at", "axis, total"),
        ("param.each", "0.3"),
        ("indicator.volume.min_cases", "2"),
    ];
    assert_eq!(read, wanted);
    assert!(kinds().with(&tests[0].settings).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Slice by slice and row by row come to the same points, for whatever value.
    #[test]
    fn slices_agree_with_the_reference(hundredths in 0_i64..10_000) {
        let value = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let frame = frame(&[("volume", &value), ("identified", "3")], &[("opinion", "2.5")]);
        let (plan, calendar) = (plan(), calendar());
        let bound = plan.bind(&frame, &calendar).unwrap();
        let slow = reference::evaluate::<reference::BigRational>(&bound).unwrap();
        let fast = reference::of_evaluation(&bound.evaluate().unwrap(), 1);
        prop_assert_eq!(slow, fast);
    }

    /// More of a value never earns less, and the slices of a value are all of it.
    #[test]
    fn slices_are_monotonous_and_complete(less in 0_i64..10_000, more in 0_i64..10_000) {
        let table = kinds().tables[0].clone();
        let slices = crate::table::slices(&table);
        let earned = |hundredths: i64| {
            let value = Quantity::new(hundredths.into(), 100).unwrap();
            let shares = crate::table::shares("t", &slices, value).unwrap();
            let length = shares.iter().try_fold(Quantity::ZERO, |sum, share| sum.checked_add(share.length));
            assert_eq!(length, Some(value));
            crate::table::sum(&shares).unwrap()
        };
        let (less, more) = (less.min(more), less.max(more));
        prop_assert!(earned(less) <= earned(more));
    }
}
