//! Claims: declared, read, decided.

use app::claims::{ClaimSheet, Evidence};
use serde::Serialize;

use crate::api::json;
use crate::ask::{Answer, Ask};
use crate::pages::claims;

#[derive(Serialize)]
struct ClaimView {
    id: String,
    department: String,
    name: String,
    period: String,
    kind: &'static str,
    beneficiary: String,
    declared_fen: i64,
    accepted_fen: Option<i64>,
    stage: &'static str,
    explanation: String,
    reason: String,
    declarant: String,
    run: Option<String>,
    paper_sha256: String,
    evidence: Vec<FileView>,
}

/// An evidence file; its content is at the address of the page, `…/files/<sha256>`.
#[derive(Serialize)]
struct FileView {
    name: String,
    media_type: String,
    size_bytes: u64,
    sha256: String,
    also_in: Vec<String>,
}

impl From<ClaimSheet> for ClaimView {
    fn from(sheet: ClaimSheet) -> Self {
        let file = |own: Evidence| FileView {
            name: own.file.name,
            media_type: own.file.media_type,
            size_bytes: own.file.size_bytes,
            sha256: own.file.sha256,
            also_in: own.also_in.iter().map(ToString::to_string).collect(),
        };
        Self {
            id: sheet.id.to_string(),
            department: sheet.entry.department.to_string(),
            name: sheet.department_name,
            period: sheet.entry.period.to_string(),
            kind: sheet.entry.kind.name(),
            beneficiary: sheet.entry.beneficiary.to_string(),
            declared_fen: sheet.entry.amount_fen.get(),
            accepted_fen: sheet.accepted_fen.map(domain::Fen::get),
            stage: sheet.stage,
            explanation: sheet.entry.explanation,
            reason: sheet.reason,
            declarant: sheet.declarant,
            run: sheet.run.map(|run| run.to_string()),
            paper_sha256: sheet.paper_sha256,
            evidence: sheet.evidence.into_iter().map(file).collect(),
        }
    }
}

/// All claims.
pub async fn all(ask: &Ask) -> Answer {
    let user = ask.user()?;
    let sheets = ask.portal.run(move |app| app.claims(&user, None)).await?;
    json(&sheets.into_iter().map(ClaimView::from).collect::<Vec<_>>())
}

/// The claims of a department.
pub async fn list(ask: &Ask) -> Answer {
    let (user, id) = (ask.user()?, ask.department()?);
    let sheets = ask
        .portal
        .run(move |app| app.claims(&user, Some(&id)))
        .await?;
    json(&sheets.into_iter().map(ClaimView::from).collect::<Vec<_>>())
}

/// One claim.
pub async fn show(ask: &Ask) -> Answer {
    json(&ClaimView::from(claims::fetch(ask).await?))
}

/// Declares a claim: the fields and files of the page's form.
pub async fn declare(ask: &Ask) -> Answer {
    json(&ClaimView::from(claims::declared(ask).await?))
}

/// Decides a claim: the fields of the page's form.
pub async fn decide(ask: &Ask) -> Answer {
    json(&ClaimView::from(claims::decided(ask).await?))
}
