//! Legs of lines that are about a department or a line of the budget as a whole.

use chrono::{Datelike as _, NaiveDate};

use crate::account::{Account, Line};
use crate::order::OrderLine;
use crate::transaction::{Leg, move_legs};

/// The legs; none for a line that is about an accrual.
pub(crate) fn standing_legs(line: &OrderLine, effective_on: NaiveDate) -> Vec<Leg> {
    let moves = match line {
        OrderLine::CarryOn { line, .. } => {
            let next = Line {
                budget_year: line.budget_year + 1,
                ..line.clone()
            };
            vec![
                (
                    Account::Lapsed(line.clone()),
                    Account::Available(line.clone()),
                ),
                (Account::Available(next.clone()), Account::Authority(next)),
            ]
        }
        OrderLine::Appropriate { line, .. }
        | OrderLine::Augment { line, .. }
        | OrderLine::Cut { line, .. } => {
            vec![(
                Account::Available(line.clone()),
                Account::Authority(line.clone()),
            )]
        }
        OrderLine::SettleAdvance { line, level, .. } => {
            // Within the year it was no cost of ours; afterwards that year is not touched.
            let programme = line.programme.clone();
            let cost = if line.budget_year == effective_on.year() {
                Account::Expense(programme)
            } else {
                Account::PriorPeriod(programme)
            };
            vec![(Account::InterGov(level.clone()), cost)]
        }
        _ => of_department(line),
    };
    let amount = match line {
        // What is available is asked first: it says how far the line can be cut.
        OrderLine::Cut { amount_fen, .. } => amount_fen.negated(),
        _ => line.amount_fen(),
    };
    let pairs = moves.into_iter();
    pairs
        .flat_map(|(debit, credit)| move_legs(debit, credit, amount))
        .collect()
}

/// Debit and credit of what is about a department.
fn of_department(line: &OrderLine) -> Vec<(Account, Account)> {
    let unfunded = |carried: bool, id: &domain::DepartmentId| {
        if carried {
            Account::Carried(id.clone())
        } else {
            Account::Unfunded(id.clone())
        }
    };
    match line {
        OrderLine::WriteOff { department, .. } => {
            vec![(Account::WriteOff, Account::Clawback(department.clone()))]
        }
        OrderLine::SettleClawback {
            department, level, ..
        } => vec![(
            Account::InterGov(level.clone()),
            Account::Clawback(department.clone()),
        )],
        OrderLine::CarryUnfunded { department, .. } => {
            vec![(unfunded(true, department), unfunded(false, department))]
        }
        OrderLine::ExpireUnfunded {
            department,
            carried,
            ..
        } => vec![(
            Account::Entitlement(department.clone()),
            unfunded(*carried, department),
        )],
        OrderLine::TransferClawback {
            department,
            successor,
            ..
        } => vec![(
            Account::Clawback(successor.clone()),
            Account::Clawback(department.clone()),
        )],
        OrderLine::TransferUnfunded {
            department,
            successor,
            carried,
            ..
        } => vec![
            (
                unfunded(*carried, successor),
                unfunded(*carried, department),
            ),
            (
                Account::Entitlement(department.clone()),
                Account::Entitlement(successor.clone()),
            ),
        ],
        _ => Vec::new(),
    }
}
