//! Fiscal constraint for finance: the advice of art. 38 with its reasons, orders about money, and the
//! second person's approval.

use app::clawbacks::Clawbacks;
use app::fiscal::{Advice, RuleChoice};
use app::ledger::{ControlTotal, OrderKind};
use app::orders::{OrderSheet, OrderWords, Selection};
use app::{Right, User};
use askama::Template;
use domain::{Fen, Period};

use crate::ask::{Answer, Ask};
use crate::chrome::{Chrome, Link, encode};
use crate::failure::Failure;
use crate::inputs;
use crate::pages::{MonthChoice, Months, html, see_other};
use crate::words::Words;

/// What the page of a month can propose.
const KINDS: [OrderKind; 6] = [
    OrderKind::Withhold,
    OrderKind::Unhold,
    OrderKind::Forfeit,
    OrderKind::Deduct,
    OrderKind::Clawback,
    OrderKind::Offset,
];

#[derive(Template)]
#[template(path = "fiscal.html")]
struct Page {
    chrome: Chrome,
    month: Option<Month>,
    orders: Vec<Row>,
}

struct Month {
    months: Vec<MonthChoice>,
    advice: Advice,
    /// What the month asks back, with the order that waits; none before it is approved.
    clawbacks: Option<Clawbacks>,
    form: Option<Form>,
}

/// What the form offers.
struct Form {
    kinds: Vec<(&'static str, &'static str)>,
    rules: Vec<RuleChoice>,
    departments: Vec<(String, String)>,
}

/// An order in a list.
struct Row {
    sheet: OrderSheet,
    kind: &'static str,
    stage: &'static str,
    href: String,
}

#[derive(Template)]
#[template(path = "order.html")]
struct Sheet {
    chrome: Chrome,
    row: Row,
    approves: bool,
    refuses: bool,
    own: bool,
}

/// The name of a kind in the visitor's language.
fn kind_title(kind: &str, t: &Words) -> Option<&'static str> {
    Some(match kind {
        "withhold" => t.order_withhold,
        "unhold" => t.order_unhold,
        "forfeit" => t.order_forfeit,
        "deduct" => t.order_deduct,
        "clawback" => t.order_clawback,
        "offset" => t.order_offset,
        "adjust" => t.order_adjust,
        "pay" => t.order_pay,
        _ => return None,
    })
}

impl Row {
    fn of(sheet: OrderSheet, t: &Words) -> Self {
        Self {
            kind: kind_title(sheet.kind, t).unwrap_or(sheet.kind_title),
            stage: match sheet.stage {
                "proposed" => t.order_proposed,
                "approved" => t.order_approved,
                _ => t.order_refused,
            },
            href: format!("/orders/{}", encode(sheet.id.as_str())),
            sheet,
        }
    }
}

/// Advice of a month, the form, and all orders but payments.
pub async fn show(ask: &Ask) -> Answer {
    let (user, t) = (ask.user()?, ask.words());
    let orders = ask.portal.run(app::App::orders).await?;
    let orders = orders.into_iter().rev();
    let orders = orders.filter(|sheet| sheet.kind != OrderKind::Pay.code());
    let month = match Months::of(ask).await? {
        Some(months) => Some(month(ask, &user, months, t).await?),
        None => None,
    };
    html(&Page {
        chrome: Chrome::new(ask, t.nav_fiscal, Vec::new()),
        month,
        orders: orders.map(|sheet| Row::of(sheet, t)).collect(),
    })
}

async fn month(
    ask: &Ask,
    user: &User,
    months: Months,
    t: &'static Words,
) -> Result<Month, Failure> {
    let (viewer, period) = (user.clone(), months.chosen.period);
    let (advice, clawbacks, rules, departments) = ask
        .portal
        .run(move |app| {
            Ok((
                app.fiscal_advice(period)?,
                // A month that is not approved asks nothing back.
                app.clawbacks(period).ok(),
                app.order_rules()?,
                app.departments(&viewer, period)?,
            ))
        })
        .await?;
    let kinds = KINDS
        .iter()
        .filter_map(|kind| Some((kind.code(), kind_title(kind.code(), t)?)));
    let departments = departments
        .into_iter()
        .map(|line| (line.id.to_string(), line.name));
    let form = user.may(Right::Order).then(|| Form {
        kinds: kinds.collect(),
        rules,
        departments: departments.collect(),
    });
    Ok(Month {
        months: months.choices(),
        advice,
        clawbacks: clawbacks.filter(|found| !found.dues.is_empty()),
        form,
    })
}

/// The order that the form proposes.
pub async fn proposed(ask: &Ask) -> Result<OrderSheet, Failure> {
    let user = ask.user()?;
    let kind = ask.form.get("kind").and_then(OrderKind::from_code);
    let kind = kind.filter(|kind| KINDS.contains(kind));
    let kind = kind.ok_or_else(|| Failure::bad_input("请选择约束措施 (choose the measure)"))?;
    let department = ask.form.get("department").and_then(inputs::department);
    let accrual = match ask.form.get("accrual") {
        None => None,
        Some(text) => {
            let seq = inputs::batch(text).and_then(|seq| u64::try_from(seq).ok());
            Some(seq.ok_or_else(|| Failure::bad_input("记录号应为数字 (record number)"))?)
        }
    };
    let period: Option<Period> = ask.form.get("period").map(inputs::period).transpose()?;
    let amount_fen: Option<Fen> = match ask.form.get("amount") {
        None => None,
        given => Some(inputs::amount(given)?),
    };
    if department.is_none() {
        return Err(Failure::bad_input("请选择部门 (choose the department)"));
    }
    let selection = Selection {
        accrual,
        department,
        period,
        amount_fen,
    };
    let rule = match ask.form.get("rule") {
        None => None,
        Some(text) => {
            let name = inputs::name(text);
            let name = name.ok_or_else(|| Failure::bad_input("规则无法识别 (unknown rule)"))?;
            Some(name.to_owned())
        }
    };
    let words = OrderWords {
        id: None,
        rule,
        document: inputs::reason(ask.form.get("document"))?,
        reason: inputs::reason(ask.form.get("reason"))?,
    };
    ask.portal
        .run(move |app| {
            let order = app.draft_order(kind, &selection, words)?;
            app.propose(&user, order)
        })
        .await
}

/// Proposes the order of the form.
pub async fn propose(ask: &Ask) -> Answer {
    let sheet = proposed(ask).await?;
    Ok(see_other(&format!("/orders/{}", encode(sheet.id.as_str()))))
}

/// The order in the path.
pub async fn fetch(ask: &Ask) -> Result<OrderSheet, Failure> {
    let id = ask.order()?;
    ask.portal.run(move |app| app.order(&id)).await
}

/// One order.
pub async fn order(ask: &Ask) -> Answer {
    let (user, t) = (ask.user()?, ask.words());
    let sheet = fetch(ask).await?;
    let above = vec![Link {
        label: t.nav_fiscal.to_owned(),
        href: "/fiscal".to_owned(),
    }];
    let waits = sheet.stage == "proposed";
    let own = sheet.maker == user.login;
    html(&Sheet {
        chrome: Chrome::new(ask, sheet.id.to_string(), above),
        approves: waits && !own && user.may(Right::Approve),
        refuses: waits && (own || user.may(Right::Approve)),
        own: waits && own,
        row: Row::of(sheet, t),
    })
}

/// The order after its approval: number and sum are those that the approver counted, the digest is
/// that of the page that was seen.
pub async fn approved(ask: &Ask) -> Result<OrderSheet, Failure> {
    let (user, id) = (ask.user()?, ask.order()?);
    let count = ask
        .form
        .get("count")
        .and_then(|text| text.trim().parse().ok());
    let control = ControlTotal {
        count: count.ok_or_else(|| Failure::bad_input("请填写条数 (number of lines)"))?,
        total_fen: inputs::amount(ask.form.get("total"))?,
    };
    let digest = ask.form.get("digest").unwrap_or_default().to_owned();
    ask.portal
        .run(move |app| app.approve_order(&user, &id, &digest, control))
        .await
}

/// Approves the order in the path.
pub async fn approve(ask: &Ask) -> Answer {
    let sheet = approved(ask).await?;
    Ok(see_other(&format!("/orders/{}", encode(sheet.id.as_str()))))
}

/// The order after it was sent back.
pub async fn refused(ask: &Ask) -> Result<OrderSheet, Failure> {
    inputs::confirmed(&ask.form)?;
    let (user, id) = (ask.user()?, ask.order()?);
    let reason = inputs::reason(ask.form.get("reason"))?;
    ask.portal
        .run(move |app| app.refuse_order(&user, &id, &reason))
        .await
}

/// Sends the order in the path back.
pub async fn refuse(ask: &Ask) -> Answer {
    let sheet = refused(ask).await?;
    Ok(see_other(&format!("/orders/{}", encode(sheet.id.as_str()))))
}
