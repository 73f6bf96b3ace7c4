//! Totals of pots.

use domain::Fen;

use super::Pool;
use crate::awards::{Award, Component, Pot, PotTotal};
use crate::error::AssessError;

/// What the awards take from each pot.
pub(super) fn totals(
    pots: &[Pot],
    pools: &[Pool],
    awards: &[Award],
) -> Result<Vec<PotTotal>, AssessError> {
    let mut totals: Vec<PotTotal> = pots.iter().zip(pools).map(empty).collect();
    for award in awards {
        let pot = award.pot.and_then(|pot| usize::try_from(pot).ok());
        let Some(total) = pot.and_then(|pot| totals.get_mut(pot)) else {
            continue;
        };
        match award.component {
            Component::Reward => add(&mut total.rewards_fen, award.amount_fen, "激励 (rewards)")?,
            Component::Cost | Component::Loss => {
                add(&mut total.claims_fen, award.amount_fen, "损失补偿 (claims)")?;
            }
        }
        add(
            &mut total.deducted_fen,
            award.deducted_fen,
            "扣减 (deductions)",
        )?;
        add(
            &mut total.unfunded_fen,
            award.unfunded_fen,
            "缺口 (unfunded)",
        )?;
    }
    Ok(totals)
}

fn empty((pot, pool): (&Pot, &Pool)) -> PotTotal {
    PotTotal {
        line: pot.line.clone(),
        authority_fen: pot.authority_fen,
        available_fen: pot.available_fen,
        claims_fen: Fen::ZERO,
        reward_pool_fen: Fen::new(pool.set_aside),
        rewards_fen: Fen::ZERO,
        undistributed_fen: Fen::new(pool.undistributed),
        deducted_fen: Fen::ZERO,
        unfunded_fen: Fen::ZERO,
    }
}

/// The sum, refused beyond what a ledger holds.
fn add(total: &mut Fen, fen: Fen, what: &str) -> Result<(), AssessError> {
    *total = total.checked_add(fen).ok_or_else(|| AssessError::Money {
        what: what.to_owned(),
    })?;
    Ok(())
}
