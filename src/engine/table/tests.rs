#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod properties;

use super::*;
use crate::exact::Exact;
use crate::pack::{
    Bound, CellTest, Collect, InputType, Interval, TableInput, TableOutput, TableRow,
};
use crate::schema::Unit;
use domain::{DateRange, Place};

fn interval(low: Option<(&str, bool)>, high: Option<(&str, bool)>) -> CellTest {
    let bound = |(value, included): (&str, bool)| Bound {
        value: value.parse().unwrap(),
        included,
    };
    CellTest::Intervals(vec![Interval {
        low: low.map(bound),
        high: high.map(bound),
    }])
}

fn point(value: i64) -> CellTest {
    let value = value.to_string();
    interval(Some((&value, true)), Some((&value, true)))
}

fn texts(listed: &[&str]) -> CellTest {
    CellTest::Texts {
        listed: listed.iter().map(|text| (*text).to_owned()).collect(),
        negated: false,
    }
}

fn output(value: i128) -> Output {
    Output::Number(Exact::whole(value))
}

/// A table whose rows give their number from zero.
fn table(hit: HitPolicy, types: &[InputType], rows: Vec<Vec<CellTest>>) -> Table {
    let row = |(when, value): (Vec<CellTest>, i128)| TableRow {
        when,
        value: output(value),
        cite: Vec::new(),
        place: Place::default(),
    };
    Table {
        id: "t".into(),
        title: String::new(),
        cite: Vec::new(),
        hit,
        priorities: Vec::new(),
        inputs: types
            .iter()
            .map(|ty| TableInput {
                id: "x".into(),
                ty: *ty,
                domain: CellTest::Any,
            })
            .collect(),
        output: TableOutput::Number {
            unit: Unit::None,
            scale: 0,
        },
        rows: rows.into_iter().zip(0..).map(row).collect(),
        otherwise: None,
        effective: DateRange {
            from: chrono::NaiveDate::MIN,
            to: None,
        },
        by: None,
        place: Place::default(),
    }
}

fn analyse(table: &Table, scales: &[Option<u8>]) -> Analysis {
    Lookup::new(table).analyse(table, scales)
}

const NUMBER: &[InputType] = &[InputType::Number];

#[test]
fn gaps_and_overlaps_are_found_exactly() {
    let rows = vec![
        vec![interval(Some(("0", true)), Some(("3", false)))],
        vec![interval(Some(("3", false)), Some(("5", true)))],
        vec![interval(Some(("4.5", true)), None)],
    ];
    let table = table(HitPolicy::Unique, NUMBER, rows);
    let found = analyse(&table, &[None]);
    assert_eq!(found.gaps, ["3"]);
    assert_eq!(found.overlaps, [(1, 2, "[4.5, 5]".to_owned())]);
    let whole = analyse(&table, &[Some(0)]);
    assert_eq!(whole.overlaps, [(1, 2, "5".to_owned())]);
}

#[test]
fn whole_numbers_leave_no_gap_between_neighbours() {
    let rows = vec![
        vec![point(1)],
        vec![point(2)],
        vec![interval(Some(("3", true)), Some(("4", true)))],
    ];
    let table = table(HitPolicy::Unique, NUMBER, rows);
    assert!(analyse(&table, &[Some(0)]).gaps.is_empty());
    assert_eq!(analyse(&table, &[Some(1)]).gaps, ["(1, 2)", "(2, 3)"]);
}

#[test]
fn a_gap_of_two_inputs_is_shown_with_both() {
    let types = [InputType::Number, InputType::Text];
    let low = || interval(None, Some(("10", false)));
    let high = || interval(Some(("10", true)), None);
    let rows = vec![
        vec![low(), CellTest::Any],
        vec![high(), texts(&["a", "b"])],
        vec![interval(Some(("20", true)), None), texts(&["c"])],
    ];
    let table = table(HitPolicy::Unique, &types, rows);
    assert_eq!(analyse(&table, &[None, None]).gaps, ["[10, 20), 'c'"]);
}

#[test]
fn a_declared_domain_says_what_must_be_covered_and_what_may_come() {
    let mut table = table(
        HitPolicy::Unique,
        NUMBER,
        vec![vec![point(1)], vec![point(2)]],
    );
    table.inputs[0].domain = interval(Some(("0", true)), Some(("2", true)));
    table.otherwise = Some(output(9));
    let lookup = Lookup::new(&table);
    assert!(
        analyse(&table, &[Some(0)]).gaps.is_empty(),
        "otherwise covers"
    );
    let hit = |value| lookup.hit(&[lookup.class(0, Input::Number(value, 1))]);
    assert_eq!((hit(0), hit(2)), (Hit::Otherwise, Hit::Row(1)));
    assert_eq!((hit(-1), hit(3)), (Hit::None, Hit::None));
    table.otherwise = None;
    assert_eq!(analyse(&table, &[Some(0)]).gaps, ["0"]);
    table.inputs[0].domain = interval(Some(("2", true)), None);
    let found = analyse(&table, &[Some(0)]);
    assert_eq!(found.unreachable, [0], "outside the domain");
    assert_eq!(found.gaps, ["> 2"]);
}

#[test]
fn a_covered_row_is_unreachable_under_first_but_counts_in_rule_order() {
    let rows = || vec![vec![CellTest::Any], vec![texts(&["daily"])]];
    let first = table(HitPolicy::First, &[InputType::Text], rows());
    assert_eq!(analyse(&first, &[None]).unreachable, [1]);
    let lookup = Lookup::new(&first);
    let hourly = [lookup.class(0, Input::Text("hourly"))];
    assert_eq!(lookup.hit(&hourly), Hit::Row(0));
    let ordered = table(HitPolicy::RuleOrder, &[InputType::Text], rows());
    assert_eq!(analyse(&ordered, &[None]), Analysis::default());
    let lookup = Lookup::new(&ordered);
    let daily = [lookup.class(0, Input::Text("daily"))];
    assert_eq!(
        (lookup.hit(&daily), lookup.rows(&daily)),
        (Hit::Row(0), vec![0, 1])
    );
}

#[test]
fn a_row_that_several_others_hide_together_is_found() {
    let rows = vec![
        vec![interval(None, Some(("3", true)))],
        vec![interval(Some(("3", false)), None)],
        vec![interval(Some(("1", true)), Some(("5", true)))],
    ];
    let table = table(HitPolicy::First, NUMBER, rows);
    assert_eq!(analyse(&table, &[None]).unreachable, [2]);
}

#[test]
fn rows_with_the_same_conditions_are_duplicates_under_every_policy() {
    let rows = || vec![vec![point(1)], vec![point(2)], vec![point(1)]];
    for hit in [
        HitPolicy::Unique,
        HitPolicy::First,
        HitPolicy::Collect(Collect::Sum),
    ] {
        let found = analyse(&table(hit, NUMBER, rows()), &[Some(0)]);
        assert_eq!(found.duplicates, [(0, 2)]);
        assert!(found.overlaps.is_empty() && found.unreachable.is_empty());
    }
}

#[test]
fn a_row_between_two_whole_numbers_is_never_met() {
    let rows = vec![
        vec![interval(Some(("3", false)), Some(("4", false)))],
        vec![interval(Some(("3", true)), Some(("4", true)))],
    ];
    let table = table(HitPolicy::Any, NUMBER, rows);
    assert_eq!(analyse(&table, &[Some(0)]).unreachable, [0]);
    assert!(analyse(&table, &[Some(1)]).unreachable.is_empty());
}

#[test]
fn the_best_output_decides_under_priority() {
    let rows = vec![
        vec![interval(Some(("0", true)), None)],
        vec![interval(Some(("10", true)), None)],
        vec![interval(Some(("20", true)), None)],
    ];
    let mut table = table(HitPolicy::Priority, NUMBER, rows);
    table.priorities = [2, 0, 1].map(output).to_vec();
    let lookup = Lookup::new(&table);
    let hit = |value| lookup.hit(&[lookup.class(0, Input::Number(value, 1))]);
    assert_eq!(
        (hit(5), hit(15), hit(25)),
        (Hit::Row(0), Hit::Row(0), Hit::Row(2))
    );
    assert_eq!(analyse(&table, &[None]).unreachable, [1]);
}

#[test]
fn values_are_collected_exactly() {
    let rows = || {
        vec![
            vec![interval(Some(("0", true)), None)],
            vec![interval(Some(("10", true)), None)],
            vec![interval(Some(("20", true)), None)],
        ]
    };
    let hit = |how, value| {
        let lookup = Lookup::new(&table(HitPolicy::Collect(how), NUMBER, rows()));
        lookup.hit(&[lookup.class(0, Input::Number(value, 1))])
    };
    assert_eq!(hit(Collect::Sum, 25), Hit::Collected(3));
    assert_eq!(hit(Collect::Min, 25), Hit::Collected(0));
    assert_eq!(hit(Collect::Max, 15), Hit::Collected(1));
    assert_eq!(hit(Collect::Count, 25), Hit::Collected(3));
    assert_eq!(hit(Collect::Count, -1), Hit::Collected(0));
    assert_eq!(hit(Collect::Sum, -1), Hit::None);
    let mut huge = table(HitPolicy::Collect(Collect::Sum), NUMBER, rows());
    huge.rows[0].value = output(i128::MAX);
    let lookup = Lookup::new(&huge);
    assert_eq!(
        lookup.hit(&[lookup.class(0, Input::Number(15, 1))]),
        Hit::Overflow
    );
}

/// As many rows as the largest scale in the benchmark.
const MANY: i64 = 16_369;

#[test]
fn sixteen_thousand_rows_of_one_two_and_four_inputs_are_proved_and_found() {
    for inputs in [1_usize, 2, 4] {
        let side = (1..=MANY).find(|side| side.pow(u32::try_from(inputs).unwrap()) >= MANY);
        let side = side.unwrap();
        // A grid of unit cells, row by row; its last line stays open.
        let rows = (0..MANY).map(|row| {
            let digit = |at: usize| row / side.pow(u32::try_from(at).unwrap()) % side;
            let cell = |at| {
                let (low, high) = (digit(at).to_string(), (digit(at) + 1).to_string());
                interval(Some((&low, true)), Some((&high, false)))
            };
            (0..inputs).map(cell).collect()
        });
        let types = vec![InputType::Number; inputs];
        let mut table = table(HitPolicy::Unique, &types, rows.collect());
        let scales = vec![Some(2); inputs];
        let lookup = Lookup::new(&table);
        let found = lookup.analyse(&table, &scales);
        assert!(!found.undecided && found.overlaps.is_empty());
        assert_eq!(found.gaps.is_empty(), inputs == 1, "{:?}", found.gaps);
        let classes = |row: i64| -> Vec<usize> {
            let digit = |at: usize| row / side.pow(u32::try_from(at).unwrap()) % side;
            let value = |at| Input::Number(i128::from(digit(at)) * 2 + 1, 2);
            (0..inputs).map(|at| lookup.class(at, value(at))).collect()
        };
        for row in [0, 1, MANY / 2, MANY - 1] {
            assert_eq!(
                lookup.hit(&classes(row)),
                Hit::Row(u32::try_from(row).unwrap())
            );
        }
        assert_eq!(lookup.hit(&classes(-1)), Hit::None);
        // The same conditions in the last row as in the first: the one overlap among them.
        table.hit = HitPolicy::First;
        assert!(analyse(&table, &scales).unreachable.is_empty());
        let whole = interval(Some(("0", true)), None);
        table.rows[7].when = vec![whole; inputs];
        let hidden = analyse(&table, &scales);
        assert_eq!(hidden.unreachable.len(), usize::try_from(MANY).unwrap() - 8);
    }
}

#[test]
fn equal_keys_among_many_columns_are_found_without_an_array_of_all_combinations() {
    let types = [InputType::Text, InputType::Text, InputType::Number];
    let rows: Vec<Vec<CellTest>> = (0..3000_i64)
        .map(|row| {
            let (code, group) = (format!("c{row}"), format!("g{}", row % 7));
            vec![texts(&[&code]), texts(&[&group]), point(row)]
        })
        .chain([vec![CellTest::Any, CellTest::Any, point(-1)]])
        .collect();
    let mut table = table(HitPolicy::First, &types, rows);
    table.otherwise = Some(output(-1));
    let lookup = Lookup::new(&table);
    assert!(lookup.answers.is_empty());
    let hit = |code: &str, group: &str, value| {
        lookup.hit(&[
            lookup.class(0, Input::Text(code)),
            lookup.class(1, Input::Text(group)),
            lookup.class(2, Input::Number(value, 1)),
        ])
    };
    assert_eq!(hit("c2999", "g3", 2999), Hit::Row(2999));
    assert_eq!(hit("c2998", "g3", 2999), Hit::Otherwise);
    assert_eq!(hit("nowhere", "g3", -1), Hit::Row(3000));
    assert_eq!(
        lookup.analyse(&table, &[None, None, Some(0)]),
        Analysis::default()
    );
}
