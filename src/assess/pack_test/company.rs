//! The departments of a case: their groups, and what they were in the period before.

use domain::{DateRange, Department, DepartmentGroup};
use engine::Pack;
use engine::formula::tree::TOTAL;
use engine::pack_test::PackTest;

use crate::error::AssessError;
use crate::prior::{Prior, PriorResult, PriorValue};

/// A department for every subject, in their order.
pub(super) fn departments(case: &PackTest) -> Result<Vec<Department>, AssessError> {
    let department = |(at, name): (usize, &String)| {
        let group = match case.groups.get(&at) {
            None => DepartmentGroup::Municipal,
            Some(group) => DepartmentGroup::from_name(group).ok_or_else(|| unknown_group(group))?,
        };
        Ok(Department {
            id: name.as_str().into(),
            name: name.clone(),
            jurisdiction: "".into(),
            group,
            valid: DateRange {
                from: case.period.first_day(),
                to: None,
            },
            successor: None,
        })
    };
    case.subjects.iter().enumerate().map(department).collect()
}

fn unknown_group(group: &str) -> AssessError {
    let known: Vec<&str> = DepartmentGroup::ALL.iter().map(|one| one.name()).collect();
    let known = known.join(", ");
    AssessError::Rule {
        rule: "groups".to_owned(),
        reason: format!("没有分组“{group}”，可用 {known} (unknown group; known are {known})"),
    }
}

/// The period before, if the case gives one.
pub(super) fn prior(case: &PackTest, pack: &Pack) -> Result<Option<Prior>, AssessError> {
    if case.prior.is_empty() {
        return Ok(None);
    }
    let mut results = Vec::with_capacity(case.prior.len());
    for (subject, given) in &case.prior {
        let name = case.subjects.get(*subject).map_or("", String::as_str);
        let total = given.get(TOTAL).ok_or_else(|| AssessError::Rule {
            rule: "prior".to_owned(),
            reason: format!("“{name}”的上期没有总分 total (no total of the period before)"),
        })?;
        let mut values = Vec::new();
        for (id, value) in given.iter().filter(|(id, _)| *id != TOTAL) {
            if pack.indicator(id).is_none() {
                return Err(AssessError::NoIndicator {
                    indicator: id.clone(),
                });
            }
            values.push(PriorValue {
                indicator: id.clone(),
                value: (*value).into(),
            });
        }
        results.push(PriorResult {
            department: name.into(),
            total: (*total).into(),
            rank: None,
            grade: None,
            values,
        });
    }
    Ok(Some(Prior {
        period: case.period.prev(),
        results,
        rewards: Vec::new(),
    }))
}
