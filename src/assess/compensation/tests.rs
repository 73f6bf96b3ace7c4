#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use domain::facts::{Claim, ClaimKind, SourceLine};
use domain::{DepartmentGroup, Period, Place};
use engine::pack::{Flows, Formula, Parameter, ParameterValue, Unfunded, WithoutPot, YearEnd};
use engine::{Exact as Decimal, Unit};
use proptest::prelude::*;

use super::*;
use crate::assessment::{DepartmentResult, GradeHead, Score};
use crate::awards::PotLine;
use crate::fixture::{always, day, facts, pack, period, registry};
use crate::prior::PriorReward;

mod deductions;
mod exhaustion;
mod payers;
mod pots;

fn parameter(id: &str, value: &str) -> Parameter {
    let value: Decimal = value.parse().unwrap();
    Parameter {
        id: id.into(),
        title: id.into(),
        unit: Unit::Ratio,
        cite: Vec::new(),
        values: vec![ParameterValue {
            range: always(),
            value,
            place: Place::default(),
        }],
        by: None,
        scale: value.scale,
        place: Place::default(),
    }
}

fn component(id: &str, kind: ComponentKind) -> PackComponent {
    PackComponent {
        id: id.into(),
        title: String::new(),
        kind,
        priority: None,
        flows: Flows::ALL,
        pots: Vec::new(),
        min_grade: Some("qualified".into()),
        despite_veto: false,
        cite: Vec::new(),
        place: Place::default(),
    }
}

fn rules() -> Pack {
    let mut rules = pack(Vec::new(), &["total"]);
    rules.parameters = [
        ("cost_rate", "1"),
        ("loss_rate", "0.80"),
        ("share", "0.70"),
        ("carry_min", "0.50"),
        ("carry_max", "2.00"),
        ("half", "0.5"),
    ]
    .iter()
    .map(|(id, value)| parameter(id, value))
    .collect();
    let pool = ComponentKind::Pool {
        pool: "share".into(),
        from: "usage".into(),
        condition: None,
        weight: Formula {
            text: "SUM(importance)".into(),
            place: Place::default(),
        },
        floor_ratio: Some("carry_min".into()),
        cap_ratio: Some("carry_max".into()),
    };
    let rate = |of, rate: &str| ComponentKind::Claims {
        of,
        rate: rate.into(),
    };
    rules.compensation = Some(Compensation {
        payer: "lowest_common_superior".into(),
        // The reward first: claims are settled before it all the same.
        components: vec![
            component("reward", pool),
            component("cost", rate(ClaimKind::Cost, "cost_rate")),
            component("loss", rate(ClaimKind::Loss, "loss_rate")),
        ],
        exhaustion: Exhaustion::PriorityClasses,
        unfunded: Unfunded::Lapse,
        without_pot: WithoutPot::Unfunded,
        deductions: Vec::new(),
        year_end: YearEnd::default(),
        cite: Vec::new(),
        place: Place::default(),
    });
    rules
}

fn result(id: &str, grade: Option<&str>) -> DepartmentResult {
    let score = Score {
        exact: Exact::zero(),
        counted: Exact::zero(),
        shown: Exact::zero().shown(2, domain::Rounding::HalfUp),
    };
    DepartmentResult {
        id: id.into(),
        name: id.into(),
        jurisdiction: "410100".into(),
        group: DepartmentGroup::Municipal,
        indicators: Vec::new(),
        axes: Vec::new(),
        scale_factor: Exact::one(),
        before_bonus: score.clone(),
        before_veto: Exact::zero(),
        total: score,
        grade: grade.map(Into::into),
        rank: None,
        of: 0,
        vetoes: Vec::new(),
        standing: if grade.is_some() {
            Standing::Ranked
        } else {
            Standing::TooLittleAssessed
        },
        change: None,
    }
}

fn assessment(rules: &Pack, grades: [Option<&str>; 4]) -> Assessment {
    Assessment {
        period: period("2026-03"),
        pack: "test@1.0.0".into(),
        pack_digest: String::new(),
        facts_sha256: String::new(),
        maximum: Exact::from(100),
        axes: Vec::new(),
        indicators: Vec::new(),
        grades: rules
            .grades
            .iter()
            .map(|grade| GradeHead {
                id: grade.id.clone(),
                title: grade.title.clone(),
                from: grade.from.into(),
            })
            .collect(),
        departments: ["A", "B", "C", "D"]
            .iter()
            .zip(grades)
            .map(|(id, grade)| result(id, grade))
            .collect(),
        notes: Vec::new(),
    }
}

const ALL_GOOD: [Option<&str>; 4] = [Some("good"); 4];

fn pot(payer: &str, authority: i64, available: i64) -> Pot {
    Pot {
        line: PotLine {
            payer: payer.into(),
            budget_year: 2026,
            budget_line: "2010301".into(),
            programme: "共享补偿".into(),
        },
        authority_fen: Fen::new(authority),
        available_fen: Fen::new(available),
    }
}

fn claim(id: &str, department: &str, kind: ClaimKind, accepted: i64) -> Claim {
    Claim {
        id: id.into(),
        department: department.into(),
        period: period("2026-02"),
        kind,
        beneficiary: "410100".into(),
        declared_fen: Fen::new(accepted),
        accepted_fen: Some(Fen::new(accepted)),
        decided_on: Some(day("2026-03-10")),
        reason: String::new(),
        source: SourceLine::default(),
    }
}

fn weight(payer: &str, department: &str, weight: i64) -> Weight {
    Weight {
        payer: payer.into(),
        department: department.into(),
        value: weight.into(),
        most: None,
    }
}

/// February, in which the city rewarded each with so many fen.
fn prior(rewards: &[(&str, i64)]) -> Prior {
    let reward = |(id, fen): &(&str, i64)| PriorReward {
        rule: "reward".into(),
        department: (*id).into(),
        payer: "410100".into(),
        reward_fen: Fen::new(*fen),
    };
    Prior {
        period: period("2026-02"),
        results: Vec::new(),
        rewards: rewards.iter().map(reward).collect(),
    }
}

struct Case {
    rules: Pack,
    assessment: Assessment,
    facts: Facts,
    pots: Vec<Pot>,
    prior: Option<Prior>,
    so_far: YearSoFar,
    weights: Vec<Weight>,
    deductions: Vec<(DepartmentId, Exact)>,
}

impl Case {
    fn new(pots: Vec<Pot>, weights: Vec<Weight>) -> Self {
        let rules = rules();
        Self {
            assessment: assessment(&rules, ALL_GOOD),
            facts: facts(),
            rules,
            pots,
            prior: None,
            so_far: YearSoFar::default(),
            weights,
            deductions: Vec::new(),
        }
    }

    fn compensation(&mut self) -> &mut Compensation {
        self.rules.compensation.as_mut().unwrap()
    }

    fn try_reasoned(&self) -> Result<Reasoned, AssessError> {
        award(&Basis {
            pack: &self.rules,
            assessment: &self.assessment,
            facts: &self.facts,
            registry: &registry(&self.facts),
            means: Means {
                pots: &self.pots,
                so_far: &self.so_far,
            },
            prior: self.prior.as_ref(),
            weights: [("reward".to_owned(), self.weights.clone())].into(),
            deductions: [("incidents".to_owned(), self.deductions.clone())].into(),
        })
    }

    fn award(&self) -> Awards {
        self.try_reasoned().unwrap().awards
    }

    /// The awards of a month whose claims are those decided in it, the earlier months remembered;
    /// pots have what those left of them.
    fn month(&mut self, month: &str, earlier: &mut Vec<Awards>) -> Awards {
        self.assessment.period = period(month);
        self.so_far = YearSoFar::before(period(month), earlier);
        let awards = self.award();
        for (pot, total) in self.pots.iter_mut().zip(&awards.pots) {
            let taken = total.claims_fen.get() + total.rewards_fen.get();
            pot.available_fen = Fen::new(pot.available_fen.get() - taken);
        }
        earlier.push(awards.clone());
        awards
    }
}

fn amounts(awards: &Awards, component: Component) -> Vec<(String, i64, i64, Outcome)> {
    awards
        .awards
        .iter()
        .filter(|award| award.component == component)
        .map(|award| {
            let (paid, short) = (award.amount_fen.get(), award.unfunded_fen.get());
            (award.department.to_string(), paid, short, award.outcome)
        })
        .collect()
}

#[test]
fn t20_claims_come_first_and_are_cut_pro_rata() {
    let mut case = Case::new(
        vec![pot("410100", 1200, 1000)],
        vec![weight("410100", "A", 1)],
    );
    case.facts.claims = vec![
        claim("1", "A", ClaimKind::Cost, 900),
        claim("2", "B", ClaimKind::Cost, 300),
        claim("3", "C", ClaimKind::Loss, 100),
    ];
    let awards = case.award();
    assert_eq!(
        amounts(&awards, Component::Cost),
        [
            ("A".into(), 750, 150, Outcome::PotShort),
            ("B".into(), 250, 50, Outcome::PotShort)
        ]
    );
    assert_eq!(
        amounts(&awards, Component::Loss),
        [("C".into(), 0, 80, Outcome::PotShort)]
    );
    // Nothing is left for the month's slice of 1200 × 0.70 / 12.
    let total = &awards.pots[0];
    assert_eq!(
        (total.claims_fen.get(), total.reward_pool_fen.get()),
        (1000, 0)
    );
    assert_eq!(total.unfunded_fen.get(), 150 + 50 + 80 + 70);
}

#[test]
fn undecided_refused_and_other_months_claims_are_not_paid() {
    let mut case = Case::new(vec![pot("410100", 0, 1000)], Vec::new());
    let mut undecided = claim("1", "A", ClaimKind::Cost, 100);
    undecided.accepted_fen = None;
    undecided.decided_on = None;
    let mut later = claim("3", "A", ClaimKind::Cost, 100);
    later.decided_on = Some(day("2026-04-01"));
    case.facts.claims = vec![undecided, claim("2", "A", ClaimKind::Cost, 0), later];
    assert_eq!(case.award().awards, []);
}

#[test]
fn t20_twelve_slices_make_the_year_and_the_slice_is_given_away_to_the_fen() {
    let mut year = 0;
    for month in 1..=12 {
        let weights = vec![weight("410100", "A", 1), weight("410100", "B", 2)];
        let mut case = Case::new(vec![pot("410100", 1_000_001, 1_000_001)], weights);
        case.assessment.period = Period::new(2026, month).unwrap();
        let awards = case.award();
        let total = &awards.pots[0];
        assert_eq!(total.rewards_fen, total.reward_pool_fen);
        year += total.rewards_fen.get();
    }
    assert_eq!(year, 700_000); // 70 % of 1 000 001, whole fen
}

#[test]
fn gates_shut_out_and_say_why() {
    let weights = ["A", "B", "C", "D"]
        .map(|id| weight("410100", id, 1))
        .to_vec();
    let mut case = Case::new(vec![pot("410100", 12_000, 12_000)], weights);
    let grades = [Some("good"), Some("unqualified"), None, Some("good")];
    case.assessment = assessment(&case.rules, grades);
    case.assessment.departments[3].vetoes = vec!["leak".into()];
    let awards = case.award();
    assert_eq!(
        amounts(&awards, Component::Reward),
        [
            ("A".into(), 700, 0, Outcome::Full),
            ("B".into(), 0, 0, Outcome::GradeTooLow),
            ("C".into(), 0, 0, Outcome::NotAssessed),
            ("D".into(), 0, 0, Outcome::Vetoed)
        ]
    );
}

#[test]
fn t20_rewards_move_within_bounds_of_the_last_period() {
    let weights = vec![
        weight("410100", "A", 98),
        weight("410100", "B", 1),
        weight("410100", "C", 1),
    ];
    let mut case = Case::new(vec![pot("410100", 12_000, 12_000)], weights);
    case.prior = Some(prior(&[("A", 200), ("B", 301)]));
    assert_eq!(
        amounts(&case.award(), Component::Reward),
        [
            ("A".into(), 400, 0, Outcome::AtCap),
            ("B".into(), 150, 0, Outcome::Full),
            ("C".into(), 150, 0, Outcome::Full)
        ]
    );
}

#[test]
fn t21_the_consumer_never_pays_and_without_a_pot_nobody_does() {
    let mut case = Case::new(
        vec![pot("410100", 12_000, 12_000)],
        vec![weight("410000", "A", 1)],
    );
    let mut other_year = pot("410000", 12_000, 12_000);
    other_year.line.budget_year = 2025;
    case.pots.push(other_year);
    let awards = case.award();
    assert_eq!(
        amounts(&awards, Component::Reward),
        [("A".into(), 0, 0, Outcome::NoPot)]
    );
    assert_eq!(awards.pots[0].undistributed_fen.get(), 700);
    assert_eq!(awards.pots[1].reward_pool_fen, Fen::ZERO);
}

#[test]
fn one_payer_with_two_lines_is_drawn_in_order() {
    let pots = vec![pot("410100", 0, 60), pot("410100", 0, 100)];
    let mut case = Case::new(pots, Vec::new());
    case.facts.claims = vec![claim("1", "A", ClaimKind::Cost, 90)];
    let awards = case.award();
    let parts: Vec<_> = awards
        .awards
        .iter()
        .map(|a| (a.pot, a.amount_fen.get()))
        .collect();
    assert_eq!(parts, [(Some(0), 60), (Some(1), 30)]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Never beyond what is available; with somebody eligible and no bound, the slice to the fen;
    /// what is due is paid or shown as unfunded.
    #[test]
    fn t20_no_pot_is_overdrawn_and_nothing_vanishes(
        authority in 0i64..1_000_000,
        part in 0i64..=100,
        claims in proptest::collection::vec((0usize..4, any::<bool>(), 1i64..50_000), 0..8),
        weights in proptest::collection::vec(0i64..50, 4),
        before in proptest::collection::vec(proptest::option::of(0i64..30_000), 4),
    ) {
        let ids = ["A", "B", "C", "D"];
        let available = authority * part / 100;
        let weights = ids.iter().zip(&weights).map(|(id, w)| weight("410100", id, *w)).collect();
        let mut case = Case::new(vec![pot("410100", authority, available)], weights);
        case.facts.claims = claims
            .iter()
            .enumerate()
            // D answers to the province, which has no pot.
            .map(|(n, (who, loss, fen))| {
                let kind = if *loss { ClaimKind::Loss } else { ClaimKind::Cost };
                claim(&n.to_string(), ids[*who], kind, *fen)
            })
            .collect();
        let rewarded = ids.iter().zip(&before).filter_map(|(id, fen)| Some((*id, (*fen)?)));
        case.prior = Some(prior(&rewarded.collect::<Vec<_>>()));
        let awards = case.award();
        let total = &awards.pots[0];
        prop_assert!(total.claims_fen.get() + total.rewards_fen.get() <= available);
        prop_assert_eq!(
            total.rewards_fen.get() + total.undistributed_fen.get(),
            total.reward_pool_fen.get()
        );
        let bounded = before.iter().flatten().any(|fen| *fen > 0);
        if !bounded && case.weights.iter().any(|weight| weight.value.is_positive()) {
            prop_assert_eq!(total.rewards_fen, total.reward_pool_fen);
        }
        let due: i64 = claims
            .iter()
            .map(|(_, loss, fen)| if *loss { fen * 8 / 10 } else { *fen })
            .sum();
        let of_claims = awards.awards.iter().filter(|a| a.component != Component::Reward);
        let settled: i64 = of_claims.map(|a| a.amount_fen.get() + a.unfunded_fen.get()).sum();
        prop_assert_eq!(settled, due);
        prop_assert!(awards.awards.iter().all(|a| a.amount_fen.get() >= 0 && a.unfunded_fen.get() >= 0));
    }
}
