//! `[importance]`, `[[axis]]`, `[[indicator]]`, `[[grade]]`.

use domain::DateRange;

use super::super::cursor::Cursor;
use super::super::{Axis, Formula, Grade, Importance, Indicator, IndicatorKind, NotApplicable};
use super::header::round_to;
use super::kinds::{NOT_APPLICABLE, kind};
use crate::exact::Exact;

pub(super) fn importance(cursor: &mut Cursor<'_>) -> Option<Importance> {
    let of = cursor.required_text("of");
    let value = cursor.required_formula("value");
    let scale = cursor.whole("scale", 12).unwrap_or(4);
    let frozen = cursor.word("frozen_for", &[("year", true), ("period", false)]);
    let cite = cursor.cites(true);
    Some(Importance {
        of: of?,
        value: value?,
        scale: u8::try_from(scale).unwrap_or(4),
        frozen_for_year: frozen.unwrap_or(false),
        cite,
        place: cursor.place(),
    })
}

/// Points: a number that is not negative.
pub(super) fn points(cursor: &Cursor<'_>, key: &'static str, required: bool) -> Option<Exact> {
    let number = if required {
        cursor.required_number(key)
    } else {
        cursor.number(key)
    }?;
    if number.mantissa < 0 {
        let message = format!("{} 的 `{key}` 为负：{number} (negative {key})", cursor.what);
        cursor.error(key, "rules.negative", message, "");
        return None;
    }
    Some(number)
}

pub(super) fn axis(cursor: &mut Cursor<'_>, outer: DateRange) -> Option<Axis> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[axis]] {id}");
    }
    let title = cursor.required_text("title");
    let title_en = cursor.text("title_en").unwrap_or_default();
    let declared = points(cursor, "points", true);
    let weight = points(cursor, "weight", false).unwrap_or(Exact::whole(1));
    if weight.mantissa == 0 {
        let message = format!("{} 的权重为零 (a weight of zero)", cursor.what);
        cursor.error("weight", "rules.axis_weight", message, "");
    }
    let cite = cursor.cites(true);
    Some(Axis {
        title: title?,
        title_en,
        points: declared?,
        weight,
        cite,
        effective: cursor.effective(outer),
        place: cursor.place(),
        id: id?,
    })
}

/// Keys that what is judged has no use for: its cases are the judgements of the assessors.
const NOT_FOR_JUDGED: [&str; 4] = ["from", "where", "value", "min_cases"];

/// The fact table of judgements; its columns `indicator` and `value` are read.
const JUDGEMENTS: &str = "judgements";

/// Cases and value of a judged indicator: the judgement of it, of which there is one at most.
fn judgement(cursor: &Cursor<'_>, id: &str) -> (String, Option<Formula>, Formula) {
    for key in NOT_FOR_JUDGED {
        if cursor.item(key).is_none() {
            continue;
        }
        let message = format!(
            "{} 由考核人员评定，不能写 `{key}` (a judged indicator has no {key})",
            cursor.what
        );
        cursor.error(key, "rules.judged", message, "删去此项 (drop it)");
    }
    let formula = |text: String| Formula {
        text,
        place: cursor.place(),
    };
    let condition = formula(format!("indicator = '{id}'"));
    let value = formula("SUM(value)".to_owned());
    (JUDGEMENTS.to_owned(), Some(condition), value)
}

pub(super) fn indicator(cursor: &mut Cursor<'_>, outer: DateRange) -> Option<Indicator> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[indicator]] {id}");
    }
    let title = cursor.required_text("title");
    let kind = kind(cursor);
    let is_veto = matches!(kind, Some(IndicatorKind::Veto(_)));
    let is_judged = matches!(kind, Some(IndicatorKind::Judged(_)));
    let axis = if is_veto {
        cursor.text("axis")
    } else {
        cursor.required_text("axis")
    };
    let read_points = points(cursor, "points", !is_veto);
    let (from, condition, value) = if is_judged {
        let (from, condition, value) = judgement(cursor, id.as_deref().unwrap_or_default());
        (Some(from), condition, Some(value))
    } else {
        let from = cursor.required_text("from");
        let value = cursor.required_formula("value");
        (from, cursor.formula("where"), value)
    };
    let without_value = if is_judged {
        NotApplicable::Required
    } else {
        NotApplicable::Redistribute
    };
    let not_applicable = cursor.word("not_applicable", &NOT_APPLICABLE);
    let round = cursor.inner("round").and_then(|inner| {
        let read = round_to(&inner);
        inner.finish();
        read
    });
    let cite = cursor.cites(true);
    Some(Indicator {
        title_en: cursor.text("title_en").unwrap_or_default(),
        doc: cursor.text("doc").unwrap_or_default(),
        condition,
        min_cases: u64::from(cursor.whole("min_cases", u32::MAX).unwrap_or(0)),
        not_applicable: not_applicable.unwrap_or(without_value),
        round,
        cite,
        effective: cursor.effective(outer),
        place: cursor.place(),
        axis: if is_veto {
            axis.unwrap_or_default()
        } else {
            axis?
        },
        points: if is_veto {
            read_points.unwrap_or_default()
        } else {
            read_points?
        },
        title: title?,
        kind: kind?,
        from: from?,
        value: value?,
        id: id?,
    })
}

pub(super) fn grade(cursor: &mut Cursor<'_>) -> Option<Grade> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[grade]] {id}");
    }
    let title = cursor.required_text("title");
    let from = points(cursor, "from", true);
    let cite = cursor.cites(true);
    Some(Grade {
        title: title?,
        from: from?,
        cite,
        place: cursor.place(),
        id: id?,
    })
}
