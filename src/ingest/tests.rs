//! Tests of the crate as callers use it.
