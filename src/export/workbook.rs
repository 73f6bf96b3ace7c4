//! Workbooks: rows go to a temporary file as they come; every million a new sheet.
//!
//! A cell holds a float of fifteen digits. Numbers that have more are written as text; all others are
//! kept, and shown, to the last digit.

use std::fs::File;

use chrono::Datelike as _;
use ledger::Scope;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::columns::{COLUMNS, Kind, Row, Value};
use crate::error::ExportError;
use crate::{Totals, yuan};

/// Rows of a sheet, its head not counted.
const ROWS_MAX: u32 = 1_048_575;

/// The largest whole number of fifteen digits.
const DIGITS_MAX: i64 = 999_999_999_999_999;

pub(crate) struct Book {
    workbook: Workbook,
    file: File,
    formats: Formats,
    /// The sheet that is being filled, its rows so far, and how many it takes.
    sheet: usize,
    rows: u32,
    rows_max: u32,
}

struct Formats {
    head: Format,
    yuan: Format,
    day: Format,
}

impl Book {
    pub(crate) fn new(file: File) -> Result<Self, ExportError> {
        Self::with_rows(file, ROWS_MAX)
    }

    /// A book whose sheets take so many rows.
    pub(crate) fn with_rows(file: File, rows_max: u32) -> Result<Self, ExportError> {
        let mut workbook = Workbook::new();
        // The only date inside is fixed: the same books give the same bytes.
        let first = ExcelDateTime::from_ymd(2000, 1, 1)?;
        workbook.set_properties(
            &DocProperties::new()
                .set_title("衡享补偿台账")
                .set_creation_datetime(&first),
        );
        workbook.add_worksheet().set_name("说明")?;
        let mut book = Self {
            workbook,
            file,
            formats: Formats {
                head: Format::new().set_bold(),
                yuan: Format::new().set_num_format("#,##0.00"),
                day: Format::new().set_num_format("yyyy-mm-dd"),
            },
            sheet: 0,
            rows: 0,
            rows_max,
        };
        book.add_sheet()?;
        Ok(book)
    }

    fn add_sheet(&mut self) -> Result<(), XlsxError> {
        self.sheet += 1;
        self.rows = 0;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(format!("分录{}", self.sheet))?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, column) in (0_u16..).zip(&COLUMNS) {
            let width = match column.kind {
                Kind::Text | Kind::Instant => 22,
                Kind::Whole | Kind::Day | Kind::Yuan => 14,
            };
            sheet.set_column_width(at, width)?;
            let head = format!("{} {}", column.title, column.name);
            sheet.write_string_with_format(0, at, head, &self.formats.head)?;
        }
        Ok(())
    }

    pub(crate) fn take(&mut self, row: &Row<'_>) -> Result<(), ExportError> {
        if self.rows == self.rows_max {
            self.add_sheet()?;
        }
        self.rows += 1;
        let sheet = self.workbook.worksheet_from_index(self.sheet)?;
        for (at, column) in (0_u16..).zip(&COLUMNS) {
            write(sheet, self.rows, at, (column.cell)(row), &self.formats)?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self, scope: &Scope, totals: &Totals) -> Result<(), ExportError> {
        let notes = [
            ("范围 scope", scope.to_string()),
            ("凭证 transactions", totals.transactions.to_string()),
            ("分录 postings", totals.postings.to_string()),
            ("借方合计（元） debits", yuan(totals.debit_fen)),
            ("贷方合计（元） credits", yuan(totals.credit_fen)),
            (
                "精度 precision",
                "金额以“分”的整数为准。电子表格只保留 15 位有效数字：超过 15 位的数以文本写入，其余数字一位不差。\
                 (whole fen count; a spreadsheet keeps 15 digits, so longer numbers are text)"
                    .to_owned(),
            ),
            (
                "方向 sign",
                "借方为正，贷方为负；每张凭证在预算(B)、权责(P)、备查(M)三组内各自合计为零。\
                 (debits above zero; every group of a transaction sums to zero)"
                    .to_owned(),
            ),
        ];
        let sheet = self.workbook.worksheet_from_index(0)?;
        sheet.set_column_width(0, 26)?.set_column_width(1, 90)?;
        for (row, (what, says)) in (0_u32..).zip(notes) {
            sheet.write_string_with_format(row, 0, what, &self.formats.head)?;
            sheet.write_string(row, 1, says)?;
        }
        Ok(self.workbook.save_to_writer(self.file)?)
    }
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: Value<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match value {
        Value::Empty => {}
        Value::Text(text) => {
            sheet.write_string(row, column, text)?;
        }
        Value::Whole(number) => match exact(number) {
            Some(float) => {
                sheet.write_number(row, column, float)?;
            }
            None => {
                sheet.write_string(row, column, number.to_string())?;
            }
        },
        // The nearest float to a decimal of fifteen digits shows as that decimal.
        Value::Yuan(amount) => match exact(amount.get()) {
            Some(fen) => {
                sheet.write_number_with_format(row, column, fen / 100.0, &formats.yuan)?;
            }
            None => {
                sheet.write_string(row, column, amount.to_plain())?;
            }
        },
        Value::Day(day) => {
            let part = |number: u32| u8::try_from(number).unwrap_or(1);
            let year = u16::try_from(day.year()).unwrap_or(1900);
            let day = ExcelDateTime::from_ymd(year, part(day.month()), part(day.day()))?;
            sheet.write_datetime_with_format(row, column, &day, &formats.day)?;
        }
        Value::Instant(at) => {
            sheet.write_string(row, column, at.to_string())?;
        }
    }
    Ok(())
}

/// The number as a cell holds it, if it has no more than fifteen digits.
#[allow(
    clippy::cast_precision_loss,
    reason = "fifteen digits are within 53 bits"
)]
fn exact(number: i64) -> Option<f64> {
    (-DIGITS_MAX..=DIGITS_MAX)
        .contains(&number)
        .then_some(number as f64)
}
