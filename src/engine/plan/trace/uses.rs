//! Which parameters and table rows a value rests on.

use std::collections::BTreeSet;

use super::super::bound::Bound;
use crate::eval::{Machine, Stretch};
use crate::evaluation::Value;
use crate::exact::Quantity;
use crate::formula::tree::{Kind, Node};
use crate::pack::{BandMethod, CompiledRule, IndicatorKind, Output};
use crate::trace::{ParameterUse, TableUse};

impl Bound<'_> {
    pub(super) fn parameters_used(&self, rule: &CompiledRule) -> Vec<ParameterUse> {
        let mut used = BTreeSet::new();
        walk_rule(rule, &mut |node| {
            if let Kind::Parameter(index) = node.kind {
                used.insert(index);
            }
        });
        let describe = |index: usize| {
            let parameter = self.plan.pack.parameters.get(index)?;
            let value = self.plan.parameter(&parameter.id)?;
            Some(ParameterUse {
                id: parameter.id.clone(),
                title: parameter.title.clone(),
                value: value.value.to_string(),
                cite: parameter.cite.clone(),
                place: value.place.clone(),
            })
        };
        used.into_iter().filter_map(describe).collect()
    }

    pub(super) fn tables_used(
        &self,
        rule: &CompiledRule,
        machine: &Machine<'_>,
        rows: &[bool],
        value: Option<Value>,
    ) -> Vec<TableUse> {
        let mut used: BTreeSet<(usize, Option<u32>)> = BTreeSet::new();
        walk_rule(rule, &mut |node| {
            if let Kind::Table { table, inputs } = &node.kind {
                let at = Stretch {
                    start: 0,
                    active: rows,
                };
                let Ok(hits) = machine.rows_hit(*table, inputs, at) else {
                    return; // over aggregates, or over rows that lack an input
                };
                let selected = hits.into_iter().zip(rows);
                let selected = selected.filter(|(_, selected)| **selected);
                used.extend(
                    selected.flat_map(|(rows, _)| rows.into_iter().map(|row| (*table, row))),
                );
            }
        });
        if let (Some(band), Some(Value::Number(value))) = (rule.band, value) {
            let bands = self.bands_used(rule, value).into_iter();
            used.extend(bands.map(|row| (band, row)));
        }
        let describe = |(table, row)| self.table_use(table, row);
        used.into_iter().filter_map(describe).collect()
    }

    /// The rows of the band table that points come from: one, or one a slice of the value; `None`
    /// stands for `otherwise`.
    fn bands_used(&self, rule: &CompiledRule, value: Quantity) -> Vec<Option<u32>> {
        let declared = self.plan.pack.indicators.get(rule.index);
        let by_slices = declared.filter(|indicator| {
            let method = BandMethod::Marginal;
            matches!(&indicator.kind, IndicatorKind::Banded { method: own, .. } if *own == method)
        });
        let Some(declared) = by_slices else {
            return self.band_rows(rule, value);
        };
        let shares = self.slice_shares(rule, declared, value).into_iter();
        let row = |row: &usize| u32::try_from(*row).ok();
        shares
            .map(|share| share.slice.rows.first().and_then(row))
            .collect()
    }

    fn table_use(&self, table: usize, row: Option<u32>) -> Option<TableUse> {
        let declared = &self.plan.constants.tables.get(table)?.as_ref()?.table;
        let line = row.and_then(|row| declared.rows.get(row as usize));
        let output = match line {
            Some(line) => &line.value,
            None => declared.otherwise.as_ref()?,
        };
        let own = line.filter(|line| !line.cite.is_empty());
        Some(TableUse {
            id: declared.id.clone(),
            row: row.and_then(|row| usize::try_from(row).ok()),
            value: match output {
                Output::Number(number) => number.to_string(),
                Output::Text(text) => text.clone(),
            },
            cite: own.map_or_else(|| declared.cite.clone(), |line| line.cite.clone()),
            place: line.map_or_else(|| declared.place.clone(), |line| line.place.clone()),
        })
    }
}

/// All nodes of a rule.
fn walk_rule<'r>(rule: &'r CompiledRule, visit: &mut impl FnMut(&'r Node)) {
    if let Some(condition) = &rule.condition {
        condition.walk(visit);
    }
    rule.value.walk(visit);
}
