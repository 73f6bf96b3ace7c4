//! What the result would have been, were the appeal right: the month with and without the records
//! contested, through the very functions that made the result. Nothing is written.

use std::collections::BTreeSet;

use assess::Comparison;
use domain::{AppealId, DepartmentId, Fen, Period};
use ledger::restatement::{Restated, Won};
use ledger::{Accrual, Component, OrderLine};

use super::{AppealEntry, AppealSheet, bad};
use crate::App;
use crate::error::Error;
use crate::inputs::RunInputs;
use crate::role::User;
use crate::run::{self, Decided};
use crate::simulate::Side;

/// One side of a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewSide {
    /// Total, as it is shown.
    pub total: String,
    /// Rank in the group.
    pub rank: Option<u32>,
    /// Grade.
    pub grade: String,
    /// Sum of awards.
    pub awarded_fen: Fen,
}

/// What a line of the budget would give beyond the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewLine {
    /// The line that pays.
    pub line: ledger::Line,
    /// What for.
    pub component: Component,
    /// Awarded by the result.
    pub before_fen: Fen,
    /// Awarded, were the appeal right.
    pub after_fen: Fen,
    /// What no money would have been there for, beyond the result.
    pub unfunded_fen: Fen,
    /// What stands in the books for it now, other decisions since included.
    pub standing_fen: Fen,
    /// What an adjustment would pay more, out of what is available now.
    pub raise_fen: Fen,
    /// What it would show as unfunded, since there is no money now.
    pub short_fen: Fen,
    /// How the amount comes about, in words, were the appeal right.
    pub why: Vec<String>,
}

/// A preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The department.
    pub department: DepartmentId,
    /// The month.
    pub period: Period,
    /// What is supposed, in words.
    pub supposed: Vec<String>,
    /// The result.
    pub before: PreviewSide,
    /// What it would have been.
    pub after: PreviewSide,
    /// Indicators whose points differ: title, points before and after.
    pub indicators: Vec<(String, String, String)>,
    /// Lines whose awards differ, and the one that is contested.
    pub lines: Vec<PreviewLine>,
    /// What the department would win, as lines of an adjustment. What others would lose is not
    /// taken from them, and what was given since is not given again.
    pub(super) adjustment: Vec<OrderLine>,
}

impl App {
    /// What the result would have been, were an appeal right.
    pub fn preview_appeal(&self, viewer: &User, id: &AppealId) -> Result<Preview, Error> {
        self.preview_of(&self.appeal(viewer, id)?)
    }

    /// The same for the operator of the command line.
    pub fn preview_appeal_unchecked(&self, id: &AppealId) -> Result<Preview, Error> {
        self.preview_of(&self.appeal_unchecked(id)?)
    }

    pub(super) fn preview_of(&self, sheet: &AppealSheet) -> Result<Preview, Error> {
        let (published, recorded) = self.recorded_month(sheet.entry.period)?;
        let basis = self.basis_of(&self.books()?, sheet, &published)?;
        let before = if basis == published {
            recorded
        } else {
            self.computed(&basis)?
        };
        self.compared(sheet, &published, (basis, before))
    }

    /// What was published, and what it would have been, were this appeal alone right: what a bulletin
    /// announces when it was won.
    pub(crate) fn announced(&self, sheet: &AppealSheet) -> Result<Preview, Error> {
        let (published, recorded) = self.recorded_month(sheet.entry.period)?;
        self.compared(sheet, &published, (published.clone(), recorded))
    }

    fn compared(
        &self,
        sheet: &AppealSheet,
        published: &RunInputs,
        (basis, before): (RunInputs, Decided),
    ) -> Result<Preview, Error> {
        let (entry, books) = (&sheet.entry, self.books()?);
        let mut inputs = basis;
        let mut supposed = self.suppose(entry, published, &mut inputs)?;
        if supposed.is_empty() {
            supposed.push(self.suppose_late_facts(sheet, published, &mut inputs)?);
        }
        let after = self.computed(&inputs).map_err(|error| match error {
            Error::Assess(fault) => Error::Conflict {
                reason: format!("这样假设后无法重算：{fault} (cannot be recalculated like this)"),
            },
            other => other,
        })?;
        let sides = (&before, &after);
        let (was, is) = (
            run::lines_of(&before.awards)?,
            run::lines_of(&after.awards)?,
        );
        let won = ledger::restatement::won(
            &books,
            (&entry.department, entry.period),
            (&was, &is),
            self.next_business_day(&books),
        )?;
        let contested = entry.accrual.and_then(|seq| books.accrual(seq));
        let lines = lines(&entry.department, sides, &won, contested)?;
        preview(entry, supposed, sides, (lines, won.lines))
    }
}

fn preview(
    entry: &AppealEntry,
    supposed: Vec<String>,
    (recorded, decided): (&Decided, &Decided),
    (lines, adjustment): (Vec<PreviewLine>, Vec<OrderLine>),
) -> Result<Preview, Error> {
    let comparison = Comparison::of(
        (&recorded.assessment, &recorded.awards),
        (&decided.assessment, &decided.awards),
    );
    let changes = comparison.departments.iter();
    let change = changes.clone().find(|change| change.id == entry.department);
    let sides = change.and_then(|change| change.before.as_ref().zip(change.after.as_ref()));
    let (Some(change), Some((before, after))) = (change, sides) else {
        return Err(bad("重算后该部门不再参评 (not assessed any more)"));
    };
    let title = |id: &str| {
        let head = recorded
            .assessment
            .indicators
            .iter()
            .find(|head| head.id == id);
        head.map_or_else(|| id.to_owned(), |head| head.title.clone())
    };
    let indicators = change
        .indicators
        .iter()
        .map(|(id, before, after)| (title(id), before.to_string(), after.to_string()));
    Ok(Preview {
        department: entry.department.clone(),
        period: entry.period,
        supposed,
        before: side(before),
        after: side(after),
        indicators: indicators.collect(),
        lines,
        adjustment,
    })
}

fn side(side: &Side) -> PreviewSide {
    PreviewSide {
        total: side.shown.to_string(),
        rank: side.rank,
        grade: side.grade_title.clone(),
        awarded_fen: side.awarded_fen,
    }
}

/// Lines whose awards to the department differ, and the one of the contested accrual.
fn lines(
    department: &DepartmentId,
    (recorded, decided): (&Decided, &Decided),
    won: &Won,
    contested: Option<&Accrual>,
) -> Result<Vec<PreviewLine>, Error> {
    let before = run::ledger_awards(&recorded.awards, department)?;
    let after = run::ledger_awards(&decided.awards, department)?;
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    let mut lines = Vec::new();
    for (line, component) in keys {
        let key = (line.clone(), component);
        let (was, is) = (before.get(&key), after.get(&key));
        let amount = |side: Option<&ledger::Award>| side.map_or(Fen::ZERO, |own| own.amount_fen);
        let unfunded =
            |side: Option<&ledger::Award>| side.map_or(Fen::ZERO, |own| own.unfunded_fen);
        let more = unfunded(is).checked_sub(unfunded(was)).unwrap_or_default();
        let asked = contested.is_some_and(|own| {
            own.component == component
                && own.line.payer == line.payer
                && own.line.budget_line == line.budget_line
                && own.line.programme == line.programme
        });
        if !asked && amount(was) == amount(is) && more == Fen::ZERO {
            continue;
        }
        let mine = |one: &&Restated| one.line == line && one.component == component;
        let won = won.paid.iter().find(mine);
        lines.push(PreviewLine {
            before_fen: amount(was),
            after_fen: amount(is),
            unfunded_fen: more.max(Fen::ZERO),
            standing_fen: won.map_or(Fen::ZERO, Restated::standing_fen),
            raise_fen: won.map_or(Fen::ZERO, |own| own.change_fen),
            short_fen: won.map_or(Fen::ZERO, |own| own.short_fen),
            why: why(decided, department, &key),
            line,
            component,
        });
    }
    Ok(lines)
}

/// How an amount comes about: the sentences of the awards behind it.
fn why(
    decided: &Decided,
    department: &DepartmentId,
    (line, component): &(ledger::Line, Component),
) -> Vec<String> {
    let awards = &decided.awards;
    let of_line = |award: &&assess::Award| {
        let pot = awards.pot_of(award);
        run::book_component(award.component) == *component
            && pot.is_some_and(|pot| crate::pots::ledger_line(&pot.line) == *line)
    };
    let reasons = awards.of(department).filter(of_line);
    reasons.map(|award| award.reason.clone()).collect()
}
