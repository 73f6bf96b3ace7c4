//! Statements 对账单: the lines of one department over a range of periods.

mod bundle;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{DepartmentId, Fen, Period};

use crate::account::{Account, Line};
use crate::event::{Body, Event, Mark};
use crate::kind::{Component, Kind};
use crate::transaction::Transaction;
use crate::words::Words;

pub(crate) use bundle::is_own;
pub use bundle::{BundleParts, ProvenStatement, SealedMonth, StatementBundle};

/// What a department is shown of its accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The department.
    pub department: DepartmentId,
    /// First period of posting.
    pub from: Period,
    /// Last period of posting.
    pub to: Period,
    /// Its accounts that were ever used up to then, `Payable` always among them.
    pub accounts: Vec<AccountStatement>,
}

/// One account of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountStatement {
    /// The account.
    pub account: Account,
    /// Balance before the range: debits minus credits, fen.
    pub opening_fen: Fen,
    /// Lines, in the order of periods and then of records.
    pub lines: Vec<StatementLine>,
    /// Balance after the range, fen.
    pub closing_fen: Fen,
}

/// One line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// Record number; a receipt proves it.
    pub seq: u64,
    /// Period of posting.
    pub period: Period,
    /// Business date.
    pub effective_on: NaiveDate,
    /// The period it is about.
    pub for_period: Period,
    /// Why money moved.
    pub kind: Kind,
    /// The document it rests on.
    pub document: String,
    /// Words for people.
    pub memo: Words,
    /// The pot, where there is one.
    pub line: Option<Line>,
    /// The component of compensation.
    pub component: Option<Component>,
    /// Debit above zero, credit below, fen.
    pub amount_fen: Fen,
    /// Opening balance and all lines so far, fen.
    pub balance_fen: Fen,
    /// Place and balance of the account as the record itself states them.
    pub mark: Mark,
}

impl StatementLine {
    /// The debit, fen; `None` for a credit.
    pub fn debit_fen(&self) -> Option<Fen> {
        (self.amount_fen > Fen::ZERO).then_some(self.amount_fen)
    }

    /// The credit, fen above zero; `None` for a debit.
    pub fn credit_fen(&self) -> Option<Fen> {
        (self.amount_fen < Fen::ZERO).then_some(self.amount_fen.negated())
    }
}

impl Statement {
    /// One account of it.
    pub fn account(&self, account: &Account) -> Option<&AccountStatement> {
        self.accounts.iter().find(|own| own.account == *account)
    }

    /// What is owed to the department at the end: payable, withheld, disputed and in transit, fen.
    pub fn owed_fen(&self) -> Fen {
        let owed = self.accounts.iter().filter(|own| {
            matches!(
                own.account,
                Account::Payable(_)
                    | Account::Withheld(_)
                    | Account::Disputed(_)
                    | Account::InTransit(_)
            )
        });
        owed.map(|own| &own.closing_fen).sum::<Fen>().negated()
    }
}

/// The statement of a department over the periods of posting `from` to `to`, both included. The
/// events are all records, or at least all that name the department, in order.
pub fn statement<'a>(
    department: &DepartmentId,
    events: impl IntoIterator<Item = &'a Event>,
    from: Period,
    to: Period,
) -> Statement {
    let payable = Account::Payable(department.clone());
    let mut accounts: BTreeMap<Account, Vec<StatementLine>> = BTreeMap::from([(payable, vec![])]);
    let mut pots: BTreeMap<u64, Line> = BTreeMap::new();
    for event in events {
        let Body::Posted(posted) = &event.body else {
            continue;
        };
        let transaction = &posted.transaction;
        let pot = transaction.line().cloned();
        let pot = pot.or_else(|| pots.get(&transaction.accrual?).cloned());
        if let Some(line) = &pot {
            pots.insert(event.seq, line.clone());
        }
        let own = posted.postings().filter(|posting| {
            posting.account.department() == Some(department) && transaction.period <= to
        });
        for posting in own {
            let line = line_of(
                event.seq,
                transaction,
                pot.clone(),
                posting.amount_fen,
                posting.mark,
            );
            accounts
                .entry(posting.account.clone())
                .or_default()
                .push(line);
        }
    }
    let accounts = accounts.into_iter();
    Statement {
        department: department.clone(),
        from,
        to,
        accounts: accounts
            .map(|(account, lines)| total(account, lines, from))
            .collect(),
    }
}

fn line_of(
    seq: u64,
    transaction: &Transaction,
    line: Option<Line>,
    amount_fen: Fen,
    mark: Mark,
) -> StatementLine {
    StatementLine {
        seq,
        period: transaction.period,
        effective_on: transaction.effective_on,
        for_period: transaction.for_period,
        kind: transaction.kind,
        document: transaction.document.clone(),
        memo: transaction.memo.clone(),
        line,
        component: transaction.component,
        amount_fen,
        balance_fen: Fen::ZERO,
        mark,
    }
}

/// Splits the lines at the start of the range and runs the balance over the rest. Two periods may
/// be open at once, so the order of records is not the order of periods.
fn total(account: Account, mut lines: Vec<StatementLine>, from: Period) -> AccountStatement {
    lines.sort_by_key(|line| (line.period, line.seq));
    let first = lines.partition_point(|line| line.period < from);
    let mut lines_in_range = lines.split_off(first);
    let opening_fen: Fen = lines.iter().map(|line| &line.amount_fen).sum();
    let mut balance_fen = opening_fen;
    for line in &mut lines_in_range {
        balance_fen = [balance_fen, line.amount_fen].iter().sum();
        line.balance_fen = balance_fen;
    }
    AccountStatement {
        account,
        opening_fen,
        lines: lines_in_range,
        closing_fen: balance_fen,
    }
}
