//! The attacker's tools: the commands of an honest ledger told another way, all hashed and signed anew.

use diesel::connection::SimpleConnection;
use domain::{Fen, Period};
use ledger::merkle::Levels;
use ledger::{
    Action, Actor, BalanceProof, Body, Books, BundleParts, Charter, Checkpoint, Command, Event,
    Grant, Hash, Posted, Seal, SignedCheckpoint, StatementBundle, UtcMicros, leaf,
};

use super::super::trial::spoilt::spoilt;
use super::super::*;
use super::{Dice, through};

const BEGUN: i64 = 1_774_915_200_000_000;

/// What happened: three months, three departments, all closed.
pub(super) fn story() -> Vec<Command> {
    let mut teller = Teller::default();
    let found = Action::Found {
        hash: Hash::Sha256,
        blinding: ledger::Digest::of(b"dice"),
    };
    teller.tell(robot(), found);
    for command in opened() {
        teller.tell(command.actor, command.action);
    }
    let run = awards("2026-03-a", &[30_000, 7_000, 500]);
    teller.tell(robot(), calculate(&run));
    teller.tell(assessor(), submit(&run));
    teller.tell(finance(), approve(&run));
    let accruals = teller.books.run(&run.run).unwrap().accruals.clone();
    for (at, accrual) in accruals.iter().enumerate() {
        let hold = order(&format!("w{at}"), vec![withhold(*accrual, 40)]);
        teller.tell(finance(), trial::propose(&hold));
        let batch = order(&format!("p{at}"), vec![trial::pay(*accrual, 300)]);
        teller.tell(finance(), trial::propose(&batch));
        teller.tell(checker(), trial::approve_order(&batch));
        let paid = Action::ConfirmPayment(trial::receipt(&batch, 0));
        teller.tell(finance(), paid);
    }
    for (closed, next) in [("2026-03", "2026-04"), ("2026-04", "2026-05")] {
        teller.turn(closed, Some(next));
        for (at, accrual) in accruals.iter().enumerate() {
            let hold = order(&format!("w{next}-{at}"), vec![withhold(*accrual, 11)]);
            teller.tell(
                finance(),
                trial::propose_on(&hold, period(next).first_day()),
            );
        }
    }
    teller.turn("2026-05", None);
    teller.commands
}

#[derive(Default)]
struct Teller {
    books: Books,
    commands: Vec<Command>,
}

impl Teller {
    fn tell(&mut self, actor: Actor, action: Action) {
        let mut command = Command::new(actor, action);
        // With salts of the story's own, so that its records are the same wherever it is told.
        if let Some(words) = command.action.words_mut() {
            let salt = [u8::try_from(self.commands.len()).unwrap(); ledger::SALT_BYTES];
            *words = std::mem::take(words).sealed(Hash::Sha256, salt);
        }
        let now = UtcMicros::new(BEGUN);
        let decided = ledger::decide_all(&self.books, std::slice::from_ref(&command), now);
        self.books = decided.unwrap().books;
        self.commands.push(command);
    }

    fn turn(&mut self, closed: &str, next: Option<&str>) {
        let period = period(closed);
        self.tell(finance(), Action::ClosePeriod { period });
        if let Some(next) = next {
            let period = super::super::period(next);
            self.tell(finance(), Action::OpenPeriod { period });
        }
    }
}

/// The honest ledger in the hand of the attacker.
pub(super) struct Forger {
    commands: Vec<Command>,
    events: Vec<Event>,
    charter: Charter,
}

impl Forger {
    pub(super) fn new(commands: Vec<Command>) -> Self {
        let events = told(&timed(&commands));
        let charter = Books::replay(&events).unwrap().charter().clone();
        Self {
            commands,
            events,
            charter,
        }
    }

    pub(super) fn timed(&self) -> Vec<(&Command, UtcMicros)> {
        timed(&self.commands)
    }

    pub(super) fn events(&self) -> &[Event] {
        &self.events
    }

    pub(super) const fn charter(&self) -> &Charter {
        &self.charter
    }

    pub(super) const fn hash(&self) -> Hash {
        self.charter.hash()
    }

    /// The story with one command spoilt, or left out, and whatever follows from that.
    pub(super) fn rewritten(&self, dice: &mut Dice) -> Vec<Event> {
        let mut commands = self.commands.clone();
        let at = 1 + dice.below(commands.len() - 1);
        if dice.below(4) == 0 {
            commands.remove(at);
        } else {
            let how = u8::try_from(dice.below(256)).unwrap();
            commands[at] = spoilt(&commands[at], how);
        }
        told(&timed(&commands))
    }

    /// The records up to a place, and others behind it.
    pub(super) fn regrown(&self, left: usize, dice: &mut Dice) -> Vec<Event> {
        let mut events = self.events[..left].to_vec();
        let mut books = Books::replay(&events).unwrap();
        let grants = 1 + dice.below(2 * self.events.len());
        for which in 0..grants {
            let grant = Grant {
                line: line(0),
                amount_fen: Fen::new(5),
                document: format!("增补{which}"),
                effective_on: period("2026-03").last_day(),
            };
            let command = by(robot(), Action::Amend(grant));
            extend(
                &mut books,
                &mut events,
                &command,
                UtcMicros::new(BEGUN + 999_000_000),
            );
        }
        events
    }

    /// The story with a command slipped in among those of March.
    pub(super) fn slipped_in(&self, dice: &mut Dice) -> Vec<Event> {
        let mut commands = self.commands.clone();
        let grant = Grant {
            line: line(0),
            amount_fen: Fen::new(1 + i64::try_from(dice.below(500)).unwrap()),
            document: "补记".into(),
            effective_on: day(6),
        };
        let at = 3 + dice.below(10);
        commands.insert(at, by(finance(), Action::Amend(grant)));
        told(&timed(&commands))
    }

    /// The story with everything from a command on recorded earlier or later than it was.
    pub(super) fn recorded_earlier(&self, dice: &mut Dice) -> Vec<Event> {
        let at = 1 + dice.below(self.commands.len() - 1);
        let by = 1 + i64::try_from(dice.below(900_000)).unwrap();
        let mut timed = self.timed();
        for (_, now) in &mut timed[at..] {
            *now = UtcMicros::new(now.get() - by);
        }
        told(&timed)
    }

    /// How many records two tellings share.
    pub(super) fn common_prefix(&self, other: &[Event]) -> usize {
        let both = self.events.iter().zip(other);
        both.take_while(|(one, other)| one == other).count()
    }

    pub(super) fn levels(&self, events: &[Event]) -> Levels {
        let leaves = events
            .iter()
            .map(|event| leaf::event_hash(self.hash(), event));
        Levels::new(self.hash(), leaves.collect())
    }

    /// A checkpoint of the first records, under the stolen key.
    pub(super) fn signed(&self, events: &[Event], size: usize) -> SignedCheckpoint {
        let checkpoint = Checkpoint {
            origin: signer().name().to_owned(),
            size: u64::try_from(size).unwrap(),
            root: self.levels(events).root(size).unwrap(),
            hash: self.hash(),
        };
        checkpoint.sign(&signer())
    }

    /// The records about a department.
    pub(super) fn own(events: &[Event], which: u8) -> Vec<Event> {
        let own = events.iter().filter(|event| match &event.body {
            Body::Posted(posted) => {
                let named = posted.transaction.departments();
                named.contains(&department(which))
            }
            _ => false,
        });
        own.cloned().collect()
    }

    /// A bundle of lines, closed by a month's close with the balances of some department.
    pub(super) fn bundle(
        &self,
        which: u8,
        lines: &[Event],
        closing: Option<(Period, u8)>,
    ) -> StatementBundle {
        self.bundle_from(&self.events, which, lines, closing)
    }

    fn bundle_from(
        &self,
        events: &[Event],
        which: u8,
        lines: &[Event],
        closing: Option<(Period, u8)>,
    ) -> StatementBundle {
        let signed = self.signed(events, events.len());
        let closing = closing.map(|(month, whose)| self.close(month, whose));
        let parts = BundleParts {
            department: &department(which),
            certificates: Vec::new(),
            opening: None,
            lines,
            closing: closing
                .as_ref()
                .map(|(event, proof)| (event, proof.clone())),
            kept_size: Some(u64::try_from(self.events.len()).unwrap()),
            signed: &signed,
        };
        StatementBundle::new(parts, &self.levels(events)).unwrap()
    }

    fn close(&self, month: Period, whose: u8) -> (Event, BalanceProof) {
        let at = self.events.iter().position(
            |event| matches!(&event.body, Body::PeriodClosed { period, .. } if *period == month),
        );
        let close = self.events[at.unwrap()].clone();
        let books = Books::replay(&self.events[..at.unwrap()]).unwrap();
        let seal = Seal::new(books.charter(), close.seq, books.accounts()).unwrap();
        (close, seal.proof(&department(whose)).unwrap())
    }

    /// One of a department's transactions once more, behind the close of its month.
    pub(super) fn posted_in_a_closed_month(&self, which: u8, dice: &mut Dice) -> StatementBundle {
        let own = Self::own(&self.events, which);
        let books = Books::replay(&self.events).unwrap();
        // May is the month whose close the verifier sees last.
        let of_may: Vec<&Event> = own
            .iter()
            .filter(|event| match &event.body {
                Body::Posted(posted) => posted.transaction.period == through(),
                _ => false,
            })
            .collect();
        let mut late = of_may[dice.below(of_may.len())].clone();
        let Body::Posted(posted) = &late.body else {
            panic!("a transaction")
        };
        let marks = books.marks(&posted.transaction).unwrap();
        let transaction = std::sync::Arc::clone(&posted.transaction);
        late.body = Body::Posted(Posted { transaction, marks });
        late.seq = books.records() + 1;
        late.recorded_at = books.recorded_at();
        let mut events = self.events.clone();
        events.push(late.clone());
        let mut lines = own;
        lines.push(late);
        self.bundle_from(&events, which, &lines, Some((through(), which)))
    }

    /// A statement that changes a byte of a record, with or without the hash beside it.
    pub(super) fn flip_in_body(&self, seq: usize, dice: &mut Dice, hashed: bool) -> String {
        let mut bytes = leaf::event_bytes(&self.events[seq - 1]);
        let at = dice.below(bytes.len());
        bytes[at] ^= 1 + u8::try_from(dice.below(255)).unwrap();
        let leaf = if hashed {
            format!(", leaf_hash = x'{}'", self.hash().leaf(&bytes))
        } else {
            String::new()
        };
        let body = domain::canon::hex(&bytes);
        format!("UPDATE ledger_records SET body = x'{body}'{leaf} WHERE seq = {seq}")
    }
}

fn timed(commands: &[Command]) -> Vec<(&Command, UtcMicros)> {
    let times = (0..).map(|at| UtcMicros::new(BEGUN + 1_000_000 * at));
    commands.iter().zip(times).collect()
}

/// What follows from commands; those that are refused are passed over.
fn told(commands: &[(&Command, UtcMicros)]) -> Vec<Event> {
    let (mut books, mut events) = (Books::default(), Vec::new());
    for (command, now) in commands {
        extend(&mut books, &mut events, command, *now);
    }
    events
}

fn extend(books: &mut Books, events: &mut Vec<Event>, command: &Command, now: UtcMicros) {
    if let Ok(decided) = ledger::decide_all(books, std::slice::from_ref(command), now) {
        *books = decided.books;
        events.extend(decided.events);
    }
}

/// Puts other records in the place of all that the database has, by the door that honest ones come.
pub(super) fn rebuild(conn: &mut AnyConn, events: &[Event]) {
    let rules = mutation::triggers(conn);
    let drop = mutation::drop_triggers(conn);
    conn.batch_execute("BEGIN").unwrap();
    conn.batch_execute(&drop).unwrap();
    for table in mutation::TABLES {
        conn.batch_execute(&format!("DELETE FROM {table}")).unwrap();
    }
    // Whether a batch is whole is asked when it is sealed; a cut through one would be refused there.
    let of_seals = |rule: &mutation::Object| rule.sql.contains("INSERT ON checkpoints");
    let (at_seal, before): (Vec<_>, Vec<_>) = rules.into_iter().partition(of_seals);
    for rule in before {
        conn.batch_execute(&rule.sql).unwrap();
    }
    let hash = Books::replay(events).unwrap().hash();
    let mut head = Head::default();
    append::append(conn, hash, events, &mut head).unwrap();
    let last = events.last().unwrap().recorded_at;
    append::seal(conn, hash, &head.log, last, &signer()).unwrap();
    for rule in at_seal {
        conn.batch_execute(&rule.sql).unwrap();
    }
    conn.batch_execute("COMMIT").unwrap();
}
