//! Correction cases 校核.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::facts::Correction;

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::corrections;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "corrections";

fact_row! {
    /// A correction case as stored.
    CorrectionRow of corrections {
        key { id: String }
        values { resource_code: String, provider_id: String, requester_id: String, received_on: NaiveDate, completed_on: Option<NaiveDate>, is_upheld: bool, }
        source { batch_id, line }
    }
}

impl Fact for Correction {
    type Row = CorrectionRow;

    fn to_row(&self, batch: BatchId) -> Result<CorrectionRow, StoreError> {
        Ok(CorrectionRow {
            id: cells::text(&self.id),
            resource_code: self.resource.to_string(),
            provider_id: self.provider.to_string(),
            requester_id: self.requester.to_string(),
            received_on: self.received_on,
            completed_on: self.completed_on,
            is_upheld: self.upheld,
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: CorrectionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            resource: row.resource_code.as_str().into(),
            provider: row.provider_id.as_str().into(),
            requester: row.requester_id.as_str().into(),
            received_on: row.received_on,
            completed_on: row.completed_on,
            upheld: row.is_upheld,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes correction cases of a batch.
pub fn upsert_corrections(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Correction],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Cases received from one day to another, both included, by serial number.
pub fn received(
    conn: &mut AnyConn,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Correction>, StoreError> {
    let rows: Vec<CorrectionRow> = corrections::table
        .filter(corrections::received_on.between(from, to))
        .order(corrections::id)
        .select(CorrectionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Correction::from_row).collect()
}
