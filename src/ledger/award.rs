//! Awards: what a run gives to departments, as the assessment hands it over.

use std::collections::BTreeSet;

use domain::canon::{Canon as _, Writer};
use domain::{ClaimId, DepartmentId, Fen, Period, RunId};

use crate::account::Line;
use crate::digest::Digest;
use crate::kind::Component;
use crate::leaf::canon_struct;
use crate::rejection::Rejection;

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
    /// What the rule gave beyond it and no money was there for, fen. Below zero when money came for
    /// what earlier runs had left unfunded.
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
    /// The claims the awards pay, in any order; each enters one run that stands, once.
    pub claims: Vec<ClaimId>,
}

impl RunAwards {
    /// The awards the books keep, in the order they are posted: no award of nothing, each
    /// department, line and component once, no payment below zero.
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
            if award.amount_fen < Fen::ZERO {
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
        // Runs from before claims were listed keep their digest.
        for claim in self.claims_once() {
            claim.write(&mut writer);
        }
        Ok(Digest::of(&writer.into_bytes()))
    }

    /// The claims in order, each once.
    pub(crate) fn claims_once(&self) -> BTreeSet<&ClaimId> {
        self.claims.iter().collect()
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

pub(crate) fn fault(award: &Award, what: &'static str) -> Rejection {
    Rejection::BadAward {
        department: award.department.clone(),
        line: award.line.clone(),
        component: award.component,
        what,
    }
}

canon_struct! {
    Award { department, line, component, amount_fen, unfunded_fen, cite }
}
