//! What formulas over subjects read besides aggregates: comparisons within the peer group, which
//! need every subject first, and values of the period before.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Plan;
use super::bound::{Bound, subject_fault};
use super::indicators::{Job, PlacedFault, value_at};
use crate::eval::{Given, LaneFault, Lanes, Place, Stretch, compare_peers, found};
use crate::evaluation::Value;
use crate::exact::Quantity;
use crate::fault::Fault;
use crate::formula::tree::{Carry, Verb};
use crate::pack::CompiledRule;

/// The place of every subject under each comparison of a rule, by index.
pub(crate) type Places = Vec<Vec<Option<Place>>>;

/// The places under every rule that compares, by the rule's index: worked out when first asked for.
pub(crate) type PlacesMemo = BTreeMap<usize, Rc<Places>>;

impl Plan {
    /// Ids of the indicators whose values of the period before some formula reads; `total` is the
    /// total.
    pub fn carried(&self) -> BTreeSet<&str> {
        let rules = self
            .compiled
            .indicators
            .iter()
            .chain(&self.compiled.weights)
            .chain(&self.compiled.deductions);
        let carries = rules.flat_map(|rule| &rule.value.carries);
        carries.map(|carry| carry.id.as_str()).collect()
    }
}

impl Bound<'_> {
    /// The comparisons of a rule, for all subjects.
    pub(crate) fn places(&self, job: &Job<'_>) -> Result<Rc<Places>, Box<Fault>> {
        let index = job.rule.index;
        if job.rule.value.peers.is_empty() {
            return Ok(Rc::default());
        }
        if let Some(known) = self.places.borrow().get(&index) {
            return Ok(Rc::clone(known));
        }
        let places = Rc::new(self.compare(job)?);
        self.places.borrow_mut().insert(index, Rc::clone(&places));
        Ok(places)
    }

    fn compare(&self, job: &Job<'_>) -> Result<Places, Box<Fault>> {
        let peers = &job.rule.value.peers;
        let mut values: Vec<Vec<Option<Quantity>>> = vec![Vec::new(); peers.len()];
        let machine = self.machine(job.rule.table);
        self.each_block(job, |block, groups, all| {
            let cases = Self::cases(job, &machine, groups, all)?;
            let given = self.given(job.rule, &Places::new(), block);
            let over = self.over(&cases.aggregates, &given);
            let active = cases.active();
            let at = Stretch {
                start: 0,
                active: &active,
            };
            for (peer, values) in peers.iter().zip(&mut values) {
                let argument = &peer.argument;
                let lanes = over.eval(argument, at).map_err(PlacedFault::Subject)?;
                let numbers = numbers(&lanes, argument.ty.scale(), &active);
                values.extend(numbers.map_err(PlacedFault::Subject)?);
            }
            Ok(())
        })?;
        let compared = peers.iter().zip(&values);
        compared
            .map(|(peer, values)| {
                compare_peers(peer.verb, values, &self.frame.peers)
                    .map_err(|fault| Box::new(subject_fault(job.named(), fault.lane, fault.kind)))
            })
            .collect()
    }

    /// What an indicator was for a subject in the period before.
    pub(crate) fn carried(&self, carry: &Carry, subject: usize) -> Option<Quantity> {
        *self.frame.prior.get(&carry.id)?.get(subject)?
    }

    /// What the lanes of some subjects have besides aggregates.
    pub(crate) fn given(
        &self,
        rule: &CompiledRule,
        places: &Places,
        subjects: impl Iterator<Item = usize> + Clone,
    ) -> Given {
        let peers = rule.value.peers.iter().zip(places).map(|(peer, places)| {
            let value = |subject: usize| places.get(subject)?.as_ref()?.value;
            found(subjects.clone().map(value), peer.verb == Verb::Rank)
        });
        Given {
            peers: peers.collect(),
            ..self.carries(&rule.value.carries, subjects)
        }
    }

    /// Values of the period before, for the lanes of some subjects.
    pub(crate) fn carries(
        &self,
        carries: &[Carry],
        subjects: impl Iterator<Item = usize> + Clone,
    ) -> Given {
        let carried = carries.iter().map(|carry| {
            let value = |subject: usize| self.carried(carry, subject);
            found(subjects.clone().map(value), false)
        });
        Given {
            peers: Vec::new(),
            carried: carried.collect(),
        }
    }
}

/// The numbers of the lanes that take part.
pub(crate) fn numbers(
    lanes: &Lanes,
    scale: Option<u8>,
    taking_part: &[bool],
) -> Result<Vec<Option<Quantity>>, LaneFault> {
    let number = |(lane, takes_part): (usize, &bool)| match value_at(lanes, scale, lane) {
        _ if !takes_part => Ok(None),
        Ok(Value::Number(number)) => Ok(Some(number)),
        Ok(Value::Bool(_)) => Ok(None),
        Err(fault) => Err(fault),
    };
    taking_part.iter().enumerate().map(number).collect()
}
