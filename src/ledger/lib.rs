//! The books: double entry, run states, Merkle log, checkpoints, receipts, statements.
//!
//! A [`Command`] and the [`Books`] go into [`decide()`], [`Event`]s or a [`Rejection`] come out. Each
//! event is one record and one leaf of an RFC 6962 log; the books are nothing but the fold of the
//! events. What is absent here on purpose: IO, clocks, floats, SQL.

// The tests' own books are read by the store's tests too, and name this crate as those do.
#[cfg(test)]
extern crate self as ledger;

pub mod account;
pub mod accrual;
pub mod appeal;
pub mod award;
pub mod books;
pub mod certificate;
pub mod charter;
pub mod checkpoint;
pub mod claim;
pub mod command;
pub mod decide;
pub mod digest;
pub mod error;
pub mod event;
pub mod instant;
pub mod journal;
pub mod kind;
pub mod leaf;
pub mod logged;
pub mod merkle;
pub mod order;
pub mod receipt;
pub mod rejection;
pub mod run_state;
pub mod seal;
pub mod statement;
pub mod succession;
pub mod transaction;
pub mod trust;
pub mod witness;
pub mod words;

pub mod apportion;
pub mod restatement;

mod appeal_draft;
mod compact;
mod escape;
mod note;
mod payment;
#[cfg(test)]
mod properties;
mod take_back;
#[cfg(test)]
mod trial;

pub use account::{Account, Group, Guard, Line};
pub use accrual::Accrual;
pub use appeal::{Appeal, AppealChange, Contest, Outcome, Ruling, Step};
pub use award::{Award, ControlTotal, RunAwards};
pub use books::{Balance, Books, PeriodState, Told};
pub use certificate::Certificate;
pub use charter::{Certified, Charter, CharterChange};
pub use checkpoint::{Checkpoint, ConsistencyProof, SignedCheckpoint};
pub use claim::{Claim, ClaimChange, ClaimStage, Declaration};
pub use command::{Action, Actor, Command, Grant, Role};
pub use compact::CompactRange;
pub use decide::{Decided, decide, decide_all};
pub use digest::{Digest, Hash};
pub use error::LedgerError;
pub use event::{Body, Event, Mark, OrderChange, Posted, Posting, RunChange};
pub use instant::UtcMicros;
pub use journal::{Dialect, Journal, Scope};
pub use kind::{Component, Ground, Kind};
pub use logged::LoggedRecord;
pub use note::{Signer, VerifierKey};
pub use order::{
    Order, OrderKind, OrderLine, OrderStage, OrderState, Payment, PaymentOutcome, PaymentReceipt,
    Recovery,
};
pub use receipt::{Proven, Receipt};
pub use rejection::Rejection;
pub use run_state::{Run, Stage};
pub use seal::{BalanceProof, Holdings, Neighbour, Seal, SealedBalance};
pub use statement::{
    AccountStatement, BundleParts, ProvenStatement, SealedMonth, Statement, StatementBundle,
    StatementLine, statement,
};
pub use transaction::{Basis, Draft, Leg, RunRef, Transaction};
pub use trust::{Keyring, Trust};
pub use witness::{Witness, WitnessKey};
pub use words::{Opening, SALT_BYTES, Words};
