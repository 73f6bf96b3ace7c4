//! The same files give the same result on PostgreSQL as on SQLite.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use crate::support::Office;

/// A database of its own on the test server, dropped at the end.
struct Database {
    server: String,
    name: String,
}

impl Database {
    fn new(server: String) -> Self {
        let name = format!("hengxiang_it_{}", std::process::id());
        let database = Self { server, name };
        database.server_does(&format!("CREATE DATABASE {}", database.name));
        database
    }

    fn server_does(&self, sql: &str) {
        PgConnection::establish(&self.server)
            .unwrap()
            .batch_execute(sql)
            .unwrap();
    }

    fn url(&self) -> String {
        let (front, _) = self.server.rsplit_once('/').unwrap();
        format!("{front}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.server_does(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

#[test]
fn postgres_and_sqlite_give_the_same_result() {
    let Ok(server) = std::env::var("HENGXIANG_TEST_PG_URL") else {
        eprintln!("HENGXIANG_TEST_PG_URL is not set: PostgreSQL is left to `cargo xtask test`");
        return;
    };
    let database = Database::new(server);
    let sqlite = Office::with_city();
    let postgres = Office::on(&database.url());
    for month in ["2026-01", "2026-02"] {
        let one = sqlite.json(&["run", "--period", month]);
        let other = postgres.json(&["run", "--period", month]);
        for key in ["run", "digests", "groups", "awarded_fen", "unfunded_fen"] {
            assert_eq!(one[key], other[key], "{month} {key}");
        }
        let id = one["run"].as_str().unwrap();
        assert_eq!(postgres.json(&["verify", "run", id])["sound"], true);
    }
    for office in [&sqlite, &postgres] {
        office.ok(&[
            "review", "--period", "2026-01", "--as", "assessor", "--submit",
        ]);
        office.ok(&[
            "review",
            "--period",
            "2026-01",
            "--as",
            "finance",
            "--approve",
        ]);
        assert_eq!(office.json(&["verify", "ledger"])["sound"], true);
    }
    let statement = ["ledger", "statement", "郑州市公安局"];
    assert_eq!(sqlite.json(&statement), postgres.json(&statement));
}
