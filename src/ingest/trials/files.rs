//! Files as they come: encodings, workbooks, wrong and unusable files, bounds.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::world::{World, check_counts, dept, fill, rejects};
use crate::{FileKind, IngestError, Input, Limits, Rows, read_within, recognise};

const FEEDBACK: &str = "反馈编号,部门代码,收到日期,渠道,满意度\nF1,{1},2026-03-01,热线,5\n";

fn input(bytes: &[u8]) -> Input<'_> {
    Input {
        file_name: "甲.csv",
        bytes,
    }
}

#[test]
fn t23_each_encoding_yields_the_same_rows() {
    let world = World::new();
    let text = fill(FEEDBACK);
    let plain = world.try_read(text.as_bytes()).unwrap();
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let crlf = text.replace('\n', "\r\n").into_bytes();
    for (bytes, encoding) in [(gbk, "GB18030"), (bom, "UTF-8 BOM"), (crlf, "UTF-8")] {
        let reading = world.try_read(&bytes).unwrap();
        assert_eq!((reading.encoding, &reading.rows), (encoding, &plain.rows));
        assert_ne!(reading.sha256, plain.sha256);
        assert_eq!(recognise(input(&bytes)), Ok(FileKind::Feedback));
    }
}

#[test]
fn a_row_with_undecodable_bytes_is_refused_alone() {
    let mut bytes = fill(FEEDBACK).into_bytes();
    bytes.extend(fill("F2,{1},2026-03-01,热").as_bytes());
    bytes.extend(b"\xff\xfe,4\n");
    bytes.extend(fill("F3,{1},2026-03-01,热线,3\n").as_bytes());
    let reading = World::new().try_read(&bytes).unwrap();
    assert_eq!(rejects(&reading), [(3, "encoding", "")]);
    assert_eq!(reading.counts.good, 2);
}

#[test]
fn unknown_and_repeated_columns_are_noted() {
    let reading = World::new()
        .read("反馈编号,部门代码,收到日期,渠道,满意度,备注,渠道\nF1,{1},2026-03-01,热线,5,x,y\n");
    let codes: Vec<_> = reading
        .warnings
        .iter()
        .map(|w| (w.code, w.place.column))
        .collect();
    assert_eq!(
        codes,
        [("ingest.extra_column", 6), ("ingest.repeated_column", 7)]
    );
    assert_eq!(reading.counts.good, 1);
}

#[test]
fn workbooks() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for (column, name) in ["反馈编号", "部门代码", "收到日期", "渠道", "满意度"]
        .iter()
        .enumerate()
    {
        sheet
            .write(1, u16::try_from(column).unwrap(), *name)
            .unwrap();
    }
    let at = ExcelDateTime::parse_from_str("2026-03-01 23:59").unwrap();
    sheet.write(2, 0, "F1").unwrap();
    sheet.write(2, 1, dept(1)).unwrap();
    sheet.write_with_format(2, 2, &at, &date).unwrap();
    sheet.write(2, 3, 12345).unwrap();
    sheet.write(2, 4, 5).unwrap();
    sheet.write(4, 0, 2.026_030_112_345_678e16).unwrap();
    sheet.write(4, 1, dept(1)).unwrap();
    sheet.write(4, 2, "2026-03-01").unwrap();
    sheet.write(4, 3, "热线").unwrap();
    sheet.write(4, 4, 4).unwrap();
    let bytes = book.save_to_buffer().unwrap();

    assert_eq!(recognise(input(&bytes)), Ok(FileKind::Feedback));
    let reading = World::new().try_read(&bytes).unwrap();
    // Rows are numbered as the sheet numbers them; a long number is an id Excel has eaten (T23).
    assert_eq!(rejects(&reading), [(5, "excel_id", "反馈编号")]);
    assert_eq!(reading.rejects[0].value, "2.02603E+16");
    assert_eq!(reading.encoding, "XLSX");
    let Rows::Feedback(rows) = reading.rows else {
        panic!()
    };
    let [row] = &rows[..] else { panic!() };
    assert_eq!(
        (row.channel.as_str(), row.rating, row.source.line),
        ("12345", 5, 3)
    );
    assert_eq!(row.received_on.to_string(), "2026-03-01");

    for cut in [10, bytes.len() / 2, bytes.len() - 10] {
        let error = World::new().try_read(&bytes[..cut]).unwrap_err();
        assert!(matches!(error, IngestError::BadWorkbook { .. }), "{error}");
    }
}

#[test]
fn one_far_cell_does_not_cost_a_sheet_full_of_memory() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "反馈编号").unwrap();
    sheet.write(1_048_575, 16_383, "x").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let error = World::new().try_read(&bytes).unwrap_err();
    assert!(matches!(error, IngestError::TooLarge { .. }), "{error}");
}

#[test]
fn unusable_files_say_why() {
    let world = World::new();
    let encrypted: Vec<u8> = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        .iter()
        .copied()
        .chain("EncryptedPackage".bytes().flat_map(|byte| [byte, 0]))
        .collect();
    let cases: [(&[u8], &str); 11] = [
        (b"", "(empty file)"),
        (b" \r\n\n", "(empty file)"),
        (b"\xef\xbb\xbf\n", "(empty file)"),
        (b"\0\x01\x02\x03abc", "(binary file"),
        (b"%PDF-1.7", "像是PDF"),
        (&encrypted, "(encrypted workbook)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "(Excel 97-2003 workbook)",
        ),
        (b"PK\x03\x04zzz", "(not a readable workbook)"),
        (b"\x1f\x8b\x08\0", "(truncated gzip)"),
        ("姓名,电话\n甲,1\n".as_bytes(), "(unknown header)"),
        (
            "反馈编号,部门代码,收到时间,渠道\n".as_bytes(),
            "“收到时间”是否即“收到日期”",
        ),
    ];
    for (bytes, text) in cases {
        let error = world.try_read(bytes).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
        assert!(error.contains("a.csv"), "{error}");
        assert!(recognise(input(bytes)).is_err(), "{text}");
    }
}

#[test]
fn a_header_alone_is_a_file_without_rows() {
    let reading = World::new().read("反馈编号,部门代码,收到日期,渠道,满意度\r\n");
    assert_eq!(
        (reading.counts.read, reading.rows),
        (0, Rows::Feedback(Vec::new()))
    );
}

#[test]
fn limits_hold() {
    let world = World::new();
    let text = fill(FEEDBACK);
    let gz = super::calls::gzip(&vec![b' '; 100_000]);
    let many = text.clone() + &"x,,,,\n".repeat(20);
    let tight = |limits: Limits, bytes: &[u8]| {
        read_within(&limits, input(bytes), &world.context(), &mut |_| {})
    };
    let limits = Limits::DEFAULT;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "x".repeat(30_000)).unwrap();
    let packed = book.save_to_buffer().unwrap();
    assert!(packed.len() < 20_000);
    let too_large = [
        tight(
            Limits {
                file_bytes: 10,
                ..limits
            },
            text.as_bytes(),
        ),
        tight(
            Limits {
                inflated_bytes: 1000,
                ..limits
            },
            &gz,
        ),
        tight(
            Limits {
                inflated_bytes: 20_000,
                ..limits
            },
            &packed,
        ),
        tight(Limits { rows: 5, ..limits }, many.as_bytes()),
    ];
    for outcome in too_large {
        let error = outcome.unwrap_err();
        assert!(matches!(error, IngestError::TooLarge { .. }), "{error}");
    }
    let reading = tight(
        Limits {
            listed: 3,
            ..limits
        },
        many.as_bytes(),
    )
    .unwrap();
    check_counts(&reading.counts);
    assert_eq!((reading.counts.rejected, reading.rejects.len()), (20, 3));
    assert_eq!(reading.warnings[0].code, "ingest.list_cut");
}

#[test]
fn progress_is_told_and_ends_at_the_count() {
    let world = World::new();
    let text = fill(FEEDBACK) + &"x,,,,\n".repeat(10_000);
    let mut told = Vec::new();
    let context = world.context();
    let reading = crate::read(input(text.as_bytes()), &context, &mut |p| told.push(p)).unwrap();
    assert!(told.len() >= 3);
    assert!(told.is_sorted_by_key(|progress| progress.done_rows));
    let last = told.last().unwrap();
    assert_eq!(last.done_rows, reading.counts.read);
    assert_eq!(last.total_hint, Some(reading.counts.read));
}
