//! The slow reference: one row at a time on unbounded rationals, sharing nothing with the columnar
//! evaluator but the typed tree. Tests compare the two; nothing else uses it.

use std::collections::BTreeSet;

use domain::Rounding;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use crate::eval::{CalendarMemo, Constants};
use crate::fault::FaultKind;
use crate::formula::Compiled;
use crate::formula::tree::{Aggregate, Arithmetic, Function, Kind, Node, Ty};
use crate::frame::{ColumnData, Values};

/// A value of the reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slow {
    Bool(bool),
    Text(String),
    Date(i32),
    Number(BigRational),
}

/// A value, a missing value, or a fault.
pub(crate) type Outcome = Result<Option<Slow>, FaultKind>;

/// Rows to read.
pub(crate) struct Reference<'a> {
    pub(crate) constants: &'a Constants,
    pub(crate) calendar: &'a CalendarMemo<'a>,
    pub(crate) columns: &'a [ColumnData],
}

/// Where a node is evaluated.
#[derive(Clone, Copy)]
struct Spot<'a> {
    row: usize,
    aggregates: &'a [Option<Slow>],
}

fn misfit() -> FaultKind {
    FaultKind::WrongFrame {
        table: String::new(),
    }
}

fn rational(mantissa: i128, scale: u8) -> BigRational {
    BigRational::new(
        BigInt::from(mantissa),
        BigInt::from(10).pow(u32::from(scale)),
    )
}

fn rounded(value: &BigRational, scale: u8, mode: Rounding) -> BigRational {
    let power = BigRational::from_integer(BigInt::from(10).pow(u32::from(scale)));
    let scaled = value * &power;
    let half = BigRational::new(1.into(), 2.into());
    let away = |value: &BigRational| {
        if value.is_negative() {
            value.floor()
        } else {
            value.ceil()
        }
    };
    let whole = match mode {
        Rounding::Floor => scaled.floor(),
        Rounding::Ceil => scaled.ceil(),
        Rounding::Down => scaled.trunc(),
        Rounding::Up => away(&scaled),
        Rounding::HalfUp => (scaled.abs() + &half).floor() * scaled.signum(),
        Rounding::HalfEven => {
            let rest = scaled.abs().fract();
            let down = scaled.abs().trunc();
            let odd = down.to_integer().bit(0);
            let up = rest > half || (rest == half && odd);
            let one = BigRational::from_integer(1.into());
            (if up { down + one } else { down }) * scaled.signum()
        }
    };
    whole / power
}

impl Reference<'_> {
    /// The value of a formula over aggregates of some rows.
    pub(crate) fn subject(&self, compiled: &Compiled, rows: &[usize]) -> Outcome {
        let mut aggregates = Vec::with_capacity(compiled.aggregates.len());
        for aggregate in &compiled.aggregates {
            aggregates.push(self.aggregate(aggregate, rows)?);
        }
        let spot = Spot {
            row: 0,
            aggregates: &aggregates,
        };
        self.eval(&compiled.root, spot)
    }

    fn aggregate(&self, aggregate: &Aggregate, rows: &[usize]) -> Outcome {
        let mut kept: Vec<Vec<Slow>> = Vec::new();
        for row in rows {
            let spot = Spot {
                row: *row,
                aggregates: &[],
            };
            let keep = match &aggregate.filter {
                None => true,
                Some(filter) => self.bool(filter, spot)?,
            };
            if keep {
                let arguments = aggregate.arguments.iter();
                let values: Result<Vec<Slow>, FaultKind> =
                    arguments.map(|one| self.some(one, spot)).collect();
                kept.push(values?);
            }
        }
        let count = BigRational::from_integer(BigInt::from(kept.len()));
        let firsts = || kept.iter().filter_map(|values| values.first());
        let sum = || {
            firsts().fold(BigRational::zero(), |sum, value| match value {
                Slow::Number(number) => sum + number,
                _ => sum,
            })
        };
        Ok(match aggregate.function {
            Function::Count => Some(Slow::Number(count)),
            Function::CountDistinct => {
                let distinct: BTreeSet<&Vec<Slow>> = kept.iter().collect();
                let distinct = BigInt::from(distinct.len());
                Some(Slow::Number(BigRational::from_integer(distinct)))
            }
            Function::Sum => Some(Slow::Number(sum())),
            Function::Average if kept.is_empty() => None,
            Function::Average => Some(Slow::Number(sum() / count)),
            Function::Minimum => firsts().min().cloned(),
            Function::Maximum => firsts().max().cloned(),
        })
    }

    fn some(&self, node: &Node, spot: Spot<'_>) -> Result<Slow, FaultKind> {
        self.eval(node, spot)?.ok_or_else(misfit)
    }

    fn bool(&self, node: &Node, spot: Spot<'_>) -> Result<bool, FaultKind> {
        match self.some(node, spot)? {
            Slow::Bool(flag) => Ok(flag),
            _ => Err(misfit()),
        }
    }

    fn number(&self, node: &Node, spot: Spot<'_>) -> Result<BigRational, FaultKind> {
        match self.some(node, spot)? {
            Slow::Number(number) => Ok(number),
            _ => Err(misfit()),
        }
    }

    fn date(&self, node: &Node, spot: Spot<'_>) -> Result<i32, FaultKind> {
        match self.some(node, spot)? {
            Slow::Date(day) => Ok(day),
            _ => Err(misfit()),
        }
    }

    fn eval(&self, node: &Node, at: Spot<'_>) -> Outcome {
        Ok(Some(match &node.kind {
            Kind::Bool(flag) => Slow::Bool(*flag),
            Kind::Text(text) => Slow::Text(text.clone()),
            Kind::Date(day) => Slow::Date(*day),
            Kind::Number(value) => Slow::Number(rational(*value, node.ty.scale().unwrap_or(0))),
            Kind::PeriodStart => Slow::Date(self.constants.period_start),
            Kind::PeriodEnd => Slow::Date(self.constants.period_end),
            Kind::Parameter(index) => {
                let value = self.constants.parameters.get(*index).copied().flatten();
                let scale = node.ty.scale().unwrap_or(0);
                Slow::Number(rational(value.ok_or_else(misfit)?, scale))
            }
            Kind::Column { index, .. } => return Ok(self.column(*index, at.row, node.ty)),
            Kind::Aggregate(index) => return Ok(at.aggregates.get(*index).cloned().flatten()),
            Kind::Negate(one) => Slow::Number(-self.number(one, at)?),
            Kind::Absolute(one) => Slow::Number(self.number(one, at)?.abs()),
            Kind::Arithmetic(op, left, right) => {
                let (left, right) = (self.number(left, at)?, self.number(right, at)?);
                Slow::Number(match op {
                    Arithmetic::Add => left + right,
                    Arithmetic::Subtract => left - right,
                    Arithmetic::Multiply => left * right,
                })
            }
            Kind::Quotient(left, right) => {
                let (left, right) = (self.number(left, at)?, self.number(right, at)?);
                if right.is_zero() {
                    return Err(FaultKind::ZeroDenominator);
                }
                Slow::Number(left / right)
            }
            Kind::Round(one, mode) => {
                let scale = node.ty.scale().unwrap_or(0);
                Slow::Number(rounded(&self.number(one, at)?, scale, *mode))
            }
            Kind::Widen(one) => return self.eval(one, at),
            Kind::Extreme { greatest, values } => {
                let values: Result<Vec<Slow>, FaultKind> =
                    values.iter().map(|one| self.some(one, at)).collect();
                let values = values?.into_iter();
                let best = if *greatest {
                    values.max()
                } else {
                    values.min()
                };
                best.ok_or_else(misfit)?
            }
            Kind::Compare(op, left, right) => {
                let (left, right) = (self.some(left, at)?, self.some(right, at)?);
                Slow::Bool(op.holds(left.cmp(&right)))
            }
            Kind::SameText(left, right) => {
                Slow::Bool(self.some(left, at)? == self.some(right, at)?)
            }
            Kind::OneOf(one, texts) => match self.some(one, at)? {
                Slow::Text(text) => Slow::Bool(texts.contains(&text)),
                _ => return Err(misfit()),
            },
            Kind::And(left, right) => Slow::Bool(self.bool(left, at)? && self.bool(right, at)?),
            Kind::Or(left, right) => Slow::Bool(self.bool(left, at)? || self.bool(right, at)?),
            Kind::Not(one) => Slow::Bool(!self.bool(one, at)?),
            Kind::IsKnown(one) => Slow::Bool(self.eval(one, at)?.is_some()),
            Kind::Default(one, fallback) => match self.eval(one, at)? {
                Some(value) => value,
                None => self.some(fallback, at)?,
            },
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
            Kind::Days(left, right) => {
                let days = i64::from(self.date(left, at)?) - i64::from(self.date(right, at)?);
                Slow::Number(BigRational::from_integer(days.into()))
            }
            Kind::Workdays(left, right) => {
                let (left, right) = (self.date(left, at)?, self.date(right, at)?);
                let days = self.calendar.workdays_between(left, right);
                Slow::Number(BigRational::from_integer(
                    days.map_err(FaultKind::Calendar)?.into(),
                ))
            }
            // Tables have their own reference: a scan of the rows, in the tests of `table`.
            Kind::Table { .. } => return Err(misfit()),
        }))
    }

    fn column(&self, index: usize, row: usize, ty: Ty) -> Option<Slow> {
        let column = self.columns.get(index)?;
        let known = column.known.as_ref();
        if known.is_some_and(|known| known.get(row) != Some(&true)) {
            return None;
        }
        Some(match &column.values {
            Values::Bool(values) => Slow::Bool(*values.get(row)?),
            Values::Date(values) => Slow::Date(*values.get(row)?),
            Values::Text { codes, dictionary } => {
                Slow::Text(dictionary.text(*codes.get(row)?)?.to_owned())
            }
            Values::Number(values) => {
                let scale = ty.scale().unwrap_or(0);
                Slow::Number(rational(i128::from(*values.get(row)?), scale))
            }
        })
    }
}

#[cfg(test)]
mod tests;
