//! What a file is checked against: registry, catalogue, X-Road maps, and the day of import.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::facts::{Judgement, SourceLine};
use domain::{DateRange, Decimal4, DepartmentId, Period, Registry, ResourceCode, ShareType};

/// What is known already when a file is read.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Jurisdictions and departments.
    pub registry: &'a Registry,
    /// The catalogue.
    pub resources: &'a HashMap<ResourceCode, KnownResource>,
    /// X-Road members and services.
    pub members: &'a MemberMap,
    /// What may be judged.
    pub judging: &'a Judging,
    /// Measures that some rule pack reads; `None` where any may be.
    pub measures: Option<&'a BTreeSet<String>>,
    /// Business date of the import in Asia/Shanghai; facts after it are refused.
    pub today: NaiveDate,
}

/// What judgements are checked against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judging {
    /// What the rule pack leaves to judgement.
    pub indicators: Vec<Judgeable>,
    /// Months whose result stands: their judgements change no more.
    pub decided: BTreeSet<Period>,
    /// The judgements of these months.
    pub standing: Vec<Judgement>,
}

/// An indicator that is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgeable {
    /// Its id.
    pub id: String,
    /// When it is in force; the last day of the month decides.
    pub in_force: DateRange,
    /// The most that may be given.
    pub most: Decimal4,
}

/// What rows about a resource are checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownResource {
    /// Providing department.
    pub provider: DepartmentId,
    /// Share type.
    pub share_type: ShareType,
}

/// One line of the X-Road member map 成员对照.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberEntry {
    /// X-Road instance.
    pub instance: String,
    /// Member class.
    pub class: String,
    /// Member code.
    pub code: String,
    /// Subsystem; `None` for all that have no line of their own.
    pub subsystem: Option<String>,
    /// The department the member is.
    pub department: DepartmentId,
    /// Where the row was read.
    pub source: SourceLine,
}

/// One line of the X-Road service map 服务对照.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEntry {
    /// X-Road instance.
    pub instance: String,
    /// Member class of the provider.
    pub class: String,
    /// Member code of the provider.
    pub code: String,
    /// Subsystem; `None` for all that have no line of their own.
    pub subsystem: Option<String>,
    /// Service code.
    pub service: String,
    /// The resource that the service delivers.
    pub resource: ResourceCode,
    /// Where the row was read.
    pub source: SourceLine,
}

/// A member or, with a service code, a service; the subsystem may be empty.
type MapKey = [String; 5];

/// Which department an X-Road member is and which resource a service delivers.
#[derive(Clone, Debug, Default)]
pub struct MemberMap {
    members: HashMap<MapKey, DepartmentId>,
    services: HashMap<MapKey, ResourceCode>,
}

impl MemberMap {
    /// A map of the entries; of two for the same member or service the later one holds.
    pub fn new(
        members: impl IntoIterator<Item = MemberEntry>,
        services: impl IntoIterator<Item = ServiceEntry>,
    ) -> Self {
        let key = |instance, class, code, subsystem: Option<String>, service| {
            [
                instance,
                class,
                code,
                subsystem.unwrap_or_default(),
                service,
            ]
        };
        Self {
            members: members
                .into_iter()
                .map(|m| {
                    let key = key(m.instance, m.class, m.code, m.subsystem, String::new());
                    (key, m.department)
                })
                .collect(),
            services: services
                .into_iter()
                .map(|s| {
                    let key = key(s.instance, s.class, s.code, s.subsystem, s.service);
                    (key, s.resource)
                })
                .collect(),
        }
    }

    /// The department of a member: by its subsystem, else by the member as a whole.
    pub fn department(
        &self,
        [instance, class, code, subsystem]: [&str; 4],
    ) -> Option<&DepartmentId> {
        find(&self.members, [instance, class, code, subsystem, ""])
    }

    /// The resource of a service: by the provider's subsystem, else by the member as a whole.
    pub fn resource(
        &self,
        [instance, class, code, subsystem]: [&str; 4],
        service: &str,
    ) -> Option<&ResourceCode> {
        find(&self.services, [instance, class, code, subsystem, service])
    }
}

/// The value of the exact key, else of the key without its subsystem.
fn find<'a, T>(map: &'a HashMap<MapKey, T>, key: [&str; 5]) -> Option<&'a T> {
    let mut key = key.map(str::to_owned);
    if let Some(found) = map.get(&key) {
        return Some(found);
    }
    let [_, _, _, subsystem, _] = &mut key;
    subsystem.clear();
    map.get(&key)
}

/// Whether two codes name one department through mergers and renamings: equal, or one is among
/// the successors of the other. A catalogue keeps the old code while rows bear the new one.
pub(crate) fn same_house(registry: &Registry, one: &DepartmentId, other: &DepartmentId) -> bool {
    let leads_to = |from: &DepartmentId, to: &DepartmentId| {
        let bound = registry.departments().count();
        let mut next = registry.get(from);
        for _ in 0..=bound {
            let Some(dept) = next else { return false };
            if dept.id == *to {
                return true;
            }
            next = dept.successor.as_ref().and_then(|id| registry.get(id));
        }
        false
    };
    one == other || leads_to(one, other) || leads_to(other, one)
}
