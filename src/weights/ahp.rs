//! The analytic hierarchy process (层次分析法): weights from a judgement matrix by a named solver,
//! and whether the judgements agree with each other.
//!
//! The three solvers in use differ from the third digit on, so whoever states a weight must name
//! the solver.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One as _, Signed as _};

use crate::comparison::Comparison;
use crate::consistency::Consistency;
use crate::enclosure::{Enclosed, Scale, refine};
use crate::error::WeightsError;
use crate::number::{Number, common_denominator, pow10, whole};

/// How weights come out of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solver {
    /// 特征根法: the principal eigenvector.
    Eigenvector,
    /// 和法: columns normalised, rows averaged.
    ColumnMean,
    /// 方根法: geometric means of the rows, normalised.
    GeometricMean,
}

impl Solver {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Eigenvector, Self::ColumnMean, Self::GeometricMean];

    /// Its name in packs and commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eigenvector => "eigenvector",
            Self::ColumnMean => "column_mean",
            Self::GeometricMean => "geometric_mean",
        }
    }

    /// Its name in Chinese.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Eigenvector => "特征根法",
            Self::ColumnMean => "和法",
            Self::GeometricMean => "方根法",
        }
    }
}

/// Weights of a matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ahp {
    /// Who computed them.
    pub solver: Solver,
    /// The weights, summing to one up to their last decimal.
    pub weights: Vec<Number>,
    /// λmax; for the approximate solvers the mean of `(Aw)_i / w_i`.
    pub lambda_max: Number,
    /// Whether the judgements agree.
    pub consistency: Consistency,
}

/// Weights of a matrix, whatever its consistency.
pub fn ahp(matrix: &Comparison, solver: Solver) -> Result<Ahp, WeightsError> {
    let (weights, lambda_max) = match solver {
        Solver::Eigenvector => refine(|scale| eigenvector(matrix, scale))?,
        Solver::ColumnMean => column_mean(matrix),
        Solver::GeometricMean => refine(|scale| geometric_mean(matrix, scale))?,
    };
    let consistency = Consistency::of(matrix.order(), &lambda_max)?;
    Ok(Ahp {
        solver,
        weights,
        lambda_max,
        consistency,
    })
}

/// Exact: no root, no limit.
fn column_mean(matrix: &Comparison) -> (Vec<Number>, Number) {
    let order = whole(matrix.order());
    let column = |index: usize| matrix.rows().iter().filter_map(move |row| row.get(index));
    let sums: Vec<Number> = (0..matrix.order())
        .map(|index| column(index).sum())
        .collect();
    let weights: Vec<Number> = matrix
        .rows()
        .iter()
        .map(|row| {
            let shares = row.iter().zip(&sums).map(|(cell, sum)| cell / sum);
            shares.sum::<Number>() / &order
        })
        .collect();
    let ratios = matrix.rows().iter().zip(&weights).map(|(row, weight)| {
        let product: Number = row.iter().zip(&weights).map(|(cell, by)| cell * by).sum();
        product / weight
    });
    let lambda_max = ratios.sum::<Number>() / &order;
    (weights, lambda_max)
}

fn geometric_mean(matrix: &Comparison, scale: &Scale) -> Option<(Vec<Number>, Number)> {
    let degree = u32::try_from(matrix.order()).ok()?;
    let roots: Vec<Enclosed> = matrix
        .rows()
        .iter()
        .map(|row| scale.root(&row.iter().product(), degree))
        .collect::<Option<_>>()?;
    let weights = scale.shares(&roots)?;
    let ratios: Vec<Enclosed> = matrix
        .rows()
        .iter()
        .zip(&roots)
        .map(|(row, root)| {
            let products: Vec<Enclosed> = row
                .iter()
                .zip(&roots)
                .map(|(cell, by)| scale.product(&scale.of(cell), by))
                .collect();
            scale.quotient(&Enclosed::sum(products.iter()), root)
        })
        .collect::<Option<_>>()?;
    let order = scale.of(&whole(matrix.order()));
    let lambda_max = scale.quotient(&Enclosed::sum(ratios.iter()), &order)?;
    Some((scale.read_all(&weights)?, scale.read(&lambda_max)?))
}

/// The most squarings of the matrix: its powers double, so this is beyond any convergence.
const SQUARINGS_MAX: usize = 64;

/// Power iteration by squaring. What it finds is taken for nothing more than a guess, which
/// [`enclose`] then proves or refuses.
fn eigenvector(matrix: &Comparison, scale: &Scale) -> Option<(Vec<Number>, Number)> {
    let divisor = common_denominator(matrix.rows().iter().flatten());
    let cells: Vec<Vec<BigInt>> = matrix
        .rows()
        .iter()
        .map(|row| {
            let scaled = row.iter().map(|cell| (cell * &divisor).to_integer());
            scaled.collect()
        })
        .collect();
    let distance_factor = distance_factor(matrix)?;
    let mut power = cells.clone();
    for _ in 0..SQUARINGS_MAX {
        let guess = normalised(&power, scale);
        if let Some((weights, lambda)) = enclose(&cells, &guess, &distance_factor, scale) {
            return Some((weights, lambda / &divisor));
        }
        power = squared(&power, scale);
    }
    None
}

/// Row sums of a power, as whole numbers that sum to about one unit.
fn normalised(power: &[Vec<BigInt>], scale: &Scale) -> Vec<BigInt> {
    let sums: Vec<BigInt> = power.iter().map(|row| row.iter().sum()).collect();
    let total: BigInt = sums.iter().sum();
    sums.iter()
        .map(|sum| (sum * scale.unit()).div_floor(&total).max(BigInt::one()))
        .collect()
}

/// The square of a matrix, cut to a few more digits than the scale has.
fn squared(matrix: &[Vec<BigInt>], scale: &Scale) -> Vec<Vec<BigInt>> {
    let order = matrix.len();
    let mut square: Vec<Vec<BigInt>> = matrix
        .iter()
        .map(|row| {
            let cell = |column: usize| -> BigInt {
                let by = matrix.iter().filter_map(|row| row.get(column));
                row.iter().zip(by).map(|(one, other)| one * other).sum()
            };
            (0..order).map(cell).collect()
        })
        .collect();
    let most = square.iter().flatten().max().cloned().unwrap_or_default();
    let excess = most / (scale.unit() * pow10(10));
    if excess > BigInt::one() {
        for cell in square.iter_mut().flatten() {
            *cell = (&*cell / &excess).max(BigInt::one());
        }
    }
    square
}

/// (√φ + 1) / 2 from above, with φ the largest `a_ik a_jl / (a_jk a_il)`. By Birkhoff's theorem a
/// positive matrix brings vectors nearer in Hilbert's metric by the factor (√φ − 1)/(√φ + 1) at
/// least, so a vector that the matrix moves by ε is within ε · (√φ + 1)/2 of the eigenvector.
fn distance_factor(matrix: &Comparison) -> Option<Number> {
    let mut most = Number::one();
    for above in matrix.rows() {
        for below in matrix.rows() {
            let ratios = || above.iter().zip(below).map(|(one, other)| one / other);
            let spread = ratios().max()? / ratios().min()?;
            most = most.max(spread);
        }
    }
    let root = most.ceil().to_integer().sqrt() + 1;
    Some(Number::new(root + 1, BigInt::from(2)))
}

/// The eigenvector and eigenvalue near a guess, if the guess proves to be near enough: by Collatz
/// and Wielandt the eigenvalue lies between the least and the largest `(Ax)_i / x_i`.
fn enclose(
    cells: &[Vec<BigInt>],
    guess: &[BigInt],
    distance_factor: &Number,
    scale: &Scale,
) -> Option<(Vec<Number>, Number)> {
    let ratios: Vec<Number> = cells
        .iter()
        .zip(guess)
        .map(|(row, own)| {
            let image: BigInt = row.iter().zip(guess).map(|(cell, by)| cell * by).sum();
            Number::new(image, own.clone())
        })
        .collect();
    let (least, most) = (ratios.iter().min()?, ratios.iter().max()?);
    // ln(most / least) is at most this, and so is the distance by which the matrix moves the guess.
    let moved = most / least - Number::one();
    let off = moved * distance_factor;
    let kept = Number::one() - off;
    if !kept.is_positive() {
        return None;
    }
    let total: BigInt = guess.iter().sum();
    let weights = guess
        .iter()
        .map(|part| {
            let share = Number::new(part.clone(), total.clone());
            scale.read(&scale.between(&(&share * &kept), &(&share / &kept)))
        })
        .collect::<Option<_>>()?;
    Some((weights, scale.read(&scale.between(least, most))?))
}
