//! How much of a pack its own tests exercise: what evaluation touches, and what scoring makes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{Diagnostic, Period, Place, WorkdayCalendar};
pub use engine::coverage::{Covers, Item};
use engine::coverage::{Watch, coverage};
use engine::pack::{ComponentKind, IndicatorKind};
use engine::{Pack, PackFiles, Plan};

use crate::assessment::{DepartmentResult, Status};
use crate::awards::Awards;
use crate::pack_test::{CaseResult, run_watched};

/// What the tests of a pack have exercised so far. The default watches nothing.
#[derive(Debug, Default)]
pub(crate) struct Exercised {
    watch: Option<Arc<Watch>>,
    /// Indicators that scored, or vetoes that were hit.
    scored: BTreeSet<String>,
    grades: BTreeSet<String>,
    components: BTreeSet<String>,
    constraints: BTreeSet<String>,
}

impl Exercised {
    fn all() -> Self {
        Self {
            watch: Some(Arc::default()),
            ..Self::default()
        }
    }

    /// The plan, watched if anything is.
    pub(crate) fn watching(&self, plan: Plan) -> Plan {
        match &self.watch {
            Some(watch) => plan.watched(watch),
            None => plan,
        }
    }

    /// Notes what came of a case.
    pub(crate) fn note(&mut self, departments: &[DepartmentResult], awards: &Awards) {
        if self.watch.is_none() {
            return;
        }
        for result in departments {
            let counted = result
                .indicators
                .iter()
                .filter(|one| matches!(one.status, Status::Scored | Status::Vetoed));
            self.scored.extend(counted.map(|one| one.id.clone()));
            self.grades.extend(result.grade.clone());
        }
        let paid = awards.awards.iter().filter(|one| one.amount_fen.get() > 0);
        self.components
            .extend(paid.map(|one| one.component.name().to_owned()));
        let advised = awards.advice.iter();
        self.constraints
            .extend(advised.map(|one| one.constraint.clone()));
    }
}

/// What the tests of a pack cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Everything that should be exercised.
    pub items: Vec<Item>,
}

impl Coverage {
    /// Covered and all, of one kind.
    pub fn count(&self, covers: Covers) -> (usize, usize) {
        let own = || self.items.iter().filter(|item| item.covers == covers);
        (own().filter(|item| item.is_covered).count(), own().count())
    }

    /// Whether at least `percent` of a kind is covered; nothing to cover is enough.
    pub fn reaches(&self, covers: Covers, percent: usize) -> bool {
        let (covered, all) = self.count(covers);
        covered * 100 >= all * percent
    }
}

/// Runs the tests of a pack and measures what they cover. Findings of cases that cannot be read, or
/// of a pack that holds in no period, come back as diagnostics.
pub fn measure(
    files: &PackFiles,
    pack: &Pack,
    calendar: &WorkdayCalendar,
) -> (Vec<CaseResult>, Coverage, Vec<Diagnostic>) {
    let mut exercised = Exercised::all();
    let (cases, mut findings) = run_watched(files, pack, calendar, &mut exercised);
    let period = Period::containing(pack.header.effective.from).next();
    let mut items = scoring(pack, &exercised);
    match (
        Plan::new(pack, &crate::schema::schema(), period),
        &exercised.watch,
    ) {
        (Ok(plan), Some(watch)) => items.extend(coverage(&plan, watch)),
        (Err(faults), _) => findings.extend(faults),
        (Ok(_), None) => {}
    }
    items.sort_by(|a, b| (a.covers, &a.place, &a.what).cmp(&(b.covers, &b.place, &b.what)));
    (cases, Coverage { items }, findings)
}

/// The rules that only scoring and compensation can see.
fn scoring(pack: &Pack, exercised: &Exercised) -> Vec<Item> {
    let rule = |what: String, place: &Place, is_covered: bool| Item {
        covers: Covers::Rule,
        what,
        place: place.clone(),
        is_covered,
    };
    let mut items = Vec::new();
    for one in &pack.indicators {
        let covered = exercised.scored.contains(&one.id);
        let kind = match one.kind {
            IndicatorKind::Veto { .. } => "否决 veto",
            _ => "指标 indicator",
        };
        items.push(rule(format!("{kind} {}", one.id), &one.place, covered));
    }
    for one in &pack.grades {
        let covered = exercised.grades.contains(&one.id);
        items.push(rule(format!("等次 grade {}", one.id), &one.place, covered));
    }
    for one in pack.compensation.iter().flat_map(|all| &all.components) {
        // Claims are no fact table that a test could give.
        if matches!(one.kind, ComponentKind::Claims { .. }) {
            continue;
        }
        let covered = exercised.components.contains(&one.id);
        items.push(rule(
            format!("构成 component {}", one.id),
            &one.place,
            covered,
        ));
    }
    items
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::fixture::shipped::{calendar, load};

    /// Covered and uncovered items of the table `rates`, whose rows are slices, when a case has
    /// each of these values.
    fn sliced(values: &[&str]) -> Vec<(Covers, usize, usize)> {
        let case = |value: &&str| {
            format!(
                "[[case]]\nname = \"数量 {value}\"\nperiod = \"2026-03\"\n[case.given]\nmeasures = \
                 [{{ measure = \"volume\", achieved = \"{value}\" }}]\n[case.expect]\n\
                 volume.status = \"scored\"\n"
            )
        };
        let cases: Vec<String> = values.iter().map(case).collect();
        let files = PackFiles {
            root_name: "raise".into(),
            files: [
                (
                    "pack.toml".to_owned(),
                    include_str!("raise/raise.toml").to_owned(),
                ),
                ("tests/volume.toml".to_owned(), cases.join("\n")),
            ]
            .into(),
        };
        let pack = load(&files).pack.unwrap();
        let (cases, coverage, findings) = measure(&files, &pack, &calendar());
        assert_eq!(findings, Vec::new());
        assert!(
            cases.iter().all(|case| case.differences.is_empty()),
            "{cases:?}"
        );
        let of_table = |item: &&Item| item.what.starts_with("表 rates ");
        let count = |covers: Covers| {
            let items = coverage.items.iter().filter(of_table);
            let own: Vec<&Item> = items.filter(|item| item.covers == covers).collect();
            let covered = own.iter().filter(|item| item.is_covered).count();
            (covers, covered, own.len())
        };
        [Covers::Row, Covers::Boundary].map(count).into()
    }

    #[test]
    fn a_slice_is_covered_by_a_value_that_ends_in_it_and_its_bounds_by_values_beside_them() {
        for (values, rows, boundaries) in [
            (&["4"][..], 1, 2),
            (&["4", "10"], 2, 4),
            (&["4", "10", "15"], 2, 6),
            (&["4", "10", "15", "20"], 3, 8),
        ] {
            let expected = [(Covers::Row, rows, 3), (Covers::Boundary, boundaries, 8)];
            assert_eq!(sliced(values), expected, "{values:?}");
        }
    }
}
