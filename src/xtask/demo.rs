//! `cargo xtask demo`: from nothing to an open portal.

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::machine::{cargo, root, run};

/// Options of `cargo xtask demo`.
#[derive(Args)]
pub struct Options {
    /// Where the demo keeps its database, input and reports
    #[arg(long, default_value = "hengxiang-data/demo")]
    data: PathBuf,
    /// Address of the portal
    #[arg(long, default_value = "127.0.0.1:8090")]
    listen: String,
    /// Stop after the reports, without the portal
    #[arg(long)]
    no_serve: bool,
}

const MONTHS: [&str; 3] = ["2026-01", "2026-02", "2026-03"];

/// Generates, imports, runs and serves. Every step is idempotent, so a second call is quick.
pub fn demo(options: &Options) -> anyhow::Result<()> {
    // The programs of the members that are tested: the same features, so nothing is built twice.
    run(cargo().args(["build", "--workspace", "--exclude", "bench", "--bins"]))?;
    let data = root().join(&options.data);
    let input = data.join("input");
    let hengxiang = |arguments: &[&str]| -> anyhow::Result<()> {
        run(Command::new(program())
            .arg("--data")
            .arg(&data)
            .args(arguments))
    };
    let input = input.to_string_lossy();
    hengxiang(&["init", "--demo"])?;
    hengxiang(&[
        "generate", "--preset", "city", "--seed", "1", "--months", "3", "--until", "2026-03",
        "--out", &input,
    ])?;
    hengxiang(&["import", "--recursive", "--as", "budget", &input])?;
    // The four budget papers of the model city: proposed by one person, approved by another.
    hengxiang(&[
        "ledger",
        "approve",
        "appropriation-1",
        "appropriation-2",
        "appropriation-3",
        "appropriation-4",
        "--count",
        "4",
        "--total",
        "19400000.00",
        "--as",
        "finance",
    ])?;
    for month in MONTHS {
        hengxiang(&["run", "--period", month])?;
        if month != "2026-03" {
            // The last month is left for the visitor to review and approve in the portal.
            hengxiang(&["review", "--period", month, "--as", "assessor", "--submit"])?;
            hengxiang(&["review", "--period", month, "--as", "finance", "--approve"])?;
            hengxiang(&["review", "--period", month, "--as", "assessor", "--publish"])?;
        }
    }
    if options.no_serve {
        return Ok(());
    }
    hengxiang(&["serve", "--listen", &options.listen])
}

/// The binary that `cargo build` has just made.
fn program() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("debug").join("hengxiang")
}
