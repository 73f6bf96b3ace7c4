//! Reading records, leaves, checkpoints and receipts.

use diesel::dsl::max;
use diesel::prelude::*;
use domain::{AppealId, ClaimId, DepartmentId};
use ledger::{Digest, Event, Receipt, SignedCheckpoint, VerifierKey, leaf};

use super::ExecuteError;
use super::schema::{
    appeal_events as appeals, checkpoints, claim_events as claims, ledger_records, txns,
};
use super::words::open_events;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// Number of records.
pub fn record_count(conn: &mut AnyConn) -> Result<u64, StoreError> {
    let last: Option<i64> = ledger_records::table
        .select(max(ledger_records::seq))
        .first(conn)?;
    cells::count("ledger_records", "seq", last.unwrap_or(0))
}

/// The events from a record number on, in order; what people wrote into them stays closed.
pub fn events(conn: &mut AnyConn, from_seq: u64) -> Result<Vec<Event>, ExecuteError> {
    let from = cells::count_cell("ledger_records", "seq", from_seq)?;
    let bodies: Vec<Vec<u8>> = ledger_records::table
        .filter(ledger_records::seq.ge(from))
        .order(ledger_records::seq)
        .select(ledger_records::body)
        .load(conn)?;
    read_all(&bodies)
}

/// A record, with what a person wrote into it; `None` beyond the last.
pub fn event(conn: &mut AnyConn, seq: u64) -> Result<Option<Event>, ExecuteError> {
    let seq = cells::count_cell("ledger_records", "seq", seq)?;
    Ok(events_at(conn, &[seq])?.pop())
}

/// The transactions about a department, in order: all that its statement needs.
pub fn events_of(
    conn: &mut AnyConn,
    department: &DepartmentId,
) -> Result<Vec<Event>, ExecuteError> {
    let own = txns::table
        .filter(txns::department_id.eq(department.as_str()))
        .select(txns::seq);
    let bodies: Vec<Vec<u8>> = ledger_records::table
        .filter(ledger_records::seq.eq_any(own))
        .order(ledger_records::seq)
        .select(ledger_records::body)
        .load(conn)?;
    read_open(conn, &bodies)
}

/// What happened to a claim, in order.
pub fn claim_events(conn: &mut AnyConn, claim: &ClaimId) -> Result<Vec<Event>, ExecuteError> {
    let own: Vec<i64> = claims::table
        .filter(claims::claim_id.eq(claim.as_str()))
        .select(claims::seq)
        .load(conn)?;
    events_at(conn, &own)
}

/// What happened to an appeal, in order.
pub fn appeal_events(conn: &mut AnyConn, appeal: &AppealId) -> Result<Vec<Event>, ExecuteError> {
    let own: Vec<i64> = appeals::table
        .filter(appeals::appeal_id.eq(appeal.as_str()))
        .select(appeals::seq)
        .load(conn)?;
    events_at(conn, &own)
}

fn events_at(conn: &mut AnyConn, seqs: &[i64]) -> Result<Vec<Event>, ExecuteError> {
    let bodies: Vec<Vec<u8>> = ledger_records::table
        .filter(ledger_records::seq.eq_any(seqs))
        .order(ledger_records::seq)
        .select(ledger_records::body)
        .load(conn)?;
    read_open(conn, &bodies)
}

/// The events of bodies, with what people wrote into them.
fn read_open(conn: &mut AnyConn, bodies: &[Vec<u8>]) -> Result<Vec<Event>, ExecuteError> {
    let mut events = read_all(bodies)?;
    open_events(conn, &mut events)?;
    Ok(events)
}

pub(super) fn read_all(bodies: &[Vec<u8>]) -> Result<Vec<Event>, ExecuteError> {
    let events = bodies.iter().map(|body| leaf::read_event(body));
    Ok(events.collect::<Result<_, _>>()?)
}

/// The hashes of all leaves, in order.
pub fn leaf_hashes(conn: &mut AnyConn) -> Result<Vec<Digest>, StoreError> {
    let rows: Vec<Vec<u8>> = ledger_records::table
        .order(ledger_records::seq)
        .select(ledger_records::leaf_hash)
        .load(conn)?;
    let hashes = rows.iter().map(|bytes| {
        Digest::from_slice(bytes).ok_or_else(|| StoreError::Corrupt {
            table: "ledger_records",
            column: "leaf_hash",
            value: domain::canon::hex(bytes),
        })
    });
    hashes.collect()
}

/// The signed note of the last checkpoint; `None` in empty books.
pub fn latest_checkpoint(conn: &mut AnyConn) -> Result<Option<String>, StoreError> {
    let note = checkpoints::table
        .order(checkpoints::tree_size.desc())
        .select(checkpoints::note)
        .first(conn)
        .optional()?;
    Ok(note)
}

/// The signed note of the first checkpoint that holds the record; `None` beyond the log.
pub fn checkpoint_at(conn: &mut AnyConn, seq: u64) -> Result<Option<String>, StoreError> {
    let seq = cells::count_cell("checkpoints", "tree_size", seq)?;
    let note = checkpoints::table
        .filter(checkpoints::tree_size.ge(seq))
        .order(checkpoints::tree_size)
        .select(checkpoints::note)
        .first(conn)
        .optional()?;
    Ok(note)
}

/// The receipt of a record for its department, under the last checkpoint.
pub fn receipt(
    conn: &mut AnyConn,
    department: &DepartmentId,
    seq: u64,
    key: &VerifierKey,
) -> Result<Receipt, ExecuteError> {
    let not_found = || StoreError::NotFound {
        what: "台账记录",
        key: seq.to_string(),
    };
    let cell = cells::count_cell("ledger_records", "seq", seq)?;
    let body: Option<Vec<u8>> = ledger_records::table
        .find(cell)
        .select(ledger_records::body)
        .first(conn)
        .optional()?;
    let mut event = leaf::read_event(&body.ok_or_else(not_found)?)?;
    open_events(conn, std::slice::from_mut(&mut event))?;
    let note = latest_checkpoint(conn)?.ok_or_else(not_found)?;
    let signed = SignedCheckpoint::open(&note, key)?;
    let leaves = leaf_hashes(conn)?;
    Ok(Receipt::for_department(
        department, &event, &leaves, &signed,
    )?)
}
