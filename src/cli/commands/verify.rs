//! `hengxiang verify run ID`

use std::process::ExitCode;

use clap::Subcommand;
use domain::RunId;
use serde_json::json;

use crate::Context;

/// What can be verified.
#[derive(Subcommand)]
pub enum Command {
    /// 从冻结的事实重算一次考核并逐项比对 (recompute a run from its frozen facts)
    Run {
        /// 考核编号，如 2026-03-1f2e3d4c5b6a (id of the run)
        id: String,
    },
    /// 从账簿记录重放并比对一切余额与根 (replay the ledger)
    Ledger,
}

/// Verifies; exit code 1 when something does not match.
pub fn verify(context: &Context, command: &Command) -> anyhow::Result<ExitCode> {
    let app = context.open()?;
    let checks = match command {
        Command::Run { id } => app.verify_run(&RunId::new(id))?,
        Command::Ledger => app.verify_ledger()?,
    };
    let sound = checks.iter().all(app::verify::Check::holds);
    let mut text = String::new();
    for check in &checks {
        let mark = if check.holds() { "✓" } else { "✗" };
        text.push_str(&format!("{mark} {}  {}\n", check.what, check.recorded));
        if !check.holds() {
            text.push_str(&format!("  重算 (recomputed): {}\n", check.recomputed));
        }
    }
    text.push_str(if sound {
        "全部一致 (all match)"
    } else {
        "存在不一致 (mismatch)"
    });
    let value = json!({
        "sound": sound,
        "checks": checks.iter().map(|check| json!({
            "what": check.what,
            "recorded": check.recorded,
            "recomputed": check.recomputed,
            "holds": check.holds(),
        })).collect::<Vec<_>>(),
    });
    context.print(&text, &value);
    Ok(if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
