//! Filing through the portal: claims with their evidence, appeals up the ladder, orders of finance.

use crate::trials::browser::{Browser, Page, Site, form_with_files, open};
use crate::trials::office::{OFFICE, PUBLISHED};

/// Somebody signed in, with the secret of forms.
async fn visitor(portal: &Site, login: &str) -> (Browser, String) {
    let mut browser = Browser::signed_in(portal, login).await;
    let secret = browser.get("/").await.secret();
    (browser, secret)
}

/// The fields of a claim, each test with an amount of its own.
fn claim<'a>(secret: &'a str, amount: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("csrf", secret),
        ("kind", "loss"),
        ("period", PUBLISHED),
        ("amount", amount),
        ("beneficiary", "410100"),
        ("explanation", "数据服务收费减少"),
    ]
}

fn claims() -> String {
    format!("/departments/{}/claims", OFFICE.own)
}

fn json(page: &Page) -> serde_json::Value {
    serde_json::from_str(&page.body).unwrap()
}

#[actix_web::test]
async fn a_claim_comes_with_its_evidence_and_is_decided_by_another() {
    let portal = open(false).await;
    let (mut liaison, secret) = visitor(&portal, "liaison").await;
    let (mut assessor, other) = visitor(&portal, "assessor").await;
    let files: [(&str, &[u8]); 2] = [("C:\\\\temp\\\\../发票 1.pdf", b"%PDF-1.7 one"), ("", b"")];
    let fields = claim(&secret, "1001.00");
    let page = liaison.post_files(&claims(), &fields, &files).await;
    let place = page.header("location").to_owned();
    assert_eq!(page.status, 303, "{}", page.body);
    let again = liaison.post_files(&claims(), &fields, &files).await;
    assert_eq!(
        again.header("location"),
        place,
        "a double click is one claim"
    );
    let shown = liaison.get(&place).await;
    assert!(
        shown.body.contains("发票 1.pdf") && !shown.body.contains("temp"),
        "{}",
        shown.body
    );
    assert!(
        !shown.body.contains("/decide\""),
        "a liaison decides nothing"
    );
    let address = shown.body.split(&format!("{place}/files/")).nth(1).unwrap();
    let digest = address.split('"').next().unwrap().to_owned();
    let file = liaison.get(&format!("{place}/files/{digest}")).await;
    assert_eq!(
        (file.body.as_str(), file.header("content-type")),
        ("%PDF-1.7 one", "application/octet-stream")
    );
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(
        file.header("x-content-sha256"),
        domain::canon::sha256_hex(b"%PDF-1.7 one")
    );
    let strange = liaison
        .get(&format!("{place}/files/{}", "0".repeat(64)))
        .await;
    assert_eq!(strange.status, 404);

    let form = assessor.get(&place).await;
    assert!(form.body.contains(&format!("{place}/decide")));
    let decide = format!("{place}/decide");
    let forged = assessor.post(&decide, &[("verdict", "accept")]).await;
    assert_eq!(forged.status, 403, "no secret");
    let bare = assessor
        .post(&decide, &[("csrf", &other), ("verdict", "refuse")])
        .await;
    assert_eq!(bare.status, 409, "a refusal says why");
    let more = [
        ("csrf", other.as_str()),
        ("verdict", "reduce"),
        ("amount", "1001.01"),
        ("reason", "x"),
    ];
    assert_eq!(assessor.post(&decide, &more).await.status, 400);
    let less = [
        ("csrf", other.as_str()),
        ("verdict", "reduce"),
        ("amount", "900"),
        ("reason", "按合同"),
    ];
    for _ in 0..2 {
        let page = assessor.post(&decide, &less).await;
        assert_eq!(
            (page.status.as_u16(), page.header("location")),
            (303, place.as_str())
        );
    }
    let changed = [("csrf", other.as_str()), ("verdict", "accept")];
    assert_eq!(
        assessor.post(&decide, &changed).await.status,
        409,
        "decided once"
    );
    let seen = liaison.get(&format!("/api/v1{place}")).await;
    let seen = json(&seen);
    assert_eq!(
        (&seen["stage"], &seen["accepted_fen"]),
        (&"reduced".into(), &90_000.into())
    );
    assert_eq!(seen["reason"], "按合同");
}

/// Names and bytes of files.
type Files<'f> = Vec<(&'f str, &'f [u8])>;

#[actix_web::test]
async fn uploads_that_cannot_be_evidence_are_refused_with_their_reason() {
    let portal = open(false).await;
    let (mut liaison, secret) = visitor(&portal, "liaison").await;
    let large = vec![b'x'; 10 * 1024 * 1024 + 1];
    let many: Vec<(String, Vec<u8>)> = (0..11)
        .map(|n| (format!("{n}.txt"), vec![b'0' + n; 3]))
        .collect();
    let many: Vec<(&str, &[u8])> = many
        .iter()
        .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
        .collect();
    let cases: Vec<(Files<'_>, u16, &str)> = vec![
        (vec![], 400, "至少须附一份"),
        (vec![("空.pdf", b"")], 400, "空文件"),
        (vec![("大.txt", large.as_slice())], 413, ""),
        (vec![("工具.exe", b"MZ")], 400, "不是可接受的类型"),
        (vec![("网页.pdf", b"<script>")], 400, "内容不是 pdf"),
        (vec![("一.txt", b"a"), ("二.txt", b"a")], 400, "内容相同"),
        (many, 400, "最多 10 个"),
    ];
    for (files, status, told) in cases {
        let page = liaison
            .post_files(&claims(), &claim(&secret, "1002.00"), &files)
            .await;
        assert_eq!(page.status.as_u16(), status, "{told}");
        assert!(page.body.contains(told), "{told}: {}", page.body);
    }
    let sound: [(&str, &[u8]); 1] = [("一.txt", b"a")];
    for (name, value) in [
        ("amount", "12.345"),
        ("amount", "-5"),
        ("period", "2099-01"),
        ("beneficiary", "x"),
        ("kind", ""),
    ] {
        let mut fields = claim(&secret, "1003.00").to_vec();
        fields
            .iter_mut()
            .filter(|field| field.0 == name)
            .for_each(|field| field.1 = value);
        let page = liaison.post_files(&claims(), &fields, &sound).await;
        assert_eq!(page.status, 400, "{name}={value}");
    }
    let truncated = form_with_files(&claims(), &claim(&secret, "1004.00"), &sound)
        .insert_header(("content-type", "multipart/form-data; boundary=another"));
    assert_eq!(liaison.send(truncated).await.status, 400);
    let forged = liaison
        .post_files(&claims(), &claim("guess", "1005.00"), &sound)
        .await;
    assert_eq!(forged.status, 403);
    let elsewhere = format!("/departments/{}/claims", OFFICE.other);
    let page = liaison
        .post_files(&elsewhere, &claim(&secret, "1006.00"), &sound)
        .await;
    assert_eq!(page.status, 403, "another department");
    let borrowed = format!("/departments/{}/claims/{}", OFFICE.other, OFFICE.claim);
    let (mut auditor, _) = visitor(&portal, "auditor").await;
    assert_eq!(
        auditor.get(&borrowed).await.status,
        404,
        "a claim of another department"
    );
}

#[actix_web::test]
async fn an_appeal_climbs_the_ladder_and_edits_nothing_that_is_published() {
    let portal = open(false).await;
    let (mut liaison, secret) = visitor(&portal, "liaison").await;
    let (mut assessor, other) = visitor(&portal, "assessor").await;
    let (mut finance, _) = visitor(&portal, "finance").await;
    let bulletin = format!("/api/v1/periods/{PUBLISHED}");
    let published = assessor.get(&bulletin).await.body;
    let place = format!("/departments/{}/appeals", OFFICE.own);
    let form = liaison.get(&place).await.body;
    let indicators: Vec<&str> = form
        .split("<option value=\"")
        .skip(1)
        .map(|text| text.split('"').next().unwrap())
        .collect();
    let named = |id: &&&str| !id.is_empty() && !id.bytes().all(|byte| byte.is_ascii_digit());
    let indicator = indicators.iter().rfind(named).unwrap();
    let fields = [
        ("csrf", secret.as_str()),
        ("period", PUBLISHED),
        ("indicator", indicator),
        ("grounds", "记录有误"),
    ];
    let opened = liaison.post(&place, &fields).await;
    assert_eq!(opened.status, 303, "{}", opened.body);
    let appeal = opened.header("location").to_owned();
    assert_eq!(
        liaison.post(&place, &fields).await.header("location"),
        appeal
    );
    let reworded = [fields[0], fields[1], fields[2], ("grounds", "换一种说法")];
    assert_eq!(
        liaison.post(&place, &reworded).await.status,
        409,
        "one at a time"
    );
    let nothing = [fields[0], fields[1], ("grounds", "没有事项")];
    assert_eq!(liaison.post(&place, &nothing).await.status, 400);
    let early = [fields[0], ("period", "2026-03"), fields[2], fields[3]];
    let page = liaison.post(&place, &early).await;
    assert!(
        [409, 303].contains(&page.status.as_u16()),
        "only published months: {}",
        page.status
    );

    let decide = format!("{appeal}/decide");
    let ruling = [
        ("csrf", other.as_str()),
        ("outcome", "dismissed"),
        ("document", "郑数裁〔2026〕1号"),
        ("reason", "记录无误"),
    ];
    assert_eq!(
        assessor.post(&decide, &ruling).await.status,
        409,
        "the ladder first"
    );
    let step = |step| {
        [
            ("csrf", other.clone()),
            ("step", step),
            ("office", "市数据局".to_owned()),
        ]
    };
    let send = |fields: [(&'static str, String); 3]| fields;
    for code in ["negotiating", "coordinating", "escalated"] {
        let fields = send(step(code.to_owned()));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let page = assessor.post(&format!("{appeal}/advance"), &fields).await;
        assert_eq!(page.status, 303, "{code}: {}", page.body);
    }
    let preview = assessor.get(&format!("{appeal}?preview=yes")).await;
    assert_eq!(preview.status, 200);
    assert!(
        !preview.body.contains("?preview=yes"),
        "recalculated, or why not"
    );
    assert_eq!(finance.get(&appeal).await.status, 200);
    for _ in 0..2 {
        assert_eq!(assessor.post(&decide, &ruling).await.status, 303);
    }
    let seen = json(&liaison.get(&format!("/api/v1{appeal}")).await);
    assert_eq!(
        (&seen["stage"], &seen["ruling"]["reason"]),
        (&"dismissed".into(), &"记录无误".into())
    );
    let late = [
        ("csrf", secret.as_str()),
        ("reason", "撤回"),
        ("confirm", "yes"),
    ];
    assert_eq!(
        liaison
            .post(&format!("{appeal}/withdraw"), &late)
            .await
            .status,
        409,
        "it has ended"
    );
    assert_eq!(
        assessor.get(&bulletin).await.body,
        published,
        "what is published stays"
    );
}

#[actix_web::test]
async fn what_waits_is_listed_for_each_office() {
    let portal = open(false).await;
    let (mut assessor, _) = visitor(&portal, "assessor").await;
    let (mut liaison, _) = visitor(&portal, "liaison").await;
    let claim = format!("{}/{}", claims(), OFFICE.claim);
    let appeal = format!("/departments/{}/appeals/{}", OFFICE.own, OFFICE.appeal);
    for browser in [&mut assessor, &mut liaison] {
        let page = browser.get("/todo").await.body;
        assert!(page.contains(&claim) && page.contains(&appeal), "{page}");
    }
    let english = assessor.get("/todo?lang=en").await.body;
    assert!(english.contains("Decide the claim"), "{english}");
}

#[actix_web::test]
async fn finance_proposes_by_rule_and_document_and_never_approves_its_own() {
    let portal = open(false).await;
    let (mut finance, secret) = visitor(&portal, "finance").await;
    let page = finance
        .get(&format!("/fiscal?period={PUBLISHED}"))
        .await
        .body;
    assert!(page.contains("条例第三十八条"), "{page}");
    let rule = OFFICE.app.order_rules().unwrap()[0].id.clone();
    let order = |kind: &'static str, document: &'static str| {
        vec![
            ("csrf", secret.clone()),
            ("kind", kind.to_owned()),
            ("department", OFFICE.other.to_string()),
            ("amount", "0.01".to_owned()),
            ("rule", rule.clone()),
            ("document", document.to_owned()),
            ("reason", "等次不合格".to_owned()),
        ]
    };
    let mut send = async |path: &str, fields: Vec<(&'static str, String)>| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        finance.post(path, &fields).await
    };
    assert_eq!(
        send("/fiscal/orders", order("withhold", "")).await.status,
        400,
        "no document"
    );
    assert_eq!(
        send("/fiscal/orders", order("pay", "文")).await.status,
        400,
        "not here"
    );
    assert_eq!(
        send("/fiscal/orders", order("clawback", "文")).await.status,
        400,
        "nothing was paid"
    );
    let done = send("/fiscal/orders", order("withhold", "郑财〔2026〕2号")).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let proposed = send("/fiscal/orders", order("forfeit", "郑财〔2026〕3号")).await;
    assert_eq!(proposed.status, 303, "{}", proposed.body);
    let place = proposed.header("location").to_owned();
    let sheet = json(&finance.get(&format!("/api/v1{place}")).await);
    assert_eq!(
        (&sheet["stage"], &sheet["total_fen"]),
        (&"proposed".into(), &1.into())
    );
    let digest = sheet["digest"].as_str().unwrap();
    let approve = [
        ("csrf", secret.as_str()),
        ("digest", digest),
        ("count", "1"),
        ("total", "0.01"),
    ];
    let page = finance.post(&format!("{place}/approve"), &approve).await;
    assert_eq!(page.status, 409, "the maker cannot approve");
    let back = [
        ("csrf", secret.as_str()),
        ("reason", "重拟"),
        ("confirm", "yes"),
    ];
    assert_eq!(
        finance.post(&format!("{place}/refuse"), &back).await.status,
        303
    );
    let sheet = json(&finance.get(&format!("/api/v1{place}")).await);
    assert_eq!(sheet["stage"], "refused");
}
