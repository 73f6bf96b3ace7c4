//! Developer commands: `cargo xtask demo | test | ci | fuzz | tamper | bench-ledger | bench-rules | bless | new-migration`.

mod bench_ledger;
mod bench_rules;
mod ci;
mod demo;
mod fuzz;
mod machine;
mod migration;
mod postgres;
mod tamper;
mod test;

use clap::{Parser, Subcommand};

/// Developer commands of Hengxiang.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generate the model city, import it, run three months, open the portal (SQLite, no installs)
    Demo(demo::Options),
    /// Install what the tests need (PostgreSQL, Chromium, a CJK font) and run every test
    Test(test::Options),
    /// All checks of a change: format, lints, documentation, then `test`
    Ci,
    /// Fuzz the formula language and the pack loader, in processes of limited memory
    Fuzz(fuzz::Options),
    /// Measure the rule engine beside OpenFisca, zen-expression, PostgreSQL and DuckDB
    BenchRules(bench_rules::Options),
    /// Measure posting beside doubleentry and plain inserts, reading a large ledger, its size
    BenchLedger(bench_ledger::Options),
    /// Attack a ledger in random ways and count who notices
    Tamper(tamper::Options),
    /// Accept the current output as the new goldens (insta)
    Bless,
    /// Create an empty migration pair for both databases
    NewMigration {
        /// Name in `snake_case`, for example `add_appeals`
        name: String,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Demo(options) => demo::demo(&options),
        Command::Test(options) => test::test(&options),
        Command::Ci => ci::ci(),
        Command::Fuzz(options) => fuzz::fuzz(&options),
        Command::BenchRules(options) => bench_rules::bench_rules(&options),
        Command::BenchLedger(options) => bench_ledger::bench_ledger(&options),
        Command::Tamper(options) => tamper::tamper(&options),
        Command::Bless => test::bless(),
        Command::NewMigration { name } => migration::new_migration(&name),
    }
}
