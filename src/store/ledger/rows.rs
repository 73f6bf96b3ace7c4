//! Rows of the ledger's tables. They compare, because the audit compares them.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::{Insertable, Queryable, QueryableByName};

use super::schema::{
    accounts, appeal_events, charter_events, checkpoints, claim_events, erasures, ledger_records,
    order_events, order_lines, period_events, postings, run_events, texts, txns,
};

/// A row of `ledger_records`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = ledger_records, treat_none_as_default_value = false)]
pub(super) struct RecordRow {
    pub(super) seq: i64,
    pub(super) kind: String,
    pub(super) actor_id: String,
    pub(super) actor_role: String,
    pub(super) recorded_at: NaiveDateTime,
    pub(super) body: Vec<u8>,
    pub(super) leaf_hash: Vec<u8>,
}

/// A row of `accounts`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub(super) struct AccountRow {
    pub(super) id: i64,
    pub(super) code: String,
    pub(super) account_group: String,
    pub(super) guard: String,
}

/// A row of `txns`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = txns, treat_none_as_default_value = false)]
pub(super) struct TxnRow {
    pub(super) seq: i64,
    pub(super) kind: String,
    pub(super) period: String,
    pub(super) effective_on: NaiveDate,
    pub(super) for_period: String,
    pub(super) idempotency_key: String,
    pub(super) fingerprint: Vec<u8>,
    pub(super) run_id: Option<String>,
    pub(super) run_attempt: Option<i64>,
    pub(super) department_id: Option<String>,
    pub(super) component: Option<String>,
    pub(super) accrual_seq: Option<i64>,
    pub(super) reverses_seq: Option<i64>,
    pub(super) order_id: Option<String>,
    pub(super) order_line: Option<i64>,
    pub(super) rule: Option<String>,
    pub(super) appeal_id: Option<String>,
    pub(super) document: String,
    pub(super) memo: String,
    pub(super) legs: String,
}

/// A row of `postings`, which a trigger writes from the legs of its transaction. Where the business
/// date of the account changes, month, date and their sums stand with it; the sums are the trigger's
/// own.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(table_name = postings)]
pub(super) struct PostingRow {
    pub(super) account_id: i64,
    pub(super) account_seq: i64,
    pub(super) seq: i64,
    pub(super) leg_index: i64,
    pub(super) amount_fen: i64,
    pub(super) balance_after_fen: i64,
    pub(super) period: Option<String>,
    pub(super) effective_on: Option<NaiveDate>,
    pub(super) period_sum_fen: Option<i64>,
    pub(super) day_sum_fen: Option<i64>,
}

/// A row of `period_events`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = period_events, treat_none_as_default_value = false)]
pub(super) struct PeriodRow {
    pub(super) period: String,
    pub(super) event_index: i64,
    pub(super) kind: String,
    pub(super) seq: i64,
}

/// A row of `run_events`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = run_events, treat_none_as_default_value = false)]
pub(super) struct RunRow {
    pub(super) seq: i64,
    pub(super) run_id: String,
    pub(super) attempt: i64,
    pub(super) kind: String,
    pub(super) digest: String,
    pub(super) actor_id: String,
    pub(super) for_period: Option<String>,
    pub(super) award_count: Option<i64>,
    pub(super) total_fen: Option<i64>,
}

/// A row of `order_events`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = order_events, treat_none_as_default_value = false)]
pub(super) struct OrderRow {
    pub(super) seq: i64,
    pub(super) order_id: String,
    pub(super) kind: String,
    pub(super) order_kind: Option<String>,
    pub(super) digest: String,
    pub(super) actor_id: String,
    pub(super) line_count: Option<i64>,
    pub(super) total_fen: Option<i64>,
}

/// A row of `order_lines`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = order_lines, treat_none_as_default_value = false)]
pub(super) struct OrderLineRow {
    pub(super) order_id: String,
    pub(super) line_index: i64,
    pub(super) kind: String,
    pub(super) accrual_seq: Option<i64>,
    pub(super) department_id: Option<String>,
    pub(super) reverses_seq: Option<i64>,
    pub(super) amount_fen: i64,
}

/// A row of `claim_events`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = claim_events, treat_none_as_default_value = false)]
pub(super) struct ClaimRow {
    pub(super) seq: i64,
    pub(super) claim_id: String,
    pub(super) kind: String,
    pub(super) department_id: Option<String>,
    pub(super) amount_fen: Option<i64>,
    pub(super) run_id: Option<String>,
    pub(super) run_attempt: Option<i64>,
    pub(super) actor_id: String,
}

/// A row of `appeal_events`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = appeal_events, treat_none_as_default_value = false)]
pub(super) struct AppealRow {
    pub(super) seq: i64,
    pub(super) appeal_id: String,
    pub(super) kind: String,
    pub(super) department_id: Option<String>,
    pub(super) accrual_seq: Option<i64>,
    pub(super) amount_fen: Option<i64>,
    pub(super) actor_id: String,
}

/// A row of `charter_events`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = charter_events, treat_none_as_default_value = false)]
pub(super) struct CharterRow {
    pub(super) seq: i64,
    pub(super) kind: String,
    pub(super) certificate: Option<String>,
}

/// A row of `texts`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = texts, treat_none_as_default_value = false)]
pub(super) struct TextRow {
    pub(super) commitment: Vec<u8>,
    pub(super) seq: i64,
    pub(super) salt: Vec<u8>,
    pub(super) text: String,
}

/// A row of `erasures`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = erasures, treat_none_as_default_value = false)]
pub(super) struct ErasureRow {
    pub(super) seq: i64,
    pub(super) commitment: Vec<u8>,
    pub(super) document: String,
}

/// A row of `checkpoints`.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = checkpoints, treat_none_as_default_value = false)]
pub(super) struct CheckpointRow {
    pub(super) tree_size: i64,
    pub(super) root_hash: Vec<u8>,
    pub(super) note: String,
    pub(super) created_at: NaiveDateTime,
}
