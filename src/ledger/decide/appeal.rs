//! Decisions about appeals: open, take up the ladder, end.

use chrono::NaiveDate;
use domain::{AppealId, Fen};

use crate::appeal::{Appeal, AppealChange, Contest, Outcome, Ruling, Step};
use crate::appeal_draft::drafts_of;
use crate::command::Role;
use crate::decide::{Batch, require_text, require_words};
use crate::event::Body;
use crate::rejection::Rejection;

/// A department contests; the assessor may open it for one. What is contested cannot be paid.
pub(crate) fn open(
    batch: &mut Batch,
    id: &AppealId,
    contest: &Contest,
    effective_on: NaiveDate,
) -> Result<(), Rejection> {
    batch.require(&[Role::Liaison, Role::Assessor], "提出申诉")?;
    require_text(id.as_str(), "申诉编号 appeal number")?;
    require_text(&contest.subject, "申诉事项 subject")?;
    if let Some(known) = batch.books.appeal(id) {
        let same = known.contest == *contest;
        return same
            .then_some(())
            .ok_or_else(|| Rejection::AppealConflict { appeal: id.clone() });
    }
    require_contestable(batch, id, contest)?;
    push(
        batch,
        id,
        AppealChange::Opened {
            contest: contest.clone(),
        },
    )?;
    post(batch, id, effective_on)
}

/// What is contested must be the department's own and payable still.
fn require_contestable(batch: &Batch, id: &AppealId, contest: &Contest) -> Result<(), Rejection> {
    let asked_fen = contest.contested_fen;
    let Some(seq) = contest.accrual else {
        return if asked_fen == Fen::ZERO {
            Ok(())
        } else {
            Err(fault(
                id,
                "有争议金额须指明计提 (an amount needs its accrual)",
            ))
        };
    };
    let accrual = batch
        .books
        .accrual(seq)
        .ok_or(Rejection::AccrualUnknown { accrual: seq })?;
    if accrual.department != contest.department {
        return Err(fault(
            id,
            "计提属于其他部门 (accrual of another department)",
        ));
    }
    if asked_fen < Fen::ZERO {
        return Err(Rejection::NotPositive);
    }
    let held_fen = accrual.payable_fen();
    if asked_fen > held_fen {
        return Err(Rejection::AccrualExceeded {
            accrual: seq,
            asked_fen,
            held_fen,
        });
    }
    Ok(())
}

/// Takes an appeal to the next step.
pub(crate) fn advance(
    batch: &mut Batch,
    id: &AppealId,
    step: Step,
    office: &str,
    due_on: NaiveDate,
) -> Result<(), Rejection> {
    batch.require(&[Role::Assessor], step.title())?;
    require_text(office, "办理单位 office")?;
    let appeal = known(batch, id)?;
    if appeal.step == Some(step) && appeal.office == office.trim() && appeal.due_on == due_on {
        return Ok(());
    }
    let next = Step::ALL.into_iter().find(|next| Some(*next) > appeal.step);
    if appeal.ruling.is_some() || next != Some(step) {
        return Err(wrong_stage(id, &appeal));
    }
    push(
        batch,
        id,
        AppealChange::Moved {
            step,
            office: office.trim().to_owned(),
            due_on,
        },
    )
}

/// Ends an appeal: what was contested is payable again, but for what the ruling cuts.
pub(crate) fn end(
    batch: &mut Batch,
    id: &AppealId,
    ruling: &Ruling,
    effective_on: NaiveDate,
) -> Result<(), Rejection> {
    let withdrawn = ruling.outcome == Outcome::Withdrawn;
    let offices: &[Role] = if withdrawn {
        &[Role::Liaison, Role::Assessor]
    } else {
        &[Role::Assessor]
    };
    batch.require(offices, "办结申诉")?;
    require_text(&ruling.document, "裁决文号 document")?;
    require_words(&ruling.reason, "裁决理由 reason")?;
    let appeal = known(batch, id)?;
    if let Some(earlier) = &appeal.ruling {
        let same = earlier == ruling;
        return same.then_some(()).ok_or_else(|| wrong_stage(id, &appeal));
    }
    if !withdrawn && appeal.step.is_none() {
        return Err(wrong_stage(id, &appeal));
    }
    if !withdrawn && appeal.opener == batch.actor.id {
        return Err(fault(id, "提出人不能裁决 (opened by the same person)"));
    }
    let loses = matches!(ruling.outcome, Outcome::Partly | Outcome::Dismissed);
    let contested = appeal.contest.contested_fen;
    if ruling.cut_fen < Fen::ZERO || ruling.cut_fen > contested {
        return Err(fault(
            id,
            "核减额应在零与争议额之间 (between nothing and what is contested)",
        ));
    }
    if ruling.cut_fen > Fen::ZERO && !loses {
        return Err(fault(
            id,
            "支持或撤回的申诉不能核减 (upheld or withdrawn, yet cut)",
        ));
    }
    push(
        batch,
        id,
        AppealChange::Ended {
            ruling: ruling.clone(),
        },
    )?;
    post(batch, id, effective_on)
}

fn post(batch: &mut Batch, id: &AppealId, effective_on: NaiveDate) -> Result<(), Rejection> {
    for draft in drafts_of(&batch.books, id, effective_on)? {
        batch.post(draft)?;
    }
    Ok(())
}

fn push(batch: &mut Batch, id: &AppealId, change: AppealChange) -> Result<(), Rejection> {
    batch.push(Body::Appeal {
        appeal: id.clone(),
        change,
    })
}

fn known(batch: &Batch, id: &AppealId) -> Result<Appeal, Rejection> {
    let appeal = batch.books.appeal(id).cloned();
    appeal.ok_or_else(|| Rejection::AppealUnknown { appeal: id.clone() })
}

fn wrong_stage(id: &AppealId, appeal: &Appeal) -> Rejection {
    Rejection::AppealStage {
        appeal: id.clone(),
        stage: appeal.stage_title(),
    }
}

fn fault(id: &AppealId, what: &'static str) -> Rejection {
    Rejection::BadAppeal {
        appeal: id.clone(),
        what,
    }
}
