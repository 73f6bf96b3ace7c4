//! The statement of a department, read from its own postings: what it costs depends on the lines it
//! shows and on the months before them, not on how long the ledger is.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Binary, Text};
use domain::{DepartmentId, Fen, Period};
use ledger::{
    Account, AccountStatement, Body, Event, Line, Mark, Statement, StatementLine, Transaction, leaf,
};

use super::ExecuteError;
use super::balance::{by_index, moved_in};
use super::schema::{accounts, ledger_records};
use super::words::open_words;
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// The statement of a department over the periods of posting `from` to `to`, both included: what
/// [`ledger::statement()`] makes of all its records.
pub fn statement(
    conn: &mut AnyConn,
    department: &DepartmentId,
    from: Period,
    to: Period,
) -> Result<Statement, ExecuteError> {
    let mut own = Vec::new();
    for (id, account) in accounts_of(conn, department)? {
        if let Some(opening_fen) = opening(conn, id, from, to)? {
            own.push((id, account, opening_fen));
        }
    }
    let ids: Vec<i64> = own.iter().map(|(id, _, _)| *id).collect();
    let mut lines = lines(conn, &ids, from, to)?;
    let mut accounts: Vec<AccountStatement> = own
        .into_iter()
        .map(|(id, account, opening_fen)| {
            let lines = lines.remove(&id).unwrap_or_default();
            run_on(account, opening_fen, lines)
        })
        .collect();
    let payable = Account::Payable(department.clone());
    if !accounts.iter().any(|own| own.account == payable) {
        accounts.push(run_on(payable, Fen::ZERO, Vec::new()));
    }
    accounts.sort_by(|a, b| a.account.cmp(&b.account));
    Ok(Statement {
        department: department.clone(),
        from,
        to,
        accounts,
    })
}

/// The accounts of a department that were ever used, with their numbers.
fn accounts_of(
    conn: &mut AnyConn,
    department: &DepartmentId,
) -> Result<Vec<(i64, Account)>, StoreError> {
    let kinds: [fn(DepartmentId) -> Account; 8] = [
        Account::Payable,
        Account::Withheld,
        Account::Disputed,
        Account::InTransit,
        Account::Clawback,
        Account::Entitlement,
        Account::Unfunded,
        Account::Carried,
    ];
    let all = kinds.map(|kind| kind(department.clone()));
    let codes: Vec<String> = all.iter().map(Account::code).collect();
    let found: Vec<(i64, String)> = accounts::table
        .filter(accounts::code.eq_any(&codes))
        .select((accounts::id, accounts::code))
        .load(conn)?;
    let named = found.into_iter().filter_map(|(id, code)| {
        let place = codes.iter().position(|own| *own == code)?;
        Some((id, all.get(place)?.clone()))
    });
    Ok(named.collect())
}

#[derive(QueryableByName)]
struct Opening {
    #[diesel(sql_type = BigInt)]
    fen: i64,
    #[diesel(sql_type = BigInt)]
    months: i64,
}

/// What stood on the account before the first period; `None` when it was not used up to the last.
fn opening(
    conn: &mut AnyConn,
    account_id: i64,
    from: Period,
    to: Period,
) -> Result<Option<Fen>, StoreError> {
    let query = format!(
        "SELECT \
            CAST(coalesce(sum(CASE WHEN month < $1 THEN fen ELSE 0 END), 0) AS BIGINT) AS fen, \
            count(fen) AS months \
        FROM ( \
            SELECT m.period AS month, {} AS fen \
            FROM period_events m WHERE m.event_index = 0 AND m.period <= $3 \
        ) months",
        moved_in(
            conn.backend(),
            "period",
            "m.period",
            "$2",
            "9223372036854775807"
        )
    );
    let found: Opening = crate::each_backend!(conn, |inner| {
        sql_query(query)
            .bind::<Text, _>(from.to_string())
            .bind::<BigInt, _>(account_id)
            .bind::<Text, _>(to.to_string())
            .get_result(inner)?
    });
    Ok((found.months > 0).then_some(Fen::new(found.fen)))
}

#[derive(QueryableByName)]
struct Stretch {
    #[diesel(sql_type = BigInt)]
    account_id: i64,
    #[diesel(sql_type = BigInt)]
    first_seq: i64,
    #[diesel(sql_type = BigInt)]
    next_seq: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    account_id: i64,
    #[diesel(sql_type = BigInt)]
    amount_fen: i64,
    #[diesel(sql_type = BigInt)]
    account_seq: i64,
    #[diesel(sql_type = BigInt)]
    balance_after_fen: i64,
    #[diesel(sql_type = Binary)]
    body: Vec<u8>,
}

/// Where the accounts were moved on dates of the periods: from a record to before another.
fn stretches(
    conn: &mut AnyConn,
    ids: &[i64],
    from: Period,
    to: Period,
) -> Result<Vec<Stretch>, StoreError> {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let query = format!(
        "SELECT s.account_id, s.seq AS first_seq, coalesce(( \
            SELECT n.seq FROM postings n {} \
            WHERE n.account_id = s.account_id AND n.effective_on IS NOT NULL AND n.seq > s.seq \
            ORDER BY n.seq LIMIT 1 \
        ), 9223372036854775807) AS next_seq \
        FROM postings s {} WHERE s.account_id IN ({}) AND s.period BETWEEN $1 AND $2",
        by_index(conn.backend(), "stretch"),
        by_index(conn.backend(), "period"),
        ids.join(",")
    );
    Ok(crate::each_backend!(conn, |inner| sql_query(query)
        .bind::<Text, _>(from.to_string())
        .bind::<Text, _>(to.to_string())
        .load(inner)?))
}

/// The postings of the accounts on dates of the periods, each with its record.
fn found_lines(
    conn: &mut AnyConn,
    ids: &[i64],
    from: Period,
    to: Period,
) -> Result<Vec<Found>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let stretches = stretches(conn, ids, from, to)?;
    if stretches.is_empty() {
        return Ok(Vec::new());
    }
    let stretches: Vec<String> = stretches
        .iter()
        .map(|own| format!("({},{},{})", own.account_id, own.first_seq, own.next_seq))
        .collect();
    let query = format!(
        "SELECT p.account_id, p.amount_fen, p.account_seq, p.balance_after_fen, r.body \
        FROM (VALUES {}) s \
        JOIN postings p ON p.account_id = s.column1 AND p.seq >= s.column2 AND p.seq < s.column3 \
        JOIN ledger_records r ON r.seq = p.seq",
        stretches.join(",")
    );
    Ok(crate::each_backend!(conn, |inner| sql_query(query).load(inner)?))
}

/// The lines of the accounts, in the order of periods and then of records.
fn lines(
    conn: &mut AnyConn,
    ids: &[i64],
    from: Period,
    to: Period,
) -> Result<BTreeMap<i64, Vec<StatementLine>>, ExecuteError> {
    let found = found_lines(conn, ids, from, to)?;
    let mut pots = Pots::default();
    let mut read = Vec::with_capacity(found.len());
    for own in found {
        let event = leaf::read_event(&own.body)?;
        pots.see(&event);
        let mark = Mark {
            account_seq: cells::count("postings", "account_seq", own.account_seq)?,
            balance_after_fen: Fen::new(own.balance_after_fen),
        };
        read.push((own.account_id, Fen::new(own.amount_fen), mark, event));
    }
    pots.complete(conn)?;
    let mut lines: BTreeMap<i64, Vec<StatementLine>> = BTreeMap::new();
    let written = read.iter_mut().filter(|(_, _, _, event)| {
        let words = event.body.words();
        words.is_some_and(|words| !words.is_blank())
    });
    open_words(
        conn,
        written.filter_map(|(_, _, _, event)| event.body.words_mut()),
    )?;
    for (account_id, amount_fen, mark, event) in &read {
        if let Body::Posted(posted) = &event.body {
            let pot = pots.of(event.seq).cloned();
            let line = line_of(event.seq, &posted.transaction, pot, *amount_fen, *mark);
            lines.entry(*account_id).or_default().push(line);
        }
    }
    for own in lines.values_mut() {
        own.sort_by_key(|line| (line.period, line.seq));
    }
    Ok(lines)
}

/// The pots of transactions: their own, or that of the accrual they move.
#[derive(Default)]
struct Pots {
    /// The pot, or the accrual to ask.
    known: BTreeMap<u64, Result<Line, u64>>,
}

impl Pots {
    fn see(&mut self, event: &Event) {
        let Body::Posted(posted) = &event.body else {
            return;
        };
        let own = match (posted.transaction.line(), posted.transaction.accrual) {
            (Some(line), _) => Ok(line.clone()),
            (None, Some(accrual)) => Err(accrual),
            (None, None) => return,
        };
        self.known.insert(event.seq, own);
    }

    /// Reads the accruals that are asked and not known yet.
    fn complete(&mut self, conn: &mut AnyConn) -> Result<(), ExecuteError> {
        loop {
            let asked = self.known.values().filter_map(|pot| pot.as_ref().err());
            let missing: Vec<i64> = asked
                .filter(|accrual| !self.known.contains_key(accrual))
                .map(|accrual| cells::count_cell("ledger_records", "seq", *accrual))
                .collect::<Result<_, _>>()?;
            let before = self.known.len();
            let bodies: Vec<Vec<u8>> = if missing.is_empty() {
                Vec::new()
            } else {
                ledger_records::table
                    .filter(ledger_records::seq.eq_any(missing))
                    .select(ledger_records::body)
                    .load(conn)?
            };
            for body in bodies {
                self.see(&leaf::read_event(&body)?);
            }
            if self.known.len() == before {
                return Ok(());
            }
        }
    }

    fn of(&self, seq: u64) -> Option<&Line> {
        let mut next = seq;
        loop {
            match self.known.get(&next)? {
                Ok(line) => return Some(line),
                // An accrual stands before what moves it, so this ends.
                Err(accrual) if *accrual < next => next = *accrual,
                Err(_) => return None,
            }
        }
    }
}

fn line_of(
    seq: u64,
    transaction: &Transaction,
    line: Option<Line>,
    amount_fen: Fen,
    mark: Mark,
) -> StatementLine {
    StatementLine {
        seq,
        period: transaction.period,
        effective_on: transaction.effective_on,
        for_period: transaction.for_period,
        kind: transaction.kind,
        document: transaction.document.clone(),
        memo: transaction.memo.clone(),
        line,
        component: transaction.component,
        amount_fen,
        balance_fen: Fen::ZERO,
        mark,
    }
}

/// Runs the balance over the lines.
fn run_on(account: Account, opening_fen: Fen, mut lines: Vec<StatementLine>) -> AccountStatement {
    let mut balance_fen = opening_fen;
    for line in &mut lines {
        balance_fen = [balance_fen, line.amount_fen].iter().sum();
        line.balance_fen = balance_fen;
    }
    AccountStatement {
        account,
        opening_fen,
        lines,
        closing_fen: balance_fen,
    }
}
