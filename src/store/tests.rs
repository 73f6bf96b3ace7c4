//! Tests of the store as a whole, on both databases.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod facts;
mod people;
mod reported;
mod rule_bundles;
mod runs;
mod sample;
mod schema;
mod upsert;
