//! A piece of SQL, with what matters when it becomes part of another.

use domain::Rounding;

use super::text;
use crate::exact::Exact;
use crate::formula::tree::Ty;

/// How an expression holds together, from the closest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    /// A name, a literal, a call.
    Atom,
    /// Arithmetic, or a sign.
    Arithmetic,
    /// A comparison or another test.
    Test,
    /// AND, OR, NOT, CASE.
    Logic,
}

/// An expression.
#[derive(Clone, Debug)]
pub(super) struct Sql {
    pub(super) text: String,
    /// What binds its parts together.
    pub(super) binding: Binding,
    /// Whether SQL takes it for a machine integer, which would overflow or divide as one.
    pub(super) integer: bool,
    /// Whether it can fail on some row.
    pub(super) fallible: bool,
}

impl Sql {
    pub(super) const fn atom(text: String) -> Self {
        Self {
            text,
            binding: Binding::Atom,
            integer: false,
            fallible: false,
        }
    }

    /// A text made of parts.
    pub(super) fn made(binding: Binding, text: String, parts: &[&Self]) -> Self {
        Self {
            text,
            binding,
            integer: false,
            fallible: parts.iter().any(|part| part.fallible),
        }
    }

    /// A call of parts.
    pub(super) fn closed(text: String, parts: &[&Self]) -> Self {
        Self::made(Binding::Atom, text, parts)
    }

    #[must_use]
    pub(super) const fn that_can_fail(mut self) -> Self {
        self.fallible = true;
        self
    }

    /// As an operand of arithmetic or of a test.
    pub(super) fn operand(&self) -> String {
        self.within(Binding::Atom)
    }

    /// In brackets, unless it binds at least so closely.
    pub(super) fn within(&self, loosest: Binding) -> String {
        if self.binding > loosest {
            format!("({})", self.text)
        } else {
            self.text.clone()
        }
    }

    /// As the argument of a function that would take a machine integer for one.
    pub(super) fn argument(&self) -> String {
        if self.integer {
            format!("CAST({} AS numeric(19, 0))", self.text)
        } else {
            self.text.clone()
        }
    }
}

/// A number as stored, as a literal.
pub(super) fn literal(mantissa: i128, ty: Ty) -> Sql {
    let scale = ty.scale().unwrap_or(0);
    Sql {
        text: text::decimal(Exact { mantissa, scale }),
        binding: if mantissa < 0 {
            Binding::Arithmetic
        } else {
            Binding::Atom
        },
        integer: scale == 0,
        fallible: false,
    }
}

/// A decimal number rounded to `scale` decimals.
pub(super) fn rounded(value: &str, scale: u8, mode: Rounding) -> String {
    match mode {
        // PostgreSQL's round() takes halves away from zero.
        Rounding::HalfUp => format!("round({value}, {scale})"),
        Rounding::Down => format!("trunc({value}, {scale})"),
        Rounding::Floor if scale == 0 => format!("floor({value})"),
        Rounding::Ceil if scale == 0 => format!("ceil({value})"),
        mode => format!("round_to({value}, {scale}, '{}')", mode.name()),
    }
}
