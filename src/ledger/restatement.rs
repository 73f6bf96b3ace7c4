//! Restatement 重述: what a closed month is worth by the facts as they are known now, against what was
//! booked for it, as lines of an order in the open month. Nothing that was booked is touched.
//!
//! Booked are the accruals of the month's run and the restatements since. What other decisions added
//! (an appeal) or took off (an appeal that was lost, a forfeit, a deduction, a claw-back) is kept
//! apart, each under its cause: it counts towards a change of the same direction, so that nothing is
//! paid or taken twice, and is never undone. A department that won an appeal is due at least what the
//! month is worth by the facts as its appeals decided them. Lowered is what is owed or was paid; what
//! is withheld, disputed or in transit cannot be, and is told. Raised is what there is money for; the
//! rest shows as unfunded.

mod adjusting;
mod standing;
mod won;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::{DepartmentId, Fen, OrderId, Period};

use crate::account::Line;
use crate::award::Award;
use crate::books::Books;
use crate::kind::Component;
use crate::order::{OrderLine, OrderStage, OrderState};
use crate::rejection::Rejection;

use adjusting::Adjusting;
use standing::{Booked, Claimed, Paid, Standing};
pub use standing::{Cause, Decision, collecting_prefix};
pub use won::{Won, won};

/// What one department is paid by one line for one component, as booked and as due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// The department.
    pub department: DepartmentId,
    /// The line, of the year of the month.
    pub line: Line,
    /// What it is for.
    pub component: Component,
    /// Booked by the run and by restatements, fen.
    pub booked_fen: Fen,
    /// What other decisions added (took off, below zero) since, by cause.
    pub decisions: Vec<Decision>,
    /// Due by the facts as known now, fen.
    pub due_fen: Fen,
    /// What the order raises (lowers, below zero), fen.
    pub change_fen: Fen,
    /// Of a raise, what there is no money for and shows as unfunded, fen.
    pub short_fen: Fen,
    /// Of a lowering, what cannot be lowered now: withheld, disputed, in transit or cut, fen.
    pub stuck_fen: Fen,
}

impl Restated {
    /// What stands in the books now: booked, and what other decisions made of it, fen.
    pub fn standing_fen(&self) -> Fen {
        let decided = self.decisions.iter().map(|own| &own.amount_fen);
        [&self.booked_fen].into_iter().chain(decided).sum()
    }
}

/// What one department is due for one component and not paid for want of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestatedUnfunded {
    /// The department.
    pub department: DepartmentId,
    /// What it is for.
    pub component: Component,
    /// Shown by the run, and by restatements since, fen.
    pub booked_fen: Fen,
    /// What other decisions showed since, by cause.
    pub decisions: Vec<Decision>,
    /// Unfunded by the facts as known now, what restatements could not fund included, fen.
    pub due_fen: Fen,
    /// What the order adds (takes off, below zero), fen.
    pub change_fen: Fen,
}

impl RestatedUnfunded {
    /// What stands in the books now: booked, and what other decisions made of it, fen.
    pub fn standing_fen(&self) -> Fen {
        let decided = self.decisions.iter().map(|own| &own.amount_fen);
        [&self.booked_fen].into_iter().chain(decided).sum()
    }
}

/// What a month is worth by the facts as they are known now.
#[derive(Clone, Copy, Debug)]
pub struct Due<'a> {
    /// To everybody, by the facts alone.
    pub awards: &'a [Award],
    /// To the departments that won appeals against the month, by the facts as their appeals decided
    /// them.
    pub as_ruled: &'a [Award],
}

/// A month restated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restatement {
    /// What is paid, by department, line and component.
    pub paid: Vec<Restated>,
    /// What is unfunded, by department and component.
    pub unfunded: Vec<RestatedUnfunded>,
    /// The lines of the order, lowerings first; none when nothing is to be adjusted.
    pub lines: Vec<OrderLine>,
}

/// The number of the next restatement of a month.
pub fn next_id(books: &Books, period: Period) -> OrderId {
    let made = restatements(books, period).count();
    OrderId::new(format!("{}{}", prefix(period), made + 1))
}

/// The restatement of a month that waits for its approval.
pub fn pending(books: &Books, period: Period) -> Option<&OrderState> {
    restatements(books, period).find(|state| state.stage == OrderStage::Proposed)
}

/// The adjustment of a month, by a restatement or by another decision, that waits for its approval:
/// until it is decided nobody can tell what stands.
pub fn adjusting(books: &Books, period: Period) -> Option<&OrderState> {
    let about = |line: &OrderLine| match line {
        OrderLine::Raise { for_period, .. }
        | OrderLine::RaiseUnfunded { for_period, .. }
        | OrderLine::LowerUnfunded { for_period, .. } => *for_period == period,
        OrderLine::Lower { accrual, .. } => books
            .accrual(*accrual)
            .is_some_and(|own| own.for_period == period),
        _ => false,
    };
    let mut waiting = books
        .orders()
        .map(|(_, state)| state)
        .filter(|state| state.stage == OrderStage::Proposed);
    waiting.find(|state| state.order.lines.iter().any(about))
}

/// All restatements of a month.
pub fn restatements(books: &Books, period: Period) -> impl Iterator<Item = &OrderState> {
    let ours = move |id: &OrderId| is_of(id, period);
    books
        .orders()
        .filter(move |(id, _)| ours(id))
        .map(|(_, state)| state)
}

fn prefix(period: Period) -> String {
    format!("restate-{period}-")
}

/// Whether an order is, by its number, a restatement of the month.
pub fn is_of(id: &OrderId, period: Period) -> bool {
    id.as_str().starts_with(&prefix(period))
}

/// The last restatement of a month that was carried out.
pub fn carried_out(books: &Books, period: Period) -> Option<&OrderState> {
    restatements(books, period)
        .filter(|state| state.stage == OrderStage::Approved)
        .last()
}

/// Restates a month that is closed: what was awarded in its budget year is paid by the line of the
/// year of posting.
pub fn restate(
    books: &Books,
    period: Period,
    due: Due<'_>,
    effective_on: NaiveDate,
) -> Result<Restatement, Rejection> {
    books.require_closed(period)?;
    let booked = Booked::of(books, period);
    let mut adjusting = Adjusting::new(books, period, effective_on, due.awards);
    let mut paid = entries(period, due, &booked);
    for entry in paid.iter_mut().filter(|one| one.change_fen < Fen::ZERO) {
        adjusting.lower(entry);
    }
    adjusting.raise(&mut paid)?;
    let unfunded = adjusting.unfunded(due, &booked, &paid);
    paid.retain(|one| [one.standing_fen(), one.booked_fen, one.due_fen] != [Fen::ZERO; 3]);
    Ok(Restatement {
        paid,
        unfunded,
        lines: adjusting.lines,
    })
}

/// The same line in the year of the month.
fn of_year(line: &Line, year: i32) -> Line {
    Line {
        budget_year: year,
        ..line.clone()
    }
}

/// Amounts of awards by what is paid, and of what is unfunded.
fn paid_of(period: Period, awards: &[Award]) -> BTreeMap<Paid, i64> {
    let mut paid: BTreeMap<Paid, i64> = BTreeMap::new();
    for award in awards {
        let line = of_year(&award.line, period.year());
        let key = (award.department.clone(), line, award.component);
        *paid.entry(key).or_default() += award.amount_fen.get();
    }
    paid
}

fn unfunded_of(awards: &[Award]) -> BTreeMap<Claimed, i64> {
    let mut unfunded: BTreeMap<Claimed, i64> = BTreeMap::new();
    for award in awards {
        let key = (award.department.clone(), award.component);
        *unfunded.entry(key).or_default() += award.unfunded_fen.get();
    }
    unfunded
}

/// What is to change of each department, line and component.
fn entries(period: Period, due: Due<'_>, booked: &Booked) -> Vec<Restated> {
    let (by_facts, as_ruled) = (paid_of(period, due.awards), paid_of(period, due.as_ruled));
    let keys: BTreeSet<&Paid> = by_facts
        .keys()
        .chain(as_ruled.keys())
        .chain(booked.paid.keys())
        .collect();
    let entry = |key: &Paid| {
        let standing = booked.paid.get(key).cloned().unwrap_or_default();
        let due = by_facts.get(key).copied().unwrap_or_default();
        let ruled = as_ruled.get(key).copied();
        let change = change(due, ruled, &standing);
        entry_of(
            key,
            &standing,
            ruled.map_or(due, |ruled| ruled.max(due)),
            change,
        )
    };
    keys.into_iter().map(entry).collect()
}

fn entry_of(key: &Paid, standing: &Standing, due: i64, change: i64) -> Restated {
    let (department, line, component) = key.clone();
    Restated {
        department,
        line,
        component,
        booked_fen: Fen::new(standing.own),
        decisions: standing.decisions(),
        due_fen: Fen::new(due),
        change_fen: Fen::new(change),
        short_fen: Fen::ZERO,
        stuck_fen: Fen::ZERO,
    }
}

/// What is left of a change when decisions made a part of it; those the other way are let stand. What
/// is due as appeals decided is never fallen short of.
fn change(due: i64, ruled: Option<i64>, standing: &Standing) -> i64 {
    let (given, taken) = (standing.given(), standing.taken());
    let change = due - standing.own;
    let by_facts = if change >= 0 {
        (change - given).max(0)
    } else {
        (change + taken).min(0)
    };
    ruled.map_or(by_facts, |ruled| by_facts.max(ruled - standing.own - given))
}

#[cfg(test)]
mod tests;
