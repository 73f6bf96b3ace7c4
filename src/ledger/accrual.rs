//! Accruals: what is owed to a department for one award or correction, and where it is now.

use std::collections::BTreeMap;

use domain::{DepartmentId, Fen, Period, RunId};

use crate::account::{Account, Line};
use crate::kind::{Component, Kind};
use crate::transaction::{Leg, Transaction};

/// Something owed to a department, and where it is now. The sums over all accruals are the balances
/// of the department's accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accrual {
    /// The run; none for a correction of a closed month.
    pub run: Option<RunId>,
    /// The period it is about.
    pub for_period: Period,
    /// The department.
    pub department: DepartmentId,
    /// The line that pays; that of the next year once it is carried.
    pub line: Line,
    /// What it is for.
    pub component: Component,
    /// The accrual it was transferred from, when its department had ended.
    pub origin: Option<u64>,
    /// What was owed at first, fen.
    pub amount_fen: Fen,
    /// What of it was paid, set off or settled, fen.
    pub paid_fen: Fen,
    /// What of that was asked back, fen.
    pub clawed_fen: Fen,
    /// What of it stands to the department's credit, by account, fen above zero.
    held: BTreeMap<Account, Fen>,
}

impl Accrual {
    /// The accrual of a transaction; `None` if it is not shaped like one.
    pub(crate) fn of(transaction: &Transaction) -> Option<Self> {
        let department = transaction.department.clone()?;
        let payable = Account::Payable(department.clone());
        let amount_fen = transaction.amount_on(&payable).negated();
        if amount_fen <= Fen::ZERO {
            return None;
        }
        Some(Self {
            run: transaction.run.as_ref().map(|run| run.run.clone()),
            for_period: transaction.for_period,
            line: transaction.line()?.clone(),
            component: transaction.component?,
            department,
            origin: None,
            amount_fen,
            paid_fen: Fen::ZERO,
            clawed_fen: Fen::ZERO,
            held: BTreeMap::from([(payable, amount_fen)]),
        })
    }

    /// What a successor has of an accrual after a transfer; `None` if it is not shaped like one.
    pub(crate) fn succeeding(
        origin: u64,
        before: &Self,
        transaction: &Transaction,
    ) -> Option<Self> {
        let department = transaction.department.clone()?;
        let states = [
            Account::Payable(department.clone()),
            Account::Withheld(department.clone()),
        ];
        let held: BTreeMap<Account, Fen> = states
            .into_iter()
            .map(|account| {
                let fen = transaction.amount_on(&account).negated();
                (account, fen)
            })
            .filter(|(_, fen)| *fen > Fen::ZERO)
            .collect();
        let amount_fen: Fen = held.values().sum();
        (amount_fen > Fen::ZERO).then(|| Self {
            department,
            origin: Some(origin),
            amount_fen,
            paid_fen: Fen::ZERO,
            clawed_fen: Fen::ZERO,
            held,
            ..before.clone()
        })
    }

    /// What of it stands on the account, fen.
    pub fn held_on(&self, account: &Account) -> Fen {
        self.held.get(account).copied().unwrap_or_default()
    }

    /// What of it can be paid, fen.
    pub fn payable_fen(&self) -> Fen {
        self.held_on(&Account::Payable(self.department.clone()))
    }

    /// What of it is withheld, fen.
    pub fn withheld_fen(&self) -> Fen {
        self.held_on(&Account::Withheld(self.department.clone()))
    }

    /// What of it is owed still: payable, withheld, disputed, in transit, fen.
    pub fn owed_fen(&self) -> Fen {
        self.held.values().sum()
    }

    /// What can be asked back of it, fen.
    pub fn reclaimable_fen(&self) -> Fen {
        [self.paid_fen, self.clawed_fen.negated()].iter().sum()
    }

    /// Whether all of it is payable still.
    pub fn is_untouched(&self) -> bool {
        self.payable_fen() == self.amount_fen && self.paid_fen == Fen::ZERO
    }

    /// Follows a transaction that moves it, or the reversal of one; `kind` is that of the original.
    /// `None` if it moves more than there is.
    pub(crate) fn follow(&mut self, kind: Kind, transaction: &Transaction) -> Option<()> {
        let fine = transaction
            .legs
            .iter()
            .any(|leg| leg.account == Account::PenaltyIncome);
        for leg in &transaction.legs {
            match &leg.account {
                Account::Payable(id)
                | Account::Withheld(id)
                | Account::Disputed(id)
                | Account::InTransit(id)
                    if *id == self.department =>
                {
                    self.follow_held(kind, leg)?;
                }
                Account::Clawback(id) if *id == self.department && claws(kind) && !fine => {
                    self.clawed_fen = self.clawed_fen.checked_add(leg.amount_fen)?;
                }
                Account::Encumbered(line) if kind == Kind::Carry && leg.amount_fen > Fen::ZERO => {
                    self.line = line.clone();
                }
                _ => {}
            }
        }
        let sound = self.clawed_fen >= Fen::ZERO && self.clawed_fen <= self.paid_fen;
        sound.then_some(())
    }

    fn follow_held(&mut self, kind: Kind, leg: &Leg) -> Option<()> {
        let now = self.held_on(&leg.account).checked_sub(leg.amount_fen)?;
        if now < Fen::ZERO {
            return None;
        }
        self.held.insert(leg.account.clone(), now);
        if matches!(kind, Kind::PayConfirm | Kind::Offset | Kind::Settle) {
            self.paid_fen = self.paid_fen.checked_add(leg.amount_fen)?;
        }
        Some(())
    }
}

/// Whether a claw-back in such a transaction is of the accrual it is about.
const fn claws(kind: Kind) -> bool {
    matches!(kind, Kind::Clawback | Kind::Deduct | Kind::Adjust)
}
