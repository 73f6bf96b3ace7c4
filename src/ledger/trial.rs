//! A small set of books to try commands on, for the tests of this crate and of the store, which
//! includes this file.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![allow(dead_code, reason = "no crate's tests need all of it")]
#![allow(missing_docs, reason = "names say it; this is no interface")]

#[path = "trial/random.rs"]
pub mod random;
#[path = "trial/spoilt.rs"]
pub mod spoilt;

use chrono::NaiveDate;
use domain::{Fen, Period};
use ledger::{
    Account, Action, Actor, Award, Books, Command, Component, Contest, Digest, Event, Grant, Hash,
    Line, Order, OrderKind, OrderLine, PaymentReceipt, Rejection, Role, RunAwards, SALT_BYTES,
    UtcMicros, Words, decide,
};

/// Books with all their events.
#[derive(Default)]
pub struct Trial {
    pub books: Books,
    pub events: Vec<Event>,
    pub now: i64,
}

impl Trial {
    /// Carries out a command; the number of events it led to.
    pub fn run(&mut self, actor: &Actor, action: Action) -> Result<usize, Rejection> {
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
    pub fn fen(&self, account: &Account) -> i64 {
        self.books.balance(account).balance_fen.get()
    }

    /// Books with March open and ten thousand fen on each of two lines.
    pub fn funded() -> Self {
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
    pub fn approve(&mut self, awards: &RunAwards) {
        self.run(&robot(), calculate(awards)).unwrap();
        self.run(&assessor(), submit(awards)).unwrap();
        self.run(&finance(), approve(awards)).unwrap();
    }

    /// Record numbers of the accruals of a run, in order.
    pub fn accruals(&self, awards: &RunAwards) -> Vec<u64> {
        self.books.run(&awards.run).unwrap().accruals.clone()
    }

    /// Proposes an order and has another person approve it, where it needs that.
    pub fn order(&mut self, order: &Order) -> Result<(), Rejection> {
        self.order_on(order, day(31))
    }

    /// The same on a business date.
    pub fn order_on(&mut self, order: &Order, on: NaiveDate) -> Result<(), Rejection> {
        let text = order.reason.text().unwrap_or_default();
        let reason = Words::from(text).sealed(self.books.hash(), [1; SALT_BYTES]);
        let order = &Order {
            reason,
            ..order.clone()
        };
        self.run(&finance(), propose_on(order, on))?;
        if order.kind.needs_approval() {
            self.run(&checker(), approve_order_on(order, on))?;
        }
        Ok(())
    }

    /// Closes March and opens another month.
    pub fn turn_to(&mut self, month: &str) {
        let march = period("2026-03");
        if self.books.period(march) == Some(ledger::PeriodState::Open) {
            self.run(&finance(), Action::ClosePeriod { period: march })
                .unwrap();
        }
        let open = Action::OpenPeriod {
            period: period(month),
        };
        self.run(&finance(), open).unwrap();
    }
}

pub fn robot() -> Actor {
    Actor::new("monthly-run", Role::System)
}

pub fn assessor() -> Actor {
    Actor::new("zhang", Role::Assessor)
}

pub fn finance() -> Actor {
    Actor::new("li", Role::Finance)
}

/// A second person of finance.
pub fn checker() -> Actor {
    Actor::new("zhao", Role::Finance)
}

pub fn liaison() -> Actor {
    Actor::new("chen", Role::Liaison)
}

pub fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// A day of March 2026.
pub fn day(of_march: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, of_march).unwrap()
}

pub fn line(which: u8) -> Line {
    Line {
        payer: "410000".into(),
        budget_year: 2026,
        budget_line: format!("23203{which:02}"),
        programme: "共享补偿".into(),
    }
}

/// The id of a department.
pub fn department(which: u8) -> domain::DepartmentId {
    format!("D{which}").as_str().into()
}

pub fn award(to: u8, from: u8, fen: i64, unfunded: i64) -> Award {
    Award {
        department: department(to),
        line: line(from),
        component: Component::Reward,
        amount_fen: Fen::new(fen),
        unfunded_fen: Fen::new(unfunded),
        cite: "规则包第二十条".into(),
    }
}

pub fn awards(run: &str, lines: Vec<Award>) -> RunAwards {
    RunAwards {
        run: domain::RunId::new(run),
        period: period("2026-03"),
        digest: Digest::of(run.as_bytes()),
        lines,
        claims: Vec::new(),
    }
}

pub fn calculate(awards: &RunAwards) -> Action {
    Action::CalculateRun {
        awards: awards.clone(),
        effective_on: day(31),
    }
}

pub fn submit(awards: &RunAwards) -> Action {
    Action::SubmitRun {
        run: awards.run.clone(),
        digest: awards.digest,
    }
}

pub fn approve(awards: &RunAwards) -> Action {
    Action::ApproveRun {
        run: awards.run.clone(),
        digest: awards.digest,
        control: awards.control().unwrap(),
        effective_on: day(31),
    }
}

pub fn reject(awards: &RunAwards) -> Action {
    Action::RejectRun {
        run: awards.run.clone(),
        reason: told("材料不全"),
        effective_on: day(31),
    }
}

pub fn void(awards: &RunAwards) -> Action {
    Action::VoidRun {
        run: awards.run.clone(),
        reason: told("数据有误"),
        effective_on: day(31),
    }
}

/// Words behind a commitment, as the store puts them.
pub fn told(text: &str) -> Words {
    Words::from(text).sealed(Hash::Sha256, [1; SALT_BYTES])
}

/// An order of the kind of its lines.
pub fn order(id: &str, lines: Vec<OrderLine>) -> Order {
    Order {
        id: id.into(),
        kind: lines.first().map_or(OrderKind::Pay, OrderLine::order_kind),
        rule: "tiaoli-809@1.0.0#withhold".into(),
        document: format!("郑财决〔2026〕{id}号"),
        reason: told("考核结果运用"),
        lines,
    }
}

pub fn propose(order: &Order) -> Action {
    propose_on(order, day(31))
}

pub fn propose_on(order: &Order, effective_on: NaiveDate) -> Action {
    Action::ProposeOrder {
        order: order.clone(),
        effective_on,
    }
}

pub fn approve_order(order: &Order) -> Action {
    approve_order_on(order, day(31))
}

pub fn approve_order_on(order: &Order, effective_on: NaiveDate) -> Action {
    Action::ApproveOrder {
        order: order.id.clone(),
        digest: order.digest(),
        control: order.control().unwrap(),
        effective_on,
    }
}

pub fn refuse_order(order: &Order) -> Action {
    Action::RefuseOrder {
        order: order.id.clone(),
        digest: order.digest(),
        reason: told("账号有误"),
    }
}

/// The treasury's word about a line of a batch.
pub fn receipt(order: &Order, line: u32) -> PaymentReceipt {
    PaymentReceipt {
        order: order.id.clone(),
        line,
        receipt: format!("国库{}-{line}", order.id),
        amount_fen: order.line(line).unwrap().amount_fen(),
        effective_on: day(31),
        memo: Words::default(),
    }
}

pub fn pay(accrual: u64, fen: i64) -> OrderLine {
    OrderLine::Pay {
        accrual,
        amount_fen: Fen::new(fen),
    }
}

pub fn withhold(accrual: u64, fen: i64) -> OrderLine {
    OrderLine::Withhold {
        accrual,
        amount_fen: Fen::new(fen),
    }
}

pub fn contest(department: u8, accrual: u64, fen: i64) -> Contest {
    Contest {
        department: self::department(department),
        period: period("2026-03"),
        subject: "reply_on_time".into(),
        accrual: Some(accrual),
        contested_fen: Fen::new(fen),
        statement_sha256: Digest::of(b"grounds"),
        due_on: day(31),
    }
}
