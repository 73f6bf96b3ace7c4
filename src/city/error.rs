//! What can stop the generator.

use domain::CalendarError;

/// Why a data set was not written, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum CityError {
    /// The number of months is zero or beyond [`crate::Plan::MONTHS_MAX`].
    #[error("月数应为 1 到 120，而不是 {months} (months must be 1 to 120)")]
    Months {
        /// As asked.
        months: u32,
    },
    /// A day of the plan is in a year whose holiday notice is not in the calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The caller could not store a file.
    #[error("写不了 {name}：{source} (cannot write)")]
    Sink {
        /// The file.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// A CSV file could not be formed.
    #[error("生成 {name} 出错：{source} (cannot form CSV)")]
    Csv {
        /// The file.
        name: String,
        /// Why.
        source: csv::Error,
    },
    /// A workbook could not be formed.
    #[error("生成 {name} 出错：{source} (cannot form workbook)")]
    Workbook {
        /// The file.
        name: String,
        /// Why.
        source: rust_xlsxwriter::XlsxError,
    },
    /// A JSON file could not be formed.
    #[error("生成 {name} 出错：{source} (cannot form JSON)")]
    Json {
        /// The file.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// The generator and the reader disagree about a layout.
    #[error("{name} 的“{column}”列与版式不符 (column not as in the layout)")]
    Layout {
        /// The file.
        name: String,
        /// The column that is unknown or missing.
        column: String,
    },
}
