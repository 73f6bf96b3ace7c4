//! The audit over more records than it reads at once, and the schema it refuses.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use ledger::{Declaration, Digest};

use super::*;
use crate::ledger::trial::liaison;
use crate::{Drift, DriftKind, schema_drift};

/// Grants of one fen each, then a run: several parts of records.
fn long_ledger(db: &TestDb) -> u64 {
    let grants = (0..2_300).map(|n| {
        by(
            finance(),
            Action::Appropriate(Grant {
                line: line(u8::try_from(n % 3).unwrap()),
                amount_fen: Fen::new(1 + n),
                document: format!("豫财〔2026〕{n}号"),
                effective_on: day(u32::try_from(n % 31).unwrap() + 1),
            }),
        )
    });
    let mut commands = approved(&awards("2026-03-a", &[3_000, 500]));
    let tail = commands.split_off(2);
    commands.extend(grants);
    for part in commands.chunks(700).chain([tail.as_slice()]) {
        run(db, part);
    }
    db.store.read(record_count).unwrap()
}

/// What an audit finds after the owner of the file had a hand in it.
fn found_after(db: &TestDb, tampering: &str) -> Audit {
    let key = signer().verifier_key();
    let mut conn = db.conn();
    let drop = mutation::drop_triggers(&mut conn);
    conn.batch_execute(&format!("BEGIN; {drop}")).unwrap();
    conn.batch_execute(tampering).unwrap();
    let report = audit(&mut conn, &key, None).unwrap();
    conn.batch_execute("ROLLBACK").unwrap();
    report
}

#[test]
fn the_audit_names_the_row_in_whatever_part_it_stands() {
    let db = TestDb::sqlite();
    let records = long_ledger(&db);
    assert!(records > 2_300, "{records}");
    let report = audit_of(&db, None);
    assert_eq!((report.records, &report.findings), (records, &vec![]));
    assert_eq!(report.rows["ledger_records"], records);
    assert_eq!(report.rows["postings"], 2 * report.rows["txns"] + 8);

    let end = records + 7;
    for (tampering, table, at) in [
        (
            "UPDATE txns SET memo = 'x' WHERE seq = 1700",
            "txns",
            "1700",
        ),
        ("DELETE FROM txns WHERE seq = 5", "txns", "5"),
        (
            &*format!("UPDATE txns SET seq = {end} WHERE seq = {records}"),
            "txns",
            &*end.to_string(),
        ),
        ("UPDATE txns SET seq = -1 WHERE seq = 9", "txns", "-1"),
        (
            "UPDATE postings SET balance_after_fen = balance_after_fen + 1 WHERE seq = 1001 AND leg_index = 1",
            "postings",
            "1001, 1",
        ),
        (
            "UPDATE postings SET day_sum_fen = 0 WHERE seq = 2000 AND leg_index = 0",
            "postings",
            "2000, 0",
        ),
        (
            "UPDATE postings SET account_seq = 90000 WHERE seq = 1500 AND leg_index = 0",
            "postings",
            "1500, 0",
        ),
        (
            "INSERT INTO postings VALUES (1, 90000, -3, 0, 5, 5, '2026-03', '2026-03-05', 5, 5)",
            "postings",
            "*",
        ),
        (
            "INSERT INTO accounts VALUES (99, 'P:Treasury', 'P', '-')",
            "accounts",
            "99",
        ),
        (
            "UPDATE accounts SET guard = '-' WHERE id = 3",
            "accounts",
            "3",
        ),
        (
            "UPDATE ledger_records SET actor_id = 'x' WHERE seq = 1234",
            "ledger_records",
            "1234",
        ),
        (
            "UPDATE ledger_records SET body = zeroblob(9) WHERE seq = 2001",
            "ledger_records",
            "2001",
        ),
        (
            "DELETE FROM ledger_records WHERE seq = 1000",
            "ledger_records",
            "1001",
        ),
        (
            "INSERT INTO order_lines VALUES ('ghost', 0, 'pay', 1, NULL, NULL, 5)",
            "order_lines",
            "*",
        ),
        (
            "UPDATE run_events SET total_fen = 1 WHERE kind = 'approved'",
            "run_events",
            &*(records - 2).to_string(),
        ),
        (
            "UPDATE checkpoints SET created_at = '2020-01-01 00:00:00' WHERE tree_size = 1400",
            "checkpoints",
            "1400",
        ),
    ] {
        let report = found_after(&db, tampering);
        let hit = report
            .findings
            .iter()
            .any(|found| found.table == table && found.at == at);
        assert!(hit, "{tampering}: {:#?}", report.findings);
    }
    // One sentence says which column, what it should be, and what it is.
    let report = found_after(&db, "UPDATE txns SET memo = 'x' WHERE seq = 1700");
    assert_eq!(report.findings.len(), 1);
    let said = report.findings[0].to_string();
    assert_eq!(said, "txns 1700：memo 应为 \"\"，实为 \"x\" (row differs)");
    // What is wrong everywhere is counted, not listed.
    let report = found_after(&db, "UPDATE postings SET period_sum_fen = 0");
    assert_eq!(report.findings.len(), 20);
    assert!(report.more["postings"] > 4_000);
}

#[test]
fn papers_that_records_name_are_asked_for() {
    let db = TestDb::sqlite();
    let declaration = Declaration {
        department: department(1),
        period: period("2026-03"),
        component: ledger::Component::Loss,
        declared_fen: Fen::new(700),
        evidence: vec![Digest::of(b"invoice"), Digest::of(b"photo")],
    };
    let declare = Action::DeclareClaim {
        claim: "c1".into(),
        declaration,
    };
    let mut commands = opened();
    commands.push(by(liaison(), declare));
    run(&db, &commands);
    let key = signer().verifier_key();
    let mut asked = BTreeSet::new();
    let report = db.store.read(|conn| {
        audit_with_papers(conn, &key, None, &mut |_, digest| {
            asked.insert(*digest);
            let is_lost = *digest == Digest::of(b"photo");
            Ok(is_lost.then(|| "材料缺失".to_owned()))
        })
    });
    let findings = report.unwrap().findings;
    assert_eq!(asked.len(), 2);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].table, "blobs");
    assert!(findings[0].at.starts_with("#3 "), "{}", findings[0].at);
}

fn drifted(object: &str, kind: DriftKind) -> Vec<Drift> {
    vec![Drift {
        object: object.to_owned(),
        kind,
    }]
}

/// Changes of a schema, what undoes each, and what is then named.
fn changes(db: &TestDb) -> Vec<(&'static str, &'static str, &'static str, DriftKind)> {
    use DriftKind::{Differs, Missing, Unknown};
    match db.store.backend() {
        crate::Backend::Sqlite => vec![
            (
                "DROP TRIGGER postings_no_update",
                "trigger postings_no_update",
                "",
                Missing,
            ),
            ("CREATE TABLE x (y INTEGER)", "table x", "", Unknown),
            (
                "CREATE TRIGGER late AFTER INSERT ON txns BEGIN SELECT 1; END",
                "trigger late",
                "",
                Unknown,
            ),
            (
                "DROP INDEX ix_txns_idempotency_key",
                "index ix_txns_idempotency_key",
                "",
                Missing,
            ),
            (
                "DROP TRIGGER checkpoints_next; CREATE TRIGGER checkpoints_next BEFORE INSERT ON checkpoints BEGIN SELECT 1; END",
                "trigger checkpoints_next",
                "",
                Differs,
            ),
            (
                "ALTER TABLE txns ADD COLUMN note TEXT",
                "table txns",
                "",
                Differs,
            ),
        ],
        crate::Backend::Postgres => vec![
            (
                "ALTER TABLE txns DISABLE TRIGGER txns_next",
                "trigger txns_next",
                "",
                Differs,
            ),
            (
                "DROP TRIGGER txns_next ON txns",
                "trigger txns_next",
                "",
                Missing,
            ),
            (
                "CREATE VIEW x AS SELECT 1 AS y",
                "relation x",
                "view x",
                Unknown,
            ),
            (
                "ALTER TABLE txns ADD COLUMN note TEXT",
                "column txns.note",
                "",
                Unknown,
            ),
            (
                "ALTER TABLE txns ALTER COLUMN memo DROP NOT NULL",
                "column txns.memo",
                "",
                Differs,
            ),
            (
                "ALTER TABLE txns DROP CONSTRAINT ck_txns_effective_on",
                "constraint txns.ck_txns_effective_on",
                "",
                Missing,
            ),
            (
                "CREATE RULE quiet AS ON DELETE TO txns DO INSTEAD NOTHING",
                "rule txns.quiet",
                "",
                Unknown,
            ),
        ],
    }
}

db_test! {
    fn a_schema_that_drifted_is_named(db) {
        assert_eq!(schema_drift(&db.store).unwrap(), vec![]);
        for (change, object, also, kind) in changes(db) {
            // Each on a database of its own: what an owner does is not undone by the same words.
            let db = match db.store.backend() {
                crate::Backend::Sqlite => TestDb::sqlite(),
                crate::Backend::Postgres => TestDb::postgres().unwrap(),
            };
            db.conn().batch_execute(change).unwrap();
            let mut expected = drifted(object, kind);
            if !also.is_empty() {
                expected.extend(drifted(also, kind));
            }
            assert_eq!(schema_drift(&db.store).unwrap(), expected, "{change}");
        }
        // Looking leaves nothing behind.
        assert_eq!(schema_drift(&db.store).unwrap(), vec![]);
    }

    fn functions_are_compared_by_their_bodies(db) {
        let mut conn = db.conn();
        if matches!(conn, AnyConn::Sqlite(_)) {
            return;
        }
        conn.batch_execute(
            "CREATE OR REPLACE FUNCTION ledger_txns_next() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RETURN NEW; END $$",
        )
        .unwrap();
        let drift = schema_drift(&db.store).unwrap();
        assert_eq!(drift.len(), 1);
        assert!(drift[0].object.starts_with("function ledger_txns_next"), "{drift:?}");
        assert_eq!(drift[0].kind, DriftKind::Differs);
        assert!(drift[0].to_string().contains("定义不符"));
    }
}
