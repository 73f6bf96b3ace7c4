//! What people look at: months, bulletins, sheets, explanations, statements, downloads.

mod files;
mod intake;
mod why;

use std::sync::Arc;

use domain::{DepartmentId, Period, RunId};
use report::Chart;
use report::model::{Bulletin, DepartmentSheet};

use crate::App;
use crate::error::Error;
use crate::inputs::Frozen;
use crate::publish::PeriodLine;
use crate::role::{Right, User};
use crate::run::{self, Decided, Stage, load};

pub use files::Download;
pub use intake::{ImportLine, UnattributedLine};
pub(crate) use why::one_department;

/// A department in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentLine {
    /// Code.
    pub id: DepartmentId,
    /// Name.
    pub name: String,
    /// Peer group in Chinese.
    pub group: String,
}

impl App {
    /// Months that have a run, newest first. Without [`Right::ReadAll`] only published ones.
    pub fn periods(&self, viewer: Option<&User>) -> Result<Vec<PeriodLine>, Error> {
        let all = viewer.is_some_and(|user| user.may(Right::ReadAll));
        let books = self.books()?;
        let mut lines = Vec::new();
        for (id, run) in books.runs() {
            if books
                .live_run(run.period)
                .is_none_or(|(live, _)| live != id)
            {
                continue;
            }
            let line = self.period_line(run.period, id)?;
            if all || line.published {
                lines.push(line);
            }
        }
        lines.sort_by_key(|line| std::cmp::Reverse(line.period));
        Ok(lines)
    }

    pub(crate) fn period_line(&self, period: Period, run: &RunId) -> Result<PeriodLine, Error> {
        let (state, state_title) = self.state_of(period, run)?;
        let (scores, awards) = self.store().read(|conn| {
            Ok::<_, Error>((
                store::results::scores(conn, run)?,
                store::results::awards(conn, run, None)?,
            ))
        })?;
        Ok(PeriodLine {
            period,
            run: run.clone(),
            state,
            state_title,
            published: state == "published",
            departments: u32::try_from(scores.len()).unwrap_or(u32::MAX),
            awarded_fen: awards.iter().map(|award| &award.amount_fen).sum(),
            unfunded_fen: awards.iter().map(|award| &award.unfunded_fen).sum(),
        })
    }

    /// The line of a month that the viewer may see.
    fn visible(&self, viewer: Option<&User>, period: Period) -> Result<PeriodLine, Error> {
        let found = self
            .periods(viewer)?
            .into_iter()
            .find(|line| line.period == period);
        found.ok_or_else(|| Error::NotFound {
            what: "考核结果",
            key: period.to_string(),
        })
    }

    /// The bulletin of a month. Who may not read everything gets the public version: published
    /// months, without department sheets, incidents' wording and detectors' notes.
    pub fn bulletin(&self, viewer: Option<&User>, period: Period) -> Result<Arc<Bulletin>, Error> {
        let line = self.visible(viewer, period)?;
        let whole = self.cached_bulletin(&line)?;
        if viewer.is_some_and(|user| user.may(Right::ReadAll)) {
            return Ok(whole);
        }
        Ok(Arc::new(public_version(&whole)))
    }

    fn cached_bulletin(&self, line: &PeriodLine) -> Result<Arc<Bulletin>, Error> {
        let size = self
            .store()
            .read(|conn| store::ledger::record_count(conn).map_err(Error::from))?;
        let key = format!("{}/{}/{size}", line.run, line.state);
        self.inner
            .bulletins
            .get_or_build(&key, || self.bulletin_of(&line.run))
    }

    /// Builds the bulletin of a run from its frozen inputs and stored results.
    pub(crate) fn bulletin_of(&self, run: &RunId) -> Result<Bulletin, Error> {
        let (inputs, decided) = self.store().read(|conn| {
            let decided = Decided {
                assessment: load(conn, run, Stage::Assessed)?,
                awards: load(conn, run, Stage::Compensated)?,
            };
            Ok::<_, Error>((run::load_inputs(conn, run)?, decided))
        })?;
        let frozen = Frozen::new(inputs);
        let rules = self.rules_of(&frozen.inputs.pack, &frozen.inputs.pack_digest)?;
        let (pack, calendar) = (&rules.pack, self.calendar()?);
        let prepared = run::prepare(pack, &calendar, &frozen.inputs)?;
        let month = prepared.month()?;
        self.build_bulletin(&frozen, &decided, pack, &month)
    }

    /// Names and titles of the charts.
    pub fn chart_names() -> Vec<(&'static str, &'static str)> {
        Chart::ALL
            .iter()
            .map(|chart| (chart.name(), chart.title()))
            .collect()
    }

    /// A chart of a month as SVG; several drawings stand below one another.
    pub fn chart(
        &self,
        viewer: Option<&User>,
        period: Period,
        name: &str,
    ) -> Result<Vec<String>, Error> {
        let chart = Chart::ALL.into_iter().find(|chart| chart.name() == name);
        let chart = chart.ok_or_else(|| Error::NotFound {
            what: "图表",
            key: name.to_owned(),
        })?;
        let bulletin = self.bulletin(viewer, period)?;
        let drawings = chart.draw(&bulletin);
        drawings
            .iter()
            .map(|drawing| Ok(report::paint::svg(drawing)?))
            .collect()
    }

    /// The sheet of a department.
    pub fn sheet(
        &self,
        viewer: &User,
        period: Period,
        department: &DepartmentId,
    ) -> Result<DepartmentSheet, Error> {
        require_sight(viewer, department)?;
        let line = self.visible(Some(viewer), period)?;
        let bulletin = self.cached_bulletin(&line)?;
        let found = bulletin
            .sheets
            .iter()
            .find(|sheet| sheet.id == department.as_str());
        found.cloned().ok_or_else(|| Error::NotFound {
            what: "部门",
            key: department.to_string(),
        })
    }

    /// Departments of a month that the viewer may see.
    pub fn departments(&self, viewer: &User, period: Period) -> Result<Vec<DepartmentLine>, Error> {
        let line = self.visible(Some(viewer), period)?;
        let bulletin = self.cached_bulletin(&line)?;
        let lines = bulletin.sheets.iter().map(|sheet| DepartmentLine {
            id: DepartmentId::new(&sheet.id),
            name: sheet.department.clone(),
            group: sheet.group.clone(),
        });
        Ok(lines.filter(|line| viewer.may_see(&line.id)).collect())
    }

    /// The newest month that has a standing run.
    pub fn latest_period(&self) -> Result<Period, Error> {
        let books = self.books()?;
        let latest = books.runs().map(|(_, run)| run.period).max();
        latest.ok_or_else(|| Error::NotFound {
            what: "考核",
            key: "—".to_owned(),
        })
    }

    /// Whether the database answers.
    pub fn health(&self) -> Result<(), Error> {
        self.store().read(|conn| {
            store::ledger::record_count(conn)
                .map(|_| ())
                .map_err(Error::from)
        })
    }
}

fn require_sight(viewer: &User, department: &DepartmentId) -> Result<(), Error> {
    if viewer.may_see(department) {
        return Ok(());
    }
    Err(Error::Forbidden {
        what: "查看该部门"
    })
}

/// What anybody may see of a published month.
fn public_version(whole: &Bulletin) -> Bulletin {
    let mut public = whole.clone();
    public.sheets.clear();
    public.notes.clear();
    public.unattributed.clear();
    for incident in &mut public.incidents {
        incident.title.clear();
    }
    public
}
