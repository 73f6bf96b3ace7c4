//! All formulas of a pack against the fact tables, with the columns that deadlines add.

mod carried;
mod deadlines;
mod money;
mod tables;

use domain::Place;

pub(crate) use tables::PreparedTable;

use money::CompiledCost;
use tables::signatures;

use super::{Formula, Indicator, IndicatorKind, Pack, effective};
use crate::formula::tree::{Node, Ty};
use crate::formula::{
    Carried, Compiled, FormulaFault, Names, Rows, TableSignature, compile_row, compile_subject,
    did_you_mean, is_reserved,
};
use crate::schema::{Schema, TableSchema, Unit};

/// A finding about a formula of the pack, or about a reference at a place.
#[derive(Clone, Debug)]
pub(crate) struct CompileFault {
    /// Start of the formula; the fault's line and column count from it.
    pub(crate) place: Place,
    pub(crate) fault: FormulaFault,
}

/// A deadline with its columns found.
#[derive(Clone, Debug)]
pub(crate) struct CompiledDeadline {
    /// Index into the pack.
    pub(crate) index: usize,
    pub(crate) table: usize,
    pub(crate) start: usize,
    pub(crate) done: usize,
    pub(crate) extension: Option<usize>,
    pub(crate) consent: Option<usize>,
    /// Condition of each rule.
    pub(crate) rules: Vec<Option<Compiled>>,
}

/// Rows of a table and a formula over them.
#[derive(Clone, Debug)]
pub(crate) struct CompiledRule {
    /// Index into the pack's indicators, components or deductions.
    pub(crate) index: usize,
    pub(crate) table: usize,
    pub(crate) condition: Option<Node>,
    pub(crate) value: Compiled,
    /// Signature index of the band table.
    pub(crate) band: Option<usize>,
}

/// A pack with every formula compiled.
#[derive(Clone, Debug)]
pub(crate) struct CompiledPack {
    /// Fact tables with the columns of deadlines after those given.
    pub(crate) schema: Schema,
    pub(crate) parameters: Vec<(String, Unit, u8)>,
    pub(crate) signatures: Vec<TableSignature>,
    /// The tables of the pack, each version on its own, then those whose version a date picks.
    pub(crate) tables: Vec<PreparedTable>,
    /// For each signature the table whose version a date picks; without it the period does.
    pub(crate) by_date: Vec<Option<usize>>,
    /// What `carry` gives, by indicator.
    pub(crate) carried: Vec<(String, Carried)>,
    pub(crate) deadlines: Vec<CompiledDeadline>,
    /// Table index and formula.
    pub(crate) importance: Option<(usize, Compiled)>,
    pub(crate) indicators: Vec<CompiledRule>,
    /// Weights of the components that share a pool.
    pub(crate) weights: Vec<CompiledRule>,
    /// Which flows count for a weight, by index of the component; all without an entry.
    pub(crate) flows: Vec<(usize, Node)>,
    /// Replacement costs of the components that share a pool by the Shapley value.
    pub(crate) costs: Vec<CompiledCost>,
    /// Amounts of deductions.
    pub(crate) deductions: Vec<CompiledRule>,
}

struct Compiler<'a> {
    pack: &'a Pack,
    schema: Schema,
    parameters: Vec<(String, Unit, u8)>,
    signatures: Vec<TableSignature>,
    carried: Vec<(String, Carried)>,
    faults: Vec<CompileFault>,
}

/// Compiles the pack; `Err` has every fault.
pub(crate) fn compile(pack: &Pack, schema: &Schema) -> Result<CompiledPack, Vec<CompileFault>> {
    let mut compiler = Compiler {
        pack,
        schema: schema.clone(),
        parameters: pack
            .parameters
            .iter()
            .map(|one| (one.id.clone(), one.unit, one.scale))
            .collect(),
        signatures: signatures(pack),
        carried: Vec::new(),
        faults: Vec::new(),
    };
    compiler.reserved_names();
    let importance = compiler.importance();
    let deadlines = compiler.deadlines();
    compiler.carried = compiler.carried();
    let indicators = compiler.indicators();
    let weights = compiler.weights();
    let flows = compiler.flows();
    let costs = compiler.costs();
    let deductions = compiler.deductions();
    if !compiler.faults.is_empty() {
        return Err(compiler.faults);
    }
    let mut tables: Vec<PreparedTable> = pack.tables.iter().map(PreparedTable::new).collect();
    let by_date = compiler.signatures.iter().map(|signature| {
        let by = signature.by.as_ref()?;
        let merged = if signature.is_parameter {
            let mut parameters = pack.parameters.iter();
            let found = parameters.find(|one| one.id == signature.id)?;
            effective::parameter(found, by)
        } else {
            effective::table(pack, &signature.id, by)?
        };
        tables.push(PreparedTable::new(&merged));
        Some(tables.len() - 1)
    });
    let by_date = by_date.collect();
    Ok(CompiledPack {
        schema: compiler.schema,
        parameters: compiler.parameters,
        signatures: compiler.signatures,
        tables,
        by_date,
        carried: compiler.carried,
        deadlines,
        importance,
        indicators,
        weights,
        flows,
        costs,
        deductions,
    })
}

/// What the value of an indicator may rely on.
const fn rows_of(indicator: &Indicator) -> Rows<'static> {
    Rows {
        condition: None,
        may_be_empty: indicator.least_cases() == 0,
        of_subject: true,
    }
}

impl Compiler<'_> {
    fn names<'n>(&'n self, table: &'n TableSchema) -> Names<'n> {
        Names {
            table,
            parameters: &self.parameters,
            tables: &self.signatures,
            carried: &self.carried,
            rounding: self.pack.rounding.score.mode,
        }
    }

    fn report(&mut self, formula: &Formula, faults: Vec<FormulaFault>) {
        self.faults
            .extend(faults.into_iter().map(|fault| CompileFault {
                place: formula.place.clone(),
                fault,
            }));
    }

    /// A fault about the element at a place rather than about a part of a formula.
    fn complain(&mut self, place: &Place, code: &'static str, message: String, help: String) {
        self.faults.push(CompileFault {
            place: place.clone(),
            fault: FormulaFault {
                line: 1,
                column: 1,
                width: 0,
                code,
                message,
                help,
            },
        });
    }

    fn table(&mut self, name: &str, place: &Place, what: &str) -> Option<usize> {
        let found = self.schema.table_index(name);
        if found.is_none() {
            let help = did_you_mean(name, self.schema.tables.iter().map(|one| one.name.as_str()));
            let message = format!("{what}：没有事实表“{name}” (unknown fact table {name})");
            self.complain(place, "rules.unknown_table", message, help);
        }
        found
    }

    /// A table of a name that the language has for itself could never be called.
    fn reserved_names(&mut self) {
        let pack = self.pack;
        for table in pack.tables.iter().filter(|table| is_reserved(&table.id)) {
            let message = format!(
                "表的标识“{}”是公式语言的函数 ({} is a function)",
                table.id, table.id
            );
            let help = "换一个标识 (choose another id)".to_owned();
            self.complain(&table.place, "rules.reserved_name", message, help);
        }
    }

    fn importance(&mut self) -> Option<(usize, Compiled)> {
        let rule = self.pack.importance.as_ref()?;
        let index = self.table(&rule.of, &rule.place, "[importance]")?;
        let mut table = self.schema.tables.get(index)?.clone();
        // The column it computes cannot be read by it: a cycle.
        let cycle = rule
            .value
            .text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| word == "importance");
        if cycle && table.column("importance").is_some() {
            let message = "重要程度的公式用到了它自己：importance → importance (cycle)".to_owned();
            let help =
                "请只用目录的列、参数和表 (use columns of the catalogue, parameters, tables)";
            self.complain(&rule.value.place, "rules.cycle", message, help.to_owned());
            return None;
        }
        // Kept in place, under a name no formula can spell, so that the other columns keep theirs.
        if let Some(column) = table
            .columns
            .iter_mut()
            .find(|one| one.name == "importance")
        {
            column.name = "(importance)".into();
        }
        match compile_row(&rule.value.text, self.names(&table)) {
            Ok(compiled) => {
                self.expect_number(&rule.value, compiled.root.ty);
                Some((index, compiled))
            }
            Err(faults) => {
                self.report(&rule.value, faults);
                None
            }
        }
    }

    fn expect_bool(&mut self, formula: &Formula, found: Ty) {
        if found != Ty::Bool {
            let message = "此处应为条件（是非） (expected a condition)".to_owned();
            self.complain(&formula.place, "rules.type", message, String::new());
        }
    }

    fn expect_number(&mut self, formula: &Formula, found: Ty) {
        if !matches!(found, Ty::Number { .. }) {
            let message = "此处应为数 (expected a number)".to_owned();
            self.complain(&formula.place, "rules.type", message, String::new());
        }
    }

    /// A condition and a value over its rows.
    fn rule(
        &mut self,
        table: usize,
        condition: Option<&Formula>,
        value: &Formula,
        rows: Rows<'_>,
    ) -> Option<(Option<Node>, Compiled)> {
        let columns = self.schema.tables.get(table)?.clone();
        let condition = match condition {
            None => Some(None),
            Some(formula) => match compile_row(&formula.text, self.names(&columns)) {
                Ok(compiled) => {
                    self.expect_bool(formula, compiled.root.ty);
                    Some(Some(compiled.root))
                }
                Err(faults) => {
                    self.report(formula, faults);
                    None
                }
            },
        };
        let shown = condition.as_ref().and_then(Option::as_ref);
        let rows = Rows {
            condition: shown,
            ..rows
        };
        match compile_subject(&value.text, self.names(&columns), rows) {
            Ok(compiled) => Some((condition?, compiled)),
            Err(mut faults) => {
                if condition.is_none() {
                    // It may show to be present what seems to be missing.
                    faults.retain(|fault| fault.code != "rules.optional");
                }
                self.report(value, faults);
                None
            }
        }
    }

    fn indicators(&mut self) -> Vec<CompiledRule> {
        let pack = self.pack;
        let mut all = Vec::new();
        for (index, indicator) in pack.indicators.iter().enumerate() {
            let what = format!("[[indicator]] {}", indicator.id);
            let Some(table) = self.table(&indicator.from, &indicator.place, &what) else {
                continue;
            };
            let condition = indicator.condition.as_ref();
            let rows = rows_of(indicator);
            let Some((condition, value)) = self.rule(table, condition, &indicator.value, rows)
            else {
                continue;
            };
            self.check_kind(&indicator.kind, &indicator.value, value.root.ty);
            let band = match &indicator.kind {
                IndicatorKind::Banded { band, .. } => {
                    self.signatures.iter().position(|table| table.id == *band)
                }
                _ => None,
            };
            all.push(CompiledRule {
                index,
                table,
                condition,
                value,
                band,
            });
        }
        all
    }

    /// Whether the value is of the type and unit that the kind needs.
    fn check_kind(&mut self, kind: &IndicatorKind, formula: &Formula, ty: Ty) {
        if matches!(kind, IndicatorKind::Veto(_)) {
            self.expect_bool(formula, ty);
            return;
        }
        let Ty::Number { unit, literal, .. } = ty else {
            self.expect_number(formula, ty);
            return;
        };
        let wanted = match kind {
            IndicatorKind::Ratio => Unit::Ratio,
            IndicatorKind::Deduct { .. } | IndicatorKind::Bonus { .. } => Unit::Points,
            IndicatorKind::Banded { .. }
            | IndicatorKind::Veto(_)
            | IndicatorKind::Judged(_)
            | IndicatorKind::Relative => return,
        };
        if literal || unit == wanted || unit == Unit::None {
            return;
        }
        let message = format!(
            "{} 指标的值应为 [{wanted}]，却是 [{unit}] (expected {wanted}, found {unit})",
            kind.name()
        );
        let help = match wanted {
            Unit::Ratio => "用 ratio(a, b) 得到比率 (use ratio(a, b))",
            _ => "用表把数换成分 (turn the number into points by a table)",
        };
        self.complain(&formula.place, "rules.unit", message, help.to_owned());
    }
}
