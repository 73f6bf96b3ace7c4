//! `hengxiang reorganise [FILE | --document N] [--as LOGIN]`

use std::path::PathBuf;
use std::process::ExitCode;

use app::orders::OrderSheet;
use app::reorganise::{Reorganisation, Source};
use clap::Args;
use serde_json::json;

use super::orders;
use crate::Context;
use crate::text_table::{Align, render};

/// Options of `reorganise`.
#[derive(Args)]
pub struct Options {
    /// 机构承继文件：原部门、承继部门、份额、日期、方式、决定文号；不给则按已导入的承继关系 (file of successions)
    file: Option<PathBuf>,
    /// 决定文号：部门文件中写明、尚无决定的承继关系依此文号办理 (decision about successors that the departments file names)
    #[arg(long, conflicts_with = "file")]
    document: Option<String>,
    /// 以谁的身份提出，另一人审批；不给则只预览 (login of the one who proposes; without it a preview)
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
}

/// Prints what would be transferred, and proposes it when asked to.
pub fn reorganise(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let source = match (&options.file, &options.document) {
        (Some(file), _) => Source::File(file),
        (None, Some(document)) => Source::Decision(document),
        (None, None) => Source::Known,
    };
    let found = app.reorganisation(source)?;
    let order = match &options.login {
        Some(login) => app.propose_reorganisation(&app.user(login)?, &found)?,
        None => None,
    };
    let transfers = app.transfers(&found)?;
    context.print(
        &text_of(&found, &transfers, order.as_ref()),
        &json_of(&found, &transfers, order.as_ref()),
    );
    Ok(ExitCode::SUCCESS)
}

fn text_of(
    found: &Reorganisation,
    transfers: &[app::reorganise::Transfer],
    order: Option<&OrderSheet>,
) -> String {
    let head = [
        ("原部门", Align::Left),
        ("承继部门", Align::Left),
        ("份额", Align::Right),
        ("日期", Align::Left),
        ("方式", Align::Left),
        ("决定文号", Align::Left),
    ];
    let rows: Vec<Vec<String>> = found
        .successions
        .iter()
        .map(|row| {
            vec![
                found.name(&row.department).to_owned(),
                found.name(&row.successor).to_owned(),
                row.share.to_string(),
                row.effective_on.to_string(),
                row.form.title().to_owned(),
                row.document.clone(),
            ]
        })
        .collect();
    let mut text = render(&head, &rows);
    if transfers.is_empty() {
        text.push_str("\n没有需要划转的余额 (nothing is to be transferred)\n");
    } else {
        let head = [
            ("自", Align::Left),
            ("至", Align::Left),
            ("事项", Align::Left),
            ("计提", Align::Right),
            ("金额(元)", Align::Right),
        ];
        let rows: Vec<Vec<String>> = transfers
            .iter()
            .map(|line| {
                vec![
                    line.from.clone(),
                    line.to.clone(),
                    line.what.to_owned(),
                    line.accrual.map(|seq| seq.to_string()).unwrap_or_default(),
                    line.amount_fen.to_string(),
                ]
            })
            .collect();
        text.push_str(&format!(
            "\n记入 {}\n{}",
            found.posted_on,
            render(&head, &rows)
        ));
    }
    for one in &found.named {
        text.push_str(&format!(
            "部门文件写明 {} 自 {} 起由 {} 承继（{}），尚无决定：请导入机构承继文件，或 hengxiang reorganise --document 文号 --as LOGIN (named, not decided)\n",
            found.name(&one.department),
            one.effective_on,
            found.name(&one.successor),
            one.form.title()
        ));
    }
    for open in &found.takeover.unsettled {
        text.push_str(&format!(
            "须先了结 (settle first): 计提 {} {} 申诉 {} 元，在途 {} 元\n",
            open.accrual,
            found.name(&open.department),
            open.disputed_fen,
            open.in_transit_fen
        ));
    }
    if let Some(order) = order {
        text.push_str(&format!(
            "审批 (to approve): hengxiang ledger approve {} --count {} --total {} --as LOGIN\n",
            order.id,
            order.control.count,
            order.control.total_fen.to_plain()
        ));
    } else if let Some(id) = &found.waiting {
        text.push_str(&format!("指令 {id} 待审批 (waits for its approval)\n"));
    }
    text
}

fn json_of(
    found: &Reorganisation,
    transfers: &[app::reorganise::Transfer],
    order: Option<&OrderSheet>,
) -> serde_json::Value {
    json!({
        "successions": found.successions.iter().map(|row| json!({
            "department": row.department.as_str(),
            "successor": row.successor.as_str(),
            "share": row.share.to_string(),
            "effective_on": row.effective_on.to_string(),
            "form": row.form.name(),
            "document": row.document,
        })).collect::<Vec<_>>(),
        "transfers": transfers.iter().map(|line| json!({
            "from": line.from,
            "to": line.to,
            "what": line.what,
            "accrual": line.accrual,
            "amount_fen": line.amount_fen.get(),
        })).collect::<Vec<_>>(),
        "named": found.named.iter().map(|one| json!({
            "department": one.department.as_str(),
            "successor": one.successor.as_str(),
            "effective_on": one.effective_on.to_string(),
            "form": one.form.name(),
        })).collect::<Vec<_>>(),
        "unsettled": found.takeover.unsettled.iter().map(|open| json!({
            "accrual": open.accrual,
            "department": open.department.as_str(),
            "disputed_fen": open.disputed_fen.get(),
            "in_transit_fen": open.in_transit_fen.get(),
            "in_batch": open.in_batch,
        })).collect::<Vec<_>>(),
        "order": order.map(orders::json_of),
    })
}
