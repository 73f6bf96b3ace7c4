//! Workbooks: the first sheet of an XLSX file as rows of text.
//!
//! A workbook is measured before it is parsed, and its cells are streamed: neither a ZIP bomb nor
//! one cell in the last corner of the sheet may cost more than the limits allow.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, Xlsx, XlsxError};
use csv::StringRecord;
use flate2::read::DeflateDecoder;

use crate::container::too_large;
use crate::error::IngestError;
use crate::limits::Limits;
use crate::reading::Input;

/// A row of the sheet with its number, from one.
pub(crate) type SheetRow = (u32, StringRecord);

/// The rows of the first sheet that are not blank; the first of them only, when `header_only`.
pub(crate) fn rows(
    input: Input<'_>,
    limits: &Limits,
    header_only: bool,
) -> Result<Vec<SheetRow>, IngestError> {
    measure(input, limits)?;
    // The parser is third-party code fed with strangers' bytes: a panic in it is a bad workbook.
    catch_unwind(AssertUnwindSafe(|| parse(input, limits, header_only)))
        .unwrap_or_else(|_| Err(bad(input, "内部结构无法解析".to_owned())))
}

fn bad(input: Input<'_>, detail: String) -> IngestError {
    IngestError::BadWorkbook {
        file: input.file_name.to_owned(),
        detail,
    }
}

fn xlsx_error(input: Input<'_>, fault: &XlsxError) -> IngestError {
    match fault {
        XlsxError::Password => IngestError::Encrypted {
            file: input.file_name.to_owned(),
        },
        other => bad(input, other.to_string()),
    }
}

fn parse(
    input: Input<'_>,
    limits: &Limits,
    header_only: bool,
) -> Result<Vec<SheetRow>, IngestError> {
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(input.bytes)).map_err(|fault| xlsx_error(input, &fault))?;
    let sheet = book
        .sheet_names()
        .into_iter()
        .next()
        .ok_or_else(|| bad(input, "没有工作表".to_owned()))?;
    let mut cells = book
        .worksheet_cells_reader(&sheet)
        .map_err(|fault| xlsx_error(input, &fault))?;
    let mut rows = Vec::new();
    let mut row = StringRecord::new();
    let (mut number, mut spent) = (0_u32, 0_u64);
    while let Some(cell) = cells
        .next_cell()
        .map_err(|fault| xlsx_error(input, &fault))?
    {
        let (at, column) = cell.get_position();
        if at + 1 != number {
            keep(&mut rows, number, &mut row);
            if header_only && !rows.is_empty() {
                return Ok(rows);
            }
            number = at + 1;
        }
        let text = cell_text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= limits.columns {
            let bound = u64::try_from(limits.columns).unwrap_or(u64::MAX);
            return Err(too_large(input.file_name, "列数 columns", bound));
        }
        while row.len() < column {
            row.push_field("");
        }
        row.push_field(&text);
        // One shared string may stand in a million cells.
        spent += u64::try_from(text.len()).unwrap_or(u64::MAX);
        if spent > limits.inflated_bytes {
            let bound = limits.inflated_bytes;
            return Err(too_large(input.file_name, "文字总量 text", bound));
        }
        if u64::try_from(rows.len()).unwrap_or(u64::MAX) > limits.rows {
            return Err(too_large(input.file_name, "行数 rows", limits.rows));
        }
    }
    keep(&mut rows, number, &mut row);
    Ok(rows)
}

/// Takes the row over, unless it is blank.
fn keep(rows: &mut Vec<SheetRow>, number: u32, row: &mut StringRecord) {
    if !row.is_empty() {
        rows.push((number, std::mem::take(row)));
    }
}

/// The text a person sees in the cell, as far as readers need it. A number too long for Excel
/// stays in scientific notation, so that an id it has eaten is seen to be one.
fn cell_text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.trim().to_owned()
        }
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(instant) => {
            let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
        DataRef::Error(code) => code.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A number with the fifteen digits that Excel keeps: `0.1 + 0.2` is `0.3`.
fn number_text(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    if number.abs() >= 1e15 {
        let text = format!("{number:.5e}").to_uppercase();
        return text.replacen('E', "E+", 1);
    }
    let scientific = format!("{number:.14e}");
    scientific
        .parse::<f64>()
        .map_or(scientific, |rounded| rounded.to_string())
}

/// One part of a ZIP archive, by the central directory.
struct Part {
    method: u16,
    packed: usize,
    header_at: usize,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(two.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
}

/// The parts of the archive; `None` when there is no readable directory.
fn parts(bytes: &[u8]) -> Option<Vec<Part>> {
    let end = bytes.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    let count = u16_at(bytes, end + 10)?;
    let mut at = u32_at(bytes, end + 16)?;
    let mut parts = Vec::new();
    for _ in 0..count {
        if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        parts.push(Part {
            method: u16_at(bytes, at + 10)?,
            packed: u32_at(bytes, at + 20)?,
            header_at: u32_at(bytes, at + 42)?,
        });
        let tail = [28, 30, 32].map(|field| u16_at(bytes, at + field));
        for length in tail {
            at = at.checked_add(usize::from(length?))?;
        }
        at = at.checked_add(46)?;
    }
    Some(parts)
}

/// The packed bytes of a part.
fn packed<'a>(bytes: &'a [u8], part: &Part) -> Option<&'a [u8]> {
    let name = usize::from(u16_at(bytes, part.header_at.checked_add(26)?)?);
    let extra = usize::from(u16_at(bytes, part.header_at.checked_add(28)?)?);
    let start = part.header_at.checked_add(30 + name + extra)?;
    bytes.get(start..start.checked_add(part.packed)?)
}

/// Refuses an archive that expands beyond the limit. Sizes are measured by inflating, because
/// those that an archive states of itself may lie.
fn measure(input: Input<'_>, limits: &Limits) -> Result<(), IngestError> {
    let parts = parts(input.bytes).ok_or_else(|| bad(input, "压缩目录缺失或不完整".to_owned()))?;
    let mut left = limits.inflated_bytes;
    for part in &parts {
        let packed =
            packed(input.bytes, part).ok_or_else(|| bad(input, "部件不完整".to_owned()))?;
        let size = if part.method == 8 {
            let mut inflated = DeflateDecoder::new(packed).take(left.saturating_add(1));
            // Damage inside a part is found, and told better, by the parser.
            std::io::copy(&mut inflated, &mut std::io::sink()).unwrap_or(0)
        } else {
            u64::try_from(packed.len()).unwrap_or(u64::MAX)
        };
        left = left.checked_sub(size).ok_or_else(|| {
            let bound = limits.inflated_bytes;
            too_large(input.file_name, "解压后字节数 inflated bytes", bound)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t23_numbers_read_as_people_see_them() {
        for (number, text) in [
            (410_105.0, "410105"),
            (0.1 + 0.2, "0.3"),
            (1234.56, "1234.56"),
            (1.141_010_000_000_001e17, "1.14101E+17"),
            (-2.0, "-2"),
        ] {
            assert_eq!(number_text(number), text);
        }
    }
}
