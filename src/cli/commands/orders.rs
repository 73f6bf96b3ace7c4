//! What `pay` and `fiscal` share: an order is shown, approved by number and sum, or sent back.

use app::App;
use app::ledger::ControlTotal;
use app::orders::OrderSheet;
use clap::Args;
use domain::{Fen, OrderId};
use serde_json::json;

use crate::Context;
use crate::text_table::{Align, render};

/// An approval: the approver enters the number and the sum that the paper shows.
#[derive(Args)]
pub struct Approval {
    /// 指令或批次编号，可多个，一并审批 (numbers of the orders)
    #[arg(required = true)]
    orders: Vec<String>,
    /// 总条数 (number of all lines)
    #[arg(long)]
    count: u32,
    /// 合计金额，元 (sum of all lines, yuan)
    #[arg(long)]
    total: Fen,
    /// 所见摘要，只用于一项指令；不给则为当前指令 (digest that was seen of one order; the present one by default)
    #[arg(long)]
    digest: Option<String>,
    /// 以谁的身份，不能是经办人 (login; not the one who proposed it)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// A refusal.
#[derive(Args)]
pub struct Refusal {
    /// 指令或批次编号 (number of the order)
    order: String,
    /// 退回理由 (why)
    #[arg(long)]
    reason: String,
    /// 以谁的身份 (login)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

impl Approval {
    /// Approves.
    pub fn carry_out(&self, app: &App) -> anyhow::Result<Vec<OrderSheet>> {
        let user = app.user(&self.login)?;
        let ids: Vec<OrderId> = self.orders.iter().map(OrderId::new).collect();
        let control = ControlTotal {
            count: self.count,
            total_fen: self.total,
        };
        match (&self.digest, ids.as_slice()) {
            (None, _) => Ok(app.approve_orders(&user, &ids, control)?),
            (Some(digest), [id]) => Ok(vec![app.approve_order(&user, id, digest, control)?]),
            _ => anyhow::bail!("--digest 只用于一项指令，请逐项审批 (a digest is of one order)"),
        }
    }
}

impl Refusal {
    /// Refuses.
    pub fn carry_out(&self, app: &App) -> anyhow::Result<OrderSheet> {
        let user = app.user(&self.login)?;
        Ok(app.refuse_order(&user, &OrderId::new(&self.order), &self.reason)?)
    }
}

/// What a second person types to approve an order that was just proposed.
pub fn approval_line(order: &OrderSheet) -> String {
    format!(
        "已提出 (proposed): {} {}，审批 hengxiang ledger approve {} --count {} --total {} --as LOGIN\n",
        order.kind_title,
        order.id,
        order.id,
        order.control.count,
        order.control.total_fen.to_plain()
    )
}

/// Prints what was approved: one order with its lines, several one a line.
pub fn print_approved(context: &Context, sheets: &[OrderSheet]) {
    match sheets {
        [sheet] => print(context, sheet),
        sheets => print_all(context, sheets),
    }
}

/// Prints one order with its lines.
pub fn print(context: &Context, sheet: &OrderSheet) {
    context.print(&text_of(sheet), &json_of(sheet));
}

/// Prints the orders of a kind of work, one a line.
pub fn print_all(context: &Context, sheets: &[OrderSheet]) {
    let head = [
        ("编号", Align::Left),
        ("类别", Align::Left),
        ("状态", Align::Left),
        ("条数", Align::Right),
        ("金额(元)", Align::Right),
        ("依据", Align::Left),
        ("经办", Align::Left),
        ("审批", Align::Left),
    ];
    let rows: Vec<Vec<String>> = sheets
        .iter()
        .map(|sheet| {
            vec![
                sheet.id.to_string(),
                sheet.kind_title.to_owned(),
                sheet.stage_title.to_owned(),
                sheet.control.count.to_string(),
                sheet.control.total_fen.to_string(),
                sheet.document.clone(),
                sheet.maker.clone(),
                sheet.approver.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let value: Vec<_> = sheets.iter().map(json_of).collect();
    context.print(&render(&head, &rows), &json!(value));
}

fn text_of(sheet: &OrderSheet) -> String {
    let head = [
        ("行", Align::Right),
        ("事由", Align::Left),
        ("计提", Align::Right),
        ("部门或资金池", Align::Left),
        ("考核月", Align::Left),
        ("金额(元)", Align::Right),
        ("支付状态", Align::Left),
    ];
    let rows: Vec<Vec<String>> = sheet
        .items
        .iter()
        .map(|item| {
            vec![
                item.number.to_string(),
                item.title.to_owned(),
                item.accrual.map(|seq| seq.to_string()).unwrap_or_default(),
                item.department_name.clone(),
                item.for_period
                    .map(|month| month.to_string())
                    .unwrap_or_default(),
                item.amount_fen.to_string(),
                item.payment.map_or("", |(_, title)| title).to_owned(),
            ]
        })
        .collect();
    let mut text = format!(
        "{} {}：{}  {} 条，共 {} 元\n依据 {}",
        sheet.kind_title,
        sheet.id,
        sheet.stage_title,
        sheet.control.count,
        sheet.control.total_fen,
        sheet.document
    );
    if !sheet.rule.is_empty() {
        text.push_str(&format!("  规则 {}", sheet.rule));
    }
    text.push_str(&format!("  经办 {}", sheet.maker));
    if let Some(approver) = &sheet.approver {
        text.push_str(&format!("  审批 {approver}"));
    }
    if !sheet.reason.is_empty() {
        text.push_str(&format!("\n说明 {}", sheet.reason));
    }
    text.push_str(&format!(
        "\n哈希 {}（审批即签认此值）\n\n{}",
        sheet.digest,
        render(&head, &rows)
    ));
    text
}

/// An order for machines.
pub fn json_of(sheet: &OrderSheet) -> serde_json::Value {
    json!({
        "id": sheet.id.as_str(),
        "kind": sheet.kind,
        "stage": sheet.stage,
        "rule": sheet.rule,
        "document": sheet.document,
        "reason": sheet.reason,
        "maker": sheet.maker,
        "approver": sheet.approver,
        "count": sheet.control.count,
        "total_fen": sheet.control.total_fen.get(),
        "digest": sheet.digest,
        "lines": sheet.items.iter().map(|item| json!({
            "line": item.number,
            "accrual": item.accrual,
            "department": item.department.as_ref().map(domain::DepartmentId::as_str),
            "name": item.department_name,
            "for_period": item.for_period.map(|month| month.to_string()),
            "amount_fen": item.amount_fen.get(),
            "payment": item.payment.map(|(code, _)| code),
        })).collect::<Vec<_>>(),
    })
}
