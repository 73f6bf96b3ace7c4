//! Look-ups in decision tables: nanoseconds by rows, inputs and where the hit lies, with a scan of the
//! rows from the top as the reference.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use chrono::NaiveDate;
use domain::{DateRange, Place};
use engine::pack::{
    Bound, CellTest, HitPolicy, InputType, Interval, Output, Table, TableInput, TableOutput,
    TableRow,
};
use engine::table::{Hit, Input, Lookup};
use engine::{Exact, Unit};

use crate::Failure;
use crate::figures::grouped;
use crate::timing::alone;

/// Rows of the tables.
const SIZES: [usize; 3] = [10, 1_000, 16_369];
/// Inputs of the tables.
const INPUTS: [usize; 3] = [1, 2, 4];
/// Look-ups timed at once.
const REPEATS: u32 = 2_000;
/// Length of the interval of a cell.
const STEP: i64 = 10;

/// A value of an input, as it is looked up.
#[derive(Clone, Copy)]
enum Value<'a> {
    Number(i64),
    Text(&'a str),
}

/// Intervals of numbers or days at even places, texts at odd ones.
fn types(inputs: usize) -> Vec<InputType> {
    let all = [
        InputType::Number,
        InputType::Text,
        InputType::Date,
        InputType::Text,
    ];
    all.into_iter().cycle().take(inputs).collect()
}

/// The least side of a grid with room for the rows.
fn side(rows: usize, inputs: usize) -> usize {
    let cells = |side: usize| (0..inputs).fold(1_usize, |all, _| all.saturating_mul(side));
    (1..=rows).find(|side| cells(*side) >= rows).unwrap_or(rows)
}

/// The coordinates of a row in the grid.
fn digits(row: usize, side: usize, inputs: usize) -> impl Iterator<Item = usize> {
    let mut rest = row;
    (0..inputs).map(move |_| {
        let digit = rest % side;
        rest /= side;
        digit
    })
}

fn whole(value: i64) -> Exact {
    Exact::whole(i128::from(value))
}

fn test(ty: InputType, digit: usize) -> CellTest {
    if ty == InputType::Text {
        return CellTest::Texts {
            listed: vec![code(digit)],
            negated: false,
        };
    }
    let low = i64::try_from(digit).unwrap_or(0) * STEP;
    let bound = |value, included| {
        let value = whole(value);
        Some(Bound { value, included })
    };
    CellTest::Intervals(vec![Interval {
        low: bound(low, true),
        high: bound(low + STEP, false),
    }])
}

fn code(digit: usize) -> String {
    format!("code-{digit}")
}

/// A grid of `rows` cells.
fn table(rows: usize, inputs: usize) -> Table {
    let (side, types) = (side(rows, inputs), types(inputs));
    let row = |row: usize| TableRow {
        when: digits(row, side, inputs)
            .zip(&types)
            .map(|(digit, ty)| test(*ty, digit))
            .collect(),
        value: Output::Number(whole(i64::try_from(row).unwrap_or(0))),
        cite: Vec::new(),
        place: Place::default(),
    };
    let input = |ty: &InputType| TableInput {
        id: "x".to_owned(),
        ty: *ty,
        domain: CellTest::Any,
    };
    Table {
        id: "grid".to_owned(),
        title: String::new(),
        cite: Vec::new(),
        hit: HitPolicy::Unique,
        priorities: Vec::new(),
        inputs: types.iter().map(input).collect(),
        output: TableOutput::Number {
            unit: Unit::None,
            scale: 0,
        },
        rows: (0..rows).map(row).collect(),
        otherwise: None,
        effective: DateRange {
            from: NaiveDate::MIN,
            to: None,
        },
        by: None,
        place: Place::default(),
    }
}

/// What leads to a row; beyond the grid for the row after the last.
fn values<'c>(table: &Table, row: usize, side: usize, codes: &'c [String]) -> Vec<Value<'c>> {
    let beyond = row >= table.rows.len();
    let digits = digits(row, side, table.inputs.len());
    let values = table.inputs.iter().zip(digits).map(|(input, digit)| {
        let digit = if beyond { side } else { digit };
        match (input.ty, codes.get(digit)) {
            (InputType::Text, Some(code)) => Value::Text(code),
            _ => Value::Number(i64::try_from(digit).unwrap_or(0) * STEP + 3),
        }
    });
    values.collect()
}

fn look_up(lookup: &Lookup, values: &[Value<'_>], classes: &mut [usize]) -> Hit {
    for (at, (class, value)) in classes.iter_mut().zip(values).enumerate() {
        *class = lookup.class(
            at,
            match value {
                Value::Number(number) => Input::Number(i128::from(*number), 1),
                Value::Text(text) => Input::Text(text),
            },
        );
    }
    lookup.hit(classes)
}

/// The first row from the top, as one writes it.
fn scan(table: &Table, values: &[Value<'_>]) -> Option<usize> {
    let holds = |(test, value): (&CellTest, &Value<'_>)| match (test, value) {
        (CellTest::Texts { listed, .. }, Value::Text(text)) => listed.iter().any(|one| one == text),
        (CellTest::Intervals(all), Value::Number(number)) => all.iter().any(|one| {
            let value = whole(*number);
            one.low.is_none_or(|low| low.value <= value)
                && one.high.is_none_or(|high| value < high.value)
        }),
        _ => false,
    };
    let mut rows = table.rows.iter();
    rows.position(|row| row.when.iter().zip(values).all(holds))
}

fn nanos(time: Duration, repeats: u32) -> String {
    let tenths = time.as_nanos() * 10 / u128::from(repeats);
    format!("{}.{} ns", grouped(tenths / 10), tenths % 10)
}

/// The table of figures.
pub fn measure() -> Result<String, Failure> {
    let mut text = String::from(
        "| 决策表行数 rows | 输入 inputs | 命中首行 first | 命中末行 last | 未命中 none \
         | 逐行扫描至末行 scan to last |\n|---:|---:|---:|---:|---:|---:|\n",
    );
    for inputs in INPUTS {
        for rows in SIZES {
            let (table, side) = (table(rows, inputs), side(rows, inputs));
            let codes: Vec<String> = (0..=side).map(code).collect();
            let lookup = Lookup::new(&table);
            let mut classes = vec![0; inputs];
            let mut cells = Vec::new();
            for (row, expected) in [
                (0, Hit::Row(0)),
                (rows - 1, Hit::Row(u32::try_from(rows - 1)?)),
                (rows, Hit::None),
            ] {
                let values = values(&table, row, side, &codes);
                if look_up(&lookup, &values, &mut classes) != expected {
                    return Err("查表结果不符 (a look-up is wrong)".into());
                }
                let time = alone(|| {
                    for _ in 0..REPEATS {
                        black_box(look_up(&lookup, black_box(&values), &mut classes));
                    }
                    Ok(())
                })?;
                cells.push(nanos(time, REPEATS));
            }
            let last = values(&table, rows - 1, side, &codes);
            let time = alone(|| Ok(scan(&table, black_box(&last))))?;
            cells.push(nanos(time, 1));
            let size = grouped(rows as u128);
            writeln!(text, "| {size} | {inputs} | {} |", cells.join(" | "))?;
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_and_the_scan_find_the_same_rows() {
        for inputs in INPUTS {
            let (table, side) = (table(1_000, inputs), side(1_000, inputs));
            let codes: Vec<String> = (0..=side).map(code).collect();
            let lookup = Lookup::new(&table);
            let mut classes = vec![0; inputs];
            for row in 0..=1_000 {
                let values = values(&table, row, side, &codes);
                let found = match look_up(&lookup, &values, &mut classes) {
                    Hit::Row(row) => usize::try_from(row).ok(),
                    _ => None,
                };
                assert_eq!(found, scan(&table, &values));
                assert_eq!(found, (row < 1_000).then_some(row));
            }
        }
    }
}
