//! Department sheets of the sample.

use chrono::Days;
use domain::{Fen, Period};

use super::{AXES, Sampled, Sequence, axis_score, decimal, grade, incidents, names, signed};
use crate::model::{
    DepartmentSheet, LedgerLine, RaiseLine, SheetAward, SheetAxis, SheetIndicator, SheetLedger,
};

pub(crate) fn sheets(sampled: &[Sampled], period: Period) -> Vec<DepartmentSheet> {
    let incidents = incidents(sampled);
    sampled
        .iter()
        .enumerate()
        .map(|(index, dept)| {
            let mut sequence = Sequence::new(index + 500);
            sequence.below(25);
            DepartmentSheet {
                id: dept.id.clone(),
                department: dept.name.clone(),
                group: dept.group.to_owned(),
                period,
                total: decimal(dept.total()),
                grade: grade(dept.total()).to_owned(),
                rank: dept.rank,
                of: dept.of,
                change_total: Some(signed(sequence.below(600) - 280)),
                change_rank: Some(i32::try_from(sequence.below(9) - 4).unwrap_or(0)),
                axes: axes(dept, sampled),
                indicators: indicators(index, dept),
                raise: raise(dept),
                awards: awards(index),
                ledger: ledger(index, period),
                incidents: incidents
                    .iter()
                    .filter(|incident| incident.department == dept.name)
                    .cloned()
                    .collect(),
            }
        })
        .collect()
}

fn axes(dept: &Sampled, all: &[Sampled]) -> Vec<SheetAxis> {
    AXES.iter()
        .map(|(_, title, points)| {
            let peers: Vec<i64> = all
                .iter()
                .filter(|peer| peer.group == dept.group)
                .filter_map(|peer| axis_score(peer, title))
                .collect();
            let count = i64::try_from(peers.len()).unwrap_or(1).max(1);
            SheetAxis {
                title: (*title).to_owned(),
                points: points.to_string(),
                score: axis_score(dept, title).map(decimal),
                group_average: Some(decimal(peers.iter().sum::<i64>() / count)),
            }
        })
        .collect()
}

fn indicators(index: usize, dept: &Sampled) -> Vec<SheetIndicator> {
    let mut sequence = Sequence::new(index + 40);
    names::INDICATORS
        .iter()
        .zip(&dept.scores)
        .map(|((title, _, _, cite, _), (points, score))| SheetIndicator {
            title: (*title).to_owned(),
            points_max: (points / 100).to_string(),
            score: score.map(decimal),
            status: if score.is_some() { "已评" } else { "样本不足" }.to_owned(),
            cases: u64::try_from(sequence.below(90)).unwrap_or(0),
            reasons: match score {
                Some(score) if *score < points * 80 / 100 => vec![
                    format!(
                        "申请 SQ202603{:04} 应于2026年3月{}日前答复，实于{}日答复，逾期2个工作日（requests-2026-03.csv:{}）",
                        sequence.below(9999),
                        3 + sequence.below(9),
                        14 + sequence.below(12),
                        sequence.below(4000) + 2
                    ),
                    format!("另有 {} 件逾期", sequence.below(9) + 1),
                ],
                _ => Vec::new(),
            },
            cite: (*cite).to_owned(),
        })
        .collect()
}

fn raise(dept: &Sampled) -> Vec<RaiseLine> {
    let mut lost: Vec<(i64, &str)> = names::INDICATORS
        .iter()
        .zip(&dept.scores)
        .filter_map(|((title, ..), (points, score))| Some((points - (*score)?, *title)))
        .collect();
    lost.sort_by_key(|(lost, title)| (std::cmp::Reverse(*lost), *title));
    lost.into_iter()
        .take(3)
        .filter(|(lost, _)| *lost > 0)
        .map(|(lost, title)| RaiseLine {
            action: format!("把“{title}”提高到满分水平"),
            gain: signed(lost),
        })
        .collect()
}

fn awards(index: usize) -> Vec<SheetAward> {
    let mut sequence = Sequence::new(index + 7000);
    ["成本", "奖励"]
        .into_iter()
        .map(|component| SheetAward {
            payer: "郑州市".to_owned(),
            component: component.to_owned(),
            amount_fen: Fen::new(10_000 + sequence.below(2_000_000)),
            unfunded_fen: Fen::ZERO,
        })
        .collect()
}

fn ledger(index: usize, period: Period) -> SheetLedger {
    let mut sequence = Sequence::new(index + 8000);
    let opening = sequence.below(500_000);
    let mut balance = opening;
    let lines = [
        (9, "计提2026年2月补偿", 1_200_000),
        (16, "国库集中支付", -900_000),
        (27, "核减退回", -50_000),
    ]
    .into_iter()
    .enumerate()
    .map(|(line, (day, text, most))| {
        let amount = if most > 0 {
            sequence.below(most)
        } else {
            -sequence.below(-most).min(balance)
        };
        balance += amount;
        LedgerLine {
            posted_on: period.first_day() + Days::new(day),
            reference: format!("BC202603-{index:03}{line}"),
            text: text.to_owned(),
            amount_fen: Fen::new(amount),
            balance_fen: Fen::new(balance),
        }
    })
    .collect();
    SheetLedger {
        opening_fen: Fen::new(opening),
        lines,
        closing_fen: Fen::new(balance),
    }
}
