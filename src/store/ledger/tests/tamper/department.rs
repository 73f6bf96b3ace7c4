//! A department in the campaign: what it is handed, and what it makes of it with its verifier alone.

use ledger::{Keyring, LedgerError, ProvenStatement, Receipt, Statement, StatementBundle, Words};

use super::super::*;
use super::{Verdict, through};

/// All that a department is handed.
pub(super) struct Shown {
    pub(super) papers: StatementBundle,
    /// Of each of its records.
    pub(super) receipts: Vec<Receipt>,
    /// The statement as people read it.
    pub(super) page: Statement,
}

impl Shown {
    /// Every byte of it. Words are equal when their commitments are, so the page is spelt out.
    fn spelt_out(&self) -> Vec<String> {
        let receipts = self.receipts.iter().map(Receipt::to_text);
        let papers = [self.papers.to_text(), format!("{:?}", self.page)];
        papers.into_iter().chain(receipts).collect()
    }
}

/// Who is owed something, and what it keeps.
pub(super) struct Department {
    which: u8,
    keyring: Keyring,
    /// The checkpoint from the last time.
    kept: String,
    /// What it was told, and every byte of that.
    told: ProvenStatement,
    shown: Vec<String>,
    /// What it was handed the time before: all that a server has to offer that can make no papers.
    stale: StatementBundle,
}

impl Department {
    /// One that was told the truth.
    pub(super) fn new(
        which: u8,
        keyring: Keyring,
        kept: &str,
        shown: Shown,
        stale: StatementBundle,
    ) -> Self {
        let told = shown.papers.verify(&keyring, Some(kept)).unwrap();
        assert_eq!(told.unsealed, 0);
        assert!(told.lines.len() > 1, "department {which} has a story");
        let own = Self {
            which,
            keyring,
            kept: kept.to_owned(),
            told,
            shown: shown.spelt_out(),
            stale,
        };
        assert!(own.holds(&shown, &own.told), "the truth contradicts itself");
        own
    }

    pub(super) const fn which(&self) -> u8 {
        self.which
    }

    /// What the verifier says of papers: they extend the kept checkpoint and seal the closed months.
    fn judge(&self, papers: &StatementBundle) -> Result<ProvenStatement, LedgerError> {
        let read = StatementBundle::parse(&papers.to_text())?;
        let proven = read.verify(&self.keyring, Some(&self.kept))?;
        proven.require_sealed(through())?;
        Ok(proven)
    }

    /// What it makes of papers alone.
    pub(super) fn verdict_on(&self, papers: &StatementBundle) -> Verdict {
        match self.judge(papers) {
            Err(_) => Verdict::Papers,
            Ok(told) if told == self.told => Verdict::Unserved,
            Ok(_) => Verdict::Unnoticed,
        }
    }

    /// What it makes of all that it is handed; `None`: the server answers that it cannot.
    pub(super) fn verdict(&self, shown: Option<&Shown>) -> Verdict {
        let Some(shown) = shown else {
            return match self.judge(&self.stale) {
                Err(_) => Verdict::NoPapers,
                Ok(_) => Verdict::Unnoticed,
            };
        };
        let Ok(told) = self.judge(&shown.papers) else {
            return Verdict::Papers;
        };
        if !self.receipts_hold(shown, &told) {
            return Verdict::Papers;
        }
        if !self.holds(shown, &told) {
            return Verdict::Page;
        }
        if shown.spelt_out() == self.shown {
            return Verdict::Unserved;
        }
        if told == self.told && texts(&told) < texts(&self.told) {
            return Verdict::Withheld;
        }
        Verdict::Unnoticed
    }

    /// Whether each receipt proves a line of the statement, and each line has one.
    fn receipts_hold(&self, shown: &Shown, told: &ProvenStatement) -> bool {
        let proven = shown.receipts.iter().map(|receipt| {
            let read = Receipt::parse(&receipt.to_text()).ok()?;
            Some(read.verify_by(&self.keyring).ok()?.event)
        });
        let proven: Option<Vec<Event>> = proven.collect();
        proven.is_some_and(|proven| told.lines.iter().all(|line| proven.contains(line)))
    }

    /// Whether the page says what the lines add up to.
    fn holds(&self, shown: &Shown, told: &ProvenStatement) -> bool {
        let expected = statement(
            &department(self.which),
            &told.lines,
            period("2026-03"),
            through(),
        );
        format!("{expected:?}") == format!("{:?}", shown.page)
    }
}

/// How many texts came with the lines.
fn texts(told: &ProvenStatement) -> usize {
    let words = told.lines.iter().filter_map(|event| event.body.words());
    words.filter_map(Words::opening).count()
}
