//! The way back from a row of the frame to its fact and the line it was read from.

use domain::Facts;
use domain::facts::{Judgement, SourceLine};

use super::{FactFrame, FactTable};

impl FactFrame {
    /// Index of the fact behind a row of a table.
    pub fn fact_index(&self, table: FactTable, row: usize) -> Option<usize> {
        let rows = self.rows.get(table as usize)?;
        rows.get(row).map(|fact| *fact as usize)
    }

    /// Id of the fact behind a row, in words of its table, and the line it was read from.
    pub fn origin(
        &self,
        facts: &Facts,
        table: FactTable,
        row: usize,
    ) -> Option<(String, SourceLine)> {
        let fact = self.fact_index(table, row)?;
        Some(match table {
            FactTable::Usage => {
                let row = facts.usage.get(fact)?;
                let key = format!("{} {} {}", row.resource, row.consumer, row.day);
                (key, row.source)
            }
            FactTable::Resources => {
                let row = facts.resources.get(fact)?;
                (row.code.to_string(), row.source)
            }
            FactTable::Requests | FactTable::Demands => {
                let row = facts.requests.get(fact)?;
                (row.id.clone(), row.source)
            }
            FactTable::Corrections => {
                let row = facts.corrections.get(fact)?;
                (row.id.clone(), row.source)
            }
            FactTable::Incidents => {
                let row = facts.incidents.get(fact)?;
                (row.id.clone(), row.source)
            }
            FactTable::Feedback => {
                let row = facts.feedback.get(fact)?;
                (row.id.clone(), row.source)
            }
            FactTable::Safeguards => {
                let row = facts.safeguards.get(fact)?;
                (format!("{} {}", row.kind.name(), row.period), row.source)
            }
            FactTable::Judgements => {
                let row = facts.judgements.get(fact)?;
                (judged(row), row.source)
            }
            FactTable::Measures => {
                let row = facts.measures.get(fact)?;
                (format!("{} {}", row.measure, row.period), row.source)
            }
        })
    }
}

/// A judgement is its own evidence: who signed it when, and why.
fn judged(row: &Judgement) -> String {
    let Judgement {
        assessor,
        signed_on,
        reason,
        ..
    } = row;
    format!("{assessor} {signed_on} 评定：{reason}")
}
