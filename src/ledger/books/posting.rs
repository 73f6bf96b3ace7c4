//! Transactions in the books: whether one follows from what is there, and what follows from it.

use std::sync::Arc;

use domain::Fen;

use super::{Balance, Books, PeriodState};
use crate::account::Account;
use crate::accrual::Accrual;
use crate::appeal_draft;
use crate::event::{Mark, Posted};
use crate::kind::{Ground, Kind};
use crate::order::draft::draft_of;
use crate::order::{OrderStage, OrderState, PaymentOutcome};
use crate::payment;
use crate::rejection::Rejection;
use crate::run_state::Stage;
use crate::transaction::{Basis, Draft, Transaction};

impl Books {
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

    pub(super) fn apply_posted(&mut self, seq: u64, posted: &Posted) -> Result<(), &'static str> {
        let transaction = &posted.transaction;
        self.check_posted(posted)?;
        let accrual = self.accrued(transaction);
        if transaction.kind == Kind::Accrue && accrual.is_none() {
            return Err("计提分录 legs of the accrual");
        }
        // The last check comes before the first change, so that a refusal leaves the books alone.
        if let Some(about) = transaction.accrual {
            let mut moved = self.accrual(about).cloned().ok_or("计提 accrual")?;
            moved
                .follow(self.followed_kind(transaction), transaction)
                .ok_or("计提余额 accrual exceeded")?;
            self.accruals.insert(about, Arc::new(moved));
        }
        if let Some(accrual) = accrual {
            self.accruals.insert(seq, Arc::new(accrual));
        }
        if let Some(original) = transaction.reverses {
            self.reversed.insert(original);
            self.accruals.remove(&original);
        }
        self.list_in_run(seq, transaction);
        self.list_in_order(seq, transaction);
        for posting in posted.postings() {
            let balance = Balance {
                balance_fen: posting.mark.balance_after_fen,
                account_seq: posting.mark.account_seq,
            };
            self.accounts.insert(posting.account.clone(), balance);
        }
        self.keys
            .insert(transaction.idempotency_key.as_str().into(), seq);
        self.transactions
            .insert(seq, Transaction::closed(transaction));
        Ok(())
    }

    /// What is owed from then on.
    fn accrued(&self, transaction: &Transaction) -> Option<Accrual> {
        match (transaction.kind, transaction.accrual) {
            (Kind::Transfer, Some(about)) => {
                Accrual::succeeding(about, self.accrual(about)?, transaction)
            }
            (Kind::Accrue, _) | (Kind::Adjust, None) => Accrual::of(transaction),
            _ => None,
        }
    }

    /// The kind of a transaction, or of the one that it undoes.
    fn followed_kind(&self, transaction: &Transaction) -> Kind {
        let original = transaction.reverses.and_then(|seq| self.transaction(seq));
        original.map_or(transaction.kind, |original| original.kind)
    }

    fn check_posted(&self, posted: &Posted) -> Result<(), &'static str> {
        let transaction = &posted.transaction;
        if self.period(transaction.period) != Some(PeriodState::Open) {
            return Err("记账期未开启 period not open");
        }
        if self.keys.contains_key(transaction.idempotency_key.as_str()) {
            return Err("幂等键重复 idempotency key used before");
        }
        if self.marks(transaction).as_ref() != Ok(&posted.marks) {
            return Err("账户序号或余额 account number or balance");
        }
        self.check_run(transaction)?;
        self.check_ground(transaction)?;
        if transaction.kind.negates() != transaction.reverses.is_some() {
            return Err("冲销对象 reversed transaction");
        }
        match transaction.reverses {
            Some(original) => self.check_reversal(transaction, original),
            None => Ok(()),
        }
    }

    fn check_run(&self, transaction: &Transaction) -> Result<(), &'static str> {
        let Some(reference) = &transaction.run else {
            let needs = matches!(
                transaction.kind,
                Kind::Reserve | Kind::Accrue | Kind::Release
            );
            return if needs { Err("核算 run") } else { Ok(()) };
        };
        let by_order = transaction.basis.is_some();
        let run = self
            .run(&reference.run)
            .filter(|run| run.attempt == reference.attempt);
        let stands = run.is_some_and(|run| match transaction.kind {
            Kind::Reserve => run.stage == Stage::Calculated,
            Kind::Accrue => run.stage == Stage::Approved,
            Kind::Release | Kind::Reverse if !by_order => !run.stage.is_live(),
            _ => true,
        });
        if stands {
            Ok(())
        } else {
            Err("核算状态 stage of run")
        }
    }

    /// Whether the decision that led to the transaction is there and leads to the very same.
    fn check_ground(&self, transaction: &Transaction) -> Result<(), &'static str> {
        let fault = "决定依据 decision that led to it";
        let expected = match (transaction.kind.ground(), &transaction.basis) {
            (Ground::Command | Ground::OrderOrCommand, None) => return Ok(()),
            (Ground::OrderOrRun, None) if transaction.run.is_some() => return Ok(()),
            (
                Ground::Order | Ground::OrderOrRun | Ground::OrderOrCommand,
                Some(Basis::Order { order, line, .. }),
            ) => {
                let state = self.order(order).ok_or(fault)?;
                self.ordered(state, *line, transaction)
            }
            (Ground::Appeal, Some(Basis::Appeal { appeal })) => {
                appeal_draft::drafts_of(self, appeal, transaction.effective_on)
            }
            _ => return Err(fault),
        };
        let follows = expected.is_ok_and(|drafts| drafts.contains(transaction));
        if follows { Ok(()) } else { Err(fault) }
    }

    /// The transactions that may follow from a line of an order now.
    fn ordered(
        &self,
        state: &OrderState,
        line: u32,
        transaction: &Transaction,
    ) -> Result<Vec<Draft>, Rejection> {
        let outcome = match transaction.kind {
            Kind::PayConfirm => Some(PaymentOutcome::Confirmed),
            Kind::PayFail => Some(PaymentOutcome::Failed),
            _ => None,
        };
        let on = transaction.effective_on;
        Ok(vec![match outcome {
            None if state.stage != OrderStage::Approved => return Ok(Vec::new()),
            None => draft_of(self, &state.order, line, on)?,
            Some(outcome) => {
                let words = (transaction.document.as_str(), &transaction.memo);
                payment::draft_of(self, state, line, outcome, words, on)?
            }
        }])
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
            Kind::Reserve => Arc::make_mut(run).reserves.push(seq),
            Kind::Accrue => Arc::make_mut(run).accruals.push(seq),
            _ => {}
        }
    }

    fn list_in_order(&mut self, seq: u64, transaction: &Transaction) {
        let Some((order, line)) = transaction.order_line() else {
            return;
        };
        let Some(state) = self.orders.get_mut(order) else {
            return;
        };
        let state = Arc::make_mut(state);
        let outcome = match transaction.kind {
            Kind::PayConfirm => PaymentOutcome::Confirmed,
            Kind::PayFail => PaymentOutcome::Failed,
            _ => {
                state.posted.insert(line, seq);
                return;
            }
        };
        state.outcomes.insert(line, outcome);
        if let Some(accrual) = transaction.accrual {
            self.batches.remove(&accrual);
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
