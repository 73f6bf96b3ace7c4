//! Every piece of advice followed to the letter: the facts changed, the month assessed again.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use domain::decimal::Decimal4;
use domain::facts::{Judgement, Measure, SourceLine};
use domain::{DepartmentId, Facts};
use engine::Pack;
use num_traits::ToPrimitive as _;

use super::*;
use crate::fixture::shipped::{calendar, load};
use crate::fixture::{self, day, period};
use crate::month::{Prepared, assess};

fn pack() -> Pack {
    let text = include_str!("raise.toml").to_owned();
    let files = engine::PackFiles {
        root_name: "raise".into(),
        files: [("pack.toml".to_owned(), text)].into(),
    };
    let loaded = load(&files);
    let findings: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    loaded
        .pack
        .unwrap_or_else(|| panic!("{}", findings.join("\n")))
}

fn measure(department: &DepartmentId, measure: &str, achieved: i64, population: i64) -> Measure {
    Measure {
        department: department.clone(),
        period: period("2026-03"),
        measure: measure.into(),
        achieved: Decimal4::from_units(achieved * 10_000).unwrap(),
        population: Decimal4::from_units(population * 10_000).unwrap(),
        source: SourceLine { batch: 0, line: 0 },
    }
}

fn judgement(department: &DepartmentId, indicator: &str, units: i64) -> Judgement {
    Judgement {
        department: department.clone(),
        period: period("2026-03"),
        indicator: indicator.into(),
        value: Decimal4::from_units(units).unwrap(),
        reason: "评定".into(),
        assessor: "甲".into(),
        signed_on: day("2026-04-02"),
        source: SourceLine { batch: 0, line: 0 },
    }
}

/// Rows of every measure, each on a line of its own, and most of the judgements.
fn facts(seed: u64) -> Facts {
    let mut state = seed;
    let mut below = move |sides: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % sides).unwrap()
    };
    let mut facts = fixture::facts();
    let departments: Vec<DepartmentId> =
        facts.departments.iter().map(|one| one.id.clone()).collect();
    for id in &departments {
        for (name, rows, most) in [
            ("coverage", 7, 9),
            ("delays", 5, 3),
            ("volume", 3, 12),
            ("share", 4, 9),
            ("duty", 4, 5),
            ("faults", 5, 3),
            ("praise", 2, 4),
        ] {
            for _ in 0..below(rows) {
                let population = below(most) + 1;
                let achieved = below(population.unsigned_abs() + 1);
                facts.measures.push(measure(id, name, achieved, population));
            }
        }
        if below(4) == 0 {
            facts.measures.push(measure(id, "fraud", 1, 1));
        }
        for (indicator, most) in [("opinion", 100_001), ("impression", 10_001)] {
            if below(4) > 0 {
                facts.judgements.push(judgement(id, indicator, below(most)));
            }
        }
    }
    for (line, one) in (1..).zip(&mut facts.measures) {
        one.source.line = line;
    }
    facts.normalise();
    facts
}

/// The facts with the advice followed.
fn followed(facts: &Facts, department: &DepartmentId, raise: &Raise) -> Facts {
    let mut facts = facts.clone();
    let id = raise.indicator.as_str();
    for case in &raise.cases {
        let mut rows = facts.measures.iter_mut();
        let row = rows.find(|row| row.source.line == case.line).unwrap();
        assert_eq!((row.measure.as_str(), &row.department), (id, department));
        row.achieved = match id {
            "delays" | "faults" => Decimal4::from_units(0).unwrap(),
            _ => row.population,
        };
    }
    if !raise.cases.is_empty() {
        return facts;
    }
    let own = |row: &Measure| row.measure == id && row.department == *department;
    facts.measures.retain(|row| !own(row));
    let Some(value) = &raise.value else {
        return facts;
    };
    let (above, below) = (value.numerator(), value.denominator());
    let (above, below) = (above.to_i64().unwrap(), below.to_i64().unwrap());
    if id == "opinion" || id == "impression" {
        let judged = |one: &Judgement| one.indicator == id && one.department == *department;
        facts.judgements.retain(|one| !judged(one));
        let units = above * (10_000 / below);
        facts.judgements.push(judgement(department, id, units));
    } else if matches!(id, "coverage" | "share" | "duty") {
        facts
            .measures
            .extend([(); 2].map(|()| measure(department, id, above, below)));
    } else {
        let mut row = measure(department, id, 0, 0);
        row.achieved = Decimal4::from_units(above * (10_000 / below)).unwrap();
        facts.measures.push(row);
    }
    facts.normalise();
    facts
}

#[test]
fn whoever_follows_the_advice_gains_exactly_what_it_says() {
    let (pack, calendar) = (pack(), calendar());
    let mut seen = BTreeSet::new();
    for seed in 0..24 {
        let facts = facts(seed);
        let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
        let month = prepared.month().unwrap();
        let before = month.assess().unwrap();
        for department in &before.departments {
            let raises = month.raise(&before, &department.id, usize::MAX).unwrap();
            assert!(raises.is_sorted_by(|a, b| a.gain >= b.gain));
            for raise in raises {
                let better = followed(&facts, &department.id, &raise);
                let after = assess(&pack, &better, &calendar, period("2026-03"), None).unwrap();
                let after = after.department(&department.id).unwrap();
                let what = format!("seed {seed}, {}: {raise:?}", department.id);
                let value = after.indicator(&raise.indicator).unwrap().value.as_ref();
                assert_eq!(value, raise.value.as_ref(), "{what}");
                let exact = &after.total.exact - &department.total.exact;
                assert_eq!(exact, raise.exact_gain, "{what}");
                let counted = &after.total.counted - &department.total.counted;
                assert_eq!(counted, raise.gain.to_string().parse().unwrap(), "{what}");
                seen.insert((raise.indicator, raise.cases.len().min(2)));
            }
        }
    }
    let kinds: Vec<(&str, usize)> = seen
        .iter()
        .map(|(id, cases)| (id.as_str(), *cases))
        .collect();
    let expected = [
        ("coverage", 0),
        ("coverage", 1),
        ("coverage", 2),
        ("delays", 0),
        ("delays", 1),
        ("delays", 2),
        ("duty", 0),
        ("duty", 1),
        ("faults", 0),
        ("faults", 1),
        ("faults", 2),
        ("fraud", 0),
        ("impression", 0),
        ("opinion", 0),
        ("praise", 0),
        ("share", 0),
        ("share", 1),
        ("volume", 0),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn fewer_cases_than_advised_would_not_do() {
    let (pack, calendar) = (pack(), calendar());
    let mut checked = 0;
    for seed in 0..24 {
        let facts = facts(seed);
        let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
        let month = prepared.month().unwrap();
        let before = month.assess().unwrap();
        for department in &before.departments {
            let raises = month.raise(&before, &department.id, usize::MAX).unwrap();
            for raise in raises.iter().filter(|raise| raise.cases.len() > 1) {
                let mut fewer = raise.clone();
                fewer.cases.pop();
                let worse = followed(&facts, &department.id, &fewer);
                let after = assess(&pack, &worse, &calendar, period("2026-03"), None).unwrap();
                let after = after.department(&department.id).unwrap();
                assert_eq!(after.total.exact, department.total.exact, "{raise:?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 10, "only {checked} checked");
}

#[test]
fn the_next_band_and_the_best_one_are_named_in_both_languages() {
    let (pack, calendar) = (pack(), calendar());
    let mut facts = fixture::facts();
    let id: DepartmentId = "A".into();
    facts.measures = vec![
        measure(&id, "coverage", 1, 10),
        measure(&id, "coverage", 3, 5),
        measure(&id, "delays", 5, 5),
        measure(&id, "volume", 4, 0),
    ];
    facts.normalise();
    let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
    let month = prepared.month().unwrap();
    let assessment = month.assess().unwrap();
    let raises = month.raise(&assessment, &id, usize::MAX).unwrap();
    let said: Vec<String> = raises
        .iter()
        .filter(|raise| ["coverage", "delays", "volume"].contains(&raise.indicator.as_str()))
        .map(|raise| format!("{} | {} | {}", raise.gain, raise.action, raise.action_en))
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}
