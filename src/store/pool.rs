//! The store: an open database with its pools of connections.

use std::fmt;
use std::path::Path;

use diesel::r2d2::{ManageConnection, Pool, R2D2Connection};

use crate::conn::{Access, AnyConn, Backend};
use crate::error::StoreError;
use crate::ledger::HeadCache;
use crate::migrate;
use crate::target::Target;
use crate::tx::{TxError, read_tx, turn_tx, undone_tx, write_tx};

/// Readers of SQLite, and readers and writers together of PostgreSQL.
const CONNECTIONS_MAX: u32 = 8;

/// SQLite has one writer at a time; a second connection would only wait inside the database.
const SQLITE_WRITERS_MAX: u32 = 1;

/// How long a caller waits for a free connection.
const ACQUIRE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// An open database. Cloning shares the pools.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
    readers: Pool<ConnManager>,
    writers: Pool<ConnManager>,
    head: HeadCache,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens an existing database: `sqlite:PATH`, a plain path, or `postgres://…`. A database that
    /// is missing, or whose schema is not the one of this program, is an error that says which
    /// command helps.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let target = Target::parse(url)?;
        require_file(&target)?;
        let mut conn = AnyConn::establish_to(&target, Access::ReadWrite)?;
        migrate::require_current(&mut conn, &target.to_string())?;
        Self::with_pools(target)
    }

    /// Creates a database that does not exist yet, and opens it.
    pub fn create(url: &str) -> Result<Self, StoreError> {
        let target = Target::parse(url)?;
        match &target {
            Target::Sqlite { path } => create_file(path)?,
            Target::Postgres { shown, .. } => {
                let mut conn = AnyConn::establish_to(&target, Access::ReadWrite)?;
                if !migrate::applied_versions(&mut conn)?.is_empty() {
                    return Err(StoreError::AlreadyExists {
                        target: shown.clone(),
                    });
                }
            }
        }
        let mut conn = AnyConn::establish_to(&target, Access::ReadWrite)?;
        migrate::run_pending(&mut conn)?;
        Self::with_pools(target)
    }

    /// Opens the database, creating it first when there is none.
    pub fn open_or_create(url: &str) -> Result<Self, StoreError> {
        match Self::open(url) {
            Err(StoreError::Missing { .. } | StoreError::Uninitialised { .. }) => {
                match Self::create(url) {
                    // The file is there but empty: a creation that was cut short is completed.
                    Err(StoreError::AlreadyExists { .. }) => {
                        Self::migrate(url)?;
                        Self::open(url)
                    }
                    created => created,
                }
            }
            opened => opened,
        }
    }

    /// Brings the schema of an existing database up to this program; the names of the migrations
    /// that were run.
    pub fn migrate(url: &str) -> Result<Vec<String>, StoreError> {
        let target = Target::parse(url)?;
        require_file(&target)?;
        let mut conn = AnyConn::establish_to(&target, Access::ReadWrite)?;
        migrate::run_pending(&mut conn)
    }

    /// The database behind the store.
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// Runs the closure on one snapshot.
    pub fn read<T, E: TxError>(
        &self,
        work: impl FnMut(&mut AnyConn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.readers.get().map_err(StoreError::from)?;
        read_tx(&mut conn, work)
    }

    /// Runs the closure in one writing transaction; it may run more than once.
    pub fn write<T, E: TxError>(
        &self,
        work: impl FnMut(&mut AnyConn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.writers.get().map_err(StoreError::from)?;
        write_tx(&mut conn, work)
    }

    /// Runs the closure in one writing transaction that takes turns with all others begun so, on
    /// either database; it may run more than once.
    pub(crate) fn write_in_turn<T, E: TxError>(
        &self,
        work: impl FnMut(&mut AnyConn) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut conn = self.writers.get().map_err(StoreError::from)?;
        turn_tx(&mut conn, work)
    }

    /// Runs the closure on a writing connection outside any transaction, for upkeep that databases do
    /// only there.
    pub(crate) fn upkeep<T>(
        &self,
        work: impl FnOnce(&mut AnyConn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut conn = self.writers.get().map_err(StoreError::from)?;
        work(&mut conn)
    }

    /// Runs the closure in a transaction of which nothing remains, whatever it does: in PostgreSQL it
    /// may write.
    pub(crate) fn beside<T>(
        &self,
        work: impl FnMut(&mut AnyConn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut conn = self.readers.get().map_err(StoreError::from)?;
        undone_tx(&mut conn, work)
    }

    /// The head of the ledger that this process keeps.
    pub(crate) const fn head(&self) -> &HeadCache {
        &self.head
    }

    fn with_pools(target: Target) -> Result<Self, StoreError> {
        let pool = |size: u32, access: Access| {
            let manager = ConnManager {
                target: target.clone(),
                access,
            };
            // Connections are opened on demand: a command line call needs one, not eight.
            Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .connection_timeout(ACQUIRE_TIMEOUT)
                .build(manager)
        };
        let (backend, readers, writers) = match &target {
            Target::Postgres { .. } => {
                let both = pool(CONNECTIONS_MAX, Access::ReadWrite)?;
                (Backend::Postgres, both.clone(), both)
            }
            Target::Sqlite { .. } => (
                Backend::Sqlite,
                pool(CONNECTIONS_MAX, Access::ReadOnly)?,
                pool(SQLITE_WRITERS_MAX, Access::ReadWrite)?,
            ),
        };
        Ok(Self {
            backend,
            readers,
            writers,
            head: HeadCache::default(),
        })
    }
}

/// Opens the connections of a pool. Diesel's own manager would try both databases in turn and
/// report neither's error.
struct ConnManager {
    target: Target,
    access: Access,
}

impl ManageConnection for ConnManager {
    type Connection = AnyConn;
    type Error = StoreError;

    fn connect(&self) -> Result<AnyConn, StoreError> {
        AnyConn::establish_to(&self.target, self.access)
    }

    fn is_valid(&self, conn: &mut AnyConn) -> Result<(), StoreError> {
        Ok(conn.ping()?)
    }

    fn has_broken(&self, conn: &mut AnyConn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

fn require_file(target: &Target) -> Result<(), StoreError> {
    let Target::Sqlite { path } = target else {
        return Ok(());
    };
    if path.is_dir() {
        return Err(StoreError::IsFolder { path: path.clone() });
    }
    if path.exists() {
        return Ok(());
    }
    require_parent(path)?;
    Err(StoreError::Missing { path: path.clone() })
}

fn require_parent(path: &Path) -> Result<(), StoreError> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !parent.is_dir() => {
            Err(StoreError::MissingFolder {
                path: parent.to_owned(),
            })
        }
        _ => Ok(()),
    }
}

/// Creates the empty file that SQLite will fill; an existing one is never touched.
fn create_file(path: &Path) -> Result<(), StoreError> {
    require_parent(path)?;
    match std::fs::File::create_new(path) {
        Ok(_) => Ok(()),
        Err(fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(StoreError::AlreadyExists {
                target: path.display().to_string(),
            })
        }
        Err(source) => Err(StoreError::CreateFile {
            path: path.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn a_mistyped_path_creates_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no such.db");
        let url = path.to_string_lossy();
        assert!(matches!(Store::open(&url), Err(StoreError::Missing { .. })));
        assert!(!path.exists());
        let deeper = folder.path().join("no/such.db");
        for attempt in [Store::open, Store::create, Store::open_or_create] {
            assert!(matches!(
                attempt(&deeper.to_string_lossy()),
                Err(StoreError::MissingFolder { .. })
            ));
        }
        assert!(matches!(
            Store::open(&folder.path().to_string_lossy()),
            Err(StoreError::IsFolder { .. })
        ));
    }

    #[test]
    fn a_database_is_created_once() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("衡享 1?.db").display());
        Store::open_or_create(&url).unwrap();
        Store::open_or_create(&url).unwrap();
        assert!(matches!(
            Store::create(&url),
            Err(StoreError::AlreadyExists { .. })
        ));
        assert!(folder.path().join("衡享 1?.db").exists());
        assert_eq!(Store::migrate(&url).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn an_empty_file_is_uninitialised_and_can_be_completed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hx.db");
        std::fs::write(&path, "").unwrap();
        let url = path.to_string_lossy();
        assert!(matches!(
            Store::open(&url),
            Err(StoreError::Uninitialised { .. })
        ));
        Store::open_or_create(&url).unwrap();
    }

    #[test]
    fn a_foreign_file_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("目录.csv");
        let text = "信息资源名称,信息资源代码\n".repeat(100);
        std::fs::write(&path, &text).unwrap();
        for attempt in [Store::open, Store::open_or_create] {
            assert!(matches!(
                attempt(&path.to_string_lossy()),
                Err(StoreError::NotADatabase { .. })
            ));
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn an_unreachable_server_is_named_without_its_password() {
        let error = Store::open("postgres://hx:s3cret@127.0.0.1:1/hx").unwrap_err();
        assert!(matches!(error, StoreError::Connect { .. }), "{error}");
        assert!(!error.to_string().contains("s3cret"));
        assert!(error.to_string().contains("127.0.0.1:1/hx"));
    }
}
