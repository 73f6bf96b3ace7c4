//! `hengxiang generate`

use std::path::PathBuf;
use std::process::ExitCode;

use app::generate::{Order, Preset};
use clap::{Args, ValueEnum};
use domain::Period;
use serde_json::json;

use super::shown;
use crate::Context;
use crate::progress::spinner;

/// Options of `generate`.
#[derive(Args)]
pub struct Options {
    /// 规模：一市，或一省十八市 (one city, or a province of eighteen)
    #[arg(long, value_enum, default_value = "city")]
    preset: PresetName,
    /// 随机种子；同一种子得同样的字节 (the same seed gives the same bytes)
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 月数 (number of months)
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=36))]
    months: u32,
    /// 最后一个月 (the last month)
    #[arg(long, default_value = "2026-03")]
    until: Period,
    /// 小样：约五十分之一的规模 (a small sample, about a fiftieth)
    #[arg(long)]
    small: bool,
    /// 输出文件夹 (folder to write to)
    #[arg(long)]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum PresetName {
    City,
    Province,
}

/// Writes the model city.
pub fn generate(context: &Context, options: &Options) -> anyhow::Result<ExitCode> {
    let preset = match options.preset {
        PresetName::City => Preset::City,
        PresetName::Province => Preset::Province,
    };
    let order = Order {
        preset,
        seed: options.seed,
        months: options.months,
        until: options.until,
        small: options.small,
    };
    let spinner = spinner(context.json);
    let written = app::generate::generate(order, &options.out, &mut |step| {
        spinner.set_message(step.to_owned());
    })?;
    spinner.finish_and_clear();
    let rows: u64 = written.files.iter().map(|file| u64::from(file.rows)).sum();
    let text = format!(
        "已写出 {} 个文件、{rows} 行到 {} (files written)\n",
        written.files.len(),
        shown(&options.out)
    );
    let value = json!({
        "out": shown(&options.out),
        "files": written.files.iter().map(|file| json!({ "name": file.name, "rows": file.rows })).collect::<Vec<_>>(),
    });
    context.print(&text, &value);
    Ok(ExitCode::SUCCESS)
}
