//! Appropriations 补偿资金指标: what a payer may spend on compensation.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::Fen;
use domain::facts::Appropriation;

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::appropriations;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "appropriations";

fact_row! {
    /// An appropriation as stored.
    AppropriationRow of appropriations {
        key { document: String }
        values { payer_code: String, budget_year: i64, budget_line: String, programme: String, amount_fen: i64, effective_on: NaiveDate, }
        source { batch_id, line }
    }
}

impl Fact for Appropriation {
    type Row = AppropriationRow;

    fn to_row(&self, batch: BatchId) -> Result<AppropriationRow, StoreError> {
        Ok(AppropriationRow {
            document: cells::text(&self.document),
            payer_code: self.payer.to_string(),
            budget_year: i64::from(self.budget_year),
            budget_line: cells::text(&self.budget_line),
            programme: cells::text(&self.programme),
            amount_fen: self.amount_fen.get(),
            effective_on: self.effective_on,
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: AppropriationRow) -> Result<Self, StoreError> {
        Ok(Self {
            document: row.document,
            payer: row.payer_code.as_str().into(),
            budget_year: cells::small(TABLE, "budget_year", row.budget_year)?,
            budget_line: row.budget_line,
            programme: row.programme,
            amount_fen: Fen::new(row.amount_fen),
            effective_on: row.effective_on,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes appropriations of a batch.
pub fn upsert_appropriations(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Appropriation],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Appropriations of a budget year that are effective by the end of the day, by document.
pub fn effective(
    conn: &mut AnyConn,
    budget_year: i32,
    until: NaiveDate,
) -> Result<Vec<Appropriation>, StoreError> {
    let rows: Vec<AppropriationRow> = appropriations::table
        .filter(
            appropriations::budget_year
                .eq(i64::from(budget_year))
                .and(appropriations::effective_on.le(until)),
        )
        .order(appropriations::document)
        .select(AppropriationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Appropriation::from_row).collect()
}

/// All appropriations, by document.
pub fn all(conn: &mut AnyConn) -> Result<Vec<Appropriation>, StoreError> {
    let rows: Vec<AppropriationRow> = appropriations::table
        .order(appropriations::document)
        .select(AppropriationRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Appropriation::from_row).collect()
}
