//! Orders as people meet them: proposed by one, seen, and approved by another.

mod pick;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{DepartmentId, Fen, OrderId, Period};
use ledger::{
    Action, Actor, Books, ControlTotal, Line, Order, OrderLine, OrderState, Role as Office,
};

use crate::App;
use crate::error::Error;
use crate::role::{Role, User};

pub use pick::{OrderWords, Selection};

/// A line of an order, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderItem {
    /// The line, from one.
    pub number: u32,
    /// What it does, in Chinese.
    pub title: &'static str,
    /// Record number of the accrual, where it is about one.
    pub accrual: Option<u64>,
    /// The department concerned.
    pub department: Option<DepartmentId>,
    /// Its name as the registry has it, the code where it has none; of what is about a line of the
    /// budget alone, that line.
    pub department_name: String,
    /// The month it is about.
    pub for_period: Option<Period>,
    /// The amount.
    pub amount_fen: Fen,
    /// Of a payment: where it stands, stable code and Chinese title.
    pub payment: Option<(&'static str, &'static str)>,
}

/// An order, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSheet {
    /// Its number.
    pub id: OrderId,
    /// Kind, stable code.
    pub kind: &'static str,
    /// Kind in Chinese.
    pub kind_title: &'static str,
    /// Stage, stable code.
    pub stage: &'static str,
    /// Stage in Chinese.
    pub stage_title: &'static str,
    /// The rule it applies.
    pub rule: String,
    /// The decision document.
    pub document: String,
    /// Words for people.
    pub reason: String,
    /// Who proposed it.
    pub maker: String,
    /// Who approved it.
    pub approver: Option<String>,
    /// Number and sum of its lines: what an approver signs for.
    pub control: ControlTotal,
    /// What an approval is bound to.
    pub digest: String,
    /// Its lines.
    pub items: Vec<OrderItem>,
}

impl App {
    /// All orders, in the order of their numbers.
    pub fn orders(&self) -> Result<Vec<OrderSheet>, Error> {
        let (books, names) = (self.books()?, self.department_names()?);
        let reasons = books.orders().map(|(_, state)| &state.order.reason);
        let reasons = self.told(reasons)?;
        let sheets = books.orders().zip(reasons);
        let sheets = sheets.map(|((_, state), reason)| sheet_of(&books, &names, state, reason));
        Ok(sheets.collect())
    }

    /// An order.
    pub fn order(&self, id: &OrderId) -> Result<OrderSheet, Error> {
        let (books, names) = (self.books()?, self.department_names()?);
        let state = books.order(id).ok_or_else(|| unknown(id))?;
        let reason = self.told([&state.order.reason])?.concat();
        Ok(sheet_of(&books, &names, state, reason))
    }

    /// Puts an order forward; one that needs no second person is carried out.
    pub fn propose(&self, user: &User, order: Order) -> Result<OrderSheet, Error> {
        let effective_on = self.order_day(&order)?;
        let id = order.id.clone();
        self.act(
            user,
            Action::ProposeOrder {
                order,
                effective_on,
            },
        )?;
        self.order(&id)
    }

    /// Puts several orders forward, all of them or none.
    pub(crate) fn propose_all(
        &self,
        user: &User,
        orders: Vec<Order>,
    ) -> Result<Vec<OrderSheet>, Error> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<OrderId> = orders.iter().map(|order| order.id.clone()).collect();
        let mut actions = Vec::with_capacity(orders.len());
        for order in orders {
            actions.push(Action::ProposeOrder {
                effective_on: self.order_day(&order)?,
                order,
            });
        }
        self.post(office(user)?, actions)?;
        ids.iter().map(|id| self.order(id)).collect()
    }

    /// Approves an order. Number and sum are what the approver counted; they must be those of the
    /// order, and the order the one whose digest was shown.
    pub fn approve_order(
        &self,
        user: &User,
        id: &OrderId,
        digest: &str,
        control: ControlTotal,
    ) -> Result<OrderSheet, Error> {
        let action = self.approval(id, digest, control)?;
        self.act(user, action)?;
        self.order(id)
    }

    /// Approves several orders as they stand, all of them or none: number and sum are those of all
    /// their lines together.
    pub fn approve_orders(
        &self,
        user: &User,
        ids: &[OrderId],
        control: ControlTotal,
    ) -> Result<Vec<OrderSheet>, Error> {
        let mut sheets = Vec::with_capacity(ids.len());
        for id in ids {
            sheets.push(self.order(id)?);
        }
        let total = Fen::checked_sum(sheets.iter().map(|sheet| sheet.control.total_fen));
        let expected = ControlTotal {
            count: sheets.iter().map(|sheet| sheet.control.count).sum(),
            total_fen: total.ok_or(ledger::Rejection::OutOfRange)?,
        };
        if let ([first, _, ..], true) = (ids, expected != control) {
            return Err(Error::Rejected(ledger::Rejection::OrderTotals {
                order: first.clone(),
                expected,
                found: control,
            }));
        }
        let actions = sheets.iter().map(|sheet| {
            // Of one order alone the ledger itself compares.
            let own = if ids.len() == 1 {
                control
            } else {
                sheet.control
            };
            self.approval(&sheet.id, &sheet.digest, own)
        });
        let actions = actions.collect::<Result<_, _>>()?;
        self.post(office(user)?, actions)?;
        ids.iter().map(|id| self.order(id)).collect()
    }

    fn approval(&self, id: &OrderId, digest: &str, control: ControlTotal) -> Result<Action, Error> {
        let books = self.books()?;
        let state = books.order(id).ok_or_else(|| unknown(id))?;
        Ok(Action::ApproveOrder {
            order: id.clone(),
            digest: digest.parse().map_err(ledger::Rejection::from)?,
            control,
            effective_on: self.order_day(&state.order)?,
        })
    }

    /// Sends an order back, or takes it back.
    pub fn refuse_order(
        &self,
        user: &User,
        id: &OrderId,
        reason: &str,
    ) -> Result<OrderSheet, Error> {
        let books = self.books()?;
        let state = books.order(id).ok_or_else(|| unknown(id))?;
        self.act(
            user,
            Action::RefuseOrder {
                order: id.clone(),
                digest: state.digest,
                reason: reason.into(),
            },
        )?;
        self.order(id)
    }

    /// Has a person act on the ledger, in the person's office.
    pub(crate) fn act(&self, user: &User, action: Action) -> Result<(), Error> {
        self.post(office(user)?, vec![action])
    }

    /// Today where today's month is open, which it is made; else the first day of the next open one.
    pub(crate) fn business_day(&self) -> Result<NaiveDate, Error> {
        let today = self.clock().today();
        let wanted = Period::containing(today);
        let period = self.posting_period(wanted)?;
        Ok(if period == wanted {
            today
        } else {
            period.first_day()
        })
    }

    /// Names of all departments there ever were, by code.
    pub(crate) fn department_names(&self) -> Result<BTreeMap<DepartmentId, String>, Error> {
        let all = self
            .store()
            .read(|conn| store::registry::departments(conn).map_err(Error::from))?;
        Ok(all
            .into_iter()
            .map(|department| (department.id, department.name))
            .collect())
    }
}

fn sheet_of(
    books: &Books,
    names: &BTreeMap<DepartmentId, String>,
    state: &OrderState,
    reason: String,
) -> OrderSheet {
    let order = &state.order;
    let items = order.numbered().map(|(index, line)| {
        let accrual = line.accrual().and_then(|seq| books.accrual(seq));
        let department = accrual
            .map(|own| own.department.clone())
            .or_else(|| line.department().cloned());
        let payment = state.payment(index).filter(|_| state.is_batch());
        let name = department
            .as_ref()
            .map(|id| names.get(id).cloned().unwrap_or_else(|| id.to_string()));
        OrderItem {
            number: index + 1,
            title: line_title(line),
            accrual: line.accrual(),
            department_name: name
                .or_else(|| budget_line(line).map(ToString::to_string))
                .unwrap_or_default(),
            department,
            for_period: accrual
                .map(|own| own.for_period)
                .or_else(|| line.for_period()),
            amount_fen: line.amount_fen(),
            payment: payment.map(|payment| (payment.code(), payment.title())),
        }
    });
    OrderSheet {
        items: items.collect(),
        id: order.id.clone(),
        kind: order.kind.code(),
        kind_title: order.kind.title(),
        stage: state.stage.code(),
        stage_title: state.stage.title(),
        rule: order.rule.clone(),
        document: order.document.clone(),
        reason,
        maker: state.maker.clone(),
        approver: state.approver.clone(),
        control: state.control,
        digest: state.digest.to_string(),
    }
}

/// What a line does, with its direction where its kind has two.
fn line_title(line: &OrderLine) -> &'static str {
    match line {
        OrderLine::Raise { .. } => "以前期间调增",
        OrderLine::Lower { .. } => "以前期间调减",
        OrderLine::RaiseUnfunded { .. } => "未落实资金增加",
        OrderLine::LowerUnfunded { .. } => "未落实资金减少",
        _ => line.kind().title(),
    }
}

/// The line of the budget that it is about alone.
const fn budget_line(line: &OrderLine) -> Option<&Line> {
    match line {
        OrderLine::Appropriate { line, .. }
        | OrderLine::Augment { line, .. }
        | OrderLine::Cut { line, .. }
        | OrderLine::Lapse { line, .. }
        | OrderLine::CarryOn { line, .. }
        | OrderLine::SettleAdvance { line, .. } => Some(line),
        _ => None,
    }
}

/// In which office a person acts on the ledger.
pub(crate) fn office(user: &User) -> Result<Actor, Error> {
    let office = match user.role {
        Role::Assessor => Office::Assessor,
        Role::Finance => Office::Finance,
        Role::Department => Office::Liaison,
        Role::Auditor => return Err(Error::Forbidden { what: "入账" }),
    };
    Ok(Actor::new(&user.login, office))
}

fn unknown(id: &OrderId) -> Error {
    Error::NotFound {
        what: "指令",
        key: id.to_string(),
    }
}
