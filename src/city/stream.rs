//! Seeded streams of numbers: SplitMix64, one stream for each concern.
//!
//! A stream is named by what it decides, so that a new table takes its numbers from a stream of its
//! own and leaves the others as they were.

/// A stream of pseudo-random numbers, the same on every machine.
pub(crate) struct Stream {
    state: u64,
}

impl Stream {
    /// The stream of a seed and the names of the concern, outermost first.
    pub(crate) fn new(seed: u64, names: &[&str]) -> Self {
        // FNV-1a over the names, each closed by a byte that no UTF-8 text contains.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for name in names {
            for byte in name.bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        let mut stream = Self {
            state: seed ^ hash.rotate_left(32),
        };
        stream.state = stream.next() ^ hash;
        stream
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `[0, bound)`; zero when the bound is zero.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number in `[low, high]`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `permille` of a thousand cases.
    pub(crate) fn chance(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// A place in a list of the given length.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).unwrap_or(0)
    }

    /// One of the items; `None` of an empty list.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.index(items.len()))
    }

    /// One of the texts, as an owned cell; empty of an empty list.
    pub(crate) fn word(&mut self, words: &[&str]) -> String {
        self.pick(words)
            .map_or_else(String::new, |word| (*word).to_owned())
    }
}

/// Draws places of a list in proportion to whole-number weights.
pub(crate) struct Wheel {
    /// Running sums of the weights.
    sums: Vec<u64>,
}

impl Wheel {
    /// A wheel over the weights; a zero weight is never drawn while another is positive.
    pub(crate) fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let mut total = 0;
        let sums = weights
            .into_iter()
            .map(|weight| {
                total += weight;
                total
            })
            .collect();
        Self { sums }
    }

    /// Draws a place.
    pub(crate) fn draw(&self, stream: &mut Stream) -> usize {
        let total = self.sums.last().copied().unwrap_or(0);
        let ticket = stream.below(total);
        self.sums.partition_point(|sum| *sum <= ticket)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn a_stream_is_fixed_for_ever() {
        let mut stream = Stream::new(7, &["usage", "2026-03"]);
        let first = [stream.next(), stream.next()];
        let mut again = Stream::new(7, &["usage", "2026-03"]);
        assert_eq!(first, [again.next(), again.next()]);
        // Names do not run into each other, and the seed matters.
        for (seed, names) in [(7, ["usage2026-03", ""]), (8, ["usage", "2026-03"])] {
            assert_ne!(Stream::new(seed, &names).next(), first[0]);
        }
    }

    #[test]
    fn draws_stay_in_bounds_and_follow_the_weights() {
        let mut stream = Stream::new(1, &["test"]);
        let wheel = Wheel::new([0, 1, 3, 0]);
        let mut hits = [0_u32; 4];
        for _ in 0..4000 {
            hits[wheel.draw(&mut stream)] += 1;
            assert!((5..=9).contains(&stream.between(5, 9)));
        }
        assert_eq!((hits[0], hits[3]), (0, 0));
        assert!(hits[2] > 2 * hits[1] && hits[1] > 800, "{hits:?}");
        assert_eq!(stream.below(0), 0);
        assert!(stream.pick::<u8>(&[]).is_none());
    }
}
