//! Each way in which a bundle must be refused, and what must hold for every bundle.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::DateRange;
use ledger::Signer;
use proptest::prelude::*;

use crate::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn signer(name: &str) -> Signer {
    Signer::new(name, &[7; 32]).unwrap()
}

fn files() -> BTreeMap<String, String> {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    [
        file("pack.toml", "[pack]\nid = \"mini\"\n"),
        file("tests/reply.toml", "[[case]]\n"),
    ]
    .into()
}

fn manifest(version: &str, sequence: u64) -> Manifest {
    Manifest {
        pack: "mini".into(),
        version: version.parse().unwrap(),
        sequence,
        effective: DateRange {
            from: day("2026-01-01"),
            to: None,
        },
        valid: DateRange {
            from: day("2026-01-01"),
            to: Some(day("2027-01-01")),
        },
        rules_sha256: "0".repeat(64),
        entries: Vec::new(),
    }
}

fn unsigned() -> Bundle {
    Bundle::new(manifest("1.0.0", 7), files()).unwrap()
}

fn policy(signatures: Signatures, trusted: &[&Signer]) -> Policy {
    Policy {
        signatures,
        trusted: trusted.iter().map(|key| key.verifier_key()).collect(),
    }
}

fn required(signer: &Signer) -> Policy {
    policy(Signatures::Required, &[signer])
}

const TODAY: &str = "2026-04-10";

fn admitted(bundle: &Bundle, policy: &Policy) -> Result<Admitted, BundleError> {
    bundle.admit(policy, day(TODAY))
}

#[test]
fn a_signed_bundle_survives_its_bytes_and_is_admitted() {
    let key = signer("rules.example");
    let bundle = unsigned().signed(&key);
    let read = Bundle::read(&bundle.to_bytes()).unwrap();
    assert_eq!(read, bundle);
    let signer = Some("rules.example".to_owned());
    assert_eq!(admitted(&read, &required(&key)), Ok(Admitted { signer }));
    // Signing again changes nothing; a second key adds a line and takes none away.
    assert_eq!(bundle.clone().signed(&key), bundle);
    let other = Signer::new("second.example", &[9; 32]).unwrap();
    let twice = bundle.signed(&other);
    assert_eq!(twice.signers(), ["rules.example", "second.example"]);
    assert!(admitted(&twice, &required(&key)).is_ok());
    assert!(admitted(&twice, &required(&other)).is_ok());
}

#[test]
fn an_unsigned_bundle_is_refused_where_the_policy_asks_for_signatures() {
    let key = signer("rules.example");
    assert_eq!(
        admitted(&unsigned(), &required(&key)),
        Err(BundleError::Unsigned)
    );
    // Also when nobody is trusted at all: an empty list is not permission.
    let nobody = policy(Signatures::Required, &[]);
    assert_eq!(admitted(&unsigned(), &nobody), Err(BundleError::Unsigned));
    let lenient = policy(Signatures::Optional, &[&key]);
    assert_eq!(
        admitted(&unsigned(), &lenient),
        Ok(Admitted { signer: None })
    );
}

#[test]
fn a_bundle_of_an_unknown_key_is_refused() {
    let (key, stranger) = (signer("rules.example"), signer("stranger.example"));
    let bundle = unsigned().signed(&stranger);
    let unknown = BundleError::UnknownKey {
        signers: vec!["stranger.example".into()],
    };
    assert_eq!(admitted(&bundle, &required(&key)), Err(unknown.clone()));
    assert_eq!(
        admitted(&bundle, &policy(Signatures::Required, &[])),
        Err(unknown.clone())
    );
    // The name of a trusted key does not make another key trusted.
    let namesake = Signer::new("rules.example", &[8; 32]).unwrap();
    let bundle = unsigned().signed(&namesake);
    let unknown = BundleError::UnknownKey {
        signers: vec!["rules.example".into()],
    };
    assert_eq!(admitted(&bundle, &required(&key)), Err(unknown));
}

#[test]
fn a_truncated_bundle_is_refused_wherever_it_ends() {
    let bytes = unsigned().signed(&signer("rules.example")).to_bytes();
    for end in 0..bytes.len() {
        let refused = Bundle::read(&bytes[..end]);
        assert!(
            matches!(refused, Err(BundleError::Truncated { .. })),
            "{end}: {refused:?}"
        );
    }
    let longer = [bytes.as_slice(), b"x"].concat();
    assert!(matches!(
        Bundle::read(&longer),
        Err(BundleError::Damaged { .. })
    ));
    assert_eq!(Bundle::read(b"PK\x03\x04"), Err(BundleError::NotABundle));
}

#[test]
fn a_tampered_bundle_is_refused_wherever_a_byte_differs() {
    let key = signer("rules.example");
    let bytes = unsigned().signed(&key).to_bytes();
    for at in 0..bytes.len() {
        for flip in [1, 0x20] {
            let mut forged = bytes.clone();
            forged[at] ^= flip;
            let outcome = Bundle::read(&forged).and_then(|read| admitted(&read, &required(&key)));
            assert!(outcome.is_err(), "byte {at}");
        }
    }
}

#[test]
fn a_manifest_made_anew_for_changed_files_is_refused() {
    let key = signer("rules.example");
    let signed = unsigned().signed(&key);
    let mut changed = files();
    changed.insert("pack.toml".into(), "[pack]\nid = \"other\"\n".into());
    let forged = Bundle::new(manifest("1.0.0", 7), changed).unwrap();
    // With the old signatures below the new manifest.
    let note = signed.to_bytes();
    let below = String::from_utf8_lossy(&note);
    let line = below
        .lines()
        .find(|line| line.starts_with('\u{2014}'))
        .unwrap();
    let grafted = forged.with_note(|text| format!("{text}\n{line}\n"));
    let refused = BundleError::BadSignature {
        key: "rules.example".into(),
    };
    assert_eq!(admitted(&grafted, &required(&key)), Err(refused.clone()));
    assert_eq!(
        admitted(&grafted, &policy(Signatures::Optional, &[&key])),
        Err(refused.clone()),
        "a signature that does not hold is refused even where none is needed"
    );
    // With the whole signed note, blank line and all, below the new manifest.
    let hidden = forged.with_note(|text| format!("{text}\n{}", signed.note()));
    assert!(admitted(&hidden, &required(&key)).is_err());
}

#[test]
fn a_downgraded_bundle_is_refused_by_version_and_by_sequence() {
    let installed = Installed {
        version: "1.2.0".parse().unwrap(),
        sequence: 10,
    };
    let offered = |version: &str, sequence| {
        let bundle = Bundle::new(manifest(version, sequence), files()).unwrap();
        bundle.require_newer(&installed)
    };
    for (version, sequence) in [
        ("1.2.0", 10),
        ("1.2.0", 9),
        ("1.3.0", 10),
        ("1.1.9", 11),
        ("1.3.0", 2),
    ] {
        assert!(
            matches!(
                offered(version, sequence),
                Err(BundleError::Downgrade { .. })
            ),
            "{version} {sequence}"
        );
    }
    for (version, sequence) in [("1.2.0", 11), ("1.10.0", 11), ("2.0.0", 400)] {
        assert_eq!(offered(version, sequence), Ok(()), "{version} {sequence}");
    }
}

#[test]
fn an_expired_bundle_is_refused_from_the_day_it_names() {
    let key = signer("rules.example");
    let bundle = unsigned().signed(&key);
    assert!(bundle.admit(&required(&key), day("2026-12-31")).is_ok());
    let expires_on = day("2027-01-01");
    for today in ["2027-01-01", "2030-06-01"].map(day) {
        let refused = BundleError::Expired { expires_on, today };
        assert_eq!(bundle.admit(&required(&key), today), Err(refused));
    }
}

#[test]
fn a_bundle_that_is_not_valid_yet_is_refused() {
    let key = signer("rules.example");
    let bundle = unsigned().signed(&key);
    let today = day("2025-12-31");
    let refused = BundleError::NotYetValid {
        not_before_on: day("2026-01-01"),
        today,
    };
    assert_eq!(bundle.admit(&required(&key), today), Err(refused));
}

#[test]
fn paths_that_leave_the_folder_are_neither_written_nor_read() {
    for path in [
        "../x.toml",
        "/x.toml",
        "a/b/c.toml",
        "a//b",
        ".hidden",
        "x\ny",
        "a b",
        "甲.toml",
        "a\\b",
        "",
        "x.",
    ] {
        let files = [(path.to_owned(), String::new())].into();
        let refused = Bundle::new(manifest("1.0.0", 1), files);
        assert!(
            matches!(refused, Err(BundleError::BadPath { .. })),
            "{path:?}"
        );
    }
    assert!(
        Bundle::new(manifest("1.0.0", 1), BTreeMap::new()).is_err(),
        "no files"
    );
}

#[test]
fn only_the_one_spelling_of_a_manifest_is_read() {
    let text = unsigned().manifest().to_text();
    assert_eq!(&Manifest::parse(&text).unwrap(), unsigned().manifest());
    for (from, to) in [
        ("sequence 7", "sequence 07"),
        ("sequence 7", "sequence +7"),
        ("version 1.0.0", "version 1.0"),
        ("version 1.0.0", "version 01.0.0"),
        ("never", "Never"),
        ("\nvalid", "\r\nvalid"),
        ("hengxiang-rules/1", "hengxiang-rules/2"),
        ("file ", "file  "),
    ] {
        assert!(text.contains(from));
        assert!(
            Manifest::parse(&text.replacen(from, to, 1)).is_err(),
            "{to}"
        );
    }
    let mut lines: Vec<&str> = text.lines().collect();
    lines.reverse();
    assert!(Manifest::parse(&lines.join("\n")).is_err());
}

#[test]
fn versions_compare_as_numbers_and_give_a_sequence() {
    let version = |text: &str| text.parse::<Version>().unwrap();
    assert!(version("1.10.0") > version("1.9.9"));
    assert_eq!(version("1.2.3").sequence(), Some(1_002_003));
    assert_eq!(version("1.1000.0").sequence(), None);
    assert_eq!(version("0.0.0").sequence(), None);
    for text in [
        "", "1", "1.0", "1.0.0.0", "1.0.x", "v1.0.0", "1.0.-1", "01.0.0",
    ] {
        assert!(text.parse::<Version>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn one_bundle_is_one_byte_string(
        texts in prop::collection::btree_map("[a-z]{1,8}\\.toml", ".{0,200}", 1..6),
        sequence in 1_u64..,
    ) {
        let bundle = Bundle::new(manifest("1.0.0", sequence), texts).unwrap();
        let bytes = bundle.to_bytes();
        let read = Bundle::read(&bytes).unwrap();
        prop_assert_eq!(read.to_bytes(), bytes);
        prop_assert_eq!(read, bundle);
    }

    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let marked = [b"hengxiang rule bundle 1\n".as_slice(), &bytes].concat();
        let _ = Bundle::read(&bytes);
        if let Ok(bundle) = Bundle::read(&marked) {
            prop_assert_eq!(bundle.to_bytes(), marked);
        }
    }
}
