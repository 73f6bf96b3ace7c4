//! Peers side by side in one run: the engine against the program that would be written on
//! `rust_decimal`, a whole month by stage, and the books against other ledgers.
//!
//! What is compared runs in turns, so that a busy machine slows both; figures are medians. Nothing
//! is printed that was not measured in the same run.

pub mod arena;
#[cfg(feature = "books")]
pub mod books;
#[cfg(feature = "city")]
pub mod city;
pub mod contest;
pub mod figures;
pub mod lookups;
pub mod machine;
#[cfg(feature = "city")]
pub mod month;
pub mod replicas;
pub mod rivals;
#[cfg(feature = "city")]
pub mod scoring;
pub mod tables;
pub mod timing;
pub mod verdict;
pub mod weighted;

/// Whatever stops a benchmark: it has no caller that could act on the kind.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Faults and diagnostics as a failure.
pub fn failure<T: std::fmt::Display>(all: &[T]) -> Failure {
    let lines: Vec<String> = all.iter().map(ToString::to_string).collect();
    lines.join("\n").into()
}
