//! Claims: accepted × rate, in full or, when the pots are short, pro rata to the fen.

use std::collections::BTreeMap;

use domain::facts::Claim;
use domain::{DepartmentId, Fen, JurisdictionCode};
use engine::pack::{Component as PackComponent, ComponentKind};

use super::{Due, Settlement, refusal};
use crate::allocate::{Share, allocate};
use crate::awards::{Component, Outcome};
use crate::error::AssessError;
use crate::exact::Exact;

/// What the accepted claims of one department come to.
#[derive(Default)]
struct Entitled {
    exact: Exact,
    fen: i64,
    accepted: i64,
    claims: Vec<String>,
}

type ByPayer = BTreeMap<JurisdictionCode, BTreeMap<DepartmentId, Entitled>>;

impl Settlement<'_> {
    pub(super) fn claims(&mut self, component: &PackComponent) -> Result<(), AssessError> {
        let ComponentKind::Claims { rate } = &component.kind else {
            return Ok(());
        };
        let kind = Component::from_name(&component.id)
            .filter(|kind| *kind != Component::Reward)
            .ok_or_else(|| AssessError::Rule {
                rule: component.id.clone(),
                reason: "损失申报只有成本 cost 与损失 loss 两类 (claims are cost or loss)".into(),
            })?;
        let rate = self.parameter(component, rate)?;
        for (payer, departments) in self.entitled(component, &rate)? {
            self.pay_claims(component, kind, &payer, departments)?;
        }
        Ok(())
    }

    /// Claims of the component decided in the period, by payer and department.
    fn entitled(&self, component: &PackComponent, rate: &Exact) -> Result<ByPayer, AssessError> {
        let period = self.basis.assessment.period;
        let mut by_payer = ByPayer::new();
        for claim in &self.basis.facts.claims {
            let decided = claim.decided_on.is_some_and(|day| period.contains(day));
            let accepted = claim.accepted_fen.unwrap_or(Fen::ZERO).get();
            if claim.kind.name() != component.id || !decided || accepted <= 0 {
                continue;
            }
            let (payer, department) = self.parties(claim)?;
            let exact = &Exact::from(accepted) * rate;
            let fen = self.fen(&exact)?;
            let entitled = by_payer
                .entry(payer)
                .or_default()
                .entry(department)
                .or_default();
            entitled.exact = &entitled.exact + &exact;
            entitled.fen += fen;
            entitled.accepted += accepted;
            entitled.claims.push(claim.id.clone());
        }
        Ok(by_payer)
    }

    /// Who pays the claim, and the department that answers for the claimant now.
    fn parties(&self, claim: &Claim) -> Result<(JurisdictionCode, DepartmentId), AssessError> {
        let registry = self.basis.registry;
        let last_day = self.basis.assessment.period.last_day();
        let answers = registry.answerable_on(&claim.department, last_day);
        let department = answers.or_else(|| registry.get(&claim.department));
        let payer = department.and_then(|department| {
            registry
                .jurisdictions
                .lowest_common_superior(&department.jurisdiction, &claim.beneficiary)
        });
        match (payer, department) {
            (Some(payer), Some(department)) => Ok((payer.code.clone(), department.id.clone())),
            _ => Err(AssessError::NoPayer {
                claim: claim.id.clone(),
                file: crate::frame::file_name(self.basis.facts, claim.source),
                line: claim.source.line,
            }),
        }
    }

    fn pay_claims(
        &mut self,
        component: &PackComponent,
        kind: Component,
        payer: &JurisdictionCode,
        departments: BTreeMap<DepartmentId, Entitled>,
    ) -> Result<(), AssessError> {
        let pots = self.pots_of(payer);
        let mut limits: Vec<i64> = pots
            .iter()
            .map(|pot| self.left.get(*pot).copied().unwrap_or_default())
            .collect();
        let gates: Vec<Option<Outcome>> = departments
            .keys()
            .map(|department| self.gate(component, department))
            .collect();
        let due = |entitled: &Entitled, gate: &Option<Outcome>| {
            if gate.is_some() { 0 } else { entitled.fen }
        };
        let shares: Vec<Share<&str>> = departments
            .iter()
            .zip(&gates)
            .map(|((department, entitled), gate)| Share {
                key: department.as_str(),
                weight: due(entitled, gate).into(),
                floor: 0,
                cap: Some(due(entitled, gate)),
            })
            .collect();
        // Caps are the entitlements: with enough money each is met, with less each is cut alike.
        let allocation = allocate(limits.iter().sum(), &shares)?;
        let cite = self.cite(component);
        for (((department, entitled), gate), got) in
            departments.into_iter().zip(gates).zip(allocation.shares)
        {
            let due = due(&entitled, &gate);
            let unfunded = due - got.units;
            let outcome = match gate {
                Some(outcome) => outcome,
                None if pots.is_empty() => Outcome::NoPot,
                None if unfunded > 0 => Outcome::PotShort,
                None => Outcome::Full,
            };
            let due = Due {
                department,
                payer: payer.clone(),
                component: kind,
                amount: got.units,
                unfunded,
                outcome,
                reason: reason(kind, outcome, &entitled, got.units),
                exact: entitled.exact,
                claims: entitled.claims,
                cite: cite.clone(),
            };
            self.draw(due, &pots, &mut limits)?;
        }
        Ok(())
    }
}

fn reason(kind: Component, outcome: Outcome, entitled: &Entitled, paid: i64) -> String {
    let count = entitled.claims.len();
    let accepted = Fen::new(entitled.accepted);
    let due = Fen::new(entitled.fen);
    let title = kind.title();
    match outcome {
        Outcome::Full => format!(
            "{title}：{count} 件申报核定 {accepted} 元，按比例应补 {due} 元，全额列入 (in full)"
        ),
        Outcome::PotShort => format!(
            "{title}：{count} 件申报应补 {due} 元，资金池不足，按比例列入 {} 元 \
             (pot short, pro rata)",
            Fen::new(paid)
        ),
        Outcome::NoPot => format!(
            "{title}：{count} 件申报应补 {due} 元，付款方本年度无补偿资金指标 (payer has no pot)"
        ),
        refused => format!(
            "{title}：{count} 件申报核定 {accepted} 元；{}",
            refusal(refused)
        ),
    }
}
