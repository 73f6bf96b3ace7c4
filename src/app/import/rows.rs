//! From what a reader yields to what the store keeps.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDateTime;
use domain::{Period, ResourceCode};
use ingest::{KnownResource, MemberMap, Reading, Reject, Rows, View};
use ledger::Books;
use store::batches::{BatchCounts, BatchId, NewBatch, RejectedLine, UnattributedLine};
use store::{AnyConn, StoreError, Upserted};

use crate::error::Error;

/// Puts the good rows, the rejects and the unattributed rows of a file into the database.
pub(crate) fn load(
    conn: &mut AnyConn,
    reading: &Reading,
    importer: &str,
    now: NaiveDateTime,
) -> Result<Upserted, Error> {
    let batch = store::batches::add(conn, &new_batch(reading, importer, now))?;
    store::batches::add_rejects(conn, batch, &rejects(reading))?;
    store::batches::add_unattributed(conn, batch, &unattributed(reading))?;
    let upserted = upsert(conn, batch, &reading.rows)?;
    store::batches::set_counts(conn, batch, &counts(reading, upserted))?;
    Ok(upserted)
}

/// Refuses rows about claims that were declared in the ledger: they are decided there, by somebody
/// else, and a file must not say otherwise.
pub(super) fn refuse_declared(reading: &mut Reading, books: &Books) {
    let Rows::Claims(rows) = &mut reading.rows else {
        return;
    };
    let declared = |id: &str| {
        let claim = books.claim(&id.into());
        claim.is_some_and(|claim| claim.declaration.is_some())
    };
    let (refused, good): (Vec<_>, Vec<_>) = std::mem::take(rows)
        .into_iter()
        .partition(|row| declared(&row.id));
    *rows = good;
    for row in refused {
        reading.counts.good -= 1;
        reading.counts.rejected += 1;
        reading.rejects.push(Reject {
            line: row.source.line,
            column: "申报编号".to_owned(),
            value: row.id,
            code: "declared_in_ledger",
            reason: "已在台账中申报，须在系统内认定，不能由文件更改 (declared in the ledger)"
                .to_owned(),
            remedy: "请由考核员以 hengxiang claim decide 或在“损失申报”页面认定".to_owned(),
        });
    }
    reading.rejects.sort_by_key(|reject| reject.line);
}

fn new_batch(reading: &Reading, importer: &str, now: NaiveDateTime) -> NewBatch {
    NewBatch {
        sha256: reading.sha256.clone(),
        file_name: reading.file_name.clone(),
        kind: reading.kind.name().to_owned(),
        imported_at: now,
        importer: importer.to_owned(),
    }
}

fn counts(reading: &Reading, upserted: Upserted) -> BatchCounts {
    let counts = &reading.counts;
    BatchCounts {
        read: counts.read,
        upserted,
        rejected: counts.rejected,
        unattributed: counts.unattributed,
        duplicates: counts.duplicates + counts.paired + counts.self_calls + counts.metaservices,
    }
}

fn rejects(reading: &Reading) -> Vec<RejectedLine> {
    let lines = reading.rejects.iter().map(|reject| RejectedLine {
        line: reject.line,
        column: reject.column.clone(),
        value: reject.value.clone(),
        code: reject.code.to_owned(),
        reason: reject.reason.clone(),
        remedy: reject.remedy.clone(),
    });
    lines.collect()
}

fn unattributed(reading: &Reading) -> Vec<UnattributedLine> {
    let lines = reading.unattributed.iter().map(|row| UnattributedLine {
        line: row.line,
        what: row.what.clone(),
        reason: row.reason.clone(),
    });
    lines.collect()
}

/// Writes the good rows of a file.
fn upsert(conn: &mut AnyConn, batch: BatchId, rows: &Rows) -> Result<Upserted, StoreError> {
    match rows {
        Rows::Jurisdictions(rows) => store::registry::upsert_jurisdictions(conn, batch, rows),
        Rows::Departments(rows) => store::registry::upsert_departments(conn, batch, rows),
        Rows::Catalogue(rows) => store::catalogue::upsert_resources(conn, batch, rows),
        Rows::Checks(rows) => store::catalogue::upsert_checks(conn, batch, rows),
        Rows::Usage(rows) => store::usage::upsert_usage(conn, batch, rows),
        Rows::Requests(rows) => store::requests::upsert_requests(conn, batch, rows),
        Rows::Corrections(rows) => store::corrections::upsert_corrections(conn, batch, rows),
        Rows::Incidents(rows) => store::incidents::upsert_incidents(conn, batch, rows),
        Rows::Feedback(rows) => store::feedback::upsert_feedback(conn, batch, rows),
        Rows::Safeguards(rows) => store::safeguards::upsert_safeguards(conn, batch, rows),
        Rows::Judgements(rows) => store::judgements::upsert_judgements(conn, batch, rows),
        Rows::Measures(rows) => store::measures::upsert_measures(conn, batch, rows),
        Rows::Claims(rows) => store::claims::upsert_claims(conn, batch, rows),
        Rows::Appropriations(rows) => {
            store::appropriations::upsert_appropriations(conn, batch, rows)
        }
        Rows::Successions(rows) => store::successions::upsert_successions(conn, batch, rows),
        Rows::Exchanges(rows) => {
            let rows: Vec<_> = rows.iter().map(exchange).collect();
            store::exchanges::upsert_exchanges(conn, batch, &rows)
        }
        Rows::Members(rows) => {
            let rows: Vec<_> = rows.iter().cloned().map(member).collect();
            store::members::upsert_members(conn, batch, &rows)
        }
        Rows::Services(rows) => {
            let rows: Vec<_> = rows.iter().cloned().map(service).collect();
            store::members::upsert_services(conn, batch, &rows)
        }
    }
}

fn exchange(row: &ingest::Exchange) -> store::exchanges::Exchange {
    store::exchanges::Exchange {
        message_id: row.message_id.clone(),
        requested_at: row.requested_at,
        day: row.day,
        provider: row.provider.clone(),
        consumer: row.consumer.clone(),
        resource: row.resource.clone(),
        succeeded: row.succeeded,
        request_bytes: row.request_bytes,
        response_bytes: row.response_bytes,
        view: match row.view {
            View::Client => store::exchanges::View::Client,
            View::Producer => store::exchanges::View::Producer,
            View::Both => store::exchanges::View::Both,
        },
        source: row.source,
    }
}

fn member(row: ingest::MemberEntry) -> store::members::MemberEntry {
    let ingest::MemberEntry {
        instance,
        class,
        code,
        subsystem,
        department,
        source,
    } = row;
    store::members::MemberEntry {
        instance,
        class,
        code,
        subsystem,
        department,
        source,
    }
}

fn service(row: ingest::ServiceEntry) -> store::members::ServiceEntry {
    let ingest::ServiceEntry {
        instance,
        class,
        code,
        subsystem,
        service,
        resource,
        source,
    } = row;
    store::members::ServiceEntry {
        instance,
        class,
        code,
        subsystem,
        service,
        resource,
        source,
    }
}

pub(super) fn known_resources(
    conn: &mut AnyConn,
) -> Result<HashMap<ResourceCode, KnownResource>, StoreError> {
    let rows = store::catalogue::known_resources(conn)?.into_iter();
    Ok(rows
        .map(|row| {
            let known = KnownResource {
                provider: row.provider,
                share_type: row.share_type,
            };
            (row.code, known)
        })
        .collect())
}

pub(super) fn member_map(conn: &mut AnyConn) -> Result<MemberMap, StoreError> {
    let members = store::members::members(conn)?.into_iter().map(|row| {
        let store::members::MemberEntry {
            instance,
            class,
            code,
            subsystem,
            department,
            source,
        } = row;
        ingest::MemberEntry {
            instance,
            class,
            code,
            subsystem,
            department,
            source,
        }
    });
    let services = store::members::services(conn)?.into_iter().map(|row| {
        let store::members::ServiceEntry {
            instance,
            class,
            code,
            subsystem,
            service,
            resource,
            source,
        } = row;
        ingest::ServiceEntry {
            instance,
            class,
            code,
            subsystem,
            service,
            resource,
            source,
        }
    });
    Ok(MemberMap::new(members, services))
}

/// The months that the rows are about.
pub(super) fn periods(rows: &Rows) -> BTreeSet<Period> {
    let mut periods = BTreeSet::new();
    match rows {
        Rows::Usage(rows) => periods.extend(rows.iter().map(|row| Period::containing(row.day))),
        Rows::Exchanges(rows) => periods.extend(rows.iter().map(|row| Period::containing(row.day))),
        Rows::Checks(rows) => periods.extend(rows.iter().map(|row| row.period)),
        Rows::Safeguards(rows) => periods.extend(rows.iter().map(|row| row.period)),
        Rows::Measures(rows) => periods.extend(rows.iter().map(|row| row.period)),
        Rows::Incidents(rows) => {
            periods.extend(rows.iter().map(|row| Period::containing(row.confirmed_on)));
        }
        Rows::Feedback(rows) => {
            periods.extend(rows.iter().map(|row| Period::containing(row.received_on)));
        }
        Rows::Requests(rows) => {
            periods.extend(rows.iter().map(|row| Period::containing(row.received_on)));
        }
        Rows::Corrections(rows) => {
            periods.extend(rows.iter().map(|row| Period::containing(row.received_on)));
        }
        Rows::Claims(rows) => {
            let decided = rows.iter().filter_map(|row| row.decided_on);
            periods.extend(decided.map(Period::containing));
        }
        Rows::Jurisdictions(_)
        | Rows::Departments(_)
        | Rows::Catalogue(_)
        | Rows::Members(_)
        | Rows::Services(_)
        // Judgements of decided months are refused when they are read.
        | Rows::Judgements(_)
        | Rows::Appropriations(_)
        | Rows::Successions(_) => {}
    }
    periods
}
