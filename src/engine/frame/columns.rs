//! The columns of one table as formulas see them: those given, then those computed from them.

use super::ColumnData;

/// Columns that stay where they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns<'a> {
    given: &'a [ColumnData],
    computed: &'a [ColumnData],
}

impl<'a> Columns<'a> {
    /// No column: what formulas over subjects read.
    pub(crate) const NONE: Self = Self::given(&[]);

    /// Given columns only.
    pub(crate) const fn given(given: &'a [ColumnData]) -> Self {
        Self {
            given,
            computed: &[],
        }
    }

    /// The computed columns follow the given ones.
    pub(crate) const fn with(self, computed: &'a [ColumnData]) -> Self {
        Self { computed, ..self }
    }

    /// A column by its index in the extended table.
    pub(crate) fn get(self, index: usize) -> Option<&'a ColumnData> {
        match index.checked_sub(self.given.len()) {
            None => self.given.get(index),
            Some(after) => self.computed.get(after),
        }
    }

    /// All columns, in order.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a ColumnData> {
        self.given.iter().chain(self.computed)
    }
}
