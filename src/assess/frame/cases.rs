//! The tables of cases: `requests`, `demands`, `corrections`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};
use domain::DepartmentId;
use domain::facts::{Request, RequestOutcome};
use engine::ColumnData;

use super::{Builder, FactTable, Grouped};
use crate::error::AssessError;

/// Months back from the period's end in which delivered data ought to be in use.
const DEMAND_MONTHS: u32 = 6;

impl Builder<'_> {
    /// What was known at the period's end: a later event has not happened yet (trap T17).
    fn by_then(&self, day: Option<NaiveDate>) -> Option<NaiveDate> {
        day.filter(|day| *day <= self.period.last_day())
    }

    fn outcome_by_then(&self, request: &Request) -> RequestOutcome {
        let later = request
            .replied_on
            .is_some_and(|day| day > self.period.last_day());
        if later {
            RequestOutcome::Open
        } else {
            request.outcome
        }
    }

    /// The day the delivery term starts. Requests not agreed have no such term; a date column that
    /// starts one must be there all the same.
    fn agreed_on(&self, request: &Request) -> NaiveDate {
        let agreed = self.outcome_by_then(request) == RequestOutcome::Agreed;
        request
            .replied_on
            .filter(|_| agreed)
            .unwrap_or(request.received_on)
    }

    pub(super) fn requests(&mut self) -> Result<(), AssessError> {
        let last_day = self.period.last_day();
        let facts = self.facts;
        let owner = |request: &Request| {
            let known = request.received_on <= last_day;
            known.then(|| self.owners.subject(&request.provider))?
        };
        let owners: Vec<_> = facts.requests.iter().map(owner).collect();
        let grouped = Grouped::new(self.subjects, &owners);
        let rows = Self::rows_of(&facts.requests, &grouped);
        let importance = rows.iter().map(|row| {
            let resource = self.resource(&row.resource, FactTable::Requests, row.source)?;
            Ok(self.importance_of(resource))
        });
        let importance = importance.collect::<Result<_, AssessError>>()?;
        let consumers = rows.iter().map(|row| self.owners.identity(&row.consumer));
        let consented = rows
            .iter()
            .map(|row| self.by_then(row.extension_consented_on));
        let extension = rows.iter().map(|row| i64::from(row.extension_days));
        let columns = vec![
            ("id", ColumnData::texts(rows.iter().map(|row| &row.id))),
            (
                "resource",
                ColumnData::texts(rows.iter().map(|row| row.resource.as_str())),
            ),
            (
                "consumer",
                ColumnData::texts(consumers.map(DepartmentId::as_str)),
            ),
            (
                "share_type",
                ColumnData::texts(rows.iter().map(|row| row.share_type.name())),
            ),
            (
                "outcome",
                ColumnData::texts(rows.iter().map(|row| self.outcome_by_then(row).name())),
            ),
            (
                "received_on",
                ColumnData::dates(rows.iter().map(|row| row.received_on)),
            ),
            (
                "replied_on",
                ColumnData::optional_dates(rows.iter().map(|row| self.by_then(row.replied_on))),
            ),
            (
                "delivered_on",
                ColumnData::optional_dates(rows.iter().map(|row| self.by_then(row.delivered_on))),
            ),
            (
                "agreed_on",
                ColumnData::dates(rows.iter().map(|row| self.agreed_on(row))),
            ),
            (
                "extension_consented_on",
                ColumnData::optional_dates(consented),
            ),
            ("extension_days", ColumnData::numbers(extension.collect())),
            ("importance", ColumnData::numbers(importance)),
        ];
        self.set(FactTable::Requests, grouped, columns)
    }

    pub(super) fn demands(&mut self) -> Result<(), AssessError> {
        let facts = self.facts;
        let last_day = self.period.last_day();
        let after = last_day.checked_sub_months(Months::new(DEMAND_MONTHS));
        let owner = |request: &Request| {
            let delivered = self.by_then(request.delivered_on)?;
            let counts = after.is_none_or(|after| delivered > after)
                && request.outcome == RequestOutcome::Agreed;
            counts.then(|| self.owners.subject(&request.consumer))?
        };
        let owners: Vec<_> = facts.requests.iter().map(owner).collect();
        let grouped = Grouped::new(self.subjects, &owners);
        let rows = Self::rows_of(&facts.requests, &grouped);
        let used = self.used(&rows);
        let importance = rows.iter().map(|row| {
            let resource = self.resource(&row.resource, FactTable::Demands, row.source)?;
            Ok(self.importance_of(resource))
        });
        let importance = importance.collect::<Result<_, AssessError>>()?;
        let providers = rows.iter().map(|row| self.owners.identity(&row.provider));
        let delivered = rows.iter().filter_map(|row| row.delivered_on);
        let columns = vec![
            ("id", ColumnData::texts(rows.iter().map(|row| &row.id))),
            (
                "resource",
                ColumnData::texts(rows.iter().map(|row| row.resource.as_str())),
            ),
            (
                "provider",
                ColumnData::texts(providers.map(DepartmentId::as_str)),
            ),
            ("delivered_on", ColumnData::dates(delivered)),
            ("used", ColumnData::bools(used)),
            ("importance", ColumnData::numbers(importance)),
        ];
        self.set(FactTable::Demands, grouped, columns)
    }

    /// Whether each request's consumer used its resource in the period.
    fn used(&self, rows: &[&Request]) -> Vec<bool> {
        let key = |consumer, resource| {
            let consumer = self.owners.get(consumer).map(|owner| owner.identity)?;
            Some((resource, consumer))
        };
        let mut wanted: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
        for (resource, consumer) in rows
            .iter()
            .filter_map(|row| key(&row.consumer, row.resource.as_str()))
        {
            wanted.entry(resource).or_default().insert(consumer);
        }
        let mut seen: BTreeSet<(&str, u32)> = BTreeSet::new();
        let mut resource: Option<(&str, Option<&BTreeSet<u32>>)> = None;
        for usage in &self.facts.usage {
            let code = usage.resource.as_str();
            let consumers = match resource {
                Some((last, consumers)) if last == code => consumers,
                _ => {
                    let consumers = wanted.get(code);
                    resource = Some((code, consumers));
                    consumers
                }
            };
            let Some(consumers) = consumers else { continue };
            if usage.succeeded == 0 || !self.period.contains(usage.day) {
                continue;
            }
            if let Some(key) = key(&usage.consumer, code)
                && consumers.contains(&key.1)
            {
                seen.insert(key);
            }
        }
        rows.iter()
            .map(|row| {
                key(&row.consumer, row.resource.as_str()).is_some_and(|key| seen.contains(&key))
            })
            .collect()
    }

    pub(super) fn corrections(&mut self) -> Result<(), AssessError> {
        let facts = self.facts;
        let last_day = self.period.last_day();
        let owners: Vec<_> = facts
            .corrections
            .iter()
            .map(|row| (row.received_on <= last_day).then(|| self.owners.subject(&row.provider))?)
            .collect();
        let grouped = Grouped::new(self.subjects, &owners);
        let rows = Self::rows_of(&facts.corrections, &grouped);
        let importance = rows.iter().map(|row| {
            let resource = self.resource(&row.resource, FactTable::Corrections, row.source)?;
            Ok(self.importance_of(resource))
        });
        let importance = importance.collect::<Result<_, AssessError>>()?;
        let requesters = rows.iter().map(|row| self.owners.identity(&row.requester));
        let completed = rows.iter().map(|row| self.by_then(row.completed_on));
        let columns = vec![
            ("id", ColumnData::texts(rows.iter().map(|row| &row.id))),
            (
                "resource",
                ColumnData::texts(rows.iter().map(|row| row.resource.as_str())),
            ),
            (
                "requester",
                ColumnData::texts(requesters.map(DepartmentId::as_str)),
            ),
            (
                "received_on",
                ColumnData::dates(rows.iter().map(|row| row.received_on)),
            ),
            ("completed_on", ColumnData::optional_dates(completed)),
            (
                "upheld",
                ColumnData::bools(rows.iter().map(|row| row.upheld).collect()),
            ),
            ("importance", ColumnData::numbers(importance)),
        ];
        self.set(FactTable::Corrections, grouped, columns)
    }
}
