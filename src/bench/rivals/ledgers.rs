//! Others that keep books. They run in a program of their own (`ledgers/`, outside the workspace):
//! the SQLite that `doubleentry` links cannot be linked beside ours.

use std::path::PathBuf;
use std::process::Command;

use super::child::Child;
use crate::Failure;
use crate::books::{Size, Task};

/// The program of the others.
pub struct Ledgers {
    /// Where it lies; `None` when it could not be built.
    pub program: Option<PathBuf>,
}

/// Who keeps the books.
pub enum Keeper<'a> {
    /// The crate `doubleentry`, in a file or on a server.
    Doubleentry {
        /// File, or URL of the server.
        at: &'a str,
    },
    /// Plain inserts of our rows.
    Rows {
        /// File, or URL of the server.
        at: &'a str,
        /// Our file, or our schema.
        ours: &'a str,
        /// First and last record that they are taken from.
        rows: (u64, u64),
    },
}

impl Ledgers {
    /// Starts a keeper.
    pub fn start(&self, keeper: Keeper<'_>, task: Task, size: Size) -> Result<Child, Failure> {
        let program = self
            .program
            .as_ref()
            .ok_or("程序未给出 (no program given)")?;
        let (who, at, rest) = match keeper {
            Keeper::Doubleentry { at } => ("doubleentry", at, Vec::new()),
            Keeper::Rows { at, ours, rows } => {
                let (first, last) = rows;
                (
                    "rows",
                    at,
                    vec![ours.to_owned(), first.to_string(), last.to_string()],
                )
            }
        };
        let task = match task {
            Task::Month => "month",
            Task::Single => "single",
        };
        let mut command = Command::new(program);
        command.args([who, at, task]);
        command.args([size.departments, size.lines, size.calls].map(|number| number.to_string()));
        command.args(rest);
        Child::start(command)
    }

    /// What a statement answers, through `psql`.
    pub fn psql(server: &str, statement: &str) -> Result<String, Failure> {
        let mut command = Command::new("psql");
        command.args(["-qAtX", "-v", "ON_ERROR_STOP=1", server, "-c", statement]);
        let output = command.output().map_err(|error| format!("psql：{error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
