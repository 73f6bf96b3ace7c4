//! Which parameters, tables and columns each part of a pack uses, and which parts a case meets.

use std::collections::BTreeSet;

use domain::Place;

use super::{Conventions, Linter};
use crate::formula::Compiled;
use crate::formula::tree::{Kind, Node};
use crate::pack::{CompiledPack, Pack};
use crate::pack_test::{Expected, PackTest};

/// Columns that a deadline adds, after its id.
const DEADLINE_COLUMNS: [&str; 6] = ["_due_on", "_days", "_limit", "_on_time", "_open", "_due"];

/// One part of a pack that computes or pays.
#[derive(Default)]
pub(super) struct User {
    /// Its id, as expectations name it.
    id: String,
    parameters: BTreeSet<String>,
    tables: BTreeSet<String>,
    columns: BTreeSet<String>,
}

/// All of them.
pub(super) struct Uses {
    indicators: Vec<User>,
    /// Components and constraints.
    money: Vec<User>,
    deadlines: Vec<User>,
    importance: Option<User>,
}

impl User {
    fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..Self::default()
        }
    }

    fn call(&mut self, pack: &CompiledPack, signature: usize) {
        let called = pack.signatures.get(signature);
        match called {
            Some(parameter) if parameter.is_parameter => {
                self.parameters.insert(parameter.id.clone());
            }
            _ => self.tables.extend(called.map(|table| table.id.clone())),
        }
    }

    fn read(&mut self, pack: &CompiledPack, condition: Option<&Node>, formula: &Compiled) {
        formula.walk_after(condition, &mut |node| match &node.kind {
            Kind::Parameter(index) => {
                let parameter = pack.parameters.get(*index);
                self.parameters.extend(parameter.map(|(id, ..)| id.clone()));
            }
            Kind::Table { table, .. } => self.call(pack, *table),
            Kind::Column { name, .. } => {
                self.columns.insert(name.clone());
            }
            _ => {}
        });
    }
}

impl Uses {
    pub(super) fn of(pack: &Pack, compiled: &CompiledPack) -> Self {
        let indicators = compiled.indicators.iter().map(|rule| {
            let id = pack.indicators.get(rule.index).map_or("", |one| &one.id);
            let mut user = User::new(id);
            user.read(compiled, rule.condition.as_ref(), &rule.value);
            if let Some(band) = rule.band {
                user.call(compiled, band);
            }
            user
        });
        let components = pack.compensation.iter().flat_map(|one| &one.components);
        let components = components.enumerate().map(|(index, component)| {
            let mut user = User::new(&component.id);
            let named = component.kind.parameters();
            user.parameters.extend(named.into_iter().map(str::to_owned));
            for rule in compiled.weights.iter().filter(|rule| rule.index == index) {
                user.read(compiled, rule.condition.as_ref(), &rule.value);
            }
            for cost in compiled.costs.iter().filter(|cost| cost.index == index) {
                user.read(compiled, None, &cost.value);
            }
            user
        });
        let deductions = pack.compensation.iter().flat_map(|one| &one.deductions);
        let deductions = deductions.enumerate().map(|(index, deduction)| {
            let mut user = User::new(&deduction.id);
            for rule in compiled
                .deductions
                .iter()
                .filter(|rule| rule.index == index)
            {
                user.read(compiled, rule.condition.as_ref(), &rule.value);
            }
            user
        });
        let own = pack.compensation.iter().map(|one| {
            let mut user = User::new("compensation");
            user.parameters.extend(one.parameters().map(str::to_owned));
            user
        });
        let constraints = pack.constraints.iter().map(|constraint| {
            let mut user = User::new(&constraint.id);
            user.parameters.extend(constraint.share.clone());
            user
        });
        let deadlines = compiled.deadlines.iter().map(|rule| {
            let id = pack.deadlines.get(rule.index).map_or("", |one| &one.id);
            let mut user = User::new(id);
            for condition in rule.rules.iter().flatten() {
                user.read(compiled, None, condition);
            }
            user
        });
        let importance = compiled.importance.as_ref().map(|(_, formula)| {
            let mut user = User::new("importance");
            user.read(compiled, None, formula);
            user
        });
        Self {
            indicators: indicators.collect(),
            money: components
                .chain(deductions)
                .chain(own)
                .chain(constraints)
                .collect(),
            deadlines: deadlines.collect(),
            importance,
        }
    }

    fn all(&self) -> impl Iterator<Item = &User> {
        let computing = self.indicators.iter().chain(&self.money);
        computing.chain(&self.deadlines).chain(&self.importance)
    }

    /// Whether anything uses the parameter.
    pub(super) fn parameter(&self, id: &str) -> bool {
        self.all().any(|user| user.parameters.contains(id))
    }

    /// Whether anything calls the table.
    pub(super) fn table(&self, id: &str) -> bool {
        self.all().any(|user| user.tables.contains(id))
    }

    /// What computes when the parts named by expectations do: themselves, the deadlines whose columns
    /// they read, and importance if they weigh by it.
    fn met(&self, words: &BTreeSet<String>) -> Vec<&User> {
        let named = self.indicators.iter().chain(&self.money);
        let mut met: Vec<&User> = named.filter(|user| words.contains(&user.id)).collect();
        let reads =
            |met: &[&User], column: &str| met.iter().any(|one| one.columns.contains(column));
        let deadlines = self.deadlines.iter().filter(|deadline| {
            let mut columns = DEADLINE_COLUMNS.iter();
            columns.any(|suffix| reads(&met, &format!("{}{suffix}", deadline.id)))
        });
        let mut behind: Vec<&User> = deadlines.collect();
        if reads(&met, "importance") {
            behind.extend(&self.importance);
        }
        met.extend(behind);
        met
    }
}

/// The parts of keys that cases expect something of, and the vetoes they name.
fn words(cases: &[PackTest]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for expectation in cases.iter().flat_map(|case| &case.expect) {
        words.extend(expectation.key.iter().cloned());
        if let (Some("vetoes"), Expected::Text(ids)) = (
            expectation.key.last().map(String::as_str),
            &expectation.value,
        ) {
            words.extend(ids.split(',').map(|id| id.trim().to_owned()));
        }
    }
    words
}

impl Linter<'_> {
    /// Reports what no case meets; gives how many parts were looked at.
    pub(super) fn tested(
        &self,
        uses: &Uses,
        cases: &[PackTest],
        conventions: Conventions<'_>,
    ) -> usize {
        let pack = self.pack;
        let words = words(cases);
        let met = uses.met(&words);
        let mut elements: BTreeSet<(&str, &str, bool)> = BTreeSet::new();
        let mut places: Vec<(&str, &str, &Place)> = Vec::new();
        let mut note = |of, id, tested, place| {
            if elements.insert((of, id, tested)) {
                places.push((of, id, place));
            }
        };
        for one in &pack.indicators {
            note("indicator", &one.id, words.contains(&one.id), &one.place);
        }
        for one in &pack.deadlines {
            let tested = met.iter().any(|user| user.id == one.id);
            note("deadline", &one.id, tested, &one.place);
        }
        for one in &pack.tables {
            let tested = met.iter().any(|user| user.tables.contains(&one.id));
            note("table", &one.id, tested, &one.place);
        }
        for one in &pack.parameters {
            let mut known = conventions.parameters.iter();
            let shown = known.find(|(id, _)| *id == one.id);
            // Recorded weights are computed again at every load: a harder test than any case.
            let tested = one.id.starts_with("weight.")
                || met.iter().any(|user| user.parameters.contains(&one.id))
                || words.contains(&one.id)
                || shown.is_some_and(|(_, keys)| keys.iter().any(|key| words.contains(*key)));
            note("parameter", &one.id, tested, &one.place);
        }
        for (of, id, place) in &places {
            if elements.contains(&(of, id, false)) {
                let message = format!("[[{of}]] {id} 没有测试 (no case meets {id})");
                let help = "在 tests/ 中写一例，预期其分值、`vetoes`、`reward` 或 `parameter.<id>` \
                            (expect its points, or its value)";
                self.error("rules.untested", place, message, help);
            }
        }
        places.len()
    }
}
