//! What pages say, to whom, in which language, with which headers.

use actix_web::test::TestRequest;

use crate::trials::browser::{Browser, open};
use crate::trials::office::{HOSTILE, OFFICE, PUBLISHED};

#[actix_web::test]
async fn names_are_escaped_everywhere() {
    let portal = open(false).await;
    let mut browser = Browser::signed_in(&portal, "assessor").await;
    for path in ["/", "/overview", "/imports", "/downloads", "/nothing"] {
        let page = browser.get(path).await;
        assert!(!page.body.contains(HOSTILE), "{path}");
        assert!(
            page.body.contains("&#60;script&#62;"),
            "{path}: the name is there, as text"
        );
    }
}

#[actix_web::test]
async fn labels_switch_and_stay_switched() {
    let portal = open(false).await;
    let mut browser = Browser::new(&portal);
    let page = browser.get("/").await;
    assert!(page.body.contains("<html lang=\"zh-CN\">") && page.body.contains("公开结果"));
    let page = browser.get("/?lang=en").await;
    assert!(page.body.contains("<html lang=\"en\">") && page.body.contains("Published results"));
    assert!(page.body.contains("href=\"/?lang=zh\""));
    assert!(
        browser.get("/downloads").await.body.contains("Downloads"),
        "by the cookie"
    );
    assert!(browser.get("/?lang=zh").await.body.contains("公开结果"));
    let page = browser.get(&format!("/?period={PUBLISHED}&lang=en")).await;
    assert!(
        page.body
            .contains(&format!("/?lang=zh&#38;period={PUBLISHED}")),
        "keeps the month"
    );
}

#[actix_web::test]
async fn private_pages_are_not_stored_and_no_page_runs_foreign_code() {
    let portal = open(false).await;
    let mut browser = Browser::signed_in(&portal, "assessor").await;
    for path in [
        "/",
        "/overview",
        "/imports",
        "/api/v1/me",
        "/nothing",
        "/sign-in",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe-inline"), "{path}");
        assert!(
            !page.body.contains("style=\"") && !page.body.contains("onclick"),
            "{path}"
        );
    }
    let page = Browser::new(&portal).get("/").await;
    assert_eq!(page.header("cache-control"), "public, max-age=60");
    assert_eq!(
        Browser::new(&portal)
            .get("/sign-in")
            .await
            .header("cache-control"),
        "no-store"
    );
}

#[actix_web::test]
async fn the_public_page_ranks_but_does_not_link_or_explain() {
    let portal = open(false).await;
    let page = Browser::new(&portal)
        .get(&format!("/?period={PUBLISHED}"))
        .await;
    assert!(page.body.contains("分组排名"));
    assert!(!page.body.contains("/departments/"));
    let page = Browser::signed_in(&portal, "assessor")
        .await
        .get(&format!("/overview?period={PUBLISHED}"))
        .await;
    assert!(
        page.body
            .contains(&format!("/departments/{}?period={PUBLISHED}", OFFICE.own))
    );
    assert!(page.body.contains(OFFICE.run.as_str()));
}

#[actix_web::test]
async fn a_department_page_leads_down_to_the_evidence() {
    let portal = open(false).await;
    let mut browser = Browser::signed_in(&portal, "liaison").await;
    let page = browser
        .get(&format!("/departments/{}?period={PUBLISHED}", OFFICE.own))
        .await;
    let link = format!(
        "/departments/{}/indicators/{}?period={PUBLISHED}",
        OFFICE.own, OFFICE.indicator
    );
    assert!(page.body.contains(&link), "{link}");
    let page = browser.get(&link).await;
    for part in ["计算过程", "公式", "依据条款"] {
        assert!(page.body.contains(part), "{part}");
    }
    let unknown = format!(
        "/departments/{}/indicators/no_such_thing?period={PUBLISHED}",
        OFFICE.own
    );
    assert_eq!(browser.get(&unknown).await.status, 404);
    assert_eq!(browser.get(&format!("{link}&page=99999")).await.status, 404);
}

#[actix_web::test]
async fn statements_come_as_csv_for_spreadsheets() {
    let portal = open(false).await;
    let mut browser = Browser::signed_in(&portal, "liaison").await;
    let path = format!(
        "/departments/{}/ledger.csv?from=2026-01&to=2026-04",
        OFFICE.own
    );
    let page = browser.get(&path).await;
    assert!(
        page.body.starts_with("\u{feff}科目,记录号,"),
        "{}",
        page.body
    );
    assert!(page.body.contains("期初余额") && page.body.contains("期末余额"));
    let name = format!("ledger_{}_2026-01_2026-04.csv", OFFICE.own);
    assert!(
        page.header("content-disposition").contains(&name)
            || page
                .header("content-disposition")
                .contains("filename*=UTF-8''")
    );
    let wrong = format!("/departments/{}/ledger?from=2026-04&to=2026-01", OFFICE.own);
    assert_eq!(browser.get(&wrong).await.status, 400);
}

#[actix_web::test]
async fn downloads_are_saved_not_run_and_not_sent_twice() {
    let portal = open(false).await;
    let mut browser = Browser::new(&portal);
    let path = format!("/downloads/{PUBLISHED}/{}", OFFICE.file);
    let page = browser.get(&path).await;
    assert!(
        page.header("content-disposition")
            .starts_with("attachment; filename=")
    );
    assert!(page.header("content-security-policy").contains("sandbox"));
    let tag = page.header("etag").to_owned();
    let again = TestRequest::get()
        .uri(&path)
        .insert_header(("if-none-match", tag));
    let page = browser.send(again).await;
    assert_eq!((page.status.as_u16(), page.body.len()), (304, 0));
    for path in [
        "bulletin.pdf",
        "../../hengxiang.toml",
        "..%2f..%2fkeys%2fledger.key",
    ] {
        let page = browser.get(&format!("/downloads/{PUBLISHED}/{path}")).await;
        assert_eq!(page.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn programs_get_json_with_whole_fen() {
    let portal = open(false).await;
    let mut browser = Browser::signed_in(&portal, "auditor").await;
    let text = browser.get("/api/v1/periods").await.body;
    let periods: serde_json::Value = serde_json::from_str(&text).unwrap();
    let published = periods
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["period"] == PUBLISHED)
        .unwrap();
    assert_eq!(published["published"], true);
    assert!(published["awarded_fen"].is_i64());
    let text = browser.get("/api/v1/me").await.body;
    let me: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (me["role"].as_str(), me["department"].is_null()),
        (Some("auditor"), true)
    );
    let path = format!(
        "/api/v1/periods/{PUBLISHED}/departments/{}/explanation?indicator={}",
        OFFICE.own, OFFICE.indicator
    );
    let text = browser.get(&path).await.body;
    let tree: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(tree["root"]["amount"].is_string() && tree["root"]["parts"].is_array());
    let page = browser.get("/api/v1/periods/2026-13").await;
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (404, "application/json")
    );
}
