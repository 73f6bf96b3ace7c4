#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::exact::Exact;
use crate::pack::{Bound, CellTest, InputType, TableInput, TableOutput, TableRow};
use crate::schema::Unit;
use domain::{DateRange, Place};
use proptest::prelude::*;

fn interval(low: Option<(&str, bool)>, high: Option<(&str, bool)>) -> CellTest {
    let bound = |(value, included): (&str, bool)| Bound {
        value: value.parse().unwrap(),
        included,
    };
    CellTest::Interval {
        low: low.map(bound),
        high: high.map(bound),
    }
}

fn table(hit: HitPolicy, types: &[InputType], rows: Vec<Vec<CellTest>>) -> Table {
    let row = |(index, when): (usize, Vec<CellTest>)| TableRow {
        when,
        value: Output::Number(Exact::whole(i128::try_from(index).unwrap())),
        cite: Vec::new(),
        place: Place::default(),
    };
    Table {
        id: "t".into(),
        title: String::new(),
        cite: Vec::new(),
        hit,
        inputs: types
            .iter()
            .map(|ty| TableInput {
                id: "x".into(),
                ty: *ty,
            })
            .collect(),
        output: TableOutput::Number {
            unit: Unit::None,
            scale: 0,
        },
        rows: rows.into_iter().enumerate().map(row).collect(),
        otherwise: None,
        effective: DateRange {
            from: chrono::NaiveDate::MIN,
            to: None,
        },
        place: Place::default(),
    }
}

#[test]
fn gaps_and_overlaps_are_found_exactly() {
    let rows = vec![
        vec![interval(Some(("0", true)), Some(("3", false)))],
        vec![interval(Some(("3", false)), Some(("5", true)))],
        vec![interval(Some(("4.5", true)), None)],
    ];
    let lookup = Lookup::new(&table(HitPolicy::Unique, &[InputType::Number], rows)).unwrap();
    let analysis = lookup.analyse(&[None]);
    assert_eq!(analysis.gaps, ["3"]);
    assert_eq!(analysis.overlaps, [(1, 2, "4.5".to_owned())]);
    let whole = lookup.analyse(&[Some(0)]);
    assert_eq!(whole.overlaps, [(1, 2, "5".to_owned())]);
}

#[test]
fn whole_numbers_leave_no_gap_between_neighbours() {
    let point = |value| vec![interval(Some((value, true)), Some((value, true)))];
    let rows = vec![
        point("1"),
        point("2"),
        vec![interval(Some(("3", true)), Some(("4", true)))],
    ];
    let lookup = Lookup::new(&table(HitPolicy::Unique, &[InputType::Number], rows)).unwrap();
    assert!(lookup.analyse(&[Some(0)]).gaps.is_empty());
    assert_eq!(lookup.analyse(&[Some(1)]).gaps, ["(1, 2)", "(2, 3)"]);
}

#[test]
fn a_covered_row_is_unreachable_under_first() {
    let rows = vec![
        vec![CellTest::Any],
        vec![CellTest::Texts(vec!["daily".into()])],
    ];
    let lookup = Lookup::new(&table(HitPolicy::First, &[InputType::Text], rows)).unwrap();
    assert_eq!(lookup.unreachable(2), [1]);
    assert_eq!(
        lookup.hit(&[lookup.class(0, Input::Text("hourly"))]),
        Hit::Row(0)
    );
}

#[test]
fn sixteen_thousand_rows_are_one_step_away() {
    let rows = (0..16_369)
        .map(|value: i32| {
            let value = value.to_string();
            vec![interval(Some((&value, true)), Some((&value, true)))]
        })
        .collect();
    let lookup = Lookup::new(&table(HitPolicy::Unique, &[InputType::Number], rows)).unwrap();
    assert_eq!(
        lookup.hit(&[lookup.class(0, Input::Number(16_368, 1))]),
        Hit::Row(16_368)
    );
    assert_eq!(
        lookup.hit(&[lookup.class(0, Input::Number(1, 2))]),
        Hit::None
    );
}

fn cell() -> impl Strategy<Value = CellTest> {
    let bound = || (-5_i128..6, any::<bool>());
    prop_oneof![
        Just(CellTest::Any),
        (prop::option::of(bound()), prop::option::of(bound())).prop_map(|(low, high)| {
            let bound = |(value, included)| Bound {
                value: Exact::whole(value),
                included,
            };
            CellTest::Interval {
                low: low.map(bound),
                high: high.map(bound),
            }
        }),
    ]
}

fn covers(test: &CellTest, value: Exact) -> bool {
    match test {
        CellTest::Interval { low, high } => {
            low.is_none_or(|bound| bound.value < value || (bound.included && bound.value == value))
                && high.is_none_or(|bound| {
                    value < bound.value || (bound.included && bound.value == value)
                })
        }
        _ => true,
    }
}

proptest! {
    #[test]
    fn a_look_up_is_a_scan_of_the_rows(
        rows in prop::collection::vec((cell(), cell()), 0..6), x in -14_i128..14, y in -14_i128..14,
    ) {
        // Halves: on the points and between them.
        let exact = |value| Exact { mantissa: value * 5, scale: 1 };
        let matching: Vec<u32> = rows.iter().zip(0..)
            .filter(|((a, b), _)| covers(a, exact(x)) && covers(b, exact(y)))
            .map(|(_, row)| row).collect();
        let when = rows.into_iter().map(|(a, b)| vec![a, b]).collect();
        let types = [InputType::Number, InputType::Number];
        let lookup = Lookup::new(&table(HitPolicy::Unique, &types, when)).unwrap();
        let hit = lookup.hit(&[
            lookup.class(0, Input::Number(x, 2)),
            lookup.class(1, Input::Number(y, 2)),
        ]);
        let expected = match matching.as_slice() {
            [] => Hit::None,
            [one] => Hit::Row(*one),
            [first, second, ..] => Hit::Clash(*first, *second),
        };
        prop_assert_eq!(hit, expected);
    }
}
