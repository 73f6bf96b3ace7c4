//! The formats.

use std::str::FromStr;

use crate::error::ExportError;

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A journal for hledger.
    Hledger,
    /// A journal for beancount.
    Beancount,
    /// One posting a line, UTF-8, RFC 4180.
    Csv,
    /// A workbook for spreadsheets.
    Xlsx,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 5] = [
        Self::Hledger,
        Self::Beancount,
        Self::Csv,
        Self::Xlsx,
        Self::Parquet,
    ];

    /// The name by which it is asked for.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hledger => "hledger",
            Self::Beancount => "beancount",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join("、")
    }
}

impl FromStr for Format {
    type Err = ExportError;

    fn from_str(name: &str) -> Result<Self, ExportError> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| ExportError::NoSuchFormat {
            name: name.to_owned(),
        })
    }
}
