//! What was imported, what was refused and why, what nobody is credited for.

use app::{ImportLine, UnattributedLine};
use askama::Template;

use crate::ask::{Answer, Ask};
use crate::chrome::{Chrome, Link};
use crate::pages::html;

#[derive(Template)]
#[template(path = "imports.html")]
struct Imports {
    chrome: Chrome,
    lines: Vec<ImportLine>,
    unattributed: Vec<UnattributedLine>,
    unattributed_all: usize,
}

#[derive(Template)]
#[template(path = "rejects.html")]
struct Rejects {
    chrome: Chrome,
    line: ImportLine,
    rows: Vec<RejectRow>,
    rows_all: usize,
}

/// One refused value.
struct RejectRow {
    line: u32,
    column: String,
    value: String,
    reason: String,
    remedy: String,
}

/// Rows shown on a page; the rest is in the CSV that the import wrote.
const ROWS_SHOWN: usize = 500;

/// The imports.
pub async fn list(ask: &Ask) -> Answer {
    let user = ask.user()?;
    let (lines, mut unattributed) = ask
        .portal
        .run(move |app| Ok((app.imports(&user)?, app.unattributed(&user)?)))
        .await?;
    let unattributed_all = unattributed.len();
    unattributed.truncate(ROWS_SHOWN);
    let chrome = Chrome::new(ask, ask.words().nav_imports, Vec::new());
    html(&Imports {
        chrome,
        lines,
        unattributed,
        unattributed_all,
    })
}

/// The refused rows of one import.
pub async fn rejects(ask: &Ask) -> Answer {
    let (user, batch) = (ask.user()?, ask.batch()?);
    let (line, found) = ask.portal.run(move |app| app.rejects(&user, batch)).await?;
    let rows_all = found.len();
    let rows = found.into_iter().take(ROWS_SHOWN).map(|row| RejectRow {
        line: row.line,
        column: row.column,
        value: row.value,
        reason: row.reason,
        remedy: row.remedy,
    });
    let (t, rows) = (ask.words(), rows.collect());
    let way = vec![Link {
        label: t.nav_imports.to_owned(),
        href: "/imports".to_owned(),
    }];
    let chrome = Chrome::new(ask, line.file_name.clone(), way);
    html(&Rejects {
        chrome,
        line,
        rows,
        rows_all,
    })
}
