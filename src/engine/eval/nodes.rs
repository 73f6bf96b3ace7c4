//! One node at a time, over a stretch of rows or over all subjects.

mod choice;
mod days;
mod lookup;
mod weighted;

pub(crate) use lookup::Answer;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use domain::Rounding;

use super::aggregate::Aggregated;
use super::calendar::CalendarMemo;
use super::lanes::{LaneFault, Lanes, misfit, show_number};
use super::peers::Given;
use super::steps::Steps;
use super::{Constants, number};
use crate::exact::Exact;
use crate::formula::tree::{Comparison, Form, Kind, Node, Ty};
use crate::frame::{Columns, Dictionary, Values};

/// Classes by code, under (column, table, input).
pub(crate) type ClassMemo = BTreeMap<(usize, usize, usize), Rc<Vec<u32>>>;

/// Points of numeric inputs, under (table, input, scale of the numbers).
pub(crate) type StepMemo = BTreeMap<(usize, usize, Option<u8>), Rc<Steps>>;

/// Evaluates the nodes of formulas over one fact table, or over subjects.
pub(crate) struct Machine<'a> {
    pub(crate) constants: &'a Constants,
    pub(crate) calendar: Option<&'a CalendarMemo<'a>>,
    /// Columns of the table; none over subjects.
    pub(crate) columns: Columns<'a>,
    /// Results of the aggregates; none over rows.
    pub(crate) aggregates: &'a [Aggregated<'a>],
    /// What else subjects have; none over rows.
    given: Option<&'a Given>,
    /// Table classes of the texts of a column: (column, table, input) to class by code.
    pub(crate) classes: RefCell<ClassMemo>,
    pub(crate) steps: RefCell<StepMemo>,
}

/// A stretch of rows or subjects, and which of them are asked for.
#[derive(Clone, Copy)]
pub(crate) struct Stretch<'a> {
    pub(crate) start: usize,
    pub(crate) active: &'a [bool],
}

impl<'a> Machine<'a> {
    pub(crate) const fn new(
        constants: &'a Constants,
        calendar: Option<&'a CalendarMemo<'a>>,
        columns: Columns<'a>,
        aggregates: &'a [Aggregated<'a>],
    ) -> Self {
        Self {
            constants,
            calendar,
            columns,
            aggregates,
            given: None,
            classes: RefCell::new(BTreeMap::new()),
            steps: RefCell::new(BTreeMap::new()),
        }
    }

    /// The same with what else subjects have.
    pub(crate) const fn with(mut self, given: &'a Given) -> Self {
        self.given = Some(given);
        self
    }

    /// The value of a node at each lane of the stretch; faults only where a lane is asked for.
    pub(crate) fn eval(&self, node: &Node, at: Stretch<'_>) -> Result<Lanes, LaneFault> {
        let count = at.active.len();
        Ok(match &node.kind {
            Kind::Bool(flag) => Lanes::Bool(vec![*flag; count]),
            Kind::Text(text) => {
                let mut dictionary = Dictionary::default();
                let code = dictionary.intern(text);
                Lanes::Text(vec![code; count], Arc::new(dictionary))
            }
            Kind::Date(day) => Lanes::Date(vec![*day; count]),
            Kind::Number(value) => constant(*value, count),
            Kind::PeriodStart => Lanes::Date(vec![self.constants.period_start; count]),
            Kind::PeriodEnd => Lanes::Date(vec![self.constants.period_end; count]),
            Kind::Parameter(index) => {
                let value = self.constants.parameters.get(*index).copied().flatten();
                constant(value.ok_or_else(misfit)?, count)
            }
            Kind::Column { index, .. } => self.column(*index, at)?,
            Kind::Aggregate(_) | Kind::Peer(_) | Kind::Carry(_) => {
                self.found(&node.kind).ok_or_else(misfit)?.values.lanes()
            }
            Kind::Negate(one) => match self.weighted(node, at)? {
                Some(lanes) => lanes,
                None => number::signed(self.eval(one, at)?, false, at.active)?,
            },
            Kind::Absolute(one) => number::signed(self.eval(one, at)?, true, at.active)?,
            Kind::Arithmetic(op, left, right) => match self.weighted(node, at)? {
                Some(lanes) => lanes,
                None if is_fraction(node) => {
                    let (left, right) = (self.fraction(left, at)?, self.fraction(right, at)?);
                    number::fraction_arithmetic(*op, left, right, at.active)?
                }
                None => {
                    let (left, right) = (self.eval(left, at)?, self.eval(right, at)?);
                    number::arithmetic(*op, left, right, at.active)?
                }
            },
            Kind::Quotient(left, right) => self.quotient(left, right, at)?,
            Kind::Round(one, mode) => {
                let scale = node.ty.scale().ok_or_else(misfit)?;
                match &one.kind {
                    Kind::Quotient(left, right) => {
                        self.rounded_quotient(left, right, (scale, *mode), at)?
                    }
                    _ => number::round(self.fraction(one, at)?, scale, *mode, at.active)?,
                }
            }
            Kind::Widen(one) => {
                let from = one.ty.scale().ok_or_else(misfit)?;
                let to = node.ty.scale().ok_or_else(misfit)?;
                number::widen(self.eval(one, at)?, from, to, at.active)?
            }
            Kind::Extreme { greatest, values } => self.extreme(node, *greatest, values, at)?,
            Kind::Compare(op, left, right) => Lanes::Bool(self.compare(*op, left, right, at)?),
            Kind::SameText(left, right) => Lanes::Bool(self.same_text(left, right, at)?),
            Kind::OneOf(one, texts) => Lanes::Bool(self.one_of(one, texts, at)?),
            Kind::And(left, right) => Lanes::Bool(self.logical(left, right, true, at)?),
            Kind::Or(left, right) => Lanes::Bool(self.logical(left, right, false, at)?),
            Kind::Not(one) => {
                let values = self.eval(one, at)?.bools()?;
                Lanes::Bool(values.into_iter().map(|flag| !flag).collect())
            }
            Kind::IsKnown(one) => Lanes::Bool(self.known(one, at)?),
            Kind::Default(one, fallback) => {
                let known = self.known(one, at)?;
                let wanted = both(at.active, &known);
                let missing: Vec<bool> = known.iter().map(|known| !known).collect();
                let values = self.branch(node, one, at, &wanted)?;
                let fallbacks = self.branch(node, fallback, at, &both(at.active, &missing))?;
                values.overlay(fallbacks, &missing)?
            }
            Kind::Case {
                branches,
                otherwise,
            } => self.case(node, branches, otherwise, at)?,
            Kind::Days(left, right) => self.days(left, right, at)?,
            Kind::AddDays(date, days) => self.add_days(date, days, at)?,
            Kind::Workdays(from, to) => self.workdays(from, to, at)?,
            Kind::AddWorkdays(date, days) => self.add_workdays(date, days, at)?,
            Kind::IsWorkday(date) => self.is_workday(date, at)?,
            Kind::Table { table, inputs } => self.table(node, *table, inputs, at)?,
        })
    }

    /// What was found for a subject before the formula is worked out.
    fn found(&self, kind: &Kind) -> Option<&'a Aggregated<'a>> {
        match kind {
            Kind::Aggregate(index) => self.aggregates.get(*index),
            Kind::Peer(index) => self.given?.peers.get(*index),
            Kind::Carry(index) => self.given?.carried.get(*index),
            _ => None,
        }
    }

    fn column(&self, index: usize, at: Stretch<'_>) -> Result<Lanes, LaneFault> {
        fn part<'v, T>(values: &'v [T], at: Stretch<'_>) -> Result<&'v [T], LaneFault> {
            values
                .get(at.start..at.start + at.active.len())
                .ok_or_else(misfit)
        }
        let column = self.columns.get(index).ok_or_else(misfit)?;
        Ok(match &column.values {
            Values::Bool(values) => Lanes::Bool(part(values, at)?.to_vec()),
            Values::Date(values) => Lanes::Date(part(values, at)?.to_vec()),
            Values::Number(values) => {
                let lanes = at.start..at.start + at.active.len();
                Lanes::Small(values.slice(lanes).ok_or_else(misfit)?.to_vec())
            }
            Values::Text { codes, dictionary } => {
                Lanes::Text(part(codes, at)?.to_vec(), Arc::clone(dictionary))
            }
        })
    }

    fn fraction(&self, node: &Node, at: Stretch<'_>) -> Result<number::Fractions, LaneFault> {
        self.eval(node, at)?.fraction(node.ty.scale())
    }

    fn quotient(&self, left: &Node, right: &Node, at: Stretch<'_>) -> Result<Lanes, LaneFault> {
        let (above, below) = (self.eval(left, at)?, self.eval(right, at)?);
        if left.ty.scale().is_some()
            && left.ty.scale() == right.ty.scale()
            && let Some(small) = number::small_fractions(&above, &below, at.active)
        {
            return Ok(small);
        }
        let above = above.fraction(left.ty.scale())?;
        let below = below.fraction(right.ty.scale())?;
        number::divide(above, below, at.active)
    }

    /// A quotient to a number of decimals, without the fraction between when 64 bits suffice.
    fn rounded_quotient(
        &self,
        left: &Node,
        right: &Node,
        (scale, mode): (u8, Rounding),
        at: Stretch<'_>,
    ) -> Result<Lanes, LaneFault> {
        let (above, below) = (self.eval(left, at)?, self.eval(right, at)?);
        if let (Lanes::Small(a), Lanes::Small(b), Some(from), Some(by)) =
            (&above, &below, left.ty.scale(), right.ty.scale())
            && let Some(more) = (scale + by).checked_sub(from)
            && let Some(small) = number::small_quotients(a, b, more, mode)
        {
            return Ok(Lanes::Small(small));
        }
        let above = above.fraction(left.ty.scale())?;
        let below = below.fraction(right.ty.scale())?;
        let quotients = number::divide(above, below, at.active)?;
        number::round(quotients.fraction(None)?, scale, mode, at.active)
    }

    /// Where a column or aggregate has a value.
    fn known(&self, node: &Node, at: Stretch<'_>) -> Result<Vec<bool>, LaneFault> {
        let known = match &node.kind {
            Kind::Widen(one) => return self.known(one, at),
            Kind::Column { index, .. } => {
                let column = self.columns.get(*index).ok_or_else(misfit)?;
                let part = |known: &Vec<bool>| {
                    known
                        .get(at.start..at.start + at.active.len())
                        .map(<[bool]>::to_vec)
                };
                column.known.as_ref().map(part)
            }
            source => {
                let found = self.found(source).ok_or_else(misfit)?;
                found.known.clone().map(Some)
            }
        };
        match known {
            None => Ok(vec![true; at.active.len()]),
            Some(known) => known.ok_or_else(misfit),
        }
    }

    fn compare(
        &self,
        op: Comparison,
        left: &Node,
        right: &Node,
        at: Stretch<'_>,
    ) -> Result<Vec<bool>, LaneFault> {
        if is_fraction(left) || is_fraction(right) {
            let (left, right) = (self.fraction(left, at)?, self.fraction(right, at)?);
            return Ok(number::compare_fraction_lanes(op, left, right));
        }
        number::compare(op, self.eval(left, at)?, self.eval(right, at)?)
    }

    fn same_text(
        &self,
        left: &Node,
        right: &Node,
        at: Stretch<'_>,
    ) -> Result<Vec<bool>, LaneFault> {
        let (Lanes::Text(a, left), Lanes::Text(b, right)) =
            (self.eval(left, at)?, self.eval(right, at)?)
        else {
            return Err(misfit());
        };
        // The right codes in terms of the left dictionary.
        let codes: Vec<Option<u32>> = right.texts().iter().map(|text| left.code(text)).collect();
        let same = |(a, b): (&u32, &u32)| codes.get(*b as usize).copied().flatten() == Some(*a);
        Ok(a.iter().zip(&b).map(same).collect())
    }

    fn one_of(
        &self,
        one: &Node,
        texts: &[String],
        at: Stretch<'_>,
    ) -> Result<Vec<bool>, LaneFault> {
        let Lanes::Text(codes, dictionary) = self.eval(one, at)? else {
            return Err(misfit());
        };
        let wanted: Vec<u32> = texts
            .iter()
            .filter_map(|text| dictionary.code(text))
            .collect();
        Ok(match wanted.as_slice() {
            [] => vec![false; codes.len()],
            [only] => codes.iter().map(|code| code == only).collect(),
            wanted => codes.iter().map(|code| wanted.contains(code)).collect(),
        })
    }
}

/// One lane as text.
pub(crate) fn show_lane(lanes: &Lanes, lane: usize, ty: Ty) -> String {
    let scaled = |mantissa: i128| {
        Exact {
            mantissa,
            scale: ty.scale().unwrap_or(0),
        }
        .trimmed()
        .to_string()
    };
    let text = match lanes {
        Lanes::Bool(values) => values.get(lane).map(bool::to_string),
        Lanes::Small(values) => values.get(lane).map(|value| scaled(i128::from(*value))),
        Lanes::Wide(values) => values.get(lane).map(|value| scaled(*value)),
        Lanes::Fraction(..) | Lanes::SmallFraction(..) => Some(show_number(lanes, None, lane)),
        Lanes::Text(codes, dictionary) => codes
            .get(lane)
            .and_then(|code| dictionary.text(*code))
            .map(|text| format!("'{text}'")),
        Lanes::Date(values) => values
            .get(lane)
            .and_then(|day| super::calendar::date(*day).ok())
            .map(|day| day.to_string()),
    };
    text.unwrap_or_default()
}

fn constant(value: i128, count: usize) -> Lanes {
    match i64::try_from(value) {
        Ok(small) => Lanes::Small(vec![small; count]),
        Err(_) => Lanes::Wide(vec![value; count]),
    }
}

fn both(a: &[bool], b: &[bool]) -> Vec<bool> {
    a.iter().zip(b).map(|(a, b)| a & b).collect()
}

fn is_fraction(node: &Node) -> bool {
    matches!(
        node.ty,
        Ty::Number {
            form: Form::Fraction,
            ..
        }
    )
}
