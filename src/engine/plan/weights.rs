//! Weights of a pool: a formula per subject and per text of a column (the payer of the flows).

use std::collections::BTreeMap;

use super::bound::{Bound, subject_fault};
use super::given::Places;
use super::indicators::value_at;
use crate::eval::{Grouping, LaneFault, Rows, Stretch};
use crate::evaluation::Value;
use crate::exact::Quantity;
use crate::fault::{Fault, FaultKind};
use crate::frame::Values;

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
        let Some((of_row, keys)) = self.grouping(rule.table, by) else {
            return Err(vec![self.wrong(component, by)]);
        };
        let groups = Grouping::Scattered(&of_row, keys.len());
        let at_row = |fault: LaneFault| vec![self.row_fault(named, rule.table, fault)];
        let machine = self.machine(rule.table);
        let all = Rows::new(vec![true; of_row.len()]);
        let rows = all.select(&machine, rule.condition.as_ref(), 0);
        let rows = rows.map_err(at_row)?;
        let aggregated = Self::aggregates(&machine, rule, &rows, groups).map_err(at_row)?;
        let active = vec![true; keys.len()];
        let at = Stretch {
            start: 0,
            active: &active,
        };
        let subjects = keys.iter().map(|(subject, _)| *subject as usize);
        let given = self.given(rule, &Places::new(), subjects);
        let over = self.over(&aggregated, &given);
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
