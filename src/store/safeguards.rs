//! Monthly checks of safeguards 保障.

use diesel::prelude::*;
use domain::Period;
use domain::facts::{Safeguard, SafeguardKind};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::safeguards;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "safeguards";

fact_row! {
    /// A check of a safeguard as stored.
    SafeguardRow of safeguards {
        key { period: String, department_id: String, kind: String }
        values { required_count: i64, met_count: i64, }
        source { batch_id, line }
    }
}

impl Fact for Safeguard {
    type Row = SafeguardRow;

    fn to_row(&self, batch: BatchId) -> Result<SafeguardRow, StoreError> {
        Ok(SafeguardRow {
            period: self.period.to_string(),
            department_id: self.department.to_string(),
            kind: self.kind.name().to_owned(),
            required_count: i64::from(self.required),
            met_count: i64::from(self.met),
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: SafeguardRow) -> Result<Self, StoreError> {
        Ok(Self {
            department: row.department_id.as_str().into(),
            period: cells::parsed(TABLE, "period", &row.period)?,
            kind: cells::named(TABLE, "kind", &row.kind, SafeguardKind::from_name)?,
            required: cells::small(TABLE, "required_count", row.required_count)?,
            met: cells::small(TABLE, "met_count", row.met_count)?,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes safeguard checks of a batch.
pub fn upsert_safeguards(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Safeguard],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Checks of a period, by department.
pub fn of_period(conn: &mut AnyConn, period: Period) -> Result<Vec<Safeguard>, StoreError> {
    let rows: Vec<SafeguardRow> = safeguards::table
        .filter(safeguards::period.eq(period.to_string()))
        .order((safeguards::department_id, safeguards::kind))
        .select(SafeguardRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Safeguard::from_row).collect()
}
