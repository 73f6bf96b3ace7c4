//! Pots: what each payer can spend on a month.

use std::collections::BTreeMap;

use assess::{Awards, Pot, PotLine, YearSoFar};
use chrono::NaiveDate;
use domain::facts::Appropriation;
use domain::{Fen, Period, RunId};
use ledger::command::{Action, Actor, Command, Role};
use ledger::{Account, Books, Event, Line, PeriodState};
use store::AnyConn;

use crate::App;
use crate::appropriations::is_of;
use crate::error::Error;
use crate::run::{Stage, load};

/// The ledger's name of an assessment's pot.
pub(crate) fn ledger_line(line: &PotLine) -> Line {
    Line {
        payer: line.payer.clone(),
        budget_year: line.budget_year,
        budget_line: line.budget_line.clone(),
        programme: line.programme.clone(),
    }
}

pub(crate) fn line_of(appropriation: &Appropriation) -> PotLine {
    PotLine {
        payer: appropriation.payer.clone(),
        budget_year: appropriation.budget_year,
        budget_line: appropriation.budget_line.clone(),
        programme: appropriation.programme.clone(),
    }
}

/// The pots of a month: what was appropriated by its end, less what the runs that stand of
/// *earlier* months of the budget year took, and what orders moved. Later months do not count, so
/// that the pots of a month, and with them its result, are the same whenever it is run.
pub(crate) fn pots_of(
    conn: &mut AnyConn,
    books: &Books,
    period: Period,
    appropriations: &[Appropriation],
) -> Result<Vec<Pot>, Error> {
    let mut authority = authority_of(appropriations)?;
    let moved = moved_by_orders(books, period, appropriations)?;
    for line in moved.keys() {
        authority.entry(line.clone()).or_default();
    }
    let mut taken: BTreeMap<PotLine, Fen> = BTreeMap::new();
    for (_, run) in standing_before(books, period) {
        for award in store::results::awards(conn, run, None)? {
            if award.budget_year != period.year() {
                continue;
            }
            let line = PotLine {
                payer: award.payer,
                budget_year: award.budget_year,
                budget_line: award.budget_line,
                programme: award.programme,
            };
            let sum = taken.entry(line).or_default();
            *sum = sum
                .checked_add(award.amount_fen)
                .ok_or(ledger::Rejection::OutOfRange)?;
        }
    }
    authority
        .into_iter()
        .map(|(line, granted_fen)| {
            let taken_fen = taken.get(&line).copied().unwrap_or_default();
            let moved = moved.get(&line).copied().unwrap_or_default();
            let authority_fen = granted_fen.checked_add(moved.authority_fen);
            let authority_fen = authority_fen.ok_or(ledger::Rejection::OutOfRange)?;
            let available_fen = granted_fen
                .checked_sub(taken_fen)
                .and_then(|left| left.checked_add(moved.available_fen))
                .ok_or(ledger::Rejection::OutOfRange)?;
            Ok(Pot {
                line,
                authority_fen,
                available_fen: available_fen.max(Fen::ZERO),
            })
        })
        .collect()
}

/// What was appropriated, by line.
fn authority_of(appropriations: &[Appropriation]) -> Result<BTreeMap<PotLine, Fen>, Error> {
    let mut authority: BTreeMap<PotLine, Fen> = BTreeMap::new();
    for appropriation in appropriations {
        let sum = authority.entry(line_of(appropriation)).or_default();
        *sum = sum
            .checked_add(appropriation.amount_fen)
            .ok_or(Error::Rejected(ledger::Rejection::OutOfRange))?;
    }
    Ok(authority)
}

/// The pots of a month as it found them, with what is known by now to have been appropriated for it.
pub(crate) fn pots_restated(
    found: &[Pot],
    then: &[Appropriation],
    now: &[Appropriation],
) -> Result<Vec<Pot>, Error> {
    let (then, now) = (authority_of(then)?, authority_of(now)?);
    let mut pots: BTreeMap<PotLine, Pot> = found
        .iter()
        .map(|pot| (pot.line.clone(), pot.clone()))
        .collect();
    for line in then.keys().chain(now.keys()) {
        let of = |known: &BTreeMap<PotLine, Fen>| known.get(line).copied().unwrap_or_default();
        let more = Fen::new(of(&now).get() - of(&then).get());
        let pot = pots.entry(line.clone()).or_insert_with(|| Pot {
            line: line.clone(),
            authority_fen: of(&then),
            available_fen: Fen::ZERO,
        });
        let add = |fen: Fen| fen.checked_add(more).ok_or(ledger::Rejection::OutOfRange);
        pot.authority_fen = add(pot.authority_fen)?;
        pot.available_fen = add(pot.available_fen)?.max(Fen::ZERO);
    }
    Ok(pots.into_values().collect())
}

/// What orders moved on a line.
#[derive(Clone, Copy, Default)]
struct Moved {
    authority_fen: Fen,
    available_fen: Fen,
}

/// What orders took from the lines of a month's budget year, and what they gave back by its end. Of
/// a month that is decided, what was ordered since does not count; nor does what is known as an
/// appropriation already.
fn moved_by_orders(
    books: &Books,
    period: Period,
    appropriations: &[Appropriation],
) -> Result<BTreeMap<PotLine, Moved>, Error> {
    let decided = books
        .live_run(period)
        .filter(|(_, run)| run.stage == ledger::Stage::Approved)
        .and_then(|(_, run)| run.reserves.first().copied());
    let mut moved: BTreeMap<PotLine, Moved> = BTreeMap::new();
    let ordered = books.transactions().filter(|(seq, transaction)| {
        transaction.order_line().is_some()
            && decided.is_none_or(|first| *seq < first)
            && !is_of(appropriations, transaction)
    });
    for (_, transaction) in ordered {
        let dated = transaction.effective_on <= period.last_day();
        for leg in &transaction.legs {
            let (line, authority_fen, available_fen) = match &leg.account {
                Account::Authority(line) if dated => (line, leg.amount_fen.negated(), Fen::ZERO),
                Account::Available(line) if dated || leg.amount_fen < Fen::ZERO => {
                    (line, Fen::ZERO, leg.amount_fen)
                }
                _ => continue,
            };
            if line.budget_year != period.year() {
                continue;
            }
            let sums = moved.entry(pot_line(line)).or_default();
            let add = |sum: Fen, fen| sum.checked_add(fen).ok_or(ledger::Rejection::OutOfRange);
            sums.authority_fen = add(sums.authority_fen, authority_fen)?;
            sums.available_fen = add(sums.available_fen, available_fen)?;
        }
    }
    Ok(moved)
}

/// The assessment's name of a ledger's line.
pub(crate) fn pot_line(line: &Line) -> PotLine {
    PotLine {
        payer: line.payer.clone(),
        budget_year: line.budget_year,
        budget_line: line.budget_line.clone(),
        programme: line.programme.clone(),
    }
}

/// What earlier months left to a month: those of its year, and the last one before whatever its
/// year, since that one lists every claim that is still due.
pub(crate) fn so_far(
    conn: &mut AnyConn,
    books: &Books,
    period: Period,
) -> Result<YearSoFar, Error> {
    let standing = standing_before(books, period);
    let last = standing.last().map(|(month, _)| *month);
    let mut earlier = Vec::new();
    for (month, run) in standing {
        if month.year() == period.year() || Some(month) == last {
            earlier.push(load::<Awards>(conn, run, Stage::Compensated)?);
        }
    }
    Ok(YearSoFar::before(period, &earlier))
}

/// The runs that stand of months before one, in the order of months: calculated, submitted or
/// approved, and neither sent back nor withdrawn.
fn standing_before(books: &Books, period: Period) -> Vec<(Period, &RunId)> {
    let stands = |stage: ledger::Stage| stage.is_pending() || stage == ledger::Stage::Approved;
    let runs = books.runs();
    let mut standing: Vec<(Period, &RunId)> = runs
        .filter(|(_, state)| state.period < period && stands(state.stage))
        .map(|(run, state)| (state.period, run))
        .collect();
    standing.sort();
    standing
}

impl App {
    /// The first month from the given one on that is not closed; opened if it is not.
    pub(crate) fn posting_period(&self, wanted: Period) -> Result<Period, Error> {
        let books = self.books()?;
        let period = first_open(&books, wanted);
        if books.period(period).is_none() {
            self.post(
                Actor::new("schedule", Role::System),
                vec![Action::OpenPeriod { period }],
            )?;
        }
        Ok(period)
    }

    /// The books as they stand.
    pub(crate) fn books(&self) -> Result<Books, Error> {
        self.store()
            .read(|conn| store::ledger::current_books(self.store(), conn).map_err(Error::from))
    }

    /// Has the ledger decide and record actions, all of them or none.
    pub(crate) fn post(&self, actor: Actor, actions: Vec<Action>) -> Result<(), Error> {
        self.post_with(&actor, actions, |_, _| Ok(()))
    }

    /// The same together with work in the same transaction, which is told what came of the actions;
    /// it may run more than once.
    pub(crate) fn post_with(
        &self,
        actor: &Actor,
        actions: Vec<Action>,
        work: impl FnMut(&mut AnyConn, &[Event]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let commands: Vec<Command> = actions
            .into_iter()
            .map(|action| Command::new(actor.clone(), action))
            .collect();
        let now = self.clock().now_micros();
        store::ledger::execute_with(self.store(), &commands, now, self.signer(), work)?;
        Ok(())
    }
}

/// The first month from the given one on that is not closed.
pub(crate) fn first_open(books: &Books, wanted: Period) -> Period {
    let mut period = wanted;
    while books.period(period) == Some(PeriodState::Closed) {
        period = period.next();
    }
    period
}

/// The day itself when the period contains it, else the period's first.
pub(crate) fn day_in(period: Period, day: NaiveDate) -> NaiveDate {
    if period.contains(day) {
        day
    } else {
        period.first_day()
    }
}
