//! The script of an assessment, run on PostgreSQL, against our own, to the last digit.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fmt::Write as _;

use domain::decimal::Decimal4;
use domain::facts::{Judgement, Measure, SourceLine};
use domain::{Facts, Period, Rounding};
use engine::Pack;
use engine::pack::{Bound, IndicatorKind, JudgedIn, NotApplicable, RankMethod, RoundTo};
use oracle::Schema as Server;

use crate::assessment::{Assessment, Standing, Status};
use crate::exact::Exact;
use crate::fixture::generated::{SMALL, Size, generated};
use crate::fixture::shipped::{calendar, pack};
use crate::fixture::{self, indicator, period};
use crate::month::Prepared;

/// The script, and what our own assessment says.
fn both(pack: &Pack, facts: &Facts, period: Period) -> (String, Assessment) {
    let calendar = calendar();
    let prepared = Prepared::new(pack, facts, &calendar, period, None).unwrap();
    let mut script = String::new();
    prepared
        .export_sql(true, &mut |text| script.push_str(text))
        .unwrap();
    (script, prepared.month().unwrap().assess().unwrap())
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Scored => "scored",
        Status::NoCases => "no_cases",
        Status::TooFewCases => "too_few_cases",
        Status::NothingInGroup => "nothing_in_group",
        Status::NotJudged => "not_judged",
        Status::Silenced => "silenced",
        Status::GateClosed => "gate_closed",
        Status::Vetoed => "vetoed",
        Status::Clear => "clear",
    }
}

/// `{n,d}` as a fraction, all else as it is.
fn plain(field: &str) -> String {
    let pair = field
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    match pair {
        Some(pair) => pair.replace(',', "/").parse::<Exact>().unwrap().to_string(),
        None => field.to_owned(),
    }
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Every number of an assessment, a line a row, in the order of the queries below.
fn ours(assessment: &Assessment) -> String {
    let mut text = String::new();
    for department in &assessment.departments {
        for one in &department.indicators {
            writeln!(
                text,
                "{} {} {} {} {} {} {} {} {} {}",
                department.id,
                one.id,
                status(one.status),
                one.cases,
                optional(one.value.as_ref()),
                optional(one.best.as_ref()),
                one.available,
                one.score.exact,
                one.score.counted,
                one.score.shown
            )
            .unwrap();
        }
    }
    for department in &assessment.departments {
        for one in &department.axes {
            let applicable = if one.applicable { "t" } else { "f" };
            let (id, score) = (&department.id, &one.score);
            writeln!(
                text,
                "{id} {} {} {applicable} {} {} {}",
                one.id, one.available, score.exact, score.counted, score.shown
            )
            .unwrap();
        }
    }
    for one in &assessment.departments {
        let standing = match one.standing {
            Standing::Ranked => "ranked",
            Standing::TooLittleAssessed => "too_little_assessed",
        };
        writeln!(
            text,
            "{} {} {} {} {} {} {} {} {} {standing} {}",
            one.id,
            one.before_bonus.exact,
            one.before_veto,
            one.total.exact,
            one.total.counted,
            one.total.shown,
            optional(one.grade.as_ref()),
            optional(one.rank),
            one.of,
            one.vetoes.join(",")
        )
        .unwrap();
    }
    text
}

const QUERIES: &str = r#"
SELECT department, indicator, status, cases, value, best, available, exact, counted, points
FROM indicator_results ORDER BY department COLLATE "C", position;
SELECT department, axis, available, is_applicable, exact, counted, points
FROM axis_results ORDER BY department COLLATE "C", position;
SELECT department, before_bonus, before_veto, exact, counted, total, grade, rank, ranked_of,
       standing, vetoes
FROM results ORDER BY department COLLATE "C";
"#;

/// The same of the tables that the script leaves.
fn theirs(server: &Server, script: &str) -> String {
    server.run(script).unwrap();
    let mut text = String::new();
    for line in server.run(QUERIES).unwrap().lines() {
        let fields: Vec<String> = line.split(oracle::separator()).map(plain).collect();
        writeln!(text, "{}", fields.join(" ")).unwrap();
    }
    text
}

/// Fails at the first line that differs.
fn agree(pack: &Pack, facts: &Facts, period: Period, what: &str) {
    let Some(server) = Server::new() else { return };
    let (script, assessment) = both(pack, facts, period);
    let (ours, theirs) = (ours(&assessment), theirs(&server, &script));
    for (one, other) in ours.lines().zip(theirs.lines()) {
        assert_eq!(one, other, "{what}: ours and PostgreSQL's");
    }
    assert_eq!(ours.lines().count(), theirs.lines().count(), "{what}");
}

/// The pack with other rounding, policies and ranking, and with bonuses: by seed.
fn varied(mut pack: Pack, seed: usize) -> Pack {
    use NotApplicable::{Full, Redistribute, Scale, Zero};
    let pick = |at: usize, of: usize| (seed * 7 + at * 5 + seed / 3) % of;
    pack.rounding.score.scale = [2, 1, 3, 0][seed % 4];
    let modes = [
        Rounding::HalfUp,
        Rounding::HalfEven,
        Rounding::Down,
        Rounding::Ceil,
    ];
    pack.rounding.score.mode = modes[pick(0, 4)];
    let level = |bit: usize| {
        let scale = pack.rounding.score.scale + u8::try_from(pick(bit, 2)).unwrap();
        let mode = modes[pick(bit, 4)];
        (seed & bit == 0).then_some(RoundTo { scale, mode })
    };
    let (indicators, axes, total) = (level(1), level(2), level(4));
    pack.rounding.indicator = indicators;
    pack.rounding.axis = axes;
    pack.rounding.total = total;
    pack.ranking.method = [
        RankMethod::Competition,
        RankMethod::Dense,
        RankMethod::Ordinal,
    ][seed % 3];
    pack.ranking.on_rounded = seed & 8 == 0;
    pack.ranking.within_group = seed & 1 == 0;
    pack.grades_on_rounded = seed & 2 == 0;
    for (at, axis) in pack.axes.iter_mut().enumerate() {
        axis.weight = ["1", "0.5", "1"][pick(at, 3)].parse().unwrap();
    }
    for (at, one) in pack.indicators.iter_mut().enumerate() {
        one.round = (pick(at, 6) == 5).then_some(RoundTo {
            scale: 1,
            mode: Rounding::Up,
        });
        one.not_applicable = [Redistribute, Scale, Full, Zero, Redistribute][pick(at, 5)];
        one.min_cases = [0, 1, 3, 6][pick(at, 4)];
        if let IndicatorKind::Deduct { cap } = &mut one.kind {
            *cap = [None, Some("1.5".parse().unwrap())][pick(at, 2)];
        }
    }
    for (at, gate) in [None, Some("40"), Some("65.005")].into_iter().enumerate() {
        let kind = IndicatorKind::Bonus {
            cap: [None, Some("2.25".parse().unwrap())][pick(at, 2)],
            gate: gate.map(|gate| Bound {
                value: gate.parse().unwrap(),
                included: seed & 1 == 0,
            }),
        };
        let mut bonus = indicator(&format!("bonus{at}"), "use", "3", kind, Zero);
        bonus.from = ["corrections", "requests", "usage"][at].into();
        bonus.min_cases = [0, 4][pick(at, 2)];
        pack.indicators.push(bonus);
    }
    pack
}

#[test]
fn the_shipped_pack_agrees_with_postgresql_on_generated_facts() {
    let seeds = if oracle::is_nightly() { 60 } else { 4 };
    for seed in 0..seeds {
        let facts = generated(seed, SMALL);
        agree(&pack(), &facts, period("2026-03"), &format!("seed {seed}"));
    }
}

#[test]
fn every_policy_of_a_pack_agrees_with_postgresql() {
    let size = Size {
        departments: 7,
        usage: 6,
        cases: 5,
        ..SMALL
    };
    let seeds = if oracle::is_nightly() { 200 } else { 12 };
    for seed in 0..seeds {
        let facts = generated(seed + 100, size);
        let seed = usize::try_from(seed).unwrap();
        agree(
            &varied(pack(), seed),
            &facts,
            period("2026-03"),
            &format!("seed {seed}"),
        );
    }
}

/// What others report: a few measures that the pack asks for, and every judgement.
fn report(facts: &mut Facts, pack: &Pack, seed: u64) {
    let mut random = seed;
    let mut below = move |sides: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % sides
    };
    let decimal = |units: u64| Decimal4::from_units(i64::try_from(units).unwrap()).unwrap();
    let source = SourceLine { batch: 0, line: 1 };
    let open = facts
        .departments
        .iter()
        .filter(|one| one.valid.to.is_none());
    let departments: Vec<_> = open.map(|one| one.id.clone()).collect();
    for (department, indicator) in departments.iter().flat_map(|one| {
        pack.indicators
            .iter()
            .map(move |indicator| (one, indicator))
    }) {
        if let IndicatorKind::Judged(given) = indicator.kind {
            let most = match given {
                JudgedIn::Points => u64::try_from(indicator.points.rescaled(4).unwrap().mantissa),
                JudgedIn::Ratio => Ok(10_000),
            };
            if indicator.not_applicable == NotApplicable::Required || below(4) > 0 {
                facts.judgements.push(Judgement {
                    department: department.clone(),
                    period: period("2026-03"),
                    indicator: indicator.id.clone(),
                    value: decimal(below(most.unwrap() + 1)),
                    reason: "评定".into(),
                    assessor: "甲".into(),
                    signed_on: fixture::day("2026-04-02"),
                    source,
                });
            }
        }
        let condition = indicator
            .condition
            .as_ref()
            .map_or("", |one| one.text.as_str());
        let named = condition.split_once("measure = '");
        let Some((measure, _)) = named.and_then(|(_, rest)| rest.split_once('\'')) else {
            continue;
        };
        let rare = matches!(indicator.kind, IndicatorKind::Veto(_));
        let left_out = below(if rare { 6 } else { 5 }) < if rare { 5 } else { 1 };
        if left_out && indicator.not_applicable != NotApplicable::Required {
            continue;
        }
        let population = below(60);
        facts.measures.push(Measure {
            department: department.clone(),
            period: period("2026-03"),
            measure: measure.to_owned(),
            achieved: decimal(10_000 * below(population + 1) + 2_500 * u64::from(population > 30)),
            population: decimal(10_000 * (population + 1)),
            source,
        });
    }
    facts.normalise();
}

/// A pack with every kind of indicator, weights, gates and roundings of its own.
fn every_kind() -> Pack {
    let text = include_str!("../../engine/tests/kinds.toml").to_owned();
    let files = engine::PackFiles {
        root_name: "kinds".into(),
        files: [("pack.toml".to_owned(), text)].into(),
    };
    fixture::shipped::load(&files).pack.unwrap()
}

#[test]
fn every_shipped_pack_and_every_kind_agree_with_postgresql() {
    let others = fixture::shipped::other_packs();
    let others = others
        .iter()
        .map(|files| fixture::shipped::load(files).pack.unwrap());
    let seeds = if oracle::is_nightly() { 60 } else { 3 };
    for pack in others.chain([every_kind()]) {
        for seed in 0..seeds {
            let mut facts = generated(seed, SMALL);
            report(&mut facts, &pack, seed);
            let what = format!("{} seed {seed}", pack.header.id);
            agree(&pack, &facts, period("2026-03"), &what);
        }
    }
}

#[test]
fn a_month_without_a_required_judgement_is_refused_by_both() {
    let Some(server) = Server::new() else { return };
    let (pack, calendar) = (every_kind(), calendar());
    let mut facts = generated(1, SMALL);
    report(&mut facts, &pack, 1);
    facts.judgements.retain(|one| one.indicator != "opinion");
    let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
    assert!(prepared.month().unwrap().assess().is_err());
    let mut script = String::new();
    prepared
        .export_sql(true, &mut |text| script.push_str(text))
        .unwrap();
    let refused = server.run(&script).unwrap_err();
    assert!(refused.contains("opinion: 缺少必须的值"), "{refused}");
}

#[test]
fn the_script_of_a_small_pack_is_stable() {
    let files = fixture::shipped::small_pack_files();
    let loaded = fixture::shipped::load(&files);
    let findings: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    let pack = loaded
        .pack
        .unwrap_or_else(|| panic!("{}", findings.join("\n")));
    let (script, _) = both(&pack, &fixture::facts(), period("2026-03"));
    // What is the same for every pack is in files of its own.
    let script = script.replace(super::SCORING, "-- 七、计分 …\n");
    let (head, rest) = script.split_once("-- 一、函数").unwrap();
    let (_, rest) = rest.split_once("-- 二、事实").unwrap();
    let (facts, rest) = rest.split_once("-- 三、工作日历").unwrap();
    let (_, rules) = rest.split_once("-- 四、规则").unwrap();
    insta::assert_snapshot!(format!("{head}\n-- 二、事实{facts}\n-- 四、规则{rules}"));
}

#[test]
fn without_data_the_script_has_the_same_logic_and_no_fact() {
    let facts = fixture::facts();
    let (pack, calendar) = (pack(), calendar());
    let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
    let (mut with, mut without) = (String::new(), String::new());
    prepared
        .export_sql(true, &mut |text| with.push_str(text))
        .unwrap();
    prepared
        .export_sql(false, &mut |text| without.push_str(text))
        .unwrap();
    assert!(
        with.contains("INSERT INTO fact_resources") && with.contains("INSERT INTO departments")
    );
    assert!(!without.contains("INSERT INTO fact_") && !without.contains("INSERT INTO departments"));
    let logic = |script: &str| script.split_once("-- 三、工作日历").unwrap().1.to_owned();
    assert_eq!(logic(&with), logic(&without));
    let Some(server) = Server::new() else { return };
    server.run(&without).unwrap();
    assert_eq!(
        server.run("SELECT COUNT(*) FROM results").unwrap().trim(),
        "0"
    );
}
