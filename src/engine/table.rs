//! Decision tables made fast: every input falls into one of finitely many classes (a point, the gap
//! between two points, a listed text), and an index chosen at load leads from the classes to the
//! row: an array of all combinations where they are few, sets of rows as bits where they are many.

mod analysis;
mod classes;
mod cover;
mod index;
mod slices;
mod spans;

use std::ops::ControlFlow;

pub use analysis::Analysis;

use crate::exact::Exact;
use crate::pack::{CellTest, Collect, HitPolicy, Output, Table, TableRow};
use classes::{Classes, classes};
use index::Index;
pub use slices::{Slice, SliceShare};
pub(crate) use slices::{shares, slices, sum};
use spans::Spans;

/// Most combinations of classes for which every answer is computed at load.
const MAX_ANSWERS: usize = 1 << 15;
/// Most steps that computing them may take.
const MAX_WORK: usize = 1 << 24;

/// The answer for a combination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// This row, from zero.
    Row(u32),
    /// What the matching rows collect, at the scale of the output.
    Collected(i128),
    /// What they collect leaves the range of 128 bits.
    Overflow,
    /// No row, but the table says what then.
    Otherwise,
    /// No row, or an input outside its domain.
    None,
    /// Two rows that may not both apply.
    Clash(u32, u32),
}

/// A table ready for look-ups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    inputs: Vec<Classes>,
    /// Classes of the declared domain of each input.
    domains: Vec<Option<Spans>>,
    /// Rows by precedence.
    order: Vec<u32>,
    index: Index,
    /// The answer of every combination; none when there are too many.
    answers: Vec<Hit>,
    policy: HitPolicy,
    /// Values of the rows, where they are compared or collected.
    values: Vec<Output>,
    has_otherwise: bool,
    /// Whether an input without a row is a gap.
    needs_cover: bool,
}

/// An input of a look-up.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A number as `numerator / denominator` (above zero), or a day.
    Number(i128, i128),
    /// A text.
    Text(&'a str),
    /// A truth value.
    Bool(bool),
}

/// Rows by precedence: in the order of the table, or of its priorities.
fn precedence(table: &Table) -> Vec<u32> {
    let mut order: Vec<u32> = (0..).take(table.rows.len()).collect();
    if table.hit == HitPolicy::Priority {
        let rank = |row: &u32| {
            let value = table.rows.get(*row as usize).map(|row| &row.value);
            let mut ranked = table.priorities.iter();
            let rank = ranked.position(|one| Some(one) == value);
            rank.unwrap_or(usize::MAX)
        };
        order.sort_by_cached_key(|row| (rank(row), *row));
    }
    order
}

impl Lookup {
    /// Prepares a table.
    pub fn new(table: &Table) -> Self {
        let inputs: Vec<Classes> = (0..table.inputs.len())
            .map(|at| classes(table, at))
            .collect();
        let domains = table.inputs.iter().zip(&inputs).map(|(input, classes)| {
            let declared = input.is_bounded();
            declared.then(|| classes.matching(&input.domain))
        });
        let counting = table.hit == HitPolicy::Collect(Collect::Count);
        let mut lookup = Self {
            domains: domains.collect(),
            order: precedence(table),
            index: Index::new(&[], &[]),
            answers: Vec::new(),
            policy: table.hit,
            values: table.rows.iter().map(|row| row.value.clone()).collect(),
            has_otherwise: table.otherwise.is_some(),
            needs_cover: table.otherwise.is_none() && !counting,
            inputs,
        };
        let rows = lookup.order.iter();
        let cells: Vec<Vec<Spans>> = rows
            .filter_map(|row| table.rows.get(*row as usize))
            .map(|row| lookup.cells(row))
            .collect();
        let counts: Vec<u32> = lookup.inputs.iter().map(Classes::count).collect();
        lookup.index = Index::new(&cells, &counts);
        lookup.answers = lookup.all_answers();
        lookup
    }

    /// The classes of each condition of a row.
    fn cells(&self, row: &TableRow) -> Vec<Spans> {
        let tests = self.inputs.iter().zip(&row.when);
        tests.map(|(input, test)| input.matching(test)).collect()
    }

    /// The answer of every combination, the last input turning fastest; none when that is too much.
    fn all_answers(&self) -> Vec<Hit> {
        let counts = || self.inputs.iter().map(|input| input.count() as usize);
        let combinations = counts().try_fold(1_usize, usize::checked_mul);
        let words = self.order.len() / 64 + 1;
        let few = |count: &usize| *count <= MAX_ANSWERS && count.saturating_mul(words) <= MAX_WORK;
        let Some(combinations) = combinations.filter(few) else {
            return Vec::new();
        };
        let mut classes = vec![0; self.inputs.len()];
        (0..combinations)
            .map(|mut index| {
                for (class, count) in classes.iter_mut().zip(counts()).rev() {
                    *class = index % count;
                    index /= count;
                }
                self.search(&classes)
            })
            .collect()
    }

    /// Whether every combination of inputs certainly has an answer.
    pub(crate) fn is_total(&self) -> bool {
        let answered = |hit: &Hit| matches!(hit, Hit::Row(_) | Hit::Collected(_) | Hit::Otherwise);
        !self.answers.is_empty() && self.answers.iter().all(answered)
    }

    /// The class of a value of an input.
    pub fn class(&self, input: usize, value: Input<'_>) -> usize {
        let classes = self.inputs.get(input);
        classes.map_or(0, |classes| classes.class(value) as usize)
    }

    /// How many classes an input has.
    pub(crate) fn classes(&self, input: usize) -> usize {
        let classes = self.inputs.get(input);
        classes.map_or(0, |classes| classes.count() as usize)
    }

    /// The points of a numeric input: class `2i + 1` is point `i`, class `2i` what lies before it.
    pub(crate) fn points(&self, input: usize) -> &[Exact] {
        self.inputs.get(input).map_or(&[], Classes::points)
    }

    /// Number of classes of an input.
    pub(crate) fn classes_of(&self, input: usize) -> usize {
        self.inputs.get(input).map_or(0, |one| one.count() as usize)
    }

    /// Whether a value with `scale` decimals (any fraction without it) can be of the class.
    pub(crate) fn is_inhabited(&self, input: usize, class: usize, scale: Option<u8>) -> bool {
        let class = u32::try_from(class).unwrap_or(u32::MAX);
        self.inputs
            .get(input)
            .is_some_and(|one| one.is_inhabited(class, scale))
    }

    /// Whether values of the class satisfy a condition on the input.
    pub(crate) fn satisfies(&self, input: usize, test: &CellTest, class: usize) -> bool {
        let class = u32::try_from(class).unwrap_or(u32::MAX);
        self.inputs
            .get(input)
            .is_some_and(|one| one.matching(test).contains(class))
    }

    /// Whether the declared domain of an input has the class.
    pub(crate) fn is_allowed(&self, input: usize, class: usize) -> bool {
        let domain = self.domains.get(input).and_then(Option::as_ref);
        let class = u32::try_from(class).unwrap_or(u32::MAX);
        domain.is_none_or(|domain| domain.contains(class))
    }

    /// The values of a class in words.
    pub(crate) fn describe_class(&self, input: usize, class: usize) -> String {
        let class = u32::try_from(class).unwrap_or(u32::MAX);
        self.inputs
            .get(input)
            .map_or_else(String::new, |one| one.describe(class, class))
    }

    /// The answer for a class of each input.
    pub fn hit(&self, classes: &[usize]) -> Hit {
        if self.answers.is_empty() {
            return self.search(classes);
        }
        let inputs = self.inputs.iter().zip(classes);
        let index = inputs.fold(0, |index, (input, class)| {
            index * input.count() as usize + class
        });
        self.answers.get(index).copied().unwrap_or(Hit::None)
    }

    /// All rows that match, from zero, in the order of the table.
    pub fn rows(&self, classes: &[usize]) -> Vec<u32> {
        let mut rows = Vec::new();
        self.each(classes, |row| rows.push(row));
        rows.sort_unstable();
        rows
    }

    fn search(&self, classes: &[usize]) -> Hit {
        if !self.in_domain(classes) {
            return Hit::None;
        }
        let found = match self.policy {
            HitPolicy::First | HitPolicy::Priority | HitPolicy::RuleOrder => {
                self.first(classes).map(Hit::Row)
            }
            HitPolicy::Unique => self.only(classes, |_, _| false),
            HitPolicy::Any => self.only(classes, |a, b| {
                self.values.get(a as usize) == self.values.get(b as usize)
            }),
            HitPolicy::Collect(how) => self.collect(classes, how),
        };
        found.unwrap_or(if self.has_otherwise {
            Hit::Otherwise
        } else {
            Hit::None
        })
    }

    fn in_domain(&self, classes: &[usize]) -> bool {
        let mut inputs = self.domains.iter().zip(classes);
        inputs.all(|(domain, class)| {
            let holds =
                |domain: &Spans| u32::try_from(*class).is_ok_and(|one| domain.contains(one));
            domain.as_ref().is_none_or(holds)
        })
    }

    /// The first row by precedence that matches.
    fn first(&self, classes: &[usize]) -> Option<u32> {
        let at = self.index.scan(classes, ControlFlow::Break);
        at.and_then(|at| self.order.get(at).copied())
    }

    /// The one row that matches, or two that do not agree.
    fn only(&self, classes: &[usize], agree: impl Fn(u32, u32) -> bool) -> Option<Hit> {
        let mut first: Option<u32> = None;
        let clash = self.index.scan(classes, |row| {
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            match first {
                Some(first) if !agree(first, row) => ControlFlow::Break(Hit::Clash(first, row)),
                Some(_) => ControlFlow::Continue(()),
                None => {
                    first = Some(row);
                    ControlFlow::Continue(())
                }
            }
        });
        clash.or(first.map(Hit::Row))
    }

    fn each(&self, classes: &[usize], mut visit: impl FnMut(u32)) {
        self.index.scan::<()>(classes, |at| {
            if let Some(row) = self.order.get(at) {
                visit(*row);
            }
            ControlFlow::Continue(())
        });
    }

    /// What the matching rows add up to; none for no row, but their number is then zero.
    fn collect(&self, classes: &[usize], how: Collect) -> Option<Hit> {
        let mut found: Option<Option<i128>> = match how {
            Collect::Count => Some(Some(0)),
            _ => None,
        };
        self.each(classes, |row| {
            let value = match self.values.get(row as usize) {
                Some(Output::Number(Exact { mantissa, .. })) => *mantissa,
                _ => 0,
            };
            found = Some(match (found, how) {
                (None, _) => Some(value),
                (Some(sum), Collect::Sum) => sum.and_then(|sum| sum.checked_add(value)),
                (Some(count), Collect::Count) => count.and_then(|count| count.checked_add(1)),
                (Some(least), Collect::Min) => least.map(|least| least.min(value)),
                (Some(most), Collect::Max) => most.map(|most| most.max(value)),
            });
        });
        found.map(|value| value.map_or(Hit::Overflow, Hit::Collected))
    }
}

#[cfg(test)]
mod tests;
