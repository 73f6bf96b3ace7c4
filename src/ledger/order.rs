//! Orders 指令: what one person proposes about money and, wherever somebody gets or loses any, another
//! approves, bound to the very lines by their digest, number and sum.

pub(crate) mod draft;
mod kind;
mod line;
pub(crate) mod standing;
pub(crate) mod state;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::canon::encode;
use domain::{DepartmentId, Fen, OrderId};

use crate::award::ControlTotal;
use crate::digest::Digest;
use crate::leaf::canon_struct;
use crate::rejection::Rejection;
use crate::words::Words;

pub use kind::OrderKind;
pub use line::OrderLine;
pub use state::{OrderStage, OrderState, Payment, PaymentOutcome};

/// An order as its maker proposes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its own number; the same number is never another order.
    pub id: OrderId,
    /// What kind of decision it is.
    pub kind: OrderKind,
    /// The rule it applies, `pack@version#rule`; empty where no rule is applied.
    pub rule: String,
    /// Number of the decision document.
    pub document: String,
    /// Words for people.
    pub reason: Words,
    /// Its lines, in order.
    pub lines: Vec<OrderLine>,
}

canon_struct! {
    Order { id, kind, rule, document, reason, lines }
}

impl Order {
    /// What an approval is bound to.
    pub fn digest(&self) -> Digest {
        Digest::of(&encode(self))
    }

    /// Number and sum of its lines.
    pub fn control(&self) -> Result<ControlTotal, Rejection> {
        let total = Fen::checked_sum(self.lines.iter().map(OrderLine::amount_fen));
        Ok(ControlTotal {
            count: u32::try_from(self.lines.len()).map_err(|_| Rejection::OutOfRange)?,
            total_fen: total.ok_or(Rejection::OutOfRange)?,
        })
    }

    /// A line, by its place from zero.
    pub fn line(&self, index: u32) -> Option<&OrderLine> {
        self.lines.get(usize::try_from(index).ok()?)
    }

    /// The lines with their places.
    pub fn numbered(&self) -> impl Iterator<Item = (u32, &OrderLine)> {
        (0..).zip(&self.lines)
    }

    /// Refuses an order that no books could carry out.
    pub fn check(&self) -> Result<(), Rejection> {
        for (text, what) in [
            (self.id.as_str(), "指令编号 order number"),
            (&self.document, "决定文号 decision document"),
        ] {
            if text.trim().is_empty() {
                return Err(Rejection::Missing { what });
            }
        }
        if self.kind.needs_rule() && self.rule.trim().is_empty() {
            return Err(Rejection::Missing {
                what: "所依规则 rule",
            });
        }
        if self.lines.is_empty() {
            return Err(self.fault(0, "没有任何条目 (no lines)"));
        }
        let mut accruals = BTreeSet::new();
        for (index, line) in self.numbered() {
            if line.order_kind() != self.kind {
                return Err(self.fault(index, "条目与指令类别不符 (line of another kind)"));
            }
            if line.amount_fen() <= Fen::ZERO {
                return Err(Rejection::NotPositive);
            }
            // One accrual may go to several successors; any other line about it has all of it.
            let whole = !matches!(line, OrderLine::TransferOwed { .. });
            if whole && line.accrual().is_some_and(|seq| !accruals.insert(seq)) {
                return Err(self.fault(index, "同一计提重复 (accrual repeated)"));
            }
            let cite = match line {
                OrderLine::Raise { cite, .. }
                | OrderLine::RaiseUnfunded { cite, .. }
                | OrderLine::LowerUnfunded { cite, .. } => cite,
                _ => &self.document,
            };
            if cite.trim().is_empty() {
                return Err(self.fault(index, "缺少依据条款 (no citation)"));
            }
        }
        Ok(())
    }

    /// The rejection of one of its lines.
    pub(crate) fn fault(&self, line: u32, what: &'static str) -> Rejection {
        Rejection::BadOrder {
            order: self.id.clone(),
            line: line + 1,
            what,
        }
    }
}

/// What the treasury reports about a line of a batch of payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentReceipt {
    /// The batch.
    pub order: OrderId,
    /// The line, from zero.
    pub line: u32,
    /// Number of the receipt or of the notice of return.
    pub receipt: String,
    /// The amount it states, fen: the very amount of the line.
    pub amount_fen: Fen,
    /// Business date, in an open period.
    pub effective_on: NaiveDate,
    /// Words for people: why it failed.
    pub memo: Words,
}

/// Money that came back from a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The department.
    pub department: DepartmentId,
    /// Fen above zero.
    pub amount_fen: Fen,
    /// Number of the receipt; it counts once.
    pub receipt: String,
    /// Business date, in an open period.
    pub effective_on: NaiveDate,
}
