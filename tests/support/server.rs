//! A database of its own on the PostgreSQL server of the tests, dropped at the end.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

/// The database.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// A new one; `None`, with a word about it, where no server is named.
    pub fn new(what: &str) -> Option<Self> {
        let Ok(server) = std::env::var("HENGXIANG_TEST_PG_URL") else {
            eprintln!("HENGXIANG_TEST_PG_URL is not set: PostgreSQL is left to `cargo xtask test`");
            return None;
        };
        let name = format!("hengxiang_it_{what}_{}", std::process::id());
        let database = Self { server, name };
        database.server_does(&format!("CREATE DATABASE {}", database.name));
        Some(database)
    }

    fn server_does(&self, sql: &str) {
        PgConnection::establish(&self.server)
            .unwrap()
            .batch_execute(sql)
            .unwrap();
    }

    /// Its address.
    pub fn url(&self) -> String {
        let (front, _) = self.server.rsplit_once('/').unwrap();
        format!("{front}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.server_does(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
