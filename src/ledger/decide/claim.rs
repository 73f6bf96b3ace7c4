//! Decisions about claims: declare, decide, and take into the run that pays.

use domain::{ClaimId, Fen};

use crate::claim::{Claim, ClaimChange, ClaimStage, Declaration};
use crate::command::Role;
use crate::decide::{Batch, require_text, require_words};
use crate::event::Body;
use crate::kind::Component;
use crate::rejection::Rejection;
use crate::transaction::RunRef;
use crate::words::Words;

/// A department declares a cost or a loss; the assessor may do it for one.
pub(crate) fn declare(
    batch: &mut Batch,
    id: &ClaimId,
    declaration: &Declaration,
) -> Result<(), Rejection> {
    batch.require(&[Role::Liaison, Role::Assessor], "申报损失")?;
    require_text(id.as_str(), "申报编号 claim number")?;
    if declaration.declared_fen <= Fen::ZERO {
        return Err(Rejection::NotPositive);
    }
    if declaration.component == Component::Reward {
        return Err(fault(id, "激励不能申报 (a reward is not claimed)"));
    }
    match batch.books.claim(id) {
        None => push(
            batch,
            id,
            ClaimChange::Declared {
                declaration: declaration.clone(),
            },
        ),
        Some(known) if known.declaration.as_ref() == Some(declaration) => Ok(()),
        Some(_) => Err(Rejection::ClaimConflict { claim: id.clone() }),
    }
}

/// The assessor accepts, reduces or refuses; whoever declared it does not.
pub(crate) fn decide(
    batch: &mut Batch,
    id: &ClaimId,
    accepted_fen: Fen,
    reason: &Words,
) -> Result<(), Rejection> {
    batch.require(&[Role::Assessor], "认定损失")?;
    let claim = known(batch, id)?;
    let declared = claim.declaration.as_ref();
    let declared_fen = declared.map_or(Fen::ZERO, |declaration| declaration.declared_fen);
    if let Some(decided) = claim.accepted_fen {
        let same = decided == accepted_fen && claim.reason == *reason;
        return same
            .then_some(())
            .ok_or_else(|| Rejection::ClaimConflict { claim: id.clone() });
    }
    if accepted_fen < Fen::ZERO || accepted_fen > declared_fen {
        return Err(fault(
            id,
            "认定额应在零与申报额之间 (between nothing and what was declared)",
        ));
    }
    if accepted_fen < declared_fen {
        require_words(reason, "核减或不予认定的理由 reason")?;
    }
    if claim.declarant.as_deref() == Some(batch.actor.id.as_str()) {
        return Err(fault(
            id,
            "申报人不能认定自己的申报 (declared by the same person)",
        ));
    }
    push(
        batch,
        id,
        ClaimChange::Decided {
            accepted_fen,
            reason: reason.clone(),
        },
    )
}

/// Takes the claims that a run pays; each into one run that stands.
pub(crate) fn include<'a>(
    batch: &mut Batch,
    claims: impl IntoIterator<Item = &'a ClaimId>,
    run: &RunRef,
) -> Result<(), Rejection> {
    for id in claims {
        if let Some(other) = batch.books.paying_run(id) {
            return Err(Rejection::ClaimTaken {
                claim: id.clone(),
                run: other.run.clone(),
            });
        }
        let stage = batch.books.claim(id).map(Claim::stage);
        if matches!(stage, Some(ClaimStage::Declared | ClaimStage::Refused)) {
            return Err(fault(id, "未经认定，不能补偿 (not accepted)"));
        }
        push(batch, id, ClaimChange::Included { run: run.clone() })?;
    }
    Ok(())
}

fn push(batch: &mut Batch, id: &ClaimId, change: ClaimChange) -> Result<(), Rejection> {
    batch.push(Body::Claim {
        claim: id.clone(),
        change,
    })
}

fn known(batch: &Batch, id: &ClaimId) -> Result<Claim, Rejection> {
    let claim = batch
        .books
        .claim(id)
        .filter(|claim| claim.declaration.is_some())
        .cloned();
    claim.ok_or_else(|| Rejection::ClaimUnknown { claim: id.clone() })
}

fn fault(id: &ClaimId, what: &'static str) -> Rejection {
    Rejection::BadClaim {
        claim: id.clone(),
        what,
    }
}
