//! Faults of rules with the names of what they concern: the department, and the row that a file
//! gave.

use std::fmt;

use domain::Facts;
use engine::Fault;

use crate::error::AssessError;
use crate::frame::{FactFrame, FactTable, file_name};

/// A fault of a rule, named for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// What went wrong, under which rule, where the pack says it.
    pub fault: Fault,
    /// Id and name of the department, where one is concerned.
    pub department: Option<String>,
    /// The row: its table, what identifies it, file and line, where one is concerned.
    pub row: Option<String>,
}

impl From<Fault> for RuleFault {
    fn from(fault: Fault) -> Self {
        let row = fault
            .row
            .map(|row| format!("{} 第 {} 行", fault.table, row + 1));
        Self {
            fault,
            department: None,
            row,
        }
    }
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)?;
        if let Some(department) = &self.department {
            write!(f, "；部门 {department}")?;
        }
        if let Some(row) = &self.row {
            write!(f, "；数据 {row}")?;
        }
        Ok(())
    }
}

/// Faults before there is a frame.
pub(crate) fn unnamed(faults: Vec<Fault>) -> AssessError {
    AssessError::Faults(faults.into_iter().map(RuleFault::from).collect())
}

impl FactFrame {
    /// Faults over this frame, named.
    pub(crate) fn named(&self, facts: &Facts, faults: Vec<Fault>) -> AssessError {
        let name = |fault: Fault| {
            let subject = fault.subject;
            let department = subject.and_then(|subject| self.departments.get(subject));
            let department = department.map(|one| {
                let (id, name) = (one.id.as_str(), &one.name);
                if id == name {
                    name.clone()
                } else {
                    format!("{name}（{id}）")
                }
            });
            let table = FactTable::from_name(&fault.table);
            let origin = table.zip(fault.row);
            let origin = origin.and_then(|(table, row)| self.origin(facts, table, row));
            let mut named = RuleFault::from(fault);
            named.department = department;
            if let Some((fact, source)) = origin {
                let (table, file) = (&named.fault.table, file_name(facts, source));
                named.row = Some(format!("{table} {fact}（{file} 第 {} 行）", source.line));
            }
            named
        };
        AssessError::Faults(faults.into_iter().map(name).collect())
    }
}
