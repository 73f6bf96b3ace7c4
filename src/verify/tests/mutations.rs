//! Papers that were tampered with: a byte changed, a line left out, doubled or moved. Each is refused
//! with a reason, or proves exactly what the honest paper proves. Both verifiers are tried: the
//! library on thousands of papers, the Python script, which must judge the same, on a sample.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "tests fail by panicking and document nothing"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ledger::{Certificate, LedgerError, Receipt, StatementBundle, Trust, VerifierKey};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

const HASHES: [&str; 2] = ["sha256", "sm3"];

/// The kinds of papers, each by a shipped vector.
const PAPERS: [&str; 4] = ["statement.txt", "told.txt", "kept.txt", "certificate.txt"];

fn folder(hash: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(hash)
}

fn read(hash: &str, name: &str) -> String {
    fs::read_to_string(folder(hash).join(name)).unwrap()
}

fn root(hash: &str) -> VerifierKey {
    read(hash, "root.txt").parse().unwrap()
}

/// What a paper proves, spelt out, texts included.
fn proven(hash: &str, name: &str, text: &str) -> Result<String, LedgerError> {
    let certificate = read(hash, "certificate.txt");
    let keyring = || Trust::Root(root(hash)).keyring([&certificate]);
    Ok(match name {
        "statement.txt" => {
            let bundle = StatementBundle::parse(text)?;
            let keyring = Trust::Root(root(hash)).keyring(bundle.certificates())?;
            let kept = read(hash, "kept.txt");
            format!("{:?}", bundle.verify(&keyring, Some(&kept))?)
        }
        "told.txt" => format!("{:?}", Receipt::parse(text)?.verify_by(&keyring()?)?),
        "kept.txt" => format!("{:?}", keyring()?.open(text)?.1.checkpoint()),
        _ => format!("{:?}", Certificate::open(text, &root(hash))?),
    })
}

/// How a text is spelt out that did not come with its record.
const NO_TEXT: &str = "opening: None }";

/// What is done to a paper.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// A byte becomes another; the paper may be text no more.
    Byte(prop::sample::Index, u8),
    LeftOut(prop::sample::Index),
    Doubled(prop::sample::Index),
    Moved(prop::sample::Index, prop::sample::Index),
    CutOff(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        6 => (at(), 1..=255_u8).prop_map(|(at, by)| Change::Byte(at, by)),
        1 => at().prop_map(Change::LeftOut),
        1 => at().prop_map(Change::Doubled),
        1 => (at(), at()).prop_map(|(from, to)| Change::Moved(from, to)),
        1 => at().prop_map(Change::CutOff),
    ]
}

impl Change {
    fn of(self, text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        match self {
            Self::Byte(at, by) => {
                let at = at.index(bytes.len());
                bytes[at] ^= by;
                return bytes;
            }
            Self::CutOff(at) => {
                bytes.truncate(at.index(bytes.len()));
                return bytes;
            }
            Self::LeftOut(at) => {
                lines.remove(at.index(lines.len()));
            }
            Self::Doubled(at) => {
                let at = at.index(lines.len());
                lines.insert(at, lines[at]);
            }
            Self::Moved(from, to) => {
                let line = lines.remove(from.index(lines.len()));
                lines.insert(to.index(lines.len() + 1), line);
            }
        }
        lines.concat().into_bytes()
    }

    /// A text may be left out, as an erased one is; that is told with the proof.
    fn hides_a_text(self, text: &str) -> bool {
        let mut lines = text.split_inclusive('\n');
        let count = text.split_inclusive('\n').count();
        match self {
            Self::LeftOut(at) => lines.nth(at.index(count)).unwrap().starts_with("text "),
            _ => false,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn a_changed_paper_is_refused_or_proves_the_same(
        hash in prop::sample::select(&HASHES[..]),
        name in prop::sample::select(&PAPERS[..]),
        change in change(),
    ) {
        let honest = read(hash, name);
        let changed = change.of(&honest);
        prop_assume!(changed != honest.as_bytes());
        // What is no text at all is refused when the file is read.
        let Ok(text) = String::from_utf8(changed) else { return Ok(()) };
        match proven(hash, name, &text) {
            Err(fault) => prop_assert!(fault.to_string().chars().count() > 4),
            Ok(told) if change.hides_a_text(&honest) => {
                prop_assert!(told.contains(NO_TEXT));
            }
            Ok(told) => {
                prop_assert!(!matches!(change, Change::Byte(..)), "a byte that nobody checks");
                prop_assert_eq!(told, proven(hash, name, &honest).unwrap());
            }
        }
    }
}

/// Exit code and complaint of a verifier.
fn run(mut verifier: Command, what: &str, file: &Path) -> (i32, String) {
    let since: &[&str] = match what {
        "statement" => &["--since", "kept.txt"],
        _ => &[],
    };
    let output = verifier
        .current_dir(folder("sha256"))
        .arg(what)
        .arg(file)
        .args(["--root", "root.txt", "--certificate", "certificate.txt"])
        .args(since)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap(), said)
}

#[test]
fn both_programs_judge_changed_papers_alike() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("hengxiang_verify.py");
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("changed-paper");
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut refused = 0;
    for round in 0..60 {
        let (name, what) = [("statement.txt", "statement"), ("told.txt", "receipt")][round % 2];
        let honest = read("sha256", name);
        let change = change().new_tree(&mut runner).unwrap().current();
        let changed = change.of(&honest);
        fs::write(&place, &changed).unwrap();
        let ours = run(
            Command::new(env!("CARGO_BIN_EXE_hengxiang-verify")),
            what,
            &place,
        );
        let mut python = Command::new("python3");
        python.arg("-B").arg(&script);
        let theirs = run(python, what, &place);
        let context = format!("{name} {change:?}: {ours:?} {theirs:?}");
        assert_eq!(ours.0 == 0, theirs.0 == 0, "{context}");
        assert!(ours.0 <= 2 && theirs.0 <= 2, "{context}");
        for said in [&ours.1, &theirs.1] {
            assert!(
                !said.contains("panicked") && !said.contains("Traceback"),
                "{context}"
            );
        }
        if ours.0 != 0 {
            assert!(
                !ours.1.trim().is_empty() && !theirs.1.trim().is_empty(),
                "{context}"
            );
            refused += 1;
        }
    }
    assert!(refused > 40, "{refused}");
    fs::remove_file(place).unwrap();
}
