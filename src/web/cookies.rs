//! The three cookies: the session, the secret of the sign-in form, the language.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite, time::Duration};

use crate::lang::Lang;

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The session's token. Ends with the browser; the application ends it sooner.
    Session,
    /// What the sign-in form must repeat, for visitors who have no session yet.
    Form,
    /// The language chosen.
    Lang,
}

impl Kind {
    /// The name. Under HTTPS the prefix makes browsers refuse a forged one from another host.
    pub const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, false) => "hx_session",
            (Self::Session, true) => "__Host-hx_session",
            (Self::Form, false) => "hx_form",
            (Self::Form, true) => "__Host-hx_form",
            (Self::Lang, _) => "hx_lang",
        }
    }
}

/// The cookie of a kind that the visitor sent.
pub fn read(request: &HttpRequest, kind: Kind, secure: bool) -> Option<String> {
    request
        .cookie(kind.name(secure))
        .map(|cookie| cookie.value().to_owned())
}

/// A cookie to set, of the same properties whatever its kind.
pub fn write(kind: Kind, value: String, secure: bool) -> Cookie<'static> {
    Cookie::build(kind.name(secure), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .finish()
}

/// The cookie that takes one away.
pub fn remove(kind: Kind, secure: bool) -> Cookie<'static> {
    let mut cookie = write(kind, String::new(), secure);
    cookie.set_max_age(Duration::ZERO);
    cookie
}

/// The cookie that keeps the language for a year.
pub fn language(lang: Lang, secure: bool) -> Cookie<'static> {
    let mut cookie = write(Kind::Lang, lang.name().to_owned(), secure);
    cookie.set_max_age(Duration::days(365));
    cookie
}
