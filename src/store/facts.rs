//! The facts of a period, as they are frozen: equal data is equal bytes, whatever the order of
//! imports and whichever the database.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use domain::facts::{Batch, SourceLine, UsageDay};
use domain::{Facts, Period};

use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::schema::batches;
use crate::{
    appropriations, catalogue, cells, claims, corrections, exchanges, feedback, incidents,
    judgements, measures, registry, requests, safeguards, usage,
};

/// How far back a case can have been received whose limit falls into the period: the longest
/// limit and its extension stay well under 200 days even across holidays.
const CASES_REACH_BACK: Days = Days::new(200);

/// Everything the period is computed from.
///
/// X-Road messages are rolled up by day and added to the daily rows of the same key: the gateway
/// report and the X-Road log are different channels, so a call is in one of them only. A row that
/// was summed names as its source the least of those it was summed from.
///
/// Call it inside one [`crate::Store::read`], so that all tables are of one snapshot.
pub fn load_facts(conn: &mut AnyConn, period: Period) -> Result<Facts, StoreError> {
    let (first, last) = (period.first_day(), period.last_day());
    let received_from = first - CASES_REACH_BACK;
    let new_year = NaiveDate::from_ymd_opt(period.year(), 1, 1).unwrap_or(first);
    let digests = Digests::load(conn)?;
    let mut facts = Facts {
        batches: Vec::new(),
        jurisdictions: registry::jurisdictions(conn)?,
        departments: registry::departments(conn)?,
        resources: catalogue::resources(conn, last)?,
        checks: catalogue::checks(conn, period)?,
        usage: usage_of(conn, period, &digests)?,
        requests: requests::received(conn, received_from, last)?,
        corrections: corrections::received(conn, received_from, last)?,
        incidents: incidents::confirmed(conn, new_year, last)?,
        feedback: feedback::received(conn, first, last)?,
        safeguards: safeguards::of_period(conn, period)?,
        judgements: judgements::of_period(conn, period)?,
        measures: measures::of_period(conn, period)?,
        claims: claims::decided(conn, first, last)?,
        appropriations: appropriations::effective(conn, period.year(), last)?,
    };
    renumber_batches(&mut facts, &digests)?;
    facts.normalise();
    Ok(facts)
}

/// The files of the batches, and their order by digest.
struct Digests {
    files: BTreeMap<u32, Batch>,
}

impl Digests {
    fn load(conn: &mut AnyConn) -> Result<Self, StoreError> {
        let rows: Vec<(i64, String, String)> = batches::table
            .select((batches::id, batches::sha256, batches::file_name))
            .load(conn)?;
        let files = rows
            .into_iter()
            .map(|(id, sha256, file_name)| {
                let id = cells::small("batches", "id", id)?;
                Ok((id, Batch { sha256, file_name }))
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Self { files })
    }

    fn of(&self, batch: u32) -> Result<&Batch, StoreError> {
        self.files
            .get(&batch)
            .ok_or_else(|| cells::corrupt("batches", "id", batch))
    }

    /// The least source: by digest of the file, then by line.
    fn least(&self, one: SourceLine, other: SourceLine) -> Result<SourceLine, StoreError> {
        let rank = |source: SourceLine| Ok::<_, StoreError>((self.of(source.batch)?, source.line));
        Ok(if rank(other)? < rank(one)? {
            other
        } else {
            one
        })
    }
}

/// Daily rows and rolled-up messages, summed by key.
fn usage_of(
    conn: &mut AnyConn,
    period: Period,
    digests: &Digests,
) -> Result<Vec<UsageDay>, StoreError> {
    let mut rows = usage::daily(conn, period)?;
    let messages = exchanges::roll_up(conn, period)?;
    if messages.is_empty() {
        return Ok(rows);
    }
    rows.extend(messages);
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut merged: Vec<UsageDay> = Vec::with_capacity(rows.len());
    for row in rows {
        match merged.last_mut() {
            Some(last) if key(last) == key(&row) => {
                last.succeeded = sum("succeeded_count", last.succeeded, row.succeeded)?;
                last.failed = sum("failed_count", last.failed, row.failed)?;
                last.records = sum("record_count", last.records, row.records)?;
                last.bytes = sum("size_bytes", last.bytes, row.bytes)?;
                last.source = digests.least(last.source, row.source)?;
            }
            _ => merged.push(row),
        }
    }
    Ok(merged)
}

fn key(row: &UsageDay) -> (NaiveDate, &str, &str, &str) {
    (
        row.day,
        row.provider.as_str(),
        row.resource.as_str(),
        row.consumer.as_str(),
    )
}

fn sum(column: &'static str, one: u64, other: u64) -> Result<u64, StoreError> {
    one.checked_add(other).ok_or(StoreError::OutOfRange {
        table: "usage_days",
        column,
        value: one,
    })
}

/// Replaces batch ids, which tell the order of imports, by places among the digests in use.
fn renumber_batches(facts: &mut Facts, digests: &Digests) -> Result<(), StoreError> {
    let mut used = BTreeSet::new();
    each_source(facts, |source| {
        used.insert(source.batch);
    });
    let mut files: Vec<(&Batch, u32)> = used
        .iter()
        .map(|id| Ok((digests.of(*id)?, *id)))
        .collect::<Result<_, StoreError>>()?;
    files.sort();
    let places: BTreeMap<u32, u32> = (0..)
        .zip(&files)
        .map(|(place, file)| (file.1, place))
        .collect();
    each_source(facts, |source| {
        // Every batch is in the map: it was built from the same sources.
        source.batch = places.get(&source.batch).copied().unwrap_or(u32::MAX);
    });
    facts.batches = files.into_iter().map(|(file, _)| file.clone()).collect();
    Ok(())
}

/// Visits the source of every row.
fn each_source(facts: &mut Facts, mut visit: impl FnMut(&mut SourceLine)) {
    macro_rules! visit_tables {
        ($($table:ident),* $(,)?) => {
            $(for row in &mut facts.$table { visit(&mut row.source); })*
        };
    }
    visit_tables!(
        resources,
        checks,
        usage,
        requests,
        corrections,
        incidents,
        feedback,
        safeguards,
        judgements,
        measures,
        claims,
        appropriations,
    );
}
