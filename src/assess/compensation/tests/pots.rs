//! Pots: which a component draws from, in which order, who advances, which flows are paid for.

use engine::pack::PotSelector;

use super::*;

fn line(programme: &str, available: i64) -> Pot {
    let mut pot = pot("410100", 12_000, available);
    pot.line.programme = programme.into();
    pot
}

fn from(programme: &str) -> PotSelector {
    PotSelector {
        budget_line: None,
        programme: Some(programme.into()),
    }
}

fn component_of<'c>(case: &'c mut Case, id: &str) -> &'c mut PackComponent {
    let components = &mut case.compensation().components;
    components.iter_mut().find(|one| one.id == id).unwrap()
}

fn parts(awards: &Awards, rule: &str) -> Vec<(Option<u32>, i64)> {
    let awards = awards.awards.iter().filter(|award| award.rule == rule);
    awards
        .map(|award| (award.pot, award.amount_fen.get()))
        .collect()
}

#[test]
fn a_component_draws_from_the_programmes_it_names_in_their_order() {
    let pots = vec![line("甲", 5000), line("乙", 200), line("丙", 100)];
    let mut case = Case::new(pots, vec![weight("410100", "A", 1)]);
    component_of(&mut case, "cost").pots = vec![from("丙"), from("乙")];
    component_of(&mut case, "reward").pots = vec![from("甲")];
    case.facts.claims = vec![claim("1", "A", ClaimKind::Cost, 400)];
    let awards = case.award();
    assert_eq!(parts(&awards, "cost"), [(Some(2), 100), (Some(1), 200)]);
    assert_eq!(
        awards.pots[0].claims_fen,
        Fen::ZERO,
        "not of 甲, though it has money"
    );
    assert_eq!(parts(&awards, "reward"), [(Some(0), 700)]);
    let unfunded: i64 = awards
        .awards
        .iter()
        .map(|award| award.unfunded_fen.get())
        .sum();
    assert_eq!(unfunded, 100);
}

#[test]
fn two_pools_of_one_pot_each_take_their_slice() {
    let mut case = Case::new(vec![line("甲", 12_000)], vec![weight("410100", "A", 1)]);
    let mut second = component_of(&mut case, "reward").clone();
    second.id = "more".into();
    second.kind = match second.kind {
        ComponentKind::Pool {
            from,
            condition,
            weight,
            ..
        } => ComponentKind::Pool {
            pool: "half".into(),
            from,
            condition,
            weight,
            floor_ratio: None,
            cap_ratio: None,
        },
        other => other,
    };
    case.compensation().components.push(second);
    let reasoned = award(&Basis {
        weights: [
            ("reward".to_owned(), vec![weight("410100", "A", 1)]),
            ("more".to_owned(), vec![weight("410100", "B", 1)]),
        ]
        .into(),
        pack: &case.rules,
        assessment: &case.assessment,
        facts: &case.facts,
        registry: &registry(&case.facts),
        means: Means {
            pots: &case.pots,
            so_far: &YearSoFar::default(),
        },
        prior: None,
        deductions: BTreeMap::new(),
    })
    .unwrap();
    let total = &reasoned.awards.pots[0];
    assert_eq!(
        (total.reward_pool_fen.get(), total.rewards_fen.get()),
        (1200, 1200)
    );
    assert_eq!(parts(&reasoned.awards, "more"), [(Some(0), 500)]);
}

#[test]
fn the_nearest_superior_with_a_pot_advances_when_the_pack_says_so() {
    let mut province = line("甲", 12_000);
    province.line.payer = "410000".into();
    let mut city = line("甲", 12_000);
    city.line.budget_year = 2025;
    for (policy, expected) in [
        (WithoutPot::Unfunded, 0),
        (WithoutPot::SuperiorAdvances, 50),
    ] {
        let mut case = Case::new(
            vec![province.clone(), city.clone()],
            vec![weight("410105", "C", 1), weight("410000", "D", 1)],
        );
        case.compensation().without_pot = policy;
        let mut own = claim("1", "C", ClaimKind::Cost, 50);
        own.beneficiary = "410105".into();
        case.facts.claims = vec![own];
        let awards = case.award();
        let cost = &awards.awards[0];
        assert_eq!(
            cost.payer.as_str(),
            "410105",
            "the district is to pay, whoever does"
        );
        assert_eq!(cost.amount_fen.get(), expected);
        assert_eq!(cost.unfunded_fen.get(), 50 - expected);
        let pot = awards.pot_of(cost).map(|pot| pot.line.payer.as_str());
        assert_eq!(pot, (expected > 0).then_some("410000"));
        // The flows of the district share the province's slice with its own.
        let rewards: Vec<i64> = amounts(&awards, Component::Reward)
            .into_iter()
            .map(|(_, fen, ..)| fen)
            .collect();
        assert_eq!(rewards, if expected > 0 { [350, 350] } else { [700, 0] });
    }
}

#[test]
fn a_component_pays_only_for_the_flows_it_names() {
    let flows = [
        ("410100", "horizontal"),
        ("410105", "vertical"),
        ("410200", "cross_region"),
    ];
    for (beneficiary, named) in flows {
        for (_, paid_for) in flows {
            let mut pots = vec![line("甲", 12_000), line("甲", 12_000)];
            pots[1].line.payer = "410000".into();
            let mut case = Case::new(pots, Vec::new());
            component_of(&mut case, "cost").flows = Flows {
                horizontal: paid_for == "horizontal",
                vertical: paid_for == "vertical",
                cross_region: paid_for == "cross_region",
            };
            let mut one = claim("1", "A", ClaimKind::Cost, 50);
            one.beneficiary = beneficiary.into();
            case.facts.claims = vec![one];
            let paid: i64 = case.award().awards.iter().map(|a| a.amount_fen.get()).sum();
            assert_eq!(
                paid,
                if named == paid_for { 50 } else { 0 },
                "{named} {paid_for}"
            );
        }
    }
}

#[test]
fn a_veto_shuts_out_unless_the_component_ignores_it() {
    let mut case = Case::new(vec![line("甲", 12_000)], Vec::new());
    case.assessment.departments[0].vetoes = vec!["leak".into()];
    case.facts.claims = vec![claim("1", "A", ClaimKind::Cost, 50)];
    assert_eq!(
        amounts(&case.award(), Component::Cost),
        [("A".into(), 0, 0, Outcome::Vetoed)]
    );
    component_of(&mut case, "cost").despite_veto = true;
    assert_eq!(
        amounts(&case.award(), Component::Cost),
        [("A".into(), 50, 0, Outcome::Full)]
    );
}

#[test]
fn t20_a_slice_that_is_not_there_is_unfunded_to_each_who_would_have_shared_it() {
    let weights = vec![
        weight("410100", "A", 1),
        weight("410100", "B", 2),
        weight("410100", "C", 4),
    ];
    let mut case = Case::new(vec![line("甲", 300)], weights);
    let grades = [Some("good"), Some("good"), Some("unqualified"), None];
    case.assessment = assessment(&case.rules, grades);
    assert_eq!(
        amounts(&case.award(), Component::Reward),
        [
            ("A".into(), 100, 133, Outcome::PotShort),
            ("B".into(), 200, 267, Outcome::PotShort),
            ("C".into(), 0, 0, Outcome::GradeTooLow)
        ]
    );
}

#[test]
fn t20_floors_beyond_the_pool_are_scaled_and_what_is_missing_is_shown() {
    let weights = vec![weight("410100", "A", 1), weight("410100", "B", 2)];
    let mut case = Case::new(vec![line("甲", 12_000)], weights);
    case.prior = Some(prior(&[("A", 2000), ("B", 800)]));
    // Floors of 1000 and 400 on a slice of 700: half of each.
    assert_eq!(
        amounts(&case.award(), Component::Reward),
        [
            ("A".into(), 500, 500, Outcome::FloorScaled),
            ("B".into(), 200, 200, Outcome::FloorScaled)
        ]
    );
}
