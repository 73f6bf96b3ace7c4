//! What appeals suppose about the facts of a month: that the records contested do not count, that
//! claims are accepted in full, or, where nothing is named, what is known by now.

use std::collections::{BTreeMap, BTreeSet};

use domain::facts::{Batch, SourceLine};
use domain::{AppealId, DepartmentId, Facts, Period};
use ledger::restatement::carried_out;
use ledger::{Appeal, Books, Component, OrderStage, Outcome};

use super::paper::AppealPaper;
use super::{AppealEntry, AppealSheet, adjustment_id, bad};
use crate::App;
use crate::error::Error;
use crate::inputs::RunInputs;
use crate::papers;
use crate::restate::files_since;
use crate::run;

impl App {
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

    /// What an appeal supposes, made of the facts of `inputs`; in words. Records are those of the
    /// published month. Nothing when it names no record that lost points and no claim that was cut.
    pub(super) fn suppose(
        &self,
        entry: &AppealEntry,
        published: &RunInputs,
        inputs: &mut RunInputs,
    ) -> Result<Vec<String>, Error> {
        let mut supposed = Vec::new();
        if let Some(indicator) = &entry.indicator {
            let mut aside: BTreeSet<String> = entry.rows.iter().cloned().collect();
            if aside.is_empty() {
                let rows = self.evidence_rows(entry, indicator, published)?;
                let lost = rows.into_iter().filter(|(_, lost)| *lost);
                aside.extend(lost.map(|(row, _)| row));
            }
            let gone = set_aside(&mut inputs.facts, &aside, &published.facts.batches);
            supposed.extend(gone.iter().map(|row| format!("记录 {row} 不计入考核")));
        }
        if entry.accrual.is_some() {
            supposed.extend(self.grant_claims(entry, &mut inputs.facts)?);
        }
        Ok(supposed)
    }

    /// Of an appeal that names nothing that could be left out: the month by the facts as they are
    /// known now, in words.
    pub(super) fn suppose_late_facts(
        &self,
        sheet: &AppealSheet,
        published: &RunInputs,
        inputs: &mut RunInputs,
    ) -> Result<String, Error> {
        let mut now = self.known_by_now(published)?;
        self.as_ruled(&self.books()?, sheet, published, &mut now)?;
        let files = files_since(&inputs.facts.batches, &now.facts.batches);
        if files.is_empty() {
            return Ok(
                "申诉没有指明失分的指标或记录，公布以来也没有补报或更正的数据，重算结果不变；\
                 请先导入补报数据，或另就指标提出申诉 (nothing to suppose: import corrected data, \
                 or contest an indicator)"
                    .to_owned(),
            );
        }
        *inputs = now;
        Ok(format!(
            "按公布后补报、更正的数据重算：{} (by the data handed in since)",
            files.join("、")
        ))
    }

    /// What an appeal is compared with: the published month, once it was restated the facts known by
    /// now, as other appeals that the department won decided them.
    pub(super) fn basis_of(
        &self,
        books: &Books,
        sheet: &AppealSheet,
        published: &RunInputs,
    ) -> Result<RunInputs, Error> {
        let mut basis = if carried_out(books, published.period).is_some() {
            self.known_by_now(published)?
        } else {
            published.clone()
        };
        self.as_ruled(books, sheet, published, &mut basis)?;
        Ok(basis)
    }

    /// Makes of inputs what the other appeals that a department won decided.
    fn as_ruled(
        &self,
        books: &Books,
        sheet: &AppealSheet,
        published: &RunInputs,
        inputs: &mut RunInputs,
    ) -> Result<(), Error> {
        let won = self.won_appeals(books, published.period)?;
        let own = won.get(&sheet.entry.department).into_iter().flatten();
        for (_, entry) in own.filter(|(id, _)| *id != sheet.id) {
            self.suppose(entry, published, inputs)?;
        }
        Ok(())
    }

    /// What departments that won appeals against a month are due by facts as their appeals decided
    /// them.
    pub(crate) fn due_as_ruled(
        &self,
        books: &Books,
        published: &RunInputs,
        inputs: &RunInputs,
    ) -> Result<Vec<ledger::Award>, Error> {
        let mut due = Vec::new();
        for (department, won) in self.won_appeals(books, published.period)? {
            let mut inputs = inputs.clone();
            for (_, entry) in &won {
                self.suppose(entry, published, &mut inputs)?;
            }
            let awards = run::lines_of(&self.computed(&inputs)?.awards)?;
            due.extend(
                awards
                    .into_iter()
                    .filter(|own| own.department == department),
            );
        }
        Ok(due)
    }

    /// The appeals against a month that were won, by department.
    fn won_appeals(
        &self,
        books: &Books,
        period: Period,
    ) -> Result<BTreeMap<DepartmentId, Vec<(AppealId, AppealEntry)>>, Error> {
        let mut won: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, appeal) in books.appeals() {
            if appeal.contest.period != period || !is_won(books, id, appeal) {
                continue;
            }
            let digest = appeal.contest.statement_sha256;
            let paper: AppealPaper = self.store().read(|conn| papers::paper(conn, digest))?;
            let own = won.entry(appeal.contest.department.clone()).or_default();
            own.push((id.clone(), paper.entry));
        }
        Ok(won)
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

/// Whether what it supposed was accepted: it was upheld; or in part, and what the recalculation gave
/// was adjusted.
fn is_won(books: &Books, id: &AppealId, appeal: &Appeal) -> bool {
    match appeal.ruling.as_ref().map(|ruling| ruling.outcome) {
        Some(Outcome::Upheld) => true,
        Some(Outcome::Partly) => books
            .order(&adjustment_id(id))
            .is_some_and(|order| order.stage == OrderStage::Approved),
        _ => false,
    }
}

/// Takes the records out of the facts; those that were there. Meant are those of the published
/// month: a file that came later under the same name holds others. A catalogue entry stays, since
/// usage and requests name it: what is held against it goes, its checks and that it is not mounted.
fn set_aside(facts: &mut Facts, aside: &BTreeSet<String>, published: &[Batch]) -> BTreeSet<String> {
    let batches: Vec<Batch> = facts.batches.clone();
    let known: BTreeSet<&str> = published.iter().map(|own| own.sha256.as_str()).collect();
    let contested = |source: SourceLine| {
        let place = usize::try_from(source.batch).ok();
        let batch = place.and_then(|at| batches.get(at))?;
        if !known.contains(batch.sha256.as_str()) {
            return None;
        }
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
