//! `hengxiang fiscal clawbacks --period P [--document N --as LOGIN]`

use app::App;
use app::clawbacks::Clawbacks;
use app::orders::OrderSheet;
use clap::Args;
use domain::{OrderId, Period};
use serde_json::json;

use super::orders;
use crate::Context;
use crate::text_table::{Align, render};

/// Options of `fiscal clawbacks`.
#[derive(Args)]
pub struct Options {
    /// 考核周期，须已审批 (the month, approved)
    #[arg(long)]
    period: Period,
    /// 决定文号；给出则提出指令，不给则只预览 (document; with it the orders are proposed)
    #[arg(long, requires = "login")]
    document: Option<String>,
    /// 以谁的身份提出，另一人审批 (login of the one who proposes)
    #[arg(long = "as", value_name = "LOGIN", requires = "document")]
    login: Option<String>,
}

/// Prints what the month asks back, and proposes it when asked to.
pub fn clawbacks(context: &Context, app: &App, options: &Options) -> anyhow::Result<()> {
    let found = app.clawbacks(options.period)?;
    let proposed = match (&options.document, &options.login) {
        (Some(document), Some(login)) => {
            app.propose_clawbacks(&app.user(login)?, &found, document)?
        }
        _ => Vec::new(),
    };
    context.print(&text_of(&found, &proposed), &json_of(&found, &proposed));
    Ok(())
}

fn text_of(found: &Clawbacks, proposed: &[OrderSheet]) -> String {
    if found.dues.is_empty() {
        return format!(
            "{} 没有超出当期补偿的扣减 (nothing is asked back)\n",
            found.period
        );
    }
    let head = [
        ("部门", Align::Left),
        ("扣减", Align::Left),
        ("应追回(元)", Align::Right),
        ("已扣回或入账(元)", Align::Right),
        ("无可追回(元)", Align::Right),
        ("依据", Align::Left),
    ];
    let rows: Vec<Vec<String>> = found
        .dues
        .iter()
        .map(|due| {
            vec![
                due.name.clone(),
                due.title.clone(),
                due.asked_fen.to_string(),
                due.taken_fen.to_string(),
                due.missing_fen.to_string(),
                due.cite.join("; "),
            ]
        })
        .collect();
    let mut text = render(&head, &rows);
    for id in &found.waiting {
        text.push_str(&format!("指令 {id} 待审批 (waits for its approval)\n"));
    }
    for order in proposed {
        text.push_str(&orders::approval_line(order));
    }
    text
}

fn json_of(found: &Clawbacks, proposed: &[OrderSheet]) -> serde_json::Value {
    json!({
        "period": found.period.to_string(),
        "run": found.run.as_str(),
        "clawbacks": found.dues.iter().map(|due| json!({
            "rule": due.rule,
            "title": due.title,
            "department": due.department.as_str(),
            "name": due.name,
            "asked_fen": due.asked_fen.get(),
            "taken_fen": due.taken_fen.get(),
            "missing_fen": due.missing_fen.get(),
            "reason": due.reason,
            "cite": due.cite,
        })).collect::<Vec<_>>(),
        "waiting": found.waiting.iter().map(OrderId::as_str).collect::<Vec<_>>(),
        "proposed": proposed.iter().map(orders::json_of).collect::<Vec<_>>(),
    })
}
