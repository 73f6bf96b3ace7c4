//! `cargo xtask fuzz`: formulas and packs of arbitrary texts, optimised, in processes of their own.

use clap::Args;

use crate::machine::{cargo, run};

/// Options of `cargo xtask fuzz`.
#[derive(Args)]
pub struct Options {
    /// Executions
    #[arg(long, default_value_t = 10_000_000)]
    executions: u64,
    /// Seed from which everything follows
    #[arg(long, default_value_t = 809)]
    seed: u64,
}

/// Builds the fuzzer and runs it; inputs that fail are kept in `target/fuzz`.
pub fn fuzz(options: &Options) -> anyhow::Result<()> {
    let (executions, seed) = (options.executions.to_string(), options.seed.to_string());
    run(cargo()
        .args(["run", "--release", "--package", "fuzz", "--", "run"])
        .args(["--executions", &executions, "--seed", &seed]))
}
