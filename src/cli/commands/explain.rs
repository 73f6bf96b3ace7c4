//! `hengxiang explain DEPARTMENT --period 2026-03 [INDICATOR | --money]`

mod prose;

use std::collections::BTreeSet;
use std::process::ExitCode;

use app::explain::{Node, NodeKind, Raise};
use clap::{Args, ValueEnum};
use domain::Period;
use serde_json::json;

use crate::Context;

/// Options of `explain`.
#[derive(Args)]
pub struct Options {
    /// 部门：统一社会信用代码，或名称的一部分 (code, or part of the name)
    department: String,
    /// 指标编号；不给则解释总分 (indicator; without it the total)
    indicator: Option<String>,
    /// 考核周期 (the month)
    #[arg(long)]
    period: Period,
    /// 解释应补偿额，单位元 (explain the compensation, in yuan)
    #[arg(long, conflicts_with = "indicator")]
    money: bool,
    /// 列出全部证据行；默认每项列出失分最多的若干行 (list every row)
    #[arg(long)]
    all: bool,
    /// 以连贯文字说明，代替逐项的树 (sentences instead of the tree)
    #[arg(long)]
    prose: bool,
    /// 语言 (language)
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
}

/// Language of an explanation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

/// Ways to a higher score that are named.
const RAISES_SHOWN: usize = 5;

/// Rows listed under an indicator unless all are asked for.
const ROWS_SHOWN: usize = 12;

/// Prints number, formula, values, evidence, article.
pub fn explain(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let department = app.find_department(options.period, &options.department)?;
    let explanation = if options.money {
        app.explain_money_unchecked(options.period, &department)?
    } else {
        app.explain_unchecked(options.period, &department, options.indicator.as_deref())?
    };
    let mut text = format!(
        "{} · {} · {}\n\n",
        explanation.department, explanation.period, explanation.pack
    );
    let raises = raises(&app, options, &department)?;
    if options.prose {
        text = prose::prose(&explanation, &raises, options.lang);
    } else {
        write_node(&explanation.root, 0, options, &mut text);
        write_articles(&explanation.root, &mut text);
        for raise in &raises {
            let action = prose::action(raise, options.lang);
            text.push_str(&format!("提高得分 raise  {action}\n"));
        }
    }
    let value = json!({
        "department": explanation.department,
        "department_id": department.as_str(),
        "period": explanation.period,
        "pack": explanation.pack,
        "root": node_json(&explanation.root),
        "raise": raises.iter().map(raise_json).collect::<Vec<_>>(),
    });
    context.print(&text, &value);
    Ok(ExitCode::SUCCESS)
}

/// What would raise the score most, or that of the indicator asked for.
fn raises(
    app: &app::App,
    options: &Options,
    department: &domain::DepartmentId,
) -> anyhow::Result<Vec<Raise>> {
    let mut raises = app.raise_unchecked(options.period, department)?;
    if let Some(indicator) = &options.indicator {
        raises.retain(|one| one.indicator == *indicator);
    }
    raises.truncate(RAISES_SHOWN);
    Ok(raises)
}

fn raise_json(raise: &Raise) -> serde_json::Value {
    json!({
        "indicator": raise.indicator,
        "action": raise.action,
        "action_en": raise.action_en,
        "gain": raise.gain.to_string(),
        "exact_gain": raise.exact_gain.to_string(),
        "value": raise.value.as_ref().map(ToString::to_string),
        "cases": raise.cases.iter().map(|case| json!({
            "fact": case.fact, "file": case.file, "line": case.line,
        })).collect::<Vec<_>>(),
    })
}

fn write_node(node: &Node, depth: usize, options: &Options, text: &mut String) {
    let indent = "  ".repeat(depth);
    let (label, said) = match options.lang {
        Language::Zh => (&node.label, &node.prose),
        Language::En => (&node.label_en, &node.prose_en),
    };
    text.push_str(&format!("{indent}{label}  {}\n", node.amount));
    let mut line = |label: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("{indent}  {label}{value}\n"));
        }
    };
    line("", said);
    line("公式 formula  ", &node.formula);
    line("代入 values   ", &node.filled);
    if let Some(row) = &node.evidence {
        line(
            "出处 source   ",
            &format!("{}:{} {}", row.file, row.line, row.fact),
        );
        let columns: Vec<String> = row
            .columns
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        line("取值 row      ", &columns.join(" "));
    }
    for article in &node.articles {
        line(
            "依据 article  ",
            &format!("{}{}", article.act, article.article),
        );
    }
    let (mut rows, parts): (Vec<&Node>, Vec<&Node>) = node
        .parts
        .iter()
        .partition(|part| part.kind == NodeKind::Row);
    for part in parts {
        write_node(part, depth + 1, options, text);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(lost(row)));
    let shown = if options.all { rows.len() } else { ROWS_SHOWN };
    for row in rows.iter().take(shown) {
        write_node(row, depth + 1, options, text);
    }
    if rows.len() > shown {
        let more = rows.len() - shown;
        text.push_str(&format!(
            "{indent}  …另有 {more} 行，加 --all 全部列出 (more rows)\n"
        ));
    }
}

/// The articles of all nodes word for word, each once.
fn write_articles(root: &Node, text: &mut String) {
    let mut seen = BTreeSet::new();
    let articles = root.walk().into_iter().flat_map(|node| &node.articles);
    for article in articles.filter(|one| !one.text.is_empty()) {
        if seen.insert(&article.cite) {
            let quoted = article.text.replace('\n', "\n    ");
            text.push_str(&format!(
                "\n{}{}  [{}]\n    {quoted}\n",
                article.act, article.article, article.cite
            ));
        }
    }
}

/// What the row could have added and did not.
fn lost(row: &Node) -> app::explain::Exact {
    row.evidence
        .as_ref()
        .map_or_else(app::explain::Exact::zero, |evidence| {
            &evidence.potential - &row.amount
        })
}

/// The tree for machines.
fn node_json(node: &Node) -> serde_json::Value {
    json!({
        "kind": format!("{:?}", node.kind),
        "label": node.label,
        "label_en": node.label_en,
        "amount": node.amount.to_string(),
        "formula": node.formula,
        "filled": node.filled,
        "prose": node.prose,
        "prose_en": node.prose_en,
        "articles": node.articles.iter().map(|article| json!({
            "cite": article.cite, "act": article.act, "article": article.article, "url": article.url,
            "text": article.text,
        })).collect::<Vec<_>>(),
        "evidence": node.evidence.as_ref().map(|row| json!({
            "table": row.table, "fact": row.fact, "file": row.file, "line": row.line,
            "potential": row.potential.to_string(),
            "columns": row.columns,
        })),
        "parts": node.parts.iter().map(node_json).collect::<Vec<_>>(),
    })
}
