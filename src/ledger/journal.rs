//! Plain-text accounting: the books, or a part of them, in the format of a program that nobody here
//! wrote, so that it can add everything up again.
//!
//! [`Journal`] takes events one after another and gives text, so that books of any length are
//! written as they are read. What is kept is one balance an account.

mod beancount;
mod hledger;
mod scope;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{DepartmentId, Fen, Period};

use crate::account::{Account, Group};
use crate::event::{Body, Event, Posted};
use crate::transaction::{Basis, Transaction};
use crate::words::Words;

pub use scope::Scope;

/// Whose format a journal is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// hledger: a balance assertion behind every posting, and one for every account at the end of
    /// every month.
    Hledger,
    /// beancount: one assertion for every account at the end of every month, exact to the fen.
    Beancount,
}

/// Who a posting is booked on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    /// An account that is shown.
    Account(Account),
    /// What stands against it on accounts that are not.
    Counterpart(Group),
    /// What stands against balances brought forward.
    Opening(Group),
}

impl Name {
    fn group(&self) -> Group {
        match self {
            Self::Account(account) => account.group(),
            Self::Counterpart(group) | Self::Opening(group) => *group,
        }
    }

    /// The name without a dialect's ways: as the account's code.
    fn code(&self) -> String {
        match self {
            Self::Account(account) => account.code(),
            Self::Counterpart(group) => format!("{}:Counterpart", group.letter()),
            Self::Opening(group) => format!("{}:Opening", group.letter()),
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Account(account) => account.title(),
            Self::Counterpart(_) => "对方账户",
            Self::Opening(_) => "期初",
        }
    }

    /// What kind of account it is in the books of a company.
    fn class(&self) -> Class {
        match self {
            Self::Counterpart(_) | Self::Opening(_) => Class::Equity,
            Self::Account(account) if account.group() != Group::Proprietary => Class::Equity,
            Self::Account(account) => match account {
                Account::Payable(_)
                | Account::Withheld(_)
                | Account::Disputed(_)
                | Account::InTransit(_) => Class::Liability,
                Account::PenaltyIncome => Class::Income,
                Account::Expense(_) | Account::PriorPeriod(_) | Account::WriteOff => Class::Expense,
                _ => Class::Asset,
            },
        }
    }
}

/// The five kinds of account that plain-text accounting knows. Budget and memo accounts, which only
/// stand against one another, are equity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Asset,
    Liability,
    Equity,
    Income,
    Expense,
}

/// One entry of a journal.
struct Entry<'a> {
    on: NaiveDate,
    /// Record number; none of what is brought forward.
    seq: Option<u64>,
    title: &'a str,
    document: &'a str,
    /// What else the record says: name and value.
    tags: Vec<(&'static str, String)>,
    postings: Vec<Line>,
}

/// One posting of an entry.
struct Line {
    name: Name,
    amount_fen: Fen,
    /// Of the account after it, in the order of the journal.
    balance_fen: Fen,
}

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    dialect: Dialect,
    scope: Scope,
    balances: BTreeMap<Name, Fen>,
    /// The month of the last entry.
    month: Option<Period>,
}

impl Journal {
    /// An empty one.
    pub const fn new(dialect: Dialect, scope: Scope) -> Self {
        Self {
            dialect,
            scope,
            balances: BTreeMap::new(),
            month: None,
        }
    }

    /// What stands above the first entry.
    pub fn head(&self) -> String {
        let about = format!("衡享补偿台账 Hengxiang ledger · {}", self.scope);
        match self.dialect {
            Dialect::Hledger => hledger::head(&about),
            Dialect::Beancount => beancount::head(&about),
        }
    }

    /// The text of the next event. Events come in the order of business dates, then of records:
    /// that is the order in which assertions are checked. What is not a transaction, or outside the
    /// scope, has no text; what lies before the first month is brought forward.
    pub fn take(&mut self, event: &Event) -> String {
        let Body::Posted(posted) = &event.body else {
            return String::new();
        };
        let month = posted.transaction.period;
        let moved = self.moved(posted);
        if moved.is_empty() || !self.scope.reaches(month) {
            return String::new();
        }
        if self.scope.is_before(month) {
            self.book(moved);
            return String::new();
        }
        let mut text = self.turn_to(month);
        let transaction = &posted.transaction;
        let known = self.balances.len();
        let declared = self.undeclared(&moved);
        let postings = self.book(moved);
        debug_assert_eq!(self.balances.len(), known + declared.len());
        for name in &declared {
            text.push_str(&self.declaration(name, transaction.effective_on));
        }
        text.push_str(&self.text_of(&Entry {
            on: transaction.effective_on,
            seq: Some(event.seq),
            title: transaction.kind.title(),
            document: &transaction.document,
            tags: tags(event, transaction, &self.scope),
            postings,
        }));
        text
    }

    /// What stands below the last entry: the balances of the last month.
    pub fn finish(&mut self) -> String {
        let mut text = String::new();
        if self.month.is_none() {
            // Nothing moved in the range, but what was brought forward stands.
            let first = self.scope.from.filter(|_| !self.balances.is_empty());
            text = first.map_or_else(String::new, |first| self.turn_to(first));
        }
        text + &self
            .month
            .map_or_else(String::new, |month| self.month_end(month))
    }

    /// Ends the months up to the one at hand; before the first of them, brings balances forward.
    fn turn_to(&mut self, month: Period) -> String {
        let mut text = String::new();
        let mut current = match (self.month, self.scope.from) {
            (Some(current), _) => current,
            (None, Some(first)) => {
                text = self.brought_forward(first);
                first
            }
            (None, None) => month,
        };
        while current < month {
            text.push_str(&self.month_end(current));
            current = current.next();
        }
        self.month = Some(current);
        text
    }

    /// The entry that opens the books of a range with what was before it.
    fn brought_forward(&mut self, first: Period) -> String {
        let mut sums: BTreeMap<Group, Vec<Fen>> = BTreeMap::new();
        let mut postings = Vec::new();
        for (name, balance) in &self.balances {
            sums.entry(name.group()).or_default().push(*balance);
            if *balance != Fen::ZERO {
                postings.push(Line {
                    name: name.clone(),
                    amount_fen: *balance,
                    balance_fen: *balance,
                });
            }
        }
        for (group, balances) in sums {
            let against = balances.iter().sum::<Fen>().negated();
            if against != Fen::ZERO {
                self.balances.insert(Name::Opening(group), against);
                postings.push(Line {
                    name: Name::Opening(group),
                    amount_fen: against,
                    balance_fen: against,
                });
            }
        }
        let mut text = String::new();
        for name in self.balances.keys() {
            text.push_str(&self.declaration(name, first.first_day()));
        }
        if !postings.is_empty() {
            text.push_str(&self.text_of(&Entry {
                on: first.first_day(),
                seq: None,
                title: "期初结转",
                document: "balances brought forward",
                tags: Vec::new(),
                postings,
            }));
        }
        text
    }

    /// The legs as the scope shows them: those of its accounts, and what stands against them as one
    /// amount a group, so that nothing of others shows. Nothing where none is shown.
    fn moved(&self, posted: &Posted) -> Vec<(Name, Fen)> {
        let mut shown = Vec::new();
        let mut hidden: BTreeMap<Group, Vec<Fen>> = BTreeMap::new();
        for leg in &posted.transaction.legs {
            let sums = hidden.entry(leg.account.group()).or_default();
            if self.scope.shows(&leg.account) {
                shown.push((Name::Account(leg.account.clone()), leg.amount_fen));
                sums.push(leg.amount_fen.negated());
            }
        }
        let against = hidden.into_iter().map(|(group, amounts)| {
            let sum: Fen = amounts.iter().sum();
            (Name::Counterpart(group), sum)
        });
        shown.extend(against.filter(|(_, sum)| *sum != Fen::ZERO));
        shown
    }

    fn undeclared(&self, moved: &[(Name, Fen)]) -> Vec<Name> {
        let names = moved.iter().map(|(name, _)| name);
        let new = names.filter(|name| !self.balances.contains_key(name));
        new.cloned().collect()
    }

    fn book(&mut self, moved: Vec<(Name, Fen)>) -> Vec<Line> {
        let lines = moved.into_iter().map(|(name, amount_fen)| {
            let balance = self.balances.entry(name.clone()).or_default();
            *balance = [*balance, amount_fen].iter().sum();
            Line {
                name,
                amount_fen,
                balance_fen: *balance,
            }
        });
        lines.collect()
    }

    fn declaration(&self, name: &Name, on: NaiveDate) -> String {
        match self.dialect {
            Dialect::Hledger => hledger::declaration(name),
            Dialect::Beancount => beancount::declaration(name, on),
        }
    }

    fn text_of(&self, entry: &Entry<'_>) -> String {
        match self.dialect {
            Dialect::Hledger => hledger::entry(entry),
            Dialect::Beancount => beancount::entry(entry),
        }
    }

    fn month_end(&self, month: Period) -> String {
        match self.dialect {
            Dialect::Hledger => hledger::month_end(month, &self.balances),
            Dialect::Beancount => beancount::month_end(month, &self.balances),
        }
    }
}

/// The whole book in hledger's format.
pub fn journal<'a>(events: impl IntoIterator<Item = &'a Event>) -> String {
    write_all(Scope::default(), events)
}

/// The accounts of one department in hledger's format; what stands against them is one account of
/// the authority, so that nothing of others shows.
pub fn department_journal<'a>(
    department: &DepartmentId,
    events: impl IntoIterator<Item = &'a Event>,
) -> String {
    let scope = Scope {
        department: Some(department.clone()),
        ..Scope::default()
    };
    write_all(scope, events)
}

fn write_all<'a>(scope: Scope, events: impl IntoIterator<Item = &'a Event>) -> String {
    let dated = |event: &'a Event| match &event.body {
        Body::Posted(posted) => Some((posted.transaction.effective_on, event.seq, event)),
        _ => None,
    };
    let mut posted: Vec<_> = events.into_iter().filter_map(dated).collect();
    posted.sort_by_key(|(on, seq, _)| (*on, *seq));
    let mut journal = Journal::new(Dialect::Hledger, scope);
    let mut text = journal.head();
    for (_, _, event) in posted {
        text.push_str(&journal.take(event));
    }
    text + &journal.finish()
}

/// What a record says beside its date, document and legs. Another department than that of the scope
/// is not named.
fn tags(event: &Event, transaction: &Transaction, scope: &Scope) -> Vec<(&'static str, String)> {
    let mut tags = vec![
        ("kind", transaction.kind.code().to_owned()),
        ("for_period", transaction.for_period.to_string()),
        ("recorded_at", event.recorded_at.to_string()),
        ("actor", event.actor.id.clone()),
        ("key", transaction.idempotency_key.clone()),
    ];
    let mut tag = |name, value: Option<String>| {
        tags.extend(value.map(|value| (name, value)));
    };
    let run = transaction.run.as_ref();
    let named = transaction.department.as_ref();
    let named = named.filter(|named| scope.department.as_ref().is_none_or(|own| own == *named));
    tag("department", named.map(ToString::to_string));
    tag(
        "component",
        transaction.component.map(|own| own.code().to_owned()),
    );
    tag("run", run.map(|run| run.run.to_string()));
    tag("run_attempt", run.map(|run| run.attempt.to_string()));
    tag("accrual", transaction.accrual.map(|seq| seq.to_string()));
    tag("reverses", transaction.reverses.map(|seq| seq.to_string()));
    match &transaction.basis {
        Some(Basis::Order { order, line, rule }) => {
            tag("order", Some(order.to_string()));
            tag("order_line", Some(line.to_string()));
            tag("rule", Some(rule.clone()).filter(|rule| !rule.is_empty()));
        }
        Some(Basis::Appeal { appeal }) => tag("appeal", Some(appeal.to_string())),
        None => {}
    }
    let memo = Some(&transaction.memo).filter(|memo| !memo.is_blank());
    tag("memo", memo.map(Words::to_string));
    tags
}

/// The text on one line.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}
