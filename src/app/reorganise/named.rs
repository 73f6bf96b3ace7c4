//! Successors that a departments file names 承继部门: one department takes over all of another. It is a
//! fact of the register; money follows only by a decision with a number.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::succession::{Succession, SuccessionForm};
use domain::{Department, DepartmentId};
use ingest::FileKind;
use ingest::layout::successions::COLUMNS;

/// A department that has ended, and the one that the register names as its successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The department that has ended.
    pub department: DepartmentId,
    /// Who took over.
    pub successor: DepartmentId,
    /// First day on which it no longer is.
    pub effective_on: NaiveDate,
    /// What it looks like: several that go into one are merged, one under another government is
    /// moved, any other is renamed.
    pub form: SuccessionForm,
}

/// The successors that the register names and no decision is known of.
pub(super) fn named(departments: &[Department], known: &[Succession]) -> Vec<Named> {
    let decided: BTreeSet<&DepartmentId> = known.iter().map(|row| &row.department).collect();
    let find = |id: &DepartmentId| departments.iter().find(|own| own.id == *id);
    let all = departments.iter().filter_map(|own| {
        let (successor, effective_on) = (own.successor.as_ref()?, own.valid.to?);
        let after = find(successor).filter(|_| !decided.contains(&own.id))?;
        let into = departments
            .iter()
            .filter(|other| other.successor.as_ref() == Some(successor));
        let form = if into.count() > 1 {
            SuccessionForm::Merged
        } else if after.jurisdiction != own.jurisdiction {
            SuccessionForm::Moved
        } else {
            SuccessionForm::Renamed
        };
        Some(Named {
            department: own.id.clone(),
            successor: successor.clone(),
            effective_on,
            form,
        })
    });
    all.collect()
}

/// The file of successions that says so under a decision: name and content.
pub(super) fn file(named: &[Named], document: &str) -> (String, String) {
    let heads: Vec<&str> = COLUMNS.iter().map(|column| column.name).collect();
    let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = heads.join(",") + "\n";
    for one in named {
        let row = [
            one.department.as_str(),
            one.successor.as_str(),
            "1",
            &one.effective_on.to_string(),
            one.form.title(),
            document,
        ];
        text.push_str(&(row.map(cell).join(",") + "\n"));
    }
    (
        format!("{}-{document}.csv", FileKind::Successions.title()),
        text,
    )
}
