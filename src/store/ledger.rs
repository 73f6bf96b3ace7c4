//! The ledger in the database: load, decide, append, prove, audit.
//!
//! Every event is one row of `ledger_records`; all other tables of the ledger are projections of
//! it, checked by triggers on the way in and by [`audit()`] ever after. A batch of commands is one
//! transaction: decision, records, Merkle leaves and the signed checkpoint become visible at once.

mod append;
mod audit;
mod projection;
mod records;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod triggers;

use ledger::{Books, Command, CompactRange, Event, LedgerError, Rejection, Signer, UtcMicros};

use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::pool::Store;
use crate::tx::TxError;

pub use audit::{Audit, Finding, audit};
pub use records::{
    checkpoint_at, events, events_of, latest_checkpoint, leaf_hashes, receipt, record_count,
};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The books refuse it; nothing was changed.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The records in the database do not make up books.
    #[error("台账已损坏，请运行审计：{0} (the ledger is damaged; run the audit)")]
    Damaged(#[from] LedgerError),
    /// The database failed or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<diesel::result::Error> for ExecuteError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

impl TxError for ExecuteError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::Rejected(_) | Self::Damaged(_) => None,
        }
    }
}

/// The books as the records make them.
pub fn books(conn: &mut AnyConn) -> Result<Books, ExecuteError> {
    Ok(Books::replay(&events(conn, 1)?)?)
}

/// Carries out one command in a transaction of its own; the events it led to, none when the books
/// said the same already.
pub fn execute(
    store: &Store,
    command: &Command,
    now: UtcMicros,
    signer: &Signer,
) -> Result<Vec<Event>, ExecuteError> {
    execute_all(store, std::slice::from_ref(command), now, signer)
}

/// Carries out commands in one transaction: all of them, or none.
pub fn execute_all(
    store: &Store,
    commands: &[Command],
    now: UtcMicros,
    signer: &Signer,
) -> Result<Vec<Event>, ExecuteError> {
    store.write(|conn| execute_in(conn, commands, now, signer))
}

/// The same inside a writing transaction of the caller, who rolls back on an error.
pub fn execute_in(
    conn: &mut AnyConn,
    commands: &[Command],
    now: UtcMicros,
    signer: &Signer,
) -> Result<Vec<Event>, ExecuteError> {
    let mut books = books(conn)?;
    let mut log = CompactRange::of(leaf_hashes(conn)?);
    let mut appended = Vec::new();
    for command in commands {
        for event in ledger::decide(&books, command, now)? {
            books.apply(&event)?;
            appended.push(event);
        }
    }
    if let Some(last) = appended.last() {
        let recorded_at = last.recorded_at;
        append::append(conn, &appended, &mut log)?;
        append::seal(conn, &log, recorded_at, signer)?;
    }
    Ok(appended)
}
