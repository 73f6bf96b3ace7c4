//! What keeps columns from being a frame.

/// Why columns do not make a frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The schema has no such table.
    #[error("没有事实表“{table}” (no fact table {table})")]
    UnknownTable {
        /// Name asked for.
        table: String,
    },
    /// The table has no such column.
    #[error("事实表“{table}”没有列“{column}” (table {table} has no column {column})")]
    UnknownColumn {
        /// Table.
        table: String,
        /// Name asked for.
        column: String,
    },
    /// Offsets must begin at zero, never decrease, and number one more than the subjects.
    #[error("事实表“{table}”的行界无效 (bad row offsets of table {table})")]
    Offsets {
        /// Table.
        table: String,
    },
    /// Values of the subjects that are not one for each.
    #[error("{what}有 {found} 个值，考核对象有 {subjects} 个 (not one {what} for each subject)")]
    Subjects {
        /// What the values are.
        what: &'static str,
        /// Values given.
        found: usize,
        /// Subjects of the frame.
        subjects: usize,
    },
    /// A column has the wrong length, type or a missing value it may not have.
    #[error("事实表“{table}”的列“{column}”：{reason} (column {column} of {table} does not fit)")]
    Column {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// What is wrong.
        reason: String,
    },
}
