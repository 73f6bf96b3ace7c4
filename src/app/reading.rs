//! What people look at: months, bulletins, sheets, explanations, statements, downloads.

use std::sync::Arc;

use assess::explanation::Explanation;
use domain::{DepartmentId, Period, RunId};
use ledger::Statement;
use report::Chart;
use report::model::{Bulletin, DepartmentSheet};

use crate::App;
use crate::error::Error;
use crate::inputs::Frozen;
use crate::publish::PeriodLine;
use crate::role::{Right, User};
use crate::run::{self, Decided, Stage, load};

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

/// A file that can be downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// Path below the folder of the run, with forward slashes.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Media type.
    pub media_type: String,
    /// Size.
    pub bytes: u64,
    /// Digest, hex.
    pub sha256: String,
}

/// An imported file in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportLine {
    /// Number of the import.
    pub batch_id: i64,
    /// File name.
    pub file_name: String,
    /// Kind in Chinese.
    pub kind: String,
    /// When, in Shanghai.
    pub imported_at: String,
    /// Rows loaded.
    pub good: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Rows nobody is credited for.
    pub unattributed: u64,
    /// Rows dropped as duplicates.
    pub duplicates: u64,
}

/// A row nobody is credited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnattributedLine {
    /// File name.
    pub file_name: String,
    /// Line.
    pub line: u32,
    /// Who or what is not known.
    pub what: String,
    /// Why.
    pub reason: String,
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
        let (pack, calendar) = (self.pack()?, self.calendar()?);
        let prepared = run::prepare(&pack, &calendar, &frozen.inputs)?;
        let month = prepared.month()?;
        self.build_bulletin(&frozen, &decided, &pack, &month)
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

    /// Why a department, or one of its indicators, has its score.
    pub fn explain(
        &self,
        viewer: &User,
        period: Period,
        department: &DepartmentId,
        indicator: Option<&str>,
    ) -> Result<Explanation, Error> {
        require_sight(viewer, department)?;
        self.visible(Some(viewer), period)?;
        self.explain_unchecked(period, department, indicator)
    }

    /// The same for the operator of the command line, who can read the database anyway.
    pub fn explain_unchecked(
        &self,
        period: Period,
        department: &DepartmentId,
        indicator: Option<&str>,
    ) -> Result<Explanation, Error> {
        let run = self.current_run(period)?;
        let (inputs, assessment) = self.store().read(|conn| {
            let assessment: assess::Assessment = load(conn, &run, Stage::Assessed)?;
            Ok::<_, Error>((run::load_inputs(conn, &run)?, assessment))
        })?;
        let (pack, calendar) = (self.pack()?, self.calendar()?);
        let prepared = run::prepare(&pack, &calendar, &inputs)?;
        let month = prepared.month()?;
        Ok(month.explain(&assessment, department, indicator)?)
    }

    /// A department of a month by code, name, or a part of the name that only one has.
    pub fn find_department(&self, period: Period, text: &str) -> Result<DepartmentId, Error> {
        let run = self.current_run(period)?;
        let assessment: assess::Assessment = self
            .store()
            .read(|conn| load(conn, &run, Stage::Assessed))?;
        let departments = &assessment.departments;
        let exact = departments
            .iter()
            .find(|dept| dept.id.as_str() == text || dept.name == text);
        if let Some(found) = exact {
            return Ok(found.id.clone());
        }
        let near: Vec<_> = departments
            .iter()
            .filter(|dept| dept.name.contains(text))
            .collect();
        match near.as_slice() {
            [one] => Ok(one.id.clone()),
            [] => Err(Error::NotFound {
                what: "部门",
                key: text.to_owned(),
            }),
            many => {
                let names: Vec<_> = many.iter().take(8).map(|dept| dept.name.as_str()).collect();
                let reason = format!("“{text}”不止一个：{} (ambiguous)", names.join("、"));
                Err(Error::BadInput {
                    what: "部门",
                    reason,
                })
            }
        }
    }

    /// The statement of a department.
    pub fn statement(
        &self,
        viewer: &User,
        department: &DepartmentId,
        from: Period,
        to: Period,
    ) -> Result<Statement, Error> {
        require_sight(viewer, department)?;
        self.statement_unchecked(department, from, to)
    }

    /// The same for the operator of the command line.
    pub fn statement_unchecked(
        &self,
        department: &DepartmentId,
        from: Period,
        to: Period,
    ) -> Result<Statement, Error> {
        if to < from {
            let reason = format!("{from} 晚于 {to} (from is after to)");
            return Err(Error::BadInput {
                what: "期间",
                reason,
            });
        }
        let events = self
            .store()
            .read(|conn| store::ledger::events_of(conn, department).map_err(Error::from))?;
        Ok(ledger::statement(department, &events, from, to))
    }

    /// Files of a month that the viewer may download.
    pub fn downloads(&self, viewer: Option<&User>, period: Period) -> Result<Vec<Download>, Error> {
        let line = self.visible(viewer, period)?;
        let rows = self
            .store()
            .read(|conn| store::reports::list(conn, &line.run).map_err(Error::from))?;
        let rows = rows
            .into_iter()
            .filter(|row| may_download(viewer, &row.name));
        Ok(rows
            .map(|row| Download {
                title: download_title(&row.name),
                name: row.name,
                media_type: row.media_type,
                bytes: row.size_bytes,
                sha256: row.sha256,
            })
            .collect())
    }

    /// One of them with its bytes, checked against the recorded digest.
    pub fn download(
        &self,
        viewer: Option<&User>,
        period: Period,
        name: &str,
    ) -> Result<(Download, Vec<u8>), Error> {
        let line = self.visible(viewer, period)?;
        let found = self
            .downloads(viewer, period)?
            .into_iter()
            .find(|file| file.name == name);
        let file = found.ok_or_else(|| Error::NotFound {
            what: "文件",
            key: name.to_owned(),
        })?;
        // The name is one that we recorded, so it cannot lead out of the folder.
        let path = self.reports_folder(&line.run).join(&file.name);
        let bytes = std::fs::read(&path).map_err(Error::file(&path))?;
        if domain::canon::sha256_hex(&bytes) != file.sha256 {
            return Err(Error::Damaged { what: file.name });
        }
        Ok((file, bytes))
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

/// A liaison may have its own page, an outsider the charts; the whole bulletin names everybody's
/// reasons and is for those who read all.
fn may_download(viewer: Option<&User>, name: &str) -> bool {
    let own = |user: &User| {
        let department = user.department.as_ref();
        department.is_some_and(|id| name == format!("departments/{id}.html"))
    };
    viewer.is_some_and(|user| user.may(Right::ReadAll) || own(user)) || name.starts_with("charts/")
}

fn download_title(name: &str) -> String {
    let title = match name {
        "bulletin.pdf" => "考核通报（PDF）",
        "bulletin.html" => "考核通报（网页）",
        "bulletin.xlsx" => "考核数据（XLSX）",
        _ => {
            let chart = name.strip_prefix("charts/").and_then(|file| {
                let stem = file.split('-').next()?;
                Chart::ALL.into_iter().find(|chart| chart.name() == stem)
            });
            return chart.map_or_else(
                || {
                    format!(
                        "部门单 {}",
                        name.trim_start_matches("departments/")
                            .trim_end_matches(".html")
                    )
                },
                |chart| format!("图：{}", chart.title()),
            );
        }
    };
    title.to_owned()
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

impl App {
    /// The newest month that has a standing run.
    pub fn latest_period(&self) -> Result<Period, Error> {
        let books = self.books()?;
        let latest = books.runs().map(|(_, run)| run.period).max();
        latest.ok_or_else(|| Error::NotFound {
            what: "考核",
            key: "—".to_owned(),
        })
    }

    /// Imported files, newest first.
    pub fn imports(&self, viewer: &User) -> Result<Vec<ImportLine>, Error> {
        require_all(viewer)?;
        let batches = self
            .store()
            .read(|conn| store::batches::list(conn).map_err(Error::from))?;
        let lines = batches.into_iter().map(|record| ImportLine {
            batch_id: i64::from(record.id.get()),
            kind: ingest::FileKind::from_name(&record.batch.kind)
                .map_or(record.batch.kind.clone(), |kind| kind.title().to_owned()),
            file_name: record.batch.file_name,
            imported_at: crate::clock::shanghai_text(record.batch.imported_at.and_utc()),
            good: record.counts.upserted.total(),
            rejected: record.counts.rejected,
            unattributed: record.counts.unattributed,
            duplicates: record.counts.duplicates,
        });
        Ok(lines.collect())
    }

    /// The refused rows of an imported file.
    pub fn rejects(
        &self,
        viewer: &User,
        batch_id: i64,
    ) -> Result<(ImportLine, Vec<store::batches::RejectedLine>), Error> {
        let line = self
            .imports(viewer)?
            .into_iter()
            .find(|line| line.batch_id == batch_id);
        let line = line.ok_or_else(|| Error::NotFound {
            what: "导入",
            key: batch_id.to_string(),
        })?;
        let rows = self.store().read(|conn| {
            let batch = store::batches::list(conn)?
                .into_iter()
                .find(|record| i64::from(record.id.get()) == batch_id);
            let Some(batch) = batch else {
                return Ok(Vec::new());
            };
            Ok::<_, Error>(store::batches::rejects(conn, batch.id)?)
        })?;
        Ok((line, rows))
    }

    /// Rows nobody is credited for, by file.
    pub fn unattributed(&self, viewer: &User) -> Result<Vec<UnattributedLine>, Error> {
        require_all(viewer)?;
        self.store().read(|conn| {
            let mut lines = Vec::new();
            for record in store::batches::list(conn)? {
                if record.counts.unattributed == 0 {
                    continue;
                }
                for row in store::batches::unattributed(conn, record.id)? {
                    lines.push(UnattributedLine {
                        file_name: record.batch.file_name.clone(),
                        line: row.line,
                        what: row.what,
                        reason: row.reason,
                    });
                }
            }
            Ok(lines)
        })
    }
}

fn require_all(viewer: &User) -> Result<(), Error> {
    if viewer.may(Right::ReadAll) {
        Ok(())
    } else {
        Err(Error::Forbidden {
            what: "查看全部数据",
        })
    }
}
