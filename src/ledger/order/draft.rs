//! From a line of an order to its transaction. Deciding and replaying share it, so that a record
//! which does not follow from its order is found.

use chrono::{Datelike as _, NaiveDate};
use domain::{Fen, Period};

use crate::account::{Account, Line};
use crate::accrual::Accrual;
use crate::books::Books;
use crate::order::standing::standing_legs;
use crate::order::{Order, OrderLine};
use crate::rejection::Rejection;
use crate::take_back::{contra, taken_back};
use crate::transaction::{Basis, Draft, Leg, move_legs};

/// The transaction of a line on a business date, as the books stand.
pub(crate) fn draft_of(
    books: &Books,
    order: &Order,
    index: u32,
    effective_on: NaiveDate,
) -> Result<Draft, Rejection> {
    let missing = || order.fault(index, "没有这一条目 (no such line)");
    let line = order.line(index).ok_or_else(missing)?;
    let blank = Blank {
        books,
        order,
        index,
        effective_on,
    };
    match line {
        OrderLine::Raise { .. }
        | OrderLine::RaiseUnfunded { .. }
        | OrderLine::LowerUnfunded { .. } => blank.raise(line),
        OrderLine::Reverse {
            transaction,
            amount_fen,
        } => blank.reverse(*transaction, *amount_fen),
        OrderLine::Lapse { line, amount_fen } => blank.lapse(line, *amount_fen),
        _ => match line.accrual() {
            Some(seq) => blank.about(line, seq),
            None => blank.standing(line),
        },
    }
}

/// What all transactions of an order have in common.
struct Blank<'a> {
    books: &'a Books,
    order: &'a Order,
    index: u32,
    effective_on: NaiveDate,
}

impl Blank<'_> {
    fn draft(&self) -> Draft {
        let Order {
            id,
            rule,
            document,
            reason,
            ..
        } = self.order;
        let kind = self
            .order
            .line(self.index)
            .map_or(crate::kind::Kind::Adjust, OrderLine::kind);
        let period = Period::containing(self.effective_on);
        Draft {
            kind,
            period,
            effective_on: self.effective_on,
            for_period: period,
            idempotency_key: format!("{}/{id}/{}", kind.code(), self.index),
            run: None,
            department: None,
            component: None,
            accrual: None,
            reverses: None,
            document: document.trim().to_owned(),
            memo: reason.clone(),
            basis: Some(Basis::Order {
                order: id.clone(),
                line: self.index,
                rule: rule.trim().to_owned(),
            }),
            legs: Vec::new(),
        }
    }

    fn fault(&self, what: &'static str) -> Rejection {
        self.order.fault(self.index, what)
    }

    /// A line about an accrual.
    fn about(&self, line: &OrderLine, seq: u64) -> Result<Draft, Rejection> {
        let unknown = Rejection::AccrualUnknown { accrual: seq };
        let accrual = self.books.accrual(seq).ok_or(unknown)?;
        let legs = match line {
            OrderLine::Deduct { .. } | OrderLine::Clawback { .. } | OrderLine::Lower { .. } => {
                taken_back(line, seq, accrual, self.effective_on)?
            }
            OrderLine::Carry { amount_fen, .. } => self.carry(accrual, *amount_fen)?,
            _ => {
                require_held(line, seq, accrual)?;
                moving_legs(line, accrual, self.effective_on)
            }
        };
        let successor = line.department();
        Ok(Draft {
            for_period: accrual.for_period,
            department: Some(successor.unwrap_or(&accrual.department).clone()),
            component: Some(accrual.component),
            accrual: Some(seq),
            legs,
            ..self.draft()
        })
    }

    /// A line about a department, or a line of the budget, as a whole.
    fn standing(&self, line: &OrderLine) -> Result<Draft, Rejection> {
        if let OrderLine::CarryOn { line, .. } = line
            && self.effective_on.year() != line.budget_year + 1
        {
            return Err(Rejection::YearNotOver { line: line.clone() });
        }
        let funded = match line {
            OrderLine::Appropriate { line, .. }
            | OrderLine::Augment { line, .. }
            | OrderLine::Cut { line, .. } => Some(line),
            _ => None,
        };
        let mut draft = Draft {
            department: line.department().cloned(),
            legs: standing_legs(line, self.effective_on),
            ..self.draft()
        };
        // A document counts once for a line, whether by an order or by an import.
        if let Some(line) = funded {
            draft.idempotency_key = format!("{}/{}/{line}", draft.kind.code(), draft.document);
        }
        Ok(draft)
    }

    /// The accrual's old line gives the encumbrance up, the new year's line is opened for it.
    fn carry(&self, accrual: &Accrual, amount_fen: Fen) -> Result<Vec<Leg>, Rejection> {
        if accrual.owed_fen() != amount_fen {
            return Err(self.fault("结转额与未付额不符 (not what is owed still)"));
        }
        let old = &accrual.line;
        if self.effective_on.year() != old.budget_year + 1 {
            return Err(Rejection::YearNotOver { line: old.clone() });
        }
        let new = Line {
            budget_year: old.budget_year + 1,
            ..old.clone()
        };
        let given_up = move_legs(
            Account::Lapsed(old.clone()),
            Account::Encumbered(old.clone()),
            amount_fen,
        );
        let opened = move_legs(
            Account::Encumbered(new.clone()),
            Account::Authority(new),
            amount_fen,
        );
        Ok(given_up.into_iter().chain(opened).collect())
    }

    fn lapse(&self, line: &Line, amount_fen: Fen) -> Result<Draft, Rejection> {
        let last = NaiveDate::from_ymd_opt(line.budget_year, 12, 31);
        if last.is_none_or(|last| self.effective_on < last) {
            return Err(Rejection::YearNotOver { line: line.clone() });
        }
        let legs = move_legs(
            Account::Lapsed(line.clone()),
            Account::Available(line.clone()),
            amount_fen,
        );
        Ok(Draft {
            legs: legs.into(),
            ..self.draft()
        })
    }

    /// More for a closed month, as if it had been accrued then, or less that is unfunded.
    fn raise(&self, line: &OrderLine) -> Result<Draft, Rejection> {
        let (department, component, for_period, cite, legs) = match line {
            OrderLine::Raise {
                department,
                line,
                component,
                for_period,
                amount_fen,
                cite,
            } => {
                if line.budget_year != self.effective_on.year() {
                    return Err(self.fault("资金池不属于记账年度 (line of another year)"));
                }
                let budget = move_legs(
                    Account::Encumbered(line.clone()),
                    Account::Available(line.clone()),
                    *amount_fen,
                );
                let owed = move_legs(
                    Account::PriorPeriod(line.programme.clone()),
                    Account::Payable(department.clone()),
                    *amount_fen,
                );
                let legs = budget.into_iter().chain(owed).collect();
                (department, component, for_period, cite, legs)
            }
            OrderLine::RaiseUnfunded {
                department,
                component,
                for_period,
                amount_fen,
                cite,
            }
            | OrderLine::LowerUnfunded {
                department,
                component,
                for_period,
                amount_fen,
                cite,
            } => {
                let unfunded = Account::Unfunded(department.clone());
                let entitlement = Account::Entitlement(department.clone());
                let legs = if matches!(line, OrderLine::RaiseUnfunded { .. }) {
                    move_legs(unfunded, entitlement, *amount_fen)
                } else {
                    move_legs(entitlement, unfunded, *amount_fen)
                };
                (department, component, for_period, cite, Vec::from(legs))
            }
            _ => return Err(self.fault("不是调增条目 (not a raise)")),
        };
        self.books.require_closed(*for_period)?;
        Ok(Draft {
            for_period: *for_period,
            department: Some(department.clone()),
            component: Some(*component),
            document: format!("{}；{}", self.order.document.trim(), cite.trim()),
            legs,
            ..self.draft()
        })
    }

    /// The exact negation of a transaction that nothing followed from.
    fn reverse(&self, seq: u64, amount_fen: Fen) -> Result<Draft, Rejection> {
        let refused = |what| Rejection::NotReversible {
            transaction: seq,
            what,
        };
        let original = self.books.transaction(seq);
        let original = original.ok_or_else(|| refused("没有这笔凭证 (no such transaction)"))?;
        if !original.kind.reversible() {
            return Err(refused("此类凭证不能冲销 (not of a kind that is reversed)"));
        }
        if self.books.is_reversed(seq) {
            return Err(refused("已冲销过 (reversed already)"));
        }
        if original.moved_fen() != amount_fen {
            return Err(self.fault("金额与原凭证不符 (not the amount of the original)"));
        }
        let accrual = self.books.accrual(seq);
        if accrual.is_some_and(|accrual| !accrual.is_untouched()) {
            return Err(refused(
                "已有后续处理，请用追回 (something followed from it; claw back)",
            ));
        }
        Ok(Draft {
            for_period: original.for_period,
            run: original.run.clone(),
            department: original.department.clone(),
            component: original.component,
            accrual: original.accrual,
            reverses: Some(seq),
            legs: original.negated_legs(),
            ..self.draft()
        })
    }
}

/// Refuses to move more than the accrual has in the state it leaves.
fn require_held(line: &OrderLine, seq: u64, accrual: &Accrual) -> Result<(), Rejection> {
    let department = accrual.department.clone();
    let source = match line {
        OrderLine::Unhold { .. }
        | OrderLine::Forfeit { .. }
        | OrderLine::TransferOwed { withheld: true, .. } => Account::Withheld(department),
        _ => Account::Payable(department),
    };
    let (asked_fen, held_fen) = (line.amount_fen(), accrual.held_on(&source));
    if asked_fen > held_fen {
        return Err(Rejection::AccrualExceeded {
            accrual: seq,
            asked_fen,
            held_fen,
        });
    }
    Ok(())
}

/// The legs of a line that moves an accrual from one state to another.
fn moving_legs(line: &OrderLine, accrual: &Accrual, effective_on: NaiveDate) -> Vec<Leg> {
    let department = accrual.department.clone();
    let payable = Account::Payable(department.clone());
    let (debit, credit) = match line {
        OrderLine::Withhold { .. } => (payable, Account::Withheld(department)),
        OrderLine::Unhold { .. } => (Account::Withheld(department), payable),
        OrderLine::Forfeit { .. } => (Account::Withheld(department), contra(accrual, effective_on)),
        OrderLine::Offset { .. } => (payable, Account::Clawback(department)),
        OrderLine::SettleOwed { level, .. } => (payable, Account::InterGov(level.clone())),
        OrderLine::TransferOwed {
            successor,
            withheld: true,
            ..
        } => (
            Account::Withheld(department),
            Account::Withheld(successor.clone()),
        ),
        OrderLine::TransferOwed { successor, .. } => (payable, Account::Payable(successor.clone())),
        _ => (payable, Account::InTransit(department)),
    };
    let encumbered = Account::Encumbered(accrual.line.clone());
    let budget = match line {
        OrderLine::Forfeit { .. } => Some((Account::Available(accrual.line.clone()), encumbered)),
        // What is set off or settled is spent as if it had been paid: it was received otherwise.
        OrderLine::Offset { .. } | OrderLine::SettleOwed { .. } => {
            Some((Account::Expended(accrual.line.clone()), encumbered))
        }
        _ => None,
    };
    let amount = line.amount_fen();
    let mut legs: Vec<Leg> = move_legs(debit, credit, amount).into();
    legs.extend(
        budget
            .into_iter()
            .flat_map(|(debit, credit)| move_legs(debit, credit, amount)),
    );
    legs
}
