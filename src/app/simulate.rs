//! What-if: whole past months under a draft of the rules. Nothing is written: neither results nor
//! money. What was comes from the recorded runs, what would be from their frozen inputs.

pub(crate) mod report;
mod scenario;

use std::collections::BTreeMap;

use assess::{Assessment, Awards, Means, Pot, PotLine, Prepared, Prior, YearSoFar};
use domain::{Fen, Period, WorkdayCalendar};
use engine::Pack;

pub use assess::{Comparison, Side};
pub use scenario::Scenario;

use crate::App;
use crate::error::Error;
use crate::inputs::RunInputs;
use crate::run::{self, Decided, Stage};

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulated {
    /// Name of the scenario.
    pub name: String,
    /// Its rules, `id@version`.
    pub pack: String,
    /// One comparison a month, in order.
    pub months: Vec<Comparison>,
}

/// One scenario on its way through the months: what it leaves to the next.
#[derive(Default)]
struct Course {
    prior: Option<Prior>,
    taken: BTreeMap<PotLine, Fen>,
    /// The first month, and what had been left to it.
    left_to_first: Option<(Period, YearSoFar)>,
    /// What the scenario awarded, month by month.
    awards: Vec<Awards>,
    months: Vec<Comparison>,
}

impl App {
    /// Re-scores the months under each scenario and compares with what was. In a scenario a month
    /// follows on its own predecessor: rewards of the draft, not those that were paid, bound the
    /// next month's floors and caps, and use up the pots.
    pub fn simulate(
        &self,
        scenarios: &[Scenario],
        from: Period,
        to: Period,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Vec<Simulated>, Error> {
        if to < from {
            let reason = format!("{from} 晚于 {to} (the first month is after the last)");
            return Err(Error::BadInput {
                what: "期间",
                reason,
            });
        }
        let calendar = self.calendar()?;
        let mut courses: Vec<Course> = scenarios.iter().map(|_| Course::default()).collect();
        let mut recorded_taken: BTreeMap<PotLine, Fen> = BTreeMap::new();
        let mut period = from;
        while period <= to {
            let (inputs, recorded) = self.recorded_month(period)?;
            let month = RecordedMonth {
                inputs: &inputs,
                decided: &recorded,
                taken: &recorded_taken,
            };
            let priors: Vec<Option<Prior>> = courses
                .iter_mut()
                .map(|course| course.prior.take().or_else(|| inputs.prior.clone()))
                .collect();
            let mut first: Option<Prepared<'_>> = None;
            for ((scenario, course), prior) in scenarios.iter().zip(&mut courses).zip(&priors) {
                progress(&format!("{period} {}", scenario.name));
                let prior = prior.as_ref();
                let prepared = match &first {
                    Some(first) => first.under(&scenario.pack, prior)?,
                    None => month.prepared(&scenario.pack, &calendar, prior)?,
                };
                course.advance(&prepared, &month)?;
                first.get_or_insert(prepared);
            }
            take(&mut recorded_taken, &recorded.awards)?;
            period = period.next();
        }
        let simulated = scenarios.iter().zip(courses);
        Ok(simulated
            .map(|(scenario, course)| Simulated {
                name: scenario.name.clone(),
                pack: format!(
                    "{}@{}",
                    scenario.pack.header.id, scenario.pack.header.version
                ),
                months: course.months,
            })
            .collect())
    }

    /// Frozen inputs and recorded result of the run that stands for a month.
    pub(crate) fn recorded_month(&self, period: Period) -> Result<(RunInputs, Decided), Error> {
        let run = self.current_run(period)?;
        self.store().read(|conn| {
            let inputs = run::load_inputs(conn, &run)?;
            let assessment: Assessment = run::load(conn, &run, Stage::Assessed)?;
            let awards: Awards = run::load(conn, &run, Stage::Compensated)?;
            Ok((inputs, Decided { assessment, awards }))
        })
    }
}

/// What is recorded of a month.
struct RecordedMonth<'a> {
    inputs: &'a RunInputs,
    decided: &'a Decided,
    /// What the months before it took from the pots.
    taken: &'a BTreeMap<PotLine, Fen>,
}

impl<'a> RecordedMonth<'a> {
    /// The facts of the month under other rules.
    fn prepared(
        &self,
        pack: &'a Pack,
        calendar: &'a WorkdayCalendar,
        prior: Option<&'a Prior>,
    ) -> Result<Prepared<'a>, Error> {
        let facts = &self.inputs.facts;
        let prepared = Prepared::new(pack, facts, calendar, self.inputs.period, prior)?;
        // The facts are those of the recorded month: their digest is known.
        Ok(prepared.with_facts_sha256(self.decided.assessment.facts_sha256.clone()))
    }
}

impl Course {
    fn advance(
        &mut self,
        prepared: &Prepared<'_>,
        recorded: &RecordedMonth<'_>,
    ) -> Result<(), Error> {
        let pots = self.pots(&recorded.inputs.pots, recorded.taken)?;
        let so_far = self.so_far(recorded.inputs);
        let means = Means {
            pots: &pots,
            so_far: &so_far,
        };
        let decided = run::decide(&prepared.month()?, means)?;
        let recorded = recorded.decided;
        self.months.push(Comparison::of(
            (&recorded.assessment, &recorded.awards),
            (&decided.assessment, &decided.awards),
        ));
        take(&mut self.taken, &decided.awards)?;
        self.prior = Some(Prior::of(&decided.assessment, &decided.awards));
        self.awards.push(decided.awards);
        Ok(())
    }

    /// What was left to the first month, as the scenario's own months went on with it.
    fn so_far(&mut self, inputs: &RunInputs) -> YearSoFar {
        let (first, left) = self
            .left_to_first
            .get_or_insert_with(|| (inputs.period, inputs.so_far.clone()));
        left.followed(*first, inputs.period, &self.awards)
    }

    /// The pots as the scenario finds them: what the recorded months before took is given back,
    /// what the scenario's own months took is gone. January starts a budget year of its own, and
    /// its lines are other lines.
    fn pots(
        &self,
        frozen: &[Pot],
        recorded_taken: &BTreeMap<PotLine, Fen>,
    ) -> Result<Vec<Pot>, Error> {
        frozen
            .iter()
            .map(|pot| {
                let of = |taken: &BTreeMap<PotLine, Fen>| {
                    taken.get(&pot.line).copied().unwrap_or_default()
                };
                let available_fen = pot
                    .available_fen
                    .checked_add(of(recorded_taken))
                    .and_then(|all| all.checked_sub(of(&self.taken)))
                    .ok_or(ledger::Rejection::OutOfRange)?;
                Ok(Pot {
                    available_fen: available_fen.max(Fen::ZERO),
                    ..pot.clone()
                })
            })
            .collect()
    }
}

/// Adds what a month took from each line.
fn take(taken: &mut BTreeMap<PotLine, Fen>, awards: &Awards) -> Result<(), Error> {
    for pot in &awards.pots {
        let used = Fen::checked_sum([pot.claims_fen, pot.rewards_fen]);
        let sum = taken.entry(pot.line.clone()).or_default();
        *sum = used
            .and_then(|used| sum.checked_add(used))
            .ok_or(ledger::Rejection::OutOfRange)?;
    }
    Ok(())
}
