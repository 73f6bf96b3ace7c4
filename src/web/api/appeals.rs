//! Appeals: opened, read, recalculated, taken up the ladder, decided.

use app::appeals::{AppealSheet, Preview, PreviewSide, Urgency};
use serde::Serialize;

use crate::api::json;
use crate::ask::{Answer, Ask};
use crate::pages::appeals;

#[derive(Serialize)]
struct AppealView {
    id: String,
    department: String,
    name: String,
    period: String,
    subject: String,
    indicator: Option<String>,
    rows: Vec<String>,
    accrual: Option<u64>,
    contested_fen: i64,
    grounds: String,
    stage: &'static str,
    office: String,
    due_on: String,
    urgency: Option<&'static str>,
    opener: String,
    ruling: Option<RulingView>,
    order: Option<String>,
    paper_sha256: String,
    attachments: Vec<FileView>,
}

#[derive(Serialize)]
struct RulingView {
    outcome: &'static str,
    cut_fen: i64,
    document: String,
    reason: String,
}

#[derive(Serialize)]
struct FileView {
    name: String,
    media_type: String,
    size_bytes: u64,
    sha256: String,
}

impl From<AppealSheet> for AppealView {
    fn from(sheet: AppealSheet) -> Self {
        let ruling = sheet.ruling.map(|ruling| RulingView {
            outcome: ruling.outcome,
            cut_fen: ruling.cut_fen.get(),
            document: ruling.document,
            reason: ruling.reason,
        });
        let file = |file: app::papers::Attachment| FileView {
            name: file.name,
            media_type: file.media_type,
            size_bytes: file.size_bytes,
            sha256: file.sha256,
        };
        Self {
            id: sheet.id.to_string(),
            department: sheet.entry.department.to_string(),
            name: sheet.department_name,
            period: sheet.entry.period.to_string(),
            subject: sheet.subject,
            indicator: sheet.entry.indicator,
            rows: sheet.entry.rows,
            accrual: sheet.entry.accrual,
            contested_fen: sheet.contested_fen.get(),
            grounds: sheet.entry.grounds,
            stage: sheet.stage,
            office: sheet.office,
            due_on: sheet.due_on.to_string(),
            urgency: sheet.urgency.map(Urgency::code),
            opener: sheet.opener,
            ruling,
            order: sheet.order.map(|order| order.to_string()),
            paper_sha256: sheet.paper_sha256,
            attachments: sheet.attachments.into_iter().map(file).collect(),
        }
    }
}

/// All appeals.
pub async fn all(ask: &Ask) -> Answer {
    let user = ask.user()?;
    let sheets = ask.portal.run(move |app| app.appeals(&user, None)).await?;
    json(&sheets.into_iter().map(AppealView::from).collect::<Vec<_>>())
}

/// The appeals of a department.
pub async fn list(ask: &Ask) -> Answer {
    let (user, id) = (ask.user()?, ask.department()?);
    let sheets = ask
        .portal
        .run(move |app| app.appeals(&user, Some(&id)))
        .await?;
    json(&sheets.into_iter().map(AppealView::from).collect::<Vec<_>>())
}

/// One appeal.
pub async fn show(ask: &Ask) -> Answer {
    json(&AppealView::from(appeals::fetch(ask).await?))
}

/// Opens an appeal: the fields and files of the page's form.
pub async fn open(ask: &Ask) -> Answer {
    json(&AppealView::from(appeals::opened(ask).await?))
}

/// Takes it to the next step.
pub async fn advance(ask: &Ask) -> Answer {
    json(&AppealView::from(appeals::advanced(ask).await?))
}

/// Decides it.
pub async fn decide(ask: &Ask) -> Answer {
    json(&AppealView::from(appeals::decided(ask).await?))
}

/// Takes it back.
pub async fn withdraw(ask: &Ask) -> Answer {
    json(&AppealView::from(appeals::withdrawn(ask).await?))
}

#[derive(Serialize)]
struct PreviewView {
    supposed: Vec<String>,
    before: SideView,
    after: SideView,
    indicators: Vec<PointsView>,
    lines: Vec<LineView>,
}

#[derive(Serialize)]
struct SideView {
    total: String,
    rank: Option<u32>,
    grade: String,
    awarded_fen: i64,
}

#[derive(Serialize)]
struct PointsView {
    title: String,
    before: String,
    after: String,
}

#[derive(Serialize)]
struct LineView {
    line: String,
    component: &'static str,
    before_fen: i64,
    after_fen: i64,
    unfunded_fen: i64,
    standing_fen: i64,
    raise_fen: i64,
    short_fen: i64,
    why: Vec<String>,
}

impl From<Preview> for PreviewView {
    fn from(preview: Preview) -> Self {
        let side = |side: PreviewSide| SideView {
            total: side.total,
            rank: side.rank,
            grade: side.grade,
            awarded_fen: side.awarded_fen.get(),
        };
        let points = |(title, before, after)| PointsView {
            title,
            before,
            after,
        };
        let line = |line: app::appeals::PreviewLine| LineView {
            line: line.line.to_string(),
            component: line.component.code(),
            before_fen: line.before_fen.get(),
            after_fen: line.after_fen.get(),
            unfunded_fen: line.unfunded_fen.get(),
            standing_fen: line.standing_fen.get(),
            raise_fen: line.raise_fen.get(),
            short_fen: line.short_fen.get(),
            why: line.why,
        };
        Self {
            supposed: preview.supposed,
            before: side(preview.before),
            after: side(preview.after),
            indicators: preview.indicators.into_iter().map(points).collect(),
            lines: preview.lines.into_iter().map(line).collect(),
        }
    }
}

/// What would be, were the appeal right.
pub async fn preview(ask: &Ask) -> Answer {
    json(&PreviewView::from(appeals::supposed(ask).await?))
}
