//! Decisions that take a run back: reject, void, and what both undo.

use chrono::NaiveDate;
use domain::{Period, RunId};

use crate::command::Role;
use crate::decide::run::{known, reference, require_other_person};
use crate::decide::{Batch, require_words};
use crate::event::{Body, RunChange};
use crate::kind::Kind;
use crate::rejection::Rejection;
use crate::run_state::{Run, Stage};
use crate::transaction::{Draft, Transaction};
use crate::words::Words;

/// Sends a run back.
pub(crate) fn reject(
    batch: &mut Batch,
    run: &RunId,
    reason: &Words,
    effective_on: NaiveDate,
) -> Result<(), Rejection> {
    batch.require(&[Role::Finance, Role::Assessor], "退回核算")?;
    require_words(reason, "退回原因 reason")?;
    let state = known(batch, run)?;
    if state.stage == Stage::Rejected {
        return Ok(());
    }
    if !state.stage.is_pending() {
        return Err(Rejection::WrongStage {
            run: run.clone(),
            stage: state.stage,
        });
    }
    withdraw(
        batch,
        run,
        &state,
        effective_on,
        |reason| RunChange::Rejected { reason },
        reason,
    )
}

/// Withdraws a run; an approved one only by a checker, and only while nothing followed from it.
pub(crate) fn void(
    batch: &mut Batch,
    run: &RunId,
    reason: &Words,
    effective_on: NaiveDate,
) -> Result<(), Rejection> {
    require_words(reason, "作废原因 reason")?;
    let state = known(batch, run)?;
    match state.stage {
        Stage::Voided => return Ok(()),
        Stage::Rejected => {
            return Err(Rejection::WrongStage {
                run: run.clone(),
                stage: state.stage,
            });
        }
        Stage::Approved => {
            batch.require(&[Role::Finance], "作废已审批核算")?;
            require_other_person(batch, run, &state)?;
        }
        Stage::Calculated | Stage::Submitted => {
            let allowed = [Role::System, Role::Assessor, Role::Finance];
            batch.require(&allowed, "作废核算")?;
        }
    }
    withdraw(
        batch,
        run,
        &state,
        effective_on,
        |reason| RunChange::Voided { reason },
        reason,
    )
}

/// Undoes what the run posted, the last first: accruals, then reserves.
pub(crate) fn withdraw(
    batch: &mut Batch,
    run: &RunId,
    state: &Run,
    effective_on: NaiveDate,
    change: fn(Words) -> RunChange,
    reason: &Words,
) -> Result<(), Rejection> {
    batch.open_period_of(effective_on)?;
    let moved = |seq: &&u64| {
        let accrual = batch.books.accrual(**seq);
        accrual.is_some_and(|accrual| !accrual.is_untouched())
    };
    if let Some(accrual) = state.accruals.iter().find(moved) {
        return Err(Rejection::AccrualMoved {
            run: run.clone(),
            accrual: *accrual,
        });
    }
    let reference = reference(run, state);
    batch.push(Body::Run {
        run: reference.clone(),
        digest: state.digest,
        change: change(reason.clone()),
    })?;
    let accruals = state.accruals.iter().map(|seq| (Kind::Reverse, *seq));
    let reserves = state.reserves.iter().map(|seq| (Kind::Release, *seq));
    for (kind, seq) in accruals.chain(reserves) {
        if let Some(original) = batch.books.transaction(seq).cloned() {
            batch.post(negation(kind, seq, &original, reason, effective_on))?;
        }
    }
    Ok(())
}

fn negation(
    kind: Kind,
    seq: u64,
    original: &Transaction,
    reason: &Words,
    effective_on: NaiveDate,
) -> Draft {
    Draft {
        kind,
        period: Period::containing(effective_on),
        effective_on,
        for_period: original.for_period,
        idempotency_key: format!("{}/{}", kind.code(), original.idempotency_key),
        run: original.run.clone(),
        department: original.department.clone(),
        component: original.component,
        accrual: None,
        reverses: Some(seq),
        document: original.document.clone(),
        memo: reason.clone(),
        basis: None,
        legs: original.negated_legs(),
    }
}
