//! The ledger in the database: load, decide, append, prove, audit.
//!
//! Every event is one row of `ledger_records`; all other tables of the ledger are projections of
//! it, checked by triggers on the way in and by [`audit()`] ever after. A batch of commands is one
//! transaction: decision, records, Merkle leaves and the signed checkpoint become visible at once.

mod append;
mod audit;
mod balance;
mod cosign;
mod dated;
mod head;
mod projection;
mod proof;
mod records;
mod rows;
mod schema;
mod statement;
#[cfg(test)]
mod tests;
#[cfg(test)]
#[path = "../ledger/trial.rs"]
mod trial;
mod words;

use ledger::{Books, Command, Event, LedgerError, Rejection, Signer, UtcMicros};

use crate::conn::AnyConn;
use crate::error::StoreError;
use crate::pool::Store;
use crate::tx::TxError;

use head::Head;

pub use audit::{Audit, CheckPaper, Finding, audit, audit_with_papers};
pub use balance::balance;
pub use cosign::{cosigned_note, cosigners, keep_cosignature, newest_cosigned};
pub use dated::{each_dated, used_accounts};
pub(crate) use head::HeadCache;
pub use proof::{BundleOrder, close_of, statement_bundle};
pub use records::{
    appeal_events, checkpoint_at, claim_events, event, events, events_of, latest_checkpoint,
    leaf_hashes, receipt, record_count,
};
pub use statement::statement;
pub use words::{open_events, open_words, scrub};

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The books refuse it; nothing was changed.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The records in the database do not make up books.
    #[error("台账已损坏，请运行审计：{0} (the ledger is damaged; run the audit)")]
    Damaged(#[from] LedgerError),
    /// What was asked cannot be proved, or the papers handed in do not fit this ledger.
    #[error(transparent)]
    Unprovable(LedgerError),
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
            Self::Rejected(_) | Self::Damaged(_) | Self::Unprovable(_) => None,
        }
    }
}

/// The books as the records make them, all of them read and followed.
pub fn books(conn: &mut AnyConn) -> Result<Books, ExecuteError> {
    Ok(Books::replay(&events(conn, 1)?)?)
}

/// The same from the head that this process keeps: only what was appended since is read.
pub fn current_books(store: &Store, conn: &mut AnyConn) -> Result<Books, ExecuteError> {
    let head = store.head().current(conn)?;
    let books = head.books.clone();
    store.head().keep(head);
    Ok(books)
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
    execute_with(store, commands, now, signer, |_, _| Ok(()))
}

/// The same together with work of the caller, which is told the events and done after them, in the
/// same transaction: all of both, or nothing. It may run more than once.
pub fn execute_with<E: TxError + From<ExecuteError>>(
    store: &Store,
    commands: &[Command],
    now: UtcMicros,
    signer: &Signer,
    mut work: impl FnMut(&mut AnyConn, &[Event]) -> Result<(), E>,
) -> Result<Vec<Event>, E> {
    let mut committed = None;
    let events = store.write_in_turn(|conn| {
        let (head, events) = carry_out(store, conn, commands, now, signer)?;
        work(conn, &events)?;
        committed = Some(head);
        Ok::<_, E>(events)
    })?;
    if let Some(head) = committed {
        store.head().keep(head);
    }
    Ok(events)
}

/// The same inside a writing transaction of the caller, who rolls back on an error.
pub fn execute_in(
    store: &Store,
    conn: &mut AnyConn,
    commands: &[Command],
    now: UtcMicros,
    signer: &Signer,
) -> Result<Vec<Event>, ExecuteError> {
    Ok(carry_out(store, conn, commands, now, signer)?.1)
}

/// The head after the commands, which is not to be believed before the transaction is committed.
fn carry_out(
    store: &Store,
    conn: &mut AnyConn,
    commands: &[Command],
    now: UtcMicros,
    signer: &Signer,
) -> Result<(Head, Vec<Event>), ExecuteError> {
    let mut head = store.head().current(conn)?;
    let commands = words::seal(conn, &head.books, commands)?;
    let decided = ledger::decide_all(&head.books, &commands, now)?;
    if let Some(last) = decided.events.last() {
        require_signer(&decided.books, signer)?;
        let hash = decided.books.hash();
        append::append(conn, hash, &decided.events, &mut head)?;
        append::seal(conn, hash, &head.log, last.recorded_at, signer)?;
    }
    head.books = decided.books;
    Ok((head, decided.events))
}

/// Refuses a key that was replaced: a process that was started before the rotation.
fn require_signer(books: &Books, signer: &Signer) -> Result<(), Rejection> {
    match books.charter().key_at(books.records()) {
        Some(key) if *key != signer.verifier_key() => Err(Rejection::CharterRefused {
            what: "签名密钥已更换，请重新启动 the signing key was replaced: start again",
        }),
        _ => Ok(()),
    }
}
