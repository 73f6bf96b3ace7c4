//! Decisions about orders: propose, approve, refuse, and what follows.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::OrderId;

use crate::award::ControlTotal;
use crate::command::Role;
use crate::decide::{Batch, require_words};
use crate::digest::Digest;
use crate::event::{Body, OrderChange};
use crate::order::draft::draft_of;
use crate::order::{Order, OrderLine, OrderStage, OrderState};
use crate::rejection::Rejection;
use crate::words::Words;

/// Puts an order forward. One that could not be carried out as the books stand is refused at once;
/// one that needs no approval is carried out.
pub(crate) fn propose(
    batch: &mut Batch,
    order: &Order,
    effective_on: NaiveDate,
) -> Result<(), Rejection> {
    batch.require(order.kind.proposers(), order.kind.title())?;
    order.check()?;
    let control = order.control()?;
    let digest = order.digest();
    if let Some(known) = batch.books.order(&order.id) {
        let same = known.digest == digest;
        return same.then_some(()).ok_or_else(|| Rejection::OrderConflict {
            order: order.id.clone(),
        });
    }
    refuse_second_batch(batch, order)?;
    let mut trial = batch.trial();
    let propose = OrderChange::Proposed {
        order: Arc::new(order.clone()),
    };
    let step = |change| Body::Order {
        order: order.id.clone(),
        digest,
        change,
    };
    trial.push(step(propose.clone()))?;
    if order.kind.needs_approval() {
        // Who will approve is not known yet; it is somebody else.
        trial.actor.id = format!("not {}", batch.actor.id);
        trial.push(step(OrderChange::Approved { control }))?;
    }
    carry_out(&mut trial, order, effective_on)?;
    batch.push(step(propose))?;
    if order.kind.needs_approval() {
        return Ok(());
    }
    carry_out(batch, order, effective_on)
}

/// An accrual is paid by one batch at a time.
fn refuse_second_batch(batch: &Batch, order: &Order) -> Result<(), Rejection> {
    for line in &order.lines {
        if let OrderLine::Pay { accrual, .. } = line
            && let Some(other) = batch.books.live_batch(*accrual)
        {
            return Err(Rejection::AccrualInBatch {
                accrual: *accrual,
                order: other.clone(),
            });
        }
    }
    Ok(())
}

/// Approves exactly what was seen, and carries it out.
pub(crate) fn approve(
    batch: &mut Batch,
    id: &OrderId,
    digest: Digest,
    control: ControlTotal,
    effective_on: NaiveDate,
) -> Result<(), Rejection> {
    batch.require(&[Role::Finance], "审批指令")?;
    let state = known(batch, id)?;
    require_digest(&state, digest)?;
    if control != state.control {
        let (expected, found) = (state.control, control);
        return Err(Rejection::OrderTotals {
            order: id.clone(),
            expected,
            found,
        });
    }
    if state.maker == batch.actor.id {
        return Err(Rejection::OrderSamePerson {
            order: id.clone(),
            actor: state.maker,
        });
    }
    match state.stage {
        OrderStage::Approved => return Ok(()),
        OrderStage::Refused => return Err(wrong_stage(&state)),
        OrderStage::Proposed => {}
    }
    batch.open_period_of(effective_on)?;
    let change = OrderChange::Approved { control };
    batch.push(Body::Order {
        order: id.clone(),
        digest,
        change,
    })?;
    carry_out(batch, &state.order, effective_on)
}

/// Sends an order back, or takes it back oneself.
pub(crate) fn refuse(
    batch: &mut Batch,
    id: &OrderId,
    digest: Digest,
    reason: &Words,
) -> Result<(), Rejection> {
    require_words(reason, "退回原因 reason")?;
    let state = known(batch, id)?;
    if state.maker != batch.actor.id {
        batch.require(&[Role::Finance], "退回指令")?;
    }
    require_digest(&state, digest)?;
    match state.stage {
        OrderStage::Refused => Ok(()),
        OrderStage::Approved => Err(wrong_stage(&state)),
        OrderStage::Proposed => {
            let change = OrderChange::Refused {
                reason: reason.clone(),
            };
            batch.push(Body::Order {
                order: id.clone(),
                digest,
                change,
            })
        }
    }
}

fn carry_out(batch: &mut Batch, order: &Order, effective_on: NaiveDate) -> Result<(), Rejection> {
    for (index, _) in order.numbered() {
        let draft = draft_of(&batch.books, order, index, effective_on)?;
        batch.post(draft)?;
    }
    Ok(())
}

/// The order as the books know it.
pub(crate) fn known(batch: &Batch, id: &OrderId) -> Result<OrderState, Rejection> {
    let state = batch.books.order(id).cloned();
    state.ok_or_else(|| Rejection::OrderUnknown { order: id.clone() })
}

fn require_digest(state: &OrderState, digest: Digest) -> Result<(), Rejection> {
    if state.digest == digest {
        return Ok(());
    }
    Err(Rejection::OrderChanged {
        order: state.order.id.clone(),
    })
}

fn wrong_stage(state: &OrderState) -> Rejection {
    Rejection::OrderStage {
        order: state.order.id.clone(),
        stage: state.stage,
    }
}
