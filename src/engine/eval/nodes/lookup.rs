//! Decision tables over lanes: classes of the inputs, hits, outputs.

use std::rc::Rc;
use std::sync::Arc;

use super::super::ActiveTable;
use super::super::lanes::{LaneFault, Lanes, misfit};
use super::{Machine, Stretch, show_lane};
use crate::fault::FaultKind;
use crate::formula::tree::{Kind, Node, Ty};
use crate::frame::Dictionary;
use crate::pack::Output;
use crate::table::{Hit, Input};

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
