//! Declared costs and losses 损失申报.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::Fen;
use domain::facts::{Claim, ClaimKind};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::claims;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "claims";

fact_row! {
    /// A claim as stored.
    ClaimRow of claims {
        key { id: String }
        values { department_id: String, period: String, kind: String, beneficiary_code: String, declared_fen: i64, accepted_fen: Option<i64>, decided_on: Option<NaiveDate>, reason: String, }
        source { batch_id, line }
    }
}

impl Fact for Claim {
    type Row = ClaimRow;

    fn to_row(&self, batch: BatchId) -> Result<ClaimRow, StoreError> {
        Ok(ClaimRow {
            id: cells::text(&self.id),
            department_id: self.department.to_string(),
            period: self.period.to_string(),
            kind: self.kind.name().to_owned(),
            beneficiary_code: self.beneficiary.to_string(),
            declared_fen: self.declared_fen.get(),
            accepted_fen: self.accepted_fen.map(Fen::get),
            decided_on: self.decided_on,
            reason: cells::text(&self.reason),
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: ClaimRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            department: row.department_id.as_str().into(),
            period: cells::parsed(TABLE, "period", &row.period)?,
            kind: cells::named(TABLE, "kind", &row.kind, ClaimKind::from_name)?,
            beneficiary: row.beneficiary_code.as_str().into(),
            declared_fen: Fen::new(row.declared_fen),
            accepted_fen: row.accepted_fen.map(Fen::new),
            decided_on: row.decided_on,
            reason: row.reason,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes claims of a batch.
pub fn upsert_claims(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Claim],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Claims decided from one day to another, both included, by serial number.
pub fn decided(
    conn: &mut AnyConn,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Claim>, StoreError> {
    let rows: Vec<ClaimRow> = claims::table
        .filter(claims::decided_on.between(from, to))
        .order(claims::id)
        .select(ClaimRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Claim::from_row).collect()
}

/// All claims of a department, decided or not, by serial number.
pub fn of_department(
    conn: &mut AnyConn,
    department: &domain::DepartmentId,
) -> Result<Vec<Claim>, StoreError> {
    let rows: Vec<ClaimRow> = claims::table
        .filter(claims::department_id.eq(department.as_str()))
        .order(claims::id)
        .select(ClaimRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Claim::from_row).collect()
}
