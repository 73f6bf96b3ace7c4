//! `cargo xtask tamper`: the tamper campaign of the ledger's tests, as long as one likes.

use clap::Args;

use crate::machine::{cargo, run};

/// Options of `cargo xtask tamper`.
#[derive(Args)]
pub struct Options {
    /// Attacks of each of the eight classes, those that change nothing a department is handed aside
    #[arg(long, default_value_t = 1_000)]
    runs: u64,
    /// Seed from which everything follows
    #[arg(long, default_value_t = 809)]
    seed: u64,
}

/// Runs the campaign and prints its table.
pub fn tamper(options: &Options) -> anyhow::Result<()> {
    run(cargo()
        .args(["test", "--package", "store", "--lib"])
        .args(["ledger::tests::tamper", "--", "--nocapture"])
        .env("HENGXIANG_TAMPER_RUNS", options.runs.to_string())
        .env("HENGXIANG_TAMPER_SEED", options.seed.to_string()))
}
