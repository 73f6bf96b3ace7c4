//! Everything a database and a folder hold, as text, for comparison.

use std::fs;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Columns that tell when or by whom, not what: two equal results may differ in them.
const CLOCKS: [&str; 6] = [
    "imported_at",
    "created_at",
    "finished_at",
    "recorded_at",
    "published_at",
    "at",
];

/// What a query of one text column `line` gives on a SQLite file.
pub fn lines(database: &Path, sql: &str) -> Vec<String> {
    let mut conn = SqliteConnection::establish(&database.to_string_lossy()).unwrap();
    let rows: Vec<Line> = diesel::sql_query(sql).load(&mut conn).unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

/// The rows of every table of a SQLite file in the order of their text.
pub fn tables(database: &Path) -> String {
    let lines = |sql: &str| lines(database, sql);
    let names = lines(
        "SELECT name AS line FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
         AND name NOT IN ('__diesel_schema_migrations', 'sessions', 'users', 'jobs') ORDER BY name",
    );
    let mut text = String::new();
    for name in names {
        let columns = lines(&format!(
            "SELECT name AS line FROM pragma_table_info('{name}')"
        ));
        let shown: Vec<String> = columns
            .iter()
            .filter(|column| !CLOCKS.contains(&column.as_str()))
            .map(|column| format!("quote(\"{column}\")"))
            .collect();
        let rows = lines(&format!(
            "SELECT {} AS line FROM \"{name}\" ORDER BY 1",
            shown.join("||'|'||")
        ));
        text.push_str(&format!(
            "== {name}: {} rows\n{}\n",
            rows.len(),
            rows.join("\n")
        ));
    }
    text
}

/// The files below a folder, by path.
pub fn files(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Runs a statement on the database behind the program's back; how many rows it changed.
pub fn execute(database: &Path, sql: &str) -> usize {
    let mut conn = SqliteConnection::establish(&database.to_string_lossy()).unwrap();
    diesel::sql_query(sql).execute(&mut conn).unwrap()
}
