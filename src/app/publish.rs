//! The review: submit, approve, reject, publish. Each step is bound to the run that was seen.

use domain::{Fen, Period, RunId};
use ledger::{Action, Actor, ControlTotal, Role as Office};

use crate::App;
use crate::error::Error;
use crate::role::{Right, User};
use crate::run::report_files;
use crate::run::summary::state_names;

/// One month in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodLine {
    /// The month.
    pub period: Period,
    /// Its run.
    pub run: RunId,
    /// State, stable code.
    pub state: &'static str,
    /// State in Chinese.
    pub state_title: &'static str,
    /// Whether the result is published.
    pub published: bool,
    /// Departments assessed.
    pub departments: u32,
    /// Sum of awards.
    pub awarded_fen: Fen,
    /// Sum of what is due and not covered.
    pub unfunded_fen: Fen,
}

impl App {
    /// The run of a month that is to be decided on, or that stands.
    pub fn current_run(&self, period: Period) -> Result<RunId, Error> {
        let books = self.books()?;
        let live = books.live_run(period).map(|(run, _)| run.clone());
        live.ok_or_else(|| Error::NotFound {
            what: "考核",
            key: period.to_string(),
        })
    }

    /// Where a run stands: stable code and Chinese title.
    pub(crate) fn state_of(
        &self,
        period: Period,
        run: &RunId,
    ) -> Result<(&'static str, &'static str), Error> {
        self.store().read(|conn| {
            let books = store::ledger::current_books(self.store(), conn)?;
            let stage = books.run(run).map(|run| run.stage);
            let published = store::runs::publication(conn, period)?;
            Ok(state_names(
                stage,
                published.is_some_and(|row| row.run == *run),
            ))
        })
    }

    /// The assessor hands a calculated run to finance.
    pub fn submit(&self, user: &User, period: Period, run: &RunId) -> Result<PeriodLine, Error> {
        require(user, Right::Submit, "提交考核")?;
        let seen = self.seen(period, run)?;
        if seen.stage != ledger::Stage::Submitted && seen.stage != ledger::Stage::Approved {
            let action = Action::SubmitRun {
                run: run.clone(),
                digest: seen.digest,
            };
            self.act(user, action)?;
            self.note(user, "submit", run, "")?;
        }
        self.period_line(period, run)
    }

    /// Finance approves the money: awards become payable. Who calculated or submitted the run
    /// cannot approve it.
    pub fn approve(&self, user: &User, period: Period, run: &RunId) -> Result<PeriodLine, Error> {
        require(user, Right::Approve, "批准补偿")?;
        let seen = self.seen(period, run)?;
        if seen.stage != ledger::Stage::Approved {
            let effective_on = self.posting_day(period)?;
            self.act(
                user,
                Action::ApproveRun {
                    run: run.clone(),
                    digest: seen.digest,
                    control: seen.control,
                    effective_on,
                },
            )?;
            self.note(user, "approve", run, &seen.control.total_fen.to_plain())?;
        }
        self.period_line(period, run)
    }

    /// Sends a run back; what it reserved is free again.
    pub fn reject(
        &self,
        user: &User,
        period: Period,
        run: &RunId,
        reason: &str,
    ) -> Result<PeriodLine, Error> {
        require(user, Right::Approve, "退回考核")?;
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > 500 {
            let fault = "请写明理由，500 字以内 (a reason of at most 500 characters)".to_owned();
            return Err(Error::BadInput {
                what: "退回理由",
                reason: fault,
            });
        }
        self.seen(period, run)?;
        let effective_on = self.posting_day(period)?;
        // Why stands in the ledger, from where it can be erased.
        self.note(user, "reject", run, "")?;
        self.act(
            user,
            Action::RejectRun {
                run: run.clone(),
                reason: reason.into(),
                effective_on,
            },
        )?;
        self.period_line(period, run)
    }

    /// Publishes an approved run: its final bulletin is written, the month is closed in the books.
    pub fn publish(&self, user: &User, period: Period, run: &RunId) -> Result<PeriodLine, Error> {
        require(user, Right::Publish, "发布结果")?;
        let seen = self.seen(period, run)?;
        if seen.stage != ledger::Stage::Approved {
            let reason = format!("{period} 的考核尚未经财政批准，不能发布 (not approved yet)");
            return Err(Error::Conflict { reason });
        }
        let before = self
            .store()
            .read(|conn| store::runs::publication(conn, period).map_err(Error::from))?;
        if before.is_none() {
            let rows = self.write_final_reports(run)?;
            let now = self.clock().now().naive_utc();
            self.store().write(|conn| {
                report_files::record(conn, run, &rows)?;
                let publication = store::runs::Publication {
                    period,
                    run: run.clone(),
                    published_at: now,
                    published_by: user.login.clone(),
                };
                store::runs::publish(conn, &publication)?;
                Ok::<_, Error>(())
            })?;
            self.note(user, "publish", run, "")?;
        }
        self.close_books(period)?;
        self.period_line(period, run)
    }

    /// Closes the month in the ledger, unless it is; earlier months are closed with it, since
    /// nothing may be posted before a published result any more.
    fn close_books(&self, period: Period) -> Result<(), Error> {
        let books = self.books()?;
        let open: Vec<Period> = books
            .periods()
            .filter(|(month, state)| *month <= period && *state == ledger::PeriodState::Open)
            .map(|(month, _)| month)
            .collect();
        let actions = open
            .into_iter()
            .map(|period| Action::ClosePeriod { period })
            .collect();
        self.post(Actor::new("schedule", Office::System), actions)
    }

    /// Renders the final reports of an approved run.
    fn write_final_reports(&self, run: &RunId) -> Result<Vec<store::reports::Report>, Error> {
        let bulletin = self.bulletin_of(run)?;
        self.write_reports(run, &bulletin)
    }

    /// The day on which postings about the month are dated.
    fn posting_day(&self, period: Period) -> Result<chrono::NaiveDate, Error> {
        let posting = self.posting_period(period)?;
        Ok(if posting == period {
            period.last_day()
        } else {
            posting.first_day()
        })
    }

    fn seen(&self, period: Period, run: &RunId) -> Result<Seen, Error> {
        let books = self.books()?;
        let missing = || Error::NotFound {
            what: "考核",
            key: run.to_string(),
        };
        let found = books
            .run(run)
            .filter(|found| found.period == period)
            .ok_or_else(missing)?;
        Ok(Seen {
            stage: found.stage,
            digest: found.digest,
            control: found.control,
        })
    }

    fn note(&self, user: &User, action: &str, run: &RunId, detail: &str) -> Result<(), Error> {
        let line = store::activity::Activity {
            at: self.clock().now().naive_utc(),
            actor: user.login.clone(),
            action: action.to_owned(),
            subject: run.to_string(),
            detail: detail.to_owned(),
        };
        self.store().write(|conn| {
            store::activity::add(conn, &line)?;
            Ok::<_, Error>(())
        })
    }
}

/// What a decision is bound to.
struct Seen {
    stage: ledger::Stage,
    digest: ledger::Digest,
    control: ControlTotal,
}

/// Refuses a person without the right.
pub(crate) fn require(user: &User, right: Right, what: &'static str) -> Result<(), Error> {
    if user.may(right) {
        Ok(())
    } else {
        Err(Error::Forbidden { what })
    }
}
