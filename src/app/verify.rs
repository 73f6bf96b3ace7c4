//! Verification: what is recorded against what comes out when it is computed again.

use std::fs;

use domain::RunId;
use domain::canon::sha256_hex;

use crate::App;
use crate::error::Error;
use crate::inputs::Frozen;
use crate::run::{self, Stage};

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was compared.
    pub what: String,
    /// What is recorded.
    pub recorded: String,
    /// What came out.
    pub recomputed: String,
}

impl Check {
    /// Whether the two agree.
    pub fn holds(&self) -> bool {
        self.recorded == self.recomputed
    }
}

impl App {
    /// Recomputes a run from its frozen inputs and compares digest by digest, row by row.
    pub fn verify_run(&self, run: &RunId) -> Result<Vec<Check>, Error> {
        let recorded = |stage: Stage| {
            Ok::<_, Error>(self.recorded(run, stage)?.unwrap_or_else(|| "—".to_owned()))
        };
        let inputs = self.store().read(|conn| run::load_inputs(conn, run))?;
        let frozen = Frozen::new(inputs);
        let rules = self.rules_of(&frozen.inputs.pack, &frozen.inputs.pack_digest)?;
        let pack = &rules.pack;
        let calendar = self.calendar()?;
        let mut checks = vec![
            check(
                "输入 inputs",
                recorded(Stage::Frozen)?,
                frozen.sha256.clone(),
            ),
            check("考核编号 run", run.to_string(), frozen.run.to_string()),
            check(
                "规则包 rules",
                frozen.inputs.pack_digest.clone(),
                pack.digest.clone(),
            ),
        ];
        if checks.iter().any(|check| !check.holds()) {
            // With other rules or inputs there is nothing to compare below.
            return Ok(checks);
        }
        let prepared = run::prepare(pack, &calendar, &frozen.inputs)?;
        let month = prepared.month()?;
        let decided = run::decide(&month, frozen.inputs.means())?;
        checks.push(check(
            "考核 assessment",
            recorded(Stage::Assessed)?,
            decided.assessment.digest(),
        ));
        checks.push(check(
            "补偿 awards",
            recorded(Stage::Compensated)?,
            decided.awards.digest(),
        ));
        checks.extend(self.verify_booked(run, &decided)?);
        checks.extend(self.verify_rows(run, &decided)?);
        checks.extend(self.verify_reports(run)?);
        Ok(checks)
    }

    /// The ledger's control totals of the run against its awards.
    fn verify_booked(&self, run: &RunId, decided: &run::Decided) -> Result<Vec<Check>, Error> {
        let awards = run::run_awards(run, &decided.awards)?;
        let control = awards.control()?;
        let books = self.books()?;
        let booked = books.run(run);
        let shown = |control: ledger::ControlTotal| {
            format!("{} 笔 {} 元", control.count, control.total_fen.to_plain())
        };
        Ok(vec![
            check(
                "账簿摘要 ledger digest",
                booked.map_or_else(|| "—".to_owned(), |booked| booked.digest.to_string()),
                awards.digest.to_string(),
            ),
            check(
                "账簿总控数 control total",
                booked.map_or_else(|| "—".to_owned(), |booked| shown(booked.control)),
                shown(control),
            ),
        ])
    }

    /// Scores and awards as the database shows them against the recomputation.
    fn verify_rows(&self, run: &RunId, decided: &run::Decided) -> Result<Vec<Check>, Error> {
        let (scores, awards) = self.store().read(|conn| {
            Ok::<_, Error>((
                store::results::scores(conn, run)?,
                store::results::awards(conn, run, None)?,
            ))
        })?;
        let digest = |rows: &[String]| sha256_hex(rows.join("\n").as_bytes());
        let mut recorded_scores: Vec<String> = scores
            .iter()
            .map(|row| {
                format!(
                    "{} {} {:?} {:?}",
                    row.department, row.total, row.grade, row.rank
                )
            })
            .collect();
        // The database lists them by group and rank; the assessment by department.
        recorded_scores.sort();
        let recomputed_scores: Vec<String> = decided
            .assessment
            .departments
            .iter()
            .map(|row| {
                format!(
                    "{} {} {:?} {:?}",
                    row.id, row.total.shown, row.grade, row.rank
                )
            })
            .collect();
        let sum = |amounts: &mut dyn Iterator<Item = i64>| {
            domain::Fen::checked_sum(amounts.map(domain::Fen::new))
                .unwrap_or_default()
                .to_plain()
        };
        Ok(vec![
            check(
                "得分表 scores",
                digest(&recorded_scores),
                digest(&recomputed_scores),
            ),
            check(
                "补偿表合计 award rows",
                sum(&mut awards.iter().map(|row| row.amount_fen.get())),
                sum(&mut decided.awards.awards.iter().map(|row| row.amount_fen.get())),
            ),
        ])
    }

    /// Report files against the digests recorded when they were written.
    fn verify_reports(&self, run: &RunId) -> Result<Vec<Check>, Error> {
        let rows = self
            .store()
            .read(|conn| store::reports::list(conn, run).map_err(Error::from))?;
        let folder = self.reports_folder(run);
        let mut checks = Vec::new();
        for row in rows {
            let found = fs::read(folder.join(&row.name));
            let found = found.map_or_else(|fault| fault.to_string(), |bytes| sha256_hex(&bytes));
            checks.push(check(&format!("报告 {}", row.name), row.sha256, found));
        }
        // One line for all that agree; each that does not is named.
        let (good, bad): (Vec<_>, Vec<_>) = checks.into_iter().partition(Check::holds);
        let count = format!("{} 个文件", good.len());
        Ok(std::iter::once(check("报告 reports", count.clone(), count))
            .chain(bad)
            .collect())
    }

    /// Replays the ledger from its records and compares every projection, root and checkpoint.
    pub fn verify_ledger(&self) -> Result<Vec<Check>, Error> {
        let report = self.store().read(|conn| {
            store::ledger::audit(conn, &self.signer().verifier_key(), None).map_err(Error::from)
        })?;
        Ok(report
            .findings
            .iter()
            .map(|finding| check("账簿", "一致".to_owned(), finding.to_string()))
            .chain([check(
                "账簿记录 ledger records",
                report.records.to_string(),
                report.records.to_string(),
            )])
            .collect())
    }
}

fn check(what: &str, recorded: String, recomputed: String) -> Check {
    Check {
        what: what.to_owned(),
        recorded,
        recomputed,
    }
}
