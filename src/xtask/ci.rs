//! `cargo xtask ci`: the same checks for a developer and for CI.

use crate::machine::{cargo, run};
use crate::test;

/// Format, lints, documentation, tests; stops at the first that fails.
pub fn ci() -> anyhow::Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    run(cargo().env("RUSTDOCFLAGS", "-D warnings").args([
        "doc",
        "--no-deps",
        "--document-private-items",
    ]))?;
    test::test(&test::Options::default())
}
