//! Schema migrations, embedded in the program, for both databases under the same names.

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::conn::AnyConn;
use crate::error::StoreError;

/// Migrations of PostgreSQL.
const PG: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Migrations of SQLite.
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// One number for this program, so that two processes that migrate at once take turns.
const PG_LOCK: &str = "SELECT pg_advisory_lock(4805201901)";
const PG_UNLOCK: &str = "SELECT pg_advisory_unlock(4805201901)";

/// Runs what is pending, each migration in its own transaction; the names of those run.
pub fn run_pending(conn: &mut AnyConn) -> Result<Vec<String>, StoreError> {
    refuse_newer(conn)?;
    match conn {
        AnyConn::Pg(pg) => {
            pg.batch_execute(PG_LOCK)?;
            let outcome = names(pg.run_pending_migrations(PG));
            pg.batch_execute(PG_UNLOCK)?;
            outcome
        }
        AnyConn::Sqlite(sqlite) => names(sqlite.run_pending_migrations(SQLITE)),
    }
}

/// Runs all migrations inside the transaction at hand, on an empty database or schema, and keeps no
/// record of them: to see what they make.
pub(crate) fn run_all(conn: &mut AnyConn) -> Result<(), StoreError> {
    match conn {
        AnyConn::Pg(pg) => in_order::<diesel::pg::Pg>(&PG)?
            .iter()
            .try_for_each(|migration| migration.run(pg)),
        AnyConn::Sqlite(sqlite) => in_order::<diesel::sqlite::Sqlite>(&SQLITE)?
            .iter()
            .try_for_each(|migration| migration.run(sqlite)),
    }
    .map_err(StoreError::migration)
}

/// Undoes all migrations, newest first. Destroys the data; for tests and for starting over.
pub fn revert_all(conn: &mut AnyConn) -> Result<Vec<String>, StoreError> {
    match conn {
        AnyConn::Pg(pg) => names(pg.revert_all_migrations(PG)),
        AnyConn::Sqlite(sqlite) => names(sqlite.revert_all_migrations(SQLITE)),
    }
}

/// Versions that the database has, oldest first; none in an empty database.
pub fn applied_versions(conn: &mut AnyConn) -> Result<Vec<String>, StoreError> {
    let applied = match conn {
        AnyConn::Pg(pg) => pg.applied_migrations(),
        AnyConn::Sqlite(sqlite) => sqlite.applied_migrations(),
    };
    let mut versions = names(applied)?;
    versions.sort();
    Ok(versions)
}

/// Versions this program knows, oldest first.
pub fn known_versions(conn: &AnyConn) -> Result<Vec<String>, StoreError> {
    let mut versions = match conn {
        AnyConn::Pg(_) => versions_of::<diesel::pg::Pg>(&PG)?,
        AnyConn::Sqlite(_) => versions_of::<diesel::sqlite::Sqlite>(&SQLITE)?,
    };
    versions.sort();
    Ok(versions)
}

/// Refuses a database whose schema is older or newer than this program.
pub(crate) fn require_current(conn: &mut AnyConn, target: &str) -> Result<(), StoreError> {
    let applied = applied_versions(conn)?;
    if applied.is_empty() {
        return Err(StoreError::Uninitialised {
            target: target.to_owned(),
        });
    }
    refuse_newer(conn)?;
    let pending = known_versions(conn)?.len() - applied.len();
    if pending > 0 {
        return Err(StoreError::Outdated {
            target: target.to_owned(),
            pending,
        });
    }
    Ok(())
}

fn refuse_newer(conn: &mut AnyConn) -> Result<(), StoreError> {
    let known = known_versions(conn)?;
    let unknown = applied_versions(conn)?
        .into_iter()
        .find(|version| !known.contains(version));
    match unknown {
        Some(version) => Err(StoreError::Newer { version }),
        None => Ok(()),
    }
}

/// The migrations, oldest first.
fn in_order<DB: diesel::backend::Backend>(
    source: &EmbeddedMigrations,
) -> Result<Vec<Box<dyn Migration<DB>>>, StoreError> {
    let mut migrations: Vec<Box<dyn Migration<DB>>> =
        source.migrations().map_err(StoreError::migration)?;
    migrations.sort_by_key(|migration| migration.name().version().to_string());
    Ok(migrations)
}

fn versions_of<DB: diesel::backend::Backend>(
    source: &EmbeddedMigrations,
) -> Result<Vec<String>, StoreError> {
    Ok(in_order::<DB>(source)?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}

fn names(
    outcome: diesel::migration::Result<Vec<MigrationVersion<'_>>>,
) -> Result<Vec<String>, StoreError> {
    let versions = outcome.map_err(StoreError::migration)?;
    Ok(versions.iter().map(ToString::to_string).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::db_test;

    db_test! {
        fn up_down_up(db) {
            let mut conn = db.conn();
            let known = known_versions(&conn).unwrap();
            assert_eq!(applied_versions(&mut conn).unwrap(), known);
            assert_eq!(revert_all(&mut conn).unwrap().len(), known.len());
            assert_eq!(applied_versions(&mut conn).unwrap(), Vec::<String>::new());
            assert!(matches!(
                crate::Store::open(&db.url),
                Err(StoreError::Uninitialised { .. })
            ));
            assert_eq!(run_pending(&mut conn).unwrap(), known);
            crate::Store::open(&db.url).unwrap();
        }

        fn a_newer_schema_is_refused(db) {
            let mut conn = db.conn();
            conn.batch_execute(
                "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000000')",
            )
            .unwrap();
            assert!(matches!(
                crate::Store::open(&db.url),
                Err(StoreError::Newer { version }) if version == "29991231000000"
            ));
            assert!(matches!(run_pending(&mut conn), Err(StoreError::Newer { .. })));
        }

        fn an_older_schema_says_what_to_run(db) {
            let mut conn = db.conn();
            conn.batch_execute("DELETE FROM __diesel_schema_migrations WHERE version = \
                (SELECT MAX(version) FROM __diesel_schema_migrations)").unwrap();
            let outcome = crate::Store::open(&db.url);
            assert!(matches!(
                outcome,
                Err(StoreError::Outdated { .. } | StoreError::Uninitialised { .. })
            ));
            assert!(outcome.unwrap_err().to_string().contains("hengxiang migrate"));
        }
    }
}
