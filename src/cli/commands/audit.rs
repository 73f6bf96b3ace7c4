//! `hengxiang audit`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use app::audit::{Outcome, Report};
use clap::Args;
use serde_json::json;

use crate::Context;
use crate::text_table::{Align, render};

/// The schema is not the one of this program: nothing was compared.
const REFUSED: u8 = 2;

/// What an audit goes by.
#[derive(Args)]
pub struct Options {
    /// 库外保存的检查点文件：台账不得短于它，也不得改写其前的记录 (a checkpoint kept elsewhere)
    #[arg(long)]
    checkpoint: Option<PathBuf>,
}

/// Audits; exit code 0 when all agrees, 1 when something does not, 2 when the schema has drifted.
pub fn audit(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let kept = options
        .checkpoint
        .as_ref()
        .map(|path| std::fs::read_to_string(path).with_context(|| path.display().to_string()));
    let start = Instant::now();
    let outcome = app.audit(kept.transpose()?.as_deref())?;
    let code = match outcome {
        Outcome::Refused { drift } => {
            let text = format!(
                "数据库结构与本程序不符，未审计 (the schema has drifted; nothing was compared)\n  ✗ {}\n\
                 请从备份恢复结构，或在新库中重放 (restore the schema from a backup)",
                drift.join("\n  ✗ ")
            );
            context.print(
                &text,
                &json!({ "sound": false, "refused": true, "drift": drift }),
            );
            ExitCode::from(REFUSED)
        }
        Outcome::Audited(report) => {
            let sound = report.findings.is_empty();
            context.print(&text_of(&report, start), &json_of(&report));
            ExitCode::from(u8::from(!sound))
        }
    };
    Ok(code)
}

fn text_of(report: &Report, start: Instant) -> String {
    let head = [("表", Align::Left), ("已比对行", Align::Right)];
    let rows: Vec<Vec<String>> = report
        .rows
        .iter()
        .map(|(table, rows)| vec![(*table).to_owned(), rows.to_string()])
        .collect();
    let mut text = format!(
        "台账 {} 条记录，根 {}\n{}",
        report.records,
        report.root,
        render(&head, &rows)
    );
    for found in &report.findings {
        text.push_str(&format!(
            "✗ {} {}：{}\n",
            found.table, found.at, found.message
        ));
    }
    for (table, more) in &report.more {
        text.push_str(&format!("✗ {table} 另有 {more} 处 (more)\n"));
    }
    let verdict = if report.findings.is_empty() {
        "全部一致 (all agrees)"
    } else {
        "存在不一致 (something does not agree)"
    };
    text + &format!("{verdict}，用时 {} 毫秒", start.elapsed().as_millis())
}

fn json_of(report: &Report) -> serde_json::Value {
    json!({
        "sound": report.findings.is_empty(),
        "refused": false,
        "records": report.records,
        "root": report.root,
        "rows": report.rows,
        "findings": report.findings.iter().map(|found| json!({
            "table": found.table,
            "at": found.at,
            "message": found.message,
        })).collect::<Vec<_>>(),
        "more": report.more,
    })
}
