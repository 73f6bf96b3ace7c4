//! Appropriations from files 指标文件. A file says what was granted; it makes no money. Each document is
//! proposed by a person of finance and approved by another, and a month counts what is in the books.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::facts::Appropriation;
use domain::{Facts, Fen, OrderId, Period};
use ingest::layout::appropriations as columns;
use ingest::{Reading, Reject, Rows};
use ledger::{Account, Books, Order, OrderKind, OrderLine, OrderStage};
use store::AnyConn;

use crate::App;
use crate::error::Error;
use crate::orders::OrderSheet;
use crate::pots::{day_in, ledger_line, line_of};
use crate::role::User;

const PREFIX: &str = "appropriation-";

/// How a document of a file stands in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// Nobody proposed it.
    New,
    /// Its order waits for a second person.
    Waiting(OrderId),
    /// Its order was sent back as it stands in the file.
    Refused,
    /// It is booked, with this amount.
    Booked(Fen),
}

/// The one line of the order of a document.
fn order_line(row: &Appropriation) -> OrderLine {
    OrderLine::Appropriate {
        line: ledger_line(&line_of(row)),
        amount_fen: row.amount_fen,
    }
}

fn standing(books: &Books, row: &Appropriation) -> Standing {
    let line = ledger_line(&line_of(row));
    // A document counts once for a line, whether a file or a person brought it.
    let key = format!("appropriate/{}/{line}", row.document.trim());
    let booked = books.posted_under(&key).and_then(|seq| {
        let legs = &books.transaction(seq)?.legs;
        let granted = legs
            .iter()
            .find(|leg| matches!(leg.account, Account::Available(_)));
        granted.map(|leg| leg.amount_fen)
    });
    if let Some(fen) = booked {
        return Standing::Booked(fen);
    }
    let mut standing = Standing::New;
    for (id, state) in books.orders() {
        let is_about = state.order.kind == OrderKind::Fund
            && state.order.document.trim() == row.document.trim();
        let own = order_line(row);
        for proposed in state.order.lines.iter().filter(|_| is_about) {
            match (state.stage, proposed) {
                (OrderStage::Proposed, OrderLine::Appropriate { line: other, .. })
                    if *other == line =>
                {
                    return Standing::Waiting(id.clone());
                }
                (OrderStage::Refused, proposed) if *proposed == own => standing = Standing::Refused,
                _ => {}
            }
        }
    }
    standing
}

/// Whether the books have it, to the fen.
fn is_booked(books: &Books, row: &Appropriation) -> bool {
    standing(books, row) == Standing::Booked(row.amount_fen)
}

/// The facts of a month; of appropriations, those that are booked.
pub(crate) fn facts_of(conn: &mut AnyConn, books: &Books, period: Period) -> Result<Facts, Error> {
    let mut facts = store::facts::load_facts(conn, period)?;
    facts.appropriations.retain(|row| is_booked(books, row));
    Ok(facts)
}

/// Whether a posting is of a document that counts among the facts already.
pub(crate) fn is_of(appropriations: &[Appropriation], transaction: &ledger::Transaction) -> bool {
    transaction.kind == ledger::Kind::Appropriate
        && appropriations.iter().any(|row| {
            let line = ledger_line(&line_of(row));
            row.document.trim() == transaction.document
                && transaction
                    .legs
                    .iter()
                    .any(|leg| leg.account == Account::Available(line.clone()))
        })
}

/// Refuses rows that say something else than the books have under the same document, or than waits
/// for its approval: the one is amended by a document of its own, the other sent back first.
pub(crate) fn refuse_booked(reading: &mut Reading, books: &Books, stored: &[Appropriation]) {
    let Rows::Appropriations(rows) = &mut reading.rows else {
        return;
    };
    let known: HashMap<&str, &Appropriation> = stored
        .iter()
        .map(|row| (row.document.as_str(), row))
        .collect();
    let mut good = Vec::with_capacity(rows.len());
    for row in std::mem::take(rows) {
        let before = known.get(row.document.as_str()).copied();
        let column = before.map_or(Some(columns::AMOUNT), |before| changed(before, &row));
        let held = standing(books, before.unwrap_or(&row));
        let says_otherwise = match (&held, before) {
            (Standing::Booked(fen), None) => *fen != row.amount_fen,
            (Standing::Booked(_) | Standing::Waiting(_), Some(_)) => column.is_some(),
            _ => false,
        };
        if !says_otherwise {
            good.push(row);
            continue;
        }
        let (code, reason, remedy) = match &held {
            Standing::Waiting(id) => (
                "appropriation_waiting",
                format!(
                    "文号“{}”已提出，待审批（{id}） (its order waits for approval)",
                    row.document
                ),
                format!(
                    "请先退回：hengxiang ledger refuse {id} --reason … --as LOGIN，再导入更正后的文件"
                ),
            ),
            _ => (
                "appropriation_booked",
                format!(
                    "文号“{}”已入账，文件与账簿不符 (booked otherwise)",
                    row.document
                ),
                "入账的指标不能由文件更改；调整请另具文号：hengxiang ledger amend".to_owned(),
            ),
        };
        reading.counts.good -= 1;
        reading.counts.rejected += 1;
        reading.rejects.push(Reject {
            line: row.source.line,
            column: header(column.unwrap_or(columns::DOCUMENT)).to_owned(),
            value: row.document,
            code,
            reason,
            remedy,
        });
    }
    *rows = good;
    reading.rejects.sort_by_key(|reject| reject.line);
}

/// The first column in which two rows of a document differ.
fn changed(before: &Appropriation, now: &Appropriation) -> Option<usize> {
    let same = [
        (columns::PAYER, before.payer == now.payer),
        (columns::YEAR, before.budget_year == now.budget_year),
        (columns::LINE, before.budget_line == now.budget_line),
        (columns::PROGRAMME, before.programme == now.programme),
        (columns::AMOUNT, before.amount_fen == now.amount_fen),
        (columns::EFFECTIVE, before.effective_on == now.effective_on),
    ];
    let mut changed = same.into_iter().filter(|(_, same)| !same);
    changed.next().map(|(column, _)| column)
}

fn header(column: usize) -> &'static str {
    let column = columns::COLUMNS.get(column);
    column.map_or("", |column| column.name)
}

impl App {
    /// Documents from files that nobody has proposed yet: they are no money.
    pub fn appropriations_unproposed(&self) -> Result<Vec<Appropriation>, Error> {
        let (rows, books) = (self.stored_appropriations()?, self.books()?);
        let new = |row: &Appropriation| standing(&books, row) == Standing::New;
        Ok(rows.into_iter().filter(new).collect())
    }

    /// Documents from files that a month of the budget year does not count: not proposed, not
    /// approved, or sent back.
    pub(crate) fn appropriations_unbooked(&self, period: Period) -> Result<usize, Error> {
        let books = self.books()?;
        let rows = self.store().read(|conn| {
            let (year, last) = (period.year(), period.last_day());
            store::appropriations::effective(conn, year, last).map_err(Error::from)
        })?;
        Ok(rows.iter().filter(|row| !is_booked(&books, row)).count())
    }

    /// Proposes what nobody has proposed, one order a document; another person of finance approves.
    /// All of them or none.
    pub fn propose_appropriations(&self, user: &User) -> Result<Vec<OrderSheet>, Error> {
        let rows = self.appropriations_unproposed()?;
        let made = self
            .books()?
            .orders()
            .filter(|(id, _)| id.as_str().starts_with(PREFIX))
            .count();
        let orders = rows.iter().zip(made + 1..).map(|(row, number)| Order {
            id: OrderId::new(format!("{PREFIX}{number}")),
            kind: OrderKind::Fund,
            rule: String::new(),
            document: row.document.clone(),
            reason: format!("导入的指标文件，自 {} 起生效", row.effective_on).into(),
            lines: vec![order_line(row)],
        });
        self.propose_all(user, orders.collect())
    }

    /// The business date of an order: of a document from a file the day on which it takes effect, of
    /// anything else today; of a closed month, the first day of the next open one.
    pub(crate) fn order_day(&self, order: &Order) -> Result<NaiveDate, Error> {
        let [own] = order.lines.as_slice() else {
            return self.business_day();
        };
        let rows = match own {
            OrderLine::Appropriate { .. } => self.stored_appropriations()?,
            _ => Vec::new(),
        };
        let row = rows
            .iter()
            .find(|row| row.document.trim() == order.document.trim() && order_line(row) == *own);
        row.map_or_else(
            || self.business_day(),
            |row| self.day_open(row.effective_on),
        )
    }

    /// The day itself where its month is open, which it is made; else the first open one's first.
    fn day_open(&self, day: NaiveDate) -> Result<NaiveDate, Error> {
        let period = self.posting_period(Period::containing(day))?;
        Ok(day_in(period, day))
    }

    pub(crate) fn stored_appropriations(&self) -> Result<Vec<Appropriation>, Error> {
        self.store()
            .read(|conn| store::appropriations::all(conn).map_err(Error::from))
    }
}
