//! What keeps a month from being assessed because nobody has said it yet: judgements above all.

use std::fmt;

use domain::DepartmentId;
use engine::pack::NotApplicable;

use crate::assessment::Status;
use crate::month::Month;

/// An indicator of a department without the value that it needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// Department.
    pub department: DepartmentId,
    /// Its name.
    pub name: String,
    /// Indicator id.
    pub indicator: String,
    /// Its title.
    pub title: String,
    /// Why there is no value.
    pub status: Status,
    /// Whether the month cannot be assessed without it; otherwise the pack says what happens.
    pub required: bool,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, title, .. } = self;
        write!(f, "{name}“{title}”（{}）", self.status.title())
    }
}

impl Month<'_> {
    /// What is still to be judged, and what else the pack requires and nobody delivered, by
    /// department and in the order of the pack.
    pub fn missing(&self) -> Vec<Missing> {
        let mut all = Vec::new();
        for (subject, department) in self.departments().iter().enumerate() {
            for ((_, indicator), input) in self.indicators().zip(self.inputs(subject)) {
                let status = input.status(&indicator.kind);
                let required = status.is_not_applicable()
                    && indicator.not_applicable == NotApplicable::Required;
                if required || status == Status::NotJudged {
                    all.push(Missing {
                        department: department.id.clone(),
                        name: department.name.clone(),
                        indicator: indicator.id.clone(),
                        title: indicator.title.clone(),
                        status,
                        required,
                    });
                }
            }
        }
        all
    }
}

/// The first of them, one a line, and how many more there are.
pub(crate) fn list(all: &[Missing]) -> String {
    /// Beyond it, a list is looked up, not read.
    const SHOWN: usize = 20;
    let shown = all.iter().take(SHOWN).map(ToString::to_string);
    let mut lines: Vec<String> = shown.collect();
    if all.len() > SHOWN {
        lines.push(format!("另有 {} 项 (and more)", all.len() - SHOWN));
    }
    lines.join("\n  ")
}
