//! The format of hledger.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::{Fen, Period};

use super::{Class, Entry, Name, one_line};

/// What stands above the first entry.
pub(super) fn head(about: &str) -> String {
    format!("; {about}\ncommodity 1000.00 CNY\n")
}

/// Declares an account, as `hledger check accounts` asks.
pub(super) fn declaration(name: &Name) -> String {
    let class = match name.class() {
        Class::Asset => 'A',
        Class::Liability => 'L',
        Class::Equity => 'E',
        Class::Income => 'R',
        Class::Expense => 'X',
    };
    let (code, title) = (name.code(), name.title());
    format!("\naccount {code}  ; type:{class}, title:{title}\n")
}

/// The entry, every posting with an assertion.
pub(super) fn entry(entry: &Entry<'_>) -> String {
    let code = entry
        .seq
        .map_or_else(String::new, |seq| format!("({seq}) "));
    let (on, title) = (entry.on, entry.title);
    let document = described(entry.document);
    let mut text = format!("\n{on} * {code}{title} | {document}\n");
    for (name, value) in &entry.tags {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    ; {name}:{}", tagged(value));
    }
    for line in &entry.postings {
        let (amount, balance) = (line.amount_fen.to_plain(), line.balance_fen.to_plain());
        let code = line.name.code();
        let _ = writeln!(text, "    {code}  {amount} CNY = {balance} CNY");
    }
    text
}

/// An entry on the last day of the month that moves nothing and asserts every balance.
pub(super) fn month_end(month: Period, balances: &BTreeMap<Name, Fen>) -> String {
    let mut text = format!("\n{} * 月末余额 | balances of {month}\n", month.last_day());
    for (name, balance) in balances {
        let (code, balance) = (name.code(), balance.to_plain());
        let _ = writeln!(text, "    {code}  0.00 CNY = {balance} CNY");
    }
    text
}

/// The text without what hledger would read as the end of the description.
fn described(text: &str) -> String {
    one_line(text).replace([';', '|'], " ")
}

/// The text without what hledger would read as the end of a tag's value.
fn tagged(text: &str) -> String {
    one_line(text).replace(',', "，")
}
