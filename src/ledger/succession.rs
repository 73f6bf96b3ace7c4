//! What stands to departments that have ended, as transfers to those who took over 承继划转: every
//! balance is parted by largest remainder, so that no fen is lost and none is left behind.

use std::collections::BTreeMap;

use domain::{DepartmentId, Fen};

use crate::account::Account;
use crate::accrual::Accrual;
use crate::apportion::apportion;
use crate::books::Books;
use crate::order::OrderLine;

/// Something owed that cannot be transferred yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// Record number of the accrual.
    pub accrual: u64,
    /// The department that has ended.
    pub department: DepartmentId,
    /// What of it is under appeal, fen.
    pub disputed_fen: Fen,
    /// What of it is in transit, fen.
    pub in_transit_fen: Fen,
    /// Whether a batch of payments about it waits for its approval.
    pub in_batch: bool,
}

/// What is to be transferred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takeover {
    /// The transfers, by department that has ended.
    pub lines: Vec<OrderLine>,
    /// What has to be settled first: while there is any, nothing is to be proposed.
    pub unsettled: Vec<Unsettled>,
}

/// The transfers from departments that have ended to their heirs, who have whole weights each.
pub fn takeover(
    books: &Books,
    heirs: &BTreeMap<DepartmentId, Vec<(DepartmentId, i64)>>,
) -> Takeover {
    let mut takeover = Takeover::default();
    for (department, heirs) in heirs {
        let owed = books
            .accruals()
            .filter(|(_, accrual)| accrual.department == *department);
        for (seq, accrual) in owed {
            match unsettled(books, seq, accrual) {
                Some(found) => takeover.unsettled.push(found),
                None => takeover.lines.extend(owed_lines(seq, accrual, heirs)),
            }
        }
        takeover
            .lines
            .extend(standing_lines(books, department, heirs));
    }
    takeover
}

fn unsettled(books: &Books, seq: u64, accrual: &Accrual) -> Option<Unsettled> {
    let id = || accrual.department.clone();
    let found = Unsettled {
        accrual: seq,
        department: id(),
        disputed_fen: accrual.held_on(&Account::Disputed(id())),
        in_transit_fen: accrual.held_on(&Account::InTransit(id())),
        in_batch: books.live_batch(seq).is_some(),
    };
    let open = found.in_batch || [found.disputed_fen, found.in_transit_fen] != [Fen::ZERO; 2];
    open.then_some(found)
}

/// What each heir gets of an amount; heirs that get nothing are left out.
fn parts(
    amount_fen: Fen,
    heirs: &[(DepartmentId, i64)],
) -> impl Iterator<Item = (&DepartmentId, Fen)> {
    let weights: Vec<i64> = heirs.iter().map(|(_, weight)| *weight).collect();
    let parts = apportion(amount_fen, &weights);
    let parts = heirs.iter().map(|(heir, _)| heir).zip(parts);
    parts.filter(|(_, part)| *part > Fen::ZERO)
}

fn owed_lines(seq: u64, accrual: &Accrual, heirs: &[(DepartmentId, i64)]) -> Vec<OrderLine> {
    let states = [
        (false, accrual.payable_fen()),
        (true, accrual.withheld_fen()),
    ];
    let line = |withheld: bool, successor: &DepartmentId, amount_fen: Fen| {
        let (accrual, successor) = (seq, successor.clone());
        OrderLine::TransferOwed {
            accrual,
            successor,
            withheld,
            amount_fen,
        }
    };
    let lines = states.into_iter().flat_map(|(withheld, fen)| {
        parts(fen, heirs).map(move |(heir, part)| line(withheld, heir, part))
    });
    lines.collect()
}

fn standing_lines(
    books: &Books,
    department: &DepartmentId,
    heirs: &[(DepartmentId, i64)],
) -> Vec<OrderLine> {
    let on = |account: Account| books.balance(&account).balance_fen;
    let id = || department.clone();
    let mut lines = Vec::new();
    for (successor, amount_fen) in parts(on(Account::Clawback(id())), heirs) {
        lines.push(OrderLine::TransferClawback {
            department: id(),
            successor: successor.clone(),
            amount_fen,
        });
    }
    let unfunded = [
        (false, on(Account::Unfunded(id()))),
        (true, on(Account::Carried(id()))),
    ];
    for (carried, fen) in unfunded {
        for (successor, amount_fen) in parts(fen, heirs) {
            lines.push(OrderLine::TransferUnfunded {
                department: id(),
                successor: successor.clone(),
                carried,
                amount_fen,
            });
        }
    }
    lines
}

#[cfg(test)]
mod tests;
