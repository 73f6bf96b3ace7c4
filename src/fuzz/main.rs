//! Fuzzing of the formula language and the pack loader: texts are mutated, run through parser,
//! checker and evaluator, and compared with the exact reference where they check.
//!
//! The parent hands chunks of executions to workers, processes with a limited address space. A chunk
//! follows from seed and number alone. A worker that dies, hangs or disagrees is run again on its
//! chunk with every input written down first, and the input is kept.

mod corpus;
mod mutation;
mod parent;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Executions of one chunk.
pub const CHUNK: u64 = 20_000;

/// Fuzzes formulas and rule packs.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Hands out the work and reports
    Run(parent::Options),
    /// Runs the chunks whose numbers come line by line on standard input
    Worker {
        /// Seed of the whole run
        #[arg(long)]
        seed: u64,
        /// Writes every input to this file before it is executed
        #[arg(long)]
        note: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(options) => parent::run(&options),
        Command::Worker { seed, note } => worker::run(seed, note.as_deref()).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::FAILURE
        }
    }
}
