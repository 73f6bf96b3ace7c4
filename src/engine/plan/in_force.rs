//! What formulas in force need must have a value then.

use chrono::NaiveDate;
use domain::{Diagnostic, Place};

use super::Plan;
use crate::eval::Constants;
use crate::formula::Compiled;
use crate::formula::tree::{Kind, Node};

impl Plan {
    /// Reports parameters and tables that formulas in force use but that have no value then.
    pub(super) fn require_in_force(
        &self,
        day: NaiveDate,
        importance_day: NaiveDate,
        to: &mut Vec<Diagnostic>,
    ) {
        if let (Some(rule), Some((_, formula))) = (&self.pack.importance, &self.compiled.importance)
        {
            let constants = &self.importance_constants;
            let user = ("importance", &rule.value.place);
            self.require(formula, constants, importance_day, user, to);
        }
        let active: Vec<usize> = self.indicators().collect();
        for rule in self
            .compiled
            .indicators
            .iter()
            .filter(|one| active.contains(&one.index))
        {
            let Some(indicator) = self.pack.indicators.get(rule.index) else {
                continue;
            };
            let user = (indicator.id.as_str(), &indicator.value.place);
            let constants = &self.constants;
            self.require(&rule.value, constants, day, user, to);
            if let Some(condition) = &rule.condition {
                let mut visit = |node: &Node| self.require_node(node, constants, day, user, to);
                condition.walk(&mut visit);
            }
            if let Some(band) = rule.band
                && constants.tables.get(band).is_none_or(Option::is_none)
            {
                let id = self
                    .compiled
                    .signatures
                    .get(band)
                    .map_or("", |table| &table.id);
                to.push(ended("表 table", id, day, user));
            }
        }
        self.require_money(day, to);
        for deadline in &self.compiled.deadlines {
            let Some(rule) = self.pack.deadlines.get(deadline.index) else {
                continue;
            };
            for condition in deadline.rules.iter().flatten() {
                let user = (rule.id.as_str(), &rule.place);
                self.require(condition, &self.constants, day, user, to);
            }
        }
    }

    pub(super) fn require(
        &self,
        formula: &Compiled,
        constants: &Constants,
        day: NaiveDate,
        user: (&str, &Place),
        to: &mut Vec<Diagnostic>,
    ) {
        formula.walk(&mut |node| self.require_node(node, constants, day, user, to));
    }

    pub(super) fn require_node(
        &self,
        node: &Node,
        constants: &Constants,
        day: NaiveDate,
        user: (&str, &Place),
        to: &mut Vec<Diagnostic>,
    ) {
        match &node.kind {
            Kind::Parameter(index)
                if constants
                    .parameters
                    .get(*index)
                    .copied()
                    .flatten()
                    .is_none() =>
            {
                let parameter = self.pack.parameters.get(*index);
                let id = parameter.map_or("", |one| one.id.as_str());
                to.push(ended("参数 parameter", id, day, user));
            }
            Kind::Table { table, .. }
                if constants.tables.get(*table).is_none_or(Option::is_none) =>
            {
                let signature = self.compiled.signatures.get(*table);
                let id = signature.map_or("", |one| one.id.as_str());
                to.push(ended("表 table", id, day, user));
            }
            _ => {}
        }
    }
}

pub(super) fn ended(
    kind: &str,
    id: &str,
    day: NaiveDate,
    (user, place): (&str, &Place),
) -> Diagnostic {
    let message =
        format!("“{user}”用到的{kind}“{id}”在 {day} 没有有效的值 ({id} is not in force on {day})");
    Diagnostic::error("rules.ended", place.clone(), message)
        .with_help("请补上此后的值，或让用到它的指标一同失效 (add a successor, or end its users)")
}
