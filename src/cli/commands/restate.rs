//! `hengxiang restate --period P [--document N --as LOGIN]`

use std::path::PathBuf;
use std::process::ExitCode;

use app::orders::OrderSheet;
use app::restate::RestatedMonth;
use app::restated::{RestatedRow, RestatementReport};
use clap::Args;
use domain::Period;
use serde_json::json;

use super::simulate::{month_json, month_text};
use super::{orders, shown};
use crate::Context;
use crate::text_table::{Align, render};

/// Departments listed with their scores.
const DEPARTMENTS_SHOWN: usize = 20;

/// Options of `restate`.
#[derive(Args)]
pub struct Options {
    /// 已定案的考核周期 (the decided month)
    #[arg(long)]
    period: Period,
    /// 决定文号；给出则提出调整指令，不给则只预览 (document; with it the adjustments are proposed)
    #[arg(long, requires = "login")]
    document: Option<String>,
    /// 事由 (why)
    #[arg(long, default_value = "")]
    reason: String,
    /// 以谁的身份提出，另一人审批 (login of the one who proposes)
    #[arg(long = "as", value_name = "LOGIN", requires = "document")]
    login: Option<String>,
    /// 写出报告：.html、.xlsx、.pdf 文件，或文件夹（HTML） (write the report: a file of one of these
    /// kinds, or a folder)
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Prints what differs, and proposes the adjustments when asked to.
pub fn restate(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let restated = app.restatement(options.period)?;
    let order = match (&options.document, &options.login) {
        (Some(document), Some(login)) if !restated.is_settled() => {
            let user = app.user(login)?;
            Some(app.propose_restatement(&user, &restated, document, &options.reason)?)
        }
        _ => None,
    };
    let report = app.restatement_report(&restated, order.as_ref())?;
    let mut text = text_of(&report, order.as_ref());
    let mut value = json_of(&restated, &report, order.as_ref());
    if let Some(folder) = &options.out {
        let path = shown(&app.write_restatement(&report, folder)?);
        text.push_str(&format!("报告 (report): {path}\n"));
        value["report"] = json!(path);
    }
    context.print(&text, &value);
    Ok(ExitCode::SUCCESS)
}

fn text_of(report: &RestatementReport, order: Option<&OrderSheet>) -> String {
    let files = if report.files.is_empty() {
        "无 (none)".to_owned()
    } else {
        report.files.join("、")
    };
    let mut text = format!(
        "{}  考核 {}  规则 {}\n定案以来的数据文件 (files since): {files}\n",
        report.title(),
        report.run,
        report.month.rules_before
    );
    text.push_str(&month_text(&report.month, DEPARTMENTS_SHOWN, "重述"));
    for row in &report.month.rows {
        if !row.indicators.is_empty() {
            text.push_str(&format!("  {}：{}\n", row.department, row.indicators));
        }
    }
    text.push_str(&amounts("应补偿额与账簿", &report.paid));
    text.push_str(&amounts("未落实资金", &report.unfunded));
    text.push_str(&format!("\n调整分录 (adjustments): {}\n", report.state));
    for (index, line) in report.lines.iter().enumerate() {
        text.push_str(&format!("  {}. {line}\n", index + 1));
    }
    if let Some(order) = order {
        text.push_str(&format!(
            "审批 (to approve): hengxiang fiscal approve {} --count {} --total {} --as LOGIN\n",
            order.id,
            order.control.count,
            order.control.total_fen.to_plain()
        ));
    }
    text
}

fn amounts(title: &str, rows: &[RestatedRow]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let head = [
        ("部门", Align::Left),
        ("构成", Align::Left),
        ("资金池", Align::Left),
        ("已入账(元)", Align::Right),
        ("应入账(元)", Align::Right),
        ("调整(元)", Align::Right),
        ("说明", Align::Left),
    ];
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                row.department.clone(),
                row.component.clone(),
                row.line.clone(),
                row.booked_fen.to_string(),
                row.due_fen.to_string(),
                row.change_fen.to_string(),
                row.remark.clone(),
            ]
        })
        .collect();
    format!("\n{title}\n{}", render(&head, &rows))
}

fn json_of(
    restated: &RestatedMonth,
    report: &RestatementReport,
    order: Option<&OrderSheet>,
) -> serde_json::Value {
    let paid = restated.differing().map(|one| {
        json!({
            "department": one.department.as_str(),
            "name": restated.name(&one.department),
            "component": one.component.code(),
            "line": one.line.to_string(),
            "booked_fen": one.booked_fen.get(),
            "standing_fen": one.standing_fen().get(),
            "due_fen": one.due_fen.get(),
            "change_fen": one.change_fen.get(),
            "short_fen": one.short_fen.get(),
            "stuck_fen": one.stuck_fen.get(),
        })
    });
    let unfunded = restated.differing_unfunded().map(|one| {
        json!({
            "department": one.department.as_str(),
            "component": one.component.code(),
            "booked_fen": one.booked_fen.get(),
            "standing_fen": one.standing_fen().get(),
            "due_fen": one.due_fen.get(),
            "change_fen": one.change_fen.get(),
        })
    });
    json!({
        "period": restated.period.to_string(),
        "run": restated.run.as_str(),
        "pack": restated.pack,
        "facts_then": restated.facts_then,
        "facts_now": restated.facts_now,
        "files_since": restated.files_since,
        "month": month_json(&restated.comparison),
        "paid": paid.collect::<Vec<_>>(),
        "unfunded": unfunded.collect::<Vec<_>>(),
        "adjustments": report.lines,
        "waiting": restated.waiting.as_ref().map(domain::OrderId::as_str),
        "order": order.map(orders::json_of),
    })
}
