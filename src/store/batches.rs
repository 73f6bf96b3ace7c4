//! Batches: imported files, what became of their lines, and which lines were not taken.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::cells;
use crate::conn::AnyConn;
use crate::each_backend;
use crate::error::StoreError;
use crate::schema::{batches, rejects, unattributed};
use crate::upsert::{ROWS_PER_STATEMENT, Upserted};

/// The number of a batch in this database. It means nothing outside of it: what leaves the
/// database names files by digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(u32);

impl BatchId {
    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    pub(crate) fn cell(self) -> i64 {
        i64::from(self.0)
    }

    fn read(cell: i64) -> Result<Self, StoreError> {
        cells::small("batches", "id", cell).map(Self)
    }
}

/// A file about to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBatch {
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// File name without its folder.
    pub file_name: String,
    /// Kind of file.
    pub kind: String,
    /// When, UTC.
    pub imported_at: NaiveDateTime,
    /// Login of who imports.
    pub importer: String,
}

/// How many lines of a file had which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BatchCounts {
    /// Lines read.
    pub read: u64,
    /// What the good lines did to the table.
    pub upserted: Upserted,
    /// Lines refused.
    pub rejected: u64,
    /// Lines that no department could be credited with.
    pub unattributed: u64,
    /// Repetitions dropped.
    pub duplicates: u64,
}

/// An imported file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRecord {
    /// Its number.
    pub id: BatchId,
    /// What was imported, when and by whom.
    pub batch: NewBatch,
    /// What became of its lines.
    pub counts: BatchCounts,
}

/// A line that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedLine {
    /// Line in the file, from one.
    pub line: u32,
    /// Column header, empty when the whole line is meant.
    pub column: String,
    /// The value as found.
    pub value: String,
    /// Stable code of the reason.
    pub code: String,
    /// Why, for people.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// A line that was read but belongs to no registered department: shown, never credited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnattributedLine {
    /// Line in the file, from one.
    pub line: u32,
    /// What could not be attributed.
    pub what: String,
    /// Why.
    pub reason: String,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = batches, treat_none_as_default_value = false)]
struct BatchRow {
    sha256: String,
    file_name: String,
    kind: String,
    imported_at: NaiveDateTime,
    importer: String,
    read_count: i64,
    new_count: i64,
    changed_count: i64,
    unchanged_count: i64,
    rejected_count: i64,
    unattributed_count: i64,
    duplicate_count: i64,
}

impl BatchRow {
    fn read(self, id: i64) -> Result<BatchRecord, StoreError> {
        let count = |column, cell| cells::count("batches", column, cell);
        Ok(BatchRecord {
            id: BatchId::read(id)?,
            counts: BatchCounts {
                read: count("read_count", self.read_count)?,
                upserted: Upserted {
                    new: count("new_count", self.new_count)?,
                    changed: count("changed_count", self.changed_count)?,
                    unchanged: count("unchanged_count", self.unchanged_count)?,
                },
                rejected: count("rejected_count", self.rejected_count)?,
                unattributed: count("unattributed_count", self.unattributed_count)?,
                duplicates: count("duplicate_count", self.duplicate_count)?,
            },
            batch: NewBatch {
                sha256: self.sha256,
                file_name: self.file_name,
                kind: self.kind,
                imported_at: self.imported_at,
                importer: self.importer,
            },
        })
    }
}

/// Registers a file; a [`StoreError::Conflict`] when one of the same bytes is registered. Its
/// counts are zero until [`set_counts`] is called in the same transaction.
pub fn add(conn: &mut AnyConn, batch: &NewBatch) -> Result<BatchId, StoreError> {
    let row = BatchRow {
        sha256: batch.sha256.clone(),
        file_name: batch.file_name.clone(),
        kind: batch.kind.clone(),
        imported_at: cells::instant(batch.imported_at),
        importer: batch.importer.clone(),
        read_count: 0,
        new_count: 0,
        changed_count: 0,
        unchanged_count: 0,
        rejected_count: 0,
        unattributed_count: 0,
        duplicate_count: 0,
    };
    let id: i64 = diesel::insert_into(batches::table)
        .values(row)
        .returning(batches::id)
        .get_result(conn)?;
    BatchId::read(id)
}

/// States what became of the lines of a file.
pub fn set_counts(
    conn: &mut AnyConn,
    batch: BatchId,
    counts: &BatchCounts,
) -> Result<(), StoreError> {
    let cell = |column, count| cells::count_cell("batches", column, count);
    diesel::update(batches::table.find(batch.cell()))
        .set((
            batches::read_count.eq(cell("read_count", counts.read)?),
            batches::new_count.eq(cell("new_count", counts.upserted.new)?),
            batches::changed_count.eq(cell("changed_count", counts.upserted.changed)?),
            batches::unchanged_count.eq(cell("unchanged_count", counts.upserted.unchanged)?),
            batches::rejected_count.eq(cell("rejected_count", counts.rejected)?),
            batches::unattributed_count.eq(cell("unattributed_count", counts.unattributed)?),
            batches::duplicate_count.eq(cell("duplicate_count", counts.duplicates)?),
        ))
        .execute(conn)?;
    Ok(())
}

/// The batch of the same bytes, if there is one.
pub fn find(conn: &mut AnyConn, sha256: &str) -> Result<Option<BatchRecord>, StoreError> {
    let found: Option<(i64, BatchRow)> = batches::table
        .filter(batches::sha256.eq(sha256))
        .select((batches::id, BatchRow::as_select()))
        .first(conn)
        .optional()?;
    found.map(|(id, row)| row.read(id)).transpose()
}

/// All batches, the newest first.
pub fn list(conn: &mut AnyConn) -> Result<Vec<BatchRecord>, StoreError> {
    let rows: Vec<(i64, BatchRow)> = batches::table
        .order(batches::id.desc())
        .select((batches::id, BatchRow::as_select()))
        .load(conn)?;
    rows.into_iter().map(|(id, row)| row.read(id)).collect()
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = rejects)]
struct RejectRow {
    batch_id: i64,
    seq: i64,
    line: i64,
    column_name: String,
    value: String,
    code: String,
    reason: String,
    remedy: String,
}

/// Keeps the refused lines of a batch, in the order given.
pub fn add_rejects(
    conn: &mut AnyConn,
    batch: BatchId,
    lines: &[RejectedLine],
) -> Result<(), StoreError> {
    let rows: Vec<RejectRow> = lines
        .iter()
        .zip(1_i64..)
        .map(|(reject, seq)| RejectRow {
            batch_id: batch.cell(),
            seq,
            line: i64::from(reject.line),
            column_name: cells::text(&reject.column),
            value: cells::text(&reject.value),
            code: reject.code.clone(),
            reason: cells::text(&reject.reason),
            remedy: cells::text(&reject.remedy),
        })
        .collect();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        each_backend!(conn, |c| diesel::insert_into(rejects::table)
            .values(chunk)
            .execute(c))?;
    }
    Ok(())
}

/// The refused lines of a batch.
pub fn rejects(conn: &mut AnyConn, batch: BatchId) -> Result<Vec<RejectedLine>, StoreError> {
    let rows: Vec<RejectRow> = rejects::table
        .filter(rejects::batch_id.eq(batch.cell()))
        .order(rejects::seq)
        .select(RejectRow::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(RejectedLine {
                line: cells::small("rejects", "line", row.line)?,
                column: row.column_name,
                value: row.value,
                code: row.code,
                reason: row.reason,
                remedy: row.remedy,
            })
        })
        .collect()
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = unattributed)]
struct UnattributedRow {
    batch_id: i64,
    seq: i64,
    line: i64,
    what: String,
    reason: String,
}

/// Keeps the lines of a batch that no department could be credited with, in the order given.
pub fn add_unattributed(
    conn: &mut AnyConn,
    batch: BatchId,
    lines: &[UnattributedLine],
) -> Result<(), StoreError> {
    let rows: Vec<UnattributedRow> = lines
        .iter()
        .zip(1_i64..)
        .map(|(line, seq)| UnattributedRow {
            batch_id: batch.cell(),
            seq,
            line: i64::from(line.line),
            what: cells::text(&line.what),
            reason: cells::text(&line.reason),
        })
        .collect();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        each_backend!(conn, |c| diesel::insert_into(unattributed::table)
            .values(chunk)
            .execute(c))?;
    }
    Ok(())
}

/// The unattributed lines of a batch.
pub fn unattributed(
    conn: &mut AnyConn,
    batch: BatchId,
) -> Result<Vec<UnattributedLine>, StoreError> {
    let rows: Vec<UnattributedRow> = unattributed::table
        .filter(unattributed::batch_id.eq(batch.cell()))
        .order(unattributed::seq)
        .select(UnattributedRow::as_select())
        .load(conn)?;
    rows.into_iter()
        .map(|row| {
            Ok(UnattributedLine {
                line: cells::small("unattributed", "line", row.line)?,
                what: row.what,
                reason: row.reason,
            })
        })
        .collect()
}
