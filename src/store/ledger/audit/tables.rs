//! Tables beside what they should hold, a part at a time.

use std::collections::BTreeSet;
use std::fmt::Debug;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::BigInt;
use ledger::Digest;

use super::super::projection::AccountIds;
use super::super::rows::{
    AccountRow, AppealRow, CharterRow, ClaimRow, ErasureRow, OrderLineRow, OrderRow, PeriodRow,
    PostingRow, RecordRow, RunRow, TxnRow,
};
use super::super::schema::{
    accounts, appeal_events, charter_events, claim_events, erasures, order_events, order_lines,
    period_events, run_events, txns,
};
use super::Findings;
use super::replay::Roots;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// What the tables should hold of a part of the records, each in the order of its rows.
pub(super) struct Expected {
    /// Made from what is read from the body, and found.
    pub(super) records: Vec<(RecordRow, RecordRow)>,
    /// Number of accounts before the part.
    accounts_before: i64,
    pub(super) accounts: Vec<AccountRow>,
    pub(super) txns: Vec<TxnRow>,
    pub(super) postings: Vec<PostingRow>,
    pub(super) periods: Vec<PeriodRow>,
    pub(super) runs: Vec<RunRow>,
    pub(super) orders: Vec<OrderRow>,
    pub(super) order_lines: Vec<OrderLineRow>,
    pub(super) claims: Vec<ClaimRow>,
    pub(super) appeals: Vec<AppealRow>,
    pub(super) charters: Vec<CharterRow>,
    pub(super) erasures: Vec<ErasureRow>,
    /// Commitments to texts, by the first records that have them.
    pub(super) texts: Vec<(u64, Digest)>,
    /// Roots at the sizes of checkpoints.
    pub(super) roots: Roots,
    /// Papers that records name.
    pub(super) papers: Vec<(u64, Digest)>,
}

impl Expected {
    /// Of a part after which accounts are numbered on.
    pub(super) fn after(ids: &AccountIds) -> Self {
        Self {
            records: Vec::new(),
            accounts_before: i64::try_from(ids.count()).unwrap_or(i64::MAX),
            accounts: Vec::new(),
            txns: Vec::new(),
            postings: Vec::new(),
            periods: Vec::new(),
            runs: Vec::new(),
            orders: Vec::new(),
            order_lines: Vec::new(),
            claims: Vec::new(),
            appeals: Vec::new(),
            charters: Vec::new(),
            erasures: Vec::new(),
            texts: Vec::new(),
            roots: Roots::new(),
            papers: Vec::new(),
        }
    }
}

/// The rows of a table whose column is in the range, in order.
macro_rules! rows {
    ($conn:expr, $table:ident . $column:ident in $range:expr) => {{
        let (after, upto) = $range;
        $table::table
            .filter($table::$column.gt(after))
            .filter($table::$column.le(upto))
            .order($table::$column)
            .load($conn)?
    }};
}

/// Compares the tables over a range of record numbers.
pub(super) fn compare(
    conn: &mut AnyConn,
    range: (i64, i64),
    expected: Expected,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    for (made, found) in &expected.records {
        if made != found {
            findings.add("ledger_records", found.seq, differences(made, found));
        }
    }
    let found: Vec<TxnRow> = rows!(conn, txns.seq in range);
    merge("txns", |row| row.seq, &expected.txns, &found, findings);
    let found: Vec<RunRow> = rows!(conn, run_events.seq in range);
    merge(
        "run_events",
        |row| row.seq,
        &expected.runs,
        &found,
        findings,
    );
    let found: Vec<OrderRow> = rows!(conn, order_events.seq in range);
    merge(
        "order_events",
        |row| row.seq,
        &expected.orders,
        &found,
        findings,
    );
    let found: Vec<ClaimRow> = rows!(conn, claim_events.seq in range);
    merge(
        "claim_events",
        |row| row.seq,
        &expected.claims,
        &found,
        findings,
    );
    let found: Vec<AppealRow> = rows!(conn, appeal_events.seq in range);
    merge(
        "appeal_events",
        |row| row.seq,
        &expected.appeals,
        &found,
        findings,
    );
    let found: Vec<CharterRow> = rows!(conn, charter_events.seq in range);
    merge(
        "charter_events",
        |row| row.seq,
        &expected.charters,
        &found,
        findings,
    );
    let found: Vec<ErasureRow> = rows!(conn, erasures.seq in range);
    merge(
        "erasures",
        |row| row.seq,
        &expected.erasures,
        &found,
        findings,
    );
    let found: Vec<PeriodRow> = rows!(conn, period_events.seq in range);
    merge(
        "period_events",
        |row| row.seq,
        &expected.periods,
        &found,
        findings,
    );
    compare_postings(conn, range, &expected, findings)?;
    compare_accounts(conn, range, &expected, findings)?;
    compare_order_lines(conn, expected, findings)
}

/// The postings of the part on the accounts that it moves, which the key finds; by record alone there
/// is no index. Postings on other accounts are counted at the end.
fn compare_postings(
    conn: &mut AnyConn,
    (after, upto): (i64, i64),
    expected: &Expected,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let accounts: BTreeSet<i64> = expected.postings.iter().map(|row| row.account_id).collect();
    let mut found: Vec<PostingRow> = Vec::with_capacity(expected.postings.len());
    if !accounts.is_empty() {
        let accounts: Vec<String> = accounts.iter().map(|id| format!("({id})")).collect();
        let query = format!(
            "SELECT p.* FROM (VALUES {}) v \
             JOIN postings p ON p.account_id = v.column1 AND p.seq > $1 AND p.seq <= $2",
            accounts.join(",")
        );
        found = crate::each_backend!(conn, |inner| sql_query(query)
            .bind::<BigInt, _>(after)
            .bind::<BigInt, _>(upto)
            .load(inner)?);
    }
    let key = |row: &PostingRow| (row.seq, row.leg_index);
    found.sort_by_key(key);
    merge("postings", key, &expected.postings, &found, findings);
    Ok(())
}

/// Accounts are numbered in the order of first use, so those of the part follow those before.
fn compare_accounts(
    conn: &mut AnyConn,
    (after, upto): (i64, i64),
    expected: &Expected,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let before = expected.accounts_before;
    let first = if after == i64::MIN { after } else { before };
    let count = i64::try_from(expected.accounts.len()).unwrap_or(i64::MAX);
    let last = if upto == i64::MAX {
        upto
    } else {
        before.saturating_add(count)
    };
    let found: Vec<AccountRow> = rows!(conn, accounts.id in (first, last));
    merge(
        "accounts",
        |row| row.id,
        &expected.accounts,
        &found,
        findings,
    );
    Ok(())
}

/// The lines of the orders of the part; lines of no order are counted at the end.
fn compare_order_lines(
    conn: &mut AnyConn,
    mut expected: Expected,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut orders: Vec<&str> = expected
        .orders
        .iter()
        .map(|row| row.order_id.as_str())
        .collect();
    orders.retain(|order| {
        expected
            .order_lines
            .iter()
            .any(|line| line.order_id == *order)
    });
    let mut found: Vec<OrderLineRow> = order_lines::table
        .filter(order_lines::order_id.eq_any(orders))
        .load(conn)?;
    // By the bytes of the ids, which databases may order by the words of a language.
    let key = |row: &OrderLineRow| (row.order_id.clone(), row.line_index);
    found.sort_by_cached_key(key);
    expected.order_lines.sort_by_cached_key(key);
    merge("order_lines", key, &expected.order_lines, &found, findings);
    Ok(())
}

/// Walks through both, which are in the order of the key, and names each row that is missing, too
/// many, or different.
fn merge<T: PartialEq + Debug, K: Ord + Debug>(
    table: &'static str,
    key: impl Fn(&T) -> K,
    expected: &[T],
    found: &[T],
    findings: &mut Findings,
) {
    findings.compared(table, found.len());
    let (mut wanted, mut had) = (expected.iter().peekable(), found.iter().peekable());
    loop {
        let order = match (wanted.peek(), had.peek()) {
            (None, None) => return,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(one), Some(other)) => key(one).cmp(&key(other)),
        };
        let made = if order.is_le() { wanted.next() } else { None };
        let row = if order.is_ge() { had.next() } else { None };
        match (made, row) {
            (Some(made), Some(row)) if made != row => {
                findings.add(table, place(&key(row)), differences(made, row));
            }
            (Some(made), None) => {
                findings.add(table, place(&key(made)), "缺少此行 (row is missing)");
            }
            (None, Some(row)) => {
                findings.add(table, place(&key(row)), "记录中没有此行 (row of no record)");
            }
            _ => {}
        }
    }
}

/// A key as people read it.
fn place(key: &impl Debug) -> String {
    format!("{key:?}").replace(['(', ')', '"'], "")
}

/// The columns in which two rows differ, each as it should be and as it is.
fn differences<T: Debug>(made: &T, found: &T) -> String {
    let (made, found) = (columns(made), columns(found));
    let differing = made.iter().zip(&found).filter(|(one, other)| one != other);
    let told = differing.map(|((name, wanted), (_, had))| {
        format!("{name} 应为 {}，实为 {}", shortened(wanted), shortened(had))
    });
    format!("{} (row differs)", told.collect::<Vec<_>>().join("；"))
}

/// The columns of a row with their values, out of what `Debug` says: a name, then the value up to
/// the next name at the same depth.
fn columns(row: &impl Debug) -> Vec<(String, String)> {
    let text = format!("{row:#?}");
    let mut columns: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let own = line
            .strip_prefix("    ")
            .filter(|own| !own.starts_with(' '));
        match (own.and_then(|own| own.split_once(": ")), columns.last_mut()) {
            (Some((name, value)), _) => columns.push((name.to_owned(), value.to_owned())),
            (None, Some((_, value))) => value.push_str(line.trim()),
            (None, None) => {}
        }
    }
    columns
}

/// As much of a value as helps to find it.
fn shortened(value: &str) -> String {
    const LETTERS_MAX: usize = 60;
    let value = value.trim_end_matches(',');
    let start: String = value.chars().take(LETTERS_MAX).collect();
    if start.len() < value.len() {
        format!("{start}…")
    } else {
        start
    }
}
