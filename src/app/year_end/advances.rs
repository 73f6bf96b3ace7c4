//! What lines paid for other governments 垫付: of each award what the books owe and have paid of it
//! now, so that what was lowered, forfeited or lost under appeal since is not settled.

use std::collections::BTreeMap;

use assess::{Award, Awards, settlement};
use domain::{DepartmentId, Fen, JurisdictionCode};
use ledger::apportion::apportion;
use ledger::{Books, Line, Run};

use super::open;
use crate::App;
use crate::error::Error;
use crate::pots::ledger_line;

/// What lines paid for other governments.
pub(super) struct Advances {
    /// By department, as it stands.
    pub(super) all: Vec<settlement::Advance>,
    /// What is to be settled still, by line and by the government that had to pay; below zero where
    /// more was settled than there is now.
    pub(super) open: BTreeMap<(Line, JurisdictionCode), i64>,
}

impl Advances {
    /// What was settled beyond what there is now.
    pub(super) fn beyond(&self) -> Vec<(Line, JurisdictionCode, Fen)> {
        let beyond = self.open.iter().filter(|(_, fen)| **fen < 0);
        beyond
            .map(|((line, level), fen)| (line.clone(), level.clone(), Fen::new(-fen)))
            .collect()
    }
}

/// What an accrual comes to now, wherever it was transferred: paid and not asked back, and owed.
fn comes_to(books: &Books, seq: u64) -> i64 {
    let Some(accrual) = books.accrual(seq) else {
        return 0;
    };
    let own = accrual.reclaimable_fen().get() + accrual.owed_fen().get();
    let heirs = books
        .accruals()
        .filter(|(_, heir)| heir.origin == Some(seq))
        .map(|(heir, _)| comes_to(books, heir));
    own + heirs.sum::<i64>()
}

/// The accruals of a run by what they are about. One that is carried stands in the next year's line,
/// and is of the run's year all the same.
fn accruals_of(
    books: &Books,
    run: &domain::RunId,
    year: i32,
) -> BTreeMap<(DepartmentId, Line, ledger::Component), u64> {
    let own = books
        .accruals()
        .filter(|(_, accrual)| accrual.run.as_ref() == Some(run) && accrual.origin.is_none());
    own.map(|(seq, accrual)| {
        let line = Line {
            budget_year: year,
            ..accrual.line.clone()
        };
        ((accrual.department.clone(), line, accrual.component), seq)
    })
    .collect()
}

/// Of each award of a run, what it comes to now. Awards that are one accrual part it in proportion.
fn as_they_stand<'a>(
    books: &Books,
    run: &domain::RunId,
    state: &Run,
    awards: &'a Awards,
) -> Vec<(&'a Award, Line, i64)> {
    let accruals = accruals_of(books, run, state.period.year());
    let mut shared: BTreeMap<_, Vec<&Award>> = BTreeMap::new();
    for award in &awards.awards {
        if let Some(pot) = awards
            .pot_of(award)
            .filter(|_| award.amount_fen > Fen::ZERO)
        {
            let component = crate::run::book_component(award.component);
            let key = (award.department.clone(), ledger_line(&pot.line), component);
            shared.entry(key).or_default().push(award);
        }
    }
    let mut standing = Vec::new();
    for (key, own) in shared {
        let now = accruals.get(&key).map_or(0, |seq| comes_to(books, *seq));
        let weights: Vec<i64> = own.iter().map(|award| award.amount_fen.get()).collect();
        let parts = apportion(Fen::new(now), &weights);
        let parts = own.into_iter().zip(parts);
        standing.extend(parts.map(|(award, fen)| (award, key.1.clone(), fen.get())));
    }
    standing
}

impl App {
    /// What the approved runs of a year took from pots of others than the payer, as it stands, less
    /// what was settled of it.
    pub(super) fn advances(&self, books: &Books, year: i32) -> Result<Advances, Error> {
        let runs = books
            .runs()
            .filter(|(_, run)| run.period.year() == year && run.stage == ledger::Stage::Approved);
        let mut open: BTreeMap<(Line, JurisdictionCode), i64> = BTreeMap::new();
        let mut by_department: BTreeMap<(Line, JurisdictionCode, DepartmentId), i64> =
            BTreeMap::new();
        for (id, state) in runs {
            let awards: Awards = self
                .store()
                .read(|conn| crate::run::load(conn, id, crate::run::Stage::Compensated))?;
            for (award, line, fen) in as_they_stand(books, id, state, &awards) {
                if line.payer == award.payer {
                    continue;
                }
                let payer = award.payer.clone();
                *open.entry((line.clone(), payer.clone())).or_default() += fen;
                let key = (line, payer, award.department.clone());
                *by_department.entry(key).or_default() += fen;
            }
        }
        for (line, level, fen) in open::settled_advances(books) {
            if let Some(left) = open.get_mut(&(line, level)) {
                *left -= fen;
            }
        }
        let all = by_department.into_iter().filter(|(_, fen)| *fen > 0);
        Ok(Advances {
            all: all
                .map(|((line, payer, department), fen)| settlement::Advance {
                    payer,
                    purse: line.payer,
                    department,
                    amount_fen: Fen::new(fen),
                })
                .collect(),
            open,
        })
    }
}
