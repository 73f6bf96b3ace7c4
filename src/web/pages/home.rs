//! The front page: what is published, for everybody.

use std::sync::Arc;

use app::Download;
use app::PeriodLine;
use app::model::Bulletin;
use askama::Template;

use crate::ask::{Answer, Ask};
use crate::chrome::Chrome;
use crate::figures::{self, RankView as _};
use crate::pages::{Chart, DRAWING, MonthChoice, charts_of, choices, download_href, html};

#[derive(Template)]
#[template(path = "home.html")]
struct Page {
    chrome: Chrome,
    published: Option<Published>,
}

/// What a month shows to everybody.
struct Published {
    bulletin: Arc<Bulletin>,
    months: Vec<MonthChoice>,
    charts: Vec<Chart>,
    downloads: Vec<DownloadView>,
}

/// A file to download.
pub struct DownloadView {
    /// Address.
    pub href: String,
    /// Title.
    pub title: String,
    /// Name.
    pub name: String,
    /// Size in words.
    pub size: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    drawing: bool,
}

impl DownloadView {
    /// Whether it is a drawing, which pages show rather than list.
    pub fn is_drawing(&self) -> bool {
        self.drawing
    }

    /// The file of a month.
    pub fn of(period: domain::Period, download: &Download) -> Self {
        Self {
            href: download_href(period, &download.name),
            title: download.title.clone(),
            name: download.name.clone(),
            size: figures::size(download.bytes),
            sha256: download.sha256.clone(),
            drawing: download.media_type == DRAWING,
        }
    }
}

/// The page of the latest published month, or of the one asked for.
pub async fn show(ask: &Ask) -> Answer {
    let asked = ask.query_period("period")?;
    // What everybody sees is asked for as nobody, so that the front page is the same for all.
    let lines = ask.portal.run(|app| app.periods(None)).await?;
    let known = |period| lines.iter().any(|line| line.period == period);
    if asked.is_some_and(|period| !known(period)) {
        return Err(crate::failure::Failure::not_found());
    }
    let period = asked.or_else(|| lines.first().map(|line| line.period));
    let published = match period {
        Some(period) => Some(published(ask, &lines, period).await?),
        None => None,
    };
    let mut chrome = Chrome::new(ask, ask.words().site, Vec::new());
    chrome.crumbs.clear();
    html(&Page { chrome, published })
}

async fn published(
    ask: &Ask,
    lines: &[PeriodLine],
    period: domain::Period,
) -> Result<Published, crate::failure::Failure> {
    let (bulletin, files) = ask
        .portal
        .run(move |app| Ok((app.bulletin(None, period)?, app.downloads(None, period)?)))
        .await?;
    Ok(Published {
        bulletin,
        months: choices(lines.iter().map(|line| line.period), period),
        charts: charts_of(period, &files),
        downloads: files
            .iter()
            .map(|file| DownloadView::of(period, file))
            .filter(|file| !file.is_drawing())
            .collect(),
    })
}
