//! COUNT(DISTINCT …): how many different combinations of values each group has.

use super::aggregate::keys;
use super::grouping::Grouping;
use super::lanes::{LaneFault, Lanes, misfit};
use super::nodes::Machine;
use super::rows::Rows;
use crate::formula::tree::{Kind, Node, Ty};
use crate::frame::Dictionary;

/// Number of distinct combinations among the selected rows of each group.
pub(super) fn count_distinct(
    machine: &Machine<'_>,
    arguments: &[Node],
    rows: &Rows<'_>,
    groups: Grouping<'_>,
) -> Result<Vec<i64>, LaneFault> {
    if let [_] = arguments {
        let mut seen: Vec<(usize, i128)> = Vec::new();
        collect(machine, arguments, rows, groups, |group, lane, columns| {
            let key = columns.first().and_then(|column| column.get(lane));
            seen.extend(key.map(|key| (group, *key)));
        })?;
        Ok(distinct(seen, groups.count()))
    } else {
        let mut seen: Vec<(usize, Vec<i128>)> = Vec::new();
        collect(machine, arguments, rows, groups, |group, lane, columns| {
            let key = columns.iter().filter_map(|column| column.get(lane));
            seen.push((group, key.copied().collect()));
        })?;
        Ok(distinct(seen, groups.count()))
    }
}

fn distinct<K: Ord>(mut seen: Vec<(usize, K)>, groups: usize) -> Vec<i64> {
    seen.sort_unstable();
    seen.dedup();
    let mut counts = vec![0_i64; groups];
    for (group, _) in seen {
        if let Some(count) = counts.get_mut(group) {
            *count += 1;
        }
    }
    counts
}

/// Calls `note` with the group and the key columns of every selected row.
fn collect(
    machine: &Machine<'_>,
    arguments: &[Node],
    rows: &Rows<'_>,
    groups: Grouping<'_>,
    mut note: impl FnMut(usize, usize, &[Vec<i128>]),
) -> Result<(), LaneFault> {
    let first_row = groups.first_row();
    let texts = unify_texts(machine, arguments, first_row, rows)?;
    rows.each_chunk(first_row, |offset, at| {
        let chunk = offset..offset + at.active.len();
        let mut columns = Vec::with_capacity(arguments.len());
        for (argument, texts) in arguments.iter().zip(&texts) {
            columns.push(match texts {
                Some(all) => all.get(chunk.clone()).ok_or_else(misfit)?.to_vec(),
                None => keys(machine.eval(argument, at)?)?,
            });
        }
        groups.parts(chunk, |group, part| {
            for lane in part {
                if at.active.get(lane) == Some(&true) {
                    note(group, lane, &columns);
                }
            }
        });
        Ok(())
    })
}

/// Texts that are not a plain column have a dictionary per stretch: number them over the block.
fn unify_texts(
    machine: &Machine<'_>,
    arguments: &[Node],
    first_row: usize,
    rows: &Rows<'_>,
) -> Result<Vec<Option<Vec<i128>>>, LaneFault> {
    let mut unified = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let plain = matches!(argument.kind, Kind::Column { .. });
        if argument.ty != Ty::Text || plain {
            unified.push(None);
            continue;
        }
        let mut all = Vec::with_capacity(rows.len());
        let mut dictionary = Dictionary::default();
        rows.each_chunk(first_row, |_, at| {
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
