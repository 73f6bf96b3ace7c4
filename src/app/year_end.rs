//! The end of a budget year 年终: balances lapse or go on as the pack says, what is owed goes on,
//! governments settle what one paid or owes for another. Computed from the books; proposed as
//! orders, one a kind, by one person, and approved by another. Proposed again it proposes the rest.

mod advances;
mod open;

use std::collections::BTreeMap;

use assess::settlement::{self, Reason, Settlement};
use assess::year_end::{self, YearEnd};
use chrono::{Datelike as _, NaiveDate};
use domain::{DepartmentId, Fen, JurisdictionCode, OrderId, Period};
use ledger::{Account, Books, Line, Order, OrderKind, OrderLine, OrderStage};

use crate::App;
use crate::error::Error;
use crate::orders::OrderSheet;
use crate::pots::ledger_line;
use crate::role::User;
use advances::Advances;

/// The kinds of order that end a year, in the order in which they are proposed. What is settled is
/// not carried.
const KINDS: [OrderKind; 4] = [
    OrderKind::Settle,
    OrderKind::Carry,
    OrderKind::Lapse,
    OrderKind::Unfunded,
];

/// What is to be done at the end of a year.
#[derive(Clone, Debug)]
pub struct YearEndPlan {
    /// The budget year.
    pub year: i32,
    /// Rules that decide what goes on, `id@version`.
    pub pack: String,
    /// Balances, what is owed, what is unfunded.
    pub end: YearEnd,
    /// Between governments.
    pub settlement: Settlement,
    /// Lines of the orders to be proposed, by kind; kinds with nothing to do are left out.
    pub orders: Vec<(OrderKind, Vec<OrderLine>)>,
    /// What was settled of advances beyond what they come to now, since awards were lowered after it:
    /// the line that paid, the government that had to, fen.
    pub settled_beyond: Vec<(Line, JurisdictionCode, Fen)>,
    /// Orders of this year's end that wait for their approval; no other of the kind is proposed.
    pub waiting: Vec<OrderId>,
    /// Business date on which they would be posted.
    pub posted_on: NaiveDate,
    /// Names of departments by code.
    pub names: BTreeMap<DepartmentId, String>,
    /// Names of governments by code.
    pub governments: BTreeMap<JurisdictionCode, String>,
}

impl YearEndPlan {
    /// Name of a department.
    pub fn name<'a>(&'a self, id: &'a DepartmentId) -> &'a str {
        self.names.get(id).map_or(id.as_str(), String::as_str)
    }

    /// Name of a government.
    pub fn government<'a>(&'a self, code: &'a JurisdictionCode) -> &'a str {
        self.governments
            .get(code)
            .map_or(code.as_str(), String::as_str)
    }
}

fn prefix(year: i32, kind: OrderKind) -> String {
    format!("year-end-{year}-{}-", kind.code())
}

/// The orders that ended a year, of one kind.
fn of_kind(books: &Books, year: i32, kind: OrderKind) -> impl Iterator<Item = &ledger::OrderState> {
    let prefix = prefix(year, kind);
    books
        .orders()
        .filter(move |(id, _)| id.as_str().starts_with(&prefix))
        .map(|(_, state)| state)
}

impl App {
    /// What is to be done at the end of a budget year that is over; writes nothing.
    pub fn year_end(&self, year: i32) -> Result<YearEndPlan, Error> {
        let books = self.books()?;
        let posted_on = self.next_business_day(&books);
        if posted_on.year() != year + 1 {
            let reason = format!(
                "{year} 年的年终事项在次年办理，现在记入 {posted_on} (a year is ended in the year after it)"
            );
            return Err(Error::Conflict { reason });
        }
        let december = Period::new(year, 12).ok_or_else(|| Error::BadInput {
            what: "年度",
            reason: format!("{year}"),
        })?;
        let rules = self.rules_for(december)?;
        let pack = &rules.pack;
        let Some(compensation) = &pack.compensation else {
            let reason = "规则包没有补偿规则 (the pack has no rules of compensation)".to_owned();
            return Err(Error::Conflict { reason });
        };
        let end = year_end::year_end(
            compensation,
            &open::lines(&books, year),
            &open::owed(&books, year),
            &open::unfunded(&books, year),
        );
        let seats = self.seats()?;
        let advances = self.advances(&books, year)?;
        let positions = open::positions(&books, year, &seats);
        let settlement = settlement::settle(year, &positions, &advances.all)?;
        let mut plan = YearEndPlan {
            year,
            pack: format!("{}@{}", pack.header.id, pack.header.version),
            end,
            settlement,
            settled_beyond: advances.beyond(),
            orders: Vec::new(),
            waiting: Vec::new(),
            posted_on,
            names: self.department_names()?,
            governments: self.jurisdiction_names()?,
        };
        for kind in KINDS {
            let pending =
                of_kind(&books, year, kind).find(|state| state.stage == OrderStage::Proposed);
            if let Some(state) = pending {
                plan.waiting.push(state.order.id.clone());
                continue;
            }
            let lines = match kind {
                OrderKind::Settle => settling(&plan.settlement, &advances),
                OrderKind::Carry => carrying(&plan.end, &books, &plan),
                OrderKind::Lapse => lapsing(&plan.end),
                _ => unfunded(&plan.end),
            };
            if !lines.is_empty() {
                plan.orders.push((kind, lines));
            }
        }
        Ok(plan)
    }

    /// Proposes what is to be done, one order a kind.
    pub fn propose_year_end(
        &self,
        user: &User,
        plan: &YearEndPlan,
        document: &str,
    ) -> Result<Vec<OrderSheet>, Error> {
        if let Some(line) = plan.end.pending.first() {
            let reason = format!(
                "{} 尚有待审批的考核占用资金，请先审批或退回 (runs are pending on this line)",
                ledger_line(line)
            );
            return Err(Error::Conflict { reason });
        }
        let books = self.books()?;
        let orders = plan.orders.iter().map(|(kind, lines)| {
            let number = of_kind(&books, plan.year, *kind).count() + 1;
            Order {
                id: OrderId::new(format!("{}{number}", prefix(plan.year, *kind))),
                kind: *kind,
                rule: format!("{}#year_end", plan.pack),
                document: document.to_owned(),
                reason: format!("{} 年年终{}", plan.year, kind.title()).into(),
                lines: lines.clone(),
            }
        });
        self.propose_all(user, orders.collect())
    }

    /// The government that each department serves.
    fn seats(&self) -> Result<BTreeMap<DepartmentId, JurisdictionCode>, Error> {
        let departments = self
            .store()
            .read(|conn| store::registry::departments(conn).map_err(Error::from))?;
        let seats = departments.into_iter();
        Ok(seats.map(|own| (own.id, own.jurisdiction)).collect())
    }
}

/// What governments owe one another, as lines.
fn settling(settlement: &Settlement, advances: &Advances) -> Vec<OrderLine> {
    let items = settlement.items.iter().filter_map(|item| {
        let (department, amount_fen) = (item.department.clone(), item.amount_fen);
        match (item.reason, item.accrual) {
            (Reason::Owed, Some(accrual)) => Some(OrderLine::SettleOwed {
                accrual,
                level: item.creditor.clone(),
                amount_fen,
            }),
            (Reason::Clawback, _) => Some(OrderLine::SettleClawback {
                department,
                level: item.debtor.clone(),
                amount_fen,
            }),
            _ => None,
        }
    });
    let open = advances.open.iter().filter(|(_, fen)| **fen > 0);
    let advanced = open.map(|((line, level), fen)| OrderLine::SettleAdvance {
        line: line.clone(),
        level: level.clone(),
        amount_fen: Fen::new(*fen),
    });
    items.chain(advanced).collect()
}

/// What goes on into the next year. What is about to be settled, or in a batch, is not carried yet.
fn carrying(end: &YearEnd, books: &Books, plan: &YearEndPlan) -> Vec<OrderLine> {
    let settled = |accrual: u64| {
        let items = plan.settlement.items.iter();
        items
            .filter_map(|item| item.accrual)
            .any(|own| own == accrual)
    };
    let owed = end
        .owed
        .iter()
        .filter(|one| !settled(one.accrual) && books.live_batch(one.accrual).is_none());
    let balances = end.carries.iter().map(|one| OrderLine::CarryOn {
        line: ledger_line(&one.from),
        origin_year: one.origin_year,
        amount_fen: one.amount_fen,
    });
    owed.map(|one| OrderLine::Carry {
        accrual: one.accrual,
        amount_fen: one.amount_fen,
    })
    .chain(balances)
    .collect()
}

fn lapsing(end: &YearEnd) -> Vec<OrderLine> {
    let lapses = end.lapses.iter();
    lapses
        .map(|one| OrderLine::Lapse {
            line: ledger_line(&one.line),
            amount_fen: one.amount_fen,
        })
        .collect()
}

fn unfunded(end: &YearEnd) -> Vec<OrderLine> {
    let carried = end.unfunded_carried.iter();
    let carried = carried.map(|(department, amount_fen)| OrderLine::CarryUnfunded {
        department: department.clone(),
        amount_fen: *amount_fen,
    });
    let expired = end
        .unfunded_expired
        .iter()
        .flat_map(|(department, fresh, before)| {
            [(false, *fresh), (true, *before)].map(|(carried, amount_fen)| {
                OrderLine::ExpireUnfunded {
                    department: department.clone(),
                    carried,
                    amount_fen,
                }
            })
        });
    carried
        .chain(expired)
        .filter(|line| line.amount_fen() > Fen::ZERO)
        .collect()
}

impl App {
    /// A line of the books by its code, `payer:year:budget line:programme`.
    pub fn budget_line(&self, code: &str) -> Result<Line, Error> {
        let account: Result<Account, _> = format!("B:Available:{code}").parse();
        match account {
            Ok(Account::Available(line)) => Ok(line),
            _ => Err(Error::BadInput {
                what: "资金池",
                reason: format!("“{code}”应为 出资方:年度:科目:项目 (payer:year:line:programme)"),
            }),
        }
    }
}

/// What is due to departments and not paid for want of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfundedLine {
    /// The department.
    pub department: DepartmentId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub component: &'static str,
    /// The month it is about; none for what was carried from an earlier year.
    pub for_period: Option<Period>,
    /// Amount; below zero where it was funded, carried or ended in that month.
    pub amount_fen: Fen,
}

impl App {
    /// What is unfunded, by department, month and component: the amounts of a department add up to
    /// its balance.
    pub fn unfunded(&self, department: Option<&DepartmentId>) -> Result<Vec<UnfundedLine>, Error> {
        let (books, names) = (self.books()?, self.department_names()?);
        let mut sums: BTreeMap<(DepartmentId, Option<Period>, &'static str), i64> = BTreeMap::new();
        for (_, transaction) in books.transactions() {
            let component = transaction.component.map_or("", |own| own.title());
            for leg in &transaction.legs {
                let key = match &leg.account {
                    Account::Unfunded(id) => (id.clone(), Some(transaction.for_period), component),
                    Account::Carried(id) => (id.clone(), None, ""),
                    _ => continue,
                };
                *sums.entry(key).or_default() += leg.amount_fen.get();
            }
        }
        let wanted = sums
            .into_iter()
            .filter(|((id, ..), fen)| *fen != 0 && department.is_none_or(|wanted| wanted == id));
        Ok(wanted
            .map(|((department, for_period, component), fen)| UnfundedLine {
                name: names
                    .get(&department)
                    .cloned()
                    .unwrap_or_else(|| department.to_string()),
                department,
                component,
                for_period,
                amount_fen: Fen::new(fen),
            })
            .collect())
    }
}
