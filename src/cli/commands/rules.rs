//! `hengxiang rules check|diff|export|test`; what concerns bundles is beside it

use std::path::PathBuf;
use std::process::ExitCode;

use app::rulebook::Proved;
use clap::Subcommand;
use serde_json::json;

use super::bundles;
use crate::Context;

/// Commands about rule packs.
#[derive(Subcommand)]
pub enum Command {
    /// 检查规则包的每一处错误 (find every fault of a pack)
    Check {
        /// 规则包文件夹；不给则检查内置规则包 (folder; without it the built-in packs)
        pack: Option<PathBuf>,
    },
    /// 比较两个规则包：改了什么，影响谁 (what changed, and for whom)
    Diff(super::rules_diff::Options),
    /// 导出一月考核的全部规则与事实，供另一引擎复算 (for another engine to compute again)
    Export(super::rules_export::Options),
    /// 运行规则包自带的测试 (run the tests of a pack)
    Test(super::rules_test::Options),
    #[command(flatten)]
    Bundle(bundles::Command),
}

/// Checks or tests packs, or does something with a bundle; exit code 1 when one fails.
pub fn rules(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Check { pack } => check(context, pack.as_deref()),
        Command::Diff(options) => super::rules_diff::diff(context, options),
        Command::Export(options) => super::rules_export::export(context, options),
        Command::Test(options) => super::rules_test::test(context, options),
        Command::Bundle(command) => bundles::bundle(context, command),
    }
}

fn check(context: &Context, pack: Option<&std::path::Path>) -> anyhow::Result<ExitCode> {
    let mut text = String::new();
    let mut packs = Vec::new();
    let mut sound = true;
    for checked in app::rulebook::check(pack)? {
        for diagnostic in &checked.diagnostics {
            text.push_str(&format!("{diagnostic}\n"));
        }
        let errors = checked
            .diagnostics
            .iter()
            .filter(|finding| finding.is_error())
            .count();
        sound &= errors == 0;
        let verdict = if errors == 0 {
            "通过 (ok)".to_owned()
        } else {
            format!("{errors} 处错误 (errors)")
        };
        text.push_str(&format!("{}：{verdict}\n", checked.name));
        text.push_str(&checked.proved.as_ref().map_or_else(String::new, summary));
        packs.push(json!({
            "pack": checked.name,
            "errors": errors,
            "proved": checked.proved.as_ref().map(proved),
            "diagnostics": checked.diagnostics.iter().map(|finding| json!({
                "code": finding.code,
                "severity": format!("{:?}", finding.severity),
                "file": finding.place.file,
                "line": finding.place.line,
                "column": finding.place.column,
                "message": finding.message,
                "help": finding.help,
            })).collect::<Vec<_>>(),
        }));
    }
    context.print(&text, &json!({ "packs": packs }));
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What holds of a pack, line by line.
fn summary(proved: &Proved) -> String {
    let Proved {
        axes,
        indicators,
        maximum,
        days,
        grades,
        ..
    } = proved;
    let lines = [
        format!(
            "分值 points     {axes} 个维度、{indicators} 项指标，在 {days} 个变更日都合计 {maximum} 分；\
             {grades} 个等次覆盖 0 至 {maximum} (sums and grades)"
        ),
        format!(
            "出处 citations  {} 处引用都有出处，{} 条原文与 SHA-256 相符 (resolved, hashed)",
            proved.cites, proved.articles
        ),
        format!(
            "决策表 tables   {} 张 {} 行，无缺口、重叠、重复和用不到的行 (no gap, overlap, dead row)",
            proved.tables, proved.rows
        ),
        format!(
            "时效 time       {} 个版本序列没有中断，所需的都有效 (no hole, nothing needed has ended)",
            proved.series
        ),
        format!(
            "公式 formulas   {} 条，没有字面阈值，嵌套最深 {} 层；没有闲置和重名 (no literals, depth)",
            proved.formulas, proved.nesting
        ),
        format!(
            "测试 tests      {} 项指标、期限、表和参数都被 {} 例测到 (every element meets a case)",
            proved.tested, proved.cases
        ),
    ];
    lines.map(|line| format!("  {line}\n")).concat()
}

/// The same for machines.
fn proved(proved: &Proved) -> serde_json::Value {
    json!({
        "axes": proved.axes,
        "indicators": proved.indicators,
        "maximum": proved.maximum.to_string(),
        "days": proved.days,
        "grades": proved.grades,
        "cites": proved.cites,
        "articles": proved.articles,
        "tables": proved.tables,
        "rows": proved.rows,
        "series": proved.series,
        "formulas": proved.formulas,
        "nesting": proved.nesting,
        "tested": proved.tested,
        "cases": proved.cases,
    })
}
