//! What the next period needs of this one: totals, ranks, grades, values and rewards.

use std::collections::BTreeMap;

use domain::{DepartmentId, Fen, JurisdictionCode, Period};

use crate::assessment::Assessment;
use crate::awards::{Awards, Component};
use crate::encoding::canon_struct;
use crate::exact::Exact;
use engine::formula::tree::TOTAL;

/// One department in the period before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorResult {
    /// Department.
    pub department: DepartmentId,
    /// Total counted, points.
    pub total: Exact,
    /// Rank in its group; `None` when unranked.
    pub rank: Option<u32>,
    /// Grade id; `None` when unranked.
    pub grade: Option<String>,
    /// Values of the indicators that had one, in the order of the pack.
    pub values: Vec<PriorValue>,
}

/// The value of an indicator in the period before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorValue {
    /// Indicator id.
    pub indicator: String,
    /// Value of its formula.
    pub value: Exact,
}

impl PriorResult {
    /// What `carry` reads: the value of an indicator, or the total.
    pub fn carried(&self, id: &str) -> Option<&Exact> {
        if id == TOTAL {
            return Some(&self.total);
        }
        let found = self.values.iter().find(|value| value.indicator == id);
        found.map(|value| &value.value)
    }
}

/// A reward of the period before, deductions not taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorReward {
    /// The component of the pack, by id.
    pub rule: String,
    /// Department.
    pub department: DepartmentId,
    /// Payer.
    pub payer: JurisdictionCode,
    /// Reward over all pots of the payer.
    pub reward_fen: Fen,
}

/// The period before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prior {
    /// Which period.
    pub period: Period,
    /// Results by department.
    pub results: Vec<PriorResult>,
    /// Rewards by component, department and payer.
    pub rewards: Vec<PriorReward>,
}

canon_struct! {
    PriorResult { department, total, rank, grade, values }
    PriorValue { indicator, value }
    PriorReward { rule, department, payer, reward_fen }
    Prior { period, results, rewards }
}

impl Prior {
    /// What is to be kept of a period.
    pub fn of(assessment: &Assessment, awards: &Awards) -> Self {
        let results = assessment.departments.iter().map(|result| PriorResult {
            department: result.id.clone(),
            total: result.total.counted.clone(),
            rank: result.rank,
            grade: result.grade.clone(),
            values: result
                .indicators
                .iter()
                .filter_map(|found| {
                    Some(PriorValue {
                        indicator: found.id.clone(),
                        value: found.value.clone()?,
                    })
                })
                .collect(),
        });
        let mut rewards: BTreeMap<(&str, &DepartmentId, &JurisdictionCode), i64> = BTreeMap::new();
        let paid = awards.awards.iter();
        for award in paid.filter(|award| award.component == Component::Reward) {
            let key = (award.rule.as_str(), &award.department, &award.payer);
            let sum = rewards.entry(key).or_default();
            let gross = award.amount_fen.get() + award.deducted_fen.get();
            *sum = sum.saturating_add(gross);
        }
        let rewards = rewards
            .into_iter()
            .map(|((rule, department, payer), fen)| PriorReward {
                rule: rule.to_owned(),
                department: department.clone(),
                payer: payer.clone(),
                reward_fen: Fen::new(fen),
            });
        Self {
            period: assessment.period,
            results: results.collect(),
            rewards: rewards.collect(),
        }
    }

    /// The result of a department.
    pub fn result(&self, department: &DepartmentId) -> Option<&PriorResult> {
        self.results
            .iter()
            .find(|result| result.department == *department)
    }

    /// The reward that a payer gave a department under a component; `None` when it gave none.
    pub fn reward(
        &self,
        rule: &str,
        department: &DepartmentId,
        payer: &JurisdictionCode,
    ) -> Option<Fen> {
        let mut rewards = self.rewards.iter();
        rewards
            .find(|one| one.rule == rule && one.department == *department && one.payer == *payer)
            .map(|reward| reward.reward_fen)
    }
}
