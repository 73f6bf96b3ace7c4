//! The audit: replays the records and compares every table, root and signature with the result.

use std::fmt;

use diesel::prelude::*;
use ledger::{Books, CompactRange, Digest, Event, SignedCheckpoint, VerifierKey, leaf};

use super::projection::{AccountIds, BodyRows, rows_of};
use super::rows::{AccountRow, CheckpointRow, PeriodRow, PostingRow, RecordRow, RunRow, TxnRow};
use super::schema::{
    accounts, checkpoints, ledger_records, period_events, postings, run_events, txns,
};
use crate::conn::AnyConn;
use crate::error::StoreError;

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Number of records read.
    pub records: u64,
    /// Root hash over the bytes of all records as they are now.
    pub root: Digest,
    /// What is wrong; empty when all agrees.
    pub findings: Vec<Finding>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The table it is in.
    pub table: &'static str,
    /// What is wrong: a Chinese sentence, then English in brackets.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}：{}", self.table, self.message)
    }
}

/// Audits the whole ledger. With the public key, signatures are checked too; with a checkpoint
/// kept elsewhere, pass its note as `kept`, so that a cut or rewritten log shows.
pub fn audit(
    conn: &mut AnyConn,
    key: &VerifierKey,
    kept: Option<&str>,
) -> Result<Audit, StoreError> {
    let records: Vec<RecordRow> = ledger_records::table
        .order(ledger_records::seq)
        .load(conn)?;
    let mut findings = Vec::new();
    let events = read_events(&records, &mut findings);
    replay(&events, &mut findings);
    let expected = project(&events, &records, &mut findings)?;
    expected.compare(conn, &mut findings)?;
    let roots = roots_of(&records);
    check_checkpoints(conn, key, &roots, &mut findings)?;
    if let Some(note) = kept {
        check_note(note, key, &roots, &mut findings);
    }
    Ok(Audit {
        records: u64::try_from(records.len()).unwrap_or(u64::MAX),
        root: roots
            .last()
            .copied()
            .unwrap_or(CompactRange::default().root()),
        findings,
    })
}

fn find(findings: &mut Vec<Finding>, table: &'static str, message: impl Into<String>) {
    let message = message.into();
    findings.push(Finding { table, message });
}

fn read_events(records: &[RecordRow], findings: &mut Vec<Finding>) -> Vec<Event> {
    let mut events = Vec::with_capacity(records.len());
    for record in records {
        match leaf::read_event(&record.body) {
            Ok(event) => events.push(event),
            Err(fault) => {
                let message = format!("第 {} 号：{fault} (unreadable record)", record.seq);
                find(findings, "ledger_records", message);
            }
        }
    }
    events
}

fn replay(events: &[Event], findings: &mut Vec<Finding>) {
    let mut books = Books::default();
    for event in events {
        if let Err(fault) = books.apply(event) {
            // All that follows would be reported as well; the first is the one that matters.
            find(findings, "ledger_records", fault.to_string());
            return;
        }
    }
}

/// The roots after each record, of the bytes as they are.
fn roots_of(records: &[RecordRow]) -> Vec<Digest> {
    let mut log = CompactRange::default();
    let bytes = records.iter().map(|record| &record.body);
    bytes
        .map(|body| {
            log.append(ledger::merkle::leaf_hash(body));
            log.root()
        })
        .collect()
}

/// The rows the tables should hold.
#[derive(Default)]
struct Expected {
    accounts: Vec<AccountRow>,
    txns: Vec<TxnRow>,
    postings: Vec<PostingRow>,
    periods: Vec<PeriodRow>,
    runs: Vec<RunRow>,
}

fn project(
    events: &[Event],
    records: &[RecordRow],
    findings: &mut Vec<Finding>,
) -> Result<Expected, StoreError> {
    let mut ids = AccountIds::default();
    let mut expected = Expected::default();
    let mut made = Vec::with_capacity(events.len());
    for event in events {
        let rows = rows_of(event, &mut ids)?;
        made.push(rows.record);
        match rows.body {
            BodyRows::Period(row) => expected.periods.push(row),
            BodyRows::Run(row) => expected.runs.push(row),
            BodyRows::Posted {
                accounts,
                txn,
                postings,
            } => {
                expected.accounts.extend(accounts);
                expected.txns.push(*txn);
                expected.postings.extend(postings);
            }
        }
    }
    compare("ledger_records", &made, records, findings);
    expected
        .postings
        .sort_by_key(|row| (row.account_id, row.account_seq));
    expected.periods.sort_by_key(|row| row.seq);
    Ok(expected)
}

impl Expected {
    fn compare(&self, conn: &mut AnyConn, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
        let found: Vec<AccountRow> = accounts::table.order(accounts::id).load(conn)?;
        compare("accounts", &self.accounts, &found, findings);
        let found: Vec<TxnRow> = txns::table.order(txns::seq).load(conn)?;
        compare("txns", &self.txns, &found, findings);
        let found: Vec<PostingRow> = postings::table
            .order((postings::account_id, postings::account_seq))
            .load(conn)?;
        compare("postings", &self.postings, &found, findings);
        let found: Vec<PeriodRow> = period_events::table.order(period_events::seq).load(conn)?;
        compare("period_events", &self.periods, &found, findings);
        let found: Vec<RunRow> = run_events::table.order(run_events::seq).load(conn)?;
        compare("run_events", &self.runs, &found, findings);
        Ok(())
    }
}

/// Names the first row that differs.
fn compare<T: PartialEq + fmt::Debug>(
    table: &'static str,
    expected: &[T],
    found: &[T],
    findings: &mut Vec<Finding>,
) {
    if expected.len() != found.len() {
        let message = format!(
            "应有 {} 行，实有 {} 行 (number of rows)",
            expected.len(),
            found.len()
        );
        find(findings, table, message);
    }
    let differing = expected.iter().zip(found).find(|(a, b)| a != b);
    if let Some((expected, found)) = differing {
        let message = format!("应为 {expected:?}，实为 {found:?} (row differs)");
        find(findings, table, message);
    }
}

fn check_checkpoints(
    conn: &mut AnyConn,
    key: &VerifierKey,
    roots: &[Digest],
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let rows: Vec<CheckpointRow> = checkpoints::table
        .order(checkpoints::tree_size)
        .load(conn)?;
    for row in &rows {
        if let Some(signed) = check_note(&row.note, key, roots, findings) {
            let checkpoint = signed.checkpoint();
            let same_size = i64::try_from(checkpoint.size) == Ok(row.tree_size);
            if !same_size || checkpoint.root.as_bytes().as_slice() != row.root_hash {
                let message = format!(
                    "规模 {} 与签名文本不符 (differs from its note)",
                    row.tree_size
                );
                find(findings, "checkpoints", message);
            }
        }
    }
    let sealed = rows.last().map_or(0, |row| row.tree_size);
    if i64::try_from(roots.len()) != Ok(sealed) {
        let message = format!(
            "最后一次签名至第 {sealed} 号，台账至第 {} 号 (unsealed records)",
            roots.len()
        );
        find(findings, "checkpoints", message);
    }
    Ok(())
}

/// Opens a note and compares it with the root of the records of its size.
fn check_note(
    note: &str,
    key: &VerifierKey,
    roots: &[Digest],
    findings: &mut Vec<Finding>,
) -> Option<SignedCheckpoint> {
    let signed = match SignedCheckpoint::open(note, key) {
        Ok(signed) => signed,
        Err(fault) => {
            find(findings, "checkpoints", fault.to_string());
            return None;
        }
    };
    let checkpoint = signed.checkpoint();
    let at = usize::try_from(checkpoint.size).unwrap_or(usize::MAX);
    let root = at.checked_sub(1).and_then(|index| roots.get(index));
    if root != Some(&checkpoint.root) {
        let message = format!("规模 {at} 的根哈希与记录不符 (root differs from the records)");
        find(findings, "checkpoints", message);
    }
    Some(signed)
}
