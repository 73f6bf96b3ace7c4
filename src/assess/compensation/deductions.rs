//! Deductions 考核扣减: taken off the period's awards; what exceeds them is asked back of earlier
//! ones 追回, never of money that was not awarded.

use std::collections::BTreeMap;

use domain::{DepartmentId, Fen};
use engine::pack::{Deduction as PackDeduction, Excess};

use super::Awarding;
use crate::awards::{Clawback, Component, Deduction, PotLine};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::explanation::cite_text;
use crate::year_so_far::Awarded;

/// Fen of a yuan.
const FEN: i64 = 100;

/// What of earlier awards can still be asked back, by department and line, fen.
type Reclaimable = BTreeMap<(DepartmentId, PotLine), i64>;

impl Awarding<'_> {
    /// Makes the deductions of the pack, in its order.
    pub(super) fn deduct(&mut self) -> Result<Vec<Deduction>, AssessError> {
        let compensation = self.compensation;
        let awarded = &self.basis.means.so_far.awarded;
        let mut reclaimable: Reclaimable = awarded
            .iter()
            .map(|one| {
                (
                    (one.department.clone(), one.line.clone()),
                    one.amount_fen.get(),
                )
            })
            .collect();
        let mut all = Vec::new();
        for rule in &compensation.deductions {
            let amounts = self.basis.deductions.get(&rule.id);
            for (department, yuan) in amounts.into_iter().flatten() {
                let amount = self.fen(&(yuan * &Exact::from(FEN)))?;
                if amount > 0 {
                    all.push(self.deduct_one(rule, department, amount, &mut reclaimable));
                }
            }
        }
        Ok(all)
    }

    fn deduct_one(
        &mut self,
        rule: &PackDeduction,
        department: &DepartmentId,
        amount: i64,
        reclaimable: &mut Reclaimable,
    ) -> Deduction {
        let taken = self.take_off(rule, department, amount);
        let clawbacks = match rule.excess {
            Excess::Clawback => self.ask_back(department, amount - taken, reclaimable),
            Excess::Waive => Vec::new(),
        };
        let asked: i64 = clawbacks.iter().map(|one| one.amount_fen.get()).sum();
        let waived = amount - taken - asked;
        Deduction {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            department: department.clone(),
            amount_fen: Fen::new(amount),
            taken_fen: Fen::new(taken),
            clawbacks,
            waived_fen: Fen::new(waived),
            reason: reason(rule, [amount, taken, asked, waived].map(Fen::new)),
            cite: rule.cite.iter().map(cite_text).collect(),
        }
    }

    /// Takes as much as there is off the period's dues of the department.
    fn take_off(&mut self, rule: &PackDeduction, department: &DepartmentId, amount: i64) -> i64 {
        let order = |component: Component, id: &str| {
            if rule.components.is_empty() {
                let rewards_first = [Component::Reward, Component::Loss, Component::Cost];
                return rewards_first.iter().position(|one| *one == component);
            }
            rule.components.iter().position(|one| one == id)
        };
        let mut places: Vec<(usize, usize)> = self
            .records
            .iter()
            .enumerate()
            .filter(|(_, record)| record.department == *department)
            .filter_map(|(index, record)| Some((order(record.component, &record.rule)?, index)))
            .collect();
        places.sort_unstable();
        let mut rest = amount;
        for (_, index) in places {
            let parts = self.records.get_mut(index).map(|record| &mut record.parts);
            for part in parts.into_iter().flatten() {
                let cut = rest.min(part.net());
                if cut > 0 {
                    part.cuts.push((rule.id.clone(), cut));
                    rest -= cut;
                }
            }
        }
        amount - rest
    }

    /// Asks an amount back of earlier awards, the last ones first; the part that none covers is
    /// not asked for.
    fn ask_back(
        &self,
        department: &DepartmentId,
        amount: i64,
        reclaimable: &mut Reclaimable,
    ) -> Vec<Clawback> {
        let awarded = self.basis.means.so_far.awarded.iter();
        let mut own: Vec<&Awarded> = awarded
            .filter(|one| one.department == *department)
            .collect();
        own.sort_by(|a, b| b.period.cmp(&a.period).then_with(|| a.line.cmp(&b.line)));
        let mut rest = amount;
        let mut clawbacks = Vec::new();
        for one in own {
            let key = (department.clone(), one.line.clone());
            let Some(left) = reclaimable.get_mut(&key) else {
                continue;
            };
            let part = rest.min(*left);
            if part > 0 {
                *left -= part;
                rest -= part;
                clawbacks.push(Clawback {
                    line: one.line.clone(),
                    amount_fen: Fen::new(part),
                });
            }
        }
        clawbacks
    }
}

fn reason(rule: &PackDeduction, [amount, taken, asked, waived]: [Fen; 4]) -> String {
    let mut text = format!(
        "{}：应扣 {amount} 元，从本期补偿中扣减 {taken} 元",
        rule.title
    );
    let mut english = vec!["deducted"];
    if asked > Fen::ZERO {
        text.push_str(&format!("，向本年度以前的补偿追回 {asked} 元"));
        english.push("the excess asked back");
    }
    if waived > Fen::ZERO {
        let why = match rule.excess {
            Excess::Clawback => "无可追回，不再扣",
            Excess::Waive => "超出本期补偿，按规则免扣",
        };
        text.push_str(&format!("，其余 {waived} 元{why}"));
        english.push("the rest not collected");
    }
    format!("{text} ({})", english.join(", "))
}
