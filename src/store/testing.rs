//! Databases for tests: one of its own for every test, of both kinds.
//!
//! `db_test! { fn name(db) { … } }` makes the tests `name::sqlite` (a temporary file) and
//! `name::postgres` (a schema of its own on the server of `HENGXIANG_TEST_PG_URL`, dropped at the
//! end). Without that variable the second says so and passes.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::conn::{Access, AnyConn, Backend};
use crate::pool::Store;
use crate::target::Target;

/// The variable that names the PostgreSQL server of tests.
const PG_URL: &str = "HENGXIANG_TEST_PG_URL";

/// A migrated database that vanishes with the value.
pub(crate) struct TestDb {
    /// The open store.
    pub(crate) store: Store,
    /// Its URL, to open it once more.
    pub(crate) url: String,
    _home: Home,
}

enum Home {
    /// Another's, who removes it.
    Borrowed,
    Folder {
        _folder: tempfile::TempDir,
    },
    Schema {
        server: String,
        schema: String,
    },
}

impl TestDb {
    /// A database in a temporary file.
    pub(crate) fn sqlite() -> Self {
        Self::sqlite_in(tempfile::tempdir().unwrap())
    }

    /// The same in a folder.
    pub(crate) fn sqlite_in(folder: tempfile::TempDir) -> Self {
        let url = format!("sqlite:{}", folder.path().join("hx.db").display());
        Self {
            store: Store::create(&url).unwrap(),
            url,
            _home: Home::Folder { _folder: folder },
        }
    }

    /// A schema on the test server; `None` without one.
    pub(crate) fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(PG_URL) else {
            eprintln!("{PG_URL} 未设置，未测试 PostgreSQL (not set: PostgreSQL was not tested)");
            return None;
        };
        Some(Self::postgres_at(&server, ""))
    }

    /// A schema on a server, with further options of the connection, percent-encoded.
    pub(crate) fn postgres_at(server: &str, options: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("hx_test_{}_{number}", std::process::id());
        let mut conn = PgConnection::establish(server).unwrap();
        conn.batch_execute(&format!(
            "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"
        ))
        .unwrap();
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{mark}options=-csearch_path%3D{schema}{options}");
        Self {
            store: Store::create(&url).unwrap(),
            url,
            _home: Home::Schema {
                server: server.to_owned(),
                schema,
            },
        }
    }

    /// A database of the kind; `None` where there is no server for it.
    pub(crate) fn of(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Sqlite => Some(Self::sqlite()),
            Backend::Postgres => Self::postgres(),
        }
    }

    /// The same database once more, as another process would open it.
    pub(crate) fn again(&self) -> Self {
        Self {
            store: Store::open(&self.url).unwrap(),
            url: self.url.clone(),
            _home: Home::Borrowed,
        }
    }

    /// A connection beside the pools, outside any transaction.
    pub(crate) fn conn(&self) -> AnyConn {
        AnyConn::establish_to(&Target::parse(&self.url).unwrap(), Access::ReadWrite).unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Self::Schema { server, schema } = self
            && let Ok(mut conn) = PgConnection::establish(server)
        {
            // Pooled connections may still hold locks for an instant; leftovers harm nobody.
            let _ = conn.batch_execute(&format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

/// A test that runs on both databases: `db_test! { fn name(db) { … } }`.
#[macro_export]
macro_rules! db_test {
    ($($(#[$meta:meta])* fn $name:ident($db:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs all of its file")]
            use super::*;

            fn on($db: &$crate::testing::TestDb) $body

            #[test]
            fn sqlite() {
                on(&$crate::testing::TestDb::sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(db) = $crate::testing::TestDb::postgres() {
                    on(&db);
                }
            }
        }
    )*};
}
