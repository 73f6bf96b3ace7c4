//! Transactions: balanced sets of legs with the reason for them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use chrono::NaiveDate;
use domain::{AppealId, DepartmentId, Fen, OrderId, Period, RunId};

use crate::account::{Account, Group, Line};
use crate::digest::{Digest, Hash};
use crate::error::LedgerError;
use crate::kind::{Component, Kind};
use crate::leaf;
use crate::words::Words;

/// One side of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The account moved.
    pub account: Account,
    /// Debit above zero, credit below, fen.
    pub amount_fen: Fen,
}

/// One calculation of a run. A run that was rejected or voided may be calculated again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunRef {
    /// The run.
    pub run: RunId,
    /// Counts its calculations, from one.
    pub attempt: u32,
}

/// The decision that led to a transaction, where its kind needs one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// A line of an order.
    Order {
        /// The order.
        order: OrderId,
        /// The line, from zero.
        line: u32,
        /// The rule it applies; empty where no rule is applied.
        rule: String,
    },
    /// An appeal.
    Appeal {
        /// The appeal.
        appeal: AppealId,
    },
}

/// What a transaction says, before it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Why money moves.
    pub kind: Kind,
    /// The open period it is posted in.
    pub period: Period,
    /// Business date, inside that period.
    pub effective_on: NaiveDate,
    /// The period it is about.
    pub for_period: Period,
    /// The same key is never posted twice.
    pub idempotency_key: String,
    /// The run it belongs to.
    pub run: Option<RunRef>,
    /// The one department it is about.
    pub department: Option<DepartmentId>,
    /// The component of compensation.
    pub component: Option<Component>,
    /// Record number of the accrual it moves.
    pub accrual: Option<u64>,
    /// Record number of the transaction it undoes.
    pub reverses: Option<u64>,
    /// The document it rests on: number of the appropriation, article of the rule, decision.
    pub document: String,
    /// Words for people.
    pub memo: Words,
    /// The decision that led to it.
    pub basis: Option<Basis>,
    /// The legs.
    pub legs: Vec<Leg>,
}

/// A draft that was checked: every group of legs sums to zero, no leg is zero, no account appears
/// twice, the date lies in the period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    draft: Draft,
}

impl Deref for Transaction {
    type Target = Draft;

    fn deref(&self) -> &Draft {
        &self.draft
    }
}

impl Transaction {
    /// Checks a draft.
    pub fn new(draft: Draft) -> Result<Self, LedgerError> {
        if draft.idempotency_key.is_empty() {
            return Err(LedgerError::Missing {
                what: "幂等键 idempotency key",
            });
        }
        if draft.document.trim().is_empty() {
            return Err(LedgerError::Missing {
                what: "依据 document",
            });
        }
        if !draft.period.contains(draft.effective_on) {
            return Err(LedgerError::DateOutsidePeriod {
                period: draft.period,
            });
        }
        check_legs(&draft.legs)?;
        Ok(Self { draft })
    }

    /// The same without the text of its memo, for what lives longer than a text may.
    pub(crate) fn closed(own: &Arc<Self>) -> Arc<Self> {
        if own.memo.opening().is_none() {
            return Arc::clone(own);
        }
        let mut closed = Self::clone(own);
        closed.draft.memo = closed.draft.memo.closed();
        Arc::new(closed)
    }

    /// The memo, to put its text in or take it out.
    pub(crate) const fn memo_mut(&mut self) -> &mut Words {
        &mut self.draft.memo
    }

    /// The digest of what the transaction does, apart from when it was posted and its memo: two
    /// postings under one key must agree on it.
    pub fn fingerprint(&self, hash: Hash) -> Digest {
        hash.of(&leaf::fingerprint_bytes(&self.draft))
    }

    /// The appropriation line whose money it moves, if there is exactly one.
    pub fn line(&self) -> Option<&Line> {
        let lines: BTreeSet<_> = self
            .legs
            .iter()
            .filter_map(|leg| leg.account.line())
            .collect();
        lines.first().copied().filter(|_| lines.len() == 1)
    }

    /// The departments it names, in its legs or as a whole.
    pub fn departments(&self) -> BTreeSet<&DepartmentId> {
        let accounts = self.legs.iter().map(|leg| &leg.account);
        let named = accounts.filter_map(Account::department);
        named.chain(self.department.as_ref()).collect()
    }

    /// The amount on an account, zero when it has no leg there.
    pub fn amount_on(&self, account: &Account) -> Fen {
        self.legs
            .iter()
            .find(|leg| leg.account == *account)
            .map_or(Fen::ZERO, |leg| leg.amount_fen)
    }

    /// What it moves, fen: the debits of what is owed and paid; of the budget, or of memo accounts,
    /// where it moves nothing else. A carry debits the budget twice, once a year; a transfer debits
    /// memo accounts twice, once a department.
    pub fn moved_fen(&self) -> Fen {
        let debits = |group: Group| -> i64 {
            let legs = self.legs.iter().filter(|leg| leg.account.group() == group);
            legs.map(|leg| leg.amount_fen.get().max(0)).sum()
        };
        let groups = [Group::Proprietary, Group::Budgetary, Group::Memo];
        let moved = groups
            .map(|group| (group, debits(group)))
            .into_iter()
            .find(|(_, sum)| *sum > 0);
        let (group, moved) = moved.unwrap_or((Group::Budgetary, 0));
        let twice =
            self.kind == Kind::Carry || (self.kind == Kind::Transfer && group == Group::Memo);
        Fen::new(if twice { moved / 2 } else { moved })
    }

    /// The order and line that led to it.
    pub fn order_line(&self) -> Option<(&OrderId, u32)> {
        match &self.basis {
            Some(Basis::Order { order, line, .. }) => Some((order, *line)),
            _ => None,
        }
    }

    /// The legs with every amount turned round.
    pub fn negated_legs(&self) -> Vec<Leg> {
        self.legs
            .iter()
            .map(|leg| Leg {
                account: leg.account.clone(),
                amount_fen: leg.amount_fen.negated(),
            })
            .collect()
    }
}

/// The pair of legs that moves an amount to the debit of one account and the credit of another.
pub fn move_legs(debit: Account, credit: Account, amount_fen: Fen) -> [Leg; 2] {
    [
        Leg {
            account: debit,
            amount_fen,
        },
        Leg {
            account: credit,
            amount_fen: amount_fen.negated(),
        },
    ]
}

/// Adds an amount to a list of legs: to the leg of the account, if there is one; nothing adds none.
pub(crate) fn add_leg(
    legs: &mut Vec<Leg>,
    account: Account,
    amount_fen: Fen,
) -> Result<(), LedgerError> {
    if amount_fen == Fen::ZERO {
        return Ok(());
    }
    match legs.iter_mut().find(|leg| leg.account == account) {
        Some(leg) => {
            let sum = leg.amount_fen.checked_add(amount_fen);
            leg.amount_fen = sum.ok_or(LedgerError::OutOfRange)?;
        }
        None => legs.push(Leg {
            account,
            amount_fen,
        }),
    }
    Ok(())
}

fn check_legs(legs: &[Leg]) -> Result<(), LedgerError> {
    let mut groups: BTreeMap<Group, (usize, i128)> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for leg in legs {
        let amount = leg.amount_fen.get();
        if amount == 0 {
            let account = leg.account.clone();
            return Err(LedgerError::ZeroLeg { account });
        }
        if amount.unsigned_abs() > Fen::BOUND.unsigned_abs() {
            return Err(LedgerError::OutOfRange);
        }
        if !seen.insert(&leg.account) {
            let account = leg.account.clone();
            return Err(LedgerError::RepeatedAccount { account });
        }
        let (count, sum) = groups.entry(leg.account.group()).or_default();
        *count += 1;
        *sum += i128::from(amount);
    }
    if groups.is_empty() || groups.values().any(|(count, _)| *count < 2) {
        return Err(LedgerError::TooFewLegs);
    }
    match groups.values().find(|(_, sum)| *sum != 0) {
        Some((_, sum)) => Err(LedgerError::Unbalanced {
            difference_fen: *sum,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn draft(legs: Vec<Leg>) -> Draft {
        Draft {
            kind: Kind::Withhold,
            period: "2026-03".parse().unwrap(),
            effective_on: NaiveDate::from_ymd_opt(2026, 3, 31).unwrap(),
            for_period: "2026-02".parse().unwrap(),
            idempotency_key: "k".into(),
            run: None,
            department: None,
            component: None,
            accrual: None,
            reverses: None,
            document: "豫财〔2026〕1号".into(),
            memo: Words::default(),
            basis: None,
            legs,
        }
    }

    fn leg(account: Account, fen: i64) -> Leg {
        Leg {
            account,
            amount_fen: Fen::new(fen),
        }
    }

    #[test]
    fn only_balanced_groups_pass() {
        let payable = || Account::Payable("11410100005252034W".into());
        let good = move_legs(payable(), Account::Treasury, Fen::new(5));
        assert!(Transaction::new(draft(good.to_vec())).is_ok());
        let refused = |legs| Transaction::new(draft(legs)).unwrap_err();
        assert_eq!(refused(vec![]), LedgerError::TooFewLegs);
        assert_eq!(refused(vec![leg(payable(), 5)]), LedgerError::TooFewLegs);
        assert!(matches!(
            refused(vec![leg(payable(), 0), leg(Account::Treasury, 0)]),
            LedgerError::ZeroLeg { .. }
        ));
        assert_eq!(
            refused(vec![leg(payable(), 5), leg(Account::Treasury, -4)]),
            LedgerError::Unbalanced { difference_fen: 1 }
        );
        assert!(matches!(
            refused(vec![leg(payable(), 5), leg(payable(), -5)]),
            LedgerError::RepeatedAccount { .. }
        ));
        let beyond = Fen::BOUND + 1;
        assert_eq!(
            refused(vec![
                leg(payable(), beyond),
                leg(Account::Treasury, -beyond)
            ]),
            LedgerError::OutOfRange
        );
        // Balanced over all, but not within each group.
        let memo = Account::Unfunded("11410100005252034W".into());
        let mixed = vec![leg(payable(), 5), leg(memo, -5)];
        assert_eq!(refused(mixed), LedgerError::TooFewLegs);
    }

    #[test]
    fn the_date_lies_in_the_period_and_texts_are_there() {
        let legs = move_legs(Account::WriteOff, Account::Treasury, Fen::new(5)).to_vec();
        let mut late = draft(legs.clone());
        late.effective_on = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
        assert!(matches!(
            Transaction::new(late),
            Err(LedgerError::DateOutsidePeriod { .. })
        ));
        let mut nameless = draft(legs);
        nameless.document = " ".into();
        assert!(matches!(
            Transaction::new(nameless),
            Err(LedgerError::Missing { .. })
        ));
    }
}
