//! Rows that are not loaded: rejects, with reason and remedy, and calls nobody can be credited for.

use std::borrow::Cow;

use crate::layout::FileKind;

/// A row refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Line of the file (row of the sheet, record of the JSON file), from one.
    pub line: u32,
    /// Header of the column at fault; empty when the whole row is.
    pub column: String,
    /// The cell as found, shortened.
    pub value: String,
    /// Stable code of the reason.
    pub code: &'static str,
    /// What is wrong: a Chinese sentence, then English in brackets.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

/// A call that belongs to no known department or resource: shown, never credited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unattributed {
    /// Line of the file, from one.
    pub line: u32,
    /// Who or what is not known.
    pub what: String,
    /// Why it can't be attributed: Chinese, then English in brackets.
    pub reason: String,
}

/// Longest part of a cell that a message repeats, in characters.
const EXCERPT: usize = 120;

/// The text, shortened for a message.
pub(crate) fn excerpt(text: &str) -> String {
    let mut chars = text.chars();
    let mut short: String = chars.by_ref().take(EXCERPT).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

/// A cell that no spreadsheet takes for a formula: one that starts like a formula gets an
/// apostrophe in front (CSV injection). Every export of text that came from a file needs it.
pub fn neutralise(cell: &str) -> Cow<'_, str> {
    let starts = |c: char| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
        )
    };
    if cell.starts_with(starts) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Quotes a cell where CSV needs it.
fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains(['"', ',', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(cell)
    }
}

/// One line of CSV for Excel, with its end.
fn csv_line<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let cells: Vec<String> = cells
        .into_iter()
        .map(|cell| quoted(&neutralise(cell)).into_owned())
        .collect();
    format!("{}\r\n", cells.join(","))
}

/// A file of a kind as CSV for Excel: UTF-8 with a BOM, CRLF, the header of its layout, no cell that
/// runs as a formula. Rows have a cell for each column of the layout.
pub fn kind_csv(kind: FileKind, rows: &[Vec<String>]) -> Vec<u8> {
    let header = csv_line(kind.columns().iter().map(|column| column.name));
    let lines = rows
        .iter()
        .map(|row| csv_line(row.iter().map(String::as_str)));
    let mut csv = format!("\u{feff}{header}");
    csv.extend(lines);
    csv.into_bytes()
}

/// The rejects as CSV for Excel: UTF-8 with a BOM, CRLF, no cell that runs as a formula.
pub fn rejects_csv(file_name: &str, rejects: &[Reject]) -> Vec<u8> {
    let mut csv = String::from("\u{feff}文件,行号,列,值,代码,原因,处理建议\r\n");
    for reject in rejects {
        csv.push_str(&csv_line([
            file_name,
            &reject.line.to_string(),
            &reject.column,
            &reject.value,
            reject.code,
            &reject.reason,
            &reject.remedy,
        ]));
    }
    csv.into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn t23_rejects_carry_no_formula() {
        let reject = Reject {
            line: 7,
            column: "情况说明".into(),
            value: "=cmd|'/c calc'!A1,\"x\"".into(),
            code: "missing",
            reason: "+1".into(),
            remedy: "@SUM(A1)".into(),
        };
        let csv = String::from_utf8(rejects_csv("-a.csv", &[reject])).unwrap();
        assert_eq!(
            csv,
            "\u{feff}文件,行号,列,值,代码,原因,处理建议\r\n\
             '-a.csv,7,情况说明,\"'=cmd|'/c calc'!A1,\"\"x\"\"\",missing,'+1,'@SUM(A1)\r\n"
        );
    }
}
