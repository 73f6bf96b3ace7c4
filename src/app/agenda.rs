//! The work list 待办: what waits for a person, the most urgent first, with a reminder before a limit
//! and a mark after it.

use chrono::NaiveDate;
use domain::{AppealId, ClaimId, DepartmentId, Fen, OrderId, Period, RunId};
use ledger::{OrderStage, Stage};

use crate::App;
use crate::appeals::Urgency;
use crate::error::Error;
use crate::role::{Right, User};

/// What waits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// A claim to decide; to its department, one that waits.
    Claim {
        /// The claim.
        id: ClaimId,
        /// Its department.
        department: DepartmentId,
    },
    /// An appeal to move on; to its department, one that waits.
    Appeal {
        /// The appeal.
        id: AppealId,
        /// Its department.
        department: DepartmentId,
    },
    /// The time for appeals against a month is running.
    AppealTime {
        /// The month.
        period: Period,
        /// The department that may appeal.
        department: DepartmentId,
    },
    /// An order to approve or to send back.
    Order {
        /// The order.
        id: OrderId,
    },
    /// What a month asks back and nobody has proposed.
    Clawbacks {
        /// The month.
        period: Period,
    },
    /// A run to submit, approve or publish.
    Run {
        /// Its month.
        period: Period,
        /// The run.
        run: RunId,
    },
}

/// One item of a work list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgendaItem {
    /// What waits.
    pub task: Task,
    /// What is to be done, a Chinese sentence.
    pub title: String,
    /// The same in English.
    pub title_en: String,
    /// By when, where there is a limit.
    pub due_on: Option<NaiveDate>,
    /// How that limit stands.
    pub urgency: Urgency,
}

impl AgendaItem {
    fn new(task: Task, title: String, title_en: String) -> Self {
        Self {
            task,
            title,
            title_en,
            due_on: None,
            urgency: Urgency::Open,
        }
    }
}

impl App {
    /// The work list of a person: late things first, then near limits, then the rest by date.
    pub fn agenda(&self, user: &User) -> Result<Vec<AgendaItem>, Error> {
        let mut items = self.run_items(user)?;
        items.extend(self.order_items(user)?);
        items.extend(self.clawback_items(user)?);
        items.extend(self.claim_items(user)?);
        items.extend(self.appeal_items(user)?);
        items.extend(self.appeal_time(user)?);
        let rank = |item: &AgendaItem| match item.urgency {
            Urgency::Late(_) => 0,
            Urgency::Soon(_) => 1,
            Urgency::Open => 2,
        };
        items.sort_by(|a, b| {
            let dated = |item: &AgendaItem| (item.due_on.is_none(), item.due_on);
            (rank(a), dated(a), &a.task).cmp(&(rank(b), dated(b), &b.task))
        });
        Ok(items)
    }

    fn run_items(&self, user: &User) -> Result<Vec<AgendaItem>, Error> {
        let books = self.books()?;
        let mut items = Vec::new();
        for (run, state) in books.runs() {
            let wanted = match state.stage {
                Stage::Calculated => (Right::Submit, "核对后提交财政审批", "check and submit"),
                Stage::Submitted => (Right::Approve, "审批补偿资金", "approve the money"),
                Stage::Approved => (Right::Publish, "公布结果", "publish the result"),
                _ => continue,
            };
            let (right, title, english) = wanted;
            let published = state.stage == Stage::Approved
                && self.state_of(state.period, run)?.0 == "published";
            if user.may(right) && !published {
                items.push(AgendaItem::new(
                    Task::Run {
                        period: state.period,
                        run: run.clone(),
                    },
                    format!("{} 考核：{title}", state.period),
                    format!("{}: {english}", state.period),
                ));
            }
        }
        Ok(items)
    }

    /// Approved months that ask back what nobody has proposed.
    fn clawback_items(&self, user: &User) -> Result<Vec<AgendaItem>, Error> {
        let deducts = self.rules().is_ok_and(|rules| {
            let compensation = rules.pack.compensation.as_ref();
            compensation.is_some_and(|one| !one.deductions.is_empty())
        });
        if !deducts || !(user.may(Right::Submit) || user.may(Right::Order)) {
            return Ok(Vec::new());
        }
        let books = self.books()?;
        let approved = books.runs().filter(|(_, run)| run.stage == Stage::Approved);
        let mut items = Vec::new();
        for (_, run) in approved {
            let found = self.clawbacks(run.period)?;
            let lines = found.lines.values().flatten();
            let open = Fen::checked_sum(lines.map(ledger::OrderLine::amount_fen));
            let open = open.unwrap_or_default();
            if open > Fen::ZERO {
                let period = run.period;
                items.push(AgendaItem::new(
                    Task::Clawbacks { period },
                    format!("{period} 考核扣减超出当期补偿 {open} 元，待提出追回"),
                    format!("{period}: {open} yuan of deductions to be asked back"),
                ));
            }
        }
        Ok(items)
    }

    /// Orders that somebody else proposed and this person may approve.
    fn order_items(&self, user: &User) -> Result<Vec<AgendaItem>, Error> {
        if !user.may(Right::Approve) {
            return Ok(Vec::new());
        }
        let books = self.books()?;
        let waiting = books
            .orders()
            .filter(|(_, state)| state.stage == OrderStage::Proposed && state.maker != user.login);
        let item = |(id, state): (&OrderId, &ledger::OrderState)| {
            let (kind, total) = (state.order.kind, state.control.total_fen);
            AgendaItem::new(
                Task::Order { id: id.clone() },
                format!("审批{}指令 {id}，合计 {total} 元", kind.title()),
                format!("Approve order {id} ({}), {total} yuan", kind.code()),
            )
        };
        Ok(waiting.map(item).collect())
    }

    fn claim_items(&self, user: &User) -> Result<Vec<AgendaItem>, Error> {
        if !user.may(Right::File) {
            return Ok(Vec::new());
        }
        let claims = self.claims(user, None)?;
        let waiting = claims
            .into_iter()
            .filter(|claim| claim.accepted_fen.is_none());
        let decides = user.may(Right::Rule);
        Ok(waiting
            .map(|claim| {
                let (name, amount) = (&claim.department_name, claim.entry.amount_fen);
                let (title, english) = match decides {
                    true if claim.declarant == user.login => ("待他人认定", "another decides"),
                    true => ("认定损失申报", "Decide the claim"),
                    false => ("等待认定", "Waiting for the decision"),
                };
                AgendaItem::new(
                    Task::Claim {
                        id: claim.id.clone(),
                        department: claim.entry.department.clone(),
                    },
                    format!("{title}：{name} {} 元（{}）", amount, claim.entry.period),
                    format!("{english}: {name}, {amount} yuan ({})", claim.entry.period),
                )
            })
            .collect())
    }

    fn appeal_items(&self, user: &User) -> Result<Vec<AgendaItem>, Error> {
        if !user.may(Right::File) {
            return Ok(Vec::new());
        }
        let appeals = self.appeals(user, None)?;
        let open = appeals
            .into_iter()
            .filter_map(|appeal| Some((appeal.urgency?, appeal)));
        Ok(open
            .map(|(urgency, appeal)| {
                let (name, stage) = (&appeal.department_name, appeal.stage_title);
                AgendaItem {
                    due_on: Some(appeal.due_on),
                    urgency,
                    ..AgendaItem::new(
                        Task::Appeal {
                            id: appeal.id.clone(),
                            department: appeal.entry.department.clone(),
                        },
                        format!("申诉（{stage}）：{name}，{}", appeal.subject),
                        format!("Appeal ({}): {name}, {}", appeal.stage, appeal.subject),
                    )
                }
            })
            .collect())
    }

    /// To a department: the months whose result it may still contest.
    fn appeal_time(&self, user: &User) -> Result<Vec<AgendaItem>, Error> {
        let own = user.department.as_ref().filter(|_| user.may(Right::File));
        let Some(department) = own else {
            return Ok(Vec::new());
        };
        let (calendar, today) = (self.calendar()?, self.clock().today());
        let mut items = Vec::new();
        for (period, last) in self.appeal_windows(&calendar)? {
            if today > last {
                continue;
            }
            let remind = self.config().appeals.remind_days;
            items.push(AgendaItem {
                due_on: Some(last),
                urgency: Urgency::on(today, last, remind, &calendar)?,
                ..AgendaItem::new(
                    Task::AppealTime {
                        period,
                        department: department.clone(),
                    },
                    format!("{period} 结果已公布，如有异议请在期限内申诉"),
                    format!("{period} is published; appeals are open"),
                )
            });
        }
        Ok(items)
    }
}
