//! Numbers side by side, in four bytes each as long as all fit: half as much to read from memory,
//! which is what a formula over a million rows waits for.

use std::ops::Range;

/// Whole numbers, one for each row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers(Width);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Width {
    Four(Vec<i32>),
    /// At least one does not fit four bytes.
    Eight(Vec<i64>),
}

/// Some of the numbers, where they lie.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slice<'n> {
    Four(&'n [i32]),
    Eight(&'n [i64]),
}

impl Default for Numbers {
    fn default() -> Self {
        Self(Width::Four(Vec::new()))
    }
}

impl Numbers {
    /// None yet, with room for so many.
    pub fn with_capacity(room: usize) -> Self {
        Self(Width::Four(Vec::with_capacity(room)))
    }

    /// Number of rows.
    pub const fn len(&self) -> usize {
        match &self.0 {
            Width::Four(values) => values.len(),
            Width::Eight(values) => values.len(),
        }
    }

    /// Whether there is no row.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that a number takes.
    pub const fn width(&self) -> usize {
        match &self.0 {
            Width::Four(_) => size_of::<i32>(),
            Width::Eight(_) => size_of::<i64>(),
        }
    }

    /// The number of a row.
    pub fn get(&self, row: usize) -> Option<i64> {
        match &self.0 {
            Width::Four(values) => values.get(row).copied().map(i64::from),
            Width::Eight(values) => values.get(row).copied(),
        }
    }

    /// The numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        (0..self.len()).filter_map(|row| self.get(row))
    }

    /// The numbers of some rows; `None` when there are fewer.
    pub(crate) fn slice(&self, rows: Range<usize>) -> Option<Slice<'_>> {
        Some(match &self.0 {
            Width::Four(values) => Slice::Four(values.get(rows)?),
            Width::Eight(values) => Slice::Eight(values.get(rows)?),
        })
    }

    /// Appends numbers.
    pub fn extend(&mut self, new: &[i64]) {
        match &mut self.0 {
            Width::Four(values) if fit(new) => values.extend(new.iter().map(|value| low(*value))),
            Width::Four(values) => {
                let mut wide = Vec::with_capacity(values.capacity().max(values.len() + new.len()));
                wide.extend(values.iter().copied().map(i64::from));
                wide.extend_from_slice(new);
                self.0 = Width::Eight(wide);
            }
            Width::Eight(values) => values.extend_from_slice(new),
        }
    }

    /// The numbers so many times, one after the other.
    #[must_use]
    pub fn repeat(&self, copies: usize) -> Self {
        Self(match &self.0 {
            Width::Four(values) => Width::Four(values.repeat(copies)),
            Width::Eight(values) => Width::Eight(values.repeat(copies)),
        })
    }
}

/// Whether all numbers fit four bytes, without a branch for each.
fn fit(values: &[i64]) -> bool {
    let bits = values
        .iter()
        .fold(0, |bits, value| bits | (value ^ (value >> 63)));
    bits >> 31 == 0
}

/// The low four bytes.
fn low(value: i64) -> i32 {
    const LOW: i64 = 0xffff_ffff;
    u32::try_from(value & LOW).unwrap_or_default().cast_signed()
}

impl From<Vec<i64>> for Numbers {
    fn from(values: Vec<i64>) -> Self {
        if fit(&values) {
            return Self(Width::Four(values.into_iter().map(low).collect()));
        }
        Self(Width::Eight(values))
    }
}

impl FromIterator<i64> for Numbers {
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Self {
        values.into_iter().collect::<Vec<i64>>().into()
    }
}

impl Slice<'_> {
    /// How many there are.
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Four(values) => values.len(),
            Self::Eight(values) => values.len(),
        }
    }

    /// The numbers in eight bytes each.
    pub(crate) fn to_vec(self) -> Vec<i64> {
        match self {
            Self::Four(values) => values.iter().copied().map(i64::from).collect(),
            Self::Eight(values) => values.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_are_those_given_in_whatever_width(
            parts in prop::collection::vec(
                prop::collection::vec(prop_oneof![
                    8 => -9_i64..9,
                    1 => Just(i64::from(i32::MIN)),
                    1 => Just(i64::from(i32::MAX)),
                    1 => any::<i64>(),
                ], 0..5),
                0..5,
            ),
        ) {
            let all: Vec<i64> = parts.concat();
            let mut grown = Numbers::with_capacity(3);
            for part in &parts {
                grown.extend(part);
            }
            let given = Numbers::from(all.clone());
            prop_assert_eq!(&grown, &given);
            prop_assert_eq!(given.iter().collect::<Vec<_>>(), all.clone());
            let narrow = all.iter().all(|one| i32::try_from(*one).is_ok());
            prop_assert_eq!(given.width(), if narrow { 4 } else { 8 });
            let slice = given.slice(0..all.len());
            prop_assert_eq!(slice.map(Slice::to_vec), Some(all.clone()));
            prop_assert!(given.slice(0..all.len() + 1).is_none());
            prop_assert_eq!(given.repeat(2), Numbers::from(all.repeat(2)));
        }
    }
}
