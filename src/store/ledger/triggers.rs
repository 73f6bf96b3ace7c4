//! The rules in the database itself: every trigger refuses something that only it refuses. Each is
//! attacked twice, in place and dropped; an attack that fails without its trigger proves nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::tests::{approve, awards, calculate, opened, run, submit};
use crate::conn::{AnyConn, Backend};
use crate::db_test;
use crate::testing::TestDb;

#[derive(QueryableByName)]
struct Trigger {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    table_name: String,
}

const TABLES: [&str; 7] = [
    "ledger_records",
    "accounts",
    "txns",
    "postings",
    "period_events",
    "run_events",
    "checkpoints",
];

/// The triggers of the ledger's tables, each with its table, in order.
pub(super) fn trigger_names(conn: &mut AnyConn) -> Vec<(String, String)> {
    let list = match conn.backend() {
        Backend::Sqlite => {
            "SELECT name, tbl_name AS table_name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"
        }
        Backend::Postgres => {
            "SELECT tgname::text AS name, relname::text AS table_name FROM pg_trigger \
             JOIN pg_class ON pg_class.oid = tgrelid \
             WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace ORDER BY 1"
        }
    };
    let triggers: Vec<Trigger> = diesel::sql_query(list).load(conn).unwrap();
    let own = triggers
        .into_iter()
        .map(|trigger| (trigger.name, trigger.table_name));
    own.filter(|(_, table)| TABLES.contains(&table.as_str()))
        .collect()
}

/// A record with a leaf of thirty-two zeros.
fn record(seq: i64, kind: &str, at: &str) -> String {
    format!(
        "INSERT INTO ledger_records (seq, kind, actor_id, actor_role, recorded_at, body, leaf_hash) \
         SELECT {seq}, '{kind}', 'eve', 'finance', {at}, body, leaf_hash FROM ledger_records WHERE seq = 1;"
    )
}

const NOW: &str = "(SELECT max(recorded_at) FROM ledger_records)";

/// A transaction of the kind under a key, with what else it names and its legs.
fn txn(seq: i64, kind: &str, extra: &str, legs: &str) -> String {
    let [run, attempt, reverses] = match extra.split(',').collect::<Vec<_>>()[..] {
        [run, attempt, reverses] => [run, attempt, reverses],
        _ => ["NULL", "NULL", "NULL"],
    };
    format!(
        "INSERT INTO txns (seq, kind, period, effective_on, for_period, idempotency_key, fingerprint, \
         run_id, run_attempt, department_id, component, accrual_seq, reverses_seq, document, memo, legs) \
         SELECT {seq}, '{kind}', '2026-03', '2026-03-31', '2026-03', 'eve-{seq}-{kind}', fingerprint, \
         {run}, {attempt}, NULL, NULL, NULL, {reverses}, 'x', '', '{legs}' FROM txns WHERE seq = 2;"
    )
}

fn run_event(seq: i64, kind: &str, digest: &str, actor: &str, totals: &str) -> String {
    format!(
        "INSERT INTO run_events (seq, run_id, attempt, kind, digest, actor_id, award_count, total_fen) \
         SELECT {seq}, run_id, 1, '{kind}', {digest}, '{actor}', {totals} FROM run_events WHERE kind = 'calculated';"
    )
}

/// What each trigger has to refuse. The books hold records 1 to 9: period, grant, run calculated,
/// two reserves, submitted, approved, two accruals. Accounts: 1 Available, 2 Authority,
/// 3 Reserved, 4 and 5 Unfunded and Entitlement of the first department.
fn attacks() -> Vec<(&'static str, String)> {
    let posted = record(10, "posted", NOW);
    let run_record = record(10, "run", NOW);
    let period_record = record(10, "period_closed", NOW);
    let transfer = "[[1,-5,4,96495],[2,5,2,-99995]]";
    vec![
        ("ledger_records_next", record(11, "posted", NOW)),
        (
            "ledger_records_next",
            record(10, "posted", "'2001-01-01 00:00:00'"),
        ),
        (
            "ledger_records_next",
            format!("{posted}{}", record(11, "posted", NOW)),
        ),
        (
            "accounts_next",
            "INSERT INTO accounts VALUES (99, 'B:Expended:x', 'P', '-');".to_owned(),
        ),
        (
            "txns_next",
            format!("{run_record}{}", txn(10, "amend", "", transfer)),
        ),
        (
            "txns_next",
            format!(
                "{posted}{}",
                txn(10, "amend", "", transfer)
                    .replace("2026-03-31", "2026-04-30")
                    .replace("2026-03", "2026-04")
            ),
        ),
        (
            "txns_next",
            format!("{posted}{}", txn(10, "reserve", "'other',1,NULL", transfer)),
        ),
        (
            "txns_post",
            format!(
                "{posted}{}",
                txn(10, "amend", "", "[[1,-5,4,96495],[2,6,2,-99994]]")
            ),
        ),
        (
            "txns_post",
            format!(
                "{posted}{}",
                txn(10, "amend", "", "[[1,-5,4,96495],[9,5,1,5]]")
            ),
        ),
        (
            "txns_post",
            format!(
                "{posted}{}",
                txn(
                    10,
                    "reverse",
                    "NULL,NULL,2",
                    "[[1,-5,4,96495],[2,5,2,-99995]]"
                )
            ),
        ),
        (
            "postings_next",
            format!(
                "{posted}{}",
                txn(10, "amend", "", "[[1,-5,4,96499],[2,5,2,-99995]]")
            ),
        ),
        (
            "postings_next",
            format!(
                "{posted}{}",
                txn(10, "amend", "", "[[1,-5,9,96495],[2,5,9,-99995]]")
            ),
        ),
        (
            "postings_next",
            format!(
                "{posted}{}",
                txn(10, "amend", "", "[[1,-96501,4,-1],[2,96501,2,-3499]]")
            ),
        ),
        (
            "postings_next",
            "INSERT INTO postings VALUES (1, 4, 2, 7, 5, 96505);".to_owned(),
        ),
        (
            "period_events_next",
            format!(
                "{period_record}INSERT INTO period_events VALUES ('2026-04', 1, 'period_closed', 10);"
            ),
        ),
        (
            "period_events_next",
            "INSERT INTO period_events VALUES ('2026-04', 0, 'period_opened', 2);".to_owned(),
        ),
        (
            "run_events_next",
            format!(
                "{run_record}{}",
                run_event(10, "submitted", "digest", "eve", "NULL, NULL")
            ),
        ),
        (
            "run_events_next",
            format!(
                "{run_record}{}",
                run_event(10, "voided", "'x'", "eve", "NULL, NULL")
            ),
        ),
        (
            "run_events_next",
            format!(
                "{run_record}{}",
                run_event(10, "voided", "digest", "other", "NULL, NULL")
            ),
        ),
        (
            "checkpoints_next",
            "INSERT INTO checkpoints SELECT 4, root_hash, note, created_at FROM checkpoints;"
                .to_owned(),
        ),
        (
            "checkpoints_next",
            format!(
                "{posted}INSERT INTO checkpoints SELECT 10, root_hash, note, created_at FROM checkpoints;"
            ),
        ),
    ]
}

fn append_only_attack(trigger: &str, table: &str) -> String {
    let column = match table {
        "accounts" => "guard",
        "txns" => "memo",
        "postings" => "amount_fen",
        "checkpoints" => "note",
        _ => "kind",
    };
    match trigger.rsplit('_').next() {
        Some("update") => format!("UPDATE {table} SET {column} = {column};"),
        Some("truncate") => format!("TRUNCATE {table} CASCADE;"),
        _ => format!("DELETE FROM {table};"),
    }
}

fn booked(db: &TestDb) {
    let awards = awards("2026-03-a", &[3_000, 500]);
    let mut commands = opened();
    commands.extend([calculate(&awards), submit(&awards), approve(&awards)]);
    run(db, &commands);
}

/// Runs the attack in a transaction that is always taken back; what the database said.
fn attack(conn: &mut AnyConn, drop: Option<(&str, &str)>, sql: &str) -> Result<(), String> {
    conn.batch_execute("BEGIN").unwrap();
    if let Some((trigger, table)) = drop {
        let statement = match conn.backend() {
            Backend::Sqlite => format!("DROP TRIGGER {trigger}"),
            Backend::Postgres => format!("DROP TRIGGER {trigger} ON {table}"),
        };
        conn.batch_execute(&statement).unwrap();
        if trigger.ends_with("_truncate") {
            // CASCADE empties the tables that refer to this one as well.
            for other in TABLES.iter().filter(|other| **other != table) {
                conn.batch_execute(&format!("DROP TRIGGER {other}_no_truncate ON {other}"))
                    .unwrap();
            }
        }
    }
    let outcome = conn.batch_execute(sql).map_err(|fault| fault.to_string());
    conn.batch_execute("ROLLBACK").unwrap();
    outcome
}

/// References would stop some deletions too; the triggers have to do without their help.
fn without_references(conn: &mut AnyConn) {
    match conn.backend() {
        Backend::Sqlite => conn.batch_execute("PRAGMA foreign_keys = OFF").unwrap(),
        Backend::Postgres => {
            let drop = "DO $$ DECLARE r record; BEGIN \
                FOR r IN SELECT conname, conrelid::regclass AS t FROM pg_constraint \
                WHERE contype = 'f' AND connamespace = current_schema()::regnamespace LOOP \
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', r.t, r.conname); \
                END LOOP; END $$";
            conn.batch_execute(drop).unwrap();
        }
    }
}

db_test! {
    fn every_trigger_refuses_what_only_it_refuses(db) {
        booked(db);
        let mut conn = db.conn();
        without_references(&mut conn);
        let triggers = trigger_names(&mut conn);
        let per_table = if conn.backend() == Backend::Sqlite { 2 } else { 3 };
        assert_eq!(triggers.len(), 8 + per_table * TABLES.len());
        for (trigger, table) in &triggers {
            let mut own: Vec<String> = attacks()
                .into_iter()
                .filter(|(name, _)| name == trigger)
                .map(|(_, sql)| sql)
                .collect();
            if own.is_empty() {
                own.push(append_only_attack(trigger, table));
            }
            let mut succeeded = 0;
            for sql in &own {
                let refused = attack(&mut conn, None, sql);
                let message = refused.expect_err(&format!("{trigger} lets pass: {sql}"));
                assert!(message.contains("refused: "), "{trigger}: {message}: {sql}");
                if attack(&mut conn, Some((trigger, table)), sql).is_ok() {
                    succeeded += 1;
                }
            }
            assert!(succeeded > 0, "no attack shows that {trigger} is needed");
        }
    }

    fn insert_or_replace_changes_nothing(db) {
        booked(db);
        let mut conn = db.conn();
        if conn.backend() == Backend::Postgres {
            return;
        }
        // The setting that makes REPLACE fire delete triggers belongs to the connection.
        conn.batch_execute("PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF").unwrap();
        for table in TABLES {
            let sql = format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1");
            let refused = attack(&mut conn, None, &sql);
            assert!(refused.is_err(), "{table}");
        }
        let unique = [
            "INSERT OR REPLACE INTO accounts SELECT 77, code, account_group, guard FROM accounts WHERE id = 1",
            "INSERT OR REPLACE INTO postings SELECT account_id, 4, seq, leg_index, amount_fen, balance_after_fen \
             FROM postings WHERE account_id = 1 AND account_seq = 1",
        ];
        for sql in unique {
            assert!(attack(&mut conn, None, sql).is_err(), "{sql}");
        }
    }

    fn an_approval_is_by_another_person_of_the_very_totals_and_accrues_them(db) {
        let awards = awards("2026-03-a", &[3_000, 500]);
        let mut commands = opened();
        commands.extend([calculate(&awards), submit(&awards)]);
        run(db, &commands);
        let mut conn = db.conn();
        let approval = |actor: &str, totals: &str| {
            let record = record(7, "run", NOW).replace("'eve'", &format!("'{actor}'"));
            format!("{record}{}", run_event(7, "approved", "digest", actor, totals))
        };
        for (actor, totals, said) in [
            ("robot", "2, 3500", "maker cannot approve"),
            ("zhang", "2, 3500", "maker cannot approve"),
            ("li", "2, 3499", "control totals differ"),
            ("li", "1, 3500", "control totals differ"),
        ] {
            let message = attack(&mut conn, None, &approval(actor, totals)).expect_err(actor);
            assert!(message.contains(said), "{actor}: {message}");
        }
        let approved = approval("li", "2, 3500");
        attack(&mut conn, None, &approved).unwrap();
        let sealed = "INSERT INTO checkpoints SELECT 7, root_hash, note, created_at FROM checkpoints;";
        let unpaid = attack(&mut conn, None, &format!("{approved}{sealed}"));
        assert!(unpaid.expect_err("sealed").contains("accruals differ"));
    }
}
