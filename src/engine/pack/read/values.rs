//! `[[parameter]]`, `[[deadline]]`, `[[end]]`.

use domain::DateRange;

use super::super::cursor::Cursor;
use super::super::{Deadline, DeadlineRule, End, Parameter, ParameterValue};
use crate::schema::Unit;

/// Words for units.
pub(super) fn units() -> Vec<(&'static str, Unit)> {
    Unit::ALL.iter().map(|unit| (unit.name(), *unit)).collect()
}

/// The longest term in working days: beyond it a typing error is likelier than a law.
const MAX_WORKDAYS: u32 = 1000;

pub(super) fn parameter(cursor: &mut Cursor<'_>, outer: DateRange) -> Option<Parameter> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[parameter]] {id}");
    }
    let title = cursor.text("title").unwrap_or_default();
    let unit = cursor.word("unit", &units());
    if unit.is_none() && !cursor.has("unit") {
        let message = format!("{} 没有单位 `unit` (no unit)", cursor.what);
        cursor.error(
            "unit",
            "rules.missing_key",
            message,
            "没有单位的写 unit = \"none\"",
        );
    }
    let cite = cursor.cites(true);
    let mut values = Vec::new();
    for entry in cursor.list("values") {
        let number = entry.required_number("value");
        let range = entry.range(outer.from);
        let place = entry.place();
        if let Some(value) = number {
            values.push(ParameterValue {
                range,
                value,
                place,
            });
        }
        entry.finish();
    }
    if values.is_empty() {
        let message = format!("{} 没有任何值 `values` (no values)", cursor.what);
        cursor.error("values", "rules.missing_key", message, "");
        return None;
    }
    values.sort_by_key(|value| value.range.from);
    chain(cursor, &mut values);
    let by = by(cursor);
    let scale = values.iter().map(|value| value.value.scale).max();
    Some(Parameter {
        title,
        unit: unit?,
        cite,
        scale: scale.unwrap_or(0),
        by,
        values,
        place: cursor.place(),
        id: id?,
    })
}

/// The date column that picks a version; none for `period`.
pub(super) fn by(cursor: &Cursor<'_>) -> Option<String> {
    cursor.text("by").filter(|column| column != "period")
}

const SERIES: [(&str, &str); 5] = [
    ("parameter", "parameter"),
    ("table", "table"),
    ("axis", "axis"),
    ("indicator", "indicator"),
    ("deadline", "deadline"),
];

pub(super) fn end(cursor: &mut Cursor<'_>) -> Option<End> {
    let of = cursor.word("of", &SERIES);
    let id = cursor.required_text("id");
    if let (Some(of), Some(id)) = (of, &id) {
        cursor.what = format!("[[end]] {of} {id}");
    }
    let on = cursor.date("on");
    if of.is_none() && !cursor.has("of") || on.is_none() && !cursor.has("on") {
        let message = format!(
            "{} 须写明 of、id、on (of, id and on are needed)",
            cursor.what
        );
        cursor.error("on", "rules.missing_key", message, "");
    }
    let reason = cursor.required_text("reason");
    let cite = cursor.cites(true);
    Some(End {
        of: of?,
        id: id?,
        on: on?,
        reason: reason?,
        cite,
        place: cursor.place(),
    })
}

/// Ends a value without end where the next begins; reports overlaps.
fn chain(cursor: &Cursor<'_>, values: &mut [ParameterValue]) {
    let starts: Vec<_> = values
        .iter()
        .skip(1)
        .map(|value| value.range.from)
        .collect();
    for (value, next) in values.iter_mut().zip(starts) {
        let end = *value.range.to.get_or_insert(next);
        let from = value.range.from;
        let what = if end > next {
            format!("自 {from} 的值与自 {next} 的值重叠 (values overlap from {next})")
        } else if from == next {
            format!("有两个值都自 {from} 起 (two values from {from})")
        } else {
            continue; // gaps are found where all series are proved
        };
        let message = format!("{}：{what}", cursor.what);
        cursor.error("values", "rules.parameter_overlap", message, "");
    }
}

pub(super) fn deadline(cursor: &mut Cursor<'_>, outer: DateRange) -> Option<Deadline> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[deadline]] {id}");
    }
    let title = cursor.text("title").unwrap_or_default();
    let of = cursor.required_text("of");
    let start = cursor.required_text("start");
    let done = cursor.required_text("done");
    let extension = cursor.text("extension");
    let extension_consent = cursor.text("extension_consent");
    let otherwise = cursor.word("otherwise", &[("none", true)]);
    let mut cite = cursor.cites(false);
    let mut rules = Vec::new();
    for rule in cursor.list("rule") {
        let workdays = rule.whole("workdays", MAX_WORKDAYS);
        if workdays.is_none() && !rule.has("workdays") {
            let message = format!("{} 没有期限 `workdays` (no workdays)", rule.what);
            rule.error("workdays", "rules.missing_key", message, "");
        }
        let own = rule.cites(cite.is_empty());
        rules.push(DeadlineRule {
            when: rule.formula("when"),
            workdays: workdays.unwrap_or(0),
            extension_max: rule.whole("extension_max", MAX_WORKDAYS).unwrap_or(0),
            effective: rule.effective(outer),
            cite: own,
            place: rule.place(),
        });
        rule.finish();
    }
    if rules.is_empty() {
        let message = format!("{} 没有规则 [[deadline.rule]] (no rule)", cursor.what);
        cursor.error("rule", "rules.missing_key", message, "");
    }
    overlaps(cursor, &rules);
    for rule in &rules {
        let new: Vec<_> = rule
            .cite
            .iter()
            .filter(|one| !cite.contains(one))
            .cloned()
            .collect();
        cite.extend(new);
    }
    Some(Deadline {
        title,
        of: of?,
        start: start?,
        done: done?,
        extension,
        extension_consent,
        otherwise_none: otherwise.unwrap_or(false),
        rules,
        cite,
        place: cursor.place(),
        id: id?,
    })
}

/// Rules with one condition may not be in force together: every row they cover would match both.
fn overlaps(cursor: &Cursor<'_>, rules: &[DeadlineRule]) {
    for (index, rule) in rules.iter().enumerate() {
        for (earlier, other) in rules.iter().enumerate().take(index) {
            let text = |rule: &DeadlineRule| rule.when.as_ref().map(|when| when.text.clone());
            let same = text(rule) == text(other) || rule.when.is_none() || other.when.is_none();
            if same && rule.effective.overlaps(other.effective) {
                let from = rule.effective.from.max(other.effective.from);
                let message = format!(
                    "{} 的第 {} 条与第 {} 条规则自 {from} 起同时有效 (rules overlap from {from})",
                    cursor.what,
                    earlier + 1,
                    index + 1
                );
                let help = "请写 effective.to，或用 when 分开 (end one, or tell them apart)";
                cursor.error("rule", "rules.deadline_overlap", message, help);
            }
        }
    }
}
