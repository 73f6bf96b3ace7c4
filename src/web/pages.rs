//! Pages: each module turns one question into HTML.

pub mod agenda;
pub mod appeals;
pub mod claims;
pub mod department;
pub mod downloads;
pub mod failure;
pub mod fiscal;
pub mod home;
pub mod imports;
pub mod indicator;
pub mod machinery;
pub mod overview;
pub mod review;
pub mod sign_in;
pub mod statement;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue, LOCATION,
};
use app::Download;
use app::PeriodLine;
use askama::Template;
use domain::Period;

use crate::ask::{Answer, Ask};
use crate::failure::Failure;

/// A page as an answer.
fn html(page: &impl Template) -> Answer {
    html_with(StatusCode::OK, page)
}

/// A page with a status of its own.
fn html_with(status: StatusCode, page: &impl Template) -> Answer {
    let body = page.render().map_err(|error| Failure::internal(&error))?;
    Ok(HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(body))
}

/// 303: go there with a GET.
pub fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .finish()
}

/// A file to save: the plain name for old browsers, the true one beside it (RFC 6266).
fn attachment(name: &str) -> ContentDisposition {
    let safe = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let plain: String = name
        .chars()
        .map(|c| if safe(c) { c } else { '_' })
        .collect();
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![
            DispositionParam::Filename(plain),
            DispositionParam::FilenameExt(ExtendedValue {
                charset: Charset::Ext("UTF-8".to_owned()),
                language_tag: None,
                value: name.as_bytes().to_vec(),
            }),
        ],
    }
}

/// The months a visitor may see and the one asked for.
struct Months {
    /// Newest first.
    lines: Vec<PeriodLine>,
    /// The one asked for, or the newest.
    chosen: PeriodLine,
}

impl Months {
    /// The months; `None` while there is nothing to see. A month that is asked for and cannot be
    /// seen is not found.
    async fn of(ask: &Ask) -> Result<Option<Self>, Failure> {
        let asked = ask.query_period("period")?;
        let user = ask.visitor.user.clone();
        let lines = ask
            .portal
            .run(move |app| app.periods(user.as_ref()))
            .await?;
        let chosen = match asked {
            None => lines.first().cloned(),
            Some(period) => {
                let found = lines.iter().find(|line| line.period == period).cloned();
                Some(found.ok_or_else(Failure::not_found)?)
            }
        };
        Ok(chosen.map(|chosen| Self { lines, chosen }))
    }

    /// The choice for a list of months.
    fn choices(&self) -> Vec<MonthChoice> {
        choices(
            self.lines.iter().map(|line| line.period),
            self.chosen.period,
        )
    }
}

/// One month in a list to choose from.
struct MonthChoice {
    period: Period,
    chosen: bool,
}

fn choices(periods: impl Iterator<Item = Period>, chosen: Period) -> Vec<MonthChoice> {
    periods
        .map(|period| MonthChoice {
            period,
            chosen: period == chosen,
        })
        .collect()
}

/// One chart on a page.
struct Chart {
    href: String,
    title: String,
}

/// Media type of the drawings among the files of a month.
const DRAWING: &str = "image/svg+xml";

/// The drawings among the files of a month.
fn charts_of(period: Period, files: &[Download]) -> Vec<Chart> {
    let drawings = files.iter().filter(|file| file.media_type == DRAWING);
    let chart = |file: &Download| Chart {
        href: download_href(period, &file.name),
        title: file.title.clone(),
    };
    drawings.map(chart).collect()
}

/// The address of a file of a month.
pub fn download_href(period: Period, name: &str) -> String {
    let segments: Vec<String> = name.split('/').map(crate::chrome::encode).collect();
    format!("/downloads/{period}/{}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_survive_and_do_no_harm() {
        let header = attachment("考核通报 \"3月\".pdf").to_string();
        assert_eq!(
            header,
            "attachment; filename=\"______3__.pdf\"; filename*=UTF-8''\
             %E8%80%83%E6%A0%B8%E9%80%9A%E6%8A%A5%20%223%E6%9C%88%22.pdf"
        );
    }
}
