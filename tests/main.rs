//! The one integration-test binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

mod appeals;
mod bad_input;
mod books;
mod budget;
mod bundles;
mod claims;
mod clauses;
mod corrections;
mod money;
mod monthly_run;
mod payments;
mod portal;
mod postgres;
mod proofs;
mod recomputed;
mod restate;
mod rules;
mod scores;
mod support;
mod tidy;
mod weights;
mod whatif;
