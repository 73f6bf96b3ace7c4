//! Appeals as they are shown: where they stand, by when they are due, how they ended.

use chrono::NaiveDate;
use domain::{AppealId, DepartmentId, Fen, OrderId, Period, Registry, WorkdayCalendar};
use ledger::{Appeal, AppealChange, Body, Books, Step};

use super::paper::{AppealEntry, AppealPaper};
use super::terms::Urgency;
use super::{adjustment_id, unknown};
use crate::App;
use crate::claims::Happening;
use crate::error::Error;
use crate::papers::{self, Attachment};
use crate::role::User;

/// A ruling, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulingSheet {
    /// Outcome, stable code.
    pub outcome: &'static str,
    /// What of the contested amount was cut.
    pub cut_fen: Fen,
    /// Number of the decision document.
    pub document: String,
    /// Why.
    pub reason: String,
}

/// The next step of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// The step.
    pub step: Step,
    /// The office that has it, unless another is named.
    pub office: String,
    /// Working days it may take.
    pub days: u32,
}

/// An appeal, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealSheet {
    /// Its number.
    pub id: AppealId,
    /// What was entered.
    pub entry: AppealEntry,
    /// Name of the department.
    pub department_name: String,
    /// What is contested, in words.
    pub subject: String,
    /// What stands in dispute, fen.
    pub contested_fen: Fen,
    /// Stage, stable code.
    pub stage: &'static str,
    /// Stage in Chinese.
    pub stage_title: &'static str,
    /// The office that has it.
    pub office: String,
    /// Day by which it has to be answered.
    pub due_on: NaiveDate,
    /// How that limit stands; `None` once it ended.
    pub urgency: Option<Urgency>,
    /// Who opened it.
    pub opener: String,
    /// The next step of the ladder; none at its top or end.
    pub next: Option<NextStep>,
    /// How it ended.
    pub ruling: Option<RulingSheet>,
    /// The adjustment that was proposed with the ruling.
    pub order: Option<OrderId>,
    /// Digest of the written appeal.
    pub paper_sha256: String,
    /// Its attachments.
    pub attachments: Vec<Attachment>,
}

/// What a department may contest of a month now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealChoice {
    /// The published month.
    pub period: Period,
    /// The last day of appeals.
    pub until: NaiveDate,
    /// Indicators by which the department was scored: id and title.
    pub indicators: Vec<(String, String)>,
    /// Accruals of the month with something payable: record number, what for, and how much.
    pub accruals: Vec<(u64, String, Fen)>,
}

impl App {
    /// What a department may contest now, newest month first.
    pub fn appeal_choices(
        &self,
        viewer: &User,
        department: &DepartmentId,
    ) -> Result<Vec<AppealChoice>, Error> {
        if !viewer.may_see(department) {
            return Err(Error::Forbidden {
                what: "查看该部门"
            });
        }
        let (books, calendar) = (self.books()?, self.calendar()?);
        let today = self.clock().today();
        let mut choices = Vec::new();
        for (period, until) in self.appeal_windows(&calendar)? {
            if until < today {
                continue;
            }
            let (_, recorded) = self.recorded_month(period)?;
            let own = recorded.assessment.department(department);
            let scored = own.into_iter().flat_map(|own| &own.indicators);
            let titled = scored.map(|one| {
                let mut heads = recorded.assessment.indicators.iter();
                let head = heads.find(|head| head.id == one.id);
                let title = head.map_or_else(|| one.id.clone(), |head| head.title.clone());
                (one.id.clone(), title)
            });
            let accruals = books.accruals().filter(|(_, accrual)| {
                accrual.department == *department
                    && accrual.for_period == period
                    && accrual.payable_fen() > Fen::ZERO
            });
            choices.push(AppealChoice {
                period,
                until,
                indicators: titled.collect(),
                accruals: accruals
                    .map(|(seq, own)| (seq, own.component.title().to_owned(), own.payable_fen()))
                    .collect(),
            });
        }
        Ok(choices)
    }

    /// The published months, newest first, with the last day of appeals against each. A window is
    /// weeks long: months long ago are left out.
    pub(crate) fn appeal_windows(
        &self,
        calendar: &WorkdayCalendar,
    ) -> Result<Vec<(Period, NaiveDate)>, Error> {
        const MONTHS: usize = 24;
        let published = self
            .store()
            .read(|conn| store::runs::publications(conn).map_err(Error::from))?;
        let mut windows = Vec::new();
        for publication in published.iter().rev().take(MONTHS) {
            if let Some(until) = self.appeals_end(publication.period, calendar)? {
                windows.push((publication.period, until));
            }
        }
        Ok(windows)
    }

    /// Appeals that the viewer may see, those still open first, by their limits.
    pub fn appeals(
        &self,
        viewer: &User,
        department: Option<&DepartmentId>,
    ) -> Result<Vec<AppealSheet>, Error> {
        let mut sheets = self.appeals_unchecked()?;
        sheets.retain(|sheet| {
            let own = &sheet.entry.department;
            viewer.may_see(own) && department.is_none_or(|asked| asked == own)
        });
        Ok(sheets)
    }

    /// All of them, for the operator of the command line.
    pub fn appeals_unchecked(&self) -> Result<Vec<AppealSheet>, Error> {
        let (books, registry, calendar) = (self.books()?, self.registry()?, self.calendar()?);
        let mut sheets = Vec::new();
        for (id, appeal) in books.appeals() {
            sheets.push(self.appeal_sheet(id, appeal, &books, (&registry, &calendar))?);
        }
        sheets.sort_by(|a, b| {
            (a.ruling.is_some(), a.due_on, &a.id).cmp(&(b.ruling.is_some(), b.due_on, &b.id))
        });
        Ok(sheets)
    }

    /// One of them, if the viewer may see it.
    pub fn appeal(&self, viewer: &User, id: &AppealId) -> Result<AppealSheet, Error> {
        let sheet = self.appeal_unchecked(id)?;
        if viewer.may_see(&sheet.entry.department) {
            Ok(sheet)
        } else {
            Err(unknown(id))
        }
    }

    /// The same for the operator of the command line.
    pub fn appeal_unchecked(&self, id: &AppealId) -> Result<AppealSheet, Error> {
        let (books, registry, calendar) = (self.books()?, self.registry()?, self.calendar()?);
        let appeal = books.appeal(id).ok_or_else(|| unknown(id))?;
        self.appeal_sheet(id, appeal, &books, (&registry, &calendar))
    }

    /// An attachment of an appeal, by its digest, checked against it.
    pub fn appeal_file(
        &self,
        sheet: &AppealSheet,
        sha256: &str,
    ) -> Result<(Attachment, Vec<u8>), Error> {
        let found = sheet.attachments.iter().find(|own| own.sha256 == sha256);
        let file = found.cloned().ok_or_else(|| Error::NotFound {
            what: "附件",
            key: sha256.to_owned(),
        })?;
        let bytes = self.attachment_bytes(&file)?;
        Ok((file, bytes))
    }

    /// What happened to an appeal, in order.
    pub fn appeal_history(&self, id: &AppealId) -> Result<Vec<Happening>, Error> {
        let events = self
            .store()
            .read(|conn| store::ledger::appeal_events(conn, id).map_err(Error::from))?;
        let happened = events.into_iter().filter_map(|event| {
            let Body::Appeal { change, .. } = &event.body else {
                return None;
            };
            let what = match change {
                AppealChange::Opened { contest } => {
                    format!(
                        "提出申诉，争议 {} 元，{} 前答复",
                        contest.contested_fen, contest.due_on
                    )
                }
                AppealChange::Moved {
                    step,
                    office,
                    due_on,
                } => format!("{}：{office}，{due_on} 前办结", step.title()),
                AppealChange::Ended { ruling } => {
                    format!(
                        "{}（{}）：{}",
                        ruling.outcome.title(),
                        ruling.document,
                        ruling.reason
                    )
                }
            };
            Some(Happening {
                seq: event.seq,
                at: event.recorded_at.to_naive().and_utc(),
                actor: event.actor.id,
                what,
            })
        });
        Ok(happened.collect())
    }

    fn appeal_sheet(
        &self,
        id: &AppealId,
        appeal: &Appeal,
        books: &Books,
        (registry, calendar): (&Registry, &WorkdayCalendar),
    ) -> Result<AppealSheet, Error> {
        let contest = &appeal.contest;
        let paper: AppealPaper = self
            .store()
            .read(|conn| papers::paper(conn, contest.statement_sha256))?;
        let terms = &self.config().appeals;
        let today = self.clock().today();
        let urgency = match &appeal.ruling {
            Some(_) => None,
            None => Some(Urgency::on(
                today,
                appeal.due_on,
                terms.remind_days,
                calendar,
            )?),
        };
        let next = Step::ALL.into_iter().find(|step| Some(*step) > appeal.step);
        let next = match next.filter(|_| appeal.ruling.is_none()) {
            Some(step) => Some(NextStep {
                step,
                office: self.usual_office(&contest.department, step)?,
                days: terms.days_of(step),
            }),
            None => None,
        };
        let name = registry
            .get(&contest.department)
            .map(|own| own.name.clone());
        let order = adjustment_id(id);
        let ruling = appeal.ruling.as_ref().map(|ruling| {
            Ok::<_, Error>(RulingSheet {
                outcome: ruling.outcome.code(),
                cut_fen: ruling.cut_fen,
                document: ruling.document.clone(),
                reason: self.told([&ruling.reason])?.concat(),
            })
        });
        Ok(AppealSheet {
            id: id.clone(),
            department_name: name.unwrap_or_else(|| contest.department.to_string()),
            subject: contest.subject.clone(),
            contested_fen: contest.contested_fen,
            stage: appeal.stage_code(),
            stage_title: appeal.stage_title(),
            office: appeal.office.clone(),
            due_on: appeal.due_on,
            urgency,
            opener: appeal.opener.clone(),
            next,
            ruling: ruling.transpose()?,
            order: books.order(&order).map(|_| order),
            paper_sha256: contest.statement_sha256.to_string(),
            attachments: paper.attachments,
            entry: paper.entry,
        })
    }
}
