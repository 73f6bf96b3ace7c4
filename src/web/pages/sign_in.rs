//! Signing in and out.

use actix_web::http::StatusCode;
use app::{Role, User};
use askama::Template;

use crate::ask::{Answer, Ask};
use crate::chrome::Chrome;
use crate::cookies::{self, Kind};
use crate::failure::Failure;
use crate::inputs;
use crate::pages::{html, html_with, see_other};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    chrome: Chrome,
    login: String,
    next: String,
    complaint: Option<String>,
}

/// Longest login and password accepted, bytes.
const FIELD_MAX: usize = 256;

/// Where a person lands.
fn landing(user: &User) -> String {
    match (user.role, &user.department) {
        (Role::Department, Some(own)) => format!("/departments/{own}"),
        (Role::Department, None) => "/".to_owned(),
        (Role::Assessor | Role::Finance | Role::Auditor, _) => "/overview".to_owned(),
    }
}

/// The form.
pub fn show(ask: &Ask) -> Answer {
    if let Some(user) = &ask.visitor.user {
        return Ok(see_other(&landing(user)));
    }
    let mut chrome = Chrome::new(ask, ask.words().sign_in, Vec::new());
    let fresh = chrome.form_secret.is_empty();
    if fresh {
        chrome.form_secret = app::password::token()?;
    }
    let secret = chrome.form_secret.clone();
    let next = inputs::destination(ask.query.get("next")).unwrap_or_default();
    let mut response = html(&Page {
        chrome,
        login: String::new(),
        next,
        complaint: None,
    })?;
    if fresh {
        let cookie = cookies::write(Kind::Form, secret, ask.portal.is_secure());
        response
            .add_cookie(&cookie)
            .map_err(|error| Failure::internal(&error))?;
    }
    response.headers_mut().insert(
        actix_web::http::header::CACHE_CONTROL,
        actix_web::http::header::HeaderValue::from_static("no-store"),
    );
    Ok(response)
}

/// Signs in and goes where the person wanted to.
pub async fn enter(ask: &Ask) -> Answer {
    let field = |name| ask.form.get(name).unwrap_or_default().to_owned();
    let (login, password) = (field("login"), field("password"));
    if login.len() > FIELD_MAX || password.len() > FIELD_MAX {
        return Err(Failure::bad_input(
            "登录名或密码过长 (login or password too long)",
        ));
    }
    let next = inputs::destination(ask.form.get("next"));
    let name = login.clone();
    match ask
        .portal
        .run(move |app| app.sign_in(&name, &password))
        .await
    {
        Ok(signed_in) => {
            if let Some(old) = ask.visitor.token.clone() {
                ask.portal.run(move |app| app.sign_out(&old)).await?;
            }
            let secure = ask.portal.is_secure();
            let place = next.unwrap_or_else(|| landing(&signed_in.user));
            let mut response = see_other(&place);
            for cookie in [
                cookies::write(Kind::Session, signed_in.token, secure),
                cookies::remove(Kind::Form, secure),
            ] {
                response
                    .add_cookie(&cookie)
                    .map_err(|error| Failure::internal(&error))?;
            }
            Ok(response)
        }
        Err(refusal) if expected(refusal.status) => {
            let page = Page {
                chrome: Chrome::new(ask, ask.words().sign_in, Vec::new()),
                login,
                next: next.unwrap_or_default(),
                complaint: Some(refusal.message),
            };
            html_with(refusal.status, &page)
        }
        Err(fault) => Err(fault),
    }
}

/// Whether a refusal is for the person to read beside the form.
fn expected(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS | StatusCode::BAD_REQUEST
    )
}

/// Signs out.
pub async fn leave(ask: &Ask) -> Answer {
    if let Some(token) = ask.visitor.token.clone() {
        ask.portal.run(move |app| app.sign_out(&token)).await?;
    }
    let mut response = see_other("/");
    let cookie = cookies::remove(Kind::Session, ask.portal.is_secure());
    response
        .add_cookie(&cookie)
        .map_err(|error| Failure::internal(&error))?;
    Ok(response)
}
