//! A small world to check files against.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use domain::facts::{Judgement, SourceLine};
use domain::period::DateRange;
use domain::uscc::check_character;
use domain::{
    Decimal4, Department, DepartmentGroup, DepartmentId, Jurisdiction, JurisdictionTree, Level,
    Registry, ResourceCode, ShareType,
};

use crate::{
    Context, Counts, IngestError, Input, Judgeable, Judging, KnownResource, MemberEntry, MemberMap,
    Reading, ServiceEntry,
};

/// Registry, catalogue and maps of the tests.
pub(super) struct World {
    pub(super) registry: Registry,
    pub(super) resources: HashMap<ResourceCode, KnownResource>,
    pub(super) members: MemberMap,
    pub(super) judging: Judging,
    pub(super) measures: BTreeSet<String>,
}

/// The code of the `n`-th department.
pub(super) fn dept(n: u32) -> String {
    let first = format!("11410100{n:09}");
    format!("{first}{}", check_character(&first).unwrap())
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

impl World {
    /// Departments 1 and 2; 3, which went into 4 on 2026-02-01; 5 in another city. Resources
    /// `307/1` to `307/3` of the departments of the same number.
    pub(super) fn new() -> Self {
        let place = |code: &str, level, parent: Option<&str>| Jurisdiction {
            code: code.into(),
            name: code.to_owned(),
            level,
            parent: parent.map(Into::into),
            valid: Jurisdiction::always(),
        };
        let tree = JurisdictionTree::new([
            place("410000", Level::Province, None),
            place("410100", Level::City, Some("410000")),
            place("410200", Level::City, Some("410000")),
        ]);
        let department =
            |n: u32, from: &str, to: Option<&str>, successor: Option<u32>| Department {
                id: DepartmentId::new(dept(n)),
                name: format!("部门{n}"),
                jurisdiction: "410100".into(),
                group: DepartmentGroup::Municipal,
                valid: DateRange {
                    from: day(from),
                    to: to.map(day),
                },
                successor: successor.map(|n| DepartmentId::new(dept(n))),
            };
        let registry = Registry::new(
            tree,
            [
                department(1, "2019-01-01", None, None),
                department(2, "2019-01-01", None, None),
                department(3, "2019-01-01", Some("2026-02-01"), Some(4)),
                department(4, "2026-02-01", None, None),
                department(5, "2019-01-01", None, None),
            ],
        )
        .unwrap();
        let resources = [1, 2, 3]
            .map(|n| {
                let known = KnownResource {
                    provider: DepartmentId::new(dept(n)),
                    share_type: ShareType::Conditional,
                };
                (ResourceCode::new(format!("307/{n}")), known)
            })
            .into_iter()
            .collect();
        Self {
            registry,
            resources,
            members: Self::members(),
            judging: Self::judging(),
            measures: ["keyword", "praise", "spatial", "theme", "uptime"]
                .map(str::to_owned)
                .into(),
        }
    }

    /// `innovation` of at most ten points, `attitude` a part; a third one ended with 2025. February is
    /// decided, with eight points for department 1.
    fn judging() -> Judging {
        let indicator = |id: &str, to: Option<&str>, most: &str| Judgeable {
            id: id.into(),
            in_force: DateRange {
                from: day("2025-01-01"),
                to: to.map(day),
            },
            most: most.parse().unwrap(),
        };
        Judging {
            indicators: vec![
                indicator("innovation", None, "10"),
                indicator("attitude", None, "1"),
                indicator("ended", Some("2026-01-01"), "5"),
            ],
            decided: ["2026-02".parse().unwrap()].into(),
            standing: vec![Judgement {
                department: DepartmentId::new(dept(1)),
                period: "2026-02".parse().unwrap(),
                indicator: "innovation".into(),
                value: Decimal4::whole(8),
                reason: "材料齐全".into(),
                assessor: "张三".into(),
                signed_on: day("2026-03-02"),
                source: SourceLine { batch: 7, line: 9 },
            }],
        }
    }

    /// Member `M<n>` is department n; `M1` has a subsystem of its own that is department 2;
    /// service `query` of `M<n>` delivers `307/<n>`, of `M2` only by subsystem `DATA`.
    fn members() -> MemberMap {
        let member = |code: &str, subsystem: Option<&str>, n| MemberEntry {
            instance: "HN".into(),
            class: "GOV".into(),
            code: code.into(),
            subsystem: subsystem.map(str::to_owned),
            department: DepartmentId::new(dept(n)),
            source: SourceLine::default(),
        };
        let service = |code: &str, subsystem: Option<&str>, resource: &str| ServiceEntry {
            instance: "HN".into(),
            class: "GOV".into(),
            code: code.into(),
            subsystem: subsystem.map(str::to_owned),
            service: "query".into(),
            resource: resource.into(),
            source: SourceLine::default(),
        };
        MemberMap::new(
            [
                member("M1", None, 1),
                member("M1", Some("HOSTED"), 2),
                member("M2", None, 2),
                member("M3", None, 3),
                member("M5", None, 5),
            ],
            [
                service("M1", None, "307/1"),
                service("M2", Some("DATA"), "307/2"),
                service("M5", None, "307/1"),
            ],
        )
    }

    pub(super) fn context(&self) -> Context<'_> {
        Context {
            registry: &self.registry,
            resources: &self.resources,
            members: &self.members,
            judging: &self.judging,
            measures: Some(&self.measures),
            today: day("2026-04-10"),
        }
    }

    pub(super) fn try_read(&self, bytes: &[u8]) -> Result<Reading, IngestError> {
        let input = Input {
            file_name: "a.csv",
            bytes,
        };
        let reading = crate::read(input, &self.context(), &mut |_| {});
        if let Ok(reading) = &reading {
            check_counts(&reading.counts);
        }
        reading
    }

    /// Reads a text, with `{1}` to `{5}` standing for the codes of the departments.
    pub(super) fn read(&self, text: &str) -> Reading {
        self.try_read(fill(text).as_bytes()).unwrap()
    }
}

/// The text with `{1}` to `{5}` replaced by the codes of the departments.
pub(super) fn fill(text: &str) -> String {
    (1..=5).fold(text.to_owned(), |text, n| {
        text.replace(&format!("{{{n}}}"), &dept(n))
    })
}

/// Every row read is in exactly one of the counts.
pub(super) fn check_counts(counts: &Counts) {
    let Counts {
        read,
        good,
        rejected,
        duplicates,
        paired,
        self_calls,
        metaservices,
        unattributed,
        orphans,
    } = *counts;
    let sum = good + rejected + duplicates + paired + self_calls + metaservices + unattributed;
    assert_eq!(read, sum, "{counts:?}");
    assert!(orphans <= good, "{counts:?}");
}

/// Lines, codes and columns of the rejects.
pub(super) fn rejects(reading: &Reading) -> Vec<(u32, &'static str, &str)> {
    for reject in &reading.rejects {
        assert!(!reject.remedy.is_empty(), "{reject:?}");
        let place = format!("第 {} ", reject.line);
        assert!(reject.reason.starts_with(&place), "{}", reject.reason);
        assert!(reject.reason.ends_with(')'), "{}", reject.reason);
    }
    reading
        .rejects
        .iter()
        .map(|reject| (reject.line, reject.code, reject.column.as_str()))
        .collect()
}
