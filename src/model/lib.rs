//! For tests: a small office, its clients and the treasury, in every order in which they can act. The
//! office answers by [`ledger::decide`] itself, so that what is checked here is what runs.
//!
//! Two months are owed out of one line that cannot hold both; two people make and two check; batches
//! of payments are proposed by two clerks; the treasury pays or returns each batch, and its word
//! comes late, twice, or to a client that has crashed. Any person asks anything at any time: no
//! property rests on clients that behave.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a model that is built wrong should stop the test"
)]

mod ask;
mod flaw;
mod office;
mod settle;
mod state;
#[cfg(test)]
mod tests;

pub use ask::{Ask, Batch, Person, Run};
pub use flaw::Flaw;
pub use office::{Office, Step};
pub use state::{State, Treasury};
