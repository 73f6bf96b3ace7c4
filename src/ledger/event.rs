//! Events: what happened. Each is one record, one leaf of the log, for ever.

use std::sync::Arc;

use domain::{AppealId, ClaimId, Fen, OrderId, Period};

use crate::account::Account;
use crate::appeal::AppealChange;
use crate::award::ControlTotal;
use crate::charter::CharterChange;
use crate::claim::ClaimChange;
use crate::command::Actor;
use crate::digest::Digest;
use crate::instant::UtcMicros;
use crate::leaf::canon_variants;
use crate::order::Order;
use crate::transaction::{RunRef, Transaction};
use crate::words::Words;

/// One record of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What keeps others from finding by trying which record a leaf hash is of; none in ledgers
    /// without a charter and in the record that founds one.
    pub blind: Option<[u8; 16]>,
    /// Record number, from one, without gaps. The index of the leaf is one less.
    pub seq: u64,
    /// When it was recorded; never before the record in front of it.
    pub recorded_at: UtcMicros,
    /// Who acted.
    pub actor: Actor,
    /// What happened.
    pub body: Body,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A period was opened.
    PeriodOpened {
        /// The period.
        period: Period,
    },
    /// A period was closed, with all balances sealed.
    PeriodClosed {
        /// The period.
        period: Period,
        /// Root of the [`crate::seal::Seal`] of all balances.
        balances_root: Digest,
        /// Number of accounts sealed.
        accounts: u64,
    },
    /// A run moved on.
    Run {
        /// The run and which calculation of it.
        run: RunRef,
        /// Digest of the result it comes from.
        digest: Digest,
        /// How.
        change: RunChange,
    },
    /// An order moved on.
    Order {
        /// The order.
        order: OrderId,
        /// Its digest.
        digest: Digest,
        /// How.
        change: OrderChange,
    },
    /// A claim moved on.
    Claim {
        /// The claim.
        claim: ClaimId,
        /// How.
        change: ClaimChange,
    },
    /// An appeal moved on.
    Appeal {
        /// The appeal.
        appeal: AppealId,
        /// How.
        change: AppealChange,
    },
    /// Money moved.
    Posted(Posted),
    /// A text was erased: its commitment stays in the records, the text is gone.
    Erased {
        /// The commitment to it.
        commitment: Digest,
        /// Number of the decision document.
        document: String,
    },
    /// The ledger was founded, or a key certified.
    Charter {
        /// How.
        change: CharterChange,
    },
}

impl Body {
    /// What a person wrote into it; at most one text a record.
    pub fn words(&self) -> Option<&Words> {
        match self {
            Self::Run { change, .. } => match change {
                RunChange::Rejected { reason } | RunChange::Voided { reason } => Some(reason),
                _ => None,
            },
            Self::Order { change, .. } => match change {
                OrderChange::Proposed { order } => Some(&order.reason),
                OrderChange::Refused { reason } => Some(reason),
                OrderChange::Approved { .. } => None,
            },
            Self::Claim { change, .. } => match change {
                ClaimChange::Decided { reason, .. } => Some(reason),
                _ => None,
            },
            Self::Appeal { change, .. } => match change {
                AppealChange::Ended { ruling } => Some(&ruling.reason),
                _ => None,
            },
            Self::Posted(posted) => Some(&posted.transaction.memo),
            Self::PeriodOpened { .. }
            | Self::PeriodClosed { .. }
            | Self::Erased { .. }
            | Self::Charter { .. } => None,
        }
    }

    /// The same, to put the text in or take it out.
    pub fn words_mut(&mut self) -> Option<&mut Words> {
        match self {
            Self::Run { change, .. } => match change {
                RunChange::Rejected { reason } | RunChange::Voided { reason } => Some(reason),
                _ => None,
            },
            Self::Order { change, .. } => match change {
                OrderChange::Proposed { order } => Some(&mut Arc::make_mut(order).reason),
                OrderChange::Refused { reason } => Some(reason),
                OrderChange::Approved { .. } => None,
            },
            Self::Claim { change, .. } => match change {
                ClaimChange::Decided { reason, .. } => Some(reason),
                _ => None,
            },
            Self::Appeal { change, .. } => match change {
                AppealChange::Ended { ruling } => Some(&mut ruling.reason),
                _ => None,
            },
            Self::Posted(posted) => Some(Arc::make_mut(&mut posted.transaction).memo_mut()),
            Self::PeriodOpened { .. }
            | Self::PeriodClosed { .. }
            | Self::Erased { .. }
            | Self::Charter { .. } => None,
        }
    }
}

/// How a run moved on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunChange {
    /// Its awards were calculated; reserves follow.
    Calculated {
        /// The period it is about.
        period: Period,
        /// Digest of the awards.
        awards_sha256: Digest,
        /// Number and sum of the awards.
        control: ControlTotal,
        /// What no money was there for, fen.
        unfunded_fen: Fen,
    },
    /// The assessor put it forward.
    Submitted,
    /// Finance approved it; accruals follow.
    Approved {
        /// What finance signed for.
        control: ControlTotal,
    },
    /// It was sent back.
    Rejected {
        /// Why.
        reason: Words,
    },
    /// It was withdrawn.
    Voided {
        /// Why.
        reason: Words,
    },
}

canon_variants! { RunChange, "change of a run" {
    Calculated = "calculated" { period, awards_sha256, control, unfunded_fen },
    Submitted = "submitted",
    Approved = "approved" { control },
    Rejected = "rejected" { reason },
    Voided = "voided" { reason },
} }

/// How an order moved on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderChange {
    /// It was proposed; where it needs no approval, its transactions follow.
    Proposed {
        /// What it says.
        order: Arc<Order>,
    },
    /// Somebody else approved it; its transactions follow.
    Approved {
        /// What was signed for.
        control: ControlTotal,
    },
    /// It was refused or taken back.
    Refused {
        /// Why.
        reason: Words,
    },
}

canon_variants! { OrderChange, "change of an order" {
    Proposed = "proposed" { order },
    Approved = "approved" { control },
    Refused = "refused" { reason },
} }

/// A transaction in its place in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The transaction.
    pub transaction: Arc<Transaction>,
    /// For each leg, in order, where its account stands after it.
    pub marks: Vec<Mark>,
}

/// Where an account stands after a leg. Inside the leaf, so that an omitted line shows as a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Counts the postings of the account, from one, without gaps.
    pub account_seq: u64,
    /// Debits minus credits after the leg, fen.
    pub balance_after_fen: Fen,
}

/// One leg of a posted transaction with its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting<'a> {
    /// The account.
    pub account: &'a Account,
    /// Debit above zero, credit below, fen.
    pub amount_fen: Fen,
    /// Where the account stands after it.
    pub mark: Mark,
}

impl Posted {
    /// The legs with their marks.
    pub fn postings(&self) -> impl Iterator<Item = Posting<'_>> {
        let legs = self.transaction.legs.iter();
        legs.zip(&self.marks).map(|(leg, mark)| Posting {
            account: &leg.account,
            amount_fen: leg.amount_fen,
            mark: *mark,
        })
    }
}

impl Body {
    /// The stable code of the kind of record.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PeriodOpened { .. } => "period_opened",
            Self::PeriodClosed { .. } => "period_closed",
            Self::Run { .. } => "run",
            Self::Order { .. } => "order",
            Self::Claim { .. } => "claim",
            Self::Appeal { .. } => "appeal",
            Self::Posted(posted) if posted.transaction.basis.is_none() => "posted",
            Self::Posted(_) => "posted_under",
            Self::Erased { .. } => "erased",
            Self::Charter { .. } => "charter",
        }
    }
}
