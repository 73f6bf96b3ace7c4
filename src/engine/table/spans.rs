//! Sets of small numbers as ascending, disjoint, half-open spans.

/// `start..end`.
pub(super) type Span = (u32, u32);

/// Spans in order, none empty, none touching the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Spans(Vec<Span>);

impl Spans {
    /// One span; nothing when it is empty.
    pub(super) fn of(start: u32, end: u32) -> Self {
        Self::union([(start, end)])
    }

    /// All numbers of the spans, which may come in any order and overlap.
    pub(super) fn union(spans: impl IntoIterator<Item = Span>) -> Self {
        let mut all: Vec<Span> = spans.into_iter().filter(|(a, b)| a < b).collect();
        all.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(all.len());
        for (start, end) in all {
            match merged.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        Self(merged)
    }

    /// All numbers below `count` that are not in the set.
    pub(super) fn complement(&self, count: u32) -> Self {
        let ends = self.0.iter().map(|span| span.1);
        let starts = self.0.iter().map(|span| span.0);
        Self::union([0].into_iter().chain(ends).zip(starts.chain([count])))
    }

    pub(super) fn as_slice(&self) -> &[Span] {
        &self.0
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many numbers.
    pub(super) fn len(&self) -> u32 {
        self.0.iter().map(|(start, end)| end - start).sum()
    }

    /// The smallest number.
    pub(super) fn first(&self) -> Option<u32> {
        self.0.first().map(|span| span.0)
    }

    /// From the smallest to beyond the largest number.
    pub(super) fn hull(&self) -> Option<Span> {
        Some((self.0.first()?.0, self.0.last()?.1))
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        let after = self.0.partition_point(|span| span.0 <= number);
        let before = after.checked_sub(1).and_then(|at| self.0.get(at));
        before.is_some_and(|span| number < span.1)
    }

    /// Whether every number of the other set is in this one.
    pub(super) fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|(start, end)| {
            let after = self.0.partition_point(|span| span.0 <= *start);
            let around = after.checked_sub(1).and_then(|at| self.0.get(at));
            around.is_some_and(|span| *end <= span.1)
        })
    }

    pub(super) fn intersects(&self, other: &Self) -> bool {
        self.common(other).next().is_some()
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        Self(self.common(other).collect())
    }

    /// The spans in both sets, in order.
    fn common(&self, other: &Self) -> impl Iterator<Item = Span> {
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        std::iter::from_fn(move || {
            loop {
                let (a, b) = (**left.peek()?, **right.peek()?);
                let both = (a.0.max(b.0), a.1.min(b.1));
                if a.1 < b.1 {
                    left.next();
                } else {
                    right.next();
                }
                if both.0 < both.1 {
                    return Some(both);
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        prop::collection::vec((0_u32..12, 0_u32..12), 0..5)
    }

    fn numbers(spans: &[Span]) -> BTreeSet<u32> {
        spans.iter().flat_map(|(start, end)| *start..*end).collect()
    }

    proptest! {
        #[test]
        fn spans_are_sets(a in spans(), b in spans()) {
            let (left, right) = (numbers(&a), numbers(&b));
            let (one, two) = (Spans::union(a), Spans::union(b));
            let set = |spans: &Spans| numbers(spans.as_slice());
            prop_assert_eq!(set(&one), left.clone());
            prop_assert_eq!(usize::try_from(one.len()), Ok(left.len()));
            prop_assert_eq!(one.first(), left.first().copied());
            let rest: BTreeSet<u32> = (0..12).filter(|n| !left.contains(n)).collect();
            prop_assert_eq!(set(&one.complement(12)), rest);
            let both: BTreeSet<u32> = left.intersection(&right).copied().collect();
            prop_assert_eq!(one.intersects(&two), !both.is_empty());
            prop_assert_eq!(set(&one.intersection(&two)), both);
            prop_assert_eq!(one.covers(&two), right.is_subset(&left));
            for number in 0..12 {
                prop_assert_eq!(one.contains(number), left.contains(&number));
            }
        }
    }
}
