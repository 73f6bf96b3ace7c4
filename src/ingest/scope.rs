//! Looking up what rows refer to, with a memory of the cells met before: a month of usage names
//! the same few hundred departments again and again.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::uscc::{self, UsccCheck};
use domain::{Department, DepartmentId, JurisdictionCode, Period, ResourceCode};

use crate::cells::Cells;
use crate::context::{Context, KnownResource, same_house};
use crate::reject::{Reject, Unattributed, excerpt};

/// A cell that should name a department.
#[derive(Clone)]
enum Named<'a> {
    Registered(&'a Department),
    Unregistered,
    Malformed,
}

/// Why no department stands behind a well-formed code on a day.
#[derive(Clone, Debug)]
pub(crate) struct Absent {
    code: &'static str,
    reason: String,
    english: &'static str,
    remedy: String,
}

/// The context of a file with its memory.
pub(crate) struct Scope<'a> {
    pub(crate) context: Context<'a>,
    departments: HashMap<String, Named<'a>>,
    resources: HashMap<String, Option<(&'a ResourceCode, &'a KnownResource)>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(context: Context<'a>) -> Self {
        Self {
            context,
            departments: HashMap::new(),
            resources: HashMap::new(),
        }
    }

    fn named(&mut self, cells: &Cells<'_>, column: usize) -> Result<Named<'a>, Reject> {
        let raw = cells.raw(column);
        if let Some(named) = self.departments.get(raw) {
            return Ok(named.clone());
        }
        let id = cells.id(column)?.to_ascii_uppercase();
        let named = if uscc::check(&id) == UsccCheck::Malformed {
            Named::Malformed
        } else {
            let found = self.context.registry.get(&DepartmentId::new(&id));
            found.map_or(Named::Unregistered, Named::Registered)
        };
        self.departments.insert(raw.to_owned(), named.clone());
        Ok(named)
    }

    /// The department a cell names, or why nobody stands behind the code; a cell that is no code
    /// at all is a reject. `exists` says whether the department exists when it matters.
    fn lookup(
        &mut self,
        cells: &Cells<'_>,
        column: usize,
        exists: impl Fn(&Department) -> bool,
    ) -> Result<Result<&'a Department, Absent>, Reject> {
        Ok(match self.named(cells, column)? {
            Named::Malformed => return Err(malformed_uscc(cells, column)),
            Named::Unregistered => Err(Absent {
                code: "unknown_department",
                reason: "不是已登记的部门".to_owned(),
                english: "unknown department",
                remedy: "请核对代码，或先导入“部门”文件".to_owned(),
            }),
            Named::Registered(department) if exists(department) => Ok(department),
            Named::Registered(department) => Err(absent(department)),
        })
    }

    /// The registered department a cell names, at whatever time.
    pub(crate) fn department(
        &mut self,
        cells: &Cells<'_>,
        column: usize,
    ) -> Result<DepartmentId, Reject> {
        self.lookup(cells, column, |_| true)?
            .map(|department| department.id.clone())
            .map_err(|why| why.reject(cells, column))
    }

    /// The department a cell names, which must exist on one of the days.
    pub(crate) fn department_on(
        &mut self,
        cells: &Cells<'_>,
        column: usize,
        days: &[NaiveDate],
    ) -> Result<DepartmentId, Reject> {
        let exists = |dept: &Department| days.iter().any(|day| dept.valid.contains(*day));
        self.lookup(cells, column, exists)?
            .map(|department| department.id.clone())
            .map_err(|why| why.reject(cells, column))
    }

    /// The department a cell names, which must exist in some part of the month.
    pub(crate) fn department_in(
        &mut self,
        cells: &Cells<'_>,
        column: usize,
        period: Period,
    ) -> Result<DepartmentId, Reject> {
        let month = domain::period::DateRange {
            from: period.first_day(),
            to: Some(period.next().first_day()),
        };
        self.lookup(cells, column, |dept| dept.valid.overlaps(month))?
            .map(|department| department.id.clone())
            .map_err(|why| why.reject(cells, column))
    }

    /// Like [`Self::department_on`], but a code nobody stands behind is no reject: the caller
    /// lists the row as unattributed.
    pub(crate) fn attribute(
        &mut self,
        cells: &Cells<'_>,
        column: usize,
        day: NaiveDate,
    ) -> Result<Result<DepartmentId, Unattributed>, Reject> {
        let found = self.lookup(cells, column, |dept| dept.valid.contains(day))?;
        Ok(found
            .map(|department| department.id.clone())
            .map_err(|why| Unattributed {
                line: cells.line,
                what: format!("{} {}", cells.name(column), excerpt(cells.raw(column))),
                reason: why.sentence(),
            }))
    }

    /// The known resource a cell names.
    pub(crate) fn resource(
        &mut self,
        cells: &Cells<'_>,
        column: usize,
    ) -> Result<(ResourceCode, &'a KnownResource), Reject> {
        let raw = cells.raw(column);
        let known = if let Some(known) = self.resources.get(raw) {
            *known
        } else {
            let code = ResourceCode::new(cells.id(column)?);
            let known = self.context.resources.get_key_value(&code);
            self.resources.insert(raw.to_owned(), known);
            known
        };
        let (code, resource) = known.ok_or_else(|| {
            let what = ("不在目录中", "unknown resource");
            let remedy = "请核对代码，或先导入“目录”文件";
            cells.reject(column, "unknown_resource", what, remedy)
        })?;
        Ok((code.clone(), resource))
    }

    /// Refuses a provider who is not the one of the catalogue, mergers considered.
    pub(crate) fn provides(
        &self,
        cells: &Cells<'_>,
        column: usize,
        provider: &DepartmentId,
        resource: &KnownResource,
    ) -> Result<(), Reject> {
        if same_house(self.context.registry, provider, &resource.provider) {
            return Ok(());
        }
        let what = format!("与目录登记的提供方 {} 不一致", resource.provider);
        Err(cells.reject(
            column,
            "provider_mismatch",
            (&what, "provider differs from the catalogue"),
            "请核对提供方代码与信息资源代码，或更新目录",
        ))
    }

    /// The registered jurisdiction a cell names.
    pub(crate) fn jurisdiction(
        &self,
        cells: &Cells<'_>,
        column: usize,
    ) -> Result<JurisdictionCode, Reject> {
        let code = JurisdictionCode::new(cells.jurisdiction(column)?);
        if self.context.registry.jurisdictions.get(&code).is_some() {
            return Ok(code);
        }
        let what = ("不是已登记的行政区划", "unknown jurisdiction");
        let remedy = "请核对代码，或先导入“行政区划”文件";
        Err(cells.reject(column, "unknown_jurisdiction", what, remedy))
    }
}

impl Absent {
    fn reject(self, cells: &Cells<'_>, column: usize) -> Reject {
        let what = (self.reason.as_str(), self.english);
        cells.reject(column, self.code, what, self.remedy)
    }
}

/// Why a department that is registered can't be named on the day, and who can.
pub(crate) fn absent(department: &Department) -> Absent {
    let Department {
        name,
        valid,
        successor,
        ..
    } = department;
    let span = match valid.to {
        Some(to) => format!("自 {} 起、至 {to} 前", valid.from),
        None => format!("自 {} 起", valid.from),
    };
    Absent {
        code: "inactive_department",
        reason: format!("（{name}）当日不存续，其存续期{span}"),
        english: "department does not exist on the date",
        remedy: match successor {
            Some(after) => format!("此后请填承继部门 {after}"),
            None => "请核对日期与部门代码".to_owned(),
        },
    }
}

impl Absent {
    /// The reason as the list of unattributed rows shows it.
    pub(crate) fn sentence(&self) -> String {
        format!("{}；{} ({})", self.reason, self.remedy, self.english)
    }
}

/// The reject for a cell that is no unified social credit code.
pub(crate) fn malformed_uscc(cells: &Cells<'_>, column: usize) -> Reject {
    let what = (
        "不是 18 位统一社会信用代码",
        "not a unified social credit code",
    );
    let remedy = "请按登记证书填写 18 位代码，并把该列设为“文本”格式";
    cells.reject(column, "uscc", what, remedy)
}
