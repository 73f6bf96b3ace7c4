//! Appending events and the checkpoint that seals them.

use std::collections::BTreeSet;

use diesel::prelude::*;
use ledger::{Checkpoint, CompactRange, Digest, Event, Hash, Signer, UtcMicros, Words};

use super::head::Head;
use super::projection::{BodyRows, Rows, rows_of};
use super::rows::{
    AccountRow, AppealRow, CharterRow, CheckpointRow, ClaimRow, ErasureRow, OrderLineRow, OrderRow,
    PeriodRow, RecordRow, RunRow, TextRow, TxnRow,
};
use super::schema::{
    accounts, appeal_events, charter_events, checkpoints, claim_events, erasures, ledger_records,
    order_events, order_lines, period_events, run_events, texts, txns,
};
use super::words;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// Appends events in order, to the tables and to the log. Neighbours of one kind go together: the
/// triggers ask that projections follow one another in the order of records, not that each waits
/// for the answer about the one before.
pub(super) fn append(
    conn: &mut AnyConn,
    hash: Hash,
    events: &[Event],
    head: &mut Head,
) -> Result<(), StoreError> {
    if head.log.size() == 0 {
        head.log = CompactRange::new(hash);
    }
    let mut run = Run::default();
    let mut told = BTreeSet::new();
    for event in events {
        let mut rows = rows_of(hash, event, &mut head.ids)?;
        // One text stands once, whatever records have the commitment.
        rows.text.take_if(|row| {
            let commitment = event.body.words().and_then(Words::commitment);
            let known = commitment.and_then(|commitment| head.books.told(&commitment));
            known.is_some() || !told.insert(row.commitment.clone())
        });
        if let Some(leaf) = Digest::from_slice(&rows.record.leaf_hash) {
            head.log.append(leaf);
        }
        if !run.takes(&rows.body) {
            run.flush(conn)?;
        }
        run.push(rows);
    }
    run.flush(conn)
}

/// Neighbouring events of one kind.
#[derive(Default)]
struct Run {
    records: Vec<RecordRow>,
    accounts: Vec<AccountRow>,
    txns: Vec<TxnRow>,
    periods: Vec<PeriodRow>,
    runs: Vec<RunRow>,
    orders: Vec<OrderRow>,
    lines: Vec<OrderLineRow>,
    claims: Vec<ClaimRow>,
    appeals: Vec<AppealRow>,
    charters: Vec<CharterRow>,
    erasures: Vec<ErasureRow>,
    texts: Vec<TextRow>,
}

macro_rules! insert {
    ($conn:expr, $table:ident, $rows:expr) => {
        match $conn {
            AnyConn::Pg(pg) if $rows.len() > 1 => {
                diesel::copy_from($table::table)
                    .from_insertable(&$rows)
                    .execute(pg)?;
            }
            // One process, no round trips: a statement prepared once is as fast as many rows.
            _ => {
                for row in $rows {
                    diesel::insert_into($table::table)
                        .values(row)
                        .execute($conn)?;
                }
            }
        }
    };
}

impl Run {
    fn takes(&self, body: &BodyRows) -> bool {
        match body {
            BodyRows::Posted { .. } => self.records.len() == self.txns.len(),
            BodyRows::Claim(_) => self.records.len() == self.claims.len(),
            // An order's lines stand between its proposal and what follows.
            _ => self.records.is_empty(),
        }
    }

    fn push(&mut self, rows: Rows) {
        self.records.push(rows.record);
        self.texts.extend(rows.text);
        match rows.body {
            BodyRows::Period(row) => self.periods.push(row),
            BodyRows::Run(row) => self.runs.push(row),
            BodyRows::Order { event, lines } => {
                self.orders.push(event);
                self.lines.extend(lines);
            }
            BodyRows::Claim(row) => self.claims.push(row),
            BodyRows::Appeal(row) => self.appeals.push(row),
            BodyRows::Charter(row) => self.charters.push(row),
            BodyRows::Erased(row) => self.erasures.push(row),
            BodyRows::Posted { accounts, txn, .. } => {
                self.accounts.extend(accounts);
                self.txns.push(*txn);
            }
        }
    }

    fn flush(&mut self, conn: &mut AnyConn) -> Result<(), StoreError> {
        let rows = std::mem::take(self);
        insert!(conn, ledger_records, rows.records);
        insert!(conn, accounts, rows.accounts);
        insert!(conn, txns, rows.txns);
        insert!(conn, period_events, rows.periods);
        insert!(conn, run_events, rows.runs);
        insert!(conn, order_events, rows.orders);
        insert!(conn, order_lines, rows.lines);
        insert!(conn, claim_events, rows.claims);
        insert!(conn, appeal_events, rows.appeals);
        insert!(conn, charter_events, rows.charters);
        insert!(conn, texts, rows.texts);
        if !rows.erasures.is_empty() {
            words::leave_no_trace(conn)?;
        }
        insert!(conn, erasures, rows.erasures);
        Ok(())
    }
}

/// Signs the log as it stands and keeps the note.
pub(super) fn seal(
    conn: &mut AnyConn,
    hash: Hash,
    log: &CompactRange,
    recorded_at: UtcMicros,
    signer: &Signer,
) -> Result<(), StoreError> {
    let checkpoint = Checkpoint {
        origin: signer.name().to_owned(),
        size: log.size(),
        root: log.root(),
        hash,
    };
    let row = CheckpointRow {
        tree_size: cells::count_cell("checkpoints", "tree_size", checkpoint.size)?,
        root_hash: checkpoint.root.as_bytes().to_vec(),
        note: checkpoint.sign(signer).note().to_owned(),
        created_at: recorded_at.to_naive(),
    };
    diesel::insert_into(checkpoints::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}
