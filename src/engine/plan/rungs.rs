//! Where the points of a banded indicator change with its value: what lies ahead of a subject.

use super::bound::Bound;
use super::indicators::slices_of;
use crate::eval::Answer;
use crate::exact::{Exact, Quantity, pow10};
use crate::pack::{Indicator, PreparedTable};
use crate::table::{Input, Slice, shares, sum};

/// Values of a banded indicator that earn the same: a band of its table, or the end of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Where the values begin; `None` without lower end. With both ends alike it is that value alone,
    /// otherwise neither end belongs.
    pub low: Option<Quantity>,
    /// Where they end; `None` without upper end.
    pub high: Option<Quantity>,
    /// One of them, which the formula can have: the nearest to the lower end where it counts in
    /// steps.
    pub value: Quantity,
    /// The points that the table gives.
    pub points: Quantity,
}

impl Bound<'_> {
    /// The points that the band table of an indicator (index into the pack) gives for a value;
    /// `None` when the indicator has no such table or the table has no answer.
    pub fn band_points(&self, indicator: usize, value: Quantity) -> Option<Quantity> {
        let (rule, declared) = self.rule(indicator)?;
        let table = self.band_table(rule)?;
        if let Some(slices) = slices_of(table, declared) {
            return earned(&slices, value);
        }
        let input = Input::Number(value.numerator, value.denominator);
        points(table, table.lookup.class(0, input))
    }

    /// The bands of an indicator (index into the pack) in the order of their values, or for one
    /// banded by slices the ends of these and the value at which its points are full; nothing for
    /// other kinds.
    pub fn rungs(&self, indicator: usize) -> Vec<Rung> {
        let found = self.rule(indicator);
        let Some((rule, declared)) = found else {
            return Vec::new();
        };
        let Some(table) = self.band_table(rule) else {
            return Vec::new();
        };
        let scale = rule.value.root.ty.scale();
        match slices_of(table, declared) {
            Some(slices) => ends(&slices, declared, scale),
            None => bands(table, scale),
        }
    }
}

fn points(table: &PreparedTable, class: usize) -> Option<Quantity> {
    match table.answer(table.lookup.hit(&[class]))? {
        Answer::Number(points) => points.quantity(),
        Answer::Text(_) => None,
    }
}

fn earned(slices: &[Slice], value: Quantity) -> Option<Quantity> {
    sum(&shares("", slices, value).ok()?)
}

/// The classes of the table's input that a value can be of and that earn points.
fn bands(table: &PreparedTable, scale: Option<u8>) -> Vec<Rung> {
    let edges = table.lookup.points(0);
    let edge = |index: Option<usize>| edges.get(index?).copied();
    let rung = |class: usize| {
        if !table.lookup.is_inhabited(0, class, scale) {
            return None;
        }
        let points = points(table, class)?;
        let on = class % 2 == 1;
        let low = edge((class / 2).checked_sub(usize::from(!on)));
        let high = edge(Some(class / 2));
        let value = if on {
            low?.quantity()?
        } else {
            between(low, high, scale)?
        };
        let end = |end: Option<Exact>| end.and_then(Exact::quantity);
        Some(Rung {
            low: end(low),
            high: end(high),
            value,
            points,
        })
    };
    (0..=2 * edges.len()).filter_map(rung).collect()
}

/// A value with `scale` decimals (any without it) between two ends; one is known to exist.
fn between(low: Option<Exact>, high: Option<Exact>, scale: Option<u8>) -> Option<Quantity> {
    let step = Quantity::new(1, pow10(scale.unwrap_or(0))?)?;
    match (low, high, scale) {
        (Some(low), Some(high), None) => {
            let both = low.quantity()?.checked_add(high.quantity()?)?;
            both.checked_div(Quantity::whole(2))
        }
        (Some(low), ..) => down(low.quantity()?, step)?.checked_add(step),
        (None, Some(high), _) => {
            let above = down(high.quantity()?.checked_neg()?, step)?.checked_neg()?;
            above.checked_add(step.checked_neg()?)
        }
        (None, None, _) => Some(Quantity::ZERO),
    }
}

/// The largest multiple of the step that is not above a value.
fn down(value: Quantity, step: Quantity) -> Option<Quantity> {
    let steps = value.checked_div(step)?;
    let whole = steps.numerator.div_euclid(steps.denominator);
    Quantity::whole(whole).checked_mul(step)
}

/// The value from zero up at which each slice begins, and the first at which the points are full.
fn ends(slices: &[Slice], declared: &Indicator, scale: Option<u8>) -> Vec<Rung> {
    let begins = slices.iter().filter_map(|slice| slice.from.quantity());
    let full = full_at(slices, declared, scale);
    let mut values: Vec<Quantity> = begins.chain(full).collect();
    values.sort_unstable();
    values.dedup();
    let rung = |value| {
        let points = earned(slices, value)?;
        Some(Rung {
            low: Some(value),
            high: Some(value),
            value,
            points,
        })
    };
    values.into_iter().filter_map(rung).collect()
}

/// The first value at which slices earn all the points declared.
fn full_at(slices: &[Slice], declared: &Indicator, scale: Option<u8>) -> Option<Quantity> {
    let wanted = declared.points.quantity()?;
    let at = |slice: &Slice| {
        let (from, rate) = (slice.from.quantity()?, slice.rate?.quantity()?);
        let missing = wanted.checked_add(earned(slices, from)?.checked_neg()?)?;
        if rate <= Quantity::ZERO || missing < Quantity::ZERO {
            return None;
        }
        let value = from.checked_add(missing.checked_div(rate)?)?;
        let value = match scale {
            Some(scale) => {
                let step = Quantity::new(1, pow10(scale)?)?;
                down(value.checked_neg()?, step)?.checked_neg()?
            }
            None => value,
        };
        let ends = slice.to.and_then(Exact::quantity);
        ends.is_none_or(|to| value <= to).then_some(value)
    };
    slices.iter().find_map(at)
}
