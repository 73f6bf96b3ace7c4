//! Months and their results.

use app::PeriodLine;
use app::model::Bulletin;
use serde::Serialize;

use crate::api::json;
use crate::ask::{Answer, Ask};
use crate::pages::download_href;

#[derive(Serialize)]
struct PeriodView {
    period: String,
    run: String,
    state: &'static str,
    published: bool,
    departments: u32,
    awarded_fen: i64,
    unfunded_fen: i64,
}

impl From<&PeriodLine> for PeriodView {
    fn from(line: &PeriodLine) -> Self {
        Self {
            period: line.period.to_string(),
            run: line.run.to_string(),
            state: line.state,
            published: line.published,
            departments: line.departments,
            awarded_fen: line.awarded_fen.get(),
            unfunded_fen: line.unfunded_fen.get(),
        }
    }
}

/// The months that the visitor may see, newest first.
pub async fn periods(ask: &Ask) -> Answer {
    let user = ask.visitor.user.clone();
    let lines = ask
        .portal
        .run(move |app| app.periods(user.as_ref()))
        .await?;
    json(&lines.iter().map(PeriodView::from).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct BulletinView<'a> {
    period: String,
    title: &'a str,
    issuer: &'a str,
    document_number: &'a str,
    run: &'a str,
    pack: String,
    digests: Vec<Named<'a>>,
    summary: Vec<FigureView<'a>>,
    groups: Vec<GroupView<'a>>,
    axes: Vec<HeadView<'a>>,
    indicators: Vec<HeadView<'a>>,
    pots: Vec<PotView<'a>>,
    islands: &'a [String],
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct FigureView<'a> {
    label: &'a str,
    value: &'a str,
    change: Option<&'a str>,
}

#[derive(Serialize)]
struct GroupView<'a> {
    title: &'a str,
    departments: Vec<RankView<'a>>,
}

#[derive(Serialize)]
struct RankView<'a> {
    rank: u32,
    department: &'a str,
    total: &'a str,
    grade: &'a str,
    change_total: Option<&'a str>,
    change_rank: Option<i32>,
    compensation_fen: i64,
}

#[derive(Serialize)]
struct HeadView<'a> {
    id: &'a str,
    title: &'a str,
    points: &'a str,
}

#[derive(Serialize)]
struct PotView<'a> {
    payer: &'a str,
    line: &'a str,
    authority_fen: i64,
    reserved_fen: i64,
    spent_fen: i64,
    available_fen: i64,
}

impl<'a> From<&'a Bulletin> for BulletinView<'a> {
    fn from(bulletin: &'a Bulletin) -> Self {
        let digest = |(name, value): &'a (String, String)| Named { name, value };
        Self {
            period: bulletin.period.to_string(),
            title: &bulletin.title,
            issuer: &bulletin.issuer,
            document_number: &bulletin.document_number,
            run: &bulletin.run_id,
            pack: format!("{}@{}", bulletin.pack.id, bulletin.pack.version),
            digests: bulletin.digests.iter().map(digest).collect(),
            summary: bulletin.summary.iter().map(FigureView::from).collect(),
            groups: bulletin.groups.iter().map(GroupView::from).collect(),
            axes: bulletin
                .axes
                .iter()
                .map(|head| HeadView {
                    id: &head.id,
                    title: &head.title,
                    points: &head.points,
                })
                .collect(),
            indicators: bulletin
                .indicators
                .iter()
                .map(|head| HeadView {
                    id: &head.id,
                    title: &head.title,
                    points: &head.points,
                })
                .collect(),
            pots: bulletin.pots.iter().map(PotView::from).collect(),
            islands: &bulletin.network.islands,
        }
    }
}

impl<'a> From<&'a app::model::KeyFigure> for FigureView<'a> {
    fn from(figure: &'a app::model::KeyFigure) -> Self {
        Self {
            label: &figure.label,
            value: &figure.value,
            change: figure.change.as_deref(),
        }
    }
}

impl<'a> From<&'a app::model::GroupRanking> for GroupView<'a> {
    fn from(group: &'a app::model::GroupRanking) -> Self {
        let rank = |row: &'a app::model::RankRow| RankView {
            rank: row.rank,
            department: &row.department,
            total: &row.total,
            grade: &row.grade,
            change_total: row.change_total.as_deref(),
            change_rank: row.change_rank,
            compensation_fen: row.compensation_fen.get(),
        };
        Self {
            title: &group.title,
            departments: group.rows.iter().map(rank).collect(),
        }
    }
}

impl<'a> From<&'a app::model::PotRow> for PotView<'a> {
    fn from(pot: &'a app::model::PotRow) -> Self {
        Self {
            payer: &pot.payer,
            line: &pot.line,
            authority_fen: pot.authority_fen.get(),
            reserved_fen: pot.reserved_fen.get(),
            spent_fen: pot.spent_fen.get(),
            available_fen: pot.available_fen.get(),
        }
    }
}

/// The result of a month, as far as the visitor may see it.
pub async fn bulletin(ask: &Ask) -> Answer {
    let (user, period) = (ask.visitor.user.clone(), ask.period()?);
    let bulletin = ask
        .portal
        .run(move |app| app.bulletin(user.as_ref(), period))
        .await?;
    json(&BulletinView::from(bulletin.as_ref()))
}

#[derive(Serialize)]
struct DownloadView<'a> {
    name: &'a str,
    title: &'a str,
    href: String,
    media_type: &'a str,
    bytes: u64,
    sha256: &'a str,
}

/// The files of a month.
pub async fn downloads(ask: &Ask) -> Answer {
    let (user, period) = (ask.visitor.user.clone(), ask.period()?);
    let files = ask
        .portal
        .run(move |app| app.downloads(user.as_ref(), period))
        .await?;
    let views: Vec<_> = files
        .iter()
        .map(|file| DownloadView {
            name: &file.name,
            title: &file.title,
            href: download_href(period, &file.name),
            media_type: &file.media_type,
            bytes: file.bytes,
            sha256: &file.sha256,
        })
        .collect();
    json(&views)
}
