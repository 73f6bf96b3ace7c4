//! Clients and servers killed at any moment. A client works in a process of its own and tells, each
//! line on the disk before it goes on, what it is about to ask and what was answered. After the kill
//! nothing that was answered may be missing, what was asked last is there as a whole or not at all,
//! and asking it again does it once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ledger::leaf;

use super::client::{Client, Report};
use super::trial::random::{self, Small};
use super::*;
use crate::conn::{Access, Backend};
use crate::pool::Store;

/// Kills after which a history begins anew: the random commands run out of months and numbers.
const KILLS_A_HISTORY: u32 = 10;

/// Kills of clients on each database: in CI, and in the nightly mode.
fn kills() -> u32 {
    if oracle::is_nightly() { 250 } else { 30 }
}

/// Numbers that look random and are the same each time.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, below: u64) -> u64 {
        // Steele, Lea, Flood: SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below
    }

    fn step(&mut self) -> Small {
        let byte = |number: u64| u8::try_from(number).unwrap();
        let (what, who) = (byte(self.roll(256)), byte(self.roll(256)));
        (what, who, u16::try_from(self.roll(2_000)).unwrap())
    }
}

/// The command of a step on books, and the instant at which it is asked.
fn asked(books: &Books, step: Small) -> (Command, UtcMicros) {
    let (actor, action) = random::command(books, step);
    let now = 1_774_915_200_000_000 + i64::try_from(books.records()).unwrap();
    (by(actor, action), UtcMicros::new(now))
}

/// Failures of the database after which a client gives up.
const FAILURES_MAX: u32 = 3;

/// Commands after which it has done enough; it is killed long before that.
const TURNS_MAX: u32 = 60;

/// What the client does until it is killed, or its database has failed too often.
pub(super) fn work(store: &Store, life: u32, report: &mut Report) {
    let mut dice = Dice(u64::from(life) << 32);
    let mut failures = 0;
    for _ in 0..TURNS_MAX {
        if failures == FAILURES_MAX {
            return;
        }
        let Ok(books) = store.read(|conn| current_books(store, conn)) else {
            failures += 1;
            continue;
        };
        let (what, who, much) = dice.step();
        report.say(&format!("asks {} {what} {who} {much}", books.records()));
        let (command, now) = asked(&books, (what, who, much));
        match execute(store, &command, now, &signer()) {
            Ok(events) => match events.last() {
                Some(last) => {
                    let hash = leaf::event_hash(books.hash(), last);
                    report.say(&format!("done {} {hash}", last.seq));
                }
                None => report.say("done"),
            },
            Err(ExecuteError::Rejected(_)) => report.say("refused"),
            Err(ExecuteError::Store(fault)) => {
                let fault = fault.to_string().replace('\n', " ");
                report.say(&format!("failed {fault}"));
                failures += 1;
            }
            Err(ExecuteError::Damaged(fault) | ExecuteError::Unprovable(fault)) => {
                panic!("{fault}")
            }
        }
    }
}

/// How kills hit.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) kills: u32,
    pub(super) commands: u32,
    /// Commands that were asked and not answered, and how many of them were found done.
    pub(super) cut_off: u32,
    pub(super) found_done: u32,
}

/// What must be in the database, from what clients were told.
pub(super) struct Witness {
    pub(super) url: String,
    events: Vec<Event>,
    books: Books,
    pub(super) count: Count,
    /// What clients said of failures of the database.
    pub(super) faults: Vec<String>,
}

impl Witness {
    /// A witness of a new history on an empty database.
    pub(super) fn new(url: &str, count: Count) -> Self {
        let store = Store::open(url).unwrap();
        let now = UtcMicros::new(1_774_915_200_000_000);
        let events = execute_all(&store, &super::model::begun(), now, &signer()).unwrap();
        Self {
            url: url.to_owned(),
            books: Books::replay(&events).unwrap(),
            events,
            count,
            faults: Vec::new(),
        }
    }

    /// Reads the report of a client that is no more, compares the database with it, and asks again
    /// what was not answered. The store is opened as after a restart, and closed again.
    pub(super) fn inspect(&mut self, report: &str) {
        let mut open = None;
        // A line that was cut off was not acknowledged.
        let whole = report.rsplit_once('\n').map_or("", |(lines, _)| lines);
        for line in whole.lines().skip(1) {
            let (what, rest) = line.split_once(' ').unwrap_or((line, ""));
            match what {
                "asks" => {
                    let numbers: Vec<u64> =
                        rest.split(' ').map(|word| word.parse().unwrap()).collect();
                    if let Some((command, now)) = open.take() {
                        // It failed; what its client saw afterwards tells whether it was done.
                        let is_done = numbers[0] > self.books.records();
                        self.settle(&command, now, is_done);
                    }
                    assert_eq!(numbers[0], self.books.records(), "{line}");
                    let small = |at: usize| u8::try_from(numbers[at]).unwrap();
                    let step = (small(1), small(2), u16::try_from(numbers[3]).unwrap());
                    open = Some(asked(&self.books, step));
                    self.count.commands += 1;
                }
                "failed" => self.faults.push(rest.to_owned()),
                _ => {
                    let (command, now) = open.take().unwrap();
                    let before = self.books.clone();
                    let decided = ledger::decide_all(&before, std::slice::from_ref(&command), now);
                    assert_eq!(decided.is_err(), what == "refused", "{line}");
                    if let Ok(decided) = decided {
                        let told = decided.events.last().map_or(String::new(), |last| {
                            format!("{} {}", last.seq, leaf::event_hash(before.hash(), last))
                        });
                        assert_eq!(told, rest, "{line}");
                        self.take(decided);
                    }
                }
            }
        }
        let store = open_again(&self.url);
        // Whoever had the turn when it died has given it back.
        store.write_in_turn(|_| Ok::<_, StoreError>(())).unwrap();
        self.compare(&store, open);
    }

    fn take(&mut self, decided: ledger::Decided) {
        self.events.extend(decided.events);
        self.books = decided.books;
    }

    /// Takes note of a command that was not answered.
    fn settle(&mut self, command: &Command, now: UtcMicros, is_done: bool) {
        self.count.cut_off += 1;
        if is_done {
            self.count.found_done += 1;
            let decided = ledger::decide_all(&self.books, std::slice::from_ref(command), now);
            self.take(decided.expect("what was refused was recorded"));
        }
    }

    fn compare(&mut self, store: &Store, open: Option<(Command, UtcMicros)>) {
        let found = store.read(|conn| super::super::events(conn, 1)).unwrap();
        assert!(
            found.len() >= self.events.len(),
            "acknowledged records are lost"
        );
        let Some((command, now)) = open else {
            assert_eq!(found, self.events);
            return self.audit(store);
        };
        let is_done = found.len() > self.events.len();
        let expected = ledger::decide_all(&self.books, std::slice::from_ref(&command), now);
        self.settle(&command, now, is_done);
        assert_eq!(found, self.events, "{command:?} is half done");
        self.audit(store);
        let again = match execute(store, &command, now, &signer()) {
            Ok(events) => Ok(events),
            Err(ExecuteError::Rejected(rejection)) => Err(rejection),
            Err(other) => panic!("{other}: {command:?}"),
        };
        let told = expected.clone().map(|decided| decided.events);
        let told = if is_done { Ok(Vec::new()) } else { told };
        assert_eq!(again, told, "asked again: {command:?}");
        if let (false, Ok(decided)) = (is_done, expected) {
            self.take(decided);
        }
    }

    fn audit(&self, store: &Store) {
        let key = signer().verifier_key();
        let report = store.read(|conn| audit(conn, &key, None)).unwrap();
        assert_eq!(report.findings, vec![]);
        assert_eq!(report.records, u64::try_from(self.events.len()).unwrap());
        if store.backend() == Backend::Sqlite {
            let sound = store.read(|conn| {
                let rows = super::tables::lines(
                    conn,
                    "SELECT integrity_check AS line FROM pragma_integrity_check",
                );
                Ok::<_, StoreError>(rows)
            });
            assert_eq!(sound.unwrap(), ["ok"]);
        }
    }
}

/// Opens a database whose server may be recovering still.
fn open_again(url: &str) -> Store {
    for _ in 0..600 {
        match Store::open(url) {
            Err(StoreError::Connect { .. }) => std::thread::sleep(Duration::from_millis(50)),
            opened => return opened.unwrap(),
        }
    }
    panic!("the server does not come back");
}

/// Starts a client, strikes at a random moment, and has the witness look.
fn strike(witness: &mut Witness, folder: &Path, dice: &mut Dice, blow: impl FnOnce(&mut Client)) {
    let life = witness.count.kills;
    let report: PathBuf = folder.join(format!("life-{life}"));
    let mut client = Client::start(&witness.url, &format!("work {life}"), &report);
    if dice.roll(8) == 0 {
        // In the middle of connecting, or before.
        client.go();
        std::thread::sleep(Duration::from_millis(dice.roll(40)));
    } else {
        client.await_ready();
        client.go();
        client.await_lines(usize::try_from(dice.roll(25)).unwrap());
        // About as long as a commit takes.
        std::thread::sleep(Duration::from_micros(dice.roll(6_000)));
    }
    blow(&mut client);
    client.child.kill().unwrap();
    client.child.wait().unwrap();
    let complaint = client.complaint();
    assert!(!complaint.contains("panicked"), "{complaint}");
    witness.count.kills += 1;
    witness.inspect(&client.report());
}

db_test! {
    fn clients_killed_at_any_moment_lose_nothing_and_leave_nothing_half_done(db) {
        let folder = tempfile::tempdir().unwrap();
        let mut dice = Dice(4);
        let mut count = Count::default();
        let backend = db.store.backend();
        while count.kills < kills() {
            let db = TestDb::of(backend).unwrap();
            let mut witness = Witness::new(&db.url, count);
            for _ in 0..KILLS_A_HISTORY {
                strike(&mut witness, folder.path(), &mut dice, |_| {});
            }
            count = witness.count;
        }
        println!("{backend:?}: {count:?}");
        assert!(count.cut_off > count.kills / 4, "kills missed the work: {count:?}");
    }
}

/// The URL of a server that may be killed, and the shell command that stops it at once and starts it
/// again; `cargo xtask test --nightly` has one.
const SERVER: [&str; 2] = [
    "HENGXIANG_TEST_PG_CRASH_URL",
    "HENGXIANG_TEST_PG_CRASH_RESTART",
];

/// Kills of the server, in the nightly mode.
const SERVER_KILLS: u32 = 60;

fn shell(command: &str) {
    let output = std::process::Command::new("sh")
        .args(["-c", command])
        .output()
        .unwrap();
    assert!(output.status.success(), "{command}: {output:?}");
}

/// Ends the server processes of all clients by the signal that cannot be caught. The server takes
/// this for a crash, stops everything and recovers from its log.
fn kill_backends(url: &str) {
    let target = crate::target::Target::parse(url).unwrap();
    let mut conn = AnyConn::establish_to(&target, Access::ReadWrite).unwrap();
    let pids = super::tables::lines(
        &mut conn,
        "SELECT pid::text AS line FROM pg_stat_activity \
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
    if pids.is_empty() {
        return;
    }
    shell(&format!("kill -9 {}", pids.join(" ")));
    // The server has noticed when it takes this connection too.
    for _ in 0..6_000 {
        if conn.batch_execute("SELECT 1").is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the server goes on as if nothing had happened");
}

#[test]
fn servers_killed_at_any_moment_lose_nothing_and_leave_nothing_half_done() {
    let [Ok(server), Ok(restart)] = SERVER.map(std::env::var) else {
        println!(
            "{SERVER:?} are not set: no server was killed; `cargo xtask test --nightly` does it"
        );
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(5);
    let mut count = Count::default();
    while count.kills < SERVER_KILLS {
        let db = TestDb::postgres_at(&server, "");
        let mut witness = Witness::new(&db.url, count);
        for _ in 0..KILLS_A_HISTORY {
            strike(&mut witness, folder.path(), &mut dice, |client| {
                // A client that is connected loses its own server process, or all of the server.
                match client.report().len() {
                    0 => {}
                    length if length.is_multiple_of(2) => shell(&restart),
                    _ => kill_backends(&server),
                }
            });
        }
        count = witness.count;
    }
    println!("server: {count:?}");
    assert!(
        count.cut_off > count.kills / 4,
        "kills missed the work: {count:?}"
    );
}
