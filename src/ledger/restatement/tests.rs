#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use proptest::prelude::*;

use super::*;
use crate::account::Account;
use crate::kind::Kind;
use crate::order::{Order, OrderKind};
use crate::trial::*;

fn april(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 4, day).unwrap()
}

/// March, run, approved and closed.
fn closed(lines: Vec<Award>) -> Trial {
    let mut trial = Trial::funded();
    trial.approve(&awards("r1", lines));
    trial.turn_to("2026-04");
    trial
}

fn of_march(trial: &Trial, due: &[Award]) -> Restatement {
    as_ruled(trial, due, &[])
}

/// The same where appeals decided otherwise about some departments.
fn as_ruled(trial: &Trial, due: &[Award], ruled: &[Award]) -> Restatement {
    let due = Due {
        awards: due,
        as_ruled: ruled,
    };
    restate(&trial.books, period("2026-03"), due, april(2)).unwrap()
}

fn order_of(trial: &Trial, lines: Vec<OrderLine>) -> Order {
    Order {
        id: next_id(&trial.books, period("2026-03")),
        kind: OrderKind::Adjust,
        rule: String::new(),
        document: "郑数局重述〔2026〕1号".into(),
        reason: "补报".into(),
        lines,
    }
}

/// Restates March and carries it out.
fn carry_out(trial: &mut Trial, due: &[Award]) -> Restatement {
    let restatement = of_march(trial, due);
    if !restatement.lines.is_empty() {
        let order = order_of(trial, restatement.lines.clone());
        trial.order_on(&order, april(2)).unwrap();
    }
    restatement
}

#[test]
fn what_is_due_as_booked_changes_nothing() {
    let lines = vec![award(1, 0, 3_000, 0), award(2, 0, 500, 40)];
    let trial = closed(lines.clone());
    assert_eq!(of_march(&trial, &lines).lines, []);
}

#[test]
fn a_month_that_is_not_closed_is_put_right_by_its_own_run() {
    let mut trial = Trial::funded();
    let lines = vec![award(1, 0, 3_000, 0)];
    trial.approve(&awards("r1", lines.clone()));
    let due = Due {
        awards: &lines,
        as_ruled: &[],
    };
    let refused = restate(&trial.books, period("2026-03"), due, day(31));
    assert_eq!(refused.unwrap_err().code(), "period_still_open");
}

#[test]
fn more_and_less_are_posted_in_the_open_month_and_once() {
    let mut trial = closed(vec![award(1, 0, 3_000, 0), award(2, 0, 500, 40)]);
    let due = [
        award(1, 0, 2_400, 0),
        award(2, 0, 900, 0),
        award(3, 1, 70, 5),
    ];
    let restatement = carry_out(&mut trial, &due);
    let kinds: Vec<&str> = restatement
        .lines
        .iter()
        .map(|line| match line {
            OrderLine::Lower { .. } => "lower",
            OrderLine::Raise { .. } => "raise",
            OrderLine::RaiseUnfunded { .. } => "raise_unfunded",
            OrderLine::LowerUnfunded { .. } => "lower_unfunded",
            _ => "other",
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "lower",
            "raise",
            "raise",
            "lower_unfunded",
            "raise_unfunded"
        ]
    );
    for (which, payable, unfunded) in [(1, -2_400, 0), (2, -900, 0), (3, -70, 5)] {
        assert_eq!(trial.fen(&Account::Payable(department(which))), payable);
        assert_eq!(trial.fen(&Account::Unfunded(department(which))), unfunded);
    }
    // The closed month is as it was; the postings name it.
    for (_, transaction) in trial.books.transactions() {
        if transaction.kind == Kind::Adjust {
            assert_eq!(transaction.period, period("2026-04"));
            assert_eq!(transaction.for_period, period("2026-03"));
        }
    }
    assert_eq!(of_march(&trial, &due).lines, []);
}

#[test]
fn what_was_paid_is_asked_back() {
    let mut trial = closed(vec![award(1, 0, 3_000, 0)]);
    let accrual = trial.books.accruals().next().unwrap().0;
    let batch = order("p1", vec![pay(accrual, 2_500)]);
    trial.order_on(&batch, april(1)).unwrap();
    let mut paid = receipt(&batch, 0);
    paid.effective_on = april(1);
    trial
        .run(&finance(), crate::Action::ConfirmPayment(paid))
        .unwrap();
    carry_out(&mut trial, &[award(1, 0, 1_000, 0)]);
    assert_eq!(trial.fen(&Account::Payable(department(1))), 0);
    assert_eq!(trial.fen(&Account::Clawback(department(1))), 1_500);
    assert_eq!(of_march(&trial, &[award(1, 0, 1_000, 0)]).lines, []);
}

#[test]
fn what_is_withheld_cannot_be_lowered_and_is_told() {
    let mut trial = closed(vec![award(1, 0, 3_000, 0)]);
    let accrual = trial.books.accruals().next().unwrap().0;
    trial
        .order_on(&order("w1", vec![withhold(accrual, 2_800)]), april(1))
        .unwrap();
    let due = [award(1, 0, 1_000, 0)];
    let restatement = carry_out(&mut trial, &due);
    assert_eq!(restatement.paid[0].change_fen.get(), -200);
    assert_eq!(restatement.paid[0].stuck_fen.get(), 1_800);
    // Once the deferral has ended, the rest is proposed.
    let unhold = OrderLine::Unhold {
        accrual,
        amount_fen: Fen::new(2_800),
    };
    trial
        .order_on(&order("u1", vec![unhold]), april(2))
        .unwrap();
    let restatement = carry_out(&mut trial, &due);
    assert_eq!(restatement.paid[0].change_fen.get(), -1_800);
}

#[test]
fn what_there_is_no_money_for_shows_as_unfunded_and_is_funded_when_there_is() {
    let mut trial = closed(vec![award(1, 0, 9_900, 0)]);
    let due = [
        award(1, 0, 9_900, 0),
        award(2, 0, 200, 0),
        award(3, 0, 100, 0),
    ];
    let restatement = carry_out(&mut trial, &due);
    let changes: Vec<_> = restatement
        .paid
        .iter()
        .map(|one| (one.change_fen.get(), one.short_fen.get()))
        .collect();
    assert_eq!(changes, [(0, 0), (67, 133), (33, 67)]);
    assert_eq!(trial.fen(&Account::Available(line(0))), 0);
    assert_eq!(trial.fen(&Account::Unfunded(department(2))), 133);
    assert_eq!(of_march(&trial, &due).lines, []);
    let grant = crate::Grant {
        line: line(0),
        amount_fen: Fen::new(150),
        document: "豫财〔2026〕9号".into(),
        effective_on: april(2),
    };
    trial.run(&finance(), crate::Action::Amend(grant)).unwrap();
    carry_out(&mut trial, &due);
    assert_eq!(trial.fen(&Account::Payable(department(2))), -167);
    assert_eq!(trial.fen(&Account::Unfunded(department(2))), 33);
}

#[test]
fn what_another_decision_gave_counts_and_is_never_taken_back() {
    let lines = vec![award(1, 0, 1_000, 0)];
    let mut trial = closed(lines.clone());
    let given = OrderLine::Raise {
        department: department(1),
        line: line(0),
        component: Component::Reward,
        for_period: period("2026-03"),
        amount_fen: Fen::new(300),
        cite: "申诉裁决".into(),
    };
    trial.order_on(&order("s1", vec![given]), april(1)).unwrap();
    assert_eq!(of_march(&trial, &lines).lines, []);
    let change = |fen| {
        of_march(&trial, &[award(1, 0, fen, 0)]).paid[0]
            .change_fen
            .get()
    };
    assert_eq!([change(1_200), change(1_300), change(1_450)], [0, 0, 150]);
    assert_eq!(change(900), -100);
}

/// More for the first department, decided by another order than a restatement.
fn given(fen: i64) -> OrderLine {
    OrderLine::Raise {
        department: department(1),
        line: line(0),
        component: Component::Reward,
        for_period: period("2026-03"),
        amount_fen: Fen::new(fen),
        cite: "申诉裁决".into(),
    }
}

fn change_of(restatement: &Restatement) -> i64 {
    restatement.paid[0].change_fen.get()
}

#[test]
fn a_department_that_won_is_due_the_facts_as_its_appeal_decided_them() {
    let mut trial = closed(vec![award(1, 0, 1_000, 0), award(2, 0, 1_000, 0)]);
    trial
        .order_on(&order("s1", vec![given(300)]), april(1))
        .unwrap();
    let change = |facts, ruled| {
        let due = [award(1, 0, facts, 0), award(2, 0, 1_000, 0)];
        change_of(&as_ruled(&trial, &due, &[award(1, 0, ruled, 0)]))
    };
    // Nothing is late; the other department's share is never asked for.
    assert_eq!(change(1_000, 1_300), 0);
    // Late facts that have nothing to do with the appeal, either way.
    assert_eq!(change(1_100, 1_400), 100);
    assert_eq!(change(900, 1_200), -100);
    // Late facts that say what the appeal said: not paid twice.
    assert_eq!(change(1_300, 1_300), 0);
    // Late facts that undo what the appeal said: what was decided stands.
    assert_eq!(change(1_000, 1_000), 0);
    // An appeal that was upheld and never adjusted.
    let trial = closed(vec![award(1, 0, 1_000, 0)]);
    let due = [award(1, 0, 1_000, 0)];
    assert_eq!(
        change_of(&as_ruled(&trial, &due, &[award(1, 0, 1_300, 0)])),
        300
    );
}

#[test]
fn what_forfeits_and_deductions_took_is_not_taken_again() {
    for cut in ["forfeit", "deduct", "clawback"] {
        let mut trial = closed(vec![award(1, 0, 3_000, 0)]);
        let accrual = trial.books.accruals().next().unwrap().0;
        let amount_fen = Fen::new(800);
        let lines = match cut {
            "forfeit" => {
                let held = order("w1", vec![withhold(accrual, 800)]);
                trial.order_on(&held, april(1)).unwrap();
                vec![OrderLine::Forfeit {
                    accrual,
                    amount_fen,
                }]
            }
            "deduct" => vec![OrderLine::Deduct {
                accrual,
                amount_fen,
                fine: false,
            }],
            _ => {
                let batch = order("p1", vec![pay(accrual, 2_500)]);
                trial.order_on(&batch, april(1)).unwrap();
                let mut paid = receipt(&batch, 0);
                paid.effective_on = april(1);
                trial
                    .run(&finance(), crate::Action::ConfirmPayment(paid))
                    .unwrap();
                vec![OrderLine::Clawback {
                    accrual,
                    amount_fen,
                }]
            }
        };
        trial.order_on(&order("c1", lines), april(1)).unwrap();
        let change = |fen| change_of(&of_march(&trial, &[award(1, 0, fen, 0)]));
        let changes = [
            change(3_000),
            change(2_500),
            change(2_200),
            change(2_000),
            change(3_100),
        ];
        assert_eq!(changes, [0, 0, 0, -200, 100], "{cut}");
        let restated = of_march(&trial, &[award(1, 0, 3_000, 0)]);
        let made = &restated.paid[0].decisions;
        assert_eq!(made[0].cause, Cause::Order("c1".into()), "{cut}");
        assert_eq!(restated.paid[0].standing_fen().get(), 2_200, "{cut}");
    }
}

#[test]
fn what_another_month_collects_out_of_this_one_is_no_change_of_it() {
    let mut trial = closed(vec![award(1, 0, 3_000, 0)]);
    let accrual = trial.books.accruals().next().unwrap().0;
    let deduct = OrderLine::Deduct {
        accrual,
        amount_fen: Fen::new(500),
        fine: false,
    };
    let collected = order("clawback-2026-04-leak-1", vec![deduct]);
    trial.order_on(&collected, april(1)).unwrap();
    let restated = of_march(&trial, &[award(1, 0, 2_700, 0)]);
    assert_eq!(
        (change_of(&restated), restated.paid[0].decisions.len()),
        (-300, 0)
    );
}

#[test]
fn a_fine_is_income_of_its_own() {
    let mut trial = closed(vec![award(1, 0, 3_000, 0)]);
    let accrual = trial.books.accruals().next().unwrap().0;
    let fine = OrderLine::Deduct {
        accrual,
        amount_fen: Fen::new(500),
        fine: true,
    };
    trial.order_on(&order("f1", vec![fine]), april(1)).unwrap();
    assert_eq!(change_of(&of_march(&trial, &[award(1, 0, 2_700, 0)])), -300);
}

#[test]
fn what_an_appeal_showed_as_unfunded_stands_until_a_restatement_funds_it() {
    let lines = vec![award(1, 0, 1_000, 0)];
    let mut trial = closed(lines.clone());
    let unfunded = OrderLine::RaiseUnfunded {
        department: department(1),
        component: Component::Reward,
        for_period: period("2026-03"),
        amount_fen: Fen::new(130),
        cite: "申诉裁决".into(),
    };
    trial
        .order_on(&order("s1", vec![unfunded]), april(1))
        .unwrap();
    assert_eq!(of_march(&trial, &lines).lines, []);
    let due = [award(1, 0, 1_000, 90)];
    assert_eq!(
        of_march(&trial, &due).lines,
        [],
        "the appeal showed it already"
    );
    let due = [award(1, 0, 1_130, 0)];
    carry_out(&mut trial, &due);
    assert_eq!(trial.fen(&Account::Payable(department(1))), -1_130);
    assert_eq!(trial.fen(&Account::Unfunded(department(1))), 0);
    assert_eq!(of_march(&trial, &due).lines, []);
}

#[test]
fn an_appeal_wins_its_difference_once_whatever_was_given_before() {
    let mut trial = closed(vec![award(1, 0, 1_000, 0), award(2, 0, 1_000, 0)]);
    let march = period("2026-03");
    let win = |trial: &Trial, was, is| -> Vec<i64> {
        let (was, is) = (
            [award(1, 0, was, 0)],
            [award(1, 0, is, 0), award(2, 0, 700, 0)],
        );
        let won = won(&trial.books, (&department(1), march), (&was, &is), april(2)).unwrap();
        won.lines
            .iter()
            .map(|line| line.amount_fen().get())
            .collect()
    };
    assert_eq!(win(&trial, 1_000, 1_300), [300]);
    assert_eq!(win(&trial, 1_000, 900), [], "nothing is lost by an appeal");
    trial
        .order_on(&order("s1", vec![given(300)]), april(1))
        .unwrap();
    assert_eq!(win(&trial, 1_000, 1_300), [], "the same once more");
    assert_eq!(
        win(&trial, 1_300, 1_500),
        [200],
        "another indicator, on top of the first"
    );
    // Restated by late facts that said the same: nothing is left to win, beyond it a rest.
    let mut trial = closed(vec![award(1, 0, 1_000, 0)]);
    carry_out(&mut trial, &[award(1, 0, 1_250, 0)]);
    assert_eq!(win(&trial, 1_000, 1_250), []);
    assert_eq!(win(&trial, 1_000, 1_300), [50]);
    // What there is no money for shows as unfunded.
    let trial = closed(vec![award(1, 0, 9_900, 0)]);
    assert_eq!(win(&trial, 9_900, 10_300), [100, 300]);
}

#[test]
fn a_refused_restatement_can_be_proposed_again_under_the_next_number() {
    let mut trial = closed(vec![award(1, 0, 1_000, 0)]);
    let due = [award(1, 0, 900, 0)];
    let first = order_of(&trial, of_march(&trial, &due).lines);
    trial
        .run(&assessor(), propose_on(&first, april(2)))
        .unwrap();
    let march = period("2026-03");
    assert_eq!(pending(&trial.books, march).unwrap().order.id, first.id);
    trial.run(&finance(), refuse_order(&first)).unwrap();
    assert_eq!(pending(&trial.books, march), None);
    let second = order_of(&trial, of_march(&trial, &due).lines);
    assert_eq!(second.id.as_str(), "restate-2026-03-2");
    trial.order_on(&second, april(3)).unwrap();
    assert_eq!(trial.fen(&Account::Payable(department(1))), -900);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// However often a month turns out different, what is owed and unfunded is what is due, to the
    /// fen, and a repetition proposes nothing.
    #[test]
    fn restated_again_and_again_the_books_owe_what_is_due(
        first in proptest::collection::vec((0i64..4_000, 0i64..50), 4),
        later in proptest::collection::vec(
            proptest::collection::vec((0i64..4_000, 0i64..50), 4), 1..4
        ),
    ) {
        let of = |amounts: &[(i64, i64)]| -> Vec<Award> {
            let numbered = (0u8..).zip(amounts);
            numbered
                .map(|(which, (fen, unfunded))| award(which / 2, which % 2, *fen, *unfunded))
                .collect()
        };
        let mut trial = closed(of(&first));
        for due in later {
            let due = of(&due);
            carry_out(&mut trial, &due);
            prop_assert_eq!(of_march(&trial, &due).lines, vec![]);
            for which in 0..2 {
                let id = department(which);
                let own = due.iter().filter(|one| one.department == id);
                let sum: i64 = own.map(|one| one.amount_fen.get() + one.unfunded_fen.get()).sum();
                let owed = -trial.fen(&Account::Payable(id.clone()));
                prop_assert_eq!(owed + trial.fen(&Account::Unfunded(id)), sum);
            }
            for which in 0..2 {
                prop_assert!(trial.fen(&Account::Available(line(which))) >= 0);
            }
        }
    }

    /// Appeals, restatements and cuts in any order: nothing is paid beyond what the facts or the
    /// appeals give, nothing that was decided is undone, and a repetition proposes nothing.
    #[test]
    fn in_any_order_nothing_is_paid_twice_or_taken_twice(
        first in 500i64..2_000,
        steps in proptest::collection::vec((0u8..3, 1i64..400), 1..6),
    ) {
        let mut trial = closed(vec![award(1, 0, first, 0)]);
        let (mut facts, mut appealed, mut cut) = (first, 0, 0);
        let (mut most, mut least) = (first, first);
        for (which, (what, fen)) in (0..).zip(steps) {
            let id = format!("d{which}");
            match what {
                0 => {
                    facts = if which % 2 == 0 { facts + fen } else { (facts - fen).max(0) };
                    let due = [award(1, 0, facts, 0)];
                    let ruled = [award(1, 0, facts + appealed, 0)];
                    let restatement = as_ruled(&trial, &due, &ruled);
                    if !restatement.lines.is_empty() {
                        let order = order_of(&trial, restatement.lines);
                        trial.order_on(&order, april(2)).unwrap();
                    }
                    prop_assert_eq!(as_ruled(&trial, &due, &ruled).lines, vec![]);
                }
                1 => {
                    let (was, is) = (facts + appealed, facts + appealed + fen);
                    let sides = ([award(1, 0, was, 0)], [award(1, 0, is, 0)]);
                    let party = (&department(1), period("2026-03"));
                    let sides = (sides.0.as_slice(), sides.1.as_slice());
                    let won = won(&trial.books, party, sides, april(2)).unwrap();
                    appealed += fen;
                    if !won.lines.is_empty() {
                        trial.order_on(&order(&id, won.lines), april(2)).unwrap();
                    }
                }
                _ => {
                    let accruals = trial.books.accruals();
                    let held: Vec<_> = accruals.map(|(seq, own)| (seq, own.payable_fen())).collect();
                    let (accrual, there) = held[0];
                    let amount_fen = there.min(Fen::new(fen));
                    if amount_fen > Fen::ZERO {
                        let line = OrderLine::Deduct { accrual, amount_fen, fine: false };
                        trial.order_on(&order(&id, vec![line]), april(2)).unwrap();
                        cut += amount_fen.get();
                    }
                }
            }
            most = most.max(facts + appealed);
            least = least.min(facts);
            let owed = -trial.fen(&Account::Payable(department(1)))
                + trial.fen(&Account::Unfunded(department(1)));
            prop_assert!(owed <= most, "{} of at most {}", owed, most);
            prop_assert!(owed >= least - cut, "{} of at least {}", owed, least - cut);
        }
    }
}
