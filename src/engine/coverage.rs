//! How much of a pack its tests exercise: rules, branches, rows of tables and the boundaries of their
//! intervals, from both sides. Measured by evaluation itself, not guessed from the texts.

mod tables;
mod watch;

use domain::Place;

pub use watch::Watch;

use crate::formula::show;
use crate::formula::tree::{Kind, Node};
use crate::plan::Plan;
use watch::{Seen, key};

/// What an item of coverage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Covers {
    /// A rule: an indicator, a rule of a deadline, a grade, a component of compensation.
    Rule,
    /// A branch of a CASE, or one outcome of a condition.
    Branch,
    /// A row of a decision table.
    Row,
    /// One side of a boundary of a row's interval.
    Boundary,
}

impl Covers {
    /// All, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Rule, Self::Branch, Self::Row, Self::Boundary];

    /// Stable English name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rule => "rules",
            Self::Branch => "branches",
            Self::Row => "rows",
            Self::Boundary => "boundaries",
        }
    }

    /// Chinese name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Rule => "规则",
            Self::Branch => "分支",
            Self::Row => "表行",
            Self::Boundary => "边界",
        }
    }
}

/// One thing that tests should exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub covers: Covers,
    /// Which, in words.
    pub what: String,
    /// Where it is written.
    pub place: Place,
    /// Whether a test did.
    pub is_covered: bool,
}

/// Everything of the plan's pack that tests should exercise, and what the watch saw of it. The rules
/// that only scoring can see are added by the crate above.
pub fn coverage(plan: &Plan, watch: &Watch) -> Vec<Item> {
    let seen = watch.seen();
    let mut items = deadlines(plan, &seen);
    items.extend(branches(plan, &seen));
    items.extend(tables::rows_and_boundaries(plan, &seen));
    items
}

fn deadlines(plan: &Plan, seen: &Seen) -> Vec<Item> {
    let mut items = Vec::new();
    for deadline in &plan.pack.deadlines {
        for (index, rule) in deadline.rules.iter().enumerate() {
            items.push(Item {
                covers: Covers::Rule,
                what: format!(
                    "期限 {} 第 {} 条 (rule {})",
                    deadline.id,
                    index + 1,
                    index + 1
                ),
                place: rule.place.clone(),
                is_covered: seen.deadlines.contains(&(deadline.id.clone(), index)),
            });
        }
    }
    items
}

/// Branches and conditions of the formulas of indicators, importance and components.
fn branches(plan: &Plan, seen: &Seen) -> Vec<Item> {
    let mut items = Vec::new();
    for rule in &plan.compiled.indicators {
        let Some(indicator) = plan.pack.indicators.get(rule.index) else {
            continue;
        };
        let mut own = Own {
            plan,
            seen,
            id: &indicator.id,
            table: rule.table,
            place: &indicator.value.place,
            items: &mut items,
        };
        if let Some(condition) = &rule.condition {
            own.condition(condition);
            own.cases(condition);
        }
        own.cases(&rule.value.root);
        for aggregate in &rule.value.aggregates {
            aggregate.arguments.iter().for_each(|node| own.cases(node));
            if let Some(filter) = &aggregate.filter {
                own.condition(filter);
                own.cases(filter);
            }
        }
    }
    if let (Some(rule), Some((table, formula))) = (&plan.pack.importance, &plan.compiled.importance)
    {
        let mut own = Own {
            plan,
            seen,
            id: "importance",
            table: *table,
            place: &rule.value.place,
            items: &mut items,
        };
        own.cases(&formula.root);
    }
    items
}

/// One formula's branches.
struct Own<'a> {
    plan: &'a Plan,
    seen: &'a Seen,
    id: &'a str,
    table: usize,
    place: &'a Place,
    items: &'a mut Vec<Item>,
}

impl Own<'_> {
    fn push(&mut self, what: String, is_covered: bool) {
        self.items.push(Item {
            covers: Covers::Branch,
            what: format!("{}：{what}", self.id),
            place: self.place.clone(),
            is_covered,
        });
    }

    fn shown(&self, node: &Node) -> String {
        let names = self.plan.names(self.table);
        names.map_or_else(String::new, |names| show(node, None, names, &|_| None))
    }

    fn condition(&mut self, condition: &Node) {
        let outcomes = self.seen.conditions.get(&key(condition));
        let text = self.shown(condition);
        for (outcome, title) in [(1, "成立 true"), (0, "不成立 false")] {
            let covered = outcomes.and_then(|both| both.get(outcome));
            self.push(format!("“{text}”{title}"), covered == Some(&true));
        }
    }

    fn cases(&mut self, node: &Node) {
        let mut found = Vec::new();
        node.walk(&mut |one| {
            if let Kind::Case { branches, .. } = &one.kind {
                found.push((one, branches));
            }
        });
        for (case, branches) in found {
            let taken = self.seen.branches.get(&key(case));
            let is_taken = |branch: usize| taken.is_some_and(|taken| taken.contains(&branch));
            for (index, (condition, _)) in branches.iter().enumerate() {
                let text = self.shown(condition);
                self.push(format!("CASE WHEN {text}"), is_taken(index));
            }
            self.push("CASE ELSE".to_owned(), is_taken(branches.len()));
        }
    }
}
