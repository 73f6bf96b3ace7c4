//! The facts of a period: which rows, and the same bytes whatever the order and the database.

use domain::{Facts, canon};
use proptest::prelude::*;

use super::sample::{self, File, Rows, files, period};
use crate::db_test;
use crate::exchanges::View;
use crate::facts::load_facts;
use crate::testing::TestDb;

fn facts_of(db: &TestDb, files: &[File]) -> Facts {
    db.store
        .write(|conn| {
            for (name, rows) in files {
                sample::import(conn, name, rows)?;
            }
            Ok::<_, crate::StoreError>(())
        })
        .unwrap();
    db.store
        .read(|conn| load_facts(conn, period("2026-03")))
        .unwrap()
}

db_test! {
    fn only_rows_of_the_period_are_facts(db) {
        let facts = facts_of(db, &files());
        let ids = |facts: &Facts| -> Vec<String> {
            let mut ids: Vec<String> = Vec::new();
            ids.extend(facts.resources.iter().map(|row| row.code.to_string()));
            ids.extend(facts.requests.iter().map(|row| row.id.clone()));
            ids.extend(facts.corrections.iter().map(|row| row.id.clone()));
            ids.extend(facts.incidents.iter().map(|row| row.id.clone()));
            ids.extend(facts.feedback.iter().map(|row| row.id.clone()));
            ids.extend(facts.claims.iter().map(|row| row.id.clone()));
            ids.extend(facts.appropriations.iter().map(|row| row.document.clone()));
            ids
        };
        assert_eq!(
            ids(&facts),
            ["410100-1", "410100-2", "R1", "R2", "K1", "E1", "F1", "C1", "豫财1号"]
        );
        assert_eq!((facts.checks.len(), facts.safeguards.len()), (1, 2));
        assert_eq!((facts.judgements.len(), facts.measures.len()), (2, 1));
        assert_eq!((facts.jurisdictions.len(), facts.departments.len()), (3, 3));
    }

    fn messages_are_added_to_the_daily_rows(db) {
        let facts = facts_of(db, &files());
        let rows: Vec<_> = facts
            .usage
            .iter()
            .map(|row| (row.day.to_string(), row.consumer.to_string(), row.succeeded, row.bytes))
            .collect();
        // m1 counts once though three files tell of it; m2 and m3 make a day of their own.
        assert_eq!(
            rows,
            [
                ("2026-03-01".to_owned(), sample::B.to_owned(), 6, 5_200),
                ("2026-03-02".to_owned(), sample::B.to_owned(), 2, 390),
                ("2026-03-31".to_owned(), sample::B.to_owned(), 7, 7_000),
                ("2026-03-01".to_owned(), sample::C.to_owned(), 3, 3_000),
            ]
        );
    }

    fn batches_are_those_referred_to_by_digest(db) {
        let facts = facts_of(db, &files());
        let digests: Vec<_> = facts.batches.iter().map(|batch| &batch.sha256).collect();
        assert!(digests.is_sorted());
        // Registers have no lines; «日报-补.csv» says what «日报.csv» says, and one of them owns it.
        let names: Vec<_> = facts.batches.iter().map(|batch| batch.file_name.as_str()).collect();
        assert!(!names.contains(&"行政区划.csv") && names.contains(&"目录.xlsx"), "{names:?}");
        let shared = &facts.usage[3];
        let owner = &facts.batches[shared.source.batch as usize];
        let least = ["日报.csv", "日报-补.csv"]
            .into_iter()
            .min_by_key(|name| canon::sha256_hex(name.as_bytes()))
            .unwrap();
        assert_eq!((owner.file_name.as_str(), shared.source.line), (least, 2));
    }

    fn a_second_period_has_its_own_facts(db) {
        facts_of(db, &files());
        let april = db.store.read(|conn| load_facts(conn, period("2026-04"))).unwrap();
        assert_eq!(april.usage.len(), 2);
        assert_eq!(april.resources.len(), 3);
        assert_eq!(april.incidents.len(), 2);
        assert_eq!(april.appropriations.len(), 2);
        assert_eq!(april.claims, []);
    }
}

#[test]
fn both_databases_give_the_same_bytes() {
    let on_sqlite = canon::encode(&facts_of(&TestDb::sqlite(), &files()));
    let Some(postgres) = TestDb::postgres() else {
        return;
    };
    let mut reversed = files();
    reversed.reverse();
    assert_eq!(on_sqlite, canon::encode(&facts_of(&postgres, &reversed)));
    assert_eq!(
        canon::decode::<Facts>(&on_sqlite).unwrap(),
        facts_of(&TestDb::sqlite(), &files())
    );
}

/// Files that repeat each other's rows and tell of the same messages.
fn overlapping() -> Vec<File> {
    let message = |view| vec![sample::exchange("m1", view, "2026-03-01T01:00:00")];
    let mut all = files();
    for (name, view) in [
        ("client-2.json", View::Client),
        ("client-3.json", View::Client),
        ("both-2.json", View::Both),
        ("producer-2.json", View::Producer),
    ] {
        all.push((name, Rows::Exchanges(message(view))));
    }
    let rows = || Rows::Requests(vec![sample::request("R1", "2025-08-13")]);
    all.push(("申请-补.csv", rows()));
    all.push(("申请-再补.csv", rows()));
    all.retain(|file| !matches!(file.0, "client.json" | "producer.json" | "both.json"));
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_imports_gives_the_same_bytes(order in Just(overlapping()).prop_shuffle()) {
        let expected = canon::encode(&facts_of(&TestDb::sqlite(), &overlapping()));
        prop_assert!(expected == canon::encode(&facts_of(&TestDb::sqlite(), &order)));
    }
}
