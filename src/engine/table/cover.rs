//! Whether boxes cover a box, exactly: each input's values are numbered, a row is a box of spans.

use std::collections::HashSet;

use super::spans::{Span, Spans};

/// One set of values per input.
pub(super) type Cells = Vec<Spans>;

/// Most steps of one analysis, each the touch of one row: some seconds at most.
const MAX_STEPS: u64 = 1 << 28;

/// The analysis would take too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Undecided;

/// The steps still allowed.
#[derive(Debug)]
pub(super) struct Steps(u64);

impl Steps {
    pub(super) const fn new() -> Self {
        Self(MAX_STEPS)
    }

    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Undecided> {
        let steps = u64::try_from(steps).map_err(|_| Undecided)?;
        self.0 = self.0.checked_sub(steps).ok_or(Undecided)?;
        Ok(())
    }
}

pub(super) fn intersects(left: &Cells, right: &Cells) -> bool {
    left.iter().zip(right).all(|(a, b)| a.intersects(b))
}

pub(super) fn covers(outer: &Cells, inner: &Cells) -> bool {
    outer.iter().zip(inner).all(|(a, b)| a.covers(b))
}

/// The number of value combinations of a box; `None` beyond 128 bits.
pub(super) fn volume(cells: &Cells) -> Option<u128> {
    let mut sizes = cells.iter().map(|one| u128::from(one.len()));
    sizes.try_fold(1, u128::checked_mul)
}

/// A part of the space that no row covers; `None` when they cover all of it.
pub(super) fn uncovered(
    space: &Cells,
    rows: &[&Cells],
    steps: &mut Steps,
) -> Result<Option<Cells>, Undecided> {
    steps.spend(rows.len() + 1)?;
    if space.iter().any(Spans::is_empty) {
        return Ok(None);
    }
    let touching: Vec<&Cells> = rows
        .iter()
        .copied()
        .filter(|row| intersects(row, space))
        .collect();
    if touching.is_empty() {
        return Ok(Some(space.clone()));
    }
    if touching.iter().any(|row| covers(row, space)) {
        return Ok(None);
    }
    // Along the input that most rows cut, each part is left with the fewest rows.
    let whole = |input: usize| {
        let inside = |row: &&&Cells| match (row.get(input), space.get(input)) {
            (Some(row), Some(space)) => row.covers(space),
            _ => true,
        };
        touching.iter().filter(inside).count()
    };
    let Some(input) = (0..space.len()).min_by_key(|input| whole(*input)) else {
        return Ok(None);
    };
    let mut parts = slabs(space, &touching, input, steps)?;
    parts.sort_by_key(|(_, active)| active.len());
    let mut proved: HashSet<Vec<u32>> = HashSet::new();
    for (span, active) in parts {
        if proved.contains(&active) {
            continue;
        }
        let mut part = space.clone();
        if let Some(own) = part.get_mut(input) {
            *own = Spans::of(span.0, span.1);
        }
        let chosen = active.iter().filter_map(|row| touching.get(*row as usize));
        let chosen: Vec<&Cells> = chosen.copied().collect();
        if let Some(found) = uncovered(&part, &chosen, steps)? {
            return Ok(Some(found));
        }
        proved.insert(active);
    }
    Ok(None)
}

/// Steps counted for what is kept in memory.
const KEPT: usize = 8;

/// The space along an input cut wherever a row begins or ends, each part with its rows.
fn slabs(
    space: &Cells,
    rows: &[&Cells],
    input: usize,
    steps: &mut Steps,
) -> Result<Vec<(Span, Vec<u32>)>, Undecided> {
    let Some(own) = space.get(input) else {
        return Ok(Vec::new());
    };
    let mut events: Vec<(u32, Option<u32>, bool)> = Vec::new();
    for (start, end) in own.as_slice() {
        events.extend([(*start, None, true), (*end, None, false)]);
    }
    for (row, number) in rows.iter().zip(0..) {
        let cut = row.get(input).map(|cell| cell.intersection(own));
        for (start, end) in cut.iter().flat_map(Spans::as_slice) {
            events.extend([(*start, Some(number), true), (*end, Some(number), false)]);
        }
    }
    events.sort_unstable();
    let mut parts = Vec::new();
    let mut active = std::collections::BTreeSet::new();
    let mut inside = false;
    let mut since = 0;
    for (at, row, begins) in events {
        if since < at && inside {
            steps.spend(KEPT * (active.len() + 1))?;
            parts.push(((since, at), active.iter().copied().collect()));
        }
        since = at;
        match row {
            None => inside = begins,
            Some(row) if begins => {
                active.insert(row);
            }
            Some(row) => {
                active.remove(&row);
            }
        }
    }
    Ok(parts)
}
