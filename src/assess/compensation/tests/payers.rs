//! Who pays: through the whole month, from usage and claims to awards.

use domain::Jurisdiction;
use domain::facts::UsageDay;
use domain::jurisdiction::Level;

use super::*;
use crate::fixture::shipped::{calendar, pack as shipped};
use crate::fixture::{department, resource, usage};
use crate::month::Prepared;

fn node(code: &str, level: Level, parent: Option<&str>) -> Jurisdiction {
    Jurisdiction {
        code: code.into(),
        name: code.to_owned(),
        level,
        parent: parent.map(Into::into),
        valid: Jurisdiction::always(),
    }
}

/// A state with two provinces; in the first two cities, in one of these two districts. One
/// department a jurisdiction, of the same trade (such as all offices of public security), named
/// after it, and a second one in the city.
fn country() -> Facts {
    let places = [
        ("000000", Level::Nation, None),
        ("410000", Level::Province, Some("000000")),
        ("410100", Level::City, Some("410000")),
        ("410102", Level::District, Some("410100")),
        ("410105", Level::District, Some("410100")),
        ("410200", Level::City, Some("410000")),
        ("420000", Level::Province, Some("000000")),
        ("420100", Level::City, Some("420000")),
    ];
    let mut facts = facts();
    facts.jurisdictions = places
        .map(|(code, level, parent)| node(code, level, parent))
        .to_vec();
    let codes = places.map(|(code, ..)| code);
    facts.departments = codes.map(|code| department(code, code)).to_vec();
    facts.departments.push(department("财政局", "410100"));
    facts.resources = codes
        .map(|code| resource(&format!("R-{code}"), code))
        .to_vec();
    facts
}

/// Payers of the rewards of March, by provider.
fn payers(mut facts: Facts, flows: &[UsageDay]) -> Vec<(String, String)> {
    facts.usage = flows.to_vec();
    facts.normalise();
    let (pack, calendar) = (shipped(), calendar());
    let prepared = Prepared::new(&pack, &facts, &calendar, period("2026-03"), None).unwrap();
    let month = prepared.month().unwrap();
    let assessment = month.assess().unwrap();
    let means = Means {
        pots: &[],
        so_far: &YearSoFar::default(),
    };
    let awards = month.compensate(&assessment, means).unwrap();
    let rewards = awards.awards.iter().filter(|award| award.rule == "reward");
    rewards
        .map(|award| (award.department.to_string(), award.payer.to_string()))
        .collect()
}

fn flow(provider: &str, consumer: &str, on: &str) -> UsageDay {
    usage(provider, &format!("R-{provider}"), consumer, on, 5, 2)
}

#[test]
fn t21_the_payer_of_a_flow_is_the_lowest_common_superior_of_both_sides() {
    for (what, provider, consumer, payer) in [
        ("two departments of one city", "410100", "财政局", "410100"),
        ("a district to its city", "410105", "410100", "410100"),
        ("a city to its district", "410100", "410105", "410100"),
        (
            "one trade, province and district",
            "410000",
            "410105",
            "410000",
        ),
        ("two districts of one city", "410105", "410102", "410100"),
        ("two cities of one province", "410100", "410200", "410000"),
        ("a district and another city", "410105", "410200", "410000"),
        ("two provinces", "410000", "420000", "000000"),
        ("cities of two provinces", "410100", "420100", "000000"),
    ] {
        let found = payers(country(), &[flow(provider, consumer, "2026-03-10")]);
        assert_eq!(found, [(provider.to_owned(), payer.to_owned())], "{what}");
    }
}

#[test]
fn t19_a_flow_is_paid_for_as_the_jurisdictions_were_on_its_day() {
    let mut facts = country();
    let moved = day("2026-03-16");
    for node in &mut facts.jurisdictions {
        if node.code.as_str() == "410105" {
            node.valid.to = Some(moved);
        }
    }
    // 省直管: the county leaves its city in the middle of the month.
    let mut direct = node("410105", Level::District, Some("410000"));
    direct.valid.from = moved;
    facts.jurisdictions.push(direct);
    let on = |days: &[&str]| {
        let flows: Vec<UsageDay> = days.iter().map(|on| flow("410105", "410100", on)).collect();
        let found = payers(facts.clone(), &flows).into_iter();
        found.map(|(_, payer)| payer).collect::<Vec<_>>()
    };
    assert_eq!(on(&["2026-03-15"]), ["410100"]);
    assert_eq!(on(&["2026-03-16"]), ["410000"]);
    assert_eq!(
        on(&["2026-03-02", "2026-03-15", "2026-03-16"]),
        ["410000", "410100"]
    );
}

#[test]
fn t19_a_claim_is_paid_for_as_the_jurisdictions_were_in_the_month_it_is_about() {
    let mut case = Case::new(vec![pot("410100", 0, 1000)], Vec::new());
    let moved = day("2026-03-01");
    for node in &mut case.facts.jurisdictions {
        if node.code.as_str() == "410105" {
            node.valid.to = Some(moved);
        }
    }
    let mut direct = node("410105", Level::District, Some("410000"));
    direct.valid.from = moved;
    case.facts.jurisdictions.push(direct);
    for (about, payer) in [("2026-02", "410100"), ("2026-03", "410000")] {
        let mut one = claim("1", "C", ClaimKind::Cost, 50);
        one.period = period(about);
        case.facts.claims = vec![one];
        let awards = case.award();
        assert_eq!(awards.awards[0].payer.as_str(), payer, "{about}");
    }
}

#[test]
fn a_claim_without_a_common_superior_stops_the_month_and_names_its_line() {
    let mut case = Case::new(Vec::new(), Vec::new());
    case.facts
        .jurisdictions
        .push(node("990000", Level::Province, None));
    let mut one = claim("1", "A", ClaimKind::Cost, 50);
    one.beneficiary = "990000".into();
    one.source = SourceLine { batch: 0, line: 7 };
    case.facts.claims = vec![one];
    let fault = case.try_reasoned().map(|_| ()).unwrap_err();
    assert!(
        matches!(fault, AssessError::NoPayer { line: 7, .. }),
        "{fault}"
    );
}
