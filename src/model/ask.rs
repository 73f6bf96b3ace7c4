//! What the people of the office ask, and the commands this becomes.

use chrono::NaiveDate;
use domain::{Fen, OrderId, Period, RunId};
use ledger::{
    Action, Actor, Award, Books, Command, Component, Digest, Grant, Line, Order, OrderKind,
    OrderLine, PaymentReceipt, Role, RunAwards,
};

/// What the one line has, fen.
pub(crate) const GRANTED_FEN: i64 = 100;

/// What each run awards, fen: one of them, not both.
pub(crate) const AWARD_FEN: i64 = 60;

/// What is withheld of the first run, fen.
const WITHHELD_FEN: i64 = 20;

/// A run, by the month it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Run {
    /// About January, to the first department.
    January,
    /// About February, to the second.
    February,
}

impl Run {
    /// Both.
    pub const ALL: [Self; 2] = [Self::January, Self::February];

    /// Its id.
    pub fn id(self) -> RunId {
        RunId::new(format!("{self:?}"))
    }

    fn awards(self) -> RunAwards {
        let award = Award {
            department: format!("D{}", self as u8).as_str().into(),
            line: line(),
            component: Component::Reward,
            amount_fen: Fen::new(AWARD_FEN),
            unfunded_fen: Fen::ZERO,
            cite: "规则包第二十条".into(),
        };
        RunAwards {
            run: self.id(),
            period: Period::new(2026, 1 + self as u32).unwrap(),
            digest: Digest::of(format!("{self:?}").as_bytes()),
            lines: vec![award],
            claims: Vec::new(),
        }
    }
}

/// A batch of payments of what the first run owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Batch {
    /// All of it.
    Whole,
    /// A part, by another clerk.
    Part,
    /// What is left, as often as it takes.
    Rest(u8),
}

impl Batch {
    /// Its number.
    pub fn id(self) -> OrderId {
        format!("{self:?}").as_str().into()
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Person {
    /// The monthly run.
    Robot,
    /// An assessor.
    Zhang,
    /// An assessor who sits in finance too: one person with two offices.
    Wang,
    /// A clerk of finance.
    Li,
    /// Another.
    Zhao,
}

impl Person {
    fn act_as(self, role: Role) -> Actor {
        Actor::new(format!("{self:?}"), role)
    }
}

/// Something asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ask {
    /// Calculate a run, again where it was withdrawn.
    Calculate(Run),
    /// Put it forward.
    Submit(Run, Person),
    /// Approve it.
    Approve(Run, Person),
    /// Send it back.
    Reject(Run),
    /// Withdraw it, approved or not.
    Void(Run, Person),
    /// Defer a part of what the first run owes.
    Withhold,
    /// End the deferral.
    Unhold,
    /// Propose a batch.
    Propose(Batch, Person),
    /// Approve it.
    ApproveBatch(Batch, Person),
    /// Refuse it.
    RefuseBatch(Batch, Person),
    /// Hand in the treasury's receipt.
    Confirm(Batch),
    /// Hand in the treasury's notice of return.
    Return(Batch),
}

impl Ask {
    /// All that anybody may ask at any time about the runs and the batches.
    pub fn all(runs: &[Run], batches: &[Batch]) -> Vec<Self> {
        let runs = runs.iter().flat_map(|run| {
            let run = *run;
            [
                Self::Calculate(run),
                Self::Submit(run, Person::Zhang),
                Self::Submit(run, Person::Wang),
                Self::Approve(run, Person::Wang),
                Self::Approve(run, Person::Li),
                Self::Reject(run),
                Self::Void(run, Person::Li),
            ]
        });
        let batches = batches.iter().flat_map(|batch| {
            let batch = *batch;
            let clerk = if batch == Batch::Part {
                Person::Zhao
            } else {
                Person::Li
            };
            [
                Self::Propose(batch, clerk),
                Self::ApproveBatch(batch, Person::Li),
                Self::ApproveBatch(batch, Person::Zhao),
                Self::RefuseBatch(batch, Person::Zhao),
            ]
        });
        let rest = [Self::Withhold, Self::Unhold];
        runs.chain(batches).chain(rest).collect()
    }

    /// The command it becomes on these books; none where there is nothing to name in it yet.
    pub fn command(self, books: &Books) -> Option<Command> {
        let (actor, action) = match self {
            Self::Calculate(run) => {
                let awards = run.awards();
                let calculate = Action::CalculateRun {
                    awards,
                    effective_on: today(),
                };
                (Person::Robot.act_as(Role::System), calculate)
            }
            Self::Submit(run, by) => {
                let (run, digest) = (run.id(), run.awards().digest);
                (by.act_as(Role::Assessor), Action::SubmitRun { run, digest })
            }
            Self::Approve(run, by) => {
                let awards = run.awards();
                let approve = Action::ApproveRun {
                    run: run.id(),
                    digest: awards.digest,
                    control: awards.control().ok()?,
                    effective_on: today(),
                };
                (by.act_as(Role::Finance), approve)
            }
            Self::Reject(run) => {
                let reject = Action::RejectRun {
                    run: run.id(),
                    reason: "材料不全".into(),
                    effective_on: today(),
                };
                (Person::Li.act_as(Role::Finance), reject)
            }
            Self::Void(run, by) => {
                let void = Action::VoidRun {
                    run: run.id(),
                    reason: "数据有误".into(),
                    effective_on: today(),
                };
                (by.act_as(Role::Finance), void)
            }
            Self::Withhold | Self::Unhold => {
                let (accrual, amount_fen) = (owed_by_first(books)?, Fen::new(WITHHELD_FEN));
                let line = if self == Self::Withhold {
                    OrderLine::Withhold {
                        accrual,
                        amount_fen,
                    }
                } else {
                    OrderLine::Unhold {
                        accrual,
                        amount_fen,
                    }
                };
                propose(books, format!("{self:?}").as_str().into(), line, Person::Li)
            }
            Self::Propose(batch, by) => {
                let accrual = owed_by_first(books)?;
                let amount_fen = match batch {
                    Batch::Whole => Fen::new(AWARD_FEN),
                    Batch::Part => Fen::new(AWARD_FEN - WITHHELD_FEN),
                    Batch::Rest(_) => books.accrual(accrual)?.payable_fen(),
                };
                let line = OrderLine::Pay {
                    accrual,
                    amount_fen,
                };
                propose(books, batch.id(), line, by)
            }
            Self::ApproveBatch(batch, by) => {
                let known = books.order(&batch.id())?;
                let approve = Action::ApproveOrder {
                    order: batch.id(),
                    digest: known.digest,
                    control: known.control,
                    effective_on: today(),
                };
                (by.act_as(Role::Finance), approve)
            }
            Self::RefuseBatch(batch, by) => {
                let refuse = Action::RefuseOrder {
                    order: batch.id(),
                    digest: books.order(&batch.id())?.digest,
                    reason: "账号有误".into(),
                };
                (by.act_as(Role::Finance), refuse)
            }
            Self::Confirm(batch) => {
                let paper = paper(books, batch, "回单")?;
                (
                    Person::Robot.act_as(Role::System),
                    Action::ConfirmPayment(paper),
                )
            }
            Self::Return(batch) => {
                let paper = paper(books, batch, "退回")?;
                (
                    Person::Robot.act_as(Role::System),
                    Action::FailPayment(paper),
                )
            }
        };
        Some(Command::new(actor, action))
    }
}

/// An order of one line. One that is known already is put forward word for word.
fn propose(books: &Books, id: OrderId, line: OrderLine, by: Person) -> (Actor, Action) {
    let known = books.order(&id).map(|known| (*known.order).clone());
    let order = known.unwrap_or_else(|| Order {
        kind: line.order_kind(),
        rule: "tiaoli-809@1.0.0#withhold".into(),
        document: format!("郑财决〔2026〕{id}号"),
        reason: "考核结果运用".into(),
        lines: vec![line],
        id,
    });
    let propose = Action::ProposeOrder {
        order,
        effective_on: today(),
    };
    (by.act_as(Role::Finance), propose)
}

fn paper(books: &Books, batch: Batch, word: &str) -> Option<PaymentReceipt> {
    let order = &books.order(&batch.id())?.order;
    if order.kind != OrderKind::Pay {
        return None;
    }
    Some(PaymentReceipt {
        order: batch.id(),
        line: 0,
        receipt: format!("{word}{}", batch.id()),
        amount_fen: order.line(0)?.amount_fen(),
        effective_on: today(),
        memo: ledger::Words::default(),
    })
}

/// The accrual that the first run owes, while it does.
pub(crate) fn owed_by_first(books: &Books) -> Option<u64> {
    let run = Run::January.id();
    let mut own = books
        .accruals()
        .filter(|(_, own)| own.run.as_ref() == Some(&run));
    own.next().map(|(seq, _)| seq)
}

/// The line both runs draw on.
pub(crate) fn line() -> Line {
    Line {
        payer: "410000".into(),
        budget_year: 2026,
        budget_line: "2320300".into(),
        programme: "共享补偿".into(),
    }
}

fn today() -> NaiveDate {
    Period::new(2026, 3).unwrap().last_day()
}

/// What comes before all else: a month is opened, the line granted.
pub(crate) fn opening() -> [Command; 2] {
    let open = Action::OpenPeriod {
        period: Period::new(2026, 3).unwrap(),
    };
    let grant = Action::Appropriate(Grant {
        line: line(),
        amount_fen: Fen::new(GRANTED_FEN),
        document: "豫财〔2026〕1号".into(),
        effective_on: today(),
    });
    let robot = Person::Robot.act_as(Role::System);
    [
        Command::new(robot.clone(), open),
        Command::new(robot, grant),
    ]
}
