//! `hengxiang review --period P --as LOGIN (--submit | --approve | --reject REASON | --publish)`

use std::process::ExitCode;

use clap::Args;
use domain::Period;
use serde_json::json;

use crate::Context;

/// Options of `review`.
#[derive(Args)]
pub struct Options {
    /// 考核周期 (the month)
    #[arg(long)]
    period: Period,
    /// 以谁的身份 (login of the person who acts)
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
    #[command(flatten)]
    step: Step,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Step {
    /// 考核员提交财政 (hand the run to finance)
    #[arg(long)]
    submit: bool,
    /// 财政批准，计入应付 (approve the money)
    #[arg(long)]
    approve: bool,
    /// 退回，释放预留 (send back and release the reserve)
    #[arg(long, value_name = "REASON")]
    reject: Option<String>,
    /// 发布结果，月份结账 (publish and close the month)
    #[arg(long)]
    publish: bool,
}

/// Takes one step of the review.
pub fn review(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let user = app.user(&options.login)?;
    let run = app.current_run(options.period)?;
    let line = match &options.step {
        Step { submit: true, .. } => app.submit(&user, options.period, &run)?,
        Step { approve: true, .. } => app.approve(&user, options.period, &run)?,
        Step {
            reject: Some(reason),
            ..
        } => app.reject(&user, options.period, &run, reason)?,
        _ => app.publish(&user, options.period, &run)?,
    };
    let text = format!("{} 考核 {}：{}", line.period, line.run, line.state_title);
    let value = json!({
        "period": line.period.to_string(),
        "run": line.run.as_str(),
        "state": line.state,
        "published": line.published,
    });
    context.print(&text, &value);
    Ok(ExitCode::SUCCESS)
}
