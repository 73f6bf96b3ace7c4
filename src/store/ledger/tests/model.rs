//! The database against a model in memory: random commands are carried out on plain books and on
//! both databases; every answer, every record and every row of every table must agree.

use ledger::{Books, CompactRange, leaf};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::*;
use crate::ledger::trial::random::{self, Small};

/// What the database should hold.
#[derive(Default)]
struct Model {
    books: Books,
    log: CompactRange,
    events: Vec<Event>,
    now: i64,
}

impl Model {
    /// Carries out a batch on the model and on the database.
    fn carry_out(&mut self, db: &TestDb, commands: &[Command]) {
        self.now += 7;
        let now = UtcMicros::new(1_774_915_200_000_000 + self.now);
        let expected = ledger::decide_all(&self.books, commands, now);
        let found = match execute_all(&db.store, commands, now, &signer()) {
            Ok(events) => Ok(events),
            Err(ExecuteError::Rejected(rejection)) => Err(rejection),
            // Nothing that the model decides may fail for another reason.
            Err(other) => panic!("{other}: {commands:?}"),
        };
        let expected = expected.map(|decided| {
            self.books = decided.books;
            decided.events
        });
        assert_eq!(found, expected, "{commands:?}");
        for event in expected.into_iter().flatten() {
            self.log.append(leaf::event_hash(self.books.hash(), &event));
            self.events.push(event);
        }
    }

    /// Compares everything.
    fn compare(&self, db: &TestDb) {
        let stored = db.store.read(|conn| super::super::events(conn, 1)).unwrap();
        assert_eq!(stored, self.events);
        assert_eq!(
            db.store
                .read(|conn| current_books(&db.store, conn))
                .unwrap(),
            self.books
        );
        assert_eq!(db.store.read(books).unwrap(), self.books);
        // Every row of every table is compared with what the records say it should be.
        let report = audit_of(db, None);
        assert_eq!(report.findings, vec![]);
        assert_eq!(report.root, self.log.root());
        self.compare_balances(db);
    }

    /// Every balance on a few days, as known at a few records, against plain addition.
    fn compare_balances(&self, db: &TestDb) {
        let days: Vec<chrono::NaiveDate> = [
            "2026-02-28",
            "2026-03-05",
            "2026-03-31",
            "2026-04-30",
            "2027-01-31",
        ]
        .iter()
        .map(|day| day.parse().unwrap())
        .collect();
        let last = self.books.records();
        for (account, _) in self.books.accounts() {
            for on in &days {
                for as_of in [0, last / 2, last] {
                    let added: i64 = self
                        .events
                        .iter()
                        .filter(|event| event.seq <= as_of)
                        .filter_map(|event| match &event.body {
                            ledger::Body::Posted(posted) => Some(&posted.transaction),
                            _ => None,
                        })
                        .filter(|own| own.effective_on <= *on)
                        .map(|own| own.amount_on(account).get())
                        .sum();
                    let found = db
                        .store
                        .read(|conn| balance(conn, account, *on, as_of))
                        .unwrap();
                    assert_eq!(found, Fen::new(added), "{account} {on} {as_of}");
                }
            }
        }
    }
}

/// Books with something owed already.
fn begun() -> Vec<Command> {
    let lines = (0..6)
        .map(|n| award(n % 3, n % 2, 100 * i64::from(n + 1), 7))
        .collect();
    let mut commands = opened();
    let grant = Grant {
        line: line(1),
        amount_fen: Fen::new(5_000),
        document: "豫财〔2026〕2号".into(),
        effective_on: day(5),
    };
    commands.push(by(robot(), Action::Appropriate(grant)));
    commands.extend(approved(&trial::awards("r9", lines)).into_iter().skip(2));
    commands
}

/// Batches of up to three commands. The later ones are chosen on the books before the batch, so that
/// some are refused and take the whole batch with them.
fn play(db: &TestDb, steps: &[Small]) {
    let mut model = Model::default();
    model.carry_out(db, &begun());
    for part in steps.chunks(3) {
        let size = 1 + usize::from(part[0].1 % 3);
        let batch: Vec<Command> = part
            .iter()
            .take(size)
            .map(|step| {
                let (actor, action) = random::command(&model.books, *step);
                by(actor, action)
            })
            .collect();
        model.carry_out(db, &batch);
    }
    model.compare(db);
}

/// How many random histories; more by `HENGXIANG_MODEL_CASES` in the nightly run.
fn cases() -> usize {
    let asked = std::env::var("HENGXIANG_MODEL_CASES")
        .ok()
        .and_then(|text| text.parse().ok());
    asked.unwrap_or(3)
}

db_test! {
    fn random_commands_leave_both_databases_as_the_model_says(db) {
        let mut runner = TestRunner::deterministic();
        let steps = prop::collection::vec((any::<u8>(), any::<u8>(), 0..2_000_u16), 150..250);
        play(db, &steps.new_tree(&mut runner).unwrap().current());
        for _ in 1..cases() {
            let steps = steps.new_tree(&mut runner).unwrap().current();
            match db.store.backend() {
                crate::conn::Backend::Sqlite => play(&TestDb::sqlite(), &steps),
                crate::conn::Backend::Postgres => play(&TestDb::postgres().unwrap(), &steps),
            }
        }
    }

    fn a_second_process_sees_what_the_first_appended_and_goes_on(db) {
        let other = TestDb::again(db);
        let mut model = Model::default();
        model.carry_out(db, &begun());
        let hold = order("w", vec![withhold(model.books.accruals().next().unwrap().0, 5)]);
        model.carry_out(&other, &[by(finance(), trial::propose(&hold))]);
        let free = order("u", vec![OrderLine::Unhold {
            accrual: model.books.accruals().next().unwrap().0,
            amount_fen: Fen::new(5),
        }]);
        model.carry_out(db, &[by(finance(), trial::propose(&free))]);
        model.compare(db);
        model.compare(&other);
    }

    fn what_is_kept_in_memory_is_not_believed_over_another_history(db) {
        let kept = db.store.clone();
        run(db, &begun());
        // Another history of the same length in the same database, as after a restored backup.
        let other = match db.store.backend() {
            crate::conn::Backend::Sqlite => TestDb::sqlite(),
            crate::conn::Backend::Postgres => TestDb::postgres().unwrap(),
        };
        let mut commands = begun();
        if let Action::Appropriate(grant) = &mut commands[1].action {
            grant.amount_fen = Fen::new(200_000);
        }
        run(&other, &commands);
        let head = kept.read(|conn| current_books(&kept, conn)).unwrap();
        let seen = other.store.read(|conn| current_books(&kept, conn)).unwrap();
        assert_ne!(head, seen);
        assert_eq!(seen, other.store.read(books).unwrap());
    }
}

/// A head that the checkpoint does not sign is refused, not worked with.
#[test]
fn books_that_differ_from_their_checkpoint_take_no_command() {
    let db = TestDb::sqlite();
    run(&db, &begun());
    let mut conn = db.conn();
    let drop = mutation::drop_triggers(&mut conn);
    conn.batch_execute(&drop).unwrap();
    conn.batch_execute("UPDATE checkpoints SET root_hash = zeroblob(32)")
        .unwrap();
    let fresh = TestDb::again(&db);
    let outcome = execute(&fresh.store, &opened()[0], UtcMicros::new(1), &signer());
    assert!(
        matches!(outcome, Err(ExecuteError::Damaged(_))),
        "{outcome:?}"
    );
}
