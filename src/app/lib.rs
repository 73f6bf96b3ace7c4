//! The use cases: import, run, review, explain, verify. Everything with a clock, a disk or a
//! secret is here; what is decided is decided in the pure crates below.

pub mod accounts;
pub mod agenda;
pub mod appeals;
pub mod appropriations;
pub mod audit;
pub mod background;
pub mod bless;
pub mod bulletin;
pub(crate) mod cache;
pub mod claims;
pub mod clawbacks;
pub mod clock;
pub mod config;
pub mod error;
pub mod fiscal;
pub mod generate;
pub mod import;
pub mod inputs;
pub mod installation;
pub mod jobs;
pub mod judging;
pub mod keys;
pub mod money;
pub mod orders;
pub mod papers;
pub mod password;
pub mod payments;
pub mod pots;
pub mod proofs;
pub mod publish;
pub mod reading;
pub mod reorganise;
pub mod restate;
pub mod role;
pub mod rulebook;
pub mod rules_diff;
pub mod run;
pub mod schedule;
pub mod simulate;
pub mod sql_export;
pub mod verify;
pub mod weighing;
pub mod words;
pub mod year_end;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Explanations, as the assessment makes them.
pub mod explain {
    pub use assess::explanation::{Article, Evidence, Explanation, Node, NodeKind};
    pub use assess::{Exact, Raise, Shown};
}
/// Statements, as the ledger makes them.
pub mod ledger {
    pub use ::export::{Format, Totals, yuan};
    pub use ::ledger::{
        Account, AccountStatement, Component, ControlTotal, Hash, Kind, Line, Order, OrderKind,
        OrderLine, Outcome, Scope, Statement, StatementLine, Step,
    };
}
/// Simulations, as reports show them.
pub mod whatif {
    pub use report::whatif::{WhatIf, WhatIfMonth, WhatIfPot, WhatIfRow, WhatIfScenario};
}
/// Restatements, as reports show them.
pub mod restated {
    pub use report::restatement::{RestatedRow, RestatementReport};
}
/// Bulletins and sheets, as reports show them.
pub mod model {
    pub use report::model::*;
}

pub use ::engine::Pack;
pub use accounts::{Session, SignedIn};
pub use error::{Error, ErrorKind};
pub use publish::PeriodLine;
pub use reading::{DepartmentLine, Download, ImportLine, UnattributedLine};
pub use role::{Right, Role, User};

use ::ledger::Signer;
use clock::Clock;
use config::Config;
use store::Store;

/// Version of everything that decides a result; part of every run's id.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// An open installation. Cloning shares it.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    store: Store,
    clock: Clock,
    signer: Signer,
    sign_in_failures: accounts::Failures,
    bulletins: cache::Cache<report::model::Bulletin>,
    shelf: rulebook::shelf::Shelf,
}

impl App {
    /// The settings.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        self.inner.clock
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn signer(&self) -> &Signer {
        &self.inner.signer
    }

    /// A folder of the installation.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.inner.config.data.join(name)
    }
}

/// The bytes as they are kept in the database.
pub(crate) fn compress(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    /// Fast, and small enough: a city month is a few megabytes.
    const LEVEL: i32 = 3;
    zstd::encode_all(bytes, LEVEL).map_err(|fault| Error::Damaged {
        what: fault.to_string(),
    })
}

/// Writes a file beside its place and renames it, so that a reader never meets half of it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    use std::io::Write as _;
    write_file(path, |mut file| {
        file.write_all(bytes).map_err(Error::file(path))
    })
}

/// The same for what is written piece by piece.
pub(crate) fn write_file<T>(
    path: &Path,
    write: impl FnOnce(File) -> Result<T, Error>,
) -> Result<T, Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    let part = path.with_file_name(name);
    let file = File::create(&part).map_err(Error::file(&part))?;
    let kept = file.try_clone().map_err(Error::file(&part))?;
    let written = write(file).inspect_err(|_| {
        // What is half written helps nobody; that it stays is no reason to hide why.
        let _ = std::fs::remove_file(&part);
    })?;
    kept.sync_all().map_err(Error::file(&part))?;
    std::fs::rename(&part, path).map_err(Error::file(path))?;
    Ok(written)
}
