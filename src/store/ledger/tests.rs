//! The ledger on both databases: what is executed, proven, audited.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

mod attacks;
mod auditing;
mod client;
mod crash;
mod faults;
mod model;
mod mutation;
mod races;
mod tables;
mod tamper;
mod told;

use diesel::connection::SimpleConnection;
use domain::Fen;
use ledger::{
    Account, Action, Actor, Command, ConsistencyProof, Grant, OrderLine, Rejection, RunAwards,
    SignedCheckpoint, Signer, UtcMicros, statement,
};

use super::trial::{
    self, approve, assessor, award, calculate, checker, day, department, finance, line, order,
    period, robot, submit, void, withhold,
};
use super::*;
use crate::db_test;
use crate::testing::TestDb;

pub(super) fn signer() -> Signer {
    Signer::new("hengxiang.example/ledger", &[9; 32]).unwrap()
}

/// A run of March that awards the amounts to one department each, from the first line.
pub(super) fn awards(run: &str, amounts: &[i64]) -> RunAwards {
    let lines = (1..)
        .zip(amounts)
        .map(|(which, amount)| award(which, 0, *amount, which.into()));
    trial::awards(run, lines.collect())
}

pub(super) fn by(actor: Actor, action: Action) -> Command {
    Command::new(actor, action)
}

pub(super) fn opened() -> Vec<Command> {
    let grant = Grant {
        line: line(0),
        amount_fen: Fen::new(100_000),
        document: "豫财〔2026〕1号".into(),
        effective_on: day(5),
    };
    vec![
        by(
            robot(),
            Action::OpenPeriod {
                period: period("2026-03"),
            },
        ),
        by(robot(), Action::Appropriate(grant)),
    ]
}

/// Opened, and a run calculated, submitted and approved.
pub(super) fn approved(awards: &RunAwards) -> Vec<Command> {
    let mut commands = opened();
    commands.extend([
        by(robot(), calculate(awards)),
        by(assessor(), submit(awards)),
        by(finance(), approve(awards)),
    ]);
    commands
}

pub(super) fn run(db: &TestDb, commands: &[Command]) -> Vec<Event> {
    let now = UtcMicros::new(1_774_915_200_123_456);
    execute_all(&db.store, commands, now, &signer()).unwrap()
}

fn audit_of(db: &TestDb, kept: Option<&str>) -> Audit {
    let key = signer().verifier_key();
    db.store.read(|conn| audit(conn, &key, kept)).unwrap()
}

db_test! {
    fn a_month_is_booked_proven_and_audited(db) {
        let awards = awards("2026-03-a", &[3_000, 500]);
        let commands = approved(&awards);
        let events = run(db, &commands);
        assert_eq!(events.len(), 9);
        assert!(run(db, &commands).is_empty());
        let books = db.store.read(books).unwrap();
        let payable = books.balance(&Account::Payable(department(1)));
        assert_eq!(payable.balance_fen, Fen::new(-3_000));
        let stored = db.store.read(|conn| super::super::events(conn, 1)).unwrap();
        assert_eq!(stored, events);
        let report = audit_of(db, None);
        assert_eq!((report.records, report.findings), (9, vec![]));

        let own = db.store.read(|conn| events_of(conn, &department(1))).unwrap();
        let march = period("2026-03");
        let shown = statement(&department(1), &own, march, march);
        assert_eq!(shown.owed_fen(), Fen::new(3_000));
        assert_eq!(shown, statement(&department(1), &events, march, march));

        let key = signer().verifier_key();
        for event in &own {
            let paper = db
                .store
                .read(|conn| receipt(conn, &department(1), event.seq, &key))
                .unwrap();
            assert_eq!(paper.verify(&key).unwrap().event, *event);
            let other = db.store.read(|conn| receipt(conn, &department(2), event.seq, &key));
            assert!(matches!(other, Err(ExecuteError::Damaged(LedgerError::NotYours { .. }))));
        }
        let beyond = db.store.read(|conn| receipt(conn, &department(1), 99, &key));
        assert!(matches!(beyond, Err(ExecuteError::Store(StoreError::NotFound { .. }))));
    }

    fn a_rejected_command_leaves_nothing_of_its_batch(db) {
        run(db, &opened());
        let good = awards("2026-03-a", &[10]);
        let beyond = awards("2026-03-b", &[100_001]);
        let outcome = execute_all(
            &db.store,
            &[by(robot(), calculate(&good)), by(robot(), calculate(&beyond))],
            UtcMicros::new(1),
            &signer(),
        );
        assert!(matches!(
            outcome,
            Err(ExecuteError::Rejected(Rejection::Overdraft { .. }))
        ));
        assert_eq!(db.store.read(record_count).unwrap(), 2);
        assert_eq!(audit_of(db, None).findings, vec![]);
    }

    fn runs_are_superseded_withheld_and_voided(db) {
        let (first, second) = (awards("2026-03-a", &[90_000]), awards("2026-03-b", &[95_000, 0]));
        run(db, &opened());
        run(db, &[
            by(robot(), calculate(&first)),
            by(robot(), calculate(&second)),
            by(assessor(), submit(&second)),
            by(finance(), approve(&second)),
        ]);
        let books_now = db.store.read(books).unwrap();
        let accrual = books_now.run(&second.run).unwrap().accruals[0];
        let hold = order("w", vec![withhold(accrual, 5)]);
        run(db, &[by(finance(), trial::propose(&hold))]);
        let undo = by(checker(), void(&second));
        let refused = execute(&db.store, &undo, UtcMicros::new(1), &signer());
        assert!(matches!(
            refused,
            Err(ExecuteError::Rejected(Rejection::AccrualMoved { .. }))
        ));
        let free = order("u", vec![OrderLine::Unhold { accrual, amount_fen: Fen::new(5) }]);
        run(db, &[by(finance(), trial::propose(&free)), undo]);
        let books_now = db.store.read(books).unwrap();
        let available = books_now.balance(&Account::Available(line(0)));
        assert_eq!(available.balance_fen, Fen::new(100_000));
        assert_eq!(audit_of(db, None).findings, vec![]);
    }

    fn each_batch_has_a_checkpoint_that_extends_the_last(db) {
        run(db, &opened());
        let key = signer().verifier_key();
        let old = db.store.read(latest_checkpoint).unwrap().unwrap();
        run(db, &[by(robot(), calculate(&awards("2026-03-a", &[10, 20])))]);
        let new = db.store.read(latest_checkpoint).unwrap().unwrap();
        let leaves = db.store.read(leaf_hashes).unwrap();
        let proof = ConsistencyProof::new(ledger::Hash::Sha256, &leaves, 2, 5).unwrap();
        let open = |note: &str| SignedCheckpoint::open(note, &key).unwrap();
        proof.verify(open(&old).checkpoint(), open(&new).checkpoint()).unwrap();
        assert_eq!(db.store.read(|conn| checkpoint_at(conn, 1)).unwrap(), Some(old.clone()));
        assert_eq!(db.store.read(|conn| checkpoint_at(conn, 6)).unwrap(), None);
        assert_eq!(audit_of(db, Some(&old)).findings, vec![]);
    }

    fn eight_writers_never_overdraw_a_line(db) {
        run(db, &opened());
        let threads: Vec<_> = (0..8)
            .map(|which| {
                let store = db.store.clone();
                std::thread::spawn(move || {
                    let grant = Grant {
                        line: line(0),
                        amount_fen: Fen::new(-30_000),
                        document: format!("调减{which}"),
                        effective_on: day(9),
                    };
                    let cut = by(finance(), Action::Amend(grant));
                    execute(&store, &cut, UtcMicros::new(1), &signer()).is_ok()
                })
            })
            .collect();
        let taken = threads.into_iter().map(|thread| thread.join().unwrap());
        assert_eq!(taken.filter(|taken| *taken).count(), 3);
        assert_eq!(audit_of(db, None).findings, vec![]);
    }
}

/// The hand of somebody who owns the file: triggers off, a row edited, triggers on again.
#[test]
fn the_audit_finds_what_an_owner_of_the_file_changes() {
    let key = signer().verifier_key();
    for tampering in [
        "UPDATE ledger_records SET body = (SELECT body FROM ledger_records WHERE seq = 4) WHERE seq = 3",
        "UPDATE ledger_records SET leaf_hash = zeroblob(32) WHERE seq = 3",
        "UPDATE ledger_records SET actor_id = 'x' WHERE seq = 3",
        "DELETE FROM ledger_records WHERE seq = 9",
        "DELETE FROM ledger_records WHERE seq = 5",
        "UPDATE txns SET memo = 'x' WHERE seq = 8",
        "UPDATE txns SET legs = '[[1,5,1,5],[2,-5,1,-5]]' WHERE seq = 2",
        "UPDATE postings SET amount_fen = amount_fen + 1 WHERE seq = 8 AND leg_index = 0",
        "UPDATE postings SET balance_after_fen = 0 WHERE seq = 8 AND leg_index = 0",
        "DELETE FROM postings WHERE seq = 9 AND leg_index = 1",
        "UPDATE accounts SET guard = '-' WHERE id = 1",
        "UPDATE accounts SET code = 'B:Available:1:1:1:1' WHERE id = 1",
        "UPDATE run_events SET actor_id = 'x' WHERE kind = 'approved'",
        "DELETE FROM run_events WHERE kind = 'submitted'",
        "INSERT INTO period_events VALUES ('2026-04', 0, 'period_opened', 3)",
        "DELETE FROM checkpoints",
        "UPDATE checkpoints SET root_hash = zeroblob(32)",
        "UPDATE checkpoints SET note = replace(note, 'hengxiang', 'other')",
    ] {
        let db = TestDb::sqlite();
        let awards = awards("2026-03-a", &[3_000, 500]);
        run(&db, &approved(&awards));
        let mut conn = db.conn();
        let drop = mutation::drop_triggers(&mut conn);
        conn.batch_execute(&drop).unwrap();
        conn.batch_execute(tampering).unwrap();
        let report = audit(&mut conn, &key, None).unwrap();
        assert!(!report.findings.is_empty(), "{tampering}");
    }
}

/// Cutting the tail with its checkpoints leaves a smaller, sound ledger: only a checkpoint kept
/// elsewhere shows it.
#[test]
fn a_kept_checkpoint_shows_a_restored_backup() {
    let (short, long) = (TestDb::sqlite(), TestDb::sqlite());
    run(&short, &opened());
    run(&long, &opened());
    run(
        &long,
        &[by(robot(), calculate(&awards("2026-03-a", &[10])))],
    );
    let kept = long.store.read(latest_checkpoint).unwrap().unwrap();
    assert_eq!(audit_of(&short, None).findings, vec![]);
    assert!(!audit_of(&short, Some(&kept)).findings.is_empty());
}

/// The first record founds the ledger; its hash and its blinds hold for all that follows, on disk
/// and in the head that is kept.
#[test]
fn a_founded_ledger_hashes_and_blinds_by_its_charter() {
    for hash in [ledger::Hash::Sha256, ledger::Hash::Sm3] {
        let db = TestDb::sqlite();
        let found = Action::Found {
            hash,
            blinding: ledger::Digest::of(b"dice"),
        };
        let mut commands = vec![by(robot(), found)];
        commands.extend(approved(&awards("2026-03-a", &[3_000, 500])));
        let events = run(&db, &commands);
        assert_eq!(events[0].blind, None);
        let blinds: std::collections::BTreeSet<_> = events[1..]
            .iter()
            .map(|event| event.blind.unwrap())
            .collect();
        assert_eq!(blinds.len(), events.len() - 1);
        assert_eq!(db.store.read(books).unwrap().hash(), hash);
        let key = signer().verifier_key();
        let note = db.store.read(latest_checkpoint).unwrap().unwrap();
        let signed = SignedCheckpoint::open(&note, &key).unwrap();
        assert_eq!(signed.checkpoint().hash, hash);
        let own = db
            .store
            .read(|conn| events_of(conn, &department(1)))
            .unwrap();
        let paper = db
            .store
            .read(|conn| receipt(conn, &department(1), own[0].seq, &key))
            .unwrap();
        assert_eq!(paper.verify(&key).unwrap().event, own[0]);
        assert_eq!(audit_of(&db, None).findings, vec![]);
        // Another process reads it all anew.
        let again = crate::Store::open(&db.url).unwrap();
        let close = Action::ClosePeriod {
            period: period("2026-03"),
        };
        execute(&again, &by(finance(), close), UtcMicros::new(1), &signer()).unwrap();
        assert_eq!(audit_of(&db, None).findings, vec![]);
        let late = by(
            robot(),
            Action::Found {
                hash: ledger::Hash::Sm3,
                blinding: ledger::Digest::of(b"other"),
            },
        );
        let outcome = execute(&db.store, &late, UtcMicros::new(1), &signer());
        match hash {
            ledger::Hash::Sm3 => assert_eq!(outcome.unwrap(), vec![]),
            ledger::Hash::Sha256 => assert!(matches!(
                outcome,
                Err(ExecuteError::Rejected(Rejection::CharterRefused { .. }))
            )),
        }
    }
}

/// From its certificate on the new key signs; the old one does not any more, and none did before.
#[test]
fn a_rotated_key_takes_over_at_its_record() {
    let db = TestDb::sqlite();
    run(&db, &opened());
    let next = Signer::new("hengxiang.example/ledger", &[10; 32]).unwrap();
    let root = Signer::new("hengxiang.example/root", &[1; 32]).unwrap();
    let certify = |serial, key: &Signer| {
        let certificate = ledger::Certificate {
            serial,
            key: key.verifier_key(),
        };
        by(
            robot(),
            Action::CertifyKey {
                root: root.verifier_key(),
                certificate: certificate.sign(&root),
            },
        )
    };
    let now = UtcMicros::new(1);
    execute(&db.store, &certify(1, &signer()), now, &signer()).unwrap();
    for wrong in [certify(3, &next), certify(2, &signer())] {
        assert!(execute(&db.store, &wrong, now, &next).is_err());
    }
    execute(&db.store, &certify(2, &next), now, &next).unwrap();
    assert!(
        execute(&db.store, &certify(2, &next), now, &next)
            .unwrap()
            .is_empty()
    );
    assert_eq!(audit_of(&db, None).findings, vec![]);
    let by_next = db
        .store
        .read(|conn| audit(conn, &next.verifier_key(), None));
    assert_eq!(
        by_next.unwrap().findings,
        vec![],
        "asked with the key in use"
    );
    let calculate = by(robot(), calculate(&awards("2026-03-a", &[10])));
    execute(&db.store, &calculate, now, &next).unwrap();
    assert_eq!(audit_of(&db, None).findings, vec![]);
    // A process that was started before the rotation.
    let submit = by(assessor(), submit(&awards("2026-03-a", &[10])));
    assert!(matches!(
        execute(&db.store, &submit, now, &signer()),
        Err(ExecuteError::Rejected(Rejection::CharterRefused { .. }))
    ));
    // The key that was taken out of use, in the hand of an owner of the file.
    let mut conn = db.conn();
    let note = db.store.read(latest_checkpoint).unwrap().unwrap();
    let signed = SignedCheckpoint::open(&note, &next.verifier_key()).unwrap();
    let forged = signed.checkpoint().clone().sign(&signer());
    let forge = format!(
        "UPDATE checkpoints SET note = '{}' WHERE note = '{note}'",
        forged.note()
    );
    conn.batch_execute(&mutation::drop_triggers(&mut db.conn()))
        .unwrap();
    conn.batch_execute(&forge).unwrap();
    let findings = audit_of(&db, None).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].table, "checkpoints");
}

/// What the bundle of a department says out of the database, and what a witness adds to it.
#[test]
fn a_department_proves_its_statement_out_of_the_database() {
    let db = TestDb::sqlite();
    let found = Action::Found {
        hash: ledger::Hash::Sm3,
        blinding: ledger::Digest::of(b"dice"),
    };
    run(&db, &[by(robot(), found)]);
    let kept = db.store.read(latest_checkpoint).unwrap().unwrap();
    let march = awards("2026-03-a", &[3_000, 500]);
    run(&db, &approved(&march));
    let close = Action::ClosePeriod {
        period: period("2026-03"),
    };
    run(&db, &[by(finance(), close)]);
    let april = period("2026-04");
    run(&db, &[by(finance(), Action::OpenPeriod { period: april })]);
    let key = signer().verifier_key();
    let open = |note: &str| SignedCheckpoint::open(note, &key).unwrap();
    let keyring = ledger::Trust::Key(key.clone()).keyring([]).unwrap();
    let books_now = db.store.read(books).unwrap();
    let bundle = |from: &str, which: u8, kept: Option<&str>| {
        let note = db.store.read(latest_checkpoint).unwrap().unwrap();
        let kept = kept.map(open);
        let order = BundleOrder {
            department: &department(which),
            from: period(from),
            to: april,
            charter: books_now.charter(),
            signed: &open(&note),
            kept: kept.as_ref(),
        };
        db.store.read(|conn| statement_bundle(conn, &order))
    };
    let proven = bundle("2026-03", 1, Some(&kept)).unwrap();
    let proven = proven.verify(&keyring, Some(&kept)).unwrap();
    assert_eq!(proven.lines.len(), 2, "reserve and accrual");
    assert_eq!(proven.closing.unwrap().period, period("2026-03"));
    let payable = &proven.holdings[&Account::Payable(department(1))];
    assert_eq!(payable.balance_fen, Fen::new(-3_000));
    // April begins where March was sealed, and has no line yet.
    let proven = bundle("2026-04", 2, None)
        .unwrap()
        .verify(&keyring, None)
        .unwrap();
    assert_eq!(proven.lines.len(), 0);
    assert_eq!(proven.opening.unwrap().holdings, proven.holdings);
    // A checkpoint of another ledger with the same key.
    let other = ledger::Checkpoint {
        root: ledger::Digest::of(b"other"),
        ..open(&kept).checkpoint().clone()
    };
    let foreign = bundle("2026-03", 1, Some(other.sign(&signer()).note()));
    assert!(matches!(
        foreign,
        Err(ExecuteError::Unprovable(LedgerError::OtherCheckpoint {
            size: 1
        }))
    ));
    let note = db.store.read(latest_checkpoint).unwrap().unwrap();
    let witness = ledger::Witness::new(Signer::new("witness.example/D1", &[7; 32]).unwrap());
    let cosigned = format!("{note}{}", witness.cosign(&note, 5).unwrap());
    let keep = |note: &str| {
        db.store
            .write_in_turn(|conn| keep_cosignature(conn, &open(note), &witness.key()))
    };
    assert!(keep(&note).is_err(), "no cosignature on it");
    keep(&cosigned).unwrap();
    keep(&cosigned).unwrap();
    let size = db.store.read(newest_cosigned).unwrap().unwrap();
    assert_eq!(size, books_now.records());
    assert_eq!(
        db.store.read(|conn| cosigned_note(conn, size)).unwrap(),
        Some(cosigned)
    );
    let split = ledger::Checkpoint {
        root: ledger::Digest::of(b"other"),
        ..open(&note).checkpoint().clone()
    };
    let split = split.sign(&signer());
    let line = witness.cosign(split.note(), 6).unwrap();
    assert!(
        keep(&format!("{}{line}", split.note())).is_err(),
        "a split view"
    );
}
