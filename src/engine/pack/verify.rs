//! What the parts of a pack owe each other: unique ids, known references, points that sum.

use std::collections::BTreeMap;

use domain::{DateRange, Diagnostic, Place};

use super::cursor::Findings;
use super::source::SourceText;
use super::{IndicatorKind, Pack, VetoEffect};
use crate::formula::did_you_mean;
use crate::pack::InputType;

pub(super) struct Verifier<'a> {
    pub(super) pack: &'a Pack,
    pub(super) sources: &'a [SourceText<'a>],
    pub(super) findings: &'a Findings,
}

/// Checks everything that needs no fact table. With parts that could not be read (`broken`), sums
/// and references would only give false findings.
pub(crate) fn verify(pack: &Pack, sources: &[SourceText<'_>], findings: &Findings, broken: bool) {
    let verifier = Verifier::new(pack, sources, findings);
    verifier.unique_ids();
    verifier.articles();
    verifier.cites();
    if !broken {
        verifier.references();
        verifier.kinds();
        verifier.points();
        verifier.grades();
    }
}

impl<'a> Verifier<'a> {
    pub(super) const fn new(
        pack: &'a Pack,
        sources: &'a [SourceText<'a>],
        findings: &'a Findings,
    ) -> Self {
        Self {
            pack,
            sources,
            findings,
        }
    }
}

impl Verifier<'_> {
    pub(super) fn error(&self, code: &'static str, place: &Place, message: String, help: &str) {
        let source = self.sources.iter().find(|source| source.name == place.file);
        let diagnostic = match source {
            Some(source) => source.error_at(code, place.clone(), 0, message),
            None => Diagnostic::error(code, place.clone(), message),
        };
        self.findings.borrow_mut().push(diagnostic.with_help(help));
    }

    fn unique_ids(&self) {
        let pack = self.pack;
        let always = |id: &'_ str, place: &Place| (id.to_owned(), None, place.clone());
        let dated =
            |id: &str, range: DateRange, place: &Place| (id.to_owned(), Some(range), place.clone());
        self.unique(
            "source",
            pack.sources.iter().map(|one| always(&one.id, &one.place)),
        );
        self.unique(
            "parameter",
            pack.parameters
                .iter()
                .map(|one| always(&one.id, &one.place)),
        );
        self.unique(
            "deadline",
            pack.deadlines.iter().map(|one| always(&one.id, &one.place)),
        );
        self.unique(
            "grade",
            pack.grades.iter().map(|one| always(&one.id, &one.place)),
        );
        self.unique(
            "constraint",
            pack.constraints
                .iter()
                .map(|one| always(&one.id, &one.place)),
        );
        let axes = pack.axes.iter();
        self.unique(
            "axis",
            axes.map(|one| dated(&one.id, one.effective, &one.place)),
        );
        let tables = pack.tables.iter();
        self.unique(
            "table",
            tables.map(|one| dated(&one.id, one.effective, &one.place)),
        );
        let weightings = pack.weightings.iter();
        self.unique(
            "weights",
            weightings.map(|one| dated(&one.id, one.effective, &one.place)),
        );
        let indicators = pack.indicators.iter();
        self.unique(
            "indicator",
            indicators.map(|one| dated(&one.id, one.effective, &one.place)),
        );
        let components = pack.compensation.iter().flat_map(|one| &one.components);
        self.unique(
            "compensation.component",
            components.map(|one| always(&one.id, &one.place)),
        );
        let deductions = pack.compensation.iter().flat_map(|one| &one.deductions);
        self.unique(
            "compensation.deduction",
            deductions.map(|one| always(&one.id, &one.place)),
        );
    }

    /// Elements of one id must not be in force together; undated ones never may repeat.
    fn unique(&self, kind: &str, all: impl Iterator<Item = (String, Option<DateRange>, Place)>) {
        let mut seen: BTreeMap<String, Vec<(Option<DateRange>, Place)>> = BTreeMap::new();
        for (id, range, place) in all {
            let before = seen.entry(id.clone()).or_default();
            let clash = before.iter().find(|(other, _)| match (range, other) {
                (Some(range), Some(other)) => range.overlaps(*other),
                _ => true,
            });
            if let Some((_, first)) = clash {
                let message = format!(
                    "[[{kind}]] 的标识“{id}”重复，第一次在 {}:{} (duplicate id {id})",
                    first.file, first.line
                );
                let help = "换一个标识，或让有效期不重叠 (rename, or end one before the other)";
                self.error("rules.duplicate", &place, message, help);
            }
            before.push((range, place));
        }
    }

    pub(super) fn known<'n>(
        &self,
        kind: &str,
        name: &str,
        names: impl Iterator<Item = &'n str>,
        place: &Place,
    ) {
        let names: Vec<&str> = names.collect();
        if !names.contains(&name) {
            let help = did_you_mean(name, names);
            let message = format!("没有{kind}“{name}” (unknown {name})");
            self.error("rules.unknown_reference", place, message, &help);
        }
    }

    fn references(&self) {
        let pack = self.pack;
        let grades = || pack.grades.iter().map(|one| one.id.as_str());
        let parameters = || pack.parameters.iter().map(|one| one.id.as_str());
        for indicator in &pack.indicators {
            let place = &indicator.place;
            if !indicator.axis.is_empty() {
                let axes = pack.axes.iter().map(|one| one.id.as_str());
                self.known("维度 axis", &indicator.axis, axes, place);
            }
            match &indicator.kind {
                IndicatorKind::Banded { band, method } => self.band(indicator, band, *method),
                IndicatorKind::Veto(VetoEffect {
                    grade: Some(grade), ..
                }) => self.known("等次 grade", grade, grades(), place),
                _ => {}
            }
        }
        self.compensation();
        for constraint in &pack.constraints {
            for grade in &constraint.when_grade {
                self.known("等次 grade", grade, grades(), &constraint.place);
            }
            if let Some(share) = &constraint.share {
                self.known("参数 parameter", share, parameters(), &constraint.place);
            }
        }
        self.versions_agree();
    }

    /// Versions of a table have the same inputs and output, so that formulas mean the same.
    fn versions_agree(&self) {
        for table in &self.pack.tables {
            let first = self.pack.tables.iter().find(|other| other.id == table.id);
            let Some(first) = first else { continue };
            let types = |table: &super::Table| -> Vec<InputType> {
                table.inputs.iter().map(|input| input.ty).collect()
            };
            let dated = |table: &super::Table| {
                let policy = (table.hit, table.priorities.clone(), table.otherwise.clone());
                table.by.as_ref().map(|by| (by.clone(), policy))
            };
            let same = types(first) == types(table) && first.output == table.output;
            if !same || dated(first) != dated(table) {
                let message = format!(
                    "表“{}”的两个版本输入、输出或取法不同 (versions of {} differ in shape)",
                    table.id, table.id
                );
                self.error("rules.table_versions", &table.place, message, "");
            }
        }
    }
}
