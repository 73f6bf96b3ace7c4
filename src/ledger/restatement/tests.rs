#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use proptest::prelude::*;

use super::*;
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
    let refused = restate(&trial.books, period("2026-03"), &lines, day(31));
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
}
