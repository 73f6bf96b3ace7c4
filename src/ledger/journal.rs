//! Plain-text export in the format of hledger, so that another program can add it all up again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::{DepartmentId, Fen};

use crate::event::{Body, Event, Posted};
use crate::transaction::Leg;

/// The whole book, every posting with a balance assertion.
pub fn journal<'a>(events: impl IntoIterator<Item = &'a Event>) -> String {
    write_journal(in_date_order(events), |posted| {
        let legs = posted.transaction.legs.iter();
        legs.map(|leg| (leg.account.code(), leg.amount_fen))
            .collect()
    })
}

/// The accounts of one department; what stands against them is one account of the authority, so
/// that nothing of others shows.
pub fn department_journal<'a>(
    department: &DepartmentId,
    events: impl IntoIterator<Item = &'a Event>,
) -> String {
    let own = |leg: &&Leg| leg.account.department() == Some(department);
    let relevant = in_date_order(events)
        .into_iter()
        .filter(|(_, posted)| posted.transaction.legs.iter().any(|leg| own(&leg)))
        .collect();
    write_journal(relevant, |posted| {
        let legs = posted.transaction.legs.iter().filter(own);
        let mut shown: Vec<(String, Fen)> = legs
            .map(|leg| (leg.account.code(), leg.amount_fen))
            .collect();
        let sum: Fen = shown.iter().map(|(_, amount)| amount).sum();
        if sum != Fen::ZERO {
            shown.push(("P:Counterpart".to_owned(), sum.negated()));
        }
        shown
    })
}

/// hledger checks assertions in the order of dates, then of lines, not in that of records.
fn in_date_order<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<(u64, &'a Posted)> {
    let mut posted: Vec<(u64, &Posted)> = events
        .into_iter()
        .filter_map(|event| match &event.body {
            Body::Posted(posted) => Some((event.seq, posted)),
            _ => None,
        })
        .collect();
    posted.sort_by_key(|(seq, posted)| (posted.transaction.effective_on, *seq));
    posted
}

fn write_journal(
    posted: Vec<(u64, &Posted)>,
    legs_of: impl Fn(&Posted) -> Vec<(String, Fen)>,
) -> String {
    let mut text = String::from("; 衡享补偿台账 Hengxiang ledger\ncommodity 1000.00 CNY\n");
    let mut balances: BTreeMap<String, Fen> = BTreeMap::new();
    for (seq, posted) in posted {
        let transaction = &posted.transaction;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{} * ({seq}) {} | {}  ; for:{}, kind:{}\n",
            transaction.effective_on,
            transaction.kind.title(),
            one_line(&transaction.document),
            transaction.for_period,
            transaction.kind.code(),
        );
        for (account, amount) in legs_of(posted) {
            let balance = balances.entry(account.clone()).or_default();
            *balance = [*balance, amount].iter().sum();
            let (amount, balance) = (amount.to_plain(), balance.to_plain());
            let _ = writeln!(text, "    {account}  {amount} CNY = {balance} CNY");
        }
    }
    text
}

/// The text without what hledger would read as the end of the description.
fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control() || c == ';' || c == '|', " ")
}
