//! The rows of orders, claims and appeals.

use domain::{AppealId, ClaimId, OrderId};
use ledger::{AppealChange, ClaimChange, Digest, OrderChange, OrderLine};

use super::super::rows::{AppealRow, ClaimRow, OrderLineRow, OrderRow};
use super::{BodyRows, number};
use crate::error::StoreError;

/// The event of an order and, of a proposal, its lines. What kind of order it is stands with the
/// proposal alone; later events repeat nothing of it.
pub(super) fn order_rows(
    seq: i64,
    id: &OrderId,
    digest: &Digest,
    change: &OrderChange,
    actor_id: String,
) -> Result<BodyRows, StoreError> {
    let mut event = OrderRow {
        seq,
        order_id: id.to_string(),
        kind: change.code().to_owned(),
        order_kind: None,
        digest: digest.to_string(),
        actor_id,
        line_count: None,
        total_fen: None,
    };
    let mut lines = Vec::new();
    let control = match change {
        OrderChange::Proposed { order } => {
            event.order_kind = Some(order.kind.code().to_owned());
            for (index, line) in order.numbered() {
                lines.push(line_row(id, index, line)?);
            }
            order.control().ok()
        }
        OrderChange::Approved { control } => Some(*control),
        OrderChange::Refused { .. } => None,
    };
    event.line_count = control.map(|control| i64::from(control.count));
    event.total_fen = control.map(|control| control.total_fen.get());
    Ok(BodyRows::Order { event, lines })
}

fn line_row(id: &OrderId, index: u32, line: &OrderLine) -> Result<OrderLineRow, StoreError> {
    let reverses = match line {
        OrderLine::Reverse { transaction, .. } => Some(*transaction),
        _ => None,
    };
    Ok(OrderLineRow {
        order_id: id.to_string(),
        line_index: i64::from(index),
        kind: line.kind().code().to_owned(),
        accrual_seq: number("order_lines", "accrual_seq", line.accrual())?,
        department_id: line.department().map(ToString::to_string),
        reverses_seq: number("order_lines", "reverses_seq", reverses)?,
        amount_fen: line.amount_fen().get(),
    })
}

/// The event of a claim.
pub(super) fn claim_row(
    seq: i64,
    id: &ClaimId,
    change: &ClaimChange,
    actor_id: String,
) -> ClaimRow {
    let (department, amount, run) = match change {
        ClaimChange::Declared { declaration } => (
            Some(&declaration.department),
            Some(declaration.declared_fen),
            None,
        ),
        ClaimChange::Decided { accepted_fen, .. } => (None, Some(*accepted_fen), None),
        ClaimChange::Included { run } => (None, None, Some(run)),
    };
    ClaimRow {
        seq,
        claim_id: id.to_string(),
        kind: change.code().to_owned(),
        department_id: department.map(ToString::to_string),
        amount_fen: amount.map(domain::Fen::get),
        run_id: run.map(|run| run.run.to_string()),
        run_attempt: run.map(|run| i64::from(run.attempt)),
        actor_id,
    }
}

/// The event of an appeal.
pub(super) fn appeal_row(
    seq: i64,
    id: &AppealId,
    change: &AppealChange,
    actor_id: String,
) -> Result<AppealRow, StoreError> {
    let (department, accrual, amount) = match change {
        AppealChange::Opened { contest } => (
            Some(&contest.department),
            contest.accrual,
            Some(contest.contested_fen),
        ),
        AppealChange::Moved { .. } => (None, None, None),
        AppealChange::Ended { ruling } => (None, None, Some(ruling.cut_fen)),
    };
    Ok(AppealRow {
        seq,
        appeal_id: id.to_string(),
        kind: change.stage_code().to_owned(),
        department_id: department.map(ToString::to_string),
        accrual_seq: number("appeal_events", "accrual_seq", accrual)?,
        amount_fen: amount.map(domain::Fen::get),
        actor_id,
    })
}
