//! The weighted score of 24 metrics with four grades: `Σ round(weight × count / population, 12)`.
//!
//! The reference is a plain loop over structures of `rust_decimal`, written by hand for this one
//! formula: no tree, no dispatch, decimals at hand. It is the fastest form of that program.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::{Period, WorkdayCalendar};
use engine::reference::{self, BigRational, SlowCell};
use engine::{Column, ColumnData, Frame, PackFiles, Plan, Schema, Status, TableSchema, Type};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::figures::{Errors, Figure, grouped};
use crate::timing::in_turns;
use crate::{Failure, failure};

/// Metrics of the score.
const METRICS: usize = 24;
/// Weights as in catalogue quality scores, up to 30 points a metric; they sum to 405.
const WEIGHTS: [i64; METRICS] = [
    30, 30, 20, 20, 30, 10, 30, 20, 20, 10, 10, 20, 50, 20, 10, 10, 10, 5, 20, 10, 5, 5, 5, 5,
];
/// Lowest score of each grade but the last.
const GRADES: [i64; 3] = [351, 221, 121];
/// Decimals of each metric's points.
const SCALE: u8 = 12;

const HEAD: &str = r#"
[pack]
id = "weighted"
version = "1.0.0"
title = "加权评分"
calendar = "cn"
effective = { from = 2025-01-01 }
[rounding]
score = { scale = 2, mode = "half_up", at = ["total"] }
money = { scale = 0, mode = "down" }
[totals]
maximum = "4"
[[source]]
id = "ours"
title = "自定"
own = true
decided_by = "测速"
[[table]]
id = "grade"
title = "等次"
cite = "ours"
inputs = [{ id = "score", type = "number" }]
output = { type = "number", unit = "points" }
rows = [
  { when = [">= 351"], value = "4" },
  { when = ["[221,351)"], value = "3" },
  { when = ["[121,221)"], value = "2" },
  { when = ["< 121"], value = "1" },
]
[[axis]]
id = "quality"
title = "质量"
points = "4"
cite = "ours"
[[indicator]]
id = "score"
title = "总分"
axis = "quality"
points = "4"
kind = "banded"
band = "grade"
from = "metrics"
cite = "ours"
"#;

const TAIL: &str = r#"
[[grade]]
id = "all"
title = "全部"
from = "0"
cite = "ours"
[ranking]
method = "competition"
on = "rounded"
within = "group"
"#;

fn schema() -> Schema {
    let counts = (1..=METRICS).map(|metric| Column::new(format!("n{metric}"), Type::COUNT, ""));
    let columns = counts.chain([Column::new("population", Type::COUNT, "")]);
    Schema {
        tables: vec![TableSchema::new("metrics", columns.collect())],
    }
}

fn pack_text() -> Result<String, Failure> {
    let mut formula = String::new();
    for (weight, metric) in WEIGHTS.iter().zip(1..) {
        let sign = if metric == 1 { "" } else { " + " };
        write!(
            formula,
            "{sign}round({weight}*n{metric}/population,{SCALE})"
        )?;
    }
    Ok(format!("{HEAD}value = \"SUM({formula})\"\n{TAIL}"))
}

/// A department as a decimal program holds it.
struct Department {
    counts: [Decimal; METRICS],
    population: Decimal,
}

/// Counts from a fixed sequence, population up to 10,000.
fn departments(size: usize) -> (Vec<Vec<i64>>, Vec<i64>) {
    let mut state = 809_u64;
    let mut next = |bound: i64| {
        // An odd multiplier and the high bits: any sequence will do that all sides share.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        i64::try_from(state >> 33).unwrap_or(0) % bound
    };
    let population: Vec<i64> = (0..size).map(|_| 1 + next(10_000)).collect();
    let counts = (0..METRICS)
        .map(|_| population.iter().map(|most| next(most + 1)).collect())
        .collect();
    (counts, population)
}

fn frame(schema: &Schema, counts: &[Vec<i64>], population: &[i64]) -> Result<Frame, Failure> {
    let mut frame = Frame::empty(schema, population.len());
    let names: Vec<String> = (1..=METRICS).map(|metric| format!("n{metric}")).collect();
    let mut columns: Vec<(&str, ColumnData)> = names
        .iter()
        .zip(counts)
        .map(|(name, values)| (name.as_str(), ColumnData::numbers(values.clone())))
        .collect();
    columns.push(("population", ColumnData::numbers(population.to_vec())));
    let offsets = (0..=u32::try_from(population.len())?).collect();
    frame.set_table(schema, "metrics", offsets, columns)?;
    Ok(frame)
}

fn structures(counts: &[Vec<i64>], population: &[i64]) -> Vec<Department> {
    let department = |(at, population): (usize, &i64)| {
        let count = |metric: usize| counts.get(metric).and_then(|all| all.get(at));
        Department {
            counts: std::array::from_fn(|metric| {
                count(metric).copied().map_or(Decimal::ZERO, Decimal::from)
            }),
            population: Decimal::from(*population),
        }
    };
    population.iter().enumerate().map(department).collect()
}

/// Score and grade of every department, as one writes it on decimals.
fn by_hand(departments: &[Department]) -> Vec<(Decimal, u8)> {
    let weights = WEIGHTS.map(Decimal::from);
    let grades = GRADES.map(Decimal::from);
    let half_up = RoundingStrategy::MidpointAwayFromZero;
    departments
        .iter()
        .map(|one| {
            let mut score = Decimal::ZERO;
            for (weight, count) in weights.iter().zip(&one.counts) {
                let points = weight * count / one.population;
                score += points.round_dp_with_strategy(u32::from(SCALE), half_up);
            }
            let missed = grades.iter().zip(0..).find(|(from, _)| score >= **from);
            (score, missed.map_or(1, |(_, missed)| 4 - missed))
        })
        .collect()
}

fn errors(
    bound: &engine::Bound<'_>,
    subjects: usize,
    decimals: &[Department],
) -> Result<Errors, Failure> {
    let exact = reference::evaluate::<BigRational>(bound).map_err(|fault| failure(&[fault]))?;
    let ours = bound.evaluate().map_err(|all| failure(&all))?;
    let ours = reference::of_evaluation(&ours, subjects);
    let by_hand: Vec<Vec<SlowCell<Decimal>>> = by_hand(decimals)
        .into_iter()
        .map(|(score, grade)| {
            vec![SlowCell {
                status: Status::Known,
                value: Some(score),
                band: Some(Decimal::from(grade)),
            }]
        })
        .collect();
    let disagree = || Failure::from("两边的状态不同 (the states of cells differ)");
    Ok(Errors {
        ours: reference::largest_error(&ours, &exact).ok_or_else(disagree)?,
        reference: reference::largest_error(&by_hand, &exact).ok_or_else(disagree)?,
    })
}

/// Figures at each size; errors are taken at the first.
pub fn measure(sizes: &[usize]) -> Result<Vec<Figure>, Failure> {
    let schema = schema();
    let files = PackFiles {
        root_name: "weighted".to_owned(),
        files: BTreeMap::from([("pack.toml".to_owned(), pack_text()?)]),
    };
    let loaded = engine::pack::load(&files, &schema);
    let pack = loaded.pack.ok_or_else(|| failure(&loaded.diagnostics))?;
    let period = Period::new(2026, 3).ok_or("没有 2026-03 这个月 (no such month)")?;
    let plan = Plan::new(&pack, &schema, period).map_err(|all| failure(&all))?;
    let calendar = WorkdayCalendar::new();
    let mut figures = Vec::new();
    for size in sizes {
        let (counts, population) = departments(*size);
        let frame = frame(&schema, &counts, &population)?;
        let bound = plan.bind(&frame, &calendar).map_err(|all| failure(&all))?;
        let structures = structures(&counts, &population);
        let errors = if figures.is_empty() {
            Some(errors(&bound, *size, &structures)?)
        } else {
            None
        };
        let shown = format!("{} 个部门 departments", grouped(*size as u128));
        eprintln!("加权评分：{shown} (weighted score)");
        let pair = in_turns(
            || bound.evaluate().map_err(|all| failure(&all)),
            || Ok(by_hand(&structures)),
        )?;
        let stage = "24 项加权评分与四等 weighted score, 4 grades，参照手写循环 loop by hand";
        figures.push(Figure::compared(stage, shown, *size, pair, errors.as_ref()));
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_and_the_loop_agree() {
        let figures = measure(&[64]);
        assert!(figures.is_ok_and(|all| all.len() == 1));
    }
}
