//! The decision: books and a command in, events or a rejection out.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::{Fen, Period};

use crate::account::Account;
use crate::books::{Books, PeriodState};
use crate::command::{Action, Actor, Command, Grant, Role};
use crate::event::{Body, Event, Posted};
use crate::instant::UtcMicros;
use crate::kind::Kind;
use crate::rejection::Rejection;
use crate::transaction::{Draft, Transaction, move_legs};
use crate::{decide_run, decide_transfer, decide_withdrawal};

/// What follows from the command: events to append, in order. None at all when the books say the
/// same already, so that a command can be repeated safely. `now` is the caller's clock; a record
/// is never dated before the one in front of it, even when that clock went back.
pub fn decide(books: &Books, command: &Command, now: UtcMicros) -> Result<Vec<Event>, Rejection> {
    if command.actor.id.trim().is_empty() {
        return Err(Rejection::Missing {
            what: "经办人 actor",
        });
    }
    let mut batch = Batch {
        books: books.clone(),
        events: Vec::new(),
        actor: command.actor.clone(),
        now: now.max(books.recorded_at()),
    };
    match &command.action {
        Action::OpenPeriod { period } => open_period(&mut batch, *period)?,
        Action::ClosePeriod { period } => close_period(&mut batch, *period)?,
        Action::Appropriate(grant) => appropriate(&mut batch, grant)?,
        Action::Amend(grant) => amend(&mut batch, grant)?,
        Action::CalculateRun {
            awards,
            effective_on,
        } => decide_run::calculate(&mut batch, awards, *effective_on)?,
        Action::SubmitRun { run, digest } => decide_run::submit(&mut batch, run, *digest)?,
        Action::ApproveRun {
            run,
            digest,
            control,
            effective_on,
        } => decide_run::approve(&mut batch, run, *digest, *control, *effective_on)?,
        Action::RejectRun {
            run,
            reason,
            effective_on,
        } => decide_withdrawal::reject(&mut batch, run, reason, *effective_on)?,
        Action::VoidRun {
            run,
            reason,
            effective_on,
        } => decide_withdrawal::void(&mut batch, run, reason, *effective_on)?,
        Action::Withhold(transfer) => decide_transfer::withhold(&mut batch, transfer)?,
        Action::Unhold(transfer) => decide_transfer::unhold(&mut batch, transfer)?,
        Action::Forfeit(transfer) => decide_transfer::forfeit(&mut batch, transfer)?,
        Action::Dispute(transfer) => decide_transfer::dispute(&mut batch, transfer)?,
        Action::Resolve(transfer) => decide_transfer::resolve(&mut batch, transfer)?,
    }
    Ok(batch.events)
}

/// The events decided so far and the books as they stand after them.
pub(crate) struct Batch {
    pub(crate) books: Books,
    pub(crate) actor: Actor,
    events: Vec<Event>,
    now: UtcMicros,
}

impl Batch {
    /// Refuses an actor of another office.
    pub(crate) fn require(&self, allowed: &[Role], action: &'static str) -> Result<(), Rejection> {
        if allowed.contains(&self.actor.role) {
            return Ok(());
        }
        Err(Rejection::RoleForbidden {
            role: self.actor.role,
            action,
        })
    }

    /// Adds an event.
    pub(crate) fn push(&mut self, body: Body) -> Result<(), Rejection> {
        let event = Event {
            seq: self.books.records() + 1,
            recorded_at: self.now,
            actor: self.actor.clone(),
            body,
        };
        self.books.apply(&event)?;
        self.events.push(event);
        Ok(())
    }

    /// The period that takes postings of the day.
    pub(crate) fn open_period_of(&self, day: NaiveDate) -> Result<Period, Rejection> {
        let period = Period::containing(day);
        match self.books.period(period) {
            Some(PeriodState::Open) => Ok(period),
            Some(PeriodState::Closed) => Err(Rejection::PeriodClosed { period }),
            None => Err(Rejection::PeriodNotOpen { period }),
        }
    }

    /// Posts a transaction. One that was posted under its key before is not posted again.
    pub(crate) fn post(&mut self, draft: Draft) -> Result<(), Rejection> {
        let transaction = Transaction::new(draft)?;
        if let Some(earlier) = self.books.fingerprint(&transaction.idempotency_key) {
            if earlier == transaction.fingerprint() {
                return Ok(());
            }
            return Err(Rejection::KeyConflict {
                key: transaction.idempotency_key.clone(),
            });
        }
        self.open_period_of(transaction.effective_on)?;
        let marks = self.books.marks(&transaction)?;
        self.push(Body::Posted(Posted {
            transaction: Arc::new(transaction),
            marks,
        }))
    }
}

/// A text that must not be empty.
pub(crate) fn require_text(text: &str, what: &'static str) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::Missing { what });
    }
    Ok(())
}

fn open_period(batch: &mut Batch, period: Period) -> Result<(), Rejection> {
    batch.require(&[Role::System, Role::Finance], "开账")?;
    match batch.books.period(period) {
        None => batch.push(Body::PeriodOpened { period }),
        Some(PeriodState::Open) => Ok(()),
        Some(PeriodState::Closed) => Err(Rejection::PeriodClosed { period }),
    }
}

fn close_period(batch: &mut Batch, period: Period) -> Result<(), Rejection> {
    batch.require(&[Role::System, Role::Finance], "结账")?;
    match batch.books.period(period) {
        None => return Err(Rejection::PeriodNotOpen { period }),
        Some(PeriodState::Closed) => return Ok(()),
        Some(PeriodState::Open) => {}
    }
    if let Some((run, live)) = batch.books.live_run(period)
        && live.stage.is_pending()
    {
        return Err(Rejection::RunPending {
            period,
            run: run.clone(),
        });
    }
    let accounts = batch.books.accounts().count();
    batch.push(Body::PeriodClosed {
        period,
        balances_root: batch.books.balances_root(),
        accounts: u64::try_from(accounts).map_err(|_| Rejection::OutOfRange)?,
    })
}

fn appropriate(batch: &mut Batch, grant: &Grant) -> Result<(), Rejection> {
    if grant.amount_fen <= Fen::ZERO {
        return Err(Rejection::NotPositive);
    }
    grant_line(batch, Kind::Appropriate, grant)
}

fn amend(batch: &mut Batch, grant: &Grant) -> Result<(), Rejection> {
    if grant.amount_fen == Fen::ZERO {
        return Err(Rejection::NotPositive);
    }
    grant_line(batch, Kind::Amend, grant)
}

/// Raises or cuts a line. A cut below what is reserved or owed is stopped by the guard of
/// `Available`; a document counts once for a line.
fn grant_line(batch: &mut Batch, kind: Kind, grant: &Grant) -> Result<(), Rejection> {
    batch.require(&[Role::System, Role::Finance], kind.title())?;
    require_text(&grant.document, "指标文号 document")?;
    let period = Period::containing(grant.effective_on);
    let line = &grant.line;
    batch.post(Draft {
        kind,
        period,
        effective_on: grant.effective_on,
        for_period: period,
        idempotency_key: format!("{}/{}/{line}", kind.code(), grant.document.trim()),
        run: None,
        department: None,
        component: None,
        accrual: None,
        reverses: None,
        document: grant.document.trim().to_owned(),
        memo: String::new(),
        legs: move_legs(
            Account::Available(line.clone()),
            Account::Authority(line.clone()),
            grant.amount_fen,
        )
        .into(),
    })
}

#[cfg(test)]
mod tests;
