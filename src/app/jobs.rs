//! The scheduled monthly run.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::Period;

use crate::App;
use crate::background::Background;
use crate::clock::shanghai_date;
use crate::error::Error;
use crate::schedule::Schedule;

/// How often the schedule is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// How long one worker may hold a job before another may take it.
const LEASE_MINUTES: i64 = 60;
/// Tries before a job is given up and left for people.
const ATTEMPTS_MAX: u32 = 5;
/// Pause before a failed job is tried again.
const RETRY_MINUTES: i64 = 15;
const MONTHLY_RUN: &str = "monthly_run";

impl App {
    /// Starts the scheduler in a thread of its own.
    pub fn start_scheduler(&self) -> Background {
        let app = self.clone();
        let mut since = app.clock().now();
        Background::every("the scheduler", LOOK_EVERY, move || {
            let now = app.clock().now();
            if let Err(error) = app.tick(since, now) {
                tracing::error!(%error, "scheduled step failed");
            }
            since = now;
        })
    }

    /// Enters what fell due in `(since, now]` and works off one job. A moment that was entered
    /// before, by this process or another, is not entered twice.
    pub fn tick(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Error> {
        let schedule =
            Schedule::parse(&self.config().monthly_run).map_err(|error| Error::BadInput {
                what: "schedule.monthly_run",
                reason: error.to_string(),
            })?;
        if let Some(due) = schedule.next_after(since).filter(|due| *due <= now) {
            // The run is about the month before the one in which it falls due.
            let period = Period::containing(shanghai_date(due)).prev();
            self.store().write(|conn| {
                let (kind, payload) = (MONTHLY_RUN, period.to_string());
                store::jobs::enqueue(conn, kind, &payload, due.naive_utc())?;
                Ok::<_, Error>(())
            })?;
        }
        self.work_off_one(now)
    }

    fn work_off_one(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let lease_for = chrono::TimeDelta::minutes(LEASE_MINUTES);
        let leased = self.store().write(|conn| {
            store::jobs::lease(conn, now.naive_utc(), lease_for).map_err(Error::from)
        })?;
        let Some(job) = leased else { return Ok(()) };
        let outcome = job
            .payload
            .parse::<Period>()
            .map_err(|error| Error::BadInput {
                what: "任务",
                reason: error.to_string(),
            })
            .and_then(|period| self.run(period, "schedule", &mut |_| {}));
        self.store().write(|conn| {
            match &outcome {
                Ok(_) => store::jobs::finish(conn, &job, now.naive_utc())?,
                Err(error) => {
                    let again = now + chrono::TimeDelta::minutes(RETRY_MINUTES);
                    let retry_at = (job.attempts < ATTEMPTS_MAX).then_some(again.naive_utc());
                    store::jobs::fail(conn, &job, &error.to_string(), now.naive_utc(), retry_at)?;
                }
            }
            Ok::<_, Error>(())
        })?;
        outcome.map(
            |summary| tracing::info!(run.id = %summary.run, "monthly run `{}` done", summary.run),
        )
    }
}
