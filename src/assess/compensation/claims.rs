//! Claims: accepted × rate, and what earlier periods left open.

use std::collections::BTreeMap;

use domain::facts::Claim;
use domain::{DepartmentId, Fen, JurisdictionCode};
use engine::pack::{Component as PackComponent, ComponentKind, Unfunded};

use super::exhaustion::Met;
use super::record::{ClaimBasis, Part, Record, Why};
use super::{Awarding, class_of, refusal};
use crate::awards::{ClaimShare, Component, Outcome};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::year_so_far::OpenClaim;

/// A claim that competes for money.
#[derive(Clone)]
pub(super) struct Claimed<'c> {
    pub(super) component: &'c PackComponent,
    /// Place of the component in its class.
    pub(super) order: usize,
    pub(super) payer: JurisdictionCode,
    pub(super) department: DepartmentId,
    /// Nothing is paid in it yet.
    pub(super) share: ClaimShare,
    /// Accepted amount, fen; `None` for a claim brought forward.
    accepted: Option<i64>,
    /// What earlier periods left open of it, fen.
    brought: i64,
    exact: Exact,
    gate: Option<Outcome>,
}

impl Claimed<'_> {
    /// What is due and not paid, fen.
    pub(super) fn open(&self) -> i64 {
        self.share.due_fen.get() - self.share.before_fen.get()
    }
}

/// Claims of one department on one payer under one component, with what they get.
type Group<'c> = Vec<(Claimed<'c>, Met)>;

impl Awarding<'_> {
    /// Pays the claims of components that form one class.
    pub(super) fn pay_claims(&mut self, class: &[&PackComponent]) -> Result<(), AssessError> {
        let mut by_purse: BTreeMap<JurisdictionCode, Vec<Claimed<'_>>> = BTreeMap::new();
        for (order, component) in class.iter().enumerate() {
            for claimed in self.claimed(component, order)? {
                let purse = self.purse_of(&claimed.payer, component);
                by_purse.entry(purse).or_default().push(claimed);
            }
        }
        let mut groups: BTreeMap<(usize, JurisdictionCode, DepartmentId), Group<'_>> =
            BTreeMap::new();
        for (purse, mut claims) in by_purse {
            claims.sort_by(|a, b| {
                (&a.department, &a.share.claim).cmp(&(&b.department, &b.share.claim))
            });
            let met = self.meet(&purse, &claims)?;
            for (claimed, met) in claims.into_iter().zip(met) {
                let key = (
                    claimed.order,
                    claimed.payer.clone(),
                    claimed.department.clone(),
                );
                groups.entry(key).or_default().push((claimed, met));
            }
        }
        for ((_, payer, department), group) in groups {
            let record = self.claims_record(payer, department, &group)?;
            self.records.extend(record);
        }
        Ok(())
    }

    /// Claims of the component decided in the period, and those that earlier ones left open.
    fn claimed<'c>(
        &self,
        component: &'c PackComponent,
        order: usize,
    ) -> Result<Vec<Claimed<'c>>, AssessError> {
        let ComponentKind::Claims { of, rate } = &component.kind else {
            return Ok(Vec::new());
        };
        let period = self.basis.assessment.period;
        let rate = self.parameter(&component.id, rate)?;
        let mut open = self.open_claims(component);
        let mut claims = Vec::new();
        for claim in &self.basis.facts.claims {
            let accepted = claim.accepted_fen.unwrap_or(Fen::ZERO).get();
            let decided = claim.decided_on.filter(|day| period.contains(*day));
            let (true, Some(decided_on), true) = (claim.kind == *of, decided, accepted > 0) else {
                continue;
            };
            let (payer, department) = self.parties(claim)?;
            if !self.flows_include(component, claim, &department) {
                continue;
            }
            let exact = &Exact::from(accepted) * &rate;
            let gate = self.gate(component, &department);
            let due = if gate.is_some() { 0 } else { self.fen(&exact)? };
            // A claim decided anew keeps what it was paid before.
            let known = open.remove(claim.id.as_str());
            let before = known.as_ref().map_or(0, |one| one.paid_fen.get()).min(due);
            claims.push(Claimed {
                component,
                order,
                payer,
                department,
                share: ClaimShare {
                    claim: claim.id.clone(),
                    decided_on,
                    due_fen: Fen::new(due),
                    before_fen: Fen::new(before),
                    paid_fen: Fen::ZERO,
                },
                accepted: Some(accepted),
                brought: known.map_or(0, |one| one.open_fen().get()),
                exact,
                gate,
            });
        }
        claims.extend(
            open.into_values()
                .map(|one| self.brought_forward(one, component, order)),
        );
        Ok(claims)
    }

    /// Open claims of the component that the pack keeps due, by id.
    fn open_claims(&self, component: &PackComponent) -> BTreeMap<&str, OpenClaim> {
        let year = self.basis.assessment.period.year();
        let keeps = |one: &&OpenClaim| match self.compensation.unfunded {
            Unfunded::Lapse => false,
            Unfunded::Year => one.budget_year == year,
            Unfunded::Carry => true,
        };
        let open = self.basis.means.so_far.open_claims.iter();
        open.filter(|one| one.rule == component.id && one.open_fen() > Fen::ZERO)
            .filter(keeps)
            .map(|one| (one.claim.as_str(), this_year(one, year)))
            .collect()
    }

    /// An open claim of an earlier period. Its gate was passed when it was decided.
    fn brought_forward<'c>(
        &self,
        open: OpenClaim,
        component: &'c PackComponent,
        order: usize,
    ) -> Claimed<'c> {
        let last_day = self.basis.assessment.period.last_day();
        let answers = self
            .basis
            .registry
            .answerable_on(&open.department, last_day);
        let brought = open.open_fen().get();
        Claimed {
            component,
            order,
            payer: open.payer,
            department: answers.map_or(open.department, |one| one.id.clone()),
            share: ClaimShare {
                claim: open.claim,
                decided_on: open.decided_on,
                due_fen: open.due_fen,
                before_fen: open.paid_fen,
                paid_fen: Fen::ZERO,
            },
            accepted: None,
            brought,
            exact: brought.into(),
            gate: None,
        }
    }

    /// Who pays the claim, by the tree of the month it is about, and the department that answers for
    /// the claimant now.
    fn parties(&self, claim: &Claim) -> Result<(JurisdictionCode, DepartmentId), AssessError> {
        let registry = self.basis.registry;
        let last_day = self.basis.assessment.period.last_day();
        let answers = registry.answerable_on(&claim.department, last_day);
        let department = answers.or_else(|| registry.get(&claim.department));
        let payer = department.and_then(|department| {
            registry.jurisdictions.lowest_common_superior(
                &department.jurisdiction,
                &claim.beneficiary,
                claim.period.last_day(),
            )
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

    /// Whether the component pays for what lies between claimant and beneficiary as these do.
    fn flows_include(
        &self,
        component: &PackComponent,
        claim: &Claim,
        department: &DepartmentId,
    ) -> bool {
        let registry = self.basis.registry;
        let from = registry.get(department).map(|one| &one.jurisdiction);
        let (tree, day) = (&registry.jurisdictions, claim.period.last_day());
        let relation = from.map(|from| tree.relation(from, &claim.beneficiary, day));
        relation.is_some_and(|relation| component.flows.include(relation))
    }

    /// The due of a department with what its claims get.
    fn claims_record(
        &self,
        payer: JurisdictionCode,
        department: DepartmentId,
        group: &Group<'_>,
    ) -> Result<Option<Record>, AssessError> {
        let Some((first, _)) = group.first() else {
            return Ok(None);
        };
        let component = first.component;
        let ComponentKind::Claims { rate, .. } = &component.kind else {
            return Ok(None);
        };
        let purse = self.purse_of(&payer, component);
        let pots = self.pots_of(&purse, component);
        let mut parts: Vec<Part> = Vec::new();
        for (pot, fen) in group.iter().flat_map(|(_, met)| &met.parts) {
            match parts.iter_mut().find(|part| part.pot == *pot) {
                Some(part) => part.fen += fen,
                None => parts.push(Part {
                    pot: *pot,
                    fen: *fen,
                    cuts: Vec::new(),
                }),
            }
        }
        let paid: i64 = parts.iter().map(|part| part.fen).sum();
        let open: i64 = group.iter().map(|(claimed, _)| claimed.open()).sum();
        let asked: i64 = group.iter().map(|(_, met)| met.asked).sum();
        let outcome = match first.gate {
            Some(gate) if open == 0 => gate,
            _ if pots.is_empty() => Outcome::NoPot,
            _ if paid == open => Outcome::Full,
            _ if paid == asked => Outcome::Advanced,
            _ => Outcome::PotShort,
        };
        let claims: Vec<ClaimBasis> = group.iter().map(basis).collect();
        Ok(Some(Record {
            department,
            payer,
            rule: component.id.clone(),
            title: component.title.clone(),
            component: class_of(component),
            first_pot: pots.first().copied(),
            unfunded: open - paid,
            brought: group.iter().map(|(claimed, _)| claimed.brought).sum(),
            outcome,
            exact: group.iter().map(|(claimed, _)| &claimed.exact).sum(),
            reason: reason(class_of(component), outcome, group, paid),
            cite: self.cite(component),
            why: Why::Claims {
                rate: self.parameter(&component.id, rate)?,
                claims,
            },
            parts,
        }))
    }
}

fn basis((claimed, met): &(Claimed<'_>, Met)) -> ClaimBasis {
    ClaimBasis {
        share: ClaimShare {
            paid_fen: Fen::new(met.paid()),
            ..claimed.share.clone()
        },
        accepted: claimed.accepted,
        asked: met.asked,
    }
}

/// An open claim as the budget year sees it: what earlier years left open is due anew.
fn this_year(open: &OpenClaim, year: i32) -> OpenClaim {
    if open.budget_year == year {
        return open.clone();
    }
    OpenClaim {
        budget_year: year,
        due_fen: open.open_fen(),
        paid_fen: Fen::ZERO,
        ..open.clone()
    }
}

fn reason(kind: Component, outcome: Outcome, group: &Group<'_>, paid: i64) -> String {
    let count = group.len();
    let accepted: i64 = group
        .iter()
        .filter_map(|(claimed, _)| claimed.accepted)
        .sum();
    let accepted = Fen::new(accepted);
    let due = Fen::new(group.iter().map(|(claimed, _)| claimed.open()).sum());
    let paid = Fen::new(paid);
    let brought = group
        .iter()
        .filter(|(claimed, _)| claimed.accepted.is_none());
    let brought = match brought.count() {
        0 => String::new(),
        count => format!("（含以前期间未付 {count} 件）"),
    };
    let title = kind.title();
    match outcome {
        Outcome::Full => format!(
            "{title}：{count} 件申报{brought}核定 {accepted} 元，按比例应补 {due} 元，全额列入 \
             (in full)"
        ),
        Outcome::PotShort => format!(
            "{title}：{count} 件申报{brought}应补 {due} 元，资金池不足，列入 {paid} 元 (pot short)"
        ),
        Outcome::Advanced => format!(
            "{title}：{count} 件申报{brought}应补 {due} 元，年内先预拨 {paid} 元，其余年终清算 \
             (advance; settled at year end)"
        ),
        Outcome::NoPot => format!(
            "{title}：{count} 件申报{brought}应补 {due} 元，付款方本年度无补偿资金指标 \
             (payer has no pot)"
        ),
        refused => format!(
            "{title}：{count} 件申报核定 {accepted} 元；{}",
            refusal(refused)
        ),
    }
}
