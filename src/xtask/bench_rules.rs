//! `cargo xtask bench-rules`: sets up the others that the rule engine is measured against, below
//! `target/`, and prints one table from one run.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::machine::{cargo, root, run};
use crate::postgres::{self, Durability, Postgres};

/// Python packages of the others: the version measured, and what it brings with it.
const PACKAGES: [(&str, &str); 2] = [
    ("OpenFisca-Core", "OpenFisca-Core==44.2.2"),
    ("DuckDB", "duckdb>=1.4"),
];

/// Options of `cargo xtask bench-rules`.
#[derive(Args)]
pub struct Options {
    /// Only the smallest sizes: a check that everything runs, not figures
    #[arg(long)]
    quick: bool,
}

/// Sets up, measures, and leaves `target/bench-rules.md` and `.json`.
pub fn bench_rules(options: &Options) -> anyhow::Result<()> {
    let folder = root().join("target").join("bench-rules");
    std::fs::create_dir_all(&folder)?;
    let mut arguments = vec![
        "--folder".to_owned(),
        folder.to_string_lossy().into_owned(),
        "--out".to_owned(),
        folder.to_string_lossy().into_owned(),
    ];
    let mut absent = |name: &str, reason: String| {
        arguments.extend(["--absent".to_owned(), format!("{name}={reason}")]);
    };
    let python = python(&folder, &mut absent);
    let server = server(&mut absent);
    let zen = has_zen(&mut absent);
    if let Some(python) = python {
        arguments.extend(["--python".to_owned(), python.to_string_lossy().into_owned()]);
    }
    if let Some((url, _)) = &server {
        arguments.extend(["--postgres".to_owned(), url.clone()]);
    }
    if options.quick {
        arguments.push("--quick".to_owned());
    }
    run(build("run", zen).arg("--").args(arguments))
}

/// A Python of our own with the packages that could be installed.
fn python(folder: &Path, absent: &mut impl FnMut(&str, String)) -> Option<PathBuf> {
    let python = folder.join("venv").join("bin").join("python");
    if !python.is_file() {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv"]).arg(folder.join("venv"));
        if let Err(error) = run(&mut venv) {
            for (name, _) in PACKAGES {
                absent(
                    name,
                    format!("没有 Python 环境 (no Python environment): {error}"),
                );
            }
            return None;
        }
    }
    for (name, package) in PACKAGES {
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", package]);
        if let Err(error) = run(&mut pip) {
            absent(name, format!("装不上 (cannot be installed): {error}"));
        }
    }
    Some(python)
}

/// The server that the tests use, or one of our own that ends with us.
fn server(absent: &mut impl FnMut(&str, String)) -> Option<(String, Option<Postgres>)> {
    if let Ok(url) = std::env::var("HENGXIANG_TEST_PG_URL") {
        return Some((url, None));
    }
    if postgres::programs().is_none() {
        let reason = "没有安装 postgresql (Debian package postgresql is not installed)";
        absent("PostgreSQL", reason.to_owned());
        return None;
    }
    match Postgres::start(Durability::Fleeting) {
        Ok(server) => Some((server.url.clone(), Some(server))),
        Err(error) => {
            absent("PostgreSQL", format!("启动不了 (does not start): {error}"));
            None
        }
    }
}

/// Whether zen-expression can be had: its crates are fetched only here.
fn has_zen(absent: &mut impl FnMut(&str, String)) -> bool {
    match run(&mut build("build", true)) {
        Ok(()) => true,
        Err(error) => {
            absent(
                "zen-expression",
                format!("编译不了 (does not build): {error}"),
            );
            false
        }
    }
}

fn build(verb: &str, zen: bool) -> Command {
    let mut command = cargo();
    command.args([
        verb,
        "--release",
        "--package",
        "bench",
        "--bin",
        "bench-rules",
    ]);
    command.args(["--no-default-features"]);
    if zen {
        command.args(["--features", "zen"]);
    }
    command
}
