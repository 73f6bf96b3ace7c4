//! Claims that the pots do not cover, under each policy that a pack can declare.

use super::*;

/// A claim of A decided on a day, accepted in full.
fn of(id: &str, department: &str, kind: ClaimKind, accepted: i64, decided: &str) -> Claim {
    Claim {
        decided_on: Some(day(decided)),
        ..claim(id, department, kind, accepted)
    }
}

/// What each claim gets, over all components, by id.
fn paid(awards: &Awards) -> BTreeMap<String, i64> {
    let shares = awards.awards.iter().flat_map(|award| &award.claims);
    shares
        .map(|share| (share.claim.clone(), share.paid_fen.get()))
        .collect()
}

fn expect(pairs: &[(&str, i64)]) -> BTreeMap<String, i64> {
    pairs
        .iter()
        .map(|(id, fen)| ((*id).to_owned(), *fen))
        .collect()
}

fn unfunded(awards: &Awards) -> i64 {
    awards
        .awards
        .iter()
        .map(|award| award.unfunded_fen.get())
        .sum()
}

fn case(available: i64) -> Case {
    Case::new(vec![pot("410100", 0, available)], Vec::new())
}

/// Claims of three months, half of each paid ahead.
fn half_advanced(available: i64) -> Case {
    let mut case = case(available);
    case.compensation().exhaustion = Exhaustion::ProRataAtYearEnd {
        advance: "half".into(),
    };
    case.compensation().unfunded = Unfunded::Year;
    case.facts.claims = vec![
        of("early", "A", ClaimKind::Cost, 400, "2026-03-10"),
        of("late", "B", ClaimKind::Cost, 800, "2026-11-10"),
        of("last", "C", ClaimKind::Loss, 1000, "2026-12-10"),
    ];
    case
}

#[test]
fn t20_one_class_is_cut_alike_whatever_its_components() {
    let mut case = case(500);
    for component in &mut case.compensation().components {
        if component.id != "reward" {
            component.priority = Some(1);
        }
    }
    case.facts.claims = vec![
        of("c", "A", ClaimKind::Cost, 600, "2026-03-10"),
        of("l", "B", ClaimKind::Loss, 500, "2026-03-01"),
    ];
    // 600 and 80 % of 500, half of each.
    assert_eq!(paid(&case.award()), expect(&[("c", 300), ("l", 200)]));
}

#[test]
fn t20_a_first_class_is_paid_in_full_before_the_second() {
    let mut case = case(500);
    for component in &mut case.compensation().components {
        component.priority = (component.id == "loss").then_some(1);
    }
    case.facts.claims = vec![
        of("c", "A", ClaimKind::Cost, 600, "2026-03-10"),
        of("l", "B", ClaimKind::Loss, 500, "2026-03-11"),
    ];
    assert_eq!(paid(&case.award()), expect(&[("c", 100), ("l", 400)]));
}

#[test]
fn t20_first_come_pays_in_the_order_of_decision_whatever_the_class() {
    let mut case = case(1000);
    case.compensation().exhaustion = Exhaustion::FirstCome;
    case.facts.claims = vec![
        of("3", "A", ClaimKind::Cost, 400, "2026-03-20"),
        of("2", "B", ClaimKind::Loss, 500, "2026-03-10"),
        of("1", "C", ClaimKind::Cost, 300, "2026-03-10"),
        of("4", "A", ClaimKind::Cost, 900, "2026-03-21"),
    ];
    let awards = case.award();
    // 300 and 400 on the tenth by id, then what is left of 400, then nothing.
    assert_eq!(
        paid(&awards),
        expect(&[("1", 300), ("2", 400), ("3", 300), ("4", 0)])
    );
    assert_eq!(unfunded(&awards), 100 + 900);
    let of_a: Vec<_> = amounts(&awards, Component::Cost);
    assert_eq!(of_a[0], ("A".into(), 300, 1000, Outcome::PotShort));
}

#[test]
fn t20_what_is_not_paid_lapses_unless_the_pack_keeps_it_due() {
    for (policy, april, january) in [
        (Unfunded::Lapse, 0, 0),
        (Unfunded::Year, 150, 0),
        (Unfunded::Carry, 150, 50),
    ] {
        let mut case = case(100);
        case.compensation().unfunded = policy;
        case.facts.claims = vec![of("1", "A", ClaimKind::Cost, 300, "2026-03-10")];
        let mut earlier = Vec::new();
        let march = case.month("2026-03", &mut earlier);
        assert_eq!(
            (paid(&march), unfunded(&march)),
            (expect(&[("1", 100)]), 200)
        );
        // More money in April.
        case.pots[0].available_fen = Fen::new(150);
        let awards = case.month("2026-04", &mut earlier);
        assert_eq!(paid(&awards).values().sum::<i64>(), april, "{policy:?}");
        let brought: i64 = awards
            .awards
            .iter()
            .map(|award| award.brought_fen.get())
            .sum();
        assert_eq!(brought, if policy == Unfunded::Lapse { 0 } else { 200 });
        // And in the next budget year.
        case.pots = vec![pot("410100", 0, 1000)];
        case.pots[0].line.budget_year = 2027;
        let awards = case.month("2027-01", &mut earlier);
        assert_eq!(paid(&awards).values().sum::<i64>(), january, "{policy:?}");
        assert_eq!(unfunded(&awards), 0);
    }
}

#[test]
fn t20_a_claim_is_never_paid_twice_or_beyond_what_is_due() {
    let mut case = case(1000);
    case.compensation().unfunded = Unfunded::Carry;
    case.facts.claims = vec![of("1", "A", ClaimKind::Cost, 300, "2026-03-10")];
    let mut earlier = Vec::new();
    let months = ["2026-03", "2026-04", "2026-05"];
    let all = months.map(|month| paid(&case.month(month, &mut earlier)).values().sum::<i64>());
    assert_eq!(all, [300, 0, 0]);
}

#[test]
fn t20_at_year_end_every_claim_of_the_year_gets_the_same_share() {
    let mut case = half_advanced(600);
    let mut earlier = Vec::new();
    let march = case.month("2026-03", &mut earlier);
    assert_eq!(paid(&march), expect(&[("early", 200)]));
    assert_eq!(
        amounts(&march, Component::Cost),
        [("A".into(), 200, 200, Outcome::Advanced)]
    );
    // Nothing more of it until the year ends, and the second half of the next is waited for too.
    assert_eq!(
        paid(&case.month("2026-04", &mut earlier)),
        expect(&[("early", 0)])
    );
    let november = case.month("2026-11", &mut earlier);
    assert_eq!(paid(&november), expect(&[("early", 0), ("late", 400)]));
    // All 600 are gone, yet the year is 2000: a third was advanced to nobody who must give it back.
    let december = case.month("2026-12", &mut earlier);
    assert_eq!(
        paid(&december),
        expect(&[("early", 0), ("last", 0), ("late", 0)])
    );
    assert_eq!(unfunded(&december), 200 + 400 + 800);
}

#[test]
fn t20_the_year_is_settled_pro_rata_over_what_was_advanced() {
    let mut case = half_advanced(1500);
    let mut earlier = Vec::new();
    case.month("2026-03", &mut earlier);
    case.month("2026-11", &mut earlier);
    let december = case.month("2026-12", &mut earlier);
    // 1500 over dues of 400, 800 and 800: three quarters of each, less what was advanced.
    let expected = expect(&[("early", 300 - 200), ("late", 600 - 400), ("last", 600)]);
    assert_eq!(paid(&december), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Over a year, whatever the policy: no pot is overdrawn, no claim gets more than its due, and
    /// what is due is paid, open or expired.
    #[test]
    fn t20_over_a_year_every_fen_due_is_paid_or_open(
        policy in 0usize..3,
        keeps in 0usize..3,
        funds in proptest::collection::vec(0i64..3000, 12),
        claims in proptest::collection::vec((1u32..=12, 0usize..3, any::<bool>(), 1i64..2000), 0..12),
    ) {
        let mut case = case(0);
        case.compensation().exhaustion = match policy {
            0 => Exhaustion::PriorityClasses,
            1 => Exhaustion::FirstCome,
            _ => Exhaustion::ProRataAtYearEnd { advance: "half".into() },
        };
        let keeps = if policy == 2 { keeps.max(1) } else { keeps };
        case.compensation().unfunded = [Unfunded::Lapse, Unfunded::Year, Unfunded::Carry][keeps];
        case.facts.claims = claims.iter().enumerate().map(|(n, (month, who, is_loss, fen))| {
            let kind = if *is_loss { ClaimKind::Loss } else { ClaimKind::Cost };
            let decided = format!("2026-{month:02}-10");
            of(&n.to_string(), ["A", "B", "C"][*who], kind, *fen, &decided)
        }).collect();
        let mut earlier = Vec::new();
        let mut total: BTreeMap<String, i64> = BTreeMap::new();
        let mut left = 0;
        for (month, funds) in (1..=12).zip(&funds) {
            let available = case.pots[0].available_fen.get() + funds;
            case.pots[0].available_fen = Fen::new(available);
            let awards = case.month(&format!("2026-{month:02}"), &mut earlier);
            let taken: i64 = awards.awards.iter().map(|award| award.amount_fen.get()).sum();
            prop_assert!(taken <= available);
            prop_assert_eq!(taken, paid(&awards).values().sum::<i64>());
            for (claim, fen) in paid(&awards) {
                prop_assert!(fen >= 0);
                *total.entry(claim).or_default() += fen;
            }
            left = unfunded(&awards);
        }
        let due = |claim: &Claim| {
            let accepted = claim.accepted_fen.unwrap().get();
            if claim.kind == ClaimKind::Loss { accepted * 8 / 10 } else { accepted }
        };
        let mut open = 0;
        for claim in &case.facts.claims {
            let got = total.get(&claim.id).copied().unwrap_or(0);
            prop_assert!(got <= due(claim));
            open += due(claim) - got;
        }
        if keeps > 0 {
            prop_assert_eq!(open, left);
        }
    }
}
