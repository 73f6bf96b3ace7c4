//! The only crate that knows HTTP: pages and JSON API over the use cases of `app`.
//!
//! One table, [`routes::ROUTES`], registers, authorizes and documents every address; one door,
//! `gate::pass`, leads to every handler; one wrapper, `portal::Portal::run`, leads from a handler
//! to the application. What is absent here on purpose: SQL, clocks, threads of our own, scripts
//! that a page would need.

pub mod access;
pub mod routes;
pub mod server;

mod api;
mod ask;
mod assets;
mod chrome;
mod cookies;
mod failure;
mod figures;
mod gate;
mod headers;
mod inputs;
mod lang;
mod pages;
mod portal;
mod upload;
mod words;

#[cfg(test)]
mod trials;

pub use server::{Error, Server, Settings, bind, run};
