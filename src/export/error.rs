//! The one error of the crate.

use crate::format::Format;

/// Why an export was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The format is not text.
    #[error("{} 格式不是文本，请用 --out 写入文件 (not text; give a file with --out)", .format.name())]
    NeedsFile {
        /// The format.
        format: Format,
    },
    /// No format of that name.
    #[error("没有格式“{name}”；可用 {} (no such format)", Format::names())]
    NoSuchFormat {
        /// As asked for.
        name: String,
    },
    /// A text or a date beyond what the format holds.
    #[error("数据超出格式的范围 (beyond what the format holds)")]
    OutOfRange,
    /// The file or stream failed.
    #[error("写入失败：{0} (cannot write)")]
    Io(#[from] std::io::Error),
    /// The workbook failed.
    #[error("写入工作簿失败：{0} (cannot write the workbook)")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        Self::Io(error.into())
    }
}
