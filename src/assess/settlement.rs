//! Settlement between levels of government at the end of a year 年终结算: who owes whom, and why.
//!
//! Three things stand open between governments. A superior that **advanced** what another had to pay
//! has it to be given back. What a government **owes** to departments of another reaches them through
//! that government. What such departments have to **give back** comes the same way. Departments of
//! the paying government itself are its own budget and no matter between levels.

use std::collections::BTreeMap;

use domain::{DepartmentId, Fen, JurisdictionCode};

use crate::error::AssessError;

/// Why one government owes another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The creditor paid what the debtor had to pay.
    Advance,
    /// The debtor owes to departments of the creditor.
    Owed,
    /// Departments of the debtor have to give back to the creditor.
    Clawback,
}

impl Reason {
    /// Chinese name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Advance => "垫付",
            Self::Owed => "应补未付",
            Self::Clawback => "应追回",
        }
    }

    /// Stable English name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Advance => "advance",
            Self::Owed => "owed",
            Self::Clawback => "clawback",
        }
    }
}

/// What a department stands for between a government that pays and the department's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The government whose money it is.
    pub purse: JurisdictionCode,
    /// The department.
    pub department: DepartmentId,
    /// The government that the department serves.
    pub seat: JurisdictionCode,
    /// Record number of the accrual, for what is owed.
    pub accrual: Option<u64>,
    /// What is owed to the department still.
    pub owed_fen: Fen,
    /// What the department has to give back still.
    pub clawback_fen: Fen,
}

/// What a government paid for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Who had to pay.
    pub payer: JurisdictionCode,
    /// Who paid.
    pub purse: JurisdictionCode,
    /// The department that got it.
    pub department: DepartmentId,
    /// Amount.
    pub amount_fen: Fen,
}

/// One thing that one government owes another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// Who owes.
    pub debtor: JurisdictionCode,
    /// Who is owed.
    pub creditor: JurisdictionCode,
    /// Why.
    pub reason: Reason,
    /// The department that it is about.
    pub department: DepartmentId,
    /// Record number of the accrual, for what is owed.
    pub accrual: Option<u64>,
    /// Amount, above zero.
    pub amount_fen: Fen,
}

/// What is left between two governments once both directions are set against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Net {
    /// Who owes in the end.
    pub debtor: JurisdictionCode,
    /// Who is owed.
    pub creditor: JurisdictionCode,
    /// What the debtor owes by itself.
    pub owes_fen: Fen,
    /// What the creditor owes in return.
    pub is_owed_fen: Fen,
    /// The difference, not below zero.
    pub net_fen: Fen,
}

/// The settlement of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Budget year.
    pub year: i32,
    /// Everything that is settled, sorted.
    pub items: Vec<Item>,
    /// By pair of governments.
    pub nets: Vec<Net>,
    /// What each government receives over all (pays, below zero); they add up to zero.
    pub balances: Vec<(JurisdictionCode, Fen)>,
}

/// Settles a year.
pub fn settle(
    year: i32,
    positions: &[Position],
    advances: &[Advance],
) -> Result<Settlement, AssessError> {
    let mut items = Vec::new();
    for one in advances.iter().filter(|one| one.payer != one.purse) {
        items.push(Item {
            debtor: one.payer.clone(),
            creditor: one.purse.clone(),
            reason: Reason::Advance,
            department: one.department.clone(),
            accrual: None,
            amount_fen: one.amount_fen,
        });
    }
    for one in positions.iter().filter(|one| one.seat != one.purse) {
        items.push(Item {
            debtor: one.purse.clone(),
            creditor: one.seat.clone(),
            reason: Reason::Owed,
            department: one.department.clone(),
            accrual: one.accrual,
            amount_fen: one.owed_fen,
        });
        items.push(Item {
            debtor: one.seat.clone(),
            creditor: one.purse.clone(),
            reason: Reason::Clawback,
            department: one.department.clone(),
            accrual: None,
            amount_fen: one.clawback_fen,
        });
    }
    items.retain(|item| item.amount_fen > Fen::ZERO);
    items.sort();
    Ok(Settlement {
        year,
        nets: nets(&items)?,
        balances: balances(&items)?,
        items,
    })
}

fn nets(items: &[Item]) -> Result<Vec<Net>, AssessError> {
    // Each pair once, the smaller code first: what it owes, and what it is owed.
    let mut pairs: BTreeMap<(&JurisdictionCode, &JurisdictionCode), (Fen, Fen)> = BTreeMap::new();
    for item in items {
        let (debtor, creditor) = (&item.debtor, &item.creditor);
        if debtor < creditor {
            let (owes, _) = pairs.entry((debtor, creditor)).or_default();
            *owes = sum(*owes, item.amount_fen)?;
        } else {
            let (_, is_owed) = pairs.entry((creditor, debtor)).or_default();
            *is_owed = sum(*is_owed, item.amount_fen)?;
        }
    }
    let nets = pairs.into_iter().map(|((one, other), (owes, is_owed))| {
        let (debtor, creditor, owes_fen, is_owed_fen) = if owes >= is_owed {
            (one, other, owes, is_owed)
        } else {
            (other, one, is_owed, owes)
        };
        Net {
            debtor: debtor.clone(),
            creditor: creditor.clone(),
            owes_fen,
            is_owed_fen,
            net_fen: Fen::new(owes_fen.get() - is_owed_fen.get()),
        }
    });
    Ok(nets.collect())
}

fn balances(items: &[Item]) -> Result<Vec<(JurisdictionCode, Fen)>, AssessError> {
    let mut balances: BTreeMap<&JurisdictionCode, Fen> = BTreeMap::new();
    for item in items {
        let creditor = balances.entry(&item.creditor).or_default();
        *creditor = sum(*creditor, item.amount_fen)?;
        let debtor = balances.entry(&item.debtor).or_default();
        *debtor = sum(*debtor, item.amount_fen.negated())?;
    }
    let balances = balances.into_iter();
    Ok(balances.map(|(code, fen)| (code.clone(), fen)).collect())
}

fn sum(one: Fen, other: Fen) -> Result<Fen, AssessError> {
    one.checked_add(other).ok_or_else(|| AssessError::Money {
        what: "年终结算 (settlement)".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use proptest::prelude::*;

    use super::*;

    fn position(purse: &str, seat: &str, owed: i64, clawback: i64) -> Position {
        Position {
            purse: purse.into(),
            department: format!("D{seat}").as_str().into(),
            seat: seat.into(),
            accrual: Some(7),
            owed_fen: Fen::new(owed),
            clawback_fen: Fen::new(clawback),
        }
    }

    fn advance(payer: &str, purse: &str, fen: i64) -> Advance {
        Advance {
            payer: payer.into(),
            purse: purse.into(),
            department: "A".into(),
            amount_fen: Fen::new(fen),
        }
    }

    fn net(settlement: &Settlement) -> Vec<(&str, &str, i64)> {
        let nets = settlement.nets.iter();
        nets.map(|net| {
            (
                net.debtor.as_str(),
                net.creditor.as_str(),
                net.net_fen.get(),
            )
        })
        .collect()
    }

    #[test]
    fn what_a_city_advanced_for_its_district_is_set_against_what_it_owes_there() {
        let positions = [position("410100", "410105", 300, 50)];
        let advances = [advance("410105", "410100", 1000)];
        let settlement = settle(2026, &positions, &advances).unwrap();
        assert_eq!(net(&settlement), [("410105", "410100", 1000 + 50 - 300)]);
        let pair = &settlement.nets[0];
        assert_eq!((pair.owes_fen.get(), pair.is_owed_fen.get()), (1050, 300));
        let reasons: Vec<Reason> = settlement.items.iter().map(|item| item.reason).collect();
        assert_eq!(reasons, [Reason::Owed, Reason::Advance, Reason::Clawback]);
        let expected = [("410100", 750), ("410105", -750)];
        assert_eq!(
            settlement.balances,
            expected.map(|(code, fen)| (code.into(), Fen::new(fen)))
        );
    }

    #[test]
    fn a_governments_own_departments_and_own_payments_are_no_matter_between_levels() {
        let positions = [position("410100", "410100", 300, 50)];
        let advances = [advance("410100", "410100", 1000)];
        let settlement = settle(2026, &positions, &advances).unwrap();
        assert_eq!(settlement.items, []);
        assert_eq!(settlement.nets, []);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nets_and_balances_agree_and_add_up_to_zero(
            positions in proptest::collection::vec((0usize..4, 0usize..4, 0i64..9000, 0i64..9000), 0..20),
            advances in proptest::collection::vec((0usize..4, 0usize..4, 0i64..9000), 0..20),
        ) {
            let codes = ["410000", "410100", "410105", "410200"];
            let positions: Vec<Position> = positions
                .iter()
                .map(|(purse, seat, owed, back)| position(codes[*purse], codes[*seat], *owed, *back))
                .collect();
            let advances: Vec<Advance> = advances
                .iter()
                .map(|(payer, purse, fen)| advance(codes[*payer], codes[*purse], *fen))
                .collect();
            let settlement = settle(2026, &positions, &advances).unwrap();
            let mut from_nets: BTreeMap<&JurisdictionCode, i64> = BTreeMap::new();
            for net in &settlement.nets {
                prop_assert!(net.debtor != net.creditor && net.net_fen >= Fen::ZERO);
                *from_nets.entry(&net.creditor).or_default() += net.net_fen.get();
                *from_nets.entry(&net.debtor).or_default() -= net.net_fen.get();
            }
            let balances: BTreeMap<&JurisdictionCode, i64> = settlement
                .balances
                .iter()
                .map(|(code, fen)| (code, fen.get()))
                .collect();
            prop_assert_eq!(&from_nets, &balances);
            prop_assert_eq!(balances.values().sum::<i64>(), 0);
        }
    }
}
