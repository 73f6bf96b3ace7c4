//! Payments: what follows when the treasury says that it paid, or that it could not.

use chrono::NaiveDate;

use crate::account::Account;
use crate::books::Books;
use crate::kind::Kind;
use crate::order::{OrderLine, OrderState, Payment, PaymentOutcome};
use crate::rejection::Rejection;
use crate::transaction::{Basis, Draft, move_legs};
use crate::words::Words;
use domain::Period;

/// The transaction of an outcome; `words` are the number of the receipt and what people should know.
pub(crate) fn draft_of(
    books: &Books,
    state: &OrderState,
    line: u32,
    outcome: PaymentOutcome,
    words: (&str, &Words),
    effective_on: NaiveDate,
) -> Result<Draft, Rejection> {
    let id = &state.order.id;
    let unknown = || Rejection::PaymentUnknown {
        order: id.clone(),
        line: line + 1,
    };
    let Some(OrderLine::Pay {
        accrual: seq,
        amount_fen,
    }) = state.order.line(line)
    else {
        return Err(unknown());
    };
    let payment = state.payment(line).ok_or_else(unknown)?;
    if payment != Payment::Instructed {
        return Err(Rejection::PaymentStage {
            order: id.clone(),
            line: line + 1,
            payment,
        });
    }
    let accrual = books
        .accrual(*seq)
        .ok_or(Rejection::AccrualUnknown { accrual: *seq })?;
    let in_transit = Account::InTransit(accrual.department.clone());
    let (kind, legs) = match outcome {
        PaymentOutcome::Confirmed => {
            let budget = move_legs(
                Account::Expended(accrual.line.clone()),
                Account::Encumbered(accrual.line.clone()),
                *amount_fen,
            );
            let paid = move_legs(in_transit, Account::Treasury, *amount_fen);
            (Kind::PayConfirm, budget.into_iter().chain(paid).collect())
        }
        PaymentOutcome::Failed => {
            let payable = Account::Payable(accrual.department.clone());
            (
                Kind::PayFail,
                Vec::from(move_legs(in_transit, payable, *amount_fen)),
            )
        }
    };
    Ok(Draft {
        kind,
        period: Period::containing(effective_on),
        effective_on,
        for_period: accrual.for_period,
        idempotency_key: key(kind, id.as_str(), line),
        run: None,
        department: Some(accrual.department.clone()),
        component: Some(accrual.component),
        accrual: Some(*seq),
        reverses: None,
        document: words.0.to_owned(),
        memo: words.1.clone(),
        basis: Some(Basis::Order {
            order: id.clone(),
            line,
            rule: String::new(),
        }),
        legs,
    })
}

/// The key of an outcome: a payment has one of each, once.
pub(crate) fn key(kind: Kind, order: &str, line: u32) -> String {
    format!("{}/{order}/{line}", kind.code())
}
