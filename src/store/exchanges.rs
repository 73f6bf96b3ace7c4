//! X-Road messages: one row a message, whichever of its two logs came in first.
//!
//! Every call is logged by the client's security server and by the producer's. The two records
//! may come in different files; they complete each other here, so that a call counts once. What
//! the client's log says about time and size holds, in whichever order the logs arrive.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::facts::{SourceLine, UsageDay};
use domain::{DepartmentId, Period, ResourceCode};

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::{batches, exchanges};
use crate::upsert::{Fact, FactRow, ROWS_PER_STATEMENT, Upserted, upsert};

const TABLE: &str = "exchanges";

/// Which of the two logs a message was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// The producer's log alone.
    Producer,
    /// The client's log alone.
    Client,
    /// Both logs.
    Both,
}

impl View {
    /// Stable English name, used in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Producer => "producer",
            Self::Client => "client",
            Self::Both => "both",
        }
    }

    /// The view by its stable English name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Producer, Self::Client, Self::Both]
            .into_iter()
            .find(|view| view.name() == name)
    }
}

/// One X-Road message between two registered departments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Message id.
    pub message_id: String,
    /// Instant of the request, UTC.
    pub requested_at: NaiveDateTime,
    /// Its date in Asia/Shanghai.
    pub day: NaiveDate,
    /// Providing department.
    pub provider: DepartmentId,
    /// Consuming department; never the provider.
    pub consumer: DepartmentId,
    /// Resource used.
    pub resource: ResourceCode,
    /// Whether the call succeeded.
    pub succeeded: bool,
    /// Size of the request; zero when not logged.
    pub request_bytes: u64,
    /// Size of the response; zero when not logged.
    pub response_bytes: u64,
    /// Which logs it was read from.
    pub view: View,
    /// Where the record was read.
    pub source: SourceLine,
}

fact_row! {
    /// A message as stored.
    ExchangeRow of exchanges {
        key { message_id: String }
        values {
            requested_at: NaiveDateTime,
            day: NaiveDate,
            provider_id: String,
            resource_code: String,
            consumer_id: String,
            is_success: bool,
            request_bytes: i64,
            response_bytes: i64,
            view: String,
        }
        source { batch_id, line }
    }
    reconcile complete_stored
}

impl Fact for Exchange {
    type Row = ExchangeRow;

    fn to_row(&self, batch: BatchId) -> Result<ExchangeRow, StoreError> {
        let cell = |column, value| cells::count_cell(TABLE, column, value);
        Ok(ExchangeRow {
            message_id: cells::text(&self.message_id),
            requested_at: cells::instant(self.requested_at),
            day: self.day,
            provider_id: self.provider.to_string(),
            resource_code: self.resource.to_string(),
            consumer_id: self.consumer.to_string(),
            is_success: self.succeeded,
            request_bytes: cell("request_bytes", self.request_bytes)?,
            response_bytes: cell("response_bytes", self.response_bytes)?,
            view: self.view.name().to_owned(),
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: ExchangeRow) -> Result<Self, StoreError> {
        let count = |column, cell| cells::count(TABLE, column, cell);
        Ok(Self {
            requested_at: row.requested_at,
            day: row.day,
            provider: row.provider_id.as_str().into(),
            consumer: row.consumer_id.as_str().into(),
            resource: row.resource_code.as_str().into(),
            succeeded: row.is_success,
            request_bytes: count("request_bytes", row.request_bytes)?,
            response_bytes: count("response_bytes", row.response_bytes)?,
            view: cells::named(TABLE, "view", &row.view, View::from_name)?,
            source: cells::source(TABLE, row.batch_id, row.line)?,
            message_id: row.message_id,
        })
    }
}

/// Writes messages of a batch. A message whose other half is stored already is completed and
/// counts as changed; a message that is stored from both logs is not changed by one of them.
pub fn upsert_exchanges(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Exchange],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Messages of a period, by id.
pub fn exchanges(conn: &mut AnyConn, period: Period) -> Result<Vec<Exchange>, StoreError> {
    let rows: Vec<ExchangeRow> = exchanges::table
        .filter(exchanges::day.between(period.first_day(), period.last_day()))
        .order(exchanges::message_id)
        .select(ExchangeRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Exchange::from_row).collect()
}

/// The two logs of one call lie at most this far apart (X-Road-Metrics uses the same minute).
const PAIR_WITHIN: TimeDelta = TimeDelta::seconds(60);

/// Completes each new row by the stored row of the same message.
fn complete_stored(
    conn: &mut AnyConn,
    rows: Vec<ExchangeRow>,
) -> Result<Vec<ExchangeRow>, StoreError> {
    let mut stored: BTreeMap<String, ExchangeRow> = BTreeMap::new();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        let ids: Vec<&str> = chunk.iter().map(|row| row.message_id.as_str()).collect();
        let found: Vec<ExchangeRow> = exchanges::table
            .filter(exchanges::message_id.eq_any(ids))
            .select(ExchangeRow::as_select())
            .load(conn)?;
        stored.extend(found.into_iter().map(|row| (row.message_id.clone(), row)));
    }
    if stored.is_empty() {
        return Ok(rows);
    }
    let digests: Vec<(i64, String)> = batches::table
        .select((batches::id, batches::sha256))
        .load(conn)?;
    let digests = digests.into_iter().collect();
    Ok(rows
        .into_iter()
        .map(|row| match stored.remove(&row.message_id) {
            Some(other) => completed(row, other, &digests),
            None => row,
        })
        .collect())
}

/// What two records of one message id say together.
fn completed(
    new: ExchangeRow,
    stored: ExchangeRow,
    digests: &BTreeMap<i64, String>,
) -> ExchangeRow {
    let apart = (new.requested_at - stored.requested_at).abs();
    if apart > PAIR_WITHIN {
        // A reused id is another call: the later file wins, as everywhere.
        return new;
    }
    let view = |row: &ExchangeRow| View::from_name(&row.view);
    match (view(&new), view(&stored)) {
        (Some(View::Producer), Some(View::Client)) => ExchangeRow {
            view: View::Both.name().to_owned(),
            ..stored
        },
        (Some(View::Producer), Some(View::Both)) => stored,
        (Some(View::Client), Some(View::Producer | View::Both)) => ExchangeRow {
            view: View::Both.name().to_owned(),
            ..new
        },
        (Some(View::Both), Some(View::Client)) => {
            let both = ExchangeRow {
                view: new.view.clone(),
                ..stored.clone()
            };
            // The same call as the client's file told it: the file of the least digest owns it.
            if both.same_values(&new) && digests.get(&stored.batch_id) < digests.get(&new.batch_id)
            {
                both
            } else {
                new
            }
        }
        _ => new,
    }
}

/// Key columns, sums, and the first line within a batch of one day, provider, resource, consumer.
type RollUp = (NaiveDate, String, String, String, i64, i64, i64, i64, i64);

/// The usage that the messages of a period amount to: one row a day, provider, resource, consumer
/// and batch. The log tells no number of records, so it is zero rather than guessed; bytes are
/// those of the answers to calls that succeeded.
pub(crate) fn roll_up(conn: &mut AnyConn, period: Period) -> Result<Vec<UsageDay>, StoreError> {
    // SUM of integers is REAL-free only under a cast: SQLite and PostgreSQL type it differently.
    let rows: Vec<RollUp> = exchanges::table
        .filter(exchanges::day.between(period.first_day(), period.last_day()))
        .group_by((
            exchanges::day,
            exchanges::provider_id,
            exchanges::resource_code,
            exchanges::consumer_id,
            exchanges::batch_id,
        ))
        .select((
            exchanges::day,
            exchanges::provider_id,
            exchanges::resource_code,
            exchanges::consumer_id,
            sql::<BigInt>("CAST(SUM(CASE WHEN is_success THEN 1 ELSE 0 END) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(CASE WHEN is_success THEN 0 ELSE 1 END) AS BIGINT)"),
            sql::<BigInt>(
                "CAST(SUM(CASE WHEN is_success THEN response_bytes ELSE 0 END) AS BIGINT)",
            ),
            exchanges::batch_id,
            sql::<BigInt>("MIN(line)"),
        ))
        .load(conn)?;
    rows.into_iter().map(usage_of).collect()
}

fn usage_of(row: RollUp) -> Result<UsageDay, StoreError> {
    let (day, provider, resource, consumer, succeeded, failed, bytes, batch_id, line) = row;
    Ok(UsageDay {
        day,
        provider: provider.as_str().into(),
        resource: resource.as_str().into(),
        consumer: consumer.as_str().into(),
        succeeded: cells::count(TABLE, "is_success", succeeded)?,
        failed: cells::count(TABLE, "is_success", failed)?,
        records: 0,
        bytes: cells::count(TABLE, "response_bytes", bytes)?,
        source: cells::source(TABLE, batch_id, line)?,
    })
}
