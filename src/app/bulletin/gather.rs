//! Collecting what a bulletin is made of.

use std::collections::BTreeMap;

use assess::explanation::{Node, NodeKind};
use assess::{Assessment, Exact, Month};
use domain::{DepartmentId, Facts, Period, Rounding};
use engine::Pack;
use engine::pack::{CellTest, Output};
use ledger::{Account, Books, Event, statement};
use report::model::{Bulletin, IncidentRow, LedgerLine, PotRow, RaiseLine, SheetLedger};

use super::{Material, build, wording};
use crate::App;
use crate::error::Error;
use crate::inputs::{Frozen, RunInputs};
use crate::run::{Decided, Stage, load, summary};

/// Earlier months in the trend.
const HISTORY_MONTHS: usize = 11;
/// Reasons a sheet lists for one indicator.
const REASONS_SHOWN: usize = 3;
/// Actions a sheet suggests.
const RAISE_SHOWN: usize = 5;
/// Days of successful use from which two departments count as sharing.
const EDGE_DAYS_MIN: u32 = 1;
/// The table of points by violation.
const VIOLATION_TABLE: &str = "violation_points";

impl App {
    /// Builds the bulletin of a run.
    pub(crate) fn build_bulletin(
        &self,
        frozen: &Frozen,
        decided: &Decided,
        pack: &Pack,
        month: &Month<'_>,
    ) -> Result<Bulletin, Error> {
        let run = &frozen.run;
        let inputs = &frozen.inputs;
        let period = inputs.period;
        let (history, pots, ledgers, unattributed) = self.store().read(|conn| {
            let books = store::ledger::current_books(self.store(), conn)?;
            let history = history(conn, &books, period)?;
            let pots = pot_rows(conn, books.records(), decided, &inputs.facts)?;
            let ledgers = ledgers(conn, decided, period)?;
            let unattributed = unattributed(conn, &inputs.facts)?;
            Ok::<_, Error>((history, pots, ledgers, unattributed))
        })?;
        let network = month.network(EDGE_DAYS_MIN);
        let config = self.config();
        let place = inputs
            .facts
            .jurisdiction_name(&config.jurisdiction, period.last_day());
        let approved = self
            .decided_run(period)?
            .is_some_and(|(decided, _)| decided == *run);
        let material = Material {
            run,
            pack_title: &pack.header.title,
            pack_basis: &pack.header.basis,
            issuer: &config.issuer,
            document_prefix: &config.document_prefix,
            jurisdiction_name: place,
            facts: &inputs.facts,
            assessment: &decided.assessment,
            awards: &decided.awards,
            digests: summary::digests(&frozen.sha256, &decided.assessment, &decided.awards),
            history: &history,
            pots,
            network: &network,
            ledgers,
            reasons: reasons(month, &decided.assessment)?,
            raise: raise(month, &decided.assessment)?,
            incidents: incidents(pack, inputs),
            corrections: self.corrections(period)?,
            unattributed,
            approved,
        };
        Ok(build(&material))
    }
}

/// Rows that nobody was credited with, of the files that the month was computed from: reason and
/// number.
fn unattributed(conn: &mut store::AnyConn, facts: &Facts) -> Result<Vec<(String, u64)>, Error> {
    let mut by_reason: BTreeMap<String, u64> = BTreeMap::new();
    for record in store::batches::list(conn)? {
        let used = facts
            .batches
            .iter()
            .any(|batch| batch.sha256 == record.batch.sha256);
        if record.counts.unattributed == 0 || !used {
            continue;
        }
        for line in store::batches::unattributed(conn, record.id)? {
            *by_reason
                .entry(wording::chinese_part(&line.reason))
                .or_default() += 1;
        }
    }
    Ok(by_reason.into_iter().collect())
}

/// Assessments of the months before, oldest first; months without a standing run are left out.
fn history(
    conn: &mut store::AnyConn,
    books: &Books,
    period: Period,
) -> Result<Vec<Assessment>, Error> {
    let mut found = Vec::new();
    let mut month = period;
    for _ in 0..HISTORY_MONTHS {
        month = month.prev();
        if let Some((run, _)) = books.live_run(month) {
            found.push(load(conn, run, Stage::Assessed)?);
        }
    }
    found.reverse();
    Ok(found)
}

/// The department's ledger of the month: what was posted in it.
fn ledgers(
    conn: &mut store::AnyConn,
    decided: &Decided,
    period: Period,
) -> Result<BTreeMap<DepartmentId, SheetLedger>, Error> {
    let mut ledgers = BTreeMap::new();
    for result in &decided.assessment.departments {
        let own = store::ledger::events_of(conn, &result.id)?;
        ledgers.insert(result.id.clone(), sheet_ledger(&result.id, &own, period));
    }
    Ok(ledgers)
}

/// What is owed to the department, as it sees it: a credit of ours raises it.
fn sheet_ledger(department: &DepartmentId, events: &[Event], period: Period) -> SheetLedger {
    let statement = statement(department, events, period, period);
    let payable = Account::Payable(department.clone());
    let Some(account) = statement.account(&payable) else {
        return SheetLedger::default();
    };
    SheetLedger {
        opening_fen: account.opening_fen.negated(),
        lines: account
            .lines
            .iter()
            .map(|line| LedgerLine {
                posted_on: line.effective_on,
                reference: format!("#{}", line.seq),
                text: line_text(line),
                amount_fen: line.amount_fen.negated(),
                balance_fen: line.balance_fen.negated(),
            })
            .collect(),
        closing_fen: account.closing_fen.negated(),
    }
}

fn line_text(line: &ledger::StatementLine) -> String {
    let component = line.component.map_or("", |component| component.title());
    format!("{} {} {}", line.kind.title(), line.for_period, component)
        .trim_end()
        .to_owned()
}

/// Pots as the books have them at the end of the month, as known at the last of so many records.
fn pot_rows(
    conn: &mut store::AnyConn,
    records: u64,
    decided: &Decided,
    facts: &Facts,
) -> Result<Vec<PotRow>, Error> {
    let on = decided.awards.period.last_day();
    let mut rows = Vec::new();
    for pot in &decided.awards.pots {
        let line = crate::pots::ledger_line(&pot.line);
        let mut balance = |account: fn(ledger::Line) -> Account| {
            store::ledger::balance(conn, &account(line.clone()), on, records)
        };
        let (encumbered, expended) = (balance(Account::Encumbered)?, balance(Account::Expended)?);
        rows.push(PotRow {
            authority_fen: balance(Account::Authority)?.negated(),
            reserved_fen: balance(Account::Reserved)?,
            spent_fen: [encumbered, expended].iter().sum(),
            available_fen: balance(Account::Available)?,
            payer: facts.jurisdiction_name(&line.payer, on).to_owned(),
            line: format!("{} {}", line.budget_line, line.programme),
        });
    }
    Ok(rows)
}

/// Why points were lost: the rows that lost most, by department and indicator.
fn reasons(
    month: &Month<'_>,
    assessment: &Assessment,
) -> Result<BTreeMap<(DepartmentId, String), Vec<String>>, Error> {
    let mut found = BTreeMap::new();
    for result in &assessment.departments {
        for indicator in &result.indicators {
            // What has its full score lost nothing, and what does not apply could not.
            if indicator.score.exact == indicator.available || indicator.status.is_not_applicable()
            {
                continue;
            }
            let explanation = month.explain(assessment, &result.id, Some(&indicator.id))?;
            let key = (result.id.clone(), indicator.id.clone());
            found.insert(key, reasons_of(&explanation.root));
        }
    }
    Ok(found)
}

fn reasons_of(indicator: &Node) -> Vec<String> {
    let lost = |node: &Node| {
        let potential = node
            .evidence
            .as_ref()
            .map(|row| &row.potential - &node.amount);
        potential.filter(Exact::is_positive)
    };
    let mut rows: Vec<(Exact, &Node)> = indicator
        .walk()
        .into_iter()
        .filter(|node| node.kind == NodeKind::Row)
        .filter_map(|node| Some((lost(node)?, node)))
        .collect();
    rows.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.label.cmp(&other.label)));
    let mut reasons: Vec<String> = rows
        .iter()
        .take(REASONS_SHOWN)
        .filter_map(|(points, node)| {
            let row = node.evidence.as_ref()?;
            let points = points.shown(4, Rounding::HalfUp);
            Some(format!(
                "{}，失 {points} 分（{}:{}）",
                row.fact, row.file, row.line
            ))
        })
        .collect();
    if rows.len() > REASONS_SHOWN {
        let rest: Exact = rows
            .iter()
            .skip(REASONS_SHOWN)
            .map(|(points, _)| points)
            .sum();
        let more = rows.len() - REASONS_SHOWN;
        reasons.push(format!(
            "另有 {more} 条，共失 {} 分",
            rest.shown(4, Rounding::HalfUp)
        ));
    }
    reasons
}

/// What would raise the score most, by department.
fn raise(
    month: &Month<'_>,
    assessment: &Assessment,
) -> Result<BTreeMap<DepartmentId, Vec<RaiseLine>>, Error> {
    let mut lines = BTreeMap::new();
    for result in &assessment.departments {
        let actions = month
            .raise(assessment, &result.id, RAISE_SHOWN)?
            .into_iter();
        let own = actions.map(|raise| RaiseLine {
            action: raise.action,
            gain: raise.gain.to_string(),
        });
        lines.insert(result.id.clone(), own.collect());
    }
    Ok(lines)
}

/// The incidents confirmed in the month. Their effect is what the pack makes of their code.
fn incidents(pack: &Pack, inputs: &RunInputs) -> Vec<(DepartmentId, IncidentRow)> {
    let name = |id: &DepartmentId| {
        let found = inputs.facts.departments.iter().find(|dept| dept.id == *id);
        found.map_or_else(|| id.to_string(), |dept| dept.name.clone())
    };
    let confirmed = inputs.facts.incidents.iter();
    confirmed
        .filter(|incident| inputs.period.contains(incident.confirmed_on))
        .map(|incident| {
            let row = IncidentRow {
                department: name(&incident.department),
                code: incident.code.clone(),
                title: incident.summary.clone(),
                article: violation_article(&incident.code),
                occurred_on: incident.occurred_on,
                effect: violation_effect(pack, &incident.code),
            };
            (incident.department.clone(), row)
        })
        .collect()
}

/// The article that lists the violation: P in art. 39, D in art. 40, A in art. 41.
fn violation_article(code: &str) -> String {
    let number = code.get(1..).and_then(|digits| digits.parse::<u32>().ok());
    let article = match (code.get(..1), number) {
        (Some("P"), Some(_)) => 39,
        (Some("D"), Some(_)) => 40,
        (Some("A"), Some(_)) => 41,
        _ => return "—".to_owned(),
    };
    let item = number.map_or_else(String::new, |n| {
        format!("第{}项", wording::chinese_number(n))
    });
    format!(
        "{}{item}",
        wording::article_text(&format!("tiaoli:{article}"))
    )
}

/// Points that the pack's table takes for the code, or the veto.
fn violation_effect(pack: &Pack, code: &str) -> String {
    if code == "LEAK" {
        return "一票否决".to_owned();
    }
    let tables = pack
        .tables
        .iter()
        .filter(|table| table.id == VIOLATION_TABLE);
    for row in tables.flat_map(|table| &table.rows) {
        let hit = row.when.iter().any(|test| match test {
            CellTest::Texts { listed, negated } => {
                listed.iter().any(|text| text == code) != *negated
            }
            _ => false,
        });
        if let (true, Output::Number(points)) = (hit, &row.value) {
            return format!("扣 {points} 分");
        }
    }
    "按规则计分".to_owned()
}
