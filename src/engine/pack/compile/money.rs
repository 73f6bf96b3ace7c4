//! Formulas of `[compensation]`: weights of pools, replacement costs, deductions.

use super::{CompiledRule, Compiler};
use crate::formula::tree::{Node, Ty};
use crate::formula::{Compiled, Rows, compile_row};
use crate::pack::{Component, ComponentKind, Flows, Formula};
use crate::schema::Unit;

/// The replacement cost of a component.
#[derive(Clone, Debug)]
pub(crate) struct CompiledCost {
    /// Index into the pack's components.
    pub(crate) index: usize,
    /// The table whose rows have a cost.
    pub(crate) table: usize,
    /// Yuan a year.
    pub(crate) value: Compiled,
}

/// The table whose rows are the data sets that could be replaced.
const RESOURCES: &str = "resources";

/// The column that says who pays for a row.
const PAYER: &str = "payer";

impl<'a> Compiler<'a> {
    pub(super) fn weights(&mut self) -> Vec<CompiledRule> {
        let mut all = Vec::new();
        for (index, component) in self.components() {
            let ComponentKind::Pool {
                from,
                condition,
                weight,
                ..
            } = &component.kind
            else {
                continue;
            };
            let what = format!("[[compensation.component]] {}", component.id);
            let Some(table) = self.table(from, &component.place, &what) else {
                continue;
            };
            self.require_payer(table, component);
            let rule = self.amount(index, table, condition.as_ref(), weight);
            if let Some(rule) = &rule {
                self.expect_number(weight, rule.value.root.ty);
            }
            all.extend(rule);
        }
        all
    }

    /// The condition that a row is of a flow the component pays for, of those that do not pay for all.
    pub(super) fn flows(&mut self) -> Vec<(usize, Node)> {
        let mut all = Vec::new();
        for (index, component) in self.components() {
            let ComponentKind::Pool { from, .. } = &component.kind else {
                continue;
            };
            let table = self.schema.table_index(from);
            let columns = table.and_then(|table| self.schema.tables.get(table).cloned());
            let (false, Some(columns)) = (component.flows == Flows::ALL, columns) else {
                continue;
            };
            let names: Vec<&str> = component.flows.names().collect();
            let formula = Formula {
                text: names.join(" OR "),
                place: component.place.clone(),
            };
            match compile_row(&formula.text, self.names(&columns)) {
                Ok(compiled) => all.push((index, compiled.root)),
                Err(faults) => self.report(&formula, faults),
            }
        }
        all
    }

    pub(super) fn costs(&mut self) -> Vec<CompiledCost> {
        let mut all = Vec::new();
        for (index, component) in self.components() {
            let ComponentKind::Shapley { cost, .. } = &component.kind else {
                continue;
            };
            let what = format!("[[compensation.component]] {}", component.id);
            let Some(table) = self.table(RESOURCES, &component.place, &what) else {
                continue;
            };
            let Some(columns) = self.schema.tables.get(table).cloned() else {
                continue;
            };
            match compile_row(&cost.text, self.names(&columns)) {
                Ok(value) => {
                    self.expect_yuan(cost, value.root.ty);
                    all.push(CompiledCost {
                        index,
                        table,
                        value,
                    });
                }
                Err(faults) => self.report(cost, faults),
            }
        }
        all
    }

    pub(super) fn deductions(&mut self) -> Vec<CompiledRule> {
        let pack = self.pack;
        let mut all = Vec::new();
        let deductions = pack.compensation.iter().flat_map(|one| &one.deductions);
        for (index, deduction) in deductions.enumerate() {
            let what = format!("[[compensation.deduction]] {}", deduction.id);
            let Some(table) = self.table(&deduction.from, &deduction.place, &what) else {
                continue;
            };
            let amount = &deduction.amount;
            let rule = self.amount(index, table, deduction.condition.as_ref(), amount);
            if let Some(rule) = &rule {
                self.expect_yuan(amount, rule.value.root.ty);
            }
            all.extend(rule);
        }
        all
    }

    /// An amount over rows of which there may be none, grouped within a subject.
    fn amount(
        &mut self,
        index: usize,
        table: usize,
        condition: Option<&Formula>,
        value: &Formula,
    ) -> Option<CompiledRule> {
        let rows = Rows {
            condition: None,
            may_be_empty: true,
            of_subject: false,
        };
        let (condition, value) = self.rule(table, condition, value, rows)?;
        Some(CompiledRule {
            index,
            table,
            condition,
            value,
            band: None,
        })
    }

    fn components(&self) -> Vec<(usize, &'a Component)> {
        let compensation = self.pack.compensation.iter();
        let components = compensation.flat_map(|one| &one.components);
        components.enumerate().collect()
    }

    /// A pool is shared per payer, so its rows must say who pays for them.
    fn require_payer(&mut self, table: usize, component: &Component) {
        let columns = self.schema.tables.get(table);
        let Some(columns) = columns.filter(|table| table.column(PAYER).is_none()) else {
            return;
        };
        let name = &columns.name;
        let message = format!(
            "“{}”按事实表“{name}”分配，但该表没有付款方 `{PAYER}` ({name} does not say who pays)",
            component.id
        );
        let help = "资金池按共享使用分配：from = \"usage\" (share it by usage)".to_owned();
        self.complain(&component.place, "rules.no_payer", message, help);
    }

    fn expect_yuan(&mut self, formula: &Formula, found: Ty) {
        let Ty::Number { unit, literal, .. } = found else {
            self.expect_number(formula, found);
            return;
        };
        if literal || matches!(unit, Unit::Cny | Unit::None) {
            return;
        }
        let message = format!("此处应为金额 [cny]，却是 [{unit}] (expected cny, found {unit})");
        let help = "用表或参数换算成元 (turn it into yuan by a table or a parameter)";
        self.complain(&formula.place, "rules.unit", message, help.to_owned());
    }
}
