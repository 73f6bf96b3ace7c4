//! Orders: four eyes, fiscal constraint, corrections, reversals.

use super::*;
use crate::command::ControlTotal;
use crate::kind::Component;
use crate::order::OrderStage;
use crate::trial::{approve_order, approve_order_on, checker, pay, receipt, refuse_order};

fn fen(amount: i64) -> Fen {
    Fen::new(amount)
}

/// Books with three thousand fen owed to the first department from the first line.
fn owing() -> (Trial, u64) {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0), award(1, 1, 5_000, 0)]);
    trial.approve(&run);
    let accrual = trial.accruals(&run)[0];
    (trial, accrual)
}

/// The same with the amount paid.
fn paid(amount: i64) -> (Trial, u64) {
    let (mut trial, accrual) = owing();
    let batch = order("p1", vec![pay(accrual, amount)]);
    trial.order(&batch).unwrap();
    trial
        .run(&finance(), Action::ConfirmPayment(receipt(&batch, 0)))
        .unwrap();
    (trial, accrual)
}

fn forfeit(accrual: u64, amount: i64) -> OrderLine {
    OrderLine::Forfeit {
        accrual,
        amount_fen: fen(amount),
    }
}

fn deduct(accrual: u64, amount: i64, fine: bool) -> OrderLine {
    OrderLine::Deduct {
        accrual,
        amount_fen: fen(amount),
        fine,
    }
}

fn clawback(accrual: u64, amount: i64) -> OrderLine {
    OrderLine::Clawback {
        accrual,
        amount_fen: fen(amount),
    }
}

#[test]
fn a_deferral_needs_one_person_a_rule_and_a_document() {
    let (mut trial, accrual) = owing();
    let defer = order("w1", vec![withhold(accrual, 2_000)]);
    for (rule, document, code) in [("", "文", "text_missing"), ("规则", " ", "text_missing")] {
        let mut bare = defer.clone();
        (bare.rule, bare.document) = (rule.into(), document.into());
        let refused = trial.run(&finance(), propose(&bare)).unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let refused = trial.run(&assessor(), propose(&defer)).unwrap_err();
    assert_eq!(refused.code(), "role_forbidden");
    // The department has 8,000 payable, but this accrual only 3,000.
    let beyond = order("w0", vec![withhold(accrual, 3_001)]);
    let refused = trial.run(&finance(), propose(&beyond)).unwrap_err();
    assert_eq!(refused.code(), "accrual_exceeded");
    assert_eq!(trial.run(&finance(), propose(&defer)), Ok(2));
    assert_eq!(trial.run(&finance(), propose(&defer)), Ok(0));
    let other = order("w1", vec![withhold(accrual, 1_000)]);
    let refused = trial.run(&finance(), propose(&other)).unwrap_err();
    assert_eq!(refused.code(), "order_conflict");
    assert_eq!(trial.fen(&Account::Withheld(department(1))), -2_000);
    assert_eq!(trial.fen(&Account::Payable(department(1))), -6_000);
    // The record says by which rule and which document.
    let Body::Posted(posted) = &trial.events.last().unwrap().body else {
        panic!("a posted transaction");
    };
    assert!(matches!(
        &posted.transaction.basis,
        Some(crate::Basis::Order { rule, .. }) if rule.ends_with("#withhold")
    ));
    assert_eq!(posted.transaction.document, "郑财决〔2026〕w1号");
}

#[test]
fn nobody_loses_money_by_one_hand_alone() {
    let (mut trial, accrual) = owing();
    trial
        .order(&order("w1", vec![withhold(accrual, 2_000)]))
        .unwrap();
    let cut = order("f1", vec![forfeit(accrual, 1_500)]);
    assert_eq!(trial.run(&finance(), propose(&cut)), Ok(1));
    assert_eq!(
        trial.fen(&Account::Withheld(department(1))),
        -2_000,
        "nothing moved yet"
    );
    let refusals = [
        (finance(), approve_order(&cut), "order_maker_is_checker"),
        (assessor(), approve_order(&cut), "role_forbidden"),
        (
            checker(),
            Action::ApproveOrder {
                order: cut.id.clone(),
                digest: Digest::of(b"other"),
                control: cut.control().unwrap(),
                effective_on: day(31),
            },
            "order_digest_mismatch",
        ),
        (
            checker(),
            Action::ApproveOrder {
                order: cut.id.clone(),
                digest: cut.digest(),
                control: ControlTotal {
                    count: 1,
                    total_fen: fen(1_499),
                },
                effective_on: day(31),
            },
            "order_control_mismatch",
        ),
        (
            checker(),
            approve_order(&order("f9", vec![forfeit(accrual, 1)])),
            "order_unknown",
        ),
    ];
    for (actor, action, code) in refusals {
        assert_eq!(trial.run(&actor, action).unwrap_err().code(), code);
    }
    assert_eq!(trial.run(&checker(), approve_order(&cut)), Ok(2));
    assert_eq!(trial.run(&checker(), approve_order(&cut)), Ok(0));
    assert_eq!(trial.fen(&Account::Withheld(department(1))), -500);
    assert_eq!(trial.fen(&Account::Available(line(0))), 8_500);
    assert_eq!(trial.fen(&Account::Encumbered(line(0))), 1_500);
    let refused = trial.run(&checker(), refuse_order(&cut)).unwrap_err();
    assert_eq!(refused.code(), "order_wrong_stage");
}

#[test]
fn a_refused_order_moves_nothing_and_stays_refused() {
    let (mut trial, accrual) = owing();
    trial
        .order(&order("w1", vec![withhold(accrual, 2_000)]))
        .unwrap();
    let cut = order("f1", vec![forfeit(accrual, 1_500)]);
    trial.run(&finance(), propose(&cut)).unwrap();
    let refused = trial.run(&assessor(), refuse_order(&cut)).unwrap_err();
    assert_eq!(refused.code(), "role_forbidden");
    assert_eq!(
        trial.run(&finance(), refuse_order(&cut)),
        Ok(1),
        "its maker takes it back"
    );
    assert_eq!(trial.run(&checker(), refuse_order(&cut)), Ok(0));
    let refused = trial.run(&checker(), approve_order(&cut)).unwrap_err();
    assert_eq!(refused.code(), "order_wrong_stage");
    assert_eq!(
        trial.books.order(&cut.id).unwrap().stage,
        OrderStage::Refused
    );
    assert_eq!(trial.fen(&Account::Withheld(department(1))), -2_000);
}

#[test]
fn an_order_that_cannot_be_carried_out_is_not_even_proposed() {
    let (mut trial, accrual) = owing();
    for (lines, code) in [
        (vec![], "order_invalid"),
        (
            vec![withhold(accrual, 1), withhold(accrual, 1)],
            "order_invalid",
        ),
        (vec![withhold(accrual, 1), pay(accrual, 1)], "order_invalid"),
        (vec![withhold(accrual, 0)], "amount_not_positive"),
        (vec![withhold(1, 1)], "accrual_unknown"),
        (vec![forfeit(accrual, 1)], "accrual_exceeded"),
        (vec![clawback(accrual, 1)], "accrual_exceeded"),
        (
            vec![OrderLine::WriteOff {
                department: department(1),
                amount_fen: fen(1),
            }],
            "balance_insufficient",
        ),
    ] {
        let before = trial.books.clone();
        let refused = trial
            .run(&finance(), propose(&order("x", lines)))
            .unwrap_err();
        assert_eq!(refused.code(), code);
        assert_eq!(trial.books, before);
    }
}

#[test]
fn a_deduction_takes_what_is_owed_and_claws_back_what_was_paid() {
    let (mut trial, accrual) = paid(2_000);
    let beyond = order("d0", vec![deduct(accrual, 3_001, false)]);
    let refused = trial.order(&beyond).unwrap_err();
    assert_eq!(refused.code(), "accrual_exceeded");
    trial
        .order(&order("d1", vec![deduct(accrual, 1_200, false)]))
        .unwrap();
    assert_eq!(trial.fen(&Account::Clawback(department(1))), 200);
    assert_eq!(trial.fen(&Account::Payable(department(1))), -5_000);
    assert_eq!(trial.fen(&Account::Expense("共享补偿".into())), 6_800);
    assert_eq!(trial.fen(&Account::Available(line(0))), 8_200);
    assert_eq!(trial.fen(&Account::Encumbered(line(0))), 0);
    assert_eq!(trial.fen(&Account::Expended(line(0))), 1_800);
    let accrued = trial.books.accrual(accrual).unwrap();
    assert_eq!(
        (accrued.paid_fen, accrued.clawed_fen),
        (fen(2_000), fen(200))
    );
    assert_eq!(accrued.reclaimable_fen(), fen(1_800));
}

#[test]
fn a_fine_is_income_and_may_exceed_the_award() {
    let (mut trial, accrual) = owing();
    trial
        .order(&order("d1", vec![deduct(accrual, 3_500, true)]))
        .unwrap();
    assert_eq!(trial.fen(&Account::PenaltyIncome), -3_500);
    assert_eq!(trial.fen(&Account::Clawback(department(1))), 500);
    assert_eq!(trial.fen(&Account::Available(line(0))), 10_000);
    assert_eq!(trial.fen(&Account::Expense("共享补偿".into())), 8_000);
}

#[test]
fn paid_money_is_asked_back_recovered_set_off_or_given_up() {
    let (mut trial, accrual) = paid(3_000);
    trial
        .order(&order("c1", vec![clawback(accrual, 2_000)]))
        .unwrap();
    assert_eq!(trial.fen(&Account::Clawback(department(1))), 2_000);
    assert_eq!(trial.fen(&Account::Available(line(0))), 9_000);
    assert_eq!(trial.fen(&Account::Expended(line(0))), 1_000);
    let recovery = |amount, receipt: &str| {
        Action::Recover(crate::Recovery {
            department: department(1),
            amount_fen: fen(amount),
            receipt: receipt.into(),
            effective_on: day(31),
        })
    };
    assert_eq!(trial.run(&finance(), recovery(700, "回1")), Ok(1));
    assert_eq!(trial.run(&finance(), recovery(700, "回1")), Ok(0));
    assert_eq!(
        trial
            .run(&finance(), recovery(701, "回1"))
            .unwrap_err()
            .code(),
        "key_conflict"
    );
    assert_eq!(
        trial
            .run(&finance(), recovery(1_301, "回2"))
            .unwrap_err()
            .code(),
        "balance_insufficient"
    );
    // What is owed from another line is set against the rest; it is spent as if it were paid.
    let second = accrual + 1;
    let offset = |amount| OrderLine::Offset {
        accrual: second,
        amount_fen: fen(amount),
    };
    trial.order(&order("o1", vec![offset(1_000)])).unwrap();
    assert_eq!(trial.fen(&Account::Clawback(department(1))), 300);
    assert_eq!(trial.fen(&Account::Payable(department(1))), -4_000);
    assert_eq!(trial.fen(&Account::Expended(line(1))), 1_000);
    assert_eq!(trial.fen(&Account::Encumbered(line(1))), 4_000);
    let rest = OrderLine::WriteOff {
        department: department(1),
        amount_fen: fen(300),
    };
    trial.order(&order("x1", vec![rest])).unwrap();
    assert_eq!(trial.fen(&Account::Clawback(department(1))), 0);
    assert_eq!(trial.fen(&Account::WriteOff), 300);
    let refused = trial
        .order(&order("c2", vec![clawback(accrual, 1_001)]))
        .unwrap_err();
    assert_eq!(
        refused.code(),
        "accrual_exceeded",
        "what was asked back is not asked again"
    );
}

#[test]
fn a_transaction_is_undone_once_and_only_while_nothing_followed() {
    let (mut trial, accrual) = owing();
    let undo = |id: &str, transaction, amount| {
        let amount_fen = fen(amount);
        order(
            id,
            vec![OrderLine::Reverse {
                transaction,
                amount_fen,
            }],
        )
    };
    trial
        .order(&order("w1", vec![withhold(accrual, 1)]))
        .unwrap();
    let withheld = trial.books.records();
    // An accrual goes with its run, a deferral is ended.
    for seq in [accrual, withheld, 999] {
        let refused = trial.order(&undo("v", seq, 3_000)).unwrap_err();
        assert_eq!(refused.code(), "not_reversible");
    }
    trial.turn_to("2026-04");
    let on = period("2026-04").first_day();
    let raise = OrderLine::Raise {
        department: department(2),
        line: line(0),
        component: Component::Reward,
        for_period: period("2026-03"),
        amount_fen: fen(500),
        cite: "规则包第二十条".into(),
    };
    trial.order_on(&order("a1", vec![raise]), on).unwrap();
    let raised = trial.books.records();
    trial
        .order_on(&order("w2", vec![withhold(raised, 1)]), on)
        .unwrap();
    let moved = trial.order_on(&undo("v1", raised, 500), on).unwrap_err();
    assert_eq!(moved.code(), "not_reversible");
    let unhold = OrderLine::Unhold {
        accrual: raised,
        amount_fen: fen(1),
    };
    trial.order_on(&order("u1", vec![unhold]), on).unwrap();
    let other = trial.order_on(&undo("v2", raised, 499), on).unwrap_err();
    assert_eq!(other.code(), "order_invalid");
    trial.order_on(&undo("v3", raised, 500), on).unwrap();
    assert_eq!(trial.fen(&Account::Available(line(0))), 7_000);
    assert_eq!(trial.fen(&Account::Payable(department(2))), 0);
    assert_eq!(trial.books.accrual(raised), None);
    let reversal = trial.books.records();
    for seq in [raised, reversal] {
        let again = trial.order_on(&undo("v4", seq, 500), on).unwrap_err();
        assert_eq!(again.code(), "not_reversible");
    }
}

#[test]
fn an_undone_claw_back_can_be_asked_again() {
    let (mut trial, accrual) = paid(3_000);
    trial
        .order(&order("c1", vec![clawback(accrual, 3_000)]))
        .unwrap();
    let seq = trial.books.records();
    let line = OrderLine::Reverse {
        transaction: seq,
        amount_fen: fen(3_000),
    };
    trial.order(&order("v1", vec![line])).unwrap();
    assert_eq!(trial.fen(&Account::Clawback(department(1))), 0);
    assert_eq!(
        trial.books.accrual(accrual).unwrap().reclaimable_fen(),
        fen(3_000)
    );
    trial
        .order(&order("c2", vec![clawback(accrual, 3_000)]))
        .unwrap();
}

#[test]
fn a_closed_month_is_corrected_in_the_open_one() {
    let (mut trial, accrual) = paid(1_000);
    let raise = |for_period: &str, amount| OrderLine::Raise {
        department: department(2),
        line: line(0),
        component: Component::Reward,
        for_period: period(for_period),
        amount_fen: fen(amount),
        cite: "规则包第二十条".into(),
    };
    let open = trial
        .order(&order("a0", vec![raise("2026-03", 500)]))
        .unwrap_err();
    assert_eq!(open.code(), "period_still_open");
    trial.turn_to("2026-04");
    let on = period("2026-04").first_day();
    let lower = OrderLine::Lower {
        accrual,
        amount_fen: fen(2_500),
    };
    let adjust = order("a1", vec![raise("2026-03", 500), lower]);
    trial.run(&assessor(), propose_on(&adjust, on)).unwrap();
    trial
        .run(&finance(), approve_order_on(&adjust, on))
        .unwrap();
    assert_eq!(trial.fen(&Account::Payable(department(2))), -500);
    assert_eq!(trial.fen(&Account::Payable(department(1))), -5_000);
    assert_eq!(trial.fen(&Account::Clawback(department(1))), 500);
    assert_eq!(trial.fen(&Account::PriorPeriod("共享补偿".into())), -2_000);
    assert_eq!(
        trial.fen(&Account::Expense("共享补偿".into())),
        8_000,
        "March stays as it was"
    );
    assert_eq!(trial.fen(&Account::Available(line(0))), 9_000);
    // What was raised is owed like any other accrual.
    let raised = trial
        .books
        .accruals()
        .find(|(_, own)| own.run.is_none())
        .unwrap()
        .0;
    let batch = order("p2", vec![pay(raised, 500)]);
    trial.order_on(&batch, on).unwrap();
    let all = OrderLine::RaiseUnfunded {
        department: department(2),
        component: Component::Reward,
        for_period: period("2026-03"),
        amount_fen: fen(7),
        cite: "规则包第二十条".into(),
    };
    trial.order_on(&order("a2", vec![all]), on).unwrap();
    assert_eq!(trial.fen(&Account::Unfunded(department(2))), 7);
    let dear = trial
        .order_on(&order("a3", vec![raise("2026-03", 9_001)]), on)
        .unwrap_err();
    assert_eq!(dear.code(), "appropriation_exceeded");
}

#[test]
fn a_line_is_granted_raised_and_cut_by_two_people_and_a_document_counts_once() {
    let mut trial = Trial::funded();
    let grant = |amount| OrderLine::Appropriate {
        line: line(5),
        amount_fen: fen(amount),
    };
    let granted = order("f1", vec![grant(1_000)]);
    trial.run(&finance(), propose(&granted)).unwrap();
    let alone = trial.run(&finance(), approve_order(&granted));
    assert_eq!(alone.unwrap_err().code(), "order_maker_is_checker");
    assert_eq!(trial.fen(&Account::Available(line(5))), 0);
    trial.run(&checker(), approve_order(&granted)).unwrap();
    assert_eq!(trial.fen(&Account::Available(line(5))), 1_000);
    let mut twice = order("f2", vec![grant(900)]);
    twice.document.clone_from(&granted.document);
    let refused = trial.order(&twice).unwrap_err();
    assert_eq!(refused.code(), "key_conflict");
    let cut = |amount| OrderLine::Cut {
        line: line(5),
        amount_fen: fen(amount),
    };
    let below = trial.order(&order("f3", vec![cut(1_001)])).unwrap_err();
    assert_eq!(below.code(), "appropriation_exceeded");
    let raise = OrderLine::Augment {
        line: line(5),
        amount_fen: fen(200),
    };
    trial.order(&order("f4", vec![raise])).unwrap();
    trial.order(&order("f5", vec![cut(700)])).unwrap();
    assert_eq!(trial.fen(&Account::Available(line(5))), 500);
    assert_eq!(trial.fen(&Account::Authority(line(5))), -500);
}
