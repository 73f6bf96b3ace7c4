//! The money of a month: what compensation needs of it, and the awards.

use std::collections::BTreeMap;

use domain::DepartmentId;
use engine::pack::{Component, ComponentKind, Flows};
use engine::{ColumnData, Values};

use super::Month;
use crate::assessment::Assessment;
use crate::awards::Awards;
use crate::compensation::{self, Basis, Flow, Means, Reasoned, Weight};
use crate::error::AssessError;
use crate::exact::Exact;
use crate::frame::FactTable;

impl Month<'_> {
    /// What each payer owes each department, of what it may spend.
    pub fn compensate(
        &self,
        assessment: &Assessment,
        means: Means<'_>,
    ) -> Result<Awards, AssessError> {
        Ok(self.reasoned(assessment, means)?.awards)
    }

    /// The awards with how each came about.
    pub(crate) fn reasoned(
        &self,
        assessment: &Assessment,
        means: Means<'_>,
    ) -> Result<Reasoned, AssessError> {
        compensation::award(&Basis {
            pack: self.prepared.pack,
            assessment,
            facts: self.prepared.facts,
            registry: &self.prepared.registry,
            means,
            prior: self.prepared.prior,
            weights: self.weights()?,
            deductions: self.deductions()?,
        })
    }

    /// Weights of the pools, by component: per payer and provider.
    fn weights(&self) -> Result<BTreeMap<String, Vec<Weight>>, AssessError> {
        let mut all = BTreeMap::new();
        let compensation = self.prepared.pack.compensation.iter();
        for component in compensation.flat_map(|one| &one.components) {
            let weights = match &component.kind {
                ComponentKind::Claims { .. } => continue,
                ComponentKind::Pool { .. } => self.contributions(component)?,
                ComponentKind::Shapley { data_set, .. } => {
                    let costs = self.replacement_costs(component)?;
                    compensation::cooperative_weights(&self.flows(component), &costs, *data_set)?
                }
            };
            all.insert(component.id.clone(), weights);
        }
        Ok(all)
    }

    fn contributions(&self, component: &Component) -> Result<Vec<Weight>, AssessError> {
        let found = self
            .bound
            .evaluate_weight(&component.id, "payer")
            .map_err(|faults| self.frame().named(self.facts(), faults))?;
        let mut weights = Vec::new();
        for (department, by_payer) in self.departments().iter().zip(found) {
            // Flows without a common superior have no payer.
            let paid = by_payer.into_iter().filter(|(payer, _)| !payer.is_empty());
            weights.extend(paid.map(|(payer, weight)| Weight {
                payer: payer.as_str().into(),
                department: department.id.clone(),
                value: weight.into(),
                most: None,
            }));
        }
        Ok(weights)
    }

    /// Fen a year by catalogue code.
    fn replacement_costs(
        &self,
        component: &Component,
    ) -> Result<BTreeMap<String, i64>, AssessError> {
        let frame = &self.prepared.frame.frame;
        let costs = self.prepared.plan.replacement_costs(&component.id, frame);
        let costs = costs.map_err(|faults| self.frame().named(self.facts(), faults))?;
        let codes = self.texts(FactTable::Resources, "code");
        let mut by_code: BTreeMap<String, i64> = BTreeMap::new();
        for (code, cost) in codes.into_iter().zip(costs) {
            if cost < 0 {
                return Err(AssessError::Rule {
                    rule: component.id.clone(),
                    reason: format!("资源 {code} 的重置成本为负 (negative replacement cost)"),
                });
            }
            // One code is one resource; should rows differ, the cheapest counts.
            let known = by_code.entry(code.to_owned()).or_insert(cost);
            *known = cost.min(*known);
        }
        Ok(by_code)
    }

    /// Which department successfully used which resource of which other, for whom the component pays.
    fn flows(&self, component: &Component) -> Vec<Flow> {
        let usage = FactTable::Usage;
        let (users, resources) = (self.texts(usage, "consumer"), self.texts(usage, "resource"));
        let payers = self.texts(usage, "payer");
        let included = self.included(component.flows);
        let succeeded = match self.column(usage, "succeeded").map(|column| &column.values) {
            Some(Values::Number(counts)) => counts.iter().collect(),
            _ => Vec::new(),
        };
        let rows = users.into_iter().zip(resources).zip(payers).zip(succeeded);
        let rows = rows.zip(included).zip(self.owners_of_rows(usage));
        rows.filter(|((((_, payer), succeeded), included), _)| {
            *included && *succeeded > 0 && !payer.is_empty()
        })
        .map(|(((((user, resource), payer), _), _), owner)| Flow {
            owner: owner.clone(),
            user: user.into(),
            resource: resource.to_owned(),
            payer: payer.to_owned(),
        })
        .collect()
    }

    /// Whether each row of `usage` is of a flow that is included.
    fn included(&self, flows: Flows) -> Vec<bool> {
        let mut included: Vec<bool> = Vec::new();
        for name in flows.names() {
            let column = self.column(FactTable::Usage, name);
            if let Some(Values::Bool(flags)) = column.map(|column| &column.values) {
                included.resize(flags.len(), false);
                for (included, flag) in included.iter_mut().zip(flags) {
                    *included |= flag;
                }
            }
        }
        included
    }

    /// The department that each row of a table belongs to.
    fn owners_of_rows(&self, table: FactTable) -> Vec<&DepartmentId> {
        let rows = self.prepared.frame.frame.tables.get(table as usize);
        let mut owners = Vec::new();
        for (subject, department) in self.departments().iter().enumerate() {
            let rows = rows.map_or(0..0, |rows| rows.rows_of(subject));
            owners.extend(rows.map(|_| &department.id));
        }
        owners
    }

    fn column(&self, table: FactTable, name: &str) -> Option<&ColumnData> {
        self.bound.column(table.name(), name)
    }

    /// A text column, row by row; empty if there is no such column.
    fn texts(&self, table: FactTable, name: &str) -> Vec<&str> {
        match self.column(table, name).map(|column| &column.values) {
            Some(Values::Text { codes, dictionary }) => codes
                .iter()
                .map(|code| dictionary.text(*code).unwrap_or_default())
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Yuan to deduct, by deduction and department.
    fn deductions(&self) -> Result<BTreeMap<String, Vec<(DepartmentId, Exact)>>, AssessError> {
        let mut all = BTreeMap::new();
        let compensation = self.prepared.pack.compensation.iter();
        for deduction in compensation.flat_map(|one| &one.deductions) {
            let amounts = self
                .bound
                .evaluate_deduction(&deduction.id)
                .map_err(|faults| self.frame().named(self.facts(), faults))?;
            let departments = self.departments().iter().map(|one| one.id.clone());
            let amounts = departments.zip(amounts.into_iter().map(Exact::from));
            all.insert(deduction.id.clone(), amounts.collect());
        }
        Ok(all)
    }
}
