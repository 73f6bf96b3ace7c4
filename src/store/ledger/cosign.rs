//! Cosignatures: what witnesses signed below our checkpoints.

use diesel::dsl::max;
use diesel::prelude::*;
use ledger::{LedgerError, SignedCheckpoint, WitnessKey};

use super::ExecuteError;
use super::schema::{checkpoints, cosignatures};
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// Keeps a witness's signature of a checkpoint of this ledger. Of each witness and size the first is
/// kept.
pub fn keep_cosignature(
    conn: &mut AnyConn,
    signed: &SignedCheckpoint,
    witness: &WitnessKey,
) -> Result<(), ExecuteError> {
    let checkpoint = signed.checkpoint();
    let size = cells::count_cell("checkpoints", "tree_size", checkpoint.size)?;
    let root: Option<Vec<u8>> = checkpoints::table
        .find(size)
        .select(checkpoints::root_hash)
        .first(conn)
        .optional()?;
    if root.as_deref() != Some(checkpoint.root.as_bytes().as_slice()) {
        return Err(ExecuteError::Unprovable(LedgerError::OtherCheckpoint {
            size: checkpoint.size,
        }));
    }
    let cosigned = witness.cosigned_at(signed.note());
    if cosigned.map_err(ExecuteError::Unprovable)?.is_none() {
        return Err(ExecuteError::Unprovable(LedgerError::BadSignature {
            key: witness.name().to_owned(),
        }));
    }
    let key = witness.to_string();
    let known: i64 = cosignatures::table
        .filter(cosignatures::tree_size.eq(size))
        .filter(cosignatures::witness_key.eq(&key))
        .count()
        .get_result(conn)?;
    if known == 0 {
        diesel::insert_into(cosignatures::table)
            .values((
                cosignatures::tree_size.eq(size),
                cosignatures::witness_key.eq(key),
                cosignatures::line.eq(witness.lines_of(signed.note())?),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The note of the checkpoint of a size with all its cosignatures; `None` when there is none.
pub fn cosigned_note(conn: &mut AnyConn, size: u64) -> Result<Option<String>, StoreError> {
    let size = cells::count_cell("checkpoints", "tree_size", size)?;
    let note: Option<String> = checkpoints::table
        .find(size)
        .select(checkpoints::note)
        .first(conn)
        .optional()?;
    let lines: Vec<String> = cosignatures::table
        .filter(cosignatures::tree_size.eq(size))
        .order(cosignatures::witness_key)
        .select(cosignatures::line)
        .load(conn)?;
    Ok(note.map(|note| note + &lines.concat()))
}

/// The names of those who cosigned the checkpoint of a size, in order.
pub fn cosigners(conn: &mut AnyConn, size: u64) -> Result<Vec<String>, StoreError> {
    let cell = cells::count_cell("cosignatures", "tree_size", size)?;
    let keys: Vec<String> = cosignatures::table
        .filter(cosignatures::tree_size.eq(cell))
        .order(cosignatures::witness_key)
        .select(cosignatures::witness_key)
        .load(conn)?;
    let names = keys.into_iter().map(|key| {
        let witness = key.parse::<WitnessKey>();
        witness
            .map(|witness| witness.name().to_owned())
            .map_err(|_| StoreError::Corrupt {
                table: "cosignatures",
                column: "witness_key",
                value: key,
            })
    });
    names.collect()
}

/// The size of the newest checkpoint that a witness cosigned.
pub fn newest_cosigned(conn: &mut AnyConn) -> Result<Option<u64>, StoreError> {
    let size: Option<i64> = cosignatures::table
        .select(max(cosignatures::tree_size))
        .first(conn)?;
    size.map(|size| cells::count("cosignatures", "tree_size", size))
        .transpose()
}
