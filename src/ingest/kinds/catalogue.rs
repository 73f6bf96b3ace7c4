//! 目录 and 资源更新与质量抽检.

use domain::catalogue::{Resource, ResourceCheck, ShareType, UpdateCycle};
use domain::facts::SourceLine;
use domain::{Period, ResourceCode};

use crate::cells::Cells;
use crate::layout::{catalogue, checks};
use crate::reading::Tally;
use crate::reject::Reject;
use crate::scope::Scope;
use crate::table::{Parsed, Table};

/// 目录
pub(crate) struct Catalogue;

/// Refuses what the law puts out of scope (T22). The reject names the mark, never the resource.
fn refuse_secret(cells: &Cells<'_>) -> Result<(), Reject> {
    let mark = cells.folded(catalogue::SECRECY);
    if matches!(&*mark, "" | "非涉密" | "不涉密" | "否" | "公开") {
        return Ok(());
    }
    let what = (
        "表明涉密，涉密信息不在本系统范围内",
        "secret matters are out of scope",
    );
    let remedy = "请从导出文件中删去涉密资源；确不涉密的，填“非涉密”";
    Err(cells.reject(catalogue::SECRECY, "secret", what, remedy))
}

fn class(name: &str) -> Option<&'static str> {
    let name = name.strip_suffix('类').unwrap_or(name);
    Some(match name.strip_suffix("信息资源").unwrap_or(name) {
        "基础" | "basic" => "basic",
        "主题" | "theme" => "theme",
        "部门" | "department" => "department",
        _ => return None,
    })
}

fn format(name: &str) -> Option<&'static str> {
    Some(match name {
        "接口" | "api" => "api",
        "库表" | "table" => "table",
        "文件" | "file" => "file",
        _ => return None,
    })
}

fn grade(name: &str) -> Option<u8> {
    Some(match name.strip_suffix('级').unwrap_or(name) {
        "1" | "一" => 1,
        "2" | "二" => 2,
        "3" | "三" => 3,
        "4" | "四" => 4,
        _ => return None,
    })
}

impl Table for Catalogue {
    type Row = Resource;
    type Key = ResourceCode;

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Resource>, Reject> {
        use catalogue::{
            ADDRESS, CLASS, CODE, CONDITION, CYCLE, FORMAT, GRADE, ITEMS, NAME, PROVIDER,
            PUBLISHED, SHARE_TYPE,
        };
        refuse_secret(cells)?;
        let class = if cells.raw(CLASS).is_empty() {
            "department"
        } else {
            let allowed = "基础信息资源、主题信息资源、部门信息资源";
            cells.term(CLASS, class, allowed)?
        };
        let grade = if cells.raw(GRADE).is_empty() {
            1
        } else {
            cells.term(GRADE, grade, "1级、2级、3级、4级")?
        };
        let item_count = cells.count(ITEMS, Some(1))?;
        if item_count == 0 {
            let what = ("应不少于 1", "no information items");
            return Err(cells.reject(ITEMS, "range", what, "请填写信息项的个数"));
        }
        // «none» written out is no address.
        let mounted = !matches!(
            &*cells.folded(ADDRESS),
            "" | "无" | "暂无" | "-" | "/" | "--"
        );
        Ok(Parsed::Good(Resource {
            code: ResourceCode::new(cells.id(CODE)?),
            name: cells.filled_text(NAME)?,
            provider: scope.department(cells, PROVIDER)?,
            class: class.to_owned(),
            format: cells.term(FORMAT, format, "接口、库表、文件")?.to_owned(),
            share_type: share_type(cells, SHARE_TYPE)?,
            share_condition: cells.text(CONDITION)?,
            update_cycle: cells.term(
                CYCLE,
                UpdateCycle::from_name,
                "实时、每日、每周、每旬、每月、每季度、每半年、每年、按需",
            )?,
            grade,
            item_count,
            mounted,
            published_on: cells.past_date(PUBLISHED)?,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &Resource) -> ResourceCode {
        row.code.clone()
    }

    fn place(row: &mut Resource, source: SourceLine) {
        row.source = source;
    }
}

/// A share type by any of its names.
pub(crate) fn share_type(cells: &Cells<'_>, column: usize) -> Result<ShareType, Reject> {
    let allowed = "无条件共享、有条件共享、不予共享（或 1、2、3）";
    cells.term(column, ShareType::from_name, allowed)
}

/// 资源更新与质量抽检
pub(crate) struct Checks;

impl Table for Checks {
    type Row = ResourceCheck;
    type Key = (ResourceCode, Period);

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<ResourceCheck>, Reject> {
        use checks::{CHECKED, PASSED, PERIOD, RESOURCE, UPDATED};
        let (resource, _) = scope.resource(cells, RESOURCE)?;
        let records_checked: u32 = cells.count(CHECKED, None)?;
        let records_passed: u32 = cells.count(PASSED, None)?;
        if records_passed > records_checked {
            let what = ("多于抽检记录数", "more passed than checked");
            return Err(cells.reject(PASSED, "range", what, "请核对两个数"));
        }
        Ok(Parsed::Good(ResourceCheck {
            resource,
            period: cells.period(PERIOD)?,
            updated_on: cells.past_date_if_any(UPDATED)?,
            records_checked,
            records_passed,
            source: SourceLine::default(),
        }))
    }

    fn key(row: &ResourceCheck) -> (ResourceCode, Period) {
        (row.resource.clone(), row.period)
    }

    fn place(row: &mut ResourceCheck, source: SourceLine) {
        row.source = source;
    }
}
