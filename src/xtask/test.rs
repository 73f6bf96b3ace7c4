//! `cargo xtask test`: installs what the tests need, starts a PostgreSQL, runs every test.

use std::path::Path;
use std::process::Command;

use clap::Args;

use crate::machine::{apt_install, cargo, has_program, root, run};
use crate::postgres::{self, Durability, Postgres};

/// Options of `cargo xtask test`.
#[derive(Args, Default)]
pub struct Options {
    /// Only tests whose name contains this
    filter: Option<String>,
    /// The long variants: a million random formulas on PostgreSQL, a whole city, hundreds of kills
    #[arg(long)]
    nightly: bool,
    /// Skip the tests on PostgreSQL and in the browser; installs nothing
    #[arg(long)]
    quick: bool,
}

/// What the tests need beyond Rust and gcc: a sign that it is there, and its Debian package.
fn missing_packages() -> Vec<&'static str> {
    let font = [
        "/usr/share/fonts/opentype/noto",
        "/usr/share/fonts/truetype/wqy",
    ];
    [
        (postgres::programs().is_some(), "postgresql"),
        (has_program("chromium"), "chromium"),
        (
            font.iter().any(|folder| Path::new(folder).is_dir()),
            "fonts-noto-cjk",
        ),
        (has_program("pdftotext"), "poppler-utils"),
        (has_program("hledger"), "hledger"),
        (has_program("strace"), "strace"),
    ]
    .into_iter()
    .filter_map(|(there, package)| (!there).then_some(package))
    .collect()
}

/// Runs all tests.
pub fn test(options: &Options) -> anyhow::Result<()> {
    let mut command = cargo();
    command.args(["test", "--workspace", "--exclude", "bench", "--quiet"]);
    if let Some(filter) = &options.filter {
        command.arg("--").arg(filter);
    }
    if options.nightly {
        command.env("HENGXIANG_NIGHTLY", "1");
    }
    if options.quick {
        eprintln!("--quick: without PostgreSQL and Chromium");
        return run(&mut command);
    }
    let missing = missing_packages();
    if !missing.is_empty() {
        apt_install(&missing)?;
    }
    let server = Postgres::start(Durability::Fleeting)?;
    let victim = options
        .nightly
        .then(|| Postgres::start(Durability::Synced))
        .transpose()?;
    if let Some(victim) = &victim {
        command
            .env("HENGXIANG_TEST_PG_CRASH_URL", &victim.url)
            .env("HENGXIANG_TEST_PG_CRASH_RESTART", victim.restart_at_once());
    }
    run(command
        .env("HENGXIANG_TEST_PG_URL", &server.url)
        .env("HENGXIANG_TEST_BROWSER", "chromium"))
}

/// Runs all tests, taking every changed golden as right, and shows what changed.
pub fn bless() -> anyhow::Result<()> {
    run(cargo()
        .env("INSTA_UPDATE", "always")
        .env("HENGXIANG_BLESS", "1")
        .args(["test", "--workspace", "--exclude", "bench", "--quiet"]))?;
    run(Command::new("git")
        .current_dir(root())
        .args(["status", "--short"]))
}
