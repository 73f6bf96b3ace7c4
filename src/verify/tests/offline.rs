//! The verifier as a department runs it: files in, words and an exit code out.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "tests fail by panicking and document nothing"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use ledger::{
    Action, Actor, Books, Checkpoint, ConsistencyProof, Digest, Event, Hash, Receipt, Role,
    SignedCheckpoint, Signer, UtcMicros, decide, leaf, merkle,
};

/// A folder with a small ledger's papers in it.
struct Papers {
    folder: PathBuf,
    key: String,
}

fn sign(signer: &Signer, leaves: &[Digest]) -> SignedCheckpoint {
    let checkpoint = Checkpoint {
        origin: signer.name().to_owned(),
        size: u64::try_from(leaves.len()).unwrap(),
        root: merkle::root(Hash::Sha256, leaves),
        hash: Hash::Sha256,
    };
    checkpoint.sign(signer)
}

fn papers(name: &str) -> Papers {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let mut books = Books::default();
    let mut events: Vec<Event> = Vec::new();
    for month in 1..=9 {
        let period = format!("2026-0{month}").parse().unwrap();
        let actor = Actor::new("li", Role::Finance);
        let open = ledger::Command::new(actor, Action::OpenPeriod { period });
        for event in decide(&books, &open, UtcMicros::new(month)).unwrap() {
            books.apply(&event).unwrap();
            events.push(event);
        }
    }
    let leaves: Vec<Digest> = events
        .iter()
        .map(|event| leaf::event_hash(Hash::Sha256, event))
        .collect();
    let signer = Signer::new("hengxiang.example/ledger", &[5; 32]).unwrap();
    let new = sign(&signer, &leaves);
    let receipt = Receipt::new(&events[4], &leaves, &new).unwrap();
    let proof = ConsistencyProof::new(Hash::Sha256, &leaves, 6, 9).unwrap();
    let mut rewritten = leaves.clone();
    rewritten[2] = Hash::Sha256.leaf(b"rewritten");
    for (file, text) in [
        ("receipt", receipt.to_text()),
        ("old", sign(&signer, &leaves[..6]).note().to_owned()),
        ("new", new.note().to_owned()),
        ("proof", proof.to_text()),
        ("rewritten", sign(&signer, &rewritten).note().to_owned()),
        ("key", format!("{}\n", signer.verifier_key())),
        ("empty", String::new()),
    ] {
        fs::write(folder.join(file), text).unwrap();
    }
    fs::write(folder.join("binary"), [0xff, 0xfe, 0x00]).unwrap();
    Papers {
        folder,
        key: signer.verifier_key().to_string(),
    }
}

impl Papers {
    fn verify(&self, arguments: &[&str], key: &str) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_hengxiang-verify"))
            .current_dir(&self.folder)
            .args(arguments)
            .args(["--key", key])
            .output()
            .unwrap();
        let mut text = String::from_utf8(output.stdout).unwrap();
        text.push_str(&String::from_utf8(output.stderr).unwrap());
        (output.status.code(), text)
    }
}

#[test]
fn what_holds_is_shown_and_exits_with_zero() {
    let papers = papers("holds");
    for arguments in [
        &["receipt", "receipt"][..],
        &["checkpoint", "new"],
        &["consistency", "old", "new", "proof"],
    ] {
        for key in [papers.key.as_str(), "key"] {
            let (code, text) = papers.verify(arguments, key);
            assert_eq!(code, Some(0), "{text}");
            assert!(
                text.contains("核验通过") && text.contains("verified"),
                "{text}"
            );
        }
    }
    let (_, text) = papers.verify(&["receipt", "receipt"], "key");
    assert!(text.contains("记录号 record：5"), "{text}");
}

#[test]
fn what_does_not_hold_exits_with_one() {
    let papers = papers("fails");
    let other = Signer::new("hengxiang.example/ledger", &[6; 32]).unwrap();
    let other = other.verifier_key().to_string();
    let (code, text) = papers.verify(&["receipt", "receipt"], &other);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("核验不通过"), "{text}");
    for arguments in [
        &["consistency", "old", "rewritten", "proof"][..],
        &["consistency", "new", "old", "proof"],
    ] {
        let (code, text) = papers.verify(arguments, &papers.key);
        assert_eq!(code, Some(1), "{text}");
    }
    // An amount or a name changed inside the record.
    let receipt = fs::read_to_string(papers.folder.join("receipt")).unwrap();
    let forged = receipt.replace("extra A", "extra B");
    assert_ne!(forged, receipt);
    fs::write(papers.folder.join("forged"), forged).unwrap();
    assert_eq!(
        papers.verify(&["receipt", "forged"], &papers.key).0,
        Some(1)
    );
}

#[test]
fn what_cannot_be_read_exits_with_two() {
    let papers = papers("unreadable");
    for file in ["missing", "empty", "binary", ".", "old"] {
        let (code, text) = papers.verify(&["receipt", file], &papers.key);
        assert_eq!(code, Some(2), "{file}: {text}");
        assert!(!text.contains("panicked"), "{text}");
    }
    for arguments in [
        &["checkpoint", "empty"][..],
        &["consistency", "old", "new", "receipt"],
        &["consistency", "old"],
        &["nonsense"],
    ] {
        assert_eq!(papers.verify(arguments, &papers.key).0, Some(2));
    }
    assert_eq!(papers.verify(&["checkpoint", "new"], "no-key").0, Some(2));
}
