//! The finitely many classes that the values of one input fall into.

use std::collections::BTreeMap;

use super::Input;
use crate::exact::{Exact, compare_fractions, pow10};
use crate::pack::{CellTest, InputType, TableRow};

/// The classes of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Classes {
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
pub(super) struct Dense {
    first: i128,
    classes: Vec<usize>,
}

/// Widest range of whole numbers for which classes are tabulated.
const DENSE_RANGE: i128 = 4096;

pub(super) fn classes(ty: InputType, rows: &[TableRow], at: usize) -> Classes {
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
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Points { points, .. } => 2 * points.len() + 1,
            Self::Texts(texts) => texts.len() + 1,
            Self::Bools => 2,
        }
    }

    pub(super) fn class(&self, value: Input<'_>) -> usize {
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
    pub(super) fn matching(&self, test: &CellTest) -> Vec<usize> {
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
    pub(super) fn is_inhabited(&self, class: usize, scale: Option<u8>) -> bool {
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
    pub(super) fn is_inner(&self, class: usize) -> bool {
        match self {
            Self::Points { points, .. } => class > 0 && class < 2 * points.len(),
            Self::Texts(texts) => class < texts.len(),
            Self::Bools => true,
        }
    }

    pub(super) fn describe(&self, class: usize) -> String {
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
