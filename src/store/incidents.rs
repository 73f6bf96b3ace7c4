//! Confirmed violations and security incidents 违规/安全事件.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::facts::Incident;

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::incidents;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "incidents";

fact_row! {
    /// An incident as stored.
    IncidentRow of incidents {
        key { id: String }
        values { department_id: String, code: String, occurred_on: NaiveDate, confirmed_on: NaiveDate, summary: String, }
        source { batch_id, line }
    }
}

impl Fact for Incident {
    type Row = IncidentRow;

    fn to_row(&self, batch: BatchId) -> Result<IncidentRow, StoreError> {
        Ok(IncidentRow {
            id: cells::text(&self.id),
            department_id: self.department.to_string(),
            code: cells::text(&self.code),
            occurred_on: self.occurred_on,
            confirmed_on: self.confirmed_on,
            summary: cells::text(&self.summary),
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: IncidentRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            department: row.department_id.as_str().into(),
            code: row.code,
            occurred_on: row.occurred_on,
            confirmed_on: row.confirmed_on,
            summary: row.summary,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes incidents of a batch.
pub fn upsert_incidents(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Incident],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Incidents confirmed from one day to another, both included, by serial number.
pub fn confirmed(
    conn: &mut AnyConn,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Incident>, StoreError> {
    let rows: Vec<IncidentRow> = incidents::table
        .filter(incidents::confirmed_on.between(from, to))
        .order(incidents::id)
        .select(IncidentRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Incident::from_row).collect()
}
