//! Measures 指标计量: counts that other offices and platforms deliver.

use diesel::prelude::*;
use domain::facts::Measure;
use domain::{Decimal4, Period};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::measures;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "measures";

fact_row! {
    /// A measure as stored.
    MeasureRow of measures {
        key { period: String, department_id: String, measure_id: String }
        values { achieved: String, population: String, }
        source { batch_id, line }
    }
}

impl Fact for Measure {
    type Row = MeasureRow;

    fn to_row(&self, batch: BatchId) -> Result<MeasureRow, StoreError> {
        Ok(MeasureRow {
            period: self.period.to_string(),
            department_id: self.department.to_string(),
            measure_id: cells::text(&self.measure),
            achieved: self.achieved.to_string(),
            population: self.population.to_string(),
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: MeasureRow) -> Result<Self, StoreError> {
        Ok(Self {
            department: row.department_id.as_str().into(),
            period: cells::parsed(TABLE, "period", &row.period)?,
            measure: row.measure_id,
            achieved: cells::parsed::<Decimal4>(TABLE, "achieved", &row.achieved)?,
            population: cells::parsed::<Decimal4>(TABLE, "population", &row.population)?,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes measures of a batch.
pub fn upsert_measures(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Measure],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Measures of a period, by department and measure.
pub fn of_period(conn: &mut AnyConn, period: Period) -> Result<Vec<Measure>, StoreError> {
    let rows: Vec<MeasureRow> = measures::table
        .filter(measures::period.eq(period.to_string()))
        .order((measures::department_id, measures::measure_id))
        .select(MeasureRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Measure::from_row).collect()
}
