//! Formulas: SQL scalar expressions, parsed, checked for names, types and units, and lowered to a
//! small typed tree. Every formula is total: no loops, no calls but to tables, bounded in size.
//! `rules/LANGUAGE.md` is the language as its users see it.

pub mod tree;

mod aggregate;
mod call;
mod check;
mod names;
mod operators;
mod show;
mod slips;
mod syntax;
mod units;

pub(crate) use call::is_reserved;
pub use check::{Compiled, Rows, compile_row, compile_subject};
pub(crate) use names::did_you_mean;
pub use names::{Carried, Names, TableSignature};
pub use show::{Substitution, show, show_aggregate, show_peer};
pub(crate) use syntax::fault_at;

/// A finding about a formula, placed within its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaFault {
    /// Line within the formula, from one.
    pub line: u32,
    /// Character within the line, from one.
    pub column: u32,
    /// Characters concerned.
    pub width: u32,
    /// Stable code, for example `rules.unknown_column`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

#[cfg(test)]
mod tests;
