//! 行政区划 and 部门.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::facts::SourceLine;
use domain::period::DateRange;
use domain::uscc::{self, UsccCheck};
use domain::{Department, DepartmentGroup, DepartmentId, Jurisdiction, JurisdictionCode, Level};

use super::links::{Chain, Link, follow};
use crate::cells::Cells;
use crate::layout::{departments, jurisdictions};
use crate::reading::Tally;
use crate::reject::Reject;
use crate::scope::{Scope, malformed_uscc};
use crate::table::{Parsed, Table};

/// 行政区划
pub(crate) struct Jurisdictions;

impl Table for Jurisdictions {
    type Row = Jurisdiction;
    type Key = (JurisdictionCode, NaiveDate);

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        _: &mut Scope<'_>,
        _: &mut Tally,
    ) -> Result<Parsed<Jurisdiction>, Reject> {
        use jurisdictions::{CODE, FROM, LEVEL, NAME, PARENT, TO};
        let level = cells.term(LEVEL, Level::from_name, "国家、省级、市级、县级")?;
        let parent = if cells.raw(PARENT).is_empty() && level <= Level::Province {
            None
        } else {
            Some(JurisdictionCode::new(cells.jurisdiction(PARENT)?))
        };
        let mut valid = Jurisdiction::always();
        if !cells.raw(FROM).is_empty() {
            valid.from = cells.date(FROM)?;
        }
        if !cells.raw(TO).is_empty() {
            valid.to = Some(cells.date(TO)?);
        }
        if valid.is_empty() {
            let what = ("不晚于生效日期", "ends before it begins");
            return Err(cells.reject(TO, "order", what, "请核对两个日期"));
        }
        Ok(Parsed::Good(Jurisdiction {
            code: JurisdictionCode::new(cells.jurisdiction(CODE)?),
            name: cells.filled_text(NAME)?,
            level,
            parent,
            valid,
        }))
    }

    fn key(row: &Jurisdiction) -> (JurisdictionCode, NaiveDate) {
        (row.code.clone(), row.valid.from)
    }

    fn place(_: &mut Jurisdiction, _: SourceLine) {}

    fn settle(&self, rows: &[(u32, Jurisdiction)], scope: &Scope<'_>) -> Vec<(usize, Reject)> {
        let here: HashMap<_, _> = rows.iter().map(|(_, row)| (&row.code, row)).collect();
        let tree = &scope.context.registry.jurisdictions;
        let get = |code: &JurisdictionCode| here.get(code).copied().or_else(|| tree.get(code));
        let chains = follow(
            rows.iter().map(|(_, row)| row.code.clone()),
            |code| match get(code) {
                None => Link::Unknown,
                Some(node) => node.parent.clone().map_or(Link::End, Link::To),
            },
        );
        let parent_column = jurisdictions::COLUMNS.get(jurisdictions::PARENT);
        let column = parent_column.map_or("", |column| column.name);
        let mut bad = Vec::new();
        for (index, ((line, row), chain)) in rows.iter().zip(chains).enumerate() {
            let Some(parent) = &row.parent else { continue };
            let reason = match chain {
                Chain::Dangling => "未登记，或其上级未登记 (unknown superior)",
                // A version of before may have another superior than the one the chain follows.
                _ if get(parent).is_none() => "未登记 (unknown superior)",
                Chain::Ring => "使上下级关系成环 (superiors form a cycle)",
                Chain::Sound if get(parent).is_some_and(|node| node.level >= row.level) => {
                    "的级别不高于本级 (superior is not of a higher level)"
                }
                Chain::Sound => continue,
            };
            bad.push((
                index,
                Reject {
                    line: *line,
                    column: column.to_owned(),
                    value: parent.to_string(),
                    code: "parent",
                    reason: format!("第 {line} 行“{column}”的值“{parent}”{reason}"),
                    remedy: "请在同一文件中补上上级行政区划，或更正代码和级别".to_owned(),
                },
            ));
        }
        bad
    }
}

/// 部门
pub(crate) struct Departments;

/// A department's code: lower case folded, a wrong check character reported only (T24).
pub(super) fn department_code(
    cells: &Cells<'_>,
    column: usize,
) -> Result<(DepartmentId, Option<char>), Reject> {
    let code = cells.id(column)?.to_ascii_uppercase();
    match uscc::check(&code) {
        UsccCheck::Valid => Ok((DepartmentId::new(code), None)),
        UsccCheck::WrongCheckCharacter { expected } => {
            Ok((DepartmentId::new(code), Some(expected)))
        }
        UsccCheck::Malformed => Err(malformed_uscc(cells, column)),
    }
}

impl Table for Departments {
    type Row = Department;
    type Key = DepartmentId;

    fn parse(
        &mut self,
        cells: &Cells<'_>,
        scope: &mut Scope<'_>,
        tally: &mut Tally,
    ) -> Result<Parsed<Department>, Reject> {
        use departments::{ENDED, FOUNDED, GROUP, ID, JURISDICTION, NAME, SUCCESSOR};
        let (id, expected) = department_code(cells, ID)?;
        let name = cells.filled_text(NAME)?;
        let jurisdiction = scope.jurisdiction(cells, JURISDICTION)?;
        let titles = DepartmentGroup::ALL.map(DepartmentGroup::title);
        let group = cells.term(GROUP, DepartmentGroup::from_name, titles.join("、"))?;
        let from = cells.date(FOUNDED)?;
        let to = if cells.raw(ENDED).is_empty() {
            None
        } else {
            Some(cells.date(ENDED)?)
        };
        let valid = DateRange { from, to };
        if valid.is_empty() {
            let what = ("不晚于成立日期", "department ends before it begins");
            return Err(cells.reject(ENDED, "order", what, "请核对两个日期"));
        }
        let successor = if cells.raw(SUCCESSOR).is_empty() {
            None
        } else {
            Some(department_code(cells, SUCCESSOR)?.0)
        };
        if successor.is_some() && to.is_none() {
            let what = ("已填，但终止日期为空", "successor without an end date");
            return Err(cells.reject(SUCCESSOR, "order", what, "请补填终止日期"));
        }
        if let Some(expected) = expected {
            let message = format!(
                "第 {} 行 {name} 的统一社会信用代码 {id} 校验码应为 {expected}，已照原样采用 \
                 (wrong check character)",
                cells.line
            );
            tally.warn("ingest.uscc_check", cells.line, 0, message);
        }
        Ok(Parsed::Good(Department {
            id,
            name,
            jurisdiction,
            group,
            valid,
            successor,
        }))
    }

    fn key(row: &Department) -> DepartmentId {
        row.id.clone()
    }

    fn place(_: &mut Department, _: SourceLine) {}

    fn settle(&self, rows: &[(u32, Department)], scope: &Scope<'_>) -> Vec<(usize, Reject)> {
        let here: HashMap<_, _> = rows.iter().map(|(_, row)| (&row.id, row)).collect();
        let registry = scope.context.registry;
        let chains = follow(rows.iter().map(|(_, row)| row.id.clone()), |id| match here
            .get(id)
            .copied()
            .or_else(|| registry.get(id))
        {
            None => Link::Unknown,
            Some(dept) => dept.successor.clone().map_or(Link::End, Link::To),
        });
        let successor_column = departments::COLUMNS.get(departments::SUCCESSOR);
        let column = successor_column.map_or("", |column| column.name);
        let mut bad = Vec::new();
        for (index, ((line, row), chain)) in rows.iter().zip(chains).enumerate() {
            let reason = match chain {
                Chain::Sound => continue,
                Chain::Dangling => "未登记，或其后的承继部门未登记 (unknown successor)",
                Chain::Ring => "使承继关系成环 (successors form a cycle)",
            };
            let value = row.successor.as_ref().map_or("", DepartmentId::as_str);
            bad.push((
                index,
                Reject {
                    line: *line,
                    column: column.to_owned(),
                    value: value.to_owned(),
                    code: "successor",
                    reason: format!("第 {line} 行“{column}”的值“{value}”{reason}"),
                    remedy: "请在同一文件中补上承继部门，或更正代码".to_owned(),
                },
            ));
        }
        bad
    }
}
