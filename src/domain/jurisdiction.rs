//! Jurisdictions 行政区划: a tree by GB/T 2260 code, as it stands on each day.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::ids::JurisdictionCode;
use crate::period::DateRange;

/// Level of government, highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 国家
    Nation,
    /// 省级
    Province,
    /// 市级
    City,
    /// 县级
    District,
}

impl Level {
    /// The level by its Chinese or English name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.trim() {
            "国家" | "nation" => Self::Nation,
            "省级" | "省" | "province" => Self::Province,
            "市级" | "市" | "city" => Self::City,
            "县级" | "区县" | "县" | "district" => Self::District,
            _ => return None,
        })
    }

    /// Stable English name, used in rules and the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nation => "nation",
            Self::Province => "province",
            Self::City => "city",
            Self::District => "district",
        }
    }

    /// Chinese name, used in files and on pages.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Nation => "国家",
            Self::Province => "省级",
            Self::City => "市级",
            Self::District => "县级",
        }
    }
}

/// How two jurisdictions lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// They are the same.
    Horizontal,
    /// One is above the other.
    Vertical,
    /// Neither is above the other.
    CrossRegion,
}

/// One jurisdiction, for the days on which it is so. When its name, level or superior changes, as
/// when a county becomes a district (撤县设区) or comes under the province (省直管), another version
/// of the same code begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jurisdiction {
    /// GB/T 2260 code.
    pub code: JurisdictionCode,
    /// Name as published, for example 郑州市.
    pub name: String,
    /// Level of government.
    pub level: Level,
    /// The next higher jurisdiction; `None` at the root.
    pub parent: Option<JurisdictionCode>,
    /// Days on which it is so.
    pub valid: DateRange,
}

impl Jurisdiction {
    /// Since ever and without end: the days of one that is registered without dates.
    pub fn always() -> DateRange {
        DateRange {
            from: NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(NaiveDate::MIN),
            to: None,
        }
    }
}

/// All known jurisdictions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JurisdictionTree {
    /// Versions of each code, by first day.
    nodes: BTreeMap<JurisdictionCode, Vec<Jurisdiction>>,
}

impl JurisdictionTree {
    /// A tree of the given nodes; of two with the same code and first day the later replaces the
    /// earlier.
    pub fn new(nodes: impl IntoIterator<Item = Jurisdiction>) -> Self {
        let mut tree = Self::default();
        for node in nodes {
            let versions = tree.nodes.entry(node.code.clone()).or_default();
            match versions.binary_search_by_key(&node.valid.from, |one| one.valid.from) {
                Ok(place) => {
                    if let Some(known) = versions.get_mut(place) {
                        *known = node;
                    }
                }
                Err(place) => versions.insert(place, node),
            }
        }
        tree
    }

    /// The last version of a code.
    pub fn get(&self, code: &JurisdictionCode) -> Option<&Jurisdiction> {
        self.nodes.get(code)?.last()
    }

    /// The node of a code on a day.
    pub fn get_on(&self, code: &JurisdictionCode, day: NaiveDate) -> Option<&Jurisdiction> {
        let mut versions = self.nodes.get(code)?.iter();
        versions.find(|node| node.valid.contains(day))
    }

    /// All versions of all nodes, by code and first day.
    pub fn iter(&self) -> impl Iterator<Item = &Jurisdiction> {
        self.nodes.values().flatten()
    }

    /// A code of which two versions hold on one day.
    pub fn ambiguous(&self) -> Option<&JurisdictionCode> {
        let overlap = |versions: &&Vec<Jurisdiction>| {
            let pairs = versions.iter().zip(versions.iter().skip(1));
            pairs.into_iter().any(|(a, b)| a.valid.overlaps(b.valid))
        };
        let versions = self.nodes.values().find(overlap)?;
        versions.first().map(|node| &node.code)
    }

    /// The days after the first and up to the last on which the tree is another than the day before.
    pub fn changes(&self, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
        let begins_or_ends = |node: &Jurisdiction| [Some(node.valid.from), node.valid.to];
        let days = self.iter().flat_map(begins_or_ends).flatten();
        let mut days: Vec<NaiveDate> = days.filter(|day| first < *day && *day <= last).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The node and its superiors on a day, nearest first. Stops at an unknown parent, and after as
    /// many steps as there are nodes, so that a cycle in bad data cannot hang it.
    pub fn lineage<'a>(
        &'a self,
        code: &JurisdictionCode,
        day: NaiveDate,
    ) -> impl Iterator<Item = &'a Jurisdiction> {
        let mut next = self.get_on(code, day);
        std::iter::from_fn(move || {
            let node = next?;
            next = node
                .parent
                .as_ref()
                .and_then(|parent| self.get_on(parent, day));
            Some(node)
        })
        .take(self.nodes.len())
    }

    /// The lowest jurisdiction that on the day is, or is above, both: who pays for what flows
    /// between them.
    pub fn lowest_common_superior(
        &self,
        one: &JurisdictionCode,
        other: &JurisdictionCode,
        day: NaiveDate,
    ) -> Option<&Jurisdiction> {
        self.lineage(one, day).find(|node| {
            let mut others = self.lineage(other, day);
            others.any(|above| above.code == node.code)
        })
    }

    /// How two jurisdictions lie to each other on a day.
    pub fn relation(
        &self,
        one: &JurisdictionCode,
        other: &JurisdictionCode,
        day: NaiveDate,
    ) -> Relation {
        if one == other {
            return Relation::Horizontal;
        }
        let superior = self.lowest_common_superior(one, other, day);
        match superior.map(|node| &node.code) {
            Some(code) if code == one || code == other => Relation::Vertical,
            _ => Relation::CrossRegion,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn node(code: &str, level: Level, parent: Option<&str>) -> Jurisdiction {
        Jurisdiction {
            code: code.into(),
            name: code.to_owned(),
            level,
            parent: parent.map(JurisdictionCode::from),
            valid: Jurisdiction::always(),
        }
    }

    /// Two provinces of one state, two cities and a district more in the first.
    fn tree() -> Vec<Jurisdiction> {
        vec![
            node("000000", Level::Nation, None),
            node("410000", Level::Province, Some("000000")),
            node("410100", Level::City, Some("410000")),
            node("410105", Level::District, Some("410100")),
            node("410102", Level::District, Some("410100")),
            node("410200", Level::City, Some("410000")),
            node("420000", Level::Province, Some("000000")),
            node("990000", Level::Province, None),
        ]
    }

    #[test]
    fn the_payer_is_the_lowest_common_superior() {
        use Relation::{CrossRegion, Horizontal, Vertical};
        let tree = JurisdictionTree::new(tree());
        for (what, one, other, superior, relation) in [
            (
                "within a district",
                "410105",
                "410105",
                Some("410105"),
                Horizontal,
            ),
            (
                "district and city",
                "410105",
                "410100",
                Some("410100"),
                Vertical,
            ),
            (
                "district and province",
                "410000",
                "410105",
                Some("410000"),
                Vertical,
            ),
            (
                "districts of a city",
                "410105",
                "410102",
                Some("410100"),
                CrossRegion,
            ),
            (
                "cities of a province",
                "410100",
                "410200",
                Some("410000"),
                CrossRegion,
            ),
            (
                "district, another city",
                "410105",
                "410200",
                Some("410000"),
                CrossRegion,
            ),
            (
                "two provinces",
                "410100",
                "420000",
                Some("000000"),
                CrossRegion,
            ),
            ("nothing above both", "410100", "990000", None, CrossRegion),
        ] {
            let (one, other) = (one.into(), other.into());
            for (one, other) in [(&one, &other), (&other, &one)] {
                let today = day("2026-03-31");
                let found = tree.lowest_common_superior(one, other, today);
                assert_eq!(found.map(|node| node.code.as_str()), superior, "{what}");
                assert_eq!(tree.relation(one, other, today), relation, "{what}");
            }
        }
    }

    #[test]
    fn a_county_that_comes_under_the_province_has_another_payer_from_that_day() {
        let mut nodes = tree();
        let moved = day("2026-03-16");
        for node in &mut nodes {
            if node.code.as_str() == "410105" {
                node.valid.to = Some(moved);
            }
        }
        let mut after = node("410105", Level::District, Some("410000"));
        after.valid.from = moved;
        nodes.push(after);
        let tree = JurisdictionTree::new(nodes);
        let payer = |on: &str| {
            let (one, other) = ("410105".into(), "410102".into());
            let found = tree.lowest_common_superior(&one, &other, day(on));
            found.map(|node| node.code.as_str())
        };
        assert_eq!(payer("2026-03-15"), Some("410100"));
        assert_eq!(payer("2026-03-16"), Some("410000"));
        assert_eq!(tree.changes(day("2026-03-01"), day("2026-03-31")), [moved]);
        assert_eq!(tree.changes(moved, day("2026-03-31")), []);
        assert_eq!(tree.ambiguous(), None);
    }

    #[test]
    fn two_versions_on_one_day_are_found() {
        let mut nodes = tree();
        let mut second = node("410105", Level::District, Some("410000"));
        second.valid.from = day("2026-03-16");
        nodes.push(second);
        let tree = JurisdictionTree::new(nodes);
        assert_eq!(
            tree.ambiguous().map(JurisdictionCode::as_str),
            Some("410105")
        );
    }

    #[test]
    fn a_ring_of_superiors_ends() {
        let ring = [
            node("1", Level::City, Some("2")),
            node("2", Level::City, Some("1")),
        ];
        let tree = JurisdictionTree::new(ring);
        assert!(tree.lineage(&"1".into(), day("2026-03-31")).count() <= 2);
    }
}
