//! Compensation: approved claims first, then the month's reward slice, never beyond the pots.
//!
//! The payer is a government, the lowest common superior of those who share, never the department
//! that consumes: sharing is free of charge by law.

use std::collections::BTreeMap;

use domain::{DepartmentId, Facts, Fen, JurisdictionCode, Registry};
use engine::Pack;
use engine::pack::{Compensation, Component as PackComponent, ComponentKind};

use crate::assessment::{Assessment, Standing};
use crate::awards::{Advice, Award, Awards, Component, Outcome, Pot, PotTotal};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::explanation::cite_text;
use crate::prior::Prior;

mod claims;
mod rewards;

/// A provider's weight in the flows that one jurisdiction pays for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) payer: JurisdictionCode,
    pub(crate) department: DepartmentId,
    pub(crate) value: Exact,
}

/// What awards are computed from.
pub(crate) struct Basis<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) assessment: &'a Assessment,
    pub(crate) facts: &'a Facts,
    pub(crate) registry: &'a Registry,
    pub(crate) pots: &'a [Pot],
    pub(crate) prior: Option<&'a Prior>,
    /// Weights by component id.
    pub(crate) weights: BTreeMap<String, Vec<Weight>>,
}

/// Awards under construction.
struct Settlement<'a> {
    basis: &'a Basis<'a>,
    compensation: &'a Compensation,
    /// Left in each pot, fen.
    left: Vec<i64>,
    totals: Vec<PotTotal>,
    awards: Vec<Award>,
}

/// One department's due before it is drawn from pots.
struct Due {
    department: DepartmentId,
    payer: JurisdictionCode,
    component: Component,
    amount: i64,
    unfunded: i64,
    outcome: Outcome,
    exact: Exact,
    claims: Vec<String>,
    reason: String,
    cite: Vec<String>,
}

/// All awards of the period.
pub(crate) fn award(basis: &Basis<'_>) -> Result<Awards, AssessError> {
    let mut awards = Awards {
        period: basis.assessment.period,
        pack: basis.assessment.pack.clone(),
        assessment_digest: basis.assessment.digest(),
        awards: Vec::new(),
        pots: basis.pots.iter().map(empty_total).collect(),
        advice: Vec::new(),
    };
    if let Some(compensation) = &basis.pack.compensation {
        let mut settlement = Settlement {
            basis,
            compensation,
            left: basis
                .pots
                .iter()
                .map(|pot| pot.available_fen.get().max(0))
                .collect(),
            totals: awards.pots,
            awards: Vec::new(),
        };
        let of_kind = |claims: bool| {
            let all = compensation.components.iter();
            all.filter(move |c| matches!(c.kind, ComponentKind::Claims { .. }) == claims)
        };
        for component in of_kind(true) {
            settlement.claims(component)?;
        }
        for component in of_kind(false) {
            settlement.rewards(component)?;
        }
        awards.pots = settlement.totals;
        awards.awards = settlement.awards;
    }
    awards.advice = advice(basis, &awards.awards)?;
    Ok(awards)
}

fn empty_total(pot: &Pot) -> PotTotal {
    PotTotal {
        line: pot.line.clone(),
        authority_fen: pot.authority_fen,
        available_fen: pot.available_fen,
        claims_fen: Fen::ZERO,
        reward_pool_fen: Fen::ZERO,
        rewards_fen: Fen::ZERO,
        undistributed_fen: Fen::ZERO,
        unfunded_fen: Fen::ZERO,
    }
}

/// The sum, refused beyond what a ledger holds.
fn add(total: &mut Fen, fen: i64, what: &str) -> Result<(), AssessError> {
    let sum = total.checked_add(Fen::new(fen));
    *total = sum.ok_or_else(|| AssessError::Money {
        what: what.to_owned(),
    })?;
    Ok(())
}

impl Settlement<'_> {
    /// Pots of the payer in the period's budget year, in the order given.
    fn pots_of(&self, payer: &JurisdictionCode) -> Vec<usize> {
        let year = self.basis.assessment.period.year();
        let mine = |pot: &Pot| pot.line.payer == *payer && pot.line.budget_year == year;
        let pots = self.basis.pots.iter().enumerate();
        pots.filter(|(_, pot)| mine(pot))
            .map(|(index, _)| index)
            .collect()
    }

    /// Why the department gets nothing under the component; `None` when it is eligible.
    fn gate(&self, component: &PackComponent, department: &DepartmentId) -> Option<Outcome> {
        let assessment = self.basis.assessment;
        let Some(result) = assessment.department(department) else {
            return Some(Outcome::NotAssessed);
        };
        if !result.vetoes.is_empty() {
            return Some(Outcome::Vetoed);
        }
        if result.standing != Standing::Ranked {
            return Some(Outcome::NotAssessed);
        }
        let needed = component.min_grade.as_deref()?;
        let needed = assessment.grade_order(needed)?;
        let has = result
            .grade
            .as_deref()
            .and_then(|id| assessment.grade_order(id));
        has.is_none_or(|has| has > needed)
            .then_some(Outcome::GradeTooLow)
    }

    fn cite(&self, component: &PackComponent) -> Vec<String> {
        let own = &component.cite;
        let cites = if own.is_empty() {
            &self.compensation.cite
        } else {
            own
        };
        cites.iter().map(cite_text).collect()
    }

    /// The value of a parameter on the period's last day.
    fn parameter(&self, component: &PackComponent, id: &str) -> Result<Exact, AssessError> {
        let day = self.basis.assessment.period.last_day();
        let found = self.basis.pack.parameter_on(id, day);
        found
            .map(|(_, value)| value.value.into())
            .ok_or_else(|| AssessError::Rule {
                rule: component.id.clone(),
                reason: format!("参数“{id}”在考核期末无值 (parameter {id} has no value)"),
            })
    }

    /// Whole fen by the pack's rounding of money.
    fn fen(&self, exact: &Exact) -> Result<i64, AssessError> {
        let mode = self.basis.pack.rounding.money.mode;
        let fen = exact.round(0, mode).to_i64();
        fen.filter(|fen| fen.abs() <= Fen::BOUND)
            .ok_or_else(|| AssessError::Money {
                what: "应补偿额 (award)".to_owned(),
            })
    }

    /// Draws a due from the pots in order, as one award a pot.
    fn draw(&mut self, due: Due, pots: &[usize], limits: &mut [i64]) -> Result<(), AssessError> {
        let mut rest = due.amount;
        let mut parts: Vec<(Option<usize>, i64)> = Vec::new();
        for (pot, limit) in pots.iter().zip(limits.iter_mut()) {
            let part = rest.min(*limit);
            if part > 0 {
                parts.push((Some(*pot), part));
                *limit -= part;
                rest -= part;
            }
        }
        if parts.is_empty() {
            parts.push((pots.first().copied(), 0));
        }
        let last = parts.len() - 1;
        for (index, (pot, amount)) in parts.into_iter().enumerate() {
            // What is not paid is shown once, with the last part.
            let unfunded = if index == last { due.unfunded } else { 0 };
            if let Some(total) = pot.and_then(|pot| self.totals.get_mut(pot)) {
                match due.component {
                    Component::Reward => add(&mut total.rewards_fen, amount, "激励 (rewards)")?,
                    _ => add(&mut total.claims_fen, amount, "损失补偿 (claims)")?,
                }
                add(&mut total.unfunded_fen, unfunded, "缺口 (unfunded)")?;
            }
            if let Some(left) = pot.and_then(|pot| self.left.get_mut(pot)) {
                *left -= amount;
            }
            self.awards.push(Award {
                department: due.department.clone(),
                payer: due.payer.clone(),
                pot: pot.and_then(|pot| u32::try_from(pot).ok()),
                component: due.component,
                amount_fen: Fen::new(amount),
                unfunded_fen: Fen::new(unfunded),
                outcome: due.outcome,
                exact_fen: due.exact.clone(),
                claims: due.claims.clone(),
                reason: due.reason.clone(),
                cite: due.cite.clone(),
            });
        }
        Ok(())
    }
}

/// The sentence for a department that the gate shuts out.
fn refusal(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Vetoed => "本期被一票否决，不予补偿 (vetoed)",
        Outcome::GradeTooLow => "等次低于补偿门槛，不予补偿 (grade below the gate)",
        _ => "本期未形成考核等次，不予补偿 (not assessed)",
    }
}

/// Fiscal advice by constraint and department.
fn advice(basis: &Basis<'_>, awards: &[Award]) -> Result<Vec<Advice>, AssessError> {
    let mut all = Vec::new();
    let day = basis.assessment.period.last_day();
    for constraint in &basis.pack.constraints {
        let share = match &constraint.share {
            Some(id) => basis
                .pack
                .parameter_on(id, day)
                .map(|(_, value)| Exact::from(value.value))
                .ok_or_else(|| AssessError::Rule {
                    rule: constraint.id.clone(),
                    reason: format!("参数“{id}”在考核期末无值 (parameter {id} has no value)"),
                })?,
            None => Exact::zero(),
        };
        for result in &basis.assessment.departments {
            let Some(grade) = &result.grade else { continue };
            if !constraint.when_grade.contains(grade) {
                continue;
            }
            let awarded: i64 = awards
                .iter()
                .filter(|award| award.department == result.id)
                .map(|award| award.amount_fen.get())
                .sum();
            let mode = basis.pack.rounding.money.mode;
            let amount = (&Exact::from(awarded) * &share).round(0, mode).to_i64();
            let grades = basis.assessment.grades.iter();
            let mut title = grades
                .filter(|head| head.id == *grade)
                .map(|head| &head.title);
            let title = title.next().cloned().unwrap_or_default();
            all.push(Advice {
                constraint: constraint.id.clone(),
                title: constraint.title.clone(),
                department: result.id.clone(),
                share: share.clone(),
                amount_fen: Fen::new(amount.unwrap_or_default()),
                reason: format!("本期等次“{title}”：{}", constraint.advice),
                cite: constraint.cite.iter().map(cite_text).collect(),
            });
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
