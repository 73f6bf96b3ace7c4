//! A table of no known kind, cell by cell: for inputs whose columns are the user's own.

use csv::StringRecord;

use crate::container::{self, Payload};
use crate::csv_rows::CsvRows;
use crate::error::IngestError;
use crate::limits::Limits;
use crate::reading::Input;
use crate::table::Source;
use crate::value::fold;
use crate::{encoding, refuse_binary, workbook};

/// A row that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetLine {
    /// Line of the file, or row of the sheet, from one.
    pub line: u32,
    /// Its cells, trimmed and folded to half-width.
    pub cells: Vec<String>,
}

/// The rows of a CSV text or of the first sheet of a workbook that are not blank.
pub fn sheet(input: Input<'_>) -> Result<Vec<SheetLine>, IngestError> {
    let limits = Limits::DEFAULT;
    match container::open(input, &limits, None)? {
        Payload::Workbook => {
            let rows = workbook::rows(input, &limits, false)?;
            lines(Source::Sheet(rows.into_iter()))
        }
        Payload::Text(bytes) => {
            let decoded = encoding::decode(&bytes, true);
            refuse_binary(input, &decoded.text)?;
            lines(Source::Csv(CsvRows::new(input.file_name, &decoded.text)))
        }
    }
}

fn lines(mut source: Source<'_>) -> Result<Vec<SheetLine>, IngestError> {
    let mut record = StringRecord::new();
    let mut all = Vec::new();
    while let Some(line) = source.next(&mut record)? {
        let cells = record.iter().map(|cell| fold(cell).into_owned());
        all.push(SheetLine {
            line,
            cells: cells.collect(),
        });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_table_is_read_cell_by_cell_with_its_lines() {
        let text = "\u{feff}准则,甲\n\n甲 , １／３\n";
        let input = Input {
            file_name: "m.csv",
            bytes: text.as_bytes(),
        };
        let cells = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let expected = [(1, cells(["准则", "甲"])), (3, cells(["甲", "1/3"]))];
        let found = sheet(input).unwrap();
        let found: Vec<_> = found.into_iter().map(|row| (row.line, row.cells)).collect();
        assert_eq!(found, expected);
    }
}
