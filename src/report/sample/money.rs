//! Compensation of the sample.

use chrono::NaiveDate;
use domain::{Fen, Period};

use super::{Sampled, Sequence};
use crate::model::{AdjustmentRow, AppealRow, CompensationRow, Corrections, PotRow};

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

/// An appeal that was won, one that was not, and what was posted.
pub(crate) fn corrections(sampled: &[Sampled], period: Period) -> Corrections {
    let day: NaiveDate = period.first_day();
    let appeal = |index: usize, dept: &Sampled| {
        let won = index == 0;
        AppealRow {
            decided_on: day,
            id: format!("FY-{}-{index:010}", period.prev()),
            department: dept.name.clone(),
            period: period.prev(),
            subject: "指标“申请按时答复率”（reply_on_time）".to_owned(),
            outcome: if won { "支持" } else { "维持" }.to_owned(),
            document: format!("郑数裁〔{}〕{}号", period.year(), index + 1),
            changes: if won {
                vec![
                    "申请按时答复率 10.50 → 12.00 分".into(),
                    "总分 86.20 → 87.70 分".into(),
                ]
            } else {
                Vec::new()
            },
            money: if won { "已调整 1,234.56 元" } else { "" }.to_owned(),
        }
    };
    let adjustment = |index: usize, dept: &Sampled| AdjustmentRow {
        posted_on: day,
        order: format!("restate-{}-1", period.prev()),
        cause: if index == 0 {
            "申诉裁决"
        } else {
            "考核重述"
        }
        .to_owned(),
        period: period.prev(),
        department: dept.name.clone(),
        component: "奖励".to_owned(),
        amount_fen: Fen::new(if index == 0 { 123_456 } else { -7_890 }),
        unfunded_fen: Fen::ZERO,
    };
    let first = || sampled.iter().take(2).enumerate();
    Corrections {
        appeals: first().map(|(index, dept)| appeal(index, dept)).collect(),
        adjustments: first()
            .map(|(index, dept)| adjustment(index, dept))
            .collect(),
    }
}
