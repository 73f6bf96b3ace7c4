//! The one way in: every request passes here on its way to a handler. Session, authorization, form
//! secret, caching and the face of failures are decided in one place.

use std::time::Duration;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Payload;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use app::papers::Upload;
use domain::canon::sha256_hex;

use crate::access::{Access, Verdict};
use crate::ask::{Answer, Ask, Visitor};
use crate::cookies::{self, Kind};
use crate::failure::Failure;
use crate::inputs::{self, Fields};
use crate::lang::Lang;
use crate::pages;
use crate::portal::Portal;
use crate::routes::{Body, Route};
use crate::upload;

/// Largest form accepted, bytes.
const FORM_MAX: usize = 16 * 1024;
/// How long a form may take to arrive.
const FORM_WAIT: Duration = Duration::from_secs(10);
/// How long a form with files may take to arrive.
const FILES_WAIT: Duration = Duration::from_mins(2);
/// Prefix of addresses that answer programs.
const API: &str = "/api/";

/// Takes a request to the handler of its route, if it may go there.
pub async fn pass(
    route: &'static Route,
    portal: Portal,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let mut ask = Ask::new(portal, request);
    let answer = admit(route, &mut ask, payload).await;
    let answer = match answer {
        Ok(()) => (route.handler)(&ask).await,
        Err(failure) => Err(failure),
    };
    finish(route.access, &ask, answer)
}

/// Answers a request that no route takes.
pub async fn turn_away(portal: Portal, request: HttpRequest, failure: Failure) -> HttpResponse {
    let mut ask = Ask::new(portal, request);
    if let Ok(visitor) = recognise(&ask).await {
        ask.visitor = visitor;
    }
    finish(Access::Public, &ask, Err(failure))
}

async fn admit(route: &Route, ask: &mut Ask, payload: Payload) -> Result<(), Failure> {
    if route.access == Access::Open {
        return Ok(());
    }
    Fields::parse(ask.request().query_string())?;
    ask.visitor = recognise(ask).await?;
    match route
        .access
        .decide(ask.visitor.user.as_ref(), ask.department_shaped().as_ref())
    {
        Verdict::Allow => {}
        Verdict::SignIn => return Err(Failure::sign_in()),
        Verdict::Forbid => return Err(Failure::forbidden()),
    }
    if ask.request().method() == Method::POST {
        if is_foreign(ask.request()) {
            return Err(Failure::foreign_form());
        }
        (ask.form, ask.files) = match route.body {
            Body::Files if is_multipart(ask.request()) => files(ask, payload).await?,
            _ => (form(payload).await?, Vec::new()),
        };
        require_ours(ask)?;
    }
    Ok(())
}

/// Who asks, by the session cookie.
async fn recognise(ask: &Ask) -> Result<Visitor, Failure> {
    let secure = ask.portal.is_secure();
    if let Some(token) = cookies::read(ask.request(), Kind::Session, secure) {
        let asked = token.clone();
        let session = ask.portal.run(move |app| app.session(&asked)).await?;
        if let Some(session) = session {
            return Ok(Visitor {
                user: Some(session.user),
                form_secret: session.csrf,
                token: Some(token),
            });
        }
    }
    let form_secret = cookies::read(ask.request(), Kind::Form, secure).unwrap_or_default();
    Ok(Visitor {
        form_secret,
        ..Visitor::default()
    })
}

/// Whether the body says that it has files.
fn is_multipart(request: &HttpRequest) -> bool {
    request
        .content_type()
        .eq_ignore_ascii_case("multipart/form-data")
}

/// Reads a form with files.
async fn files(ask: &Ask, payload: Payload) -> Result<(Fields, Vec<Upload>), Failure> {
    let arriving = upload::read(ask.request().headers(), payload);
    match tokio::time::timeout(FILES_WAIT, arriving).await {
        Ok(arrived) => arrived,
        Err(_late) => Err(Failure::slow_body()),
    }
}

/// Reads a form.
async fn form(payload: Payload) -> Result<Fields, Failure> {
    let arriving = tokio::time::timeout(FORM_WAIT, payload.to_bytes_limited(FORM_MAX));
    let body = match arriving.await {
        Ok(Ok(Ok(body))) => body,
        Ok(Ok(Err(_broken))) => return Err(Failure::bad_input("请求内容不完整 (broken body)")),
        Ok(Err(_limit)) => return Err(Failure::too_large()),
        Err(_late) => return Err(Failure::slow_body()),
    };
    let text = std::str::from_utf8(&body)
        .map_err(|_| Failure::bad_input("表单不是 UTF-8 文本 (the form is not UTF-8)"))?;
    Fields::parse(text)
}

/// Makes sure that the form was ours.
fn require_ours(ask: &Ask) -> Result<(), Failure> {
    let secret = &ask.visitor.form_secret;
    // Digests are compared, so that the time tells nothing about the secret.
    let same = ask
        .form
        .get("csrf")
        .is_some_and(|given| sha256_hex(given.as_bytes()) == sha256_hex(secret.as_bytes()));
    if secret.is_empty() || !same {
        return Err(Failure::foreign_form());
    }
    Ok(())
}

/// Whether the browser itself says that another site sent the form.
fn is_foreign(request: &HttpRequest) -> bool {
    let text = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    match text("sec-fetch-site") {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => text("origin").is_some_and(|origin| {
            let host = origin.split_once("://").map_or(origin, |(_, host)| host);
            text("host") != Some(host)
        }),
    }
}

/// Gives the answer its face, its language cookie and its cache rule.
fn finish(access: Access, ask: &Ask, answer: Answer) -> HttpResponse {
    let mut response = answer.unwrap_or_else(|failure| face(ask, &failure));
    if access == Access::Open {
        return response;
    }
    let asked = ask.query.get("lang").and_then(Lang::from_name);
    if let Some(lang) = asked {
        // A name and one of two words always make a valid cookie.
        let _ = response.add_cookie(&cookies::language(lang, ask.portal.is_secure()));
    }
    let anonymous = access == Access::Public && ask.visitor.user.is_none();
    let plain = response.cookies().next().is_none() && response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    if !headers.contains_key(header::CACHE_CONTROL) {
        let rule = if anonymous && plain {
            "public, max-age=60"
        } else {
            "no-store"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(rule));
    }
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Cookie, Accept-Encoding"),
    );
    if ask.visitor.user.is_some() && !headers.contains_key(header::CONTENT_ENCODING) {
        // Compressed pages that repeat a secret and the visitor's words leak by their length.
        headers.insert(
            header::CONTENT_ENCODING,
            HeaderValue::from_static("identity"),
        );
    }
    response
}

fn face(ask: &Ask, failure: &Failure) -> HttpResponse {
    let path = ask.request().path();
    if path.starts_with(API) {
        return failure.to_json();
    }
    if failure.status == StatusCode::UNAUTHORIZED && ask.request().method() != Method::POST {
        let here = ask
            .request()
            .uri()
            .path_and_query()
            .map(ToString::to_string);
        let next = inputs::destination(here.as_deref()).unwrap_or_else(|| "/".to_owned());
        return pages::see_other(&format!("/sign-in?next={}", crate::chrome::encode(&next)));
    }
    pages::failure::show(ask, failure)
}
