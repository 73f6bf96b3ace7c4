//! The trace of one value: the rows of one subject evaluated on their own, term by term.

use std::collections::{BTreeMap, BTreeSet};

use super::bound::{Bound, subject_fault};
use super::decompose::decompose;
use super::indicators::{PlacedFault, Worked, value_at};
use crate::eval::{Grouping, LaneFault, Machine, Stretch, select_rows, show_lane};
use crate::evaluation::Value;
use crate::exact::Quantity;
use crate::fault::{Fault, FaultKind};
use crate::formula::tree::{Aggregate, Function, Kind, Node};
use crate::formula::{Names, show, show_aggregate};
use crate::frame::{ColumnData, Values};
use crate::pack::{CompiledRule, Output};
use crate::table::Hit;
use crate::trace::{AggregateTrace, ParameterUse, RowTrace, TableUse, Trace};

/// What stands for a value that a row lacks.
const MISSING: &str = "（无）";

impl Bound<'_> {
    /// How the value of an indicator (index into the pack) for a subject came about.
    pub fn trace(&self, indicator: usize, subject: usize) -> Result<Trace, Vec<Fault>> {
        let Some((rule, declared)) = self.rule(indicator) else {
            return Err(vec![self.unknown(subject)]);
        };
        let named = (declared.id.as_str(), &declared.place);
        let range = self
            .table(rule.table)
            .map_or(0..0, |table| table.rows_of(subject));
        let columns = self.slice(rule.table, &range);
        let machine = Machine::new(&self.plan.constants, Some(&self.calendar), &columns, &[]);
        let groups = Grouping {
            of_row: vec![0; range.len()],
            count: 1,
        };
        let at_row = |mut fault: LaneFault| {
            fault.lane += range.start;
            vec![self.row_fault(named, rule.table, fault)]
        };
        let worked =
            self.work_out(rule, declared, &machine, &groups)
                .map_err(|fault| match fault {
                    PlacedFault::Row(fault) => at_row(fault),
                    PlacedFault::Subject(fault) => vec![subject_fault(named, subject, fault.kind)],
                })?;
        let Some(cell) = worked.cells.first().copied() else {
            return Err(vec![self.unknown(subject)]);
        };
        let aggregates = self
            .aggregate_traces(rule, &machine, &worked, range.start)
            .map_err(at_row)?;
        let decomposition = cell
            .value
            .and_then(|_| decompose(&rule.value.root, &aggregates, &self.plan.constants));
        Ok(Trace {
            indicator,
            subject,
            cell,
            formula: declared.value.text.clone(),
            substituted: self.substituted(rule, &aggregates),
            decomposition,
            rows: self.row_traces(rule, &machine, &worked.rows, range.start),
            parameters: self.parameters_used(rule),
            tables: self.tables_used(rule, &machine, &worked),
            aggregates,
        })
    }

    fn unknown(&self, subject: usize) -> Fault {
        let header = &self.plan.pack.header;
        let table = header.id.clone();
        subject_fault(
            (&header.id, &header.place),
            subject,
            FaultKind::WrongFrame { table },
        )
    }

    /// The columns of some rows.
    fn slice(&self, table: usize, range: &std::ops::Range<usize>) -> Vec<ColumnData> {
        fn part<T: Clone>(values: &[T], range: &std::ops::Range<usize>) -> Vec<T> {
            values.get(range.clone()).unwrap_or_default().to_vec()
        }
        let columns = self.columns.get(table).map_or(&[][..], Vec::as_slice);
        columns
            .iter()
            .map(|column| ColumnData {
                values: match &column.values {
                    Values::Bool(values) => Values::Bool(part(values, range)),
                    Values::Date(values) => Values::Date(part(values, range)),
                    Values::Number(values) => Values::Number(part(values, range)),
                    Values::Text { codes, dictionary } => Values::Text {
                        codes: part(codes, range),
                        dictionary: std::sync::Arc::clone(dictionary),
                    },
                },
                known: column.known.as_ref().map(|known| part(known, range)),
            })
            .collect()
    }

    fn names(&self, table: usize) -> Option<Names<'_>> {
        Some(Names {
            table: self.plan.compiled.schema.tables.get(table)?,
            parameters: &self.plan.compiled.parameters,
            tables: &self.plan.compiled.signatures,
            rounding: self.plan.pack.rounding.score.mode,
        })
    }

    fn aggregate_traces(
        &self,
        rule: &CompiledRule,
        machine: &Machine<'_>,
        worked: &Worked,
        offset: usize,
    ) -> Result<Vec<AggregateTrace>, LaneFault> {
        let mut traces = Vec::with_capacity(worked.aggregates.len());
        for (aggregate, result) in rule.value.aggregates.iter().zip(&worked.aggregates) {
            let text = self
                .names(rule.table)
                .map_or_else(String::new, |names| show_aggregate(aggregate, names));
            let known = result
                .known
                .as_ref()
                .is_none_or(|known| known.contains(&true));
            let value = match value_at(&result.lanes, aggregate.ty.scale(), 0) {
                Ok(Value::Number(value)) if known => value,
                _ => Quantity::ZERO,
            };
            let selected = select_rows(machine, aggregate.filter.as_ref(), &worked.rows)?;
            let terms = terms(machine, aggregate, &selected, value)?;
            traces.push(AggregateTrace {
                text,
                value,
                terms: terms
                    .into_iter()
                    .map(|(row, term)| (row + offset, term))
                    .collect(),
            });
        }
        Ok(traces)
    }

    fn substituted(&self, rule: &CompiledRule, aggregates: &[AggregateTrace]) -> String {
        let Some(names) = self.names(rule.table) else {
            return String::new();
        };
        let put = |node: &Node| match &node.kind {
            Kind::Aggregate(index) => aggregates.get(*index).map(|one| one.value.to_string()),
            Kind::Parameter(index) => self.parameter_text(*index),
            _ => None,
        };
        show(&rule.value.root, &rule.value.aggregates, names, &put)
    }

    fn parameter_text(&self, index: usize) -> Option<String> {
        let parameter = self.plan.pack.parameters.get(index)?;
        let value = self.plan.parameter(&parameter.id)?;
        Some(value.value.to_string())
    }

    fn row_traces(
        &self,
        rule: &CompiledRule,
        machine: &Machine<'_>,
        rows: &[bool],
        offset: usize,
    ) -> Vec<RowTrace> {
        let Some(names) = self.names(rule.table) else {
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
            let text = show(node, &[], names, &|_| None);
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

    fn parameters_used(&self, rule: &CompiledRule) -> Vec<ParameterUse> {
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

    fn tables_used(
        &self,
        rule: &CompiledRule,
        machine: &Machine<'_>,
        worked: &Worked,
    ) -> Vec<TableUse> {
        let mut used: BTreeSet<(usize, Option<u32>)> = BTreeSet::new();
        let mut note = |table: usize, hit: Hit| match hit {
            Hit::Row(row) => {
                used.insert((table, Some(row)));
            }
            Hit::Otherwise => {
                used.insert((table, None));
            }
            Hit::None | Hit::Clash(..) => {}
        };
        walk_rule(rule, &mut |node| {
            if let Kind::Table { table, inputs } = &node.kind {
                let at = Stretch {
                    start: 0,
                    active: &worked.rows,
                };
                let Ok(hits) = machine.hits(*table, inputs, at) else {
                    return; // over aggregates, or over rows that lack an input
                };
                for (hit, _) in hits
                    .iter()
                    .zip(&worked.rows)
                    .filter(|(_, selected)| **selected)
                {
                    note(*table, *hit);
                }
            }
        });
        let value = worked.cells.first().and_then(|cell| cell.value);
        if let (Some(band), Some(Value::Number(value))) = (rule.band, value)
            && let Some(hit) = self.band_hit(rule, value)
        {
            note(band, hit);
        }
        let describe = |(table, row)| self.table_use(table, row);
        used.into_iter().filter_map(describe).collect()
    }

    fn table_use(&self, table: usize, row: Option<u32>) -> Option<TableUse> {
        let active = self.plan.constants.tables.get(table)?.as_ref()?;
        let declared = self.plan.pack.tables.get(active.index)?;
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

/// What each selected row adds to an aggregate.
fn terms(
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

/// All nodes of a rule.
fn walk_rule<'r>(rule: &'r CompiledRule, visit: &mut impl FnMut(&'r Node)) {
    if let Some(condition) = &rule.condition {
        condition.walk(visit);
    }
    for aggregate in &rule.value.aggregates {
        for node in aggregate.filter.iter().chain(&aggregate.arguments) {
            node.walk(visit);
        }
    }
    rule.value.root.walk(visit);
}

/// The nodes whose values a reader wants beside a row: columns, table calls, terms, filters.
fn shown_nodes(rule: &CompiledRule) -> Vec<&Node> {
    let mut nodes = Vec::new();
    let mut leaves = |node| {
        let mut visit = |node: &'_ Node| {
            matches!(
                node.kind,
                Kind::Column { .. } | Kind::Table { .. } | Kind::Workdays(..)
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
