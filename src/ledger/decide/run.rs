//! Decisions that take a run forward: calculate, submit, approve.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{Fen, Period, RunId};

use crate::account::{Account, Line};
use crate::award::{Award, ControlTotal, RunAwards, control_of, fault};
use crate::command::Role;
use crate::decide::withdrawal::withdraw;
use crate::decide::{Batch, claim};
use crate::digest::Digest;
use crate::event::{Body, RunChange};
use crate::kind::Kind;
use crate::rejection::Rejection;
use crate::run_state::{Run, Stage};
use crate::transaction::{Draft, Leg, RunRef, Transaction, move_legs};
use crate::words::Words;

/// Reserves the awards of a run, each on its own, so that a department can be shown the record of
/// its own award without seeing another's.
pub(crate) fn calculate(
    batch: &mut Batch,
    awards: &RunAwards,
    effective_on: NaiveDate,
) -> Result<(), Rejection> {
    batch.require(&[Role::System, Role::Assessor], "核算")?;
    let awards_sha256 = awards.sha256()?;
    if let Some(known) = batch.books.run(&awards.run)
        && (known.stage.is_pending() || known.stage == Stage::Approved)
    {
        let same = known.digest == awards.digest && known.awards_sha256 == awards_sha256;
        let run = awards.run.clone();
        return same.then_some(()).ok_or(Rejection::RunConflict { run });
    }
    let posting_period = batch.open_period_of(effective_on)?;
    if awards.period > posting_period {
        return Err(Rejection::FuturePeriod {
            period: awards.period,
        });
    }
    make_room(batch, awards, effective_on)?;
    let posted = awards.posted()?;
    refuse_overdraft(batch, &posted)?;
    refuse_what_was_never_unfunded(batch, &posted)?;
    let attempt = batch
        .books
        .run(&awards.run)
        .map_or(1, |run| run.attempt + 1);
    let reference = RunRef {
        run: awards.run.clone(),
        attempt,
    };
    let unfunded = Fen::checked_sum(posted.iter().map(|award| award.unfunded_fen));
    batch.push(Body::Run {
        run: reference.clone(),
        digest: awards.digest,
        change: RunChange::Calculated {
            period: awards.period,
            awards_sha256,
            control: control_of(&posted)?,
            unfunded_fen: unfunded.ok_or(Rejection::OutOfRange)?,
        },
    })?;
    claim::include(batch, awards.claims_once(), &reference)?;
    for award in posted {
        batch.post(reserve(award, &reference, awards.period, effective_on))?;
    }
    Ok(())
}

/// Withdraws the run of the period that is not approved yet; an approved one stands.
fn make_room(
    batch: &mut Batch,
    awards: &RunAwards,
    effective_on: NaiveDate,
) -> Result<(), Rejection> {
    let Some((earlier, run)) = batch.books.live_run(awards.period) else {
        return Ok(());
    };
    let (earlier, run) = (earlier.clone(), run.clone());
    if run.stage == Stage::Approved {
        return Err(Rejection::PeriodApproved {
            period: awards.period,
            run: earlier,
        });
    }
    let reason = Words::from(format!("由 {} 取代 (superseded)", awards.run));
    withdraw(
        batch,
        &earlier,
        &run,
        effective_on,
        |reason| RunChange::Voided { reason },
        &reason,
    )
}

/// Compares what is asked of each line as a whole, so that the message names the whole.
fn refuse_overdraft(batch: &Batch, awards: &[&Award]) -> Result<(), Rejection> {
    let mut asked: BTreeMap<&Line, Fen> = BTreeMap::new();
    for award in awards {
        let sum = asked.entry(&award.line).or_default();
        *sum = sum
            .checked_add(award.amount_fen)
            .ok_or(Rejection::OutOfRange)?;
    }
    for (line, asked_fen) in asked {
        let available_fen = batch
            .books
            .balance(&Account::Available(line.clone()))
            .balance_fen;
        if asked_fen > available_fen {
            return Err(Rejection::Overdraft {
                line: line.clone(),
                asked_fen,
                available_fen,
            });
        }
    }
    Ok(())
}

/// No award takes more off the unfunded entitlements of a department than there are.
fn refuse_what_was_never_unfunded(batch: &Batch, awards: &[&Award]) -> Result<(), Rejection> {
    for award in awards {
        let account = Account::Unfunded(award.department.clone());
        let balance_fen = batch.books.balance(&account).balance_fen;
        if award.unfunded_fen.negated() > balance_fen {
            return Err(fault(award, "未落实额为负 (unfunded below zero)"));
        }
    }
    Ok(())
}

/// The key of a transaction about one award: run, calculation, department, line, component.
fn award_key(kind: Kind, run: &RunRef, award: &Award) -> String {
    let Award {
        department,
        line,
        component,
        ..
    } = award;
    let (code, component) = (kind.code(), component.code());
    format!(
        "{code}/{}#{}/{department}/{line}/{component}",
        run.run, run.attempt
    )
}

fn reserve(award: &Award, run: &RunRef, about: Period, effective_on: NaiveDate) -> Draft {
    let mut legs: Vec<Leg> = Vec::new();
    if award.amount_fen != Fen::ZERO {
        legs.extend(move_legs(
            Account::Reserved(award.line.clone()),
            Account::Available(award.line.clone()),
            award.amount_fen,
        ));
    }
    if award.unfunded_fen != Fen::ZERO {
        legs.extend(move_legs(
            Account::Unfunded(award.department.clone()),
            Account::Entitlement(award.department.clone()),
            award.unfunded_fen,
        ));
    }
    Draft {
        kind: Kind::Reserve,
        period: Period::containing(effective_on),
        effective_on,
        for_period: about,
        idempotency_key: award_key(Kind::Reserve, run, award),
        run: Some(run.clone()),
        department: Some(award.department.clone()),
        component: Some(award.component),
        accrual: None,
        reverses: None,
        document: award.cite.clone(),
        memo: Words::default(),
        basis: None,
        legs,
    }
}

/// Puts a run forward.
pub(crate) fn submit(batch: &mut Batch, run: &RunId, digest: Digest) -> Result<(), Rejection> {
    batch.require(&[Role::Assessor], "提交核算")?;
    let state = known(batch, run)?;
    require_digest(run, &state, digest)?;
    match state.stage {
        // A caller that was cut off after the approval may ask for all of it again.
        Stage::Submitted | Stage::Approved => Ok(()),
        Stage::Calculated => batch.push(Body::Run {
            run: reference(run, &state),
            digest,
            change: RunChange::Submitted,
        }),
        stage => Err(Rejection::WrongStage {
            run: run.clone(),
            stage,
        }),
    }
}

/// Approves a run and accrues its awards.
pub(crate) fn approve(
    batch: &mut Batch,
    run: &RunId,
    digest: Digest,
    control: ControlTotal,
    effective_on: NaiveDate,
) -> Result<(), Rejection> {
    batch.require(&[Role::Finance], "审批核算")?;
    let state = known(batch, run)?;
    require_digest(run, &state, digest)?;
    if control != state.control {
        return Err(Rejection::ControlMismatch {
            run: run.clone(),
            expected: state.control,
            found: control,
        });
    }
    require_other_person(batch, run, &state)?;
    if state.stage == Stage::Approved {
        return Ok(());
    }
    if state.stage != Stage::Submitted {
        return Err(Rejection::WrongStage {
            run: run.clone(),
            stage: state.stage,
        });
    }
    batch.open_period_of(effective_on)?;
    let reference = reference(run, &state);
    batch.push(Body::Run {
        run: reference.clone(),
        digest,
        change: RunChange::Approved { control },
    })?;
    for seq in &state.reserves {
        let reserved = batch.books.transaction(*seq).cloned();
        if let Some(draft) =
            reserved.and_then(|reserved| accrue(&reserved, &reference, effective_on))
        {
            batch.post(draft)?;
        }
    }
    Ok(())
}

/// The accrual of a reserve; `None` when the award had no money.
fn accrue(reserved: &Transaction, run: &RunRef, effective_on: NaiveDate) -> Option<Draft> {
    let line = reserved.line()?.clone();
    let amount_fen = reserved.amount_on(&Account::Reserved(line.clone()));
    let award = Award {
        department: reserved.department.clone()?,
        line: line.clone(),
        component: reserved.component?,
        amount_fen,
        unfunded_fen: Fen::ZERO,
        cite: reserved.document.clone(),
    };
    let budget = move_legs(
        Account::Encumbered(line.clone()),
        Account::Reserved(line.clone()),
        amount_fen,
    );
    let owed = move_legs(
        Account::Expense(line.programme),
        Account::Payable(award.department.clone()),
        amount_fen,
    );
    Some(Draft {
        kind: Kind::Accrue,
        period: Period::containing(effective_on),
        effective_on,
        for_period: reserved.for_period,
        idempotency_key: award_key(Kind::Accrue, run, &award),
        run: Some(run.clone()),
        department: Some(award.department.clone()),
        component: Some(award.component),
        accrual: None,
        reverses: None,
        document: award.cite,
        memo: Words::default(),
        basis: None,
        legs: budget.into_iter().chain(owed).collect(),
    })
}

/// The run as the books know it.
pub(crate) fn known(batch: &Batch, run: &RunId) -> Result<Run, Rejection> {
    let state = batch.books.run(run).cloned();
    state.ok_or_else(|| Rejection::RunUnknown { run: run.clone() })
}

/// The calculation of the run that counts now.
pub(crate) fn reference(run: &RunId, state: &Run) -> RunRef {
    RunRef {
        run: run.clone(),
        attempt: state.attempt,
    }
}

fn require_digest(run: &RunId, state: &Run, digest: Digest) -> Result<(), Rejection> {
    if state.digest == digest {
        return Ok(());
    }
    Err(Rejection::DigestMismatch {
        run: run.clone(),
        expected: state.digest,
        found: digest,
    })
}

/// Refuses whoever calculated or submitted the run.
pub(crate) fn require_other_person(
    batch: &Batch,
    run: &RunId,
    state: &Run,
) -> Result<(), Rejection> {
    if !state.makers.contains(&batch.actor.id) {
        return Ok(());
    }
    Err(Rejection::SamePerson {
        run: run.clone(),
        actor: batch.actor.id.clone(),
    })
}
