//! Programs of plain-text accounting, which add up a journal again: hledger, of Debian, and
//! beancount, of PyPI.

use std::path::Path;
use std::process::Command;

use crate::python::Program;

const BEANCOUNT: Program = Program {
    module: "beancount",
    release: "beancount==3.2.3",
};

/// A program that checks journals.
pub struct Checker {
    command: fn(&Path) -> Command,
    program: std::path::PathBuf,
}

impl Checker {
    /// hledger, all of its checks: declared accounts and commodities, balanced entries, balance
    /// assertions. `None`, and a line that says so, where it is not installed;
    /// `HENGXIANG_REQUIRE_HLEDGER` makes that a failure.
    pub fn hledger() -> Option<Self> {
        let found = Command::new("hledger").arg("--version").output();
        if found.is_err() {
            let required = std::env::var_os("HENGXIANG_REQUIRE_HLEDGER").is_some();
            assert!(!required, "hledger: apt-get install hledger");
            eprintln!("没有 hledger，未对照 (no hledger, not compared)");
            return None;
        }
        Some(Self {
            program: "hledger".into(),
            command: |program| {
                let mut command = Command::new(program);
                // It reads text in the locale's encoding.
                command.args(["check", "--strict", "ordereddates", "-f"]);
                command.env("LC_ALL", "C.UTF-8");
                command
            },
        })
    }

    /// beancount's `bean-check`, installed on first use; `None` as for other programs of PyPI.
    pub fn beancount() -> Option<Self> {
        let program = BEANCOUNT.executables()?.join("bean-check");
        Some(Self {
            program,
            command: |program| {
                let mut command = Command::new(program);
                command.args(["--no-cache"]);
                command
            },
        })
    }

    /// Checks a journal: what is wrong with it, in the program's words.
    pub fn check(&self, journal: &Path) -> Result<(), String> {
        let output = (self.command)(&self.program).arg(journal).output().unwrap();
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(String::from_utf8_lossy(&said).into_owned())
    }
}
