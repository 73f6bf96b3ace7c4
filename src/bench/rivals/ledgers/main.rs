//! Others that keep books, for `bench-ledger`, in a process of their own: the crate `doubleentry`,
//! and plain inserts of our rows into tables without triggers.
//!
//! Speaks lines: `ready` when set up; to `round` the nanoseconds of each call; to `answers N` the
//! first N balances, what a round adds to each.

mod books;
mod rows;

use std::io::BufRead as _;
use std::time::Duration;

/// Whatever stops the program.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a round does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// A month: one transaction of two legs and one of four for every award.
    Month,
    /// Transactions of two legs, each committed alone.
    Single,
}

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Departments.
    pub departments: usize,
    /// Appropriation lines.
    pub lines: usize,
    /// Calls of a round of single transactions.
    pub calls: usize,
}

/// Somebody who keeps books.
pub trait Keeper {
    /// Does the task once; the time of each call.
    fn round(&mut self, task: Task) -> Result<Vec<Duration>, Failure>;
    /// What each round has added to the first balances of the task, fen.
    fn answers(&mut self, task: Task, first: usize) -> Result<Vec<i128>, Failure>;
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [who, url, task, departments, lines, calls, rest @ ..] = words.as_slice() else {
        return Err(
            "usage: doubleentry|rows URL month|single DEPARTMENTS LINES CALLS [OURS FIRST LAST]"
                .into(),
        );
    };
    let task = match task.as_str() {
        "month" => Task::Month,
        "single" => Task::Single,
        other => return Err(format!("{other}: no such task").into()),
    };
    let size = Size {
        departments: departments.parse()?,
        lines: lines.parse()?,
        calls: calls.parse()?,
    };
    let mut keeper = match (who.as_str(), rest) {
        ("doubleentry", _) => books::keeper(url, size)?,
        ("rows", [ours, first, last]) => {
            rows::keeper(url, ours, (first.parse()?, last.parse()?), size)?
        }
        _ => return Err(format!("{who}: no such keeper").into()),
    };
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        match line?.split_once(' ') {
            None => {
                let times = keeper.round(task)?;
                let nanos: Vec<String> = times
                    .iter()
                    .map(|time| time.as_nanos().to_string())
                    .collect();
                println!("{}", nanos.join(" "));
            }
            Some((_, first)) => {
                let answers = keeper.answers(task, first.parse()?)?;
                let texts: Vec<String> = answers.iter().map(|fen| format!("{fen} 0")).collect();
                println!("{}", texts.join(";"));
            }
        }
    }
    Ok(())
}
