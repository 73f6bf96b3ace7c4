//! A value as sums over rows: what each row adds above and below the line, exactly.

use std::collections::BTreeMap;

use crate::eval::Constants;
use crate::exact::{Exact, Quantity};
use crate::formula::tree::{Arithmetic, Kind, Node};
use crate::trace::{AggregateTrace, Decomposition, RowShare};

/// The shares of the rows; `None` when the value is not a sum of aggregates times constants, or a
/// quotient of two such sums.
pub(super) fn decompose(
    root: &Node,
    aggregates: &[AggregateTrace],
    constants: &Constants,
) -> Option<Decomposition> {
    let (above, below) = match &root.kind {
        Kind::Quotient(above, below) => (above.as_ref(), Some(below.as_ref())),
        _ => (root, None),
    };
    let mut shares: BTreeMap<usize, RowShare> = BTreeMap::new();
    let numerator = add_terms(above, aggregates, constants, &mut shares, true)?;
    let denominator = match below {
        Some(below) => add_terms(below, aggregates, constants, &mut shares, false)?,
        None => Quantity::ONE,
    };
    Some(Decomposition {
        shares: shares.into_values().collect(),
        numerator,
        denominator,
    })
}

/// Adds the terms of a sum to the shares and gives its total.
fn add_terms(
    node: &Node,
    aggregates: &[AggregateTrace],
    constants: &Constants,
    shares: &mut BTreeMap<usize, RowShare>,
    above: bool,
) -> Option<Quantity> {
    let mut factors = BTreeMap::new();
    linear(node, Quantity::ONE, constants, &mut factors)?;
    let mut total = Quantity::ZERO;
    for (index, factor) in factors {
        let aggregate = aggregates.get(index)?;
        total = total.checked_add(aggregate.value.checked_mul(factor)?)?;
        for (row, term) in &aggregate.terms {
            let share = shares.entry(*row).or_insert(RowShare {
                row: *row,
                numerator: Quantity::ZERO,
                denominator: Quantity::ZERO,
            });
            let part = term.checked_mul(factor)?;
            if above {
                share.numerator = share.numerator.checked_add(part)?;
            } else {
                share.denominator = share.denominator.checked_add(part)?;
            }
        }
    }
    Some(total)
}

/// The factor of each aggregate in a linear sum; `None` if it is not one.
fn linear(
    node: &Node,
    factor: Quantity,
    constants: &Constants,
    to: &mut BTreeMap<usize, Quantity>,
) -> Option<()> {
    match &node.kind {
        Kind::Aggregate(index) => {
            let known = to.entry(*index).or_insert(Quantity::ZERO);
            *known = known.checked_add(factor)?;
            Some(())
        }
        Kind::Widen(inner) => linear(inner, factor, constants, to),
        Kind::Negate(inner) => linear(inner, factor.checked_neg()?, constants, to),
        Kind::Arithmetic(Arithmetic::Add, left, right) => {
            linear(left, factor, constants, to)?;
            linear(right, factor, constants, to)
        }
        Kind::Arithmetic(Arithmetic::Subtract, left, right) => {
            linear(left, factor, constants, to)?;
            linear(right, factor.checked_neg()?, constants, to)
        }
        Kind::Arithmetic(Arithmetic::Multiply, left, right) => {
            if let Some(constant) = constant(left, constants) {
                return linear(right, factor.checked_mul(constant)?, constants, to);
            }
            let constant = constant(right, constants)?;
            linear(left, factor.checked_mul(constant)?, constants, to)
        }
        _ => None,
    }
}

/// The value of a literal or parameter.
fn constant(node: &Node, constants: &Constants) -> Option<Quantity> {
    let scaled = |mantissa: i128| {
        let scale = node.ty.scale()?;
        Exact { mantissa, scale }.quantity()
    };
    match &node.kind {
        Kind::Number(mantissa) => scaled(*mantissa),
        Kind::Parameter(index) => scaled(constants.parameters.get(*index).copied().flatten()?),
        Kind::Widen(inner) => constant(inner, constants),
        Kind::Negate(inner) => constant(inner, constants)?.checked_neg(),
        _ => None,
    }
}
