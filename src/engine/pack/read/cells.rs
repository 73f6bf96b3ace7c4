//! Cells of decision tables: `-`, `3`, `[3,5)`, `>= 80`, `1|3|[5,7)`, `'daily'|weekly`, `not(…)`.

use chrono::{Datelike as _, NaiveDate};

use super::super::{Bound, CellTest, InputType, Interval};
use crate::exact::Exact;

/// How all other values are written.
const NEGATED: (&str, &str) = ("not(", ")");

/// A condition of an input; `None` when it cannot be read or covers nothing.
pub(super) fn parse_cell(cell: &str, ty: InputType) -> Option<CellTest> {
    let cell = cell.trim();
    if cell == "-" {
        return Some(CellTest::Any);
    }
    let inner = cell.strip_prefix(NEGATED.0);
    let inner = inner.and_then(|rest| rest.strip_suffix(NEGATED.1));
    let negated = inner.is_some();
    let items = items(inner.unwrap_or(cell));
    match ty {
        InputType::Bool => {
            let flag: bool = items.first()?.parse().ok()?;
            (items.len() == 1).then_some(CellTest::Bool(flag != negated))
        }
        InputType::Text => {
            let listed: Option<Vec<String>> = items.iter().map(|item| text(item)).collect();
            Some(CellTest::Texts {
                listed: listed?,
                negated,
            })
        }
        InputType::Number => intervals(&items, negated, &|text| text.parse().ok()),
        InputType::Date => intervals(&items, negated, &|text| {
            let day: NaiveDate = text.parse().ok()?;
            Some(Exact::whole(i128::from(day.num_days_from_ce())))
        }),
    }
}

/// The parts between bars, but not those within quotes.
fn items(cell: &str) -> Vec<&str> {
    let mut quoted = false;
    let parts = cell.split(|c: char| {
        quoted ^= c == '\'';
        c == '|' && !quoted
    });
    parts.map(str::trim).collect()
}

/// A text with or without quotes; a quote within quotes is written twice.
fn text(item: &str) -> Option<String> {
    let inner = item.strip_prefix('\'').map(|rest| rest.strip_suffix('\''));
    let text = match inner {
        Some(inner) => inner?.replace("''", "'"),
        None => item.to_owned(),
    };
    (!text.is_empty()).then_some(text)
}

fn intervals(
    items: &[&str],
    negated: bool,
    point: &dyn Fn(&str) -> Option<Exact>,
) -> Option<CellTest> {
    let read: Option<Vec<Interval>> = items.iter().map(|item| interval(item, point)).collect();
    let mut merged = merged(read?);
    if negated {
        merged = complement(&merged);
    }
    (!merged.is_empty()).then_some(CellTest::Intervals(merged))
}

fn interval(item: &str, point: &dyn Fn(&str) -> Option<Exact>) -> Option<Interval> {
    for (sign, lower, included) in [
        (">=", true, true),
        ("<=", false, true),
        (">", true, false),
        ("<", false, false),
    ] {
        if let Some(rest) = item.strip_prefix(sign) {
            let value = point(rest.trim())?;
            let bound = Some(Bound { value, included });
            return Some(if lower {
                Interval {
                    low: bound,
                    high: None,
                }
            } else {
                Interval {
                    low: None,
                    high: bound,
                }
            });
        }
    }
    let open = item.chars().next()?;
    if !"[(".contains(open) {
        let value = point(item)?;
        let bound = Some(Bound {
            value,
            included: true,
        });
        return Some(Interval {
            low: bound,
            high: bound,
        });
    }
    let close = item.chars().next_back()?;
    let inner = item.get(1..item.len().checked_sub(1)?)?;
    let (low, high) = inner.split_once(',')?;
    let low = Bound {
        value: point(low.trim())?,
        included: open == '[',
    };
    let high = Bound {
        value: point(high.trim())?,
        included: close == ']',
    };
    let nonempty =
        low.value < high.value || (low.value == high.value && low.included && high.included);
    ("])".contains(close) && nonempty).then_some(Interval {
        low: Some(low),
        high: Some(high),
    })
}

/// Where an interval begins or ends: just before a value, or just after it.
type Cut = (Exact, bool);

fn start(interval: &Interval) -> Option<Cut> {
    interval.low.map(|bound| (bound.value, !bound.included))
}

fn end(interval: &Interval) -> Option<Cut> {
    interval.high.map(|bound| (bound.value, bound.included))
}

fn between(from: Option<Cut>, to: Option<Cut>) -> Interval {
    let low = from.map(|(value, after)| Bound {
        value,
        included: !after,
    });
    let high = to.map(|(value, included)| Bound { value, included });
    Interval { low, high }
}

/// The same values in ascending intervals that do not touch.
fn merged(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_by_key(start);
    let mut all: Vec<Interval> = Vec::new();
    for next in intervals {
        match all.last_mut() {
            Some(last) if end(last).is_none_or(|end| start(&next) <= Some(end)) => {
                let further = end(last).zip(end(&next)).map(|(a, b)| a.max(b));
                *last = between(start(last), further);
            }
            _ => all.push(next),
        }
    }
    all
}

/// All other values.
fn complement(intervals: &[Interval]) -> Vec<Interval> {
    let mut from = None;
    let mut open = true;
    let mut all = Vec::new();
    for (index, one) in intervals.iter().enumerate() {
        if index > 0 || one.low.is_some() {
            all.push(between(from, start(one)));
        }
        from = end(one);
        open = from.is_some();
    }
    if open {
        all.push(between(from, None));
    }
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use proptest::prelude::*;

    fn number(cell: &str) -> Option<CellTest> {
        parse_cell(cell, InputType::Number)
    }

    #[test]
    fn lists_negations_and_quotes_are_read() {
        assert_eq!(number("1 | [1,3) | 3"), number("[1,3]"));
        assert_eq!(number("not([1,3))"), number("< 1 | >= 3"));
        assert_eq!(number("not(2)"), number("> 2 | < 2"));
        assert_eq!(number("not(< 1 | >= 1)"), None);
        for nothing in ["", "(1,1)", "[2,1]", "1||2", "[1,2", "x", "not()", "not(1"] {
            assert_eq!(number(nothing), None, "{nothing}");
        }
        let texts = |listed: &[&str], negated| {
            let listed = listed.iter().map(|text| (*text).to_owned()).collect();
            Some(CellTest::Texts { listed, negated })
        };
        let text = |cell| parse_cell(cell, InputType::Text);
        assert_eq!(
            text("daily | 'a|b' | 'it''s'"),
            texts(&["daily", "a|b", "it's"], false)
        );
        assert_eq!(text("not('x')"), texts(&["x"], true));
        assert_eq!(text("'not(x)'"), texts(&["not(x)"], false));
        assert_eq!(text("a||b"), None);
        assert_eq!(text("'open"), None);
        let flag = |cell| parse_cell(cell, InputType::Bool);
        assert_eq!(flag("not(true)"), Some(CellTest::Bool(false)));
        assert_eq!(flag("true|false"), None);
        assert_eq!(
            parse_cell("[2025-01-01,2026-01-01)|2027-05-01", InputType::Date).map(|test| {
                let CellTest::Intervals(all) = test else {
                    panic!("not intervals")
                };
                all.len()
            }),
            Some(2)
        );
    }

    fn holds(test: &CellTest, value: Exact) -> bool {
        let CellTest::Intervals(intervals) = test else {
            panic!("not intervals")
        };
        let above = |low: Bound| low.value < value || (low.included && low.value == value);
        let below = |high: Bound| value < high.value || (high.included && high.value == value);
        intervals
            .iter()
            .any(|one| one.low.is_none_or(above) && one.high.is_none_or(below))
    }

    proptest! {
        #[test]
        fn a_list_is_the_union_of_its_items_and_not_its_complement(
            cells in prop::collection::vec(
                prop_oneof![
                    (-4_i32..5).prop_map(|value| value.to_string()),
                    (-4_i32..5, prop::sample::select(vec!["<", "<=", ">", ">="]))
                        .prop_map(|(value, sign)| format!("{sign} {value}")),
                    (-4_i32..5, 1_i32..4, any::<bool>(), any::<bool>()).prop_map(|(low, more, a, b)| {
                        let (open, close) = (if a { '[' } else { '(' }, if b { ']' } else { ')' });
                        format!("{open}{low},{}{close}", low + more)
                    }),
                ],
                1..5,
            ),
            value in -12_i128..13,
        ) {
            let value = Exact { mantissa: value * 5, scale: 1 };
            let any = cells.iter().any(|cell| holds(&number(cell).unwrap(), value));
            let list = cells.join("|");
            prop_assert_eq!(holds(&number(&list).unwrap(), value), any);
            let others = number(&format!("not({list})"));
            prop_assert_eq!(others.is_some_and(|test| holds(&test, value)), !any);
        }
    }
}
