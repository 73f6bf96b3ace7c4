//! What the next period needs of this one: totals, ranks, grades, values and rewards.

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

/// A reward of the period before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorReward {
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
    /// Rewards by department and payer.
    pub rewards: Vec<PriorReward>,
}

canon_struct! {
    PriorResult { department, total, rank, grade, values }
    PriorValue { indicator, value }
    PriorReward { department, payer, reward_fen }
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
        let mut rewards: Vec<PriorReward> = Vec::new();
        let mut paid: Vec<_> = awards
            .awards
            .iter()
            .filter(|award| award.component == Component::Reward)
            .collect();
        paid.sort_by(|a, b| (&a.department, &a.payer).cmp(&(&b.department, &b.payer)));
        for award in paid {
            match rewards.last_mut() {
                Some(last) if last.department == award.department && last.payer == award.payer => {
                    let sum = last.reward_fen.get().saturating_add(award.amount_fen.get());
                    last.reward_fen = Fen::new(sum);
                }
                _ => rewards.push(PriorReward {
                    department: award.department.clone(),
                    payer: award.payer.clone(),
                    reward_fen: award.amount_fen,
                }),
            }
        }
        Self {
            period: assessment.period,
            results: results.collect(),
            rewards,
        }
    }

    /// The result of a department.
    pub fn result(&self, department: &DepartmentId) -> Option<&PriorResult> {
        self.results
            .iter()
            .find(|result| result.department == *department)
    }

    /// The reward that a payer gave a department; `None` when it gave none.
    pub fn reward(&self, department: &DepartmentId, payer: &JurisdictionCode) -> Option<Fen> {
        self.rewards
            .iter()
            .find(|reward| reward.department == *department && reward.payer == *payer)
            .map(|reward| reward.reward_fen)
    }
}
