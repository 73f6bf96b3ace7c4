#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use domain::facts::{Claim, ClaimKind, SourceLine};
use engine::pack::Unfunded;
use proptest::prelude::*;

use super::*;
use crate::fixture::generated::{SMALL, generated};
use crate::fixture::shipped::{calendar, pack};
use crate::fixture::{day, pots};
use crate::month::Prepared;
use crate::prior::Prior;
use crate::year_so_far::YearSoFar;

/// The explanations of all departments of a month and of the month after, which remembers it; each
/// with what the awards give the department.
fn explained(seed: u64, available: i64) -> Vec<(Explanation, i64)> {
    let (mut pack, calendar) = (pack(), calendar());
    pack.compensation.as_mut().unwrap().unfunded = Unfunded::Year;
    let mut facts = generated(seed, SMALL);
    facts.claims.push(Claim {
        id: "Z".into(),
        department: "D0001".into(),
        period: "2026-02".parse().unwrap(),
        kind: ClaimKind::Loss,
        beneficiary: "410000".into(),
        declared_fen: Fen::new(99_999),
        accepted_fen: Some(Fen::new(33_333)),
        decided_on: Some(day("2026-03-10")),
        reason: String::new(),
        source: SourceLine { batch: 0, line: 7 },
    });
    facts.normalise();
    let march = "2026-03".parse().unwrap();
    let prepared = Prepared::new(&pack, &facts, &calendar, march, None).unwrap();
    let month = prepared.month().unwrap();
    let assessment = month.assess().unwrap();
    let pots = pots(120_000_007, available);
    let means = Means {
        pots: &pots,
        so_far: &YearSoFar::default(),
    };
    let awards = month.compensate(&assessment, means).unwrap();
    let mut all = Vec::new();
    explain_all(&month, &assessment, means, &mut all);
    // The month again, as if it were April: claims brought forward, floors and caps in force.
    let so_far = YearSoFar::before("2026-04".parse().unwrap(), std::slice::from_ref(&awards));
    let prior = Prior::of(&assessment, &awards);
    let later = Prepared::new(&pack, &facts, &calendar, march, Some(&prior)).unwrap();
    let later = later.month().unwrap();
    let mut april = later.assess().unwrap();
    april.period = "2026-04".parse().unwrap();
    let means = Means {
        so_far: &so_far,
        ..means
    };
    explain_all(&later, &april, means, &mut all);
    all
}

fn explain_all(
    month: &Month<'_>,
    assessment: &Assessment,
    means: Means<'_>,
    to: &mut Vec<(Explanation, i64)>,
) {
    let awards = month.compensate(assessment, means).unwrap();
    for department in month.departments() {
        let explanation = month
            .explain_money(assessment, means, &department.id)
            .unwrap();
        let own = awards.of(&department.id).map(|one| one.amount_fen.get());
        to.push((explanation, own.sum()));
    }
}

#[test]
fn every_award_is_the_sum_of_what_made_it_and_says_so_in_words() {
    for available in [120_000_007, 10_000, 0] {
        for (explanation, awarded) in explained(3, available) {
            let root = &explanation.root;
            assert!(root.adds_up(), "{root:?}");
            assert_eq!(root.amount, yuan(&awarded.into()));
            for part in &root.parts {
                assert!(
                    !part.prose.is_empty() && !part.articles.is_empty(),
                    "{part:?}"
                );
            }
        }
    }
}

#[test]
fn a_claim_that_is_cut_shows_accepted_rate_and_cut_with_its_row() {
    let all = explained(3, 10_000);
    let nodes = all
        .iter()
        .flat_map(|(explanation, _)| explanation.root.walk());
    let claims: Vec<&Node> = nodes.filter(|node| node.kind == NodeKind::Claim).collect();
    let own = claims.iter().find(|node| node.label == "申报 Z").unwrap();
    let row = own.evidence.as_ref().unwrap();
    assert_eq!((row.table.as_str(), row.line), ("claims", 7));
    let kinds: Vec<NodeKind> = own.parts.iter().map(|part| part.kind).collect();
    assert_eq!(kinds[..2], [NodeKind::Granted, NodeKind::Rate]);
    assert!(
        claims
            .iter()
            .any(|node| node.parts.iter().any(|part| part.kind == NodeKind::Cut))
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn awards_decompose_exactly_whatever_the_facts(seed: u64, available in 0i64..200_000) {
        for (explanation, awarded) in explained(seed, available) {
            prop_assert!(explanation.root.adds_up());
            prop_assert_eq!(&explanation.root.amount, &yuan(&awarded.into()));
        }
    }
}
