//! What can go wrong while a report is drawn.

/// A report could not be produced.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The font folder cannot be read.
    #[error("字体目录“{folder}”无法读取：{source} (cannot read the font folder)")]
    FontFolder {
        /// The folder as configured.
        folder: String,
        /// Why.
        source: std::io::Error,
    },
    /// A bundled font does not parse: the program was built from damaged files.
    #[error("内置字体“{name}”已损坏，请重新编译 (a bundled font is damaged; rebuild)")]
    DamagedFont {
        /// File name of the font.
        name: &'static str,
    },
    /// A chart could not be drawn.
    #[error("图“{chart}”绘制失败：{reason} (cannot draw the chart)")]
    Chart {
        /// Title of the chart.
        chart: String,
        /// What the drawing library said.
        reason: String,
    },
    /// The page template does not compile.
    #[error("版式模板“{template}”排版失败：{reason} (the page template does not compile)")]
    Template {
        /// File name of the template.
        template: String,
        /// Each fault with its line, joined by semicolons.
        reason: String,
    },
    /// The HTML page could not be written.
    #[error("网页生成失败：{source} (cannot write the HTML page)")]
    Html {
        /// Why.
        #[from]
        source: askama::Error,
    },
    /// The workbook could not be written.
    #[error("工作簿生成失败：{source} (cannot write the workbook)")]
    Workbook {
        /// Why.
        #[from]
        source: rust_xlsxwriter::XlsxError,
    },
}
