//! One connection type over both databases, and the settings every connection starts with.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::error::StoreError;
use crate::target::Target;

mod any {
    #![allow(
        missing_docs,
        reason = "Diesel's derive makes public items without documentation"
    )]
    use diesel::{PgConnection, SqliteConnection};

    /// A connection to either database. Queries that Diesel's derive supports run on it directly;
    /// the rest (upsert, batch insert) run through [`each_backend!`](crate::each_backend).
    #[derive(diesel::MultiConnection)]
    pub enum AnyConn {
        /// PostgreSQL.
        Pg(PgConnection),
        /// SQLite. The last one: the derive tries them in order, and SQLite takes any text.
        Sqlite(SqliteConnection),
    }
}

pub use any::{AnyConn, MultiBackend};

/// Which database a connection talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

/// Evaluates the expression on the connection of the backend at hand: the same source text,
/// compiled once for each.
#[macro_export]
macro_rules! each_backend {
    ($conn:expr, |$inner:ident| $body:expr) => {
        match $conn {
            $crate::conn::AnyConn::Pg($inner) => $body,
            $crate::conn::AnyConn::Sqlite($inner) => $body,
        }
    };
}

impl AnyConn {
    /// The database behind the connection.
    pub const fn backend(&self) -> Backend {
        match self {
            Self::Pg(_) => Backend::Postgres,
            Self::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// An empty SQLite database that vanishes with the connection.
    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        let target = ":memory:";
        let conn = SqliteConnection::establish(target).map_err(|source| StoreError::Connect {
            target: target.to_owned(),
            source,
        })?;
        Ok(Self::Sqlite(conn))
    }

    /// Connects to what the target names. The file of a SQLite target must exist.
    pub(crate) fn establish_to(target: &Target, access: Access) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Connect {
            target: target.to_string(),
            source,
        };
        match target {
            Target::Postgres { url, .. } => {
                let mut conn = PgConnection::establish(url).map_err(failed)?;
                conn.batch_execute(PG_SETTINGS)?;
                Ok(Self::Pg(conn))
            }
            Target::Sqlite { path } => {
                let uri = crate::target::sqlite_uri(path);
                let mut conn = SqliteConnection::establish(&uri).map_err(failed)?;
                conn.batch_execute(SQLITE_SETTINGS)
                    .map_err(|error| StoreError::of_sqlite_file(path, error))?;
                if access == Access::ReadOnly {
                    conn.batch_execute("PRAGMA query_only = ON")?;
                }
                Ok(Self::Sqlite(conn))
            }
        }
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Reads only; SQLite enforces it for the whole connection, PostgreSQL by transaction.
    ReadOnly,
    /// Reads and writes.
    ReadWrite,
}

/// `busy_timeout` comes first: the pool opens connections side by side, and switching to WAL takes
/// a lock. `synchronous = FULL` because a posted ledger line must survive a power cut.
/// `recursive_triggers` makes INSERT OR REPLACE fire the delete triggers of append-only tables.
/// `temp_store = MEMORY` keeps what a statement that a trigger refuses is taken back with in memory;
/// else every page that any statement changes is first written to a file. `page_size` counts for new
/// files: records of half a thousand bytes leave less room unused in larger pages.
const SQLITE_SETTINGS: &str = "\
    PRAGMA busy_timeout = 15000;\
    PRAGMA page_size = 8192;\
    PRAGMA journal_mode = WAL;\
    PRAGMA synchronous = FULL;\
    PRAGMA foreign_keys = ON;\
    PRAGMA recursive_triggers = ON;\
    PRAGMA temp_store = MEMORY;\
    PRAGMA cache_size = -32768;";

/// Notices would go to standard error; text comes as UTF-8; instants are UTC. Machine code for a plan
/// takes seconds to make and never pays here: what is asked touches the few rows that are fresh, or
/// that a key finds, while the planner guesses a hundred for each list of legs.
const PG_SETTINGS: &str = "\
    SET client_min_messages = warning;\
    SET client_encoding = 'UTF8';\
    SET timezone = 'UTC';\
    SET jit = off;";
