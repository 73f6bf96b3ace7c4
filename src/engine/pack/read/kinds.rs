//! `kind` of an indicator with the keys that only this kind has.

use super::super::cursor::Cursor;
use super::super::{BandMethod, Bound, IndicatorKind, JudgedIn, NotApplicable, VetoEffect};
use super::scoring::points;
use crate::exact::Exact;

#[derive(Clone, Copy)]
enum KindWord {
    Ratio,
    Banded,
    Deduct,
    Bonus,
    Veto,
    Judged,
    Relative,
}

const KINDS: [(&str, KindWord); 7] = [
    ("ratio", KindWord::Ratio),
    ("banded", KindWord::Banded),
    ("deduct", KindWord::Deduct),
    ("bonus", KindWord::Bonus),
    ("veto", KindWord::Veto),
    ("judged", KindWord::Judged),
    ("relative", KindWord::Relative),
];

/// What happens without a value.
pub(in crate::pack) const NOT_APPLICABLE: [(&str, NotApplicable); 5] = [
    ("redistribute", NotApplicable::Redistribute),
    ("full", NotApplicable::Full),
    ("zero", NotApplicable::Zero),
    ("scale", NotApplicable::Scale),
    ("required", NotApplicable::Required),
];

const METHODS: [(&str, BandMethod); 2] = [
    ("step", BandMethod::Step),
    ("marginal", BandMethod::Marginal),
];

const JUDGED_IN: [(&str, JudgedIn); 2] = [("points", JudgedIn::Points), ("ratio", JudgedIn::Ratio)];

/// The kind; reported when absent or incomplete.
pub(super) fn kind(cursor: &Cursor<'_>) -> Option<IndicatorKind> {
    if !cursor.has("kind") {
        let message = format!("{} 缺少 `kind` (missing kind)", cursor.what);
        cursor.error("kind", "rules.missing_key", message, "");
    }
    Some(match cursor.word("kind", &KINDS)? {
        KindWord::Ratio => IndicatorKind::Ratio,
        KindWord::Relative => IndicatorKind::Relative,
        KindWord::Banded => IndicatorKind::Banded {
            method: cursor.word("method", &METHODS).unwrap_or(BandMethod::Step),
            band: cursor.required_text("band")?,
        },
        KindWord::Deduct => IndicatorKind::Deduct {
            cap: points(cursor, "cap", false),
        },
        KindWord::Bonus => IndicatorKind::Bonus {
            cap: points(cursor, "cap", false),
            gate: gate(cursor),
        },
        KindWord::Veto => IndicatorKind::Veto(veto(cursor)?),
        KindWord::Judged => IndicatorKind::Judged(
            cursor
                .word("judged_in", &JUDGED_IN)
                .unwrap_or(JudgedIn::Points),
        ),
    })
}

/// `gate = ">= 80"`, `"> 80"`, or `"80"`, which is the first.
fn gate(cursor: &Cursor<'_>) -> Option<Bound> {
    let text = cursor.text("gate")?;
    let read = parse_gate(&text);
    if read.is_none() {
        let message = format!(
            "{} 的 `gate` 读不懂“{text}” (cannot read the gate)",
            cursor.what
        );
        let help = "写作 gate = \">= 80\"（达到即可）或 \"> 80\"（须超过） (at, or above)";
        cursor.error("gate", "rules.gate", message, help);
    }
    read
}

/// A gate: the total from which (`>= 80`, `80`) or above which (`> 80`) a bonus counts.
pub(in crate::pack) fn parse_gate(text: &str) -> Option<Bound> {
    let text = text.trim();
    let (rest, included) = match (text.strip_prefix(">="), text.strip_prefix('>')) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => (text, true),
    };
    let value: Exact = rest.trim().parse().ok()?;
    (value.mantissa >= 0).then_some(Bound { value, included })
}

fn veto(cursor: &Cursor<'_>) -> Option<VetoEffect> {
    let Some(effect) = cursor.inner("effect") else {
        let message = format!("{} 没有后果 `effect` (a veto needs an effect)", cursor.what);
        let help = "写作 effect = { grade = \"unqualified\" }";
        cursor.error("effect", "rules.missing_key", message, help);
        return None;
    };
    let read = VetoEffect {
        grade: effect.text("grade"),
        score: points(&effect, "score", false),
        score_max: points(&effect, "score_max", false),
        alone: effect.flag("alone").unwrap_or(false),
    };
    if read.grade.is_none() && read.score.is_none() && read.score_max.is_none() {
        let message = format!("{} 没有写明后果 (no effect given)", effect.what);
        let help = "写 grade、score（定为此分）或 score_max（不高于此分） (name one)";
        effect.error("grade", "rules.missing_key", message, help);
    }
    if read.score.is_some() && read.score_max.is_some() {
        let message = format!(
            "{} 同时写了 score 与 score_max (both a fixed and a highest score)",
            effect.what
        );
        effect.error(
            "score_max",
            "rules.contradiction",
            message,
            "只留一个 (keep one)",
        );
    }
    effect.finish();
    Some(read)
}
