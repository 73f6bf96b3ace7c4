//! The catalogue of a city: which resources its departments have, and how they share them.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use domain::{Period, ShareType, UpdateCycle};

use crate::plan::Scale;
use crate::roster::{Roster, Unit};
use crate::stream::{Stream, Wheel};

/// A resource of the model.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Catalogue code.
    pub(crate) code: String,
    /// Name.
    pub(crate) name: String,
    /// Place of the provider in the roster.
    pub(crate) provider: usize,
    /// 1 basic, 2 theme, 3 department.
    pub(crate) class: usize,
    /// What it is about.
    pub(crate) subject: &'static str,
    /// 接口, 库表 or 文件.
    pub(crate) format: &'static str,
    /// Share type.
    pub(crate) share_type: ShareType,
    /// Update cycle.
    pub(crate) cycle: UpdateCycle,
    /// Data grade, 1 to 4.
    pub(crate) grade: u64,
    /// Number of information items.
    pub(crate) items: u64,
    /// Whether it has an online address.
    pub(crate) mounted: bool,
    /// Day of publication.
    pub(crate) published_on: NaiveDate,
}

/// The resources of a city.
pub(crate) struct Catalogue {
    /// The resources.
    pub(crate) entries: Vec<Entry>,
    /// Places of the resources of each provider.
    by_provider: HashMap<usize, Vec<usize>>,
    /// Resource of the second twin for each of the first.
    mirror: HashMap<usize, usize>,
}

/// Forms of data, with the format each usually has.
const FORMS: [(&str, &str); 40] = [
    ("基本信息", "库表"),
    ("登记信息", "库表"),
    ("变更信息", "库表"),
    ("注销信息", "库表"),
    ("查询接口", "接口"),
    ("核验接口", "接口"),
    ("比对接口", "接口"),
    ("电子证照", "接口"),
    ("行政许可结果", "库表"),
    ("行政处罚信息", "库表"),
    ("检查结果", "库表"),
    ("办件受理信息", "库表"),
    ("办理进度查询", "接口"),
    ("办结信息", "库表"),
    ("名录", "文件"),
    ("清单", "文件"),
    ("年度报告", "文件"),
    ("月度统计", "文件"),
    ("统计汇总", "文件"),
    ("异动明细", "库表"),
    ("缴费明细", "库表"),
    ("发放明细", "库表"),
    ("信用评价信息", "库表"),
    ("失信名单", "库表"),
    ("守信名单", "库表"),
    ("资质信息", "库表"),
    ("从业人员信息", "库表"),
    ("设施设备台账", "文件"),
    ("空间分布信息", "文件"),
    ("监测数据", "接口"),
    ("预警信息", "接口"),
    ("投诉举报信息", "库表"),
    ("培训考核信息", "库表"),
    ("项目信息", "库表"),
    ("资金拨付信息", "库表"),
    ("历史档案", "文件"),
    ("年检信息", "库表"),
    ("公示信息", "文件"),
    ("责任人信息", "库表"),
    ("异议处理信息", "库表"),
];

/// Cycles, with how many of a hundred resources have each.
const CYCLES: [(UpdateCycle, u64); 9] = [
    (UpdateCycle::RealTime, 14),
    (UpdateCycle::Daily, 20),
    (UpdateCycle::Weekly, 9),
    (UpdateCycle::TenDays, 2),
    (UpdateCycle::Monthly, 22),
    (UpdateCycle::Quarterly, 10),
    (UpdateCycle::HalfYearly, 4),
    (UpdateCycle::Yearly, 13),
    (UpdateCycle::OnDemand, 6),
];

impl Catalogue {
    /// The catalogue of a unit.
    pub(crate) fn new(
        seed: u64,
        scale: Scale,
        roster: &Roster,
        unit: &Unit,
        first: Period,
    ) -> Self {
        let mut catalogue = Self {
            entries: Vec::new(),
            by_provider: HashMap::new(),
            mirror: HashMap::new(),
        };
        let family = u64::from(scale.resources / 125).max(4);
        for (provider, count) in counts(scale, roster, unit, family) {
            catalogue.add_provider(seed, roster, unit, provider, count, first);
        }
        catalogue.add_family(seed, roster, unit, family, first);
        catalogue.add_mirror(roster, unit);
        catalogue
    }

    /// Places of the resources of a provider.
    pub(crate) fn of(&self, provider: usize) -> &[usize] {
        self.by_provider.get(&provider).map_or(&[], Vec::as_slice)
    }

    /// The resource at a place.
    pub(crate) fn get(&self, place: usize) -> Option<&Entry> {
        self.entries.get(place)
    }

    /// The resource of the second twin that mirrors one of the first.
    pub(crate) fn mirrored(&self, place: usize) -> Option<usize> {
        self.mirror.get(&place).copied()
    }

    fn push(&mut self, roster: &Roster, unit: &Unit, mut entry: Entry) {
        let Some(member) = roster.members.get(entry.provider) else {
            return;
        };
        let subject = member
            .bureau
            .subjects
            .iter()
            .position(|s| *s == entry.subject);
        let place = self.entries.len();
        entry.code = format!(
            "{}{:02}{:03}{}/{:05}",
            entry.class,
            member.kind_no,
            subject.unwrap_or(0) + 1,
            // Departments of the province keep apart what they file in each city.
            if unit.serves(member.dept.jurisdiction.as_str()) {
                member.dept.jurisdiction.as_str()
            } else {
                unit.city.code
            },
            place + 1
        );
        self.by_provider
            .entry(entry.provider)
            .or_default()
            .push(place);
        self.entries.push(entry);
    }

    fn add_provider(
        &mut self,
        seed: u64,
        roster: &Roster,
        unit: &Unit,
        provider: usize,
        count: u64,
        first: Period,
    ) {
        let Some(member) = roster.members.get(provider) else {
            return;
        };
        let mut stream = Stream::new(seed, &["catalogue", roster.id(provider)]);
        // Every pair of a subject and a form once, in an order of the department's own.
        let mut pairs: Vec<(usize, usize)> =
            (0..8).flat_map(|s| (0..40).map(move |f| (s, f))).collect();
        for last in (1..pairs.len()).rev() {
            pairs.swap(last, stream.index(last + 1));
        }
        for (number, (subject, form)) in (0..count).zip(pairs.iter().cycle()) {
            let subject = member.bureau.subjects.get(*subject).copied().unwrap_or("");
            let (form, format) = FORMS.get(*form).copied().unwrap_or(("", ""));
            let mut name = format!("{}{subject}{form}", member.dept.name);
            let round = number / pairs.len() as u64;
            if round > 0 {
                name = format!("{name}（{}）", round + 1);
            }
            let mut entry = draw(&mut stream, provider, name, subject, format, first);
            entry.published_on = entry.published_on.max(member.dept.valid.from);
            self.push(roster, unit, entry);
        }
    }

    /// The family of one resource cut into many of one item each.
    fn add_family(&mut self, seed: u64, roster: &Roster, unit: &Unit, size: u64, first: Period) {
        let provider = unit.cast.splitter;
        let Some(member) = roster.members.get(provider) else {
            return;
        };
        let subject = member.bureau.subjects[0];
        let mut stream = Stream::new(seed, &["split family", roster.id(provider)]);
        for part in 1..=size {
            let name = format!("{}{subject}分项信息（第{part:02}项）", member.dept.name);
            let entry = Entry {
                items: 1,
                grade: 2,
                class: 3,
                mounted: true,
                share_type: ShareType::Unconditional,
                cycle: UpdateCycle::Monthly,
                ..draw(&mut stream, provider, name, subject, "库表", first)
            };
            self.push(roster, unit, entry);
        }
    }

    /// Gives the second twin what the first has.
    fn add_mirror(&mut self, roster: &Roster, unit: &Unit) {
        let (one, other) = unit.cast.twins;
        let Some(member) = roster.members.get(other) else {
            return;
        };
        for place in self.of(one).to_vec() {
            let Some(entry) = self.get(place).cloned() else {
                continue;
            };
            let own = roster.members.get(one).map_or("", |m| m.dept.name.as_str());
            let from = roster.members.get(one).map(|m| m.bureau.subjects);
            let number = from.and_then(|list| list.iter().position(|s| *s == entry.subject));
            let subject = member
                .bureau
                .subjects
                .get(number.unwrap_or(0))
                .copied()
                .unwrap_or("");
            let name = entry
                .name
                .replace(own, &member.dept.name)
                .replace(entry.subject, subject);
            let mirrored = Entry {
                provider: other,
                subject,
                name,
                ..entry
            };
            self.mirror.insert(place, self.entries.len());
            self.push(roster, unit, mirrored);
        }
    }
}

/// How many resources each department files: by its weight, at least one, together as many as asked.
fn counts(scale: Scale, roster: &Roster, unit: &Unit, family: u64) -> Vec<(usize, u64)> {
    let (one, other) = unit.cast.twins;
    // A neighbour files here only what it shares with this city.
    let weight = |place: &usize| roster.weight(unit, *place);
    let total: u64 = unit.home.iter().map(weight).sum::<u64>().max(1);
    let wanted = u64::from(scale.resources).saturating_sub(family);
    let mut counts: Vec<(usize, u64)> = unit
        .home
        .iter()
        .filter(|place| **place != other)
        .map(|place| (*place, (wanted * weight(place) / total).max(1)))
        .collect();
    let twin = counts
        .iter()
        .find(|row| row.0 == one)
        .map_or(0, |row| row.1);
    let given: u64 = counts.iter().map(|row| row.1).sum::<u64>() + twin;
    if let Some(largest) = counts.iter_mut().max_by_key(|row| row.1) {
        largest.1 = (largest.1 + wanted).saturating_sub(given).max(1);
    }
    counts
}

/// A resource with drawn properties and no code yet.
fn draw(
    stream: &mut Stream,
    provider: usize,
    name: String,
    subject: &'static str,
    format: &'static str,
    first: Period,
) -> Entry {
    let share_type = match stream.below(100) {
        0..60 => ShareType::Unconditional,
        60..92 => ShareType::Conditional,
        _ => ShareType::None,
    };
    let cycle = Wheel::new(CYCLES.map(|row| row.1)).draw(stream);
    let class = Wheel::new([0, 5, 25, 70]).draw(stream);
    let grade = match share_type {
        ShareType::Unconditional => stream.between(1, 2),
        ShareType::Conditional => stream.between(2, 3),
        ShareType::None => stream.between(3, 4),
    };
    let sharable = share_type != ShareType::None && !stream.chance(40);
    // Published some time in the six years before the data set starts.
    let age = stream.between(20, 6 * 365);
    Entry {
        code: String::new(),
        name,
        provider,
        class,
        subject,
        format,
        share_type,
        cycle: CYCLES.get(cycle).map_or(UpdateCycle::Monthly, |row| row.0),
        grade,
        items: 4 + stream.below(12) * stream.below(4) + stream.below(10),
        mounted: sharable || stream.chance(250),
        published_on: first.first_day() - Days::new(age),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::plan::Preset;
    use std::collections::BTreeSet;

    #[test]
    fn a_full_catalogue_has_the_shares_of_the_plan() {
        let first: Period = "2026-01".parse().unwrap();
        let roster = Roster::new(Preset::City, 5, &[first]);
        let unit = &roster.units[0];
        let catalogue = Catalogue::new(5, Scale::CITY, &roster, unit, first);
        let entries = &catalogue.entries;
        assert_eq!(entries.len(), 5000);
        let share = |test: &dyn Fn(&Entry) -> bool| entries.iter().filter(|e| test(e)).count() / 50;
        assert!((58..=62).contains(&share(&|e| e.share_type == ShareType::Unconditional)));
        assert!((30..=34).contains(&share(&|e| e.share_type == ShareType::Conditional)));
        let unmounted = share(&|e| !e.mounted);
        assert!((8..=12).contains(&unmounted), "{unmounted}");
        let codes: BTreeSet<_> = entries.iter().map(|e| &e.code).collect();
        let names: BTreeSet<_> = entries.iter().map(|e| &e.name).collect();
        assert_eq!((codes.len(), names.len()), (5000, 5000));
        let (one, other) = unit.cast.twins;
        assert_eq!(catalogue.of(one).len(), catalogue.of(other).len());
        for place in catalogue.of(one) {
            let mirrored = &entries[catalogue.mirrored(*place).unwrap()];
            let entry = &entries[*place];
            assert_eq!(
                (
                    entry.share_type,
                    entry.cycle,
                    entry.items,
                    entry.grade,
                    entry.mounted
                ),
                (
                    mirrored.share_type,
                    mirrored.cycle,
                    mirrored.items,
                    mirrored.grade,
                    mirrored.mounted
                )
            );
        }
    }

    #[test]
    fn t4_a_family_of_one_item_resources_is_split_off_one() {
        let first: Period = "2026-01".parse().unwrap();
        let roster = Roster::new(Preset::City, 5, &[first]);
        let catalogue = Catalogue::new(5, Scale::SMALL, &roster, &roster.units[0], first);
        let parts = catalogue
            .entries
            .iter()
            .filter(|e| e.name.contains("分项信息"));
        assert!(parts.clone().count() >= 4 && parts.clone().all(|e| e.items == 1));
    }
}
