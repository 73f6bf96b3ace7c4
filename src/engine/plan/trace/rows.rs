//! The values of single rows: what each shows, and what it adds to an aggregate.

use std::collections::{BTreeMap, BTreeSet};

use super::super::bound::Bound;
use super::super::indicators::value_at;
use crate::eval::{LaneFault, Machine, Stretch, show_lane};
use crate::evaluation::Value;
use crate::exact::Quantity;
use crate::formula::show;
use crate::formula::tree::{Aggregate, Function, Kind, Node};
use crate::pack::CompiledRule;
use crate::trace::RowTrace;

/// What stands for a value that a row lacks.
pub(super) const MISSING: &str = "（无）";

impl Bound<'_> {
    pub(super) fn row_traces(
        &self,
        rule: &CompiledRule,
        machine: &Machine<'_>,
        rows: &[bool],
        offset: usize,
    ) -> Vec<RowTrace> {
        let Some(names) = self.plan.names(rule.table) else {
            return Vec::new();
        };
        let mut traces: BTreeMap<usize, RowTrace> = rows
            .iter()
            .enumerate()
            .filter(|(_, selected)| **selected)
            .map(|(row, _)| {
                let values = Vec::new();
                (
                    row,
                    RowTrace {
                        row: row + offset,
                        values,
                    },
                )
            })
            .collect();
        let mut seen = BTreeSet::new();
        for node in shown_nodes(rule) {
            let text = show(node, None, names, &|_| None);
            if !seen.insert(text.clone()) {
                continue;
            }
            for (row, trace) in &mut traces {
                let value = value_of_row(machine, node, *row);
                trace.values.push((text.clone(), value));
            }
        }
        traces.into_values().collect()
    }
}

/// What each selected row adds to an aggregate.
pub(super) fn terms(
    machine: &Machine<'_>,
    aggregate: &Aggregate,
    selected: &[bool],
    value: Quantity,
) -> Result<Vec<(usize, Quantity)>, LaneFault> {
    let rows = || {
        selected
            .iter()
            .enumerate()
            .filter(|(_, flag)| **flag)
            .map(|(row, _)| row)
    };
    if aggregate.function == Function::Count {
        return Ok(rows().map(|row| (row, Quantity::ONE)).collect());
    }
    let at = Stretch {
        start: 0,
        active: selected,
    };
    let mut columns = Vec::with_capacity(aggregate.arguments.len());
    for argument in &aggregate.arguments {
        columns.push((machine.eval(argument, at)?, argument.ty));
    }
    let Some((lanes, ty)) = columns.first() else {
        return Ok(Vec::new());
    };
    let number = |row: usize| match value_at(lanes, ty.scale(), row) {
        Ok(Value::Number(number)) => number,
        _ => Quantity::ZERO,
    };
    Ok(match aggregate.function {
        Function::CountDistinct => {
            let mut seen = BTreeSet::new();
            rows()
                .filter(|row| {
                    let key: Vec<String> = columns
                        .iter()
                        .map(|(lanes, ty)| show_lane(lanes, *row, *ty))
                        .collect();
                    seen.insert(key)
                })
                .map(|row| (row, Quantity::ONE))
                .collect()
        }
        Function::Minimum | Function::Maximum => rows()
            .find(|row| number(*row) == value)
            .map(|row| (row, value))
            .into_iter()
            .collect(),
        Function::Average => {
            let count = i128::try_from(rows().count()).unwrap_or(1).max(1);
            rows()
                .map(|row| {
                    let share = number(row).checked_div(Quantity::whole(count));
                    (row, share.unwrap_or(Quantity::ZERO))
                })
                .collect()
        }
        Function::Sum | Function::Count => rows()
            .map(|row| (row, number(row)))
            .filter(|(_, term)| *term != Quantity::ZERO)
            .collect(),
    })
}

/// The nodes whose values a reader wants beside a row: columns, table calls, terms, filters.
fn shown_nodes(rule: &CompiledRule) -> Vec<&Node> {
    let mut nodes = Vec::new();
    let mut leaves = |node| {
        let mut visit = |node: &'_ Node| {
            matches!(
                node.kind,
                Kind::Column { .. }
                    | Kind::Table { .. }
                    | Kind::Workdays(..)
                    | Kind::AddWorkdays(..)
                    | Kind::IsWorkday(_)
            )
        };
        collect(node, &mut visit, &mut nodes);
    };
    if let Some(condition) = &rule.condition {
        leaves(condition);
    }
    for aggregate in &rule.value.aggregates {
        for node in aggregate.filter.iter().chain(&aggregate.arguments) {
            leaves(node);
        }
    }
    for aggregate in &rule.value.aggregates {
        nodes.extend(aggregate.filter.iter().chain(&aggregate.arguments));
    }
    nodes
}

fn collect<'r>(node: &'r Node, wanted: &mut impl FnMut(&Node) -> bool, to: &mut Vec<&'r Node>) {
    node.walk(&mut |node| {
        if wanted(node) {
            to.push(node);
        }
    });
}

/// The value of a node at one row as text; what the row lacks, or what is not asked of it, is missing.
fn value_of_row(machine: &Machine<'_>, node: &Node, row: usize) -> String {
    let at = Stretch {
        start: row,
        active: &[true],
    };
    if let Kind::Column { .. } = node.kind {
        let test = Node {
            kind: Kind::IsKnown(Box::new(node.clone())),
            ty: crate::formula::tree::Ty::Bool,
            optional: false,
        };
        let known = machine.eval(&test, at).and_then(crate::eval::Lanes::bools);
        if !known.is_ok_and(|known| known.contains(&true)) {
            return MISSING.into();
        }
    }
    machine
        .eval(node, at)
        .map_or_else(|_| MISSING.into(), |lanes| show_lane(&lanes, 0, node.ty))
}
