//! Sharing requests 共享申请.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::ShareType;
use domain::facts::{Request, RequestOutcome};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::requests;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "requests";

fact_row! {
    /// A request as stored.
    RequestRow of requests {
        key { id: String }
        values { resource_code: String, share_type: String, provider_id: String, consumer_id: String, received_on: NaiveDate, extension_days: i64, extension_consented_on: Option<NaiveDate>, replied_on: Option<NaiveDate>, outcome: String, delivered_on: Option<NaiveDate>, }
        source { batch_id, line }
    }
}

impl Fact for Request {
    type Row = RequestRow;

    fn to_row(&self, batch: BatchId) -> Result<RequestRow, StoreError> {
        Ok(RequestRow {
            id: cells::text(&self.id),
            resource_code: self.resource.to_string(),
            share_type: self.share_type.name().to_owned(),
            provider_id: self.provider.to_string(),
            consumer_id: self.consumer.to_string(),
            received_on: self.received_on,
            extension_days: i64::from(self.extension_days),
            extension_consented_on: self.extension_consented_on,
            replied_on: self.replied_on,
            outcome: self.outcome.name().to_owned(),
            delivered_on: self.delivered_on,
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: RequestRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            resource: row.resource_code.as_str().into(),
            share_type: cells::named(TABLE, "share_type", &row.share_type, ShareType::from_name)?,
            provider: row.provider_id.as_str().into(),
            consumer: row.consumer_id.as_str().into(),
            received_on: row.received_on,
            extension_days: cells::small(TABLE, "extension_days", row.extension_days)?,
            extension_consented_on: row.extension_consented_on,
            replied_on: row.replied_on,
            outcome: cells::named(TABLE, "outcome", &row.outcome, RequestOutcome::from_name)?,
            delivered_on: row.delivered_on,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes requests of a batch.
pub fn upsert_requests(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Request],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Requests received from one day to another, both included, by serial number.
pub fn received(
    conn: &mut AnyConn,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Request>, StoreError> {
    let rows: Vec<RequestRow> = requests::table
        .filter(requests::received_on.between(from, to))
        .order(requests::id)
        .select(RequestRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Request::from_row).collect()
}
