//! Appending events and the checkpoint that seals them.

use diesel::prelude::*;
use ledger::{Checkpoint, CompactRange, Digest, Event, Signer, UtcMicros};

use super::projection::{AccountIds, BodyRows, rows_of};
use super::rows::{AccountRow, CheckpointRow};
use super::schema::{accounts, checkpoints, ledger_records, period_events, run_events, txns};
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// Appends events in order, to the tables and to the log.
pub(super) fn append(
    conn: &mut AnyConn,
    events: &[Event],
    log: &mut CompactRange,
) -> Result<(), StoreError> {
    let mut ids = AccountIds::of(accounts::table.load::<AccountRow>(conn)?);
    for event in events {
        let rows = rows_of(event, &mut ids)?;
        if let Some(leaf) = Digest::from_slice(&rows.record.leaf_hash) {
            log.append(leaf);
        }
        diesel::insert_into(ledger_records::table)
            .values(rows.record)
            .execute(conn)?;
        match rows.body {
            BodyRows::Period(row) => diesel::insert_into(period_events::table)
                .values(row)
                .execute(conn)?,
            BodyRows::Run(row) => diesel::insert_into(run_events::table)
                .values(row)
                .execute(conn)?,
            BodyRows::Posted { accounts, txn, .. } => {
                for account in accounts {
                    diesel::insert_into(accounts::table)
                        .values(account)
                        .execute(conn)?;
                }
                diesel::insert_into(txns::table)
                    .values(*txn)
                    .execute(conn)?
            }
        };
    }
    Ok(())
}

/// Signs the log as it stands and keeps the note.
pub(super) fn seal(
    conn: &mut AnyConn,
    log: &CompactRange,
    recorded_at: UtcMicros,
    signer: &Signer,
) -> Result<(), StoreError> {
    let checkpoint = Checkpoint {
        origin: signer.name().to_owned(),
        size: log.size(),
        root: log.root(),
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
