//! The books: the fold of all events, and the judge of whether the next one follows.
//!
//! The maps share their structure: a copy of the books costs nothing, so that a command is tried on
//! one and a reader keeps another while the next command is carried out.

mod posting;
mod words;

use std::sync::Arc;

use domain::canon::{Canon as _, Writer};
use domain::{AppealId, ClaimId, DepartmentId, Fen, OrderId, Period, RunId};
use imbl::{OrdMap, OrdSet};

use crate::account::Account;
use crate::accrual::Accrual;
use crate::appeal::{self, Appeal, AppealChange};
use crate::charter::Charter;
use crate::claim::{self, Claim, ClaimChange};
use crate::digest::{Digest, Hash};
use crate::error::LedgerError;
use crate::event::{Body, Event};
use crate::instant::UtcMicros;
use crate::merkle;
use crate::order::{OrderKind, OrderLine, OrderStage, OrderState, state};
use crate::rejection::Rejection;
use crate::run_state::{self, Run, Stage};
use crate::seal::Seal;
use crate::transaction::{RunRef, Transaction};

pub use words::Told;

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
    charter: Arc<Charter>,
    accounts: OrdMap<Account, Balance>,
    periods: OrdMap<Period, PeriodState>,
    runs: OrdMap<RunId, Arc<Run>>,
    orders: OrdMap<OrderId, Arc<OrderState>>,
    claims: OrdMap<ClaimId, Arc<Claim>>,
    appeals: OrdMap<AppealId, Arc<Appeal>>,
    accruals: OrdMap<u64, Arc<Accrual>>,
    /// The live batch of payments that an accrual is in.
    batches: OrdMap<u64, OrderId>,
    transactions: OrdMap<u64, Arc<Transaction>>,
    /// Record numbers by idempotency key.
    keys: OrdMap<Arc<str>, u64>,
    reversed: OrdSet<u64>,
    /// Texts by their commitments.
    told: OrdMap<Digest, Told>,
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

    /// How the ledger hashes and blinds, and which keys sign it.
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// The hash function of the ledger.
    pub fn hash(&self) -> Hash {
        self.charter.hash()
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
        self.runs.get(run).map(|run| &**run)
    }

    /// All runs.
    pub fn runs(&self) -> impl Iterator<Item = (&RunId, &Run)> {
        self.runs.iter().map(|(id, run)| (id, &**run))
    }

    /// The run about the period that waits for a decision or is approved.
    pub fn live_run(&self, period: Period) -> Option<(&RunId, &Run)> {
        self.runs()
            .find(|(_, run)| run.period == period && run.stage.is_live())
    }

    /// An order.
    pub fn order(&self, order: &OrderId) -> Option<&OrderState> {
        self.orders.get(order).map(|order| &**order)
    }

    /// All orders.
    pub fn orders(&self) -> impl Iterator<Item = (&OrderId, &OrderState)> {
        self.orders.iter().map(|(id, order)| (id, &**order))
    }

    /// The batch of payments that has the accrual and is not settled about it.
    pub fn live_batch(&self, accrual: u64) -> Option<&OrderId> {
        self.batches.get(&accrual)
    }

    /// A claim.
    pub fn claim(&self, claim: &ClaimId) -> Option<&Claim> {
        self.claims.get(claim).map(|claim| &**claim)
    }

    /// All claims.
    pub fn claims(&self) -> impl Iterator<Item = (&ClaimId, &Claim)> {
        self.claims.iter().map(|(id, claim)| (id, &**claim))
    }

    /// The run that pays a claim: one that waits for its decision or is approved.
    pub fn paying_run(&self, claim: &ClaimId) -> Option<&RunRef> {
        let taken = self.claims.get(claim)?.run.as_ref()?;
        let run = self.run(&taken.run)?;
        (run.attempt == taken.attempt && run.stage.is_live()).then_some(taken)
    }

    /// An appeal.
    pub fn appeal(&self, appeal: &AppealId) -> Option<&Appeal> {
        self.appeals.get(appeal).map(|appeal| &**appeal)
    }

    /// All appeals.
    pub fn appeals(&self) -> impl Iterator<Item = (&AppealId, &Appeal)> {
        self.appeals.iter().map(|(id, appeal)| (id, &**appeal))
    }

    /// An accrual, by its record number; `None` once it is reversed.
    pub fn accrual(&self, seq: u64) -> Option<&Accrual> {
        self.accruals.get(&seq).map(|accrual| &**accrual)
    }

    /// All accruals that stand, with their record numbers.
    pub fn accruals(&self) -> impl Iterator<Item = (u64, &Accrual)> {
        self.accruals
            .iter()
            .map(|(seq, accrual)| (*seq, &**accrual))
    }

    /// The department that an accrual was first owed to, before any transfer to a successor.
    pub fn first_owner<'a>(&'a self, accrual: &'a Accrual) -> &'a DepartmentId {
        let mut first = accrual;
        while let Some(before) = first.origin.and_then(|seq| self.accrual(seq)) {
            first = before;
        }
        &first.department
    }

    /// What of an accrual a kind of order can move, fen; zero when there is none such.
    pub fn movable(&self, kind: OrderKind, seq: u64) -> Fen {
        let Some(accrual) = self.accrual(seq) else {
            return Fen::ZERO;
        };
        let to_be_had_back = || {
            self.balance(&Account::Clawback(accrual.department.clone()))
                .balance_fen
        };
        match kind {
            OrderKind::Unhold | OrderKind::Forfeit => accrual.withheld_fen(),
            OrderKind::Clawback => accrual.reclaimable_fen(),
            OrderKind::Offset => to_be_had_back().min(accrual.payable_fen()),
            OrderKind::WriteOff => to_be_had_back(),
            OrderKind::Carry => accrual.owed_fen(),
            OrderKind::Adjust => [&accrual.payable_fen(), &accrual.reclaimable_fen()]
                .into_iter()
                .sum(),
            OrderKind::Pay if self.live_batch(seq).is_some() => Fen::ZERO,
            _ => accrual.payable_fen(),
        }
    }

    /// A transaction, by its record number.
    pub fn transaction(&self, seq: u64) -> Option<&Arc<Transaction>> {
        self.transactions.get(&seq)
    }

    /// All transactions with their record numbers, in order.
    pub fn transactions(&self) -> impl Iterator<Item = (u64, &Arc<Transaction>)> {
        self.transactions
            .iter()
            .map(|(seq, transaction)| (*seq, transaction))
    }

    /// Whether a transaction was undone.
    pub fn is_reversed(&self, seq: u64) -> bool {
        self.reversed.contains(&seq)
    }

    /// Record number of the transaction posted under the key.
    pub fn posted_under(&self, key: &str) -> Option<u64> {
        self.keys.get(key).copied()
    }

    /// The fingerprint of the transaction posted under the key.
    pub fn fingerprint(&self, key: &str) -> Option<Digest> {
        let transaction = self.transaction(self.posted_under(key)?);
        transaction.map(|transaction| transaction.fingerprint(self.hash()))
    }

    /// Refuses to correct a month that is not closed: an open one is put right by its own run.
    pub(crate) fn require_closed(&self, period: Period) -> Result<(), Rejection> {
        match self.period(period) {
            Some(PeriodState::Closed) => Ok(()),
            _ => Err(Rejection::PeriodStillOpen { period }),
        }
    }

    /// Root of the tree of all balances, as the next record seals them. Ledgers without a charter
    /// seal each account on its own, in order, as they always did.
    pub fn balances_root(&self) -> Digest {
        if let Some(seal) = Seal::new(&self.charter, self.records + 1, self.accounts()) {
            return seal.root();
        }
        let hash = self.hash();
        let leaves: Vec<Digest> = self
            .accounts
            .iter()
            .map(|(account, at)| {
                let mut writer = Writer::default();
                account.write(&mut writer);
                at.account_seq.write(&mut writer);
                at.balance_fen.write(&mut writer);
                hash.leaf(&writer.into_bytes())
            })
            .collect();
        merkle::root(hash, &leaves)
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
        if event.blind != self.charter.record_blind(event.seq) {
            return Err(broken("记录盲值 blind of the record"));
        }
        self.apply_body(event).map_err(broken)?;
        self.note_words(&event.body);
        self.records = event.seq;
        self.recorded_at = event.recorded_at;
        Ok(())
    }

    fn apply_body(&mut self, event: &Event) -> Result<(), &'static str> {
        let actor = &event.actor.id;
        match &event.body {
            Body::PeriodOpened { period } => {
                if self.periods.contains_key(period) {
                    return Err("记账期已开启过 period opened before");
                }
                self.periods.insert(*period, PeriodState::Open);
            }
            Body::PeriodClosed {
                period,
                balances_root,
                accounts,
            } => {
                if self.period(*period) != Some(PeriodState::Open) {
                    return Err("记账期未开启 period not open");
                }
                if *balances_root != self.balances_root()
                    || usize::try_from(*accounts) != Ok(self.accounts.len())
                {
                    return Err("结账余额 sealed balances");
                }
                self.periods.insert(*period, PeriodState::Closed);
            }
            Body::Run {
                run,
                digest,
                change,
            } => {
                let before = self.run(&run.run);
                let after = run_state::advance(before, run.attempt, *digest, change, actor)?;
                self.runs.insert(run.run.clone(), Arc::new(after));
            }
            Body::Order {
                order,
                digest,
                change,
            } => {
                let after = state::advance(self.order(order), order, *digest, change, actor)?;
                self.list_batch(order, &after)?;
                self.orders.insert(order.clone(), Arc::new(after));
            }
            Body::Claim { claim, change } => self.apply_claim(claim, change, actor)?,
            Body::Appeal { appeal, change } => self.apply_appeal(appeal, change, actor)?,
            Body::Posted(posted) => self.apply_posted(event.seq, posted)?,
            Body::Erased { commitment, .. } => self.apply_erased(*commitment)?,
            Body::Charter { change } => {
                self.charter = Arc::new(self.charter.advance(event.seq, change)?);
            }
        }
        Ok(())
    }

    /// Keeps the list of accruals that are in a live batch.
    fn list_batch(&mut self, id: &OrderId, order: &OrderState) -> Result<(), &'static str> {
        if order.order.kind != OrderKind::Pay {
            return Ok(());
        }
        let accruals = || order.order.lines.iter().filter_map(OrderLine::accrual);
        match order.stage {
            OrderStage::Proposed => {
                if accruals().any(|accrual| self.batches.contains_key(&accrual)) {
                    return Err("计提已在其他支付批次 accrual in another batch");
                }
                self.batches
                    .extend(accruals().map(|accrual| (accrual, id.clone())));
            }
            OrderStage::Refused => {
                for accrual in accruals() {
                    self.batches.remove(&accrual);
                }
            }
            OrderStage::Approved => {}
        }
        Ok(())
    }

    fn apply_claim(
        &mut self,
        id: &ClaimId,
        change: &ClaimChange,
        actor: &str,
    ) -> Result<(), &'static str> {
        if let ClaimChange::Included { run } = change {
            let calculated = self.run(&run.run).is_some_and(|found| {
                found.attempt == run.attempt && found.stage == Stage::Calculated
            });
            if !calculated || self.paying_run(id).is_some() {
                return Err("申报所入核算 run of claim");
            }
        }
        let after = claim::advance(self.claim(id), change, actor)?;
        self.claims.insert(id.clone(), Arc::new(after));
        Ok(())
    }

    fn apply_appeal(
        &mut self,
        id: &AppealId,
        change: &AppealChange,
        actor: &str,
    ) -> Result<(), &'static str> {
        let after = appeal::advance(self.appeal(id), change, actor)?;
        if let (AppealChange::Opened { contest }, Some(seq)) = (change, after.contest.accrual) {
            let owner = self.accrual(seq).map(|accrual| &accrual.department);
            if owner != Some(&contest.department) {
                return Err("申诉所涉计提 accrual of appeal");
            }
        }
        self.appeals.insert(id.clone(), Arc::new(after));
        Ok(())
    }
}
