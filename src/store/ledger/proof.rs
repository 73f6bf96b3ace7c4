//! Statement bundles out of the database: what a department is handed to check alone.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use domain::{DepartmentId, Fen, Period};
use ledger::merkle::Levels;
use ledger::statement::{BundleParts, StatementBundle};
use ledger::{
    Account, Balance, BalanceProof, Body, Charter, Event, LedgerError, Seal, SignedCheckpoint, leaf,
};

use super::ExecuteError;
use super::records::{events_of, leaf_hashes};
use super::schema::{ledger_records, period_events};
use crate::cells;
use crate::conn::AnyConn;
use crate::error::StoreError;

/// What a bundle is asked for.
#[derive(Clone, Debug)]
pub struct BundleOrder<'a> {
    /// The department.
    pub department: &'a DepartmentId,
    /// First month of posting.
    pub from: Period,
    /// Last month of posting.
    pub to: Period,
    /// The charter of the ledger.
    pub charter: &'a Charter,
    /// The checkpoint to prove it all under.
    pub signed: &'a SignedCheckpoint,
    /// The checkpoint that the department kept; it must be of this very ledger.
    pub kept: Option<&'a SignedCheckpoint>,
}

/// The bundle of a department: from the last close before `from` was opened, so that no line of it is
/// missing, to the close of `to`, or to the checkpoint while that month is open.
pub fn statement_bundle(
    conn: &mut AnyConn,
    order: &BundleOrder<'_>,
) -> Result<StatementBundle, ExecuteError> {
    if !order.charter.is_founded() {
        return Err(ExecuteError::Unprovable(LedgerError::NotFounded));
    }
    let size = order.signed.checkpoint().size;
    let log = Levels::new(order.charter.hash(), leaf_hashes(conn)?);
    if let Some(kept) = order.kept {
        require_own(&log, kept, size).map_err(ExecuteError::Unprovable)?;
    }
    let periods = Periods::read(conn, size)?;
    let opening = periods.close_before_opening_of(order.from);
    let closing = periods.last_close_up_to(order.to);
    let end = match closing {
        Some((period, seq)) if period == order.to => seq,
        _ => size,
    };
    let start = opening.map_or(0, |(_, seq)| seq);
    let lines: Vec<Event> = events_of(conn, order.department)?
        .into_iter()
        .filter(|event| event.seq > start && event.seq <= end)
        .filter(|event| is_on_accounts_of(order.department, event))
        .collect();
    let opening = opening
        .map(|(_, seq)| sealed(conn, order, seq))
        .transpose()?;
    let closing = closing
        .map(|(_, seq)| sealed(conn, order, seq))
        .transpose()?;
    let certified = order.charter.certified().iter();
    let parts = BundleParts {
        department: order.department,
        certificates: certified
            .filter(|own| own.seq <= size)
            .map(|own| own.note.clone())
            .collect(),
        opening: opening
            .as_ref()
            .map(|(event, proof)| (event, proof.clone())),
        lines: &lines,
        closing: closing
            .as_ref()
            .map(|(event, proof)| (event, proof.clone())),
        kept_size: order.kept.map(|kept| kept.checkpoint().size),
        signed: order.signed,
    };
    Ok(StatementBundle::new(parts, &log)?)
}

/// Whether a record moves an account of the department; a reserve of the budget alone does not.
fn is_on_accounts_of(department: &DepartmentId, event: &Event) -> bool {
    match &event.body {
        Body::Posted(posted) => posted
            .postings()
            .any(|posting| posting.account.department() == Some(department)),
        _ => false,
    }
}

/// The record that closes a month; `None` while it is open.
pub fn close_of(conn: &mut AnyConn, period: Period) -> Result<Option<u64>, StoreError> {
    let seq: Option<i64> = period_events::table
        .filter(period_events::period.eq(period.to_string()))
        .filter(period_events::event_index.eq(CLOSED))
        .select(period_events::seq)
        .first(conn)
        .optional()?;
    seq.map(|seq| cells::count("period_events", "seq", seq))
        .transpose()
}

/// Refuses a kept checkpoint that this ledger does not extend: nothing could prove that it does.
fn require_own(log: &Levels, kept: &SignedCheckpoint, size: u64) -> Result<(), LedgerError> {
    let kept = kept.checkpoint();
    if kept.size > size {
        return Err(LedgerError::RolledBack {
            kept: kept.size,
            shown: size,
        });
    }
    let place = usize::try_from(kept.size).map_err(|_| LedgerError::OutsideLog)?;
    if log.root(place)? == kept.root {
        Ok(())
    } else {
        Err(LedgerError::OtherCheckpoint { size: kept.size })
    }
}

/// When months were opened and closed, by record numbers up to the checkpoint.
struct Periods {
    events: Vec<(Period, i64, u64)>,
}

const OPENED: i64 = 0;
const CLOSED: i64 = 1;

impl Periods {
    fn read(conn: &mut AnyConn, size: u64) -> Result<Self, StoreError> {
        let size = cells::count_cell("period_events", "seq", size)?;
        let rows: Vec<(String, i64, i64)> = period_events::table
            .filter(period_events::seq.le(size))
            .order(period_events::seq)
            .select((
                period_events::period,
                period_events::event_index,
                period_events::seq,
            ))
            .load(conn)?;
        let events = rows.into_iter().map(|(period, index, seq)| {
            let read = period.parse().map_err(|_| StoreError::Corrupt {
                table: "period_events",
                column: "period",
                value: period.clone(),
            })?;
            Ok::<_, StoreError>((read, index, cells::count("period_events", "seq", seq)?))
        });
        Ok(Self {
            events: events.collect::<Result<_, _>>()?,
        })
    }

    /// The last close before a month was opened, with its record number.
    fn close_before_opening_of(&self, from: Period) -> Option<(Period, u64)> {
        let mut opened = self
            .events
            .iter()
            .filter(|(period, index, _)| *period >= from && *index == OPENED);
        let before = opened.next().map_or(u64::MAX, |(_, _, seq)| *seq);
        let mut closes = self.events.iter().rev();
        closes
            .find(|(_, index, seq)| *index == CLOSED && *seq < before)
            .map(|(period, _, seq)| (*period, *seq))
    }

    /// The last close of a month up to another, with its record number.
    fn last_close_up_to(&self, to: Period) -> Option<(Period, u64)> {
        let mut closes = self.events.iter().rev();
        closes
            .find(|(period, index, _)| *index == CLOSED && *period <= to)
            .map(|(period, _, seq)| (*period, *seq))
    }
}

#[derive(QueryableByName)]
struct BalanceRow {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = BigInt)]
    account_seq: i64,
    #[diesel(sql_type = BigInt)]
    balance_fen: i64,
}

/// The record of a close and the department's balances under its seal.
fn sealed(
    conn: &mut AnyConn,
    order: &BundleOrder<'_>,
    seq: u64,
) -> Result<(Event, BalanceProof), ExecuteError> {
    let cell = cells::count_cell("ledger_records", "seq", seq)?;
    let body: Vec<u8> = ledger_records::table
        .find(cell)
        .select(ledger_records::body)
        .first(conn)?;
    let event = leaf::read_event(&body)?;
    let broken = |what| ExecuteError::Damaged(LedgerError::BrokenRecord { seq, what });
    let Body::PeriodClosed { balances_root, .. } = &event.body else {
        return Err(broken("不是结账记录 not a close"));
    };
    let balances = balances_before(conn, cell)?;
    let accounts = balances.iter().map(|(account, at)| (account, *at));
    let seal = Seal::new(order.charter, seq, accounts)
        .filter(|seal| seal.root() == *balances_root)
        .ok_or_else(|| broken("结账余额 sealed balances"))?;
    Ok((event, seal.proof(order.department)?))
}

/// Where every account stood before a record.
fn balances_before(conn: &mut AnyConn, seq: i64) -> Result<Vec<(Account, Balance)>, ExecuteError> {
    let query = "SELECT a.code, p.account_seq, p.balance_after_fen AS balance_fen \
        FROM accounts a JOIN postings p ON p.account_id = a.id \
        WHERE p.seq = (\
            SELECT max(q.seq) FROM postings q WHERE q.account_id = a.id AND q.seq < $1\
        )";
    let rows: Vec<BalanceRow> = crate::each_backend!(conn, |inner| {
        sql_query(query).bind::<BigInt, _>(seq).load(inner)?
    });
    let balances = rows.into_iter().map(|row| {
        let balance = Balance {
            balance_fen: Fen::new(row.balance_fen),
            account_seq: cells::count("postings", "account_seq", row.account_seq)?,
        };
        Ok((row.code.parse()?, balance))
    });
    balances.collect()
}
