//! Which accruals an order is about: those that were named, or those of a department and a month,
//! oldest first, until the amount is reached.

use chrono::Datelike as _;
use domain::{DepartmentId, Fen, OrderId, Period};
use ledger::{Account, Books, Order, OrderKind, OrderLine};

use crate::App;
use crate::error::Error;

/// What an order is to be about.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Record number of the one accrual; of the transaction that is to be undone.
    pub accrual: Option<u64>,
    /// Accruals of one department only.
    pub department: Option<DepartmentId>,
    /// Accruals about one month only.
    pub period: Option<Period>,
    /// How much in all; as much as there is when not given.
    pub amount_fen: Option<Fen>,
}

impl Selection {
    /// The accruals with what each gives, oldest first; of lines of one budget year only, if given.
    fn pick(
        &self,
        books: &Books,
        kind: OrderKind,
        budget_year: Option<i32>,
    ) -> Result<Vec<(u64, Fen)>, Error> {
        let mut left = self.amount_fen;
        let mut picked = Vec::new();
        for (seq, accrual) in books.accruals() {
            let meant = self.accrual.is_none_or(|own| own == seq)
                && self
                    .department
                    .as_ref()
                    .is_none_or(|own| *own == accrual.department)
                && self.period.is_none_or(|own| own == accrual.for_period)
                && budget_year.is_none_or(|own| own == accrual.line.budget_year);
            let there = books.movable(kind, seq);
            let part = left.map_or(there, |left| left.min(there));
            if meant && part > Fen::ZERO {
                picked.push((seq, part));
                left = left.and_then(|left| left.checked_sub(part));
            }
        }
        let reason = match left {
            _ if picked.is_empty() => "没有可办理的款项 (nothing that could be moved)".to_owned(),
            Some(left) if left > Fen::ZERO => {
                format!(
                    "还差 {left} 元，所选款项不足 (the accruals chosen do not reach the amount)"
                )
            }
            _ => return Ok(picked),
        };
        Err(Error::BadInput {
            what: kind.title(),
            reason,
        })
    }
}

/// The line of a kind of order about an accrual.
fn line_of(kind: OrderKind, accrual: u64, amount_fen: Fen) -> Option<OrderLine> {
    Some(match kind {
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
            fine: false,
        },
        OrderKind::Clawback => OrderLine::Clawback {
            accrual,
            amount_fen,
        },
        OrderKind::Offset => OrderLine::Offset {
            accrual,
            amount_fen,
        },
        OrderKind::Carry => OrderLine::Carry {
            accrual,
            amount_fen,
        },
        OrderKind::Adjust => OrderLine::Lower {
            accrual,
            amount_fen,
        },
        _ => return None,
    })
}

impl App {
    /// The order of a kind about a selection of accruals. A number that is not given is made from the
    /// kind, the business date and the number of the last record.
    pub fn draft_order(
        &self,
        kind: OrderKind,
        selection: &Selection,
        words: OrderWords,
    ) -> Result<Order, Error> {
        let books = self.books()?;
        let lines = match kind {
            OrderKind::Lapse => self.lapses(&books),
            OrderKind::WriteOff => write_offs(&books, selection),
            OrderKind::Reverse => reversal(&books, selection).into_iter().collect(),
            _ => {
                let over = (kind == OrderKind::Carry).then(|| self.clock().today().year() - 1);
                let picked = selection.pick(&books, kind, over)?;
                picked
                    .into_iter()
                    .filter_map(|(seq, fen)| line_of(kind, seq, fen))
                    .collect()
            }
        };
        self.order_of(kind, lines, words)
    }

    /// The order of a kind with these lines.
    pub fn order_of(
        &self,
        kind: OrderKind,
        lines: Vec<OrderLine>,
        words: OrderWords,
    ) -> Result<Order, Error> {
        if lines.is_empty() {
            let reason = "没有可办理的款项 (nothing that could be moved)".to_owned();
            return Err(Error::BadInput {
                what: kind.title(),
                reason,
            });
        }
        let next = self.books()?.records() + 1;
        let id = words.id.unwrap_or_else(|| {
            let today = self.clock().today().format("%Y%m%d");
            OrderId::new(format!("{}-{today}-{next}", kind.code()))
        });
        let rule = match words.rule {
            Some(rule) => self.rule_ref(&rule)?,
            None => String::new(),
        };
        Ok(Order {
            id,
            kind,
            rule,
            document: words.document,
            reason: words.reason.into(),
            lines,
        })
    }

    /// What is available of lines whose year is over.
    fn lapses(&self, books: &Books) -> Vec<OrderLine> {
        let year = self.clock().today().year();
        let available = books.accounts().filter_map(|(account, at)| match account {
            Account::Available(line) if line.budget_year < year && at.balance_fen > Fen::ZERO => {
                Some(OrderLine::Lapse {
                    line: line.clone(),
                    amount_fen: at.balance_fen,
                })
            }
            _ => None,
        });
        available.collect()
    }
}

/// The transaction that is to be undone, if it is there.
fn reversal(books: &Books, selection: &Selection) -> Option<OrderLine> {
    let transaction = selection.accrual?;
    let original = books.transaction(transaction)?;
    Some(OrderLine::Reverse {
        transaction,
        amount_fen: original.moved_fen(),
    })
}

/// What is to be had back from the department chosen.
fn write_offs(books: &Books, selection: &Selection) -> Vec<OrderLine> {
    let due = books.accounts().filter_map(|(account, at)| match account {
        Account::Clawback(id) if at.balance_fen > Fen::ZERO => Some((id.clone(), at.balance_fen)),
        _ => None,
    });
    due.filter(|(id, _)| selection.department.as_ref() == Some(id))
        .map(|(department, balance)| OrderLine::WriteOff {
            department,
            amount_fen: selection.amount_fen.unwrap_or(balance),
        })
        .collect()
}

/// The words of an order.
#[derive(Clone, Debug, Default)]
pub struct OrderWords {
    /// Its number.
    pub id: Option<OrderId>,
    /// Id of the rule it applies, in the pack in use.
    pub rule: Option<String>,
    /// The decision document.
    pub document: String,
    /// Words for people.
    pub reason: String,
}
