//! Facts of a period as the engine's frame, with every row traceable to its fact.
//!
//! Subjects are the departments that exist on the period's last day, by id. What an ended
//! department did belongs to the one that answers for it on that day. Values are those known at
//! the period's end: an answer given later is not yet given, so that a late run scores as a
//! punctual one.

use std::collections::{BTreeMap, HashMap};

use domain::facts::SourceLine;
use domain::{Department, DepartmentId, Facts, JurisdictionCode, Period, Registry};
use engine::{ColumnData, Frame, Plan, Schema};

use crate::assessment::Note;
use crate::error::AssessError;
use crate::prior::Prior;

mod cases;
pub(crate) mod holdings;
mod origin;
mod reported;
mod usage;

/// A fact table of the frame, in schema order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactTable {
    /// 共享使用
    Usage,
    /// 信息资源
    Resources,
    /// 共享申请
    Requests,
    /// 已获授权的数据
    Demands,
    /// 校核
    Corrections,
    /// 违规/安全事件
    Incidents,
    /// 社会监督
    Feedback,
    /// 保障
    Safeguards,
    /// 评定
    Judgements,
    /// 指标计量
    Measures,
}

impl FactTable {
    /// All tables in schema order.
    pub const ALL: [Self; 10] = [
        Self::Usage,
        Self::Resources,
        Self::Requests,
        Self::Demands,
        Self::Corrections,
        Self::Incidents,
        Self::Feedback,
        Self::Safeguards,
        Self::Judgements,
        Self::Measures,
    ];

    /// Name in formulas.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Resources => "resources",
            Self::Requests => "requests",
            Self::Demands => "demands",
            Self::Corrections => "corrections",
            Self::Incidents => "incidents",
            Self::Feedback => "feedback",
            Self::Safeguards => "safeguards",
            Self::Judgements => "judgements",
            Self::Measures => "measures",
        }
    }

    /// The table by its name in formulas.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

/// The frame of a period with what leads back from it to the facts.
#[derive(Clone, Debug)]
pub struct FactFrame {
    /// Departments of the frame, by id: subject `i` is `departments[i]`.
    pub departments: Vec<Department>,
    /// The columns.
    pub frame: Frame,
    /// What was left out and why.
    pub notes: Vec<Note>,
    /// Fact index of each row, by table.
    rows: Vec<Vec<u32>>,
}

/// One department's place in the frame.
#[derive(Clone, Copy, Debug)]
struct Owner {
    /// Subject that answers on the last day.
    subject: Option<u32>,
    /// Index into `Owners::jurisdictions` of the answering department, or of itself.
    jurisdiction: u32,
    /// Index into `Owners::ids` of the answering department, or of itself.
    identity: u32,
}

/// Who answers for whom on the last day of the period.
struct Owners<'a> {
    by_id: HashMap<&'a str, Owner>,
    /// Distinct jurisdictions of departments.
    jurisdictions: Vec<JurisdictionCode>,
    /// Ids of all departments ever registered, sorted.
    ids: Vec<&'a DepartmentId>,
}

impl<'a> Owners<'a> {
    fn new(registry: &'a Registry, active: &[Department], period: Period) -> Self {
        let last_day = period.last_day();
        let mut owners = Self {
            by_id: HashMap::new(),
            jurisdictions: Vec::new(),
            ids: registry.departments().map(|dept| &dept.id).collect(),
        };
        for department in registry.departments() {
            let answers = registry.answerable_on(&department.id, last_day);
            let shown = answers.unwrap_or(department);
            let position = |found: Result<usize, usize>| {
                found.ok().and_then(|index| u32::try_from(index).ok())
            };
            let subject = answers.and_then(|answers| {
                position(active.binary_search_by(|dept| dept.id.cmp(&answers.id)))
            });
            let identity = position(owners.ids.binary_search(&&shown.id)).unwrap_or(u32::MAX);
            let jurisdiction = owners.jurisdiction(&shown.jurisdiction);
            let owner = Owner {
                subject,
                jurisdiction,
                identity,
            };
            owners.by_id.insert(department.id.as_str(), owner);
        }
        owners
    }

    fn jurisdiction(&mut self, code: &JurisdictionCode) -> u32 {
        let found = self.jurisdictions.iter().position(|known| known == code);
        let index = found.unwrap_or_else(|| {
            self.jurisdictions.push(code.clone());
            self.jurisdictions.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    fn get(&self, id: &DepartmentId) -> Option<Owner> {
        self.by_id.get(id.as_str()).copied()
    }

    fn subject(&self, id: &DepartmentId) -> Option<u32> {
        self.get(id)?.subject
    }

    /// The id of the department that answers, or of itself when none does.
    fn identity<'b>(&'b self, id: &'b DepartmentId) -> &'b DepartmentId
    where
        'a: 'b,
    {
        self.get(id)
            .and_then(|owner| self.ids.get(owner.identity as usize).copied())
            .unwrap_or(id)
    }
}

/// Rows of a table in the order of subjects: offsets, and the fact index of each row.
struct Grouped {
    offsets: Vec<u32>,
    facts: Vec<u32>,
}

impl Grouped {
    /// Groups fact `i` under `owners[i]`; facts without owner are left out. Order is kept.
    fn new(subjects: usize, owners: &[Option<u32>]) -> Self {
        let mut offsets = vec![0_u32; subjects + 1];
        for owner in owners.iter().flatten() {
            if let Some(count) = offsets.get_mut(*owner as usize + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for offset in &mut offsets {
            total += *offset;
            *offset = total;
        }
        let mut next = offsets.clone();
        let mut facts = vec![0_u32; total as usize];
        for (fact, owner) in (0_u32..).zip(owners) {
            let slot = owner.and_then(|owner| next.get_mut(owner as usize));
            if let Some(slot) = slot {
                if let Some(place) = facts.get_mut(*slot as usize) {
                    *place = fact;
                }
                *slot += 1;
            }
        }
        Self { offsets, facts }
    }
}

/// What every table is built from.
struct Builder<'a> {
    facts: &'a Facts,
    period: Period,
    registry: &'a Registry,
    owners: Owners<'a>,
    subjects: usize,
    schema: &'a Schema,
    /// Importance ×10^4 of `facts.resources`, in its order.
    importance: &'a [i64],
    resources: HashMap<&'a str, u32>,
    frame: Frame,
    rows: Vec<Vec<u32>>,
    notes: Vec<Note>,
}

impl Builder<'_> {
    fn set(
        &mut self,
        table: FactTable,
        grouped: Grouped,
        columns: Vec<(&str, ColumnData)>,
    ) -> Result<(), AssessError> {
        let Grouped { offsets, facts } = grouped;
        self.frame
            .set_table(self.schema, table.name(), offsets, columns)?;
        self.rows.push(facts);
        Ok(())
    }

    /// The facts of a table in row order.
    fn rows_of<'b, T>(all: &'b [T], grouped: &Grouped) -> Vec<&'b T> {
        let facts = grouped.facts.iter();
        facts.filter_map(|fact| all.get(*fact as usize)).collect()
    }

    /// Index of a resource, or the fault that names the row which asks for it.
    fn resource(
        &self,
        code: &domain::ResourceCode,
        table: FactTable,
        source: SourceLine,
    ) -> Result<u32, AssessError> {
        self.resources
            .get(code.as_str())
            .copied()
            .ok_or_else(|| AssessError::UnknownResource {
                table: table.name(),
                resource: code.clone(),
                file: file_name(self.facts, source),
                line: source.line,
            })
    }

    fn importance_of(&self, resource: u32) -> i64 {
        let known = self.importance.get(resource as usize).copied();
        known.unwrap_or_default()
    }
}

/// Name of the file that a row was read from; empty when it is not listed.
pub(crate) fn file_name(facts: &Facts, source: SourceLine) -> String {
    facts
        .batches
        .get(source.batch as usize)
        .map(|batch| batch.file_name.clone())
        .unwrap_or_default()
}

impl FactFrame {
    /// The frame. `importance` ×10^4 is in the order of `facts.resources`.
    pub fn new(
        facts: &Facts,
        registry: &Registry,
        schema: &Schema,
        period: Period,
        importance: &[i64],
    ) -> Result<Self, AssessError> {
        let departments: Vec<Department> = registry.active_on(period.last_day()).cloned().collect();
        let subjects = departments.len();
        let resources = facts.resources.iter().zip(0_u32..);
        let mut builder = Builder {
            facts,
            period,
            registry,
            owners: Owners::new(registry, &departments, period),
            subjects,
            schema,
            importance,
            resources: resources.map(|(r, i)| (r.code.as_str(), i)).collect(),
            frame: Frame::empty(schema, subjects),
            rows: Vec::new(),
            notes: Vec::new(),
        };
        builder.usage()?;
        builder.resources()?;
        builder.requests()?;
        builder.demands()?;
        builder.corrections()?;
        builder.incidents()?;
        builder.feedback()?;
        builder.safeguards()?;
        builder.judgements()?;
        builder.measures()?;
        let Builder {
            frame, rows, notes, ..
        } = builder;
        Ok(Self {
            departments,
            frame,
            notes,
            rows,
        })
    }

    /// A frame made by hand; its rows lead back to no facts.
    pub(crate) const fn by_hand(departments: Vec<Department>, frame: Frame) -> Self {
        Self {
            departments,
            frame,
            notes: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// What formulas compare a department with: its group, and what it was in the period before.
    pub(crate) fn compare(
        &mut self,
        plan: &Plan,
        prior: Option<&Prior>,
    ) -> Result<(), AssessError> {
        let groups = self.departments.iter().map(|dept| dept.group as u32);
        self.frame.set_peers(groups.collect())?;
        self.frame.prior.clear();
        let Some(prior) = prior else { return Ok(()) };
        let before: BTreeMap<_, _> = prior
            .results
            .iter()
            .map(|result| (&result.department, result))
            .collect();
        for id in plan.carried() {
            let value = |department: &Department| {
                let found = before.get(&department.id)?.carried(id)?;
                Some(found.quantity().ok_or_else(|| AssessError::Rule {
                    rule: format!("carry('{id}')"),
                    reason: format!("上期的值 {found} 位数过多 (the value has too many digits)"),
                }))
            };
            let values = self.departments.iter().map(|one| value(one).transpose());
            let values = values.collect::<Result<Vec<_>, _>>()?;
            self.frame.set_prior(id, values)?;
        }
        Ok(())
    }

    /// Subject of a department.
    pub fn subject(&self, id: &DepartmentId) -> Option<usize> {
        self.departments
            .binary_search_by(|dept| dept.id.cmp(id))
            .ok()
    }
}

#[cfg(test)]
mod tests;
