//! For tests: other programs that compute again what this one exports. PostgreSQL is asked through
//! `psql`, as an auditor would, DuckDB through Python, hledger and beancount check journals; nothing
//! is linked.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "tests fail by panicking"
)]

mod accounting;
mod duckdb;
mod postgres;
mod python;

pub use accounting::Checker;
pub use duckdb::{DuckDb, Outcome};
pub use postgres::{Schema, separator};

/// How many random cases a differential test tries: 100,000, or 1,000,000 in the nightly mode
/// (`HENGXIANG_NIGHTLY=1`, set by `cargo xtask test --nightly`).
pub fn pairs() -> usize {
    if is_nightly() { 1_000_000 } else { 100_000 }
}

/// Whether the long variants of tests are asked for.
pub fn is_nightly() -> bool {
    std::env::var_os("HENGXIANG_NIGHTLY").is_some()
}
