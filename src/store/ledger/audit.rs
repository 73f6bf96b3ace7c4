//! The audit: replays the records and compares every table, root and signature with the result.
//!
//! It reads the records a part at a time and beside them, by their numbers, what the other tables
//! hold of the same part. What it costs grows with the number of records and no faster; what it
//! keeps are the books themselves, never a table.

mod replay;
mod seals;
mod tables;
mod texts;

use std::collections::BTreeMap;
use std::fmt;

use diesel::prelude::*;
use ledger::{AppealChange, Body, ClaimChange, Digest, Event, VerifierKey};

use super::rows::RecordRow;
use super::schema::ledger_records;
use crate::conn::AnyConn;
use crate::error::StoreError;

use replay::Replay;

/// Records read at once.
const PART: i64 = 1_000;

/// Findings of a table that are told one by one; what is more is counted.
const TOLD_MAX: u64 = 20;

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Number of records read.
    pub records: u64,
    /// Root hash over the bytes of all records as they are now.
    pub root: Digest,
    /// Rows that were compared, by table.
    pub rows: BTreeMap<&'static str, u64>,
    /// What is wrong; empty when all agrees. At most so many of a table as a person reads.
    pub findings: Vec<Finding>,
    /// How many more things are wrong, by table.
    pub more: BTreeMap<&'static str, u64>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The table it is in.
    pub table: &'static str,
    /// The row: number of the record, or key.
    pub at: String,
    /// What is wrong: a Chinese sentence, then English in brackets.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}：{}", self.table, self.at, self.message)
    }
}

/// Findings so far.
#[derive(Debug, Default)]
struct Findings {
    told: Vec<Finding>,
    counts: BTreeMap<&'static str, u64>,
    rows: BTreeMap<&'static str, u64>,
}

impl Findings {
    fn add(&mut self, table: &'static str, at: impl ToString, message: impl Into<String>) {
        let count = self.counts.entry(table).or_default();
        *count += 1;
        if *count <= TOLD_MAX {
            self.told.push(Finding {
                table,
                at: at.to_string(),
                message: message.into(),
            });
        }
    }

    fn compared(&mut self, table: &'static str, rows: usize) {
        *self.rows.entry(table).or_default() += u64::try_from(rows).unwrap_or(u64::MAX);
    }
}

/// Says what is wrong with the paper of a digest, which a record names; nothing when it is there
/// and has that digest.
pub type CheckPaper<'a> =
    &'a mut dyn FnMut(&mut AnyConn, &Digest) -> Result<Option<String>, StoreError>;

/// Audits the whole ledger. With the public key that it was begun with, signatures are checked too,
/// by the certified keys from where they take over; with a checkpoint kept elsewhere, pass its note
/// as `kept`, so that a cut or rewritten log shows.
pub fn audit(
    conn: &mut AnyConn,
    key: &VerifierKey,
    kept: Option<&str>,
) -> Result<Audit, StoreError> {
    audit_with_papers(conn, key, kept, &mut |_, _| Ok(None))
}

/// The same, and every paper that a record names by its digest: evidence of claims, grounds of
/// appeals.
pub fn audit_with_papers(
    conn: &mut AnyConn,
    key: &VerifierKey,
    kept: Option<&str>,
    check_paper: CheckPaper<'_>,
) -> Result<Audit, StoreError> {
    let mut replay = Replay::new(key, kept);
    let mut findings = Findings::default();
    let mut after = i64::MIN;
    loop {
        let records: Vec<RecordRow> = ledger_records::table
            .filter(ledger_records::seq.gt(after))
            .order(ledger_records::seq)
            .limit(PART)
            .load(conn)?;
        let is_last = i64::try_from(records.len()).is_ok_and(|count| count < PART);
        let last = records.last().map_or(after, |record| record.seq);
        // The last part reaches to the end of every table, so that nothing stands behind it.
        let upto = if is_last { i64::MAX } else { last };
        let range = (after, upto);
        let seals = seals::load(conn, range)?;
        let expected = replay.follow(records, &seals, &mut findings)?;
        for (seq, digest) in &expected.papers {
            if let Some(fault) = check_paper(conn, digest)? {
                findings.add("blobs", format!("#{seq} {digest}"), fault);
            }
        }
        findings.compared("blobs", expected.papers.len());
        replay.check_seals(&seals, &expected.roots, &mut findings);
        texts::compare(conn, range, &expected.texts, &mut findings)?;
        tables::compare(conn, range, expected, &mut findings)?;
        if is_last {
            break;
        }
        after = upto;
    }
    replay.finish(conn, &mut findings)?;
    let more = findings.counts.into_iter();
    Ok(Audit {
        records: replay.records(),
        root: replay.root(),
        rows: findings.rows,
        findings: findings.told,
        more: more
            .filter(|(_, count)| *count > TOLD_MAX)
            .map(|(table, count)| (table, count - TOLD_MAX))
            .collect(),
    })
}

/// The digests of papers that an event names.
fn papers_of(event: &Event) -> Vec<Digest> {
    match &event.body {
        Body::Claim {
            change: ClaimChange::Declared { declaration },
            ..
        } => declaration.evidence.clone(),
        Body::Appeal {
            change: AppealChange::Opened { contest },
            ..
        } => vec![contest.statement_sha256],
        _ => Vec::new(),
    }
}
