//! `hengxiang year-end --year 2026 [--document N --as LOGIN]`

use std::process::ExitCode;

use app::ledger::OrderLine;
use app::orders::OrderSheet;
use app::year_end::YearEndPlan;
use clap::Args;
use domain::Fen;
use serde_json::json;

use super::orders;
use crate::Context;
use crate::text_table::{Align, render};

/// Options of `year-end`.
#[derive(Args)]
pub struct Options {
    /// 已结束的预算年度 (the budget year that is over)
    #[arg(long)]
    year: i32,
    /// 决定文号；给出则提出各项指令，不给则只预览 (document; with it the orders are proposed)
    #[arg(long, requires = "login")]
    document: Option<String>,
    /// 以谁的身份提出，另一人审批 (login of the one who proposes)
    #[arg(long = "as", value_name = "LOGIN", requires = "document")]
    login: Option<String>,
}

/// Prints what is to be done, and proposes it when asked to.
pub fn year_end(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let plan = app.year_end(options.year)?;
    let proposed = match (&options.document, &options.login) {
        (Some(document), Some(login)) => {
            app.propose_year_end(&app.user(login)?, &plan, document)?
        }
        _ => Vec::new(),
    };
    context.print(&text_of(&plan, &proposed), &json_of(&plan, &proposed));
    Ok(ExitCode::SUCCESS)
}

fn text_of(plan: &YearEndPlan, proposed: &[OrderSheet]) -> String {
    let mut text = format!(
        "{} 年年终  规则 {}  依据 {}  记入 {}\n",
        plan.year,
        plan.pack,
        plan.end.cite.join("; "),
        plan.posted_on
    );
    let head = [
        ("事项", Align::Left),
        ("对象", Align::Left),
        ("金额(元)", Align::Right),
    ];
    let rows: Vec<Vec<String>> = plan
        .orders
        .iter()
        .flat_map(|(_, lines)| lines)
        .map(|line| {
            let (what, whom) = words(plan, line);
            vec![what.to_owned(), whom, line.amount_fen().to_string()]
        })
        .collect();
    if rows.is_empty() {
        text.push_str("没有待办的年终事项 (nothing is to be done)\n");
    } else {
        text.push_str(&render(&head, &rows));
    }
    for net in &plan.settlement.nets {
        text.push_str(&format!(
            "清算 (settlement): {} 应付 {} {} 元（应付 {}，应收 {}）\n",
            plan.government(&net.debtor),
            plan.government(&net.creditor),
            net.net_fen,
            net.owes_fen,
            net.is_owed_fen
        ));
    }
    for line in &plan.end.pending {
        text.push_str(&format!(
            "尚有待审批的考核占用资金 (pending): {} {} {}\n",
            plan.government(&line.payer),
            line.budget_line,
            line.programme
        ));
    }
    for (line, level, fen) in &plan.settled_beyond {
        text.push_str(&format!(
            "垫付已多清算 {fen} 元（{line}，{}）：请冲销原清算凭证后重提 (settled beyond what it comes to now; reverse and propose again)\n",
            plan.government(level)
        ));
    }
    for id in &plan.waiting {
        text.push_str(&format!("指令 {id} 待审批 (waits for its approval)\n"));
    }
    for order in proposed {
        text.push_str(&orders::approval_line(order));
    }
    text
}

/// What a line does, and whom or what it is about.
fn words(plan: &YearEndPlan, line: &OrderLine) -> (&'static str, String) {
    match line {
        OrderLine::Carry { accrual, .. } => ("结转未付款", format!("计提 {accrual}")),
        OrderLine::CarryOn {
            line, origin_year, ..
        } => ("结转结余", format!("{line}（{origin_year} 年资金）")),
        OrderLine::Lapse { line, .. } => ("收回结余", line.to_string()),
        OrderLine::SettleOwed { accrual, level, .. } => (
            "清算应补未付",
            format!("计提 {accrual}，经 {}", plan.government(level)),
        ),
        OrderLine::SettleClawback {
            department, level, ..
        } => (
            "清算应追回",
            format!("{}，经 {}", plan.name(department), plan.government(level)),
        ),
        OrderLine::SettleAdvance { line, level, .. } => (
            "清算垫付",
            format!("{line}，由 {} 归还", plan.government(level)),
        ),
        OrderLine::CarryUnfunded { department, .. } => {
            ("结转未落实资金", plan.name(department).to_owned())
        }
        OrderLine::ExpireUnfunded { department, .. } => {
            ("未落实资金失效", plan.name(department).to_owned())
        }
        other => (other.kind().title(), String::new()),
    }
}

fn json_of(plan: &YearEndPlan, proposed: &[OrderSheet]) -> serde_json::Value {
    let orders = plan.orders.iter().map(|(kind, lines)| {
        let total = Fen::checked_sum(lines.iter().map(OrderLine::amount_fen)).unwrap_or_default();
        json!({
            "kind": kind.code(),
            "total_fen": total.get(),
            "lines": lines.iter().map(|line| {
                let (what, whom) = words(plan, line);
                json!({ "what": what, "about": whom, "amount_fen": line.amount_fen().get() })
            }).collect::<Vec<_>>(),
        })
    });
    json!({
        "year": plan.year,
        "pack": plan.pack,
        "cite": plan.end.cite,
        "posted_on": plan.posted_on.to_string(),
        "orders": orders.collect::<Vec<_>>(),
        "nets": plan.settlement.nets.iter().map(|net| json!({
            "debtor": net.debtor.as_str(),
            "creditor": net.creditor.as_str(),
            "owes_fen": net.owes_fen.get(),
            "is_owed_fen": net.is_owed_fen.get(),
            "net_fen": net.net_fen.get(),
        })).collect::<Vec<_>>(),
        "settled_beyond": plan.settled_beyond.iter().map(|(line, level, fen)| json!({
            "line": line.to_string(),
            "level": level.as_str(),
            "amount_fen": fen.get(),
        })).collect::<Vec<_>>(),
        "pending": plan.end.pending.len(),
        "waiting": plan.waiting.iter().map(domain::OrderId::as_str).collect::<Vec<_>>(),
        "proposed": proposed.iter().map(orders::json_of).collect::<Vec<_>>(),
    })
}
