//! The page that says why there is no other.

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use askama::Template;

use crate::ask::Ask;
use crate::chrome::Chrome;
use crate::failure::Failure;
use crate::pages::html_with;

#[derive(Template)]
#[template(path = "failure.html")]
struct Page<'a> {
    chrome: Chrome,
    failure: &'a Failure,
}

/// The page of a failure.
pub fn show(ask: &Ask, failure: &Failure) -> HttpResponse {
    let t = ask.words();
    let title = match failure.status.as_u16() {
        401 | 403 => t.failure_forbidden,
        404 => t.failure_not_found,
        400 | 405 | 408 | 413 => t.failure_bad_input,
        409 => t.failure_conflict,
        429 | 503 | 504 => t.failure_busy,
        _ => t.failure_internal,
    };
    let page = Page {
        chrome: Chrome::new(ask, title, Vec::new()),
        failure,
    };
    let mut response = html_with(failure.status, &page).unwrap_or_else(|failure| failure.to_json());
    if let Some(seconds) = failure.retry_after {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
