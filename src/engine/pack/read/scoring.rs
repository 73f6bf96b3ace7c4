//! `[importance]`, `[[axis]]`, `[[indicator]]`, `[[grade]]`.

use domain::DateRange;

use super::super::cursor::Cursor;
use super::super::{Axis, Grade, Importance, Indicator, IndicatorKind, NotApplicable};
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
fn points(cursor: &Cursor<'_>, key: &'static str, required: bool) -> Option<Exact> {
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
    let points = points(cursor, "points", true);
    let cite = cursor.cites(true);
    Some(Axis {
        title: title?,
        title_en,
        points: points?,
        cite,
        effective: cursor.effective(outer),
        place: cursor.place(),
        id: id?,
    })
}

#[derive(Clone, Copy)]
enum KindWord {
    Ratio,
    Banded,
    Deduct,
    Bonus,
    Veto,
    Relative,
}

const KINDS: [(&str, KindWord); 6] = [
    ("ratio", KindWord::Ratio),
    ("banded", KindWord::Banded),
    ("deduct", KindWord::Deduct),
    ("bonus", KindWord::Bonus),
    ("veto", KindWord::Veto),
    ("relative", KindWord::Relative),
];

const NOT_APPLICABLE: [(&str, NotApplicable); 4] = [
    ("redistribute", NotApplicable::Redistribute),
    ("full", NotApplicable::Full),
    ("zero", NotApplicable::Zero),
    ("scale", NotApplicable::Scale),
];

fn kind(cursor: &Cursor<'_>) -> Option<IndicatorKind> {
    if !cursor.has("kind") {
        let message = format!("{} 缺少 `kind` (missing kind)", cursor.what);
        cursor.error("kind", "rules.missing_key", message, "");
    }
    Some(match cursor.word("kind", &KINDS)? {
        KindWord::Ratio => IndicatorKind::Ratio,
        KindWord::Relative => IndicatorKind::Relative,
        KindWord::Banded => IndicatorKind::Banded {
            band: cursor.required_text("band")?,
        },
        KindWord::Deduct => IndicatorKind::Deduct {
            cap: points(cursor, "cap", false),
        },
        KindWord::Bonus => IndicatorKind::Bonus {
            cap: points(cursor, "cap", false),
            gate: points(cursor, "gate", false),
        },
        KindWord::Veto => {
            let Some(effect) = cursor.inner("effect") else {
                let message = format!("{} 没有后果 `effect` (a veto needs an effect)", cursor.what);
                let help = "写作 effect = { grade = \"unqualified\" }";
                cursor.error("effect", "rules.missing_key", message, help);
                return None;
            };
            let grade = effect.text("grade");
            let score_max = points(&effect, "score_max", false);
            if grade.is_none() && score_max.is_none() {
                let message = format!("{} 没有写明后果 (no effect given)", effect.what);
                effect.error("grade", "rules.missing_key", message, "grade 或 score_max");
            }
            effect.finish();
            IndicatorKind::Veto { grade, score_max }
        }
    })
}

pub(super) fn indicator(cursor: &mut Cursor<'_>, outer: DateRange) -> Option<Indicator> {
    let id = cursor.id();
    if let Some(id) = &id {
        cursor.what = format!("[[indicator]] {id}");
    }
    let title = cursor.required_text("title");
    let kind = kind(cursor);
    let is_veto = matches!(kind, Some(IndicatorKind::Veto { .. }));
    let axis = if is_veto {
        cursor.text("axis")
    } else {
        cursor.required_text("axis")
    };
    let read_points = points(cursor, "points", !is_veto);
    let from = cursor.required_text("from");
    let value = cursor.required_formula("value");
    let not_applicable = cursor.word("not_applicable", &NOT_APPLICABLE);
    let cite = cursor.cites(true);
    Some(Indicator {
        title_en: cursor.text("title_en").unwrap_or_default(),
        doc: cursor.text("doc").unwrap_or_default(),
        condition: cursor.formula("where"),
        min_cases: u64::from(cursor.whole("min_cases", u32::MAX).unwrap_or(0)),
        not_applicable: not_applicable.unwrap_or(NotApplicable::Redistribute),
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
