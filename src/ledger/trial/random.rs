//! Random commands: every kind there is, out of small numbers, on what the books hold, so that
//! commands meet, repeat and contradict one another.

use domain::{Fen, OrderId};
use ledger::{
    Action, Actor, Books, Declaration, Digest, OrderKind, OrderLine, OrderStage, Outcome, Payment,
    PeriodState, Recovery, Role, Ruling, Stage, Step,
};

use disputes::dispute;
use takeovers::{funding, transfer};

use super::*;

#[path = "disputes.rs"]
mod disputes;
#[path = "takeovers.rs"]
mod takeovers;

/// One step: what to do, with whom or what, how much.
pub type Small = (u8, u8, u16);

/// The command of a step.
pub fn command(books: &Books, step: Small) -> (Actor, Action) {
    let (what, who, _) = step;
    match what % 16 {
        0 => grant(books, step),
        1 => run(books, step),
        2 | 3 => proceed(books, who),
        4..9 => (maker(who), propose_some(books, step)),
        9..13 => decide_order(books, who),
        13 | 14 => treasury(books, step),
        _ if who.is_multiple_of(7) => erase(books, who),
        _ => dispute(books, step),
    }
}

/// Erases a text, or one that there never was.
fn erase(books: &Books, who: u8) -> (Actor, Action) {
    let mut texts = books.texts().map(|(commitment, _)| *commitment);
    let actor = if who.is_multiple_of(2) {
        assessor()
    } else {
        robot()
    };
    let action = Action::EraseWords {
        commitment: texts
            .nth(usize::from(who % 5))
            .unwrap_or_else(|| Digest::of(b"never written")),
        document: format!("删{}", who % 3),
    };
    (actor, action)
}

fn maker(who: u8) -> Actor {
    if who.is_multiple_of(11) {
        assessor()
    } else {
        finance()
    }
}

/// The months that are opened one after another; the last is of the next year.
const MONTHS: [&str; 3] = ["2026-03", "2026-04", "2027-01"];

/// The month that is open, the last once all are closed.
fn month(books: &Books) -> Period {
    let closed = |month: &Period| books.period(*month) == Some(PeriodState::Closed);
    let mut months = MONTHS
        .into_iter()
        .map(period)
        .filter(|month| !closed(month));
    months.next().unwrap_or_else(|| period(MONTHS[2]))
}

/// The day of posting.
fn today(books: &Books) -> chrono::NaiveDate {
    month(books).last_day()
}

fn grant(books: &Books, (what, who, much): Small) -> (Actor, Action) {
    let period = month(books);
    let grant = Grant {
        line: Line {
            budget_year: period.year(),
            ..line(who % 2)
        },
        amount_fen: Fen::new(i64::from(much) - 300),
        document: format!("文{}", who % 16),
        effective_on: today(books),
    };
    match what / 16 % 4 {
        0 => (finance(), Action::Appropriate(grant)),
        1 if who > 96 => (finance(), Action::ClosePeriod { period }),
        1 | 2 => (robot(), Action::OpenPeriod { period }),
        _ => (finance(), Action::Amend(grant)),
    }
}

fn run(books: &Books, (what, who, much): Small) -> (Actor, Action) {
    let lines = (0..who % 4)
        .map(|n| award(n, n % 2, i64::from(much) + i64::from(n), i64::from(n)))
        .collect();
    let mut run = awards(&format!("r{}", who % 3), lines);
    if what / 16 % 2 == 1 {
        run.claims = vec![format!("c{}", who % 4).as_str().into()];
    }
    run.period = if what / 32 % 3 == 1 {
        month(books)
    } else {
        run.period
    };
    let effective_on = today(books);
    (
        robot(),
        Action::CalculateRun {
            awards: run,
            effective_on,
        },
    )
}

/// Moves a run on: forward, mostly.
fn proceed(books: &Books, who: u8) -> (Actor, Action) {
    let effective_on = today(books);
    let all: Vec<_> = books.runs().collect();
    let Some((id, state)) = all.get(usize::from(who) % all.len().max(1)) else {
        return (
            robot(),
            Action::OpenPeriod {
                period: period("2026-03"),
            },
        );
    };
    let (run, digest, reason) = ((*id).clone(), state.digest, told("材料不全"));
    match (state.stage, who % 16) {
        (_, 0) => (
            finance(),
            Action::RejectRun {
                run,
                reason,
                effective_on,
            },
        ),
        (_, 1) => (
            finance(),
            Action::VoidRun {
                run,
                reason,
                effective_on,
            },
        ),
        (Stage::Calculated, _) => (assessor(), Action::SubmitRun { run, digest }),
        _ => {
            let control = state.control;
            (
                finance(),
                Action::ApproveRun {
                    run,
                    digest,
                    control,
                    effective_on,
                },
            )
        }
    }
}

/// Up to two lines of one kind about what is there.
fn propose_some(books: &Books, (what, who, much): Small) -> Action {
    let kind = OrderKind::ALL[usize::from(much) % OrderKind::ALL.len()].0;
    let mut accruals: Vec<u64> = books.accruals().map(|(seq, _)| seq).collect();
    // Those that the kind can move come first, mostly.
    if !who.is_multiple_of(8) {
        accruals.retain(|seq| books.movable(kind, *seq) > Fen::ZERO);
    }
    let pick = |n: usize| {
        accruals
            .get((usize::from(who) + n) % accruals.len().max(1))
            .copied()
    };
    let lines = (0..=usize::from(what / 16 % 2)).map(|n| {
        let seq = pick(n).unwrap_or(1);
        some_line(books, kind, seq, (what, who, much))
    });
    let id = format!("{}-{}", kind.code(), who % 24);
    Action::ProposeOrder {
        order: order(&id, lines.collect()),
        effective_on: today(books),
    }
}

fn some_line(books: &Books, kind: OrderKind, seq: u64, (what, who, much): Small) -> OrderLine {
    let all = books.movable(kind, seq);
    let part = Fen::new(i64::from(much % 97));
    // Now and then all of it, now and then a little more.
    let amount_fen = match what / 16 % 5 {
        _ if kind == OrderKind::Carry => all,
        0 => all,
        1 => all.checked_add(part).unwrap_or(all),
        _ => part,
    };
    let department = books
        .accrual(seq)
        .map_or(department(1), |own| own.department.clone());
    let level = "410100".into();
    let (accrual, fine) = (seq, who.is_multiple_of(7));
    match kind {
        OrderKind::Pay => OrderLine::Pay {
            accrual,
            amount_fen,
        },
        OrderKind::Withhold => OrderLine::Withhold {
            accrual,
            amount_fen,
        },
        OrderKind::Unhold => OrderLine::Unhold {
            accrual,
            amount_fen,
        },
        OrderKind::Forfeit => OrderLine::Forfeit {
            accrual,
            amount_fen,
        },
        OrderKind::Deduct => OrderLine::Deduct {
            accrual,
            amount_fen,
            fine,
        },
        OrderKind::Clawback => OrderLine::Clawback {
            accrual,
            amount_fen,
        },
        OrderKind::Offset => OrderLine::Offset {
            accrual,
            amount_fen,
        },
        OrderKind::WriteOff => OrderLine::WriteOff {
            department,
            amount_fen,
        },
        OrderKind::Reverse => {
            let transaction = 1 + u64::from(much) % books.records();
            let original = books.transaction(transaction);
            let amount_fen = original.map_or(amount_fen, |original| original.moved_fen());
            OrderLine::Reverse {
                transaction,
                amount_fen,
            }
        }
        OrderKind::Adjust => adjustment(seq, department, amount_fen, who),
        OrderKind::Lapse => OrderLine::Lapse {
            line: line(who % 2),
            amount_fen,
        },
        OrderKind::Carry if who.is_multiple_of(5) => OrderLine::CarryOn {
            line: line(who % 2),
            origin_year: 2026,
            amount_fen,
        },
        OrderKind::Carry => OrderLine::Carry {
            accrual,
            amount_fen,
        },
        OrderKind::Settle if who.is_multiple_of(5) => OrderLine::SettleAdvance {
            line: line(who % 2),
            level,
            amount_fen,
        },
        OrderKind::Fund => funding(line(who % 2), amount_fen, what),
        OrderKind::Reorganise => transfer(books, accrual, department, amount_fen, what),
        OrderKind::Settle if who.is_multiple_of(3) => OrderLine::SettleClawback {
            department,
            level,
            amount_fen,
        },
        OrderKind::Settle => OrderLine::SettleOwed {
            accrual,
            level,
            amount_fen,
        },
        OrderKind::Unfunded if who.is_multiple_of(3) => OrderLine::CarryUnfunded {
            department,
            amount_fen: Fen::new(1),
        },
        OrderKind::Unfunded => {
            let carried = who.is_multiple_of(2);
            OrderLine::ExpireUnfunded {
                department,
                carried,
                amount_fen: Fen::new(1),
            }
        }
    }
}

fn adjustment(
    accrual: u64,
    department: domain::DepartmentId,
    amount_fen: Fen,
    who: u8,
) -> OrderLine {
    let (component, cite) = (ledger::Component::Cost, "规则包第二十条".to_owned());
    let for_period = period("2026-03");
    match who % 4 {
        0 => OrderLine::Lower {
            accrual,
            amount_fen,
        },
        1 => OrderLine::RaiseUnfunded {
            department,
            component,
            for_period,
            amount_fen,
            cite,
        },
        2 => OrderLine::LowerUnfunded {
            department,
            component,
            for_period,
            amount_fen,
            cite,
        },
        _ => {
            let line = line(who / 4 % 2);
            OrderLine::Raise {
                department,
                line,
                component,
                for_period,
                amount_fen,
                cite,
            }
        }
    }
}

/// Approves a waiting order, mostly.
fn decide_order(books: &Books, who: u8) -> (Actor, Action) {
    let waiting = books
        .orders()
        .filter(|(_, state)| state.stage == OrderStage::Proposed);
    let all: Vec<_> = waiting.collect();
    let Some((id, state)) = all.get(usize::from(who) % all.len().max(1)) else {
        return (
            robot(),
            Action::OpenPeriod {
                period: period("2026-03"),
            },
        );
    };
    let (order, digest): (OrderId, _) = ((*id).clone(), state.digest);
    match who % 16 {
        0 => (
            checker(),
            Action::RefuseOrder {
                order,
                digest,
                reason: told("账号有误"),
            },
        ),
        1 => (finance(), approval(books, order, digest, state.control)),
        _ => (checker(), approval(books, order, digest, state.control)),
    }
}

fn approval(
    books: &Books,
    order: OrderId,
    digest: Digest,
    control: ledger::ControlTotal,
) -> Action {
    Action::ApproveOrder {
        order,
        digest,
        control,
        effective_on: today(books),
    }
}

/// A receipt for a payment in transit, or money that came back.
fn treasury(books: &Books, (what, who, much): Small) -> (Actor, Action) {
    let transit: Vec<_> = books
        .orders()
        .filter(|(_, state)| state.is_batch())
        .flat_map(|(_, state)| state.order.numbered().map(move |(at, _)| (state, at)))
        .filter(|(state, at)| state.payment(*at) == Some(Payment::Instructed))
        .collect();
    let chosen = transit.get(usize::from(much) % transit.len().max(1));
    let Some((state, at)) = chosen.filter(|_| what / 16 % 3 != 0) else {
        let recovery = Recovery {
            department: department(who % 4),
            amount_fen: Fen::new(i64::from(much % 50)),
            receipt: format!("回{}", who % 8),
            effective_on: today(books),
        };
        return (robot(), Action::Recover(recovery));
    };
    let mut paper = receipt(&state.order, *at);
    paper.effective_on = today(books);
    if who.is_multiple_of(4) {
        return (finance(), Action::FailPayment(paper));
    }
    (robot(), Action::ConfirmPayment(paper))
}
