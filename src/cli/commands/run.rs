//! `hengxiang run --period 2026-03`

use std::process::ExitCode;

use app::run::RunSummary;
use clap::Args;
use domain::Period;
use serde_json::json;

use super::shown;
use crate::Context;
use crate::progress::spinner;
use crate::text_table::{Align, render};

/// Options of `run`.
#[derive(Args)]
pub struct Options {
    /// 考核周期 (the month)
    #[arg(long)]
    period: Period,
}

/// Departments a group that the summary shows.
const SHOWN_A_GROUP: usize = 3;

/// Runs the month and prints what came of it.
pub fn run(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let spinner = spinner(context.json);
    let summary = app.run(options.period, "schedule", &mut |stage| {
        spinner.set_message(stage.to_owned());
    })?;
    spinner.finish_and_clear();
    context.print(&text_of(&summary), &json_of(&summary));
    Ok(ExitCode::SUCCESS)
}

fn text_of(summary: &RunSummary) -> String {
    let mut text = format!(
        "{} 考核 {}：{}{}\n\n",
        summary.period,
        summary.run,
        summary.state_title,
        if summary.done_before {
            "（此前已完成，结果不变，没有重复入账 unchanged）"
        } else {
            ""
        }
    );
    let head = [
        ("分组", Align::Left),
        ("名次", Align::Right),
        ("部门", Align::Left),
        ("总分", Align::Right),
        ("等次", Align::Left),
        ("应补偿额(元)", Align::Right),
    ];
    let mut rows = Vec::new();
    for group in &summary.groups {
        for row in group.rows.iter().take(SHOWN_A_GROUP) {
            rows.push(vec![
                group.title.clone(),
                if row.rank == 0 {
                    "—".to_owned()
                } else {
                    row.rank.to_string()
                },
                row.department.clone(),
                row.total.clone(),
                row.grade.clone(),
                row.compensation_fen.to_string(),
            ]);
        }
    }
    text.push_str(&render(&head, &rows));
    text.push('\n');
    let head = [
        ("出资", Align::Left),
        ("科目与项目", Align::Left),
        ("指标(元)", Align::Right),
        ("本期申领(元)", Align::Right),
        ("未获保障(元)", Align::Right),
        ("余额(元)", Align::Right),
    ];
    let rows: Vec<Vec<String>> = summary
        .pots
        .iter()
        .map(|pot| {
            vec![
                pot.payer.clone(),
                pot.line.clone(),
                pot.authority_fen.to_string(),
                pot.awarded_fen.to_string(),
                pot.unfunded_fen.to_string(),
                pot.left_fen.to_string(),
            ]
        })
        .collect();
    text.push_str(&render(&head, &rows));
    text.push_str(&format!(
        "\n参评部门 {}，应补偿额 {} 元，未获资金保障 {} 元\n",
        summary.departments, summary.awarded_fen, summary.unfunded_fen
    ));
    if summary.unbooked > 0 {
        text.push_str(&format!(
            "{} 份指标尚未审批入账，未计入资金池 (appropriations nobody approved: no pot counts them)\n",
            summary.unbooked
        ));
    }
    for (name, digest) in &summary.digests {
        text.push_str(&format!("{name} {digest}\n"));
    }
    text.push_str(&format!(
        "报告 (reports): {}\n",
        shown(&summary.reports_folder)
    ));
    let stages: Vec<String> = summary
        .stages
        .iter()
        .map(|(name, ms)| format!("{name} {ms} ms"))
        .collect();
    if !stages.is_empty() {
        text.push_str(&format!("用时 (stages): {}\n", stages.join(" · ")));
    }
    text
}

fn json_of(summary: &RunSummary) -> serde_json::Value {
    json!({
        "period": summary.period.to_string(),
        "run": summary.run.as_str(),
        "state": summary.state,
        "done_before": summary.done_before,
        "departments": summary.departments,
        "awarded_fen": summary.awarded_fen.get(),
        "unfunded_fen": summary.unfunded_fen.get(),
        "appropriations_unbooked": summary.unbooked,
        "digests": summary.digests.iter().map(digest_json).collect::<Vec<_>>(),
        "groups": summary.groups.iter().map(|group| json!({
            "title": group.title,
            "rows": group.rows.iter().map(|row| json!({
                "rank": row.rank,
                "department": row.department,
                "total": row.total,
                "grade": row.grade,
                "compensation_fen": row.compensation_fen.get(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "reports": shown(&summary.reports_folder),
        "stages_ms": summary.stages.iter().map(|(name, ms)| json!({ "stage": name, "ms": ms })).collect::<Vec<_>>(),
    })
}

fn digest_json((name, digest): &(String, String)) -> serde_json::Value {
    json!({ "name": name, "sha256": digest })
}
