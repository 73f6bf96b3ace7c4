//! Which texts of a column the formulas of a pack ask for by name.

use std::collections::BTreeSet;

use super::Pack;
use super::compile::{CompiledRule, compile};
use crate::formula::tree::{Kind, Node};
use crate::schema::Schema;

/// What formulas do with one column.
#[derive(Default)]
struct Asked<'c> {
    column: &'c str,
    texts: BTreeSet<String>,
    /// How often the column is read, and how often only to be compared with texts.
    read: usize,
    compared: usize,
}

impl Asked<'_> {
    fn is_column(&self, node: &Node) -> bool {
        matches!(&node.kind, Kind::Column { name, .. } if name == self.column)
    }

    fn see(&mut self, node: &Node) {
        match &node.kind {
            Kind::OneOf(one, texts) if self.is_column(one) => {
                self.compared += 1;
                self.texts.extend(texts.iter().cloned());
            }
            Kind::SameText(left, right) => {
                for (one, other) in [(left, right), (right, left)] {
                    if let (true, Kind::Text(text)) = (self.is_column(one), &other.kind) {
                        self.compared += 1;
                        self.texts.insert(text.clone());
                    }
                }
            }
            _ => self.read += usize::from(self.is_column(node)),
        }
    }
}

impl Pack {
    /// The texts that the formulas of indicators compare a column of a fact table with; `None` when
    /// one reads the column in another way, so that any text may count, or the pack does not
    /// compile.
    pub fn texts_named(
        &self,
        schema: &Schema,
        table: &str,
        column: &str,
    ) -> Option<BTreeSet<String>> {
        let compiled = compile(self, schema).ok()?;
        let table = compiled.schema.table_index(table)?;
        let mut asked = Asked {
            column,
            ..Asked::default()
        };
        let rules = compiled.indicators.iter();
        let own = rules.filter(|rule: &&CompiledRule| rule.table == table);
        for rule in own {
            let condition = rule.condition.as_ref();
            rule.value
                .walk_after(condition, &mut |node| asked.see(node));
        }
        (asked.read == asked.compared).then_some(asked.texts)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::pack::{PackFiles, load};
    use crate::{Column, TableSchema, Type, Unit};

    fn named(value: &str) -> Option<BTreeSet<String>> {
        let number = Type::Number {
            unit: Unit::None,
            scale: 2,
        };
        let columns = vec![
            Column::new("measure", Type::Text, ""),
            Column::new("achieved", number, ""),
            Column::new("population", number, ""),
        ];
        let judged = vec![
            Column::new("indicator", Type::Text, ""),
            Column::new("value", number, ""),
        ];
        let schema = Schema {
            tables: vec![
                TableSchema::new("measures", columns),
                TableSchema::new("judgements", judged),
            ],
        };
        let text = include_str!("../tests/kinds.toml").replace("SUM(achieved) > 0", value);
        let text = text.replace("COUNT(*) > 0", value);
        let files = PackFiles {
            root_name: "kinds".into(),
            files: [("pack.toml".to_owned(), text)].into(),
        };
        let loaded = load(&files, &schema);
        let findings: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
        let pack = loaded
            .pack
            .unwrap_or_else(|| panic!("{}", findings.join("\n")));
        pack.texts_named(&schema, "measures", "measure")
    }

    #[test]
    fn the_texts_are_those_of_comparisons_wherever_they_stand() {
        let all = ["found", "fraud", "identified", "praise", "volume"];
        let mut expected: BTreeSet<String> = all.map(str::to_owned).into();
        assert_eq!(named("COUNT(*) > 0").as_ref(), Some(&expected));
        expected.extend(["甲".to_owned(), "乙".to_owned(), "丙".to_owned()]);
        let value = "COUNT(*) FILTER (WHERE measure IN ('甲', '乙') OR measure <> '丙') > 0";
        assert_eq!(named(value).as_ref(), Some(&expected));
    }

    #[test]
    fn a_column_that_is_read_otherwise_may_be_anything() {
        assert_eq!(named("COUNT(DISTINCT measure) > 0"), None);
    }
}
