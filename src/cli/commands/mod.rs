//! One file a command: parse, call the use case, print.

pub mod appeal;
pub mod audit;
pub mod budget;
pub mod bundles;
pub mod claim;
pub mod clawbacks;
pub mod explain;
pub mod fiscal;
pub mod generate;
pub mod import;
pub mod init;
pub mod judge;
pub mod ledger;
pub mod ledger_export;
pub mod ledger_keys;
pub mod orders;
pub mod pay;
pub mod reorganise;
pub mod restate;
pub mod review;
pub mod rules;
pub mod rules_diff;
pub mod rules_export;
pub mod rules_test;
pub mod run;
pub mod serve;
pub mod simulate;
pub mod todo;
pub mod user;
pub mod verify;
pub mod weights;
pub mod year_end;

use std::path::Path;

use app::App;

use crate::Context;

impl Context {
    /// Opens the installation.
    pub fn open(&self) -> anyhow::Result<App> {
        Ok(App::open(&self.data, self.clock)?)
    }

    /// Prints text for people, or the value for machines.
    pub fn print(&self, text: &str, value: &serde_json::Value) {
        if self.json {
            say(&format!("{value:#}\n"));
        } else {
            say(&format!("{}\n", text.trim_end()));
        }
    }
}

/// Writes to standard output. A reader that has gone away, as `head` does, is no error.
pub fn say(text: &str) {
    use std::io::Write as _;
    let _gone = std::io::stdout().lock().write_all(text.as_bytes());
}

/// A path as people read it.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}
