//! Daily usage rows.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::Period;
use domain::facts::UsageDay;

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::usage_days;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "usage_days";

fact_row! {
    /// A day's usage as stored.
    UsageDayRow of usage_days {
        key { day: NaiveDate, provider_id: String, resource_code: String, consumer_id: String }
        values { succeeded_count: i64, failed_count: i64, record_count: i64, size_bytes: i64 }
        source { batch_id, line }
    }
}

impl Fact for UsageDay {
    type Row = UsageDayRow;

    fn to_row(&self, batch: BatchId) -> Result<UsageDayRow, StoreError> {
        let cell = |column, value| cells::count_cell(TABLE, column, value);
        Ok(UsageDayRow {
            day: self.day,
            provider_id: self.provider.to_string(),
            resource_code: self.resource.to_string(),
            consumer_id: self.consumer.to_string(),
            succeeded_count: cell("succeeded_count", self.succeeded)?,
            failed_count: cell("failed_count", self.failed)?,
            record_count: cell("record_count", self.records)?,
            size_bytes: cell("size_bytes", self.bytes)?,
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: UsageDayRow) -> Result<Self, StoreError> {
        let count = |column, cell| cells::count(TABLE, column, cell);
        Ok(Self {
            day: row.day,
            provider: row.provider_id.as_str().into(),
            resource: row.resource_code.as_str().into(),
            consumer: row.consumer_id.as_str().into(),
            succeeded: count("succeeded_count", row.succeeded_count)?,
            failed: count("failed_count", row.failed_count)?,
            records: count("record_count", row.record_count)?,
            bytes: count("size_bytes", row.size_bytes)?,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes daily usage of a batch.
pub fn upsert_usage(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[UsageDay],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Daily usage rows of a period, by day and key. X-Road messages are not among them; see
/// [`crate::facts::load_facts`] for both together.
pub fn daily(conn: &mut AnyConn, period: Period) -> Result<Vec<UsageDay>, StoreError> {
    let rows: Vec<UsageDayRow> = usage_days::table
        .filter(usage_days::day.between(period.first_day(), period.last_day()))
        .order((
            usage_days::day,
            usage_days::provider_id,
            usage_days::resource_code,
            usage_days::consumer_id,
        ))
        .select(UsageDayRow::as_select())
        .load(conn)?;
    rows.into_iter().map(UsageDay::from_row).collect()
}
