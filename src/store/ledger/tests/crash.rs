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
use crate::conn::Backend;
use crate::pool::Store;

/// Kills after which a history begins anew: the random commands run out of months and numbers.
const KILLS_A_HISTORY: u32 = 10;

/// Kills of clients on each database: in CI, and in the nightly mode.
fn kills() -> u32 {
    if oracle::is_nightly() { 250 } else { 30 }
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
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

/// What the client does until it is killed or its server is gone.
pub(super) fn work(store: &Store, life: u32, report: &mut Report) {
    let mut dice = Dice(u64::from(life) << 32);
    loop {
        let Ok(books) = store.read(|conn| current_books(store, conn)) else {
            return;
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
            // A server that goes away says so in many ways.
            Err(ExecuteError::Store(_)) => return,
            Err(ExecuteError::Damaged(fault) | ExecuteError::Unprovable(fault)) => {
                panic!("{fault}")
            }
        }
    }
}

/// How kills hit.
#[derive(Debug, Default)]
struct Count {
    kills: u32,
    commands: u32,
    /// Commands that were asked and not answered, and how many of them were found done.
    cut_off: u32,
    found_done: u32,
}

/// What must be in the database, from what clients were told.
struct Witness {
    url: String,
    events: Vec<Event>,
    books: Books,
    count: Count,
}

impl Witness {
    /// A witness of a new history on an empty database.
    fn new(url: &str, count: Count) -> Self {
        let store = Store::open(url).unwrap();
        let now = UtcMicros::new(1_774_915_200_000_000);
        let events = execute_all(&store, &super::model::begun(), now, &signer()).unwrap();
        Self {
            url: url.to_owned(),
            books: Books::replay(&events).unwrap(),
            events,
            count,
        }
    }

    /// Reads a dead client's report, compares the database with it, and asks again what was not
    /// answered. The store is opened as after a restart, and closed again.
    fn inspect(&mut self, report: &str) {
        let mut open = None;
        // A line that was cut off was not acknowledged.
        let whole = report.rsplit_once('\n').map_or("", |(lines, _)| lines);
        for line in whole.lines().skip(1) {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |at: usize| words[at].parse::<u64>().unwrap();
            if words[0] == "asks" {
                assert_eq!(number(1), self.books.records(), "{line}");
                let small = |at| u8::try_from(number(at)).unwrap();
                let step = (small(2), small(3), u16::try_from(number(4)).unwrap());
                open = Some(asked(&self.books, step));
                self.count.commands += 1;
                continue;
            }
            let (command, now) = open.take().unwrap();
            let decided = ledger::decide_all(&self.books, &[command], now);
            assert_eq!(decided.is_err(), words[0] == "refused", "{line}");
            if let Ok(decided) = decided {
                let last = decided.events.last();
                let hash = last.map(|event| leaf::event_hash(self.books.hash(), event).to_string());
                assert_eq!(hash.as_deref(), words.get(2).copied(), "{line}");
                self.events.extend(decided.events);
                self.books = decided.books;
            }
        }
        let store = Store::open(&self.url).unwrap();
        // Whoever had the turn when it died has given it back.
        store.write_in_turn(|_| Ok::<_, StoreError>(())).unwrap();
        self.compare(&store, open);
    }

    fn compare(&mut self, store: &Store, open: Option<(Command, UtcMicros)>) {
        let found = store.read(|conn| super::super::events(conn, 1)).unwrap();
        let acknowledged = self.events.len();
        assert!(found.len() >= acknowledged, "acknowledged records are lost");
        let Some((command, now)) = open else {
            assert_eq!(found, self.events);
            return self.audit(store);
        };
        let decided = ledger::decide_all(&self.books, std::slice::from_ref(&command), now);
        self.count.cut_off += 1;
        let is_done = found.len() > acknowledged;
        if is_done {
            self.count.found_done += 1;
            let decided = decided.as_ref().expect("what was refused was recorded");
            self.events.extend(decided.events.iter().cloned());
        }
        assert_eq!(found, self.events, "{command:?} is half done");
        self.audit(store);
        let again = match execute(store, &command, now, &signer()) {
            Ok(events) => Ok(events),
            Err(ExecuteError::Rejected(rejection)) => Err(rejection),
            Err(other) => panic!("{other}: {command:?}"),
        };
        let expected = decided.map(|decided| {
            self.books = decided.books;
            if is_done { Vec::new() } else { decided.events }
        });
        assert_eq!(again, expected, "asked again: {command:?}");
        self.events.extend(again.into_iter().flatten());
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
