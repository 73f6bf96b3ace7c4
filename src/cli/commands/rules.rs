//! `hengxiang rules check|diff|export|test`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

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
}

/// Checks or tests packs; exit code 1 when one fails.
pub fn rules(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Check { pack } => check(context, pack.as_deref()),
        Command::Diff(options) => super::rules_diff::diff(context, options),
        Command::Export(options) => super::rules_export::export(context, options),
        Command::Test(options) => super::rules_test::test(context, options),
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
        packs.push(json!({
            "pack": checked.name,
            "errors": errors,
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
