//! The only begin and commit of the program.
//!
//! SQLite begins writes with BEGIN IMMEDIATE: a transaction that reads first and writes later would
//! fail at once, whatever the busy timeout, when another commit came between. PostgreSQL runs
//! writes SERIALIZABLE and asks for a retry now and then; the closure therefore may run more than
//! once and must keep its effects inside the database.

use std::time::Duration;

use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};

use crate::conn::{AnyConn, Backend};
use crate::error::StoreError;

/// An error that can leave a transaction: the store's own, or a caller's that can hold one.
pub trait TxError: From<StoreError> {
    /// The store's error inside, which decides whether the transaction is tried again.
    fn store_error(&self) -> Option<&StoreError>;
}

impl TxError for StoreError {
    fn store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

type Manager = <AnyConn as Connection>::TransactionManager;

/// How often a transaction is tried before the conflict is reported.
const ATTEMPTS_MAX: u32 = 8;

/// The pause before the second attempt; it doubles with each further one.
const PAUSE_MS: u64 = 5;

/// Runs the closure in one writing transaction: all of it happens, or nothing.
pub fn write_tx<T, E: TxError>(
    conn: &mut AnyConn,
    work: impl FnMut(&mut AnyConn) -> Result<T, E>,
) -> Result<T, E> {
    retrying_tx(conn, begin_write, work)
}

/// The same, taking turns with all others begun so: whoever waits reads what the one before it
/// committed, so that nothing has to be tried again and READ COMMITTED is enough.
pub(crate) fn turn_tx<T, E: TxError>(
    conn: &mut AnyConn,
    work: impl FnMut(&mut AnyConn) -> Result<T, E>,
) -> Result<T, E> {
    retrying_tx(conn, begin_turn, work)
}

fn retrying_tx<T, E: TxError>(
    conn: &mut AnyConn,
    begin: fn(&mut AnyConn) -> diesel::QueryResult<()>,
    mut work: impl FnMut(&mut AnyConn) -> Result<T, E>,
) -> Result<T, E> {
    let mut attempt = 1;
    loop {
        let outcome = attempt_tx(conn, begin, &mut work);
        let Err(error) = outcome else { return outcome };
        let retry = error.store_error().is_some_and(StoreError::is_transient);
        if !retry || attempt == ATTEMPTS_MAX {
            return Err(error);
        }
        tracing::debug!(attempt, "transaction conflicted, trying again");
        std::thread::sleep(pause_before(attempt));
        attempt += 1;
    }
}

/// Runs the closure on one snapshot of the database; it sees no commit of others.
pub fn read_tx<T, E: TxError>(
    conn: &mut AnyConn,
    mut work: impl FnMut(&mut AnyConn) -> Result<T, E>,
) -> Result<T, E> {
    attempt_tx(conn, begin_read, &mut work)
}

/// Runs the closure in a transaction that is rolled back, whatever comes of it.
pub(crate) fn undone_tx<T>(
    conn: &mut AnyConn,
    work: impl FnOnce(&mut AnyConn) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    match conn.backend() {
        Backend::Postgres => begin_write(conn)?,
        Backend::Sqlite => begin_read(conn)?,
    }
    let outcome = work(conn);
    if let Err(fault) = Manager::rollback_transaction(conn) {
        tracing::warn!(%fault, "rollback failed");
    }
    outcome
}

fn attempt_tx<T, E: TxError>(
    conn: &mut AnyConn,
    begin: fn(&mut AnyConn) -> diesel::QueryResult<()>,
    work: &mut impl FnMut(&mut AnyConn) -> Result<T, E>,
) -> Result<T, E> {
    begin(conn).map_err(StoreError::from)?;
    match work(conn) {
        Ok(value) => {
            Manager::commit_transaction(conn).map_err(StoreError::from)?;
            Ok(value)
        }
        Err(error) => {
            // The error of the closure is the one to report; a connection that cannot even roll
            // back is recognised as broken by the pool and thrown away.
            if let Err(fault) = Manager::rollback_transaction(conn) {
                tracing::warn!(%fault, "rollback failed");
            }
            Err(error)
        }
    }
}

fn begin_write(conn: &mut AnyConn) -> diesel::QueryResult<()> {
    match conn {
        AnyConn::Pg(pg) => {
            AnsiTransactionManager::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL SERIALIZABLE")
        }
        AnyConn::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")
        }
    }
}

/// One number for this program, by which writers of the ledger wait for one another.
const PG_TURN: &str = "SELECT pg_advisory_xact_lock(4805201902)";

fn begin_turn(conn: &mut AnyConn) -> diesel::QueryResult<()> {
    let AnyConn::Pg(pg) = conn else {
        return begin_write(conn);
    };
    AnsiTransactionManager::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL READ COMMITTED")?;
    pg.batch_execute(PG_TURN).inspect_err(|_| {
        if let Err(fault) = AnsiTransactionManager::rollback_transaction(pg) {
            tracing::warn!(%fault, "rollback failed");
        }
    })
}

fn begin_read(conn: &mut AnyConn) -> diesel::QueryResult<()> {
    match conn {
        AnyConn::Pg(pg) => AnsiTransactionManager::begin_transaction_sql(
            pg,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ),
        AnyConn::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN DEFERRED")?;
            // A deferred transaction takes its snapshot at the first read, so read at once.
            sqlite.batch_execute("SELECT 1 FROM sqlite_schema LIMIT 1")
        }
    }
}

/// Doubles each time. No randomness is needed: of two conflicting transactions one always commits.
fn pause_before(attempt: u32) -> Duration {
    Duration::from_millis(PAUSE_MS << attempt.min(8))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use diesel::sql_types::BigInt;
    use diesel::{QueryableByName, RunQueryDsl, sql_query};

    use super::*;
    use crate::db_test;
    use crate::testing::TestDb;

    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }

    fn add(conn: &mut AnyConn, name: &str) -> Result<usize, StoreError> {
        Ok(sql_query(format!(
            "INSERT INTO counters (name, n) VALUES ('{name}', 1)"
        ))
        .execute(conn)?)
    }

    fn count(conn: &mut AnyConn) -> Result<i64, StoreError> {
        let row: Count = sql_query("SELECT COUNT(*) AS count FROM counters").get_result(conn)?;
        Ok(row.count)
    }

    fn with_counters(db: &TestDb) {
        let mut conn = db.conn();
        conn.batch_execute("CREATE TABLE counters (name TEXT PRIMARY KEY, n BIGINT NOT NULL)")
            .unwrap();
    }

    db_test! {
        fn an_error_undoes_everything(db) {
            with_counters(db);
            let outcome: Result<(), StoreError> = db.store.write(|conn| {
                add(conn, "a")?;
                add(conn, "a")?;
                Ok(())
            });
            assert!(matches!(outcome, Err(StoreError::Conflict { .. })), "{outcome:?}");
            assert_eq!(db.store.read(count).unwrap(), 0);
            db.store.write(|conn| add(conn, "a")).unwrap();
            assert_eq!(db.store.read(count).unwrap(), 1);
        }

        fn readers_cannot_write(db) {
            with_counters(db);
            assert!(db.store.read(|conn| add(conn, "a")).is_err());
            assert_eq!(db.store.read(count).unwrap(), 0);
        }

        fn a_reader_keeps_its_snapshot(db) {
            with_counters(db);
            let (before, after): (i64, i64) = db.store.read(|conn| {
                let before = count(conn)?;
                db.store.write(|writer| add(writer, "b"))?;
                Ok::<_, StoreError>((before, count(conn)?))
            }).unwrap();
            assert_eq!((before, after), (0, 0));
            assert_eq!(db.store.read(count).unwrap(), 1);
        }

        fn concurrent_read_then_write_loses_no_update(db) {
            with_counters(db);
            db.store.write(|conn| add(conn, "n")).unwrap();
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        for _ in 0..10 {
                            bump_until_done(db);
                        }
                    });
                }
            });
            assert_eq!(db.store.read(value).unwrap(), 41);
        }

        fn nothing_stays_open_after_a_panic(db) {
            with_counters(db);
            let store = db.store.clone();
            let outcome = std::thread::spawn(move || {
                store.write(|conn| {
                    add(conn, "p")?;
                    assert!(count(conn)? != 1, "on purpose");
                    Ok::<_, StoreError>(())
                })
            });
            assert!(outcome.join().is_err());
            assert_eq!(db.store.write(count).unwrap(), 0);
        }
    }

    fn value(conn: &mut AnyConn) -> Result<i64, StoreError> {
        let row: Count =
            sql_query("SELECT n AS count FROM counters WHERE name = 'n'").get_result(conn)?;
        Ok(row.count)
    }

    /// Four writers on one row can exhaust the attempts of one call, as it must be able to; the
    /// caller then asks again.
    fn bump_until_done(db: &TestDb) {
        loop {
            let outcome = db.store.write(|conn| {
                let next = value(conn)? + 1;
                sql_query(format!("UPDATE counters SET n = {next} WHERE name = 'n'"))
                    .execute(conn)?;
                Ok::<_, StoreError>(())
            });
            match outcome {
                Err(error) if error.is_transient() => {}
                other => return other.unwrap(),
            }
        }
    }
}
