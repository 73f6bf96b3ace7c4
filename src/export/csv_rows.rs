//! CSV: UTF-8, RFC 4180, a head of column names, empty cells for what is absent.

use std::io::Write;

use crate::columns::{COLUMNS, Row, Value};
use crate::error::ExportError;

pub(crate) struct CsvRows {
    out: csv::Writer<Box<dyn Write>>,
}

impl CsvRows {
    pub(crate) fn new(out: Box<dyn Write>) -> Result<Self, ExportError> {
        let mut out = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        out.write_record(COLUMNS.iter().map(|column| column.name))?;
        Ok(Self { out })
    }

    pub(crate) fn take(&mut self, row: &Row<'_>) -> Result<(), ExportError> {
        for column in &COLUMNS {
            match (column.cell)(row) {
                Value::Empty => self.out.write_field("")?,
                Value::Text(text) => self.out.write_field(harmless(&text))?,
                Value::Whole(number) => self.out.write_field(number.to_string())?,
                Value::Day(day) => self.out.write_field(day.to_string())?,
                Value::Instant(at) => self.out.write_field(at.to_string())?,
                Value::Yuan(amount) => self.out.write_field(amount.to_plain())?,
            }
        }
        self.out.write_record(None::<&[u8]>)?;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), ExportError> {
        Ok(self.out.flush()?)
    }
}

/// The text with an apostrophe in front where a spreadsheet would take it for a formula: documents
/// and memos are words of people.
fn harmless(text: &str) -> String {
    const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let first = text.trim_start().chars().next();
    if first.is_some_and(|first| FORMULA.contains(&first)) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
