//! `hengxiang judge enter|list`

use std::process::ExitCode;

use app::judging::{Entry, JudgementLine};
use chrono::NaiveDate;
use clap::Subcommand;
use domain::Period;
use serde_json::json;

use crate::Context;

/// Commands about what the rule pack leaves to judgement.
#[derive(Subcommand)]
pub enum Command {
    /// 录入一项评定；已有评定的，更正并留痕 (enter a judgement, or correct one)
    Enter {
        /// 考核周期 (the month)
        #[arg(long)]
        period: Period,
        /// 以谁的身份 (login of the assessor who signs)
        #[arg(long = "as", value_name = "LOGIN")]
        login: String,
        /// 部门：统一社会信用代码，或名称的一部分 (code, or part of the name)
        #[arg(long)]
        department: String,
        /// 指标编号 (indicator)
        #[arg(long)]
        indicator: String,
        /// 评定值：分数，或 0 至 1 的比例 (points, or a part of them)
        #[arg(long)]
        value: String,
        /// 评定理由 (why)
        #[arg(long)]
        reason: String,
        /// 签署日期；不给则为今日 (day of the signature; today without it)
        #[arg(long, value_name = "DATE")]
        signed_on: Option<NaiveDate>,
    },
    /// 列出已评定与待评定 (what is judged, and what is still to be)
    List {
        /// 考核周期 (the month)
        #[arg(long)]
        period: Period,
        /// 只列待评定 (only what is still to be judged)
        #[arg(long)]
        pending: bool,
    },
}

/// Enters or lists judgements.
pub fn judge(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    match command {
        Command::Enter {
            period,
            login,
            department,
            indicator,
            value,
            reason,
            signed_on,
        } => {
            let entry = Entry {
                period: *period,
                department: department.clone(),
                indicator: indicator.clone(),
                value: value.clone(),
                reason: reason.clone(),
                signed_on: *signed_on,
            };
            let line = app.judge(&app.user(login)?, &entry)?;
            context.print(&shown(&line), &as_json(&line));
        }
        Command::List { period, pending } => {
            let mut lines = app.judgements(*period)?;
            let missing = lines.iter().filter(|line| line.standing.is_none()).count();
            let all = lines.len();
            if *pending {
                lines.retain(|line| line.standing.is_none());
            }
            let mut text: String = lines.iter().map(|line| shown(line) + "\n").collect();
            text.push_str(&format!(
                "{period} 共 {all} 项评定，待评定 {missing} 项 ({missing} of {all} still to be judged)"
            ));
            let value = json!({
                "period": period.to_string(),
                "all": all,
                "pending": missing,
                "judgements": lines.iter().map(as_json).collect::<Vec<_>>(),
            });
            context.print(&text, &value);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn shown(line: &JudgementLine) -> String {
    let what = format!("{} {}（{}）", line.name, line.title, line.indicator);
    let Some(standing) = &line.standing else {
        let must = if line.required {
            "，不评定不能考核"
        } else {
            ""
        };
        return format!("{what}：待评定，最高 {}{must}", line.most);
    };
    let mut text = format!(
        "{what}：{}／{}，{} {} 评定：{}",
        standing.value, line.most, standing.assessor, standing.signed_on, standing.reason
    );
    for old in &line.replaced {
        text.push_str(&format!(
            "\n    更正前 {}，{} {} 评定：{}",
            old.value, old.assessor, old.signed_on, old.reason
        ));
    }
    text
}

fn as_json(line: &JudgementLine) -> serde_json::Value {
    let judgement = |one: &app::judging::Judgement| {
        json!({
            "value": one.value.to_string(),
            "reason": one.reason,
            "assessor": one.assessor,
            "signed_on": one.signed_on.to_string(),
        })
    };
    json!({
        "department": line.department.as_str(),
        "name": line.name,
        "indicator": line.indicator,
        "title": line.title,
        "most": line.most,
        "required": line.required,
        "standing": line.standing.as_ref().map(judgement),
        "replaced": line.replaced.iter().map(judgement).collect::<Vec<_>>(),
    })
}
