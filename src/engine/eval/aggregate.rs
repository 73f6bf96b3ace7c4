//! Rows to groups: sums, counts, means, extremes. A group is a subject, or a subject and a text.

use super::CHUNK;
use super::lanes::{LaneFault, Lanes, misfit};
use super::nodes::{Machine, Stretch};
use crate::exact::pow10;
use crate::fault::FaultKind;
use crate::formula::tree::{Aggregate, Function, Node, Ty};

/// The group of every row.
#[derive(Clone, Debug)]
pub(crate) struct Grouping {
    /// Group of each row.
    pub(crate) of_row: Vec<u32>,
    /// Number of groups.
    pub(crate) count: usize,
}

impl Grouping {
    /// Each subject is a group.
    pub(crate) fn by_subject(offsets: &[u32]) -> Self {
        let mut of_row = Vec::with_capacity(offsets.last().map_or(0, |end| *end as usize));
        for ((start, end), group) in offsets.iter().zip(offsets.iter().skip(1)).zip(0_u32..) {
            of_row.extend((*start..*end).map(|_| group));
        }
        Self {
            of_row,
            count: offsets.len().saturating_sub(1),
        }
    }
}

/// Results of an aggregate, one per group.
#[derive(Clone, Debug)]
pub(crate) struct Aggregated {
    pub(crate) lanes: Lanes,
    /// Groups that have rows; `None` when a group without rows has a value too.
    pub(crate) known: Option<Vec<bool>>,
}

/// Which rows satisfy a condition, among those asked for.
pub(crate) fn select_rows(
    machine: &Machine<'_>,
    condition: Option<&Node>,
    rows: &[bool],
) -> Result<Vec<bool>, LaneFault> {
    let Some(condition) = condition else {
        return Ok(rows.to_vec());
    };
    let mut selected = Vec::with_capacity(rows.len());
    each_chunk(rows, |at| {
        let values = machine.eval(condition, at)?.bools()?;
        selected.extend(
            values
                .iter()
                .zip(at.active)
                .map(|(value, active)| value & active),
        );
        Ok(())
    })?;
    Ok(selected)
}

/// Runs `body` over stretches of rows; faults are placed in the whole table.
fn each_chunk(
    rows: &[bool],
    mut body: impl FnMut(Stretch<'_>) -> Result<(), LaneFault>,
) -> Result<(), LaneFault> {
    for (index, active) in rows.chunks(CHUNK).enumerate() {
        let start = index * CHUNK;
        if !active.contains(&true) {
            // Nothing is asked for here, but the caller's columns must stay aligned.
            body(Stretch { start, active })?;
            continue;
        }
        body(Stretch { start, active }).map_err(|fault| LaneFault {
            lane: fault.lane + start,
            ..fault
        })?;
    }
    Ok(())
}

/// An aggregate over the selected rows of each group.
pub(crate) fn aggregate(
    machine: &Machine<'_>,
    aggregate: &Aggregate,
    rows: &[bool],
    groups: &Grouping,
) -> Result<Aggregated, LaneFault> {
    let rows = select_rows(machine, aggregate.filter.as_ref(), rows)?;
    let full = |lanes| Aggregated { lanes, known: None };
    match (aggregate.function, aggregate.arguments.as_slice()) {
        (Function::Count, []) => Ok(full(Lanes::Small(count(&rows, groups)))),
        (Function::CountDistinct, arguments) => {
            let counts = count_distinct(machine, arguments, &rows, groups)?;
            Ok(full(Lanes::Small(counts)))
        }
        (Function::Sum, [one]) => {
            let sums = sum(machine, one, &rows, groups)?;
            Ok(full(Lanes::narrowed(sums)))
        }
        (Function::Average, [one]) => {
            let sums = sum(machine, one, &rows, groups)?;
            let counts = count(&rows, groups);
            let power = pow10(one.ty.scale().unwrap_or(0)).ok_or_else(misfit)?;
            let below = counts
                .iter()
                .map(|count| i128::from((*count).max(1)).checked_mul(power))
                .collect::<Option<Vec<_>>>()
                .ok_or_else(misfit)?;
            Ok(Aggregated {
                lanes: Lanes::Fraction(sums, below),
                known: Some(counts.into_iter().map(|count| count > 0).collect()),
            })
        }
        (Function::Minimum, [one]) => extreme(machine, one, &rows, groups, false),
        (Function::Maximum, [one]) => extreme(machine, one, &rows, groups, true),
        _ => Err(misfit()),
    }
}

pub(crate) fn count(rows: &[bool], groups: &Grouping) -> Vec<i64> {
    let mut counts = vec![0_i64; groups.count];
    for (group, selected) in groups.of_row.iter().zip(rows) {
        if let Some(count) = counts.get_mut(*group as usize) {
            *count += i64::from(*selected);
        }
    }
    counts
}

fn sum(
    machine: &Machine<'_>,
    argument: &Node,
    rows: &[bool],
    groups: &Grouping,
) -> Result<Vec<i128>, LaneFault> {
    let mut sums = vec![0_i128; groups.count];
    each_chunk(rows, |at| {
        let group = groups.of_row.get(at.start..).unwrap_or_default();
        match machine.eval(argument, at)? {
            Lanes::Small(values) => {
                let lanes = values.iter().zip(at.active).zip(group);
                for ((value, active), group) in lanes {
                    if let Some(sum) = sums.get_mut(*group as usize) {
                        // Fewer than 2^32 rows of 64 bits cannot exceed 96 bits.
                        *sum += i128::from(if *active { *value } else { 0 });
                    }
                }
            }
            other => {
                let values = other.wide()?;
                let lanes = values.iter().zip(at.active).zip(group).enumerate();
                for (lane, ((value, active), group)) in lanes {
                    if let (true, Some(sum)) = (*active, sums.get_mut(*group as usize)) {
                        *sum = sum
                            .checked_add(*value)
                            .ok_or(LaneFault::new(lane, FaultKind::Overflow))?;
                    }
                }
            }
        }
        Ok(())
    })?;
    Ok(sums)
}

/// A value of any type as a key; equal values have equal keys.
fn keys(lanes: Lanes) -> Result<Vec<i128>, LaneFault> {
    Ok(match lanes {
        Lanes::Bool(values) => values.into_iter().map(i128::from).collect(),
        Lanes::Date(values) => values.into_iter().map(i128::from).collect(),
        Lanes::Text(codes, _) => codes.into_iter().map(i128::from).collect(),
        numbers => numbers.wide()?,
    })
}

fn count_distinct(
    machine: &Machine<'_>,
    arguments: &[Node],
    rows: &[bool],
    groups: &Grouping,
) -> Result<Vec<i64>, LaneFault> {
    let mut seen: Vec<(u32, Vec<i128>)> = Vec::new();
    let texts = unify_texts(machine, arguments, rows)?;
    each_chunk(rows, |at| {
        let mut columns = Vec::with_capacity(arguments.len());
        for (argument, texts) in arguments.iter().zip(&texts) {
            let column = match texts {
                Some(all) => all
                    .get(at.start..at.start + at.active.len())
                    .ok_or_else(misfit)?
                    .to_vec(),
                None => keys(machine.eval(argument, at)?)?,
            };
            columns.push(column);
        }
        let group = groups.of_row.get(at.start..).unwrap_or_default();
        for (lane, (active, group)) in at.active.iter().zip(group).enumerate() {
            if *active {
                let key = columns
                    .iter()
                    .filter_map(|column| column.get(lane).copied());
                seen.push((*group, key.collect()));
            }
        }
        Ok(())
    })?;
    seen.sort_unstable();
    seen.dedup();
    let mut counts = vec![0_i64; groups.count];
    for (group, _) in seen {
        if let Some(count) = counts.get_mut(group as usize) {
            *count += 1;
        }
    }
    Ok(counts)
}

/// Texts that are not a plain column have a dictionary per stretch: number them over the table.
fn unify_texts(
    machine: &Machine<'_>,
    arguments: &[Node],
    rows: &[bool],
) -> Result<Vec<Option<Vec<i128>>>, LaneFault> {
    let mut unified = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let plain = matches!(argument.kind, crate::formula::tree::Kind::Column { .. });
        if argument.ty != Ty::Text || plain {
            unified.push(None);
            continue;
        }
        let mut all = Vec::with_capacity(rows.len());
        let mut dictionary = crate::frame::Dictionary::default();
        each_chunk(rows, |at| {
            let Lanes::Text(codes, local) = machine.eval(argument, at)? else {
                return Err(misfit());
            };
            let texts = codes
                .iter()
                .map(|code| local.text(*code).unwrap_or_default());
            all.extend(texts.map(|text| i128::from(dictionary.intern(text))));
            Ok(())
        })?;
        unified.push(Some(all));
    }
    Ok(unified)
}

fn extreme(
    machine: &Machine<'_>,
    argument: &Node,
    rows: &[bool],
    groups: &Grouping,
    greatest: bool,
) -> Result<Aggregated, LaneFault> {
    let mut best: Vec<Option<i128>> = vec![None; groups.count];
    each_chunk(rows, |at| {
        let values = keys(machine.eval(argument, at)?)?;
        let group = groups.of_row.get(at.start..).unwrap_or_default();
        for ((value, active), group) in values.iter().zip(at.active).zip(group) {
            if let (true, Some(best)) = (*active, best.get_mut(*group as usize)) {
                *best = Some(match *best {
                    Some(before) if greatest => before.max(*value),
                    Some(before) => before.min(*value),
                    None => *value,
                });
            }
        }
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
        lanes,
        known: Some(known),
    })
}
