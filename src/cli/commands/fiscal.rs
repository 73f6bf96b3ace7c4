//! `hengxiang fiscal advice|propose|approve|refuse|recover|list|show`

use std::process::ExitCode;

use anyhow::Context as _;
use app::fiscal::Advice;
use app::ledger::OrderKind;
use app::orders::{OrderWords, Selection};
use clap::{Args, Subcommand};
use domain::{Fen, OrderId, Period};
use serde_json::json;

use super::orders::{self, Approval, Refusal};
use crate::Context;
use crate::text_table::{Align, render};

/// Commands of fiscal constraint 财政约束.
#[derive(Subcommand)]
pub enum Command {
    /// 财政约束建议清单及理由 (advice on budgets, with its reasons)
    Advice {
        /// 考核周期 (the month)
        #[arg(long)]
        period: Period,
    },
    /// 考核扣减超出当期补偿的追回：预览，或提出指令，须他人审批 (what a month's deductions ask back)
    Clawbacks(super::clawbacks::Options),
    /// 缓拨 (defer payment); 由一人办理，写明规则与决定文号
    Withhold(Propose),
    /// 解除缓拨 (end a deferral)
    Unhold(Propose),
    /// 减拨、停拨：没收已缓拨的款项，须他人审批 (take what was withheld)
    Forfeit(Propose),
    /// 考核扣减：先扣未付，已付部分追回，须他人审批 (deduct; what was paid is asked back)
    Deduct(Propose),
    /// 追回已付款项，须他人审批 (ask paid money back)
    Clawback(Propose),
    /// 以应付抵扣应追回，须他人审批 (set what is owed against a claw-back)
    Offset(Propose),
    /// 核销无法追回的款项，须他人审批 (give a claw-back up)
    WriteOff(Propose),
    /// 年终收回上年结余，须他人审批 (lapse what is left of past years)
    Lapse(Propose),
    /// 年终结转上年未付款，须他人审批 (carry what is owed of the past year)
    Carry(Propose),
    /// 审批指令：条数、金额须一致，审批人不能是经办人 (approve an order)
    Approve(Approval),
    /// 退回指令 (send an order back)
    Refuse(Refusal),
    /// 登记追回到账 (money that came back)
    Recover {
        /// 部门 (department)
        department: String,
        /// 金额，元 (yuan)
        #[arg(long)]
        amount: Fen,
        /// 国库回单号 (receipt number)
        #[arg(long)]
        receipt: String,
        /// 以谁的身份 (login)
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
    },
    /// 各项指令 (all orders but payments)
    List,
    /// 一项指令 (an order)
    Show {
        /// 指令编号 (number)
        order: String,
    },
}

/// An order to be proposed.
#[derive(Args)]
pub struct Propose {
    /// 指令编号；不给则自动编号 (number of the order)
    #[arg(long)]
    id: Option<String>,
    /// 所依规则：规则包中约束或指标的标识 (id of the constraint or indicator)
    #[arg(long)]
    rule: Option<String>,
    /// 决定文号 (decision document)
    #[arg(long)]
    document: String,
    /// 理由 (why)
    #[arg(long, default_value = "")]
    reason: String,
    /// 部门 (department)
    #[arg(long)]
    department: Option<String>,
    /// 考核月 (accruals about one month only)
    #[arg(long)]
    period: Option<Period>,
    /// 计提记录号，见对账单 (record number of one accrual)
    #[arg(long)]
    accrual: Option<u64>,
    /// 金额，元；不给则为全部可办金额 (yuan; all there is by default)
    #[arg(long)]
    amount: Option<Fen>,
    /// 以谁的身份 (login)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// Runs a command of fiscal constraint.
pub fn fiscal(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    match command {
        Command::Advice { period } => {
            let advice = app.fiscal_advice(*period)?;
            context.print(&text_of(&advice), &json_of(&advice));
        }
        Command::Clawbacks(options) => super::clawbacks::clawbacks(context, &app, options)?,
        Command::Withhold(order) => propose(context, &app, OrderKind::Withhold, order)?,
        Command::Unhold(order) => propose(context, &app, OrderKind::Unhold, order)?,
        Command::Forfeit(order) => propose(context, &app, OrderKind::Forfeit, order)?,
        Command::Deduct(order) => propose(context, &app, OrderKind::Deduct, order)?,
        Command::Clawback(order) => propose(context, &app, OrderKind::Clawback, order)?,
        Command::Offset(order) => propose(context, &app, OrderKind::Offset, order)?,
        Command::WriteOff(order) => propose(context, &app, OrderKind::WriteOff, order)?,
        Command::Lapse(order) => propose(context, &app, OrderKind::Lapse, order)?,
        Command::Carry(order) => propose(context, &app, OrderKind::Carry, order)?,
        Command::Approve(approval) => orders::print_approved(context, &approval.carry_out(&app)?),
        Command::Refuse(refusal) => orders::print(context, &refusal.carry_out(&app)?),
        Command::Recover {
            department,
            amount,
            receipt,
            login,
        } => {
            let user = app.user(login)?;
            let found = super::ledger::resolve(&app, Some(department))?;
            let found = found.context("没有这个部门 (no such department)")?;
            app.recover(&user, &found, *amount, receipt)?;
            let text = format!("已登记追回到账 {amount} 元");
            context.print(&text, &json!({ "recovered_fen": amount.get() }));
        }
        Command::List => {
            let mut all = app.orders()?;
            all.retain(|sheet| sheet.kind != OrderKind::Pay.code());
            orders::print_all(context, &all);
        }
        Command::Show { order } => orders::print(context, &app.order(&OrderId::new(order))?),
    }
    Ok(ExitCode::SUCCESS)
}

fn propose(
    context: &Context,
    app: &app::App,
    kind: OrderKind,
    asked: &Propose,
) -> anyhow::Result<()> {
    let user = app.user(&asked.login)?;
    let selection = Selection {
        accrual: asked.accrual,
        department: super::ledger::resolve(app, asked.department.as_deref())?,
        period: asked.period,
        amount_fen: asked.amount,
    };
    let words = OrderWords {
        id: asked.id.as_ref().map(OrderId::new),
        rule: asked.rule.clone(),
        document: asked.document.clone(),
        reason: asked.reason.clone(),
    };
    let order = app.draft_order(kind, &selection, words)?;
    orders::print(context, &app.propose(&user, order)?);
    Ok(())
}

fn text_of(advice: &Advice) -> String {
    let head = [
        ("约束", Align::Left),
        ("部门", Align::Left),
        ("比例", Align::Right),
        ("金额(元)", Align::Right),
        ("建议", Align::Left),
    ];
    let rows: Vec<Vec<String>> = advice
        .lines
        .iter()
        .map(|line| {
            vec![
                line.title.clone(),
                line.name.clone(),
                line.share.clone(),
                line.amount_fen.to_string(),
                line.advice.clone(),
            ]
        })
        .collect();
    let mut text = format!(
        "{} 财政约束建议（考核 {}）\n\n{}",
        advice.period,
        advice.run,
        render(&head, &rows)
    );
    for line in &advice.lines {
        text.push_str(&format!(
            "\n{}·{}  [{}]\n",
            line.name,
            line.title,
            line.cite.join("; ")
        ));
        for reason in &line.reasons {
            text.push_str(&format!("  {reason}\n"));
        }
    }
    if advice.lines.is_empty() {
        text.push_str("\n本月没有部门触发财政约束 (no department is concerned)\n");
    }
    text
}

fn json_of(advice: &Advice) -> serde_json::Value {
    json!({
        "period": advice.period.to_string(),
        "run": advice.run.as_str(),
        "advice": advice.lines.iter().map(|line| json!({
            "constraint": line.constraint,
            "title": line.title,
            "department": line.department.as_str(),
            "name": line.name,
            "advice": line.advice,
            "reasons": line.reasons,
            "share": line.share,
            "amount_fen": line.amount_fen.get(),
            "cite": line.cite,
        })).collect::<Vec<_>>(),
    })
}
