//! From TOML tables to the parts of a pack, one file a group of sections.

mod cells;
mod citation;
mod header;
mod kinds;
mod money;
mod scoring;
mod tables;
mod values;
mod weighting;

/// Words of the pack language that settings use too.
pub(super) mod words {
    pub(in crate::pack) use super::header::{LEVELS, ON_ROUNDED, RANK_METHODS, WITHIN_GROUP};
    pub(in crate::pack) use super::kinds::{NOT_APPLICABLE, parse_gate};
}

use domain::DateRange;

use super::cursor::Cursor;
use super::{Pack, RoundTo, RoundingRules};
use crate::exact::Exact;

/// All sections of all files, merged. `None` when a part without which nothing works is missing.
pub(crate) fn pack(roots: &[Cursor<'_>]) -> Option<Pack> {
    let header = header::header(roots);
    let outer = header.as_ref().map_or(
        DateRange {
            from: chrono::NaiveDate::MIN,
            to: None,
        },
        |header| header.effective,
    );
    let rounding = header::rounding(roots);
    let maximum = header::maximum(roots);
    let ranking = header::ranking(roots);
    let sources = each(roots, "source", citation::source);
    let articles = each(roots, "article", citation::article);
    let grades_on_rounded = header::grades_on_rounded(roots);
    let mut parameters = each(roots, "parameter", |cursor| {
        values::parameter(cursor, outer)
    });
    let weightings = each(roots, "weights", weighting::weighting);
    parameters.extend(super::weighting::as_parameters(&weightings));
    let deadlines = each(roots, "deadline", |cursor| values::deadline(cursor, outer));
    let ends = each(roots, "end", values::end);
    let tables = each(roots, "table", |cursor| tables::table(cursor, outer));
    let importance = single(roots, "importance").and_then(|mut one| {
        let read = scoring::importance(&mut one);
        one.finish();
        read
    });
    let axes = each(roots, "axis", |cursor| scoring::axis(cursor, outer));
    let indicators = each(roots, "indicator", |cursor| {
        scoring::indicator(cursor, outer)
    });
    let grades = each(roots, "grade", scoring::grade);
    let compensation = single(roots, "compensation").map(|one| {
        let read = money::compensation(&one);
        one.finish();
        read
    });
    let constraints = each(roots, "constraint", money::constraint);
    Some(Pack {
        header: header?,
        rounding: rounding.unwrap_or(RoundingRules {
            score: RoundTo {
                scale: 2,
                mode: domain::Rounding::HalfUp,
            },
            indicator: None,
            axis: None,
            total: None,
            money: RoundTo {
                scale: 0,
                mode: domain::Rounding::Down,
            },
        }),
        maximum: maximum.unwrap_or(Exact::whole(0)),
        sources,
        articles,
        parameters,
        ends,
        weightings,
        deadlines,
        tables,
        importance,
        axes,
        indicators,
        grades,
        grades_on_rounded,
        ranking,
        compensation,
        constraints,
        digest: String::new(),
    })
}

/// Every table of an array over all files.
fn each<T>(
    roots: &[Cursor<'_>],
    key: &'static str,
    mut read: impl FnMut(&mut Cursor<'_>) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for root in roots {
        for mut cursor in root.list(key) {
            cursor.what = format!("[[{key}]]");
            all.extend(read(&mut cursor));
            cursor.finish();
        }
    }
    all
}

/// The one table of a name over all files; a second one is an error.
fn single<'a>(roots: &[Cursor<'a>], key: &'static str) -> Option<Cursor<'a>> {
    let mut found: Option<Cursor<'a>> = None;
    for root in roots {
        let Some(mut cursor) = root.inner(key) else {
            continue;
        };
        cursor.what = format!("[{key}]");
        if let Some(first) = &found {
            let place = first.place();
            let message = format!(
                "[{key}] 写了两次，第一次在 {}:{} ([{key}] appears twice)",
                place.file, place.line
            );
            root.error(key, "rules.duplicate", message, "");
            continue;
        }
        found = Some(cursor);
    }
    found
}
