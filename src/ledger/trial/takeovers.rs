//! Random lines about what the budget grants, and about what successors take over.

use domain::Fen;
use ledger::{Account, Books, OrderLine};

use super::super::department as department_of;

pub(super) fn funding(line: ledger::Line, amount_fen: Fen, what: u8) -> OrderLine {
    match what / 16 % 3 {
        0 => OrderLine::Appropriate { line, amount_fen },
        1 => OrderLine::Augment { line, amount_fen },
        _ => OrderLine::Cut { line, amount_fen },
    }
}

pub(super) fn transfer(
    books: &Books,
    accrual: u64,
    department: domain::DepartmentId,
    amount_fen: Fen,
    what: u8,
) -> OrderLine {
    let successor = department_of(what % 4);
    let on = |account: &Account| books.balance(account).balance_fen;
    let (clawback, unfunded) = (
        on(&Account::Clawback(department.clone())),
        on(&Account::Unfunded(department.clone())),
    );
    match what / 16 % 4 {
        0 if clawback > Fen::ZERO => OrderLine::TransferClawback {
            department,
            successor,
            amount_fen: clawback,
        },
        1 if unfunded > Fen::ZERO => OrderLine::TransferUnfunded {
            department,
            successor,
            carried: false,
            amount_fen: unfunded,
        },
        shape => OrderLine::TransferOwed {
            accrual,
            successor,
            withheld: shape == 3,
            amount_fen,
        },
    }
}
