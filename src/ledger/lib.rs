//! The books: double entry, run states, Merkle log, checkpoints, receipts, statements.
//!
//! A [`Command`] and the [`Books`] go into [`decide()`], [`Event`]s or a [`Rejection`] come out. Each
//! event is one record and one leaf of an RFC 6962 log; the books are nothing but the fold of the
//! events. What is absent here on purpose: IO, clocks, floats, SQL.

pub mod account;
pub mod books;
pub mod checkpoint;
pub mod command;
pub mod decide;
pub mod digest;
pub mod error;
pub mod event;
pub mod instant;
pub mod journal;
pub mod kind;
pub mod leaf;
pub mod merkle;
pub mod receipt;
pub mod rejection;
pub mod run_state;
pub mod statement;
pub mod transaction;

mod compact;
mod decide_run;
mod decide_transfer;
mod decide_withdrawal;
mod escape;
mod note;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod trial;

pub use account::{Account, Group, Guard, Line};
pub use books::{Balance, Books, PeriodState};
pub use checkpoint::{Checkpoint, ConsistencyProof, SignedCheckpoint};
pub use command::{Action, Actor, Award, Command, ControlTotal, Grant, Role, RunAwards, Transfer};
pub use compact::CompactRange;
pub use decide::decide;
pub use digest::Digest;
pub use error::LedgerError;
pub use event::{Body, Event, Mark, Posted, Posting, RunChange};
pub use instant::UtcMicros;
pub use kind::{Component, Kind};
pub use note::{Signer, VerifierKey};
pub use receipt::{Proven, Receipt};
pub use rejection::Rejection;
pub use run_state::{Accrual, Run, Stage};
pub use statement::{AccountStatement, Statement, StatementLine, statement};
pub use transaction::{Draft, Leg, RunRef, Transaction};
