//! Decision tables made fast: every input falls into one of finitely many classes (a point, the gap
//! between two points, a listed text), and the answer for each combination is computed at load.
//! The same combinations, enumerated, are the exact analysis of gaps and overlaps.

mod classes;

use std::collections::BTreeMap;

use crate::exact::Exact;
use crate::pack::{HitPolicy, Output, Table};
use classes::{Classes, classes};

/// Most combinations of classes a table may have.
pub const MAX_COMBINATIONS: usize = 1 << 22;

/// The answer for a combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// This row, from zero.
    Row(u32),
    /// No row, but the table says what then.
    Otherwise,
    /// No row.
    None,
    /// Two rows that may not both apply.
    Clash(u32, u32),
}

/// A table ready for look-ups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    inputs: Vec<Classes>,
    hits: Vec<Hit>,
}

/// The table has too many combinations of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "表的输入组合多达 {combinations} 种，超过 {MAX_COMBINATIONS} 种，请拆分 (too many combinations)"
)]
pub struct TooLarge {
    /// How many.
    pub combinations: usize,
}

/// An input of a look-up.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A number as `numerator / denominator`, or a day.
    Number(i128, i128),
    /// A text.
    Text(&'a str),
    /// A truth value.
    Bool(bool),
}

impl Lookup {
    /// Prepares a table.
    pub fn new(table: &Table) -> Result<Self, TooLarge> {
        let inputs: Vec<Classes> = table
            .inputs
            .iter()
            .enumerate()
            .map(|(at, input)| classes(input.ty, &table.rows, at))
            .collect();
        let combinations = inputs
            .iter()
            .try_fold(1_usize, |product, input| product.checked_mul(input.count()))
            .unwrap_or(usize::MAX);
        if combinations > MAX_COMBINATIONS {
            return Err(TooLarge { combinations });
        }
        let absent = if table.otherwise.is_some() {
            Hit::Otherwise
        } else {
            Hit::None
        };
        let mut hits = vec![absent; combinations];
        for (index, row) in table.rows.iter().enumerate() {
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let matching: Vec<Vec<usize>> = inputs
                .iter()
                .zip(&row.when)
                .map(|(input, test)| input.matching(test))
                .collect();
            each_combination(&inputs, &matching, &mut |at| {
                if let Some(hit) = hits.get_mut(at) {
                    *hit = combine(table, *hit, number);
                }
            });
        }
        Ok(Self { inputs, hits })
    }

    /// The answer for a class of each input.
    pub fn hit(&self, classes: &[usize]) -> Hit {
        let mut index = 0_usize;
        for (input, class) in self.inputs.iter().zip(classes) {
            index = index * input.count() + class;
        }
        self.hits.get(index).copied().unwrap_or(Hit::None)
    }

    /// The class of a value of an input.
    pub fn class(&self, input: usize, value: Input<'_>) -> usize {
        self.inputs
            .get(input)
            .map_or(0, |classes| classes.class(value))
    }

    /// The points of a numeric input: class `2i + 1` is point `i`, class `2i` what lies before it.
    pub(crate) fn points(&self, input: usize) -> &[Exact] {
        match self.inputs.get(input) {
            Some(Classes::Points { points, .. }) => points,
            _ => &[],
        }
    }

    /// Combinations that no row covers (between the outermost points and listed texts), and pairs of
    /// rows that clash, each with an example in words. `scales` gives the decimals of each numeric
    /// input: with whole numbers only, nothing lies between 3 and 4.
    pub fn analyse(&self, scales: &[Option<u8>]) -> Analysis {
        let mut found = Analysis::default();
        let mut clashes = BTreeMap::new();
        for (index, hit) in self.hits.iter().enumerate() {
            let classes = self.classes_of(index);
            let real = self
                .inputs
                .iter()
                .zip(&classes)
                .zip(scales)
                .all(|((input, class), scale)| input.is_inhabited(*class, *scale));
            if !real {
                continue;
            }
            match hit {
                Hit::Clash(first, second) => {
                    clashes
                        .entry((*first, *second))
                        .or_insert_with(|| self.describe(&classes));
                }
                Hit::None => {
                    let inner = self
                        .inputs
                        .iter()
                        .zip(&classes)
                        .all(|(input, class)| input.is_inner(*class));
                    if inner && found.gaps.len() < 5 {
                        found.gaps.push(self.describe(&classes));
                    }
                }
                Hit::Row(_) | Hit::Otherwise => {}
            }
        }
        found.overlaps = clashes
            .into_iter()
            .map(|((first, second), example)| (first as usize, second as usize, example))
            .collect();
        found
    }

    /// Rows that never decide: covered by earlier ones, or empty.
    pub fn unreachable(&self, rows: usize) -> Vec<usize> {
        let mut reached = vec![false; rows];
        let mut mark = |row: u32| {
            if let Some(flag) = reached.get_mut(row as usize) {
                *flag = true;
            }
        };
        for hit in &self.hits {
            match hit {
                Hit::Row(row) => mark(*row),
                Hit::Clash(first, second) => {
                    mark(*first);
                    mark(*second);
                }
                Hit::Otherwise | Hit::None => {}
            }
        }
        let missed = reached.iter().enumerate().filter(|(_, flag)| !**flag);
        missed.map(|(row, _)| row).collect()
    }

    fn classes_of(&self, mut index: usize) -> Vec<usize> {
        let mut classes: Vec<usize> = self
            .inputs
            .iter()
            .rev()
            .map(|input| {
                let class = index % input.count();
                index /= input.count();
                class
            })
            .collect();
        classes.reverse();
        classes
    }

    fn describe(&self, classes: &[usize]) -> String {
        let parts: Vec<String> = self
            .inputs
            .iter()
            .zip(classes)
            .map(|(input, class)| input.describe(*class))
            .collect();
        parts.join(", ")
    }
}

/// What the analysis of a table found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analysis {
    /// Inputs that no row covers, at most five.
    pub gaps: Vec<String>,
    /// Pairs of rows (from zero) that clash, with an example.
    pub overlaps: Vec<(usize, usize, String)>,
}

fn combine(table: &Table, before: Hit, row: u32) -> Hit {
    let value = |row: u32| table.rows.get(row as usize).map(|row| &row.value);
    match before {
        Hit::None | Hit::Otherwise => Hit::Row(row),
        Hit::Row(first) => match table.hit {
            HitPolicy::First => before,
            HitPolicy::Any if agree(value(first), value(row)) => before,
            HitPolicy::Any | HitPolicy::Unique => Hit::Clash(first, row),
        },
        Hit::Clash(..) => before,
    }
}

fn agree(left: Option<&Output>, right: Option<&Output>) -> bool {
    left == right
}

/// Calls `visit` with the index of every combination of the matching classes.
fn each_combination(inputs: &[Classes], matching: &[Vec<usize>], visit: &mut impl FnMut(usize)) {
    let mut indices = vec![0_usize];
    for (input, classes) in inputs.iter().zip(matching) {
        indices = indices
            .iter()
            .flat_map(|index| {
                classes
                    .iter()
                    .map(move |class| index * input.count() + class)
            })
            .collect();
    }
    for index in indices {
        visit(index);
    }
}

#[cfg(test)]
mod tests;
