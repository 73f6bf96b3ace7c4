//! The format of beancount.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::NaiveDate;
use domain::{Fen, Period};

use super::{Class, Entry, Name, one_line};
use crate::escape::unescape;

/// What stands above the first entry.
pub(super) fn head(about: &str) -> String {
    let title = quoted(about);
    format!("option \"title\" {title}\noption \"operating_currency\" \"CNY\"\n")
}

/// Opens an account on the day of its first use.
pub(super) fn declaration(name: &Name, on: NaiveDate) -> String {
    let (account, code, title) = (account(name), quoted(&name.code()), name.title());
    format!("\n{on} open {account} CNY\n  code: {code}\n  title: \"{title}\"\n")
}

/// The entry.
pub(super) fn entry(entry: &Entry<'_>) -> String {
    let (on, title, document) = (entry.on, quoted(entry.title), quoted(entry.document));
    let mut text = format!("\n{on} * {title} {document}\n");
    if let Some(seq) = entry.seq {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  seq: {seq}");
    }
    for (name, value) in &entry.tags {
        let _ = writeln!(text, "  {name}: {}", quoted(value));
    }
    for line in &entry.postings {
        let (account, amount) = (account(&line.name), line.amount_fen.to_plain());
        let _ = writeln!(text, "  {account}  {amount} CNY");
    }
    text
}

/// Assertions at the start of the day after the month. Left to itself beancount would pass over a
/// difference of one fen, so none is allowed by name.
pub(super) fn month_end(month: Period, balances: &BTreeMap<Name, Fen>) -> String {
    let on = month.next().first_day();
    let mut text = String::from("\n");
    for (name, balance) in balances {
        let (account, balance) = (account(name), balance.to_plain());
        let _ = writeln!(text, "{on} balance {account}  {balance} ~ 0.00 CNY");
    }
    text
}

/// The name that beancount takes: its root, then the parts of the code. Different codes have
/// different names.
fn account(name: &Name) -> String {
    let root = match name.class() {
        Class::Asset => "Assets",
        Class::Liability => "Liabilities",
        Class::Equity => "Equity",
        Class::Income => "Income",
        Class::Expense => "Expenses",
    };
    let code = name.code();
    let parts = code.split(':').map(|part| {
        // A code that was written unescapes.
        component(&unescape(part).unwrap_or_else(|| part.to_owned()))
    });
    std::iter::once(root.to_owned())
        .chain(parts)
        .collect::<Vec<_>>()
        .join(":")
}

/// A part of a name. It begins with an ASCII capital or digit, so anything else has `Z-` in front;
/// what is neither ASCII letter, digit nor ideograph is `-HEX-`, the dash itself included. Behind a
/// leading `Z-` of ours no hexadecimal digit stands, so that no two texts become one.
fn component(text: &str) -> String {
    let is_kept = |c: char| c.is_ascii_alphanumeric() || ('\u{4e00}'..='\u{9fff}').contains(&c);
    let mut name = String::new();
    if !text.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit()) {
        name.push_str("Z-");
    }
    for c in text.chars() {
        if is_kept(c) {
            name.push(c);
        } else {
            let _ = write!(name, "-{:X}-", u32::from(c));
        }
    }
    name
}

/// A string of beancount's.
fn quoted(text: &str) -> String {
    let escaped = one_line(text).replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_what_beancount_takes() {
        for (text, name) in [
            ("91410100MB0A1B2C3D", "91410100MB0A1B2C3D"),
            ("共享: 补偿", "Z-共享-3A--20-补偿"),
            ("Payable", "Payable"),
            ("a", "Z-a"),
            ("Z-2D-", "Z-2D-2D-2D-"),
            ("", "Z-"),
        ] {
            assert_eq!(component(text), name);
        }
    }

    proptest! {
        #[test]
        fn different_texts_have_different_names(texts in proptest::collection::vec("[Z2Da\\-一.]{0,6}", 2..40)) {
            let mut seen: BTreeMap<String, String> = BTreeMap::new();
            for text in texts {
                let before = seen.insert(component(&text), text.clone());
                prop_assert!(before.is_none_or(|before| before == text), "{}", text);
            }
        }
    }
}
