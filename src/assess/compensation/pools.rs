//! Pools: a monthly slice of each pot, shared by weight between floors and caps.

use domain::{Fen, JurisdictionCode};
use engine::pack::{Component as PackComponent, ComponentKind};

use super::pots::{Limit, take};
use super::record::{Part, PoolBasis, Record, Why};
use super::{Awarding, Weight, class_of, refusal};
use crate::allocate::{Allocated, Allocation, Bound, Share, allocate, make_whole};
use crate::awards::Outcome;
use crate::error::AssessError;
use crate::exact::Exact;

/// Months that a year's pool is spread over.
const MONTHS: i64 = 12;

/// Shares are told apart, and equal remainders decided, by department, then by payer.
type Key<'w> = (&'w str, &'w str);

/// What the pots of a purse give to a pool.
struct Slices {
    /// By what the rule says, fen.
    full: i64,
    /// What is there, by pot.
    limits: Vec<Limit>,
}

impl Awarding<'_> {
    pub(super) fn pay_pool(&mut self, component: &PackComponent) -> Result<(), AssessError> {
        let weights = self.basis.weights.get(&component.id);
        let mut weights: Vec<Weight> = weights.cloned().unwrap_or_default();
        weights.retain(|weight| weight.value.is_positive());
        weights.sort_by(|a, b| (&a.payer, &a.department).cmp(&(&b.payer, &b.department)));
        let purses: Vec<JurisdictionCode> = weights
            .iter()
            .map(|weight| self.purse_of(&weight.payer, component))
            .collect();
        let owners = self.basis.means.pots.iter().map(|pot| &pot.line.payer);
        let mut all: Vec<JurisdictionCode> = owners.chain(&purses).cloned().collect();
        all.sort();
        all.dedup();
        for purse in all {
            let weights: Vec<&Weight> = weights
                .iter()
                .zip(&purses)
                .filter(|(_, own)| **own == purse)
                .map(|(weight, _)| weight)
                .collect();
            self.share_pool(component, &purse, &weights)?;
        }
        Ok(())
    }

    /// What each pot sets aside this month.
    fn slices(&mut self, component: &PackComponent, pots: &[usize]) -> Result<Slices, AssessError> {
        let mut slices = Slices {
            full: 0,
            limits: Vec::with_capacity(pots.len()),
        };
        let Some(pool) = component.kind.pool() else {
            return Ok(slices);
        };
        let share = self.parameter(&component.id, pool)?;
        let month = i64::from(self.basis.assessment.period.month());
        for pot in pots {
            let line = self.basis.means.pots.get(*pot);
            let authority = line.map_or(0, |pot| pot.authority_fen.get());
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
            slices.full += slice;
            slices.limits.push(Limit {
                pot: *pot,
                fen: slice.min(left),
            });
        }
        Ok(slices)
    }

    /// A share with its bounds: against the period before, or what the weight itself allows.
    fn share<'w>(
        &self,
        component: &PackComponent,
        weight: &'w Weight,
        is_shut_out: bool,
    ) -> Result<Share<Key<'w>>, AssessError> {
        let (floor, cap) = match &component.kind {
            ComponentKind::Pool {
                floor_ratio,
                cap_ratio,
                ..
            } => {
                let floor = self.bound(component, weight, floor_ratio.as_ref())?;
                let floor = floor.unwrap_or(0);
                let cap = self.bound(component, weight, cap_ratio.as_ref())?;
                (floor, cap.map(|cap| cap.max(floor)))
            }
            _ => (0, None),
        };
        Ok(Share {
            key: (weight.department.as_str(), weight.payer.as_str()),
            weight: if is_shut_out {
                Exact::zero()
            } else {
                weight.value.clone()
            },
            floor,
            cap: weight.most.or(cap),
        })
    }

    /// A bound in proportion to what the department got in the period before; none without it.
    fn bound(
        &self,
        component: &PackComponent,
        weight: &Weight,
        ratio: Option<&String>,
    ) -> Result<Option<i64>, AssessError> {
        let before = self.basis.prior.and_then(|prior| {
            let reward = prior.reward(&component.id, &weight.department, &weight.payer)?;
            (reward.get() > 0).then_some(Exact::from(reward.get()))
        });
        let (Some(id), Some(before)) = (ratio, before) else {
            return Ok(None);
        };
        let ratio = self.parameter(&component.id, id)?;
        self.fen(&(&before * &ratio)).map(Some)
    }

    fn share_pool(
        &mut self,
        component: &PackComponent,
        purse: &JurisdictionCode,
        weights: &[&Weight],
    ) -> Result<(), AssessError> {
        let pots = self.pots_of(purse, component);
        let Slices { full, mut limits } = self.slices(component, &pots)?;
        for limit in &limits {
            if let Some(pool) = self.pools.get_mut(limit.pot) {
                pool.set_aside += limit.fen;
            }
        }
        let pool: i64 = limits.iter().map(|limit| limit.fen).sum();
        let mut gates = Vec::with_capacity(weights.len());
        let mut shares = Vec::with_capacity(weights.len());
        for weight in weights {
            let gate = self.gate(component, &weight.department);
            shares.push(self.share(component, weight, gate.is_some())?);
            gates.push(gate);
        }
        let allocation = allocate(pool, &shares)?;
        let unfunded = unfunded(full, &shares, &allocation)?;
        let total: Exact = shares.iter().map(|share| &share.weight).sum();
        let cite = self.cite(component);
        let items = weights.iter().zip(gates).zip(shares).zip(unfunded);
        for ((((weight, gate), share), unfunded), got) in items.zip(allocation.shares) {
            let parts = take(&mut limits, got.units);
            self.spend(&parts);
            let outcome = match gate {
                Some(outcome) => outcome,
                None if pots.is_empty() => Outcome::NoPot,
                None => match got.bound {
                    Bound::Free if unfunded > 0 => Outcome::PotShort,
                    Bound::Free => Outcome::Full,
                    Bound::Floor => Outcome::AtFloor,
                    Bound::Cap => Outcome::AtCap,
                    Bound::FloorScaled => Outcome::FloorScaled,
                },
            };
            let basis = PoolBasis {
                weight: weight.value.clone(),
                quota: quota(pool, &share.weight, &total),
                total: total.clone(),
                slice: full,
                pool,
                floor: share.floor,
                cap: share.cap,
                allocated: got,
            };
            self.records.push(Record {
                department: weight.department.clone(),
                payer: weight.payer.clone(),
                rule: component.id.clone(),
                title: component.title.clone(),
                component: class_of(component),
                parts: parts.into_iter().map(part).collect(),
                first_pot: pots.first().copied(),
                unfunded,
                brought: 0,
                outcome,
                exact: basis.allocated.exact.clone(),
                reason: reason(outcome, &basis),
                cite: cite.clone(),
                why: Why::Pool(Box::new(basis)),
            });
        }
        for limit in limits {
            if let Some(pool) = self.pools.get_mut(limit.pot) {
                pool.undistributed += limit.fen;
            }
        }
        Ok(())
    }
}

const fn part((pot, fen): (usize, i64)) -> Part {
    Part {
        pot,
        fen,
        cuts: Vec::new(),
    }
}

/// Share of the pool by weight alone.
fn quota(pool: i64, weight: &Exact, total: &Exact) -> Exact {
    let part = (&Exact::from(pool) * weight).checked_div(total);
    part.unwrap_or_else(Exact::zero)
}

/// What each would get of the full slice, or by its floor where the floors exceed that, beyond
/// what there is.
fn unfunded(
    full: i64,
    shares: &[Share<Key<'_>>],
    allocation: &Allocation,
) -> Result<Vec<i64>, AssessError> {
    let wanted: Vec<Exact> = {
        let floors = |share: &Share<Key<'_>>| {
            if share.weight.is_positive() {
                i128::from(share.floor)
            } else {
                0
            }
        };
        if shares.iter().map(floors).sum::<i128>() > i128::from(full) {
            let exact = |share| Exact::from(i64::try_from(floors(share)).unwrap_or(i64::MAX));
            shares.iter().map(exact).collect()
        } else {
            let wanted = allocate(full, shares)?.shares;
            wanted.into_iter().map(|share| share.exact).collect()
        }
    };
    let missing: Vec<(Key<'_>, Exact)> = shares
        .iter()
        .zip(wanted)
        .zip(&allocation.shares)
        .map(|((share, wanted), got)| (share.key, &wanted - &got.exact))
        .collect();
    Ok(make_whole(&missing)?)
}

fn reason(outcome: Outcome, basis: &PoolBasis) -> String {
    let show = |exact: &Exact| exact.shown(4, domain::Rounding::HalfUp).to_string();
    let weights = format!(
        "重要程度加权贡献 {}，合计 {}",
        show(&basis.weight),
        show(&basis.total)
    );
    let Allocated { units, .. } = basis.allocated;
    match outcome {
        Outcome::Full => format!("{weights}，按比例分配 (by weighted contribution)"),
        Outcome::PotShort => format!(
            "{weights}，资金池不足，本月激励资金 {} 元按比例分配 (pot short)",
            Fen::new(basis.pool)
        ),
        Outcome::AtFloor => format!("{weights}，按上期激励的下限保底 (raised to the floor)"),
        Outcome::AtCap => format!("{weights}，按上限封顶 (cut to the cap)"),
        Outcome::FloorScaled => format!(
            "{weights}，保底额合计超过激励资金，按保底额比例分配 {} 元 (floors scaled down)",
            Fen::new(units)
        ),
        Outcome::NoPot => {
            format!("{weights}；付款方本年度无补偿资金指标 (payer has no pot)")
        }
        refused => format!("{weights}；{}", refusal(refused)),
    }
}
