//! `cargo xtask bench-ledger`: builds the others that the books are measured against, starts a
//! PostgreSQL that syncs its commits, and prints one table from one run.

use std::path::PathBuf;

use clap::Args;

use crate::machine::{cargo, root, run};
use crate::postgres::{self, Durability, Postgres};

/// Options of `cargo xtask bench-ledger`.
#[derive(Args)]
pub struct Options {
    /// Only the smallest sizes: a check that everything runs, not figures
    #[arg(long)]
    quick: bool,
    /// One task only: month, single, audit or read
    #[arg(long)]
    only: Option<String>,
}

/// Sets up, measures, and leaves `target/bench-ledger.md` and `.json`.
pub fn bench_ledger(options: &Options) -> anyhow::Result<()> {
    let folder = root().join("target").join("bench-ledger");
    std::fs::create_dir_all(&folder)?;
    let mut arguments = vec!["--folder".to_owned(), folder.to_string_lossy().into_owned()];
    if let Some(program) = rivals() {
        arguments.extend([
            "--ledgers".to_owned(),
            program.to_string_lossy().into_owned(),
        ]);
    }
    let server = server();
    if let Some(server) = &server {
        arguments.extend(["--postgres".to_owned(), server.url.clone()]);
    }
    if options.quick {
        arguments.push("--quick".to_owned());
    }
    if let Some(only) = &options.only {
        arguments.extend(["--only".to_owned(), only.clone()]);
    }
    let mut command = cargo();
    command.args([
        "run",
        "--release",
        "--package",
        "bench",
        "--bin",
        "bench-ledger",
    ]);
    command.args(["--no-default-features", "--features", "books", "--"]);
    run(command.args(arguments))
}

/// The program of the others, which is a workspace of its own; `None` when it cannot be built.
fn rivals() -> Option<PathBuf> {
    let target = root().join("target").join("rival-ledgers");
    let manifest = root().join("src/bench/rivals/ledgers/Cargo.toml");
    let mut command = cargo();
    command.args(["build", "--release", "--locked"]);
    command.arg("--manifest-path").arg(manifest);
    command.arg("--target-dir").arg(&target);
    match run(&mut command) {
        Ok(()) => Some(target.join("release").join("rival-ledgers")),
        Err(error) => {
            eprintln!("其他账本编译不了 (the others do not build): {error}");
            None
        }
    }
}

/// A server of our own, whose commits reach the disk as those of SQLite do.
fn server() -> Option<Postgres> {
    if postgres::programs().is_none() {
        eprintln!("没有安装 postgresql (Debian package postgresql is not installed)");
        return None;
    }
    match Postgres::start(Durability::Synced) {
        Ok(server) => Some(server),
        Err(error) => {
            eprintln!("PostgreSQL 启动不了 (does not start): {error}");
            None
        }
    }
}
