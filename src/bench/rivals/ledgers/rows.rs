//! Plain inserts of our own rows, already in the database, into tables with the same columns, checks
//! and indexes but without a single trigger: `INSERT … SELECT`, no client between. Nothing that
//! keeps these rows can be faster.

use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use tokio::runtime::Runtime;

use crate::{Failure, Keeper, Size, Task};

/// The tables that a posting fills.
const TABLES: [&str; 3] = ["ledger_records", "txns", "postings"];
/// Further from record to record than any round is long.
const STRIDE: i64 = 10_000_000;

enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

struct Rows {
    runtime: Runtime,
    conn: Conn,
    /// Column names of each table.
    columns: Vec<(&'static str, Vec<String>)>,
    size: Size,
    rounds: i128,
}

/// Copies tables and rows of the records `first` to `last` of ours: a SQLite file, or a schema of
/// the same PostgreSQL.
pub fn keeper(
    url: &str,
    ours: &str,
    (first, last): (i64, i64),
    size: Size,
) -> Result<Box<dyn Keeper>, Failure> {
    let runtime = Runtime::new()?;
    let conn = runtime.block_on(connect(url))?;
    let mut rows = Rows {
        runtime,
        conn,
        columns: Vec::new(),
        size,
        rounds: 0,
    };
    let columns = match &rows.conn {
        Conn::Sqlite(_) => {
            rows.run(&format!("ATTACH '{ours}' AS ours"))?;
            let ddl = "SELECT sql FROM ours.sqlite_schema WHERE tbl_name IN \
                ('ledger_records', 'txns', 'postings') AND type IN ('table', 'index') AND sql IS NOT NULL \
                ORDER BY type DESC";
            for statement in rows.texts(ddl)? {
                rows.run(&statement)?;
            }
            "SELECT name FROM pragma_table_info('{}') ORDER BY cid"
        }
        Conn::Postgres(_) => {
            let own = format!("raw_{}", std::process::id());
            rows.run(&format!("CREATE SCHEMA {own}"))?;
            for table in TABLES {
                rows.run(&format!(
                    "CREATE TABLE {own}.{table} (LIKE {ours}.{table} INCLUDING ALL)"
                ))?;
            }
            rows.run(&format!("SET search_path = {own}"))?;
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{}' \
             AND table_schema = current_schema() ORDER BY ordinal_position"
        }
    };
    for table in TABLES {
        let names = rows.texts(&columns.replace("{}", table))?;
        rows.run(&format!(
            "CREATE TEMP TABLE staged_{table} AS SELECT * FROM {}.{table} WHERE seq BETWEEN {first} AND {last}",
            if matches!(rows.conn, Conn::Sqlite(_)) { "ours" } else { ours },
        ))?;
        rows.columns.push((table, names));
    }
    rows.run(&format!(
        "CREATE TEMP TABLE owed AS SELECT id, code FROM {}.accounts WHERE code LIKE 'P:Payable:%'",
        if matches!(rows.conn, Conn::Sqlite(_)) {
            "ours"
        } else {
            ours
        },
    ))?;
    Ok(Box::new(rows))
}

async fn connect(url: &str) -> Result<Conn, Failure> {
    if url.starts_with("postgres") {
        return Ok(Conn::Postgres(PgConnection::connect(url).await?));
    }
    let options = SqliteConnectOptions::new()
        .filename(url)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    Ok(Conn::Sqlite(
        SqliteConnection::connect_with(&options).await?,
    ))
}

impl Rows {
    fn run(&mut self, sql: &str) -> Result<(), Failure> {
        let sql = AssertSqlSafe(sql.to_owned());
        match &mut self.conn {
            Conn::Sqlite(conn) => self
                .runtime
                .block_on(sqlx::raw_sql(sql).execute(conn))
                .map(drop)?,
            Conn::Postgres(conn) => self
                .runtime
                .block_on(sqlx::raw_sql(sql).execute(conn))
                .map(drop)?,
        }
        Ok(())
    }

    /// The texts of the first column.
    fn texts(&mut self, sql: &str) -> Result<Vec<String>, Failure> {
        let sql = AssertSqlSafe(sql.to_owned());
        Ok(match &mut self.conn {
            Conn::Sqlite(conn) => {
                let rows = self.runtime.block_on(sqlx::query(sql).fetch_all(conn))?;
                rows.iter()
                    .map(|row| row.try_get(0))
                    .collect::<Result<_, _>>()?
            }
            Conn::Postgres(conn) => {
                let rows = self.runtime.block_on(sqlx::query(sql).fetch_all(conn))?;
                rows.iter()
                    .map(|row| row.try_get(0))
                    .collect::<Result<_, _>>()?
            }
        })
    }

    /// The staged rows once more, with keys of their own.
    fn copy(&mut self) -> Result<Duration, Failure> {
        self.rounds += 1;
        let shift = STRIDE
            .checked_mul(i64::try_from(self.rounds)?)
            .ok_or("too many rounds")?;
        let round = self.rounds;
        let column = |name: &String| match name.as_str() {
            "seq" | "account_seq" | "accrual_seq" | "reverses_seq" => format!("{name} + {shift}"),
            "idempotency_key" | "run_id" => format!("{name} || '#{round}'"),
            _ => name.clone(),
        };
        let inserts: Vec<String> = self
            .columns
            .iter()
            .map(|(table, names)| {
                let values: Vec<String> = names.iter().map(column).collect();
                format!(
                    "INSERT INTO {table} SELECT {} FROM staged_{table};",
                    values.join(", ")
                )
            })
            .collect();
        let sql = format!("BEGIN; {} COMMIT;", inserts.concat());
        let start = Instant::now();
        self.run(&sql)?;
        Ok(start.elapsed())
    }
}

impl Keeper for Rows {
    fn round(&mut self, task: Task) -> Result<Vec<Duration>, Failure> {
        let calls = if task == Task::Month {
            1
        } else {
            self.size.calls
        };
        (0..calls).map(|_| self.copy()).collect()
    }

    fn answers(&mut self, task: Task, first: usize) -> Result<Vec<i128>, Failure> {
        let sql = match task {
            Task::Month => format!(
                "SELECT CAST(-sum(amount_fen) AS TEXT) FROM postings JOIN owed ON id = account_id \
                 GROUP BY code ORDER BY code LIMIT {first}"
            ),
            Task::Single => {
                "SELECT CAST(sum(amount_fen) AS TEXT) FROM postings WHERE amount_fen > 0".to_owned()
            }
        };
        let rounds = self.rounds;
        let sums = self
            .texts(&sql)?
            .into_iter()
            .map(|sum| Ok(sum.parse::<i128>()? / rounds));
        sums.collect()
    }
}
