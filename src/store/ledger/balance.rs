//! The balance of an account on a business date, as it was known after a record: the two clocks.

use chrono::{Datelike as _, Days, NaiveDate};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use domain::{Fen, Period};
use ledger::Account;

use super::schema::accounts;
use crate::cells;
use crate::conn::{AnyConn, Backend};
use crate::error::StoreError;

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    fen: i64,
}

/// Debits minus credits of the account by postings dated `on` or before, among the records up to
/// `as_of`; an account that was never used stands at zero.
///
/// Where the business date of an account changes, its posting carries the running sums of month and
/// day; what was moved from there on is the difference of two balances. So it takes a few looks into
/// the indexes for every earlier month and for every day of the last: what it costs does not depend
/// on how many postings there are.
pub fn balance(
    conn: &mut AnyConn,
    account: &Account,
    on: NaiveDate,
    as_of: u64,
) -> Result<Fen, StoreError> {
    let id: Option<i64> = accounts::table
        .filter(accounts::code.eq(account.code()))
        .select(accounts::id)
        .first(conn)
        .optional()?;
    let Some(id) = id else { return Ok(Fen::ZERO) };
    let as_of = cells::count_cell("ledger_records", "seq", as_of)?;
    let month = Period::containing(on);
    let days: Vec<String> = (0..on.day())
        .filter_map(|day| month.first_day().checked_add_days(Days::new(day.into())))
        .map(|day| format!("('{day}')"))
        .collect();
    let backend = conn.backend();
    let query = format!(
        "SELECT CAST(coalesce(sum(part), 0) AS BIGINT) AS fen FROM ( \
            SELECT {} AS part \
            FROM period_events m WHERE m.event_index = 0 AND m.period < $3 \
            UNION ALL SELECT {} FROM (VALUES {}) d \
        ) parts",
        moved_in(backend, "period", "m.period", "$1", "$2"),
        moved_in(backend, "day", "d.column1", "$1", "$2"),
        days.join(", ")
    );
    let query = match conn {
        AnyConn::Pg(_) => query.replace("= d.column1", "= CAST(d.column1 AS DATE)"),
        AnyConn::Sqlite(_) => query,
    };
    let sum: Sum = crate::each_backend!(conn, |inner| {
        sql_query(query)
            .bind::<BigInt, _>(id)
            .bind::<BigInt, _>(as_of)
            .bind::<Text, _>(month.to_string())
            .get_result(inner)?
    });
    Ok(Fen::new(sum.fen))
}

/// SQL for what an account was moved by in a month or on a day among the records up to `as_of`: the
/// sum where its last stretch begins, and the difference of balances until the next stretch begins,
/// or until `as_of`. NULL when it was not moved.
pub(super) fn moved_in(
    backend: Backend,
    unit: &str,
    value: &str,
    account: &str,
    as_of: &str,
) -> String {
    let column = if unit == "day" { "effective_on" } else { unit };
    let (by_column, by_stretch) = (by_index(backend, column), by_index(backend, "stretch"));
    format!(
        "( \
            SELECT s.{unit}_sum_fen - s.balance_after_fen + coalesce(( \
                SELECT n.balance_after_fen - n.amount_fen FROM postings n {by_stretch} \
                WHERE n.account_id = {account} AND n.effective_on IS NOT NULL \
                    AND n.seq > s.seq AND n.seq <= {as_of} ORDER BY n.seq LIMIT 1 \
            ), ( \
                SELECT e.balance_after_fen FROM postings e \
                WHERE e.account_id = {account} AND e.seq <= {as_of} ORDER BY e.seq DESC LIMIT 1 \
            )) \
            FROM postings s {by_column} \
            WHERE s.account_id = {account} AND s.{column} = {value} AND s.seq <= {as_of} \
            ORDER BY s.seq DESC LIMIT 1 \
        )"
    )
}

/// Names an index of `postings` to SQLite, whose planner takes the key for as good.
pub(super) fn by_index(backend: Backend, name: &str) -> String {
    match backend {
        Backend::Sqlite => format!("INDEXED BY ix_postings_{name}"),
        Backend::Postgres => String::new(),
    }
}
