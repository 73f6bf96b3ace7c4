//! The stages of a run in the database: each is done and recorded by one transaction.

use assess::{Assessment, Awards};
use domain::RunId;
use domain::canon::encode;
use ledger::{Action, Actor, Role};
use store::runs::FinishedStage;

use super::{Stage, run_awards, summary};
use crate::error::Error;
use crate::inputs::Frozen;
use crate::rulebook::shelf::Rules;
use crate::{App, compress};

impl App {
    /// Keeps the inputs, and the rules with them: what the month is assessed by can be read again
    /// for as long as the run stands, whatever is installed later.
    pub(super) fn store_frozen(
        &self,
        frozen: &Frozen,
        rules: &Rules,
        by: &str,
    ) -> Result<(), Error> {
        let now = self.clock().now().naive_utc();
        let compressed = compress(&frozen.bytes)?;
        let law = compress(&rules.files.law_bytes())?;
        let inputs = &frozen.inputs;
        let prior = self
            .books()?
            .live_run(inputs.period.prev())
            .map(|(run, _)| run.clone());
        let row = store::runs::Run {
            id: frozen.run.clone(),
            period: inputs.period,
            pack: domain::PackRef::new(&inputs.pack),
            pack_sha256: inputs.pack_digest.clone(),
            facts_sha256: frozen.sha256.clone(),
            prior,
            engine_version: crate::ENGINE_VERSION.to_owned(),
            created_at: now,
            created_by: by.to_owned(),
        };
        self.stage(&frozen.run, Stage::Frozen, &frozen.sha256, |conn| {
            store::blobs::put(conn, &frozen.sha256, &compressed)?;
            store::blobs::put(conn, &inputs.pack_digest, &law)?;
            store::runs::start(conn, &row)?;
            Ok(())
        })
    }

    pub(super) fn store_assessment(
        &self,
        run: &RunId,
        assessment: &Assessment,
    ) -> Result<(), Error> {
        let bytes = encode(assessment);
        let digest = domain::canon::sha256_hex(&bytes);
        let compressed = compress(&bytes)?;
        let scores = summary::score_rows(assessment);
        let indicators = summary::indicator_rows(assessment);
        self.stage(run, Stage::Assessed, &digest, |conn| {
            store::blobs::put(conn, &digest, &compressed)?;
            store::results::set_scores(conn, run, &scores, &indicators)?;
            Ok(())
        })
    }

    pub(super) fn store_awards(&self, run: &RunId, awards: &Awards) -> Result<(), Error> {
        let bytes = encode(awards);
        let digest = domain::canon::sha256_hex(&bytes);
        let compressed = compress(&bytes)?;
        let rows = summary::award_rows(awards)?;
        self.stage(run, Stage::Compensated, &digest, |conn| {
            store::blobs::put(conn, &digest, &compressed)?;
            store::results::set_awards(conn, run, &rows)?;
            Ok(())
        })
    }

    /// Reserves the awards. The ledger answers a repetition with nothing, and voids an earlier
    /// calculation of the month that nobody approved.
    pub(super) fn reserve(&self, run: &RunId, awards: &Awards, by: &str) -> Result<(), Error> {
        let period = self.posting_period(awards.period)?;
        let effective_on = if period == awards.period {
            period.last_day()
        } else {
            period.first_day()
        };
        let awards = run_awards(run, awards)?;
        let digest = awards.digest.to_string();
        let action = Action::CalculateRun {
            awards,
            effective_on,
        };
        self.post(Actor::new(by, Role::System), vec![action])?;
        self.stage(run, Stage::Reserved, &digest, |_| Ok(()))
    }

    /// Does a stage and records it, in one transaction; nothing if it is recorded already.
    pub(crate) fn stage(
        &self,
        run: &RunId,
        stage: Stage,
        digest: &str,
        mut work: impl FnMut(&mut store::AnyConn) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let now = self.clock().now().naive_utc();
        self.store()
            .write(|conn| match stage_digest(conn, run, stage)? {
                None => {
                    work(conn)?;
                    let finished = FinishedStage {
                        stage,
                        finished_at: now,
                        digest: digest.to_owned(),
                    };
                    store::runs::finish_stage(conn, run, &finished)?;
                    Ok(())
                }
                Some(recorded) if recorded == digest => Ok(()),
                Some(recorded) => Err(Error::Mismatch {
                    what: format!("考核 {run} 的阶段 {}", stage.name()),
                    recorded,
                    recomputed: digest.to_owned(),
                }),
            })
    }

    /// The digest that a stage recorded.
    pub(crate) fn recorded(&self, run: &RunId, stage: Stage) -> Result<Option<String>, Error> {
        self.store().read(|conn| stage_digest(conn, run, stage))
    }
}

/// The digest that a stage recorded.
pub(super) fn stage_digest(
    conn: &mut store::AnyConn,
    run: &RunId,
    stage: Stage,
) -> Result<Option<String>, Error> {
    let finished = store::runs::stages(conn, run)?
        .into_iter()
        .find(|done| done.stage == stage);
    Ok(finished.map(|done| done.digest))
}
