//! The elements of a pack as written: kind, id, and flat keys with their values as text.

use std::collections::BTreeMap;

use domain::Place;
use toml_edit::{Item, TableLike, Value};

use crate::pack::load::rule_files;
use crate::pack::{Findings, Lines, PackFiles, SourceText, display_name, parse};

/// What tells elements apart. Versions of one id differ by the day from which they hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) kind: String,
    pub(super) id: String,
    version: String,
}

/// One element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Element {
    /// Flat key to value; several items for a list.
    pub(super) values: BTreeMap<String, Vec<String>>,
    /// Where it is written.
    pub(super) place: Place,
}

impl Element {
    /// A value as one text; empty when absent.
    pub(super) fn text(&self, key: &str) -> String {
        self.values
            .get(key)
            .map_or_else(String::new, |items| items.join("; "))
    }
}

/// Every element of the rule files.
pub(super) fn elements(files: &PackFiles, findings: &Findings) -> BTreeMap<Key, Element> {
    let mut all = BTreeMap::new();
    for (path, text) in rule_files(files) {
        let name = display_name(files, path);
        let lines = Lines::of(text);
        let source = SourceText {
            name: &name,
            text,
            lines: &lines,
        };
        let Some(document) = parse(source, findings) else {
            continue;
        };
        for (kind, item) in document.as_table() {
            gather(source, kind, item, &mut all);
        }
    }
    all
}

/// A section, or each element of a list of them; lists of tables below it are elements themselves.
fn gather(source: SourceText<'_>, kind: &str, item: &Item, all: &mut BTreeMap<Key, Element>) {
    if let Some(tables) = item.as_array_of_tables() {
        for table in tables {
            one(source, kind, table, table.span(), all);
        }
    } else if let Some(table) = item.as_table_like() {
        one(source, kind, table, item.span(), all);
    }
}

fn one(
    source: SourceText<'_>,
    kind: &str,
    table: &dyn TableLike,
    span: Option<std::ops::Range<usize>>,
    all: &mut BTreeMap<Key, Element>,
) {
    let mut values = BTreeMap::new();
    for (key, item) in table.iter() {
        if item.as_array_of_tables().is_some_and(has_ids) {
            gather(source, &format!("{kind}.{key}"), item, all);
        } else {
            flatten(key, item, &mut values);
        }
    }
    let id_of = |name: &str| {
        table
            .get(name)
            .and_then(Item::as_str)
            .map(ToOwned::to_owned)
    };
    let article = || Some(format!("{}:{}", id_of("source")?, id_of("article")?));
    let id = match kind {
        // A pack is compared with another version of itself: its id is a value like any other.
        "pack" => None,
        _ => id_of("id").or_else(article),
    };
    let mut key = Key {
        kind: kind.to_owned(),
        id: id.unwrap_or_default(),
        version: String::new(),
    };
    if all.contains_key(&key) {
        let from = values.get("effective.from").map(|items| items.join(""));
        key.version = from.unwrap_or_else(|| all.len().to_string());
    }
    let place = source.place(span.map_or(0, |span| span.start));
    all.insert(key, Element { values, place });
}

fn has_ids(tables: &toml_edit::ArrayOfTables) -> bool {
    tables.iter().any(|table| table.contains_key("id"))
}

fn flatten(key: &str, item: &Item, to: &mut BTreeMap<String, Vec<String>>) {
    if let Some(tables) = item.as_array_of_tables() {
        let items = tables.iter().map(|table| shown_table(table)).collect();
        to.insert(key.to_owned(), items);
    } else if let Some(table) = item.as_table_like() {
        for (inner, item) in table.iter() {
            flatten(&format!("{key}.{inner}"), item, to);
        }
    } else if let Some(value) = item.as_value() {
        let items = match value {
            Value::Array(array) => array.iter().map(shown).collect(),
            other => vec![shown(other)],
        };
        to.insert(key.to_owned(), items);
    }
}

/// A value without quotes around it, comments and spacing.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Integer(whole) => whole.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(flag) => flag.value().to_string(),
        Value::Datetime(day) => day.value().to_string(),
        Value::Array(array) => {
            let items: Vec<String> = array.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        Value::InlineTable(table) => shown_table(table),
    }
}

fn shown_table(table: &dyn TableLike) -> String {
    let parts: Vec<String> = table
        .iter()
        .map(|(key, item)| {
            let text = match (item.as_value(), item.as_table_like()) {
                (Some(value), _) => shown(value),
                (None, Some(table)) => shown_table(table),
                (None, None) => String::new(),
            };
            format!("{key} = {text}")
        })
        .collect();
    format!("{{ {} }}", parts.join(", "))
}
