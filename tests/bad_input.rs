//! What people do wrong: each gets a clear error, and the database stays as it was.

use std::fs;

use crate::support::{Office, copy_folder};

#[test]
fn unusable_files_are_refused_whole_and_by_name() {
    let office = Office::with_city();
    let before = office.dump();
    let folder = office.path("bad");
    fs::create_dir(&folder).unwrap();
    let cases: [(&str, &[u8], &str); 4] = [
        ("empty.csv", b"", "empty"),
        (
            "binary.csv",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\xff\xfe\0\0",
            "binary",
        ),
        (
            "header.csv",
            "甲,乙,丙\n1,2,3\n".as_bytes(),
            "unknown header",
        ),
        ("cut.xlsx", b"PK\x03\x04 not a workbook", "workbook"),
    ];
    for (name, bytes, word) in cases {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        let message = office.fails(&["import", &path.to_string_lossy()]);
        assert!(message.contains(name), "{message}");
        assert!(message.to_lowercase().contains(word), "{name}: {message}");
        assert_eq!(office.dump(), before, "{name}");
    }
    let message = office.fails(&["import", &folder.to_string_lossy()]);
    assert!(message.contains("--recursive"), "{message}");
    let message = office.fails(&["import", &folder.join("none.csv").to_string_lossy()]);
    assert!(message.contains("none.csv"), "{message}");
    // One bad file among good ones: none is imported, and all bad ones are named at once.
    let message = office.fails(&["import", "--recursive", &folder.to_string_lossy()]);
    assert!(
        cases.iter().all(|(name, ..)| message.contains(name)),
        "{message}"
    );
    assert_eq!(office.dump(), before);
}

#[test]
fn periods_that_cannot_be_run_say_why() {
    let office = Office::with_city();
    let before = office.dump();
    for (period, word) in [
        ("2026-04", "has not ended"),
        ("2031-01", "has not ended"),
        ("2024-05", "nothing imported"),
    ] {
        let message = office.fails(&["run", "--period", period]);
        assert!(message.contains(word), "{period}: {message}");
    }
    assert_eq!(office.dump(), before);
    for period in ["2026-13", "March", "2026-3"] {
        let output = office.run(&["run", "--period", period]);
        assert_eq!(output.status.code(), Some(2), "usage errors exit with 2");
    }
}

#[test]
fn an_office_that_was_never_initialised_says_what_to_do() {
    let office = Office::new();
    fs::remove_dir_all(office.data()).unwrap();
    let message = office.fails(&["run", "--period", "2026-01"]);
    assert!(message.contains("hengxiang init"), "{message}");
    assert!(!office.data().exists(), "nothing is created by a question");
}

#[test]
fn importing_twice_changes_nothing_and_says_so() {
    let office = Office::with_city();
    let before = office.dump();
    let again = office.ok(&[
        "import",
        "--recursive",
        &crate::support::city().to_string_lossy(),
    ]);
    assert!(again.contains("nothing changed"), "{again}");
    assert_eq!(office.dump(), before);
}

#[test]
fn a_missing_calendar_year_is_a_state_of_its_own() {
    let office = Office::with_city();
    let rules = office.path("rules");
    copy_folder(&crate::support::root().join("rules"), &rules);
    fs::remove_file(rules.join("calendars/cn/2026.toml")).unwrap();
    let settings = office.data().join("hengxiang.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let line = format!("folder = {:?}", rules.to_string_lossy());
    fs::write(&settings, text.replace("# folder = \"rules\"", &line)).unwrap();
    let before = office.dump();
    let message = office.fails(&["run", "--period", "2026-03"]);
    assert!(message.contains("2026"), "{message}");
    assert!(message.contains("not published"), "{message}");
    assert_eq!(office.dump(), before);
}

#[test]
fn faulty_packs_are_explained_by_line() {
    let office = Office::new();
    let shipped = crate::support::root().join("rules/tiaoli-809");
    for (name, from, to, word) in [
        (
            "column",
            "SUM(importance) FILTER (WHERE reply_on_time)",
            "SUM(importanse) FILTER (WHERE reply_on_time)",
            "importance",
        ),
        (
            "cycle",
            "value = \"grade_weight(grade) *",
            "value = \"importance * grade_weight(grade) *",
            "cycle",
        ),
        ("sum", "maximum = \"100\"", "maximum = \"101\"", "101"),
    ] {
        let pack = office.path(name);
        copy_folder(&shipped, &pack);
        let mut replaced = false;
        for entry in fs::read_dir(&pack).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                let text = fs::read_to_string(&path).unwrap();
                replaced |= text.contains(from);
                fs::write(&path, text.replacen(from, to, 1)).unwrap();
            }
        }
        assert!(replaced, "the shipped pack has no {from}");
        let output = office.run(&["rules", "check", &pack.to_string_lossy()]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(
            text.contains(word) && text.contains(".toml:"),
            "{name}: {text}"
        );
    }
    assert!(
        office
            .fails(&["rules", "check", &office.data().to_string_lossy()])
            .contains("pack.toml")
    );
}
