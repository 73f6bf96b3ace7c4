//! Decision tables by scanning their rows from the top.

use super::number::Number;
use super::{Outcome, Reference, Slow, Spot, misfit, number};
use crate::fault::FaultKind;
use crate::formula::tree::{Node, Ty};
use crate::pack::{Bound, CellTest, Collect, HitPolicy, Interval, Output};

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
        debug_assert_eq!(
            matches!(output, Slow::Number(_)),
            matches!(node.ty, Ty::Number { .. })
        );
        Ok(Some(output))
    }

    /// What a table gives for its inputs.
    pub(super) fn look_up(
        &self,
        table: usize,
        values: &[Slow<'a, N>],
    ) -> Result<Slow<'a, N>, FaultKind> {
        let active = self.constants.tables.get(table).and_then(Option::as_ref);
        let table = &*active.ok_or_else(misfit)?.table;
        let none = || FaultKind::NoRow {
            table: table.id.clone(),
            input: format!("{values:?}"),
        };
        for (input, value) in table.inputs.iter().zip(values) {
            if !holds(&input.domain, value)? {
                return Err(none());
            }
        }
        let mut matching = Vec::new();
        for row in &table.rows {
            let mut fits = true;
            for (test, value) in row.when.iter().zip(values) {
                fits = fits && holds(test, value)?;
            }
            if fits {
                matching.push(&row.value);
            }
        }
        match table.hit {
            HitPolicy::Collect(how) if how == Collect::Count || !matching.is_empty() => {
                return collected(how, &matching);
            }
            HitPolicy::Priority => {
                let rank = |value: &&Output| table.priorities.iter().position(|one| one == *value);
                matching.sort_by_key(rank);
            }
            _ => {}
        }
        let chosen = matching.first().copied().or(table.otherwise.as_ref());
        Ok(match chosen.ok_or_else(none)? {
            Output::Text(text) => Slow::Text(text),
            Output::Number(value) => Slow::Number(number(value.mantissa, value.scale)?),
        })
    }
}

/// The values of several rows as one.
fn collected<'a, N: Number>(how: Collect, rows: &[&Output]) -> Result<Slow<'a, N>, FaultKind> {
    let mut values = Vec::with_capacity(rows.len());
    for row in rows {
        let Output::Number(value) = row else {
            return Err(misfit());
        };
        values.push(number::<N>(value.mantissa, value.scale)?);
    }
    let one = match how {
        Collect::Min => values.into_iter().min(),
        Collect::Max => values.into_iter().max(),
        Collect::Sum | Collect::Count => {
            let mut sum = number::<N>(0, 0)?;
            for value in values {
                sum = sum.plus(&value).ok_or(FaultKind::Overflow)?;
            }
            Some(sum)
        }
    };
    one.map(Slow::Number).ok_or_else(misfit)
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
        (CellTest::Texts { listed, negated }, Slow::Text(text)) => {
            listed.iter().any(|one| one == text) != *negated
        }
        (CellTest::Bool(flag), Slow::Bool(value)) => flag == value,
        (CellTest::Intervals(intervals), _) => {
            for Interval { low, high } in intervals {
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
                if above && below {
                    return Ok(true);
                }
            }
            false
        }
        _ => return Err(misfit()),
    })
}
