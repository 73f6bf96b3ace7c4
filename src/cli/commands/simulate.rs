//! `hengxiang simulate --pack DRAFT --periods 2026-01..2026-03 [--set param=value]…`

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::Context as _;
use app::simulate::{Scenario, Simulated};
use app::whatif::{WhatIfMonth, WhatIfRow};
use clap::Args;
use domain::Period;
use serde_json::json;

use super::shown;
use crate::Context;
use crate::progress::spinner;
use crate::text_table::{Align, render};

/// Options of `simulate`.
#[derive(Args)]
pub struct Options {
    /// 草案：规则包文件夹或内置规则包名；不给则用现行规则包 (folder or name of a pack; the one in use by default)
    #[arg(long)]
    pack: Option<String>,
    /// 月份，如 2026-01..2026-03，或单月 (months, first..last)
    #[arg(long)]
    periods: Months,
    /// 参数设定，可多次；用于每个方案 (parameter=value, for every scenario)
    #[arg(long, value_name = "PARAM=VALUE")]
    set: Vec<String>,
    /// 方案：名称: 参数=值, 参数=值；可多次 (name: param=value, …; one scenario each)
    #[arg(long, value_name = "NAME: PARAM=VALUE, …")]
    scenario: Vec<String>,
    /// 每月列出的部门数 (departments listed a month)
    #[arg(long, default_value_t = 12)]
    top: usize,
    /// 把 HTML 与 XLSX 报告写入文件夹 (write the report as HTML and XLSX)
    #[arg(long)]
    out: Option<PathBuf>,
}

/// First and last month.
#[derive(Clone, Copy)]
struct Months(Period, Period);

impl FromStr for Months {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").unwrap_or((text, text));
        let month = |text: &str| text.trim().parse().map_err(|fault| format!("{fault}"));
        Ok(Self(month(from)?, month(to)?))
    }
}

/// Re-scores past months under drafts and prints who would win and lose.
pub fn simulate(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let draft = app.draft(options.pack.as_deref())?;
    let scenarios = scenarios(&draft, options)?;
    let Months(from, to) = options.periods;
    let spinner = spinner(context.json);
    let simulated = app.simulate(&scenarios, from, to, &mut |step| {
        spinner.set_message(step.to_owned());
    })?;
    spinner.finish_and_clear();
    let report = app.simulation_report(&simulated)?;
    let mut text = String::new();
    for scenario in &report.scenarios {
        text.push_str(&format!("{}  {}\n", scenario.name, scenario.rules));
        for month in &scenario.months {
            text.push_str(&month_text(month, options.top, "模拟"));
        }
        text.push('\n');
    }
    let mut value = json!({ "scenarios": simulated.iter().map(scenario_json).collect::<Vec<_>>() });
    if let Some(folder) = &options.out {
        let files = app.write_simulation(&simulated, folder)?;
        let files: Vec<String> = files.iter().map(|file| shown(file)).collect();
        text.push_str(&format!("报告 (reports): {}\n", files.join("  ")));
        value["reports"] = json!(files);
    }
    text.push_str("以上为模拟，考核结果与台账未变 (a simulation: nothing was changed)\n");
    context.print(&text, &value);
    Ok(ExitCode::SUCCESS)
}

fn scenarios(draft: &app::Pack, options: &Options) -> anyhow::Result<Vec<Scenario>> {
    if options.scenario.is_empty() {
        return Ok(vec![Scenario::new(None, draft, &options.set)?]);
    }
    let read = |text: &String| {
        let (name, settings) = text.split_once(':').with_context(|| {
            format!("方案“{text}”没有冒号；写作 名称: 参数=值, 参数=值 (write name: param=value)")
        })?;
        let own = settings
            .split(',')
            .map(str::trim)
            .filter(|one| !one.is_empty());
        let all: Vec<String> = options
            .set
            .iter()
            .cloned()
            .chain(own.map(String::from))
            .collect();
        Ok(Scenario::new(Some(name), draft, &all)?)
    };
    options.scenario.iter().map(read).collect()
}

/// A month on both sides; `other` names the one beside what was.
pub(super) fn month_text(month: &WhatIfMonth, top: usize, other: &str) -> String {
    let figures: Vec<String> = month
        .figures
        .iter()
        .map(|figure| {
            let change = figure.change.as_ref();
            let change = change.map_or_else(String::new, |change| format!("（{change}）"));
            format!("{} {}{change}", figure.label, figure.value)
        })
        .collect();
    let mut text = format!("\n{}  {}\n", month.period, figures.join(" · "));
    if month.rows.is_empty() {
        text.push_str("没有部门的结果变化 (no department is affected)\n");
        return text;
    }
    let other_yuan = format!("{other}(元)");
    let head = [
        ("部门", Align::Left),
        ("组别", Align::Left),
        ("原得分", Align::Right),
        (other, Align::Right),
        ("变化", Align::Right),
        ("名次", Align::Right),
        ("等次", Align::Left),
        ("原补偿(元)", Align::Right),
        (other_yuan.as_str(), Align::Right),
        ("变化(元)", Align::Right),
    ];
    // Losers from the top of the list, winners from its end.
    let half = top.div_ceil(2);
    let shown: Vec<&WhatIfRow> = if month.rows.len() <= top {
        month.rows.iter().collect()
    } else {
        let winners = month.rows.len() - (top - half);
        let (head, tail) = (
            month.rows.iter().take(half),
            month.rows.iter().skip(winners),
        );
        head.chain(tail).collect()
    };
    let rows: Vec<Vec<String>> = shown.iter().map(|row| cells(row)).collect();
    text.push_str(&render(&head, &rows));
    if month.rows.len() > shown.len() {
        let more = month.rows.len() - shown.len();
        text.push_str(&format!(
            "…另有 {more} 个部门变化，见报告或 --top (more departments)\n"
        ));
    }
    text
}

fn cells(row: &WhatIfRow) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
    let place = |rank: Option<u32>| rank.map_or_else(|| "—".to_owned(), |rank| rank.to_string());
    let grade = |text: &str| {
        if text.is_empty() {
            "—".to_owned()
        } else {
            text.to_owned()
        }
    };
    vec![
        row.department.clone(),
        row.group.clone(),
        or_dash(&row.total.0),
        or_dash(&row.total.1),
        or_dash(&row.total_change),
        format!("{}→{}", place(row.rank.0), place(row.rank.1)),
        format!("{}→{}", grade(&row.grade.0), grade(&row.grade.1)),
        row.awarded_fen.0.to_string(),
        row.awarded_fen.1.to_string(),
        row.awarded_change_fen.to_string(),
    ]
}

fn scenario_json(simulated: &Simulated) -> serde_json::Value {
    json!({
        "name": simulated.name,
        "pack": simulated.pack,
        "months": simulated.months.iter().map(month_json).collect::<Vec<_>>(),
    })
}

pub(super) fn month_json(month: &app::simulate::Comparison) -> serde_json::Value {
    let side = |side: &Option<app::simulate::Side>| {
        side.as_ref().map(|side| {
            json!({
                "total": side.shown.to_string(),
                "rank": side.rank,
                "grade": side.grade,
                "awarded_fen": side.awarded_fen.get(),
                "unfunded_fen": side.unfunded_fen.get(),
            })
        })
    };
    json!({
        "period": month.period.to_string(),
        "pack_before": month.pack_before,
        "pack_after": month.pack_after,
        "departments": month.losers_first().iter().map(|one| json!({
            "id": one.id.as_str(),
            "name": one.name,
            "group": one.group.name(),
            "before": side(&one.before),
            "after": side(&one.after),
            "indicators": one.indicators.iter().map(|(id, before, after)| json!({
                "id": id, "before": before.to_string(), "after": after.to_string(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "pots": month.pots.iter().map(|pot| json!({
            "payer": pot.line.payer.as_str(),
            "budget_year": pot.line.budget_year,
            "budget_line": pot.line.budget_line,
            "programme": pot.line.programme,
            "awarded_before_fen": pot.awarded_before_fen.get(),
            "awarded_after_fen": pot.awarded_after_fen.get(),
            "unfunded_before_fen": pot.unfunded_before_fen.get(),
            "unfunded_after_fen": pot.unfunded_after_fen.get(),
            "left_after_fen": pot.left_after_fen.get(),
        })).collect::<Vec<_>>(),
    })
}
