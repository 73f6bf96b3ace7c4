//! The value of a key of a department's result, as text.

use crate::assessment::DepartmentResult;

/// What concerns the whole result.
pub(super) fn overall(result: &DepartmentResult, key: &str) -> Option<String> {
    let none = || "none".to_owned();
    Some(match key {
        "total" => result.total.shown.to_string(),
        "before_bonus" => result.before_bonus.shown.to_string(),
        "grade" => result.grade.clone().unwrap_or_else(none),
        "rank" => result.rank.map_or_else(none, |rank| rank.to_string()),
        "standing" => result.standing.name().to_owned(),
        "vetoes" => result.vetoes.join(", "),
        _ => return None,
    })
}

/// A part of an indicator's result.
pub(super) fn indicator(result: &DepartmentResult, id: &str, part: &str) -> Option<String> {
    let found = result.indicator(id)?;
    Some(match part {
        "points" if found.status.is_not_applicable() && found.score.counted.is_zero() => {
            found.status.name().to_owned()
        }
        "points" => found.score.shown.to_string(),
        "status" => found.status.name().to_owned(),
        "cases" => found.cases.to_string(),
        "available" => found.available.to_string(),
        "value" => found.value.as_ref()?.to_string(),
        _ => return None,
    })
}
