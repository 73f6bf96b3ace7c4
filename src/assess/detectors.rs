//! Detectors of gaming: what an assessor should look at. They write notes and change no score.

use std::collections::BTreeMap;

use domain::facts::{SourceLine, UsageDay};
use domain::{DepartmentId, Facts, Period};

use crate::assessment::Note;
use crate::frame::FactFrame;
use crate::network::flows;

/// Calls of one flow in a month from which flooding is considered.
const FLOOD_CALLS: u64 = 10_000;
/// Part of the provider's calls, in percent, that one flow must make up.
const FLOOD_CALLS_PERCENT: u64 = 80;
/// Part of the provider's consumer-days, in percent, that the flow may make up at most.
const FLOOD_DAYS_PERCENT: usize = 20;
/// Part of each other's credit, in percent, for a reciprocal pair.
const PAIR_PERCENT: i64 = 80;
/// Entries of one name stem from which a family is considered split.
const FAMILY_MIN: usize = 5;
/// Rows shown with a note.
const EVIDENCE_MAX: usize = 5;

/// All notes of the detectors.
pub(crate) fn detect(facts: &Facts, frame: &FactFrame, period: Period) -> Vec<Note> {
    let mut notes = flooding(facts, period);
    notes.extend(reciprocal(frame));
    notes.extend(split_families(facts));
    notes
}

fn sources<'a>(rows: impl Iterator<Item = &'a SourceLine>) -> Vec<SourceLine> {
    rows.take(EVIDENCE_MAX).copied().collect()
}

/// One consumer hammering one resource: most calls of the provider, few of its consumer-days
/// (trap T5). Consumer-days are what scores, so the calls gain nothing; the note says so.
///
/// Facts are sorted by provider, resource, consumer and day, so each flow is one run of rows.
fn flooding(facts: &Facts, period: Period) -> Vec<Note> {
    let counted = |row: &UsageDay| period.contains(row.day) && row.provider != row.consumer;
    let mut notes = Vec::new();
    for rows in facts.usage.chunk_by(|a, b| a.provider == b.provider) {
        let own = || rows.iter().filter(|row| counted(row));
        let days = own().count();
        let calls = own().fold(0_u64, |sum, row| sum.saturating_add(row.succeeded));
        if calls < FLOOD_CALLS {
            continue;
        }
        for flow in rows.chunk_by(|a, b| a.resource == b.resource && a.consumer == b.consumer) {
            let own = || flow.iter().filter(|row| counted(row));
            let few = own().count() * 100 <= days * FLOOD_DAYS_PERCENT;
            let made = own().fold(0_u64, |sum, row| sum.saturating_add(row.succeeded));
            let most = made.saturating_mul(100) >= calls.saturating_mul(FLOOD_CALLS_PERCENT);
            if let Some(first) = flow.first()
                && made >= FLOOD_CALLS
                && most
                && few
            {
                notes.push(Note {
                    code: "flooding".into(),
                    department: Some(first.provider.clone()),
                    message: format!(
                        "需求部门 {} 对 {} 调用 {made} 次，占该部门被调用总数的大部分，\
                         但只占使用日的少数；计分按使用日而非次数，建议核查 (call flooding)",
                        first.consumer, first.resource
                    ),
                    evidence: sources(own().map(|row| &row.source)),
                });
            }
        }
    }
    notes
}

/// Two departments that each owe most of their credit to the other (trap T6).
fn reciprocal(frame: &FactFrame) -> Vec<Note> {
    let flows = flows(frame);
    let mut credit: BTreeMap<u32, i64> = BTreeMap::new();
    for ((provider, _), (_, weight)) in &flows {
        let sum = credit.entry(*provider).or_default();
        *sum = sum.saturating_add(*weight);
    }
    let mostly = |provider: u32, consumer: u32| {
        let part = flows.get(&(provider, consumer)).map_or(0, |flow| flow.1);
        let all = credit.get(&provider).copied().unwrap_or_default();
        part > 0 && i128::from(part) * 100 >= i128::from(all) * i128::from(PAIR_PERCENT)
    };
    let name = |subject: u32| frame.departments.get(subject as usize);
    flows
        .keys()
        .filter(|(a, b)| a < b && mostly(*a, *b) && mostly(*b, *a))
        .filter_map(|(a, b)| Some((name(*a)?, name(*b)?)))
        .map(|(a, b)| Note {
            code: "reciprocal".into(),
            department: Some(a.id.clone()),
            message: format!(
                "“{}”与“{}”互为对方共享贡献的主要来源（各占 {PAIR_PERCENT}% 以上），建议核查是否真实需要 \
                 (reciprocal pair)",
                a.name, b.name
            ),
            evidence: Vec::new(),
        })
        .collect()
}

/// The name without what numbers the parts of a split resource: «（一）», «第3批», «-02».
fn stem(name: &str) -> String {
    let bracketed = name
        .char_indices()
        .rev()
        .find(|(_, c)| matches!(c, '（' | '('))
        .filter(|_| name.ends_with(['）', ')']))
        .and_then(|(at, _)| name.get(..at));
    let numbering = |c: char| {
        c.is_ascii_digit() || "一二三四五六七八九十百零〇第批期部分卷册辑-_— ".contains(c)
    };
    bracketed
        .unwrap_or(name)
        .trim_end_matches(numbering)
        .to_owned()
}

/// Many catalogue entries of one department that differ only in a number (trap T4).
fn split_families(facts: &Facts) -> Vec<Note> {
    let mut families: BTreeMap<(&DepartmentId, String), Vec<SourceLine>> = BTreeMap::new();
    for resource in &facts.resources {
        let stem = stem(&resource.name);
        // Equal names without numbering are another matter: versions, districts.
        if stem != resource.name && !stem.is_empty() {
            let family = families.entry((&resource.provider, stem)).or_default();
            family.push(resource.source);
        }
    }
    families
        .into_iter()
        .filter(|(_, members)| members.len() >= FAMILY_MIN)
        .map(|((provider, stem), members)| Note {
            code: "split_family".into(),
            department: Some(provider.clone()),
            message: format!(
                "目录中有 {} 条资源名称仅编号不同（“{stem}…”），建议核查是否拆分编目 (split resource)",
                members.len()
            ),
            evidence: sources(members.iter()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t4_numbering_is_not_part_of_the_stem() {
        for (name, expected) in [
            ("企业登记信息（一）", "企业登记信息"),
            ("企业登记信息(12)", "企业登记信息"),
            ("企业登记信息-03", "企业登记信息"),
            ("企业登记信息第2批", "企业登记信息"),
            ("企业登记信息", "企业登记信息"),
        ] {
            assert_eq!(stem(name), expected);
        }
    }
}
