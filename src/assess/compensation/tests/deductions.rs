//! Deductions: off the month's awards, then back from earlier ones, never from nowhere.

use engine::pack::{Deduction as PackDeduction, Excess};

use super::*;
use crate::awards::{Clawback, PotLine};

fn deduction(excess: Excess) -> PackDeduction {
    PackDeduction {
        id: "incidents".into(),
        title: "违规扣减".into(),
        from: "incidents".into(),
        condition: None,
        amount: Formula {
            text: "COUNT(*)".into(),
            place: Place::default(),
        },
        components: Vec::new(),
        excess,
        cite: vec![engine::pack::Cite {
            source: "tiaoli".into(),
            article: "39".into(),
        }],
        place: Place::default(),
    }
}

/// A gets 700 fen of reward and 300 of a cost; a deduction of so many yuan.
fn case(yuan: i64, excess: Excess) -> Case {
    let mut case = Case::new(
        vec![pot("410100", 12_000, 12_000)],
        vec![weight("410100", "A", 1)],
    );
    case.facts.claims = vec![claim("1", "A", ClaimKind::Cost, 300)];
    case.compensation().deductions = vec![deduction(excess)];
    case.deductions = vec![("A".into(), yuan.into()), ("B".into(), Exact::zero())];
    case
}

#[test]
fn a_deduction_is_taken_off_rewards_first_and_stays_in_the_pot() {
    let awards = case(8, Excess::Clawback).award();
    assert_eq!(
        amounts(&awards, Component::Reward),
        [("A".into(), 0, 0, Outcome::Full)]
    );
    assert_eq!(
        amounts(&awards, Component::Cost),
        [("A".into(), 200, 0, Outcome::Full)]
    );
    let total = &awards.pots[0];
    assert_eq!(
        (
            total.claims_fen.get(),
            total.rewards_fen.get(),
            total.deducted_fen.get()
        ),
        (200, 0, 800)
    );
    let [made] = awards.deductions.as_slice() else {
        panic!("one deduction, none of nothing");
    };
    assert_eq!((made.amount_fen.get(), made.taken_fen.get()), (800, 800));
    assert_eq!(made.cite, ["tiaoli:39"]);
}

#[test]
fn t20_a_deduction_beyond_what_is_owed_is_asked_back_of_the_last_awards_first() {
    let mut case = case(20, Excess::Clawback);
    let line = |programme: &str| PotLine {
        programme: programme.into(),
        ..pot("410100", 0, 0).line
    };
    let earlier = |programme: &str, month: &str, fen: i64| crate::year_so_far::Awarded {
        department: "A".into(),
        line: line(programme),
        period: period(month),
        amount_fen: Fen::new(fen),
    };
    case.so_far.awarded = vec![
        earlier("甲", "2026-01", 5000),
        earlier("乙", "2026-02", 400),
    ];
    let awards = case.award();
    let [made] = awards.deductions.as_slice() else {
        panic!("one deduction");
    };
    // 2000 due: 1000 off the month, 400 off the last line that paid, 600 off the one before.
    assert_eq!(made.taken_fen.get(), 1000);
    let back = |programme: &str, fen| Clawback {
        line: line(programme),
        amount_fen: Fen::new(fen),
    };
    assert_eq!(made.clawbacks, [back("乙", 400), back("甲", 600)]);
    assert_eq!(made.waived_fen, Fen::ZERO);
    assert!(made.reason.contains("追回"), "{}", made.reason);
    assert!(
        awards
            .awards
            .iter()
            .all(|award| award.amount_fen == Fen::ZERO)
    );
}

#[test]
fn what_nobody_was_paid_is_not_asked_back_and_a_pack_may_waive_the_excess() {
    for excess in [Excess::Clawback, Excess::Waive] {
        let awards = case(20, excess).award();
        let made = &awards.deductions[0];
        assert_eq!((made.taken_fen.get(), made.waived_fen.get()), (1000, 1000));
        assert_eq!(made.clawbacks, []);
    }
}

#[test]
fn what_was_asked_back_is_not_asked_back_again() {
    let mut case = case(0, Excess::Clawback);
    let mut earlier = Vec::new();
    case.month("2026-03", &mut earlier);
    case.facts.claims.clear();
    case.weights.clear();
    case.deductions = vec![("A".into(), 6.into())];
    let asked = |awards: &Awards| -> i64 {
        let made = awards.deductions.iter().flat_map(|made| &made.clawbacks);
        made.map(|one| one.amount_fen.get()).sum()
    };
    // 1000 were awarded in March: 600 go back in April, the other 400 in May, nothing in June.
    let months = ["2026-04", "2026-05", "2026-06"];
    let all = months.map(|month| asked(&case.month(month, &mut earlier)));
    assert_eq!(all, [600, 400, 0]);
}
