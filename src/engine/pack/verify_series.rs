//! Time proved: series of versions without a hole, and nothing in force that needs what has ended.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use domain::{DateRange, Place};

use super::Pack;
use super::compile::CompiledPack;
use super::cursor::Findings;
use super::source::SourceText;
use super::verify::Verifier;
use crate::formula::Compiled;
use crate::formula::tree::{Kind, Node};

/// Versions of one thing: its section, its id, when each is in force and where it is written.
type Series<'a> = BTreeMap<(&'static str, &'a str), Vec<(DateRange, &'a Place)>>;

/// Checks what is in force on every day of the pack.
pub(crate) fn verify_series(
    pack: &Pack,
    compiled: Option<&CompiledPack>,
    sources: &[SourceText<'_>],
    findings: &Findings,
) {
    let verifier = Verifier::new(pack, sources, findings);
    verifier.series();
    if let Some(compiled) = compiled {
        verifier.needs(compiled);
    }
}

/// The series of a pack. Importance weights are named for their years and renewed for the next: a
/// year without any is refused when it is assessed.
fn all_series(pack: &Pack) -> Series<'_> {
    let mut series = Series::new();
    let mut note = |of, id, range, place| {
        series.entry((of, id)).or_default().push((range, place));
    };
    let written = pack.parameters.iter().filter(|one| !one.id.contains('.'));
    for parameter in written {
        for value in &parameter.values {
            note("parameter", &parameter.id, value.range, &value.place);
        }
    }
    for one in &pack.tables {
        note("table", &one.id, one.effective, &one.place);
    }
    for one in &pack.axes {
        note("axis", &one.id, one.effective, &one.place);
    }
    for one in &pack.indicators {
        note("indicator", &one.id, one.effective, &one.place);
    }
    for deadline in &pack.deadlines {
        for rule in &deadline.rules {
            note("deadline", &deadline.id, rule.effective, &rule.place);
        }
    }
    series
}

impl Pack {
    /// How many series of versions there are.
    pub(crate) fn series_count(&self) -> usize {
        all_series(self).len()
    }
}

impl Verifier<'_> {
    /// Each series goes on without a hole as long as the pack does, or its end is declared.
    fn series(&self) {
        let pack = self.pack;
        let mut found: BTreeSet<(&str, &str, NaiveDate)> = BTreeSet::new();
        for ((of, id), mut versions) in all_series(pack) {
            versions.sort_by_key(|(range, _)| range.from);
            let mut open: Option<(NaiveDate, &Place)> = None;
            for (at, (range, place)) in versions.iter().enumerate() {
                if let Some((end, before)) = open
                    && end < range.from
                    && range.from > pack.header.effective.from
                {
                    found.insert((of, id, end));
                    self.stops((of, id), end, Some(range.from), before);
                }
                let further = open.is_none_or(|(end, _)| range.to.is_none_or(|to| to > end));
                if at == 0 || further {
                    open = range.to.map(|to| (to, *place));
                }
                if range.to.is_none() {
                    break; // what follows would overlap, which is an error of its own
                }
            }
            if let Some((end, place)) = open
                && pack.header.effective.contains(end)
            {
                found.insert((of, id, end));
                self.stops((of, id), end, None, place);
            }
        }
        for end in &pack.ends {
            if !found.contains(&(end.of, end.id.as_str(), end.on)) {
                let (of, id, on) = (end.of, &end.id, end.on);
                let message = format!(
                    "[[{of}]] {id} 在 {on} 并没有终止 ({of} {id} does not end on {on} without successor)"
                );
                let help = "on 是没有版本的第一天 (on is the first day without a version)";
                self.error("rules.end_unused", &end.place, message, help);
            }
        }
    }

    /// A series without version from a day on, until another or for good.
    fn stops(
        &self,
        (of, id): (&str, &str),
        end: NaiveDate,
        until: Option<NaiveDate>,
        place: &Place,
    ) {
        let mut declared = self.pack.ends.iter();
        if declared.any(|one| one.of == of && one.id == id && one.on == end) {
            return;
        }
        let (code, what) = match until {
            Some(next) => (
                "rules.series_gap",
                format!("{end} 至 {next} 之间没有版本 (nothing in force from {end} to {next})"),
            ),
            None => (
                "rules.series_end",
                format!("自 {end} 起没有后续版本 (no successor from {end})"),
            ),
        };
        let help = format!(
            "补上后续版本；确已终止的，写 [[end]] of = \"{of}\"、id、on = {end}、reason、cite \
             (add a version, or declare the end)"
        );
        self.error(code, place, format!("[[{of}]] {id}：{what}"), &help);
    }

    /// On every day on which something changes, what is in force finds all it needs in force.
    fn needs(&self, compiled: &CompiledPack) {
        let pack = self.pack;
        let range = pack.header.effective;
        let mut days = BTreeSet::from([range.from]);
        for (version, _) in all_series(pack).into_values().flatten() {
            days.insert(version.from);
            days.extend(version.to);
        }
        let mut said = BTreeSet::new();
        for day in days.into_iter().filter(|day| range.contains(*day)) {
            let missing = Missing {
                pack,
                compiled,
                day,
            };
            for (user, place, needed) in missing.all() {
                if said.insert((user.to_owned(), needed.clone())) {
                    let message = format!(
                        "“{user}”用到的{needed}在 {day} 没有有效的版本 (not in force on {day})"
                    );
                    let help = "请补上此后的版本，或让用到它的一同失效 (add a successor, or end its users)";
                    self.error("rules.ended", place, message, help);
                }
            }
        }
    }
}

/// What is needed on a day and not in force.
struct Missing<'a> {
    pack: &'a Pack,
    compiled: &'a CompiledPack,
    day: NaiveDate,
}

/// The user, where it is written, and what it lacks.
type Lack<'a> = (&'a str, &'a Place, String);

impl<'a> Missing<'a> {
    fn all(&self) -> Vec<Lack<'a>> {
        let (pack, day) = (self.pack, self.day);
        let mut lacks = Vec::new();
        if let (Some(rule), Some((_, formula))) = (&pack.importance, &self.compiled.importance) {
            let first = NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap_or(day);
            let frozen = first.max(pack.header.effective.from);
            let day = if rule.frozen_for_year { frozen } else { day };
            let needed = self.of_formula(None, formula, day);
            lacks.extend(
                needed
                    .into_iter()
                    .map(|one| ("importance", &rule.place, one)),
            );
        }
        for rule in &self.compiled.indicators {
            let Some(indicator) = pack.indicators.get(rule.index) else {
                continue;
            };
            if !indicator.effective.contains(day) {
                continue;
            }
            let mut needed = self.of_formula(rule.condition.as_ref(), &rule.value, day);
            needed.extend(rule.band.and_then(|band| self.table(band, day)));
            let mut axes = pack.axes.iter().filter(|axis| axis.id == indicator.axis);
            if !indicator.axis.is_empty() && !axes.any(|axis| axis.effective.contains(day)) {
                needed.push(format!("维度 axis“{}”", indicator.axis));
            }
            let user = (indicator.id.as_str(), &indicator.place);
            lacks.extend(needed.into_iter().map(|one| (user.0, user.1, one)));
        }
        for rule in &self.compiled.deadlines {
            let Some(deadline) = pack.deadlines.get(rule.index) else {
                continue;
            };
            for condition in rule.rules.iter().flatten() {
                let needed = self.of_formula(None, condition, day).into_iter();
                lacks.extend(needed.map(|one| (deadline.id.as_str(), &deadline.place, one)));
            }
        }
        self.of_money(&mut lacks);
        lacks
    }

    fn of_money(&self, lacks: &mut Vec<Lack<'a>>) {
        let compensation = self.pack.compensation.iter();
        let components = compensation.flat_map(|one| &one.components);
        for (index, component) in components.enumerate() {
            let mut weights = self.compiled.weights.iter();
            let weight = weights.find(|rule| rule.index == index);
            let weight =
                weight.map(|rule| self.of_formula(rule.condition.as_ref(), &rule.value, self.day));
            let mut costs = self.compiled.costs.iter();
            let cost = costs.find(|cost| cost.index == index);
            let cost = cost.map(|cost| self.of_formula(None, &cost.value, self.day));
            let used = component.kind.parameters().into_iter();
            let needed = used.filter_map(|id| self.parameter(id, self.day));
            let formulas = weight.into_iter().chain(cost).flatten();
            let needed = needed.chain(formulas);
            lacks.extend(needed.map(|one| (component.id.as_str(), &component.place, one)));
        }
        if let Some(compensation) = &self.pack.compensation {
            for rule in &self.compiled.deductions {
                let Some(deduction) = compensation.deductions.get(rule.index) else {
                    continue;
                };
                let needed = self.of_formula(rule.condition.as_ref(), &rule.value, self.day);
                let needed = needed.into_iter();
                lacks.extend(needed.map(|one| (deduction.id.as_str(), &deduction.place, one)));
            }
            if let Some(advance) = compensation.parameters() {
                let needed = self.parameter(advance, self.day);
                lacks.extend(needed.map(|one| ("compensation", &compensation.place, one)));
            }
        }
        for constraint in &self.pack.constraints {
            let share = constraint.share.as_ref();
            let needed = share.and_then(|id| self.parameter(id, self.day));
            lacks.extend(needed.map(|one| (constraint.id.as_str(), &constraint.place, one)));
        }
    }

    fn of_formula(
        &self,
        condition: Option<&Node>,
        formula: &Compiled,
        day: NaiveDate,
    ) -> Vec<String> {
        let mut needed = BTreeSet::new();
        let mut visit = |node: &Node| match &node.kind {
            Kind::Parameter(index) => {
                let parameter = self.pack.parameters.get(*index);
                needed.extend(parameter.and_then(|one| self.parameter(&one.id, day)));
            }
            Kind::Table { table, .. } => needed.extend(self.table(*table, day)),
            _ => {}
        };
        formula.walk_after(condition, &mut visit);
        needed.into_iter().collect()
    }

    fn parameter(&self, id: &str, day: NaiveDate) -> Option<String> {
        let renewed = id.contains('.'); // a weight of a year
        let lacks = !renewed && self.pack.parameter_on(id, day).is_none();
        lacks.then(|| format!("参数 parameter“{id}”"))
    }

    fn table(&self, signature: usize, day: NaiveDate) -> Option<String> {
        let id = &self.compiled.signatures.get(signature)?.id;
        let by_date = self.compiled.by_date.get(signature).copied().flatten();
        let mut versions = self.pack.tables.iter().filter(|one| one.id == *id);
        let lacks = by_date.is_none() && !versions.any(|one| one.effective.contains(day));
        lacks.then(|| format!("表 table“{id}”"))
    }
}
