//! The same files give the same result on PostgreSQL as on SQLite.

use crate::support::Office;
use crate::support::server::Database;

#[test]
fn postgres_and_sqlite_give_the_same_result() {
    let Some(database) = Database::new("months") else {
        return;
    };
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
