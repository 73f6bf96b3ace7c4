//! Claw-backs that a month computed 考核扣减追回: a deduction beyond what the month owes is asked back of
//! earlier awards of the year. It becomes a receivable when one person has proposed and another
//! approved it; what an earlier order asked back is not asked again.

use std::collections::BTreeMap;

use assess::{Awards, Deduction};
use domain::{DepartmentId, Fen, OrderId, Period, RunId};
use ledger::restatement::collecting_prefix;
use ledger::{Books, Line, Order, OrderKind, OrderLine, OrderStage, OrderState};

use crate::App;
use crate::error::Error;
use crate::orders::OrderSheet;
use crate::pots::ledger_line;
use crate::role::User;
use crate::run::{Stage, load};

/// What a deduction of a month asks back of a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClawbackDue {
    /// Id of the deduction in the pack.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// The department.
    pub department: DepartmentId,
    /// Its name.
    pub name: String,
    /// What the month asks back.
    pub asked_fen: Fen,
    /// What approved orders took of it.
    pub taken_fen: Fen,
    /// What is left, and no award of the year has any more.
    pub missing_fen: Fen,
    /// What happened to the deduction: a Chinese sentence, then English in brackets.
    pub reason: String,
    /// Articles it rests on.
    pub cite: Vec<String>,
}

/// What a month asks back, and how far that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clawbacks {
    /// The month.
    pub period: Period,
    /// The run it comes from.
    pub run: RunId,
    /// By deduction and department.
    pub dues: Vec<ClawbackDue>,
    /// Orders that wait for their approval; no other of their deduction is proposed.
    pub waiting: Vec<OrderId>,
    /// What is to be proposed, by deduction.
    pub lines: BTreeMap<String, Vec<OrderLine>>,
    /// Rules of the run, `id@version`.
    pack: String,
}

fn prefix(period: Period, rule: &str) -> String {
    format!("{}{rule}-", collecting_prefix(period))
}

/// The orders of a deduction of a month.
fn of_rule<'a>(
    books: &'a Books,
    period: Period,
    rule: &str,
) -> impl Iterator<Item = &'a OrderState> {
    let prefix = prefix(period, rule);
    let orders = books.orders();
    orders
        .filter(move |(id, _)| id.as_str().starts_with(&prefix))
        .map(|(_, state)| state)
}

/// The accruals of a year that a deduction may come out of, and what is left of each.
struct Sources<'a> {
    books: &'a Books,
    period: Period,
    used: BTreeMap<u64, i64>,
}

impl Sources<'_> {
    /// Asks an amount back of what a line awarded to a department in the year before the month, the
    /// last awards first; what was not paid yet is simply not owed any more.
    fn ask(&mut self, department: &DepartmentId, line: &Line, amount: i64) -> Vec<OrderLine> {
        let (books, period) = (self.books, self.period);
        let mut own: Vec<_> = books
            .accruals()
            .filter(|(seq, accrual)| {
                is_same_pot(&accrual.line, line)
                    && books.first_owner(accrual) == department
                    && accrual.for_period.year() == period.year()
                    && accrual.for_period < period
                    && books.live_batch(*seq).is_none()
            })
            .collect();
        own.sort_by_key(|(seq, accrual)| std::cmp::Reverse((accrual.for_period, *seq)));
        let mut rest = amount;
        let mut lines = Vec::new();
        for (accrual, state) in own {
            let used = self.used.entry(accrual).or_default();
            let there = state.payable_fen().get() + state.reclaimable_fen().get() - *used;
            let part = rest.min(there);
            if part > 0 {
                *used += part;
                rest -= part;
                lines.push(OrderLine::Deduct {
                    accrual,
                    amount_fen: Fen::new(part),
                    fine: false,
                });
            }
        }
        lines
    }
}

/// Whether two lines are of one pot, whatever the year: an accrual that is carried stands in the next.
fn is_same_pot(one: &Line, other: &Line) -> bool {
    let pot = |line: &Line| {
        (
            line.payer.clone(),
            line.budget_line.clone(),
            line.programme.clone(),
        )
    };
    pot(one) == pot(other)
}

/// What of an approved order stands and is about a department, fen.
fn taken(books: &Books, state: &OrderState, department: &DepartmentId) -> i64 {
    let own = state.order.numbered().filter(|(index, line)| {
        let posted = state.posted.get(index);
        let accrual = line.accrual().and_then(|seq| books.accrual(seq));
        posted.is_some_and(|seq| !books.is_reversed(*seq))
            && accrual.is_some_and(|accrual| books.first_owner(accrual) == department)
    });
    own.map(|(_, line)| line.amount_fen().get()).sum()
}

fn sum(lines: &[OrderLine]) -> i64 {
    lines.iter().map(|line| line.amount_fen().get()).sum()
}

impl App {
    /// What the approved run of a month asks back of earlier awards; writes nothing.
    pub fn clawbacks(&self, period: Period) -> Result<Clawbacks, Error> {
        let Some((run, _)) = self.decided_run(period)? else {
            let reason = format!(
                "{period} 的考核尚未审批，扣减未生效 (the month is not approved: nothing is deducted yet)"
            );
            return Err(Error::Conflict { reason });
        };
        let awards: Awards = self
            .store()
            .read(|conn| load(conn, &run, Stage::Compensated))?;
        let (books, names) = (self.books()?, self.department_names()?);
        let mut found = Clawbacks {
            period,
            run,
            dues: Vec::new(),
            waiting: Vec::new(),
            lines: BTreeMap::new(),
            pack: awards.pack.clone(),
        };
        let mut sources = Sources {
            books: &books,
            period,
            used: BTreeMap::new(),
        };
        for deduction in awards
            .deductions
            .iter()
            .filter(|one| !one.clawbacks.is_empty())
        {
            let (due, lines) = due(&books, &mut sources, deduction);
            let waits = of_rule(&books, period, &deduction.rule)
                .find(|state| state.stage == OrderStage::Proposed);
            match waits {
                Some(state) if !found.waiting.contains(&state.order.id) => {
                    found.waiting.push(state.order.id.clone());
                }
                Some(_) => {}
                None if lines.is_empty() => {}
                None => {
                    let own = found.lines.entry(deduction.rule.clone()).or_default();
                    own.extend(lines);
                }
            }
            found.dues.push(ClawbackDue {
                name: names
                    .get(&deduction.department)
                    .cloned()
                    .unwrap_or_else(|| deduction.department.to_string()),
                ..due
            });
        }
        Ok(found)
    }

    /// Proposes what a month asks back, one order a deduction. All of them or none.
    pub fn propose_clawbacks(
        &self,
        user: &User,
        found: &Clawbacks,
        document: &str,
    ) -> Result<Vec<OrderSheet>, Error> {
        let books = self.books()?;
        let title = |rule: &str| {
            let due = found.dues.iter().find(|due| due.rule == rule);
            due.map_or_else(String::new, |due| due.title.clone())
        };
        let orders = found.lines.iter().map(|(rule, lines)| {
            let number = of_rule(&books, found.period, rule).count() + 1;
            Order {
                id: OrderId::new(format!("{}{number}", prefix(found.period, rule))),
                kind: OrderKind::Deduct,
                rule: format!("{}#{rule}", found.pack),
                document: document.to_owned(),
                reason: format!("{} 考核{}超出当期补偿，追回", found.period, title(rule)).into(),
                lines: lines.clone(),
            }
        });
        self.propose_all(user, orders.collect())
    }
}

/// How far a deduction is asked back, and what is to be proposed of it still.
fn due(
    books: &Books,
    sources: &mut Sources<'_>,
    deduction: &Deduction,
) -> (ClawbackDue, Vec<OrderLine>) {
    let department = &deduction.department;
    let approved = of_rule(books, sources.period, &deduction.rule)
        .filter(|state| state.stage == OrderStage::Approved);
    let taken: i64 = approved.map(|state| taken(books, state, department)).sum();
    let asked: i64 = deduction
        .clawbacks
        .iter()
        .map(|one| one.amount_fen.get())
        .sum();
    // What was taken counts against the first lines asked: they are the last that paid.
    let mut before = taken;
    let mut lines = Vec::new();
    for one in &deduction.clawbacks {
        let done = before.min(one.amount_fen.get());
        before -= done;
        let left = one.amount_fen.get() - done;
        lines.extend(sources.ask(department, &ledger_line(&one.line), left));
    }
    let due = ClawbackDue {
        rule: deduction.rule.clone(),
        title: deduction.title.clone(),
        department: department.clone(),
        name: String::new(),
        asked_fen: Fen::new(asked),
        taken_fen: Fen::new(taken),
        missing_fen: Fen::new(asked - taken - sum(&lines)),
        reason: deduction.reason.clone(),
        cite: deduction.cite.clone(),
    };
    (due, lines)
}
