//! Fiscal constraint: the advice of a month, orders, their approval.

use app::orders::OrderSheet;
use serde::Serialize;

use crate::api::json;
use crate::ask::{Answer, Ask};
use crate::pages::fiscal;

#[derive(Serialize)]
struct AdviceView {
    constraint: String,
    title: String,
    department: String,
    name: String,
    advice: String,
    reasons: Vec<String>,
    share: String,
    amount_fen: i64,
    cite: Vec<String>,
}

/// The advice of a month.
pub async fn advice(ask: &Ask) -> Answer {
    let period = ask.period()?;
    let advice = ask.portal.run(move |app| app.fiscal_advice(period)).await?;
    let view = |line: app::fiscal::AdviceLine| AdviceView {
        constraint: line.constraint,
        title: line.title,
        department: line.department.to_string(),
        name: line.name,
        advice: line.advice,
        reasons: line.reasons,
        share: line.share,
        amount_fen: line.amount_fen.get(),
        cite: line.cite,
    };
    json(&advice.lines.into_iter().map(view).collect::<Vec<_>>())
}

#[derive(Serialize)]
struct OrderView {
    id: String,
    kind: &'static str,
    stage: &'static str,
    rule: String,
    document: String,
    reason: String,
    maker: String,
    approver: Option<String>,
    count: u32,
    total_fen: i64,
    digest: String,
    lines: Vec<LineView>,
}

#[derive(Serialize)]
struct LineView {
    line: u32,
    accrual: Option<u64>,
    department: Option<String>,
    for_period: Option<String>,
    amount_fen: i64,
}

impl From<OrderSheet> for OrderView {
    fn from(sheet: OrderSheet) -> Self {
        let line = |item: app::orders::OrderItem| LineView {
            line: item.number,
            accrual: item.accrual,
            department: item.department.map(|id| id.to_string()),
            for_period: item.for_period.map(|period| period.to_string()),
            amount_fen: item.amount_fen.get(),
        };
        Self {
            id: sheet.id.to_string(),
            kind: sheet.kind,
            stage: sheet.stage,
            rule: sheet.rule,
            document: sheet.document,
            reason: sheet.reason,
            maker: sheet.maker,
            approver: sheet.approver,
            count: sheet.control.count,
            total_fen: sheet.control.total_fen.get(),
            digest: sheet.digest,
            lines: sheet.items.into_iter().map(line).collect(),
        }
    }
}

/// All orders.
pub async fn orders(ask: &Ask) -> Answer {
    let sheets = ask.portal.run(app::App::orders).await?;
    json(&sheets.into_iter().map(OrderView::from).collect::<Vec<_>>())
}

/// One order.
pub async fn order(ask: &Ask) -> Answer {
    json(&OrderView::from(fiscal::fetch(ask).await?))
}

/// Proposes an order: the fields of the page's form.
pub async fn propose(ask: &Ask) -> Answer {
    json(&OrderView::from(fiscal::proposed(ask).await?))
}

/// Approves an order.
pub async fn approve(ask: &Ask) -> Answer {
    json(&OrderView::from(fiscal::approved(ask).await?))
}

/// Sends an order back.
pub async fn refuse(ask: &Ask) -> Answer {
    json(&OrderView::from(fiscal::refused(ask).await?))
}
