//! Awards as the books and the table of awards take them: one a department, line and accounting
//! class, whatever the number of components of the pack behind it.

use std::collections::BTreeMap;

use assess::{Award, Awards, Component, PotLine};
use domain::{DepartmentId, Fen};

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What is paid.
    pub(crate) amount_fen: Fen,
    /// What is due and not paid for want of money, earlier months included.
    pub(crate) unfunded_fen: Fen,
    /// What of that earlier months had left.
    pub(crate) brought_fen: Fen,
    /// Articles, each once, in the order of the awards.
    pub(crate) cite: Vec<String>,
}

/// What an entry is about.
pub(crate) type Key = (DepartmentId, PotLine, Component);

/// The entries of a month's awards.
pub(crate) fn entries(awards: &Awards) -> Result<BTreeMap<Key, Entry>, ledger::Rejection> {
    let mut entries: BTreeMap<Key, Entry> = BTreeMap::new();
    for award in &awards.awards {
        let key = (
            award.department.clone(),
            line_of(awards, award),
            award.component,
        );
        let entry = entries.entry(key).or_default();
        let add = |to: &mut Fen, fen: Fen| {
            *to = to.checked_add(fen).ok_or(ledger::Rejection::OutOfRange)?;
            Ok::<_, ledger::Rejection>(())
        };
        add(&mut entry.amount_fen, award.amount_fen)?;
        add(&mut entry.unfunded_fen, award.unfunded_fen)?;
        add(&mut entry.brought_fen, award.brought_fen)?;
        for cite in &award.cite {
            if !entry.cite.contains(cite) {
                entry.cite.push(cite.clone());
            }
        }
    }
    Ok(entries)
}

/// The line that pays. Where nobody has one, all of the award is unfunded, and the line is the
/// payer's in name only.
fn line_of(awards: &Awards, award: &Award) -> PotLine {
    awards.pot_of(award).map_or_else(
        || PotLine {
            payer: award.payer.clone(),
            budget_year: awards.period.year(),
            budget_line: String::new(),
            programme: String::new(),
        },
        |pot| pot.line.clone(),
    )
}
