//! `hengxiang todo`

use std::process::ExitCode;

use app::agenda::AgendaItem;
use app::appeals::Urgency;
use clap::Args;
use serde_json::json;

use crate::Context;

/// Whose work list.
#[derive(Args)]
pub struct Options {
    /// 谁的待办 (login)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// Prints the work list of a person.
pub fn todo(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let items = app.agenda(&app.user(&options.login)?)?;
    let mut text: String = items.iter().map(|item| line(item) + "\n").collect();
    if items.is_empty() {
        text.push_str("没有待办事项 (nothing waits)");
    }
    let value: Vec<_> = items
        .iter()
        .map(|item| {
            json!({
                "title": item.title,
                "title_en": item.title_en,
                "due_on": item.due_on.map(|day| day.to_string()),
                "urgency": item.urgency.code(),
            })
        })
        .collect();
    context.print(&text, &json!(value));
    Ok(ExitCode::SUCCESS)
}

fn line(item: &AgendaItem) -> String {
    let mark = match item.urgency {
        Urgency::Late(days) => format!("【已超期 {days} 个工作日】"),
        Urgency::Soon(days) => format!("【还剩 {days} 个工作日】"),
        Urgency::Open => String::new(),
    };
    let due = item
        .due_on
        .map(|day| format!("  {day} 前"))
        .unwrap_or_default();
    format!("{mark}{}{due}", item.title)
}
