//! A table under construction: rows in the columns of a layout, and what a reader makes of each.

use encoding_rs::GB18030;
use ingest::FileKind;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::error::CityError;
use crate::plan::Expected;

/// What a reader that follows the layouts makes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Loaded.
    Good,
    /// Dropped as the second copy of an earlier row.
    Duplicate,
    /// Dropped: the department is its own consumer.
    SelfCall,
    /// Shown, never credited.
    Unattributed,
    /// Refused.
    Reject,
}

/// How a file is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8, lines end in LF.
    Utf8,
    /// UTF-8 with a byte-order mark, lines end in CRLF.
    Utf8Bom,
    /// GBK (of GB 18030), lines end in CRLF.
    Gbk,
}

/// One row, addressed by the column indices of its layout.
#[derive(Clone, Debug)]
pub(crate) struct Row(Vec<String>);

impl Row {
    /// An empty row of the kind.
    pub(crate) fn new(kind: FileKind) -> Self {
        Self(vec![String::new(); kind.columns().len()])
    }

    /// The row with a cell set.
    pub(crate) fn with(mut self, column: usize, value: impl ToString) -> Self {
        if let Some(cell) = self.0.get_mut(column) {
            *cell = value.to_string();
        }
        self
    }
}

/// A planted sin of a sheet that has no file name yet.
pub(crate) struct Planted {
    /// Line of the file.
    pub(crate) line: u32,
    /// Stable code.
    pub(crate) code: &'static str,
    /// What is wrong, in Chinese.
    pub(crate) text: String,
}

/// A table of one kind.
pub(crate) struct Sheet {
    /// Its kind.
    pub(crate) kind: FileKind,
    rows: Vec<Row>,
    /// What a reader makes of the rows so far.
    pub(crate) expected: Expected,
    /// Sins planted so far.
    pub(crate) sins: Vec<Planted>,
}

impl Sheet {
    /// An empty table.
    pub(crate) fn new(kind: FileKind) -> Self {
        Self {
            kind,
            rows: Vec::new(),
            expected: Expected::default(),
            sins: Vec::new(),
        }
    }

    /// Number of rows below the header.
    pub(crate) fn rows(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Appends a row that a reader loads.
    pub(crate) fn push(&mut self, row: Row) {
        self.push_as(row, Fate::Good);
    }

    /// Appends a row of a given fate.
    pub(crate) fn push_as(&mut self, row: Row, fate: Fate) {
        let counter = match fate {
            Fate::Good => &mut self.expected.good,
            Fate::Duplicate => &mut self.expected.duplicates,
            Fate::SelfCall => &mut self.expected.self_calls,
            Fate::Unattributed => &mut self.expected.unattributed,
            Fate::Reject => &mut self.expected.rejects,
        };
        *counter += 1;
        self.rows.push(row);
    }

    /// Appends a row of a given fate and notes it as a sin.
    pub(crate) fn plant(
        &mut self,
        row: Row,
        fate: Fate,
        code: &'static str,
        text: impl Into<String>,
    ) {
        self.push_as(row, fate);
        self.note(code, text);
    }

    /// Notes the last row as a sin.
    pub(crate) fn note(&mut self, code: &'static str, text: impl Into<String>) {
        self.sins.push(Planted {
            line: self.rows() + 1, // the header is line one
            code,
            text: text.into(),
        });
    }

    /// The first rows, with their lines, whose cell in the column is none of the given ones: rows
    /// that may be copied and spoilt without touching what those stand for.
    pub(crate) fn plain(&self, column: usize, except: &[&str]) -> Vec<(u32, Row)> {
        let rows = self.rows.iter().zip(2_u32..);
        rows.filter(|(row, _)| !except.contains(&row.0.get(column).map_or("", String::as_str)))
            .map(|(row, line)| (line, row.clone()))
            .take(12)
            .collect()
    }

    /// The bytes as CSV.
    pub(crate) fn csv(&self, name: &str, encoding: Encoding) -> Result<Vec<u8>, CityError> {
        let fault = |source| CityError::Csv {
            name: name.to_owned(),
            source,
        };
        let terminator = match encoding {
            Encoding::Utf8 => csv::Terminator::Any(b'\n'),
            Encoding::Utf8Bom | Encoding::Gbk => csv::Terminator::CRLF,
        };
        let mut writer = csv::WriterBuilder::new()
            .terminator(terminator)
            .from_writer(Vec::new());
        let header = self.kind.columns().iter().map(|column| column.name);
        writer.write_record(header).map_err(fault)?;
        for row in &self.rows {
            writer.write_record(&row.0).map_err(fault)?;
        }
        let bytes = writer
            .into_inner()
            .map_err(|error| fault(error.into_error().into()))?;
        Ok(match encoding {
            Encoding::Utf8 => bytes,
            Encoding::Utf8Bom => [&b"\xef\xbb\xbf"[..], &bytes].concat(),
            Encoding::Gbk => {
                let text = String::from_utf8_lossy(&bytes);
                GB18030.encode(&text).0.into_owned()
            }
        })
    }

    /// The bytes as a workbook of text cells, dated the same whenever it is made.
    pub(crate) fn xlsx(&self, name: &str) -> Result<Vec<u8>, CityError> {
        let fault = |source| CityError::Workbook {
            name: name.to_owned(),
            source,
        };
        let created = ExcelDateTime::from_ymd(2026, 1, 1).map_err(fault)?;
        let mut book = Workbook::new();
        book.set_properties(
            &DocProperties::new()
                .set_title(self.kind.title())
                .set_creation_datetime(&created),
        );
        let sheet = book.add_worksheet();
        sheet.set_name(self.kind.title()).map_err(fault)?;
        for (column, place) in self.kind.columns().iter().zip(0_u16..) {
            sheet.write_string(0, place, column.name).map_err(fault)?;
        }
        for (row, line) in self.rows.iter().zip(1_u32..) {
            for (cell, place) in row.0.iter().zip(0_u16..) {
                if !cell.is_empty() {
                    sheet.write_string(line, place, cell).map_err(fault)?;
                }
            }
        }
        book.save_to_buffer().map_err(fault)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use ingest::layout::jurisdictions;

    fn sheet() -> Sheet {
        let mut sheet = Sheet::new(FileKind::Jurisdictions);
        let row = Row::new(FileKind::Jurisdictions)
            .with(jurisdictions::CODE, "410304")
            .with(jurisdictions::NAME, "瀍河,回族区");
        sheet.push(row.clone());
        sheet.plant(row, Fate::Duplicate, "duplicate_identical", "重复");
        sheet
    }

    #[test]
    fn csv_in_each_encoding_reads_back() {
        let sheet = sheet();
        assert_eq!((sheet.sins[0].line, sheet.expected.duplicates), (3, 1));
        let plain = sheet.csv("a.csv", Encoding::Utf8).unwrap();
        let text = String::from_utf8(plain.clone()).unwrap();
        assert_eq!(text.lines().nth(1).unwrap(), "410304,\"瀍河,回族区\",,,,");
        let gbk = sheet.csv("a.csv", Encoding::Gbk).unwrap();
        assert!(String::from_utf8(gbk.clone()).is_err());
        assert_eq!(GB18030.decode(&gbk).0, text.replace('\n', "\r\n"));
        let bom = sheet.csv("a.csv", Encoding::Utf8Bom).unwrap();
        assert_eq!(&bom[..3], b"\xef\xbb\xbf");
    }

    #[test]
    fn a_workbook_is_the_same_whenever_it_is_made() {
        let sheet = sheet();
        let first = sheet.xlsx("a.xlsx").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1100));
        assert_eq!(first, sheet.xlsx("a.xlsx").unwrap());
        assert_eq!(&first[..2], b"PK");
    }
}
