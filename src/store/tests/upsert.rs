//! Imports: what is new, changed, unchanged; batches and their lists; the registry.

use domain::facts::{SourceLine, UsageDay};
use domain::{DepartmentId, ResourceCode};

use super::sample::{self, A, B, Rows, day, files, period, usage};
use crate::batches::{self, BatchCounts, RejectedLine, UnattributedLine};
use crate::exchanges::{self, View};
use crate::members::{self, MemberEntry, ServiceEntry};
use crate::testing::TestDb;
use crate::{StoreError, Upserted, catalogue, db_test, registry};

fn import(db: &TestDb, name: &str, rows: Rows) -> Upserted {
    db.store
        .write(|conn| sample::import(conn, name, &rows))
        .unwrap()
}

const fn upserted(new: u64, changed: u64, unchanged: u64) -> Upserted {
    Upserted {
        new,
        changed,
        unchanged,
    }
}

/// Enough rows for several statements, with days and departments that repeat.
fn many(count: u32, succeeded: u64) -> Vec<UsageDay> {
    (0..count)
        .map(|number| {
            let mut row = usage("2026-03-01", "410100-1", B, succeeded);
            row.day = day("2026-03-01") + chrono::Days::new(u64::from(number % 31));
            row.resource = ResourceCode::new(format!("410100-{}", number / 31));
            row.source.line = number + 2;
            row
        })
        .collect()
}

db_test! {
    fn rows_are_counted_as_new_changed_or_unchanged(db) {
        let mut rows = many(2_345, 5);
        assert_eq!(import(db, "one", Rows::Usage(rows.clone())), upserted(2_345, 0, 0));
        assert_eq!(import(db, "two", Rows::Usage(rows.clone())), upserted(0, 0, 2_345));
        for row in rows.iter_mut().skip(100).take(700) {
            row.failed += 1;
        }
        rows.extend(many(2_350, 5).drain(2_345..));
        assert_eq!(import(db, "three", Rows::Usage(rows)), upserted(5, 700, 1_645));
        let stored = db.store.read(|conn| crate::usage::daily(conn, period("2026-03"))).unwrap();
        assert_eq!(stored.len(), 2_350);
        assert_eq!(stored.iter().filter(|row| row.failed == 2).count(), 700);
    }

    fn a_key_twice_in_one_file_is_written_once_and_the_last_wins(db) {
        let rows = vec![
            usage("2026-03-01", "r", B, 1),
            usage("2026-03-01", "r", B, 1),
            usage("2026-03-01", "r", B, 9),
        ];
        assert_eq!(import(db, "one", Rows::Usage(rows)), upserted(1, 1, 1));
        let stored = db.store.read(|conn| crate::usage::daily(conn, period("2026-03"))).unwrap();
        assert_eq!(stored.iter().map(|row| row.succeeded).collect::<Vec<_>>(), [9]);
    }

    fn the_later_file_wins_and_owns_the_row(db) {
        let first = sample::request("R1", "2026-03-02");
        let mut second = first.clone();
        second.replied_on = Some(day("2026-03-09"));
        second.source.line = 40;
        import(db, "one", Rows::Requests(vec![first]));
        assert_eq!(import(db, "two", Rows::Requests(vec![second.clone()])), upserted(0, 1, 0));
        let stored = db.store
            .read(|conn| crate::requests::received(conn, day("2026-03-01"), day("2026-03-31")))
            .unwrap();
        second.source.batch = 2;
        assert_eq!(stored, [second]);
    }

    fn every_table_gives_back_what_was_written(db) {
        for (name, rows) in files() {
            let first = import(db, name, rows.clone());
            let second = import(db, &format!("{name} again"), rows);
            assert_eq!(second, upserted(0, 0, first.total()), "{name}");
        }
        let registry = db.store.read(registry::registry).unwrap();
        assert_eq!(registry.departments().count(), 3);
        let ended = registry.get(&DepartmentId::new(sample::C)).unwrap();
        assert_eq!(ended.successor, Some(DepartmentId::new(B)));
        assert_eq!(ended.valid.to, Some(day("2026-03-10")));
        let known = db.store.read(catalogue::known_resources).unwrap();
        assert_eq!(known.len(), 3);
        assert_eq!(known[0].provider, DepartmentId::new(A));
    }

    fn t1_the_two_logs_of_a_call_are_one_message(db) {
        let one = |view, at| Rows::Exchanges(vec![sample::exchange("m", view, at)]);
        let stored = |db: &TestDb| db.store
            .read(|conn| exchanges::exchanges(conn, period("2026-03"))).unwrap();
        import(db, "producer", one(View::Producer, "2026-03-01T01:00:01"));
        let done = import(db, "client", one(View::Client, "2026-03-01T01:00:00"));
        assert_eq!(done, upserted(0, 1, 0));
        let rows = stored(db);
        assert_eq!((rows.len(), rows[0].view, rows[0].response_bytes), (1, View::Both, 200));
        // Either log once more changes nothing.
        assert_eq!(import(db, "p2", one(View::Producer, "2026-03-01T01:00:01")), upserted(0, 0, 1));
        assert_eq!(import(db, "c2", one(View::Client, "2026-03-01T01:00:00")), upserted(0, 0, 1));
        // The same id more than a minute later is another call.
        import(db, "late", one(View::Producer, "2026-03-01T01:02:00"));
        assert_eq!(stored(db)[0].view, View::Producer);
    }

    fn a_file_is_imported_once(db) {
        db.store.write(|conn| sample::batch(conn, "目录.xlsx")).unwrap();
        let again = db.store.write(|conn| sample::batch(conn, "目录.xlsx"));
        assert!(
            matches!(&again, Err(StoreError::Conflict { constraint })
                if constraint.contains("batches") && constraint.contains("sha256")),
            "{again:?}"
        );
    }

    fn a_batch_keeps_its_counts_and_lists(db) {
        let rejects = vec![RejectedLine {
            line: 3,
            column: "更新周期".to_owned(),
            value: "每两\0日".to_owned(),
            code: "cycle".to_owned(),
            reason: "不认识".to_owned(),
            remedy: "改为每日".to_owned(),
        }; 1_201];
        let lost = vec![UnattributedLine {
            line: 9,
            what: "91110108MA01YBNX6A".to_owned(),
            reason: "未登记".to_owned(),
        }];
        let counts = BatchCounts {
            read: 5_000,
            upserted: upserted(3, 2, 1),
            rejected: 1_201,
            unattributed: 1,
            duplicates: 7,
        };
        let id = db.store.write(|conn| {
            let id = sample::batch(conn, "目录.xlsx")?;
            batches::add_rejects(conn, id, &rejects)?;
            batches::add_unattributed(conn, id, &lost)?;
            batches::set_counts(conn, id, &counts)?;
            Ok::<_, StoreError>(id)
        }).unwrap();
        db.store.read(|conn| {
            let digest = domain::canon::sha256_hex("目录.xlsx".as_bytes());
            let found = batches::find(conn, &digest)?.unwrap();
            assert_eq!((found.id, found.counts), (id, counts));
            assert_eq!(found.batch.imported_at, sample::at("2026-04-02T08:30:00.123456"));
            assert_eq!(batches::list(conn)?, [found]);
            assert_eq!(batches::find(conn, "00")?, None);
            let stored = batches::rejects(conn, id)?;
            assert_eq!((stored.len(), stored[1_200].value.as_str()), (1_201, "每两日"));
            assert_eq!(batches::unattributed(conn, id)?, lost);
            Ok::<_, StoreError>(())
        }).unwrap();
    }

    fn members_and_services_keep_their_defaults(db) {
        let member = |subsystem: Option<&str>, department: &str| MemberEntry {
            instance: "CN".to_owned(),
            class: "GOV".to_owned(),
            code: "00525203".to_owned(),
            subsystem: subsystem.map(str::to_owned),
            department: department.into(),
            source: SourceLine::default(),
        };
        let service = ServiceEntry {
            instance: "CN".to_owned(),
            class: "GOV".to_owned(),
            code: "00525203".to_owned(),
            subsystem: Some("s".to_owned()),
            service: "getHouse".to_owned(),
            resource: "410100-1".into(),
            source: SourceLine::default(),
        };
        let done = db.store.write(|conn| {
            let id = sample::batch(conn, "成员")?;
            let entries = [member(Some("s"), B), member(None, A)];
            let members = members::upsert_members(conn, id, &entries)?;
            Ok::<_, StoreError>((members, members::upsert_services(conn, id, std::slice::from_ref(&service))?))
        }).unwrap();
        assert_eq!(done, (upserted(2, 0, 0), upserted(1, 0, 0)));
        let stored = db.store.read(members::members).unwrap();
        let subsystems: Vec<_> = stored.iter().map(|entry| entry.subsystem.as_deref()).collect();
        assert_eq!(subsystems, [None, Some("s")]);
        assert_eq!(db.store.read(members::services).unwrap()[0].service, "getHouse");
    }

    fn impossible_values_are_refused_whole(db) {
        let huge = usage("2026-03-01", "r", B, 1);
        let huge = UsageDay { bytes: u64::MAX, ..huge };
        let rows = Rows::Usage(vec![usage("2026-03-01", "q", B, 1), huge]);
        let outcome = db.store.write(|conn| sample::import(conn, "x", &rows));
        assert!(matches!(outcome, Err(StoreError::OutOfRange { column: "size_bytes", .. })));
        let own = Rows::Usage(vec![usage("2026-03-01", "q", B, 1), usage("2026-03-01", "q", A, 1)]);
        let outcome = db.store.write(|conn| sample::import(conn, "x", &own));
        assert!(matches!(outcome, Err(StoreError::Refused { .. })), "{outcome:?}");
        assert_eq!(db.store.read(batches::list).unwrap(), []);
    }

    fn a_registry_that_does_not_fit_is_an_error(db) {
        let Some((name, Rows::Departments(rows))) = files().into_iter().nth(1) else {
            panic!("the second file holds departments");
        };
        import(db, name, Rows::Departments(rows));
        assert!(matches!(
            db.store.read(registry::registry),
            Err(StoreError::Registry(domain::RegistryError::UnknownJurisdiction { .. }))
        ));
    }
}
