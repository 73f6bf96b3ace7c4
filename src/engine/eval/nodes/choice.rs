//! Nodes of which only some lanes are asked for: conditions, cases, extremes.

use super::super::lanes::{LaneFault, Lanes, misfit};
use super::super::number;
use super::{Machine, Stretch, both, is_fraction};
use crate::formula::tree::{Comparison, Node};

impl Machine<'_> {
    pub(super) fn extreme(
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
    pub(super) fn branch(
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

    pub(super) fn logical(
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

    pub(super) fn case(
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
            self.note(node, picked.len(), &holds);
            let values = self.branch(node, result, at, &holds)?;
            for (open, holds) in open.iter_mut().zip(&holds) {
                *open &= !holds;
            }
            picked.push((values, holds));
        }
        self.note(node, picked.len(), &open);
        let mut result = self.branch(node, otherwise, at, &open)?;
        for (values, holds) in picked {
            result = result.overlay(values, &holds)?;
        }
        Ok(result)
    }

    /// Notes a branch that gives a value somewhere.
    fn note(&self, case: &Node, branch: usize, wanted: &[bool]) {
        if let Some(watch) = &self.constants.watch
            && wanted.contains(&true)
        {
            watch.branch(case, branch);
        }
    }
}
