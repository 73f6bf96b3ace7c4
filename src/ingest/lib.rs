//! Readers of what departments already have, with row rejects and attribution.

pub mod layout;

pub use layout::{Column, FileKind};
