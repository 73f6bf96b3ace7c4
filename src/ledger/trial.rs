//! A small set of books to try commands on, for the tests of this crate.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use chrono::NaiveDate;
use domain::{Fen, Period};

use crate::account::{Account, Line};
use crate::books::Books;
use crate::command::{Action, Actor, Award, Command, Grant, Role, RunAwards, Transfer};
use crate::decide::decide;
use crate::digest::Digest;
use crate::event::Event;
use crate::instant::UtcMicros;
use crate::kind::Component;
use crate::rejection::Rejection;

/// Books with all their events.
#[derive(Default)]
pub(crate) struct Trial {
    pub(crate) books: Books,
    pub(crate) events: Vec<Event>,
    pub(crate) now: i64,
}

impl Trial {
    /// Carries out a command; the number of events it led to.
    pub(crate) fn run(&mut self, actor: &Actor, action: Action) -> Result<usize, Rejection> {
        self.now += 1;
        let command = Command::new(actor.clone(), action);
        let events = decide(&self.books, &command, UtcMicros::new(self.now))?;
        for event in &events {
            self.books.apply(event).unwrap();
        }
        let count = events.len();
        self.events.extend(events);
        Ok(count)
    }

    /// What stands on an account, fen.
    pub(crate) fn fen(&self, account: &Account) -> i64 {
        self.books.balance(account).balance_fen.get()
    }

    /// Books with March open and ten thousand fen on each of two lines.
    pub(crate) fn funded() -> Self {
        let mut trial = Self::default();
        let open = Action::OpenPeriod {
            period: period("2026-03"),
        };
        trial.run(&robot(), open).unwrap();
        for which in 0..2 {
            let grant = Grant {
                line: line(which),
                amount_fen: Fen::new(10_000),
                document: format!("豫财〔2026〕{which}号"),
                effective_on: day(5),
            };
            trial.run(&finance(), Action::Appropriate(grant)).unwrap();
        }
        trial
    }

    /// Calculates, submits and approves a run.
    pub(crate) fn approve(&mut self, awards: &RunAwards) {
        self.run(&robot(), calculate(awards)).unwrap();
        self.run(&assessor(), submit(awards)).unwrap();
        self.run(&finance(), approve(awards)).unwrap();
    }
}

pub(crate) fn robot() -> Actor {
    Actor::new("monthly-run", Role::System)
}

pub(crate) fn assessor() -> Actor {
    Actor::new("zhang", Role::Assessor)
}

pub(crate) fn finance() -> Actor {
    Actor::new("li", Role::Finance)
}

pub(crate) fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// A day of March 2026.
pub(crate) fn day(of_march: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, of_march).unwrap()
}

pub(crate) fn line(which: u8) -> Line {
    Line {
        payer: "410000".into(),
        budget_year: 2026,
        budget_line: format!("23203{which:02}"),
        programme: "共享补偿".into(),
    }
}

/// The id of a department.
pub(crate) fn department(which: u8) -> domain::DepartmentId {
    format!("D{which}").as_str().into()
}

pub(crate) fn award(to: u8, from: u8, fen: i64, unfunded: i64) -> Award {
    Award {
        department: department(to),
        line: line(from),
        component: Component::Reward,
        amount_fen: Fen::new(fen),
        unfunded_fen: Fen::new(unfunded),
        cite: "规则包第二十条".into(),
    }
}

pub(crate) fn awards(run: &str, lines: Vec<Award>) -> RunAwards {
    RunAwards {
        run: domain::RunId::new(run),
        period: period("2026-03"),
        digest: Digest::of(run.as_bytes()),
        lines,
    }
}

pub(crate) fn calculate(awards: &RunAwards) -> Action {
    Action::CalculateRun {
        awards: awards.clone(),
        effective_on: day(31),
    }
}

pub(crate) fn submit(awards: &RunAwards) -> Action {
    Action::SubmitRun {
        run: awards.run.clone(),
        digest: awards.digest,
    }
}

pub(crate) fn approve(awards: &RunAwards) -> Action {
    Action::ApproveRun {
        run: awards.run.clone(),
        digest: awards.digest,
        control: awards.control().unwrap(),
        effective_on: day(31),
    }
}

pub(crate) fn reject(awards: &RunAwards) -> Action {
    Action::RejectRun {
        run: awards.run.clone(),
        reason: "材料不全".into(),
        effective_on: day(31),
    }
}

pub(crate) fn void(awards: &RunAwards) -> Action {
    Action::VoidRun {
        run: awards.run.clone(),
        reason: "数据有误".into(),
        effective_on: day(31),
    }
}

pub(crate) fn transfer(accrual: u64, fen: i64, key: &str) -> Transfer {
    Transfer {
        accrual,
        amount_fen: Fen::new(fen),
        document: "决定书1号".into(),
        memo: String::new(),
        effective_on: day(31),
        idempotency_key: key.into(),
    }
}
