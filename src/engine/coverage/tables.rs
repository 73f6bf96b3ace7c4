//! Rows of decision tables and the boundaries of their intervals.

use super::watch::Seen;
use super::{Covers, Item};
use crate::pack::{CellTest, Interval, PreparedTable, TableRow, passed_scales};
use crate::plan::Plan;

/// Every row of every table: hit by a look-up; and every boundary of its intervals: looked up just
/// inside and just outside while all other inputs fit the row.
pub(super) fn rows_and_boundaries(plan: &Plan, seen: &Seen) -> Vec<Item> {
    let scales = passed_scales(&plan.compiled);
    let mut items = Vec::new();
    for prepared in &plan.compiled.tables {
        let table = &prepared.table;
        let none = std::collections::BTreeSet::new();
        let looked_up = seen.tables.get(&table.place).unwrap_or(&none);
        let scale = |input: usize| {
            scales
                .get(&(table.id.clone(), input))
                .copied()
                .unwrap_or(Some(0))
        };
        for (index, row) in table.rows.iter().enumerate() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let is_hit =
                |classes: &Vec<usize>| prepared.rows_behind(classes).contains(&Some(number));
            items.push(Item {
                covers: Covers::Row,
                what: format!("表 {} 第 {} 行 (row {})", table.id, index + 1, index + 1),
                place: row.place.clone(),
                is_covered: looked_up.iter().any(is_hit),
            });
            for (input, test) in row.when.iter().enumerate() {
                let CellTest::Intervals(intervals) = test else {
                    continue;
                };
                for side in intervals.iter().flat_map(|one| sides(prepared, input, one)) {
                    let Some(class) = side.class(prepared, input, scale(input)) else {
                        continue;
                    };
                    let beside = |classes: &Vec<usize>| {
                        classes.get(input) == Some(&class)
                            && others_fit(prepared, row, input, classes)
                    };
                    items.push(Item {
                        covers: Covers::Boundary,
                        what: format!(
                            "表 {} 第 {} 行 {}：{}",
                            table.id,
                            index + 1,
                            table.inputs.get(input).map_or("", |one| one.id.as_str()),
                            prepared.lookup.describe_class(input, class)
                        ),
                        place: row.place.clone(),
                        is_covered: looked_up.iter().any(beside),
                    });
                }
            }
        }
        if table.otherwise.is_some() {
            let falls = |classes: &Vec<usize>| prepared.rows_behind(classes).contains(&None);
            items.push(Item {
                covers: Covers::Row,
                what: format!("表 {} otherwise", table.id),
                place: table.place.clone(),
                is_covered: looked_up.iter().any(falls),
            });
        }
    }
    items
}

/// One side of a boundary: the class next to it, searched inwards or outwards.
struct Side {
    /// The class to begin at.
    start: usize,
    /// Whether to go on to larger classes when nothing can fall into this one.
    upwards: bool,
    /// Whether the values lie below zero if they lie outside.
    is_below_zero: bool,
}

impl Side {
    /// The nearest class that a value can fall into; none beyond the ends, or below zero where
    /// counts, days and shares begin.
    fn class(&self, table: &PreparedTable, input: usize, scale: Option<u8>) -> Option<usize> {
        if self.is_below_zero {
            return None;
        }
        let count = table.lookup.classes_of(input);
        let mut class = self.start;
        loop {
            if class >= count {
                return None;
            }
            if !table.lookup.is_allowed(input, class) {
                return None;
            }
            if table.lookup.is_inhabited(input, class, scale) {
                return Some(class);
            }
            class = if self.upwards {
                class + 1
            } else {
                class.checked_sub(1)?
            };
        }
    }
}

/// Inside and outside of both bounds of an interval.
fn sides(table: &PreparedTable, input: usize, interval: &Interval) -> Vec<Side> {
    let points = table.lookup.points(input);
    let on = |value| points.binary_search(&value).ok().map(|point| 2 * point + 1);
    let mut sides = Vec::new();
    if let Some(low) = interval.low
        && let Some(point) = on(low.value)
    {
        let inside = point + usize::from(!low.included);
        let is_zero = low.value.mantissa == 0 && low.included;
        sides.push(Side {
            start: inside,
            upwards: true,
            is_below_zero: false,
        });
        sides.push(Side {
            start: inside - 1,
            upwards: false,
            is_below_zero: is_zero,
        });
    }
    if let Some(high) = interval.high
        && let Some(point) = on(high.value)
    {
        let inside = point - usize::from(!high.included);
        sides.push(Side {
            start: inside,
            upwards: false,
            is_below_zero: false,
        });
        sides.push(Side {
            start: inside + 1,
            upwards: true,
            is_below_zero: false,
        });
    }
    sides
}

/// Whether all inputs but one satisfy the row.
fn others_fit(table: &PreparedTable, row: &TableRow, input: usize, classes: &[usize]) -> bool {
    row.when
        .iter()
        .zip(classes)
        .enumerate()
        .all(|(at, (test, class))| at == input || table.lookup.satisfies(at, test, *class))
}
