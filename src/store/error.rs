//! What can go wrong in the store, and what each database's complaint means.

use std::path::{Path, PathBuf};

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as DieselError};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL names no database.
    #[error("数据库地址为空，应写作 sqlite:路径 或 postgres://… (empty database URL)")]
    EmptyUrl,
    /// The URL has a scheme that no backend serves.
    #[error(
        "不支持“{scheme}:”数据库，应写作 sqlite:路径 或 postgres://… (unknown database scheme)"
    )]
    UnknownScheme {
        /// The scheme as written.
        scheme: String,
    },
    /// The operating system gives no random bytes.
    #[error("系统不提供随机数 (no random numbers from the system)")]
    Randomness,
    /// The SQLite file does not exist.
    #[error("数据库文件 {} 不存在，请先运行 hengxiang init (no such database)", path.display())]
    Missing {
        /// Path of the file.
        path: PathBuf,
    },
    /// The folder that should hold the file does not exist.
    #[error("文件夹 {} 不存在，请先建立 (no such folder)", path.display())]
    MissingFolder {
        /// Path of the folder.
        path: PathBuf,
    },
    /// The path is a folder.
    #[error("{} 是文件夹，不是数据库文件 (a folder, not a database file)", path.display())]
    IsFolder {
        /// The path.
        path: PathBuf,
    },
    /// The file is no SQLite database.
    #[error("文件 {} 不是 SQLite 数据库 (not a SQLite database)", path.display())]
    NotADatabase {
        /// Path of the file.
        path: PathBuf,
    },
    /// There is a database already where one should be created.
    #[error("{target} 已经存在，不再新建 (the database exists already)")]
    AlreadyExists {
        /// Path or URL.
        target: String,
    },
    /// The file could not be created.
    #[error("无法建立数据库文件 {}：{source} (cannot create the database file)", path.display())]
    CreateFile {
        /// Path of the file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database has no schema.
    #[error("数据库 {target} 尚未初始化，请运行 hengxiang migrate (the database has no schema)")]
    Uninitialised {
        /// Path or URL.
        target: String,
    },
    /// The schema is older than the program.
    #[error(
        "数据库 {target} 缺少 {pending} 次结构升级，请先备份再运行 hengxiang migrate (schema is outdated)"
    )]
    Outdated {
        /// Path or URL.
        target: String,
        /// Migrations to run.
        pending: usize,
    },
    /// The schema is newer than the program.
    #[error("数据库结构版本 {version} 比本程序新，请升级程序 (schema is newer than this program)")]
    Newer {
        /// The first version that this program does not know.
        version: String,
    },
    /// A migration failed; what it did was undone.
    #[error("数据库结构升级失败：{message} (migration failed)")]
    Migration {
        /// What the database said.
        message: String,
    },
    /// The database cannot be reached.
    #[error("无法连接数据库 {target}：{source} (cannot connect)")]
    Connect {
        /// Path or URL, without password.
        target: String,
        /// What the driver said.
        source: ConnectionError,
    },
    /// No connection became free in time, or none could be opened.
    #[error("没有可用的数据库连接：{message} (no database connection available)")]
    NoConnection {
        /// What the pool said.
        message: String,
    },
    /// Another writer holds the database, or a serialisable transaction lost to another.
    #[error("数据库正忙，请稍后再试：{message} (the database is busy)")]
    Busy {
        /// What the database said.
        message: String,
    },
    /// There is no room left on the disk, or in what the database may use of it.
    #[error(
        "磁盘或数据库空间已满，本次什么也没有写入；请腾出空间后重试：{message} (no space left; nothing was written)"
    )]
    Full {
        /// What the database said.
        message: String,
    },
    /// The disk failed under the database.
    #[error(
        "数据库文件读写失败；请检查磁盘，重新启动后运行 hengxiang ledger audit 核对：{message} (the disk failed)"
    )]
    Disk {
        /// What the database said.
        message: String,
    },
    /// A unique key or a reference is violated.
    #[error("与已有数据冲突：{constraint} (conflicts with existing data)")]
    Conflict {
        /// Name of the constraint, or its columns where the database does not tell the name.
        constraint: String,
    },
    /// A check or a trigger of the database refuses the change.
    #[error("数据库拒绝：{message} (refused by the database)")]
    Refused {
        /// What the database said.
        message: String,
    },
    /// No such row.
    #[error("找不到{what}“{key}” (not found)")]
    NotFound {
        /// What was looked for, in Chinese.
        what: &'static str,
        /// Its key.
        key: String,
    },
    /// A value of the database does not belong to the type of its column.
    #[error("数据库内容损坏：{table}.{column} 的值“{value}”不合法 (corrupt value)")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// The value.
        value: String,
    },
    /// A number is too large to be stored.
    #[error("{table}.{column} 的值 {value} 超出可存储范围 (value out of range)")]
    OutOfRange {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// The value.
        value: u64,
    },
    /// Jurisdictions and departments do not form a registry.
    #[error("部门登记有误：{0}")]
    Registry(#[from] domain::RegistryError),
    /// Anything else the database says.
    #[error("数据库错误：{0} (database error)")]
    Db(#[source] DieselError),
}

/// How messages raised by triggers begin, in both databases.
const REFUSAL: &str = "refused: ";

impl StoreError {
    /// Whether the same transaction may succeed when tried again.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    /// The error of a migration.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "diesel_migrations hands over a box, and map_err passes it by value"
    )]
    pub(crate) fn migration(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self::Migration {
            message: error.to_string(),
        }
    }

    /// The error of opening a file, which tells a foreign file from other trouble.
    pub(crate) fn of_sqlite_file(path: &Path, error: DieselError) -> Self {
        if error.to_string().contains("file is not a database") {
            return Self::NotADatabase {
                path: path.to_owned(),
            };
        }
        Self::from(error)
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        // SQLite has rolled back by itself when a commit fails for want of room.
        let error = match error {
            DieselError::RollbackErrorOnCommit { commit_error, .. } => *commit_error,
            other => other,
        };
        let DieselError::DatabaseError(kind, ref info) = error else {
            return Self::Db(error);
        };
        let message = info.message().to_owned();
        match kind {
            DatabaseErrorKind::SerializationFailure => Self::Busy { message },
            DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation => {
                Self::Conflict {
                    constraint: info.constraint_name().map_or(message, str::to_owned),
                }
            }
            DatabaseErrorKind::CheckViolation | DatabaseErrorKind::NotNullViolation => {
                Self::Refused { message }
            }
            // SQLite reports a lock, and PostgreSQL a deadlock, without a kind of their own.
            _ if message.contains("database is locked")
                || message.contains("database table is locked")
                || message.contains("deadlock detected") =>
            {
                Self::Busy { message }
            }
            _ if says_any(
                &message,
                &["database or disk is full", "No space left on device"],
            ) =>
            {
                Self::Full { message }
            }
            _ if says_any(&message, &["disk I/O error", "Input/output error"]) => {
                Self::Disk { message }
            }
            _ => match message.strip_prefix(REFUSAL) {
                Some(reason) => Self::Refused {
                    message: reason.to_owned(),
                },
                None => Self::Db(error),
            },
        }
    }
}

fn says_any(message: &str, texts: &[&str]) -> bool {
    texts.iter().any(|text| message.contains(text))
}

impl From<diesel::r2d2::PoolError> for StoreError {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        Self::NoConnection {
            message: error.to_string(),
        }
    }
}
