//! One department's month: score, reasons, what would raise it, money.

use app::model::{DepartmentSheet, SheetIndicator};
use app::{Right, User};
use askama::Template;
use domain::{DepartmentId, Period};

use crate::ask::{Answer, Ask};
use crate::chrome::{Chrome, Link};
use crate::figures::{AxisView as _, Change, IndicatorView as _};
use crate::pages::home::DownloadView;
use crate::pages::{MonthChoice, Months, html};

#[derive(Template)]
#[template(path = "department.html")]
struct Page {
    chrome: Chrome,
    id: DepartmentId,
    month: Option<Month>,
}

struct Month {
    months: Vec<MonthChoice>,
    sheet: DepartmentSheet,
    gained: Change,
    moved: Change,
    indicators: Vec<Indicator>,
    downloads: Vec<DownloadView>,
}

/// An indicator and the page that explains it.
struct Indicator {
    line: SheetIndicator,
    href: Option<String>,
}

/// The places above a department's page: the overview for those who have one.
pub fn above(ask: &Ask, user: &User, period: Option<Period>) -> Vec<Link> {
    if !user.may(Right::ReadAll) {
        return Vec::new();
    }
    let query = period
        .map(|period| format!("?period={period}"))
        .unwrap_or_default();
    vec![Link {
        label: ask.words().nav_overview.to_owned(),
        href: format!("/overview{query}"),
    }]
}

/// The page.
pub async fn show(ask: &Ask) -> Answer {
    let (user, id, t) = (ask.user()?, ask.department()?, ask.words());
    let Some(months) = Months::of(ask).await? else {
        let chrome = Chrome::new(ask, t.nav_own, above(ask, &user, None));
        return html(&Page {
            chrome,
            id,
            month: None,
        });
    };
    let period = months.chosen.period;
    let (viewer, asked) = (user.clone(), id.clone());
    let (sheet, bulletin, files) = ask
        .portal
        .run(move |app| {
            Ok((
                app.sheet(&viewer, period, &asked)?,
                app.bulletin(Some(&viewer), period)?,
                app.downloads(Some(&viewer), period)?,
            ))
        })
        .await?;
    let own = format!("departments/{id}.html");
    let indicators = sheet.indicators.iter().map(|line| {
        let head = bulletin
            .indicators
            .iter()
            .find(|head| head.title == line.title);
        let href = |id_of: &str| {
            let name = crate::chrome::encode(id_of);
            format!("/departments/{id}/indicators/{name}?period={period}")
        };
        Indicator {
            line: line.clone(),
            href: head.map(|head| href(&head.id)),
        }
    });
    let month = Month {
        months: months.choices(),
        gained: Change::of_score(sheet.change_total.as_deref()),
        moved: Change::of_rank(sheet.change_rank, t),
        indicators: indicators.collect(),
        downloads: files
            .iter()
            .filter(|file| file.name == own)
            .map(|file| DownloadView::of(period, file))
            .collect(),
        sheet,
    };
    let chrome = Chrome::new(
        ask,
        &month.sheet.department,
        above(ask, &user, Some(period)),
    );
    html(&Page {
        chrome,
        id,
        month: Some(month),
    })
}
