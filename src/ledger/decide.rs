//! The decision: books and a command in, events or a rejection out.

mod appeal;
mod charter;
mod claim;
pub(crate) mod order;
mod payment;
mod run;
mod withdrawal;

use std::sync::Arc;

use chrono::NaiveDate;
use domain::{Fen, Period};

use crate::account::Account;
use crate::books::{Books, PeriodState, Told};
use crate::command::{Action, Actor, Command, Grant, Role};
use crate::digest::Digest;
use crate::event::{Body, Event, Posted};
use crate::instant::UtcMicros;
use crate::kind::Kind;
use crate::order::PaymentOutcome;
use crate::rejection::Rejection;
use crate::transaction::{Draft, Transaction, move_legs};
use crate::words::Words;

/// What follows from the command: events to append, in order. None at all when the books say the
/// same already, so that a command can be repeated safely. `now` is the caller's clock; a record
/// is never dated before the one in front of it, even when that clock went back.
pub fn decide(books: &Books, command: &Command, now: UtcMicros) -> Result<Vec<Event>, Rejection> {
    Ok(decide_all(books, std::slice::from_ref(command), now)?.events)
}

/// What commands led to.
#[derive(Clone, Debug)]
pub struct Decided {
    /// Events to append, in order.
    pub events: Vec<Event>,
    /// The books as they stand after them.
    pub books: Books,
}

/// What follows from commands, one after another: all of them, or the rejection of the first that
/// is refused.
pub fn decide_all(
    books: &Books,
    commands: &[Command],
    now: UtcMicros,
) -> Result<Decided, Rejection> {
    let mut batch = Batch {
        books: books.clone(),
        events: Vec::new(),
        actor: Actor::new(String::new(), Role::System),
        now: now.max(books.recorded_at()),
    };
    for command in commands {
        if command.actor.id.trim().is_empty() {
            return Err(Rejection::Missing {
                what: "经办人 actor",
            });
        }
        batch.actor.clone_from(&command.actor);
        carry_out(&mut batch, &command.action)?;
    }
    Ok(Decided {
        events: batch.events,
        books: batch.books,
    })
}

fn carry_out(batch: &mut Batch, action: &Action) -> Result<(), Rejection> {
    match action {
        Action::Found { hash, blinding } => charter::found(batch, *hash, *blinding),
        Action::CertifyKey { root, certificate } => charter::certify(batch, root, certificate),
        Action::OpenPeriod { period } => open_period(batch, *period),
        Action::ClosePeriod { period } => close_period(batch, *period),
        Action::Appropriate(grant) => appropriate(batch, grant),
        Action::Amend(grant) => amend(batch, grant),
        Action::CalculateRun {
            awards,
            effective_on,
        } => run::calculate(batch, awards, *effective_on),
        Action::SubmitRun { run, digest } => run::submit(batch, run, *digest),
        Action::ApproveRun {
            run,
            digest,
            control,
            effective_on,
        } => run::approve(batch, run, *digest, *control, *effective_on),
        Action::RejectRun {
            run,
            reason,
            effective_on,
        } => withdrawal::reject(batch, run, reason, *effective_on),
        Action::VoidRun {
            run,
            reason,
            effective_on,
        } => withdrawal::void(batch, run, reason, *effective_on),
        Action::ProposeOrder {
            order,
            effective_on,
        } => order::propose(batch, order, *effective_on),
        Action::ApproveOrder {
            order,
            digest,
            control,
            effective_on,
        } => order::approve(batch, order, *digest, *control, *effective_on),
        Action::RefuseOrder {
            order,
            digest,
            reason,
        } => order::refuse(batch, order, *digest, reason),
        Action::ConfirmPayment(receipt) => {
            payment::settle(batch, receipt, PaymentOutcome::Confirmed)
        }
        Action::FailPayment(receipt) => payment::settle(batch, receipt, PaymentOutcome::Failed),
        Action::Recover(recovery) => payment::recover(batch, recovery),
        Action::DeclareClaim { claim, declaration } => claim::declare(batch, claim, declaration),
        Action::DecideClaim {
            claim,
            accepted_fen,
            reason,
        } => claim::decide(batch, claim, *accepted_fen, reason),
        Action::OpenAppeal {
            appeal,
            contest,
            effective_on,
        } => appeal::open(batch, appeal, contest, *effective_on),
        Action::AdvanceAppeal {
            appeal,
            step,
            office,
            due_on,
        } => appeal::advance(batch, appeal, *step, office, *due_on),
        Action::EndAppeal {
            appeal,
            ruling,
            effective_on,
        } => appeal::end(batch, appeal, ruling, *effective_on),
        Action::EraseWords {
            commitment,
            document,
        } => erase(batch, *commitment, document),
    }
}

/// The events decided so far and the books as they stand after them.
pub(crate) struct Batch {
    pub(crate) books: Books,
    pub(crate) actor: Actor,
    events: Vec<Event>,
    now: UtcMicros,
}

impl Batch {
    /// A copy to try things on.
    pub(crate) fn trial(&self) -> Self {
        Self {
            books: self.books.clone(),
            actor: self.actor.clone(),
            events: Vec::new(),
            now: self.now,
        }
    }

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
        let seq = self.books.records() + 1;
        let event = Event {
            blind: self.books.charter().record_blind(seq),
            seq,
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
            if earlier == transaction.fingerprint(self.books.hash()) {
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

/// Words that must not be empty; a text that was erased since is none the less there.
pub(crate) fn require_words(words: &Words, what: &'static str) -> Result<(), Rejection> {
    if words.is_blank() {
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
        memo: Words::default(),
        basis: None,
        legs: move_legs(
            Account::Available(line.clone()),
            Account::Authority(line.clone()),
            grant.amount_fen,
        )
        .into(),
    })
}

/// Erases a text. One that was erased before stays erased by its first decision.
fn erase(batch: &mut Batch, commitment: Digest, document: &str) -> Result<(), Rejection> {
    batch.require(&[Role::Assessor, Role::Finance], "删除文字")?;
    require_text(document, "决定文号 decision document")?;
    match batch.books.told(&commitment) {
        None => Err(Rejection::WordsUnknown { commitment }),
        Some(Told::Erased) => Ok(()),
        Some(Told::Standing) => batch.push(Body::Erased {
            commitment,
            document: document.trim().to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
