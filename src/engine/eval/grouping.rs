//! Which rows belong together.

use std::ops::Range;

/// The group of every row of a block of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Grouping<'a> {
    /// The rows of a group lie together: those of group `i` are `offsets[i]..offsets[i + 1]`.
    Runs {
        offsets: &'a [u32],
        /// Whether group `i` is exactly row `i` of the block.
        row_by_row: bool,
    },
    /// The group of each row, and how many groups there are.
    Scattered(&'a [u32], usize),
}

impl<'a> Grouping<'a> {
    /// Groups whose rows lie together.
    pub(crate) fn runs(offsets: &'a [u32]) -> Self {
        let pairs = offsets.iter().zip(offsets.iter().skip(1));
        Self::Runs {
            offsets,
            row_by_row: pairs.fold(true, |all, (start, end)| {
                all & (end.wrapping_sub(*start) == 1)
            }),
        }
    }

    /// Number of groups.
    pub(crate) const fn count(&self) -> usize {
        match self {
            Self::Runs { offsets, .. } => offsets.len().saturating_sub(1),
            Self::Scattered(_, count) => *count,
        }
    }

    /// The first row of the block, counted in the table.
    pub(crate) fn first_row(&self) -> usize {
        match self {
            Self::Runs { offsets, .. } => offsets.first().map_or(0, |first| *first as usize),
            Self::Scattered(..) => 0,
        }
    }

    /// Number of rows of the block.
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Runs { offsets, .. } => {
                let end = offsets.last().map_or(0, |end| *end as usize);
                end.saturating_sub(self.first_row())
            }
            Self::Scattered(of_row, _) => of_row.len(),
        }
    }

    /// Whether group `i` is exactly row `i` of the block.
    pub(crate) const fn is_row_by_row(&self) -> bool {
        match self {
            Self::Runs { row_by_row, .. } => *row_by_row,
            Self::Scattered(..) => false,
        }
    }

    /// Calls `visit` with each group that has rows among `rows` of the block, and with these rows,
    /// counted from the beginning of `rows`.
    pub(crate) fn parts(&self, rows: Range<usize>, mut visit: impl FnMut(usize, Range<usize>)) {
        match self {
            Self::Runs { offsets, .. } => {
                let first = self.first_row();
                let (from, to) = (rows.start + first, rows.end + first);
                let skipped = offsets.partition_point(|start| *start as usize <= from);
                let ends = offsets.iter().enumerate().skip(skipped.max(1));
                let mut start = from;
                for (group, end) in ends {
                    let end = (*end as usize).min(to);
                    if end > start {
                        visit(group - 1, start - from..end - from);
                        start = end;
                    }
                    if end == to {
                        break;
                    }
                }
            }
            Self::Scattered(of_row, _) => {
                let groups = of_row.get(rows).unwrap_or_default();
                for (lane, group) in groups.iter().enumerate() {
                    visit(*group as usize, lane..lane + 1);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(groups: Grouping<'_>, rows: Range<usize>) -> Vec<(usize, Range<usize>)> {
        let mut found = Vec::new();
        groups.parts(rows, |group, part| found.push((group, part)));
        found
    }

    #[test]
    fn rows_are_dealt_to_their_groups() {
        // Rows 3 and 4, none, 5, 6 to 8.
        let runs = Grouping::runs(&[3, 5, 5, 6, 9]);
        assert_eq!((runs.count(), runs.first_row(), runs.rows()), (4, 3, 6));
        assert_eq!(parts(runs, 0..6), [(0, 0..2), (2, 2..3), (3, 3..6)]);
        assert_eq!(parts(runs, 1..4), [(0, 0..1), (2, 1..2), (3, 2..3)]);
        assert_eq!(parts(runs, 4..6), [(3, 0..2)]);
        assert_eq!(parts(Grouping::runs(&[4, 4, 4]), 0..0), []);
        assert_eq!(parts(Grouping::runs(&[]), 0..0), []);
        let scattered = Grouping::Scattered(&[1, 0, 1], 2);
        assert_eq!(parts(scattered, 1..3), [(0, 0..1), (1, 1..2)]);
    }

    #[test]
    fn one_row_each_is_noticed() {
        assert!(Grouping::runs(&[5, 6, 7]).is_row_by_row());
        assert!(!Grouping::runs(&[5, 7, 7]).is_row_by_row());
        assert!(!Grouping::Scattered(&[0, 1], 2).is_row_by_row());
    }
}
