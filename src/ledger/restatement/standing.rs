//! What stands in the books for a month: by the run and its restatements, and by other decisions.

use std::collections::BTreeMap;

use domain::{AppealId, DepartmentId, Fen, OrderId, Period};

use super::{is_of, of_year};
use crate::account::{Account, Line};
use crate::books::Books;
use crate::kind::{Component, Kind};
use crate::run_state::Stage;
use crate::transaction::{Basis, Transaction};

/// What is paid: to whom, by which line of the year of the month, for what.
pub(super) type Paid = (DepartmentId, Line, Component);
/// What is unfunded: whose, for what.
pub(super) type Claimed = (DepartmentId, Component);

/// What the numbers of orders begin with that ask back, of earlier awards, what a month deducted.
const COLLECTING: &str = "clawback-";

/// The same with the month that deducted.
pub fn collecting_prefix(period: Period) -> String {
    format!("{COLLECTING}{period}-")
}

/// The decision that changed what a month was booked with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// An order: an appeal's adjustment, a forfeit, a deduction, a claw-back.
    Order(OrderId),
    /// The end of an appeal, which cut what it contested.
    Appeal(AppealId),
}

/// What a decision made of an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Which.
    pub cause: Cause,
    /// What it added (took off, below zero), fen.
    pub amount_fen: Fen,
}

/// An amount by where it comes from, fen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// By the run and by restatements.
    pub(super) own: i64,
    decided: BTreeMap<Cause, i64>,
}

impl Standing {
    /// What decisions added.
    pub(super) fn given(&self) -> i64 {
        self.decided.values().filter(|fen| **fen > 0).sum()
    }

    /// What decisions took off, above zero.
    pub(super) fn taken(&self) -> i64 {
        -self.decided.values().filter(|fen| **fen < 0).sum::<i64>()
    }

    pub(super) fn decisions(&self) -> Vec<Decision> {
        let made = self.decided.iter().filter(|(_, fen)| **fen != 0);
        let made = made.map(|(cause, fen)| Decision {
            cause: cause.clone(),
            amount_fen: Fen::new(*fen),
        });
        made.collect()
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.own == 0 && self.decided.values().all(|fen| *fen == 0)
    }

    fn add(&mut self, cause: Option<Cause>, fen: i64) {
        match cause {
            None => self.own += fen,
            Some(cause) => *self.decided.entry(cause).or_default() += fen,
        }
    }
}

/// What stands in the books for a month.
#[derive(Default)]
pub(super) struct Booked {
    pub(super) paid: BTreeMap<Paid, Standing>,
    pub(super) unfunded: BTreeMap<Claimed, Standing>,
}

impl Booked {
    pub(super) fn of(books: &Books, period: Period) -> Self {
        let mut booked = Self::default();
        for (seq, transaction) in books.transactions() {
            if transaction.for_period != period || books.is_reversed(seq) {
                continue;
            }
            let cause = cause_of(transaction, period);
            let paid = match transaction.kind {
                Kind::Accrue | Kind::Adjust => true,
                // What a decision takes off an accrual. A fine is income of its own.
                Kind::Forfeit | Kind::Deduct | Kind::Clawback | Kind::Resolve => {
                    transaction.amount_on(&Account::PenaltyIncome) == Fen::ZERO
                        && !is_of_another_month(transaction, period)
                }
                _ => false,
            };
            if paid {
                booked.add_paid(books, (seq, transaction), cause.clone());
            }
            let reserved = transaction.kind == Kind::Reserve && stands(books, transaction);
            if reserved || transaction.kind == Kind::Adjust {
                booked.add_unfunded(transaction, cause);
            }
        }
        booked
    }

    fn add_paid(
        &mut self,
        books: &Books,
        (seq, transaction): (u64, &Transaction),
        cause: Option<Cause>,
    ) {
        let about = transaction.accrual.unwrap_or(seq);
        let Some(accrual) = books.accrual(about) else {
            return;
        };
        let gained: i64 = gained_fen(transaction, &accrual.department);
        let line = of_year(&accrual.line, transaction.for_period.year());
        let owner = books.first_owner(accrual).clone();
        let key = (owner, line, accrual.component);
        self.paid.entry(key).or_default().add(cause, gained);
    }

    /// What a transaction shows as unfunded, or takes off it.
    fn add_unfunded(&mut self, transaction: &Transaction, cause: Option<Cause>) {
        let (Some(department), Some(component)) = (&transaction.department, transaction.component)
        else {
            return;
        };
        let fen = transaction.amount_on(&Account::Unfunded(department.clone()));
        if fen != Fen::ZERO {
            let key = (department.clone(), component);
            let standing = self.unfunded.entry(key).or_default();
            standing.add(cause, fen.get());
        }
    }
}

/// The decision behind a transaction; `None` for the month's run and its restatements.
fn cause_of(transaction: &Transaction, period: Period) -> Option<Cause> {
    match &transaction.basis {
        Some(Basis::Order { order, .. }) if !is_of(order, period) => {
            Some(Cause::Order(order.clone()))
        }
        Some(Basis::Appeal { appeal }) => Some(Cause::Appeal(appeal.clone())),
        _ => None,
    }
}

/// Whether it only collects, out of what the month awarded, what another month deducted.
fn is_of_another_month(transaction: &Transaction, period: Period) -> bool {
    let order = transaction.order_line().map(|(order, _)| order.as_str());
    order
        .is_some_and(|id| id.starts_with(COLLECTING) && !id.starts_with(&collecting_prefix(period)))
}

/// What a transaction made a department's claim on the payer grow by (shrink, below zero), fen: what
/// it is owed in any state, less what is asked back of it.
fn gained_fen(transaction: &Transaction, department: &DepartmentId) -> i64 {
    let accounts = [
        Account::Payable(department.clone()),
        Account::Withheld(department.clone()),
        Account::Disputed(department.clone()),
        Account::InTransit(department.clone()),
        Account::Clawback(department.clone()),
    ];
    let amounts = accounts.iter().map(|own| transaction.amount_on(own).get());
    -amounts.sum::<i64>()
}

/// Whether the calculation that reserved it was approved.
fn stands(books: &Books, transaction: &Transaction) -> bool {
    transaction.run.as_ref().is_some_and(|reference| {
        books
            .run(&reference.run)
            .is_some_and(|run| run.attempt == reference.attempt && run.stage == Stage::Approved)
    })
}
