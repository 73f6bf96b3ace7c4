//! Imports, refused rows, rows nobody is credited for.

use serde::Serialize;

use crate::api::json;
use crate::ask::{Answer, Ask};

#[derive(Serialize)]
struct ImportView {
    batch_id: i64,
    file_name: String,
    kind: String,
    imported_at: String,
    good: u64,
    rejected: u64,
    unattributed: u64,
    duplicates: u64,
}

/// The imports, newest first.
pub async fn list(ask: &Ask) -> Answer {
    let user = ask.user()?;
    let lines = ask.portal.run(move |app| app.imports(&user)).await?;
    let view = |line: app::ImportLine| ImportView {
        batch_id: line.batch_id,
        file_name: line.file_name,
        kind: line.kind,
        imported_at: line.imported_at,
        good: line.good,
        rejected: line.rejected,
        unattributed: line.unattributed,
        duplicates: line.duplicates,
    };
    json(&lines.into_iter().map(view).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct RejectView {
    line: u32,
    column: String,
    value: String,
    code: String,
    reason: String,
    remedy: String,
}

/// The refused rows of an import.
pub async fn rejects(ask: &Ask) -> Answer {
    let (user, batch) = (ask.user()?, ask.batch()?);
    let (_, rows) = ask.portal.run(move |app| app.rejects(&user, batch)).await?;
    let rows = rows.into_iter().map(|row| RejectView {
        line: row.line,
        column: row.column,
        value: row.value,
        code: row.code,
        reason: row.reason,
        remedy: row.remedy,
    });
    json(&rows.collect::<Vec<_>>())
}

#[derive(Serialize)]
struct UnattributedView {
    file_name: String,
    line: u32,
    what: String,
    reason: String,
}

/// Rows nobody is credited for.
pub async fn unattributed(ask: &Ask) -> Answer {
    let user = ask.user()?;
    let lines = ask.portal.run(move |app| app.unattributed(&user)).await?;
    let view = |line: app::UnattributedLine| UnattributedView {
        file_name: line.file_name,
        line: line.line,
        what: line.what,
        reason: line.reason,
    };
    json(&lines.into_iter().map(view).collect::<Vec<_>>())
}
