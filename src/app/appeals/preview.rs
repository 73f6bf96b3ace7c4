//! What the result would have been, were the appeal right: the month's frozen inputs without the
//! records contested, through the very functions that made the result. Nothing is written.

use std::collections::{BTreeMap, BTreeSet};

use assess::Comparison;
use domain::facts::{Batch, SourceLine};
use domain::{AppealId, DepartmentId, Facts, Fen, Period};
use ledger::{Component, OrderLine};

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
    /// Articles.
    pub cite: String,
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
    /// Lines whose awards differ.
    pub lines: Vec<PreviewLine>,
}

impl Preview {
    /// What the department would win, as lines of an adjustment. What others would lose is not
    /// taken from them.
    pub(super) fn raises(&self) -> impl Iterator<Item = OrderLine> + '_ {
        self.lines.iter().flat_map(|own| {
            let won = own
                .after_fen
                .checked_sub(own.before_fen)
                .unwrap_or_default();
            let raise = (won > Fen::ZERO).then(|| OrderLine::Raise {
                department: self.department.clone(),
                line: own.line.clone(),
                component: own.component,
                for_period: self.period,
                amount_fen: won,
                cite: own.cite.clone(),
            });
            let unfunded = (own.unfunded_fen > Fen::ZERO).then(|| OrderLine::RaiseUnfunded {
                department: self.department.clone(),
                component: own.component,
                for_period: self.period,
                amount_fen: own.unfunded_fen,
                cite: own.cite.clone(),
            });
            raise.into_iter().chain(unfunded)
        })
    }
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

    /// The title of an indicator in the month's result, which must have scored the department by it,
    /// on the records named.
    pub(super) fn contested_indicator(
        &self,
        entry: &AppealEntry,
        indicator: &str,
    ) -> Result<String, Error> {
        let (inputs, recorded) = self.recorded_month(entry.period)?;
        let assessed = recorded.assessment.department(&entry.department);
        let scored =
            assessed.is_some_and(|own| own.indicators.iter().any(|one| one.id == indicator));
        let heads = &recorded.assessment.indicators;
        let head = heads.iter().find(|head| head.id == indicator);
        let title = head.filter(|_| scored).map(|head| head.title.clone());
        let title = title.ok_or_else(|| {
            bad("该部门当月的考核中没有这一指标 (no such indicator in the result)")
        })?;
        if !entry.rows.is_empty() {
            let known = self.evidence_rows(entry, indicator, &inputs)?;
            let strange = entry.rows.iter().find(|row| !known.contains_key(*row));
            if let Some(row) = strange {
                let reason = format!(
                    "“{row}”不是该指标的证据，证据见得分解释页 (not evidence of the indicator)"
                );
                return Err(bad(&reason));
            }
        }
        Ok(title)
    }

    /// The evidence of an indicator, `file:line`, with whether it lost points.
    fn evidence_rows(
        &self,
        entry: &AppealEntry,
        indicator: &str,
        inputs: &RunInputs,
    ) -> Result<BTreeMap<String, bool>, Error> {
        let rules = self.rules_of(&inputs.pack, &inputs.pack_digest)?;
        let calendar = self.calendar()?;
        let prepared = run::prepare(&rules.pack, &calendar, inputs)?;
        let month = prepared.month()?;
        let assessment = month.assess()?;
        let explained = month.explain(&assessment, &entry.department, Some(indicator))?;
        let mut rows = BTreeMap::new();
        for node in explained.root.walk() {
            if let Some(row) = &node.evidence {
                let lost = row.potential != node.amount;
                *rows
                    .entry(format!("{}:{}", row.file, row.line))
                    .or_default() |= lost;
            }
        }
        Ok(rows)
    }

    pub(super) fn preview_of(&self, sheet: &AppealSheet) -> Result<Preview, Error> {
        let entry = &sheet.entry;
        let (mut inputs, recorded) = self.recorded_month(entry.period)?;
        let mut supposed = Vec::new();
        if let Some(indicator) = &entry.indicator {
            let mut aside: BTreeSet<String> = entry.rows.iter().cloned().collect();
            if aside.is_empty() {
                let rows = self.evidence_rows(entry, indicator, &inputs)?;
                aside.extend(
                    rows.into_iter()
                        .filter(|(_, lost)| *lost)
                        .map(|(row, _)| row),
                );
            }
            let set_aside = set_aside(&mut inputs.facts, &aside);
            supposed.extend(
                set_aside
                    .into_iter()
                    .map(|row| format!("记录 {row} 不计入考核")),
            );
        }
        if entry.accrual.is_some() {
            supposed.extend(self.grant_claims(entry, &mut inputs.facts)?);
        }
        if supposed.is_empty() {
            return Err(bad(
                "没有可以假设的更正：请指明失分的指标或记录 (nothing to suppose; name an indicator)",
            ));
        }
        let rules = self.rules_of(&inputs.pack, &inputs.pack_digest)?;
        let calendar = self.calendar()?;
        let decide = || {
            let prepared = run::prepare(&rules.pack, &calendar, &inputs)?;
            run::decide(&prepared.month()?, inputs.means())
        };
        let decided = decide().map_err(|error| match error {
            Error::Assess(fault) => Error::Conflict {
                reason: format!("这样假设后无法重算：{fault} (cannot be recalculated like this)"),
            },
            other => other,
        })?;
        preview(entry, supposed, &recorded, &decided)
    }

    /// Supposes that claims behind the contested accrual were accepted in full.
    fn grant_claims(&self, entry: &AppealEntry, facts: &mut Facts) -> Result<Vec<String>, Error> {
        let books = self.books()?;
        let accrual = entry.accrual.and_then(|seq| books.accrual(seq));
        let kind = match accrual.map(|own| own.component) {
            Some(Component::Cost) => domain::facts::ClaimKind::Cost,
            Some(Component::Loss) => domain::facts::ClaimKind::Loss,
            _ => return Ok(Vec::new()),
        };
        let mut granted = Vec::new();
        for claim in &mut facts.claims {
            let cut = claim
                .accepted_fen
                .is_some_and(|fen| fen < claim.declared_fen);
            if claim.department == entry.department && claim.kind == kind && cut {
                claim.accepted_fen = Some(claim.declared_fen);
                granted.push(format!(
                    "申报 {} 全额认定 {} 元",
                    claim.id, claim.declared_fen
                ));
            }
        }
        Ok(granted)
    }
}

/// Takes the records out of the facts; those that were there. A catalogue entry stays, since usage
/// and requests name it: what is held against it goes, its checks and that it is not mounted.
fn set_aside(facts: &mut Facts, aside: &BTreeSet<String>) -> BTreeSet<String> {
    let batches: Vec<Batch> = facts.batches.clone();
    let contested = |source: SourceLine| {
        let place = usize::try_from(source.batch).ok();
        let batch = place.and_then(|at| batches.get(at))?;
        let name = format!("{}:{}", batch.file_name, source.line);
        aside.contains(&name).then_some(name)
    };
    let mut gone = BTreeSet::new();
    let mut entries = BTreeSet::new();
    for resource in &mut facts.resources {
        if let Some(name) = contested(resource.source) {
            resource.mounted = true;
            entries.insert(resource.code.clone());
            gone.insert(name);
        }
    }
    facts
        .checks
        .retain(|check| !entries.contains(&check.resource));
    let mut stays = |source: SourceLine| match contested(source) {
        Some(name) => {
            gone.insert(name);
            false
        }
        None => true,
    };
    macro_rules! retain {
        ($($table:ident),*) => { $(facts.$table.retain(|row| stays(row.source));)* };
    }
    retain!(
        checks,
        usage,
        requests,
        corrections,
        incidents,
        feedback,
        safeguards,
        judgements,
        measures
    );
    gone
}

fn preview(
    entry: &AppealEntry,
    supposed: Vec<String>,
    recorded: &Decided,
    decided: &Decided,
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
        lines: lines(&entry.department, recorded, decided)?,
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

/// Lines whose awards to the department differ.
fn lines(
    department: &DepartmentId,
    recorded: &Decided,
    decided: &Decided,
) -> Result<Vec<PreviewLine>, Error> {
    let before = run::ledger_awards(&recorded.awards, department)?;
    let after = run::ledger_awards(&decided.awards, department)?;
    let keys: BTreeSet<_> = before.keys().chain(after.keys()).cloned().collect();
    let mut lines = Vec::new();
    for key in keys {
        let (was, is) = (before.get(&key), after.get(&key));
        let amount = |side: Option<&ledger::Award>| side.map_or(Fen::ZERO, |own| own.amount_fen);
        let unfunded =
            |side: Option<&ledger::Award>| side.map_or(Fen::ZERO, |own| own.unfunded_fen);
        let more = unfunded(is).checked_sub(unfunded(was)).unwrap_or_default();
        if amount(was) == amount(is) && more == Fen::ZERO {
            continue;
        }
        let cite = is.or(was).map(|own| own.cite.clone()).unwrap_or_default();
        lines.push(PreviewLine {
            line: key.0,
            component: key.1,
            before_fen: amount(was),
            after_fen: amount(is),
            unfunded_fen: more.max(Fen::ZERO),
            cite,
        });
    }
    Ok(lines)
}
