//! Rows to groups: sums, counts, means, extremes. A group is a subject, or a subject and a text.

use super::CHUNK;
use super::distinct::count_distinct;
use super::grouping::Grouping;
use super::lanes::{LaneFault, Lanes, misfit};
use super::nodes::{Machine, Stretch};
use super::rows::{Rows, all};
use crate::exact::pow10;
use crate::fault::FaultKind;
use crate::formula::tree::{Aggregate, Function, Kind, Node, Ty};
use crate::frame::{Slice, Values};

/// Results of an aggregate, one per group.
#[derive(Clone, Debug)]
pub(crate) struct Aggregated<'c> {
    pub(crate) values: Held<'c>,
    /// Groups that have rows; `None` when every group has a value.
    pub(crate) known: Option<Vec<bool>>,
}

/// Values computed, or those of a column of which each row is a group.
#[derive(Clone, Debug)]
pub(crate) enum Held<'c> {
    Lanes(Lanes),
    Column(Slice<'c>),
}

impl Held<'_> {
    /// The values.
    pub(crate) fn lanes(&self) -> Lanes {
        match self {
            Self::Lanes(lanes) => lanes.clone(),
            Self::Column(values) => Lanes::Small(values.to_vec()),
        }
    }

    /// The values, if they are numbers of at most 64 bits.
    pub(crate) const fn numbers(&self) -> Option<Slice<'_>> {
        match self {
            Self::Lanes(Lanes::Small(values)) => Some(Slice::Eight(values.as_slice())),
            Self::Column(values) => Some(*values),
            Self::Lanes(_) => None,
        }
    }
}

/// An aggregate over the selected rows of each group.
pub(crate) fn aggregate<'c>(
    machine: &Machine<'c>,
    aggregate: &Aggregate,
    rows: &Rows<'_>,
    groups: Grouping<'_>,
) -> Result<Aggregated<'c>, LaneFault> {
    if let Some(column) = column_itself(machine, aggregate, rows, groups) {
        let values = Held::Column(column);
        return Ok(Aggregated {
            values,
            known: None,
        });
    }
    let filter = aggregate.filter.as_ref();
    let rows = rows.select(machine, filter, groups.first_row())?;
    let full = |lanes| Aggregated {
        values: Held::Lanes(lanes),
        known: None,
    };
    match (aggregate.function, aggregate.arguments.as_slice()) {
        (Function::Count, []) => {
            let counts = count(&rows, groups).into_iter().map(i64::from);
            Ok(full(Lanes::Small(counts.collect())))
        }
        (Function::CountDistinct, arguments) => {
            let counts = count_distinct(machine, arguments, &rows, groups)?;
            Ok(full(Lanes::Small(counts)))
        }
        (Function::Sum, [one]) => Ok(full(sum(machine, one, &rows, groups)?)),
        (Function::Average, [one]) => {
            let sums = sum(machine, one, &rows, groups)?;
            let counts = count(&rows, groups);
            Ok(Aggregated {
                values: Held::Lanes(means(sums, &counts, one.ty.scale())?),
                known: Some(counts.into_iter().map(|count| count > 0).collect()),
            })
        }
        (Function::Minimum, [one]) => extreme(machine, one, &rows, groups, i128::min),
        (Function::Maximum, [one]) => extreme(machine, one, &rows, groups, i128::max),
        _ => Err(misfit()),
    }
}

/// The column of numbers that an aggregate is when every row is a group and counts.
fn column_itself<'c>(
    machine: &Machine<'c>,
    aggregate: &Aggregate,
    rows: &Rows<'_>,
    groups: Grouping<'_>,
) -> Option<Slice<'c>> {
    let ([one], None) = (aggregate.arguments.as_slice(), &aggregate.filter) else {
        return None;
    };
    let is_itself = matches!(
        aggregate.function,
        Function::Sum | Function::Minimum | Function::Maximum
    );
    let Kind::Column { index, .. } = one.kind else {
        return None;
    };
    let column = machine.columns.get(index)?;
    match &column.values {
        Values::Number(values) if is_itself && rows.are_all() && groups.is_row_by_row() => {
            let first = groups.first_row();
            values.slice(first..first + rows.len())
        }
        _ => None,
    }
}

/// Sums divided by counts; one where there is nothing to divide.
fn means(sums: Lanes, counts: &[u32], scale: Option<u8>) -> Result<Lanes, LaneFault> {
    let power = pow10(scale.unwrap_or(0)).ok_or_else(misfit)?;
    let below = |count: &u32| i128::from((*count).max(1)).checked_mul(power);
    if let Lanes::Small(above) = sums {
        let narrow = |count| i64::try_from(below(count)?).ok();
        return match counts.iter().map(narrow).collect() {
            Some(below) => Ok(Lanes::SmallFraction(above, below)),
            None => means(Lanes::Wide(Lanes::Small(above).wide()?), counts, scale),
        };
    }
    let below: Option<Vec<i128>> = counts.iter().map(below).collect();
    Ok(Lanes::Fraction(sums.wide()?, below.ok_or_else(misfit)?))
}

/// How many rows of each group are selected.
pub(crate) fn count(rows: &Rows<'_>, groups: Grouping<'_>) -> Vec<u32> {
    if groups.is_row_by_row() {
        let flags = rows.flags().iter();
        return flags.map(|selected| u32::from(*selected)).collect();
    }
    let mut counts = vec![0_u32; groups.count()];
    groups.parts(0..rows.len(), |group, part| {
        let selected = rows.flags().get(part).unwrap_or_default().iter();
        if let Some(count) = counts.get_mut(group) {
            *count += selected.map(|selected| u32::from(*selected)).sum::<u32>();
        }
    });
    counts
}

/// The sum of each group. Only what it is in the end counts: partial sums may leave 128 bits and come
/// back, so that nothing depends on the order of rows.
fn sum(
    machine: &Machine<'_>,
    argument: &Node,
    rows: &Rows<'_>,
    groups: Grouping<'_>,
) -> Result<Lanes, LaneFault> {
    if groups.is_row_by_row() {
        return sum_of_rows(machine, argument, rows, groups.first_row());
    }
    let mut sums = Sums::new(groups.count());
    rows.each_chunk(groups.first_row(), |offset, at| {
        let chunk = offset..offset + at.active.len();
        match machine.eval(argument, at)? {
            Lanes::Small(values) => {
                let narrow = have_room(&values);
                groups.parts(chunk, |group, part| {
                    let values = values.get(part.clone()).unwrap_or_default();
                    let active = at.active.get(part).unwrap_or_default();
                    sums.add(group, total(values, active, narrow));
                });
            }
            other => {
                let values = other.wide()?;
                groups.parts(chunk, |group, part| {
                    let values = values.get(part.clone()).unwrap_or_default().iter();
                    let active = at.active.get(part).unwrap_or_default();
                    for (value, _) in values.zip(active).filter(|(_, active)| **active) {
                        sums.add(group, *value);
                    }
                });
            }
        }
        Ok(())
    })?;
    match sums.too_wide() {
        None => Ok(Lanes::narrowed(sums.low)),
        Some(too_wide) => {
            let mut last = 0;
            groups.parts(0..rows.len(), |group, part| {
                if group == too_wide {
                    let flags = rows.flags();
                    let selected = part.rev().find(|row| flags.get(*row) == Some(&true));
                    last = selected.unwrap_or(last);
                }
            });
            Err(LaneFault::new(last, FaultKind::Overflow))
        }
    }
}

/// Sums of more than 128 bits: `low + high · 2^128`.
struct Sums {
    low: Vec<i128>,
    /// Empty until a sum leaves 128 bits.
    high: Vec<i64>,
}

impl Sums {
    fn new(groups: usize) -> Self {
        Self {
            low: vec![0; groups],
            high: Vec::new(),
        }
    }

    #[inline]
    fn add(&mut self, group: usize, value: i128) {
        let groups = self.low.len();
        let Some(low) = self.low.get_mut(group) else {
            return;
        };
        let (sum, over) = low.overflowing_add(value);
        *low = sum;
        if over {
            self.high.resize(groups, 0);
            if let Some(high) = self.high.get_mut(group) {
                *high += if value < 0 { -1 } else { 1 };
            }
        }
    }

    /// A group whose sum does not fit 128 bits.
    fn too_wide(&self) -> Option<usize> {
        self.high.iter().position(|high| *high != 0)
    }
}

/// Whether as many of these values as a chunk holds add up within 64 bits.
fn have_room(values: &[i64]) -> bool {
    const ROOM: u32 = CHUNK.ilog2() + 1;
    let bits = values
        .iter()
        .fold(0, |bits, value| bits | (value ^ (value >> 63)));
    bits >> (63 - ROOM) == 0
}

fn total(values: &[i64], active: &[bool], narrow: bool) -> i128 {
    if narrow && all(active) {
        return i128::from(
            values
                .iter()
                .fold(0_i64, |sum, value| sum.wrapping_add(*value)),
        );
    }
    let chosen = values
        .iter()
        .zip(active)
        .map(|(value, active)| if *active { *value } else { 0 });
    if narrow {
        i128::from(chosen.fold(0_i64, i64::wrapping_add))
    } else {
        chosen.map(i128::from).sum()
    }
}

/// Sums of one row each: the values themselves, and nothing where the row is not asked for.
fn sum_of_rows(
    machine: &Machine<'_>,
    argument: &Node,
    rows: &Rows<'_>,
    first_row: usize,
) -> Result<Lanes, LaneFault> {
    if rows.len() <= CHUNK && rows.are_all() {
        let at = Stretch {
            start: first_row,
            active: rows.flags(),
        };
        return machine.eval(argument, at);
    }
    let mut small: Vec<i64> = Vec::with_capacity(rows.len());
    let mut wide: Vec<i128> = Vec::new();
    rows.each_chunk(first_row, |_, at| {
        let lanes = machine.eval(argument, at)?;
        let active = at.active.iter();
        match lanes {
            Lanes::Small(values) if wide.is_empty() => {
                let chosen = values.iter().zip(active);
                small.extend(chosen.map(|(value, active)| if *active { *value } else { 0 }));
            }
            lanes => {
                if wide.is_empty() {
                    wide = small.iter().copied().map(i128::from).collect();
                }
                let values = lanes.wide()?;
                let chosen = values.iter().zip(active);
                wide.extend(chosen.map(|(value, active)| if *active { *value } else { 0 }));
            }
        }
        Ok(())
    })?;
    Ok(if wide.is_empty() {
        Lanes::Small(small)
    } else {
        Lanes::narrowed(wide)
    })
}

/// A value of any type as a key; equal values have equal keys.
pub(super) fn keys(lanes: Lanes) -> Result<Vec<i128>, LaneFault> {
    Ok(match lanes {
        Lanes::Bool(values) => values.into_iter().map(i128::from).collect(),
        Lanes::Date(values) => values.into_iter().map(i128::from).collect(),
        Lanes::Text(codes, _) => codes.into_iter().map(i128::from).collect(),
        numbers => numbers.wide()?,
    })
}

fn extreme(
    machine: &Machine<'_>,
    argument: &Node,
    rows: &Rows<'_>,
    groups: Grouping<'_>,
    better: impl Fn(i128, i128) -> i128,
) -> Result<Aggregated<'static>, LaneFault> {
    let mut best: Vec<Option<i128>> = vec![None; groups.count()];
    rows.each_chunk(groups.first_row(), |offset, at| {
        let values = keys(machine.eval(argument, at)?)?;
        groups.parts(offset..offset + at.active.len(), |group, part| {
            let values = values.get(part.clone()).unwrap_or_default().iter();
            let active = at.active.get(part).unwrap_or_default();
            let chosen = values.zip(active).filter(|(_, active)| **active);
            let found = chosen.map(|(value, _)| *value).reduce(&better);
            if let (Some(found), Some(best)) = (found, best.get_mut(group)) {
                *best = Some(best.map_or(found, |before| better(before, found)));
            }
        });
        Ok(())
    })?;
    let known = best.iter().map(Option::is_some).collect();
    let values = best.into_iter().map(Option::unwrap_or_default);
    let lanes = if argument.ty == Ty::Date {
        let days = values.map(|day| i32::try_from(day).unwrap_or_default());
        Lanes::Date(days.collect())
    } else {
        Lanes::narrowed(values.collect())
    };
    Ok(Aggregated {
        values: Held::Lanes(lanes),
        known: Some(known),
    })
}
