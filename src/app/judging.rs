//! Judgements 评定: what they are checked against, entered one by one, listed with what is missing.
//!
//! A judgement entered by hand is a file of one row, written to the data folder and imported like any
//! other: the same checks, the same trace back to a line.

use std::collections::BTreeMap;

use chrono::NaiveDate;
pub use domain::facts::Judgement;
use domain::{Decimal4, DepartmentId, Diagnostic, Period, Place};
use engine::pack::{Indicator, IndicatorKind, JudgedIn};
use ingest::{FileKind, Judgeable, Judging, Reading, Rows};
use ledger::Stage;

use crate::App;
use crate::error::Error;
use crate::publish::require;
use crate::reading::one_department;
use crate::role::{Right, User};

/// A judgement as a person enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The month.
    pub period: Period,
    /// Department: its code, its name, or a part of the name that only one has.
    pub department: String,
    /// Indicator id.
    pub indicator: String,
    /// Points, or a part of them from 0 to 1.
    pub value: String,
    /// Why.
    pub reason: String,
    /// Day of the signature; today without it.
    pub signed_on: Option<NaiveDate>,
}

/// What one department has, or lacks, of one judged indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgementLine {
    /// Department.
    pub department: DepartmentId,
    /// Its name.
    pub name: String,
    /// Indicator id.
    pub indicator: String,
    /// Its title.
    pub title: String,
    /// The most that may be given.
    pub most: String,
    /// Whether the month cannot be assessed without it.
    pub required: bool,
    /// The judgement that stands; `None` while it is to come.
    pub standing: Option<Judgement>,
    /// What it replaced, oldest first.
    pub replaced: Vec<Judgement>,
}

/// The indicator as imports are checked against it, if it is judged.
fn judgeable(indicator: &Indicator) -> Option<Judgeable> {
    let IndicatorKind::Judged(given) = indicator.kind else {
        return None;
    };
    let most = match given {
        JudgedIn::Ratio => Decimal4::whole(1),
        // A judgement has four decimals; points of more than that cannot be given in full.
        JudgedIn::Points => indicator.points.trimmed().to_string().parse().ok()?,
    };
    Some(Judgeable {
        id: indicator.id.clone(),
        in_force: indicator.effective,
        most,
    })
}

impl App {
    /// What judgements are checked against: the pack in use, and the months whose result stands.
    pub(crate) fn judging(&self) -> Result<Judging, Error> {
        let rules = self.rules()?;
        let pack = &rules.pack;
        let decided = |books: &ledger::Books| {
            let approved = books.runs().filter(|(_, run)| run.stage == Stage::Approved);
            approved.map(|(_, run)| run.period).collect()
        };
        self.store().read(|conn| {
            let mut judging = Judging {
                indicators: pack.indicators.iter().filter_map(judgeable).collect(),
                decided: decided(&store::ledger::current_books(self.store(), conn)?),
                standing: Vec::new(),
            };
            for period in &judging.decided {
                let of_period = store::judgements::of_period(conn, *period)?;
                judging.standing.extend(of_period);
            }
            Ok(judging)
        })
    }

    /// Enters a judgement of an assessor. One that is there already is replaced, and kept.
    pub fn judge(&self, user: &User, entry: &Entry) -> Result<JudgementLine, Error> {
        require(user, Right::Judge, "评定")?;
        let known = self.known(&[FileKind::Judgements])?;
        let departments = known.registry.departments();
        let named = departments.map(|dept| (&dept.id, dept.name.as_str()));
        let department = one_department(&named.collect::<Vec<_>>(), entry.department.trim())?;
        let now = self.clock().now();
        let today = self.clock().today();
        let row = vec![
            department.to_string(),
            entry.period.to_string(),
            entry.indicator.clone(),
            String::new(),
            entry.value.clone(),
            entry.reason.clone(),
            user.display_name.clone(),
            entry.signed_on.unwrap_or(today).to_string(),
            now.to_rfc3339(),
        ];
        let stamp = now.format("%Y%m%dT%H%M%S%6f");
        let file_name = format!("评定-{}-{}-{stamp}.csv", entry.period, user.login);
        let bytes = ingest::kind_csv(FileKind::Judgements, &[row]);
        let reading = known.read(&file_name, &bytes, today, &mut |_| {})?;
        if let Some(reject) = reading.rejects.first() {
            let reason = format!("{}；{}", reject.reason, reject.remedy);
            return Err(Error::BadInput {
                what: "评定",
                reason,
            });
        }
        crate::write_whole(&self.folder("judgements").join(&file_name), &bytes)?;
        self.load(&reading, &user.login)?;
        let lines = self.judgements(entry.period)?;
        let ours = |line: &JudgementLine| {
            line.department == department && line.indicator == entry.indicator
        };
        lines.into_iter().find(ours).ok_or_else(|| Error::NotFound {
            what: "评定",
            key: entry.indicator.clone(),
        })
    }

    /// All that is judged in a month, department by department: what is there and what is to come.
    pub fn judgements(&self, period: Period) -> Result<Vec<JudgementLine>, Error> {
        let rules = self.rules()?;
        let pack = &rules.pack;
        let (registry, standing, replaced) = self.store().read(|conn| {
            let registry = store::registry::registry(conn)?;
            let standing = store::judgements::of_period(conn, period)?;
            let replaced = store::judgements::superseded(conn, period)?;
            Ok::<_, Error>((registry, standing, replaced))
        })?;
        let last_day = period.last_day();
        let judged: Vec<(&Indicator, Judgeable)> = pack
            .indicators
            .iter()
            .filter_map(|indicator| Some((indicator, judgeable(indicator)?)))
            .filter(|(_, known)| known.in_force.contains(last_day))
            .collect();
        let mut lines = Vec::new();
        for department in registry.active_on(last_day) {
            for (indicator, known) in &judged {
                let ours = |one: &&Judgement| {
                    one.department == department.id && one.indicator == indicator.id
                };
                let before = replaced.iter().map(|old| &old.judgement);
                lines.push(JudgementLine {
                    department: department.id.clone(),
                    name: department.name.clone(),
                    indicator: indicator.id.clone(),
                    title: indicator.title.clone(),
                    most: known.most.to_string(),
                    required: indicator.not_applicable == engine::pack::NotApplicable::Required,
                    standing: standing.iter().find(ours).cloned(),
                    replaced: before.filter(ours).cloned().collect(),
                });
            }
        }
        Ok(lines)
    }

    /// A warning for each judgement that the file replaced: a correction is never silent.
    pub(crate) fn corrections_made(&self, reading: &Reading) -> Result<Vec<Diagnostic>, Error> {
        let Rows::Judgements(rows) = &reading.rows else {
            return Ok(Vec::new());
        };
        let mut replaced = BTreeMap::new();
        for period in rows.iter().map(|row| row.period) {
            if let std::collections::btree_map::Entry::Vacant(free) = replaced.entry(period) {
                let found = self.store().read(|conn| {
                    store::judgements::superseded(conn, period).map_err(Error::from)
                })?;
                free.insert(found);
            }
        }
        let warning = |row: &Judgement| {
            let ours = replaced.get(&row.period)?.iter().rev().find(|old| {
                old.by.sha256 == reading.sha256
                    && old.judgement.department == row.department
                    && old.judgement.indicator == row.indicator
            })?;
            let old = &ours.judgement;
            let place = Place {
                file: reading.file_name.clone(),
                line: row.source.line,
                column: 0,
            };
            let message = format!(
                "更正了 {} {} 的评定“{}”：原为 {}（{} {}），现为 {} (a judgement was corrected)",
                row.department,
                row.period,
                row.indicator,
                old.value,
                old.assessor,
                old.signed_on,
                row.value
            );
            Some(Diagnostic::warning(
                "import.corrected_judgement",
                place,
                message,
            ))
        };
        Ok(rows.iter().filter_map(warning).collect())
    }
}
