//! The tables of what others report: `judgements`, `measures`.

use domain::Decimal4;
use engine::ColumnData;

use super::{Builder, FactTable, Grouped};
use crate::error::AssessError;

fn numbers(all: impl Iterator<Item = Decimal4>) -> ColumnData {
    ColumnData::numbers(all.map(Decimal4::units).collect())
}

impl Builder<'_> {
    /// A judgement is of the department judged alone: one that took over from it is judged itself,
    /// and nobody has two judgements of one indicator.
    pub(super) fn judgements(&mut self) -> Result<(), AssessError> {
        let facts = self.facts;
        let owners: Vec<_> = facts
            .judgements
            .iter()
            .map(|row| {
                let own = self.owners.identity(&row.department) == &row.department;
                let counts = own && row.period == self.period;
                counts.then(|| self.owners.subject(&row.department))?
            })
            .collect();
        let grouped = Grouped::new(self.subjects, &owners);
        let rows = Self::rows_of(&facts.judgements, &grouped);
        let columns = vec![
            (
                "indicator",
                ColumnData::texts(rows.iter().map(|row| &row.indicator)),
            ),
            ("value", numbers(rows.iter().map(|row| row.value))),
            (
                "reason",
                ColumnData::texts(rows.iter().map(|row| &row.reason)),
            ),
            (
                "assessor",
                ColumnData::texts(rows.iter().map(|row| &row.assessor)),
            ),
            (
                "signed_on",
                ColumnData::dates(rows.iter().map(|row| row.signed_on)),
            ),
        ];
        self.set(FactTable::Judgements, grouped, columns)
    }

    pub(super) fn measures(&mut self) -> Result<(), AssessError> {
        let facts = self.facts;
        let owners: Vec<_> = facts
            .measures
            .iter()
            .map(|row| {
                let in_period = row.period == self.period;
                in_period.then(|| self.owners.subject(&row.department))?
            })
            .collect();
        let grouped = Grouped::new(self.subjects, &owners);
        let rows = Self::rows_of(&facts.measures, &grouped);
        let columns = vec![
            (
                "measure",
                ColumnData::texts(rows.iter().map(|row| &row.measure)),
            ),
            ("achieved", numbers(rows.iter().map(|row| row.achieved))),
            ("population", numbers(rows.iter().map(|row| row.population))),
        ];
        self.set(FactTable::Measures, grouped, columns)
    }
}
