//! Appeals 复核申诉 as people meet them: opened against a published result, taken up the ladder of
//! art. 28, decided with a reason. Nothing published is edited: what an appeal wins is an adjustment
//! of the open month that names the old one.

mod paper;
mod preview;
mod reading;
mod suppose;
mod terms;

use chrono::NaiveDate;
use domain::canon::encode;
use domain::{AppealId, DepartmentId, Fen, OrderId, Period, WorkdayCalendar};
use ledger::{Action, Books, Contest, Digest, Order, OrderKind, Outcome, Ruling, Step};

use crate::App;
use crate::clock::shanghai_date;
use crate::error::Error;
use crate::orders::office;
use crate::papers::{self, Attached, Upload};
use crate::publish::require;
use crate::role::{Right, User};

pub use paper::AppealEntry;
use paper::AppealPaper;
pub use preview::{Preview, PreviewLine, PreviewSide};
pub use reading::{AppealChoice, AppealSheet, NextStep, RulingSheet};
pub use terms::{AppealTerms, LADDER_ARTICLE, Urgency};

/// A ruling as it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulingEntry {
    /// For whom.
    pub outcome: Outcome,
    /// What of the contested amount the department loses.
    pub cut_fen: Fen,
    /// Whether what the recalculation gives beyond the result is proposed as an adjustment.
    pub adjust: bool,
    /// Number of the decision document.
    pub document: String,
    /// Why.
    pub reason: String,
}

impl App {
    /// Opens an appeal. What it contests of an accrual cannot be paid until it is decided. The same
    /// appeal sent twice is one appeal.
    pub fn open_appeal(
        &self,
        user: &User,
        entry: &AppealEntry,
        files: &[Upload],
    ) -> Result<AppealSheet, Error> {
        require(user, Right::File, "提出申诉")?;
        if !user.may_see(&entry.department) {
            return Err(Error::Forbidden {
                what: "为该部门提出申诉",
            });
        }
        let books = self.books()?;
        let attached = Attached::accept(files)?;
        let mut rows = entry.rows.clone();
        rows.sort();
        rows.dedup();
        let paper = AppealPaper {
            entry: AppealEntry {
                grounds: papers::statement("申诉理由", &entry.grounds)?,
                rows,
                ..entry.clone()
            },
            attachments: attached.attachments(),
        };
        let bytes = encode(&paper);
        let digest = Digest::of(&bytes);
        let mark = digest.to_string();
        let mark = mark.get(..10).unwrap_or(&mark);
        let id = AppealId::new(format!("FY-{}-{mark}", entry.period));
        if books.appeal(&id).is_some() {
            return self.appeal(user, &id);
        }
        let contest = self.contest(&books, &paper.entry, digest)?;
        refuse_second(&books, &contest)?;
        let action = Action::OpenAppeal {
            appeal: id.clone(),
            contest,
            effective_on: self.business_day()?,
        };
        self.act_on_paper(user, action, &bytes, &attached)?;
        self.appeal(user, &id)
    }

    /// What is contested, checked: published, in time, the department's own.
    fn contest(
        &self,
        books: &Books,
        entry: &AppealEntry,
        statement_sha256: Digest,
    ) -> Result<Contest, Error> {
        let terms = &self.config().appeals;
        let calendar = self.calendar()?;
        let today = self.clock().today();
        let last = self.appeal_until(books, entry, &calendar)?;
        if today > last {
            let reason = format!(
                "申诉期限为公布后 {} 个工作日，已于 {last} 届满（{}）(the time for appeals ended)",
                terms.open_days, terms.basis
            );
            return Err(Error::Conflict { reason });
        }
        let mut subject = Vec::new();
        if let Some(indicator) = &entry.indicator {
            let title = self.contested_indicator(entry, indicator)?;
            subject.push(format!("指标“{title}”（{indicator}）"));
        } else if !entry.rows.is_empty() {
            return Err(bad(
                "请先指明指标，再指明记录 (records need their indicator)",
            ));
        }
        let mut contested_fen = Fen::ZERO;
        if let Some(seq) = entry.accrual {
            let accrual = books.accrual(seq);
            let accrual = accrual
                .filter(|own| own.department == entry.department && own.for_period == entry.period)
                .ok_or_else(|| bad("该部门当月没有这一计提记录 (no such accrual)"))?;
            contested_fen = entry.contested_fen.unwrap_or_else(|| accrual.payable_fen());
            if contested_fen <= Fen::ZERO {
                return Err(bad(
                    "该笔款项没有可争议的未付金额 (nothing of it is payable)",
                ));
            }
            subject.push(format!("台账第 {seq} 号{}", accrual.component.title()));
        }
        if subject.is_empty() {
            return Err(bad("请指明指标或台账记录号 (name an indicator or a line)"));
        }
        Ok(Contest {
            department: entry.department.clone(),
            period: entry.period,
            subject: subject.join("；"),
            accrual: entry.accrual,
            contested_fen,
            statement_sha256,
            due_on: calendar.add_workdays(today, terms.accept_days)?,
        })
    }

    /// The last day of appeals against what is contested: counted from the publication of the month,
    /// of a later posting from its date.
    fn appeal_until(
        &self,
        books: &Books,
        entry: &AppealEntry,
        calendar: &WorkdayCalendar,
    ) -> Result<NaiveDate, Error> {
        let posted_on = entry
            .accrual
            .and_then(|seq| books.transaction(seq))
            .map(|transaction| transaction.effective_on);
        let last = self.appeals_end(entry.period, calendar)?;
        let last = last.ok_or_else(|| Error::Conflict {
            reason: format!(
                "{} 的结果尚未公布，不能申诉 (not published yet)",
                entry.period
            ),
        })?;
        let days = self.config().appeals.open_days;
        match posted_on {
            Some(day) => Ok(last.max(calendar.add_workdays(day, days)?)),
            None => Ok(last),
        }
    }

    /// The last day of appeals against the result of a month; `None` before it is published.
    pub(crate) fn appeals_end(
        &self,
        period: Period,
        calendar: &WorkdayCalendar,
    ) -> Result<Option<NaiveDate>, Error> {
        let publication = self
            .store()
            .read(|conn| store::runs::publication(conn, period).map_err(Error::from))?;
        let Some(publication) = publication else {
            return Ok(None);
        };
        let published_on = shanghai_date(publication.published_at.and_utc());
        let days = self.config().appeals.open_days;
        Ok(Some(calendar.add_workdays(published_on, days)?))
    }

    /// Takes an appeal to the next step of the ladder, to an office that is named or the usual one.
    pub fn advance_appeal(
        &self,
        user: &User,
        id: &AppealId,
        step: Step,
        office: Option<&str>,
    ) -> Result<AppealSheet, Error> {
        require(user, Right::Rule, step.title())?;
        let sheet = self.appeal(user, id)?;
        let usual = self.usual_office(&sheet.entry.department, step)?;
        let days = self.config().appeals.days_of(step);
        let due_on = self.calendar()?.add_workdays(self.clock().today(), days)?;
        let office = office.map(str::trim).filter(|office| !office.is_empty());
        let action = Action::AdvanceAppeal {
            appeal: id.clone(),
            step,
            office: office.unwrap_or(&usual).to_owned(),
            due_on,
        };
        self.act(user, action)?;
        self.appeal(user, id)
    }

    /// Decides an appeal. What is won beyond what stood in dispute is proposed as an adjustment in the
    /// same step, and approved like any other order by finance.
    pub fn end_appeal(
        &self,
        user: &User,
        id: &AppealId,
        entry: &RulingEntry,
    ) -> Result<AppealSheet, Error> {
        if entry.outcome == Outcome::Withdrawn {
            return self.withdraw_appeal(user, id, &entry.reason);
        }
        require(user, Right::Rule, "裁决申诉")?;
        let sheet = self.appeal(user, id)?;
        let effective_on = self.business_day()?;
        let mut actions = vec![Action::EndAppeal {
            appeal: id.clone(),
            ruling: Ruling {
                outcome: entry.outcome,
                cut_fen: entry.cut_fen,
                document: entry.document.trim().to_owned(),
                reason: entry.reason.as_str().into(),
            },
            effective_on,
        }];
        if entry.adjust {
            if !matches!(entry.outcome, Outcome::Upheld | Outcome::Partly) {
                return Err(bad(
                    "维持原结果的申诉没有调整 (a dismissed appeal wins nothing)",
                ));
            }
            actions.push(Action::ProposeOrder {
                order: self.adjustment(&sheet, entry)?,
                effective_on,
            });
        }
        self.post(office(user)?, actions)?;
        self.appeal(user, id)
    }

    /// Takes an appeal back: the department its own, the assessor any.
    pub fn withdraw_appeal(
        &self,
        user: &User,
        id: &AppealId,
        reason: &str,
    ) -> Result<AppealSheet, Error> {
        require(user, Right::File, "撤回申诉")?;
        self.appeal(user, id)?;
        let action = Action::EndAppeal {
            appeal: id.clone(),
            ruling: Ruling {
                outcome: Outcome::Withdrawn,
                cut_fen: Fen::ZERO,
                document: format!("撤回申请 {id}"),
                reason: papers::statement("撤回理由", reason)?.into(),
            },
            effective_on: self.business_day()?,
        };
        self.act(user, action)?;
        self.appeal(user, id)
    }

    /// The order that pays what the recalculation gives beyond the result.
    fn adjustment(&self, sheet: &AppealSheet, entry: &RulingEntry) -> Result<Order, Error> {
        let waiting = ledger::restatement::adjusting(&self.books()?, sheet.entry.period)
            .map(|state| state.order.id.clone());
        if let Some(waiting) = waiting {
            let reason = format!(
                "当月的调整指令 {waiting} 待审批，请先审批或退回，再裁决 (another adjustment of the \
                 month waits for its approval)"
            );
            return Err(Error::Conflict { reason });
        }
        let lines = self.preview_of(sheet)?.adjustment;
        if lines.is_empty() {
            return Err(bad(
                "重算没有增加补偿，或已由重述、其他决定调整，无须调整 (the recalculation wins nothing \
                 that was not given already)",
            ));
        }
        Ok(Order {
            id: adjustment_id(&sheet.id),
            kind: OrderKind::Adjust,
            rule: String::new(),
            document: entry.document.trim().to_owned(),
            reason: format!("申诉 {}：{}", sheet.id, entry.reason.trim()).into(),
            lines,
        })
    }

    /// Whose turn a step is, by the ladder: the departments themselves; the competent authority of the
    /// level, across levels or regions that of the common superior; the government of that level.
    fn usual_office(&self, department: &DepartmentId, step: Step) -> Result<String, Error> {
        let registry = self.registry()?;
        let own = &self.config().jurisdiction;
        let elsewhere = registry
            .get(department)
            .is_some_and(|department| department.jurisdiction != *own);
        let place = registry.jurisdictions.get(own);
        let place = place.map_or_else(|| own.to_string(), |place| place.name.clone());
        let issuer = &self.config().issuer;
        Ok(match step {
            Step::Negotiating => "申诉部门与考核部门".to_owned(),
            Step::Coordinating if elsewhere => format!("{issuer}（共同的上级主管部门）"),
            Step::Coordinating => issuer.clone(),
            Step::Escalated => format!("{place}人民政府"),
        })
    }
}

/// What the numbers of adjustments by appeals begin with.
pub(crate) const ADJUSTMENT: &str = "adjust-FY-";

/// The number of the adjustment that an appeal may lead to: one at most.
fn adjustment_id(appeal: &AppealId) -> OrderId {
    OrderId::new(format!("adjust-{appeal}"))
}

/// One open appeal about a thing at a time.
fn refuse_second(books: &Books, contest: &Contest) -> Result<(), Error> {
    let same = |own: &Contest| {
        own.department == contest.department
            && own.period == contest.period
            && own.subject == contest.subject
    };
    let open = books
        .appeals()
        .find(|(_, appeal)| appeal.ruling.is_none() && same(&appeal.contest));
    let Some((id, _)) = open else { return Ok(()) };
    Err(Error::Conflict {
        reason: format!("同一事项的申诉 {id} 尚未办结 (an appeal about it is open)"),
    })
}

fn bad(reason: &str) -> Error {
    Error::BadInput {
        what: "申诉",
        reason: reason.to_owned(),
    }
}

fn unknown(id: &AppealId) -> Error {
    Error::NotFound {
        what: "申诉",
        key: id.to_string(),
    }
}
