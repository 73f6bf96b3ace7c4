//! The architecture, asserted: who may import whom, how long a file may be, what must not be said.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Who imports whom inside the workspace: exactly this, no more and no less. A new edge is a
/// decision about the architecture and shows up here as a diff.
const EDGES: [(&str, &[&str]); 20] = [
    (
        "app",
        &[
            "assess", "bundle", "city", "domain", "engine", "export", "ingest", "ledger", "report",
            "store", "weights",
        ],
    ),
    ("assess", &["domain", "engine"]),
    (
        "bench",
        &["app", "assess", "domain", "engine", "ledger", "store"],
    ),
    ("bundle", &["domain", "ledger"]),
    ("city", &["domain", "ingest"]),
    ("cli", &["app", "domain", "web"]),
    ("domain", &[]),
    ("engine", &["domain", "weights"]),
    ("export", &["domain", "ledger"]),
    ("fuzz", &["assess", "domain", "engine"]),
    ("ingest", &["domain"]),
    ("ledger", &["domain"]),
    ("model", &["domain", "ledger"]),
    ("oracle", &[]),
    ("report", &["domain"]),
    ("store", &["domain", "ledger"]),
    ("verify", &["domain", "ledger"]),
    ("web", &["app", "domain"]),
    ("weights", &["domain"]),
    ("xtask", &[]),
];

/// Crates that only some may name: the walls around SQL, HTTP, PDF and spreadsheets.
const WALLS: [(&str, &[&str]); 6] = [
    ("diesel", &["store"]),
    ("actix-web", &["web"]),
    ("typst", &["report"]),
    ("plotters", &["report"]),
    ("calamine", &["ingest"]),
    ("anyhow", &["cli", "xtask"]),
];

fn dependencies(manifest: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(manifest).unwrap();
    let document = text.parse::<toml_edit::Document<String>>().unwrap();
    let table = document
        .get("dependencies")
        .and_then(|item| item.as_table_like());
    table
        .into_iter()
        .flat_map(|table| table.iter())
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn crates() -> BTreeMap<String, BTreeSet<String>> {
    fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, dependencies(&path.join("Cargo.toml")))
        })
        .collect()
}

#[test]
fn the_direction_of_imports_is_the_declared_one() {
    let crates = crates();
    let found: BTreeMap<&str, Vec<&str>> = crates
        .iter()
        .map(|(name, deps)| {
            let inside = deps.iter().filter(|dep| crates.contains_key(*dep));
            (name.as_str(), inside.map(String::as_str).collect())
        })
        .collect();
    let declared: BTreeMap<&str, Vec<&str>> = EDGES
        .iter()
        .map(|(name, deps)| (*name, deps.to_vec()))
        .collect();
    assert_eq!(found, declared);
}

#[test]
fn heavy_libraries_stay_behind_their_walls() {
    for (name, deps) in crates() {
        for (library, allowed) in WALLS {
            assert!(
                !deps.contains(library) || allowed.contains(&name.as_str()),
                "{name} must not depend on {library}"
            );
        }
    }
}

/// Files of the checkout that people write, below the folder.
fn written(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", ".git", "hengxiang-data"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if extensions.iter().any(|extension| name.ends_with(extension)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn files_are_short_and_say_what_they_are() {
    /// «Under about 400 lines», tests at the end of the file not counted.
    const LINES_MAX: usize = 420;
    let mut faults = Vec::new();
    for path in written("src", &[".rs"])
        .into_iter()
        .chain(written("tests", &[".rs"]))
    {
        let is_test = path.components().any(|part| {
            let part = part.as_os_str().to_string_lossy();
            part.trim_end_matches(".rs") == "tests"
        });
        if is_test {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("\n#[cfg(test)]").next().unwrap();
        if code.lines().count() > LINES_MAX {
            let lines = code.lines().count();
            faults.push(format!("{}: {lines} lines", path.display()));
        }
        if !text.starts_with("//!") {
            faults.push(format!("{}: begins without a //! line", path.display()));
        }
        let stem = path.file_stem().unwrap().to_string_lossy();
        if [
            "utils", "util", "common", "helpers", "helper", "manager", "misc",
        ]
        .contains(&&*stem)
        {
            faults.push(format!("{}: a name that says nothing", path.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |backend: &str| -> BTreeSet<String> {
        fs::read_dir(root().join("migrations").join(backend))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
    for path in written("migrations", &[".sql"]) {
        assert!(
            !fs::read_to_string(&path).unwrap().trim().is_empty(),
            "{} is empty",
            path.display()
        );
    }
}

#[test]
fn documents_name_no_machine_and_leave_nothing_for_later() {
    let words = [
        "/work/",
        "/root/",
        "/home/",
        "FIXME",
        concat!("TO", "DO"),
        concat!("XX", "X"),
    ];
    let extensions = [".rs", ".md", ".toml", ".sql", ".typ", ".html", ".css"];
    let mut faults = Vec::new();
    for path in written(".", &extensions) {
        let text = fs::read_to_string(&path).unwrap();
        for (index, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) && !path.ends_with("tidy.rs") {
                faults.push(format!("{}:{}: {line}", path.display(), index + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_clause_of_compensation_has_the_test_that_it_names() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let section = text
        .split("## Compensation, clause by clause")
        .nth(1)
        .unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut clauses = 0;
    for line in section.lines().filter(|line| line.starts_with("- ")) {
        let quoted: Vec<&str> = line.split('`').collect();
        let [_, file, _, test, ""] = quoted.as_slice() else {
            panic!("«clause: `file` `test`» expected: {line}");
        };
        let code = fs::read_to_string(root().join(file)).unwrap();
        assert!(code.contains(&format!("#[test]\nfn {test}(")), "{line}");
        clauses += 1;
    }
    assert!(clauses >= 18, "{clauses} clauses");
}

#[test]
fn the_changelog_is_open() {
    let text = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(text.contains("## Unreleased"));
}
