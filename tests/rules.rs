//! The shipped packs through the real binary: sound, tested, and tested through.

use crate::support::Office;

#[test]
fn shipped_packs_are_sound_and_their_tests_reach_every_row_and_boundary() {
    let office = Office::new();
    office.ok(&["rules", "check"]);
    let found = office.json(&["rules", "test", "--coverage"]);
    assert_eq!(found["failed"], 0, "{found}");
    for pack in found["coverage"].as_array().unwrap() {
        for covers in ["rows", "boundaries"] {
            let count = &pack["counts"][covers];
            assert_eq!(count["covered"], count["all"], "{} {covers}", pack["pack"]);
        }
    }
    let packs = found["coverage"].as_array().unwrap();
    let rules: u64 = packs
        .iter()
        .map(|pack| pack["counts"]["rules"]["all"].as_u64().unwrap())
        .sum();
    assert!(packs.len() >= 5 && rules > 50, "{found}");
}

#[test]
fn a_row_without_a_test_is_named_and_too_little_coverage_fails() {
    let office = Office::new();
    let folder = pack_copy(&office);
    let tables = folder.join("tests/tables.toml");
    let text = std::fs::read_to_string(&tables).unwrap();
    std::fs::write(&tables, text.replace("code = \"P8\"", "code = \"P1\"")).unwrap();
    let folder = folder.to_string_lossy();
    let message = office.fails(&["rules", "test", &folder, "--coverage"]);
    assert!(message.contains("violation_points"), "{message}");
    office.ok(&["rules", "test", &folder, "--coverage", "--threshold", "90"]);
}

#[test]
fn expectations_are_blessed_in_place() {
    let office = Office::new();
    let folder = pack_copy(&office);
    let totals = folder.join("tests/totals.toml");
    let right = std::fs::read_to_string(&totals).unwrap();
    let wrong = right.replacen("total = \"90.00\"", "total = \"91.00\"", 1);
    assert_ne!(right, wrong);
    std::fs::write(&totals, &wrong).unwrap();
    let name = folder.to_string_lossy().into_owned();
    let message = office.fails(&["rules", "test", &name]);
    assert!(
        message.contains("91.00") && message.contains("totals.toml"),
        "{message}"
    );
    let blessed = office.json(&["rules", "test", &name, "--bless"]);
    assert_eq!(blessed["replaced"], 1);
    assert_eq!(std::fs::read_to_string(&totals).unwrap(), right);
    office.ok(&["rules", "test", &name]);
}

/// A copy of the default pack that a test may spoil.
fn pack_copy(office: &Office) -> std::path::PathBuf {
    let to = office.path("pack");
    let from = crate::support::root().join("rules/tiaoli-809");
    for below in ["", "tests"] {
        std::fs::create_dir_all(to.join(below)).unwrap();
        for entry in std::fs::read_dir(from.join(below)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                std::fs::copy(&path, to.join(below).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    to
}
