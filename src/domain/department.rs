//! Departments 部门 and the registry that follows them through reorganisations.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::ids::{DepartmentId, JurisdictionCode};
use crate::jurisdiction::JurisdictionTree;
use crate::period::DateRange;

/// Peer group 考核分组: departments are ranked among their like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DepartmentGroup {
    /// 省直
    Provincial,
    /// 市直
    Municipal,
    /// 区县
    District,
    /// 公共企事业单位
    PublicService,
}

impl DepartmentGroup {
    /// All groups, in the order of reports.
    pub const ALL: [Self; 4] = [
        Self::Provincial,
        Self::Municipal,
        Self::District,
        Self::PublicService,
    ];

    /// Stable English name, used in rules and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provincial => "provincial",
            Self::Municipal => "municipal",
            Self::District => "district",
            Self::PublicService => "public_service",
        }
    }

    /// Chinese name, used in files and on pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Provincial => "省直",
            Self::Municipal => "市直",
            Self::District => "区县",
            Self::PublicService => "公共企事业单位",
        }
    }

    /// The group by its Chinese or English name.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL
            .into_iter()
            .find(|group| group.name() == name || group.title() == name)
    }
}

/// One department, as it is or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Unified social credit code.
    pub id: DepartmentId,
    /// Name as published.
    pub name: String,
    /// The jurisdiction it serves.
    pub jurisdiction: JurisdictionCode,
    /// Peer group.
    pub group: DepartmentGroup,
    /// Days on which it exists.
    pub valid: DateRange,
    /// The department that took over when this one ended 合并/更名.
    pub successor: Option<DepartmentId>,
}

/// What is wrong with a registry as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Successors form a ring.
    #[error("部门 {department} 的承继关系成环 (successors form a cycle)")]
    SuccessorCycle {
        /// A department of the ring.
        department: DepartmentId,
    },
    /// Two versions of a jurisdiction hold on one day.
    #[error(
        "行政区划 {jurisdiction} 有两条记录的有效期重叠，请补填前一条的失效日期 \
         (two versions of a jurisdiction overlap)"
    )]
    AmbiguousJurisdiction {
        /// Its code.
        jurisdiction: JurisdictionCode,
    },
    /// A department names a jurisdiction that is not registered.
    #[error("部门 {department} 所属行政区划 {jurisdiction} 未登记 (unknown jurisdiction)")]
    UnknownJurisdiction {
        /// The department.
        department: DepartmentId,
        /// The code it names.
        jurisdiction: JurisdictionCode,
    },
}

/// Jurisdictions and departments together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// The jurisdictions.
    pub jurisdictions: JurisdictionTree,
    departments: BTreeMap<DepartmentId, Department>,
}

impl Registry {
    /// A registry; refuses successor rings, unknown jurisdictions and overlapping versions of one.
    pub fn new(
        jurisdictions: JurisdictionTree,
        departments: impl IntoIterator<Item = Department>,
    ) -> Result<Self, RegistryError> {
        let departments: BTreeMap<_, _> = departments
            .into_iter()
            .map(|dept| (dept.id.clone(), dept))
            .collect();
        let registry = Self {
            jurisdictions,
            departments,
        };
        if let Some(jurisdiction) = registry.jurisdictions.ambiguous() {
            return Err(RegistryError::AmbiguousJurisdiction {
                jurisdiction: jurisdiction.clone(),
            });
        }
        for department in registry.departments.values() {
            if registry
                .jurisdictions
                .get(&department.jurisdiction)
                .is_none()
            {
                return Err(RegistryError::UnknownJurisdiction {
                    department: department.id.clone(),
                    jurisdiction: department.jurisdiction.clone(),
                });
            }
            if registry.successors(&department.id).count() > registry.departments.len() {
                return Err(RegistryError::SuccessorCycle {
                    department: department.id.clone(),
                });
            }
        }
        Ok(registry)
    }

    /// The department of a code, ended or not.
    pub fn get(&self, id: &DepartmentId) -> Option<&Department> {
        self.departments.get(id)
    }

    /// All departments by code, ended ones included.
    pub fn departments(&self) -> impl Iterator<Item = &Department> {
        self.departments.values()
    }

    /// The departments that exist on the day.
    pub fn active_on(&self, day: NaiveDate) -> impl Iterator<Item = &Department> {
        self.departments
            .values()
            .filter(move |dept| dept.valid.contains(day))
    }

    /// Who answers on the day for what the department did: itself while it exists, else the
    /// successor in the chain that exists (none: nobody answers).
    pub fn answerable_on(&self, id: &DepartmentId, day: NaiveDate) -> Option<&Department> {
        self.successors(id)
            .take(self.departments.len() + 1)
            .find(|dept| dept.valid.contains(day))
    }

    /// The department and those after it. At most one more than there are departments.
    fn successors(&self, id: &DepartmentId) -> impl Iterator<Item = &Department> {
        let mut next = self.departments.get(id);
        std::iter::from_fn(move || {
            let dept = next?;
            next = dept
                .successor
                .as_ref()
                .and_then(|after| self.departments.get(after));
            Some(dept)
        })
        .take(self.departments.len() + 1)
    }
}
