//! Every route, every role: what is declared here must be what happens.

use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::test::TestRequest;

use crate::access::Access;
use crate::assets::ASSETS;
use crate::routes::{ROUTES, Verb};
use crate::trials::browser::{Browser, form, open};
use crate::trials::declared::{DECLARED, VISITORS};
use crate::trials::office::{OFFICE, PUBLISHED};

/// A real address of a route, in the published month.
fn address(path: &str, department: &str) -> String {
    let office = &*OFFICE;
    let filled = path
        .replace("{period}", PUBLISHED)
        .replace("{run}", office.run.as_str())
        .replace("{department}", department)
        .replace("{indicator}", &office.indicator)
        .replace("{claim}", office.claim.as_str())
        .replace("{appeal}", office.appeal.as_str())
        .replace("{digest}", &office.digest)
        .replace("{order}", office.order.as_str())
        .replace("{batch}", &office.batch.to_string())
        .replace("{file:.*}", &office.file)
        .replace("{name}", &ASSETS.style.name);
    assert!(!filled.contains('{'), "{filled}");
    let of_month = [
        "/departments/{department}",
        "/departments/{department}/indicators",
    ];
    if of_month
        .iter()
        .any(|start| path == *start || path.starts_with(&format!("{start}/{{indicator")))
    {
        format!("{filled}?period={PUBLISHED}")
    } else {
        filled
    }
}

#[test]
fn every_route_is_declared_once_and_nothing_else_is() {
    let verb = |verb| if verb == Verb::Get { "GET" } else { "POST" };
    let routes: Vec<_> = ROUTES
        .iter()
        .map(|route| (verb(route.verb), route.path))
        .collect();
    let declared: Vec<_> = DECLARED
        .iter()
        .map(|(verb, path, _)| (*verb, *path))
        .collect();
    let set = |rows: &[(&'static str, &'static str)]| rows.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(set(&routes), set(&declared));
    assert_eq!(
        (routes.len(), declared.len()),
        (set(&routes).len(), set(&declared).len())
    );
}

#[actix_web::test]
async fn every_route_answers_every_role_as_declared() {
    let portal = open(false).await;
    for (column, login) in VISITORS.into_iter().enumerate() {
        for (verb, path, statuses) in DECLARED {
            let mut browser = match login {
                "" => Browser::new(&portal),
                login => Browser::signed_in(&portal, login).await,
            };
            let target = address(path, OFFICE.own.as_str());
            let page = if *verb == "GET" {
                browser.get(&target).await
            } else if login.is_empty() {
                browser.post(&target, &[]).await
            } else {
                let secret = browser.get("/").await.secret();
                let secret = if *path == "/sign-in" {
                    String::new()
                } else {
                    secret
                };
                browser
                    .post(&target, &[("csrf", &secret), ("reason", "核对")])
                    .await
            };
            assert_eq!(
                page.status.as_u16(),
                statuses[column],
                "{verb} {target} as “{login}”"
            );
            if page.status == 303 && login.is_empty() {
                assert!(
                    page.header("location").starts_with("/sign-in?next="),
                    "{target}"
                );
            }
        }
    }
}

#[actix_web::test]
async fn another_department_is_out_of_reach_whether_it_exists_or_not() {
    let portal = open(false).await;
    let mut liaison = Browser::signed_in(&portal, "liaison").await;
    let mut tried = 0;
    for route in ROUTES
        .iter()
        .filter(|route| route.access == Access::Department)
    {
        let mut bodies = Vec::new();
        for id in [OFFICE.other.as_str(), "91410100MA00000000", "nonsense"] {
            let page = liaison.get(&address(route.path, id)).await;
            assert_eq!(page.status, 403, "{} {id}", route.path);
            bodies.push(page.body.replace(id, "·"));
            tried += 1;
        }
        assert!(
            bodies.windows(2).all(|pair| pair[0] == pair[1]),
            "{}",
            route.path
        );
    }
    assert!(tried >= 15);
}

#[actix_web::test]
async fn what_is_not_in_the_table_is_not_there() {
    let portal = open(false).await;
    let mut browser = Browser::signed_in(&portal, "assessor").await;
    for path in [
        "/nothing",
        "/overview/x",
        "/.git/config",
        "/static/..%2flib.rs",
        "/api/v2/me",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert_eq!(
            page.body.starts_with("{\"code\":\"not_found\""),
            path.starts_with("/api")
        );
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let page = browser
            .send(TestRequest::default().method(method.clone()).uri("/"))
            .await;
        assert_eq!(page.status, 405, "{method}");
    }
    assert_eq!(browser.send(form("/overview", &[])).await.status, 405);
    let head = browser
        .send(TestRequest::default().method(Method::HEAD).uri("/"))
        .await;
    assert_eq!(head.status, 200);
}

#[actix_web::test]
async fn nonsense_is_refused_and_breaks_nothing() {
    const NONSENSE: [&str; 8] = [
        "%00",
        "..%2f..%2fetc%2fpasswd",
        "%27%20OR%201=1--",
        "%3Cscript%3E",
        "2026-13",
        "99999999999999999999",
        "%FF%FE",
        "%E5%B8%82",
    ];
    let portal = open(false).await;
    let mut browser = Browser::signed_in(&portal, "auditor").await;
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Get) {
        for bad in NONSENSE {
            let filled: Vec<&str> = route
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { bad } else { part })
                .collect();
            let target = format!(
                "{}?period={bad}&page={bad}&from={bad}&to={bad}&lang={bad}&indicator={bad}",
                filled.join("/")
            );
            let page = browser.get(&target).await;
            assert!(page.status.as_u16() < 500, "{target}: {}", page.status);
            let is_page = page.header("content-type").starts_with("text/html");
            assert!(!is_page || !page.body.contains("<script>"), "{target}");
        }
    }
}
