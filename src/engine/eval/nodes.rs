//! One node at a time, over a stretch of rows or over all subjects.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::aggregate::Aggregated;
use super::calendar::CalendarMemo;
use super::lanes::{LaneFault, Lanes, misfit};
use super::{ActiveTable, Constants, number};
use crate::exact::Exact;
use crate::fault::FaultKind;
use crate::formula::tree::{Comparison, Form, Kind, Node, Ty};
use crate::frame::{ColumnData, Dictionary, Values};
use crate::pack::Output;
use crate::table::{Hit, Input};

/// Classes by code, under (column, table, input).
pub(crate) type ClassMemo = BTreeMap<(usize, usize, usize), Rc<Vec<usize>>>;

/// Evaluates the nodes of formulas over one fact table, or over subjects.
pub(crate) struct Machine<'a> {
    pub(crate) constants: &'a Constants,
    pub(crate) calendar: Option<&'a CalendarMemo<'a>>,
    /// Columns of the table; none over subjects.
    pub(crate) columns: &'a [ColumnData],
    /// Results of the aggregates; none over rows.
    pub(crate) aggregates: &'a [Aggregated],
    /// Table classes of the texts of a column: (column, table, input) to class by code.
    pub(crate) classes: RefCell<ClassMemo>,
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
        columns: &'a [ColumnData],
        aggregates: &'a [Aggregated],
    ) -> Self {
        Self {
            constants,
            calendar,
            columns,
            aggregates,
            classes: RefCell::new(BTreeMap::new()),
        }
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
            Kind::Aggregate(index) => {
                let found = self.aggregates.get(*index).ok_or_else(misfit)?;
                found.lanes.clone()
            }
            Kind::Negate(one) => number::signed(self.eval(one, at)?, false, at.active)?,
            Kind::Absolute(one) => number::signed(self.eval(one, at)?, true, at.active)?,
            Kind::Arithmetic(op, left, right) => {
                if is_fraction(node) {
                    let (left, right) = (self.fraction(left, at)?, self.fraction(right, at)?);
                    number::fraction_arithmetic(*op, left, right, at.active)?
                } else {
                    let (left, right) = (self.eval(left, at)?, self.eval(right, at)?);
                    number::arithmetic(*op, left, right, at.active)?
                }
            }
            Kind::Quotient(left, right) => {
                let (left, right) = (self.fraction(left, at)?, self.fraction(right, at)?);
                number::divide(left, right, at.active)?
            }
            Kind::Round(one, mode) => {
                let scale = node.ty.scale().ok_or_else(misfit)?;
                number::round(self.fraction(one, at)?, scale, *mode, at.active)?
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
            Kind::Days(left, right) => {
                let (left, right) = (
                    self.eval(left, at)?.dates()?,
                    self.eval(right, at)?.dates()?,
                );
                let days = left.iter().zip(&right);
                Lanes::Small(days.map(|(a, b)| i64::from(*a) - i64::from(*b)).collect())
            }
            Kind::Workdays(left, right) => self.workdays(left, right, at)?,
            Kind::Table { table, inputs } => self.table(node, *table, inputs, at)?,
        })
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
            Values::Number(values) => Lanes::Small(part(values, at)?.to_vec()),
            Values::Text { codes, dictionary } => {
                Lanes::Text(part(codes, at)?.to_vec(), Arc::clone(dictionary))
            }
        })
    }

    fn fraction(&self, node: &Node, at: Stretch<'_>) -> Result<number::Fractions, LaneFault> {
        self.eval(node, at)?.fraction(node.ty.scale())
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
            Kind::Aggregate(index) => {
                let found = self.aggregates.get(*index).ok_or_else(misfit)?;
                found.known.clone().map(Some)
            }
            _ => return Err(misfit()),
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

    fn extreme(
        &self,
        node: &Node,
        greatest: bool,
        values: &[Node],
        at: Stretch<'_>,
    ) -> Result<Lanes, LaneFault> {
        let op = if greatest {
            Comparison::Greater
        } else {
            Comparison::Less
        };
        let mut best: Option<Lanes> = None;
        for value in values {
            let next = self.branch(node, value, at, at.active)?;
            best = Some(match best {
                None => next,
                Some(best) => {
                    let better = match (&next, &best) {
                        (Lanes::Fraction(a, b), Lanes::Fraction(c, d)) => {
                            let left = (a.clone(), b.clone());
                            number::compare_fraction_lanes(op, left, (c.clone(), d.clone()))
                        }
                        _ => number::compare(op, next.clone(), best.clone())?,
                    };
                    best.overlay(next, &better)?
                }
            });
        }
        best.ok_or_else(misfit)
    }

    /// A branch in the form of the whole node, asked for only at some lanes.
    fn branch(
        &self,
        whole: &Node,
        branch: &Node,
        at: Stretch<'_>,
        wanted: &[bool],
    ) -> Result<Lanes, LaneFault> {
        let at = Stretch {
            start: at.start,
            active: wanted,
        };
        if is_fraction(whole) {
            let (above, below) = self.fraction(branch, at)?;
            return Ok(Lanes::Fraction(above, below));
        }
        self.eval(branch, at)
    }

    fn logical(
        &self,
        left: &Node,
        right: &Node,
        is_and: bool,
        at: Stretch<'_>,
    ) -> Result<Vec<bool>, LaneFault> {
        let left = self.eval(left, at)?.bools()?;
        let open: Vec<bool> = left
            .iter()
            .zip(at.active)
            .map(|(flag, active)| *active && *flag == is_and)
            .collect();
        if !open.contains(&true) {
            return Ok(left);
        }
        let at = Stretch {
            start: at.start,
            active: &open,
        };
        let right = self.eval(right, at)?.bools()?;
        let pairs = left.into_iter().zip(right);
        Ok(if is_and {
            pairs.map(|(a, b)| a & b).collect()
        } else {
            pairs.map(|(a, b)| a | b).collect()
        })
    }

    fn case(
        &self,
        node: &Node,
        branches: &[(Node, Node)],
        otherwise: &Node,
        at: Stretch<'_>,
    ) -> Result<Lanes, LaneFault> {
        let mut open = at.active.to_vec();
        let mut picked = Vec::with_capacity(branches.len());
        for (condition, result) in branches {
            let asked = Stretch {
                start: at.start,
                active: &open,
            };
            let holds = both(&open, &self.eval(condition, asked)?.bools()?);
            let values = self.branch(node, result, at, &holds)?;
            for (open, holds) in open.iter_mut().zip(&holds) {
                *open &= !holds;
            }
            picked.push((values, holds));
        }
        let mut result = self.branch(node, otherwise, at, &open)?;
        for (values, holds) in picked {
            result = result.overlay(values, &holds)?;
        }
        Ok(result)
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

    fn workdays(&self, left: &Node, right: &Node, at: Stretch<'_>) -> Result<Lanes, LaneFault> {
        let calendar = self.calendar.ok_or_else(misfit)?;
        let (left, right) = (
            self.eval(left, at)?.dates()?,
            self.eval(right, at)?.dates()?,
        );
        let mut days = Vec::with_capacity(left.len());
        for (lane, ((from, to), active)) in left.iter().zip(&right).zip(at.active).enumerate() {
            days.push(if *active {
                let count = calendar.workdays_between(*from, *to);
                i64::from(count.map_err(|error| LaneFault::new(lane, FaultKind::Calendar(error)))?)
            } else {
                0
            });
        }
        Ok(Lanes::Small(days))
    }

    fn table(
        &self,
        node: &Node,
        index: usize,
        inputs: &[Node],
        at: Stretch<'_>,
    ) -> Result<Lanes, LaneFault> {
        let table = self.constants.tables.get(index).and_then(Option::as_ref);
        let table = table.ok_or_else(misfit)?;
        let hits = self.hits(index, inputs, at)?;
        let mut found = Vec::with_capacity(hits.len());
        for (lane, (hit, active)) in hits.iter().zip(at.active).enumerate() {
            let output = table.output(*hit);
            if output.is_none() && *active {
                let input = self.describe(inputs, at, lane)?;
                return Err(LaneFault::new(lane, table.fault(*hit, input)));
            }
            found.push(output);
        }
        outputs(node, &found)
    }

    /// Which row of a decision table each lane hits.
    pub(crate) fn hits(
        &self,
        index: usize,
        inputs: &[Node],
        at: Stretch<'_>,
    ) -> Result<Vec<Hit>, LaneFault> {
        let table = self.constants.tables.get(index).and_then(Option::as_ref);
        let table = table.ok_or_else(misfit)?;
        let mut classes = Vec::with_capacity(inputs.len());
        for (position, input) in inputs.iter().enumerate() {
            classes.push(self.classes(table, index, position, input, at)?);
        }
        let mut combination = vec![0; inputs.len()];
        let hit = |lane: usize| {
            for (slot, classes) in combination.iter_mut().zip(&classes) {
                *slot = classes.get(lane).copied().unwrap_or(0);
            }
            table.lookup.hit(&combination)
        };
        Ok((0..at.active.len()).map(hit).collect())
    }

    /// The class of each lane's input.
    fn classes(
        &self,
        table: &ActiveTable,
        index: usize,
        position: usize,
        input: &Node,
        at: Stretch<'_>,
    ) -> Result<Vec<usize>, LaneFault> {
        let lookup = &table.lookup;
        Ok(match self.eval(input, at)? {
            Lanes::Text(codes, dictionary) => {
                let of_texts = || {
                    let texts = dictionary.texts().iter();
                    texts
                        .map(|text| lookup.class(position, Input::Text(text)))
                        .collect::<Vec<_>>()
                };
                let classes = match input.kind {
                    Kind::Column { index: column, .. } => {
                        let mut memo = self.classes.borrow_mut();
                        let key = (column, index, position);
                        Rc::clone(memo.entry(key).or_insert_with(|| Rc::new(of_texts())))
                    }
                    _ => Rc::new(of_texts()),
                };
                let class = |code: &u32| classes.get(*code as usize).copied().unwrap_or(0);
                codes.iter().map(class).collect()
            }
            Lanes::Bool(values) => values.into_iter().map(usize::from).collect(),
            Lanes::Date(values) => {
                let class = |day: i32| lookup.class(position, Input::Number(i128::from(day), 1));
                values.into_iter().map(class).collect()
            }
            numbers => {
                let (above, below) = numbers.fraction(input.ty.scale())?;
                let class = |(a, b): (i128, i128)| lookup.class(position, Input::Number(a, b));
                above.into_iter().zip(below).map(class).collect()
            }
        })
    }

    /// The inputs of one lane in words, for a fault.
    fn describe(&self, inputs: &[Node], at: Stretch<'_>, lane: usize) -> Result<String, LaneFault> {
        let mut parts = Vec::with_capacity(inputs.len());
        for input in inputs {
            let lanes = self.eval(input, at)?;
            parts.push(show_lane(&lanes, lane, input.ty));
        }
        Ok(parts.join(", "))
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
        Lanes::Fraction(above, below) => match (above.get(lane), below.get(lane)) {
            (Some(above), Some(below)) => {
                crate::exact::Quantity::new(*above, *below).map(|value| value.to_string())
            }
            _ => None,
        },
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

impl ActiveTable {
    /// The value of a hit.
    pub(crate) fn output(&self, hit: Hit) -> Option<&Output> {
        match hit {
            Hit::Row(row) => self.outputs.get(row as usize),
            Hit::Otherwise => self.otherwise.as_ref(),
            Hit::None | Hit::Clash(..) => None,
        }
    }

    /// The fault of a hit without a value.
    pub(crate) fn fault(&self, hit: Hit, input: String) -> FaultKind {
        let table = self.id.clone();
        match hit {
            Hit::Clash(first, second) => FaultKind::ManyRows {
                table,
                input,
                first: first as usize + 1,
                second: second as usize + 1,
            },
            _ => FaultKind::NoRow { table, input },
        }
    }
}

fn outputs(node: &Node, found: &[Option<&Output>]) -> Result<Lanes, LaneFault> {
    if node.ty == Ty::Text {
        let mut dictionary = Dictionary::default();
        let codes = found
            .iter()
            .map(|output| match output {
                Some(Output::Text(text)) => dictionary.intern(text),
                _ => dictionary.intern(""),
            })
            .collect();
        return Ok(Lanes::Text(codes, Arc::new(dictionary)));
    }
    let scale = node.ty.scale().ok_or_else(misfit)?;
    let mut values = Vec::with_capacity(found.len());
    for output in found {
        values.push(match output {
            Some(Output::Number(number)) => number.rescaled(scale).ok_or_else(misfit)?.mantissa,
            _ => 0,
        });
    }
    Ok(Lanes::narrowed(values))
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
