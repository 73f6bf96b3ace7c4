//! Whatever bytes come, reading ends without a panic and accounts for every row.

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use super::calls;
use super::world::{World, check_counts, fill};
use crate::{Input, Limits, read_within, recognise};

/// Limits that keep a hostile case cheap.
const LIMITS: Limits = Limits {
    file_bytes: 1 << 20,
    inflated_bytes: 1 << 22,
    rows: 10_000,
    columns: 100,
    listed: 100,
};

fn survive(bytes: &[u8]) {
    let world = World::new();
    let input = Input {
        file_name: "x",
        bytes,
    };
    let _ = recognise(input);
    if let Ok(reading) = read_within(&LIMITS, input, &world.context(), &mut |_| {}) {
        check_counts(&reading.counts);
        let csv = crate::rejects_csv("x", &reading.rejects);
        assert!(csv.starts_with(b"\xef\xbb\xbf"));
    }
}

fn usage_csv() -> Vec<u8> {
    fill(
        "日期,提供方代码,信息资源代码,调用方代码,成功次数,失败次数\n\
         2026-03-05,{1},307/1,{2},10,1\n\"2026-03-06\",{1},307/1,{2},10,1\n\
         2026-03-05T10:00:00+08:00,{2},307/2,{1},10,1\n",
    )
    .into_bytes()
}

fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in String::from_utf8(usage_csv()).unwrap().lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
            sheet.write(row, column, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// Changes, cuts and repeats parts of the bytes.
fn mutate(mut bytes: Vec<u8>, changes: &[(usize, u8, u8)]) -> Vec<u8> {
    for (at, how, byte) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = at % bytes.len();
        match how % 5 {
            0 => bytes[at] = *byte,
            1 => bytes.insert(at, *byte),
            2 => drop(bytes.remove(at)),
            3 => bytes.truncate(at.max(1)),
            _ => {
                let end = (at + usize::from(*byte)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(usize, u8, u8)>> {
    prop::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        survive(&bytes);
    }

    #[test]
    fn random_text_under_a_good_header(text in ".{0,200}", cells in "[0-9,\"\n/ -]{0,200}") {
        let header = "反馈编号,部门代码,收到日期,渠道,满意度\n";
        survive(format!("{header}{text}").as_bytes());
        survive(format!("{header}{cells}").as_bytes());
    }

    #[test]
    fn mutated_csv(changes in changes()) {
        survive(&mutate(usage_csv(), &changes));
        let text = String::from_utf8(usage_csv()).unwrap();
        survive(&mutate(encoding_rs::GBK.encode(&text).0.into_owned(), &changes));
    }

    #[test]
    fn mutated_workbook(changes in changes()) {
        survive(&mutate(workbook(), &changes));
    }

    #[test]
    fn mutated_json(changes in changes()) {
        let json = calls::MONTH.as_bytes().to_vec();
        survive(&mutate(json.clone(), &changes));
        survive(&calls::gzip(&mutate(json.clone(), &changes)));
        survive(&mutate(calls::gzip(&json), &changes));
    }

    #[test]
    fn any_date_text(text in "[0-9年月日TZ:+./ -]{0,30}") {
        let _ = crate::value::date(&text);
        let _ = crate::value::count(&text);
    }
}
