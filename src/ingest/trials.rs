//! Tests of the crate as callers use it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod calls;
mod facts;
mod files;
mod hostile;
mod registers;
mod world;
