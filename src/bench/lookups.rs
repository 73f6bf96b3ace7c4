//! Look-ups in one table of intervals: the data, the table as a pack, and what is right.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::Period;
use engine::reference::{BigRational, Decimal};
use engine::{Bound, Column, ColumnData, Frame, PackFiles, Plan, Schema, TableSchema, Type, Value};

use crate::contest::Answer;
use crate::{Failure, failure};

/// Width of each interval.
const STEP: i64 = 7;
/// Values come again after so many rows.
const VALUES: i64 = 97;

/// A table of intervals that lie side by side, and numbers that fall into them.
pub struct LookUps {
    /// Lower end of each interval.
    pub lows: Vec<i64>,
    /// What each interval gives.
    pub values: Vec<i64>,
    /// Numbers to look up.
    pub asked: Vec<i64>,
}

impl LookUps {
    /// A table of so many rows, and so many look-ups in all its parts.
    pub fn new(rows: usize, look_ups: usize) -> Result<Self, Failure> {
        let rows = i64::try_from(rows)?;
        let mut state = 809_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            i64::try_from(state >> 33).unwrap_or(0) % (rows * STEP)
        };
        Ok(Self {
            lows: (0..rows).map(|row| row * STEP).collect(),
            values: (0..rows).map(|row| row % VALUES).collect(),
            asked: (0..look_ups).map(|_| next()).collect(),
        })
    }

    /// What is right.
    pub fn right(&self) -> Vec<Answer> {
        let value = |asked: &i64| (BigRational::from_integer((asked / STEP % VALUES).into()), 0);
        self.asked.iter().map(value).collect()
    }

    /// The table as a pack, in force in a month.
    pub fn plan(&self) -> Result<Plan, Failure> {
        let mut text = HEAD.to_owned();
        for (low, value) in self.lows.iter().zip(&self.values) {
            let high = low + STEP;
            writeln!(
                text,
                "  {{ when = [\"[{low},{high})\"], value = \"{value}\" }},"
            )?;
        }
        text.push_str(TAIL);
        let files = PackFiles {
            root_name: "lookups".to_owned(),
            files: BTreeMap::from([("pack.toml".to_owned(), text)]),
        };
        let schema = schema();
        let loaded = engine::pack::load(&files, &schema);
        let pack = loaded.pack.ok_or_else(|| failure(&loaded.diagnostics))?;
        let period = Period::new(2026, 3).ok_or("没有 2026-03 这个月 (no such month)")?;
        Plan::new(&pack, &schema, period).map_err(|all| failure(&all))
    }

    /// The numbers as a frame, each of a subject of its own.
    pub fn frame(&self) -> Result<Frame, Failure> {
        let schema = schema();
        let mut frame = Frame::empty(&schema, self.asked.len());
        let offsets = (0..=u32::try_from(self.asked.len())?).collect();
        let asked = ColumnData::numbers(self.asked.clone());
        frame.set_table(&schema, "cases", offsets, vec![("x", asked)])?;
        Ok(frame)
    }

    /// The look-ups as one writes them on decimals: a sorted list, searched.
    pub fn by_hand(&self) -> impl Fn() -> Vec<Decimal> {
        let decimals = |numbers: &[i64]| numbers.iter().copied().map(Decimal::from).collect();
        let (lows, values): (Vec<Decimal>, Vec<Decimal>) =
            (decimals(&self.lows), decimals(&self.values));
        let asked: Vec<Decimal> = decimals(&self.asked);
        move || {
            let value = |asked: &Decimal| {
                let row = lows.partition_point(|low| low <= asked).checked_sub(1);
                row.and_then(|row| values.get(row))
                    .copied()
                    .unwrap_or_default()
            };
            asked.iter().map(value).collect()
        }
    }
}

/// The first answers of the engine.
pub fn answers(bound: &Bound<'_>, first: usize) -> Result<Vec<Answer>, Failure> {
    let evaluation = bound.evaluate().map_err(|all| failure(&all))?;
    let column = evaluation
        .indicators
        .first()
        .ok_or("没有指标 (no indicator)")?;
    let values = column
        .cells
        .iter()
        .take(first)
        .map(|cell| match cell.value {
            Some(Value::Number(value)) => {
                let value = BigRational::new(value.numerator.into(), value.denominator.into());
                Ok((value, 0))
            }
            _ => Err("没有值 (no value)".into()),
        });
    values.collect()
}

fn schema() -> Schema {
    Schema {
        tables: vec![TableSchema::new(
            "cases",
            vec![Column::new("x", Type::COUNT, "")],
        )],
    }
}

const HEAD: &str = r#"
[pack]
id = "lookups"
version = "1.0.0"
title = "查表"
calendar = "cn"
effective = { from = 2025-01-01 }
[rounding]
score = { scale = 2, mode = "half_up", at = ["total"] }
money = { scale = 0, mode = "down" }
[totals]
maximum = "1"
[[source]]
id = "ours"
title = "自定"
own = true
decided_by = "测速"
[[axis]]
id = "all"
title = "全部"
points = "1"
cite = "ours"
[[indicator]]
id = "found"
title = "查得"
axis = "all"
points = "1"
kind = "relative"
from = "cases"
value = "SUM(tariff(x))"
cite = "ours"
[[table]]
id = "tariff"
title = "分段"
cite = "ours"
hit = "unique"
inputs = [{ id = "x", type = "number" }]
output = { type = "number", unit = "none" }
rows = [
"#;

const TAIL: &str = r#"]
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
    use engine::reference::Number as _;

    #[test]
    fn the_engine_and_the_list_find_what_is_right() {
        for rows in [10, 1_000] {
            let look_ups = LookUps::new(rows, 3_000).unwrap();
            let (plan, frame) = (look_ups.plan().unwrap(), look_ups.frame().unwrap());
            let calendar = domain::WorkdayCalendar::new();
            let bound = plan.bind(&frame, &calendar).unwrap();
            assert_eq!(answers(&bound, usize::MAX).unwrap(), look_ups.right());
            let by_hand = look_ups.by_hand()();
            let by_hand: Vec<Answer> = by_hand.iter().map(|one| (one.exact(), 0)).collect();
            assert_eq!(by_hand, look_ups.right());
        }
    }
}
