//! Ranks: best total first, ties by the pack's method, stable by department id.

use std::collections::BTreeMap;

use engine::pack::{RankMethod, Ranking};

use crate::assessment::{DepartmentResult, Standing};
use crate::exact::Exact;

/// Ranks of totals given best first.
fn places(sorted: &[&Exact], method: RankMethod) -> Vec<u32> {
    let mut places: Vec<u32> = Vec::with_capacity(sorted.len());
    let mut before: Option<&Exact> = None;
    for (total, position) in sorted.iter().zip(1_u32..) {
        let last = places.last().copied().unwrap_or(0);
        let tied = before == Some(*total);
        places.push(match method {
            RankMethod::Ordinal => position,
            _ if tied => last,
            RankMethod::Competition => position,
            RankMethod::Dense => last + 1,
        });
        before = Some(total);
    }
    places
}

/// Sets `rank` and `of` of every ranked department. `departments` are sorted by id.
pub(crate) fn rank(departments: &mut [DepartmentResult], ranking: Ranking) {
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, result) in departments.iter().enumerate() {
        if result.standing == Standing::Ranked {
            let group = ranking.within_group.then_some(result.group);
            groups.entry(group).or_default().push(index);
        }
    }
    for members in groups.values() {
        let mut order: Vec<(Exact, usize)> = members
            .iter()
            .filter_map(|index| {
                let total = &departments.get(*index)?.total;
                let key = if ranking.on_rounded {
                    &total.counted
                } else {
                    &total.exact
                };
                Some((key.clone(), *index))
            })
            .collect();
        // Indices are in the order of ids, so a stable order of equals is that of ids.
        order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let totals: Vec<&Exact> = order.iter().map(|(total, _)| total).collect();
        let places = places(&totals, ranking.method);
        let of = u32::try_from(order.len()).unwrap_or(u32::MAX);
        for ((_, index), place) in order.iter().zip(places) {
            if let Some(result) = departments.get_mut(*index) {
                result.rank = Some(place);
                result.of = of;
            }
        }
    }
}

#[cfg(test)]
mod tests;
