//! Citizens' feedback 社会监督.

use chrono::NaiveDate;
use diesel::prelude::*;
use domain::facts::Feedback;

use crate::batches::BatchId;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::fact_row;
use crate::schema::feedback;
use crate::upsert::{Fact, Upserted, upsert};

const TABLE: &str = "feedback";

fact_row! {
    /// A piece of feedback as stored.
    FeedbackRow of feedback {
        key { id: String }
        values { department_id: String, received_on: NaiveDate, channel: String, rating: i64, answered_on: Option<NaiveDate>, }
        source { batch_id, line }
    }
}

impl Fact for Feedback {
    type Row = FeedbackRow;

    fn to_row(&self, batch: BatchId) -> Result<FeedbackRow, StoreError> {
        Ok(FeedbackRow {
            id: cells::text(&self.id),
            department_id: self.department.to_string(),
            received_on: self.received_on,
            channel: cells::text(&self.channel),
            rating: i64::from(self.rating),
            answered_on: self.answered_on,
            batch_id: batch.cell(),
            line: i64::from(self.source.line),
        })
    }

    fn from_row(row: FeedbackRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            department: row.department_id.as_str().into(),
            received_on: row.received_on,
            channel: row.channel,
            rating: cells::small(TABLE, "rating", row.rating)?,
            answered_on: row.answered_on,
            source: cells::source(TABLE, row.batch_id, row.line)?,
        })
    }
}

/// Writes feedback of a batch.
pub fn upsert_feedback(
    conn: &mut AnyConn,
    batch: BatchId,
    rows: &[Feedback],
) -> Result<Upserted, StoreError> {
    upsert(conn, batch, rows)
}

/// Feedback received from one day to another, both included, by serial number.
pub fn received(
    conn: &mut AnyConn,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Feedback>, StoreError> {
    let rows: Vec<FeedbackRow> = feedback::table
        .filter(feedback::received_on.between(from, to))
        .order(feedback::id)
        .select(FeedbackRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Feedback::from_row).collect()
}
