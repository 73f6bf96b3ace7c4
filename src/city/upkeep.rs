//! What is looked at every month: renewal and quality of resources, and the safeguards.

use chrono::{Days, NaiveDate};
use domain::{DepartmentGroup, Period, UpdateCycle};
use ingest::FileKind;
use ingest::layout::{checks, safeguards};

use crate::catalogue::Entry;
use crate::scene::Scene;
use crate::sheet::{Fate, Row, Sheet};
use crate::stream::Stream;

/// The inspection of every mounted resource.
pub(crate) fn checks(scene: &Scene<'_>, period: Period) -> Sheet {
    let mut stream = scene.stream("checks", period);
    let mut sheet = Sheet::new(FileKind::Checks);
    for (place, entry) in scene.catalogue.entries.iter().enumerate() {
        if !entry.mounted || entry.provider == scene.unit.cast.twins.1 {
            continue;
        }
        let provider = scene.provider(entry, period.last_day());
        let habits = scene
            .roster
            .members
            .get(provider)
            .map(|member| member.habits);
        let fresh = habits.is_none_or(|habits| stream.chance(habits.fresh));
        let exact = habits.map_or(1000, |habits| habits.exact);
        let updated = renewed_on(entry, period, fresh, &mut stream);
        let checked = stream.between(20, 400);
        let flaws = (checked * (1000 - exact) + stream.below(1000)) / 1000;
        let twin = scene
            .catalogue
            .mirrored(place)
            .and_then(|p| scene.catalogue.get(p));
        for entry in [Some(entry), twin].into_iter().flatten() {
            let row = Row::new(FileKind::Checks)
                .with(checks::RESOURCE, &entry.code)
                .with(checks::PERIOD, period)
                .with(checks::UPDATED, scene.cell(updated))
                .with(checks::CHECKED, checked)
                .with(checks::PASSED, checked - flaws);
            sheet.push(row);
        }
    }
    let mut plain = sheet.plain(checks::RESOURCE, &[]).into_iter();
    if let Some((line, row)) = plain.next() {
        let text = format!("与第 {line} 行完全相同");
        sheet.plant(row, Fate::Duplicate, "duplicate_identical", text);
    }
    if let Some((_, row)) = plain.next() {
        let row = row.with(checks::RESOURCE, "399999/00000");
        sheet.plant(
            row,
            Fate::Reject,
            "unknown_resource",
            "目录中没有这个资源代码",
        );
    }
    sheet
}

/// Last day of renewal: within the cycle, or a cycle and more ago; one in fifty was never seen.
fn renewed_on(
    entry: &Entry,
    period: Period,
    fresh: bool,
    stream: &mut Stream,
) -> Option<NaiveDate> {
    let cycle = match entry.cycle {
        UpdateCycle::RealTime | UpdateCycle::Daily => 1,
        UpdateCycle::Weekly => 7,
        UpdateCycle::TenDays => 10,
        UpdateCycle::Monthly => 28,
        UpdateCycle::Quarterly => 89,
        UpdateCycle::HalfYearly => 180,
        UpdateCycle::Yearly | UpdateCycle::OnDemand => 364,
    };
    let age = if fresh {
        stream.below(cycle)
    } else {
        cycle + 3 + stream.below(cycle * 2 + 10)
    };
    let day = period.last_day() - Days::new(age);
    let seen = fresh || !stream.chance(200);
    seen.then(|| day.max(entry.published_on))
}

/// The safeguards of every department.
pub(crate) fn safeguards(scene: &Scene<'_>, period: Period) -> Sheet {
    let mut stream = scene.stream("safeguards", period);
    let mut sheet = Sheet::new(FileKind::Safeguards);
    let cast = scene.unit.cast;
    for place in &scene.unit.home {
        let Some(member) = scene.roster.members.get(*place) else {
            continue;
        };
        let merged = *place == cast.merged && period.last_day() >= scene.roster.merge_on;
        if merged || *place == cast.twins.1 {
            continue;
        }
        let size = match member.dept.group {
            DepartmentGroup::Provincial => 14,
            DepartmentGroup::Municipal => 12,
            DepartmentGroup::District | DepartmentGroup::PublicService => 8,
        };
        for (kind, required) in [("设施", size), ("数据", size + 2), ("人员", size - 2)] {
            // Small numbers of gaps, fewer where the department is careful in general.
            let gaps = if stream.chance(member.habits.fresh) {
                0
            } else {
                stream.between(1, 3)
            };
            let twin = (*place == cast.twins.0).then_some(cast.twins.1);
            for place in [Some(*place), twin].into_iter().flatten() {
                let row = Row::new(FileKind::Safeguards)
                    .with(safeguards::DEPARTMENT, scene.id(place))
                    .with(safeguards::PERIOD, period)
                    .with(safeguards::KIND, kind)
                    .with(safeguards::REQUIRED, required)
                    .with(safeguards::MET, required - gaps);
                sheet.push(row);
            }
        }
    }
    sheet
}
