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
const FLOOD_DAYS_PERCENT: u64 = 20;
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
fn flooding(facts: &Facts, period: Period) -> Vec<Note> {
    #[derive(Default)]
    struct Flow {
        calls: u64,
        days: u64,
        sources: Vec<SourceLine>,
    }
    let mut notes = Vec::new();
    let mut providers: BTreeMap<&DepartmentId, BTreeMap<(&str, &str), Flow>> = BTreeMap::new();
    let counted = |row: &&UsageDay| period.contains(row.day) && row.provider != row.consumer;
    for row in facts.usage.iter().filter(counted) {
        let flow = providers
            .entry(&row.provider)
            .or_default()
            .entry((row.consumer.as_str(), row.resource.as_str()))
            .or_default();
        flow.calls = flow.calls.saturating_add(row.succeeded);
        flow.days += 1;
        if flow.sources.len() < EVIDENCE_MAX {
            flow.sources.push(row.source);
        }
    }
    for (provider, flows) in providers {
        let calls: u64 = flows
            .values()
            .fold(0, |sum, flow| sum.saturating_add(flow.calls));
        let days: u64 = flows.values().map(|flow| flow.days).sum();
        for ((consumer, resource), flow) in flows {
            let most = flow.calls.saturating_mul(100) >= calls.saturating_mul(FLOOD_CALLS_PERCENT);
            let few = flow.days * 100 <= days * FLOOD_DAYS_PERCENT;
            if flow.calls >= FLOOD_CALLS && most && few {
                notes.push(Note {
                    code: "flooding".into(),
                    department: Some(provider.clone()),
                    message: format!(
                        "需求部门 {consumer} 对 {resource} 调用 {} 次，占该部门被调用总数的大部分，\
                         但只占使用人日的少数；计分按使用日而非次数，建议核查 (call flooding)",
                        flow.calls
                    ),
                    evidence: sources(flow.sources.iter()),
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
