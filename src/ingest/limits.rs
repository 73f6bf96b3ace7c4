//! Bounds on what one file may cost, so that no upload exhausts the machine.

/// Bounds on one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Bytes after decompression (gzip, or all parts of a workbook together).
    pub inflated_bytes: u64,
    /// Rows of a table, or records of a JSON file.
    pub rows: u64,
    /// Columns of a table.
    pub columns: usize,
    /// Rejects, and unattributed rows, kept in detail; those beyond are only counted.
    pub listed: usize,
}

impl Limits {
    /// What a provincial month needs, several times over.
    pub const DEFAULT: Self = Self {
        file_bytes: 512 << 20,
        inflated_bytes: 1 << 30,
        rows: 5_000_000,
        columns: 1_000,
        listed: 100_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
