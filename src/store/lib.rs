//! The only crate that knows SQL: Diesel over SQLite and PostgreSQL, one code for both.
//!
//! A [`Store`] is opened by URL and hands out connections in two ways only: [`Store::read`], one
//! snapshot, and [`Store::write`], one serialisable transaction that is retried when the database
//! asks for it. What runs inside are the functions of the modules, one module an aggregate, which
//! take a `&mut` [`AnyConn`] and speak in domain types.
//!
//! What is absent here on purpose: a clock (callers pass every instant), scores, and any decision
//! about money. The database refuses what must never happen by constraints and triggers.

// Linked, not called: the bundled libpq and SQLite that Diesel talks to.
use libsqlite3_sys as _;
use pq_sys as _;

pub mod activity;
pub mod appropriations;
pub mod batches;
pub mod blobs;
pub mod catalogue;
pub mod claims;
pub mod conn;
pub mod corrections;
pub mod error;
pub mod exchanges;
pub mod facts;
pub mod feedback;
pub mod incidents;
pub mod jobs;
pub mod judgements;
pub mod ledger;
pub mod measures;
pub mod members;
pub mod migrate;
pub mod pool;
pub mod registry;
pub mod reports;
pub mod requests;
pub mod results;
pub mod rule_bundles;
pub mod runs;
pub mod safeguards;
pub mod schema;
pub mod sessions;
pub mod successions;
pub mod tx;
pub mod upsert;
pub mod usage;
pub mod users;

mod cells;
mod drift;
mod target;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use batches::BatchId;
pub use conn::{AnyConn, Backend};
pub use drift::{Drift, DriftKind, schema_drift};
pub use error::StoreError;
pub use pool::Store;
pub use tx::{TxError, read_tx, write_tx};
pub use upsert::Upserted;
