//! Decision tables by scanning their rows from the top.

use super::number::Number;
use super::{Outcome, Reference, Slow, Spot, misfit, number};
use crate::fault::FaultKind;
use crate::formula::tree::{Node, Ty};
use crate::pack::{Bound, CellTest, Output};

impl<'a, N: Number> Reference<'a, N> {
    pub(super) fn table(
        &self,
        node: &'a Node,
        table: usize,
        inputs: &'a [Node],
        at: Spot<'_, 'a, N>,
    ) -> Outcome<'a, N> {
        let mut values = Vec::with_capacity(inputs.len());
        for input in inputs {
            values.push(self.some(input, at)?);
        }
        let output = self.look_up(table, &values)?;
        Ok(Some(match output {
            Output::Text(text) => Slow::Text(text),
            Output::Number(value) => {
                debug_assert!(matches!(node.ty, Ty::Number { .. }), "{node:?}");
                Slow::Number(number(value.mantissa, value.scale)?)
            }
        }))
    }

    /// What a table gives for its inputs.
    pub(super) fn look_up(
        &self,
        table: usize,
        values: &[Slow<'a, N>],
    ) -> Result<&'a Output, FaultKind> {
        let active = self.constants.tables.get(table).and_then(Option::as_ref);
        let declared = active.and_then(|active| self.tables.get(active.index));
        let declared = declared.ok_or_else(misfit)?;
        for row in &declared.rows {
            let mut fits = true;
            for (test, value) in row.when.iter().zip(values) {
                fits = fits && holds(test, value)?;
            }
            if fits {
                return Ok(&row.value);
            }
        }
        declared.otherwise.as_ref().ok_or_else(|| FaultKind::NoRow {
            table: declared.id.clone(),
            input: format!("{values:?}"),
        })
    }
}

fn holds<N: Number>(test: &CellTest, value: &Slow<'_, N>) -> Result<bool, FaultKind> {
    let compare = |bound: &Bound| {
        let limit: N = number(bound.value.mantissa, bound.value.scale)?;
        Ok::<_, FaultKind>(match value {
            Slow::Number(value) => value.cmp(&limit),
            Slow::Date(day) => number::<N>(i128::from(*day), 0)?.cmp(&limit),
            _ => return Err(misfit()),
        })
    };
    Ok(match (test, value) {
        (CellTest::Any, _) => true,
        (CellTest::Texts(texts), Slow::Text(text)) => texts.iter().any(|one| one == text),
        (CellTest::Bool(flag), Slow::Bool(value)) => flag == value,
        (CellTest::Interval { low, high }, _) => {
            let above = match low {
                None => true,
                Some(low) => {
                    let order = compare(low)?;
                    order.is_gt() || (low.included && order.is_eq())
                }
            };
            let below = match high {
                None => true,
                Some(high) => {
                    let order = compare(high)?;
                    order.is_lt() || (high.included && order.is_eq())
                }
            };
            above && below
        }
        _ => return Err(misfit()),
    })
}
