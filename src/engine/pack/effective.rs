//! Versions that a row's date picks: a parameter or a table with `by` becomes one table with that date
//! as its last input, so that its rows are found, explained and proved like any others.

use chrono::{Datelike as _, NaiveDate};
use domain::DateRange;

use super::{
    Bound, CellTest, HitPolicy, InputType, Interval, Output, Pack, Parameter, Table, TableInput,
    TableOutput, TableRow,
};
use crate::exact::Exact;

/// The versions of a table as one.
pub(super) fn table(pack: &Pack, id: &str, by: &str) -> Option<Table> {
    let versions: Vec<&Table> = pack.tables.iter().filter(|one| one.id == id).collect();
    let mut merged = (*versions.first()?).clone();
    merged.rows = versions
        .iter()
        .flat_map(|version| {
            version.rows.iter().map(|row| {
                let mut row = row.clone();
                row.when.push(within(version.effective));
                if row.cite.is_empty() {
                    row.cite.clone_from(&version.cite);
                }
                row
            })
        })
        .collect();
    let ranges = versions.iter().map(|version| version.effective).collect();
    merged.inputs.push(date_input(by, ranges));
    Some(merged)
}

/// The values of a parameter as a table.
pub(super) fn parameter(parameter: &Parameter, by: &str) -> Table {
    let row = |value: &super::ParameterValue| TableRow {
        when: vec![within(value.range)],
        value: Output::Number(value.value.rescaled(parameter.scale).unwrap_or(value.value)),
        cite: Vec::new(),
        place: value.place.clone(),
    };
    let ranges = parameter.values.iter().map(|value| value.range).collect();
    Table {
        id: parameter.id.clone(),
        title: parameter.title.clone(),
        cite: parameter.cite.clone(),
        hit: HitPolicy::Unique,
        priorities: Vec::new(),
        inputs: vec![date_input(by, ranges)],
        output: TableOutput::Number {
            unit: parameter.unit,
            scale: parameter.scale,
        },
        rows: parameter.values.iter().map(row).collect(),
        otherwise: None,
        effective: DateRange {
            from: NaiveDate::MIN,
            to: None,
        },
        by: Some(by.to_owned()),
        place: parameter.place.clone(),
    }
}

/// The date, which must lie within a version: what is otherwise holds within them only.
fn date_input(by: &str, mut ranges: Vec<DateRange>) -> TableInput {
    ranges.sort_by_key(|range| range.from);
    let mut joined: Vec<DateRange> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if last.to == Some(range.from) => last.to = range.to,
            _ => joined.push(range),
        }
    }
    TableInput {
        id: by.to_owned(),
        ty: InputType::Date,
        domain: CellTest::Intervals(joined.into_iter().map(interval).collect()),
    }
}

fn within(range: DateRange) -> CellTest {
    CellTest::Intervals(vec![interval(range)])
}

fn interval(range: DateRange) -> Interval {
    let bound = |day: NaiveDate, included| {
        let value = Exact::whole(i128::from(day.num_days_from_ce()));
        Bound { value, included }
    };
    Interval {
        low: Some(bound(range.from, true)),
        high: range.to.map(|day| bound(day, false)),
    }
}
