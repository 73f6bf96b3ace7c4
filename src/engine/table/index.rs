//! From a class of each input to the rows that match: sets of rows as bits, one set a class (or a
//! few neighbouring classes), intersected word by word in the order of precedence.

use std::ops::ControlFlow;

use super::spans::Spans;

/// Sets of rows kept for an input: with more classes, neighbours share a set.
const MAX_BUCKETS: u32 = 1 << 10;
const WORD: usize = u64::BITS as usize;

/// The rows that match, by input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    inputs: Vec<Bits>,
    /// Words of a set of rows.
    words: usize,
    /// Words of the set of the words that are not empty.
    summary_words: usize,
}

/// For one input: the rows of each bucket of classes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bits {
    /// Classes `c` with one `c >> shift` share a set.
    shift: u32,
    /// Bucket by bucket, the words of its set.
    rows: Vec<u64>,
    /// Bucket by bucket, which words of the set are not empty.
    summary: Vec<u64>,
    /// The classes of each row, when sets are shared and membership must be confirmed.
    cells: Vec<Spans>,
}

impl Index {
    /// `cells` has the classes of each row (in order of precedence) for each input; `counts` the
    /// number of classes of each input.
    pub(super) fn new(cells: &[Vec<Spans>], counts: &[u32]) -> Self {
        let words = cells.len().div_ceil(WORD);
        let summary_words = words.div_ceil(WORD);
        let inputs = counts
            .iter()
            .enumerate()
            .map(|(input, count)| {
                let own = cells.iter().map(|row| row.get(input));
                Bits::new(own, *count, words, summary_words)
            })
            .collect();
        Self {
            inputs,
            words,
            summary_words,
        }
    }

    /// Calls `visit` with each row that matches, in order, until it breaks.
    pub(super) fn scan<B>(
        &self,
        classes: &[usize],
        mut visit: impl FnMut(usize) -> ControlFlow<B>,
    ) -> Option<B> {
        for block in 0..self.summary_words {
            let mut open = self.all(classes, block, self.summary_words, |bits| &bits.summary);
            while open != 0 {
                let word = block * WORD + open.trailing_zeros() as usize;
                open &= open - 1;
                let mut rows = self.all(classes, word, self.words, |bits| &bits.rows);
                while rows != 0 {
                    let row = word * WORD + rows.trailing_zeros() as usize;
                    rows &= rows - 1;
                    if self.confirms(classes, row)
                        && let ControlFlow::Break(found) = visit(row)
                    {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// A word of the sets of all inputs, intersected.
    fn all(&self, classes: &[usize], word: usize, width: usize, part: fn(&Bits) -> &[u64]) -> u64 {
        let inputs = self.inputs.iter().zip(classes);
        inputs.fold(u64::MAX, |all, (bits, class)| {
            let at = (class >> bits.shift) * width + word;
            all & part(bits).get(at).copied().unwrap_or(0)
        })
    }

    /// Whether the row matches the classes themselves, not only their buckets.
    fn confirms(&self, classes: &[usize], row: usize) -> bool {
        self.inputs.iter().zip(classes).all(|(bits, class)| {
            bits.shift == 0
                || bits.cells.get(row).is_some_and(|cell| {
                    u32::try_from(*class).is_ok_and(|class| cell.contains(class))
                })
        })
    }
}

impl Bits {
    fn new<'c>(
        cells: impl Iterator<Item = Option<&'c Spans>>,
        count: u32,
        words: usize,
        summary_words: usize,
    ) -> Self {
        let mut shift = 0;
        while (count >> shift) >= MAX_BUCKETS {
            shift += 1;
        }
        let buckets = (count >> shift) as usize + 1;
        let mut bits = Self {
            shift,
            rows: vec![0; buckets * words],
            summary: vec![0; buckets * summary_words],
            cells: Vec::new(),
        };
        for (row, cell) in cells.enumerate() {
            let cell = cell.cloned().unwrap_or_default();
            for (start, end) in cell.as_slice() {
                let last = end.saturating_sub(1) >> shift;
                for bucket in (start >> shift)..=last {
                    let bucket = bucket as usize;
                    set(&mut bits.rows, bucket * words, row);
                    set(&mut bits.summary, bucket * summary_words, row / WORD);
                }
            }
            if shift > 0 {
                bits.cells.push(cell);
            }
        }
        bits
    }
}

/// Sets a bit of the words that begin at `base`.
fn set(words: &mut [u64], base: usize, bit: usize) {
    if let Some(word) = words.get_mut(base + bit / WORD) {
        *word |= 1 << (bit % WORD);
    }
}
