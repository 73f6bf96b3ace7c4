//! The states of a run, as they follow from events.

use std::collections::BTreeSet;

use domain::{Fen, Period};

use crate::award::ControlTotal;
use crate::digest::Digest;
use crate::event::RunChange;

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Its awards are reserved.
    Calculated,
    /// The assessor put it forward.
    Submitted,
    /// Finance approved it; its awards are owed.
    Approved,
    /// It was sent back.
    Rejected,
    /// It was withdrawn.
    Voided,
}

impl Stage {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Calculated => "calculated",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Voided => "voided",
        }
    }

    /// The Chinese title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Calculated => "已核算",
            Self::Submitted => "已提交",
            Self::Approved => "已审批",
            Self::Rejected => "已退回",
            Self::Voided => "已作废",
        }
    }

    /// Whether somebody still has to decide on it.
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Calculated | Self::Submitted)
    }

    /// Whether it stands: no other run about the period is approved beside it.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Calculated | Self::Submitted | Self::Approved)
    }

    /// The stage a change leads to, if it may follow.
    const fn after(from: Option<Self>, change: &RunChange) -> Option<Self> {
        match (from, change) {
            (None | Some(Self::Rejected | Self::Voided), RunChange::Calculated { .. }) => {
                Some(Self::Calculated)
            }
            (Some(Self::Calculated), RunChange::Submitted) => Some(Self::Submitted),
            (Some(Self::Submitted), RunChange::Approved { .. }) => Some(Self::Approved),
            (Some(Self::Calculated | Self::Submitted), RunChange::Rejected { .. }) => {
                Some(Self::Rejected)
            }
            (
                Some(Self::Calculated | Self::Submitted | Self::Approved),
                RunChange::Voided { .. },
            ) => Some(Self::Voided),
            _ => None,
        }
    }
}

/// A run as the books know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The period it is about.
    pub period: Period,
    /// Which calculation of it this is, from one.
    pub attempt: u32,
    /// Digest of the result it comes from.
    pub digest: Digest,
    /// Digest of its awards.
    pub awards_sha256: Digest,
    /// Number and sum of its awards.
    pub control: ControlTotal,
    /// What no money was there for, fen.
    pub unfunded_fen: Fen,
    /// Where it stands.
    pub stage: Stage,
    /// Ids of those who calculated and submitted it: none of them may approve it.
    pub makers: BTreeSet<String>,
    /// Id of the one who approved it.
    pub approver: Option<String>,
    /// Record numbers of its reserves.
    pub reserves: Vec<u64>,
    /// Record numbers of its accruals.
    pub accruals: Vec<u64>,
}

/// Moves a run on; what was known of it before, if anything. An error names what does not follow.
pub(crate) fn advance(
    before: Option<&Run>,
    attempt: u32,
    digest: Digest,
    change: &RunChange,
    actor: &str,
) -> Result<Run, &'static str> {
    let stage = Stage::after(before.map(|run| run.stage), change).ok_or("核算状态 stage of run")?;
    if let RunChange::Calculated {
        period,
        awards_sha256,
        control,
        unfunded_fen,
    } = change
    {
        if attempt != before.map_or(1, |run| run.attempt.saturating_add(1)) {
            return Err("核算次数 attempt of run");
        }
        return Ok(Run {
            period: *period,
            attempt,
            digest,
            awards_sha256: *awards_sha256,
            control: *control,
            unfunded_fen: *unfunded_fen,
            stage,
            makers: BTreeSet::from([actor.to_owned()]),
            approver: None,
            reserves: Vec::new(),
            accruals: Vec::new(),
        });
    }
    let mut run = before.cloned().ok_or("核算 run")?;
    if run.attempt != attempt || run.digest != digest {
        return Err("核算摘要 digest of run");
    }
    match change {
        RunChange::Submitted => {
            run.makers.insert(actor.to_owned());
        }
        RunChange::Approved { control } => {
            if *control != run.control {
                return Err("核算总控数 control totals of run");
            }
            if run.makers.contains(actor) {
                return Err("审批人 approver of run");
            }
            run.approver = Some(actor.to_owned());
        }
        RunChange::Calculated { .. } | RunChange::Rejected { .. } | RunChange::Voided { .. } => {}
    }
    run.stage = stage;
    Ok(run)
}
