//! Judgements 评定 of assessors, and what corrections replaced. The database itself keeps a judgement
//! that is replaced, and refuses to delete one.

use diesel::prelude::*;
use domain::facts::{Batch, Judgement};
use domain::{Decimal4, Period};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::{batches, judgements, superseded_judgements};
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "judgements";

fact_row! {
    /// A judgement as stored.
    JudgementRow of judgements {
        key { period: String, department_id: String, indicator_id: String }
        values { value: String, reason: String, assessor: String, signed_on: chrono::NaiveDate, }
        source { batch_id, line }
    }
}

impl Fact for Judgement {
    type Row = JudgementRow;

    fn to_row(&self, batch: BatchId) -> Result<JudgementRow, StoreError> {
        Ok(JudgementRow {
            period: self.period.to_string(),
            department_id: self.department.to_string(),
            indicator_id: cells::text(&self.indicator),
            value: self.value.to_string(),
            reason: cells::text(&self.reason),
            assessor: cells::text(&self.assessor),
            signed_on: self.signed_on,
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: JudgementRow) -> Result<Self, StoreError> {
        Ok(Self {
            department: row.department_id.as_str().into(),
            period: cells::parsed(TABLE, "period", &row.period)?,
            indicator: row.indicator_id,
            value: cells::parsed::<Decimal4>(TABLE, "value", &row.value)?,
            reason: row.reason,
            assessor: row.assessor,
            signed_on: row.signed_on,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// A judgement that a correction replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// What it was.
    pub judgement: Judgement,
    /// File that replaced it.
    pub by: Batch,
}

/// Writes judgements of a batch. What they replace is kept.
pub fn upsert_judgements(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Judgement],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Judgements of a period, by department and indicator.
pub fn of_period(conn: &mut AnyConn, period: Period) -> Result<Vec<Judgement>, StoreError> {
    let rows: Vec<JudgementRow> = judgements::table
        .filter(judgements::period.eq(period.to_string()))
        .order((judgements::department_id, judgements::indicator_id))
        .select(JudgementRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Judgement::from_row).collect()
}

type SupersededCells = (
    (String, String, String),
    (String, String, String, chrono::NaiveDate),
    (i64, i64),
    (String, String),
);

/// What the judgements of a period replaced, oldest first.
pub fn superseded(conn: &mut AnyConn, period: Period) -> Result<Vec<Superseded>, StoreError> {
    use superseded_judgements as old;
    let rows: Vec<SupersededCells> = old::table
        .inner_join(batches::table.on(batches::id.eq(old::superseded_by)))
        .filter(old::period.eq(period.to_string()))
        .order(old::id)
        .select((
            (old::period, old::department_id, old::indicator_id),
            (old::value, old::reason, old::assessor, old::signed_on),
            (old::batch_id, old::line),
            (batches::sha256, batches::file_name),
        ))
        .load(conn)?;
    let read = |(key, value, source, by): SupersededCells| {
        let (sha256, file_name) = by;
        let (period, department_id, indicator_id) = key;
        let (value, reason, assessor, signed_on) = value;
        let (batch_id, line) = source;
        let row = JudgementRow {
            period,
            department_id,
            indicator_id,
            value,
            reason,
            assessor,
            signed_on,
            batch_id,
            line,
        };
        Ok(Superseded {
            judgement: Judgement::from_row(row)?,
            by: Batch { sha256, file_name },
        })
    };
    rows.into_iter().map(read).collect()
}
