//! `hengxiang rules export --sql --period 2026-03 [--pack DIR] [--out FILE] [--schema-only]`

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use domain::Period;
use serde_json::json;

use super::{say, shown};
use crate::Context;

/// Options of `rules export`.
#[derive(Args)]
pub struct Options {
    /// 导出为 PostgreSQL 脚本 (as a PostgreSQL script)
    #[arg(long, required = true)]
    sql: bool,
    /// 考核月份 (month)
    #[arg(long)]
    period: Period,
    /// 规则包：文件夹或内置规则包名；不给则用现行规则包 (pack: folder or built-in name; else the one in use)
    #[arg(long)]
    pack: Option<PathBuf>,
    /// 写入文件；不给则写到标准输出 (file; else standard output)
    #[arg(long)]
    out: Option<PathBuf>,
    /// 只要逻辑，不要事实数据 (the logic without the facts)
    #[arg(long)]
    schema_only: bool,
}

/// Writes the script.
pub fn export(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let (period, pack, data) = (
        options.period,
        options.pack.as_deref(),
        !options.schema_only,
    );
    let Some(path) = &options.out else {
        let mut script = Vec::new();
        app.export_sql(period, pack, data, &mut script)?;
        say(&String::from_utf8_lossy(&script));
        return Ok(ExitCode::SUCCESS);
    };
    let file = File::create(path).with_context(|| shown(path))?;
    app.export_sql(period, pack, data, &mut BufWriter::new(file))?;
    let text = format!(
        "已写入 {0}，可在空数据库中运行 (written; on an empty database): psql -v ON_ERROR_STOP=1 -f {0}",
        shown(path)
    );
    context.print(
        &text,
        &json!({ "sql": options.sql, "period": period.to_string(), "file": shown(path) }),
    );
    Ok(ExitCode::SUCCESS)
}
