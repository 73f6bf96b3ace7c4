//! Commands: what is asked of the books, by whom.

use chrono::NaiveDate;
use domain::canon::{self, Canon, Writer};
use domain::{DepartmentId, Fen, Period, RunId};

use crate::account::Line;
use crate::digest::Digest;
use crate::kind::Component;
use crate::rejection::Rejection;

/// In which office somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The scheduled run itself.
    System,
    /// The assessor of the higher level 考核部门.
    Assessor,
    /// The finance department 财政部门.
    Finance,
    /// A department's liaison 部门联络员.
    Liaison,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::System, Self::Assessor, Self::Finance, Self::Liaison];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Assessor => "assessor",
            Self::Finance => "finance",
            Self::Liaison => "liaison",
        }
    }

    /// The Chinese title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::System => "系统",
            Self::Assessor => "考核部门",
            Self::Finance => "财政部门",
            Self::Liaison => "部门联络员",
        }
    }

    /// The role of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.code() == code)
    }
}

/// Who acts. Two actors are the same person when their ids are equal, whatever their roles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor {
    /// Login name, or the name of the job.
    pub id: String,
    /// In which office.
    pub role: Role,
}

impl Actor {
    /// An actor.
    pub fn new(id: impl Into<String>, role: Role) -> Self {
        Self {
            id: id.into(),
            role,
        }
    }
}

/// Compensation awarded to one department from one line for one component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Award {
    /// The department compensated.
    pub department: DepartmentId,
    /// The line that pays.
    pub line: Line,
    /// What it is for.
    pub component: Component,
    /// What the line pays, fen, not below zero.
    pub amount_fen: Fen,
    /// What the rule gave beyond it and no money was there for, fen, not below zero.
    pub unfunded_fen: Fen,
    /// The article of the rule pack it rests on.
    pub cite: String,
}

/// Number and sum of the awards of a run: what an approver signs for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ControlTotal {
    /// Number of awards that are not zero.
    pub count: u32,
    /// Sum of their amounts, fen.
    pub total_fen: Fen,
}

/// The awards of a run, as the assessment hands them over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunAwards {
    /// The run.
    pub run: RunId,
    /// The period it is about.
    pub period: Period,
    /// Digest of the result it comes from; approvals are bound to it.
    pub digest: Digest,
    /// The awards, in any order. Awards of nothing at all are left out of the books.
    pub lines: Vec<Award>,
}

impl RunAwards {
    /// The awards the books keep, in the order they are posted: no award of nothing, each
    /// department, line and component once, no amount below zero.
    pub fn posted(&self) -> Result<Vec<&Award>, Rejection> {
        let mut awards: Vec<&Award> = self
            .lines
            .iter()
            .filter(|award| award.amount_fen != Fen::ZERO || award.unfunded_fen != Fen::ZERO)
            .collect();
        awards.sort_by(|a, b| key(a).cmp(&key(b)));
        for pair in awards.windows(2) {
            if let [a, b] = pair
                && key(a) == key(b)
            {
                return Err(fault(b, "部门、资金池、构成重复 (repeated)"));
            }
        }
        for award in &awards {
            if award.amount_fen < Fen::ZERO || award.unfunded_fen < Fen::ZERO {
                return Err(fault(award, "金额为负 (negative amount)"));
            }
            if award.cite.trim().is_empty() {
                return Err(fault(award, "缺少依据条款 (no citation)"));
            }
        }
        Ok(awards)
    }

    /// Number and sum of the awards the books keep.
    pub fn control(&self) -> Result<ControlTotal, Rejection> {
        control_of(&self.posted()?)
    }

    /// Digest of the awards themselves, in the order they are posted.
    pub fn sha256(&self) -> Result<Digest, Rejection> {
        let mut writer = Writer::default();
        self.run.write(&mut writer);
        self.period.write(&mut writer);
        for award in self.posted()? {
            award.write(&mut writer);
        }
        Ok(Digest::of(&writer.into_bytes()))
    }
}

/// Number and sum of awards.
pub(crate) fn control_of(awards: &[&Award]) -> Result<ControlTotal, Rejection> {
    let total = Fen::checked_sum(awards.iter().map(|award| award.amount_fen));
    Ok(ControlTotal {
        count: u32::try_from(awards.len()).map_err(|_| Rejection::OutOfRange)?,
        total_fen: total.ok_or(Rejection::OutOfRange)?,
    })
}

fn key(award: &Award) -> (&Line, &DepartmentId, Component) {
    (&award.line, &award.department, award.component)
}

fn fault(award: &Award, what: &'static str) -> Rejection {
    Rejection::BadAward {
        department: award.department.clone(),
        line: award.line.clone(),
        component: award.component,
        what,
    }
}

impl Canon for Award {
    fn write(&self, to: &mut Writer) {
        self.department.write(to);
        self.line.write(to);
        self.component.write(to);
        self.amount_fen.write(to);
        self.unfunded_fen.write(to);
        self.cite.write(to);
    }

    fn read(from: &mut canon::Reader<'_>) -> Result<Self, canon::CanonError> {
        Ok(Self {
            department: Canon::read(from)?,
            line: Canon::read(from)?,
            component: Canon::read(from)?,
            amount_fen: Canon::read(from)?,
            unfunded_fen: Canon::read(from)?,
            cite: Canon::read(from)?,
        })
    }
}

/// A change of an appropriation line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The line.
    pub line: Line,
    /// Fen granted; below zero only when a line is cut.
    pub amount_fen: Fen,
    /// Number of the document.
    pub document: String,
    /// Business date, in an open period.
    pub effective_on: NaiveDate,
}

/// A transfer of an accrual from one state to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Record number of the accrual.
    pub accrual: u64,
    /// How much of it, fen above zero.
    pub amount_fen: Fen,
    /// The decision it rests on.
    pub document: String,
    /// Words for people.
    pub memo: String,
    /// Business date, in an open period.
    pub effective_on: NaiveDate,
    /// The asker's key: a repeated request with the same key does nothing.
    pub idempotency_key: String,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Opens a period for posting.
    OpenPeriod {
        /// The period.
        period: Period,
    },
    /// Closes it for ever and seals all balances.
    ClosePeriod {
        /// The period.
        period: Period,
    },
    /// Grants a line.
    Appropriate(Grant),
    /// Raises or cuts a line.
    Amend(Grant),
    /// Reserves what a run awards; voids an earlier run of the period that is not approved.
    CalculateRun {
        /// The awards.
        awards: RunAwards,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// The assessor puts a run forward.
    SubmitRun {
        /// The run.
        run: RunId,
        /// What the assessor saw.
        digest: Digest,
    },
    /// Finance, who is none of its makers, approves exactly what it saw.
    ApproveRun {
        /// The run.
        run: RunId,
        /// What finance saw.
        digest: Digest,
        /// Number and sum finance signs for.
        control: ControlTotal,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// The run is sent back; its reserves are released.
    RejectRun {
        /// The run.
        run: RunId,
        /// Why.
        reason: String,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// The run is withdrawn; accruals nobody has touched yet are reversed.
    VoidRun {
        /// The run.
        run: RunId,
        /// Why.
        reason: String,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// Defers payment of an accrual 缓拨.
    Withhold(Transfer),
    /// Ends the deferral.
    Unhold(Transfer),
    /// Cuts what was withheld 减拨、停拨; the money is available again.
    Forfeit(Transfer),
    /// Puts an accrual under appeal.
    Dispute(Transfer),
    /// Decides the appeal for the department.
    Resolve(Transfer),
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Who asks.
    pub actor: Actor,
    /// What.
    pub action: Action,
}

impl Command {
    /// A command.
    pub const fn new(actor: Actor, action: Action) -> Self {
        Self { actor, action }
    }
}
