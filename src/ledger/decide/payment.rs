//! Decisions on the treasury's word: paid, not paid, come back.

use domain::{Fen, Period};

use crate::account::Account;
use crate::command::Role;
use crate::decide::order::known;
use crate::decide::{Batch, require_text};
use crate::kind::Kind;
use crate::order::{OrderLine, PaymentOutcome, PaymentReceipt, Recovery};
use crate::payment;
use crate::rejection::Rejection;
use crate::transaction::{Draft, move_legs};
use crate::words::Words;

/// Who hands the treasury's receipts in.
const IMPORTERS: [Role; 2] = [Role::Finance, Role::System];

/// Takes a receipt, or a notice of return.
pub(crate) fn settle(
    batch: &mut Batch,
    receipt: &PaymentReceipt,
    outcome: PaymentOutcome,
) -> Result<(), Rejection> {
    let kind = match outcome {
        PaymentOutcome::Confirmed => Kind::PayConfirm,
        PaymentOutcome::Failed => Kind::PayFail,
    };
    batch.require(&IMPORTERS, kind.title())?;
    require_text(&receipt.receipt, "国库回单号 treasury receipt")?;
    let state = known(batch, &receipt.order)?;
    let line = receipt.line;
    let unknown = || Rejection::PaymentUnknown {
        order: receipt.order.clone(),
        line: line + 1,
    };
    let Some(OrderLine::Pay { amount_fen, .. }) = state.order.line(line) else {
        return Err(unknown());
    };
    if *amount_fen != receipt.amount_fen {
        return Err(Rejection::ReceiptMismatch {
            order: receipt.order.clone(),
            line: line + 1,
            expected_fen: *amount_fen,
            found_fen: receipt.amount_fen,
        });
    }
    let words = (receipt.receipt.trim(), &receipt.memo);
    // A receipt that comes twice finds its own transaction before it finds the payment settled.
    let key = payment::key(kind, receipt.order.as_str(), line);
    if let Some(seq) = batch.books.posted_under(&key) {
        let same = batch
            .books
            .transaction(seq)
            .is_some_and(|own| own.document == words.0);
        return same.then_some(()).ok_or(Rejection::KeyConflict { key });
    }
    let draft = payment::draft_of(
        &batch.books,
        &state,
        line,
        outcome,
        words,
        receipt.effective_on,
    )?;
    batch.post(draft)
}

/// Takes back what a department returned.
pub(crate) fn recover(batch: &mut Batch, recovery: &Recovery) -> Result<(), Rejection> {
    batch.require(&IMPORTERS, Kind::Recover.title())?;
    require_text(&recovery.receipt, "国库回单号 treasury receipt")?;
    if recovery.amount_fen <= Fen::ZERO {
        return Err(Rejection::NotPositive);
    }
    let period = Period::containing(recovery.effective_on);
    let receipt = recovery.receipt.trim();
    batch.post(Draft {
        kind: Kind::Recover,
        period,
        effective_on: recovery.effective_on,
        for_period: period,
        idempotency_key: format!("{}/{receipt}", Kind::Recover.code()),
        run: None,
        department: Some(recovery.department.clone()),
        component: None,
        accrual: None,
        reverses: None,
        document: receipt.to_owned(),
        memo: Words::default(),
        basis: None,
        legs: move_legs(
            Account::Treasury,
            Account::Clawback(recovery.department.clone()),
            recovery.amount_fen,
        )
        .into(),
    })
}
