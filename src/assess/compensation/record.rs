//! A due of one department under one component, with how it came about.

use domain::{DepartmentId, Fen, JurisdictionCode};

use crate::allocate::Allocated;
use crate::awards::{Award, ClaimShare, Component, Outcome};
use crate::exact::Exact;

/// What one pot pays of a due, and what deductions take off it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Index of the pot.
    pub(crate) pot: usize,
    /// Before deductions, fen.
    pub(crate) fen: i64,
    /// Deductions by rule, fen.
    pub(crate) cuts: Vec<(String, i64)>,
}

impl Part {
    /// What deductions took off.
    pub(crate) fn deducted(&self) -> i64 {
        self.cuts.iter().map(|(_, fen)| fen).sum()
    }

    /// What is paid.
    pub(crate) fn net(&self) -> i64 {
        self.fen - self.deducted()
    }
}

/// Where the amount of a claim comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClaimBasis {
    pub(crate) share: ClaimShare,
    /// Accepted amount, fen, of a claim decided in the period; `None` for one brought forward.
    pub(crate) accepted: Option<i64>,
    /// What of it was asked for in the period before money ran short, fen.
    pub(crate) asked: i64,
}

/// Where the amount of a share in a pool comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PoolBasis {
    pub(crate) weight: Exact,
    /// Weights of all who are eligible.
    pub(crate) total: Exact,
    /// The month's slice of the pots, fen.
    pub(crate) slice: i64,
    /// What of the slice was there, fen.
    pub(crate) pool: i64,
    pub(crate) floor: i64,
    pub(crate) cap: Option<i64>,
    /// Share of the pool by weight alone.
    pub(crate) quota: Exact,
    pub(crate) allocated: Allocated,
}

/// How a due came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Claims {
        rate: Exact,
        claims: Vec<ClaimBasis>,
    },
    Pool(Box<PoolBasis>),
}

/// A due of one department under one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) department: DepartmentId,
    pub(crate) payer: JurisdictionCode,
    pub(crate) rule: String,
    pub(crate) title: String,
    pub(crate) component: Component,
    /// What each pot pays, in the order drawn; empty when nothing is paid.
    pub(crate) parts: Vec<Part>,
    /// The pot that would have paid, when none does.
    pub(crate) first_pot: Option<usize>,
    pub(crate) unfunded: i64,
    pub(crate) brought: i64,
    pub(crate) outcome: Outcome,
    pub(crate) exact: Exact,
    pub(crate) reason: String,
    pub(crate) cite: Vec<String>,
    pub(crate) why: Why,
}

impl Record {
    /// What is paid, deductions taken off, fen.
    pub(crate) fn net(&self) -> i64 {
        self.parts.iter().map(Part::net).sum()
    }

    /// One award a pot; what is not paid is shown once, with the last.
    pub(crate) fn awards(&self) -> Vec<Award> {
        let claims: Vec<ClaimShare> = match &self.why {
            Why::Claims { claims, .. } => claims.iter().map(|one| one.share.clone()).collect(),
            Why::Pool(_) => Vec::new(),
        };
        let award = |pot: Option<usize>, net: i64, deducted: i64, is_last: bool| Award {
            department: self.department.clone(),
            payer: self.payer.clone(),
            pot: pot.and_then(|pot| u32::try_from(pot).ok()),
            rule: self.rule.clone(),
            component: self.component,
            amount_fen: Fen::new(net),
            deducted_fen: Fen::new(deducted),
            unfunded_fen: Fen::new(if is_last { self.unfunded } else { 0 }),
            brought_fen: Fen::new(if is_last { self.brought } else { 0 }),
            outcome: self.outcome,
            exact_fen: self.exact.clone(),
            claims: claims.clone(),
            reason: self.reason.clone(),
            cite: self.cite.clone(),
        };
        if self.parts.is_empty() {
            return vec![award(self.first_pot, 0, 0, true)];
        }
        let last = self.parts.len() - 1;
        let parts = self.parts.iter().enumerate();
        parts
            .map(|(index, part)| award(Some(part.pot), part.net(), part.deducted(), index == last))
            .collect()
    }
}
