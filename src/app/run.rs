//! The monthly run: freeze, assess, compensate, reserve, report.
//!
//! Each stage is recorded by the transaction that does it, or after files that are written whole.
//! Started again after a crash, a run goes on at the first stage that is not recorded; since every
//! stage computes from the frozen inputs alone, nobody can tell the difference.

mod entries;
mod record;
pub(crate) mod report_files;
pub(crate) mod summary;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use assess::{Assessment, Awards, Means, Month, Prepared, Prior};
use domain::canon::decode;
use domain::{DepartmentId, Facts, Fen, Period, RunId, WorkdayCalendar};
use engine::Pack;
use ledger::RunAwards;
use report::model::GroupRanking;
pub(crate) use store::runs::Stage;

use crate::App;
use crate::appropriations;
use crate::error::Error;
use crate::inputs::{Frozen, RunInputs};
use crate::pots;

/// What a run takes from a pot.
#[derive(Clone, Debug)]
pub struct PotUse {
    /// Name of the payer.
    pub payer: String,
    /// Budget line and programme.
    pub line: String,
    /// The year's appropriation.
    pub authority_fen: Fen,
    /// Awarded by this run.
    pub awarded_fen: Fen,
    /// Due and not covered.
    pub unfunded_fen: Fen,
    /// Left after this run.
    pub left_fen: Fen,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// The month.
    pub period: Period,
    /// The run.
    pub run: RunId,
    /// Its state, stable code.
    pub state: &'static str,
    /// Its state in Chinese.
    pub state_title: &'static str,
    /// Whether all of it had been done before.
    pub done_before: bool,
    /// Ranked departments.
    pub departments: usize,
    /// Sum of awards.
    pub awarded_fen: Fen,
    /// Sum of what is due and not covered.
    pub unfunded_fen: Fen,
    /// Ranking by group.
    pub groups: Vec<GroupRanking>,
    /// Pots.
    pub pots: Vec<PotUse>,
    /// Appropriations of the year that files brought and the books do not have: no pot counts them.
    pub unbooked: usize,
    /// Digests by name.
    pub digests: Vec<(String, String)>,
    /// Where the reports are.
    pub reports_folder: PathBuf,
    /// Milliseconds by stage, of this call.
    pub stages: Vec<(&'static str, u128)>,
}

/// What a run decided.
pub(crate) struct Decided {
    pub(crate) assessment: Assessment,
    pub(crate) awards: Awards,
}

/// The pack made ready for frozen inputs.
pub(crate) fn prepare<'a>(
    pack: &'a Pack,
    calendar: &'a WorkdayCalendar,
    inputs: &'a RunInputs,
) -> Result<Prepared<'a>, Error> {
    let prior = inputs.prior.as_ref();
    Ok(Prepared::new(
        pack,
        &inputs.facts,
        calendar,
        inputs.period,
        prior,
    )?)
}

/// The result of a month: the two pure functions in a row.
pub(crate) fn decide(month: &Month<'_>, means: Means<'_>) -> Result<Decided, Error> {
    let assessment = month.assess()?;
    let awards = month.compensate(&assessment, means)?;
    Ok(Decided { assessment, awards })
}

impl App {
    /// Runs a month, or finishes a run that was interrupted. Called again on the same facts it
    /// changes nothing.
    pub fn run(
        &self,
        period: Period,
        by: &str,
        progress: &mut dyn FnMut(&str),
    ) -> Result<RunSummary, Error> {
        let today = self.clock().today();
        if period.last_day() >= today {
            return Err(Error::PeriodNotEnded {
                period,
                ends_on: period.last_day(),
                today,
            });
        }
        let mut watch = Stopwatch::started();
        progress("冻结事实 (freezing facts)");
        let rules = self.rules_for(period)?;
        let pack = &rules.pack;
        let calendar = self.calendar()?;
        let frozen = self.freeze(period, pack)?;
        let run = &frozen.run;
        if let Some((standing, state)) = self.decided_run(period)?
            && standing != *run
        {
            return Err(Error::PeriodDecided {
                period,
                run: standing,
                state,
            });
        }
        let done_before = self.is_done(run)?;
        watch.lap("freeze");

        progress("考核 (assessing)");
        let inputs = &frozen.inputs;
        let prepared = prepare(pack, &calendar, inputs)?;
        let month = prepared.month()?;
        let assessment = month.assess()?;
        watch.lap("assess");

        progress("补偿 (compensating)");
        let awards = month.compensate(&assessment, inputs.means())?;
        let decided = Decided { assessment, awards };
        watch.lap("compensate");

        // Up to here nothing was written: a month that cannot be computed leaves no trace.
        progress("预留资金 (reserving)");
        self.store_frozen(&frozen, &rules, by)?;
        self.store_assessment(run, &decided.assessment)?;
        self.store_awards(run, &decided.awards)?;
        self.reserve(run, &decided.awards, by)?;
        watch.lap("reserve");

        progress("出报告 (reporting)");
        self.report(&frozen, &decided, pack, &month)?;
        watch.lap("report");
        self.summary(&frozen, &decided, done_before, watch.laps)
    }

    /// The inputs of a month as they are now.
    pub(crate) fn freeze(&self, period: Period, pack: &Pack) -> Result<Frozen, Error> {
        let inputs = self.store().read(|conn| {
            let books = store::ledger::current_books(self.store(), conn)?;
            let facts = appropriations::facts_of(conn, &books, period)?;
            let prior = prior_of(conn, &books, period.prev())?;
            let pots = pots::pots_of(conn, &books, period, &facts.appropriations)?;
            let so_far = pots::so_far(conn, &books, period)?;
            Ok::<_, Error>((facts, prior, pots, so_far))
        });
        let (facts, prior, pots, so_far) = inputs?;
        require_facts(&facts, period)?;
        Ok(Frozen::new(RunInputs {
            period,
            pack: format!("{}@{}", pack.header.id, pack.header.version),
            pack_digest: pack.digest.clone(),
            facts,
            prior,
            pots,
            so_far,
        }))
    }

    fn is_done(&self, run: &RunId) -> Result<bool, Error> {
        let reported = self.recorded(run, Stage::Reported)?;
        let state = self.books()?.run(run).map(|run| run.stage);
        Ok(reported.is_some()
            && state.is_some_and(|stage| stage.is_pending() || stage == ledger::Stage::Approved))
    }

    /// The run of a month whose money is approved, with its state in Chinese.
    pub(crate) fn decided_run(
        &self,
        period: Period,
    ) -> Result<Option<(RunId, &'static str)>, Error> {
        self.store().read(|conn| {
            let books = store::ledger::current_books(self.store(), conn)?;
            let live = books
                .live_run(period)
                .filter(|(_, run)| run.stage == ledger::Stage::Approved);
            let published = store::runs::publication(conn, period)?.is_some();
            Ok(live.map(|(id, _)| (id.clone(), if published { "发布" } else { "审批" })))
        })
    }
}

/// The frozen inputs of a run.
pub(crate) fn load_inputs(conn: &mut store::AnyConn, run: &RunId) -> Result<RunInputs, Error> {
    load(conn, run, Stage::Frozen)
}

/// A value that a stage stored, checked against its digest.
pub(crate) fn load<T: domain::canon::Canon>(
    conn: &mut store::AnyConn,
    run: &RunId,
    stage: Stage,
) -> Result<T, Error> {
    let missing = || Error::NotFound {
        what: "考核",
        key: run.to_string(),
    };
    let digest = record::stage_digest(conn, run, stage)?.ok_or_else(missing)?;
    let damaged = |what: String| Error::Damaged {
        what: format!("考核 {run} 的 {}：{what}", stage.name()),
    };
    let compressed = store::blobs::get(conn, &digest)?;
    let bytes =
        zstd::decode_all(compressed.as_slice()).map_err(|fault| damaged(fault.to_string()))?;
    if domain::canon::sha256_hex(&bytes) != digest {
        return Err(damaged("摘要不符".into()));
    }
    decode(&bytes).map_err(|fault| damaged(fault.to_string()))
}

/// What the month before left, if a run of it stands.
fn prior_of(
    conn: &mut store::AnyConn,
    books: &ledger::Books,
    period: Period,
) -> Result<Option<Prior>, Error> {
    let Some((run, _)) = books.live_run(period) else {
        return Ok(None);
    };
    let assessment: Assessment = load(conn, run, Stage::Assessed)?;
    let awards: Awards = load(conn, run, Stage::Compensated)?;
    Ok(Some(Prior::of(&assessment, &awards)))
}

/// The ledger's name of an accounting class.
pub(crate) const fn book_component(component: assess::Component) -> ledger::Component {
    match component {
        assess::Component::Cost => ledger::Component::Cost,
        assess::Component::Loss => ledger::Component::Loss,
        assess::Component::Reward => ledger::Component::Reward,
    }
}

/// The awards as the ledger takes them. What earlier months left unfunded is in the books already:
/// only the change of it is told.
pub(crate) fn run_awards(run: &RunId, awards: &Awards) -> Result<RunAwards, Error> {
    let mut lines = Vec::new();
    for ((department, line, component), entry) in entries::entries(awards)? {
        let unfunded_fen = entry.unfunded_fen.checked_sub(entry.brought_fen);
        lines.push(ledger::command::Award {
            department,
            line: pots::ledger_line(&line),
            component: book_component(component),
            amount_fen: entry.amount_fen,
            unfunded_fen: unfunded_fen.ok_or(ledger::Rejection::OutOfRange)?,
            cite: entry.cite.join("; "),
        });
    }
    // A claim enters the books with the run of the month that decided it; what is paid of it later
    // is brought forward.
    let shares = awards.awards.iter().filter(|award| award.pot.is_some());
    let claims = shares
        .flat_map(|award| &award.claims)
        .filter(|share| awards.period.contains(share.decided_on));
    Ok(RunAwards {
        run: run.clone(),
        period: awards.period,
        digest: awards.digest().parse().map_err(ledger::Rejection::from)?,
        lines,
        claims: claims.map(|share| share.claim.as_str().into()).collect(),
    })
}

/// The lines of awards as the ledger takes them, of no run in particular.
pub(crate) fn lines_of(awards: &Awards) -> Result<Vec<ledger::Award>, Error> {
    Ok(run_awards(&RunId::new(""), awards)?.lines)
}

/// What the awards give to one department, by line and component.
pub(crate) fn ledger_awards(
    awards: &Awards,
    department: &DepartmentId,
) -> Result<BTreeMap<(ledger::Line, ledger::Component), ledger::Award>, Error> {
    let own = lines_of(awards)?
        .into_iter()
        .filter(|award| award.department == *department);
    Ok(own
        .map(|award| ((award.line.clone(), award.component), award))
        .collect())
}

/// Some record of the month must be there, whichever a pack looks at.
fn require_facts(facts: &Facts, period: Period) -> Result<(), Error> {
    let no_records = facts.usage.is_empty()
        && facts.requests.is_empty()
        && facts.safeguards.is_empty()
        && facts.judgements.is_empty()
        && facts.measures.is_empty();
    let reported = !facts.judgements.is_empty() || !facts.measures.is_empty();
    let no_catalogue = facts.resources.is_empty() && !reported;
    if facts.departments.is_empty() || no_catalogue || no_records {
        Err(Error::NothingToAssess { period })
    } else {
        Ok(())
    }
}

/// Milliseconds by stage, for people; they decide nothing.
#[derive(Default)]
struct Stopwatch {
    last: Option<Instant>,
    laps: Vec<(&'static str, u128)>,
}

impl Stopwatch {
    fn lap(&mut self, name: &'static str) {
        let now = Instant::now();
        if let Some(last) = self.last {
            self.laps.push((name, now.duration_since(last).as_millis()));
        }
        self.last = Some(now);
    }

    fn started() -> Self {
        Self {
            last: Some(Instant::now()),
            laps: Vec::new(),
        }
    }
}
