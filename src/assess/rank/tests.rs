#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use domain::DepartmentGroup;
use domain::Rounding::HalfUp;
use proptest::prelude::*;

use super::*;
use crate::assessment::Score;

const METHODS: [RankMethod; 3] = [
    RankMethod::Competition,
    RankMethod::Dense,
    RankMethod::Ordinal,
];

#[test]
fn t13_ties_rank_by_the_named_method() {
    let totals: Vec<Exact> = [95, 90, 90, 80].map(Exact::from).to_vec();
    let totals: Vec<&Exact> = totals.iter().collect();
    assert_eq!(places(&totals, RankMethod::Competition), [1, 2, 2, 4]);
    assert_eq!(places(&totals, RankMethod::Dense), [1, 2, 2, 3]);
    assert_eq!(places(&totals, RankMethod::Ordinal), [1, 2, 3, 4]);
}

/// A department with a total of so many tenths of a hundredth, rounded to hundredths.
fn department(
    id: usize,
    thousandths: i64,
    group: DepartmentGroup,
    ranked: bool,
) -> DepartmentResult {
    let exact = Exact::ratio(i128::from(thousandths), 1000).unwrap();
    let counted = exact.round(2, HalfUp);
    let total = Score {
        shown: counted.shown(2, HalfUp),
        exact,
        counted,
    };
    DepartmentResult {
        id: format!("{id:03}").as_str().into(),
        name: String::new(),
        jurisdiction: "".into(),
        group,
        indicators: Vec::new(),
        axes: Vec::new(),
        scale_factor: Exact::one(),
        before_bonus: total.clone(),
        before_veto: total.exact.clone(),
        total,
        grade: None,
        rank: None,
        of: 0,
        vetoes: Vec::new(),
        standing: if ranked {
            Standing::Ranked
        } else {
            Standing::TooLittleAssessed
        },
        change: None,
    }
}

fn ranks(mut departments: Vec<DepartmentResult>, ranking: Ranking) -> Vec<Option<u32>> {
    rank(&mut departments, ranking);
    departments.iter().map(|result| result.rank).collect()
}

#[test]
fn t13_totals_that_differ_only_before_rounding_tie_on_rounded_alone() {
    let all = || {
        [10_001, 10_004, 9_996]
            .iter()
            .enumerate()
            .map(|(id, total)| department(id, *total, DepartmentGroup::Municipal, true))
    };
    let ranking = |on_rounded| Ranking {
        method: RankMethod::Competition,
        on_rounded,
        within_group: true,
    };
    let on = |on_rounded| ranks(all().collect(), ranking(on_rounded));
    assert_eq!(on(true), [Some(1), Some(1), Some(1)]);
    assert_eq!(on(false), [Some(2), Some(1), Some(3)]);
}

fn ranking() -> impl Strategy<Value = Ranking> {
    (0usize..3, any::<bool>(), any::<bool>()).prop_map(|(method, on_rounded, within_group)| {
        Ranking {
            method: METHODS[method],
            on_rounded,
            within_group,
        }
    })
}

/// Totals close together, so that many tie once they are rounded.
fn field() -> impl Strategy<Value = Vec<(i64, usize, bool)>> {
    proptest::collection::vec((0i64..60, 0usize..3, prop::bool::weighted(0.9)), 1..40)
}

fn departments(field: &[(i64, usize, bool)]) -> Vec<DepartmentResult> {
    let groups = DepartmentGroup::ALL;
    let all = field.iter().enumerate();
    all.map(|(id, (total, group, ranked))| department(id, *total, groups[*group], *ranked))
        .collect()
}

fn key(result: &DepartmentResult, ranking: Ranking) -> &Exact {
    if ranking.on_rounded {
        &result.total.counted
    } else {
        &result.total.exact
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn t13_a_competition_rank_is_one_plus_those_ahead(
        mut totals in proptest::collection::vec(0i64..20, 1..40),
    ) {
        totals.sort_by(|a, b| b.cmp(a));
        let exact: Vec<Exact> = totals.iter().map(|total| Exact::from(*total)).collect();
        let exact: Vec<&Exact> = exact.iter().collect();
        let ranks = places(&exact, RankMethod::Competition);
        for (total, rank) in totals.iter().zip(ranks) {
            let ahead = totals.iter().filter(|other| *other > total).count();
            prop_assert_eq!(rank as usize, ahead + 1);
        }
    }

    /// A better total is never behind; equal totals tie, but for the ordinal method, where the id
    /// decides. Nobody without standing has a rank, and groups do not see each other.
    #[test]
    fn t13_ranks_are_monotonous_and_ties_fair(field in field(), ranking in ranking()) {
        let mut all = departments(&field);
        rank(&mut all, ranking);
        for one in &all {
            prop_assert_eq!(one.rank.is_some(), one.standing == Standing::Ranked);
            for other in &all {
                let (Some(own), Some(others)) = (one.rank, other.rank) else { continue };
                if ranking.within_group && one.group != other.group {
                    continue;
                }
                prop_assert_eq!(one.of, other.of);
                match key(one, ranking).cmp(key(other, ranking)) {
                    std::cmp::Ordering::Greater => prop_assert!(own < others),
                    std::cmp::Ordering::Equal if ranking.method == RankMethod::Ordinal => {
                        prop_assert_eq!(own.cmp(&others), one.id.cmp(&other.id));
                    }
                    std::cmp::Ordering::Equal => prop_assert_eq!(own, others),
                    std::cmp::Ordering::Less => prop_assert!(own > others),
                }
            }
        }
    }

    /// The order of totals among ids does not matter: who has the total has the rank, and by the
    /// ordinal method the ranks of each total stay the same set.
    #[test]
    fn t13_ranks_do_not_depend_on_the_order(
        (field, shuffled) in field().prop_flat_map(|field| {
            (Just(field.clone()), Just(field).prop_shuffle())
        }),
        ranking in ranking(),
    ) {
        let of = |field: &[(i64, usize, bool)]| {
            let found = ranks(departments(field), ranking);
            let mut pairs: Vec<_> = field.iter().copied().zip(found).collect();
            if ranking.method == RankMethod::Ordinal {
                // Equal totals swap ranks with their ids: compare by what is compared.
                let rounded = |total: i64| if ranking.on_rounded { (total + 5) / 10 } else { total };
                for ((total, group, _), _) in &mut pairs {
                    *total = rounded(*total);
                    *group = if ranking.within_group { *group } else { 0 };
                }
            }
            pairs.sort_unstable();
            pairs
        };
        prop_assert_eq!(of(&field), of(&shuffled));
    }
}
