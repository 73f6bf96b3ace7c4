//! Payments: batches, receipts, no payment twice.

use super::*;
use crate::order::{Payment, PaymentOutcome};
use crate::trial::{approve_order, checker, contest, liaison, pay, receipt, refuse_order};

fn owing() -> (Trial, Vec<u64>) {
    let mut trial = Trial::funded();
    let run = awards("r1", vec![award(1, 0, 3_000, 0), award(2, 0, 1_000, 0)]);
    trial.approve(&run);
    let accruals = trial.accruals(&run);
    (trial, accruals)
}

#[test]
fn a_batch_is_instructed_approved_and_confirmed_line_by_line() {
    let (mut trial, accruals) = owing();
    let batch = order("p1", vec![pay(accruals[0], 3_000), pay(accruals[1], 1_000)]);
    trial.run(&finance(), propose(&batch)).unwrap();
    assert_eq!(trial.fen(&Account::InTransit(department(1))), 0);
    assert_eq!(
        trial.books.order(&batch.id).unwrap().payment(0),
        Some(Payment::Waiting)
    );
    let early = trial
        .run(&finance(), Action::ConfirmPayment(receipt(&batch, 0)))
        .unwrap_err();
    assert_eq!(early.code(), "payment_wrong_stage");
    assert_eq!(
        trial
            .run(&finance(), approve_order(&batch))
            .unwrap_err()
            .code(),
        "order_maker_is_checker"
    );
    trial.run(&checker(), approve_order(&batch)).unwrap();
    assert_eq!(trial.fen(&Account::InTransit(department(1))), -3_000);
    let first = Action::ConfirmPayment(receipt(&batch, 0));
    assert_eq!(trial.run(&finance(), first.clone()), Ok(1));
    assert_eq!(
        trial.run(&finance(), first),
        Ok(0),
        "the same receipt again"
    );
    let mut other = receipt(&batch, 0);
    other.receipt = "国库-另一张".into();
    assert_eq!(
        trial
            .run(&finance(), Action::ConfirmPayment(other.clone()))
            .unwrap_err()
            .code(),
        "key_conflict"
    );
    assert_eq!(
        trial
            .run(&finance(), Action::FailPayment(other))
            .unwrap_err()
            .code(),
        "payment_wrong_stage"
    );
    assert_eq!(trial.fen(&Account::Treasury), -3_000);
    assert_eq!(trial.fen(&Account::Expended(line(0))), 3_000);
    assert_eq!(trial.fen(&Account::Encumbered(line(0))), 1_000);
    // The second fails and is payable again, by another batch.
    assert_eq!(
        trial.run(&robot(), Action::FailPayment(receipt(&batch, 1))),
        Ok(1)
    );
    assert_eq!(
        trial.books.order(&batch.id).unwrap().payment(1),
        Some(Payment::Settled(PaymentOutcome::Failed))
    );
    assert_eq!(trial.fen(&Account::Payable(department(2))), -1_000);
    let again = order("p2", vec![pay(accruals[1], 1_000)]);
    trial.order(&again).unwrap();
    trial
        .run(&finance(), Action::ConfirmPayment(receipt(&again, 0)))
        .unwrap();
    assert_eq!(trial.fen(&Account::Encumbered(line(0))), 0);
    assert_eq!(trial.fen(&Account::Payable(department(2))), 0);
    let over = order("p3", vec![pay(accruals[1], 1)]);
    assert_eq!(trial.order(&over).unwrap_err().code(), "accrual_exceeded");
}

#[test]
fn an_accrual_is_in_one_live_batch_only() {
    let (mut trial, accruals) = owing();
    let first = order("p1", vec![pay(accruals[0], 1_000)]);
    let second = order("p2", vec![pay(accruals[0], 1_000)]);
    trial.run(&finance(), propose(&first)).unwrap();
    let refused = trial.run(&finance(), propose(&second)).unwrap_err();
    assert_eq!(refused.code(), "accrual_in_batch");
    trial.run(&checker(), refuse_order(&first)).unwrap();
    assert_eq!(
        trial.books.order(&first.id).unwrap().payment(0),
        Some(Payment::Dropped)
    );
    trial.order(&second).unwrap();
    let third = order("p3", vec![pay(accruals[0], 1_000)]);
    let refused = trial.run(&finance(), propose(&third)).unwrap_err();
    assert_eq!(
        refused.code(),
        "accrual_in_batch",
        "in transit it is live still"
    );
    trial
        .run(&finance(), Action::ConfirmPayment(receipt(&second, 0)))
        .unwrap();
    trial.order(&third).unwrap();
}

#[test]
fn a_receipt_of_another_amount_or_line_is_refused() {
    let (mut trial, accruals) = owing();
    let batch = order("p1", vec![pay(accruals[0], 3_000)]);
    trial.order(&batch).unwrap();
    let mut wrong = receipt(&batch, 0);
    wrong.amount_fen = Fen::new(2_999);
    let refused = trial
        .run(&finance(), Action::ConfirmPayment(wrong.clone()))
        .unwrap_err();
    assert_eq!(refused.code(), "receipt_mismatch");
    wrong.line = 1;
    let refused = trial
        .run(&finance(), Action::ConfirmPayment(wrong.clone()))
        .unwrap_err();
    assert_eq!(refused.code(), "payment_unknown");
    wrong.receipt = " ".into();
    let refused = trial
        .run(&finance(), Action::ConfirmPayment(wrong))
        .unwrap_err();
    assert_eq!(refused.code(), "text_missing");
    let refused = trial
        .run(&assessor(), Action::ConfirmPayment(receipt(&batch, 0)))
        .unwrap_err();
    assert_eq!(refused.code(), "role_forbidden");
}

#[test]
fn what_is_contested_before_the_approval_is_not_paid() {
    let (mut trial, accruals) = owing();
    let batch = order("p1", vec![pay(accruals[0], 3_000)]);
    trial.run(&finance(), propose(&batch)).unwrap();
    let open = Action::OpenAppeal {
        appeal: "a1".into(),
        contest: contest(1, accruals[0], 500),
        effective_on: day(31),
    };
    trial.run(&liaison(), open).unwrap();
    let refused = trial.run(&checker(), approve_order(&batch)).unwrap_err();
    assert_eq!(refused.code(), "accrual_exceeded");
    assert_eq!(trial.fen(&Account::InTransit(department(1))), 0);
    trial.run(&checker(), refuse_order(&batch)).unwrap();
    trial
        .order(&order("p2", vec![pay(accruals[0], 2_500)]))
        .unwrap();
}

#[test]
fn a_run_whose_payment_is_under_way_is_not_voided() {
    let (mut trial, accruals) = owing();
    trial
        .order(&order("p1", vec![pay(accruals[0], 1)]))
        .unwrap();
    let run = awards("r1", vec![award(1, 0, 3_000, 0), award(2, 0, 1_000, 0)]);
    let refused = trial.run(&checker(), void(&run)).unwrap_err();
    assert_eq!(refused.code(), "accrual_moved");
}
