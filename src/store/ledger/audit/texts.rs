//! Texts beside the records: each there and what its commitment stands for, or erased by a decision.

use std::collections::BTreeMap;

use diesel::prelude::*;
use ledger::Digest;

use super::super::rows::TextRow;
use super::super::schema::{erasures, texts};
use super::super::words::{is_of, read};
use super::Findings;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// Compares the texts of a part with what its records have commitments to.
pub(super) fn compare(
    conn: &mut AnyConn,
    (after, upto): (i64, i64),
    expected: &[(u64, Digest)],
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let found: Vec<TextRow> = texts::table
        .filter(texts::seq.gt(after))
        .filter(texts::seq.le(upto))
        .load(conn)?;
    findings.compared("texts", found.len());
    let mut found: BTreeMap<Vec<u8>, TextRow> = found
        .into_iter()
        .map(|row| (row.commitment.clone(), row))
        .collect();
    for (seq, commitment) in expected {
        let cell = commitment.as_bytes().to_vec();
        match found.remove(&cell) {
            Some(row) => check(*seq, commitment, row, findings),
            None if !is_erased(conn, &cell)? => {
                findings.add("texts", seq, "缺少此文字 (text is missing)");
            }
            None => {}
        }
    }
    for row in found.values() {
        findings.add("texts", row.seq, "记录中没有此文字 (text of no record)");
    }
    Ok(())
}

fn check(seq: u64, commitment: &Digest, row: TextRow, findings: &mut Findings) {
    if u64::try_from(row.seq) != Ok(seq) {
        let message = format!("记录号应为 {seq} (row differs)");
        findings.add("texts", row.seq, message);
    }
    if !read(row.salt, row.text).is_some_and(|opening| is_of(&opening, commitment)) {
        findings.add(
            "texts",
            seq,
            "文字与记录中的承诺不符 (text of another commitment)",
        );
    }
}

fn is_erased(conn: &mut AnyConn, commitment: &[u8]) -> Result<bool, StoreError> {
    let decided = erasures::table.filter(erasures::commitment.eq(commitment));
    Ok(diesel::select(diesel::dsl::exists(decided)).get_result(conn)?)
}
