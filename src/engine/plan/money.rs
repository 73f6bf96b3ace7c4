//! What compensation needs of a plan to be in force.

use chrono::NaiveDate;
use domain::{Diagnostic, Place};

use super::Plan;
use super::in_force::ended;
use crate::pack::CompiledRule;

impl Plan {
    /// Reports parameters and tables that compensation uses but that have no value on the day.
    pub(super) fn require_money(&self, day: NaiveDate, to: &mut Vec<Diagnostic>) {
        let Some(compensation) = &self.pack.compensation else {
            return;
        };
        for rule in &self.compiled.weights {
            if let Some(component) = compensation.components.get(rule.index) {
                self.require_rule(rule, day, (&component.id, &component.place), to);
            }
        }
        for cost in &self.compiled.costs {
            if let Some(component) = compensation.components.get(cost.index) {
                let user = (component.id.as_str(), &component.place);
                self.require(&cost.value, &self.importance_constants, day, user, to);
            }
        }
        for rule in &self.compiled.deductions {
            if let Some(deduction) = compensation.deductions.get(rule.index) {
                self.require_rule(rule, day, (&deduction.id, &deduction.place), to);
            }
        }
        if let Some(advance) = compensation.parameters() {
            self.require_parameter(advance, day, ("compensation", &compensation.place), to);
        }
        for component in &compensation.components {
            let user = (component.id.as_str(), &component.place);
            for parameter in component.kind.parameters() {
                self.require_parameter(parameter, day, user, to);
            }
        }
    }

    fn require_rule(
        &self,
        rule: &CompiledRule,
        day: NaiveDate,
        user: (&str, &Place),
        to: &mut Vec<Diagnostic>,
    ) {
        self.require(&rule.value, &self.constants, day, user, to);
        if let Some(condition) = &rule.condition {
            let constants = &self.constants;
            condition.walk(&mut |node| self.require_node(node, constants, day, user, to));
        }
    }

    fn require_parameter(
        &self,
        id: &str,
        day: NaiveDate,
        user: (&str, &Place),
        to: &mut Vec<Diagnostic>,
    ) {
        if self.pack.parameter_on(id, day).is_none() {
            to.push(ended("参数 parameter", id, day, user));
        }
    }
}
