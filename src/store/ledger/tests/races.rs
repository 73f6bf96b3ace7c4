//! Clients that want the same thing at the same time: each on connections of its own, some in
//! processes of their own. An appropriation is never exceeded, and every race ends as if one of the
//! two had come first.

use std::sync::Barrier;
use std::time::Duration;

use ledger::{Contest, Order, Outcome, Ruling};

use super::client::{Client, Report};
use super::trial::{approve_order_on, contest, liaison, pay, propose_on, receipt, refuse_order};
use super::*;
use crate::pool::Store;

const CLIENTS: u32 = 16;

/// What the line has; see [`opened`].
const GRANTED_FEN: i64 = 100_000;

const NOW: UtcMicros = UtcMicros::new(1_774_915_200_123_456);

/// How many times in CI, and how many in the nightly mode.
fn times(in_ci: u32, nightly: u32) -> u32 {
    if oracle::is_nightly() { nightly } else { in_ci }
}

/// The answer of the books. Whatever else goes wrong is none.
fn ask(store: &Store, command: &Command) -> Result<Vec<Event>, Rejection> {
    match execute(store, command, NOW, &signer()) {
        Ok(events) => Ok(events),
        Err(ExecuteError::Rejected(rejection)) => Err(rejection),
        Err(other) => panic!("{other}: {command:?}"),
    }
}

fn amend(document: String, fen: i64, on: chrono::NaiveDate) -> Command {
    let grant = Grant {
        line: line(0),
        amount_fen: Fen::new(fen),
        document,
        effective_on: on,
    };
    by(finance(), Action::Amend(grant))
}

/// A month before March 2026.
fn months_back(count: u32) -> domain::Period {
    (0..count).fold(period("2026-03"), |month, _| month.prev())
}

/// One of the clients that take from one line, in a process of its own: cuts of the line, those that
/// are taken asked twice, and runs that are approved or rejected.
pub(super) fn spend(store: &Store, number: u32, count: u32, report: &mut Report) {
    for turn in 0..count {
        let amount = i64::from((number * 7919 + turn * 104_729 + 13) % 1_500) + 1;
        let taken = if turn.is_multiple_of(2) {
            let cut = amend(format!("调减{number}-{turn}"), -amount, day(9));
            let answer = ask(store, &cut);
            if answer.is_ok() {
                assert_eq!(ask(store, &cut), Ok(vec![]), "asked twice, taken once");
            }
            answer.map(|_| amount)
        } else {
            take_by_run(store, number, turn, count, amount)
        };
        match taken {
            Ok(amount) => report.say(&format!("took {amount}")),
            Err(Rejection::Overdraft { .. } | Rejection::Insufficient { .. }) => {
                report.say(&format!("refused {amount}"));
            }
            Err(other) => panic!("{other}"),
        }
    }
}

fn take_by_run(
    store: &Store,
    number: u32,
    turn: u32,
    count: u32,
    amount: i64,
) -> Result<i64, Rejection> {
    let to = u8::try_from(number).unwrap();
    let mut awards = trial::awards(&format!("n{number}-{turn}"), vec![award(to, 0, amount, 0)]);
    awards.period = months_back(number * count + turn);
    ask(store, &by(robot(), calculate(&awards)))?;
    if turn.is_multiple_of(3) {
        ask(store, &by(finance(), trial::reject(&awards)))?;
        return Ok(0);
    }
    ask(store, &by(assessor(), submit(&awards)))?;
    ask(store, &by(finance(), approve(&awards)))?;
    Ok(amount)
}

db_test! {
    fn sixteen_processes_never_exceed_one_appropriation(db) {
        run(db, &opened());
        let folder = tempfile::tempdir().unwrap();
        let demands = times(14, 150);
        let mut clients: Vec<Client> = (0..CLIENTS)
            .map(|number| {
                let report = folder.path().join(number.to_string());
                Client::start(&db.url, &format!("spend {number} {demands}"), &report)
            })
            .collect();
        clients.iter_mut().for_each(Client::await_ready);
        clients.iter_mut().for_each(Client::go);
        let (mut taken, mut refused, mut least_refused) = (0, 0_u32, i64::MAX);
        for line in clients.into_iter().flat_map(Client::end) {
            let (what, amount) = line.split_once(' ').unwrap();
            let amount: i64 = amount.parse().unwrap();
            if what == "took" {
                taken += amount;
            } else {
                refused += 1;
                least_refused = least_refused.min(amount);
            }
        }
        let events = db.store.read(|conn| super::super::events(conn, 1)).unwrap();
        let available = Account::Available(line(0));
        let stands: Vec<i64> = events
            .iter()
            .filter_map(|event| match &event.body {
                ledger::Body::Posted(posted) => Some(posted),
                _ => None,
            })
            .flat_map(ledger::Posted::postings)
            .filter(|posting| *posting.account == available)
            .map(|posting| posting.mark.balance_after_fen.get())
            .collect();
        assert!(stands.iter().all(|fen| (0..=GRANTED_FEN).contains(fen)));
        let left = *stands.last().unwrap();
        println!("{CLIENTS} processes took {taken} of {GRANTED_FEN} fen, {left} left, {refused} refusals");
        assert_eq!(taken + left, GRANTED_FEN);
        assert!(refused > CLIENTS, "the line was not contended for");
        assert!(left < 3_000 && least_refused <= 1_500);
        assert_eq!(audit_of(db, None).findings, vec![]);
    }
}

/// A database with two more connections to it, as two other processes have.
struct Ring<'a> {
    db: &'a TestDb,
    corners: [TestDb; 2],
}

impl<'a> Ring<'a> {
    fn new(db: &'a TestDb) -> Self {
        run(db, &opened());
        Self {
            db,
            corners: [TestDb::again(db), TestDb::again(db)],
        }
    }

    fn books(&self) -> Books {
        let store = &self.db.store;
        store.read(|conn| current_books(store, conn)).unwrap()
    }

    /// Has a run approved that owes the amount to a department; the number of its accrual.
    fn owe(&self, round: u32, amount: i64) -> u64 {
        let mut awards = trial::awards(&format!("r{round}"), vec![award(1, 0, amount, 0)]);
        awards.period = months_back(round);
        run(
            self.db,
            &[
                amend(format!("追加{round}"), amount, day(9)),
                by(robot(), calculate(&awards)),
                by(assessor(), submit(&awards)),
                by(finance(), approve(&awards)),
            ],
        );
        self.books().run(&awards.run).unwrap().accruals[0]
    }

    /// The same, with all of it in a batch that waits for its approval.
    fn batch(&self, round: u32, amount: i64) -> (u64, Order) {
        let accrual = self.owe(round, amount);
        let batch = order(&format!("p{round}"), vec![pay(accrual, amount)]);
        run(self.db, &[by(finance(), trial::propose(&batch))]);
        (accrual, batch)
    }

    /// The same, approved: the treasury is instructed.
    fn instructed(&self, round: u32, amount: i64) -> Order {
        let (_, batch) = self.batch(round, amount);
        run(self.db, &[by(checker(), trial::approve_order(&batch))]);
        batch
    }

    /// Lets two commands race again and again. Each round must end as the books say of one order or
    /// the other; over all rounds each order must have occurred.
    fn race(&self, mut pair: impl FnMut(&Self, u32) -> [Command; 2]) {
        let rounds = times(10, 200);
        let mut firsts = [0, 0];
        for round in 0..rounds {
            let commands = pair(self, round);
            let before = self.books();
            let found = self.at_once(&commands, round);
            let [one, other] = &commands;
            let [straight, crossed] = [[one, other], [other, one]].map(|ordered| {
                let (first, books) = answer(&before, ordered[0]);
                let (second, books) = answer(&books, ordered[1]);
                (first, second, books)
            });
            let now = self.books();
            let straight = (&straight.0, &straight.1, &straight.2);
            let crossed = (&crossed.1, &crossed.0, &crossed.2);
            let as_found = (&found[0], &found[1], &now);
            assert!(
                as_found == straight || as_found == crossed,
                "{found:?} of {commands:?} is no outcome of one after the other"
            );
            firsts[usize::from(as_found != straight)] += 1;
        }
        println!("{rounds} races, {firsts:?} won by each");
        assert!(firsts[0] > 0 && firsts[1] > 0, "{firsts:?}: no race");
        assert_eq!(audit_of(self.db, None).findings, vec![]);
    }

    /// Asks both at the same time, now the one and now the other a little earlier.
    fn at_once(&self, commands: &[Command; 2], round: u32) -> [Result<Vec<Event>, Rejection>; 2] {
        let start = Barrier::new(2);
        let pause = |late: bool| Duration::from_millis(if late { u64::from(round % 5) } else { 0 });
        let run = |corner: usize| {
            start.wait();
            std::thread::sleep(pause(round.is_multiple_of(2) == (corner == 0)));
            ask(&self.corners[corner].store, &commands[corner])
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(|| run(1));
            let one = run(0);
            [one, other.join().unwrap()]
        })
    }
}

/// What the books say, and the books after it.
fn answer(books: &Books, command: &Command) -> (Result<Vec<Event>, Rejection>, Books) {
    match ledger::decide_all(books, std::slice::from_ref(command), NOW) {
        Ok(decided) => (Ok(decided.events), decided.books),
        Err(rejection) => (Err(rejection), books.clone()),
    }
}

fn whole(accrual: u64, amount: i64) -> Contest {
    contest(1, accrual, amount)
}

db_test! {
    fn closing_a_period_against_posting_in_it(db) {
        let mut month = period("2026-03");
        Ring::new(db).race(|ring, round| {
            if round > 0 {
                month = month.next();
                run(ring.db, &[by(finance(), Action::OpenPeriod { period: month })]);
            }
            let close = by(finance(), Action::ClosePeriod { period: month });
            [close, amend(format!("追加{round}"), 10, month.last_day())]
        });
    }

    fn approving_a_run_against_amending_it(db) {
        Ring::new(db).race(|ring, round| {
            let [mut first, mut second] = [("r", 50), ("s", 60)].map(|(id, fen)| {
                trial::awards(&format!("{id}{round}"), vec![award(1, 0, fen, 0)])
            });
            (first.period, second.period) = (months_back(round), months_back(round));
            run(ring.db, &[by(robot(), calculate(&first)), by(assessor(), submit(&first))]);
            [by(finance(), approve(&first)), by(robot(), calculate(&second))]
        });
    }

    fn approving_a_raise_against_cutting_its_line(db) {
        let ring = Ring::new(db);
        let april = period("2026-04");
        run(db, &[
            by(finance(), Action::ClosePeriod { period: period("2026-03") }),
            by(finance(), Action::OpenPeriod { period: april }),
        ]);
        let on = april.last_day();
        ring.race(|ring, round| {
            run(ring.db, &[amend(format!("追加{round}"), 1_000, on)]);
            let free = ring.books().balance(&Account::Available(line(0))).balance_fen;
            let raise = order(&format!("j{round}"), vec![OrderLine::Raise {
                department: department(1),
                line: line(0),
                component: ledger::Component::Cost,
                for_period: period("2026-03"),
                amount_fen: free,
                cite: "规则包第二十条".into(),
            }]);
            run(ring.db, &[by(finance(), propose_on(&raise, on))]);
            let cut = amend(format!("调减{round}"), -free.get(), on);
            [by(checker(), approve_order_on(&raise, on)), cut]
        });
    }

    fn paying_against_disputing(db) {
        Ring::new(db).race(|ring, round| {
            let (accrual, batch) = ring.batch(round, 70);
            let open = Action::OpenAppeal {
                appeal: format!("a{round}").as_str().into(),
                contest: whole(accrual, 70),
                effective_on: day(31),
            };
            [by(checker(), trial::approve_order(&batch)), by(liaison(), open)]
        });
    }

    fn paying_against_the_end_of_a_dispute(db) {
        Ring::new(db).race(|ring, round| {
            let accrual = ring.owe(round, 80);
            let appeal: domain::AppealId = format!("a{round}").as_str().into();
            let open = Action::OpenAppeal {
                appeal: appeal.clone(),
                contest: whole(accrual, 80),
                effective_on: day(31),
            };
            run(ring.db, &[by(liaison(), open)]);
            let ruling = Ruling {
                outcome: Outcome::Withdrawn,
                cut_fen: Fen::ZERO,
                document: "撤回".into(),
                reason: trial::told("已核对"),
            };
            let end = Action::EndAppeal { appeal, ruling, effective_on: day(31) };
            let batch = order(&format!("p{round}"), vec![pay(accrual, 80)]);
            [by(finance(), trial::propose(&batch)), by(liaison(), end)]
        });
    }

    fn two_batches_for_one_accrual(db) {
        Ring::new(db).race(|ring, round| {
            let accrual = ring.owe(round, 90);
            ["p", "q"].map(|id| {
                let batch = order(&format!("{id}{round}"), vec![pay(accrual, 90)]);
                by(finance(), trial::propose(&batch))
            })
        });
    }

    fn approving_a_batch_against_refusing_it(db) {
        Ring::new(db).race(|ring, round| {
            let (_, batch) = ring.batch(round, 40);
            [by(checker(), trial::approve_order(&batch)), by(checker(), refuse_order(&batch))]
        });
    }

    fn voiding_a_run_against_paying_it(db) {
        Ring::new(db).race(|ring, round| {
            let (_, batch) = ring.batch(round, 30);
            let undo = Action::VoidRun {
                run: domain::RunId::new(format!("r{round}")),
                reason: trial::told("数据有误"),
                effective_on: day(31),
            };
            [by(checker(), trial::approve_order(&batch)), by(checker(), undo)]
        });
    }

    fn a_payment_confirmed_against_the_same_payment_failed(db) {
        Ring::new(db).race(|ring, round| {
            let paper = receipt(&ring.instructed(round, 60), 0);
            [Action::ConfirmPayment(paper.clone()), Action::FailPayment(paper)]
                .map(|action| by(finance(), action))
        });
    }

    fn the_same_command_twice_at_once(db) {
        Ring::new(db).race(|ring, round| {
            let paper = receipt(&ring.instructed(round, 20), 0);
            let confirm = by(robot(), Action::ConfirmPayment(paper));
            [confirm.clone(), confirm]
        });
    }

    fn the_same_key_with_two_bodies_at_once(db) {
        Ring::new(db).race(|_, round| {
            [5, 6].map(|fen| amend(format!("追加{round}"), fen, day(9)))
        });
    }
}
