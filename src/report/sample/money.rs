//! Compensation of the sample.

use domain::Fen;

use super::{Sampled, Sequence};
use crate::model::{CompensationRow, PotRow};

pub(crate) fn compensation(sampled: &[Sampled]) -> Vec<CompensationRow> {
    let mut rows = Vec::new();
    for (index, dept) in sampled.iter().enumerate() {
        if dept.total() < 6000 {
            continue;
        }
        let mut sequence = Sequence::new(index + 7000);
        for (component, most) in [("成本", 2_400_000), ("损失", 900_000), ("奖励", 1_700_000)]
        {
            if component == "损失" && sequence.below(4) > 0 {
                continue;
            }
            let provincial = sequence.below(5) == 0;
            rows.push(CompensationRow {
                department: dept.name.clone(),
                payer: if provincial { "河南省" } else { "郑州市" }.to_owned(),
                component: component.to_owned(),
                line: "2010350 事业运行（数据共享补偿）".to_owned(),
                amount_fen: Fen::new(10_000 + sequence.below(most)),
                unfunded_fen: Fen::new(if sequence.below(9) == 0 { 123_456 } else { 0 }),
            });
        }
    }
    rows
}

pub(crate) fn pots(compensation: &[CompensationRow]) -> Vec<PotRow> {
    ["郑州市", "河南省"]
        .into_iter()
        .filter_map(|payer| {
            let amounts: Vec<Fen> = compensation
                .iter()
                .filter(|row| row.payer == payer)
                .map(|row| row.amount_fen)
                .collect();
            let reserved: Fen = amounts.iter().sum();
            let authority = Fen::new(2_000_000_000);
            let spent = Fen::new(345_678_900);
            Some(PotRow {
                payer: payer.to_owned(),
                line: "2010350 事业运行（数据共享补偿）".to_owned(),
                authority_fen: authority,
                reserved_fen: reserved,
                spent_fen: spent,
                available_fen: authority.checked_sub(reserved)?.checked_sub(spent)?,
            })
        })
        .collect()
}
