//! A schema of its own on the test server, used without superuser rights, dropped at the end.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that names the PostgreSQL server of tests.
const PG_URL: &str = "HENGXIANG_TEST_PG_URL";

/// What stands between the fields of a row.
pub const fn separator() -> char {
    '\u{1f}'
}

/// A schema that vanishes with the value. Its owner is a role of the same name that may nothing but
/// own it.
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// A new schema; `None`, and a line that says so, without a test server.
    pub fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var(PG_URL) else {
            eprintln!(
                "{PG_URL} 未设置，未与 PostgreSQL 对照 (not set: not compared with PostgreSQL)"
            );
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hx_oracle_{}_{number}", std::process::id());
        let schema = Self { server, name };
        let name = &schema.name;
        schema
            .psql(
                "",
                &format!(
                    "CREATE ROLE {name} NOSUPERUSER NOCREATEDB NOCREATEROLE;\n\
                     CREATE SCHEMA {name} AUTHORIZATION {name};"
                ),
            )
            .unwrap();
        Some(schema)
    }

    /// Runs a script as the owner of the schema, in it; rows come back as lines, fields apart by
    /// [`separator`]. `Err` is what psql says of the first failure.
    pub fn run(&self, script: &str) -> Result<String, String> {
        let name = &self.name;
        self.psql(
            &format!("-c search_path={name} -c role={name} -c jit=off"),
            script,
        )
    }

    fn psql(&self, options: &str, script: &str) -> Result<String, String> {
        let separator = separator().to_string();
        let mut psql = Command::new("psql")
            .args(["-X", "-q", "-A", "-t", "-F", &separator])
            .args(["-v", "ON_ERROR_STOP=1", "-f", "-", &self.server])
            .env("PGOPTIONS", options)
            .env("PGCLIENTENCODING", "UTF8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The output is read while the script is written, or both sides would wait for each other.
        let mut stdin = psql.stdin.take().unwrap();
        let script = script.to_owned();
        let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
        let output = psql.wait_with_output().unwrap();
        // psql stops reading at the first failure, and then this pipe breaks.
        let written = writer.join().unwrap();
        if output.status.success() {
            written.unwrap();
            Ok(String::from_utf8(output.stdout).unwrap())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let name = &self.name;
        let dropped = self.psql(
            "",
            &format!("DROP SCHEMA {name} CASCADE; DROP OWNED BY {name}; DROP ROLE {name};"),
        );
        if let Err(reason) = dropped {
            eprintln!("schema {name} was not dropped: {reason}");
        }
    }
}
