//! What claims get of pots that may not suffice, by the policy that the pack declares.

use domain::JurisdictionCode;
use engine::pack::Exhaustion;

use super::Awarding;
use super::claims::Claimed;
use super::pots::take;
use crate::allocate::{Share, allocate};
use crate::error::AssessError;
use crate::exact::Exact;

/// The month in which a year is settled.
const LAST_MONTH: u32 = 12;

/// What a claim gets.
#[derive(Clone, Debug, Default)]
pub(super) struct Met {
    /// What of it was asked for, fen.
    pub(super) asked: i64,
    /// What each pot pays, in the order drawn.
    pub(super) parts: Vec<(usize, i64)>,
}

impl Met {
    pub(super) fn paid(&self) -> i64 {
        self.parts.iter().map(|(_, fen)| fen).sum()
    }
}

/// Bounds of a claim in a division: what it has and cannot lose, what it may have at most.
struct Bounds {
    weight: i64,
    floor: i64,
    cap: i64,
}

impl Awarding<'_> {
    /// Meets the claims of one class on one purse, in their order, and spends the money.
    pub(super) fn meet(
        &mut self,
        purse: &JurisdictionCode,
        claims: &[Claimed<'_>],
    ) -> Result<Vec<Met>, AssessError> {
        let is_last = self.basis.assessment.period.month() == LAST_MONTH;
        match &self.compensation.exhaustion {
            Exhaustion::FirstCome => Ok(self.first_come(purse, claims)),
            Exhaustion::PriorityClasses => {
                let open = |claim: &Claimed<'_>| Bounds {
                    weight: claim.open(),
                    floor: 0,
                    cap: claim.open(),
                };
                self.pro_rata(purse, claims, claims.iter().map(open).collect())
            }
            Exhaustion::ProRataAtYearEnd { .. } if is_last => {
                // All of the year's money over all of the year's claims; what is paid stays paid.
                let whole = |claim: &Claimed<'_>| Bounds {
                    weight: claim.share.due_fen.get(),
                    floor: claim.share.before_fen.get(),
                    cap: claim.share.due_fen.get(),
                };
                self.pro_rata(purse, claims, claims.iter().map(whole).collect())
            }
            Exhaustion::ProRataAtYearEnd { advance } => {
                let advance = self.parameter("compensation", advance)?;
                let mut bounds = Vec::with_capacity(claims.len());
                for claim in claims {
                    let due = Exact::from(claim.share.due_fen.get());
                    let ahead = self.fen(&(&due * &advance))? - claim.share.before_fen.get();
                    let asked = ahead.clamp(0, claim.open());
                    bounds.push(Bounds {
                        weight: asked,
                        floor: 0,
                        cap: asked,
                    });
                }
                self.pro_rata(purse, claims, bounds)
            }
        }
    }

    /// Each in proportion to its weight, between its bounds; floors are money that was paid before.
    fn pro_rata(
        &mut self,
        purse: &JurisdictionCode,
        claims: &[Claimed<'_>],
        bounds: Vec<Bounds>,
    ) -> Result<Vec<Met>, AssessError> {
        let Some(first) = claims.first() else {
            return Ok(Vec::new());
        };
        let mut limits = self.limits(&self.pots_of(purse, first.component));
        let here: i64 = limits.iter().map(|limit| limit.fen).sum();
        let paid: i64 = bounds.iter().map(|bounds| bounds.floor).sum();
        let shares: Vec<_> = claims
            .iter()
            .zip(&bounds)
            .map(|(claim, bounds)| Share {
                key: (&claim.department, &claim.share.claim),
                weight: bounds.weight.into(),
                floor: bounds.floor,
                cap: Some(bounds.cap),
            })
            .collect();
        let allocation = allocate(here + paid, &shares)?;
        let mut met = Vec::with_capacity(claims.len());
        for (bounds, got) in bounds.iter().zip(allocation.shares) {
            let parts = take(&mut limits, (got.units - bounds.floor).max(0));
            self.spend(&parts);
            met.push(Met {
                asked: bounds.cap - bounds.floor,
                parts,
            });
        }
        Ok(met)
    }

    /// Each in full while there is money, in the order of decision.
    fn first_come(&mut self, purse: &JurisdictionCode, claims: &[Claimed<'_>]) -> Vec<Met> {
        let mut order: Vec<(usize, &Claimed<'_>)> = claims.iter().enumerate().collect();
        order.sort_by_key(|(_, claim)| (claim.share.decided_on, &claim.share.claim));
        let mut met = vec![Met::default(); claims.len()];
        for (index, claim) in order {
            let mut limits = self.limits(&self.pots_of(purse, claim.component));
            let parts = take(&mut limits, claim.open());
            self.spend(&parts);
            if let Some(met) = met.get_mut(index) {
                met.asked = claim.open();
                met.parts = parts;
            }
        }
        met
    }
}
