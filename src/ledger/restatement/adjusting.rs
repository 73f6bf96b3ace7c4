//! The lines that adjust a month: what is taken off, what there is money to add, what is unfunded.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use domain::{DepartmentId, Fen, Period};

use super::standing::{Booked, Claimed};
use super::{Due, Restated, RestatedUnfunded, change, of_year, unfunded_of};
use crate::account::{Account, Line};
use crate::accrual::Accrual;
use crate::apportion::apportion;
use crate::award::Award;
use crate::books::Books;
use crate::kind::Component;
use crate::order::OrderLine;
use crate::rejection::Rejection;

/// An adjustment under construction.
pub(super) struct Adjusting<'a> {
    books: &'a Books,
    period: Period,
    effective_on: NaiveDate,
    cites: BTreeMap<Claimed, String>,
    /// What lowerings make available again.
    released: BTreeMap<Line, i64>,
    pub(super) lines: Vec<OrderLine>,
}

/// The articles by department and component; a correction that takes all away cites the run's.
fn cites(awards: &[Award]) -> BTreeMap<Claimed, String> {
    let keyed = awards.iter().map(|award| {
        let key = (award.department.clone(), award.component);
        (key, award.cite.clone())
    });
    keyed.collect()
}

impl<'a> Adjusting<'a> {
    pub(super) fn new(
        books: &'a Books,
        period: Period,
        effective_on: NaiveDate,
        awards: &[Award],
    ) -> Self {
        Self {
            books,
            period,
            effective_on,
            cites: cites(awards),
            released: BTreeMap::new(),
            lines: Vec::new(),
        }
    }

    /// Takes off the accruals, the newest first.
    pub(super) fn lower(&mut self, entry: &mut Restated) {
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
    pub(super) fn raise(&mut self, paid: &mut [Restated]) -> Result<(), Rejection> {
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

    /// What is unfunded now, with what raises fell short of. What an appeal showed as unfunded is
    /// taken off when a raise funds it.
    pub(super) fn unfunded(
        &mut self,
        due: Due<'_>,
        booked: &Booked,
        paid: &[Restated],
    ) -> Vec<RestatedUnfunded> {
        let (mut by_facts, mut as_ruled) = (unfunded_of(due.awards), unfunded_of(due.as_ruled));
        let mut funded: BTreeMap<Claimed, i64> = BTreeMap::new();
        for entry in paid {
            let key = (entry.department.clone(), entry.component);
            if let Some(ruled) = as_ruled.get_mut(&key) {
                *ruled += entry.short_fen.get();
            }
            *by_facts.entry(key.clone()).or_default() += entry.short_fen.get();
            *funded.entry(key).or_default() += entry.change_fen.get().max(0);
        }
        let keys: BTreeSet<&Claimed> = by_facts
            .keys()
            .chain(as_ruled.keys())
            .chain(booked.unfunded.keys())
            .collect();
        let mut found = Vec::new();
        // What can be taken off each department's memo.
        let mut shown: BTreeMap<DepartmentId, i64> = BTreeMap::new();
        for key in keys {
            let standing = booked.unfunded.get(key).cloned().unwrap_or_default();
            let by_facts = by_facts.get(key).copied().unwrap_or_default();
            let ruled = as_ruled.get(key).copied();
            let due = ruled.map_or(by_facts, |ruled| ruled.max(by_facts));
            let spare = (standing.given() - (due - standing.own).max(0)).max(0);
            let funded = funded.get(key).copied().unwrap_or_default().min(spare);
            let (department, component) = key.clone();
            let left = shown.entry(department.clone()).or_insert_with(|| {
                let account = Account::Unfunded(department.clone());
                self.books.balance(&account).balance_fen.get()
            });
            let change = (change(by_facts, ruled, &standing) - funded).max(-*left);
            *left += change.min(0);
            if standing.is_nothing() && [due, change] == [0, 0] {
                continue;
            }
            self.show(&department, component, Fen::new(change));
            found.push(RestatedUnfunded {
                department,
                component,
                booked_fen: Fen::new(standing.own),
                decisions: standing.decisions(),
                due_fen: Fen::new(due),
                change_fen: Fen::new(change),
            });
        }
        found
    }

    pub(super) fn show(
        &mut self,
        department: &DepartmentId,
        component: Component,
        change_fen: Fen,
    ) {
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
