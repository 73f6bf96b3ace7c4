//! Files to take home.

use actix_web::HttpResponse;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
};
use askama::Template;

use crate::ask::{Answer, Ask};
use crate::chrome::Chrome;
use crate::failure::Failure;
use crate::headers::DOCUMENT_POLICY;
use crate::pages::home::DownloadView;
use crate::pages::{MonthChoice, Months, attachment, html};

#[derive(Template)]
#[template(path = "downloads.html")]
struct Page {
    chrome: Chrome,
    months: Vec<MonthChoice>,
    downloads: Vec<DownloadView>,
}

/// The files of a month.
pub async fn list(ask: &Ask) -> Answer {
    let chrome = Chrome::new(ask, ask.words().nav_downloads, Vec::new());
    let Some(months) = Months::of(ask).await? else {
        return html(&Page {
            chrome,
            months: Vec::new(),
            downloads: Vec::new(),
        });
    };
    let (user, period) = (ask.visitor.user.clone(), months.chosen.period);
    let files = ask
        .portal
        .run(move |app| app.downloads(user.as_ref(), period))
        .await?;
    let downloads = files
        .iter()
        .map(|file| DownloadView::of(period, file))
        .collect();
    html(&Page {
        chrome,
        months: months.choices(),
        downloads,
    })
}

/// One file, always to be saved, never to be run here.
pub async fn send(ask: &Ask) -> Answer {
    let (period, name) = (ask.period()?, ask.file_name()?);
    let user = ask.visitor.user.clone();
    let (file, bytes) = ask
        .portal
        .run(move |app| app.download(user.as_ref(), period, &name))
        .await?;
    let tag = format!("\"{}\"", file.sha256);
    let known = ask
        .request()
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    if known == Some(tag.as_str()) {
        return Ok(HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .finish());
    }
    let media_type =
        HeaderValue::from_str(&file.media_type).map_err(|error| Failure::internal(&error))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((ETAG, tag))
        .insert_header((CONTENT_SECURITY_POLICY, DOCUMENT_POLICY))
        .insert_header(attachment(file.name.rsplit('/').next().unwrap_or_default()))
        .body(bytes))
}
