//! The slow reference: one row at a time, sharing nothing with the columnar evaluator but the typed
//! tree. On unbounded rationals it is what tests compare with; on `rust_decimal` it is the program
//! that would be written without columns, which the benchmark measures against. Nothing else uses it.

mod aggregate;
mod days;
mod decimal;
mod lookup;
mod number;
mod pack;
mod peers;
mod rational;

use std::marker::PhantomData;
use std::ops::Range;

pub use num_rational::BigRational;
pub use rust_decimal::Decimal;

pub use number::Number;
pub use pack::{SlowCell, SlowCells, evaluate, largest_error, of_evaluation};
pub(crate) use peers::Company;

use crate::eval::{CalendarMemo, Constants};
use crate::fault::FaultKind;
use crate::formula::Compiled;
use crate::formula::tree::{Arithmetic, Kind, Node, Ty};
use crate::frame::{Columns, Values};

/// A value of the reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slow<'a, N> {
    Bool(bool),
    Text(&'a str),
    Date(i32),
    Number(N),
}

/// A value, a missing value, or a fault.
pub(crate) type Outcome<'a, N> = Result<Option<Slow<'a, N>>, FaultKind>;

/// Rows to read.
pub(crate) struct Reference<'a, N> {
    constants: &'a Constants,
    calendar: &'a CalendarMemo<'a>,
    columns: Columns<'a>,
    numbers: PhantomData<N>,
}

/// Where a node is evaluated.
struct Spot<'s, 'a, N> {
    row: usize,
    found: Found<'s, 'a, N>,
}

/// What was found for a subject: aggregates, comparisons, values of the period before.
#[derive(Debug)]
struct Found<'s, 'a, N> {
    aggregates: &'s [Option<Slow<'a, N>>],
    peers: &'s [Option<Slow<'a, N>>],
    carried: &'s [Option<Slow<'a, N>>],
}

impl<N> Found<'_, '_, N> {
    /// Nothing, as for a row.
    const NONE: Self = Self {
        aggregates: &[],
        peers: &[],
        carried: &[],
    };
}

impl<N> Clone for Found<'_, '_, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Found<'_, '_, N> {}

impl<N> Clone for Spot<'_, '_, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Spot<'_, '_, N> {}

fn misfit() -> FaultKind {
    FaultKind::WrongFrame {
        table: String::new(),
    }
}

fn number<N: Number>(mantissa: i128, scale: u8) -> Result<N, FaultKind> {
    N::scaled(mantissa, scale).ok_or(FaultKind::Overflow)
}

impl<'a, N: Number> Reference<'a, N> {
    pub(crate) const fn new(
        constants: &'a Constants,
        calendar: &'a CalendarMemo<'a>,
        columns: Columns<'a>,
    ) -> Self {
        Self {
            constants,
            calendar,
            columns,
            numbers: PhantomData,
        }
    }

    /// The rows of a range that satisfy a condition.
    pub(crate) fn select(
        &self,
        condition: Option<&'a Node>,
        range: Range<usize>,
    ) -> Result<Vec<usize>, FaultKind> {
        let Some(condition) = condition else {
            return Ok(range.collect());
        };
        let mut rows = Vec::new();
        for row in range {
            let found = Found::NONE;
            let spot = Spot { row, found };
            if self.bool(condition, spot)? {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// The value of a formula over the columns of a row.
    pub(crate) fn row(&self, root: &'a Node, row: usize) -> Outcome<'a, N> {
        let found = Found::NONE;
        self.eval(root, Spot { row, found })
    }

    /// The value of a formula over aggregates of a subject's cases.
    pub(crate) fn subject(
        &self,
        compiled: &'a Compiled,
        subject: usize,
        cases: &[usize],
        company: Company<'_>,
    ) -> Outcome<'a, N> {
        let aggregates = self.aggregates(compiled, cases)?;
        let carried = Self::carried(compiled, subject, company)?;
        let peers = compiled.peers.iter();
        let peers: Vec<_> = peers
            .map(|peer| self.peer(compiled, peer, subject, company))
            .collect::<Result<_, _>>()?;
        let found = Found {
            aggregates: &aggregates,
            peers: &peers,
            carried: &carried,
        };
        self.eval(&compiled.root, Spot { row: 0, found })
    }

    fn some(&self, node: &'a Node, spot: Spot<'_, 'a, N>) -> Result<Slow<'a, N>, FaultKind> {
        self.eval(node, spot)?.ok_or_else(misfit)
    }

    fn bool(&self, node: &'a Node, spot: Spot<'_, 'a, N>) -> Result<bool, FaultKind> {
        match self.some(node, spot)? {
            Slow::Bool(flag) => Ok(flag),
            _ => Err(misfit()),
        }
    }

    fn number(&self, node: &'a Node, spot: Spot<'_, 'a, N>) -> Result<N, FaultKind> {
        match self.some(node, spot)? {
            Slow::Number(number) => Ok(number),
            _ => Err(misfit()),
        }
    }

    fn date(&self, node: &'a Node, spot: Spot<'_, 'a, N>) -> Result<i32, FaultKind> {
        match self.some(node, spot)? {
            Slow::Date(day) => Ok(day),
            _ => Err(misfit()),
        }
    }

    fn eval(&self, node: &'a Node, at: Spot<'_, 'a, N>) -> Outcome<'a, N> {
        Ok(Some(match &node.kind {
            Kind::Bool(flag) => Slow::Bool(*flag),
            Kind::Text(text) => Slow::Text(text),
            Kind::Date(day) => Slow::Date(*day),
            Kind::Number(value) => Slow::Number(number(*value, node.ty.scale().unwrap_or(0))?),
            Kind::PeriodStart => Slow::Date(self.constants.period_start),
            Kind::PeriodEnd => Slow::Date(self.constants.period_end),
            Kind::Parameter(index) => {
                let value = self.constants.parameters.get(*index).copied().flatten();
                let scale = node.ty.scale().unwrap_or(0);
                Slow::Number(number(value.ok_or_else(misfit)?, scale)?)
            }
            Kind::Column { index, .. } => return self.column(*index, at.row, node.ty),
            Kind::Aggregate(index) => {
                return Ok(at.found.aggregates.get(*index).cloned().flatten());
            }
            Kind::Peer(index) => return Ok(at.found.peers.get(*index).cloned().flatten()),
            Kind::Carry(index) => return Ok(at.found.carried.get(*index).cloned().flatten()),
            Kind::Table { table, inputs } => return self.table(node, *table, inputs, at),
            Kind::Widen(one) => return self.eval(one, at),
            Kind::Negate(one) => Slow::Number(self.number(one, at)?.negated()),
            Kind::Absolute(one) => Slow::Number(self.number(one, at)?.absolute()),
            Kind::Arithmetic(op, left, right) => {
                Slow::Number(self.arithmetic(*op, left, right, at)?)
            }
            Kind::Quotient(left, right) => {
                let (left, right) = (self.number(left, at)?, self.number(right, at)?);
                if right.is_nothing() {
                    return Err(FaultKind::ZeroDenominator);
                }
                Slow::Number(left.over(&right).ok_or(FaultKind::Overflow)?)
            }
            Kind::Round(one, mode) => {
                let scale = node.ty.scale().unwrap_or(0);
                let rounded = self.number(one, at)?.rounded(scale, *mode);
                Slow::Number(rounded.ok_or(FaultKind::Overflow)?)
            }
            Kind::Extreme { greatest, values } => {
                let values: Result<Vec<_>, FaultKind> =
                    values.iter().map(|one| self.some(one, at)).collect();
                let values = values?.into_iter();
                let best = if *greatest {
                    values.max()
                } else {
                    values.min()
                };
                best.ok_or_else(misfit)?
            }
            Kind::Case {
                branches,
                otherwise,
            } => {
                for (condition, result) in branches {
                    if self.bool(condition, at)? {
                        return self.eval(result, at);
                    }
                }
                return self.eval(otherwise, at);
            }
            Kind::Default(one, fallback) => match self.eval(one, at)? {
                Some(value) => value,
                None => self.some(fallback, at)?,
            },
            Kind::Days(left, right) => {
                let days = i128::from(self.date(left, at)?) - i128::from(self.date(right, at)?);
                Slow::Number(number(days, 0)?)
            }
            Kind::AddDays(date, days) => {
                Slow::Date(days::later(self.date(date, at)?, &self.number(days, at)?)?)
            }
            Kind::Workdays(left, right) => {
                let (left, right) = (self.date(left, at)?, self.date(right, at)?);
                Slow::Number(number(self.workdays(left, right)?, 0)?)
            }
            Kind::AddWorkdays(date, days) => {
                let (date, days) = (self.date(date, at)?, self.number(days, at)?);
                Slow::Date(self.workday(date, &days)?)
            }
            _ => Slow::Bool(self.truth(node, at)?),
        }))
    }

    fn arithmetic(
        &self,
        op: Arithmetic,
        left: &'a Node,
        right: &'a Node,
        at: Spot<'_, 'a, N>,
    ) -> Result<N, FaultKind> {
        let (left, right) = (self.number(left, at)?, self.number(right, at)?);
        let result = match op {
            Arithmetic::Add => left.plus(&right),
            Arithmetic::Subtract => left.minus(&right),
            Arithmetic::Multiply => left.times(&right),
        };
        result.ok_or(FaultKind::Overflow)
    }

    /// The value of a condition.
    fn truth(&self, node: &'a Node, at: Spot<'_, 'a, N>) -> Result<bool, FaultKind> {
        Ok(match &node.kind {
            Kind::Compare(op, left, right) => {
                op.holds(self.some(left, at)?.cmp(&self.some(right, at)?))
            }
            Kind::SameText(left, right) => self.some(left, at)? == self.some(right, at)?,
            Kind::OneOf(one, texts) => match self.some(one, at)? {
                Slow::Text(text) => texts.iter().any(|one| one == text),
                _ => return Err(misfit()),
            },
            Kind::And(left, right) => self.bool(left, at)? && self.bool(right, at)?,
            Kind::Or(left, right) => self.bool(left, at)? || self.bool(right, at)?,
            Kind::Not(one) => !self.bool(one, at)?,
            Kind::IsKnown(one) => self.eval(one, at)?.is_some(),
            Kind::IsWorkday(date) => self.is_workday(self.date(date, at)?)?,
            _ => return Err(misfit()),
        })
    }

    fn column(&self, index: usize, row: usize, ty: Ty) -> Outcome<'a, N> {
        let column = self.columns.get(index).ok_or_else(misfit)?;
        let known = column.known.as_ref();
        if known.is_some_and(|known| known.get(row) != Some(&true)) {
            return Ok(None);
        }
        let value = match &column.values {
            Values::Bool(values) => values.get(row).copied().map(Slow::Bool),
            Values::Date(values) => values.get(row).copied().map(Slow::Date),
            Values::Text { codes, dictionary } => codes
                .get(row)
                .and_then(|code| dictionary.text(*code))
                .map(Slow::Text),
            Values::Number(values) => match values.get(row) {
                Some(value) => {
                    let scale = ty.scale().unwrap_or(0);
                    Some(Slow::Number(number(i128::from(value), scale)?))
                }
                None => None,
            },
        };
        value.map(Some).ok_or_else(misfit)
    }
}

#[cfg(test)]
mod tests;
