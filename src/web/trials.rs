//! The portal over a small generated city, asked as browsers and programs ask.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod browser;
mod coverage;
mod declared;
mod filing;
mod forms;
mod office;
mod reading;
mod stopping;
