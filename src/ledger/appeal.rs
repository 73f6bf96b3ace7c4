//! Appeals 复核申诉: opened by a department, taken up the ladder of art. 28 of the regulation, decided
//! once. What is contested stands in `Disputed` until then.

use chrono::NaiveDate;
use domain::{DepartmentId, Fen, Period};

use crate::digest::Digest;
use crate::leaf::{canon_code, canon_struct, canon_variants};
use crate::words::Words;

/// What a department contests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contest {
    /// The department.
    pub department: DepartmentId,
    /// The period it is about.
    pub period: Period,
    /// What is contested: an indicator, a line, by the name its page shows.
    pub subject: String,
    /// Record number of the accrual contested; `None` when only the score is.
    pub accrual: Option<u64>,
    /// What of the accrual is contested and may not be paid meanwhile, fen; zero without one.
    pub contested_fen: Fen,
    /// Digest of the written grounds with their attachments.
    pub statement_sha256: Digest,
    /// Day by which it has to be answered.
    pub due_on: NaiveDate,
}

/// The steps of the ladder, art. 28.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The two departments negotiate 协商.
    Negotiating,
    /// The competent authority, for flows across levels the common superior's, coordinates 协调.
    Coordinating,
    /// The government of that authority's level decides 报本级人民政府决定.
    Escalated,
}

impl Step {
    /// All steps, in order.
    pub const ALL: [Self; 3] = [Self::Negotiating, Self::Coordinating, Self::Escalated];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Negotiating => "negotiating",
            Self::Coordinating => "coordinating",
            Self::Escalated => "escalated",
        }
    }

    /// The Chinese title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Negotiating => "协商",
            Self::Coordinating => "协调处理",
            Self::Escalated => "报政府决定",
        }
    }

    /// The step of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.code() == code)
    }
}

/// How an appeal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The department is right.
    Upheld,
    /// In part.
    Partly,
    /// It is not.
    Dismissed,
    /// It took the appeal back.
    Withdrawn,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 4] = [Self::Upheld, Self::Partly, Self::Dismissed, Self::Withdrawn];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Upheld => "upheld",
            Self::Partly => "partly",
            Self::Dismissed => "dismissed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The Chinese title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Upheld => "支持",
            Self::Partly => "部分支持",
            Self::Dismissed => "维持",
            Self::Withdrawn => "撤回",
        }
    }

    /// The outcome of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.code() == code)
    }
}

/// How an appeal ends, in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// For whom.
    pub outcome: Outcome,
    /// What of the contested amount the department loses, fen; the rest is payable again.
    pub cut_fen: Fen,
    /// Number of the decision document.
    pub document: String,
    /// Why.
    pub reason: Words,
}

/// How an appeal moved on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppealChange {
    /// It was opened.
    Opened {
        /// What is contested.
        contest: Contest,
    },
    /// It went a step up the ladder.
    Moved {
        /// To which.
        step: Step,
        /// The office that has it now.
        office: String,
        /// Day by which it has to be answered.
        due_on: NaiveDate,
    },
    /// It ended.
    Ended {
        /// How.
        ruling: Ruling,
    },
}

canon_code!(Step, Outcome);
canon_struct! {
    Contest { department, period, subject, accrual, contested_fen, statement_sha256, due_on }
    Ruling { outcome, cut_fen, document, reason }
}
canon_variants! { AppealChange, "change of an appeal" {
    Opened = "opened" { contest },
    Moved = "moved" { step, office, due_on },
    Ended = "ended" { ruling },
} }

impl AppealChange {
    /// Code of where it leads.
    pub const fn stage_code(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Moved { step, .. } => step.code(),
            Self::Ended { ruling } => ruling.outcome.code(),
        }
    }
}

/// An appeal as the books know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// What is contested.
    pub contest: Contest,
    /// Id of the one who opened it, who may not decide it.
    pub opener: String,
    /// The step of the ladder; `None` before the first.
    pub step: Option<Step>,
    /// The office that has it; empty before the first step.
    pub office: String,
    /// Day by which it has to be answered.
    pub due_on: NaiveDate,
    /// How it ended; `None` while it is open.
    pub ruling: Option<Ruling>,
}

impl Appeal {
    /// The stable code of where it stands.
    pub fn stage_code(&self) -> &'static str {
        match (&self.ruling, self.step) {
            (Some(ruling), _) => ruling.outcome.code(),
            (None, Some(step)) => step.code(),
            (None, None) => "opened",
        }
    }

    /// The Chinese title of where it stands.
    pub fn stage_title(&self) -> &'static str {
        match (&self.ruling, self.step) {
            (Some(ruling), _) => ruling.outcome.title(),
            (None, Some(step)) => step.title(),
            (None, None) => "已受理",
        }
    }
}

/// Moves an appeal on. An error names what does not follow.
pub(crate) fn advance(
    before: Option<&Appeal>,
    change: &AppealChange,
    actor: &str,
) -> Result<Appeal, &'static str> {
    if let AppealChange::Opened { contest } = change {
        let sound = contest.contested_fen >= Fen::ZERO
            && (contest.accrual.is_some() || contest.contested_fen == Fen::ZERO);
        if before.is_some() || !sound {
            return Err("申诉 appeal");
        }
        return Ok(Appeal {
            contest: contest.clone(),
            opener: actor.to_owned(),
            step: None,
            office: String::new(),
            due_on: contest.due_on,
            ruling: None,
        });
    }
    let mut appeal = before.cloned().ok_or("申诉 appeal")?;
    if appeal.ruling.is_some() {
        return Err("申诉已办结 appeal has ended");
    }
    match change {
        AppealChange::Moved {
            step,
            office,
            due_on,
        } => {
            // No step is left out, and none is gone back.
            let next = Step::ALL.into_iter().find(|next| Some(*next) > appeal.step);
            if next != Some(*step) {
                return Err("申诉程序 step of appeal");
            }
            appeal.step = Some(*step);
            appeal.office.clone_from(office);
            appeal.due_on = *due_on;
        }
        AppealChange::Ended { ruling } => {
            let contested = appeal.contest.contested_fen;
            let withdrawn = ruling.outcome == Outcome::Withdrawn;
            if !withdrawn && (appeal.step.is_none() || appeal.opener == actor) {
                return Err("申诉裁决 ruling on appeal");
            }
            let loses = matches!(ruling.outcome, Outcome::Partly | Outcome::Dismissed);
            let within = ruling.cut_fen >= Fen::ZERO && ruling.cut_fen <= contested;
            if !within || (ruling.cut_fen > Fen::ZERO && !loses) {
                return Err("核减额 amount cut by ruling");
            }
            appeal.ruling = Some(Ruling {
                reason: ruling.reason.clone().closed(),
                ..ruling.clone()
            });
        }
        AppealChange::Opened { .. } => {}
    }
    Ok(appeal)
}
