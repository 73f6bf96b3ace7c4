//! The audit: replays the records and compares every table, root and signature with the result.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use diesel::prelude::*;
use ledger::{
    Books, Charter, CompactRange, Digest, Event, Hash, LedgerError, SignedCheckpoint, VerifierKey,
    leaf,
};

use super::projection::{AccountIds, BodyRows, rows_of};
use super::rows::{
    AccountRow, AppealRow, CharterRow, CheckpointRow, ClaimRow, OrderLineRow, OrderRow, PeriodRow,
    PostingRow, RecordRow, RunRow, TxnRow,
};
use super::schema::{
    accounts, appeal_events, charter_events, checkpoints, claim_events, ledger_records,
    order_events, order_lines, period_events, postings, run_events, txns,
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

/// Audits the whole ledger. With the public key that it was begun with, signatures are checked too,
/// by the certified keys from where they take over; with a checkpoint kept elsewhere, pass its note
/// as `kept`, so that a cut or rewritten log shows.
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
    let charter = replay(&events, &mut findings);
    let expected = project(charter.hash(), &events, &records, &mut findings)?;
    expected.compare(conn, &mut findings)?;
    let roots = roots_of(charter.hash(), &records);
    let keys = Keys {
        first: key,
        charter: &charter,
    };
    check_checkpoints(conn, &keys, &roots, &mut findings)?;
    if let Some(note) = kept {
        check_note(note, &keys, &roots, &mut findings);
    }
    Ok(Audit {
        records: u64::try_from(records.len()).unwrap_or(u64::MAX),
        root: roots
            .last()
            .copied()
            .unwrap_or(CompactRange::new(charter.hash()).root()),
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

/// What the charter says after all records that follow from one another.
fn replay(events: &[Event], findings: &mut Vec<Finding>) -> Charter {
    let mut books = Books::default();
    for event in events {
        if let Err(fault) = books.apply(event) {
            // All that follows would be reported as well; the first is the one that matters.
            find(findings, "ledger_records", fault.to_string());
            break;
        }
    }
    books.charter().clone()
}

/// The roots after each record, of the bytes as they are.
fn roots_of(hash: Hash, records: &[RecordRow]) -> Vec<Digest> {
    let mut log = CompactRange::new(hash);
    let bytes = records.iter().map(|record| &record.body);
    bytes
        .map(|body| {
            log.append(hash.leaf(body));
            log.root()
        })
        .collect()
}

/// The rows the tables should hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    accounts: Vec<AccountRow>,
    txns: Vec<TxnRow>,
    postings: Vec<PostingRow>,
    periods: Vec<PeriodRow>,
    runs: Vec<RunRow>,
    orders: Vec<OrderRow>,
    order_lines: Vec<OrderLineRow>,
    claims: Vec<ClaimRow>,
    appeals: Vec<AppealRow>,
    charters: Vec<CharterRow>,
}

fn project(
    hash: Hash,
    events: &[Event],
    records: &[RecordRow],
    findings: &mut Vec<Finding>,
) -> Result<Expected, StoreError> {
    let mut ids = AccountIds::default();
    let mut expected = Expected::default();
    let mut made = Vec::with_capacity(events.len());
    for event in events {
        let rows = rows_of(hash, event, &mut ids)?;
        made.push(rows.record);
        match rows.body {
            BodyRows::Period(row) => expected.periods.push(row),
            BodyRows::Run(row) => expected.runs.push(row),
            BodyRows::Order { event, lines } => {
                expected.orders.push(event);
                expected.order_lines.extend(lines);
            }
            BodyRows::Claim(row) => expected.claims.push(row),
            BodyRows::Appeal(row) => expected.appeals.push(row),
            BodyRows::Charter(row) => expected.charters.push(row),
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
    sum_up(&mut expected.postings);
    expected
        .order_lines
        .sort_by(|a, b| (&a.order_id, a.line_index).cmp(&(&b.order_id, b.line_index)));
    expected.periods.sort_by_key(|row| row.seq);
    Ok(expected)
}

/// The running sums of month and day, account by account.
fn sum_up(postings: &mut [PostingRow]) {
    let mut months: BTreeMap<(i64, String), i64> = BTreeMap::new();
    let mut days: BTreeMap<(i64, NaiveDate), i64> = BTreeMap::new();
    for row in postings {
        let month = months
            .entry((row.account_id, row.period.clone()))
            .or_default();
        let day = days.entry((row.account_id, row.effective_on)).or_default();
        *month = month.saturating_add(row.amount_fen);
        *day = day.saturating_add(row.amount_fen);
        (row.period_sum_fen, row.day_sum_fen) = (*month, *day);
    }
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
        let found: Vec<OrderRow> = order_events::table.order(order_events::seq).load(conn)?;
        compare("order_events", &self.orders, &found, findings);
        let mut found: Vec<OrderLineRow> = order_lines::table.load(conn)?;
        // By the bytes of the ids, which databases may order by the words of a language.
        found.sort_by(|a, b| (&a.order_id, a.line_index).cmp(&(&b.order_id, b.line_index)));
        compare("order_lines", &self.order_lines, &found, findings);
        let found: Vec<ClaimRow> = claim_events::table.order(claim_events::seq).load(conn)?;
        compare("claim_events", &self.claims, &found, findings);
        let found: Vec<AppealRow> = appeal_events::table.order(appeal_events::seq).load(conn)?;
        compare("appeal_events", &self.appeals, &found, findings);
        let found: Vec<CharterRow> = charter_events::table
            .order(charter_events::seq)
            .load(conn)?;
        compare("charter_events", &self.charters, &found, findings);
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

/// Who signs the checkpoint of a size: the key given, until a certificate says otherwise.
struct Keys<'a> {
    first: &'a VerifierKey,
    charter: &'a Charter,
}

impl Keys<'_> {
    fn open(&self, note: &str) -> Result<SignedCheckpoint, LedgerError> {
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

fn check_checkpoints(
    conn: &mut AnyConn,
    keys: &Keys<'_>,
    roots: &[Digest],
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let rows: Vec<CheckpointRow> = checkpoints::table
        .order(checkpoints::tree_size)
        .load(conn)?;
    for row in &rows {
        if let Some(signed) = check_note(&row.note, keys, roots, findings) {
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
    keys: &Keys<'_>,
    roots: &[Digest],
    findings: &mut Vec<Finding>,
) -> Option<SignedCheckpoint> {
    let signed = match keys.open(note) {
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
