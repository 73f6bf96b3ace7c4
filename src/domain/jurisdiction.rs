//! Jurisdictions 行政区划: a tree by GB/T 2260 code.

use std::collections::BTreeMap;

use crate::ids::JurisdictionCode;

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

/// One jurisdiction.
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
}

/// All known jurisdictions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JurisdictionTree {
    nodes: BTreeMap<JurisdictionCode, Jurisdiction>,
}

impl JurisdictionTree {
    /// A tree of the given nodes; a later node of the same code replaces the earlier.
    pub fn new(nodes: impl IntoIterator<Item = Jurisdiction>) -> Self {
        Self {
            nodes: nodes
                .into_iter()
                .map(|node| (node.code.clone(), node))
                .collect(),
        }
    }

    /// The node of a code.
    pub fn get(&self, code: &JurisdictionCode) -> Option<&Jurisdiction> {
        self.nodes.get(code)
    }

    /// All nodes by code.
    pub fn iter(&self) -> impl Iterator<Item = &Jurisdiction> {
        self.nodes.values()
    }

    /// The node and its superiors, nearest first. Stops at an unknown parent, and after as many
    /// steps as there are nodes, so that a cycle in bad data cannot hang it.
    pub fn lineage<'a>(
        &'a self,
        code: &JurisdictionCode,
    ) -> impl Iterator<Item = &'a Jurisdiction> {
        let mut next = self.nodes.get(code);
        std::iter::from_fn(move || {
            let node = next?;
            next = node
                .parent
                .as_ref()
                .and_then(|parent| self.nodes.get(parent));
            Some(node)
        })
        .take(self.nodes.len())
    }

    /// The lowest jurisdiction that is, or is above, both: who pays for what flows between them.
    pub fn lowest_common_superior(
        &self,
        one: &JurisdictionCode,
        other: &JurisdictionCode,
    ) -> Option<&Jurisdiction> {
        self.lineage(one)
            .find(|node| self.lineage(other).any(|above| above.code == node.code))
    }

    /// How two jurisdictions lie to each other.
    pub fn relation(&self, one: &JurisdictionCode, other: &JurisdictionCode) -> Relation {
        if one == other {
            return Relation::Horizontal;
        }
        let superior = self.lowest_common_superior(one, other);
        match superior.map(|node| &node.code) {
            Some(code) if code == one || code == other => Relation::Vertical,
            _ => Relation::CrossRegion,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> JurisdictionTree {
        let node = |code: &str, level, parent: Option<&str>| Jurisdiction {
            code: code.into(),
            name: code.to_owned(),
            level,
            parent: parent.map(JurisdictionCode::from),
        };
        JurisdictionTree::new([
            node("410000", Level::Province, None),
            node("410100", Level::City, Some("410000")),
            node("410105", Level::District, Some("410100")),
            node("410102", Level::District, Some("410100")),
            node("410200", Level::City, Some("410000")),
            node("420000", Level::Province, None),
        ])
    }

    #[test]
    fn the_payer_is_the_lowest_common_superior() {
        use Relation::{CrossRegion, Horizontal, Vertical};
        let tree = tree();
        for (one, other, superior, relation) in [
            ("410105", "410105", Some("410105"), Horizontal),
            ("410105", "410100", Some("410100"), Vertical),
            ("410000", "410105", Some("410000"), Vertical),
            ("410105", "410102", Some("410100"), CrossRegion),
            ("410105", "410200", Some("410000"), CrossRegion),
            ("410100", "420000", None, CrossRegion),
        ] {
            assert_eq!(
                tree.relation(&one.into(), &other.into()),
                relation,
                "{one} {other}"
            );
            let found = tree.lowest_common_superior(&one.into(), &other.into());
            assert_eq!(
                found.map(|node| node.code.as_str()),
                superior,
                "{one} {other}"
            );
        }
    }
}
