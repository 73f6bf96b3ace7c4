//! The slices of a table of one number: the value from zero up, cut at every bound of a row.

use crate::exact::{Exact, Quantity};
use crate::fault::FaultKind;
use crate::pack::{CellTest, Interval, Output, Table};

/// The numbers between two neighbouring bounds. Whether a bound itself belongs does not matter: a
/// point has no length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Where it begins.
    pub from: Exact,
    /// Where it ends; the last one has no end.
    pub to: Option<Exact>,
    /// Rows of the table that cover it, from zero; one in a sound table.
    pub rows: Vec<usize>,
    /// Points per unit: those of its row, or of `otherwise`.
    pub rate: Option<Exact>,
}

/// What one slice of a value earns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceShare {
    /// The slice.
    pub slice: Slice,
    /// How much of the value lies in it.
    pub length: Quantity,
    /// Length × points per unit.
    pub points: Quantity,
}

impl Slice {
    /// The interval in words.
    pub fn span(&self) -> String {
        match self.to {
            Some(to) => format!("{}–{to}", self.from),
            None => format!("> {}", self.from),
        }
    }
}

/// The slices from zero up, in order.
pub fn slices(table: &Table) -> Vec<Slice> {
    let tests: Vec<Option<&CellTest>> = table.rows.iter().map(|row| row.when.first()).collect();
    let mut cuts = vec![Exact::whole(0)];
    for test in tests.iter().flatten() {
        if let CellTest::Intervals(intervals) = test {
            let bounds = intervals.iter().flat_map(|one| [one.low, one.high]);
            cuts.extend(bounds.flatten().map(|bound| bound.value));
        }
    }
    cuts.retain(|cut| *cut >= Exact::whole(0));
    cuts.sort_unstable();
    cuts.dedup();
    let ends = cuts.iter().copied().skip(1).map(Some).chain([None]);
    let slice = |(from, to): (Exact, Option<Exact>)| {
        let within = |interval: &Interval| {
            let above = interval.low.is_none_or(|low| low.value <= from);
            let below = match (interval.high, to) {
                (None, _) => true,
                (Some(high), Some(to)) => to <= high.value,
                (Some(_), None) => false,
            };
            above && below
        };
        let covers = |test: Option<&CellTest>| match test {
            Some(CellTest::Intervals(intervals)) => intervals.iter().any(within),
            Some(CellTest::Any) => true,
            _ => false,
        };
        let rows: Vec<usize> = tests
            .iter()
            .enumerate()
            .filter_map(|(row, test)| covers(*test).then_some(row))
            .collect();
        let row = rows.first().and_then(|row| table.rows.get(*row));
        let output = row.map(|row| &row.value).or(table.otherwise.as_ref());
        let rate = match output {
            Some(Output::Number(rate)) => Some(*rate),
            _ => None,
        };
        Slice {
            from,
            to,
            rows,
            rate,
        }
    };
    cuts.iter().copied().zip(ends).map(slice).collect()
}

/// What each slice of a value earns, in order; the value is not negative.
pub fn shares(
    table: &str,
    slices: &[Slice],
    value: Quantity,
) -> Result<Vec<SliceShare>, FaultKind> {
    let mut shares = Vec::new();
    for slice in slices {
        let exact = |bound: Exact| bound.quantity().ok_or(FaultKind::Overflow);
        let from = exact(slice.from)?;
        if value <= from {
            break;
        }
        let end = match slice.to {
            Some(to) => value.min(exact(to)?),
            None => value,
        };
        let Some(rate) = slice.rate else {
            return Err(FaultKind::NoRow {
                table: table.to_owned(),
                input: slice.span(),
            });
        };
        let length = from.checked_neg().and_then(|from| end.checked_add(from));
        let length = length.ok_or(FaultKind::Overflow)?;
        let points = length.checked_mul(exact(rate)?);
        shares.push(SliceShare {
            slice: slice.clone(),
            length,
            points: points.ok_or(FaultKind::Overflow)?,
        });
    }
    Ok(shares)
}

/// What all slices of a value earn together.
pub fn sum(shares: &[SliceShare]) -> Option<Quantity> {
    let mut shares = shares.iter();
    shares.try_fold(Quantity::ZERO, |sum, share| sum.checked_add(share.points))
}
