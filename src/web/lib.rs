//! The only crate that knows HTTP: pages and JSON API.
