//! Following the records: what the tables should hold, and the root after each.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use domain::Period;
use ledger::{Books, CompactRange, Digest, Event, VerifierKey, Words, leaf};

use super::super::projection::{AccountIds, BodyRows, rows_of};
use super::super::rows::{CheckpointRow, PostingRow, RecordRow};
use super::super::schema::{order_lines, postings};
use super::seals::{self, Keys, note_size};
use super::tables::Expected;
use super::{Findings, papers_of};
use crate::conn::AnyConn;
use crate::error::StoreError;

/// The state after the records so far.
pub(super) struct Replay<'a> {
    first: &'a VerifierKey,
    kept: Option<&'a str>,
    books: Books,
    /// Whether a record did not follow: from there on the books stand still.
    broken: bool,
    ids: AccountIds,
    /// The commitments to texts so far.
    told: BTreeSet<Digest>,
    log: CompactRange,
    sums: Sums,
    postings: i64,
    order_lines: i64,
    /// The root at the size of the checkpoint that was kept elsewhere.
    kept_root: Option<Digest>,
    /// Size of the last checkpoint.
    sealed: i64,
}

/// Root and time of recording after the record of a size.
pub(super) type Roots = BTreeMap<i64, (Digest, NaiveDateTime)>;

impl<'a> Replay<'a> {
    pub(super) fn new(first: &'a VerifierKey, kept: Option<&'a str>) -> Self {
        Self {
            first,
            kept,
            books: Books::default(),
            broken: false,
            ids: AccountIds::default(),
            told: BTreeSet::new(),
            log: CompactRange::default(),
            sums: Sums::default(),
            postings: 0,
            order_lines: 0,
            kept_root: None,
            sealed: 0,
        }
    }

    pub(super) const fn records(&self) -> u64 {
        self.log.size()
    }

    pub(super) fn root(&self) -> Digest {
        self.log.root()
    }

    /// Follows a part of the records; what the tables should hold of it.
    pub(super) fn follow(
        &mut self,
        records: Vec<RecordRow>,
        seals: &[CheckpointRow],
        findings: &mut Findings,
    ) -> Result<Expected, StoreError> {
        let kept_size = self.kept.and_then(note_size);
        let sizes: BTreeSet<i64> = seals.iter().map(|seal| seal.tree_size).collect();
        let mut expected = Expected::after(&self.ids);
        findings.compared("ledger_records", records.len());
        for record in records {
            let event = match leaf::read_event(&record.body) {
                Ok(event) => Some(event),
                Err(fault) => {
                    let message = format!("无法读取：{fault} (unreadable record)");
                    findings.add("ledger_records", record.seq, message);
                    self.broken = true;
                    None
                }
            };
            if let Some(event) = &event {
                self.note_text(event, &mut expected);
                self.apply(event, findings);
            }
            let hash = self.books.hash();
            if self.log.size() == 0 {
                self.log = CompactRange::new(hash);
            }
            self.log.append(hash.leaf(&record.body));
            let size = i64::try_from(self.log.size()).unwrap_or(i64::MAX);
            if sizes.contains(&size) {
                let root = (self.log.root(), record.recorded_at);
                expected.roots.insert(size, root);
            }
            if kept_size == Some(self.log.size()) {
                self.kept_root = Some(self.log.root());
            }
            if let Some(event) = event {
                self.project(&event, record, &mut expected)?;
            }
        }
        Ok(expected)
    }

    /// A text that is told for the first time.
    fn note_text(&mut self, event: &Event, expected: &mut Expected) {
        let Some(commitment) = event.body.words().and_then(Words::commitment) else {
            return;
        };
        if self.told.insert(commitment) {
            expected.texts.push((event.seq, commitment));
        }
    }

    fn apply(&mut self, event: &Event, findings: &mut Findings) {
        if self.broken {
            return;
        }
        if let Err(fault) = self.books.apply(event) {
            // All that follows would be reported as well; the first is the one that matters.
            findings.add("ledger_records", event.seq, fault.to_string());
            self.broken = true;
        }
    }

    /// The rows that the event leads to.
    fn project(
        &mut self,
        event: &Event,
        record: RecordRow,
        expected: &mut Expected,
    ) -> Result<(), StoreError> {
        let rows = rows_of(self.books.hash(), event, &mut self.ids)?;
        let papers = papers_of(event);
        expected
            .papers
            .extend(papers.into_iter().map(|digest| (event.seq, digest)));
        expected.records.push((rows.record, record));
        match rows.body {
            BodyRows::Period(row) => expected.periods.push(row),
            BodyRows::Run(row) => expected.runs.push(row),
            BodyRows::Order { event, lines } => {
                self.order_lines += i64::try_from(lines.len()).unwrap_or(i64::MAX);
                expected.orders.push(event);
                expected.order_lines.extend(lines);
            }
            BodyRows::Claim(row) => expected.claims.push(row),
            BodyRows::Appeal(row) => expected.appeals.push(row),
            BodyRows::Charter(row) => expected.charters.push(row),
            BodyRows::Erased(row) => expected.erasures.push(row),
            BodyRows::Posted {
                accounts,
                txn,
                postings,
            } => {
                expected.accounts.extend(accounts);
                for mut posting in postings {
                    self.sums.add(&mut posting, txn.effective_on);
                    self.postings += 1;
                    expected.postings.push(posting);
                }
                expected.txns.push(*txn);
            }
        }
        Ok(())
    }

    /// Compares checkpoints of a part with the roots that the records have.
    pub(super) fn check_seals(
        &mut self,
        seals: &[CheckpointRow],
        roots: &Roots,
        findings: &mut Findings,
    ) {
        if let Some(last) = seals.last() {
            self.sealed = last.tree_size;
        }
        seals::check_roots(seals, roots, findings);
    }

    /// What can be said at the end only: postings and order lines where none should be, records that
    /// nobody signed, and the checkpoint that was kept elsewhere.
    pub(super) fn finish(
        &self,
        conn: &mut AnyConn,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        let counts: [(_, i64, i64); 2] = [
            (
                "postings",
                self.postings,
                postings::table.count().get_result(conn)?,
            ),
            (
                "order_lines",
                self.order_lines,
                order_lines::table.count().get_result(conn)?,
            ),
        ];
        for (table, wanted, had) in counts {
            if wanted != had {
                let message = format!("应有 {wanted} 行，实有 {had} 行 (number of rows)");
                findings.add(table, "*", message);
            }
        }
        if u64::try_from(self.sealed) != Ok(self.log.size()) {
            let message = format!(
                "最后一次签名至第 {} 号，台账至第 {} 号 (unsealed records)",
                self.sealed,
                self.log.size()
            );
            findings.add("checkpoints", self.sealed, message);
        }
        seals::check_notes(conn, &self.keys(), findings)?;
        if let Some(note) = self.kept {
            match self.keys().open(note) {
                Err(fault) => findings.add("checkpoints", "kept", fault.to_string()),
                Ok(signed) if self.kept_root != Some(signed.checkpoint().root) => {
                    let size = signed.checkpoint().size;
                    let message =
                        format!("与外存检查点（规模 {size}）不符 (differs from the kept one)");
                    findings.add("checkpoints", size, message);
                }
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// Who signs, by the charter so far.
    pub(super) fn keys(&self) -> Keys<'_> {
        Keys {
            first: self.first,
            charter: self.books.charter(),
        }
    }
}

/// The running sums of accounts by month and by day, and the business date each was moved on last.
#[derive(Default)]
struct Sums {
    months: BTreeMap<(i64, Period), i64>,
    days: BTreeMap<(i64, NaiveDate), i64>,
    last: BTreeMap<i64, NaiveDate>,
}

impl Sums {
    /// Completes a posting of the date: where the account changes to it, month, date and the sums up
    /// to and with the posting.
    fn add(&mut self, row: &mut PostingRow, on: NaiveDate) {
        let (account, period) = (row.account_id, Period::containing(on));
        let month = self.months.entry((account, period)).or_default();
        let day = self.days.entry((account, on)).or_default();
        *month = month.saturating_add(row.amount_fen);
        *day = day.saturating_add(row.amount_fen);
        if self.last.insert(account, on) != Some(on) {
            row.period = Some(period.to_string());
            row.effective_on = Some(on);
            (row.period_sum_fen, row.day_sum_fen) = (Some(*month), Some(*day));
        }
    }
}
