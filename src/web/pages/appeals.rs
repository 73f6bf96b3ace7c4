//! Appeals: the list of an office or a department, the form against a published month, one appeal
//! with its recalculation, and the steps of art. 28.

use app::appeals::{
    AppealChoice, AppealEntry, AppealSheet, LADDER_ARTICLE, Preview, RulingEntry, Urgency,
};
use app::ledger::{Outcome, Step};
use app::{Right, User};
use askama::Template;
use domain::{DepartmentId, Fen};

use crate::ask::{Answer, Ask};
use crate::chrome::{Chrome, Link};
use crate::failure::Failure;
use crate::inputs;
use crate::pages::claims::{HappeningView, attachment_hint, saved, size_text, way};
use crate::pages::{html, see_other};
use crate::words::Words;

#[derive(Template)]
#[template(path = "appeals.html")]
struct List {
    chrome: Chrome,
    /// The department whose appeals are listed; all of them without one.
    department: Option<DepartmentId>,
    rows: Vec<Row>,
    /// One form a month that can be contested now, for those who may.
    forms: Vec<AppealChoice>,
    /// Whether the visitor may open appeals at all.
    files: bool,
    /// The indicator that a link chose.
    indicator: String,
    accept: String,
    limits: String,
}

/// An appeal in a list.
struct Row {
    sheet: AppealSheet,
    stage: &'static str,
    limit: Limit,
    href: String,
}

/// A limit, as it is shown.
pub struct Limit {
    /// The day; empty without one.
    pub day: String,
    /// Style class.
    pub class: &'static str,
    /// What to say beside it; empty while there is time.
    pub text: String,
}

impl Limit {
    /// A limit on a day.
    pub fn of(urgency: Option<Urgency>, day: String, t: &Words) -> Self {
        let text = match urgency {
            Some(Urgency::Late(days)) => format!("{} {days}", t.days_late),
            Some(Urgency::Soon(days)) => format!("{} {days}", t.days_left),
            Some(Urgency::Open) | None => String::new(),
        };
        Self {
            day,
            class: urgency.map_or("", Urgency::code),
            text,
        }
    }
}

#[derive(Template)]
#[template(path = "appeal.html")]
struct Page {
    chrome: Chrome,
    row: Row,
    ladder: &'static str,
    files: Vec<FileView>,
    history: Vec<HappeningView>,
    /// The recalculation that was asked for, or why there is none.
    preview: Option<Result<Preview, String>>,
    /// Whether the visitor may take it to the next step.
    advances: bool,
    /// Whether the visitor may decide it now.
    decides: bool,
    /// Whether the visitor may take it back.
    withdraws: bool,
    order_href: Option<String>,
}

/// An attachment.
struct FileView {
    name: String,
    size: String,
    sha256: String,
    href: String,
}

impl Row {
    fn of(sheet: AppealSheet, t: &Words) -> Self {
        Self {
            stage: match sheet.stage {
                "opened" => t.appeal_opened,
                "negotiating" => t.appeal_negotiating,
                "coordinating" => t.appeal_coordinating,
                "escalated" => t.appeal_escalated,
                "upheld" => t.appeal_upheld,
                "partly" => t.appeal_partly,
                "dismissed" => t.appeal_dismissed,
                _ => t.appeal_withdrawn,
            },
            limit: Limit::of(sheet.urgency, sheet.due_on.to_string(), t),
            href: href_of(&sheet),
            sheet,
        }
    }
}

fn href_of(sheet: &AppealSheet) -> String {
    format!(
        "/departments/{}/appeals/{}",
        sheet.entry.department, sheet.id
    )
}

/// The name of a step in the visitor's language.
fn step_title(step: Step, t: &Words) -> &'static str {
    match step {
        Step::Negotiating => t.appeal_negotiating,
        Step::Coordinating => t.appeal_coordinating,
        Step::Escalated => t.appeal_escalated,
    }
}

/// All appeals, for those who read all.
pub async fn office(ask: &Ask) -> Answer {
    let (user, t) = (ask.user()?, ask.words());
    let sheets = ask.portal.run(move |app| app.appeals(&user, None)).await?;
    html(&List {
        chrome: Chrome::new(ask, t.nav_appeals, Vec::new()),
        department: None,
        rows: sheets.into_iter().map(|sheet| Row::of(sheet, t)).collect(),
        forms: Vec::new(),
        files: false,
        indicator: String::new(),
        accept: String::new(),
        limits: String::new(),
    })
}

/// The appeals of a department, and what it may contest now.
pub async fn list(ask: &Ask) -> Answer {
    let (user, id, t) = (ask.user()?, ask.department()?, ask.words());
    let (viewer, asked) = (user.clone(), id.clone());
    let files = user.may(Right::File);
    let (sheets, forms) = ask
        .portal
        .run(move |app| {
            let forms = if files {
                app.appeal_choices(&viewer, &asked)?
            } else {
                Vec::new()
            };
            Ok((app.appeals(&viewer, Some(&asked))?, forms))
        })
        .await?;
    let chosen = ask.query.get("indicator").and_then(inputs::name);
    let (accept, limits) = attachment_hint();
    html(&List {
        chrome: Chrome::new(ask, t.nav_appeals, way(ask, &user, &id)),
        department: Some(id),
        rows: sheets.into_iter().map(|sheet| Row::of(sheet, t)).collect(),
        forms,
        files,
        indicator: chosen.unwrap_or_default().to_owned(),
        accept,
        limits,
    })
}

/// The appeal that a form opens.
fn entry(ask: &Ask) -> Result<AppealEntry, Failure> {
    let text = |name: &str| ask.form.get(name).unwrap_or_default().trim();
    let named = |name: &str| match text(name) {
        "" => Ok(None),
        given => {
            let name =
                inputs::name(given).ok_or_else(|| Failure::bad_input("指标无法识别 (indicator)"));
            name.map(|name| Some(name.to_owned()))
        }
    };
    let accrual = match text("accrual") {
        "" => None,
        given => {
            let seq = inputs::batch(given).and_then(|seq| u64::try_from(seq).ok());
            Some(seq.ok_or_else(|| Failure::bad_input("记录号应为数字 (record number)"))?)
        }
    };
    let contested_fen = match text("amount") {
        "" => None,
        given => Some(inputs::amount(Some(given))?),
    };
    let rows = text("rows")
        .lines()
        .map(str::trim)
        .filter(|row| !row.is_empty());
    Ok(AppealEntry {
        department: ask.department()?,
        period: inputs::period(text("period"))?,
        indicator: named("indicator")?,
        rows: rows.map(str::to_owned).collect(),
        accrual,
        contested_fen,
        grounds: text("grounds").to_owned(),
    })
}

/// Opens the appeal of the form.
pub async fn open(ask: &Ask) -> Answer {
    let sheet = opened(ask).await?;
    Ok(see_other(&href_of(&sheet)))
}

/// The appeal after the form.
pub async fn opened(ask: &Ask) -> Result<AppealSheet, Failure> {
    let (user, entry, files) = (ask.user()?, entry(ask)?, ask.files.clone());
    ask.portal
        .run(move |app| app.open_appeal(&user, &entry, &files))
        .await
}

/// The appeal in the path, which must be of the department in the path.
pub async fn fetch(ask: &Ask) -> Result<AppealSheet, Failure> {
    let (user, department, appeal) = (ask.user()?, ask.department()?, ask.appeal()?);
    let sheet = ask
        .portal
        .run(move |app| app.appeal(&user, &appeal))
        .await?;
    if sheet.entry.department == department {
        Ok(sheet)
    } else {
        Err(Failure::not_found())
    }
}

/// What would be, were the appeal in the path right.
pub async fn supposed(ask: &Ask) -> Result<Preview, Failure> {
    let sheet = fetch(ask).await?;
    let user = ask.user()?;
    ask.portal
        .run(move |app| app.preview_appeal(&user, &sheet.id))
        .await
}

/// One appeal; with `?preview=yes` its recalculation.
pub async fn show(ask: &Ask) -> Answer {
    let (user, t) = (ask.user()?, ask.words());
    let sheet = fetch(ask).await?;
    let id = sheet.id.clone();
    let history = ask.portal.run(move |app| app.appeal_history(&id)).await?;
    let preview = match ask.query.get("preview") {
        // What cannot be supposed is said on the page, not instead of it.
        Some("yes") => Some(supposed(ask).await.map_err(|failure| failure.message)),
        _ => None,
    };
    let mut way = way(ask, &user, &sheet.entry.department);
    way.push(Link {
        label: t.nav_appeals.to_owned(),
        href: format!("/departments/{}/appeals", sheet.entry.department),
    });
    let files = sheet.attachments.iter().map(|file| FileView {
        name: file.name.clone(),
        size: size_text(file.size_bytes),
        sha256: file.sha256.clone(),
        href: format!("{}/files/{}", href_of(&sheet), file.sha256),
    });
    let open = sheet.ruling.is_none();
    let rules = user.may(Right::Rule);
    let order = sheet.order.as_ref().filter(|_| user.may(Right::ReadAll));
    html(&Page {
        chrome: Chrome::new(ask, sheet.id.to_string(), way),
        ladder: LADDER_ARTICLE,
        files: files.collect(),
        history: history.into_iter().map(HappeningView::from).collect(),
        preview,
        advances: rules && sheet.next.is_some(),
        decides: rules && open && sheet.stage != "opened" && sheet.opener != user.login,
        withdraws: open && may_withdraw(&user),
        order_href: order.map(|order| format!("/orders/{}", crate::chrome::encode(order.as_str()))),
        row: Row::of(sheet, t),
    })
}

fn may_withdraw(user: &User) -> bool {
    user.may(Right::File)
}

/// Takes the appeal to the step of the form.
pub async fn advance(ask: &Ask) -> Answer {
    let sheet = advanced(ask).await?;
    Ok(see_other(&href_of(&sheet)))
}

/// The appeal after its step.
pub async fn advanced(ask: &Ask) -> Result<AppealSheet, Failure> {
    let user = ask.user()?;
    let step = ask.form.get("step").and_then(Step::from_code);
    let step = step.ok_or_else(|| Failure::bad_input("程序无法识别 (unknown step)"))?;
    let office = match ask.form.get("office") {
        Some(text) => Some(inputs::reason(Some(text))?),
        None => None,
    };
    let sheet = fetch(ask).await?;
    ask.portal
        .run(move |app| app.advance_appeal(&user, &sheet.id, step, office.as_deref()))
        .await
}

/// Decides the appeal as the form says.
pub async fn decide(ask: &Ask) -> Answer {
    let sheet = decided(ask).await?;
    Ok(see_other(&href_of(&sheet)))
}

/// The appeal after its ruling.
pub async fn decided(ask: &Ask) -> Result<AppealSheet, Failure> {
    let user = ask.user()?;
    let outcome = ask.form.get("outcome").and_then(Outcome::from_code);
    let outcome = outcome.filter(|found| *found != Outcome::Withdrawn);
    let cut_fen = match ask.form.get("cut") {
        None => Fen::ZERO,
        given => inputs::amount(given)?,
    };
    let entry = RulingEntry {
        outcome: outcome.ok_or_else(|| Failure::bad_input("请选择裁决结果 (choose an outcome)"))?,
        cut_fen,
        adjust: ask.form.get("adjust") == Some("yes"),
        document: inputs::reason(ask.form.get("document"))?,
        reason: inputs::reason(ask.form.get("reason"))?,
    };
    let sheet = fetch(ask).await?;
    ask.portal
        .run(move |app| app.end_appeal(&user, &sheet.id, &entry))
        .await
}

/// Takes the appeal back.
pub async fn withdraw(ask: &Ask) -> Answer {
    let sheet = withdrawn(ask).await?;
    Ok(see_other(&href_of(&sheet)))
}

/// The appeal after it was taken back.
pub async fn withdrawn(ask: &Ask) -> Result<AppealSheet, Failure> {
    inputs::confirmed(&ask.form)?;
    let (user, reason) = (ask.user()?, inputs::reason(ask.form.get("reason"))?);
    let sheet = fetch(ask).await?;
    ask.portal
        .run(move |app| app.withdraw_appeal(&user, &sheet.id, &reason))
        .await
}

/// An attachment, checked against the digest in the written appeal.
pub async fn file(ask: &Ask) -> Answer {
    let (sheet, digest) = (fetch(ask).await?, ask.name("digest")?);
    let (file, bytes) = ask
        .portal
        .run(move |app| app.appeal_file(&sheet, &digest))
        .await?;
    Ok(saved(&file, bytes))
}
