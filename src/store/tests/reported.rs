//! Judgements: what a correction replaces is kept by the database itself.

use diesel::connection::SimpleConnection;

use super::sample::{self, Rows, judgement, period};
use crate::testing::TestDb;
use crate::{Backend, StoreError, Upserted, db_test, judgements};

fn import(db: &TestDb, name: &str, value: &str) -> Upserted {
    let rows = Rows::Judgements(vec![judgement("2026-03", "innovation", value)]);
    db.store
        .write(|conn| sample::import(conn, name, &rows))
        .unwrap()
}

fn counts(upserted: Upserted) -> (u64, u64, u64) {
    (upserted.new, upserted.changed, upserted.unchanged)
}

db_test! {
    fn a_correction_replaces_the_judgement_and_leaves_a_trace(db) {
        assert_eq!(counts(import(db, "一.csv", "7.5")), (1, 0, 0));
        // The same again is no correction, whichever file owns the row.
        assert_eq!(counts(import(db, "二.csv", "7.50")), (0, 0, 1));
        assert_eq!(counts(import(db, "三.csv", "8")), (0, 1, 0));
        assert_eq!(counts(import(db, "四.csv", "7.5")), (0, 1, 0));
        let (standing, replaced) = db
            .store
            .read(|conn| {
                let standing = judgements::of_period(conn, period("2026-03"))?;
                Ok::<_, StoreError>((standing, judgements::superseded(conn, period("2026-03"))?))
            })
            .unwrap();
        let values: Vec<String> = standing.iter().map(|one| one.value.to_string()).collect();
        assert_eq!(values, ["7.5"]);
        let replaced: Vec<(String, &str)> = replaced
            .iter()
            .map(|one| (one.judgement.value.to_string(), one.by.file_name.as_str()))
            .collect();
        assert_eq!(replaced, [("7.5".to_owned(), "三.csv"), ("8".to_owned(), "四.csv")]);
        let other = db.store.read(|conn| judgements::superseded(conn, period("2026-02")));
        assert_eq!(other.unwrap(), []);
    }

    fn judgements_and_their_traces_cannot_be_deleted_nor_left_unreasoned(db) {
        import(db, "一.csv", "7.5");
        import(db, "二.csv", "8");
        let mut attempts = vec![
            "DELETE FROM judgements",
            "DELETE FROM superseded_judgements",
            "UPDATE superseded_judgements SET value = '9'",
            "UPDATE judgements SET reason = ''",
            "UPDATE judgements SET assessor = ''",
        ];
        if db.store.backend() == Backend::Postgres {
            attempts.extend(["TRUNCATE judgements", "TRUNCATE superseded_judgements"]);
        }
        for attempt in attempts {
            let outcome = db.store.write(|conn| {
                conn.batch_execute(attempt)?;
                Ok::<_, StoreError>(())
            });
            assert!(
                matches!(&outcome, Err(StoreError::Refused { .. })),
                "{attempt}: {outcome:?}"
            );
        }
    }
}
