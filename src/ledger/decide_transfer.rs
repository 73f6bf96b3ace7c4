//! Decisions about one accrual: withhold, release, forfeit, dispute, resolve.

use domain::{Fen, Period};

use crate::account::Account;
use crate::command::{Role, Transfer};
use crate::decide::{Batch, require_text};
use crate::kind::Kind;
use crate::rejection::Rejection;
use crate::run_state::Accrual;
use crate::transaction::{Draft, Leg, move_legs};

/// Defers payment.
pub(crate) fn withhold(batch: &mut Batch, order: &Transfer) -> Result<(), Rejection> {
    batch.require(&[Role::Finance], Kind::Withhold.title())?;
    transfer(batch, Kind::Withhold, order, Account::Payable, |accrual| {
        Account::Withheld(accrual.department.clone())
    })
}

/// Ends the deferral.
pub(crate) fn unhold(batch: &mut Batch, order: &Transfer) -> Result<(), Rejection> {
    batch.require(&[Role::Finance], Kind::Unhold.title())?;
    transfer(batch, Kind::Unhold, order, Account::Withheld, |accrual| {
        Account::Payable(accrual.department.clone())
    })
}

/// Cuts what was withheld: the department loses it, the line has it again.
pub(crate) fn forfeit(batch: &mut Batch, order: &Transfer) -> Result<(), Rejection> {
    batch.require(&[Role::Finance], Kind::Forfeit.title())?;
    transfer(batch, Kind::Forfeit, order, Account::Withheld, |accrual| {
        Account::Expense(accrual.line.programme.clone())
    })
}

/// Puts an accrual under appeal; the department itself asks, or the assessor for it.
pub(crate) fn dispute(batch: &mut Batch, order: &Transfer) -> Result<(), Rejection> {
    batch.require(&[Role::Liaison, Role::Assessor], Kind::Dispute.title())?;
    transfer(batch, Kind::Dispute, order, Account::Payable, |accrual| {
        Account::Disputed(accrual.department.clone())
    })
}

/// Decides the appeal for the department.
pub(crate) fn resolve(batch: &mut Batch, order: &Transfer) -> Result<(), Rejection> {
    batch.require(&[Role::Assessor], Kind::Resolve.title())?;
    transfer(batch, Kind::Resolve, order, Account::Disputed, |accrual| {
        Account::Payable(accrual.department.clone())
    })
}

fn transfer(
    batch: &mut Batch,
    kind: Kind,
    order: &Transfer,
    from: fn(domain::DepartmentId) -> Account,
    to: fn(&Accrual) -> Account,
) -> Result<(), Rejection> {
    require_text(&order.document, "依据 document")?;
    require_text(&order.idempotency_key, "幂等键 idempotency key")?;
    if order.amount_fen <= Fen::ZERO {
        return Err(Rejection::NotPositive);
    }
    let accrual = batch.books.accrual(order.accrual).cloned();
    let accrual = accrual.ok_or(Rejection::AccrualUnknown {
        accrual: order.accrual,
    })?;
    let source = from(accrual.department.clone());
    let draft = draft(kind, order, &accrual, source.clone(), to(&accrual));
    // A repeated request finds its own transaction before it finds the accrual changed by it.
    let held_fen = accrual.held_on(&source);
    if batch.books.fingerprint(&draft.idempotency_key).is_none() && order.amount_fen > held_fen {
        return Err(Rejection::AccrualExceeded {
            accrual: order.accrual,
            asked_fen: order.amount_fen,
            held_fen,
        });
    }
    batch.post(draft)
}

fn draft(kind: Kind, order: &Transfer, accrual: &Accrual, from: Account, to: Account) -> Draft {
    let mut legs: Vec<Leg> = move_legs(from, to, order.amount_fen).into();
    if kind == Kind::Forfeit {
        legs.extend(move_legs(
            Account::Available(accrual.line.clone()),
            Account::Encumbered(accrual.line.clone()),
            order.amount_fen,
        ));
    }
    Draft {
        kind,
        period: Period::containing(order.effective_on),
        effective_on: order.effective_on,
        for_period: accrual.for_period,
        idempotency_key: format!("{}/{}", kind.code(), order.idempotency_key.trim()),
        run: None,
        department: Some(accrual.department.clone()),
        component: Some(accrual.component),
        accrual: Some(order.accrual),
        reverses: None,
        document: order.document.trim().to_owned(),
        memo: order.memo.trim().to_owned(),
        legs,
    }
}
