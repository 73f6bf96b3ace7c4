//! Every table of a database as text, the same text on both databases.

use std::collections::BTreeMap;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use crate::conn::{AnyConn, Backend};

/// A row: its cells by column.
pub(super) type Row = BTreeMap<String, String>;

/// What stands for no value.
pub(super) const NONE: &str = "∅";

/// Parts cells in the answer of the database; no text of the tests has it.
const SEPARATOR: char = '\u{1f}';

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What a query of one text column `line` gives.
pub(super) fn lines(conn: &mut AnyConn, sql: &str) -> Vec<String> {
    let rows: Vec<Line> = sql_query(sql)
        .load(conn)
        .unwrap_or_else(|fault| panic!("{fault}: {sql}"));
    rows.into_iter().map(|row| row.line).collect()
}

/// The tables there are, but for the list of migrations.
pub(super) fn names(conn: &mut AnyConn) -> Vec<String> {
    let sql = match conn.backend() {
        Backend::Sqlite => {
            "SELECT name AS line FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
        Backend::Postgres => {
            "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = current_schema()"
        }
    };
    let mut names = lines(conn, sql);
    names.retain(|name| name != "__diesel_schema_migrations");
    names.sort();
    names
}

/// The columns of a table.
pub(super) fn columns(conn: &mut AnyConn, table: &str) -> Vec<String> {
    let sql = match conn.backend() {
        Backend::Sqlite => format!("SELECT name AS line FROM pragma_table_info('{table}')"),
        Backend::Postgres => format!(
            "SELECT column_name::text AS line FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = '{table}'"
        ),
    };
    let mut columns = lines(conn, &sql);
    columns.sort();
    columns
}

/// SQL for the text of a cell: bytes as hexadecimal digits, truth as a digit, instants to the
/// microsecond.
fn cell(backend: Backend, column: &str) -> String {
    let instant = column.ends_with("_at");
    let text = match backend {
        Backend::Sqlite if instant => format!(
            "\"{column}\" || CASE length(\"{column}\") WHEN 19 THEN '.000000' \
             WHEN 23 THEN '000' ELSE '' END"
        ),
        Backend::Sqlite => format!(
            "CASE typeof(\"{column}\") WHEN 'blob' THEN lower(hex(\"{column}\")) \
             ELSE CAST(\"{column}\" AS TEXT) END"
        ),
        Backend::Postgres if instant => {
            format!("to_char(\"{column}\", 'YYYY-MM-DD HH24:MI:SS.US')")
        }
        Backend::Postgres => format!(
            "CASE pg_typeof(\"{column}\")::text WHEN 'bytea' THEN substr(\"{column}\"::text, 3) \
             WHEN 'boolean' THEN CASE \"{column}\"::text WHEN 'true' THEN '1' WHEN 'false' THEN '0' END \
             ELSE \"{column}\"::text END"
        ),
    };
    format!("coalesce({text}, '{NONE}')")
}

/// The rows of every table, in the order of their text.
pub(super) fn tables(conn: &mut AnyConn) -> BTreeMap<String, Vec<Row>> {
    let backend = conn.backend();
    let char = match backend {
        Backend::Sqlite => "char(31)",
        Backend::Postgres => "chr(31)",
    };
    let mut all = BTreeMap::new();
    for table in names(conn) {
        let columns = columns(conn, &table);
        let cells: Vec<String> = columns.iter().map(|column| cell(backend, column)).collect();
        let together = cells.join(&format!(" || {char} || "));
        let mut rows = lines(conn, &format!("SELECT {together} AS line FROM \"{table}\""));
        rows.sort();
        let rows = rows.iter().map(|line| {
            let cells = line.split(SEPARATOR).map(str::to_owned);
            columns.iter().cloned().zip(cells).collect()
        });
        all.insert(table, rows.collect());
    }
    all
}
