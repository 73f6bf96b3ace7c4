//! Single values on their way into and out of columns. Numbers are BIGINT in both databases and
//! checked both ways; names, periods and money are read back through the domain's own types.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::{NaiveDateTime, SubsecRound};
use domain::facts::SourceLine;

use crate::error::StoreError;

/// The cell of a count.
pub(crate) fn count_cell(
    table: &'static str,
    column: &'static str,
    value: u64,
) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::OutOfRange {
        table,
        column,
        value,
    })
}

/// A count.
pub(crate) fn count(
    table: &'static str,
    column: &'static str,
    cell: i64,
) -> Result<u64, StoreError> {
    u64::try_from(cell).map_err(|_| corrupt(table, column, cell))
}

/// A number of a narrower type than the column.
pub(crate) fn small<T: TryFrom<i64>>(
    table: &'static str,
    column: &'static str,
    cell: i64,
) -> Result<T, StoreError> {
    T::try_from(cell).map_err(|_| corrupt(table, column, cell))
}

/// A value that the domain knows by name.
pub(crate) fn named<T>(
    table: &'static str,
    column: &'static str,
    cell: &str,
    from_name: impl FnOnce(&str) -> Option<T>,
) -> Result<T, StoreError> {
    from_name(cell).ok_or_else(|| corrupt(table, column, cell))
}

/// A value with a text form of its own, as a period.
pub(crate) fn parsed<T: FromStr>(
    table: &'static str,
    column: &'static str,
    cell: &str,
) -> Result<T, StoreError> {
    cell.parse().map_err(|_| corrupt(table, column, cell))
}

/// The error of a cell that cannot be what it is.
pub(crate) fn corrupt(
    table: &'static str,
    column: &'static str,
    cell: impl ToString,
) -> StoreError {
    StoreError::Corrupt {
        table,
        column,
        value: cell.to_string(),
    }
}

/// Where a row was read.
pub(crate) fn source(
    table: &'static str,
    batch_id: i64,
    line: i64,
) -> Result<SourceLine, StoreError> {
    Ok(SourceLine {
        batch: small(table, "batch_id", batch_id)?,
        line: small(table, "line", line)?,
    })
}

/// The text without NUL characters, which PostgreSQL cannot hold and no name contains; SQLite
/// must store the same.
pub(crate) fn text(value: &str) -> String {
    let clean = if value.contains('\0') {
        Cow::Owned(value.replace('\0', ""))
    } else {
        Cow::Borrowed(value)
    };
    clean.into_owned()
}

/// The instant to the microsecond, which is what PostgreSQL keeps.
pub(crate) fn instant(at: NaiveDateTime) -> NaiveDateTime {
    at.trunc_subsecs(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_checked_both_ways() {
        assert!(matches!(
            count_cell("t", "c", u64::MAX),
            Err(StoreError::OutOfRange {
                value: u64::MAX,
                ..
            })
        ));
        assert!(matches!(
            count("t", "c", -1),
            Err(StoreError::Corrupt { .. })
        ));
        assert!(matches!(
            small::<u8>("t", "c", 256),
            Err(StoreError::Corrupt { .. })
        ));
        assert!(parsed::<domain::Period>("t", "c", "2026-13").is_err());
        assert_eq!(text("a\0b"), "ab");
    }
}
