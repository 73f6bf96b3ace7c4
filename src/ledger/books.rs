//! The books: the fold of all events, and the judge of whether the next one follows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::canon::{Canon as _, Writer};
use domain::{Fen, Period, RunId};

use crate::account::Account;
use crate::digest::Digest;
use crate::error::LedgerError;
use crate::event::{Body, Event, Mark, Posted};
use crate::instant::UtcMicros;
use crate::kind::Kind;
use crate::merkle;
use crate::rejection::Rejection;
use crate::run_state::{self, Accrual, Run, Stage};
use crate::transaction::Transaction;

/// Where an account stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Debits minus credits, fen.
    pub balance_fen: Fen,
    /// Number of its postings.
    pub account_seq: u64,
}

/// Whether a period takes postings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodState {
    /// It does.
    Open,
    /// It never will again.
    Closed,
}

/// All that follows from the events so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    records: u64,
    recorded_at: UtcMicros,
    accounts: BTreeMap<Account, Balance>,
    periods: BTreeMap<Period, PeriodState>,
    runs: BTreeMap<RunId, Run>,
    accruals: BTreeMap<u64, Accrual>,
    transactions: BTreeMap<u64, Arc<Transaction>>,
    keys: BTreeMap<String, Digest>,
    reversed: BTreeSet<u64>,
}

impl Books {
    /// The books after the events.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Self, LedgerError> {
        let mut books = Self::default();
        for event in events {
            books.apply(event)?;
        }
        Ok(books)
    }

    /// Number of records so far, which is the number of the last one.
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// When the last record was made.
    pub const fn recorded_at(&self) -> UtcMicros {
        self.recorded_at
    }

    /// All accounts ever used, in order.
    pub fn accounts(&self) -> impl Iterator<Item = (&Account, Balance)> {
        self.accounts.iter().map(|(account, at)| (account, *at))
    }

    /// Where an account stands.
    pub fn balance(&self, account: &Account) -> Balance {
        self.accounts.get(account).copied().unwrap_or_default()
    }

    /// Whether a period takes postings; `None` if it was never opened.
    pub fn period(&self, period: Period) -> Option<PeriodState> {
        self.periods.get(&period).copied()
    }

    /// All periods ever opened, in order.
    pub fn periods(&self) -> impl Iterator<Item = (Period, PeriodState)> {
        self.periods.iter().map(|(period, state)| (*period, *state))
    }

    /// A run.
    pub fn run(&self, run: &RunId) -> Option<&Run> {
        self.runs.get(run)
    }

    /// All runs.
    pub fn runs(&self) -> impl Iterator<Item = (&RunId, &Run)> {
        self.runs.iter()
    }

    /// The run about the period that waits for a decision or is approved.
    pub fn live_run(&self, period: Period) -> Option<(&RunId, &Run)> {
        self.runs.iter().find(|(_, run)| {
            run.period == period && (run.stage.is_pending() || run.stage == Stage::Approved)
        })
    }

    /// An accrual, by its record number; `None` once it is reversed.
    pub fn accrual(&self, seq: u64) -> Option<&Accrual> {
        self.accruals.get(&seq)
    }

    /// A transaction, by its record number.
    pub fn transaction(&self, seq: u64) -> Option<&Arc<Transaction>> {
        self.transactions.get(&seq)
    }

    /// The fingerprint of the transaction posted under the key.
    pub fn fingerprint(&self, key: &str) -> Option<Digest> {
        self.keys.get(key).copied()
    }

    /// Root of the tree of all balances, in the order of accounts.
    pub fn balances_root(&self) -> Digest {
        let leaves: Vec<Digest> = self
            .accounts
            .iter()
            .map(|(account, at)| {
                let mut writer = Writer::default();
                account.write(&mut writer);
                at.account_seq.write(&mut writer);
                at.balance_fen.write(&mut writer);
                merkle::leaf_hash(&writer.into_bytes())
            })
            .collect();
        merkle::root(&leaves)
    }

    /// Where each leg would leave its account; refused when one would stand on the wrong side.
    pub fn marks(&self, transaction: &Transaction) -> Result<Vec<Mark>, Rejection> {
        let legs = transaction.legs.iter();
        legs.map(|leg| {
            let before = self.balance(&leg.account);
            let after = before
                .balance_fen
                .checked_add(leg.amount_fen)
                .ok_or(Rejection::OutOfRange)?;
            if !leg.account.guard().allows(after.get()) {
                return Err(insufficient(&leg.account, before, leg.amount_fen));
            }
            Ok(Mark {
                account_seq: before.account_seq + 1,
                balance_after_fen: after,
            })
        })
        .collect()
    }

    /// Takes the next event. One that does not follow from what is there is refused, and the books
    /// stay as they were.
    pub fn apply(&mut self, event: &Event) -> Result<(), LedgerError> {
        let broken = |what| LedgerError::BrokenRecord {
            seq: event.seq,
            what,
        };
        if event.seq != self.records + 1 {
            return Err(broken("记录号不连续 gap in record numbers"));
        }
        if event.recorded_at < self.recorded_at {
            return Err(broken("记录时间倒退 recorded before its predecessor"));
        }
        match &event.body {
            Body::PeriodOpened { period } => {
                if self.periods.contains_key(period) {
                    return Err(broken("记账期已开启过 period opened before"));
                }
                self.periods.insert(*period, PeriodState::Open);
            }
            Body::PeriodClosed {
                period,
                balances_root,
                accounts,
            } => {
                if self.period(*period) != Some(PeriodState::Open) {
                    return Err(broken("记账期未开启 period not open"));
                }
                if *balances_root != self.balances_root()
                    || usize::try_from(*accounts) != Ok(self.accounts.len())
                {
                    return Err(broken("结账余额 sealed balances"));
                }
                self.periods.insert(*period, PeriodState::Closed);
            }
            Body::Run {
                run,
                digest,
                change,
            } => {
                let before = self.runs.get(&run.run);
                let actor = &event.actor.id;
                let after = run_state::advance(before, run.attempt, *digest, change, actor)
                    .map_err(broken)?;
                self.runs.insert(run.run.clone(), after);
            }
            Body::Posted(posted) => self.apply_posted(event.seq, posted).map_err(broken)?,
        }
        self.records = event.seq;
        self.recorded_at = event.recorded_at;
        Ok(())
    }

    fn apply_posted(&mut self, seq: u64, posted: &Posted) -> Result<(), &'static str> {
        let transaction = &posted.transaction;
        self.check_posted(posted)?;
        let accrual = match transaction.kind {
            Kind::Accrue => Some(Accrual::of(transaction).ok_or("计提分录 legs of the accrual")?),
            _ => None,
        };
        // The last check comes before the first change, so that a refusal leaves the books alone.
        if let Some(about) = transaction.accrual {
            let held = self.accruals.get_mut(&about).ok_or("计提 accrual")?;
            let mut moved = held.clone();
            moved
                .follow(transaction)
                .ok_or("计提余额 accrual exceeded")?;
            *held = moved;
        }
        if let Some(accrual) = accrual {
            self.accruals.insert(seq, accrual);
        }
        if let Some(original) = transaction.reverses {
            self.reversed.insert(original);
            self.accruals.remove(&original);
        }
        self.list_in_run(seq, transaction);
        for posting in posted.postings() {
            let balance = Balance {
                balance_fen: posting.mark.balance_after_fen,
                account_seq: posting.mark.account_seq,
            };
            self.accounts.insert(posting.account.clone(), balance);
        }
        let key = transaction.idempotency_key.clone();
        self.keys.insert(key, transaction.fingerprint());
        self.transactions.insert(seq, Arc::clone(transaction));
        Ok(())
    }

    fn check_posted(&self, posted: &Posted) -> Result<(), &'static str> {
        let transaction = &posted.transaction;
        if self.period(transaction.period) != Some(PeriodState::Open) {
            return Err("记账期未开启 period not open");
        }
        if self.keys.contains_key(&transaction.idempotency_key) {
            return Err("幂等键重复 idempotency key used before");
        }
        if self.marks(transaction).as_ref() != Ok(&posted.marks) {
            return Err("账户序号或余额 account number or balance");
        }
        if let Some(reference) = &transaction.run {
            let run = self.runs.get(&reference.run);
            let wanted = match transaction.kind {
                Kind::Reserve => Some(Stage::Calculated),
                Kind::Accrue => Some(Stage::Approved),
                _ => None,
            };
            let stands = run.is_some_and(|run| {
                run.attempt == reference.attempt && wanted.is_none_or(|stage| run.stage == stage)
            });
            if !stands {
                return Err("核算状态 stage of run");
            }
        }
        if transaction.kind.negates() != transaction.reverses.is_some() {
            return Err("冲销对象 reversed transaction");
        }
        match transaction.reverses {
            Some(original) => self.check_reversal(transaction, original),
            None => Ok(()),
        }
    }

    fn check_reversal(&self, by: &Transaction, original: u64) -> Result<(), &'static str> {
        let undone = self
            .transactions
            .get(&original)
            .ok_or("冲销对象 reversed transaction")?;
        if self.reversed.contains(&original) || undone.reverses.is_some() {
            return Err("重复冲销 reversed twice");
        }
        if undone.negated_legs() != by.legs {
            return Err("冲销分录 legs are not the negation");
        }
        let accrual = self.accruals.get(&original);
        if accrual.is_some_and(|accrual| !accrual.is_untouched()) {
            return Err("计提已有后续处理 accrual was moved");
        }
        Ok(())
    }

    fn list_in_run(&mut self, seq: u64, transaction: &Transaction) {
        let run = transaction.run.as_ref();
        let Some(run) = run.and_then(|reference| self.runs.get_mut(&reference.run)) else {
            return;
        };
        match transaction.kind {
            Kind::Reserve => run.reserves.push(seq),
            Kind::Accrue => run.accruals.push(seq),
            _ => {}
        }
    }
}

fn insufficient(account: &Account, before: Balance, amount_fen: Fen) -> Rejection {
    match account {
        Account::Available(line) => Rejection::Overdraft {
            line: line.clone(),
            asked_fen: amount_fen.negated(),
            available_fen: before.balance_fen,
        },
        _ => Rejection::Insufficient {
            account: account.clone(),
            balance_fen: before.balance_fen,
            amount_fen,
        },
    }
}
