//! Both databases have the same schema, and it is the one that the code believes in.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{connection::SimpleConnection, sql_query};

use crate::testing::TestDb;
use crate::{AnyConn, Backend, StoreError, db_test};

#[derive(QueryableByName, Debug)]
struct Cell {
    #[diesel(sql_type = Text)]
    cell: String,
}

fn cells(conn: &mut AnyConn, sqlite: &str, postgres: &str) -> Vec<String> {
    let query = match conn.backend() {
        Backend::Sqlite => sqlite,
        Backend::Postgres => postgres,
    };
    let rows: Vec<Cell> = sql_query(query).load(conn).unwrap();
    rows.into_iter().map(|row| row.cell).collect()
}

/// «table.column type null» of every column, types by what they hold.
fn columns(conn: &mut AnyConn) -> Vec<String> {
    let mut columns = cells(
        conn,
        "SELECT t.name || '.' || c.name || ' ' || lower(c.type) || ' ' || \
            CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 'required' ELSE 'optional' END || \
            CASE WHEN c.pk > 0 THEN ' key' || c.pk ELSE '' END AS cell \
         FROM sqlite_schema t JOIN pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
        "SELECT c.table_name || '.' || c.column_name || ' ' || c.data_type || ' ' || \
            CASE WHEN c.is_nullable = 'NO' THEN 'required' ELSE 'optional' END || \
            coalesce((SELECT ' key' || k.ordinal_position FROM information_schema.key_column_usage k \
                JOIN information_schema.table_constraints p USING (constraint_schema, constraint_name) \
                WHERE p.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema \
                AND k.table_name = c.table_name AND k.column_name = c.column_name), '') AS cell \
         FROM information_schema.columns c \
         JOIN information_schema.tables t USING (table_schema, table_name) \
         WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' \
         AND c.table_name NOT LIKE '\\_\\_%'",
    );
    for column in &mut columns {
        *column = stored_as(column);
    }
    columns.sort();
    columns
}

/// SQLite holds truth values as integers, dates and instants as text.
fn stored_as(column: &str) -> String {
    let renamed = [
        (" bigint ", " integer "),
        (" boolean ", " integer "),
        (" date ", " text "),
        (" timestamp without time zone ", " text "),
        (" bytea ", " blob "),
    ];
    renamed
        .iter()
        .fold(column.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn indexes(conn: &mut AnyConn) -> Vec<String> {
    let mut names = cells(
        conn,
        "SELECT name AS cell FROM sqlite_schema WHERE type = 'index' AND name LIKE 'ix\\_%' ESCAPE '\\'",
        "SELECT indexname AS cell FROM pg_indexes WHERE schemaname = current_schema() \
            AND indexname LIKE 'ix\\_%'",
    );
    names.sort();
    names
}

/// Names of the checks and uniques, which errors are told apart by.
fn constraints(conn: &mut AnyConn) -> Vec<String> {
    let mut names: Vec<String> = match conn.backend() {
        Backend::Sqlite => cells(
            conn,
            "SELECT sql AS cell FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL",
            "",
        )
        .iter()
        .flat_map(|sql| sql.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')))
        .filter(|word| word.starts_with("ck_") || word.starts_with("uq_"))
        .map(str::to_owned)
        .collect(),
        Backend::Postgres => cells(
            conn,
            "",
            "SELECT conname AS cell FROM pg_constraint WHERE connamespace = \
                current_schema()::regnamespace AND (conname LIKE 'ck\\_%' OR conname LIKE 'uq\\_%')",
        ),
    };
    names.sort();
    names.dedup();
    names
}

#[test]
fn both_databases_have_the_same_schema() {
    let Some(postgres) = TestDb::postgres() else {
        return;
    };
    let (mut pg, sqlite) = (postgres.conn(), TestDb::sqlite());
    let sqlite = &mut sqlite.conn();
    assert_eq!(columns(sqlite), columns(&mut pg));
    assert_eq!(indexes(sqlite), indexes(&mut pg));
    assert_eq!(constraints(sqlite), constraints(&mut pg));
    assert!(columns(sqlite).len() > 200 && indexes(sqlite).len() > 10);
}

#[test]
fn migrations_have_the_same_names() {
    let known = |db: &TestDb| crate::migrate::known_versions(&db.conn()).unwrap();
    if let Some(postgres) = TestDb::postgres() {
        assert_eq!(known(&TestDb::sqlite()), known(&postgres));
    }
    let names = |backend: &str| {
        let folder = format!("{}/../../migrations/{backend}", env!("CARGO_MANIFEST_DIR"));
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

macro_rules! select_nothing {
    ($conn:expr, $columns:expr, [$($table:ident)*]) => {{
        let mut tables = BTreeMap::new();
        $(
            {
                use crate::schema::$table;
                let rows = $table::table.select($table::all_columns).limit(0);
                let text = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&rows).to_string();
                rows.execute($conn).unwrap();
                tables.insert(stringify!($table), text.matches(concat!("`", stringify!($table), "`.")).count());
            }
        )*
        tables
    }};
}

db_test! {
    fn the_tables_of_the_code_are_those_of_the_database(db) {
        let mut conn = db.conn();
        let told = select_nothing!(&mut conn, columns, [
            activity appropriations awards batches blobs claims corrections departments exchanges
            feedback incidents indicator_scores jobs judgements jurisdictions measures members
            published rejects reports requests resource_checks resources rule_bundles run_stages runs safeguards
            scores services sessions successions superseded_judgements unattributed usage_days users
        ]);
        for (table, count) in told {
            let prefix = format!("{table}.");
            let found = columns(&mut conn).iter().filter(|name| name.starts_with(&prefix)).count();
            assert_eq!(count, found, "columns of {table}");
        }
    }

    fn append_only_tables_refuse_change(db) {
        let empty = match db.store.backend() {
            Backend::Sqlite => "x''",
            Backend::Postgres => "''",
        };
        let sha256 = "0".repeat(64);
        db.conn().batch_execute(&format!(
            "INSERT INTO blobs (sha256, bytes) VALUES ('{sha256}', {empty});
             INSERT INTO runs VALUES ('r', '2026-03', 'p@1', 'x', 'y', NULL, '0', \
                '2026-04-01 00:00:00', 'a');
             INSERT INTO run_stages VALUES ('r', 'frozen', '2026-04-01 00:00:00', 'd');
             INSERT INTO rule_bundles VALUES ('p', 1, '1.0.0', '2026-01-01', NULL, '{sha256}', \
                '{sha256}', NULL, '0', '2026-04-01 00:00:00', 'a');
             INSERT INTO published VALUES ('2026-03', 'r', '2026-04-01 00:00:00', 'a');
             INSERT INTO activity (at, actor, action, subject, detail) VALUES \
                ('2026-04-01 00:00:00', 'a', 'run', 'r', 'd')"
        ))
        .unwrap();
        let mut attempts = vec![
            "UPDATE blobs SET sha256 = sha256".to_owned(),
            "UPDATE runs SET created_by = 'b'".to_owned(),
            "UPDATE run_stages SET digest = 'e'".to_owned(),
            "UPDATE rule_bundles SET sequence = 9".to_owned(),
            "UPDATE published SET run_id = run_id".to_owned(),
            "UPDATE activity SET detail = 'x'".to_owned(),
        ];
        for table in ["activity", "published", "rule_bundles", "run_stages", "runs", "blobs"] {
            attempts.push(format!("DELETE FROM {table}"));
            if db.store.backend() == Backend::Postgres {
                attempts.push(format!("TRUNCATE {table} CASCADE"));
            }
        }
        if db.store.backend() == Backend::Sqlite {
            attempts.push("INSERT OR REPLACE INTO published VALUES \
                ('2026-03', 'r', '2026-05-01 00:00:00', 'b')".to_owned());
        }
        for attempt in attempts {
            let outcome = db.store.write(|conn| {
                conn.batch_execute(&attempt)?;
                Ok::<_, StoreError>(())
            });
            assert!(
                matches!(&outcome, Err(StoreError::Refused { message }) if message.contains("append-only")),
                "{attempt}: {outcome:?}"
            );
        }
    }

    fn references_are_enforced(db) {
        let outcome = db.store.write(|conn| {
            Ok::<_, StoreError>(conn.batch_execute(
                "INSERT INTO jurisdictions (code, valid_from, name, level, batch_id) \
                 VALUES ('410000', '1900-01-01', '河南省', 'province', 99)",
            )?)
        });
        assert!(matches!(outcome, Err(StoreError::Conflict { .. })), "{outcome:?}");
    }
}
