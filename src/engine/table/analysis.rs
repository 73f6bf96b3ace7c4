//! Gaps, overlaps, duplicates and rows without effect, exactly and without trying all combinations.

use std::collections::{BTreeMap, HashMap};

use super::Lookup;
use super::cover::{Cells, Steps, Undecided, covers, intersects, uncovered, volume};
use super::spans::{Span, Spans};
use crate::pack::{HitPolicy, Table};

/// Most findings of one kind that are described.
const MAX_FINDINGS: usize = 5;

/// What the analysis of a table found, rows counted from zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analysis {
    /// Inputs that no row covers.
    pub gaps: Vec<String>,
    /// Pairs of rows that may not both apply, with an input where they do.
    pub overlaps: Vec<(usize, usize, String)>,
    /// Pairs of rows with the same conditions.
    pub duplicates: Vec<(usize, usize)>,
    /// Rows that never decide: no input meets them, or earlier ones always do.
    pub unreachable: Vec<usize>,
    /// Whether the search was given up: the findings are right, but there may be more.
    pub undecided: bool,
}

/// A table whose values are numbered input by input, those that cannot occur left out.
struct Space<'a> {
    lookup: &'a Lookup,
    table: &'a Table,
    /// The class of each numbered value, by input.
    classes: Vec<Vec<u32>>,
    /// All values.
    whole: Cells,
    /// Rows in the order of the table.
    rows: Vec<Cells>,
    steps: Steps,
}

impl Lookup {
    /// The exact analysis of the table this was made of. `scales` gives the decimals of each numeric
    /// input, `None` for fractions: with whole numbers only, nothing lies between 3 and 4.
    pub fn analyse(&self, table: &Table, scales: &[Option<u8>]) -> Analysis {
        let mut found = Analysis::default();
        let mut space = Space::new(self, table, scales);
        found.unreachable = space.empty_rows();
        found.duplicates = space.duplicates();
        found.undecided = space.search(&mut found).is_err();
        found.unreachable.sort_unstable();
        found.unreachable.dedup();
        found
    }
}

impl<'a> Space<'a> {
    fn new(lookup: &'a Lookup, table: &'a Table, scales: &[Option<u8>]) -> Self {
        let classes: Vec<Vec<u32>> = lookup
            .inputs
            .iter()
            .enumerate()
            .map(|(at, input)| {
                let scale = scales.get(at).copied().flatten();
                let domain = lookup.domains.get(at).and_then(Option::as_ref);
                let occurs = |class: &u32| {
                    input.is_inhabited(*class, scale)
                        && domain.is_none_or(|domain| domain.contains(*class))
                };
                (0..input.count()).filter(occurs).collect()
            })
            .collect();
        let mut space = Self {
            lookup,
            table,
            whole: Vec::new(),
            rows: Vec::new(),
            classes,
            steps: Steps::new(),
        };
        space.whole = (0..table.inputs.len())
            .map(|at| Spans::of(0, space.count(at)))
            .collect();
        space.rows = table
            .rows
            .iter()
            .map(|row| {
                let cells = lookup.cells(row).into_iter().enumerate();
                cells.map(|(at, cell)| space.numbered(at, &cell)).collect()
            })
            .collect();
        space
    }

    fn count(&self, input: usize) -> u32 {
        let all = self.classes.get(input).map_or(0, Vec::len);
        u32::try_from(all).unwrap_or(u32::MAX)
    }

    /// Classes as numbered values.
    fn numbered(&self, input: usize, classes: &Spans) -> Spans {
        let known = self.classes.get(input).map_or(&[][..], Vec::as_slice);
        let below = |class: u32| {
            let all = known.partition_point(|one| *one < class);
            u32::try_from(all).unwrap_or(u32::MAX)
        };
        let spans = classes.as_slice().iter();
        Spans::union(spans.map(|(start, end)| (below(*start), below(*end))))
    }

    /// What the rows must cover: the declared domain of each input, or what its cells speak of.
    fn domain(&self) -> Cells {
        let inputs = self.lookup.inputs.iter().zip(&self.lookup.domains);
        inputs
            .enumerate()
            .map(|(at, (input, declared))| {
                let spoken_of = || {
                    let rows = self.table.rows.iter().filter_map(|row| row.when.get(at));
                    input.spoken_of(rows.map(|test| input.matching(test)))
                };
                let classes = declared.clone().unwrap_or_else(spoken_of);
                self.numbered(at, &classes)
            })
            .collect()
    }

    fn empty_rows(&self) -> Vec<usize> {
        let rows = self.rows.iter().enumerate();
        rows.filter(|(_, row)| row.iter().any(Spans::is_empty))
            .map(|(row, _)| row)
            .collect()
    }

    fn duplicates(&self) -> Vec<(usize, usize)> {
        let mut first: HashMap<&Cells, usize> = HashMap::new();
        let mut found = Vec::new();
        for (row, cells) in self.rows.iter().enumerate() {
            if cells.iter().any(Spans::is_empty) {
                continue;
            }
            match first.get(cells) {
                Some(earlier) => found.push((*earlier, row)),
                None => {
                    first.insert(cells, row);
                }
            }
        }
        found
    }

    fn search(&mut self, found: &mut Analysis) -> Result<(), Undecided> {
        match self.table.hit {
            HitPolicy::Unique | HitPolicy::Any => self.overlaps(found)?,
            HitPolicy::First | HitPolicy::Priority => self.hidden(found)?,
            HitPolicy::RuleOrder | HitPolicy::Collect(_) => {}
        }
        if self.lookup.needs_cover {
            self.gaps(found)?;
        }
        Ok(())
    }

    /// Pairs of rows that meet. Their spans are swept along the input on which the fewest do.
    fn overlaps(&mut self, found: &mut Analysis) -> Result<(), Undecided> {
        let swept = (0..self.whole.len()).map(|input| self.sorted(input));
        let Some((spans, pairs)) = swept.min_by_key(|(_, pairs)| *pairs) else {
            return Ok(());
        };
        self.steps.spend(pairs)?;
        let mut clashes: BTreeMap<(usize, usize), Cells> = BTreeMap::new();
        for (at, ((_, end), row)) in spans.iter().enumerate() {
            let later = spans.iter().skip(at + 1);
            for (_, other) in later.take_while(|((start, _), _)| start < end) {
                let pair = (*row.min(other), *row.max(other));
                if let Some(both) = self.clash(pair) {
                    clashes.insert(pair, both);
                }
            }
            if clashes.len() >= MAX_FINDINGS {
                break;
            }
        }
        let shown = clashes.into_iter().take(MAX_FINDINGS);
        found.overlaps = shown
            .map(|((first, second), both)| (first, second, self.describe(&both)))
            .collect();
        Ok(())
    }

    /// The spans of all rows on an input, by where they begin, and how many pairs of them meet.
    fn sorted(&self, input: usize) -> (Vec<(Span, usize)>, usize) {
        let rows = self.rows.iter().enumerate();
        let inhabited = rows.filter(|(_, row)| !row.iter().any(Spans::is_empty));
        let mut spans: Vec<(Span, usize)> = inhabited
            .flat_map(|(row, cells)| {
                let own = cells.get(input).map_or(&[][..], Spans::as_slice);
                own.iter().map(move |span| (*span, row))
            })
            .collect();
        spans.sort_unstable();
        let pairs = spans.iter().enumerate().map(|(at, ((_, end), _))| {
            let reached = spans.partition_point(|((start, _), _)| start < end);
            reached.saturating_sub(at + 1)
        });
        let pairs = pairs.sum();
        (spans, pairs)
    }

    /// Where two rows may not both apply.
    fn clash(&self, (first, second): (usize, usize)) -> Option<Cells> {
        let (left, right) = (self.rows.get(first)?, self.rows.get(second)?);
        let value = |row: usize| self.table.rows.get(row).map(|row| &row.value);
        let agree = self.table.hit == HitPolicy::Any && value(first) == value(second);
        // Rows with the same conditions are reported as duplicates.
        if agree || left == right || !intersects(left, right) {
            return None;
        }
        let both = left.iter().zip(right).map(|(a, b)| a.intersection(b));
        Some(both.collect())
    }

    /// Rows that earlier ones (in the order of precedence) always hide.
    fn hidden(&mut self, found: &mut Analysis) -> Result<(), Undecided> {
        let order = self.lookup.order.clone();
        for (at, row) in order.iter().enumerate() {
            let row = *row as usize;
            let Some(own) = self.rows.get(row) else {
                continue;
            };
            let empty = own.iter().any(Spans::is_empty);
            if empty || self.decides_somewhere(row, own) {
                continue;
            }
            self.steps.spend(at)?;
            let earlier = order.iter().take(at);
            let mut earlier = earlier.filter_map(|other| self.rows.get(*other as usize));
            let hidden = match earlier.clone().find(|other| covers(other, own)) {
                Some(other) if other == own => false, // reported as a duplicate
                Some(_) => true,
                None => {
                    let meeting = earlier.by_ref().filter(|other| intersects(other, own));
                    let meeting: Vec<&Cells> = meeting.collect();
                    uncovered(own, &meeting, &mut self.steps)?.is_none()
                }
            };
            if hidden {
                found.unreachable.push(row);
            }
        }
        Ok(())
    }

    /// Whether the row decides at its first values: a quick proof for most rows.
    fn decides_somewhere(&self, row: usize, own: &Cells) -> bool {
        let values = own.iter().zip(&self.classes);
        let classes: Option<Vec<usize>> = values
            .map(|(cell, classes)| {
                let class = classes.get(cell.first()? as usize)?;
                usize::try_from(*class).ok()
            })
            .collect();
        let hit = classes.map(|classes| self.lookup.first(&classes));
        hit.flatten().is_some_and(|found| found as usize == row)
    }

    fn gaps(&mut self, found: &mut Analysis) -> Result<(), Undecided> {
        let domain = self.domain();
        let disjoint = self.table.hit == HitPolicy::Unique
            && found.overlaps.is_empty()
            && found.duplicates.is_empty();
        if disjoint {
            // Rows that do not meet cover the domain exactly when they are as large together.
            let mut inside = self.rows.iter().map(|row| {
                let part = row.iter().zip(&domain).map(|(a, b)| a.intersection(b));
                volume(&part.collect())
            });
            let covered = inside.try_fold(0_u128, |sum, one| sum.checked_add(one?));
            if let (Some(covered), Some(all)) = (covered, volume(&domain))
                && covered == all
            {
                return Ok(());
            }
        }
        let mut filled: Vec<Cells> = Vec::new();
        while found.gaps.len() < MAX_FINDINGS {
            let rows: Vec<&Cells> = self.rows.iter().chain(&filled).collect();
            let Some(gap) = uncovered(&domain, &rows, &mut self.steps)? else {
                break;
            };
            found.gaps.push(self.describe(&gap));
            filled.push(gap);
        }
        Ok(())
    }

    /// The first part of a box in words.
    fn describe(&self, cells: &Cells) -> String {
        let inputs = cells.iter().zip(&self.classes).zip(&self.lookup.inputs);
        let parts = inputs.map(|((cell, classes), input)| {
            let class = |value: u32| classes.get(value as usize).copied();
            let span = cell.as_slice().first();
            let ends = span.and_then(|(start, end)| Some((class(*start)?, class(end - 1)?)));
            ends.map_or_else(String::new, |(first, last)| input.describe(first, last))
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}
