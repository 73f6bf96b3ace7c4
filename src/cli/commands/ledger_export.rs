//! `hengxiang ledger export`

use std::io::{BufWriter, stdout};
use std::path::PathBuf;

use app::App;
use app::ledger::{Format, Scope, yuan};
use app::money::Destination;
use clap::Args;
use domain::Period;
use serde_json::json;

use super::ledger::resolve;
use crate::Context;

/// What is exported, how, and where to.
#[derive(Args)]
pub struct Options {
    /// 格式：hledger、beancount、csv、xlsx、parquet (format)
    #[arg(long, default_value = "hledger")]
    format: Format,
    /// 只导出此账户及其下级，如 P:Payable (this account and those below it)
    #[arg(long)]
    account: Option<String>,
    /// 只导出一个部门 (one department only)
    #[arg(long)]
    department: Option<String>,
    /// 只导出业务日期在此月的 (business dates of one month)
    #[arg(long, conflicts_with_all = ["from", "to"])]
    period: Option<Period>,
    /// 起始月；之前的以期初余额列示 (first month; what was before is brought forward)
    #[arg(long)]
    from: Option<Period>,
    /// 截止月 (last month)
    #[arg(long)]
    to: Option<Period>,
    /// 写入文件；不给则打印，xlsx 与 parquet 必须给 (file; printed by default)
    #[arg(long)]
    out: Option<PathBuf>,
    /// 覆盖已有的文件 (replace a file that is there)
    #[arg(long, requires = "out")]
    force: bool,
}

/// Exports.
pub fn export(context: &Context, app: &App, options: &Options) -> anyhow::Result<()> {
    let scope = Scope {
        account: options.account.clone(),
        department: resolve(app, options.department.as_deref())?,
        from: options.period.or(options.from),
        to: options.period.or(options.to),
    };
    let Some(path) = &options.out else {
        let stream = Box::new(BufWriter::new(stdout()));
        app.export(options.format, &scope, Destination::Stream(stream))?;
        return Ok(());
    };
    let file = Destination::File {
        path: path.clone(),
        replace: options.force,
    };
    let totals = app.export(options.format, &scope, file)?;
    let (shown, postings) = (super::shown(path), totals.postings);
    let text = format!(
        "{shown}：{} 张凭证、{postings} 条分录，借方 {} 元，贷方 {} 元",
        totals.transactions,
        yuan(totals.debit_fen),
        yuan(totals.credit_fen)
    );
    let value = json!({
        "file": shown,
        "format": options.format.name(),
        "transactions": totals.transactions,
        "postings": postings,
        "debit_yuan": yuan(totals.debit_fen),
        "credit_yuan": yuan(totals.credit_fen),
    });
    context.print(&text, &value);
    Ok(())
}
