//! `bench-rules`: the rule engine beside others, in one run. `cargo xtask bench-rules` sets the
//! others up and starts it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bench::Failure;
use bench::arena::Arena;
use bench::rivals::Stage;
use bench::weighted::Points;

/// Decimals that the points of a metric are rounded to, where they are.
const DECIMALS: u8 = 2;

/// What the command line says.
#[derive(Default)]
struct Options {
    /// Python with OpenFisca-Core and DuckDB.
    python: Option<PathBuf>,
    /// URL of a PostgreSQL.
    postgres: Option<String>,
    /// Folder for data, and the beginning of the names of the results.
    folder: PathBuf,
    out: PathBuf,
    /// Small sizes only.
    quick: bool,
    /// `NAME=REASON` of those who could not be set up.
    absent: Vec<String>,
}

fn options() -> Result<Options, Failure> {
    let mut options = Options {
        folder: "target/bench-rules".into(),
        out: "target/bench-rules".into(),
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
            "--python" => options.python = Some(value.into()),
            "--postgres" => options.postgres = Some(value),
            "--folder" => options.folder = value.into(),
            "--out" => options.out = value.into(),
            "--absent" => options.absent.push(value),
            other => return Err(format!("不认识 {other} (unknown option)").into()),
        }
    }
    Ok(options)
}

fn main() -> Result<(), Failure> {
    let options = options()?;
    let stage = Stage::new(options.folder.clone(), options.python)?;
    let enough = Duration::from_secs(if options.quick { 1 } else { 5 });
    let mut arena = Arena::new(stage, options.postgres, enough);
    for absent in &options.absent {
        let (name, reason) = absent.split_once('=').unwrap_or((absent, ""));
        arena.absent(name, reason);
    }
    let sizes = [1_000, 100_000, 1_000_000];
    let sizes = sizes
        .get(..if options.quick { 1 } else { 3 })
        .unwrap_or_default();
    for points in [Points::Exact, Points::Rounded(DECIMALS)] {
        for size in sizes {
            arena.score(*size, points)?;
        }
    }
    for points in [Points::Exact, Points::Rounded(DECIMALS)] {
        arena.single(points)?;
    }
    for rows in [10, 1_000, 16_369] {
        arena.look_ups(rows)?;
    }
    let verdict = arena.verdict();
    println!("{verdict}");
    let (markdown, json) = (
        options.out.with_extension("md"),
        options.out.with_extension("json"),
    );
    fs::write(&markdown, verdict.to_string())?;
    fs::write(&json, format!("{:#}\n", verdict.json()))?;
    eprintln!("{}、{}", markdown.display(), json.display());
    Ok(())
}
