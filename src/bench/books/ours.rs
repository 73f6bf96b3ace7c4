//! Our ledger in a database of its own, with everything on: decisions, triggers, Merkle log, a signed
//! checkpoint with every commit.

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use domain::{DepartmentId, Fen, Period};
use engine::reference::BigRational;
use ledger::{
    Account, Action, Actor, Award, Command, Component, Digest, Event, Grant, Line, Role, RunAwards,
    Signer, UtcMicros,
};
use store::Store;

use super::{Size, Task};
use crate::Failure;
use crate::contest::{Answer, Rival};

/// What a line has to give, fen.
const GRANT_FEN: i64 = 1_000_000_000_000;
/// What a single transaction moves, fen.
const SINGLE_FEN: i64 = 100;
/// The components awarded.
pub const COMPONENTS: [Component; 2] = [Component::Cost, Component::Reward];
/// The year of posting, all of whose months are open.
const YEAR: i32 = 2026;

/// A ledger that a round adds to.
pub struct Ours {
    store: Store,
    signer: Signer,
    task: Task,
    size: Size,
    rounds: i64,
    now: i64,
}

/// The department of a place.
pub fn department(place: usize) -> DepartmentId {
    format!("1141{place:05}5252034W").as_str().into()
}

fn line(place: usize) -> Line {
    Line {
        payer: "410000".into(),
        budget_year: YEAR,
        budget_line: format!("23203{place:02}"),
        programme: "共享补偿".into(),
    }
}

/// The last day but some of a month of the year, 2026-12-28 and before.
fn day(month: u32, day: u32) -> Result<NaiveDate, Failure> {
    NaiveDate::from_ymd_opt(YEAR, month, day).ok_or_else(|| "没有这一天 (no such day)".into())
}

impl Ours {
    /// A new ledger at the URL, its year opened and its lines granted.
    pub fn begin(url: &str, task: Task, size: Size) -> Result<Self, Failure> {
        let mut ours = Self {
            store: Store::create(url)?,
            signer: Signer::new("hengxiang.example/ledger", &[9; 32])?,
            task,
            size,
            rounds: 0,
            now: 1_774_915_200_000_000,
        };
        let open = (1..=12).filter_map(|month| Period::new(YEAR, month));
        let mut actions: Vec<Action> = open.map(|period| Action::OpenPeriod { period }).collect();
        for place in 0..size.lines {
            actions.push(Action::Appropriate(Grant {
                line: line(place),
                amount_fen: Fen::new(GRANT_FEN),
                document: format!("豫财〔2026〕{place}号"),
                effective_on: day(1, 5)?,
            }));
        }
        ours.carry_out(Role::System, actions)?;
        Ok(ours)
    }

    /// The store, to read from.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The key that checkpoints are signed with.
    pub const fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Number of records.
    pub fn records(&self) -> Result<u64, Failure> {
        Ok(self.store.read(store::ledger::record_count)?)
    }

    fn carry_out(&mut self, role: Role, actions: Vec<Action>) -> Result<Vec<Event>, Failure> {
        self.now += 1_000;
        let actor = Actor::new(role.code(), role);
        let commands = actions
            .into_iter()
            .map(|action| Command::new(actor.clone(), action));
        let commands: Vec<Command> = commands.collect();
        let now = UtcMicros::new(self.now);
        Ok(store::ledger::execute_all(
            &self.store,
            &commands,
            now,
            &self.signer,
        )?)
    }

    /// The awards of the round, about a month of its own.
    fn awards(&self) -> Result<RunAwards, Failure> {
        let months = YEAR * 12 - i32::try_from(self.rounds)?;
        let month = u32::try_from(months.rem_euclid(12) + 1)?;
        let period =
            Period::new(months.div_euclid(12), month).ok_or("没有这个月 (no such month)")?;
        let mut lines = Vec::with_capacity(self.size.awards());
        for to in 0..self.size.departments {
            for from in 0..self.size.lines {
                for component in COMPONENTS {
                    lines.push(Award {
                        department: department(to),
                        line: line(from),
                        component,
                        amount_fen: amount_fen(lines.len())?,
                        unfunded_fen: Fen::ZERO,
                        cite: "tiaoli-809#20".into(),
                    });
                }
            }
        }
        Ok(RunAwards {
            run: format!("{period}-a").as_str().into(),
            period,
            digest: Digest::of(period.to_string().as_bytes()),
            lines,
            claims: Vec::new(),
        })
    }

    /// A run calculated, submitted and approved: three commits.
    pub fn month(&mut self) -> Result<Duration, Failure> {
        self.rounds += 1;
        let awards = self.awards()?;
        let month = u32::try_from(self.rounds % 12)? + 1;
        let effective_on = day(month, u32::try_from(self.rounds % 28)? + 1)?;
        let (run, digest, control) = (awards.run.clone(), awards.digest, awards.control()?);
        let calculate = Action::CalculateRun {
            awards,
            effective_on,
        };
        let submit = Action::SubmitRun {
            run: run.clone(),
            digest,
        };
        let approve = Action::ApproveRun {
            run,
            digest,
            control,
            effective_on,
        };
        let start = Instant::now();
        self.carry_out(Role::System, vec![calculate])?;
        self.carry_out(Role::Assessor, vec![submit])?;
        self.carry_out(Role::Finance, vec![approve])?;
        Ok(start.elapsed())
    }

    /// Transactions of two legs, each committed alone.
    fn singles(&mut self) -> Result<Vec<Duration>, Failure> {
        self.rounds += 1;
        let mut times = Vec::with_capacity(self.size.calls);
        for call in 0..self.size.calls {
            let grant = Grant {
                line: line(0),
                amount_fen: Fen::new(SINGLE_FEN),
                document: format!("豫财〔2026〕{}-{call}号", self.rounds),
                effective_on: day(3, 31)?,
            };
            let start = Instant::now();
            self.carry_out(Role::Finance, vec![Action::Amend(grant)])?;
            times.push(start.elapsed());
        }
        Ok(times)
    }

    /// What the rounds have added to an account, each the same, fen.
    fn added(&self, account: &Account, before: i64, times: i64) -> Result<Answer, Failure> {
        let store = &self.store;
        let books = store.read(|conn| store::ledger::current_books(store, conn))?;
        let fen = (books.balance(account).balance_fen.get() - before).abs();
        Ok((BigRational::new(fen.into(), times.into()), 0))
    }
}

/// What the award of a place gives, fen.
pub fn amount_fen(place: usize) -> Result<Fen, Failure> {
    let place = i64::try_from(place)?;
    Ok(Fen::new(100 + place * 37 % 900))
}

impl Rival for Ours {
    fn round(&mut self) -> Result<Vec<Duration>, Failure> {
        match self.task {
            Task::Month => self.month().map(|time| vec![time]),
            Task::Single => self.singles(),
        }
    }

    fn answers(&mut self, first: usize) -> Result<Vec<Answer>, Failure> {
        match self.task {
            Task::Single => {
                let calls = self.rounds * i64::try_from(self.size.calls)?;
                Ok(vec![self.added(
                    &Account::Available(line(0)),
                    GRANT_FEN,
                    calls,
                )?])
            }
            Task::Month => (0..first)
                .map(|place| self.added(&Account::Payable(department(place)), 0, self.rounds))
                .collect(),
        }
    }
}

/// The answers that are right: what a round adds to the first departments, or a call to the line.
pub fn right(task: Task, size: Size) -> Result<Vec<Answer>, Failure> {
    let whole = |fen: i64| (BigRational::from_integer(fen.into()), 0);
    if task == Task::Single {
        return Ok(vec![whole(SINGLE_FEN)]);
    }
    let each = size.lines * COMPONENTS.len();
    (0..size.departments)
        .map(|to| {
            let places = to * each..(to + 1) * each;
            let sum: i64 = places
                .map(|at| amount_fen(at).map(Fen::get))
                .sum::<Result<_, _>>()?;
            Ok(whole(sum))
        })
        .collect()
}
