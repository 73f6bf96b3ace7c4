//! Compensation: what each payer owes each department, never beyond the pots.
//!
//! The payer is a government, the lowest common superior of those who share, never the department
//! that consumes: sharing is free of charge by law. Components are paid class after class; every
//! due is kept with how it came about, and awards are what is left of it after deductions.

use std::collections::BTreeMap;

use domain::{DepartmentId, Facts, Fen, JurisdictionCode, Registry};
use engine::Pack;
use engine::pack::{Compensation, Component as PackComponent, ComponentKind, Exhaustion};

use crate::assessment::{Assessment, Standing};
use crate::awards::{Awards, Component, Outcome, Pot};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::explanation::cite_text;
use crate::prior::Prior;
use crate::year_so_far::YearSoFar;

mod advice;
mod booking;
mod claims;
mod cooperative;
mod deductions;
mod exhaustion;
mod pools;
mod pots;
mod record;

pub(crate) use cooperative::{Flow, weights as cooperative_weights};
pub(crate) use record::{ClaimBasis, PoolBasis, Record, Why};

/// What a period may spend and what earlier ones left to it.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// The pots, in the order of their lines.
    pub pots: &'a [Pot],
    /// What earlier periods left.
    pub so_far: &'a YearSoFar,
}

/// A provider's weight in the flows that one jurisdiction pays for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) payer: JurisdictionCode,
    pub(crate) department: DepartmentId,
    pub(crate) value: Exact,
    /// Most that the weight can bring, fen; `None` for no such bound.
    pub(crate) most: Option<i64>,
}

/// What awards are computed from.
pub(crate) struct Basis<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) assessment: &'a Assessment,
    pub(crate) facts: &'a Facts,
    pub(crate) registry: &'a Registry,
    pub(crate) means: Means<'a>,
    /// The period before; floors and caps are measured by it.
    pub(crate) prior: Option<&'a Prior>,
    /// Weights by component id.
    pub(crate) weights: BTreeMap<String, Vec<Weight>>,
    /// Yuan to deduct by deduction id and department.
    pub(crate) deductions: BTreeMap<String, Vec<(DepartmentId, Exact)>>,
}

/// Awards and, in no canonical bytes, how each due came about.
pub(crate) struct Reasoned {
    pub(crate) awards: Awards,
    pub(crate) records: Vec<Record>,
}

/// Awards under construction.
struct Awarding<'a> {
    basis: &'a Basis<'a>,
    compensation: &'a Compensation,
    /// Left in each pot, fen.
    left: Vec<i64>,
    /// Set aside for rewards and not given away, by pot, fen.
    pools: Vec<Pool>,
    records: Vec<Record>,
}

/// What a pot set aside for rewards.
#[derive(Clone, Copy, Default)]
struct Pool {
    set_aside: i64,
    undistributed: i64,
}

/// All awards of the period.
pub(crate) fn award(basis: &Basis<'_>) -> Result<Reasoned, AssessError> {
    let mut awards = Awards {
        period: basis.assessment.period,
        pack: basis.assessment.pack.clone(),
        assessment_digest: basis.assessment.digest(),
        awards: Vec::new(),
        deductions: Vec::new(),
        pots: Vec::new(),
        advice: Vec::new(),
    };
    let mut records = Vec::new();
    let mut pools = vec![Pool::default(); basis.means.pots.len()];
    if let Some(compensation) = &basis.pack.compensation {
        let pots = basis.means.pots.iter();
        let mut awarding = Awarding {
            basis,
            compensation,
            left: pots.map(|pot| pot.available_fen.get().max(0)).collect(),
            pools,
            records: Vec::new(),
        };
        for class in classes(compensation) {
            awarding.pay(&class)?;
        }
        awards.deductions = awarding.deduct()?;
        records = awarding.records;
        pools = awarding.pools;
    }
    awards.awards = records.iter().flat_map(Record::awards).collect();
    awards.pots = booking::totals(basis.means.pots, &pools, &awards.awards)?;
    awards.advice = advice::advice(basis, &awards.awards)?;
    Ok(Reasoned { awards, records })
}

/// Components in the order of payment, those that are paid as one together.
fn classes(compensation: &Compensation) -> Vec<Vec<&PackComponent>> {
    let mut ordered: Vec<(usize, &PackComponent)> =
        compensation.components.iter().enumerate().collect();
    let is_claims = |one: &PackComponent| matches!(one.kind, ComponentKind::Claims { .. });
    ordered.sort_by_key(|(index, one)| (one.priority.unwrap_or(u32::MAX), !is_claims(one), *index));
    let mut classes: Vec<Vec<&PackComponent>> = Vec::new();
    for (_, component) in ordered {
        let joins = |class: &Vec<&PackComponent>| {
            class.first().is_some_and(|first| {
                let both_claims = is_claims(first) && is_claims(component);
                both_claims
                    && match compensation.exhaustion {
                        Exhaustion::PriorityClasses => {
                            component.priority.is_some() && component.priority == first.priority
                        }
                        Exhaustion::FirstCome => true,
                        Exhaustion::ProRataAtYearEnd { .. } => component.pots == first.pots,
                    }
            })
        };
        match classes.iter_mut().find(|class| joins(class)) {
            Some(class) => class.push(component),
            None => classes.push(vec![component]),
        }
    }
    classes
}

/// The accounting class of a component of the pack.
fn class_of(component: &PackComponent) -> Component {
    match &component.kind {
        ComponentKind::Claims { of, .. } => match of {
            domain::facts::ClaimKind::Cost => Component::Cost,
            domain::facts::ClaimKind::Loss => Component::Loss,
        },
        ComponentKind::Pool { .. } | ComponentKind::Shapley { .. } => Component::Reward,
    }
}

impl Awarding<'_> {
    fn pay(&mut self, class: &[&PackComponent]) -> Result<(), AssessError> {
        match class.first().map(|first| &first.kind) {
            Some(ComponentKind::Claims { .. }) => self.pay_claims(class),
            Some(ComponentKind::Pool { .. } | ComponentKind::Shapley { .. }) => class
                .iter()
                .try_for_each(|component| self.pay_pool(component)),
            None => Ok(()),
        }
    }

    /// Why the department gets nothing under the component; `None` when it is eligible.
    fn gate(&self, component: &PackComponent, department: &DepartmentId) -> Option<Outcome> {
        let assessment = self.basis.assessment;
        let Some(result) = assessment.department(department) else {
            return Some(Outcome::NotAssessed);
        };
        if !result.vetoes.is_empty() && !component.despite_veto {
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
    fn parameter(&self, rule: &str, id: &str) -> Result<Exact, AssessError> {
        let day = self.basis.assessment.period.last_day();
        let found = self.basis.pack.parameter_on(id, day);
        found
            .map(|(_, value)| value.value.into())
            .ok_or_else(|| AssessError::Rule {
                rule: rule.to_owned(),
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
}

/// The sentence for a department that the gate shuts out.
fn refusal(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Vetoed => "本期被一票否决，不予补偿 (vetoed)",
        Outcome::GradeTooLow => "等次低于补偿门槛，不予补偿 (grade below the gate)",
        _ => "本期未形成考核等次，不予补偿 (not assessed)",
    }
}

#[cfg(test)]
mod tests;
