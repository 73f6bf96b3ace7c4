//! Restatement 重述: a decided month computed again from the facts as they are known now, by the
//! rules it was decided by. Nothing published is edited: what differs is proposed as adjusting
//! entries of the open month, by one person, and approved by another.

mod report;

use std::collections::{BTreeMap, BTreeSet};

use assess::Comparison;
use chrono::NaiveDate;
use domain::facts::Batch;
use domain::{DepartmentId, OrderId, Period, RunId};
use ledger::restatement::{self, Due, Restatement};
use ledger::{Books, Order, OrderKind};

use crate::App;
use crate::appropriations;
use crate::error::Error;
use crate::inputs::RunInputs;
use crate::orders::OrderSheet;
use crate::pots::{self, day_in, first_open};
use crate::role::User;
use crate::run::{self, Decided};

/// A month restated, as it is shown.
#[derive(Clone, Debug)]
pub struct RestatedMonth {
    /// The month.
    pub period: Period,
    /// The run that was decided.
    pub run: RunId,
    /// Rules of both computations, `id@version`.
    pub pack: String,
    /// Digest of the facts that were frozen.
    pub facts_then: String,
    /// Digest of the facts as known now.
    pub facts_now: String,
    /// Files that the facts known now come from and the frozen ones did not.
    pub files_since: Vec<String>,
    /// Scores, ranks, grades, indicators, awards and pots: as decided, and by the facts known now.
    pub comparison: Comparison,
    /// What is to be adjusted in the books.
    pub restatement: Restatement,
    /// Names of departments by code.
    pub names: BTreeMap<DepartmentId, String>,
    /// Names of governments by code.
    pub governments: BTreeMap<domain::JurisdictionCode, String>,
    /// Business date the adjustments would be posted on.
    pub posted_on: NaiveDate,
    /// The adjustment of the month, by a restatement or an appeal, that waits for its approval; while
    /// it does, no other is proposed.
    pub waiting: Option<OrderId>,
}

impl RestatedMonth {
    /// Whether there is anything to adjust.
    pub fn is_settled(&self) -> bool {
        self.restatement.lines.is_empty()
    }

    /// Name of a department.
    pub fn name<'a>(&'a self, id: &'a DepartmentId) -> &'a str {
        self.names.get(id).map_or(id.as_str(), String::as_str)
    }

    /// A line of the budget in words: who pays, from which line, for which programme.
    pub fn line_text(&self, line: &ledger::Line) -> String {
        let payer = self.governments.get(&line.payer);
        let payer = payer.map_or(line.payer.as_str(), String::as_str);
        format!("{payer} {} {}", line.budget_line, line.programme)
    }
}

impl App {
    /// Computes a decided month again; writes nothing.
    pub fn restatement(&self, period: Period) -> Result<RestatedMonth, Error> {
        let Some((run, _)) = self.decided_run(period)? else {
            let reason = format!(
                "{period} 的考核尚未审批，重新考核即可，无须重述 (not decided yet; run the month again)"
            );
            return Err(Error::Conflict { reason });
        };
        let (then, recorded) = self.recorded_month(period)?;
        let now = self.known_by_now(&then)?;
        let decided = self.computed(&now)?;
        let books = self.books()?;
        let posted_on = self.next_business_day(&books);
        let due = Due {
            awards: &run::lines_of(&decided.awards)?,
            as_ruled: &self.due_as_ruled(&books, &then, &now)?,
        };
        Ok(RestatedMonth {
            period,
            pack: then.pack.clone(),
            facts_then: recorded.assessment.facts_sha256.clone(),
            facts_now: decided.assessment.facts_sha256.clone(),
            files_since: files_since(&then.facts.batches, &now.facts.batches),
            comparison: Comparison::of(
                (&recorded.assessment, &recorded.awards),
                (&decided.assessment, &decided.awards),
            ),
            restatement: restatement::restate(&books, period, due, posted_on)?,
            names: self.department_names()?,
            governments: self.jurisdiction_names()?,
            posted_on,
            waiting: restatement::adjusting(&books, period).map(|state| state.order.id.clone()),
            run,
        })
    }

    /// Proposes the adjustments of a month. While a restatement of it waits, that one is answered
    /// when it says the same, and has to be decided first when it does not.
    pub fn propose_restatement(
        &self,
        user: &User,
        restated: &RestatedMonth,
        document: &str,
        reason: &str,
    ) -> Result<OrderSheet, Error> {
        let books = self.books()?;
        if let Some(waiting) = restatement::pending(&books, restated.period)
            && waiting.order.lines == restated.restatement.lines
        {
            return self.order(&waiting.order.id);
        }
        if let Some(waiting) = restatement::adjusting(&books, restated.period) {
            let reason = format!(
                "当月的调整指令 {} 待审批，请先审批或退回，再提出重述 (another adjustment of the month \
                 waits for its approval)",
                waiting.order.id
            );
            return Err(Error::Conflict { reason });
        }
        if restated.is_settled() {
            let reason = format!(
                "{} 无须调整，账簿与现有事实相符 (nothing to adjust)",
                restated.period
            );
            return Err(Error::Conflict { reason });
        }
        let reason = match reason.trim() {
            "" => format!("{} 考核重述", restated.period),
            given => given.to_owned(),
        };
        self.propose(
            user,
            Order {
                id: restatement::next_id(&books, restated.period),
                kind: OrderKind::Adjust,
                rule: format!("{}#restatement", restated.pack),
                document: document.to_owned(),
                reason: reason.into(),
                lines: restated.restatement.lines.clone(),
            },
        )
    }

    /// The inputs of a decided month with the facts as they are known now. What months before left
    /// stays as the month found it: each month's own restatement corrects its own.
    pub(crate) fn known_by_now(&self, then: &RunInputs) -> Result<RunInputs, Error> {
        let books = self.books()?;
        let facts = self
            .store()
            .read(|conn| appropriations::facts_of(conn, &books, then.period))?;
        let (before, after) = (&then.facts.appropriations, &facts.appropriations);
        Ok(RunInputs {
            pots: pots::pots_restated(&then.pots, before, after)?,
            facts,
            ..then.clone()
        })
    }

    /// The result of inputs by their own rules. Writes nothing.
    pub(crate) fn computed(&self, inputs: &RunInputs) -> Result<Decided, Error> {
        let rules = self.rules_of(&inputs.pack, &inputs.pack_digest)?;
        let calendar = self.calendar()?;
        let prepared = run::prepare(&rules.pack, &calendar, inputs)?;
        run::decide(&prepared.month()?, inputs.means())
    }

    /// The business date on which something proposed now would be posted. Opens nothing.
    pub(crate) fn next_business_day(&self, books: &Books) -> NaiveDate {
        let today = self.clock().today();
        day_in(first_open(books, Period::containing(today)), today)
    }
}

/// Names of files that were not there then.
pub(crate) fn files_since(then: &[Batch], now: &[Batch]) -> Vec<String> {
    let known: BTreeSet<&str> = then.iter().map(|batch| batch.sha256.as_str()).collect();
    let new = now
        .iter()
        .filter(|batch| !known.contains(batch.sha256.as_str()));
    new.map(|batch| batch.file_name.clone()).collect()
}
