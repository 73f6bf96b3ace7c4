#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
use std::collections::BTreeMap;
use std::sync::Arc;

use domain::Fen;

use super::*;
use crate::account::Account;
use crate::books::Books;
use crate::certificate::Certificate;
use crate::checkpoint::Checkpoint;
use crate::command::Action;
use crate::digest::Hash;
use crate::leaf;
use crate::note::Signer;
use crate::seal::{Holdings, Seal};
use crate::trial::{
    Trial, award, awards, department, finance, line, order, pay, period, robot, withhold,
};
use crate::trust::{Keyring, Trust};
use crate::{Digest, Grant, Opening, Words};

/// Three months: March paid and closed, April about nobody and closed, May open.
fn ledger(hash: Hash) -> Trial {
    let mut trial = Trial::default();
    let found = Action::Found {
        hash,
        blinding: Digest::of(b"dice"),
    };
    trial.run(&robot(), found).unwrap();
    let open = Action::OpenPeriod {
        period: period("2026-03"),
    };
    trial.run(&robot(), open).unwrap();
    let grant = Action::Appropriate(Grant {
        line: line(0),
        amount_fen: Fen::new(10_000),
        document: "豫财〔2026〕1号".into(),
        effective_on: crate::trial::day(5),
    });
    trial.run(&finance(), grant).unwrap();
    let run = awards("r1", vec![award(1, 0, 3_000, 7), award(2, 0, 40, 0)]);
    trial.approve(&run);
    let accrual = trial.accruals(&run)[0];
    trial
        .order(&order("w1", vec![withhold(accrual, 100)]))
        .unwrap();
    trial.order(&order("p1", vec![pay(accrual, 900)])).unwrap();
    trial.turn_to("2026-04");
    let close = Action::ClosePeriod {
        period: period("2026-04"),
    };
    trial.run(&finance(), close).unwrap();
    let open = Action::OpenPeriod {
        period: period("2026-05"),
    };
    trial.run(&finance(), open).unwrap();
    let late = order("w2", vec![withhold(accrual, 50)]);
    trial
        .order_on(&late, period("2026-05").first_day())
        .unwrap();
    trial
}

fn signer() -> Signer {
    Signer::new("hengxiang.example/ledger", &[3; 32]).unwrap()
}

fn keyring() -> Keyring {
    Trust::Key(signer().verifier_key()).keyring([]).unwrap()
}

/// The papers of an operator with the records at hand, honest or not.
struct Papers<'a> {
    events: &'a [Event],
    log: Levels,
    hash: Hash,
}

impl<'a> Papers<'a> {
    fn of(events: &'a [Event]) -> Self {
        let hash = Books::replay(events).map_or(Hash::Sha256, |books| books.hash());
        let leaves = events.iter().map(|event| leaf::event_hash(hash, event));
        Self {
            events,
            log: Levels::new(hash, leaves.collect()),
            hash,
        }
    }

    fn signed(&self, size: usize) -> SignedCheckpoint {
        let checkpoint = Checkpoint {
            origin: signer().name().to_owned(),
            size: u64::try_from(size).unwrap(),
            root: self.log.root(size).unwrap(),
            hash: self.hash,
        };
        checkpoint.sign(&signer())
    }

    fn close(&self, month: &str, which: u8) -> (&'a Event, BalanceProof) {
        let month = period(month);
        let at = self.events.iter().position(
            |event| matches!(&event.body, Body::PeriodClosed { period, .. } if *period == month),
        );
        let at = at.unwrap();
        let books = Books::replay(&self.events[..at]).unwrap();
        let close = &self.events[at];
        let seal = Seal::new(books.charter(), close.seq, books.accounts()).unwrap();
        (close, seal.proof(&department(which)).unwrap())
    }

    /// A department's records with their texts, as far as these are at hand.
    fn own(&self, which: u8) -> Vec<Event> {
        let openings = self
            .events
            .iter()
            .filter_map(|event| event.body.words()?.opening());
        let openings: BTreeMap<_, _> = openings
            .map(|opening| (opening.commitment(self.hash), Arc::clone(opening)))
            .collect();
        let own = self
            .events
            .iter()
            .filter(|event| is_own(&department(which), event));
        let mut own: Vec<Event> = own.cloned().collect();
        for words in own.iter_mut().filter_map(|event| event.body.words_mut()) {
            words.open_with(|commitment| openings.get(commitment).cloned());
        }
        own
    }

    /// The bundle of a department over the whole ledger, its kept checkpoint of a size.
    fn bundle(&self, which: u8, lines: &[Event], kept: Option<u64>) -> StatementBundle {
        let signed = self.signed(self.events.len());
        let parts = BundleParts {
            department: &department(which),
            certificates: Vec::new(),
            opening: None,
            lines,
            closing: Some(self.close("2026-04", which)),
            kept_size: kept,
            signed: &signed,
        };
        StatementBundle::new(parts, &self.log).unwrap()
    }
}

#[test]
fn a_bundle_proves_the_statement_of_its_department() {
    for hash in [Hash::Sha256, Hash::Sm3] {
        let trial = ledger(hash);
        let papers = Papers::of(&trial.events);
        let lines = papers.own(1);
        let kept = papers.signed(5);
        let bundle = papers.bundle(1, &lines, Some(5));
        let read = StatementBundle::parse(&bundle.to_text()).unwrap();
        assert_eq!(read, bundle);
        let proven = read.verify(&keyring(), Some(kept.note())).unwrap();
        assert_eq!(proven.since.as_ref(), Some(kept.checkpoint()));
        assert_eq!(proven.lines, lines);
        assert_eq!(proven.unsealed, 1, "the one of May");
        for (account, at) in &proven.holdings {
            assert_eq!(*at, trial.books.balance(account), "{account}");
        }
        assert_eq!(
            proven.holdings[&Account::Withheld(department(1))].balance_fen,
            Fen::new(-150)
        );
        let closing = proven.closing.unwrap();
        assert_eq!(
            closing.holdings[&Account::Withheld(department(1))].balance_fen,
            Fen::new(-100)
        );

        // From the close of March on there is only the line of May.
        let signed = papers.signed(trial.events.len());
        let (opening, closing) = (papers.close("2026-03", 1), papers.close("2026-04", 1));
        let after = &lines[lines.len() - 1..];
        let parts = BundleParts {
            department: &department(1),
            certificates: Vec::new(),
            opening: Some(opening),
            lines: after,
            closing: Some(closing),
            kept_size: None,
            signed: &signed,
        };
        let text = StatementBundle::new(parts, &papers.log).unwrap().to_text();
        let proven = StatementBundle::parse(&text)
            .unwrap()
            .verify(&keyring(), None)
            .unwrap();
        assert_eq!((proven.lines.len(), proven.unsealed), (1, 1));
        // A department that was never named is proved to have nothing.
        let nothing = papers
            .bundle(7, &[], None)
            .verify(&keyring(), None)
            .unwrap();
        assert_eq!(nothing.holdings, Holdings::new());
    }
}

#[test]
fn a_text_comes_with_its_line_and_no_other_does() {
    for hash in [Hash::Sha256, Hash::Sm3] {
        let trial = ledger(hash);
        let papers = Papers::of(&trial.events);
        let text = papers.bundle(1, &papers.own(1), None).to_text();
        let verify = |text: &str| StatementBundle::parse(text)?.verify(&keyring(), None);
        let told = |proven: &ProvenStatement| -> Vec<String> {
            let words = proven.lines.iter().filter_map(|event| event.body.words());
            words
                .filter(|words| !words.is_blank())
                .map(Words::to_string)
                .collect()
        };
        assert_eq!(told(&verify(&text).unwrap()), ["考核结果运用"; 3]);
        // Erased, or held back: the proof holds, and says so.
        let is_text = |line: &&str| line.starts_with("text ");
        let without: Vec<&str> = text.split('\n').filter(|line| !is_text(line)).collect();
        let proven = verify(&without.join("\n")).unwrap();
        assert_eq!(told(&proven), ["〔文字已删除 text erased〕"; 3]);
        // Another text under the same salt.
        let opening = text.lines().find(is_text).unwrap();
        let other = Opening {
            text: "考核结果优秀".into(),
            ..Opening::from_words(&opening["text ".len()..]).unwrap()
        };
        let forged = text.replacen(opening, &format!("text {}", other.to_words()), 1);
        assert!(matches!(
            verify(&forged),
            Err(LedgerError::BrokenRecord { .. })
        ));
    }
}

#[test]
fn a_line_left_out_shows_wherever_it_was() {
    let trial = ledger(Hash::Sha256);
    let papers = Papers::of(&trial.events);
    let lines = papers.own(1);
    // All but the last, which no close seals yet.
    for left_out in 0..lines.len() - 1 {
        let mut fewer = lines.clone();
        fewer.remove(left_out);
        assert!(
            papers
                .bundle(1, &fewer, None)
                .verify(&keyring(), None)
                .is_err(),
            "{left_out}"
        );
    }
    // Everything left out, and the proof that somebody else has nothing in place of its own.
    let mut empty = papers.bundle(1, &[], None);
    assert!(empty.verify(&keyring(), None).is_err());
    empty.closing.as_mut().unwrap().balances = papers.close("2026-04", 7).1;
    assert!(empty.verify(&keyring(), None).is_err());
}

#[test]
fn a_rewritten_cut_or_split_ledger_does_not_extend_what_was_kept() {
    let trial = ledger(Hash::Sha256);
    let papers = Papers::of(&trial.events);
    let lines = papers.own(1);
    let kept = papers.signed(trial.events.len());
    let size = kept.checkpoint().size;
    // Cut back to the record before, with a good signature.
    let cut = Papers::of(&trial.events[..trial.events.len() - 1]);
    let shown = cut.bundle(1, &cut.own(1), None);
    assert!(shown.verify(&keyring(), None).is_ok(), "sound in itself");
    assert!(matches!(
        shown.verify(&keyring(), Some(kept.note())),
        Err(LedgerError::RolledBack { .. })
    ));
    // The same length with another history, all of it hashed and signed anew.
    let mut other = ledger(Hash::Sha256);
    let last = other.events.last_mut().unwrap();
    last.actor.id = "mallory".into();
    let rewritten = Papers::of(&other.events);
    let shown = rewritten.bundle(1, &rewritten.own(1), Some(size));
    assert!(shown.verify(&keyring(), None).is_ok(), "sound in itself");
    assert_eq!(
        shown.verify(&keyring(), Some(kept.note())),
        Err(LedgerError::ProofFails)
    );
    // Without the proof that was asked for.
    let silent = papers.bundle(1, &lines, None);
    assert!(matches!(
        silent.verify(&keyring(), Some(kept.note())),
        Err(LedgerError::Missing { .. })
    ));
    assert!(
        papers
            .bundle(1, &lines, Some(size))
            .verify(&keyring(), Some(kept.note()))
            .is_ok()
    );
}

#[test]
fn keys_are_followed_from_the_root_and_never_back() {
    let root = Signer::new("hengxiang.example/root", &[1; 32]).unwrap();
    let next = Signer::new("hengxiang.example/ledger", &[4; 32]).unwrap();
    let certificates = [&signer(), &next].map(|key| {
        let serial = if key.verifier_key() == next.verifier_key() {
            2
        } else {
            1
        };
        let key = key.verifier_key();
        Certificate { serial, key }.sign(&root)
    });
    let trust = Trust::Root(root.verifier_key());
    let verify = |bundle: &StatementBundle, kept: Option<&SignedCheckpoint>| {
        let keyring = trust.keyring(bundle.certificates())?;
        bundle.verify(&keyring, kept.map(SignedCheckpoint::note))
    };
    let trial = ledger(Hash::Sha256);
    let papers = Papers::of(&trial.events);
    let size = trial.events.len();
    let by_next = papers.signed(size).checkpoint().clone().sign(&next);
    let mut bundle = papers.bundle(1, &papers.own(1), Some(u64::try_from(size).unwrap()));
    bundle.certificates = certificates.to_vec();
    // The kept one was signed by the new key already, this one by the old.
    assert_eq!(verify(&bundle, Some(&by_next)), Err(LedgerError::OldKey));
    assert!(verify(&bundle, None).is_ok());
    let old = papers.signed(size);
    bundle.note = by_next.note().to_owned();
    assert!(verify(&bundle, Some(&old)).is_ok());
    bundle.certificates.truncate(1);
    assert!(
        verify(&bundle, None).is_err(),
        "no certificate of the key that signed"
    );
    bundle.certificates.clear();
    assert!(verify(&bundle, None).is_err());
}

#[test]
fn no_changed_character_of_a_bundle_goes_unnoticed() {
    let trial = ledger(Hash::Sha256);
    let papers = Papers::of(&trial.events);
    let kept = papers.signed(5);
    let text = papers.bundle(1, &papers.own(1), Some(5)).to_text();
    let verdict = |text: &str| {
        StatementBundle::parse(text).and_then(|read| read.verify(&keyring(), Some(kept.note())))
    };
    let proven = verdict(&text).unwrap();
    for (at, letter) in text.char_indices().filter(|(at, _)| at % 7 == 0) {
        let other = char::from(b"ABCxyz019+/= \n"[at / 7 % 14]);
        if other == letter {
            continue;
        }
        let mut forged = text.clone();
        forged.replace_range(at..at + letter.len_utf8(), &other.to_string());
        assert_ne!(
            verdict(&forged).ok().as_ref(),
            Some(&proven),
            "{at}: {letter} to {other}"
        );
    }
}
