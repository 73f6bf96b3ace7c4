//! A browser without a screen: it keeps cookies and reads the secret of forms.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::to_bytes;
use actix_web::http::header::{COOKIE, HeaderMap, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service};

use crate::chrome::encode;
use crate::portal::Portal;
use crate::server;
use crate::trials::office::{OFFICE, PASSWORD};

/// A portal that takes requests without a socket.
pub type Site = Rc<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Page>>>>;

/// The portal of the tests.
pub async fn open(secure: bool) -> Site {
    let portal = Portal::new(OFFICE.app.clone(), secure);
    let service = Rc::new(init_service(server::service(portal)).await);
    Rc::new(move |request| {
        let service = Rc::clone(&service);
        Box::pin(async move {
            let response = call_service(&*service, request.to_request()).await;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = to_bytes(response.into_body())
                .await
                .ok()
                .unwrap_or_default();
            let body = String::from_utf8_lossy(&body).into_owned();
            Page {
                status,
                headers,
                body,
            }
        })
    })
}

/// An answer.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Page {
    /// A header as text; empty without one.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The secret of the first form.
    pub fn secret(&self) -> String {
        let after = self
            .body
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .expect("a form");
        after.split('"').next().unwrap().to_owned()
    }
}

/// A browser at a portal.
pub struct Browser {
    site: Site,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(site: &Site) -> Self {
        Self {
            site: Rc::clone(site),
            cookies: BTreeMap::new(),
        }
    }

    /// Somebody who has signed in.
    pub async fn signed_in(site: &Site, login: &str) -> Self {
        let mut browser = Self::new(site);
        let page = browser.sign_in(login, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{login}");
        browser
    }

    /// Opens the sign-in page and sends its form.
    pub async fn sign_in(&mut self, login: &str, password: &str) -> Page {
        let secret = self.get("/sign-in").await.secret();
        let fields = [
            ("csrf", secret.as_str()),
            ("login", login),
            ("password", password),
        ];
        self.post("/sign-in", &fields).await
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send(TestRequest::default().method(Method::GET).uri(path))
            .await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(form(path, fields)).await
    }

    /// Sends a form with files.
    pub async fn post_files(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Page {
        self.send(form_with_files(path, fields, files)).await
    }

    /// Sends a request with the cookies, keeps those that come back.
    pub async fn send(&mut self, request: TestRequest) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let page = (self.site)(request.insert_header((COOKIE, cookies.join("; ")))).await;
        for cookie in page.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }
}

/// A form with files as a browser sends it.
pub fn form_with_files(
    path: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> TestRequest {
    const BOUNDARY: &str = "----hengxiang";
    let mut body = Vec::new();
    for (name, value) in fields {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    TestRequest::post()
        .uri(path)
        .insert_header(("content-type", kind))
        .set_payload(body)
}

/// A form as a browser sends it.
pub fn form(path: &str, fields: &[(&str, &str)]) -> TestRequest {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    TestRequest::post()
        .uri(path)
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(pairs.join("&"))
}
