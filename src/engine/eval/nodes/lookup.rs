//! Decision tables over lanes: classes of the inputs, hits, outputs.

use std::rc::Rc;
use std::sync::Arc;

use super::super::lanes::{LaneFault, Lanes, misfit};
use super::super::steps::Steps;
use super::{Machine, Stretch, show_lane};
use crate::exact::Exact;
use crate::fault::FaultKind;
use crate::formula::tree::{Kind, Node, Ty};
use crate::frame::Dictionary;
use crate::pack::{Collect, HitPolicy, Output, PreparedTable, TableOutput};
use crate::table::{Hit, Input};

/// What a table gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer<'a> {
    Number(Exact),
    Text(&'a str),
}

impl Machine<'_> {
    pub(super) fn table(
        &self,
        node: &Node,
        index: usize,
        inputs: &[Node],
        at: Stretch<'_>,
    ) -> Result<Lanes, LaneFault> {
        let table = self.constants.tables.get(index).and_then(Option::as_ref);
        let table = table.ok_or_else(misfit)?;
        if let ([input], Some((scale, answers))) = (inputs, &table.answers)
            && node.ty.scale() == Some(*scale)
            && table.watch.is_none()
        {
            let classes = self.classes(table, index, 0, input, at)?;
            let answers = classes.iter().map(|class| *answers.get(*class as usize)?);
            if let Some(values) = answers.collect() {
                return Ok(Lanes::Small(values));
            }
            // A lane without a number; whether it is asked for is seen below.
        }
        let hits = self.hits(index, inputs, at)?;
        let mut found = Vec::with_capacity(hits.len());
        for (lane, (hit, active)) in hits.iter().zip(at.active).enumerate() {
            let answer = table.answer(*hit);
            if answer.is_none() && *active {
                let input = self.describe(inputs, at, lane)?;
                return Err(LaneFault::new(lane, table.fault(*hit, input)));
            }
            found.push(answer);
        }
        lanes(node, &found)
    }

    /// What each lane hits in a decision table.
    fn hits(&self, index: usize, inputs: &[Node], at: Stretch<'_>) -> Result<Vec<Hit>, LaneFault> {
        self.look_up(index, inputs, at, |table, classes| {
            table.lookup.hit(classes)
        })
    }

    /// The rows of a decision table behind each lane's answer; `None` stands for `otherwise`.
    pub(crate) fn rows_hit(
        &self,
        index: usize,
        inputs: &[Node],
        at: Stretch<'_>,
    ) -> Result<Vec<Vec<Option<u32>>>, LaneFault> {
        self.look_up(index, inputs, at, |table, classes| {
            table.rows_behind(classes)
        })
    }

    /// Looks each lane up by the classes of its inputs.
    fn look_up<T>(
        &self,
        index: usize,
        inputs: &[Node],
        at: Stretch<'_>,
        mut ask: impl FnMut(&PreparedTable, &[usize]) -> T,
    ) -> Result<Vec<T>, LaneFault> {
        let table = self.constants.tables.get(index).and_then(Option::as_ref);
        let table = table.ok_or_else(misfit)?;
        let mut classes = Vec::with_capacity(inputs.len());
        for (position, input) in inputs.iter().enumerate() {
            classes.push(self.classes(table, index, position, input, at)?);
        }
        let mut combination = vec![0; inputs.len()];
        let one = |lane: usize| {
            for (slot, classes) in combination.iter_mut().zip(&classes) {
                *slot = classes.get(lane).map_or(0, |class| *class as usize);
            }
            if let (Some(watch), Some(true)) = (&table.watch, at.active.get(lane)) {
                watch.look_up(&table.table.place, &combination);
            }
            ask(table, &combination)
        };
        Ok((0..at.active.len()).map(one).collect())
    }

    /// The class of each lane's input.
    fn classes(
        &self,
        table: &PreparedTable,
        index: usize,
        position: usize,
        input: &Node,
        at: Stretch<'_>,
    ) -> Result<Vec<u32>, LaneFault> {
        let lookup = &table.lookup;
        let class = |value: Input<'_>| narrow(lookup.class(position, value));
        Ok(match self.eval(input, at)? {
            Lanes::Text(codes, dictionary) => {
                let of_texts = || {
                    let texts = dictionary.texts().iter();
                    texts
                        .map(|text| class(Input::Text(text)))
                        .collect::<Vec<u32>>()
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
            Lanes::Bool(values) => values.into_iter().map(u32::from).collect(),
            numbers => {
                let scale = match numbers {
                    Lanes::Date(_) => Some(0),
                    _ => input.ty.scale(),
                };
                let steps = {
                    let mut memo = self.steps.borrow_mut();
                    let key = (index, position, scale);
                    let new = || Rc::new(Steps::new(lookup.points(position), scale));
                    Rc::clone(memo.entry(key).or_insert_with(new))
                };
                match steps.classes(&numbers) {
                    Some(classes) => classes,
                    None => one_by_one(numbers, scale, class)?,
                }
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

impl PreparedTable {
    /// The value of a hit.
    pub(crate) fn answer(&self, hit: Hit) -> Option<Answer<'_>> {
        let output = match hit {
            Hit::Row(row) => &self.table.rows.get(row as usize)?.value,
            Hit::Otherwise => self.table.otherwise.as_ref()?,
            Hit::Collected(mantissa) => {
                let scale = match (self.table.hit, self.table.output) {
                    (HitPolicy::Collect(Collect::Count), _) => 0,
                    (_, TableOutput::Number { scale, .. }) => scale,
                    (_, TableOutput::Text) => return None,
                };
                return Some(Answer::Number(Exact { mantissa, scale }));
            }
            Hit::None | Hit::Overflow | Hit::Clash(..) => return None,
        };
        Some(match output {
            Output::Number(number) => Answer::Number(*number),
            Output::Text(text) => Answer::Text(text),
        })
    }

    /// The rows behind the answer for a class of each input: the one that decides, or all that
    /// match where all count; `None` stands for `otherwise`.
    pub(crate) fn rows_behind(&self, classes: &[usize]) -> Vec<Option<u32>> {
        match (self.lookup.hit(classes), self.table.hit) {
            (Hit::Otherwise, _) => vec![None],
            (Hit::Row(_), HitPolicy::RuleOrder | HitPolicy::Any) | (Hit::Collected(_), _) => {
                self.lookup.rows(classes).into_iter().map(Some).collect()
            }
            (Hit::Row(row), _) => vec![Some(row)],
            (Hit::None | Hit::Overflow | Hit::Clash(..), _) => Vec::new(),
        }
    }

    /// The fault of a hit without a value.
    pub(crate) fn fault(&self, hit: Hit, input: String) -> FaultKind {
        let table = self.table.id.clone();
        match hit {
            Hit::Overflow => FaultKind::Overflow,
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

/// The class of each number, however large.
fn one_by_one(
    numbers: Lanes,
    scale: Option<u8>,
    class: impl Fn(Input<'_>) -> u32,
) -> Result<Vec<u32>, LaneFault> {
    let (above, below) = match numbers {
        Lanes::Date(days) => Lanes::Small(days.into_iter().map(i64::from).collect()),
        numbers => numbers,
    }
    .fraction(scale)?;
    let pairs = above.into_iter().zip(below);
    Ok(pairs.map(|(a, b)| class(Input::Number(a, b))).collect())
}

fn narrow(class: usize) -> u32 {
    u32::try_from(class).unwrap_or(u32::MAX)
}

fn lanes(node: &Node, found: &[Option<Answer<'_>>]) -> Result<Lanes, LaneFault> {
    if node.ty == Ty::Text {
        let mut dictionary = Dictionary::default();
        let codes = found
            .iter()
            .map(|answer| match answer {
                Some(Answer::Text(text)) => dictionary.intern(text),
                _ => dictionary.intern(""),
            })
            .collect();
        return Ok(Lanes::Text(codes, Arc::new(dictionary)));
    }
    let scale = node.ty.scale().ok_or_else(misfit)?;
    let mut values = Vec::with_capacity(found.len());
    for answer in found {
        values.push(match answer {
            Some(Answer::Number(number)) => number.rescaled(scale).ok_or_else(misfit)?.mantissa,
            _ => 0,
        });
    }
    Ok(Lanes::narrowed(values))
}
