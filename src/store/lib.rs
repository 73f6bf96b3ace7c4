//! The only crate that knows SQL: Diesel over SQLite and PostgreSQL.
