//! `hengxiang rules diff OLD NEW [--period 2026-03]`

use std::process::ExitCode;

use app::rules_diff::{Difference, Edit, RulesDiff};
use app::simulate::Comparison;
use clap::Args;
use domain::Period;
use serde_json::json;

use super::simulate::{month_json, month_text};
use crate::Context;

/// Options of `rules diff`.
#[derive(Args)]
pub struct Options {
    /// 原规则包：文件夹或内置规则包名 (older pack: folder or built-in name)
    old: String,
    /// 新规则包：文件夹或内置规则包名 (newer pack: folder or built-in name)
    new: String,
    /// 以此月冻结的事实试算影响 (show the effect on the frozen facts of this month)
    #[arg(long)]
    period: Option<Period>,
    /// 列出的部门数 (departments listed)
    #[arg(long, default_value_t = 12)]
    top: usize,
}

/// Departments named behind a changed indicator.
const NAMED: usize = 4;

/// Prints what differs, and the effect when a month is named.
pub fn diff(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let (found, report) = match options.period {
        None => {
            let differences = app::rules_diff::differences(&options.old, &options.new)?;
            let effect = None;
            (
                RulesDiff {
                    differences,
                    effect,
                },
                None,
            )
        }
        Some(period) => {
            let app = context.open()?;
            let found = app.rules_diff(&options.old, &options.new, period)?;
            let report = found.effect.as_ref();
            let report = report.map(|effect| app.comparison_report(effect));
            (found, report.transpose()?)
        }
    };
    let effect = found.effect.as_ref();
    let mut text = String::new();
    for one in &found.differences {
        text.push_str(&element_text(one, effect));
    }
    if found.differences.is_empty() {
        text.push_str("两个规则包没有差别 (no difference)\n");
    }
    if let Some(month) = &report {
        text.push_str("\n影响 (effect)");
        text.push_str(&month_text(month, options.top, "模拟"));
    }
    let value = json!({
        "differences": found.differences.iter().map(element_json).collect::<Vec<_>>(),
        "effect": effect.map(month_json),
    });
    context.print(&text, &value);
    Ok(ExitCode::SUCCESS)
}

fn element_text(one: &Difference, effect: Option<&Comparison>) -> String {
    let mark = match one.edit {
        Edit::Added => "+ 新增",
        Edit::Removed => "- 删除",
        Edit::Changed(_) => "~ 修改",
    };
    let name = format!("{} {}", one.kind, one.id);
    let title = if one.title.is_empty() {
        String::new()
    } else {
        format!("“{}”", one.title)
    };
    let cite = if one.cite.is_empty() {
        String::new()
    } else {
        format!("  依据 {}", one.cite)
    };
    let place = &one.place;
    let mut text = format!(
        "{mark} {}{title}{cite}  ({}:{})\n",
        name.trim(),
        place.file,
        place.line
    );
    if let Edit::Changed(edits) = &one.edit {
        for edit in edits {
            text.push_str(&format!("    {}\n", edit.key));
            for before in &edit.before {
                text.push_str(&format!("      - {before}\n"));
            }
            for after in &edit.after {
                text.push_str(&format!("      + {after}\n"));
            }
        }
    }
    if !one.used_by.is_empty() {
        text.push_str(&format!("    用于 (used by) {}\n", one.used_by.join("，")));
    }
    text + &affected(one, effect)
}

/// Departments whose points under an indicator differ, or under one that uses the element.
fn affected(one: &Difference, effect: Option<&Comparison>) -> String {
    let Some(effect) = effect else {
        return String::new();
    };
    let uses = one
        .used_by
        .iter()
        .filter_map(|user| user.strip_prefix("indicator "));
    let own = (one.kind == "indicator").then_some(one.id.as_str());
    let indicators: Vec<&str> = uses.chain(own).collect();
    if indicators.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = effect
        .departments
        .iter()
        .filter(|department| {
            let mut changed = department.indicators.iter();
            changed.any(|(id, ..)| indicators.contains(&id.as_str()))
        })
        .map(|department| department.name.as_str())
        .collect();
    match names.as_slice() {
        [] => "    本月没有部门因此得分不同 (no department scores otherwise)\n".to_owned(),
        all => {
            let shown: Vec<&str> = all.iter().copied().take(NAMED).collect();
            let more = if all.len() > NAMED { "等" } else { "" };
            format!(
                "    涉及 (affected) {} 个部门：{}{more}\n",
                all.len(),
                shown.join("、")
            )
        }
    }
}

fn element_json(one: &Difference) -> serde_json::Value {
    let (edit, keys) = match &one.edit {
        Edit::Added => ("added", json!([])),
        Edit::Removed => ("removed", json!([])),
        Edit::Changed(edits) => {
            let keys = edits
                .iter()
                .map(|edit| json!({ "key": edit.key, "before": edit.before, "after": edit.after }));
            ("changed", keys.collect())
        }
    };
    json!({
        "kind": one.kind,
        "id": one.id,
        "title": one.title,
        "cite": one.cite,
        "edit": edit,
        "keys": keys,
        "used_by": one.used_by,
        "file": one.place.file,
        "line": one.place.line,
    })
}
