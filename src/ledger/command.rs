//! Commands: what is asked of the books, by whom.

use chrono::NaiveDate;
use domain::{AppealId, ClaimId, Fen, OrderId, Period, RunId};

use crate::account::Line;
use crate::appeal::{Contest, Ruling, Step};
use crate::claim::Declaration;
use crate::digest::{Digest, Hash};
use crate::note::VerifierKey;
use crate::order::{Order, PaymentReceipt, Recovery};
use crate::words::Words;

pub use crate::award::{Award, ControlTotal, RunAwards};

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

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Founds an empty ledger.
    Found {
        /// Its hash function, for ever.
        hash: Hash,
        /// Thirty-two random bytes.
        blinding: Digest,
    },
    /// Has the ledger signed by a key that the root certified, from this record on.
    CertifyKey {
        /// The public half of the root key.
        root: VerifierKey,
        /// The certificate, a note under its signature.
        certificate: String,
    },
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
        reason: Words,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// The run is withdrawn; accruals nobody has touched yet are reversed.
    VoidRun {
        /// The run.
        run: RunId,
        /// Why.
        reason: Words,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// Puts an order forward; one that needs no approval is carried out.
    ProposeOrder {
        /// What it says.
        order: Order,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// Finance, who did not propose it, approves exactly what it saw; the order is carried out.
    ApproveOrder {
        /// The order.
        order: OrderId,
        /// What finance saw.
        digest: Digest,
        /// Number and sum finance signs for.
        control: ControlTotal,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// An order is sent back, or taken back by its maker.
    RefuseOrder {
        /// The order.
        order: OrderId,
        /// What was seen.
        digest: Digest,
        /// Why.
        reason: Words,
    },
    /// The treasury paid a line of a batch.
    ConfirmPayment(PaymentReceipt),
    /// The treasury could not pay a line of a batch; it is payable again.
    FailPayment(PaymentReceipt),
    /// A department gave back what was asked of it.
    Recover(Recovery),
    /// A department declares a cost or a loss.
    DeclareClaim {
        /// The claim.
        claim: ClaimId,
        /// What is declared.
        declaration: Declaration,
    },
    /// The assessor accepts, reduces or refuses a claim.
    DecideClaim {
        /// The claim.
        claim: ClaimId,
        /// Fen accepted, from zero to what was declared.
        accepted_fen: Fen,
        /// Why, where it is not all.
        reason: Words,
    },
    /// A department contests a result or a line; what is contested cannot be paid meanwhile.
    OpenAppeal {
        /// The appeal.
        appeal: AppealId,
        /// What is contested.
        contest: Contest,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// An appeal goes a step up the ladder of art. 28.
    AdvanceAppeal {
        /// The appeal.
        appeal: AppealId,
        /// The step.
        step: Step,
        /// The office that has it from now on.
        office: String,
        /// Day by which it has to be answered.
        due_on: NaiveDate,
    },
    /// An appeal is decided, or taken back. What the department gets beyond what stood under appeal
    /// is an order of its own.
    EndAppeal {
        /// The appeal.
        appeal: AppealId,
        /// How.
        ruling: Ruling,
        /// Business date, in an open period.
        effective_on: NaiveDate,
    },
    /// A text is erased by a decision; the records keep their commitment to it.
    EraseWords {
        /// The commitment.
        commitment: Digest,
        /// Number of the decision document.
        document: String,
    },
}

impl Action {
    /// What a person wrote into it; at most one text an action.
    pub fn words(&self) -> Option<&Words> {
        match self {
            Self::RejectRun { reason, .. }
            | Self::VoidRun { reason, .. }
            | Self::RefuseOrder { reason, .. }
            | Self::DecideClaim { reason, .. } => Some(reason),
            Self::ProposeOrder { order, .. } => Some(&order.reason),
            Self::ConfirmPayment(receipt) | Self::FailPayment(receipt) => Some(&receipt.memo),
            Self::EndAppeal { ruling, .. } => Some(&ruling.reason),
            _ => None,
        }
    }

    /// The same, to put it behind a commitment.
    pub fn words_mut(&mut self) -> Option<&mut Words> {
        match self {
            Self::RejectRun { reason, .. }
            | Self::VoidRun { reason, .. }
            | Self::RefuseOrder { reason, .. }
            | Self::DecideClaim { reason, .. } => Some(reason),
            Self::ProposeOrder { order, .. } => Some(&mut order.reason),
            Self::ConfirmPayment(receipt) | Self::FailPayment(receipt) => Some(&mut receipt.memo),
            Self::EndAppeal { ruling, .. } => Some(&mut ruling.reason),
            _ => None,
        }
    }
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
