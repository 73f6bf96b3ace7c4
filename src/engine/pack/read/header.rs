//! `[pack]`, `[rounding]`, `[totals]`, `[ranking]`.

use domain::Rounding;

use super::super::cursor::Cursor;
use super::super::{Header, RankMethod, Ranking, RoundTo, RoundingRules};
use super::single;
use crate::exact::Exact;

fn absent(roots: &[Cursor<'_>], section: &'static str) {
    if let Some(root) = roots.first() {
        let message = format!("规则包缺少 [{section}] (section [{section}] is missing)");
        root.error(section, "rules.missing_section", message, "");
    }
}

pub(super) fn header(roots: &[Cursor<'_>]) -> Option<Header> {
    let Some(cursor) = single(roots, "pack") else {
        absent(roots, "pack");
        return None;
    };
    let id = cursor.id();
    let version = cursor.required_text("version");
    let title = cursor.required_text("title");
    let authority = cursor.text("authority").unwrap_or_default();
    let basis = cursor.texts("basis").unwrap_or_default();
    let calendar = cursor.required_text("calendar");
    let timezone = cursor.text("timezone");
    let currency = cursor.text("currency");
    let effective = if let Some(inner) = cursor.inner("effective") {
        let range = inner
            .has("from")
            .then(|| inner.range(chrono::NaiveDate::MIN));
        inner.finish();
        range
    } else {
        None
    };
    if effective.is_none() {
        cursor.error(
            "effective",
            "rules.missing_key",
            "[pack] 缺少生效日 `effective = { from = … }` (effective.from is missing)".into(),
            "写作 effective = { from = 2025-01-01 }",
        );
    }
    let place = cursor.place();
    cursor.finish();
    Some(Header {
        id: id?,
        version: version?,
        title: title?,
        authority,
        basis,
        calendar: calendar?,
        timezone: timezone.unwrap_or_else(|| "Asia/Shanghai".into()),
        currency: currency.unwrap_or_else(|| "CNY".into()),
        effective: effective?,
        place,
    })
}

const MODES: [(&str, Rounding); 6] = [
    ("half_up", Rounding::HalfUp),
    ("half_even", Rounding::HalfEven),
    ("down", Rounding::Down),
    ("up", Rounding::Up),
    ("floor", Rounding::Floor),
    ("ceil", Rounding::Ceil),
];

pub(super) fn round_to(cursor: &Cursor<'_>) -> Option<RoundTo> {
    let scale = cursor.whole("scale", 12);
    let mode = cursor.word("mode", &MODES);
    if scale.is_none() || mode.is_none() {
        let message = format!(
            "{} 须写明 scale 与 mode (scale and mode are needed)",
            cursor.what
        );
        cursor.error("mode", "rules.missing_key", message, "");
    }
    Some(RoundTo {
        scale: u8::try_from(scale?).ok()?,
        mode: mode?,
    })
}

/// Levels at which scores are rounded.
pub(in crate::pack) const LEVELS: [&str; 3] = ["indicator", "axis", "total"];

pub(super) fn rounding(roots: &[Cursor<'_>]) -> Option<RoundingRules> {
    let Some(cursor) = single(roots, "rounding") else {
        absent(roots, "rounding");
        return None;
    };
    let mut levels = Vec::new();
    let score = cursor.inner("score").and_then(|score| {
        let read = round_to(&score);
        levels = score.texts("at").unwrap_or_default();
        for level in &levels {
            if !LEVELS.contains(&level.as_str()) {
                let message = format!("舍入层级不认识“{level}” (unknown rounding level)");
                let help = "可用：indicator、axis、total";
                score.error("at", "rules.unknown_word", message, help);
            }
        }
        score.finish();
        read
    });
    let own = |key| {
        let inner = cursor.inner(key)?;
        let read = round_to(&inner);
        inner.finish();
        read
    };
    let (indicator, axis, total) = (own("indicator"), own("axis"), own("total"));
    let money = own("money");
    for (key, read) in [("score", score), ("money", money)] {
        if read.is_none() && !cursor.has(key) {
            let message = format!("[rounding] 缺少 `{key}` (missing {key})");
            cursor.error(key, "rules.missing_key", message, "");
        }
    }
    cursor.finish();
    let score = score?;
    let at = |level: &str, own: Option<RoundTo>| {
        let named = levels.iter().any(|known| known == level);
        own.or_else(|| named.then_some(score))
    };
    Some(RoundingRules {
        score,
        indicator: at("indicator", indicator),
        axis: at("axis", axis),
        total: at("total", total),
        money: money?,
    })
}

/// `[grades] on`: whether thresholds are compared with the rounded total.
pub(super) fn grades_on_rounded(roots: &[Cursor<'_>]) -> bool {
    let Some(cursor) = single(roots, "grades") else {
        return true;
    };
    let on = cursor.word("on", &ON_ROUNDED);
    cursor.finish();
    on.unwrap_or(true)
}

/// Which total is compared.
pub(in crate::pack) const ON_ROUNDED: [(&str, bool); 2] = [("rounded", true), ("exact", false)];

pub(super) fn maximum(roots: &[Cursor<'_>]) -> Option<Exact> {
    let Some(cursor) = single(roots, "totals") else {
        absent(roots, "totals");
        return None;
    };
    let maximum = cursor.required_number("maximum");
    cursor.finish();
    maximum
}

/// How ties rank.
pub(in crate::pack) const RANK_METHODS: [(&str, RankMethod); 3] = [
    ("competition", RankMethod::Competition),
    ("dense", RankMethod::Dense),
    ("ordinal", RankMethod::Ordinal),
];

/// Who is ranked together.
pub(in crate::pack) const WITHIN_GROUP: [(&str, bool); 2] = [("group", true), ("all", false)];

pub(super) fn ranking(roots: &[Cursor<'_>]) -> Ranking {
    let default = Ranking {
        method: RankMethod::Competition,
        on_rounded: true,
        within_group: true,
    };
    let Some(cursor) = single(roots, "ranking") else {
        return default;
    };
    let read = Ranking {
        method: cursor
            .word("method", &RANK_METHODS)
            .unwrap_or(default.method),
        on_rounded: cursor.word("on", &ON_ROUNDED).unwrap_or(true),
        within_group: cursor.word("within", &WITHIN_GROUP).unwrap_or(true),
    };
    cursor.finish();
    read
}
