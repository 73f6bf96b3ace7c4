//! Claims: the list of an office or a department, the form with its evidence, one claim and the
//! decision on it.

use actix_web::HttpResponse;
use app::claims::{ClaimEntry, ClaimKind, ClaimPayment, ClaimSheet, Happening};
use app::{Right, User};
use askama::Template;
use domain::{DepartmentId, Fen, JurisdictionCode};

use crate::ask::{Answer, Ask};
use crate::chrome::{Chrome, Link};
use crate::failure::Failure;
use crate::inputs;
use crate::pages::department::above;
use crate::pages::{attachment, html, see_other};
use crate::words::Words;

#[derive(Template)]
#[template(path = "claims.html")]
struct List {
    chrome: Chrome,
    /// The department whose claims are listed; all of them without one.
    department: Option<DepartmentId>,
    rows: Vec<Row>,
    form: Option<Form>,
}

/// What the form offers.
struct Form {
    places: Vec<(JurisdictionCode, String)>,
    /// The newest month that a claim may be about.
    latest: String,
    accept: String,
    limits: String,
}

/// A claim in a list.
struct Row {
    sheet: ClaimSheet,
    kind: &'static str,
    stage: &'static str,
    href: String,
}

#[derive(Template)]
#[template(path = "claim.html")]
struct Page {
    chrome: Chrome,
    row: Row,
    files: Vec<FileView>,
    payments: Vec<ClaimPayment>,
    history: Vec<HappeningView>,
    /// Whether the visitor may decide it now.
    decides: bool,
    /// Whether it waits for somebody else than the visitor, who declared it.
    own: bool,
}

/// An evidence file.
struct FileView {
    name: String,
    size: String,
    sha256: String,
    href: String,
    also_in: Vec<String>,
}

/// Something that happened, as a table shows it.
pub struct HappeningView {
    /// Record number in the ledger.
    pub seq: u64,
    /// When, in Shanghai.
    pub at: String,
    /// Login.
    pub actor: String,
    /// What.
    pub what: String,
}

impl From<Happening> for HappeningView {
    fn from(event: Happening) -> Self {
        Self {
            seq: event.seq,
            at: app::clock::shanghai_text(event.at),
            actor: event.actor,
            what: event.what,
        }
    }
}

impl Row {
    fn of(sheet: ClaimSheet, t: &Words) -> Self {
        Self {
            kind: match sheet.entry.kind {
                ClaimKind::Cost => t.claim_cost,
                ClaimKind::Loss => t.claim_loss,
            },
            stage: match sheet.stage {
                "declared" => t.claim_declared,
                "accepted" => t.claim_accepted,
                "reduced" => t.claim_reduced,
                _ => t.claim_refused,
            },
            href: href_of(&sheet),
            sheet,
        }
    }
}

fn href_of(sheet: &ClaimSheet) -> String {
    format!(
        "/departments/{}/claims/{}",
        sheet.entry.department, sheet.id
    )
}

/// A size for people.
pub fn size_text(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MB", bytes >> 20, ((bytes & 0xF_FFFF) * 10) >> 20),
    }
}

/// Ending and limits of attachments, for a form.
pub fn attachment_hint() -> (String, String) {
    use app::papers::{FILE_BYTES_MAX, FILES_MAX, endings};
    let endings = endings();
    let accept: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
    let limits = format!(
        "{} ≤ {} MB × {FILES_MAX}",
        endings.join(", "),
        FILE_BYTES_MAX >> 20
    );
    (accept.join(","), limits)
}

/// All claims, for those who read all.
pub async fn office(ask: &Ask) -> Answer {
    let (user, t) = (ask.user()?, ask.words());
    let sheets = ask.portal.run(move |app| app.claims(&user, None)).await?;
    html(&List {
        chrome: Chrome::new(ask, t.nav_claims, Vec::new()),
        department: None,
        rows: sheets.into_iter().map(|sheet| Row::of(sheet, t)).collect(),
        form: None,
    })
}

/// The claims of a department, and the form for one more.
pub async fn list(ask: &Ask) -> Answer {
    let (user, id, t) = (ask.user()?, ask.department()?, ask.words());
    let (viewer, asked) = (user.clone(), id.clone());
    let (sheets, places, latest) = ask
        .portal
        .run(move |app| {
            let latest = domain::Period::containing(app.clock().today());
            Ok((app.claims(&viewer, Some(&asked))?, app.places()?, latest))
        })
        .await?;
    let (accept, limits) = attachment_hint();
    let form = user.may(Right::File).then(|| Form {
        places,
        latest: latest.to_string(),
        accept,
        limits,
    });
    html(&List {
        chrome: Chrome::new(ask, t.nav_claims, way(ask, &user, &id)),
        department: Some(id),
        rows: sheets.into_iter().map(|sheet| Row::of(sheet, t)).collect(),
        form,
    })
}

/// The places above a page about a department's claims or appeals.
pub fn way(ask: &Ask, user: &User, id: &DepartmentId) -> Vec<Link> {
    let mut way = above(ask, user, None);
    way.push(Link {
        label: ask.words().department.to_owned(),
        href: format!("/departments/{id}"),
    });
    way
}

/// The claim that a form declares.
pub fn entry(ask: &Ask) -> Result<ClaimEntry, Failure> {
    let text = |name: &str| ask.form.get(name).unwrap_or_default().trim();
    let kind = ClaimKind::from_name(text("kind"));
    let place = text("beneficiary");
    let shaped = place.len() == 6 && place.bytes().all(|byte| byte.is_ascii_digit());
    if !shaped {
        return Err(Failure::bad_input(
            "请选择受益行政区划 (choose the beneficiary)",
        ));
    }
    Ok(ClaimEntry {
        department: ask.department()?,
        period: inputs::period(text("period"))?,
        kind: kind.ok_or_else(|| Failure::bad_input("请选择类别 (choose the kind)"))?,
        beneficiary: JurisdictionCode::new(place),
        amount_fen: inputs::amount(ask.form.get("amount"))?,
        explanation: text("explanation").to_owned(),
    })
}

/// Declares what the form says.
pub async fn declare(ask: &Ask) -> Answer {
    let sheet = declared(ask).await?;
    Ok(see_other(&href_of(&sheet)))
}

/// The claim after the form.
pub async fn declared(ask: &Ask) -> Result<ClaimSheet, Failure> {
    let (user, entry, files) = (ask.user()?, entry(ask)?, ask.files.clone());
    ask.portal
        .run(move |app| app.declare_claim(&user, &entry, &files))
        .await
}

/// The claim in the path, which must be of the department in the path.
pub async fn fetch(ask: &Ask) -> Result<ClaimSheet, Failure> {
    let (user, department, claim) = (ask.user()?, ask.department()?, ask.claim()?);
    let sheet = ask.portal.run(move |app| app.claim(&user, &claim)).await?;
    if sheet.entry.department == department {
        Ok(sheet)
    } else {
        Err(Failure::not_found())
    }
}

/// One claim.
pub async fn show(ask: &Ask) -> Answer {
    let (user, t) = (ask.user()?, ask.words());
    let sheet = fetch(ask).await?;
    let id = sheet.id.clone();
    let (payments, history) = ask
        .portal
        .run(move |app| Ok((app.claim_payments(&id)?, app.claim_history(&id)?)))
        .await?;
    let mut way = way(ask, &user, &sheet.entry.department);
    way.push(Link {
        label: t.nav_claims.to_owned(),
        href: format!("/departments/{}/claims", sheet.entry.department),
    });
    let files = sheet.evidence.iter().map(|evidence| FileView {
        name: evidence.file.name.clone(),
        size: size_text(evidence.file.size_bytes),
        sha256: evidence.file.sha256.clone(),
        href: format!("{}/files/{}", href_of(&sheet), evidence.file.sha256),
        also_in: evidence.also_in.iter().map(ToString::to_string).collect(),
    });
    let waits = sheet.accepted_fen.is_none() && user.may(Right::Rule);
    let own = sheet.declarant == user.login;
    html(&Page {
        chrome: Chrome::new(ask, sheet.id.to_string(), way),
        files: files.collect(),
        payments,
        history: history.into_iter().map(HappeningView::from).collect(),
        decides: waits && !own,
        own: waits && own,
        row: Row::of(sheet, t),
    })
}

/// Decides what the form says.
pub async fn decide(ask: &Ask) -> Answer {
    let sheet = decided(ask).await?;
    Ok(see_other(&href_of(&sheet)))
}

/// The claim after the decision of the form.
pub async fn decided(ask: &Ask) -> Result<ClaimSheet, Failure> {
    let user = ask.user()?;
    let sheet = fetch(ask).await?;
    let accepted_fen = match ask.form.get("verdict") {
        Some("accept") => sheet.entry.amount_fen,
        Some("reduce") => inputs::amount(ask.form.get("amount"))?,
        Some("refuse") => Fen::ZERO,
        _ => {
            let message = "请选择全额认定、核减或不予认定 (choose accept, reduce or refuse)";
            return Err(Failure::bad_input(message));
        }
    };
    let reason = ask.form.get("reason").unwrap_or_default();
    let reason = match reason {
        "" => String::new(),
        given => inputs::reason(Some(given))?,
    };
    ask.portal
        .run(move |app| app.decide_claim(&user, &sheet.id, accepted_fen, &reason))
        .await
}

/// An evidence file, checked against the digest in the ledger.
pub async fn file(ask: &Ask) -> Answer {
    let (sheet, digest) = (fetch(ask).await?, ask.name("digest")?);
    let (file, bytes) = ask
        .portal
        .run(move |app| app.claim_file(&sheet, &digest))
        .await?;
    Ok(saved(&file, bytes))
}

/// A file of a department: to be saved, never to be shown as a page of ours.
pub fn saved(file: &app::papers::Attachment, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header(attachment(&file.name))
        .insert_header(("x-content-sha256", file.sha256.as_str()))
        .body(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_for_people() {
        assert_eq!(size_text(0), "0 B");
        assert_eq!(size_text(1025), "2 KB");
        assert_eq!(size_text(1_572_864), "1.5 MB");
    }
}
