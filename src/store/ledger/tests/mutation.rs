//! Mutation of the schema: every rule, check, key and unique index is taken away in turn, as the
//! database itself lists them, and then something succeeds that was refused before. An attack that
//! fails without its rule proves nothing; a rule without an attack is forgotten.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use ledger::{Declaration, Digest, OrderLine, Role, Step};

use super::attacks::{self, Target};
use super::*;
use crate::conn::{AnyConn, Backend};
use crate::ledger::trial::{approve_order, contest, liaison, pay, propose, receipt, refuse_order};

pub(super) const TABLES: [&str; 14] = [
    "ledger_records",
    "accounts",
    "txns",
    "postings",
    "period_events",
    "run_events",
    "order_events",
    "order_lines",
    "claim_events",
    "appeal_events",
    "charter_events",
    "texts",
    "erasures",
    "checkpoints",
];

#[derive(QueryableByName)]
pub(super) struct Object {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    pub(super) sql: String,
}

/// Objects of the ledger's tables, in order.
fn objects(conn: &mut AnyConn, sqlite: &str, postgres: &str) -> Vec<Object> {
    let query = match conn.backend() {
        Backend::Sqlite => sqlite,
        Backend::Postgres => postgres,
    };
    let all: Vec<Object> = sql_query(query).load(conn).unwrap();
    all.into_iter()
        .filter(|own| TABLES.contains(&own.table_name.as_str()))
        .collect()
}

/// The triggers, with the text that holds their rules.
pub(super) fn triggers(conn: &mut AnyConn) -> Vec<Object> {
    objects(
        conn,
        "SELECT name, tbl_name AS table_name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY 1",
        "SELECT tgname::text AS name, relname::text AS table_name, pg_get_functiondef(tgfoid) AS sql \
         FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid \
         WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace ORDER BY 1",
    )
}

/// Statements that drop every trigger, as an owner of the file would.
pub(super) fn drop_triggers(conn: &mut AnyConn) -> String {
    let all = triggers(conn);
    let drops: Vec<String> = all
        .iter()
        .map(|own| format!("DROP TRIGGER {};", own.name))
        .collect();
    drops.concat()
}

/// Something that refuses, and the statements that take it away.
#[derive(Default)]
struct Part {
    /// `trigger/message`, or the name of a constraint or index.
    name: String,
    /// What the database says when it refuses.
    says: String,
    /// Takes it away in the transaction of the attack, which is rolled back.
    remove: Vec<String>,
    /// Takes it away before, and puts it back after, where no transaction can.
    outside: Option<(String, String)>,
    /// An attack of its own, where its name does not find one.
    attack: Option<String>,
}

/// The rules of the triggers.
fn rules(conn: &mut AnyConn) -> Vec<Part> {
    let mut parts = Vec::new();
    let backend = conn.backend();
    for Object {
        name,
        table_name,
        sql,
    } in triggers(conn)
    {
        if name.contains("_no_") {
            let on = match backend {
                Backend::Sqlite => String::new(),
                Backend::Postgres => format!(" ON {table_name}"),
            };
            parts.push(Part {
                says: format!("append-only table {table_name}"),
                remove: vec![format!("DROP TRIGGER {name}{on}")],
                attack: Some(attacks::on_append_only(&name, &table_name)),
                name,
                outside: None,
            });
            continue;
        }
        for message in sql
            .split("'refused: ")
            .skip(1)
            .filter_map(|rest| rest.split('\'').next())
        {
            let (raised, instead) = match backend {
                Backend::Sqlite => (format!("raise(ABORT, 'refused: {message}')"), "1"),
                Backend::Postgres => (format!("RAISE EXCEPTION 'refused: {message}'"), "NULL"),
            };
            assert!(sql.contains(&raised), "{name}/{message}");
            let mut remove = vec![sql.replace(&raised, instead)];
            if backend == Backend::Sqlite {
                remove.insert(0, format!("DROP TRIGGER {name}"));
            }
            parts.push(Part {
                name: format!("{name}/{message}"),
                says: format!("refused: {message}"),
                remove,
                ..Part::default()
            });
        }
    }
    parts
}

/// The text with the condition of a check replaced by one that always holds.
fn without_check(sql: &str, name: &str) -> String {
    let named = |end: &str| sql.find(&format!("CONSTRAINT {name}{end}"));
    let at = named(" ").or(named("\n")).unwrap();
    let open = at + sql[at..].find('(').unwrap();
    let mut depth = 0;
    let length = sql[open..].find(|letter| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    format!("{}(1{}", &sql[..open], &sql[open + length.unwrap()..])
}

/// The checks of SQLite, which has no other way to take one away than its schema's own text.
fn sqlite_checks(conn: &mut AnyConn) -> Vec<Part> {
    let tables = objects(
        conn,
        "SELECT name, name AS table_name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
        "",
    );
    let rewrite = |table: &str, sql: &str| {
        format!(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = '{}' WHERE name = '{table}'; \
             PRAGMA writable_schema = RESET",
            sql.replace('\'', "''")
        )
    };
    let mut parts = Vec::new();
    for table in tables {
        let names = table.sql.split("CONSTRAINT ").skip(1);
        for name in names.filter_map(|rest| rest.split_whitespace().next()) {
            let without = without_check(&table.sql, name);
            parts.push(Part {
                name: name.to_owned(),
                says: name.to_owned(),
                outside: Some((
                    rewrite(&table.name, &without),
                    rewrite(&table.name, &table.sql),
                )),
                ..Part::default()
            });
        }
    }
    parts
}

/// The constraints and unique indexes of PostgreSQL. Keys that only a race meets are raced below.
fn postgres_constraints(conn: &mut AnyConn) -> Vec<Part> {
    let constraints = objects(
        conn,
        "",
        "SELECT conname::text AS name, relname::text AS table_name, contype::text AS sql \
         FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid \
         WHERE connamespace = current_schema()::regnamespace ORDER BY 1",
    );
    let indexes = objects(
        conn,
        "",
        "SELECT i.relname::text AS name, t.relname::text AS table_name, '' AS sql \
         FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_class t ON t.oid = indrelid \
         WHERE indisunique AND NOT indisprimary AND i.relnamespace = current_schema()::regnamespace \
         ORDER BY 1",
    );
    let constraints = constraints.into_iter().map(|own| {
        assert!(
            ["c", "p"].contains(&own.sql.as_str()),
            "{}: nobody attacks such",
            own.name
        );
        (
            format!(
                "ALTER TABLE {} DROP CONSTRAINT {}",
                own.table_name, own.name
            ),
            own.name,
        )
    });
    let indexes = indexes
        .into_iter()
        .map(|own| (format!("DROP INDEX {}", own.name), own.name));
    let all = constraints.chain(indexes);
    all.map(|(remove, name)| Part {
        says: name.clone(),
        remove: vec![remove],
        name,
        ..Part::default()
    })
    .collect()
}

/// Books in which everything waits for something: what the attacks are about.
fn booked(db: &TestDb) {
    let steps: Vec<Command> = {
        let mut run = trial::awards(
            "r1",
            vec![
                award(1, 0, 3_000, 1),
                award(1, 1, 700, 0),
                award(2, 0, 500, 2),
            ],
        );
        run.claims = vec!["c1".into()];
        let grant = |which: u8, fen: i64, document: &str| {
            let grant = Grant {
                line: line(which),
                amount_fen: Fen::new(fen),
                document: document.into(),
                effective_on: day(5),
            };
            by(robot(), Action::Appropriate(grant))
        };
        let mut steps = opened();
        steps.extend([
            grant(1, 10_000, "豫财〔2026〕2号"),
            grant(0, 7, "豫财〔2026〕9号"),
        ]);
        for (claim, accepted) in [("c1", Some(20)), ("c2", None), ("c3", Some(0))] {
            let declaration = Declaration {
                department: department(1),
                period: period("2026-03"),
                component: ledger::Component::Loss,
                declared_fen: Fen::new(30),
                evidence: vec![Digest::of(b"x")],
            };
            steps.push(by(
                liaison(),
                Action::DeclareClaim {
                    claim: claim.into(),
                    declaration,
                },
            ));
            if let Some(fen) = accepted {
                let (accepted_fen, reason) = (Fen::new(fen), trial::told("核减"));
                let claim = claim.into();
                steps.push(by(
                    assessor(),
                    Action::DecideClaim {
                        claim,
                        accepted_fen,
                        reason,
                    },
                ));
            }
        }
        steps.extend([
            by(robot(), calculate(&run)),
            by(assessor(), submit(&run)),
            by(finance(), approve(&run)),
        ]);
        steps
    };
    run(db, &steps);
    let books = db.store.read(books).unwrap();
    let accruals = books.run(&"r1".into()).unwrap().accruals.clone();
    // In the order of lines, then departments.
    let [first, third, second] = accruals[..] else {
        panic!("three accruals")
    };
    let granted = books
        .posted_under(&format!("appropriate/豫财〔2026〕9号/{}", line(0)))
        .unwrap();
    let undo = order(
        "v1",
        vec![OrderLine::Reverse {
            transaction: granted,
            amount_fen: Fen::new(7),
        }],
    );
    let (paid, waiting, dropped) = (
        order("p1", vec![pay(third, 100)]),
        order("p2", vec![pay(first, 10)]),
        order("p3", vec![pay(second, 10)]),
    );
    let open = |id: &str, fen| Action::OpenAppeal {
        appeal: id.into(),
        contest: contest(1, first, fen),
        effective_on: day(31),
    };
    let negotiate = Action::AdvanceAppeal {
        appeal: "a2".into(),
        step: Step::Negotiating,
        office: "市数据局".into(),
        due_on: day(31),
    };
    run(
        db,
        &[
            by(finance(), propose(&undo)),
            by(checker(), approve_order(&undo)),
            by(finance(), propose(&order("w1", vec![withhold(first, 100)]))),
            by(finance(), propose(&paid)),
            by(checker(), approve_order(&paid)),
            by(finance(), Action::ConfirmPayment(receipt(&paid, 0))),
            by(finance(), propose(&dropped)),
            by(checker(), refuse_order(&dropped)),
            by(finance(), propose(&waiting)),
            by(liaison(), open("a1", 50)),
            by(liaison(), open("a2", 0)),
            by(Actor::new("zhang", Role::Assessor), negotiate),
            certify(),
            by(assessor(), erase("核减")),
        ],
    );
}

/// A decision about what somebody wrote.
fn erase(text: &str) -> Action {
    Action::EraseWords {
        commitment: trial::told(text).commitment().unwrap(),
        document: "郑数删〔2026〕1号".into(),
    }
}

/// The root key certifies the key that signs anyway.
fn certify() -> Command {
    let root = Signer::new("hengxiang.example/root", &[1; 32]).unwrap();
    let certificate = ledger::Certificate {
        serial: 1,
        key: signer().verifier_key(),
    };
    let action = Action::CertifyKey {
        root: root.verifier_key(),
        certificate: certificate.sign(&root),
    };
    by(robot(), action)
}

/// Runs the attack in a transaction that is always taken back; what the database said.
fn attack(conn: &mut AnyConn, remove: &[String], sql: &str) -> Result<(), String> {
    conn.batch_execute("BEGIN").unwrap();
    for statement in remove {
        conn.batch_execute(statement).unwrap();
    }
    let outcome = conn.batch_execute(sql).map_err(|fault| fault.to_string());
    conn.batch_execute("ROLLBACK").unwrap();
    outcome
}

/// Keys that a single writer never meets: a trigger refuses first, which sees what is committed.
const RACED: [&str; 9] = [
    "ledger_records_pkey",
    "txns_pkey",
    "run_events_pkey",
    "order_events_pkey",
    "claim_events_pkey",
    "appeal_events_pkey",
    "charter_events_pkey",
    "erasures_pkey",
    "ix_period_events_seq",
];

db_test! {
    fn whatever_is_taken_out_of_the_schema_lets_something_pass(db) {
        booked(db);
        let mut conn = db.conn();
        if conn.backend() == Backend::Sqlite {
            // The setting that makes REPLACE fire delete triggers belongs to the connection.
            conn.batch_execute("PRAGMA recursive_triggers = OFF").unwrap();
        }
        let target = Target::of(&mut conn);
        let attacks = attacks::all(&target);
        let mut parts = rules(&mut conn);
        parts.extend(match conn.backend() {
            Backend::Sqlite => sqlite_checks(&mut conn),
            Backend::Postgres => postgres_constraints(&mut conn),
        });
        assert!(parts.len() > 80, "{} parts", parts.len());
        let mut faults = Vec::new();
        for part in parts.iter().filter(|part| !RACED.contains(&part.name.as_str())) {
            let found = attacks.iter().find(|(name, _)| *name == part.name);
            let Some(sql) = part.attack.as_ref().or(found.map(|(_, sql)| sql)) else {
                faults.push(format!("{}: nobody attacks it", part.name));
                continue;
            };
            match attack(&mut conn, &[], sql) {
                Err(message) if message.contains(&part.says) => {}
                other => faults.push(format!("{}: {other:?} to\n{sql}", part.name)),
            }
            if let Some((away, _)) = &part.outside {
                conn.batch_execute(away).unwrap();
            }
            if let Err(message) = attack(&mut conn, &part.remove, sql) {
                faults.push(format!("{}: taken away, yet {message} to\n{sql}", part.name));
            }
            if let Some((_, back)) = &part.outside {
                conn.batch_execute(back).unwrap();
            }
        }
        let unused = attacks.iter().filter(|(name, _)| !parts.iter().any(|part| part.name == *name));
        faults.extend(unused.map(|(name, _)| format!("{name}: attacks nothing")));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_eq!(audit_of(db, None).findings, vec![]);
    }

    fn insert_or_replace_changes_nothing(db) {
        booked(db);
        let mut conn = db.conn();
        if conn.backend() == Backend::Postgres {
            return;
        }
        conn.batch_execute("PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF").unwrap();
        for table in TABLES {
            let sql = format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1");
            let refused = attack(&mut conn, &[], &sql);
            assert!(refused.is_err(), "{table}");
        }
        let code = "INSERT OR REPLACE INTO accounts SELECT 77, code, account_group, guard FROM accounts WHERE id = 1";
        assert!(attack(&mut conn, &[], code).is_err());
    }
}

/// Two writers who both see the same last record: the key stops the second, and nothing but the key.
#[test]
fn a_key_stops_the_second_of_two_writers() {
    let races: [(&str, &str, &str); 9] = [
        ("ledger_records", "ledger_records_pkey", ""),
        ("txns", "txns_pkey", "posted"),
        ("run_events", "run_events_pkey", "run"),
        ("order_events", "order_events_pkey", "order"),
        ("claim_events", "claim_events_pkey", "claim"),
        ("appeal_events", "appeal_events_pkey", "appeal"),
        ("charter_events", "charter_events_pkey", "charter"),
        ("erasures", "erasures_pkey", "erased"),
        ("period_events", "ix_period_events_seq", "period_opened"),
    ];
    for (table, key, kind) in races {
        let Some(db) = TestDb::postgres() else { return };
        booked(&db);
        let (mut one, mut other) = (db.conn(), db.conn());
        let target = Target::of(&mut one);
        if !kind.is_empty() {
            one.batch_execute(&target.script().record(kind, "eve").sql)
                .unwrap();
        }
        let scripts = attacks::race(&target, table);
        let mut race = || {
            one.batch_execute("BEGIN").unwrap();
            one.batch_execute(&scripts[0]).unwrap();
            other
                .batch_execute("BEGIN; SET LOCAL lock_timeout = '200ms'")
                .unwrap();
            let second = other
                .batch_execute(&scripts[1])
                .map_err(|fault| fault.to_string());
            other.batch_execute("ROLLBACK").unwrap();
            one.batch_execute("ROLLBACK").unwrap();
            second
        };
        let stopped = race().expect_err(key);
        assert!(stopped.contains("lock timeout"), "{key}: {stopped}");
        let remove = if key.ends_with("_pkey") {
            format!("ALTER TABLE {table} DROP CONSTRAINT {key}")
        } else {
            format!("DROP INDEX {key}")
        };
        db.conn().batch_execute(&remove).unwrap();
        assert_eq!(race(), Ok(()), "{key} is not what stops the second");
    }
}
