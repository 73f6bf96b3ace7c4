//! Checkpoints: who signed them, and whether the records have their roots.

use diesel::prelude::*;
use ledger::{Charter, LedgerError, SignedCheckpoint, VerifierKey, WitnessKey};

use super::super::rows::CheckpointRow;
use super::super::schema::{checkpoints, cosignatures};
use super::replay::Roots;
use super::{Findings, PART};
use crate::conn::AnyConn;
use crate::error::StoreError;

/// The checkpoints of a range of sizes, in order.
pub(super) fn load(
    conn: &mut AnyConn,
    (after, upto): (i64, i64),
) -> Result<Vec<CheckpointRow>, StoreError> {
    let rows = checkpoints::table
        .filter(checkpoints::tree_size.gt(after))
        .filter(checkpoints::tree_size.le(upto))
        .order(checkpoints::tree_size)
        .load(conn)?;
    Ok(rows)
}

/// The size that a note states, signed or not.
pub(super) fn note_size(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}

/// Compares the checkpoints of a part with the roots that its records have.
pub(super) fn check_roots(rows: &[CheckpointRow], roots: &Roots, findings: &mut Findings) {
    findings.compared("checkpoints", rows.len());
    for row in rows {
        let size = row.tree_size;
        let mut find = |message: String| findings.add("checkpoints", size, message);
        match roots.get(&size) {
            None => find(format!("台账没有第 {size} 号记录 (beyond the records)")),
            Some((root, _)) if root.as_bytes().as_slice() != row.root_hash => {
                find("根哈希与记录不符 (root differs from the records)".to_owned());
            }
            Some((_, at)) if *at != row.created_at => {
                let at = at.and_utc();
                find(format!("时间应为 {at} (not the time of its last record)"));
            }
            Some(_) => {}
        }
    }
}

/// Opens the notes of all checkpoints and what witnesses signed below them; once all records are
/// followed, since a key signs from before its certificate on.
pub(super) fn check_notes(
    conn: &mut AnyConn,
    keys: &Keys<'_>,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut after = i64::MIN;
    loop {
        let rows: Vec<CheckpointRow> = checkpoints::table
            .filter(checkpoints::tree_size.gt(after))
            .order(checkpoints::tree_size)
            .limit(PART)
            .load(conn)?;
        for row in &rows {
            check_note(row, keys, findings);
        }
        let Some(last) = rows.last() else { break };
        after = last.tree_size;
    }
    check_cosignatures(conn, findings)
}

fn check_note(row: &CheckpointRow, keys: &Keys<'_>, findings: &mut Findings) {
    let size = row.tree_size;
    match keys.open(&row.note) {
        Err(fault) => findings.add("checkpoints", size, fault.to_string()),
        Ok(signed) => {
            let checkpoint = signed.checkpoint();
            let same_size = i64::try_from(checkpoint.size) == Ok(size);
            if !same_size || checkpoint.root.as_bytes().as_slice() != row.root_hash {
                let message = "与签名文本不符 (differs from its note)";
                findings.add("checkpoints", size, message);
            }
        }
    }
}

/// Witnesses sign now and then, not with every commit: their signatures are read at once.
fn check_cosignatures(conn: &mut AnyConn, findings: &mut Findings) -> Result<(), StoreError> {
    let rows: Vec<(i64, String, String, Option<String>)> = cosignatures::table
        .left_join(checkpoints::table.on(checkpoints::tree_size.eq(cosignatures::tree_size)))
        .order((cosignatures::tree_size, cosignatures::witness_key))
        .select((
            cosignatures::tree_size,
            cosignatures::witness_key,
            cosignatures::line,
            checkpoints::note.nullable(),
        ))
        .load(conn)?;
    findings.compared("cosignatures", rows.len());
    for (size, key, line, note) in rows {
        let signed = note.and_then(|note| {
            let witness: WitnessKey = key.parse().ok()?;
            witness.cosigned_at(&(note + &line)).ok()?
        });
        if signed.is_none() {
            let message = "见证签名无效 (no signature of the witness)";
            findings.add("cosignatures", format!("{size} {key}"), message);
        }
    }
    Ok(())
}

/// Who signs the checkpoint of a size: the key given, until a certificate says otherwise.
pub(super) struct Keys<'a> {
    pub(super) first: &'a VerifierKey,
    pub(super) charter: &'a Charter,
}

impl Keys<'_> {
    pub(super) fn open(&self, note: &str) -> Result<SignedCheckpoint, LedgerError> {
        let certified = self.charter.certified().iter();
        let mut all = certified.map(|own| &own.key).chain([self.first]);
        let opened = all.find_map(|key| Some((key, SignedCheckpoint::open(note, key).ok()?)));
        // With no key that fits, the first names what is missing.
        let (key, signed) = match opened {
            Some(opened) => opened,
            None => (self.first, SignedCheckpoint::open(note, self.first)?),
        };
        let size = signed.checkpoint().size;
        // Before the first certificate it is the key which that certifies.
        let begun = self.charter.certified().first();
        let begun = begun.map_or(self.first, |own| &own.key);
        if *key == *self.charter.key_at(size).unwrap_or(begun) {
            Ok(signed)
        } else {
            Err(LedgerError::BadSignature {
                key: format!("{key}, 规模 size {size}"),
            })
        }
    }
}
