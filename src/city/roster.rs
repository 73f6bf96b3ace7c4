//! Who lives in the model: every department with its code and its habits, and one unit for each city.

use chrono::{Days, NaiveDate};
use domain::{
    DateRange, Department, DepartmentGroup, DepartmentId, JurisdictionCode, Level, Period,
};

use crate::bureaus::{Bureau, DISTRICT, MUNICIPAL, PROVINCIAL, PUBLIC_SERVICE};
use crate::credit_code::credit_code;
use crate::places::{CITIES, City, PROVINCE, jurisdictions};
use crate::plan::Preset;
use crate::stream::Stream;

/// What a department is like, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Habits {
    /// Cases answered in time.
    pub(crate) punctual: u64,
    /// Records that meet the quality rules.
    pub(crate) exact: u64,
    /// Resources renewed in time.
    pub(crate) fresh: u64,
    /// Calls that succeed.
    pub(crate) reliable: u64,
    /// Citizens who are content.
    pub(crate) liked: u64,
}

/// A department of the model.
pub(crate) struct Member {
    /// The department as registered.
    pub(crate) dept: Department,
    /// What kind it is.
    pub(crate) bureau: &'static Bureau,
    /// Number of the kind, for catalogue codes.
    pub(crate) kind_no: usize,
    /// Its habits.
    pub(crate) habits: Habits,
}

/// Who plays which part in a city.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cast {
    /// Ends on the merge day.
    pub(crate) merged: usize,
    /// Takes over from it.
    pub(crate) successor: usize,
    /// Two departments with the same facts.
    pub(crate) twins: (usize, usize),
    /// Gets one request a month.
    pub(crate) tiny: usize,
    /// Gets no request at all.
    pub(crate) idle: usize,
    /// Floods another with calls.
    pub(crate) flooder: usize,
    /// Is flooded.
    pub(crate) flooded: usize,
    /// Two that call each other.
    pub(crate) pair: (usize, usize),
    /// Splits one resource into many.
    pub(crate) splitter: usize,
    /// Has the leak.
    pub(crate) leaky: usize,
}

/// One city's part of the data set.
pub(crate) struct Unit {
    /// The city.
    pub(crate) city: &'static City,
    /// Folder of its files, empty or ending in `/`.
    pub(crate) folder: String,
    /// Places of the departments that provide here.
    pub(crate) home: Vec<usize>,
    /// Places of the departments that consume here.
    pub(crate) callers: Vec<usize>,
    /// The parts.
    pub(crate) cast: Cast,
}

impl Unit {
    /// Whether a jurisdiction is the city or one of its districts.
    pub(crate) fn serves(&self, region: &str) -> bool {
        let districts = self.city.districts;
        region == self.city.code || districts.iter().any(|district| district.0 == region)
    }
}

/// All departments and cities of a plan.
pub(crate) struct Roster {
    /// The departments.
    pub(crate) members: Vec<Member>,
    /// The cities.
    pub(crate) units: Vec<Unit>,
    /// First day on which the merged departments are no more.
    pub(crate) merge_on: NaiveDate,
}

impl Roster {
    /// The departments of a preset.
    pub(crate) fn new(preset: Preset, seed: u64, periods: &[Period]) -> Self {
        let middle = periods.get(periods.len().saturating_sub(1) / 2);
        let merge_on = middle.map_or(NaiveDate::MIN, |period| period.first_day() + Days::new(15));
        let mut roster = Self {
            members: Vec::new(),
            units: Vec::new(),
            merge_on,
        };
        let provincial = roster.add(seed, &CITIES[0], DepartmentGroup::Provincial, &PROVINCIAL);
        match preset {
            Preset::City => {
                let mut unit = roster.add_city(seed, &CITIES[0]);
                unit.home.extend(&provincial);
                let neighbours = roster.add(
                    seed,
                    &CITIES[1],
                    DepartmentGroup::Municipal,
                    MUNICIPAL.get(..3).unwrap_or_default(),
                );
                unit.home.extend(&neighbours);
                unit.callers.clone_from(&unit.home);
                roster.units.push(unit);
            }
            Preset::Province => {
                for city in &CITIES {
                    let mut unit = roster.add_city(seed, city);
                    unit.folder = format!("{}-{}/", city.code, city.name);
                    roster.units.push(unit);
                }
                let heads: Vec<Vec<usize>> = roster
                    .units
                    .iter()
                    .map(|unit| unit.home.iter().take(3).copied().collect())
                    .collect();
                let next_heads = heads.iter().cycle().skip(1);
                for (unit, neighbours) in roster.units.iter_mut().zip(next_heads) {
                    unit.callers = [&unit.home[..], &provincial, neighbours].concat();
                }
                if let Some(capital) = roster.units.first_mut() {
                    capital.home.extend(&provincial);
                }
            }
        }
        // Twins and the merged department only provide: who consumes has facts of its own.
        for unit in &mut roster.units {
            let Cast { merged, twins, .. } = unit.cast;
            unit.callers
                .retain(|place| ![merged, twins.0, twins.1].contains(place));
        }
        roster
    }

    /// The department at a place.
    pub(crate) fn id(&self, place: usize) -> &str {
        self.members
            .get(place)
            .map_or("", |member| member.dept.id.as_str())
    }

    /// Who answers on a day for what a department of the unit provides.
    pub(crate) fn answerable(&self, unit: &Unit, provider: usize, day: NaiveDate) -> usize {
        if provider == unit.cast.merged && day >= self.merge_on {
            unit.cast.successor
        } else {
            provider
        }
    }

    /// How much a department has to do with a city: its size, less if it is a neighbour.
    pub(crate) fn weight(&self, unit: &Unit, place: usize) -> u64 {
        let Some(member) = self.members.get(place) else {
            return 0;
        };
        let region = member.dept.jurisdiction.as_str();
        if unit.serves(region) || region == PROVINCE {
            member.bureau.weight
        } else {
            member.bureau.weight / 8
        }
    }

    fn add_city(&mut self, seed: u64, city: &'static City) -> Unit {
        let municipal = self.add(seed, city, DepartmentGroup::Municipal, &MUNICIPAL);
        // Two dozen departments of districts, spread over as many districts as there are.
        let each = (24 / city.districts.len().max(6)).clamp(1, DISTRICT.len());
        let mut home = municipal.clone();
        for (number, bureau) in DISTRICT.iter().take(each).enumerate() {
            for (code, name) in city.districts {
                let group = DepartmentGroup::District;
                let full_name = bureau.full_name(group, city, name);
                home.push(self.push(seed, code, group, bureau, 41 + number, full_name));
            }
        }
        let services = self.add(seed, city, DepartmentGroup::PublicService, &PUBLIC_SERVICE);
        home.extend(&services);
        let named = |name: &str| {
            let place = MUNICIPAL.iter().position(|bureau| bureau.name == name);
            place
                .and_then(|place| municipal.get(place))
                .copied()
                .unwrap_or(0)
        };
        let cast = Cast {
            merged: named("园林局"),
            successor: named("城市管理局"),
            twins: (
                services.first().copied().unwrap_or(0),
                services.get(1).copied().unwrap_or(0),
            ),
            tiny: named("地方史志办公室"),
            idle: named("信访局"),
            flooder: named("应急管理局"),
            flooded: named("气象局"),
            pair: (named("商务局"), named("文化广电和旅游局")),
            splitter: named("民政局"),
            leaky: named("卫生健康委员会"),
        };
        self.settle(&cast);
        Unit {
            city,
            folder: String::new(),
            callers: home.clone(),
            home,
            cast,
        }
    }

    /// Gives the members of the cast what their parts ask for.
    fn settle(&mut self, cast: &Cast) {
        let successor = self.members.get(cast.successor).map(|m| m.dept.id.clone());
        if let Some(merged) = self.members.get_mut(cast.merged) {
            merged.dept.valid.to = Some(self.merge_on);
            merged.dept.successor = successor;
        }
        let habits = self.members.get(cast.twins.0).map(|member| member.habits);
        if let (Some(twin), Some(habits)) = (self.members.get_mut(cast.twins.1), habits) {
            twin.habits = habits;
        }
        if let Some(tiny) = self.members.get_mut(cast.tiny) {
            tiny.habits.punctual = 1000;
        }
    }

    fn add(
        &mut self,
        seed: u64,
        city: &'static City,
        group: DepartmentGroup,
        bureaus: &'static [Bureau],
    ) -> Vec<usize> {
        let first_no = match group {
            DepartmentGroup::Municipal => 1,
            DepartmentGroup::District => 41,
            DepartmentGroup::PublicService => 51,
            DepartmentGroup::Provincial => 61,
        };
        let region = Bureau::region(group, city);
        bureaus
            .iter()
            .zip(first_no..)
            .map(|(bureau, kind_no)| {
                let name = bureau.full_name(group, city, "");
                self.push(seed, region, group, bureau, kind_no, name)
            })
            .collect()
    }

    fn push(
        &mut self,
        seed: u64,
        region: &str,
        group: DepartmentGroup,
        bureau: &'static Bureau,
        kind_no: usize,
        name: String,
    ) -> usize {
        let id = credit_code(bureau, region, kind_no);
        let mut stream = Stream::new(seed, &["habits", &id]);
        let habits = Habits {
            punctual: stream.between(860, 998),
            exact: stream.between(940, 999),
            fresh: stream.between(800, 998),
            reliable: stream.between(965, 999),
            liked: stream.between(700, 980),
        };
        // No plan reaches further back than the reform: the calendar starts in 2019.
        let reform = NaiveDate::from_ymd_opt(2018, 12, 28).unwrap_or(NaiveDate::MIN);
        let age = if bureau.is_reformed() {
            0
        } else {
            Stream::new(0, &["founded", &id]).below(25 * 365)
        };
        self.members.push(Member {
            dept: Department {
                id: DepartmentId::new(id),
                name,
                jurisdiction: JurisdictionCode::new(region),
                group,
                valid: DateRange {
                    from: reform - Days::new(age),
                    to: None,
                },
                successor: None,
            },
            bureau,
            kind_no,
            habits,
        });
        self.members.len() - 1
    }
}

/// Codes of jurisdictions that a department's sharing can be for the sake of: its own and those
/// above it.
pub(crate) fn superiors(region: &str) -> Vec<&'static str> {
    let rows = jurisdictions();
    let mut found = Vec::new();
    let mut next = region;
    while let Some((code, _, level, parent)) = rows.iter().find(|row| row.0 == next) {
        found.push(*code);
        if *level == Level::Province {
            break;
        }
        next = *parent;
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use domain::uscc::{self, UsccCheck};
    use std::collections::BTreeSet;

    fn months() -> Vec<Period> {
        ["2026-01", "2026-02", "2026-03"]
            .map(|text| text.parse().unwrap())
            .to_vec()
    }

    #[test]
    fn t24_codes_are_unique_and_valid_but_for_one_a_city() {
        let roster = Roster::new(Preset::Province, 1, &months());
        let ids: BTreeSet<_> = roster.members.iter().map(|m| m.dept.id.clone()).collect();
        assert_eq!(ids.len(), roster.members.len());
        let wrong: Vec<_> = roster
            .members
            .iter()
            .filter(|m| uscc::check(m.dept.id.as_str()) != UsccCheck::Valid)
            .map(|m| m.bureau.name)
            .collect();
        assert_eq!(wrong, ["体育局"; 18]);
    }

    #[test]
    fn a_city_has_about_sixty_departments_and_its_cast() {
        let roster = Roster::new(Preset::City, 1, &months());
        let in_group = |group| {
            roster
                .members
                .iter()
                .filter(|m| m.dept.group == group)
                .count()
        };
        assert_eq!(in_group(DepartmentGroup::Municipal), 38); // three of them Kaifeng's
        assert_eq!(in_group(DepartmentGroup::District), 24);
        assert_eq!(in_group(DepartmentGroup::PublicService), 5);
        assert_eq!(in_group(DepartmentGroup::Provincial), 6);
        let cast = roster.units[0].cast;
        let name = |place: usize| roster.members[place].dept.name.as_str();
        assert_eq!(name(cast.merged), "郑州市园林局");
        assert_eq!(name(cast.twins.1), "郑州燃气集团有限公司");
        let merged = &roster.members[cast.merged].dept;
        assert_eq!(merged.valid.to.unwrap().to_string(), "2026-02-16");
        assert_eq!(
            merged.successor.as_ref().unwrap().as_str(),
            roster.id(cast.successor)
        );
        assert_eq!(superiors("410105"), ["410105", "410100", "410000"]);
    }

    #[test]
    fn every_city_of_the_province_is_of_like_size() {
        let roster = Roster::new(Preset::Province, 1, &months());
        assert_eq!(roster.units.len(), 18);
        for unit in &roster.units {
            assert!((40..=80).contains(&unit.home.len()), "{}", unit.city.name);
            assert!(
                unit.callers.iter().any(|place| !unit.home.contains(place))
                    || unit.city.code == "410100"
            );
        }
    }
}
