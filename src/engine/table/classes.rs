//! The finitely many classes that the values of one input fall into.

use std::collections::HashMap;

use num_integer::Integer as _;

use super::Input;
use super::spans::{Span, Spans};
use crate::exact::{Exact, compare_fractions, pow10};
use crate::pack::{CellTest, InputType, Interval, Table};

/// The classes of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Classes {
    /// Numbers or days.
    Points(Points),
    /// Listed texts in order, each with its class; one more class for all others.
    Texts {
        listed: Vec<String>,
        class: HashMap<String, u32>,
    },
    /// False, true.
    Bools,
}

/// Sorted points; class `2i + 1` is point `i`, class `2i` the open interval before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Points {
    points: Vec<Exact>,
    /// The points as integers of one scale, when they fit 64 bits.
    keys: Option<Keys>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Keys {
    /// Ten to the common scale.
    power: i128,
    sorted: Vec<i64>,
    /// The class of each integer from the first key to the last, when they lie close together.
    dense: Vec<u32>,
}

/// Widest range of keys for which classes are tabulated.
const DENSE_RANGE: i64 = 1 << 16;

/// The classes of the input at a position: what its cells and its domain tell apart.
pub(super) fn classes(table: &Table, at: usize) -> Classes {
    let input = table.inputs.get(at);
    let cells = table.rows.iter().filter_map(|row| row.when.get(at));
    let tests = cells.chain(input.map(|input| &input.domain));
    match input.map(|input| input.ty) {
        None | Some(InputType::Bool) => Classes::Bools,
        Some(InputType::Text) => {
            let mut listed: Vec<String> = tests
                .flat_map(|test| match test {
                    CellTest::Texts { listed, .. } => listed.as_slice(),
                    _ => &[],
                })
                .cloned()
                .collect();
            listed.sort_unstable();
            listed.dedup();
            let class = listed.iter().cloned().zip(0..).collect();
            Classes::Texts { listed, class }
        }
        Some(InputType::Number | InputType::Date) => {
            let mut points: Vec<Exact> = tests
                .flat_map(|test| match test {
                    CellTest::Intervals(intervals) => intervals.as_slice(),
                    _ => &[],
                })
                .flat_map(|one| one.low.iter().chain(&one.high))
                .map(|bound| bound.value)
                .collect();
            points.sort_unstable();
            points.dedup();
            let keys = Keys::of(&points);
            Classes::Points(Points { points, keys })
        }
    }
}

impl Keys {
    fn of(points: &[Exact]) -> Option<Self> {
        let scale = points.iter().map(|point| point.trimmed().scale).max()?;
        let sorted: Vec<i64> = points
            .iter()
            .map(|point| i64::try_from(point.rescaled(scale)?.mantissa).ok())
            .collect::<Option<_>>()?;
        let (first, last) = (*sorted.first()?, *sorted.last()?);
        let close = last.checked_sub(first).is_some_and(|all| all < DENSE_RANGE);
        let dense = if close {
            (first..=last).map(|key| class_of(&sorted, key)).collect()
        } else {
            Vec::new()
        };
        Some(Self {
            power: pow10(scale)?,
            sorted,
            dense,
        })
    }

    /// The class of `numerator / denominator`; `None` beyond 128 bits.
    fn class(&self, numerator: i128, denominator: i128) -> Option<u32> {
        let (floor, rest) = if denominator == self.power {
            (numerator, 0)
        } else {
            let scaled = numerator.checked_mul(self.power)?;
            scaled.div_mod_floor(&denominator)
        };
        let below = i128::from(*self.sorted.first()?);
        let Ok(key) = i64::try_from(floor) else {
            let beyond = u32::try_from(2 * self.sorted.len()).ok()?;
            return Some(if floor < below { 0 } else { beyond });
        };
        let offset = usize::try_from(floor.checked_sub(below)?).ok();
        let tabulated = offset.and_then(|offset| self.dense.get(offset)).copied();
        let class = tabulated.unwrap_or_else(|| class_of(&self.sorted, key));
        // Above a point by less than one unit: in the interval after it.
        Some(class + u32::from(rest != 0 && class % 2 == 1))
    }
}

/// `2i + 1` on key `i`, `2i` before it and after the one before.
fn class_of(keys: &[i64], key: i64) -> u32 {
    let class = match keys.binary_search(&key) {
        Ok(point) => 2 * point + 1,
        Err(before) => 2 * before,
    };
    number(class)
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl Points {
    fn class(&self, numerator: i128, denominator: i128) -> u32 {
        let keyed = self.keys.as_ref();
        let fast = keyed.and_then(|keys| keys.class(numerator, denominator));
        fast.unwrap_or_else(|| {
            let order = |point: &Exact| {
                let below = pow10(point.scale).unwrap_or(i128::MAX);
                compare_fractions((point.mantissa, below), (numerator, denominator))
            };
            number(match self.points.binary_search_by(order) {
                Ok(point) => 2 * point + 1,
                Err(before) => 2 * before,
            })
        })
    }

    fn span(&self, interval: &Interval) -> Span {
        let position = |value: Exact| {
            let point = self.points.binary_search(&value);
            number(point.map_or(0, |point| 2 * point + 1))
        };
        let low = interval.low.map_or(0, |bound| {
            position(bound.value) + u32::from(!bound.included)
        });
        let high = interval.high.map_or_else(
            || number(2 * self.points.len() + 1),
            |bound| position(bound.value) + u32::from(bound.included),
        );
        (low, high)
    }

    /// Whether a number with `scale` decimals can fall into the class.
    fn is_inhabited(&self, class: usize, scale: u8) -> bool {
        let point = |index: Option<usize>| index.and_then(|index| self.points.get(index));
        if class % 2 == 1 {
            let on = point(Some(class / 2));
            return on.is_some_and(|point| point.rescaled(scale).is_some());
        }
        let (before, after) = (point((class / 2).checked_sub(1)), point(Some(class / 2)));
        let (Some(before), Some(after)) = (before, after) else {
            return true;
        };
        // The first representable number above `before` must lie below `after`.
        let next = || {
            let scaled = before.mantissa.checked_mul(pow10(scale)?)?;
            let mantissa = scaled.div_euclid(pow10(before.scale)?).checked_add(1)?;
            Some(Exact { mantissa, scale })
        };
        next().is_none_or(|next| next < *after)
    }

    /// The values from class `first` to class `last` in words.
    fn describe(&self, first: usize, last: usize) -> String {
        let point = |index: Option<usize>| index.and_then(|index| self.points.get(index));
        let on = |class: usize| class % 2 == 1;
        let low = if on(first) {
            point(Some(first / 2))
        } else {
            point((first / 2).checked_sub(1))
        };
        let high = point(Some(last / 2));
        let (from, to) = (
            if on(first) { '[' } else { '(' },
            if on(last) { ']' } else { ')' },
        );
        match (low, high) {
            (Some(low), _) if first == last && on(first) => low.to_string(),
            (Some(low), Some(high)) => format!("{from}{low}, {high}{to}"),
            (Some(low), None) => format!("{} {low}", if on(first) { ">=" } else { ">" }),
            (None, Some(high)) => format!("{} {high}", if on(last) { "<=" } else { "<" }),
            (None, None) => "任何数 (any number)".into(),
        }
    }
}

impl Classes {
    pub(super) fn count(&self) -> u32 {
        number(match self {
            Self::Points(points) => 2 * points.points.len() + 1,
            Self::Texts { listed, .. } => listed.len() + 1,
            Self::Bools => 2,
        })
    }

    /// Sorted points; none for texts and truth values.
    pub(super) fn points(&self) -> &[Exact] {
        match self {
            Self::Points(points) => &points.points,
            Self::Texts { .. } | Self::Bools => &[],
        }
    }

    pub(super) fn class(&self, value: Input<'_>) -> u32 {
        match (self, value) {
            (Self::Points(points), Input::Number(above, below)) => points.class(above, below),
            (Self::Texts { listed, class }, Input::Text(text)) => {
                class.get(text).copied().unwrap_or(number(listed.len()))
            }
            (Self::Bools, Input::Bool(flag)) => u32::from(flag),
            // A checked formula gives each input a value of its type.
            _ => 0,
        }
    }

    /// The classes that satisfy a test.
    pub(super) fn matching(&self, test: &CellTest) -> Spans {
        match (self, test) {
            (_, CellTest::Any) => Spans::of(0, self.count()),
            (Self::Points(points), CellTest::Intervals(intervals)) => {
                Spans::union(intervals.iter().map(|one| points.span(one)))
            }
            (Self::Texts { class, .. }, CellTest::Texts { listed, negated }) => {
                let classes = listed.iter().filter_map(|text| class.get(text));
                let found = Spans::union(classes.map(|class| (*class, class + 1)));
                if *negated {
                    found.complement(self.count())
                } else {
                    found
                }
            }
            (Self::Bools, CellTest::Bool(flag)) => {
                Spans::of(u32::from(*flag), u32::from(*flag) + 1)
            }
            _ => Spans::default(),
        }
    }

    /// Whether a number with `scale` decimals (any fraction without it) can fall into the class.
    pub(super) fn is_inhabited(&self, class: u32, scale: Option<u8>) -> bool {
        match (self, scale) {
            (Self::Points(points), Some(scale)) => points.is_inhabited(class as usize, scale),
            _ => true,
        }
    }

    /// What rows must cover when the input declares no domain: from the lowest to the highest value
    /// that a cell names, all texts listed, and other texts where a cell speaks of them.
    pub(super) fn spoken_of(&self, cells: impl Iterator<Item = Spans>) -> Spans {
        let whole = Spans::of(0, self.count());
        let mut named = cells.filter(|cell| *cell != whole);
        match self {
            Self::Bools => whole,
            Self::Texts { listed, .. } => {
                let others = number(listed.len());
                let all = listed.is_empty() || named.any(|cell| cell.contains(others));
                Spans::of(0, others + u32::from(all))
            }
            Self::Points(_) => named
                .filter_map(|cell| cell.hull())
                .reduce(|all, hull| (all.0.min(hull.0), all.1.max(hull.1)))
                .map_or(whole, |(start, end)| Spans::of(start, end)),
        }
    }

    /// Values from a class to another in words.
    pub(super) fn describe(&self, first: u32, last: u32) -> String {
        match self {
            Self::Bools if first != last => "true|false".into(),
            Self::Bools => (first == 1).to_string(),
            Self::Points(points) => points.describe(first as usize, last as usize),
            Self::Texts { listed, .. } => {
                /// Texts shown of many.
                const SHOWN: usize = 3;
                let text = |class: u32| {
                    listed.get(class as usize).map_or_else(
                        || "其他文本 (other texts)".into(),
                        |text| format!("'{text}'"),
                    )
                };
                let texts: Vec<String> = (first..=last).take(SHOWN).map(text).collect();
                let more = if last - first >= number(SHOWN) {
                    "|…"
                } else {
                    ""
                };
                format!("{}{more}", texts.join("|"))
            }
        }
    }
}
