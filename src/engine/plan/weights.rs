//! Amounts by subject: weights of a pool per subject and per text of a column (the payer of the
//! flows), deductions.

use std::collections::BTreeMap;

use super::bound::{Bound, subject_fault};
use super::given::Places;
use super::indicators::value_at;
use crate::eval::{Grouping, LaneFault, Rows, Stretch};
use crate::evaluation::Value;
use crate::exact::Quantity;
use crate::fault::{Fault, FaultKind};
use crate::formula::tree::Node;
use crate::frame::Values;
use crate::pack::CompiledRule;
use domain::Place;

/// Subject and text of each group.
type GroupKeys = Vec<(u32, String)>;

impl Bound<'_> {
    /// The weight of each subject under each text of the column `by` that occurs among its rows.
    /// `component` is the id of a pool component. Weights below zero are faults.
    pub fn evaluate_weight(
        &self,
        component: &str,
        by: &str,
    ) -> Result<Vec<BTreeMap<String, Quantity>>, Vec<Fault>> {
        let compensation = self.plan.pack.compensation.as_ref();
        let components = compensation.map_or(&[][..], |one| &one.components);
        let position = components.iter().position(|one| one.id == component);
        let found = position.and_then(|position| components.get(position));
        let mut rules = self.plan.compiled.weights.iter();
        let rule = rules.find(|rule| Some(rule.index) == position);
        let (Some(found), Some(rule)) = (found, rule) else {
            return Err(vec![self.wrong(component, component)]);
        };
        let Some((of_row, keys)) = self.grouping(rule.table, by) else {
            return Err(vec![self.wrong(component, by)]);
        };
        let groups = Grouping::Scattered(&of_row, keys.len());
        let subjects: Vec<usize> = keys.iter().map(|(subject, _)| *subject as usize).collect();
        let named = (found.id.as_str(), &found.place);
        let mut flows = self.plan.compiled.flows.iter();
        let flows = flows.find(|(index, _)| *index == rule.index);
        let flows = flows.map(|(_, condition)| condition);
        let values = self.amounts(named, rule, flows, groups, &subjects)?;
        let mut weights = vec![BTreeMap::new(); self.frame.subjects];
        for ((subject, text), weight) in keys.into_iter().zip(values) {
            if let (Some(own), Some(weight)) = (weights.get_mut(subject as usize), weight) {
                own.insert(text, weight);
            }
        }
        Ok(weights)
    }

    /// What a deduction of the pack takes from each subject, yuan. Amounts below zero are faults.
    pub fn evaluate_deduction(&self, deduction: &str) -> Result<Vec<Quantity>, Vec<Fault>> {
        let compensation = self.plan.pack.compensation.as_ref();
        let deductions = compensation.map_or(&[][..], |one| &one.deductions);
        let position = deductions.iter().position(|one| one.id == deduction);
        let found = position.and_then(|position| deductions.get(position));
        let mut rules = self.plan.compiled.deductions.iter();
        let rule = rules.find(|rule| Some(rule.index) == position);
        let (Some(found), Some(rule)) = (found, rule) else {
            return Err(vec![self.wrong(deduction, deduction)]);
        };
        let groups = Grouping::runs(self.offsets(rule.table));
        let subjects: Vec<usize> = (0..self.frame.subjects).collect();
        let named = (found.id.as_str(), &found.place);
        let values = self.amounts(named, rule, None, groups, &subjects)?;
        let amounts = values.into_iter();
        Ok(amounts.map(|one| one.unwrap_or(Quantity::ZERO)).collect())
    }

    /// The value of a rule for each group of rows; `None` where a group has no value. `subjects`
    /// names the subject of each group.
    fn amounts(
        &self,
        named: (&str, &Place),
        rule: &CompiledRule,
        also: Option<&Node>,
        groups: Grouping<'_>,
        subjects: &[usize],
    ) -> Result<Vec<Option<Quantity>>, Vec<Fault>> {
        let at_row = |fault: LaneFault| vec![self.row_fault(named, rule.table, fault)];
        let machine = self.machine(rule.table);
        let all = Rows::new(vec![true; groups.rows()]);
        let chosen = all.select(&machine, rule.condition.as_ref(), 0);
        let chosen = chosen.map_err(at_row)?;
        let rows = chosen.select(&machine, also, 0).map_err(at_row)?;
        let aggregated = Self::aggregates(&machine, rule, &rows, groups).map_err(at_row)?;
        let active = vec![true; groups.count()];
        let at = Stretch {
            start: 0,
            active: &active,
        };
        let given = self.given(rule, &Places::new(), subjects.iter().copied());
        let over = self.over(&aggregated, &given);
        let at_group = |fault: LaneFault| {
            let subject = subjects.get(fault.lane).copied().unwrap_or(0);
            vec![subject_fault(named, subject, fault.kind)]
        };
        let lanes = over.eval(&rule.value.root, at).map_err(at_group)?;
        let scale = rule.value.root.ty.scale();
        let mut amounts = Vec::with_capacity(groups.count());
        for lane in 0..groups.count() {
            let Value::Number(amount) = value_at(&lanes, scale, lane).map_err(at_group)? else {
                amounts.push(None);
                continue;
            };
            if amount < Quantity::ZERO {
                let value = amount.to_string();
                let kind = FaultKind::Negative { value };
                return Err(at_group(LaneFault::new(lane, kind)));
            }
            amounts.push(Some(amount));
        }
        Ok(amounts)
    }

    fn wrong(&self, rule: &str, what: &str) -> Fault {
        let table = what.to_owned();
        let place = &self.plan.pack.header.place;
        let mut fault = subject_fault((rule, place), 0, FaultKind::WrongFrame { table });
        fault.subject = None;
        fault
    }

    /// The group of every row, and the groups: (subject, text of a column), in the order of the
    /// subjects and, within one, of the codes of the texts.
    fn grouping(&self, table: usize, by: &str) -> Option<(Vec<u32>, GroupKeys)> {
        let rules = self.plan.schema().tables.get(table)?;
        let column = self.columns(table).get(rules.column_index(by)?)?;
        let Values::Text { codes, dictionary } = &column.values else {
            return None;
        };
        let mut of_row = Vec::with_capacity(codes.len());
        let mut keys = GroupKeys::new();
        let offsets = self.offsets(table);
        for ((start, end), subject) in offsets.iter().zip(offsets.iter().skip(1)).zip(0..) {
            let own = codes.get(*start as usize..*end as usize)?;
            let mut distinct = own.to_vec();
            distinct.sort_unstable();
            distinct.dedup();
            let before = u32::try_from(keys.len()).ok()?;
            for code in own {
                let place = distinct.partition_point(|one| one < code);
                of_row.push(before + u32::try_from(place).ok()?);
            }
            keys.extend(distinct.into_iter().map(|code| {
                let text = dictionary.text(code).unwrap_or_default();
                (subject, text.to_owned())
            }));
        }
        Some((of_row, keys))
    }
}
