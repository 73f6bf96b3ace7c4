//! Taking back what was awarded: first what is owed still, then, as a claw-back, what was paid.

use chrono::{Datelike as _, NaiveDate};
use domain::Fen;

use crate::account::Account;
use crate::accrual::Accrual;
use crate::order::OrderLine;
use crate::rejection::Rejection;
use crate::transaction::{Leg, add_leg};

/// The account that bore the cost of an accrual: that of its programme within the budget year, the
/// one for earlier periods afterwards.
pub(crate) fn contra(accrual: &Accrual, effective_on: NaiveDate) -> Account {
    let programme = accrual.line.programme.clone();
    if same_year(accrual, effective_on) {
        Account::Expense(programme)
    } else {
        Account::PriorPeriod(programme)
    }
}

/// Whether what comes back is available again: only within the budget year.
fn same_year(accrual: &Accrual, effective_on: NaiveDate) -> bool {
    accrual.line.budget_year == effective_on.year()
}

/// The legs of a deduction, a lowering or a claw-back.
pub(crate) fn taken_back(
    line: &OrderLine,
    seq: u64,
    accrual: &Accrual,
    effective_on: NaiveDate,
) -> Result<Vec<Leg>, Rejection> {
    let amount = line.amount_fen();
    let fine = matches!(line, OrderLine::Deduct { fine: true, .. });
    let payable = Account::Payable(accrual.department.clone());
    let owed = match line {
        OrderLine::Clawback { .. } => Fen::ZERO,
        _ => amount.min(accrual.held_on(&payable)),
    };
    let beyond = amount.checked_sub(owed).ok_or(Rejection::OutOfRange)?;
    let reclaimable = accrual.reclaimable_fen();
    if beyond > reclaimable && !fine {
        let held_fen = owed.checked_add(reclaimable).ok_or(Rejection::OutOfRange)?;
        return Err(Rejection::AccrualExceeded {
            accrual: seq,
            asked_fen: amount,
            held_fen,
        });
    }
    let (cost_owed, cost_beyond) = match line {
        OrderLine::Deduct { fine: true, .. } => (Account::PenaltyIncome, Account::PenaltyIncome),
        OrderLine::Lower { .. } => {
            let prior = Account::PriorPeriod(accrual.line.programme.clone());
            (prior.clone(), prior)
        }
        _ => (contra(accrual, effective_on), contra(accrual, effective_on)),
    };
    let mut legs = Vec::new();
    let mut add = |account: Account, fen: Fen| add_leg(&mut legs, account, fen);
    add(payable, owed)?;
    add(Account::Clawback(accrual.department.clone()), beyond)?;
    add(cost_owed, owed.negated())?;
    add(cost_beyond, beyond.negated())?;
    add(Account::Available(accrual.line.clone()), owed)?;
    add(Account::Encumbered(accrual.line.clone()), owed.negated())?;
    if same_year(accrual, effective_on) && !fine {
        add(Account::Available(accrual.line.clone()), beyond)?;
        add(Account::Expended(accrual.line.clone()), beyond.negated())?;
    }
    Ok(legs)
}
