//! Bundles in an installation: refused or swapped in whole, and never half.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bundle::{Bundle, BundleError};
use store::rule_bundles::RuleBundle;
use tempfile::TempDir;

use super::bundling::{self, PackOrder};
use super::shelf::Origin;
use super::*;
use crate::clock::Clock;
use crate::config;

/// A data folder, with folders for packs beside it.
struct Office {
    home: TempDir,
}

impl Office {
    fn new() -> Self {
        let office = Self {
            home: tempfile::tempdir().unwrap(),
        };
        App::init(&office.data(), clock("2026-04-10")).unwrap();
        office
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn open(&self, day: &str) -> App {
        App::open(&self.data(), clock(day)).unwrap()
    }

    /// Sets lines of the section `[rules]`.
    fn set_rules(&self, lines: &str) {
        fs::write(
            self.data().join(config::FILE_NAME),
            format!("[rules]\n{lines}\n"),
        )
        .unwrap();
    }

    /// The shipped pack as another version, with texts replaced, packed into a file.
    fn packed(
        &self,
        version: &str,
        changes: &[(&str, &str)],
        order: impl FnOnce(&mut PackOrder),
    ) -> PathBuf {
        let folder = self.folder(version, changes);
        let mut wanted = PackOrder {
            out: self.path(&format!("{version}.hxrules")),
            folder,
            sequence: None,
            not_before_on: None,
            expires_on: None,
        };
        order(&mut wanted);
        bundling::pack(&wanted).unwrap();
        wanted.out
    }

    /// The shipped pack as a folder.
    fn folder(&self, version: &str, changes: &[(&str, &str)]) -> PathBuf {
        let folder = self.path(version);
        for (path, mut text) in shipped(version).files {
            for (from, to) in changes {
                text = text.replace(from, to);
            }
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    /// Makes a key of a name and signs a bundle with it; the public key.
    fn signed(&self, name: &str, bundle: &Path) -> String {
        let file = self.path(name);
        let key = if file.exists() {
            let signer = ledger::Signer::from_secret_text(&fs::read_to_string(&file).unwrap());
            signer.unwrap().verifier_key()
        } else {
            bundling::make_key(name, &file).unwrap()
        };
        bundling::sign(bundle, &file).unwrap();
        key.to_string()
    }
}

fn clock(day: &str) -> Clock {
    Clock::Fixed(format!("{day}T02:00:00Z").parse().unwrap())
}

/// The texts of the shipped pack with another version.
fn shipped(version: &str) -> PackFiles {
    let mut files = built_in("tiaoli-809").unwrap();
    let header = files.files.get_mut("pack.toml").unwrap();
    let line = header
        .lines()
        .find(|line| line.starts_with("version ="))
        .unwrap();
    *header = header.replacen(line, &format!("version = \"{version}\""), 1);
    files
}

fn version_in_use(app: &App) -> String {
    app.rules().unwrap().pack.header.version.clone()
}

/// A case that expects what cannot be.
const FAILING: &str = "\n[[case]]\nname = \"never\"\nperiod = \"2026-01\"\n[case.expect]\nfault = \"nothing says this\"\n";

/// A bundle as one would make that does not test what one packs.
fn untested(version: &str) -> Bundle {
    let mut files = shipped(version);
    files
        .files
        .insert("tests/never.toml".to_owned(), FAILING.to_owned());
    let pack = loaded(&files, &assess::schema()).unwrap();
    let version: bundle::Version = version.parse().unwrap();
    let manifest = Manifest {
        pack: pack.header.id,
        sequence: version.sequence().unwrap(),
        version,
        effective: pack.header.effective,
        valid: pack.header.effective,
        rules_sha256: pack.digest,
        entries: Vec::new(),
    };
    Bundle::new(manifest, files.files).unwrap()
}

#[test]
fn equal_folders_give_equal_bytes_and_line_ends_do_not_matter() {
    let office = Office::new();
    let one = office.packed("7.0.0", &[], |_| {});
    let other = office.packed("7.0.0", &[("\n", "\r\n")], |order| {
        order.out = office.path("other");
    });
    assert_eq!(fs::read(one).unwrap(), fs::read(other).unwrap());
}

#[test]
fn newer_rules_take_the_place_of_the_old_as_a_whole_under_concurrent_readers() {
    let office = Office::new();
    let app = office.open("2026-04-10");
    app.install_rules(&office.packed("7.0.0", &[], |_| {}), "test")
        .unwrap();
    let next = office.packed("7.1.0", &[("示范规则", "修订规则")], |_| {});
    let stop = AtomicBool::new(false);
    let reads: [AtomicU64; 4] = Default::default();
    let seen: Vec<Vec<(String, String)>> = std::thread::scope(|scope| {
        let (app, stop) = (&app, &stop);
        let read = move |count: &AtomicU64| {
            let mut seen: Vec<(String, String)> = Vec::new();
            while !stop.load(Ordering::Acquire) {
                let rules = app.rules().unwrap();
                let found = (rules.pack.header.version.clone(), rules.files.law_digest());
                assert_eq!(
                    found.1, rules.pack.digest,
                    "the texts are those of the pack"
                );
                if seen.last() != Some(&found) {
                    seen.push(found);
                }
                count.fetch_add(1, Ordering::AcqRel);
            }
            seen
        };
        let readers: Vec<_> = reads
            .iter()
            .map(|count| scope.spawn(move || read(count)))
            .collect();
        // Until every reader has read a few times more.
        let wait = || {
            for count in &reads {
                let until = count.load(Ordering::Acquire) + 5;
                while count.load(Ordering::Acquire) < until {
                    std::thread::yield_now();
                }
            }
        };
        wait();
        // Another process installs; this one notices when it looks.
        office
            .open("2026-04-10")
            .install_rules(&next, "test")
            .unwrap();
        assert_eq!(version_in_use(app), "7.0.0");
        app.refresh_rules().unwrap();
        wait();
        stop.store(true, Ordering::Release);
        readers
            .into_iter()
            .map(|reader| reader.join().unwrap())
            .collect()
    });
    for versions in &seen {
        let names: Vec<&str> = versions
            .iter()
            .map(|(version, _)| version.as_str())
            .collect();
        assert_eq!(
            names,
            ["7.0.0", "7.1.0"],
            "each reader sees the one, then the other"
        );
    }
    let distinct: BTreeSet<_> = seen.iter().flatten().collect();
    assert_eq!(
        distinct.len(),
        2,
        "two packs, never a mixture: {distinct:?}"
    );
}

#[test]
fn rules_whose_tests_fail_are_refused_and_the_old_ones_stay() {
    let office = Office::new();
    let app = office.open("2026-04-10");
    app.install_rules(&office.packed("7.0.0", &[], |_| {}), "test")
        .unwrap();
    let folder = office.folder("7.1.0", &[]);
    fs::write(folder.join("tests/never.toml"), FAILING).unwrap();
    let order = PackOrder {
        folder: folder.clone(),
        out: office.path("bad"),
        sequence: None,
        not_before_on: None,
        expires_on: None,
    };
    assert!(
        matches!(bundling::pack(&order), Err(Error::TestsFailed { .. })),
        "not even packed"
    );
    assert!(!order.out.exists());
    fs::write(&order.out, untested("7.1.0").to_bytes()).unwrap();
    let refused = app.install_rules(&order.out, "test").unwrap_err();
    assert!(
        matches!(&refused, Error::TestsFailed { failed, .. } if failed.len() == 1),
        "{refused}"
    );
    fs::remove_dir_all(folder.join("tests")).unwrap();
    assert!(
        matches!(bundling::pack(&order), Err(Error::TestsFailed { failed, .. }) if failed.is_empty())
    );
    assert_eq!(version_in_use(&app), "7.0.0");
    assert_eq!(app.rules_status().unwrap().installed.len(), 1);
}

#[test]
fn rules_that_this_program_cannot_use_leave_the_old_ones_with_an_alert() {
    let office = Office::new();
    let app = office.open("2026-04-10");
    app.install_rules(&office.packed("7.0.0", &[], |_| {}), "test")
        .unwrap();
    // Installed by another version of the program, under which the tests passed.
    let bundle = untested("7.1.0");
    let bytes = bundle.to_bytes();
    let row = RuleBundle {
        pack: "tiaoli-809".into(),
        sequence: bundle.manifest().sequence,
        version: "7.1.0".into(),
        effective: bundle.manifest().effective,
        sha256: domain::canon::sha256_hex(&bytes),
        rules_sha256: bundle.manifest().rules_sha256.clone(),
        signer: None,
        tested_with: "0.0.0".into(),
        installed_at: app.clock().now().naive_utc(),
        installed_by: "test".into(),
    };
    let compressed = crate::compress(&bytes).unwrap();
    app.store()
        .write(|conn| {
            store::blobs::put(conn, &row.sha256, &compressed)?;
            store::rule_bundles::add(conn, &row).map_err(Error::from)
        })
        .unwrap();
    // One that was running, and one that starts now, agree.
    for app in [app.clone(), office.open("2026-04-10")] {
        app.refresh_rules().unwrap();
        assert_eq!(version_in_use(&app), "7.0.0");
        let alert = app.rules_in_use().alert.unwrap();
        assert!(
            alert.contains("7.1.0") && alert.contains("kept the older rules"),
            "{alert}"
        );
    }
    app.install_rules(&office.packed("7.2.0", &[], |_| {}), "test")
        .unwrap();
    assert_eq!(version_in_use(&app), "7.2.0");
    assert_eq!(app.rules_in_use().alert, None);
}

#[test]
fn where_signatures_are_required_nothing_unsigned_is_used() {
    let office = Office::new();
    let bundle = office.packed("7.0.0", &[], |_| {});
    let stranger = office.packed("7.0.1", &[], |_| {});
    office.signed("stranger.example", &stranger);
    let signed = office.packed("7.0.2", &[], |_| {});
    let key = office.signed("rules.example", &signed);
    let policy = format!("signatures = \"required\"\ntrust = [\"{key}\"]");
    office.set_rules(&policy);
    let app = office.open("2026-04-10");
    // Not even the pack that the program brings.
    assert!(matches!(
        app.rules(),
        Err(Error::Bundle(BundleError::Unsigned))
    ));
    assert_eq!(app.rules_in_use().pack, None);
    let install = |path: &Path| app.install_rules(path, "test");
    assert!(matches!(
        install(&bundle),
        Err(Error::Bundle(BundleError::Unsigned))
    ));
    assert!(matches!(
        install(&stranger),
        Err(Error::Bundle(BundleError::UnknownKey { .. }))
    ));
    let mut bytes = fs::read(&signed).unwrap();
    bytes.truncate(bytes.len() - 1);
    let cut = office.path("cut");
    fs::write(&cut, &bytes).unwrap();
    assert!(matches!(
        install(&cut),
        Err(Error::Bundle(BundleError::Truncated { .. }))
    ));
    let done = install(&signed).unwrap();
    assert_eq!(done.signer.as_deref(), Some("rules.example"));
    let rules = app.rules().unwrap();
    assert!(
        matches!(&rules.origin, Origin::Bundle { signer: Some(name), .. } if name == "rules.example")
    );
    // A key that is no longer trusted takes its bundles with it.
    let other = bundling::make_key("other.example", &office.path("other.example")).unwrap();
    office.set_rules(&policy.replace(&key, &other.to_string()));
    let app = office.open("2026-04-10");
    assert!(matches!(
        app.rules(),
        Err(Error::Bundle(BundleError::UnknownKey { .. }))
    ));
}

#[test]
fn older_rules_are_refused_and_the_same_again_change_nothing() {
    let office = Office::new();
    let app = office.open("2026-04-10");
    let old = office.packed("7.0.0", &[], |_| {});
    let new = office.packed("7.1.0", &[], |_| {});
    assert!(!app.install_rules(&new, "test").unwrap().done_before);
    assert!(app.install_rules(&new, "test").unwrap().done_before);
    for again in [
        old,
        office.packed("7.1.0", &[("示范规则", "修订规则")], |order| {
            order.out = office.path("same");
        }),
        office.packed("7.0.9", &[], |order| order.sequence = Some(9_000_000)),
    ] {
        for refused in [
            app.install_rules(&again, "test").map(|_| ()),
            app.verify_bundle(&again).map(|_| ()),
        ] {
            assert!(
                matches!(refused, Err(Error::Bundle(BundleError::Downgrade { .. }))),
                "{refused:?}"
            );
        }
    }
    assert_eq!(version_in_use(&app), "7.1.0");
    assert_eq!(app.rules_status().unwrap().installed.len(), 1);
}

#[test]
fn expired_rules_are_neither_installed_nor_used_for_new_months() {
    let office = Office::new();
    let until = |order: &mut PackOrder| order.expires_on = Some("2026-07-01".parse().unwrap());
    let bundle = office.packed("7.0.0", &[], until);
    office
        .open("2026-04-10")
        .install_rules(&bundle, "test")
        .unwrap();
    office.open("2026-06-30").refresh_rules().unwrap();
    let late = office.open("2026-07-01");
    for refused in [
        late.refresh_rules().map(|_| ()),
        late.install_rules(&bundle, "test").map(|_| ()),
    ] {
        assert!(
            matches!(refused, Err(Error::Bundle(BundleError::Expired { .. }))),
            "{refused:?}"
        );
    }
    let early = office.packed("7.1.0", &[], |order| {
        order.not_before_on = Some("2026-12-01".parse().unwrap());
    });
    let refused = office.open("2026-04-10").install_rules(&early, "test");
    assert!(matches!(
        refused,
        Err(Error::Bundle(BundleError::NotYetValid { .. }))
    ));
}

#[test]
fn a_folder_in_the_settings_and_installed_bundles_exclude_each_other() {
    let office = Office::new();
    let bundle = office.packed("7.0.0", &[], |_| {});
    let rules = office.path("rules");
    fs::create_dir_all(&rules).unwrap();
    fs::rename(office.folder("8.0.0", &[]), rules.join("tiaoli-809")).unwrap();
    office.set_rules(&format!("folder = {:?}", rules.to_string_lossy()));
    let app = office.open("2026-04-10");
    assert!(matches!(
        app.install_rules(&bundle, "test"),
        Err(Error::Conflict { .. })
    ));
    assert_eq!(version_in_use(&app), "8.0.0");
    // A folder that holds no pack, such as one of calendars, leaves the pack to the bundles.
    fs::remove_dir_all(rules.join("tiaoli-809")).unwrap();
    let app = office.open("2026-04-10");
    app.install_rules(&bundle, "test").unwrap();
    assert_eq!(version_in_use(&app), "7.0.0");
}

#[test]
fn weights_of_a_year_that_has_begun_stay_across_versions() {
    let office = Office::new();
    let app = office.open("2026-04-10");
    let block = |value: &str, result: &str, year: i32| {
        format!(
            "\n[[weights]]\nid = \"value\"\nmethod = \"ahp\"\nsolver = \"column_mean\"\n\
             criteria = [\"a\", \"b\"]\nmatrix = [[\"1\", \"{value}\"], [\"1/{value}\", \"1\"]]\n\
             decimals = 2\nresult = [{result}]\ncr = \"0\"\n\
             effective = {{ from = {year}-01-01, to = {}-01-01 }}\ncite = \"ours\"\n",
            year + 1
        )
    };
    let three = block("3", "\"0.75\", \"0.25\"", 2026);
    let packed = |version: &str, weights: &str| {
        let folder = office.folder(version, &[]);
        fs::write(folder.join("weights.toml"), weights).unwrap();
        let out = office.path(&format!("{version}.hxrules"));
        bundling::pack(&PackOrder {
            folder,
            out: out.clone(),
            sequence: None,
            not_before_on: None,
            expires_on: None,
        })
        .unwrap();
        out
    };
    app.install_rules(&packed("7.0.0", &three), "test").unwrap();
    let moved = packed("7.1.0", &block("4", "\"0.80\", \"0.20\"", 2026));
    let refused = app.install_rules(&moved, "test").unwrap_err();
    assert!(
        matches!(&refused, Error::Conflict { reason } if reason.contains("权重全年冻结")),
        "{refused}"
    );
    let next_year = format!("{three}{}", block("4", "\"0.80\", \"0.20\"", 2027));
    app.install_rules(&packed("7.2.0", &next_year), "test")
        .unwrap();
    assert_eq!(version_in_use(&app), "7.2.0");
}
