//! Transactions in the order of business dates: the order of journals.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::Period;
use ledger::{Account, Event};

use super::ExecuteError;
use super::records::read_all;
use super::schema::{accounts, ledger_records, txns};
use super::words::open_events;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// Records that are read at once.
const PART: usize = 500;

/// Hands over every transaction of the months up to `last`, in the order of business dates, then of
/// records. Dates and numbers are read first, sixteen bytes a transaction; the rest as it is handed
/// over.
pub fn each_dated<E: From<ExecuteError>>(
    conn: &mut AnyConn,
    last: Option<Period>,
    mut take: impl FnMut(&Event) -> Result<(), E>,
) -> Result<(), E> {
    let order = order_of(conn, last).map_err(ExecuteError::from)?;
    for part in order.chunks(PART) {
        let numbers: Vec<i64> = part.iter().map(|(_, seq)| *seq).collect();
        let mut events = read_part(conn, &numbers)?;
        open_events(conn, &mut events)?;
        for event in &events {
            take(event)?;
        }
    }
    Ok(())
}

fn order_of(conn: &mut AnyConn, last: Option<Period>) -> Result<Vec<(NaiveDate, i64)>, StoreError> {
    let all = txns::table.select((txns::effective_on, txns::seq));
    let mut order: Vec<(NaiveDate, i64)> = match last {
        None => all.load(conn)?,
        Some(last) => all
            .filter(txns::effective_on.le(last.last_day()))
            .load(conn)?,
    };
    order.sort_unstable();
    Ok(order)
}

/// The records of the numbers, in their order.
fn read_part(conn: &mut AnyConn, numbers: &[i64]) -> Result<Vec<Event>, ExecuteError> {
    let rows: Vec<(i64, Vec<u8>)> = ledger_records::table
        .filter(ledger_records::seq.eq_any(numbers))
        .select((ledger_records::seq, ledger_records::body))
        .load(conn)?;
    let mut bodies: BTreeMap<i64, Vec<u8>> = rows.into_iter().collect();
    let in_order = numbers.iter().map(|seq| {
        bodies.remove(seq).ok_or_else(|| StoreError::NotFound {
            what: "台账记录",
            key: seq.to_string(),
        })
    });
    read_all(&in_order.collect::<Result<Vec<_>, _>>()?)
}

/// Accounts that were ever used, in the order of first use.
pub fn used_accounts(conn: &mut AnyConn) -> Result<Vec<Account>, StoreError> {
    let codes: Vec<String> = accounts::table
        .order(accounts::id)
        .select(accounts::code)
        .load(conn)?;
    let parsed = codes
        .iter()
        .map(|code| cells::parsed("accounts", "code", code));
    parsed.collect()
}
