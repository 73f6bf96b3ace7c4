//! Comparisons and values of the period before, by looking at every other subject.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_traits::ToPrimitive as _;

use super::number::Number;
use super::{Found, Outcome, Reference, Slow, Spot, misfit, number};
use crate::exact::Quantity;
use crate::fault::FaultKind;
use crate::formula::Compiled;
use crate::formula::tree::{Peer, Verb};

/// All subjects of a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Company<'s> {
    /// The cases of each subject; `None` for one that takes no part.
    pub(crate) cases: &'s [Option<Vec<usize>>],
    /// The peer group of each.
    pub(crate) groups: &'s [u32],
    /// Values of the period before, by indicator.
    pub(crate) prior: &'s BTreeMap<String, Vec<Option<Quantity>>>,
}

fn quotient<N: Number>(above: &N, below: &N) -> Result<N, FaultKind> {
    above.over(below).ok_or(FaultKind::Overflow)
}

impl<'a, N: Number> Reference<'a, N> {
    pub(super) fn aggregates(
        &self,
        compiled: &'a Compiled,
        cases: &[usize],
    ) -> Result<Vec<Option<Slow<'a, N>>>, FaultKind> {
        let all = compiled.aggregates.iter();
        all.map(|one| self.aggregate(one, cases.iter().copied()))
            .collect()
    }

    pub(super) fn carried(
        compiled: &'a Compiled,
        subject: usize,
        company: Company<'_>,
    ) -> Result<Vec<Option<Slow<'a, N>>>, FaultKind> {
        let value = |id: &str| {
            let values = company.prior.get(id)?;
            values.get(subject).copied().flatten()
        };
        let carry = |value: Option<Quantity>| {
            let Some(value) = value else { return Ok(None) };
            let (above, below) = (number(value.numerator, 0)?, number(value.denominator, 0)?);
            Ok(Some(Slow::Number(quotient::<N>(&above, &below)?)))
        };
        let all = compiled.carries.iter();
        all.map(|one| carry(value(&one.id))).collect()
    }

    pub(super) fn peer(
        &self,
        compiled: &'a Compiled,
        peer: &'a Peer,
        subject: usize,
        company: Company<'_>,
    ) -> Outcome<'a, N> {
        let mut own = None;
        let mut all = Vec::new();
        for (other, cases) in company.cases.iter().enumerate() {
            let Some(cases) = cases else { continue };
            if company.groups.get(other) != company.groups.get(subject) {
                continue;
            }
            let aggregates = self.aggregates(compiled, cases)?;
            let carried = Self::carried(compiled, other, company)?;
            let found = Found {
                aggregates: &aggregates,
                peers: &[],
                carried: &carried,
            };
            let value = self.number(&peer.argument, Spot { row: 0, found })?;
            if other == subject {
                own = Some(value.clone());
            }
            all.push(value);
        }
        let own = own.ok_or_else(misfit)?;
        let count = |holds: &dyn Fn(&N) -> bool| {
            let count = BigInt::from(all.iter().filter(|other| holds(other)).count());
            number::<N>(count.to_i128().unwrap_or(i128::MAX), 0)
        };
        let nothing = number::<N>(0, 0)?;
        let value = match peer.verb {
            Verb::Rank => Some(count(&|other| *other > own)?.plus(&number(1, 0)?)),
            Verb::Percentile => {
                let (not_above, size) = (count(&|other| *other <= own)?, count(&|_| true)?);
                Some(not_above.over(&size))
            }
            Verb::RelativeToBest => {
                let best = all.iter().max().cloned().unwrap_or(nothing.clone());
                (best > nothing).then(|| own.over(&best))
            }
            Verb::ShareOfTotal => {
                let mut total = nothing.clone();
                for other in &all {
                    total = total.plus(other).ok_or(FaultKind::Overflow)?;
                }
                (total > nothing).then(|| own.over(&total))
            }
        };
        let value = value.map(|value| value.map(Slow::Number).ok_or(FaultKind::Overflow));
        value.transpose()
    }
}
