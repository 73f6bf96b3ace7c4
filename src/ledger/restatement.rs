//! Restatement 重述: what a closed month is worth by the facts as they are known now, against what was
//! booked for it, as lines of an order in the open month. Nothing that was booked is touched.
//!
//! Booked are the accruals of the month's run and the restatements since. What another decision
//! added or took off, that of an appeal for instance, counts towards a change of the same direction
//! and is never undone. Lowered is what is owed or was paid; what is withheld, disputed, in transit
//! or was cut cannot be, and is told. Raised is what there is money for; the rest shows as unfunded.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use domain::{DepartmentId, Fen, OrderId, Period};

use crate::account::{Account, Line};
use crate::accrual::Accrual;
use crate::apportion::apportion;
use crate::award::Award;
use crate::books::Books;
use crate::kind::{Component, Kind};
use crate::order::{OrderLine, OrderStage, OrderState};
use crate::rejection::Rejection;
use crate::transaction::Transaction;

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
    /// Added (taken off, below zero) by other decisions since, fen.
    pub decided_fen: Fen,
    /// Due by the facts as known now, fen.
    pub due_fen: Fen,
    /// What the order raises (lowers, below zero), fen.
    pub change_fen: Fen,
    /// Of a raise, what there is no money for and shows as unfunded, fen.
    pub short_fen: Fen,
    /// Of a lowering, what cannot be lowered now: withheld, disputed, in transit or cut, fen.
    pub stuck_fen: Fen,
}

/// What one department is due for one component and not paid for want of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestatedUnfunded {
    /// The department.
    pub department: DepartmentId,
    /// What it is for.
    pub component: Component,
    /// Shown by the run, and by adjustments since, fen.
    pub booked_fen: Fen,
    /// Unfunded by the facts as known now, what restatements could not fund included, fen.
    pub due_fen: Fen,
    /// What the order adds (takes off, below zero), fen.
    pub change_fen: Fen,
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

fn is_of(id: &OrderId, period: Period) -> bool {
    id.as_str().starts_with(&prefix(period))
}

/// Restates a month that is closed: what was awarded in its budget year is paid by the line of the
/// year of posting.
pub fn restate(
    books: &Books,
    period: Period,
    awards: &[Award],
    effective_on: NaiveDate,
) -> Result<Restatement, Rejection> {
    books.require_closed(period)?;
    let mut restating = Restating {
        books,
        period,
        effective_on,
        cites: cites(awards),
        released: BTreeMap::new(),
        lines: Vec::new(),
    };
    let booked = restating.booked();
    let mut paid = entries(period, awards, &booked);
    for entry in paid.iter_mut().filter(|one| one.change_fen < Fen::ZERO) {
        restating.lower(entry);
    }
    restating.raise(&mut paid)?;
    let unfunded = restating.unfunded(awards, &booked, &paid);
    paid.retain(|one| [one.booked_fen, one.due_fen, one.decided_fen] != [Fen::ZERO; 3]);
    Ok(Restatement {
        paid,
        unfunded,
        lines: restating.lines,
    })
}

type Paid = (DepartmentId, Line, Component);
type Claimed = (DepartmentId, Component);

/// Fen by what they are for: of the run and of restatements, and of other decisions.
#[derive(Default)]
struct Booked {
    paid: BTreeMap<Paid, (i64, i64)>,
    unfunded: BTreeMap<Claimed, i64>,
}

struct Restating<'a> {
    books: &'a Books,
    period: Period,
    effective_on: NaiveDate,
    cites: BTreeMap<Claimed, String>,
    /// What lowerings make available again.
    released: BTreeMap<Line, i64>,
    lines: Vec<OrderLine>,
}

/// The articles by department and component; a correction that takes all away cites the run's.
fn cites(awards: &[Award]) -> BTreeMap<Claimed, String> {
    let keyed = awards.iter().map(|award| {
        let key = (award.department.clone(), award.component);
        (key, award.cite.clone())
    });
    keyed.collect()
}

/// The same line in the year of the month.
fn of_year(line: &Line, year: i32) -> Line {
    Line {
        budget_year: year,
        ..line.clone()
    }
}

/// What is to change of each department, line and component.
fn entries(period: Period, awards: &[Award], booked: &Booked) -> Vec<Restated> {
    let mut due: BTreeMap<Paid, i64> = BTreeMap::new();
    for award in awards {
        let line = of_year(&award.line, period.year());
        let key = (award.department.clone(), line, award.component);
        *due.entry(key).or_default() += award.amount_fen.get();
    }
    let keys: BTreeSet<&Paid> = due.keys().chain(booked.paid.keys()).collect();
    let entry = |key: &Paid| {
        let (booked, decided) = booked.paid.get(key).copied().unwrap_or_default();
        let due = due.get(key).copied().unwrap_or_default();
        let (department, line, component) = key.clone();
        Restated {
            department,
            line,
            component,
            booked_fen: Fen::new(booked),
            decided_fen: Fen::new(decided),
            due_fen: Fen::new(due),
            change_fen: Fen::new(beyond(due - booked, decided)),
            short_fen: Fen::ZERO,
            stuck_fen: Fen::ZERO,
        }
    };
    keys.into_iter().map(entry).collect()
}

/// What is left of a change when a decision made a part of it; one the other way is let stand.
fn beyond(change: i64, decided: i64) -> i64 {
    if change >= 0 {
        (change - decided.max(0)).max(0)
    } else {
        (change - decided.min(0)).min(0)
    }
}

impl Restating<'_> {
    /// What stands in the books for the month.
    fn booked(&self) -> Booked {
        let mut booked = Booked::default();
        for (seq, transaction) in self.books.transactions() {
            let ours = transaction.for_period == self.period && !self.books.is_reversed(seq);
            if ours && matches!(transaction.kind, Kind::Accrue | Kind::Adjust) {
                self.add_paid(seq, transaction, &mut booked);
            }
            let reserved = transaction.kind == Kind::Reserve && self.stands(transaction);
            if ours && (reserved || transaction.kind == Kind::Adjust) {
                add_unfunded(transaction, &mut booked);
            }
        }
        booked
    }

    /// Whether the calculation that reserved it was approved.
    fn stands(&self, transaction: &Transaction) -> bool {
        let run = transaction.run.as_ref();
        run.is_some_and(|reference| {
            let run = self.books.run(&reference.run);
            run.is_some_and(|run| {
                run.attempt == reference.attempt && run.stage == crate::run_state::Stage::Approved
            })
        })
    }

    fn add_paid(&self, seq: u64, transaction: &Transaction, booked: &mut Booked) {
        let about = transaction.accrual.unwrap_or(seq);
        let Some(accrual) = self.books.accrual(about) else {
            return;
        };
        let amount = match transaction.accrual {
            None => accrual.amount_fen.get(),
            Some(_) => -transaction.moved_fen().get(),
        };
        let line = of_year(&accrual.line, self.period.year());
        let owner = self.books.first_owner(accrual).clone();
        let key = (owner, line, accrual.component);
        let (own, decided) = booked.paid.entry(key).or_default();
        let by_other = transaction
            .order_line()
            .is_some_and(|(order, _)| !is_of(order, self.period));
        *(if by_other { decided } else { own }) += amount;
    }

    /// Takes off the accruals, the newest first.
    fn lower(&mut self, entry: &mut Restated) {
        let mut left = entry.change_fen.negated();
        let accruals: Vec<(u64, &Accrual)> = self
            .books
            .accruals()
            .filter(|(_, own)| {
                own.for_period == self.period
                    && *self.books.first_owner(own) == entry.department
                    && own.component == entry.component
                    && of_year(&own.line, self.period.year()) == entry.line
            })
            .collect();
        for (seq, accrual) in accruals.into_iter().rev() {
            let owed = accrual.payable_fen();
            let there: Fen = [&owed, &accrual.reclaimable_fen()].into_iter().sum();
            let amount_fen = left.min(there);
            if amount_fen <= Fen::ZERO {
                continue;
            }
            left = Fen::new(left.get() - amount_fen.get());
            let available = if accrual.line.budget_year == self.effective_on.year() {
                amount_fen
            } else {
                amount_fen.min(owed)
            };
            *self.released.entry(accrual.line.clone()).or_default() += available.get();
            self.lines.push(OrderLine::Lower {
                accrual: seq,
                amount_fen,
            });
        }
        entry.stuck_fen = left;
        entry.change_fen = Fen::new(entry.change_fen.get() + left.get());
    }

    /// Raises what there is money for, in proportion to what is wanted of each line.
    fn raise(&mut self, paid: &mut [Restated]) -> Result<(), Rejection> {
        let year = self.effective_on.year();
        let wanted = |one: &Restated| one.change_fen > Fen::ZERO;
        let lines: BTreeSet<Line> = paid
            .iter()
            .filter(|one| wanted(one))
            .map(|one| of_year(&one.line, year))
            .collect();
        for line in lines {
            let mut raises: Vec<&mut Restated> = paid
                .iter_mut()
                .filter(|one| wanted(one) && of_year(&one.line, year) == line)
                .collect();
            let available = self.books.balance(&Account::Available(line.clone()));
            let released = self.released.get(&line).copied().unwrap_or_default();
            let there = available.balance_fen.get() + released;
            let weights: Vec<i64> = raises.iter().map(|one| one.change_fen.get()).collect();
            let all = Fen::checked_sum(raises.iter().map(|one| one.change_fen));
            let pool = all.ok_or(Rejection::OutOfRange)?.min(Fen::new(there));
            for (entry, amount_fen) in raises.iter_mut().zip(apportion(pool, &weights)) {
                entry.short_fen = Fen::new(entry.change_fen.get() - amount_fen.get());
                entry.change_fen = amount_fen;
                if amount_fen > Fen::ZERO {
                    self.lines.push(OrderLine::Raise {
                        department: entry.department.clone(),
                        line: line.clone(),
                        component: entry.component,
                        for_period: self.period,
                        amount_fen,
                        cite: self.cite(&entry.department, entry.component),
                    });
                }
            }
        }
        Ok(())
    }

    fn cite(&self, department: &DepartmentId, component: Component) -> String {
        let own = self.cites.get(&(department.clone(), component));
        own.cloned().unwrap_or_else(|| "规则包补偿条款".to_owned())
    }

    /// What is unfunded now, with what raises fell short of.
    fn unfunded(
        &mut self,
        awards: &[Award],
        booked: &Booked,
        paid: &[Restated],
    ) -> Vec<RestatedUnfunded> {
        let mut due: BTreeMap<Claimed, i64> = BTreeMap::new();
        let mut add = |department: &DepartmentId, component, fen: Fen| {
            *due.entry((department.clone(), component)).or_default() += fen.get();
        };
        for award in awards {
            add(&award.department, award.component, award.unfunded_fen);
        }
        for entry in paid {
            add(&entry.department, entry.component, entry.short_fen);
        }
        let keys: BTreeSet<Claimed> = due.keys().chain(booked.unfunded.keys()).cloned().collect();
        let mut found = Vec::new();
        // What can be taken off each department's memo.
        let mut shown: BTreeMap<DepartmentId, i64> = BTreeMap::new();
        for key in keys {
            let booked = booked.unfunded.get(&key).copied().unwrap_or_default();
            let due = due.get(&key).copied().unwrap_or_default();
            let (department, component) = key;
            let left = shown.entry(department.clone()).or_insert_with(|| {
                let account = Account::Unfunded(department.clone());
                self.books.balance(&account).balance_fen.get()
            });
            let change = (due - booked).max(-*left);
            *left += change.min(0);
            if [booked, due] == [0, 0] {
                continue;
            }
            self.show(&department, component, Fen::new(change));
            found.push(RestatedUnfunded {
                department,
                component,
                booked_fen: Fen::new(booked),
                due_fen: Fen::new(due),
                change_fen: Fen::new(change),
            });
        }
        found
    }

    fn show(&mut self, department: &DepartmentId, component: Component, change_fen: Fen) {
        let cite = self.cite(department, component);
        let (department, for_period) = (department.clone(), self.period);
        if change_fen > Fen::ZERO {
            self.lines.push(OrderLine::RaiseUnfunded {
                department,
                component,
                for_period,
                amount_fen: change_fen,
                cite,
            });
        } else if change_fen < Fen::ZERO {
            self.lines.push(OrderLine::LowerUnfunded {
                department,
                component,
                for_period,
                amount_fen: change_fen.negated(),
                cite,
            });
        }
    }
}

/// What a transaction shows as unfunded, or takes off it.
fn add_unfunded(transaction: &Transaction, booked: &mut Booked) {
    let (Some(department), Some(component)) = (&transaction.department, transaction.component)
    else {
        return;
    };
    let fen = transaction.amount_on(&Account::Unfunded(department.clone()));
    if fen != Fen::ZERO {
        let key = (department.clone(), component);
        *booked.unfunded.entry(key).or_default() += fen.get();
    }
}

#[cfg(test)]
mod tests;
