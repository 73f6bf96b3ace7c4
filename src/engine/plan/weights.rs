//! Weights of a pool: a formula per subject and per text of a column (the payer of the flows).

use std::collections::BTreeMap;

use super::bound::{Bound, subject_fault};
use super::indicators::value_at;
use crate::eval::{Grouping, LaneFault, Machine, Stretch, select_rows};
use crate::evaluation::Value;
use crate::exact::Quantity;
use crate::fault::{Fault, FaultKind};
use crate::frame::Values;

impl Bound<'_> {
    /// The weight of each subject under each text of the column `by` that occurs among its rows.
    /// `component` is the id of a pool component. Weights below zero are faults.
    pub fn evaluate_weight(
        &self,
        component: &str,
        by: &str,
    ) -> Result<Vec<BTreeMap<String, Quantity>>, Vec<Fault>> {
        let mut components = self
            .plan
            .pack
            .compensation
            .iter()
            .flat_map(|one| &one.components);
        let position = components.clone().position(|one| one.id == component);
        let found = components.find(|one| one.id == component);
        let mut rules = self.plan.compiled.weights.iter();
        let rule = rules.find(|rule| Some(rule.index) == position);
        let (Some(found), Some(rule)) = (found, rule) else {
            return Err(vec![self.wrong(component, component)]);
        };
        let named = (found.id.as_str(), &found.place);
        let Some((groups, keys)) = self.grouping(rule.table, by) else {
            return Err(vec![self.wrong(component, by)]);
        };
        let at_row = |fault: LaneFault| vec![self.row_fault(named, rule.table, fault)];
        let machine = self.machine(rule.table);
        let all = vec![true; groups.of_row.len()];
        let rows = select_rows(&machine, rule.condition.as_ref(), &all).map_err(at_row)?;
        let aggregated = Self::aggregates(&machine, rule, &rows, &groups).map_err(at_row)?;
        let active = vec![true; groups.count];
        let at = Stretch {
            start: 0,
            active: &active,
        };
        let over = Machine::new(&self.plan.constants, Some(&self.calendar), &[], &aggregated);
        let at_group = |fault: LaneFault| {
            let subject = keys
                .get(fault.lane)
                .map_or(0, |(subject, _)| *subject as usize);
            vec![subject_fault(named, subject, fault.kind)]
        };
        let lanes = over.eval(&rule.value.root, at).map_err(at_group)?;
        let scale = rule.value.root.ty.scale();
        let mut weights = vec![BTreeMap::new(); self.frame.subjects];
        for (lane, (subject, text)) in keys.iter().enumerate() {
            let Value::Number(weight) = value_at(&lanes, scale, lane).map_err(at_group)? else {
                continue;
            };
            if weight < Quantity::ZERO {
                let value = weight.to_string();
                return Err(at_group(LaneFault::new(
                    lane,
                    FaultKind::Negative { value },
                )));
            }
            if let Some(own) = weights.get_mut(*subject as usize) {
                own.insert(text.clone(), weight);
            }
        }
        Ok(weights)
    }

    fn wrong(&self, rule: &str, what: &str) -> Fault {
        let table = what.to_owned();
        let place = &self.plan.pack.header.place;
        let mut fault = subject_fault((rule, place), 0, FaultKind::WrongFrame { table });
        fault.subject = None;
        fault
    }

    /// Groups of (subject, text of a column), in order, and the group of every row.
    fn grouping(&self, table: usize, by: &str) -> Option<(Grouping, Vec<(u32, String)>)> {
        let rules = self.plan.schema().tables.get(table)?;
        let column = self.columns.get(table)?.get(rules.column_index(by)?)?;
        let Values::Text { codes, dictionary } = &column.values else {
            return None;
        };
        let subjects = &self.groups.get(table)?.of_row;
        let mut numbers: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for (subject, code) in subjects.iter().zip(codes) {
            numbers.insert((*subject, *code), 0);
        }
        for (number, place) in numbers.values_mut().zip(0..) {
            *number = place;
        }
        let of_row = subjects
            .iter()
            .zip(codes)
            .map(|(subject, code)| numbers.get(&(*subject, *code)).copied().unwrap_or(0))
            .collect();
        let keys: Vec<(u32, String)> = numbers
            .keys()
            .map(|(subject, code)| {
                (
                    *subject,
                    dictionary.text(*code).unwrap_or_default().to_owned(),
                )
            })
            .collect();
        let count = keys.len();
        Some((Grouping { of_row, count }, keys))
    }
}
