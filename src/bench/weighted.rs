//! The weighted score of 24 metrics with four grades, `Σ weight × count / population`: the data, the
//! rules as a pack, the same by hand on `rust_decimal`, and what is right.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::{Period, Rounding, WorkdayCalendar, div_round};
use engine::reference::BigRational;
use engine::{
    Bound, Cell, Column, ColumnData, Frame, PackFiles, Plan, Schema, TableSchema, Type, Value,
};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::contest::Answer;
use crate::{Failure, failure};

/// Metrics of the score.
pub const METRICS: usize = 24;
/// Weights as in catalogue quality scores, up to 50 points a metric; they sum to 405.
pub const WEIGHTS: [i64; METRICS] = [
    30, 30, 20, 20, 30, 10, 30, 20, 20, 10, 10, 20, 50, 20, 10, 10, 10, 5, 20, 10, 5, 5, 5, 5,
];
/// Lowest score of each grade but the last.
pub const GRADES: [i64; 3] = [351, 221, 121];

/// How the points of a metric are rounded before they are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Points {
    /// Not at all.
    Exact,
    /// Half up to this many decimals.
    Rounded(u8),
}

impl Points {
    /// What the sum is called in the table.
    pub fn title(self) -> String {
        match self {
            Self::Exact => "单项不取整 points unrounded".to_owned(),
            Self::Rounded(scale) => {
                format!("单项四舍五入到 {scale} 位 points rounded to {scale} decimals")
            }
        }
    }
}

/// Counts of each metric, and population, of departments.
pub struct Departments {
    /// Counts by metric.
    pub counts: Vec<Vec<i64>>,
    /// Populations, from 1 to 10,000.
    pub population: Vec<i64>,
}

impl Departments {
    /// So many departments, from a fixed sequence.
    pub fn new(size: usize) -> Self {
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
        Self { counts, population }
    }

    /// The first of them.
    #[must_use]
    pub fn first(&self, size: usize) -> Self {
        let first = |values: &Vec<i64>| values.iter().take(size).copied().collect();
        Self {
            counts: self.counts.iter().map(first).collect(),
            population: first(&self.population),
        }
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.population.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.population.is_empty()
    }

    /// One of them alone.
    pub fn alone(&self, at: usize) -> Option<Self> {
        let (counts, population) = self.department(at)?;
        Some(Self {
            counts: counts.iter().map(|count| vec![*count]).collect(),
            population: vec![population],
        })
    }

    /// Counts and population of one department.
    pub fn department(&self, at: usize) -> Option<([i64; METRICS], i64)> {
        let population = *self.population.get(at)?;
        let mut counts = [0; METRICS];
        for (count, column) in counts.iter_mut().zip(&self.counts) {
            *count = *column.get(at)?;
        }
        Some((counts, population))
    }

    /// The departments one by one.
    pub fn iter(&self) -> impl Iterator<Item = ([i64; METRICS], i64)> + '_ {
        (0..self.len()).filter_map(|at| self.department(at))
    }

    /// As a frame with one row each.
    pub fn frame(&self) -> Result<Frame, Failure> {
        let schema = schema();
        let mut frame = Frame::empty(&schema, self.len());
        let names: Vec<String> = (1..=METRICS).map(|metric| format!("n{metric}")).collect();
        let mut columns: Vec<(&str, ColumnData)> = names
            .iter()
            .zip(&self.counts)
            .map(|(name, values)| (name.as_str(), ColumnData::numbers(values.clone())))
            .collect();
        columns.push(("population", ColumnData::numbers(self.population.clone())));
        let offsets = (0..=u32::try_from(self.len())?).collect();
        frame.set_table(&schema, "metrics", offsets, columns)?;
        Ok(frame)
    }
}

/// What is right, on rationals.
pub fn right(departments: &Departments, points: Points) -> Vec<Answer> {
    let score = |(counts, population): ([i64; METRICS], i64)| {
        let terms = WEIGHTS
            .iter()
            .zip(counts)
            .map(|(weight, count)| weight * count);
        let score = match points {
            Points::Exact => BigRational::new(terms.sum::<i64>().into(), population.into()),
            Points::Rounded(scale) => {
                let power = 10_i128.pow(scale.into());
                let each = terms.map(|term| {
                    let above = i128::from(term) * power;
                    div_round(above, population.into(), Rounding::HalfUp).unwrap_or(0)
                });
                BigRational::new(each.sum::<i128>().into(), power.into())
            }
        };
        let missed = GRADES
            .iter()
            .take_while(|from| score < BigRational::from_integer((**from).into()));
        let grade = 4 - u8::try_from(missed.count()).unwrap_or(0);
        (score, grade)
    };
    departments.iter().map(score).collect()
}

/// The rules as a pack, in force in a month.
pub fn plan(points: Points) -> Result<Plan, Failure> {
    let files = PackFiles {
        root_name: "weighted".to_owned(),
        files: BTreeMap::from([("pack.toml".to_owned(), pack_text(points)?)]),
    };
    let schema = schema();
    let loaded = engine::pack::load(&files, &schema);
    let pack = loaded.pack.ok_or_else(|| failure(&loaded.diagnostics))?;
    let period = Period::new(2026, 3).ok_or("没有 2026-03 这个月 (no such month)")?;
    Plan::new(&pack, &schema, period).map_err(|all| failure(&all))
}

/// A calendar that the rules never ask.
pub fn calendar() -> WorkdayCalendar {
    WorkdayCalendar::new()
}

/// The first answers of the engine.
pub fn answers(bound: &Bound<'_>, first: usize) -> Result<Vec<Answer>, Failure> {
    let evaluation = bound.evaluate().map_err(|all| failure(&all))?;
    let column = evaluation
        .indicators
        .first()
        .ok_or("没有指标 (no indicator)")?;
    column.cells.iter().take(first).map(answer).collect()
}

/// What a cell says.
pub fn answer(cell: Cell) -> Result<Answer, Failure> {
    let (Some(Value::Number(score)), Some(grade)) = (cell.value, cell.band) else {
        return Err("没有得分 (a department without score)".into());
    };
    let score = BigRational::new(score.numerator.into(), score.denominator.into());
    Ok((score, u8::try_from(grade.numerator)?))
}

/// The formula, written as each language likes it.
pub fn formula(term: impl Fn(i64, usize) -> String) -> String {
    let terms = WEIGHTS.iter().zip(1..);
    let terms: Vec<String> = terms
        .map(|(weight, metric)| term(*weight, metric))
        .collect();
    terms.join(" + ")
}

fn schema() -> Schema {
    let counts = (1..=METRICS).map(|metric| Column::new(format!("n{metric}"), Type::COUNT, ""));
    let columns = counts.chain([Column::new("population", Type::COUNT, "")]);
    Schema {
        tables: vec![TableSchema::new("metrics", columns.collect())],
    }
}

fn pack_text(points: Points) -> Result<String, Failure> {
    let mut text = HEAD.to_owned();
    let value = match points {
        Points::Exact => {
            formula(|weight, metric| format!("{weight}*ratio(SUM(n{metric}), SUM(population))"))
        }
        Points::Rounded(scale) => {
            let sum =
                formula(|weight, metric| format!("round({weight}*n{metric}/population,{scale})"));
            format!("SUM({sum})")
        }
    };
    write!(text, "value = \"{value}\"\n{TAIL}")?;
    Ok(text)
}

/// A department as a program on decimals holds it.
pub struct Decimals {
    counts: [Decimal; METRICS],
    population: Decimal,
}

/// The departments as a program on decimals holds them.
pub fn decimals(departments: &Departments) -> Vec<Decimals> {
    let department = |(counts, population): ([i64; METRICS], i64)| Decimals {
        counts: counts.map(Decimal::from),
        population: Decimal::from(population),
    };
    departments.iter().map(department).collect()
}

/// Score and grade of every department, as one writes it on decimals: a plain loop for this one
/// formula, no tree, no dispatch, decimals at hand.
pub fn by_hand(departments: &[Decimals], points: Points) -> Vec<(Decimal, u8)> {
    let weights = WEIGHTS.map(Decimal::from);
    let grades = GRADES.map(Decimal::from);
    let half_up = RoundingStrategy::MidpointAwayFromZero;
    let score = |one: &Decimals| {
        let mut score = Decimal::ZERO;
        for (weight, count) in weights.iter().zip(&one.counts) {
            let term = weight * count / one.population;
            score += match points {
                Points::Exact => term,
                Points::Rounded(scale) => term.round_dp_with_strategy(scale.into(), half_up),
            };
        }
        let missed = grades.iter().zip(0..).find(|(from, _)| score >= **from);
        (score, missed.map_or(1, |(_, missed)| 4 - missed))
    };
    departments.iter().map(score).collect()
}

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use engine::reference::{Number as _, evaluate, largest_error, of_evaluation};

    #[test]
    fn the_engine_and_the_loop_are_right_over_several_blocks() {
        // More than a block takes, and a last one that is not full.
        let departments = Departments::new(5001);
        let frame = departments.frame().unwrap();
        for points in [Points::Exact, Points::Rounded(2), Points::Rounded(12)] {
            let plan = plan(points).unwrap();
            let calendar = calendar();
            let bound = plan.bind(&frame, &calendar).unwrap();
            let right = right(&departments, points);
            assert_eq!(answers(&bound, usize::MAX).unwrap(), right, "{points:?}");
            let by_hand = by_hand(&decimals(&departments), points);
            for ((score, grade), (right, right_grade)) in by_hand.iter().zip(&right) {
                let is_exact = score.exact() == *right;
                assert!(is_exact || points == Points::Exact, "{score} for {right}");
                assert_eq!(grade, right_grade, "{score} for {right}");
            }
        }
    }

    #[test]
    fn the_reference_of_the_engine_agrees() {
        let departments = Departments::new(64);
        let frame = departments.frame().unwrap();
        let plan = plan(Points::Exact).unwrap();
        let calendar = calendar();
        let bound = plan.bind(&frame, &calendar).unwrap();
        let ours = of_evaluation(&bound.evaluate().unwrap(), 64);
        let exact = evaluate::<BigRational>(&bound).unwrap();
        assert_eq!(largest_error(&ours, &exact), Some(BigRational::default()));
    }
}
