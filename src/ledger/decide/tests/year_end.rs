//! Year end: what is not used lapses, what is owed is carried, levels settle.

use chrono::NaiveDate;

use super::*;
use crate::account::Line;
use crate::trial::{pay, receipt};

fn new_year(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2027, month, day).unwrap()
}

fn next(line: Line) -> Line {
    Line {
        budget_year: 2027,
        ..line
    }
}

/// March closed, January of the next year open, 3,000 owed of the first line.
fn owing() -> (Trial, u64) {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 9)]);
    trial.approve(&run);
    trial.turn_to("2027-01");
    let accrual = trial.accruals(&run)[0];
    (trial, accrual)
}

#[test]
fn an_unused_line_lapses_when_its_year_is_over() {
    let (mut trial, _) = owing();
    let lapse = |amount| OrderLine::Lapse {
        line: line(0),
        amount_fen: Fen::new(amount),
    };
    trial
        .run(
            &finance(),
            Action::OpenPeriod {
                period: period("2026-12"),
            },
        )
        .unwrap();
    let december = |day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
    let early = trial
        .order_on(&order("l0", vec![lapse(7_000)]), december(30))
        .unwrap_err();
    assert_eq!(early.code(), "year_not_over");
    trial
        .order_on(&order("l1", vec![lapse(6_000)]), december(31))
        .unwrap();
    trial
        .order_on(&order("l2", vec![lapse(1_000)]), new_year(1, 2))
        .unwrap();
    let beyond = trial
        .order_on(&order("l3", vec![lapse(1)]), new_year(1, 2))
        .unwrap_err();
    assert_eq!(beyond.code(), "appropriation_exceeded");
    assert_eq!(trial.fen(&Account::Lapsed(line(0))), 7_000);
    assert_eq!(trial.fen(&Account::Encumbered(line(0))), 3_000);
}

#[test]
fn what_is_owed_is_carried_into_the_line_of_the_next_year_and_paid_there() {
    let (mut trial, accrual) = owing();
    let carry = |amount| OrderLine::Carry {
        accrual,
        amount_fen: Fen::new(amount),
    };
    let part = trial
        .order_on(&order("k0", vec![carry(2_999)]), new_year(1, 5))
        .unwrap_err();
    assert_eq!(part.code(), "order_invalid");
    let early = trial.run(
        &finance(),
        propose_on(&order("k0", vec![carry(3_000)]), day(31)),
    );
    assert_eq!(early.unwrap_err().code(), "year_not_over");
    trial
        .order_on(&order("k1", vec![carry(3_000)]), new_year(1, 5))
        .unwrap();
    let (old, new) = (line(0), next(line(0)));
    assert_eq!(trial.fen(&Account::Encumbered(old.clone())), 0);
    assert_eq!(trial.fen(&Account::Lapsed(old)), 3_000);
    assert_eq!(trial.fen(&Account::Authority(new.clone())), -3_000);
    assert_eq!(trial.fen(&Account::Encumbered(new.clone())), 3_000);
    let batch = order("p1", vec![pay(accrual, 3_000)]);
    trial.order_on(&batch, new_year(1, 6)).unwrap();
    let mut paid = receipt(&batch, 0);
    paid.effective_on = new_year(1, 7);
    trial.run(&finance(), Action::ConfirmPayment(paid)).unwrap();
    assert_eq!(trial.fen(&Account::Expended(new)), 3_000);
}

#[test]
fn what_comes_back_after_the_year_is_not_spent_again() {
    let (mut trial, accrual) = owing();
    let batch = order("p1", vec![pay(accrual, 3_000)]);
    trial.order_on(&batch, new_year(1, 5)).unwrap();
    let mut paid = receipt(&batch, 0);
    paid.effective_on = new_year(1, 6);
    trial.run(&finance(), Action::ConfirmPayment(paid)).unwrap();
    let claw = OrderLine::Clawback {
        accrual,
        amount_fen: Fen::new(1_000),
    };
    trial
        .order_on(&order("c1", vec![claw]), new_year(1, 7))
        .unwrap();
    assert_eq!(trial.fen(&Account::Available(line(0))), 7_000);
    assert_eq!(trial.fen(&Account::Expended(line(0))), 3_000);
    assert_eq!(trial.fen(&Account::PriorPeriod("共享补偿".into())), -1_000);
}

#[test]
fn levels_settle_what_is_owed_and_what_is_to_be_had_back() {
    let (mut trial, accrual) = owing();
    let settle = OrderLine::SettleOwed {
        accrual,
        level: "410100".into(),
        amount_fen: Fen::new(1_000),
    };
    trial
        .order_on(&order("s1", vec![settle]), new_year(1, 5))
        .unwrap();
    assert_eq!(trial.fen(&Account::InterGov("410100".into())), -1_000);
    assert_eq!(trial.fen(&Account::Expended(line(0))), 1_000);
    assert_eq!(trial.fen(&Account::Payable(department(1))), -2_000);
    let fine = OrderLine::Deduct {
        accrual,
        amount_fen: Fen::new(2_500),
        fine: true,
    };
    trial
        .order_on(&order("d1", vec![fine]), new_year(1, 5))
        .unwrap();
    let back = OrderLine::SettleClawback {
        department: department(1),
        level: "410100".into(),
        amount_fen: Fen::new(500),
    };
    trial
        .order_on(&order("s2", vec![back]), new_year(1, 5))
        .unwrap();
    assert_eq!(trial.fen(&Account::Clawback(department(1))), 0);
    assert_eq!(trial.fen(&Account::InterGov("410100".into())), -500);
}

#[test]
fn unfunded_entitlements_are_carried_or_expire_and_never_hidden() {
    let (mut trial, _) = owing();
    let amount_fen = Fen::new(5);
    let carry = OrderLine::CarryUnfunded {
        department: department(1),
        amount_fen,
    };
    trial
        .order_on(&order("n1", vec![carry]), new_year(1, 5))
        .unwrap();
    assert_eq!(trial.fen(&Account::Carried(department(1))), 5);
    assert_eq!(trial.fen(&Account::Unfunded(department(1))), 4);
    assert_eq!(trial.fen(&Account::Entitlement(department(1))), -9);
    for (id, carried, amount) in [("n2", true, 5), ("n3", false, 4)] {
        let expire = OrderLine::ExpireUnfunded {
            department: department(1),
            carried,
            amount_fen: Fen::new(amount),
        };
        trial
            .order_on(&order(id, vec![expire]), new_year(1, 6))
            .unwrap();
    }
    assert_eq!(trial.fen(&Account::Entitlement(department(1))), 0);
    let beyond = OrderLine::ExpireUnfunded {
        department: department(1),
        carried: true,
        amount_fen,
    };
    let refused = trial
        .order_on(&order("n4", vec![beyond]), new_year(1, 6))
        .unwrap_err();
    assert_eq!(refused.code(), "balance_insufficient");
}

#[test]
fn a_balance_goes_on_into_the_line_of_the_next_year_and_is_spent_there() {
    let (mut trial, _) = owing();
    let carry = |amount| OrderLine::CarryOn {
        line: line(0),
        origin_year: 2026,
        amount_fen: Fen::new(amount),
    };
    let beyond = trial
        .order_on(&order("y0", vec![carry(7_001)]), new_year(1, 2))
        .unwrap_err();
    assert_eq!(beyond.code(), "appropriation_exceeded");
    trial
        .order_on(&order("y1", vec![carry(7_000)]), new_year(1, 2))
        .unwrap();
    assert_eq!(trial.fen(&Account::Available(line(0))), 0);
    assert_eq!(trial.fen(&Account::Lapsed(line(0))), 7_000);
    assert_eq!(trial.fen(&Account::Available(next(line(0)))), 7_000);
    assert_eq!(trial.fen(&Account::Authority(next(line(0)))), -7_000);
}

#[test]
fn what_was_paid_for_another_government_is_settled_with_it() {
    let (mut trial, _) = owing();
    let settle = OrderLine::SettleAdvance {
        line: line(0),
        level: "410105".into(),
        amount_fen: Fen::new(500),
    };
    trial
        .order_on(&order("v1", vec![settle]), new_year(1, 2))
        .unwrap();
    assert_eq!(trial.fen(&Account::InterGov("410105".into())), 500);
    assert_eq!(trial.fen(&Account::PriorPeriod("共享补偿".into())), -500);
    assert_eq!(
        trial.fen(&Account::Available(line(0))),
        7_000,
        "the year that is over is not spent again"
    );
}
