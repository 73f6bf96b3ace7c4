//! The workbook of a bulletin: one sheet a table, frozen heads, filters, charts as pictures. The
//! same model gives the same bytes: the only date inside is the date of issue.

mod cell;
mod grids;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Image, Workbook,
    Worksheet,
};

pub use self::cell::{Cell, neutralised};
pub use self::grids::{Grid, grids};
use crate::charts::Chart;
use crate::error::ReportError;
use crate::geometry::mark;
use crate::model::Bulletin;
use crate::paint;

/// Longest alternative text that Excel takes, in characters.
const ALT_TEXT_MAX: usize = 255;
/// Image pixels to a drawing's pixel: enough for a sharp print.
const PICTURE_SCALE: u32 = 2;
/// Shown size of a picture, as a share of its image pixels.
const SHOWN: f64 = 0.42;
/// Height of a row of the chart sheet, in pixels.
const CHART_ROW: u32 = 20;

/// Tables as a workbook with nothing else in it. Its inner date is fixed: the same tables give the
/// same bytes.
pub(crate) fn workbook(title: &str, grids: &[Grid]) -> Result<Vec<u8>, ReportError> {
    let mut workbook = Workbook::new();
    let first = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(title)
            .set_creation_datetime(&first),
    );
    let formats = Formats::new();
    for grid in grids {
        write_grid(workbook.add_worksheet(), grid, &formats)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The bulletin as a workbook.
pub fn bulletin(bulletin: &Bulletin) -> Result<Vec<u8>, ReportError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(bulletin)?);
    let formats = Formats::new();
    for grid in grids(bulletin) {
        write_grid(workbook.add_worksheet(), &grid, &formats)?;
    }
    write_charts(workbook.add_worksheet(), bulletin)?;
    Ok(workbook.save_to_buffer()?)
}

fn properties(bulletin: &Bulletin) -> Result<DocProperties, ReportError> {
    Ok(DocProperties::new()
        .set_title(&bulletin.title)
        .set_author(&bulletin.issuer)
        .set_comment(&bulletin.run_id)
        .set_creation_datetime(&date(bulletin.issued_on)?))
}

fn date(day: NaiveDate) -> Result<ExcelDateTime, ReportError> {
    let year = u16::try_from(day.year()).unwrap_or(1900);
    let month = u8::try_from(day.month()).unwrap_or(1);
    let day_of_month = u8::try_from(day.day()).unwrap_or(1);
    Ok(ExcelDateTime::from_ymd(year, month, day_of_month)?)
}

struct Formats {
    head: Format,
    text: Format,
    count: Format,
    score: Format,
    change: Format,
    yuan: Format,
    date: Format,
}

impl Formats {
    fn new() -> Self {
        let base = || {
            Format::new()
                .set_font_name("微软雅黑")
                .set_font_size(10)
                .set_align(FormatAlign::VerticalCenter)
        };
        Self {
            head: base()
                .set_bold()
                .set_text_wrap()
                .set_background_color(Color::RGB(0x00ee_f3f8))
                .set_border_bottom(FormatBorder::Thin),
            text: base().set_text_wrap(),
            count: base().set_num_format("#,##0"),
            score: base().set_num_format("0.00##"),
            change: base().set_num_format("+0.00##;-0.00##;0.00"),
            yuan: base().set_num_format("#,##0.00"),
            date: base().set_num_format("yyyy-mm-dd"),
        }
    }
}

fn write_grid(sheet: &mut Worksheet, grid: &Grid, formats: &Formats) -> Result<(), ReportError> {
    sheet.set_name(grid.name)?;
    sheet.set_paper_size(9).set_print_fit_to_pages(1, 0);
    if grid.heads.len() > 8 {
        sheet.set_landscape();
    }
    for (column, head) in (0u16..).zip(&grid.heads) {
        sheet.write_string_with_format(0, column, neutralised(head), &formats.head)?;
        sheet.set_column_width(column, grid.width(usize::from(column)))?;
    }
    for (row, cells) in (1u32..).zip(&grid.rows) {
        for (column, cell) in (0u16..).zip(cells) {
            write_cell(sheet, (row, column), cell, formats)?;
        }
    }
    let last = u16::try_from(grid.heads.len().saturating_sub(1)).unwrap_or(0);
    let end = u32::try_from(grid.rows.len()).unwrap_or(0);
    sheet.set_freeze_panes(1, grid.frozen)?;
    sheet.set_repeat_rows(0, 0)?;
    if end > 0 {
        sheet.autofilter(0, 0, end, last)?;
    }
    Ok(())
}

/// Numbers become numbers where they are numbers; anything else stays text.
fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &Formats,
) -> Result<(), ReportError> {
    match cell {
        Cell::Blank => {}
        Cell::Text(text) => {
            sheet.write_string_with_format(row, column, neutralised(text), &formats.text)?;
        }
        Cell::Count(count) => {
            let number = crate::geometry::length(*count);
            sheet.write_number_with_format(row, column, number, &formats.count)?;
        }
        Cell::Score(text) | Cell::Change(text) => {
            let format = match cell {
                Cell::Change(_) => &formats.change,
                _ => &formats.score,
            };
            match mark(text) {
                Some(number) => sheet.write_number_with_format(row, column, number, format)?,
                None => {
                    sheet.write_string_with_format(row, column, neutralised(text), &formats.text)?
                }
            };
        }
        Cell::Yuan(amount) => {
            // At most 2^53 fen: the nearest double prints the same two decimals.
            let number = mark(&amount.to_plain()).unwrap_or(0.0);
            sheet.write_number_with_format(row, column, number, &formats.yuan)?;
        }
        Cell::Day(day) => {
            sheet.write_datetime_with_format(row, column, &date(*day)?, &formats.date)?;
        }
    }
    Ok(())
}

fn write_charts(sheet: &mut Worksheet, bulletin: &Bulletin) -> Result<(), ReportError> {
    sheet.set_name("图表")?;
    sheet.set_column_width(0, 110)?;
    sheet.set_screen_gridlines(false);
    let title = Format::new()
        .set_font_name("微软雅黑")
        .set_font_size(12)
        .set_bold();
    let mut row = 0;
    for chart in Chart::ALL {
        for drawing in chart.draw(bulletin) {
            sheet.write_string_with_format(row, 0, &drawing.title, &title)?;
            let alt = format!("{}：{}", drawing.title, drawing.alt);
            let alt: String = alt.chars().take(ALT_TEXT_MAX).collect();
            let picture = Image::new_from_buffer(&paint::png(&drawing, PICTURE_SCALE)?)?
                .set_alt_text(alt)
                .set_scale_width(SHOWN)
                .set_scale_height(SHOWN);
            sheet.insert_image(row + 1, 0, &picture)?;
            let shown = drawing.height.unsigned_abs() * PICTURE_SCALE * 42 / 100;
            row += shown / CHART_ROW + 4;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use std::fmt::Write as _;
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;
    use crate::sample;

    fn read(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
        Xlsx::new(Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn the_cells_are_as_recorded() {
        let bytes = bulletin(&sample::bulletin(4)).unwrap();
        let mut workbook = read(&bytes);
        let mut text = String::new();
        for name in workbook.sheet_names() {
            writeln!(text, "# {name}").unwrap();
            for row in workbook.worksheet_range(&name).unwrap().rows() {
                let cells: Vec<String> = row.iter().map(Data::to_string).collect();
                writeln!(text, "{}", cells.join(" | ")).unwrap();
            }
        }
        insta::assert_snapshot!("workbook", text);
    }

    #[test]
    fn the_same_bulletin_gives_the_same_bytes() {
        let sample = sample::bulletin(7);
        assert!(bulletin(&sample).unwrap() == bulletin(&sample).unwrap());
    }

    #[test]
    fn t23_no_cell_can_be_taken_for_a_formula() {
        let mut sample = sample::bulletin(2);
        let attack = "=HYPERLINK(\"http://x\",\"点击\")";
        sample.groups[0].rows[0].department = attack.to_owned();
        sample.sheets[0].indicators[0].reasons = vec!["@SUM(1+1)*cmd|' /C calc'!A0".to_owned()];
        sample.summary[0].label = "-2+3".to_owned();
        let bytes = bulletin(&sample).unwrap();
        let mut workbook = read(&bytes);
        let mut found = 0;
        for name in workbook.sheet_names() {
            assert!(
                workbook.worksheet_formula(&name).unwrap().is_empty(),
                "{name}"
            );
            for cell in workbook.worksheet_range(&name).unwrap().rows().flatten() {
                let Data::String(text) = cell else { continue };
                assert!(!text.starts_with(['=', '@']), "{text}");
                found += usize::from(text.starts_with('\''));
            }
        }
        assert_eq!(found, 3);
    }

    #[test]
    fn an_empty_bulletin_is_a_workbook_all_the_same() {
        let bytes = bulletin(&sample::bulletin(0)).unwrap();
        assert_eq!(read(&bytes).sheet_names().len(), 12);
    }
}
