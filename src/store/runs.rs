//! Runs of a period, the stages they have finished, and which run is published.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use domain::{PackRef, Period, RunId};

use crate::cells;
use crate::conn::AnyConn;
use crate::each_backend;
use crate::error::StoreError;
use crate::schema::{published, run_stages, runs};

/// A run: what it computes from, and who started it when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The period assessed.
    pub period: Period,
    /// Rule pack and version.
    pub pack: PackRef,
    /// Digest of the pack.
    pub pack_sha256: String,
    /// Digest of the frozen facts.
    pub facts_sha256: String,
    /// The published run of the period before, from which changes are told.
    pub prior: Option<RunId>,
    /// Version of the program.
    pub engine_version: String,
    /// When it was started first, UTC.
    pub created_at: NaiveDateTime,
    /// Login of who started it.
    pub created_by: String,
}

/// A stage of a run, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Facts are frozen.
    Frozen,
    /// Scores are computed.
    Assessed,
    /// Awards are computed.
    Compensated,
    /// The ledger has reserved the money.
    Reserved,
    /// Reports are written.
    Reported,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 5] = [
        Self::Frozen,
        Self::Assessed,
        Self::Compensated,
        Self::Reserved,
        Self::Reported,
    ];

    /// Stable English name, used in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Assessed => "assessed",
            Self::Compensated => "compensated",
            Self::Reserved => "reserved",
            Self::Reported => "reported",
        }
    }

    /// The stage by its stable English name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// A stage that a run has finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedStage {
    /// The stage.
    pub stage: Stage,
    /// When, UTC.
    pub finished_at: NaiveDateTime,
    /// Digest of what it made.
    pub digest: String,
}

/// The run that a period is published by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The period.
    pub period: Period,
    /// The run.
    pub run: RunId,
    /// When, UTC.
    pub published_at: NaiveDateTime,
    /// Login of who published it.
    pub published_by: String,
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = runs, treat_none_as_default_value = false)]
struct RunRow {
    id: String,
    period: String,
    pack_ref: String,
    pack_sha256: String,
    facts_sha256: String,
    prior_run_id: Option<String>,
    engine_version: String,
    created_at: NaiveDateTime,
    created_by: String,
}

impl RunRow {
    fn of(run: &Run) -> Self {
        Self {
            id: run.id.to_string(),
            period: run.period.to_string(),
            pack_ref: run.pack.to_string(),
            pack_sha256: run.pack_sha256.clone(),
            facts_sha256: run.facts_sha256.clone(),
            prior_run_id: run.prior.as_ref().map(ToString::to_string),
            engine_version: run.engine_version.clone(),
            created_at: cells::instant(run.created_at),
            created_by: run.created_by.clone(),
        }
    }

    fn read(self) -> Result<Run, StoreError> {
        Ok(Run {
            id: self.id.as_str().into(),
            period: cells::parsed("runs", "period", &self.period)?,
            pack: self.pack_ref.as_str().into(),
            pack_sha256: self.pack_sha256,
            facts_sha256: self.facts_sha256,
            prior: self.prior_run_id.as_deref().map(RunId::from),
            engine_version: self.engine_version,
            created_at: self.created_at,
            created_by: self.created_by,
        })
    }
}

/// Registers a run unless one of the same id is; whether it is new. The stored run of that id is
/// left as it is: a restarted run continues, and keeps who started it when.
pub fn start(conn: &mut AnyConn, run: &Run) -> Result<bool, StoreError> {
    let row = RunRow::of(run);
    let added = each_backend!(conn, |c| diesel::insert_into(runs::table)
        .values(&row)
        .on_conflict(runs::id)
        .do_nothing()
        .execute(c))?;
    Ok(added == 1)
}

/// The run of an id, if it is registered.
pub fn find(conn: &mut AnyConn, id: &RunId) -> Result<Option<Run>, StoreError> {
    let row: Option<RunRow> = runs::table
        .find(id.as_str())
        .select(RunRow::as_select())
        .first(conn)
        .optional()?;
    row.map(RunRow::read).transpose()
}

/// The run of an id.
pub fn get(conn: &mut AnyConn, id: &RunId) -> Result<Run, StoreError> {
    find(conn, id)?.ok_or_else(|| StoreError::NotFound {
        what: "考核运行",
        key: id.to_string(),
    })
}

/// Runs, the newest first; of one period, or all.
pub fn list(conn: &mut AnyConn, period: Option<Period>) -> Result<Vec<Run>, StoreError> {
    let mut query = runs::table
        .select(RunRow::as_select())
        .into_boxed::<crate::conn::MultiBackend>();
    if let Some(period) = period {
        query = query.filter(runs::period.eq(period.to_string()));
    }
    let rows: Vec<RunRow> = query
        .order((runs::created_at.desc(), runs::id.desc()))
        .load(conn)?;
    rows.into_iter().map(RunRow::read).collect()
}

/// The run of a period that was started last.
pub fn latest(conn: &mut AnyConn, period: Period) -> Result<Option<Run>, StoreError> {
    Ok(list(conn, Some(period))?.into_iter().next())
}

/// Notes that a run has finished a stage; whether it is news. A stage that was finished before
/// with another digest is a [`StoreError::Refused`]: the run is not the same computation.
pub fn finish_stage(
    conn: &mut AnyConn,
    run: &RunId,
    finished: &FinishedStage,
) -> Result<bool, StoreError> {
    let earlier: Option<String> = run_stages::table
        .find((run.as_str(), finished.stage.name()))
        .select(run_stages::digest)
        .first(conn)
        .optional()?;
    match earlier {
        Some(digest) if digest == finished.digest => Ok(false),
        Some(digest) => Err(StoreError::Refused {
            message: format!(
                "运行 {run} 的阶段 {} 已以摘要 {digest} 完成，与 {} 不同",
                finished.stage.name(),
                finished.digest
            ),
        }),
        None => {
            diesel::insert_into(run_stages::table)
                .values((
                    run_stages::run_id.eq(run.as_str()),
                    run_stages::stage.eq(finished.stage.name()),
                    run_stages::finished_at.eq(cells::instant(finished.finished_at)),
                    run_stages::digest.eq(finished.digest.as_str()),
                ))
                .execute(conn)?;
            Ok(true)
        }
    }
}

/// The stages that a run has finished, in order.
pub fn stages(conn: &mut AnyConn, run: &RunId) -> Result<Vec<FinishedStage>, StoreError> {
    let rows: Vec<(String, NaiveDateTime, String)> = run_stages::table
        .filter(run_stages::run_id.eq(run.as_str()))
        .select((
            run_stages::stage,
            run_stages::finished_at,
            run_stages::digest,
        ))
        .load(conn)?;
    let mut stages = rows
        .into_iter()
        .map(|(stage, finished_at, digest)| {
            Ok(FinishedStage {
                stage: cells::named("run_stages", "stage", &stage, Stage::from_name)?,
                finished_at,
                digest,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    stages.sort_by_key(|finished| finished.stage);
    Ok(stages)
}

/// Publishes a run for its period. A published period never changes: a second publication is a
/// [`StoreError::Conflict`].
pub fn publish(conn: &mut AnyConn, publication: &Publication) -> Result<(), StoreError> {
    let run = get(conn, &publication.run)?;
    if run.period != publication.period {
        return Err(StoreError::Refused {
            message: format!(
                "运行 {} 属于 {}，不能作为 {} 发布",
                run.id, run.period, publication.period
            ),
        });
    }
    diesel::insert_into(published::table)
        .values((
            published::period.eq(publication.period.to_string()),
            published::run_id.eq(publication.run.as_str()),
            published::published_at.eq(cells::instant(publication.published_at)),
            published::published_by.eq(publication.published_by.as_str()),
        ))
        .execute(conn)?;
    Ok(())
}

/// How a period is published, if it is.
pub fn publication(conn: &mut AnyConn, period: Period) -> Result<Option<Publication>, StoreError> {
    Ok(publications(conn)?
        .into_iter()
        .find(|publication| publication.period == period))
}

/// All published periods, in order.
pub fn publications(conn: &mut AnyConn) -> Result<Vec<Publication>, StoreError> {
    let rows: Vec<(String, String, NaiveDateTime, String)> =
        published::table.order(published::period).load(conn)?;
    rows.into_iter()
        .map(|(period, run, published_at, published_by)| {
            Ok(Publication {
                period: cells::parsed("published", "period", &period)?,
                run: run.as_str().into(),
                published_at,
                published_by,
            })
        })
        .collect()
}
