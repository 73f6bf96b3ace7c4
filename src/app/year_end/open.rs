//! What stands open in the books when a budget year is over.

use std::collections::BTreeMap;

use assess::settlement::Position;
use assess::year_end::{CarriedIn, LineBalance, Owed, UnfundedBalance};
use domain::{DepartmentId, Fen, JurisdictionCode};
use ledger::{Account, Accrual, Books, Kind, Line, OrderLine};

use crate::pots::pot_line;

/// Lines of approved orders that are posted and stand, with the record numbers of their transactions.
fn carried_out(books: &Books) -> impl Iterator<Item = (u64, &OrderLine)> {
    books.orders().flat_map(move |(_, state)| {
        let lines = state.order.numbered();
        lines.filter_map(move |(index, line)| {
            let seq = state.posted.get(&index)?;
            (!books.is_reversed(*seq)).then_some((*seq, line))
        })
    })
}

/// The lines of a year, with what each came to have and has.
pub(super) fn lines(books: &Books, year: i32) -> Vec<LineBalance> {
    let on = |account: Account| books.balance(&account).balance_fen;
    let granted = books.accounts().filter_map(|(account, _)| match account {
        Account::Authority(line) if line.budget_year == year => Some(line),
        _ => None,
    });
    granted
        .map(|line| LineBalance {
            line: pot_line(line),
            authority_fen: on(Account::Authority(line.clone())).negated(),
            carried_in: carried_in(books, line),
            available_fen: on(Account::Available(line.clone())),
            reserved_fen: on(Account::Reserved(line.clone())),
        })
        .collect()
}

/// What came into a line from the one of the year before: balances, and what was opened for accruals
/// that were owed still, which is no money of the new year either.
fn carried_in(books: &Books, into: &Line) -> Vec<CarriedIn> {
    let before = Line {
        budget_year: into.budget_year - 1,
        ..into.clone()
    };
    let opened = |seq: u64| {
        let legs = books.transaction(seq).into_iter().flat_map(|own| &own.legs);
        let own = legs.filter(|leg| leg.account == Account::Authority(into.clone()));
        Fen::checked_sum(own.map(|leg| leg.amount_fen.negated())).unwrap_or_default()
    };
    let lines = carried_out(books).filter_map(|(seq, line)| match line {
        OrderLine::Carry { .. } => Some(CarriedIn {
            origin_year: before.budget_year,
            amount_fen: opened(seq),
        })
        .filter(|own| own.amount_fen > Fen::ZERO),
        OrderLine::CarryOn {
            line,
            origin_year,
            amount_fen,
        } if *line == before => Some(CarriedIn {
            origin_year: *origin_year,
            amount_fen: *amount_fen,
        }),
        _ => None,
    });
    lines.collect()
}

/// What the lines of a year owe.
pub(super) fn owed(books: &Books, year: i32) -> Vec<Owed> {
    let accruals = of_year(books, year);
    accruals
        .map(|(seq, accrual)| Owed {
            accrual: seq,
            line: pot_line(&accrual.line),
            amount_fen: accrual.owed_fen(),
        })
        .filter(|owed| owed.amount_fen > Fen::ZERO)
        .collect()
}

fn of_year(books: &Books, year: i32) -> impl DoubleEndedIterator<Item = (u64, &Accrual)> {
    let all: Vec<_> = books
        .accruals()
        .filter(|(_, accrual)| accrual.line.budget_year == year)
        .collect();
    all.into_iter()
}

/// What is unfunded of the months up to the end of a year, and what was carried before. What ended
/// or was carried since is taken off.
pub(super) fn unfunded(books: &Books, year: i32) -> Vec<UnfundedBalance> {
    let mut fresh: BTreeMap<DepartmentId, i64> = BTreeMap::new();
    for (_, transaction) in books.transactions() {
        let ends = matches!(
            transaction.kind,
            Kind::UnfundedCarry | Kind::UnfundedExpire | Kind::Transfer
        );
        if transaction.for_period.year() > year && !ends {
            continue;
        }
        for leg in &transaction.legs {
            if let Account::Unfunded(id) = &leg.account {
                *fresh.entry(id.clone()).or_default() += leg.amount_fen.get();
            }
        }
    }
    for (account, _) in books.accounts() {
        if let Account::Carried(id) = account {
            fresh.entry(id.clone()).or_default();
        }
    }
    let on = |account: Account| books.balance(&account).balance_fen;
    fresh
        .into_iter()
        .map(|(department, fen)| UnfundedBalance {
            unfunded_fen: Fen::new(fen.max(0)).min(on(Account::Unfunded(department.clone()))),
            carried_fen: on(Account::Carried(department.clone())),
            department,
        })
        .collect()
}

/// What departments stand for between the government whose money it is and their own: what can be
/// paid to them, and what is to be had back, which is of the accruals it was asked back of, the
/// last ones first.
pub(super) fn positions(
    books: &Books,
    year: i32,
    seats: &BTreeMap<DepartmentId, JurisdictionCode>,
) -> Vec<Position> {
    let mut due: BTreeMap<&DepartmentId, i64> = BTreeMap::new();
    for (account, at) in books.accounts() {
        if let Account::Clawback(id) = account {
            due.insert(id, at.balance_fen.get());
        }
    }
    let mut positions = Vec::new();
    for (seq, accrual) in of_year(books, year).rev() {
        let Some(seat) = seats.get(&accrual.department) else {
            continue;
        };
        let left = due.entry(&accrual.department).or_default();
        let clawback = (*left).min(accrual.clawed_fen.get()).max(0);
        *left -= clawback;
        let is_free = books.live_batch(seq).is_none();
        positions.push(Position {
            purse: accrual.line.payer.clone(),
            department: accrual.department.clone(),
            seat: seat.clone(),
            accrual: Some(seq),
            owed_fen: if is_free {
                accrual.payable_fen()
            } else {
                Fen::ZERO
            },
            clawback_fen: Fen::new(clawback),
        });
    }
    positions.reverse();
    positions
}

/// What lines advanced for other governments and was settled: line, government, fen.
pub(super) fn settled_advances(
    books: &Books,
) -> impl Iterator<Item = (Line, JurisdictionCode, i64)> {
    carried_out(books).filter_map(|(_, line)| match line {
        OrderLine::SettleAdvance {
            line,
            level,
            amount_fen,
        } => Some((line.clone(), level.clone(), amount_fen.get())),
        _ => None,
    })
}
