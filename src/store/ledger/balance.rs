//! The balance of an account on a business date, as it was known after a record: the two clocks.

use chrono::{Datelike as _, Days, NaiveDate};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use domain::{Fen, Period};
use ledger::Account;

use super::schema::accounts;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    fen: i64,
}

/// Debits minus credits of the account by postings dated `on` or before, among the records up to
/// `as_of`; an account that was never used stands at zero.
///
/// Postings carry the running sums of their month and day, so that it takes one look into the index
/// for every earlier month and one for every day of the last: what it costs does not depend on how
/// many postings there are.
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
    let query = format!(
        "SELECT CAST(coalesce(sum(part), 0) AS BIGINT) AS fen FROM ( \
            SELECT ( \
                SELECT p.period_sum_fen FROM postings p \
                WHERE p.account_id = $1 AND p.period = m.period AND p.seq <= $2 \
                ORDER BY p.seq DESC LIMIT 1 \
            ) AS part \
            FROM period_events m WHERE m.event_index = 0 AND m.period < $3 \
            UNION ALL \
            SELECT ( \
                SELECT p.day_sum_fen FROM postings p \
                WHERE p.account_id = $1 AND p.effective_on = d.column1 AND p.seq <= $2 \
                ORDER BY p.seq DESC LIMIT 1 \
            ) \
            FROM (VALUES {}) d \
        ) parts",
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
