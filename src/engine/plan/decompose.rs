//! A value as sums over rows: what each row adds above and below the line, exactly.

use std::collections::BTreeMap;

use crate::eval::Constants;
use crate::exact::{Exact, Quantity};
use crate::formula::Compiled;
use crate::formula::tree::{Arithmetic, Kind, Node, Verb};
use crate::trace::{AggregateTrace, Decomposition, PeerTrace, RowShare};

/// What was found for a subject, of which its value is made.
pub(super) struct Found<'a> {
    pub(super) formula: &'a Compiled,
    pub(super) aggregates: &'a [AggregateTrace],
    pub(super) peers: &'a [PeerTrace],
    pub(super) constants: &'a Constants,
}

/// The shares of the rows; `None` when the value is not a sum of aggregates times constants, or a
/// quotient of two such sums. What the group gives a comparison (its best, its total) is a constant.
pub(super) fn decompose(found: &Found<'_>) -> Option<Decomposition> {
    let (above, below) = match &found.formula.root.kind {
        Kind::Quotient(above, below) => (above.as_ref(), Some(below.as_ref())),
        _ => (&found.formula.root, None),
    };
    let mut shares: BTreeMap<usize, RowShare> = BTreeMap::new();
    let numerator = found.add_terms(above, &mut shares, true)?;
    let denominator = match below {
        Some(below) => found.add_terms(below, &mut shares, false)?,
        None => Quantity::ONE,
    };
    Some(Decomposition {
        shares: shares.into_values().collect(),
        numerator,
        denominator,
    })
}

impl Found<'_> {
    /// Adds the terms of a sum to the shares and gives its total.
    fn add_terms(
        &self,
        node: &Node,
        shares: &mut BTreeMap<usize, RowShare>,
        above: bool,
    ) -> Option<Quantity> {
        let mut factors = BTreeMap::new();
        self.linear(node, Quantity::ONE, &mut factors)?;
        let mut total = Quantity::ZERO;
        for (index, factor) in factors {
            let aggregate = self.aggregates.get(index)?;
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
        &self,
        node: &Node,
        factor: Quantity,
        to: &mut BTreeMap<usize, Quantity>,
    ) -> Option<()> {
        match &node.kind {
            Kind::Aggregate(index) => {
                let known = to.entry(*index).or_insert(Quantity::ZERO);
                *known = known.checked_add(factor)?;
                Some(())
            }
            Kind::Peer(index) => {
                let (peer, found) = (self.formula.peers.get(*index)?, self.peers.get(*index)?);
                let divides = matches!(peer.verb, Verb::RelativeToBest | Verb::ShareOfTotal);
                if !divides || found.value.is_none() {
                    return None;
                }
                self.linear(&peer.argument, factor.checked_div(found.basis)?, to)
            }
            Kind::Default(inner, _) => match &inner.kind {
                Kind::Peer(index) if self.peers.get(*index)?.value.is_some() => {
                    self.linear(inner, factor, to)
                }
                _ => None,
            },
            Kind::Widen(inner) => self.linear(inner, factor, to),
            Kind::Negate(inner) => self.linear(inner, factor.checked_neg()?, to),
            Kind::Arithmetic(Arithmetic::Add, left, right) => {
                self.linear(left, factor, to)?;
                self.linear(right, factor, to)
            }
            Kind::Arithmetic(Arithmetic::Subtract, left, right) => {
                self.linear(left, factor, to)?;
                self.linear(right, factor.checked_neg()?, to)
            }
            Kind::Arithmetic(Arithmetic::Multiply, left, right) => {
                if let Some(constant) = constant(left, self.constants) {
                    return self.linear(right, factor.checked_mul(constant)?, to);
                }
                let constant = constant(right, self.constants)?;
                self.linear(left, factor.checked_mul(constant)?, to)
            }
            _ => None,
        }
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
