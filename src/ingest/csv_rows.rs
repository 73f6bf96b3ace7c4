//! CSV text as rows, with the line on which each row really begins.

use csv::{ReaderBuilder, StringRecord};

use crate::error::IngestError;

/// Rows of a CSV text.
pub(crate) struct CsvRows<'a> {
    file: &'a str,
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    /// Byte up to which line ends were counted, and the line there.
    counted: (usize, u32),
}

impl<'a> CsvRows<'a> {
    /// Rows of the text; the separator is the most frequent candidate of the first line.
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        let first = text.trim_start().lines().next().unwrap_or("");
        let count = |byte: u8| first.bytes().filter(|b| *b == byte).count();
        let separator = [b',', b'\t', b';']
            .into_iter()
            .rev()
            .max_by_key(|byte| count(*byte))
            .unwrap_or(b',');
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        Self {
            file,
            text,
            reader,
            counted: (0, 1),
        }
    }

    /// Reads the next row into `record` and returns its line; `None` after the last.
    pub(crate) fn next(&mut self, record: &mut StringRecord) -> Result<Option<u32>, IngestError> {
        let before = offset(self.reader.position());
        let more = self
            .reader
            .read_record(record)
            .map_err(|fault| IngestError::Unreadable {
                file: self.file.to_owned(),
                line: self.counted.1,
                detail: fault.to_string(),
            })?;
        if !more {
            return Ok(None);
        }
        let line = self.line_at(before);
        let after = offset(self.reader.position());
        if after >= self.text.len() {
            self.check_quotes(line)?;
        }
        Ok(Some(line))
    }

    /// The line of the first character at or after the byte that is not a line end: the parser
    /// passes over blank lines, and over the second half of CRLF, before a row begins.
    fn line_at(&mut self, byte: usize) -> u32 {
        let rest = self.text.as_bytes().get(byte..).unwrap_or_default();
        let blank = rest
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let start = byte + blank;
        let (from, line) = self.counted;
        let passed = self.text.as_bytes().get(from..start).unwrap_or_default();
        let ends = line_ends(passed);
        let line = line.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
        self.counted = (start.max(from), line);
        line
    }

    /// Refuses a last row that runs over several lines because a quote was never closed.
    fn check_quotes(&self, line: u32) -> Result<(), IngestError> {
        let raw = self.text.get(self.counted.0..).unwrap_or_default();
        let open = raw.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
        if open && raw.trim_end().contains('\n') {
            return Err(IngestError::UnclosedQuote {
                file: self.file.to_owned(),
                line,
            });
        }
        Ok(())
    }
}

/// Line ends in the bytes.
pub(crate) fn line_ends(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

fn offset(position: &csv::Position) -> usize {
    usize::try_from(position.byte()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn lines(text: &str) -> Vec<(u32, String)> {
        let mut rows = CsvRows::new("a.csv", text);
        let mut record = StringRecord::new();
        let mut lines = Vec::new();
        while let Some(line) = rows.next(&mut record).unwrap() {
            lines.push((line, record.get(0).unwrap_or_default().to_owned()));
        }
        lines
    }

    #[test]
    fn rows_know_their_lines() {
        for end in ["\n", "\r\n"] {
            let text = ["a,1", "", "\"b", "b\",2", "", "", "c,3", "d,4", ""].join(end);
            let (a, b, c, d) = ("a".into(), format!("b{end}b"), "c".into(), "d".into());
            assert_eq!(lines(&text), [(1, a), (3, b), (7, c), (8, d)], "{end:?}");
        }
    }

    #[test]
    fn tabs_and_semicolons_separate_too() {
        assert_eq!(lines("a\tb\n1\t2\n")[1], (2, "1".to_owned()));
        assert_eq!(lines("a;b\n1;2\n")[1], (2, "1".to_owned()));
    }

    #[test]
    fn an_open_quote_spoils_the_file() {
        let mut rows = CsvRows::new("a.csv", "a,b\n\"1,2\n3,4\n5,6\n");
        let mut record = StringRecord::new();
        assert_eq!(rows.next(&mut record), Ok(Some(1)));
        let error = rows.next(&mut record).unwrap_err();
        assert!(
            matches!(error, IngestError::UnclosedQuote { line: 2, .. }),
            "{error}"
        );
    }
}
