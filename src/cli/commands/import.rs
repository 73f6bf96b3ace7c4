//! `hengxiang import FILE…`

use std::path::PathBuf;
use std::process::ExitCode;

use app::import::{FileStatus, FileSummary};
use app::orders::OrderSheet;
use app::role::Right;
use clap::Args;
use domain::Fen;
use serde_json::json;

use super::{orders, shown};
use crate::Context;
use crate::progress::bar;
use crate::text_table::{Align, render};

/// Options of `import`.
#[derive(Args)]
pub struct Options {
    /// 要导入的文件：CSV、XLSX、X-Road JSON，可 .gz (files to import)
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 进入文件夹 (enter folders)
    #[arg(long, short)]
    recursive: bool,
    /// 以谁的身份导入；财政人员同时提出文件中的指标，由他人审批后才入账 (login; finance also proposes the appropriations)
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
}

/// Imports and prints what became of every row.
pub fn import(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let user = options.login.as_deref().map(|login| app.user(login));
    let user = user.transpose()?;
    let importer = user.as_ref().map_or("cli", |user| user.login.as_str());
    let bar = bar(context.json);
    let summaries = app.import(&options.files, options.recursive, importer, &mut |step| {
        bar.set_message(step.file_name.to_owned());
        bar.set_length(step.total_hint.unwrap_or(step.done_rows));
        bar.set_position(step.done_rows);
    })?;
    bar.finish_and_clear();
    let proposed = match &user {
        Some(user) if user.role.may(Right::Order) => app.propose_appropriations(user)?,
        _ => Vec::new(),
    };
    let unproposed = app.appropriations_unproposed()?.len();
    let value = json!({
        "files": summaries.iter().map(json_of).collect::<Vec<_>>(),
        "proposed": proposed.iter().map(orders::json_of).collect::<Vec<_>>(),
        "appropriations_unproposed": unproposed,
    });
    let text = text_of(&summaries) + &money_text(&proposed, unproposed);
    context.print(&text, &value);
    Ok(ExitCode::SUCCESS)
}

/// What has to happen before the appropriations of the files are money.
fn money_text(proposed: &[OrderSheet], unproposed: usize) -> String {
    let mut text = String::new();
    if !proposed.is_empty() {
        let ids: Vec<&str> = proposed.iter().map(|order| order.id.as_str()).collect();
        let count: u32 = proposed.iter().map(|order| order.control.count).sum();
        let total: Fen = proposed.iter().map(|order| &order.control.total_fen).sum();
        text.push_str(&format!(
            "\n已提出 {count} 份指标，审批后方可使用 (appropriations proposed, no money until approved):\n  \
             hengxiang ledger approve {} --count {count} --total {} --as LOGIN\n",
            ids.join(" "),
            total.to_plain()
        ));
    }
    if unproposed > 0 {
        text.push_str(&format!(
            "\n{unproposed} 份指标尚未提出，不能使用；请财政人员再导入一次：import … --as LOGIN (finance has to propose them)\n"
        ));
    }
    text
}

fn text_of(summaries: &[FileSummary]) -> String {
    /// Warnings that are printed; `--json` has them all.
    const SHOWN: usize = 5;
    let head = [
        ("文件", Align::Left),
        ("种类", Align::Left),
        ("读取", Align::Right),
        ("新增", Align::Right),
        ("更新", Align::Right),
        ("不变", Align::Right),
        ("重复", Align::Right),
        ("自用", Align::Right),
        ("未归属", Align::Right),
        ("拒收", Align::Right),
    ];
    let rows: Vec<Vec<String>> = summaries
        .iter()
        .filter(|file| file.status == FileStatus::Imported)
        .map(|file| {
            let counts = &file.counts;
            let numbers = [
                counts.read,
                file.new,
                file.changed,
                file.unchanged,
                counts.duplicates + counts.paired,
                counts.self_calls + counts.metaservices,
                counts.unattributed,
                counts.rejected,
            ];
            [file.file_name.clone(), file.kind.title().to_owned()]
                .into_iter()
                .chain(numbers.map(|number| number.to_string()))
                .collect()
        })
        .collect();
    let mut text = if rows.is_empty() {
        String::new()
    } else {
        render(&head, &rows)
    };
    let before = summaries.len() - rows.len();
    if before > 0 {
        text.push_str(&format!(
            "\n{before} 个文件以前已导入，没有改变任何数据 (imported before, nothing changed)\n"
        ));
    }
    text.push_str(&rejects_text(summaries));
    let warnings: Vec<_> = summaries.iter().flat_map(|file| &file.warnings).collect();
    for warning in warnings.iter().take(SHOWN) {
        text.push_str(&warning.to_string());
    }
    if warnings.len() > SHOWN {
        text.push_str(&format!(
            "另有 {} 条提示，见 --json (more warnings in --json)\n",
            warnings.len() - SHOWN
        ));
    }
    text
}

/// Where the rejects are: each file while they are few, else the folder.
fn rejects_text(summaries: &[FileSummary]) -> String {
    const NAMED: usize = 5;
    let paths: Vec<_> = summaries
        .iter()
        .filter_map(|file| file.rejects_csv.as_ref())
        .collect();
    let rejected: u64 = summaries.iter().map(|file| file.counts.rejected).sum();
    let Some(first) = paths.first() else {
        return String::new();
    };
    let place = match first.parent() {
        Some(folder) if paths.len() > NAMED => {
            format!("{} 中 {} 个文件", shown(folder), paths.len())
        }
        _ => paths
            .iter()
            .map(|path| shown(path))
            .collect::<Vec<_>>()
            .join("、"),
    };
    format!(
        "\n{rejected} 行被拒收，逐行的原因与改法见 {place} (rejected rows, with reason and remedy)\n"
    )
}

fn json_of(file: &FileSummary) -> serde_json::Value {
    let counts = &file.counts;
    json!({
        "file": file.file_name,
        "kind": file.kind.name(),
        "status": match file.status {
            FileStatus::Imported => "imported",
            FileStatus::Unchanged => "unchanged",
        },
        "read": counts.read,
        "good": counts.good,
        "new": file.new,
        "changed": file.changed,
        "unchanged": file.unchanged,
        "duplicates": counts.duplicates,
        "paired": counts.paired,
        "orphans": counts.orphans,
        "self_calls": counts.self_calls,
        "metaservices": counts.metaservices,
        "unattributed": counts.unattributed,
        "rejected": counts.rejected,
        "rejects_csv": file.rejects_csv.as_ref().map(|path| shown(path)),
        "warnings": file.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
