//! The database against a model in memory: random commands are carried out on plain books and on
//! both databases; every answer, every record and every row of every table must agree. What fails is
//! shrunk to the shortest history that still does.

use std::collections::BTreeMap;

use ledger::{Books, CompactRange, leaf};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::tables::{Row, tables};
use super::told::Told;
use super::*;
use crate::ledger::trial::random::{self, Small};
use crate::ledger::trial::spoilt::spoilt;

/// What the database should hold.
#[derive(Default)]
struct Model {
    books: Books,
    log: CompactRange,
    events: Vec<Event>,
    now: i64,
}

impl Model {
    /// Carries out a batch on the model and on the databases; the number of events, if any hold it
    /// good.
    fn carry_out(&mut self, dbs: &[TestDb], commands: &[Command]) -> Option<usize> {
        self.now += 7;
        let now = UtcMicros::new(1_774_915_200_000_000 + self.now);
        let expected = ledger::decide_all(&self.books, commands, now);
        let expected = expected.map(|decided| {
            self.books = decided.books;
            decided.events
        });
        for db in dbs {
            let found = match execute_all(&db.store, commands, now, &signer()) {
                Ok(events) => Ok(events),
                Err(ExecuteError::Rejected(rejection)) => Err(rejection),
                // Nothing that the model decides may fail for another reason.
                Err(other) => panic!("{other}: {commands:?}"),
            };
            assert_eq!(found, expected, "{commands:?}");
        }
        let events = expected.ok()?;
        for event in &events {
            self.log.append(leaf::event_hash(self.books.hash(), event));
        }
        let count = events.len();
        self.events.extend(events);
        Some(count)
    }

    /// Compares everything: each database with the model, and all tables of one with the other's.
    fn compare(&self, dbs: &[TestDb]) {
        let told = Told::of(&self.events, self.books.hash());
        let mut first: Option<BTreeMap<String, Vec<Row>>> = None;
        for db in dbs {
            self.compare_one(db);
            let found = tables(&mut db.conn());
            told.compare(&found);
            if let Some(first) = &first {
                assert_eq!(first, &found, "all tables of both databases");
            }
            first = Some(found);
        }
    }

    fn compare_one(&self, db: &TestDb) {
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
        self.compare_statements(db);
    }

    /// Every department's statement of every range of months against what all its records make.
    fn compare_statements(&self, db: &TestDb) {
        let departments: std::collections::BTreeSet<_> = self
            .books
            .accounts()
            .filter_map(|(account, _)| account.department().cloned())
            .chain([department(99)])
            .collect();
        let months = ["2026-02", "2026-03", "2026-04", "2027-01"].map(period);
        for department in &departments {
            for from in months {
                for to in months.into_iter().filter(|to| from <= *to) {
                    let found = db
                        .store
                        .read(|conn| super::super::statement(conn, department, from, to))
                        .unwrap();
                    let expected = ledger::statement(department, &self.events, from, to);
                    assert_eq!(found, expected, "{department} {from} {to}");
                }
            }
        }
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
pub(super) fn begun() -> Vec<Command> {
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

/// A step of a history.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A new command.
    Fresh(Small),
    /// A command of before once more, word for word.
    Again(u16),
    /// A command of before under the same number, with something else in it.
    Spoilt(u16, u8),
}

impl Step {
    fn command(self, books: &Books, asked: &[Command]) -> Command {
        let earlier = |which: u16| &asked[usize::from(which) % asked.len()];
        match self {
            Self::Fresh(small) => {
                let (actor, action) = random::command(books, small);
                by(actor, action)
            }
            Self::Again(which) => earlier(which).clone(),
            Self::Spoilt(which, how) => spoilt(earlier(which), how),
        }
    }
}

/// Batches of one to three steps. Later commands of a batch are chosen on the books before it, so
/// that some are refused and take the whole batch with them.
fn histories() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = prop_oneof![
        12 => (any::<u8>(), any::<u8>(), 0..2_000_u16).prop_map(Step::Fresh),
        1 => any::<u16>().prop_map(Step::Again),
        2 => (any::<u16>(), any::<u8>()).prop_map(|(which, how)| Step::Spoilt(which, how)),
    ];
    let batch = prop_oneof![
        3 => prop::collection::vec(step.clone(), 1),
        1 => prop::collection::vec(step, 2..4),
    ];
    prop::collection::vec(batch, 40..120)
}

/// How often commands were taken, changed nothing, or were refused.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    taken: u32,
    idle: u32,
    refused: u32,
    records: u64,
}

/// Plays a history on the model and on the databases, and compares all of them with one another.
fn play(dbs: &[TestDb], history: &[Vec<Step>], count: &mut Count) {
    let mut model = Model::default();
    let mut asked = begun();
    model.carry_out(dbs, &asked);
    for batch in history {
        let batch: Vec<Command> = batch
            .iter()
            .map(|step| step.command(&model.books, &asked))
            .collect();
        match model.carry_out(dbs, &batch) {
            Some(0) => count.idle += 1,
            Some(_) => count.taken += 1,
            None => count.refused += 1,
        }
        asked.extend(batch);
    }
    count.records += model.books.records();
    model.compare(dbs);
}

/// A new database of each kind there is.
fn each_kind() -> Vec<TestDb> {
    let sqlite = Some(TestDb::sqlite());
    sqlite.into_iter().chain(TestDb::postgres()).collect()
}

/// How many random histories: so many that minutes pass in the nightly mode.
fn cases() -> u32 {
    if oracle::is_nightly() { 400 } else { 4 }
}

#[test]
fn random_histories_leave_both_databases_as_the_model_says() {
    let config = Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let count = std::cell::Cell::new(Count::default());
    let outcome = runner.run(&histories(), |history| {
        let mut sum = count.get();
        play(&each_kind(), &history, &mut sum);
        count.set(sum);
        Ok(())
    });
    let count = count.get();
    println!("{} histories on each database: {count:?}", cases());
    if let Err(fault) = outcome {
        panic!("{fault}");
    }
    let few = |count: u32| count < 5 * cases();
    assert!(
        !few(count.taken) && !few(count.idle) && !few(count.refused),
        "{count:?}"
    );
}

/// The comparison is worth what it sees: a change of any cell of the ledger's tables.
#[test]
fn a_change_of_any_cell_is_seen() {
    let db = TestDb::sqlite();
    let mut model = Model::default();
    let dbs = [db];
    model.carry_out(&dbs, &begun());
    let accrual = model.books.accruals().next().unwrap().0;
    let hold = order("w", vec![withhold(accrual, 5)]);
    model.carry_out(&dbs, &[by(finance(), trial::propose(&hold))]);
    let mut conn = dbs[0].conn();
    let drop = mutation::drop_triggers(&mut conn);
    conn.batch_execute(&drop).unwrap();
    let before = tables(&mut conn);
    let told = Told::of(&model.events, model.books.hash());
    told.compare(&before);
    let mut seen = 0;
    for table in before.keys().filter(|table| !before[*table].is_empty()) {
        for column in super::tables::columns(&mut conn, table) {
            conn.batch_execute(
                "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF; BEGIN",
            )
            .unwrap();
            let other = format!(
                "UPDATE {table} SET {column} = CASE typeof({column}) WHEN 'integer' THEN {column} + 1000 \
                 WHEN 'blob' THEN randomblob(32) WHEN 'null' THEN 7 ELSE {column} || 'x' END"
            );
            conn.batch_execute(&other).unwrap();
            assert_ne!(tables(&mut conn), before, "{table}.{column}");
            conn.batch_execute("ROLLBACK").unwrap();
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen} columns");
}

db_test! {
    fn a_second_process_sees_what_the_first_appended_and_goes_on(db) {
        let (one, other) = ([TestDb::again(db)], [TestDb::again(db)]);
        let mut model = Model::default();
        model.carry_out(&one, &begun());
        let hold = order("w", vec![withhold(model.books.accruals().next().unwrap().0, 5)]);
        model.carry_out(&other, &[by(finance(), trial::propose(&hold))]);
        let free = order("u", vec![OrderLine::Unhold {
            accrual: model.books.accruals().next().unwrap().0,
            amount_fen: Fen::new(5),
        }]);
        model.carry_out(&one, &[by(finance(), trial::propose(&free))]);
        model.compare(&one);
        model.compare(&other);
    }

    fn what_is_kept_in_memory_is_not_believed_over_another_history(db) {
        let kept = db.store.clone();
        run(db, &begun());
        // Another history of the same length in the same database, as after a restored backup.
        let other = TestDb::of(db.store.backend()).unwrap();
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
