//! Successions 机构承继: who takes over from departments that have ended.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::succession::{Succession, SuccessionForm};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::successions;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "successions";

fact_row! {
    /// A succession as stored.
    SuccessionRow of successions {
        key { department_id: String, successor_id: String }
        values { share: String, effective_on: NaiveDate, form: String, document: String, }
        source { batch_id, line }
    }
}

impl Fact for Succession {
    type Row = SuccessionRow;

    fn to_row(&self, batch: BatchId) -> Result<SuccessionRow, StoreError> {
        Ok(SuccessionRow {
            department_id: self.department.to_string(),
            successor_id: self.successor.to_string(),
            share: self.share.to_string(),
            effective_on: self.effective_on,
            form: self.form.name().to_owned(),
            document: cells::text(&self.document),
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: SuccessionRow) -> Result<Self, StoreError> {
        Ok(Self {
            department: row.department_id.as_str().into(),
            successor: row.successor_id.as_str().into(),
            share: cells::parsed(TABLE, "share", &row.share)?,
            effective_on: row.effective_on,
            form: cells::named(TABLE, "form", &row.form, SuccessionForm::from_name)?,
            document: row.document,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes successions of a batch.
pub fn upsert_successions(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Succession],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// All successions, by department and successor.
pub fn all(conn: &mut AnyConn) -> Result<Vec<Succession>, StoreError> {
    let rows: Vec<SuccessionRow> = successions::table
        .order((successions::department_id, successions::successor_id))
        .select(SuccessionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Succession::from_row).collect()
}
