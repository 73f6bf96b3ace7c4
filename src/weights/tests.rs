//! Published worked examples, to all digits printed, and what must hold for any input.

use num_bigint::BigInt;
use num_traits::{One as _, Signed as _};
use proptest::prelude::*;

use crate::comparison::ComparisonFaultKind;
use crate::number::{equal, parse, shown};
use crate::*;

fn numbers(rows: &[&str]) -> Vec<Vec<Number>> {
    let cell = |text: &str| parse(text).unwrap();
    rows.iter()
        .map(|row| row.split_whitespace().map(cell).collect())
        .collect()
}

fn matrix(rows: &[&str]) -> Comparison {
    Comparison::new(numbers(rows)).unwrap()
}

fn table(rows: &[&str]) -> Observations {
    let rows = numbers(rows);
    let count = rows[0].len();
    let names = (1..=count).map(|index| format!("c{index}")).collect();
    Observations::new(names, &rows, vec![false; count]).unwrap()
}

fn texts(values: &[Number], decimals: u8) -> Vec<String> {
    values.iter().map(|value| shown(value, decimals)).collect()
}

/// The words of a line.
fn list(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// xiaomilidoc.com p-10738193, the matrix of four criteria.
const A: [&str; 4] = ["1 1 5 3", "1 1 3 3", "1/5 1/3 1 1", "1/3 1/3 1 1"];
/// The same page, five criteria.
const B: [&str; 5] = [
    "1 2 3 4 7",
    "1/2 1 3 2 5",
    "1/3 1/3 1 1/2 2",
    "1/4 1/2 2 1 3",
    "1/7 1/5 1/2 1/3 1",
];
/// The same page, three criteria.
const C: [&str; 3] = ["1 1/4 2", "4 1 8", "1/2 1/8 1"];
/// Wang and Chin 2011, as tested in pymcdm.
const D: [&str; 6] = [
    "1 4 3 1 3 4",
    "1/4 1 7 3 1/5 1",
    "1/3 1/7 1 1/5 1/5 1/6",
    "1 1/3 5 1 1 1/3",
    "1/3 5 5 1 1 3",
    "1/4 1 6 3 1/3 1",
];
/// ArcGIS Pro, "Calculate the consistency ratio"; 0.333 there stands for one third.
const E: [&str; 5] = [
    "1 3 2 2 1/3",
    "1/3 1 1/2 1 1/5",
    "1/2 2 1 1 1/2",
    "1/2 1 1 1 5",
    "3 5 2 1/5 1",
];

#[test]
fn example_a_by_column_mean_has_the_published_digits() {
    let found = ahp(&matrix(&A), Solver::ColumnMean).unwrap();
    assert_eq!(
        texts(&found.weights, 6),
        list("0.411184 0.361184 0.107237 0.120395")
    );
    let images: Vec<Number> = matrix(&A)
        .rows()
        .iter()
        .map(|row| row.iter().zip(&found.weights).map(|(a, w)| a * w).sum())
        .collect();
    assert_eq!(
        texts(&images, 6),
        list("1.669737 1.455263 0.430263 0.485088")
    );
    assert_eq!(shown(&found.consistency.index, 6), "0.010946");
    assert_eq!(shown(&found.consistency.ratio, 6), "0.012163");
    assert!(found.consistency.is_acceptable());
}

#[test]
fn example_a_by_eigenvector_differs_in_the_third_digit() {
    let found = ahp(&matrix(&A), Solver::Eigenvector).unwrap();
    assert_eq!(
        texts(&found.weights, 6),
        list("0.413117 0.360325 0.106450 0.120108")
    );
    assert_eq!(shown(&found.consistency.ratio, 6), "0.012146");
}

#[test]
fn example_b_by_column_mean_has_the_published_digits() {
    let found = ahp(&matrix(&B), Solver::ColumnMean).unwrap();
    assert_eq!(
        texts(&found.weights, 6),
        list("0.432076 0.264284 0.102516 0.148224 0.052900")
    );
    assert_eq!(shown(&found.consistency.index, 6), "0.021518");
    assert_eq!(shown(&found.consistency.ratio, 6), "0.019212");
}

#[test]
fn example_c_is_consistent_and_every_solver_agrees() {
    for solver in Solver::ALL {
        let found = ahp(&matrix(&C), solver).unwrap();
        assert_eq!(
            texts(&found.weights, 6),
            list("0.181818 0.727273 0.090909"),
            "{}",
            solver.name()
        );
        assert_eq!(
            shown(&found.lambda_max, 30),
            format!("3.{}", "0".repeat(30))
        );
        assert_eq!(
            shown(&found.consistency.ratio, 30),
            format!("0.{}", "0".repeat(30))
        );
    }
}

#[test]
fn example_d_is_computed_and_must_be_refused() {
    let found = ahp(&matrix(&D), Solver::Eigenvector).unwrap();
    assert_eq!(
        texts(&found.weights, 4),
        list("0.3208 0.1395 0.0348 0.1285 0.2374 0.1391")
    );
    assert_eq!(shown(&found.consistency.ratio, 4), "0.2290");
    assert!(!found.consistency.is_acceptable());
    // The first against the third: 3, where the weights say 9.
    let outlier = found.furthest_judgement(&matrix(&D)).unwrap();
    assert_eq!((outlier.row, outlier.column), (0, 2));
    assert_eq!(
        texts(&[outlier.given, outlier.implied], 2),
        ["3.00", "9.23"]
    );
}

#[test]
fn example_e_by_column_mean_has_the_published_digits_and_is_inconsistent() {
    let found = ahp(&matrix(&E), Solver::ColumnMean).unwrap();
    assert_eq!(
        texts(&found.weights, 3),
        list("0.235 0.089 0.136 0.247 0.294")
    );
    assert_eq!(shown(&found.consistency.ratio, 3), "0.326");
    assert!(!found.consistency.is_acceptable());
}

#[test]
fn the_misprinted_ratio_of_cucdc_is_found_by_recomputing_it() {
    // The paper prints λmax = 5.1357, CI = 0.0339 and CR = 0.0343.
    let consistency = Consistency::of(5, &parse("5.1357").unwrap()).unwrap();
    assert_eq!(shown(&consistency.index, 4), "0.0339");
    assert_eq!(shown(&consistency.ratio, 4), "0.0303");
}

#[test]
fn a_ratio_of_one_tenth_is_not_acceptable() {
    // n = 3: CI = 0.058 and RI = 0.58 give CR = 0.1 exactly.
    let at = |lambda: &str| Consistency::of(3, &parse(lambda).unwrap()).unwrap();
    assert!(!at("3.116").is_acceptable());
    assert!(at("3.1159999999").is_acceptable());
}

#[test]
fn one_and_two_criteria_always_agree() {
    for solver in Solver::ALL {
        let one = ahp(&matrix(&["1"]), solver).unwrap();
        assert_eq!(texts(&one.weights, 4), ["1.0000"]);
        let two = ahp(&matrix(&["1 3", "1/3 1"]), solver).unwrap();
        assert_eq!(texts(&two.weights, 4), ["0.7500", "0.2500"]);
        assert_eq!(shown(&two.consistency.ratio, 4), "0.0000");
    }
    assert_eq!(
        Consistency::of(10, &Number::one()),
        Err(WeightsError::NoRandomIndex { order: 10 })
    );
}

#[test]
fn all_faults_of_a_matrix_are_named_with_their_cells() {
    let faults = |rows: &[&str]| -> Vec<(usize, usize, ComparisonFaultKind)> {
        let found = Comparison::new(numbers(rows)).unwrap_err();
        found
            .into_iter()
            .map(|one| (one.row, one.column, one.kind))
            .collect()
    };
    let kinds = faults(&["1 3 0", "0.33 2 1", "1 1 1"]);
    assert_eq!(
        kinds,
        [
            (0, 2, ComparisonFaultKind::NotPositive),
            (
                1,
                0,
                ComparisonFaultKind::NotReciprocal {
                    expected: parse("1/3").unwrap()
                }
            ),
            (1, 1, ComparisonFaultKind::DiagonalNotOne),
        ]
    );
    let not_square = ComparisonFaultKind::NotSquare { rows: 2, cells: 1 };
    assert_eq!(faults(&["1 2", "1/2"]), [(1, 1, not_square)]);
    assert_eq!(faults(&[]), [(0, 0, ComparisonFaultKind::Empty)]);
    let ten = ["1 1 1 1 1 1 1 1 1 1"; 10];
    assert_eq!(faults(&ten), [(9, 0, ComparisonFaultKind::TooMany)]);
}

#[test]
fn entropy_of_elsayed_2017_has_the_published_digits() {
    let table = table(&[
        "7 312 1891 6613 163",
        "72 88 728 941804 1078",
        "10 252 2594 3466 117471",
        "10 145 980 2371 86329",
        "65 54 350 501 29897",
        "29 48 380 912 34051",
        "7 476 3300 78470 2212",
        "70 87 650 733 819000",
        "4 86 591 3015 103",
        "12 79 579 3240 96098",
        "21 45 261 1253 453",
        "1 72 530 4333 0.1048",
    ]);
    let found = entropy(&table, &Scaling::Shares).unwrap();
    assert_eq!(
        texts(&found.entropies, 6),
        list("0.807441 0.873223 0.869097 0.174789 0.441391")
    );
    assert_eq!(
        texts(&found.weights, 6),
        list("0.104991 0.069124 0.071373 0.449937 0.304575")
    );
}

#[test]
fn entropy_of_scikit_criteria_and_of_cpp_have_the_published_digits() {
    let found = entropy(&table(&["1 2", "4 16"]), &Scaling::Shares).unwrap();
    assert_eq!(texts(&found.weights, 6), list("0.358889 0.641111"));
    // CPP (CRAN), Entrop.weights; its last column is negative throughout, so shares are the same.
    let cpp = table(&[
        "2 30 86 5",
        "4 26 77 12",
        "3 22 93 4",
        "6 34 65 10",
        "5 31 80 8",
        "6 29 79 9",
        "8 37 55 15",
        "10 21 69 11",
    ]);
    let found = entropy(&cpp, &Scaling::Shares).unwrap();
    assert_eq!(
        texts(&found.weights, 6),
        list("0.505083 0.082986 0.057690 0.354240")
    );
}

#[test]
fn nothing_times_the_logarithm_of_nothing_is_nothing() {
    let found = entropy(&table(&["0 1", "1 1", "1 2"]), &Scaling::Shares).unwrap();
    // e_1 = ln 2 / ln 3; with the zero it has a value at all.
    assert_eq!(shown(&found.entropies[0], 6), "0.630930");
}

#[test]
fn a_constant_column_weighs_nothing_and_takes_nothing() {
    for column in ["0", "7"] {
        let rows = [format!("{column} 1"), format!("{column} 4")];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let found = entropy(&table(&rows), &Scaling::Shares).unwrap();
        assert_eq!(
            found.weights,
            [Number::from_integer(0.into()), Number::one()]
        );
        assert_eq!(found.entropies[0], Number::one());
        let found = critic(&table(&[
            &format!("{column} 1 2"),
            &format!("{column} 4 1"),
        ]))
        .unwrap();
        assert_eq!(texts(&found.weights, 4), list("0.0000 0.5000 0.5000"));
    }
}

#[test]
fn data_that_tell_nothing_apart_give_equal_weights_and_say_so() {
    let one_row = table(&["3 1 4"]);
    let constant = table(&["3 1", "3 1", "3 1"]);
    let alike = table(&["1 10", "2 20", "4 40"]);
    let found = entropy(&one_row, &Scaling::Shares).unwrap();
    assert_eq!(
        (&found.weights, found.degenerate),
        (&equal(3), Some(Degenerate::OneRow))
    );
    assert_eq!(found.entropies, []);
    let found = entropy(&constant, &Scaling::Shares).unwrap();
    assert_eq!(
        (&found.weights, found.degenerate),
        (&equal(2), Some(Degenerate::AllConstant))
    );
    for (data, reason) in [
        (&one_row, Degenerate::OneRow),
        (&constant, Degenerate::AllConstant),
        (&alike, Degenerate::NoContrast),
    ] {
        let found = critic(data).unwrap();
        assert_eq!(found.weights, equal(data.criteria().len()));
        assert_eq!(found.degenerate, Some(reason));
    }
}

#[test]
fn negative_and_cost_columns_need_min_max_and_a_shift() {
    let rows = numbers(&["1 -2", "3 5", "2 1"]);
    let names = || vec!["a".to_owned(), "b".to_owned()];
    let negative = Observations::new(names(), &rows, vec![false, false]).unwrap();
    let refused = entropy(&negative, &Scaling::Shares);
    assert_eq!(
        refused,
        Err(WeightsError::NeedsMinMax {
            criterion: "b".into()
        })
    );
    let cost = Observations::new(names(), &numbers(&["1 2", "3 5", "2 1"]), vec![true, false]);
    let refused = entropy(&cost.unwrap(), &Scaling::Shares);
    assert_eq!(
        refused,
        Err(WeightsError::NeedsMinMax {
            criterion: "a".into()
        })
    );
    let shift = |text: &str| Scaling::MinMax {
        shift: parse(text).unwrap(),
    };
    assert_eq!(
        entropy(&negative, &shift("-0.1")),
        Err(WeightsError::NegativeShift)
    );
    // Column a is 0, 1, 1/2: by hand e = (3/2 ln 3 − ln 2) / (3/2 ln 3) = 1 − 2 ln 2 / (3 ln 3).
    let found = entropy(&negative, &shift("0")).unwrap();
    assert_eq!(shown(&found.entropies[0], 6), "0.579380");
    // A cost column mirrored is the same column.
    let mirrored = Observations::new(
        names(),
        &numbers(&["-1 -2", "-3 5", "-2 1"]),
        vec![true, false],
    );
    assert_eq!(
        entropy(&mirrored.unwrap(), &shift("0.01")).unwrap(),
        entropy(&negative, &shift("0.01")).unwrap()
    );
}

#[test]
fn nearly_constant_columns_still_have_certain_digits() {
    // A spread of one and two in 10^15: information of 10^-31, in the ratio of one to four.
    let data = table(&[
        "1000000000000000 1000000000000000",
        "1000000000000001 1000000000000002",
    ]);
    let found = entropy(&data, &Scaling::Shares).unwrap();
    assert_eq!(
        texts(&found.weights, 12),
        list("0.200000000000 0.800000000000")
    );
}

#[test]
fn critic_of_diakoulaki_1995_has_the_published_digits() {
    let found = critic(&table(&[
        "61 1.08 4.33",
        "20.7 0.26 4.34",
        "16.3 1.98 2.53",
        "9 3.29 1.65",
        "5.4 2.77 2.33",
        "4 4.12 1.21",
        "-6.1 3.52 2.10",
        "-34.6 3.31 0.98",
    ]))
    .unwrap();
    assert_eq!(texts(&found.weights, 6), list("0.202226 0.480902 0.316873"));
}

#[test]
fn critic_of_tus_and_adali_2019_has_the_published_digits() {
    let found = critic(&table(&[
        "5000 3 3 4 3 2",
        "680 5 3 2 2 1",
        "2000 3 2 3 4 3",
        "600 4 3 1 2 2",
        "800 2 4 3 3 4",
    ]))
    .unwrap();
    assert_eq!(
        texts(&found.weights, 3),
        list("0.157 0.249 0.168 0.121 0.154 0.151")
    );
}

#[test]
fn tables_that_are_none_are_refused() {
    let names = |count: usize| vec![String::from("c"); count];
    for (criteria, rows) in [
        (names(0), numbers(&[])),
        (names(1), numbers(&[])),
        (names(2), numbers(&["1"])),
    ] {
        let costs = vec![false; criteria.len()];
        assert_eq!(
            Observations::new(criteria, &rows, costs),
            Err(WeightsError::NoTable)
        );
    }
    let wide = vec![vec![Number::one(); 51]];
    assert!(matches!(
        Observations::new(names(51), &wide, vec![false; 51]),
        Err(WeightsError::TooLarge { .. })
    ));
}

fn judgement() -> impl Strategy<Value = Number> {
    (1_u8..=9, any::<bool>()).prop_map(|(size, more)| {
        let size = Number::from_integer(BigInt::from(size));
        if more { size } else { size.recip() }
    })
}

/// Any judgement matrix of the order.
fn judgements(order: usize) -> impl Strategy<Value = Comparison> {
    prop::collection::vec(judgement(), order * (order - 1) / 2).prop_map(move |above| {
        let mut rows = vec![vec![Number::one(); order]; order];
        let mut given = above.into_iter();
        let pairs = (0..order).flat_map(|row| (row + 1..order).map(move |column| (row, column)));
        for (row, column) in pairs {
            let cell = given.next().unwrap();
            rows[column][row] = cell.recip();
            rows[row][column] = cell;
        }
        Comparison::new(rows).unwrap()
    })
}

fn near(one: &Number, other: &Number) -> bool {
    (one - other).abs() < parse("0.0000000000000000000000000000000001").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_eigenvector_is_one_and_lambda_is_at_least_the_order(matrix in (3_usize..=7).prop_flat_map(judgements)) {
        let found = ahp(&matrix, Solver::Eigenvector).unwrap();
        for (row, weight) in matrix.rows().iter().zip(&found.weights) {
            let image: Number = row.iter().zip(&found.weights).map(|(a, w)| a * w).sum();
            prop_assert!(near(&image, &(weight * &found.lambda_max)));
            prop_assert!(weight.is_positive());
        }
        prop_assert!(near(&found.weights.iter().sum(), &Number::one()));
        prop_assert!(!found.consistency.index.is_negative());
    }

    #[test]
    fn a_consistent_matrix_gives_back_its_weights_by_every_solver(
        raw in prop::collection::vec(1_u32..=50, 1..=9),
    ) {
        let total: u32 = raw.iter().sum();
        let weights: Vec<Number> = raw
            .iter()
            .map(|part| Number::new(BigInt::from(*part), BigInt::from(total)))
            .collect();
        let rows = weights.iter().map(|one| weights.iter().map(|other| one / other).collect());
        let matrix = Comparison::new(rows.collect()).unwrap();
        for solver in Solver::ALL {
            let found = ahp(&matrix, solver).unwrap();
            prop_assert!(found.weights.iter().zip(&weights).all(|(one, other)| near(one, other)));
            prop_assert!(near(&found.consistency.ratio, &Number::from_integer(0.into())));
        }
    }

    #[test]
    fn units_of_measure_do_not_move_entropy_or_critic(
        rows in prop::collection::vec(prop::collection::vec(0_u32..1000, 3), 2..8),
        factor in 1_u32..1000,
    ) {
        let number = |value: u32| Number::from_integer(BigInt::from(value));
        let read = |factor: u32| {
            let scaled = rows.iter().map(|row| {
                row.iter().enumerate().map(|(column, cell)| {
                    number(*cell) * number(if column == 1 { factor } else { 1 })
                }).collect()
            });
            let rows: Vec<Vec<Number>> = scaled.collect();
            Observations::new(vec!["a".into(), "b".into(), "c".into()], &rows, vec![false; 3]).unwrap()
        };
        prop_assert_eq!(
            entropy(&read(1), &Scaling::Shares).unwrap(),
            entropy(&read(factor), &Scaling::Shares).unwrap()
        );
        prop_assert_eq!(critic(&read(1)).unwrap(), critic(&read(factor)).unwrap());
    }
}
