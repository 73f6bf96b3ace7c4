//! Small random tables: look-ups are scans, and the analysis finds what trying everything finds.

use super::*;
use proptest::prelude::*;

fn cell() -> impl Strategy<Value = CellTest> {
    let bound = || (-5_i128..6, any::<bool>());
    let one = (prop::option::of(bound()), prop::option::of(bound()));
    let one = one.prop_map(|(low, high)| {
        let bound = |(value, included)| Bound {
            value: Exact::whole(value),
            included,
        };
        Interval {
            low: low.map(bound),
            high: high.map(bound),
        }
    });
    prop_oneof![
        1 => Just(CellTest::Any),
        4 => prop::collection::vec(one, 1..3).prop_map(CellTest::Intervals),
    ]
}

fn word() -> impl Strategy<Value = CellTest> {
    let listed = prop::sample::subsequence(vec!["a", "b", "c"], 1..3);
    prop_oneof![
        1 => Just(CellTest::Any),
        3 => (listed, any::<bool>()).prop_map(|(listed, negated)| CellTest::Texts {
            listed: listed.into_iter().map(str::to_owned).collect(),
            negated,
        }),
    ]
}

/// An input of the small tables: a number in halves and a text.
type Case = (Exact, &'static str);

fn covers(test: &CellTest, (value, text): Case) -> bool {
    match test {
        CellTest::Intervals(intervals) => intervals.iter().any(|one| {
            let above = |low: Bound| low.value < value || (low.included && low.value == value);
            let below = |high: Bound| value < high.value || (high.included && high.value == value);
            one.low.is_none_or(above) && one.high.is_none_or(below)
        }),
        CellTest::Texts { listed, negated } => listed.iter().any(|one| one == text) != *negated,
        CellTest::Any | CellTest::Bool(_) => true,
    }
}

/// Every value that matters: halves from beyond one end to beyond the other, each text and another.
fn cases(whole: bool) -> impl Iterator<Item = Case> {
    let halves = (-13_i128..14).filter(move |half| !whole || half % 2 == 0);
    halves.flat_map(|half| {
        let value = Exact {
            mantissa: half * 5,
            scale: 1,
        };
        ["a", "b", "c", "z"].map(|text| (value, text))
    })
}

fn matching(table: &Table, case: Case) -> Vec<u32> {
    let fits = |row: &TableRow| row.when.iter().all(|test| covers(test, case));
    let rows = table.rows.iter().zip(0..);
    rows.filter(|(row, _)| fits(row))
        .map(|(_, at)| at)
        .collect()
}

/// What the policy makes of the matching rows, by scanning.
fn scanned(table: &Table, case: Case) -> Hit {
    if !table.inputs.iter().all(|input| covers(&input.domain, case)) {
        return Hit::None;
    }
    let rows = matching(table, case);
    let value = |row: &u32| match table.rows[*row as usize].value {
        Output::Number(number) => number.mantissa,
        Output::Text(_) => unreachable!(),
    };
    let values = || rows.iter().map(value);
    let differing = || {
        let first = rows.first()?;
        rows.iter().find(|row| value(row) != value(first))
    };
    let found = match table.hit {
        HitPolicy::Unique => match rows.as_slice() {
            [first, second, ..] => Some(Hit::Clash(*first, *second)),
            rows => rows.first().map(|row| Hit::Row(*row)),
        },
        HitPolicy::Any => match differing() {
            Some(other) => Some(Hit::Clash(rows[0], *other)),
            None => rows.first().map(|row| Hit::Row(*row)),
        },
        HitPolicy::First | HitPolicy::RuleOrder => rows.first().map(|row| Hit::Row(*row)),
        HitPolicy::Priority => table.priorities.iter().find_map(|best| {
            let mut of_best = rows.iter();
            of_best
                .find(|row| table.rows[**row as usize].value == *best)
                .map(|row| Hit::Row(*row))
        }),
        HitPolicy::Collect(Collect::Count) => Some(Hit::Collected(i128::from(small(rows.len())))),
        HitPolicy::Collect(Collect::Sum) if !rows.is_empty() => {
            Some(Hit::Collected(values().sum()))
        }
        HitPolicy::Collect(Collect::Min) => values().min().map(Hit::Collected),
        HitPolicy::Collect(Collect::Max) => values().max().map(Hit::Collected),
        HitPolicy::Collect(Collect::Sum) => None,
    };
    let absent = if table.otherwise.is_some() {
        Hit::Otherwise
    } else {
        Hit::None
    };
    found.unwrap_or(absent)
}

fn small(row: usize) -> u32 {
    u32::try_from(row).unwrap()
}

fn policy() -> impl Strategy<Value = HitPolicy> {
    prop::sample::select(vec![
        HitPolicy::Unique,
        HitPolicy::Any,
        HitPolicy::First,
        HitPolicy::Priority,
        HitPolicy::RuleOrder,
        HitPolicy::Collect(Collect::Sum),
        HitPolicy::Collect(Collect::Min),
        HitPolicy::Collect(Collect::Max),
        HitPolicy::Collect(Collect::Count),
    ])
}

/// Small tables of a number and a text, with values that often agree.
fn small_table() -> impl Strategy<Value = Table> {
    let rows = prop::collection::vec((cell(), word(), -1_i128..2), 0..6);
    let domain = prop_oneof![3 => Just(CellTest::Any), 1 => cell()];
    (policy(), rows, domain, any::<bool>()).prop_map(|(hit, rows, domain, otherwise)| {
        let values: Vec<i128> = rows.iter().map(|row| row.2).collect();
        let when = rows.into_iter().map(|(a, b, _)| vec![a, b]).collect();
        let mut table = table(hit, &[InputType::Number, InputType::Text], when);
        for (row, value) in table.rows.iter_mut().zip(values) {
            row.value = output(value);
        }
        table.inputs[0].domain = domain;
        table.priorities = [1, -1, 0].map(output).to_vec();
        table.otherwise = otherwise.then(|| output(7));
        table
    })
}

fn classes_of(lookup: &Lookup, (value, text): Case) -> Vec<usize> {
    let halves = Input::Number(value.mantissa, 10);
    vec![lookup.class(0, halves), lookup.class(1, Input::Text(text))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn every_policy_is_a_scan_of_the_rows(table in small_table()) {
        let lookup = Lookup::new(&table);
        for case in cases(false) {
            let classes = classes_of(&lookup, case);
            let expected = scanned(&table, case);
            prop_assert_eq!(lookup.hit(&classes), expected);
            prop_assert_eq!(lookup.search(&classes), expected);
            prop_assert_eq!(lookup.rows(&classes), matching(&table, case));
        }
    }

    #[test]
    fn the_analysis_finds_what_trying_everything_finds(table in small_table(), whole: bool) {
        let lookup = Lookup::new(&table);
        let found = lookup.analyse(&table, &[whole.then_some(0), None]);
        prop_assert!(!found.undecided);
        let inside = |case: &Case| covers(&table.inputs[0].domain, *case);
        let cases: Vec<Case> = cases(whole).filter(inside).collect();
        let sets: Vec<Vec<bool>> = table.rows.iter()
            .map(|row| cases.iter().map(|case| row.when.iter().all(|test| covers(test, *case))).collect())
            .collect();
        let rows = 0..table.rows.len();
        let duplicate = |row: &usize| {
            sets[*row].contains(&true) && sets[..*row].contains(&sets[*row])
        };
        let duplicates: Vec<usize> = rows.clone().filter(duplicate).collect();
        prop_assert_eq!(found.duplicates.iter().map(|pair| pair.1).collect::<Vec<_>>(), duplicates);
        // Rows that decide nowhere, those apart that repeat an earlier one.
        let decides = |row: usize| cases.iter().any(|case| match table.hit {
            HitPolicy::First | HitPolicy::Priority => scanned(&table, *case) == Hit::Row(small(row)),
            _ => matching(&table, *case).contains(&small(row)),
        });
        let repeats = |row: usize| rows.clone().any(|other| {
            other != row && sets[other] == sets[row] && sets[row].contains(&true)
        });
        let dead: Vec<usize> = rows.clone().filter(|row| !decides(*row) && !repeats(*row)).collect();
        let reported = found.unreachable.iter().copied().filter(|row| !repeats(*row));
        prop_assert_eq!(reported.collect::<Vec<_>>(), dead);
        // Overlaps, those of duplicates apart.
        if matches!(table.hit, HitPolicy::Unique | HitPolicy::Any) {
            let clash = |a: usize, b: usize| {
                let agree = table.hit == HitPolicy::Any && table.rows[a].value == table.rows[b].value;
                !agree && sets[a] != sets[b] && sets[a].iter().zip(&sets[b]).any(|(a, b)| *a && *b)
            };
            let pairs: Vec<(usize, usize)> = rows.clone()
                .flat_map(|b| (0..b).map(move |a| (a, b))).filter(|(a, b)| clash(*a, *b)).collect();
            let reported: Vec<(usize, usize)> = found.overlaps.iter().map(|one| (one.0, one.1)).collect();
            prop_assert!(reported.iter().all(|pair| pairs.contains(pair)));
            prop_assert!(reported.len() == pairs.len() || reported.len() == 5);
        }
        // Gaps, where a domain says exactly what must be covered and all texts are spoken of.
        let bounded = table.inputs[0].is_bounded();
        let speaks = table.rows.iter().any(|row| matches!(row.when[1], CellTest::Texts { negated: true, .. }));
        if bounded && speaks {
            let counting = table.hit == HitPolicy::Collect(Collect::Count);
            let open = cases.iter().any(|case| matching(&table, *case).is_empty());
            let gap = open && table.otherwise.is_none() && !counting;
            prop_assert_eq!(!found.gaps.is_empty(), gap, "{:?}", found.gaps);
        }
    }
}
