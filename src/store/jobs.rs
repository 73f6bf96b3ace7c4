//! Jobs: work that is due at an instant, leased by one worker at a time, tried until it is done.
//!
//! A job is unique by kind and due instant, so that a schedule that fires twice adds nothing. A
//! worker that dies leaves its lease to run out; the job is then leased again.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::cells;
use crate::conn::AnyConn;
use crate::each_backend;
use crate::error::StoreError;
use crate::schema::jobs;

/// The number of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(i64);

impl JobId {
    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// To be done.
    Waiting,
    /// A worker is at it, or was when it died.
    Leased,
    /// Done.
    Done,
    /// Given up.
    Failed,
}

impl JobState {
    /// Stable English name, used in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The state by its stable English name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Leased, Self::Done, Self::Failed]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Number.
    pub id: JobId,
    /// What is to be done, by stable English name.
    pub kind: String,
    /// With what; the kind says in which form.
    pub payload: String,
    /// From when on, UTC.
    pub due_at: NaiveDateTime,
    /// Where it stands.
    pub state: JobState,
    /// Until when its worker has it, UTC.
    pub lease_until: Option<NaiveDateTime>,
    /// How often it was leased.
    pub attempts: u32,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// When it was done or given up, UTC.
    pub finished_at: Option<NaiveDateTime>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs)]
struct JobRow {
    id: i64,
    kind: String,
    payload: String,
    due_at: NaiveDateTime,
    state: String,
    lease_until: Option<NaiveDateTime>,
    attempt_count: i64,
    last_error: Option<String>,
    finished_at: Option<NaiveDateTime>,
}

impl JobRow {
    fn read(self) -> Result<Job, StoreError> {
        Ok(Job {
            id: JobId(self.id),
            kind: self.kind,
            payload: self.payload,
            due_at: self.due_at,
            state: cells::named("jobs", "state", &self.state, JobState::from_name)?,
            lease_until: self.lease_until,
            attempts: cells::small("jobs", "attempt_count", self.attempt_count)?,
            last_error: self.last_error,
            finished_at: self.finished_at,
        })
    }
}

/// Adds a job unless there is one of that kind for that instant; whether it is new.
pub fn enqueue(
    conn: &mut AnyConn,
    kind: &str,
    payload: &str,
    due_at: NaiveDateTime,
) -> Result<bool, StoreError> {
    let row = (
        jobs::kind.eq(kind),
        jobs::payload.eq(payload),
        jobs::due_at.eq(cells::instant(due_at)),
        jobs::state.eq(JobState::Waiting.name()),
        jobs::attempt_count.eq(0_i64),
    );
    let added = each_backend!(conn, |c| diesel::insert_into(jobs::table)
        .values(row)
        .on_conflict((jobs::kind, jobs::due_at))
        .do_nothing()
        .execute(c))?;
    Ok(added == 1)
}

/// Leases the job that is due longest: one that waits, or whose lease has run out.
pub fn lease(
    conn: &mut AnyConn,
    now: NaiveDateTime,
    lease_for: TimeDelta,
) -> Result<Option<Job>, StoreError> {
    let now = cells::instant(now);
    let waits = jobs::state.eq(JobState::Waiting.name());
    let abandoned = jobs::state
        .eq(JobState::Leased.name())
        .and(jobs::lease_until.assume_not_null().le(now));
    let next: Option<i64> = jobs::table
        .filter(jobs::due_at.le(now))
        .filter(waits.or(abandoned))
        .order((jobs::due_at, jobs::id))
        .select(jobs::id)
        .first(conn)
        .optional()?;
    let Some(id) = next else { return Ok(None) };
    diesel::update(jobs::table.find(id))
        .set((
            jobs::state.eq(JobState::Leased.name()),
            jobs::lease_until.eq(Some(now + lease_for)),
            jobs::attempt_count.eq(jobs::attempt_count + 1),
        ))
        .execute(conn)?;
    let row: JobRow = jobs::table
        .find(id)
        .select(JobRow::as_select())
        .first(conn)?;
    row.read().map(Some)
}

/// Marks a leased job as done.
pub fn finish(conn: &mut AnyConn, job: &Job, now: NaiveDateTime) -> Result<(), StoreError> {
    let touched = diesel::update(leased(job))
        .set((
            jobs::state.eq(JobState::Done.name()),
            jobs::lease_until.eq(None::<NaiveDateTime>),
            jobs::finished_at.eq(Some(cells::instant(now))),
        ))
        .execute(conn)?;
    require_lease(job, touched)
}

/// Marks a leased job as failed: it waits for another attempt at `retry_at`, or is given up.
/// The due instant stays, since it is the job's identity; the lease tells when to try again.
pub fn fail(
    conn: &mut AnyConn,
    job: &Job,
    error: &str,
    now: NaiveDateTime,
    retry_at: Option<NaiveDateTime>,
) -> Result<(), StoreError> {
    let (state, finished_at) = match retry_at {
        Some(_) => (JobState::Leased, None),
        None => (JobState::Failed, Some(cells::instant(now))),
    };
    let touched = diesel::update(leased(job))
        .set((
            jobs::state.eq(state.name()),
            jobs::lease_until.eq(retry_at.map(cells::instant)),
            jobs::last_error.eq(Some(cells::text(error))),
            jobs::finished_at.eq(finished_at),
        ))
        .execute(conn)?;
    require_lease(job, touched)
}

/// Jobs of a state, by due instant.
pub fn list(conn: &mut AnyConn, state: JobState) -> Result<Vec<Job>, StoreError> {
    let rows: Vec<JobRow> = jobs::table
        .filter(jobs::state.eq(state.name()))
        .order((jobs::due_at, jobs::id))
        .select(JobRow::as_select())
        .load(conn)?;
    rows.into_iter().map(JobRow::read).collect()
}

/// The job while this lease of it lasts: each lease has its own number of attempts, so that a
/// worker that comes back late cannot finish what another has taken over.
#[diesel::dsl::auto_type(no_type_alias)]
fn leased<'a>(job: &'a Job) -> _ {
    let id: i64 = job.id.0;
    let attempts: i64 = i64::from(job.attempts);
    let state: &'static str = JobState::Leased.name();
    jobs::table
        .filter(jobs::id.eq(id))
        .filter(jobs::state.eq(state))
        .filter(jobs::attempt_count.eq(attempts))
}

fn require_lease(job: &Job, touched: usize) -> Result<(), StoreError> {
    if touched == 1 {
        return Ok(());
    }
    Err(StoreError::NotFound {
        what: "任务租约",
        key: format!("{} #{}", job.kind, job.id.get()),
    })
}
