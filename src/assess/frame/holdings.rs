//! The tables of what a department has and is held to: `resources`, `incidents`, `feedback`,
//! `safeguards`.

use std::collections::HashMap;

use chrono::Datelike;
use domain::catalogue::{Resource, ResourceCheck};
use domain::{Facts, Period};
use engine::{ColumnData, Frame, Schema};

use super::{Builder, FactTable, Grouped};
use crate::error::AssessError;

/// The inspection of each resource in the period, by code.
fn checks(facts: &Facts, period: Period) -> HashMap<&str, &ResourceCheck> {
    let checks = facts.checks.iter();
    checks
        .filter(|check| check.period == period)
        .map(|check| (check.resource.as_str(), check))
        .collect()
}

/// All columns of `resources` for the given entries.
fn resource_columns(
    rows: &[&Resource],
    checks: &HashMap<&str, &ResourceCheck>,
    importance: Vec<i64>,
) -> Vec<(&'static str, ColumnData)> {
    let check = |row: &Resource| checks.get(row.code.as_str()).copied();
    let texts = |text: fn(&Resource) -> &str| ColumnData::texts(rows.iter().map(|row| text(row)));
    let numbers = |value: &dyn Fn(&Resource) -> i64| {
        ColumnData::numbers(rows.iter().map(|row| value(row)).collect())
    };
    let checked = |value: fn(&ResourceCheck) -> u32| {
        numbers(&|row: &Resource| check(row).map_or(0, |check| i64::from(value(check))))
    };
    let updated = rows.iter().map(|row| check(row)?.updated_on);
    vec![
        ("code", texts(|row| row.code.as_str())),
        ("class", texts(|row| row.class.as_str())),
        ("format", texts(|row| row.format.as_str())),
        ("share_type", texts(|row| row.share_type.name())),
        ("update_cycle", texts(|row| row.update_cycle.name())),
        ("grade", numbers(&|row| i64::from(row.grade))),
        ("item_count", numbers(&|row| i64::from(row.item_count))),
        (
            "mounted",
            ColumnData::bools(rows.iter().map(|row| row.mounted).collect()),
        ),
        (
            "published_on",
            ColumnData::dates(rows.iter().map(|row| row.published_on)),
        ),
        (
            "checked",
            ColumnData::bools(rows.iter().map(|row| check(row).is_some()).collect()),
        ),
        ("updated_on", ColumnData::optional_dates(updated)),
        ("records_checked", checked(|check| check.records_checked)),
        ("records_passed", checked(|check| check.records_passed)),
        ("importance", ColumnData::numbers(importance)),
    ]
}

/// A frame of one subject that holds every resource in the order of the facts: what importance is
/// computed over, whoever answers for the resource.
pub(crate) fn all_resources(
    facts: &Facts,
    schema: &Schema,
    period: Period,
) -> Result<Frame, AssessError> {
    let rows: Vec<&Resource> = facts.resources.iter().collect();
    let mut frame = Frame::empty(schema, 1);
    let columns = resource_columns(&rows, &checks(facts, period), vec![0; rows.len()]);
    let end = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    frame.set_table(schema, FactTable::Resources.name(), vec![0, end], columns)?;
    Ok(frame)
}

impl Builder<'_> {
    pub(super) fn resources(&mut self) -> Result<(), AssessError> {
        let facts = self.facts;
        let last_day = self.period.last_day();
        let owners: Vec<_> = facts
            .resources
            .iter()
            .map(|row| {
                (row.published_on <= last_day).then(|| self.owners.subject(&row.provider))?
            })
            .collect();
        let grouped = Grouped::new(self.subjects, &owners);
        let rows = Self::rows_of(&facts.resources, &grouped);
        let importance = grouped.facts.iter().map(|index| self.importance_of(*index));
        let columns = resource_columns(&rows, &checks(facts, self.period), importance.collect());
        self.set(FactTable::Resources, grouped, columns)
    }

    pub(super) fn incidents(&mut self) -> Result<(), AssessError> {
        let facts = self.facts;
        let period = self.period;
        let counts =
            |day: chrono::NaiveDate| day.year() == period.year() && day <= period.last_day();
        let owners: Vec<_> = facts
            .incidents
            .iter()
            .map(|row| counts(row.confirmed_on).then(|| self.owners.subject(&row.department))?)
            .collect();
        let grouped = Grouped::new(self.subjects, &owners);
        let rows = Self::rows_of(&facts.incidents, &grouped);
        let in_period = rows.iter().map(|row| period.contains(row.confirmed_on));
        let columns = vec![
            ("id", ColumnData::texts(rows.iter().map(|row| &row.id))),
            ("code", ColumnData::texts(rows.iter().map(|row| &row.code))),
            (
                "occurred_on",
                ColumnData::dates(rows.iter().map(|row| row.occurred_on)),
            ),
            (
                "confirmed_on",
                ColumnData::dates(rows.iter().map(|row| row.confirmed_on)),
            ),
            ("in_period", ColumnData::bools(in_period.collect())),
        ];
        self.set(FactTable::Incidents, grouped, columns)
    }

    pub(super) fn feedback(&mut self) -> Result<(), AssessError> {
        let facts = self.facts;
        let period = self.period;
        let owners: Vec<_> = facts
            .feedback
            .iter()
            .map(|row| {
                let in_period = period.contains(row.received_on);
                in_period.then(|| self.owners.subject(&row.department))?
            })
            .collect();
        let grouped = Grouped::new(self.subjects, &owners);
        let rows = Self::rows_of(&facts.feedback, &grouped);
        let answered = rows
            .iter()
            .map(|row| row.answered_on.filter(|day| *day <= period.last_day()));
        let rating = rows.iter().map(|row| i64::from(row.rating));
        let columns = vec![
            ("id", ColumnData::texts(rows.iter().map(|row| &row.id))),
            (
                "channel",
                ColumnData::texts(rows.iter().map(|row| &row.channel)),
            ),
            (
                "received_on",
                ColumnData::dates(rows.iter().map(|row| row.received_on)),
            ),
            ("answered_on", ColumnData::optional_dates(answered)),
            ("rating", ColumnData::numbers(rating.collect())),
        ];
        self.set(FactTable::Feedback, grouped, columns)
    }

    pub(super) fn safeguards(&mut self) -> Result<(), AssessError> {
        let facts = self.facts;
        let owners: Vec<_> = facts
            .safeguards
            .iter()
            .map(|row| {
                let in_period = row.period == self.period;
                in_period.then(|| self.owners.subject(&row.department))?
            })
            .collect();
        let grouped = Grouped::new(self.subjects, &owners);
        let rows = Self::rows_of(&facts.safeguards, &grouped);
        let columns = vec![
            (
                "kind",
                ColumnData::texts(rows.iter().map(|row| row.kind.name())),
            ),
            (
                "required",
                ColumnData::numbers(rows.iter().map(|row| i64::from(row.required)).collect()),
            ),
            (
                "met",
                ColumnData::numbers(rows.iter().map(|row| i64::from(row.met)).collect()),
            ),
        ];
        self.set(FactTable::Safeguards, grouped, columns)
    }
}
