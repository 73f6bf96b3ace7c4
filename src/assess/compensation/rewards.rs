//! The reward: a monthly slice of each pot, shared by importance-weighted contribution.

use domain::{Fen, JurisdictionCode};
use engine::pack::{Component as PackComponent, ComponentKind};

use super::{Due, Settlement, Weight, refusal};
use crate::allocate::{Allocated, Bound, Share, allocate};
use crate::awards::{Component, Outcome};
use crate::error::AssessError;
use crate::exact::Exact;

/// Months that a year's reward pool is spread over.
const MONTHS: i64 = 12;

impl Settlement<'_> {
    pub(super) fn rewards(&mut self, component: &PackComponent) -> Result<(), AssessError> {
        if !matches!(component.kind, ComponentKind::Pool { .. }) {
            return Ok(());
        }
        let mut weights: Vec<Weight> = self
            .basis
            .weights
            .get(&component.id)
            .cloned()
            .unwrap_or_default();
        weights.retain(|weight| weight.value.is_positive());
        weights.sort_by(|a, b| (&a.payer, &a.department).cmp(&(&b.payer, &b.department)));
        let pots = self.basis.pots.iter();
        let mut payers: Vec<JurisdictionCode> = pots
            .map(|pot| pot.line.payer.clone())
            .chain(weights.iter().map(|weight| weight.payer.clone()))
            .collect();
        payers.sort();
        payers.dedup();
        for payer in payers {
            let of_payer: Vec<&Weight> = weights
                .iter()
                .filter(|weight| weight.payer == payer)
                .collect();
            self.pay_rewards(component, &payer, &of_payer)?;
        }
        Ok(())
    }

    /// What each pot sets aside this month; the part that is no longer there is unfunded.
    fn slices(
        &mut self,
        component: &PackComponent,
        pots: &[usize],
    ) -> Result<Vec<i64>, AssessError> {
        let ComponentKind::Pool { pool, .. } = &component.kind else {
            return Ok(vec![0; pots.len()]);
        };
        let share = self.parameter(component, pool)?;
        let month = i64::from(self.basis.assessment.period.month());
        let mut slices = Vec::with_capacity(pots.len());
        for pot in pots {
            let authority = self
                .basis
                .pots
                .get(*pot)
                .map_or(0, |pot| pot.authority_fen.get());
            let year = &share * &Exact::from(authority.max(0));
            // Cumulative, so that twelve slices add up to the year's whole fen.
            let until = |months: i64| {
                let part = Exact::ratio(months.into(), MONTHS.into()).unwrap_or_else(Exact::zero);
                Exact::from((&year * &part).floor()).to_i64()
            };
            let slice = until(month)
                .zip(until(month - 1))
                .map(|(now, before)| now - before);
            let slice = slice.ok_or_else(|| AssessError::Money {
                what: "激励资金 (reward pool)".to_owned(),
            })?;
            let left = self.left.get(*pot).copied().unwrap_or_default();
            let available = slice.min(left);
            if let Some(total) = self.totals.get_mut(*pot) {
                total.reward_pool_fen = Fen::new(available);
                super::add(
                    &mut total.unfunded_fen,
                    slice - available,
                    "缺口 (unfunded)",
                )?;
            }
            slices.push(available);
        }
        Ok(slices)
    }

    /// A share with the bounds against the period before.
    fn share<'w>(
        &self,
        component: &PackComponent,
        weight: &'w Weight,
    ) -> Result<Share<&'w str>, AssessError> {
        let key = weight.department.as_str();
        let ComponentKind::Pool {
            floor_ratio,
            cap_ratio,
            ..
        } = &component.kind
        else {
            return Ok(Share {
                key,
                weight: Exact::zero(),
                floor: 0,
                cap: None,
            });
        };
        let before = self.basis.prior.and_then(|prior| {
            let reward = prior.reward(&weight.department, &weight.payer)?;
            (reward.get() > 0).then_some(Exact::from(reward.get()))
        });
        let bound = |ratio: &Option<String>| -> Result<Option<i64>, AssessError> {
            let (Some(id), Some(before)) = (ratio, &before) else {
                return Ok(None);
            };
            self.fen(&(before * &self.parameter(component, id)?))
                .map(Some)
        };
        let floor = bound(floor_ratio)?.unwrap_or(0);
        Ok(Share {
            key,
            weight: weight.value.clone(),
            floor,
            cap: bound(cap_ratio)?.map(|cap| cap.max(floor)),
        })
    }

    fn pay_rewards(
        &mut self,
        component: &PackComponent,
        payer: &JurisdictionCode,
        weights: &[&Weight],
    ) -> Result<(), AssessError> {
        let pots = self.pots_of(payer);
        let mut limits = self.slices(component, &pots)?;
        let pools = limits.clone();
        let gates: Vec<Option<Outcome>> = weights
            .iter()
            .map(|weight| self.gate(component, &weight.department))
            .collect();
        let mut shares = Vec::with_capacity(weights.len());
        for (weight, gate) in weights.iter().zip(&gates) {
            let mut share = self.share(component, weight)?;
            if gate.is_some() {
                share.weight = Exact::zero();
            }
            shares.push(share);
        }
        let allocation = allocate(limits.iter().sum(), &shares)?;
        let total: Exact = shares.iter().map(|share| &share.weight).sum();
        let cite = self.cite(component);
        for ((weight, gate), got) in weights.iter().zip(gates).zip(allocation.shares) {
            let outcome = match gate {
                Some(outcome) => outcome,
                None if pots.is_empty() => Outcome::NoPot,
                None => match got.bound {
                    Bound::Free => Outcome::Full,
                    Bound::Floor => Outcome::AtFloor,
                    Bound::Cap => Outcome::AtCap,
                    Bound::FloorScaled => Outcome::FloorScaled,
                },
            };
            let due = Due {
                department: weight.department.clone(),
                payer: payer.clone(),
                component: Component::Reward,
                amount: got.units,
                unfunded: 0,
                outcome,
                reason: reason(outcome, weight, &total, &got),
                exact: got.exact,
                claims: Vec::new(),
                cite: cite.clone(),
            };
            self.draw(due, &pots, &mut limits)?;
        }
        for ((pot, pool), limit) in pots.iter().zip(pools).zip(limits) {
            if let Some(total) = self.totals.get_mut(*pot) {
                debug_assert_eq!(total.rewards_fen.get(), pool - limit);
                total.undistributed_fen = Fen::new(limit);
            }
        }
        Ok(())
    }
}

fn reason(outcome: Outcome, weight: &Weight, total: &Exact, got: &Allocated) -> String {
    let show = |exact: &Exact| exact.shown(4, domain::Rounding::HalfUp).to_string();
    let basis = format!(
        "重要程度加权贡献 {}，合计 {}",
        show(&weight.value),
        show(total)
    );
    match outcome {
        Outcome::Full => format!("{basis}，按比例分配 (by weighted contribution)"),
        Outcome::AtFloor => format!("{basis}，按上期激励的下限保底 (raised to the floor)"),
        Outcome::AtCap => format!("{basis}，按上期激励的上限封顶 (cut to the cap)"),
        Outcome::FloorScaled => format!(
            "{basis}，保底额合计超过激励资金，按保底额比例分配 {} 元 (floors scaled down)",
            Fen::new(got.units)
        ),
        Outcome::NoPot => {
            format!("{basis}；付款方本年度无补偿资金指标 (payer has no pot)")
        }
        refused => format!("{basis}；{}", refusal(refused)),
    }
}
