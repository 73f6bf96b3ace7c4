//! Rule packs as signed archives: what is inside, who signed it, and whether it may be used.
//!
//! A [`Bundle`] is a [`Manifest`] and the files it lists. The manifest is a text with the SHA-256
//! of every file, signed as a C2SP note, the form in which the ledger's checkpoints are signed.
//! Whether a signature is needed is decided by the [`Policy`] of who installs, never by whether
//! the bundle brings one. Absent on purpose: IO, clocks; what a rule means.

pub mod admission;
pub mod archive;
pub mod error;
pub mod manifest;
pub mod version;

pub use admission::{Admitted, Installed, Policy, Signatures};
pub use archive::Bundle;
pub use error::BundleError;
pub use manifest::{Entry, Manifest};
pub use version::Version;

#[cfg(test)]
mod tests;
