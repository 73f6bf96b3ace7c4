//! `rules check` beyond loading: what a sound pack owes its readers. Thresholds are not hidden in
//! formulas, every name is used and means one thing, formulas stay shallow, everything is tested.

mod names;
mod text;
mod uses;

use std::collections::BTreeSet;

use domain::{Diagnostic, Place};

use crate::exact::Exact;
use crate::pack::{
    Compensation, CompiledPack, Findings, Formula, Lines, Pack, PackFiles, SourceText, compile,
    display_name, rule_files,
};
use crate::pack_test::{PackTest, load_tests};
use crate::schema::Schema;
use uses::Uses;

/// What a program that scores by packs adds to their language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Conventions<'a> {
    /// Parameters that it reads by name, each with the keys of expectations that show its effect.
    pub parameters: &'a [(&'a str, &'a [&'a str])],
}

/// What the check found, and what it proved if there is no error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linted {
    /// Errors and warnings, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// What holds; absent if any diagnostic is an error.
    pub proved: Option<Proved>,
}

/// What holds of a pack, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// Axes whose indicators sum to them, and which sum to the maximum.
    pub axes: usize,
    /// Indicators.
    pub indicators: usize,
    /// The maximum.
    pub maximum: Exact,
    /// Days of change on which the sums, and what is needed, were checked.
    pub days: usize,
    /// Grades, without gap from zero to the maximum.
    pub grades: usize,
    /// Citations, each resolved.
    pub cites: usize,
    /// Quoted articles, each hashed.
    pub articles: usize,
    /// Decision tables without gap, overlap, duplicate or dead row.
    pub tables: usize,
    /// Their rows.
    pub rows: usize,
    /// Series of versions without hole.
    pub series: usize,
    /// Formulas without literal threshold.
    pub formulas: usize,
    /// Deepest nesting among them.
    pub nesting: usize,
    /// Indicators, deadlines, tables and parameters, each met by a case.
    pub tested: usize,
    /// Cases.
    pub cases: usize,
}

/// A pack under check.
pub(crate) struct Linter<'a> {
    pack: &'a Pack,
    compiled: &'a CompiledPack,
    sources: &'a [SourceText<'a>],
    findings: &'a Findings,
}

/// Checks a pack that loads. `files` are those it was loaded from.
pub fn lint(
    files: &PackFiles,
    pack: &Pack,
    schema: &Schema,
    conventions: Conventions<'_>,
) -> Linted {
    let findings: Findings = std::cell::RefCell::default();
    let (cases, unread) = load_tests(files, schema);
    let named: Vec<(String, &str, Lines)> = rule_files(files)
        .map(|(path, text)| (display_name(files, path), text.as_str(), Lines::of(text)))
        .collect();
    let sources: Vec<SourceText<'_>> = named
        .iter()
        .map(|(name, text, lines)| SourceText { name, text, lines })
        .collect();
    let mut proved = None;
    if let Ok(compiled) = compile(pack, schema) {
        let linter = Linter {
            pack,
            compiled: &compiled,
            sources: &sources,
            findings: &findings,
        };
        proved = Some(linter.all(&cases, conventions));
    }
    let mut diagnostics = findings.into_inner();
    diagnostics.extend(unread);
    diagnostics.sort_by(|a, b| (&a.place, a.code, &a.message).cmp(&(&b.place, b.code, &b.message)));
    diagnostics.dedup();
    let sound = !diagnostics.iter().any(Diagnostic::is_error);
    Linted {
        proved: proved.filter(|_| sound),
        diagnostics,
    }
}

impl Linter<'_> {
    fn all(&self, cases: &[PackTest], conventions: Conventions<'_>) -> Proved {
        let pack = self.pack;
        let formulas = self.formulas();
        let depths = formulas.iter().map(|formula| self.formula(formula));
        let nesting = depths.max().unwrap_or(0);
        let uses = Uses::of(pack, self.compiled);
        self.unused(&uses, conventions);
        self.shadowed();
        let tested = self.tested(&uses, cases, conventions);
        let ranges = pack.axes.iter().map(|axis| axis.effective);
        let ranges = ranges.chain(pack.indicators.iter().map(|one| one.effective));
        let mut days = BTreeSet::from([pack.header.effective.from]);
        days.extend(ranges.flat_map(|range| [Some(range.from), range.to].into_iter().flatten()));
        days.retain(|day| pack.header.effective.contains(*day));
        Proved {
            axes: pack.axes.len(),
            indicators: pack.indicators.len(),
            maximum: pack.maximum,
            days: days.len(),
            grades: pack.grades.len(),
            cites: pack.cited().iter().map(|one| one.cites.len()).sum(),
            articles: pack.articles.len(),
            tables: pack.tables.len(),
            rows: pack.tables.iter().map(|table| table.rows.len()).sum(),
            series: pack.series_count(),
            formulas: formulas.len(),
            nesting,
            tested,
            cases: cases.len(),
        }
    }

    /// Every formula of the pack.
    fn formulas(&self) -> Vec<&Formula> {
        let pack = self.pack;
        let mut all: Vec<&Formula> = Vec::new();
        all.extend(pack.importance.iter().map(|one| &one.value));
        for one in &pack.indicators {
            all.extend(one.condition.iter().chain([&one.value]));
        }
        for deadline in &pack.deadlines {
            all.extend(deadline.rules.iter().filter_map(|rule| rule.when.as_ref()));
        }
        all.extend(pack.compensation.iter().flat_map(Compensation::formulas));
        all
    }

    fn error(&self, code: &'static str, place: &Place, message: String, help: &str) {
        let source = self.sources.iter().find(|one| one.name == place.file);
        let found = match source {
            Some(source) => source.error_at(code, place.clone(), 0, message),
            None => Diagnostic::error(code, place.clone(), message),
        };
        self.findings.borrow_mut().push(found.with_help(help));
    }

    fn warning(&self, code: &'static str, place: &Place, message: String, help: &str) {
        let found = Diagnostic::warning(code, place.clone(), message);
        self.findings.borrow_mut().push(found.with_help(help));
    }
}
