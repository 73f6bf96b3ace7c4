//! Why a whole file is unusable. What is wrong with single rows are rejects, not errors.

use crate::layout::FileKind;

/// A file from which nothing can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// No bytes, or nothing but blanks.
    #[error("文件“{file}”是空的；请确认导出是否完成 (empty file)")]
    Empty {
        /// File name.
        file: String,
    },
    /// A header without a row beneath it is fine; a text without a header is not a table.
    #[error(
        "文件“{file}”不是表格或文本，像是{what}；请导出为 CSV、XLSX 或 JSON (binary file: {what})"
    )]
    Binary {
        /// File name.
        file: String,
        /// What it looks like.
        what: &'static str,
    },
    /// An encrypted workbook.
    #[error("文件“{file}”已加密；请去掉打开密码后另存 (encrypted workbook)")]
    Encrypted {
        /// File name.
        file: String,
    },
    /// A workbook of Excel 97–2003.
    #[error("文件“{file}”是旧版 .xls 工作簿；请另存为 .xlsx (Excel 97-2003 workbook)")]
    OldWorkbook {
        /// File name.
        file: String,
    },
    /// A ZIP archive that is no workbook, or a damaged one.
    #[error("文件“{file}”不是可读的 .xlsx 工作簿：{detail} (not a readable workbook)")]
    BadWorkbook {
        /// File name.
        file: String,
        /// What the reader of workbooks says.
        detail: String,
    },
    /// Compressed data that ends early.
    #[error("压缩文件“{file}”不完整；请重新传输 (truncated gzip)")]
    TruncatedGzip {
        /// File name.
        file: String,
    },
    /// Compressed data that is damaged.
    #[error("压缩文件“{file}”已损坏：{detail} (corrupt gzip)")]
    CorruptGzip {
        /// File name.
        file: String,
        /// What the decompressor says.
        detail: String,
    },
    /// More bytes, rows or text than a file may have.
    #[error(
        "文件“{file}”的{what}超过上限 {limit}；请按月或按部门拆分后导入 (file too large: {what})"
    )]
    TooLarge {
        /// File name.
        file: String,
        /// What is too much.
        what: &'static str,
        /// The bound.
        limit: u64,
    },
    /// A header of no known kind.
    #[error(
        "文件“{file}”第 {line} 行的表头不认识：{found}。可导入：{expected}；最接近的是“{}”，\
         还缺 {missing} (unknown header)",
        nearest.title()
    )]
    UnknownHeader {
        /// File name.
        file: String,
        /// Line of the header.
        line: u32,
        /// The header as found, shortened.
        found: String,
        /// Titles of the kinds that can be read.
        expected: String,
        /// The kind whose header is nearest.
        nearest: FileKind,
        /// Required columns of that kind which are not there.
        missing: String,
    },
    /// The kind is clear, but required columns are missing.
    #[error(
        "文件“{file}”是“{}”，第 {line} 行表头缺少必需的列：{missing}{hint} (missing required column)",
        kind.title()
    )]
    MissingColumns {
        /// File name.
        file: String,
        /// The kind.
        kind: FileKind,
        /// Line of the header.
        line: u32,
        /// The columns missing.
        missing: String,
        /// Headers found that come near, or nothing.
        hint: String,
    },
    /// A quotation mark opened and never closed: the rest of the file would be one cell.
    #[error(
        "文件“{file}”第 {line} 行的双引号没有闭合，其后各行都会被并入一格；请补上引号 (unclosed quote)"
    )]
    UnclosedQuote {
        /// File name.
        file: String,
        /// Line on which the row begins.
        line: u32,
    },
    /// The rows can't be read on.
    #[error("文件“{file}”第 {line} 行之后无法读取：{detail} (unreadable)")]
    Unreadable {
        /// File name.
        file: String,
        /// Last line read.
        line: u32,
        /// What the reader says.
        detail: String,
    },
    /// JSON that ends early or is malformed.
    #[error("文件“{file}”第 {line} 行第 {column} 列不是合法的 JSON：{detail} (malformed JSON)")]
    MalformedJson {
        /// File name.
        file: String,
        /// Line of the fault.
        line: u32,
        /// Column of the fault.
        column: u32,
        /// What the parser says.
        detail: String,
    },
    /// JSON of another kind.
    #[error(
        "文件“{file}”是 JSON，但没有 X-Road 运行监控记录的字段 (messageId、requestInTs、\
         securityServerType)；请导出 {{\"records\":[…]}}、数组或逐行记录 (not X-Road records)"
    )]
    NotXRoad {
        /// File name.
        file: String,
    },
}
