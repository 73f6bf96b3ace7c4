//! Claims 损失申报: what a department declares, what the assessor accepts of it, and the one run that
//! it enters.

use domain::{DepartmentId, Fen, Period};

use crate::digest::Digest;
use crate::kind::Component;
use crate::leaf::{canon_struct, canon_variants};
use crate::transaction::RunRef;
use crate::words::Words;

/// What a department declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The department.
    pub department: DepartmentId,
    /// The month it is about.
    pub period: Period,
    /// Cost or loss.
    pub component: Component,
    /// Fen above zero.
    pub declared_fen: Fen,
    /// Digests of the evidence files.
    pub evidence: Vec<Digest>,
}

/// How a claim moved on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimChange {
    /// A department declared it.
    Declared {
        /// What it declared.
        declaration: Declaration,
    },
    /// An assessor decided it: all of it accepted, part of it, or none.
    Decided {
        /// Fen accepted, from zero to what was declared.
        accepted_fen: Fen,
        /// Why, where it is not all.
        reason: Words,
    },
    /// A run pays it.
    Included {
        /// The run and which calculation of it.
        run: RunRef,
    },
}

canon_struct! {
    Declaration { department, period, component, declared_fen, evidence }
}
canon_variants! { ClaimChange, "change of a claim" {
    Declared = "declared" { declaration },
    Decided = "decided" { accepted_fen, reason },
    Included = "included" { run },
} }

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimStage {
    /// It waits for the assessor.
    Declared,
    /// All of it is accepted.
    Accepted,
    /// Part of it is accepted.
    Reduced,
    /// None of it is.
    Refused,
}

impl ClaimStage {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Accepted => "accepted",
            Self::Reduced => "reduced",
            Self::Refused => "refused",
        }
    }

    /// The Chinese title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Declared => "待认定",
            Self::Accepted => "全额认定",
            Self::Reduced => "核减认定",
            Self::Refused => "不予认定",
        }
    }
}

/// A claim as the books know it. One that was declared and decided elsewhere, and is known only by
/// the run that pays it, has no declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// What was declared.
    pub declaration: Option<Declaration>,
    /// Id of the one who declared it, who may not decide it.
    pub declarant: Option<String>,
    /// Fen accepted; `None` while undecided.
    pub accepted_fen: Option<Fen>,
    /// Why it was not all.
    pub reason: Words,
    /// The last run that took it in; the books tell whether that run stands.
    pub run: Option<RunRef>,
}

impl Claim {
    /// Where it stands.
    pub fn stage(&self) -> ClaimStage {
        let declared = self
            .declaration
            .as_ref()
            .map(|declaration| declaration.declared_fen);
        match self.accepted_fen {
            None if self.declaration.is_none() => ClaimStage::Accepted,
            None => ClaimStage::Declared,
            Some(Fen::ZERO) => ClaimStage::Refused,
            accepted if accepted == declared => ClaimStage::Accepted,
            Some(_) => ClaimStage::Reduced,
        }
    }
}

/// Moves a claim on. An error names what does not follow; whether a run may take it in is for the
/// books, which know the run.
pub(crate) fn advance(
    before: Option<&Claim>,
    change: &ClaimChange,
    actor: &str,
) -> Result<Claim, &'static str> {
    let mut claim = before.cloned().unwrap_or_default();
    match change {
        ClaimChange::Declared { declaration } => {
            if before.is_some() || declaration.declared_fen <= Fen::ZERO {
                return Err("申报 declaration of claim");
            }
            claim.declaration = Some(declaration.clone());
            claim.declarant = Some(actor.to_owned());
        }
        ClaimChange::Decided {
            accepted_fen,
            reason,
        } => {
            let declared = claim.declaration.as_ref().ok_or("申报 claim")?.declared_fen;
            let within = *accepted_fen >= Fen::ZERO && *accepted_fen <= declared;
            if claim.accepted_fen.is_some() || !within {
                return Err("认定额 accepted amount of claim");
            }
            if claim.declarant.as_deref() == Some(actor) {
                return Err("认定人 assessor of claim");
            }
            claim.accepted_fen = Some(*accepted_fen);
            claim.reason = reason.clone().closed();
        }
        ClaimChange::Included { run } => {
            if !matches!(claim.stage(), ClaimStage::Accepted | ClaimStage::Reduced) {
                return Err("申报状态 stage of claim");
            }
            claim.run = Some(run.clone());
        }
    }
    Ok(claim)
}
