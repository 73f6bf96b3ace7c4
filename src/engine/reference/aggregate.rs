//! Aggregates, one row after the other.

use std::collections::BTreeSet;

use super::number::Number;
use super::{Found, Outcome, Reference, Slow, Spot, misfit, number};
use crate::fault::FaultKind;
use crate::formula::tree::{Aggregate, Function};

/// What is known of an aggregate after some of its rows.
struct Tally<'a, N> {
    rows: i128,
    sum: N,
    best: Option<Slow<'a, N>>,
    /// Values seen, for COUNT(DISTINCT …) of one column.
    one: BTreeSet<Slow<'a, N>>,
    /// The same for several columns.
    several: BTreeSet<Vec<Slow<'a, N>>>,
}

impl<'a, N: Number> Reference<'a, N> {
    pub(super) fn aggregate(
        &self,
        aggregate: &'a Aggregate,
        rows: impl Iterator<Item = usize>,
    ) -> Outcome<'a, N> {
        let mut tally = Tally {
            rows: 0,
            sum: number(0, 0)?,
            best: None,
            one: BTreeSet::new(),
            several: BTreeSet::new(),
        };
        for row in rows {
            let found = Found::NONE;
            let spot = Spot { row, found };
            let keep = match &aggregate.filter {
                None => true,
                Some(filter) => self.bool(filter, spot)?,
            };
            if keep {
                self.count_in(aggregate, spot, &mut tally)?;
            }
        }
        Ok(match aggregate.function {
            Function::Count => Some(Slow::Number(number(tally.rows, 0)?)),
            Function::CountDistinct => {
                let distinct = tally.one.len() + tally.several.len();
                let distinct = i128::try_from(distinct).map_err(|_| FaultKind::Overflow)?;
                Some(Slow::Number(number(distinct, 0)?))
            }
            Function::Sum => Some(Slow::Number(tally.sum)),
            Function::Average if tally.rows == 0 => None,
            Function::Average => {
                let mean = tally.sum.over(&number(tally.rows, 0)?);
                Some(Slow::Number(mean.ok_or(FaultKind::Overflow)?))
            }
            Function::Minimum | Function::Maximum => tally.best,
        })
    }

    /// Takes one row into account.
    fn count_in(
        &self,
        aggregate: &'a Aggregate,
        spot: Spot<'_, 'a, N>,
        tally: &mut Tally<'a, N>,
    ) -> Result<(), FaultKind> {
        tally.rows += 1;
        let first = || aggregate.arguments.first().ok_or_else(misfit);
        match aggregate.function {
            Function::Count => {}
            Function::Sum | Function::Average => {
                let value = self.number(first()?, spot)?;
                tally.sum = tally.sum.plus(&value).ok_or(FaultKind::Overflow)?;
            }
            Function::Minimum | Function::Maximum => {
                let value = self.some(first()?, spot)?;
                let better = tally.best.as_ref().is_none_or(|best| {
                    if aggregate.function == Function::Maximum {
                        value > *best
                    } else {
                        value < *best
                    }
                });
                if better {
                    tally.best = Some(value);
                }
            }
            Function::CountDistinct => match aggregate.arguments.as_slice() {
                [one] => {
                    tally.one.insert(self.some(one, spot)?);
                }
                several => {
                    let values: Result<Vec<_>, FaultKind> =
                        several.iter().map(|one| self.some(one, spot)).collect();
                    tally.several.insert(values?);
                }
            },
        }
        Ok(())
    }
}
