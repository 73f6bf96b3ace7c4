//! Bytes and sizes.

use std::collections::BTreeSet;

use domain::canon::sha256_hex;
use ingest::FileKind;

use super::{Files, calendar, files, small};
use crate::{CityError, Plan, generate, manifest};

/// One digest over all names and bytes.
fn digest(files: &Files) -> String {
    let lines = files
        .iter()
        .map(|(name, bytes)| format!("{} {name}\n", sha256_hex(bytes)));
    sha256_hex(lines.collect::<String>().as_bytes())
}

#[test]
fn the_same_plan_yields_the_same_bytes_on_every_machine() {
    let calendar = calendar();
    let (first, _) = files(&small(&calendar));
    let (second, _) = files(&small(&calendar));
    assert_eq!(first, second);
    // A change of this digest is a change of everybody's demo data: make it on purpose. (Packing is
    // by zlib-rs; another version of it may pack the same rows into other bytes.)
    assert_eq!(
        digest(&first),
        "bf836927b2c5e0ef95c8323c8126b654eb3ca98d068a059174f4b2b667e0ca02"
    );
    let other = Plan {
        seed: 43,
        ..small(&calendar)
    };
    assert_ne!(digest(&files(&other).0), digest(&first));
}

#[test]
fn a_city_has_the_size_it_promises() {
    let calendar = calendar();
    let plan = Plan {
        months: 1,
        scale: None,
        ..small(&calendar)
    };
    let (files, written) = files(&plan);
    let rows = |part: &str| {
        let file = written.files.iter().find(|file| file.name.contains(part));
        file.unwrap_or_else(|| panic!("no {part}")).expected.good
    };
    let near = |part: &str, low: u32, high: u32| {
        assert!((low..=high).contains(&rows(part)), "{part}: {}", rows(part));
    };
    near("目录", 5000, 5010);
    near("日报", 60_000, 120_000);
    near("申请单", 400, 440);
    near("校核", 75, 90);
    near("事件", 3, 8);
    near("反馈", 590, 640);
    near("损失", 28, 32);
    near("保障", 200, 230);
    near("抽检", 4200, 4800);
    let records = written
        .files
        .iter()
        .find(|file| file.kind == Some(FileKind::XRoad))
        .unwrap();
    assert!((1800..2200).contains(&records.rows));
    let usage = &files["2026-03/共享使用日报-2026-03.csv"];
    let calls: u64 = String::from_utf8(usage.clone())
        .unwrap()
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',').skip(4);
            let good: u64 = cells.next()?.parse().ok()?;
            let failed: u64 = cells.next()?.parse().ok()?;
            (good < 900_000_000).then_some(good + failed)
        })
        .sum();
    assert!((1_850_000..2_250_000).contains(&calls), "{calls}");
}

#[test]
fn a_later_month_does_not_change_what_an_earlier_month_was_asked() {
    let calendar = calendar();
    let (long, _) = files(&small(&calendar));
    let short = Plan {
        months: 1,
        ..small(&calendar)
    };
    let (short, _) = files(&short);
    // Same streams: citizens' feedback does not depend on the plan's length.
    let name = "2026-03/社会监督反馈-2026-03.csv";
    assert_eq!(long[name], short[name]);
}

#[test]
fn every_planted_sin_is_described_beside_the_data() {
    let calendar = calendar();
    let (files, written) = files(&small(&calendar));
    let page = String::from_utf8(files[manifest::PAGE].clone()).unwrap();
    let planted: BTreeSet<&str> = written.sins.iter().map(|sin| sin.code).collect();
    let described: BTreeSet<&str> = manifest::CODES.iter().map(|row| row.0).collect();
    assert_eq!(planted, described);
    for code in planted {
        assert!(page.contains(&format!("| `{code}` |")), "{code}");
    }
    let list: serde_json::Value = serde_json::from_slice(&files[manifest::LIST]).unwrap();
    assert_eq!(list["sins"].as_array().unwrap().len(), written.sins.len());
    // Each sin points into its file.
    for sin in &written.sins {
        let file = written.files.iter().find(|file| file.name == sin.file);
        assert!((1..=file.unwrap().rows + 1).contains(&sin.line), "{sin:?}");
    }
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    let calendar = calendar();
    let run = |plan: &Plan<'_>| generate(plan, &mut |_, _| Ok(()), &mut |_| {});
    for months in [0, 121] {
        let plan = Plan {
            months,
            ..small(&calendar)
        };
        assert!(matches!(run(&plan), Err(CityError::Months { .. })));
    }
    let until = "2027-03".parse().unwrap();
    let plan = Plan {
        until,
        ..small(&calendar)
    };
    assert!(matches!(run(&plan), Err(CityError::Calendar(_))));
    let full = generate(
        &small(&calendar),
        &mut |_, _| Err(std::io::Error::other("disk full")),
        &mut |_| {},
    );
    assert!(matches!(full, Err(CityError::Sink { .. })));
}
