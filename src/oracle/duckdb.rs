//! DuckDB, asked through Python.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::python::Program;

const DUCKDB: Program = Program {
    module: "duckdb",
    release: "duckdb==2.0.1",
};

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

impl DuckDb {
    /// DuckDB, installed on first use; `None`, and a line that says why, where Python, pip or PyPI is
    /// absent. `HENGXIANG_REQUIRE_DUCKDB` makes that a failure.
    pub fn new() -> Option<Self> {
        let python = DUCKDB.executables()?.join("python");
        Some(Self { python })
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
