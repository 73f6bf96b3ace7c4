//! Decision tables made fast: every input falls into one of finitely many classes (a point, the gap
//! between two points, a listed text), and the answer for each combination is computed at load.
//! The same combinations, enumerated, are the exact analysis of gaps and overlaps.

use std::collections::BTreeMap;

use crate::exact::{Exact, compare_fractions, pow10};
use crate::pack::{CellTest, HitPolicy, InputType, Output, Table, TableRow};

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

/// The classes of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Classes {
    /// Sorted points; class `2i + 1` is point `i`, class `2i` the open interval before it.
    Points {
        points: Vec<Exact>,
        /// Class of each whole number from `first` on, when the points lie close together.
        dense: Option<Dense>,
    },
    /// Listed texts in order; one more class for all others.
    Texts(BTreeMap<String, usize>),
    /// False, true.
    Bools,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Dense {
    first: i128,
    classes: Vec<usize>,
}

/// Widest range of whole numbers for which classes are tabulated.
const DENSE_RANGE: i128 = 4096;

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

fn classes(ty: InputType, rows: &[TableRow], at: usize) -> Classes {
    let tests = rows.iter().filter_map(|row| row.when.get(at));
    match ty {
        InputType::Bool => Classes::Bools,
        InputType::Text => {
            let mut texts: BTreeMap<String, usize> = BTreeMap::new();
            for test in tests {
                if let CellTest::Texts(listed) = test {
                    texts.extend(listed.iter().map(|text| (text.clone(), 0)));
                }
            }
            for (class, value) in texts.values_mut().zip(0..) {
                *class = value;
            }
            Classes::Texts(texts)
        }
        InputType::Number | InputType::Date => {
            let mut points = Vec::new();
            for test in tests {
                if let CellTest::Interval { low, high } = test {
                    points.extend(low.iter().chain(high).map(|bound| bound.value));
                }
            }
            points.sort_unstable();
            points.dedup();
            let dense = tabulate(&points);
            Classes::Points { points, dense }
        }
    }
}

/// The class of each whole number near the points, if they lie close together.
fn tabulate(points: &[Exact]) -> Option<Dense> {
    let floor = |point: &Exact| Some(point.mantissa.div_euclid(pow10(point.scale)?));
    let first = floor(points.first()?)?;
    let last = floor(points.last()?)?.checked_add(1)?;
    if last.checked_sub(first)? > DENSE_RANGE {
        return None;
    }
    let classes = (first..=last)
        .map(|value| class_of(points, value, 1))
        .collect();
    Some(Dense { first, classes })
}

/// `2i + 1` on point `i`, `2i` before it and after the one before.
fn class_of(points: &[Exact], numerator: i128, denominator: i128) -> usize {
    let order = |point: &Exact| {
        let below = pow10(point.scale).unwrap_or(i128::MAX);
        compare_fractions((point.mantissa, below), (numerator, denominator))
    };
    match points.binary_search_by(order) {
        Ok(point) => 2 * point + 1,
        Err(before) => 2 * before,
    }
}

impl Classes {
    fn count(&self) -> usize {
        match self {
            Self::Points { points, .. } => 2 * points.len() + 1,
            Self::Texts(texts) => texts.len() + 1,
            Self::Bools => 2,
        }
    }

    fn class(&self, value: Input<'_>) -> usize {
        match (self, value) {
            (Self::Points { points, dense }, Input::Number(numerator, denominator)) => {
                let tabulated = dense
                    .as_ref()
                    .filter(|_| denominator == 1)
                    .and_then(|dense| {
                        let offset = numerator.checked_sub(dense.first)?;
                        dense.classes.get(usize::try_from(offset).ok()?)
                    });
                tabulated.map_or_else(|| class_of(points, numerator, denominator), |class| *class)
            }
            (Self::Texts(texts), Input::Text(text)) => {
                texts.get(text).copied().unwrap_or(texts.len())
            }
            (Self::Bools, Input::Bool(flag)) => usize::from(flag),
            // A checked formula gives each input a value of its type.
            _ => 0,
        }
    }

    /// The classes that satisfy a test.
    fn matching(&self, test: &CellTest) -> Vec<usize> {
        match (self, test) {
            (_, CellTest::Any) => (0..self.count()).collect(),
            (Self::Points { points, .. }, CellTest::Interval { low, high }) => {
                let position = |value: Exact| {
                    points
                        .binary_search(&value)
                        .map_or(0, |point| 2 * point + 1)
                };
                let first = low.map_or(0, |bound| {
                    position(bound.value) + usize::from(!bound.included)
                });
                let end = high.map_or(self.count(), |bound| {
                    position(bound.value) + usize::from(bound.included)
                });
                (first..end).collect()
            }
            (Self::Texts(texts), CellTest::Texts(listed)) => listed
                .iter()
                .filter_map(|text| texts.get(text).copied())
                .collect(),
            (Self::Bools, CellTest::Bool(flag)) => vec![usize::from(*flag)],
            _ => Vec::new(),
        }
    }

    /// Whether a number with `scale` decimals can fall into the class.
    fn is_inhabited(&self, class: usize, scale: Option<u8>) -> bool {
        let (Self::Points { points, .. }, Some(scale)) = (self, scale) else {
            return true;
        };
        let fits = |point: &Exact| point.rescaled(scale).map(|point| point.mantissa);
        if class % 2 == 1 {
            return points
                .get(class / 2)
                .is_some_and(|point| fits(point).is_some());
        }
        let after = points.get(class / 2);
        let before = (class / 2)
            .checked_sub(1)
            .and_then(|index| points.get(index));
        let (Some(before), Some(after)) = (before, after) else {
            return true;
        };
        // The first representable number above `before` must lie below `after`.
        let Some(unit) = pow10(scale) else {
            return true;
        };
        let Some(power) = pow10(before.scale) else {
            return true;
        };
        let Some(scaled) = before.mantissa.checked_mul(unit) else {
            return true;
        };
        let next = Exact {
            mantissa: scaled.div_euclid(power) + 1,
            scale,
        };
        next < *after
    }

    /// Whether the class lies between the outermost points, or is a listed text.
    fn is_inner(&self, class: usize) -> bool {
        match self {
            Self::Points { points, .. } => class > 0 && class < 2 * points.len(),
            Self::Texts(texts) => class < texts.len(),
            Self::Bools => true,
        }
    }

    fn describe(&self, class: usize) -> String {
        match self {
            Self::Bools => (class == 1).to_string(),
            Self::Texts(texts) => texts
                .iter()
                .find(|(_, at)| **at == class)
                .map_or_else(|| "其他文本".into(), |(text, _)| format!("'{text}'")),
            Self::Points { points, .. } => {
                let point = |index: Option<usize>| {
                    index
                        .and_then(|index| points.get(index))
                        .map(Exact::to_string)
                };
                if class % 2 == 1 {
                    return point(Some(class / 2)).unwrap_or_default();
                }
                match (point((class / 2).checked_sub(1)), point(Some(class / 2))) {
                    (Some(low), Some(high)) => format!("({low}, {high})"),
                    (Some(low), None) => format!("> {low}"),
                    (None, Some(high)) => format!("< {high}"),
                    (None, None) => "任何数".into(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
