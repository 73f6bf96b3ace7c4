//! Gaps, overlaps and dead rows of decision tables, proved by enumeration.

use std::collections::BTreeMap;

use super::compile::compile;
use super::cursor::Findings;
use super::source::SourceText;
use super::verify::Verifier;
use super::{CellTest, InputType, Pack, Table};
use crate::formula::tree::{Kind, Node};
use crate::schema::Schema;
use crate::table::Lookup;

/// Gaps and overlaps of the tables, at the precision of the numbers that formulas pass to them.
pub(crate) fn verify_tables(
    pack: &Pack,
    schema: &Schema,
    sources: &[SourceText<'_>],
    findings: &Findings,
) {
    let verifier = Verifier {
        pack,
        sources,
        findings,
    };
    let passed = passed_scales(pack, schema);
    for table in &pack.tables {
        let lookup = match Lookup::new(table) {
            Ok(lookup) => lookup,
            Err(error) => {
                verifier.error("rules.table_size", &table.place, error.to_string(), "");
                continue;
            }
        };
        let scales: Vec<Option<u8>> = (0..table.inputs.len())
            .map(|at| {
                let own = written_scale(table, at);
                match passed.get(&(table.id.clone(), at)) {
                    Some(None) => None,
                    Some(Some(scale)) => Some(own.max(*scale)),
                    None => Some(own),
                }
            })
            .collect();
        let analysis = lookup.analyse(&scales);
        for gap in &analysis.gaps {
            let message = format!("表“{}”没有一行适用于 {gap} (no row for {gap})", table.id);
            let help = "补一行，或写 otherwise = \"…\" (add a row, or declare otherwise)";
            verifier.error("rules.table_gap", &table.place, message, help);
        }
        for (first, second, example) in &analysis.overlaps {
            let place = table
                .rows
                .get(*second)
                .map_or(&table.place, |row| &row.place);
            let message = format!(
                "表“{}”的第 {} 行与第 {} 行都适用于 {example} (rows overlap at {example})",
                table.id,
                first + 1,
                second + 1
            );
            let help = "缩小其中一行，或用 hit = \"first\" (narrow one, or use hit = \"first\")";
            verifier.error("rules.table_overlap", place, message, help);
        }
        for row in lookup.unreachable(table.rows.len()) {
            let place = table.rows.get(row).map_or(&table.place, |row| &row.place);
            let message = format!(
                "表“{}”的第 {} 行永远用不到 (row {} is never reached)",
                table.id,
                row + 1,
                row + 1
            );
            verifier.error("rules.table_unreachable", place, message, "");
        }
    }
}

/// Most decimals written in the cells of an input.
fn written_scale(table: &Table, at: usize) -> u8 {
    let tests = table.rows.iter().filter_map(|row| row.when.get(at));
    let bounds = tests.flat_map(|test| match test {
        CellTest::Interval { low, high } => low.iter().chain(high).copied().collect(),
        _ => Vec::new(),
    });
    bounds
        .map(|bound| bound.value.trimmed().scale)
        .max()
        .unwrap_or(0)
}

/// The decimals that formulas pass to each numeric input; `None` for fractions.
fn passed_scales(pack: &Pack, schema: &Schema) -> BTreeMap<(String, usize), Option<u8>> {
    let mut passed: BTreeMap<(String, usize), Option<u8>> = BTreeMap::new();
    let Ok(compiled) = compile(pack, schema) else {
        return passed;
    };
    let mut note = |table: usize, at: usize, node: &Node| {
        let Some(signature) = compiled.signatures.get(table) else {
            return;
        };
        if signature.inputs.get(at) != Some(&InputType::Number) {
            return;
        }
        let scale = node.ty.scale();
        let known = passed.entry((signature.id.clone(), at)).or_insert(scale);
        *known = match (*known, scale) {
            (Some(a), Some(b)) => Some(a.max(b)),
            _ => None,
        };
    };
    let mut visit = |node: &Node| {
        if let Kind::Table { table, inputs } = &node.kind {
            for (at, input) in inputs.iter().enumerate() {
                note(*table, at, input);
            }
        }
    };
    for rule in compiled.indicators.iter().chain(&compiled.weights) {
        rule.condition.iter().for_each(|node| node.walk(&mut visit));
        rule.value.root.walk(&mut visit);
        for aggregate in &rule.value.aggregates {
            let nodes = aggregate.arguments.iter().chain(&aggregate.filter);
            nodes.for_each(|node| node.walk(&mut visit));
        }
    }
    if let Some((_, formula)) = &compiled.importance {
        formula.root.walk(&mut visit);
    }
    for rule in &compiled.indicators {
        if let Some(band) = rule.band {
            note(band, 0, &rule.value.root);
        }
    }
    passed
}
