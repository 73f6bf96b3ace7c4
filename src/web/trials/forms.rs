//! Forms: signing in and out, decisions, and everything that tries to forge them.

use actix_web::http::header::SET_COOKIE;

use crate::trials::browser::{Browser, form, open};
use crate::trials::office::{OFFICE, OPEN, PASSWORD};

#[actix_web::test]
async fn signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let portal = open(false).await;
    let mut browser = Browser::new(&portal);
    let page = browser.sign_in("assessor", PASSWORD).await;
    assert_eq!(
        (page.status.as_u16(), page.header("location")),
        (303, "/overview")
    );
    let cookies: Vec<_> = page
        .headers
        .get_all(SET_COOKIE)
        .map(|cookie| cookie.to_str().unwrap())
        .collect();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("hx_session="))
        .unwrap();
    for property in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(session.contains(property), "{session}");
    }
    assert!(!session.contains("Secure"), "{session}");
    assert!(browser.cookies.contains_key("hx_session"));
}

#[actix_web::test]
async fn over_https_cookies_are_bound_to_the_host() {
    let portal = open(true).await;
    let mut browser = Browser::new(&portal);
    let page = browser.sign_in("assessor", PASSWORD).await;
    let cookies: Vec<_> = page
        .headers
        .get_all(SET_COOKIE)
        .map(|cookie| cookie.to_str().unwrap())
        .collect();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("__Host-hx_session="))
        .unwrap();
    assert!(
        session.contains("Secure") && session.contains("Path=/"),
        "{session}"
    );
    assert!(page.header("strict-transport-security").contains("max-age"));
    assert_eq!(browser.get("/overview").await.status, 200);
}

#[actix_web::test]
async fn a_liaison_lands_on_the_own_page() {
    let portal = open(false).await;
    let page = Browser::new(&portal).sign_in("liaison", PASSWORD).await;
    assert_eq!(
        page.header("location"),
        format!("/departments/{}", OFFICE.own)
    );
}

#[actix_web::test]
async fn after_signing_in_one_goes_on_but_never_to_another_site() {
    let portal = open(false).await;
    for (next, place) in [
        ("/imports", "/imports"),
        ("//evil.example/", "/overview"),
        ("https://evil.example/", "/overview"),
        ("/\\evil.example", "/overview"),
    ] {
        let mut browser = Browser::new(&portal);
        let secret = browser.get("/sign-in").await.secret();
        let fields = [
            ("csrf", secret.as_str()),
            ("login", "auditor"),
            ("password", PASSWORD),
            ("next", next),
        ];
        let page = browser.post("/sign-in", &fields).await;
        assert_eq!(page.header("location"), place, "{next}");
    }
}

#[actix_web::test]
async fn a_wrong_password_says_so_and_repeats_nothing_unescaped() {
    let portal = open(false).await;
    let login = "\"><script>alert(1)</script>";
    let page = Browser::new(&portal).sign_in(login, "wrong").await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("登录名或密码不正确"));
    assert!(!page.body.contains("<script>alert"), "escaped");
    assert!(
        !page.body.contains("wrong\""),
        "passwords are never repeated"
    );
}

#[actix_web::test]
async fn guessing_is_slowed_down() {
    let portal = open(false).await;
    let mut browser = Browser::new(&portal);
    let mut last = browser.sign_in("nobody-at-all", "guess number one").await;
    for _ in 0..10 {
        last = browser.sign_in("nobody-at-all", "guess number two").await;
    }
    assert_eq!(last.status, 429);
    assert!(!last.header("retry-after").is_empty() || last.body.contains("尝试次数过多"));
}

#[actix_web::test]
async fn forged_forms_are_refused() {
    let portal = open(false).await;
    let mut browser = Browser::signed_in(&portal, "auditor").await;
    let secret = browser.get("/").await.secret();
    let mut refused = Vec::new();
    refused.push(browser.post("/sign-out", &[]).await);
    refused.push(browser.post("/sign-out", &[("csrf", "")]).await);
    refused.push(browser.post("/sign-out", &[("csrf", "guess")]).await);
    let ours = [("csrf", secret.as_str())];
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let request = form("/sign-out", &ours).insert_header((name, value));
        refused.push(browser.send(request).await);
    }
    for page in &refused {
        assert_eq!(page.status, 403);
    }
    assert_eq!(
        browser.get("/overview").await.status,
        200,
        "still signed in"
    );
    assert_eq!(browser.post("/sign-out", &ours).await.status, 303);
}

#[actix_web::test]
async fn a_sign_in_form_without_its_cookie_is_refused() {
    let portal = open(false).await;
    let secret = Browser::new(&portal).get("/sign-in").await.secret();
    let fields = [
        ("csrf", secret.as_str()),
        ("login", "auditor"),
        ("password", PASSWORD),
    ];
    let page = Browser::new(&portal).post("/sign-in", &fields).await;
    assert_eq!(page.status, 403);
    let empty = [("csrf", ""), ("login", "auditor"), ("password", PASSWORD)];
    assert_eq!(
        Browser::new(&portal).post("/sign-in", &empty).await.status,
        403
    );
}

#[actix_web::test]
async fn big_and_broken_forms_are_refused() {
    let portal = open(false).await;
    let mut browser = Browser::new(&portal);
    let big = "x".repeat(20_000);
    assert_eq!(
        browser.post("/sign-in", &[("login", &big)]).await.status,
        413
    );
    let broken = form("/sign-in", &[]).set_payload(vec![0xff, 0xfe, b'=']);
    assert_eq!(browser.send(broken).await.status, 400);
}

#[actix_web::test]
async fn signing_out_ends_the_session_itself() {
    let portal = open(false).await;
    let mut browser = Browser::signed_in(&portal, "auditor").await;
    let kept = browser.cookies.clone();
    let secret = browser.get("/").await.secret();
    browser.post("/sign-out", &[("csrf", &secret)]).await;
    assert!(!browser.cookies.contains_key("hx_session"));
    let mut thief = Browser::new(&portal);
    thief.cookies = kept;
    assert_eq!(thief.get("/overview").await.status, 303);
}

#[actix_web::test]
async fn a_run_is_reviewed_by_two_people_and_then_public() {
    let portal = open(false).await;
    let run = OFFICE.app.current_run(OPEN.parse().unwrap()).unwrap();
    let action = |verb: &str| format!("/periods/{OPEN}/runs/{run}/{verb}");
    let page_of_month = format!("/overview?period={OPEN}");
    let mut nobody = Browser::new(&portal);
    let mut assessor = Browser::signed_in(&portal, "assessor").await;
    let mut finance = Browser::signed_in(&portal, "finance").await;
    let mut liaison = Browser::signed_in(&portal, "liaison").await;
    let secret_of_assessor = assessor.get("/").await.secret();
    let secret_of_finance = finance.get("/").await.secret();

    assert_eq!(nobody.get(&format!("/?period={OPEN}")).await.status, 404);
    assert_eq!(
        nobody.get(&format!("/api/v1/periods/{OPEN}")).await.status,
        404
    );
    let own = format!("/departments/{}?period={OPEN}", OFFICE.own);
    assert_eq!(
        liaison.get(&own).await.status,
        404,
        "not before it is published"
    );

    let offered = assessor.get(&page_of_month).await.body;
    assert!(offered.contains(&action("submit")) && !offered.contains(&action("approve")));
    let by_assessor = [("csrf", secret_of_assessor.as_str()), ("confirm", "yes")];
    let by_finance = [("csrf", secret_of_finance.as_str()), ("confirm", "yes")];
    assert_eq!(
        assessor.post(&action("publish"), &by_assessor).await.status,
        409,
        "too early"
    );
    for _ in 0..2 {
        let page = assessor.post(&action("submit"), &by_assessor).await;
        assert_eq!(
            (page.status.as_u16(), page.header("location")),
            (303, page_of_month.as_str())
        );
    }
    assert_eq!(
        assessor.post(&action("approve"), &by_assessor).await.status,
        403
    );
    let offered = finance.get(&page_of_month).await.body;
    assert!(offered.contains(&action("approve")) && offered.contains(&action("reject")));
    let no_reason = finance.post(&action("reject"), &by_finance).await;
    assert_eq!(no_reason.status, 400);
    assert_eq!(
        finance.post(&action("approve"), &by_finance).await.status,
        303
    );
    assert_eq!(
        assessor.post(&action("publish"), &by_assessor).await.status,
        303
    );
    assert_eq!(nobody.get(&format!("/?period={OPEN}")).await.status, 200);
    assert_eq!(liaison.get(&own).await.status, 200);
    assert!(
        !assessor
            .get(&page_of_month)
            .await
            .body
            .contains(&action("submit"))
    );
}
