//! Gaps, overlaps and dead rows of decision tables, proved exactly.

use std::collections::BTreeMap;

use domain::Place;

use super::compile::{CompiledPack, PreparedTable};
use super::cursor::Findings;
use super::source::SourceText;
use super::verify::Verifier;
use super::{CellTest, InputType, Pack, Table};
use crate::formula::tree::{Kind, Node};
use crate::table::Analysis;

/// Findings of one kind and table that are listed.
const SHOWN: usize = 20;

/// Gaps and overlaps of the tables, at the precision of the numbers that formulas pass to them.
pub(crate) fn verify_tables(
    pack: &Pack,
    compiled: Option<&CompiledPack>,
    sources: &[SourceText<'_>],
    findings: &Findings,
) {
    let verifier = Verifier::new(pack, sources, findings);
    let passed = compiled.map(passed_scales).unwrap_or_default();
    for (index, table) in pack.tables.iter().enumerate() {
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
        let analysis = match compiled.and_then(|compiled| compiled.tables.get(index)) {
            Some(ready) => ready.lookup.analyse(table, &scales),
            None => PreparedTable::new(table).lookup.analyse(table, &scales),
        };
        verifier.table(table, &analysis);
    }
}

impl Verifier<'_> {
    fn table(&self, table: &Table, found: &Analysis) {
        let id = &table.id;
        for gap in &found.gaps {
            let message = format!("表“{id}”没有一行适用于 {gap} (no row for {gap})");
            let help = "补一行，或写 otherwise = \"…\" (add a row, or declare otherwise)";
            self.error("rules.table_gap", &table.place, message, help);
        }
        for (first, second, example) in &found.overlaps {
            let rows = format!("第 {} 行与第 {} 行", first + 1, second + 1);
            let message = format!("表“{id}”的{rows}都适用于 {example} (rows overlap at {example})");
            let help = "缩小其中一行，或用 hit = \"first\" (narrow one, or use hit = \"first\")";
            self.error(
                "rules.table_overlap",
                row_place(table, *second),
                message,
                help,
            );
        }
        for (first, second) in found.duplicates.iter().take(SHOWN) {
            let rows = format!("第 {} 行与第 {} 行", first + 1, second + 1);
            let message = format!("表“{id}”的{rows}条件相同 (rows with the same conditions)");
            let help = "删去其中一行 (remove one of them)";
            self.error(
                "rules.table_duplicate",
                row_place(table, *second),
                message,
                help,
            );
        }
        for row in found.unreachable.iter().take(SHOWN) {
            let number = row + 1;
            let message =
                format!("表“{id}”的第 {number} 行永远用不到 (row {number} is never reached)");
            let help = "前面的行或数位使它从不决定结果 (earlier rows or the precision exclude it)";
            self.error(
                "rules.table_unreachable",
                row_place(table, *row),
                message,
                help,
            );
        }
        if found.undecided {
            let message = format!(
                "表“{id}”过于复杂，无法在限度内证明没有缺口和重叠 (too complex to be proved sound)"
            );
            let help = "请拆成几张表 (split the table)";
            self.error("rules.table_undecided", &table.place, message, help);
        }
    }
}

fn row_place(table: &Table, row: usize) -> &Place {
    table.rows.get(row).map_or(&table.place, |row| &row.place)
}

/// Most decimals written in the cells of an input.
fn written_scale(table: &Table, at: usize) -> u8 {
    let tests = table.rows.iter().filter_map(|row| row.when.get(at));
    let domain = table.inputs.get(at).map(|input| &input.domain);
    let intervals = tests.chain(domain).flat_map(|test| match test {
        CellTest::Intervals(intervals) => intervals.as_slice(),
        _ => &[],
    });
    intervals
        .flat_map(|one| one.low.iter().chain(&one.high))
        .map(|bound| bound.value.trimmed().scale)
        .max()
        .unwrap_or(0)
}

/// The decimals that formulas pass to each numeric input; `None` for fractions.
pub(crate) fn passed_scales(compiled: &CompiledPack) -> BTreeMap<(String, usize), Option<u8>> {
    let mut passed: BTreeMap<(String, usize), Option<u8>> = BTreeMap::new();
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
    let weights = compiled.indicators.iter().chain(&compiled.weights);
    for rule in weights.chain(&compiled.deductions) {
        rule.value.walk_after(rule.condition.as_ref(), &mut visit);
    }
    if let Some((_, formula)) = &compiled.importance {
        formula.root.walk(&mut visit);
    }
    for cost in &compiled.costs {
        cost.value.root.walk(&mut visit);
    }
    for rule in &compiled.indicators {
        if let Some(band) = rule.band {
            note(band, 0, &rule.value.root);
        }
    }
    passed
}
