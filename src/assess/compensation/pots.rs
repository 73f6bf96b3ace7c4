//! Pots: which a component may draw from, and who pays when the payer has none.

use domain::JurisdictionCode;
use engine::pack::{Component as PackComponent, PotSelector, WithoutPot};

use super::Awarding;
use crate::awards::Pot;

/// Money of one pot that may still be taken for a purpose.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    /// Index of the pot.
    pub(super) pot: usize,
    /// Fen.
    pub(super) fen: i64,
}

/// Takes an amount, or as much of it as there is, pot after pot.
pub(super) fn take(limits: &mut [Limit], amount: i64) -> Vec<(usize, i64)> {
    let mut rest = amount;
    let mut parts = Vec::new();
    for limit in limits {
        let part = rest.min(limit.fen);
        if part > 0 {
            parts.push((limit.pot, part));
            limit.fen -= part;
            rest -= part;
        }
    }
    parts
}

fn selects(selector: &PotSelector, pot: &Pot) -> bool {
    let matches =
        |wanted: &Option<String>, has: &str| wanted.as_ref().is_none_or(|wanted| wanted == has);
    matches(&selector.budget_line, &pot.line.budget_line)
        && matches(&selector.programme, &pot.line.programme)
}

impl Awarding<'_> {
    /// Pots of a government in the period's budget year that the component may draw from, in the
    /// order in which it draws.
    pub(super) fn pots_of(
        &self,
        government: &JurisdictionCode,
        component: &PackComponent,
    ) -> Vec<usize> {
        let year = self.basis.assessment.period.year();
        let mine = |pot: &Pot| pot.line.payer == *government && pot.line.budget_year == year;
        let own: Vec<(usize, &Pot)> = self
            .basis
            .means
            .pots
            .iter()
            .enumerate()
            .filter(|(_, pot)| mine(pot))
            .collect();
        if component.pots.is_empty() {
            return own.into_iter().map(|(index, _)| index).collect();
        }
        let mut pots = Vec::new();
        for selector in &component.pots {
            for (index, pot) in &own {
                if selects(selector, pot) && !pots.contains(index) {
                    pots.push(*index);
                }
            }
        }
        pots
    }

    /// The government whose pots pay: the payer, or, if it has none and the pack says so, the
    /// nearest superior that has one. The payer when nobody has.
    pub(super) fn purse_of(
        &self,
        payer: &JurisdictionCode,
        component: &PackComponent,
    ) -> JurisdictionCode {
        let has_pots = |code: &JurisdictionCode| !self.pots_of(code, component).is_empty();
        if self.compensation.without_pot == WithoutPot::Unfunded || has_pots(payer) {
            return payer.clone();
        }
        let tree = &self.basis.registry.jurisdictions;
        let last_day = self.basis.assessment.period.last_day();
        let mut superiors = tree.lineage(payer, last_day).skip(1);
        let advancing = superiors.find(|node| has_pots(&node.code));
        advancing.map_or_else(|| payer.clone(), |node| node.code.clone())
    }

    /// What is left in some pots.
    pub(super) fn limits(&self, pots: &[usize]) -> Vec<Limit> {
        let left = |pot: &usize| self.left.get(*pot).copied().unwrap_or_default();
        let limit = |pot: &usize| Limit {
            pot: *pot,
            fen: left(pot),
        };
        pots.iter().map(limit).collect()
    }

    /// Spends what was taken.
    pub(super) fn spend(&mut self, parts: &[(usize, i64)]) {
        for (pot, fen) in parts {
            if let Some(left) = self.left.get_mut(*pot) {
                *left -= fen;
            }
        }
    }
}
