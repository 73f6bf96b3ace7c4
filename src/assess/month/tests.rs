#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use domain::ShareType;
use domain::canon::decode;
use domain::facts::{Incident, Request, RequestOutcome, SourceLine};
use proptest::prelude::*;

use super::*;
use crate::assessment::{Standing, Status};
use crate::awards::{Awards, Pot};
use crate::compensation::Means;
use crate::explanation::NodeKind;
use crate::fixture::generated::{SMALL, Size, generated};
use crate::fixture::shipped::{calendar, load, pack, pack_files};
use crate::fixture::{self, day, period, usage};
use crate::year_so_far::YearSoFar;

fn assessed(facts: &Facts, month: &str) -> Assessment {
    assess(&pack(), facts, &calendar(), period(month), None).unwrap()
}

fn march(facts: &Facts) -> Assessment {
    assessed(facts, "2026-03")
}

fn request(id: &str, received: &str, replied: Option<&str>) -> Request {
    Request {
        id: id.into(),
        resource: "R-A".into(),
        share_type: ShareType::Conditional,
        provider: "A".into(),
        consumer: "B".into(),
        received_on: day(received),
        extension_days: 0,
        extension_consented_on: None,
        replied_on: replied.map(day),
        outcome: if replied.is_some() {
            RequestOutcome::RefusedWithReason
        } else {
            RequestOutcome::Open
        },
        delivered_on: None,
        source: SourceLine { batch: 0, line: 5 },
    }
}

/// Three requests of A that are alike but for their ids.
fn three(one: &Request) -> Vec<Request> {
    ["1", "2", "3"]
        .map(|id| Request {
            id: id.into(),
            ..one.clone()
        })
        .to_vec()
}

fn reply(facts: &Facts, month: &str) -> crate::IndicatorResult {
    let assessment = assessed(facts, month);
    let result = assessment.department(&"A".into()).unwrap();
    result.indicator("reply_on_time").unwrap().clone()
}

fn reply_share(one: &Request, month: &str) -> Option<String> {
    let mut facts = fixture::facts();
    facts.requests = three(one);
    reply(&facts, month).value.map(|value| value.to_string())
}

#[test]
fn the_shipped_pack_has_no_findings() {
    let loaded = load(&pack_files());
    let findings: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn t27_points_that_do_not_add_up_are_refused() {
    let mut files = pack_files();
    let text = files.files.get_mut("timeliness.toml").unwrap();
    *text = text.replace("points = \"12\"", "points = \"13\"");
    let loaded = load(&files);
    assert_eq!(loaded.pack, None);
    assert!(
        loaded
            .diagnostics
            .iter()
            .any(|finding| finding.message.contains("31"))
    );
}

#[test]
fn t15_the_rule_is_that_of_the_day_of_receipt() {
    // Unconditional: 10 working days before August 2025, one since.
    let unconditional = |received: &str, replied: &str| Request {
        share_type: ShareType::Unconditional,
        ..request("", received, Some(replied))
    };
    let share = |received, replied, month| reply_share(&unconditional(received, replied), month);
    assert_eq!(
        share("2025-07-31", "2025-08-14", "2025-08").as_deref(),
        Some("1")
    );
    assert_eq!(
        share("2025-07-31", "2025-08-15", "2025-08").as_deref(),
        Some("0")
    );
    assert_eq!(
        share("2025-08-01", "2025-08-04", "2025-08").as_deref(),
        Some("1")
    );
    assert_eq!(
        share("2025-08-01", "2025-08-05", "2025-08").as_deref(),
        Some("0")
    );
}

#[test]
fn t16_an_extension_needs_consent_in_time_and_stops_at_the_maximum() {
    // Received on 2026-03-02: due on 03-16, with five days more on 03-23.
    let extended = |days, consented: Option<&str>, replied| Request {
        extension_days: days,
        extension_consented_on: consented.map(day),
        ..request("", "2026-03-02", Some(replied))
    };
    let share = |one: Request| reply_share(&one, "2026-03").unwrap();
    assert_eq!(share(extended(5, Some("2026-03-16"), "2026-03-23")), "1");
    assert_eq!(share(extended(5, Some("2026-03-16"), "2026-03-24")), "0");
    assert_eq!(share(extended(5, None, "2026-03-23")), "0");
    assert_eq!(share(extended(5, Some("2026-03-17"), "2026-03-23")), "0");
    // Of thirty days ten count: due on 2026-03-30.
    assert_eq!(share(extended(30, Some("2026-03-16"), "2026-03-30")), "1");
    assert_eq!(share(extended(30, Some("2026-03-16"), "2026-03-31")), "0");
}

#[test]
fn t17_an_open_case_counts_once_in_the_month_its_limit_expires() {
    let mut facts = fixture::facts();
    facts.requests = three(&request("", "2026-02-25", None));
    let cases = |month| reply(&facts, month).cases;
    assert_eq!(
        [cases("2026-02"), cases("2026-03"), cases("2026-04")],
        [0, 3, 0]
    );
    assert_eq!(reply(&facts, "2026-03").value, Some(Exact::zero()));
    // Answered late: the month of the limit has it, the month of the answer does not again.
    facts.requests = three(&request("", "2026-02-25", Some("2026-04-02")));
    assert_eq!(reply(&facts, "2026-03").value, Some(Exact::zero()));
    assert_eq!(reply(&facts, "2026-04").status, Status::NoCases);
}

#[test]
fn t8_two_requests_are_too_few_for_a_rate() {
    let mut facts = fixture::facts();
    facts.requests = three(&request("", "2026-03-02", Some("2026-03-03")));
    facts.requests.pop();
    let result = reply(&facts, "2026-03");
    assert_eq!((result.status, result.cases), (Status::TooFewCases, 2));
    assert_eq!(result.available, Exact::zero());
}

#[test]
fn t29_a_leak_vetoes_the_rest_of_its_year() {
    let mut facts = generated(7, SMALL);
    facts.incidents = vec![Incident {
        id: "1".into(),
        department: "D0000".into(),
        code: "LEAK".into(),
        occurred_on: day("2025-11-01"),
        confirmed_on: day("2026-02-10"),
        summary: String::new(),
        source: SourceLine::default(),
    }];
    let result = march(&facts).department(&"D0000".into()).unwrap().clone();
    assert_eq!(result.vetoes, ["leak"]);
    assert_eq!(result.grade.as_deref(), Some("unqualified"));
    assert!(result.total.counted <= Exact::from(59));
    facts.incidents[0].confirmed_on = day("2025-12-31");
    assert_eq!(
        march(&facts).department(&"D0000".into()).unwrap().vetoes,
        Vec::<String>::new()
    );
}

#[test]
fn t5_flooding_with_calls_gains_nothing_and_is_noted() {
    let facts = generated(11, SMALL);
    let before = march(&facts);
    let mut flooded = facts.clone();
    let target = flooded
        .usage
        .iter()
        .position(|row| row.succeeded > 0)
        .unwrap();
    flooded.usage[target].succeeded = 5_000_000;
    let after = march(&flooded);
    assert_eq!(before.departments, after.departments);
    assert!(after.notes.iter().any(|note| note.code == "flooding"));
    assert!(!before.notes.iter().any(|note| note.code == "flooding"));
}

#[test]
fn t6_a_reciprocal_pair_is_noted() {
    let mut facts = fixture::facts();
    facts.usage = vec![
        usage("A", "R-A", "B", "2026-03-02", 5, 2),
        usage("B", "R-B", "A", "2026-03-02", 5, 3),
        usage("C", "R-C", "D", "2026-03-02", 5, 4),
    ];
    let notes = march(&facts).notes;
    let pairs: Vec<_> = notes
        .iter()
        .filter(|note| note.code == "reciprocal")
        .collect();
    assert_eq!(pairs.len(), 1);
    assert_eq!(pairs[0].department, Some("A".into()));
}

#[test]
fn t4_a_split_family_is_noted() {
    let mut facts = fixture::facts();
    for n in 1..=6 {
        let mut entry = fixture::resource(&format!("S-{n}"), "B");
        entry.name = format!("企业登记信息（{n}）");
        facts.resources.push(entry);
    }
    facts.normalise();
    let notes = march(&facts).notes;
    assert!(
        notes
            .iter()
            .any(|n| n.code == "split_family" && n.department == Some("B".into()))
    );
}

#[test]
fn t30_a_department_without_duties_is_neither_graded_nor_ranked() {
    let mut facts = fixture::facts();
    facts
        .resources
        .retain(|resource| resource.provider.as_str() != "B");
    facts.usage = vec![usage("A", "R-A", "D", "2026-03-02", 5, 2)];
    let assessment = march(&facts);
    let idle = assessment.department(&"B".into()).unwrap();
    assert_eq!(idle.standing, Standing::TooLittleAssessed);
    assert_eq!((idle.rank, &idle.grade), (None, &None));
}

#[test]
fn islands_and_reciprocity_are_counted() {
    let mut facts = fixture::facts();
    facts.usage = vec![
        usage("A", "R-A", "B", "2026-03-02", 5, 2),
        usage("B", "R-B", "A", "2026-03-02", 5, 3),
        usage("A", "R-A", "C", "2026-03-02", 5, 4),
        usage("A", "R-A", "D", "2026-03-02", 0, 5),
    ];
    let (pack, calendar) = (pack(), calendar());
    let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
    let month = prepared.month().unwrap();
    let network = month.network(1);
    assert_eq!(network.islands, ["D".into()]);
    assert_eq!(network.density, Exact::ratio(3, 12));
    assert_eq!(network.reciprocity, Exact::ratio(2, 3));
    assert_eq!((network.components, network.nodes[0].out_degree), (2, 2));
}

#[test]
fn a_change_of_one_fact_gains_what_was_promised() {
    let (pack, calendar) = (pack(), calendar());
    let mut checked = 0;
    for seed in 0..12 {
        let facts = generated(seed, SMALL);
        let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
        let month = prepared.month().unwrap();
        let before = month.assess().unwrap();
        for department in &before.departments {
            let raises = month.raise(&before, &department.id, usize::MAX).unwrap();
            assert!(raises.is_sorted_by(|a, b| a.gain >= b.gain));
            let Some(raise) = raises
                .iter()
                .find(|raise| raise.indicator == "mounted" && raise.cases.len() == 1)
            else {
                continue;
            };
            let mut better = facts.clone();
            let code = &raise.cases[0].fact;
            let entry = better
                .resources
                .iter_mut()
                .find(|r| r.code.as_str() == code);
            entry.unwrap().mounted = true;
            let after = assess(&pack, &better, &calendar, period("2026-03"), None).unwrap();
            let after = after.department(&department.id).unwrap();
            let gain = &after.total.exact - &department.total.exact;
            assert_eq!(gain, raise.exact_gain, "{code}");
            checked += 1;
        }
    }
    assert!(checked > 10, "only {checked} checked");
}

fn means(pots: &[Pot]) -> Means<'_> {
    static NOTHING: YearSoFar = YearSoFar {
        open_claims: Vec::new(),
        awarded: Vec::new(),
    };
    Means {
        pots,
        so_far: &NOTHING,
    }
}

#[test]
fn awards_give_the_month_away_and_the_next_month_remembers() {
    let (pack, calendar) = (pack(), calendar());
    let facts = generated(3, SMALL);
    let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
    let month = prepared.month().unwrap();
    let assessment = month.assess().unwrap();
    let pots = fixture::pots(120_000_007, 120_000_007);
    let awards = month.compensate(&assessment, means(&pots)).unwrap();
    for total in &awards.pots {
        assert_eq!(total.rewards_fen, total.reward_pool_fen, "{:?}", total.line);
        assert!(total.rewards_fen.get() > 0);
    }
    // The payer stands above the department that receives.
    for award in &awards.awards {
        let department = facts
            .departments
            .iter()
            .find(|d| d.id == award.department)
            .unwrap();
        let mut above = prepared
            .registry
            .jurisdictions
            .lineage(&department.jurisdiction, prepared.period.last_day());
        assert!(above.any(|node| node.code == award.payer));
    }
    let prior = Prior::of(&assessment, &awards);
    assert_eq!(decode::<Prior>(&encode(&prior)).unwrap(), prior);
    assert_eq!(decode::<Awards>(&encode(&awards)).unwrap(), awards);
    let march = period("2026-03");
    let later = Prepared::new(&pack, &facts, &calendar, march, Some(&prior)).unwrap();
    let later = later.month().unwrap();
    let next = later.assess().unwrap();
    let changes: Vec<_> = next
        .departments
        .iter()
        .map(|d| d.change.clone().unwrap())
        .collect();
    assert!(changes.iter().all(|change| change.total.is_zero()));
    let again = later.compensate(&next, means(&pots)).unwrap();
    assert_eq!(awards.pots, again.pots);
}

#[test]
fn facts_made_ready_once_give_under_other_rules_what_they_give_alone() {
    let (own, calendar) = (pack(), calendar());
    let other = |file: &str, from: &str, to: &str| {
        let mut files = pack_files();
        let text = files.files.get_mut(file).unwrap();
        assert!(text.contains(from), "{from}");
        *text = text.replacen(from, to, 1);
        load(&files).pack.unwrap()
    };
    // Importance has a part in the columns, what a violation costs has none; only some rules read
    // the month before.
    let heavier = other("importance.toml", "value = \"2.00\"", "value = \"3.00\"");
    let stricter = other("security.toml", "value = \"2.0\"", "value = \"2.5\"");
    let jealous = other(
        "use.toml",
        "value = \"COUNT(DISTINCT consumer) * param.cross_region_points\"",
        "value = \"COUNT(DISTINCT consumer) * param.cross_region_points + default(carry('cross_region'), 0)\"",
    );
    let facts = generated(5, SMALL);
    let (march, pots) = (period("2026-03"), fixture::pots(120_000_007, 120_000_007));
    let before = Prepared::new(&own, &facts, &calendar, march, None).unwrap();
    let (assessment, awards) = {
        let month = before.month().unwrap();
        let assessment = month.assess().unwrap();
        let awards = month.compensate(&assessment, means(&pots)).unwrap();
        (assessment, awards)
    };
    let prior = Prior::of(&assessment, &awards);
    for first in [&own, &jealous] {
        let ready = Prepared::new(first, &facts, &calendar, march, Some(&prior)).unwrap();
        for pack in [&own, &heavier, &stricter, &jealous] {
            for prior in [None, Some(&prior)] {
                let alone = Prepared::new(pack, &facts, &calendar, march, prior).unwrap();
                let under = ready.under(pack, prior).unwrap();
                let (alone, under) = (alone.month().unwrap(), under.month().unwrap());
                let (alone, under) = (alone.assess().unwrap(), under.assess().unwrap());
                assert_eq!(alone, under);
            }
        }
    }
}

#[test]
fn a_month_is_not_assessed_before_what_the_pack_requires_is_there() {
    let mut files = pack_files();
    let security = files.files.get_mut("security.toml").unwrap();
    *security = security.replacen(
        "not_applicable = \"zero\"",
        "not_applicable = \"required\"",
        1,
    );
    let pack = load(&files).pack.unwrap();
    let facts = fixture::facts();
    let error = assess(&pack, &facts, &calendar(), period("2026-03"), None).unwrap_err();
    let text = error.to_string();
    let AssessError::Missing(missing) = error else {
        panic!("{text}");
    };
    // Nobody was checked: all four departments lack the same.
    let names: Vec<_> = missing.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "C", "D"]);
    assert!(
        missing
            .iter()
            .all(|one| one.required && one.indicator == "safeguards_met")
    );
    assert!(
        text.contains("4 项") && text.contains("A“保障措施达标率”"),
        "{text}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Every score is exactly the sum of its evidence, whatever the facts.
    #[test]
    fn every_score_decomposes_exactly_into_its_evidence(seed: u64) {
        let (pack, calendar) = (pack(), calendar());
        let facts = generated(seed, SMALL);
        let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
        let month = prepared.month().unwrap();
        let assessment = month.assess().unwrap();
        for department in &assessment.departments {
            let root = month.explain(&assessment, &department.id, None).unwrap().root;
            prop_assert_eq!(&root.amount, &department.total.counted);
            prop_assert!(root.adds_up(), "{:#?}", root);
            let nodes = root.walk();
            let whole = nodes.iter().filter(|node| node.kind == NodeKind::Whole);
            // Every indicator of the shipped pack but the bonus (distinct consumers) splits by row.
            prop_assert!(whole.count() <= 1 + usize::from(!department.vetoes.is_empty()));
            for node in nodes.iter().filter(|node| node.kind == NodeKind::Row) {
                let evidence = node.evidence.as_ref().unwrap();
                prop_assert!(!evidence.fact.is_empty() && evidence.line > 0);
                prop_assert_eq!(&evidence.file, "数据.csv");
            }
        }
    }

    /// The order of rows does not matter, and the bytes tell the whole assessment.
    #[test]
    fn the_same_facts_are_the_same_bytes(seed: u64) {
        let facts = generated(seed, SMALL);
        let mut shuffled = facts.clone();
        shuffled.usage.reverse();
        shuffled.requests.rotate_left(3);
        shuffled.departments.reverse();
        shuffled.normalise();
        let (one, other) = (march(&facts), march(&shuffled));
        prop_assert_eq!(encode(&one), encode(&other));
        prop_assert_eq!(one.digest(), other.digest());
        prop_assert_eq!(decode::<Assessment>(&encode(&one)).unwrap(), one);
    }
}

/// How long a city and a province take; run with `--ignored --nocapture` in release mode.
#[test]
#[ignore = "measures time"]
fn a_city_and_a_province_are_quick() {
    for (name, departments, usage) in [("city", 60, 1_700), ("province", 1_100, 1_850)] {
        let size = Size {
            departments,
            resources: 80,
            usage,
            cases: 8,
        };
        let facts = generated(1, size);
        let (pack, calendar) = (pack(), calendar());
        #[expect(clippy::disallowed_methods, reason = "a measurement")]
        let start = std::time::Instant::now();
        let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
        let prepared = prepared.with_facts_sha256("0");
        let framed = start.elapsed();
        let month = prepared.month().unwrap();
        let evaluated = start.elapsed();
        let assessment = month.assess().unwrap();
        let rows = facts.usage.len();
        let ranked = assessment.departments.len();
        println!(
            "{name}: {rows} rows, {ranked} departments: {framed:?}, {evaluated:?}, {:?}",
            start.elapsed()
        );
    }
}
