//! DuckDB from PyPI, in a virtual environment of Python below `target/`.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The release that is asked for.
const RELEASE: &str = "duckdb==2.0.1";

/// What runs the queries.
const SCRIPT: &str = include_str!("duckdb.py");

/// What came of a query.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    /// Its rows, fields apart by [`crate::separator`].
    Rows(Vec<String>),
    /// Why there are none.
    Refused(String),
}

/// A Python that has DuckDB.
pub struct DuckDb {
    python: PathBuf,
}

fn succeeds(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl DuckDb {
    /// DuckDB, installed on first use; `None`, and a line that says why, where Python, pip or PyPI is
    /// absent. `HENGXIANG_REQUIRE_DUCKDB` makes that a failure.
    pub fn new() -> Option<Self> {
        match Self::installed() {
            Ok(found) => Some(found),
            Err(reason) => {
                let required = std::env::var_os("HENGXIANG_REQUIRE_DUCKDB").is_some();
                assert!(!required, "DuckDB: {reason}");
                eprintln!(
                    "没有 DuckDB，未对照 (no DuckDB, not compared): {}",
                    reason.trim()
                );
                None
            }
        }
    }

    fn installed() -> Result<Self, String> {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        let folder = target.join("duckdb");
        let python = folder.join("bin/python");
        // Tests run side by side; one of them installs. The lock goes with the value.
        let lock = File::create(target.join("duckdb.lock")).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let works = || succeeds(Command::new(&python).args(["-c", "import duckdb"]));
        if works().is_err() {
            succeeds(
                Command::new("python3")
                    .args(["-m", "venv", "--clear"])
                    .arg(&folder),
            )?;
            let install = ["-m", "pip", "install", "--quiet", RELEASE];
            succeeds(Command::new(&python).args(install))?;
            works()?;
        }
        Ok(Self { python })
    }

    /// Runs a script that must succeed, then queries.
    pub fn run(&self, script: &str, queries: &[String]) -> Vec<Outcome> {
        let mut child = Command::new(&self.python)
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut all = vec![script.to_owned()];
        all.extend_from_slice(queries);
        let mut stdin = child.stdin.take().unwrap();
        // It reads to the end before it writes, so that neither side waits for the other.
        stdin.write_all(all.join("\n-- next\n").as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let outcomes: Vec<Outcome> = lines.collect();
        assert_eq!(outcomes.len(), queries.len(), "{error}");
        outcomes
    }
}
