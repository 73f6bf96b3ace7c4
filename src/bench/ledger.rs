//! `bench-ledger`: the books beside others, in one run. `cargo xtask bench-ledger` sets the others
//! up and starts it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bench::Failure;
use bench::books::{Shelf, Size, Task};

/// What the command line says.
#[derive(Default)]
struct Options {
    /// The program of the others.
    ledgers: Option<PathBuf>,
    /// URL of a PostgreSQL.
    postgres: Option<String>,
    /// Folder for databases, and the beginning of the names of the results.
    folder: PathBuf,
    /// Small sizes only.
    quick: bool,
    /// One task only: `month`, `single`, `audit` or `read`.
    only: Option<String>,
}

fn options() -> Result<Options, Failure> {
    let mut options = Options {
        folder: "target/bench-ledger".into(),
        ..Options::default()
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        if word == "--quick" {
            options.quick = true;
            continue;
        }
        let value = words
            .next()
            .ok_or_else(|| format!("{word} 后缺值 (needs a value)"))?;
        match word.as_str() {
            "--ledgers" => options.ledgers = Some(value.into()),
            "--postgres" => options.postgres = Some(value),
            "--folder" => options.folder = value.into(),
            "--only" => options.only = Some(value),
            other => return Err(format!("不认识 {other} (unknown option)").into()),
        }
    }
    Ok(options)
}

fn main() -> Result<(), Failure> {
    let options = options()?;
    let enough = Duration::from_secs(if options.quick { 1 } else { 8 });
    let size = Size {
        departments: if options.quick { 25 } else { 250 },
        lines: 2,
        calls: 25,
    };
    let postings = if options.quick { 6_000 } else { 1_000_000 };
    let audited = if options.quick { 6_000 } else { 400_000 };
    let mut shelf = Shelf::new(&options.folder, options.ledgers, options.postgres, enough)?;
    let wanted = |task: &str| options.only.as_deref().is_none_or(|only| only == task);
    for database in shelf.databases() {
        if wanted("month") {
            shelf.post(Task::Month, database, size)?;
        }
        if wanted("single") {
            shelf.post(Task::Single, database, size)?;
        }
        if wanted("audit") {
            shelf.audit(database, size, audited)?;
        }
        if wanted("read") {
            shelf.read(database, size, postings)?;
        }
    }
    let verdict = shelf.verdict();
    println!("{verdict}");
    let (markdown, json) = (
        options.folder.with_extension("md"),
        options.folder.with_extension("json"),
    );
    fs::write(&markdown, verdict.to_string())?;
    fs::write(&json, format!("{:#}\n", verdict.json()))?;
    eprintln!("{}、{}", markdown.display(), json.display());
    Ok(())
}
