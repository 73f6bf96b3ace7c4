//! What differs between two packs, element by element, key by key. Compared is what is written
//! (comments, order and spacing aside), so that nothing a pack may say can be forgotten here.

mod element;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use domain::{Diagnostic, Place};

use super::PackFiles;
use element::{Element, Key, elements};

/// One element of a pack that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where it stands in the pack: `indicator`, `parameter`, `compensation.component`, `rounding`.
    pub kind: String,
    /// Its id; empty for a section that has none.
    pub id: String,
    /// Its title; empty when it has none.
    pub title: String,
    /// Citations as written on the newer side that has the element.
    pub cite: String,
    /// What happened to it.
    pub edit: Edit,
    /// Where it is written, on the newer side that has it.
    pub place: Place,
    /// Elements of the newer pack whose text names it, `kind id`.
    pub used_by: Vec<String>,
}

/// What happened to an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Only the newer pack has it.
    Added,
    /// Only the older pack has it.
    Removed,
    /// Both have it and these keys differ.
    Changed(Vec<KeyEdit>),
}

/// A key that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEdit {
    /// The key, with the tables above it: `effective.from`.
    pub key: String,
    /// What the older pack has and the newer has not: the value, or the items of a list.
    pub before: Vec<String>,
    /// What the newer pack has and the older has not.
    pub after: Vec<String>,
}

/// All differences from the older to the newer pack, in the order of kind and id. Files that cannot
/// be read are reported.
pub fn differences(old: &PackFiles, new: &PackFiles) -> Result<Vec<Difference>, Vec<Diagnostic>> {
    let findings = RefCell::new(Vec::new());
    let before = elements(old, &findings);
    let after = elements(new, &findings);
    let findings = findings.into_inner();
    if !findings.is_empty() {
        return Err(findings);
    }
    let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    Ok(keys
        .into_iter()
        .filter_map(|key| difference(key, before.get(key), after.get(key), &after))
        .collect())
}

fn difference(
    key: &Key,
    before: Option<&Element>,
    after: Option<&Element>,
    all: &BTreeMap<Key, Element>,
) -> Option<Difference> {
    let edit = match (before, after) {
        (None, None) => return None,
        (None, Some(_)) => Edit::Added,
        (Some(_), None) => Edit::Removed,
        (Some(before), Some(after)) => {
            let edits = key_edits(before, after);
            if edits.is_empty() {
                return None;
            }
            Edit::Changed(edits)
        }
    };
    let shown = after.or(before)?;
    Some(Difference {
        kind: key.kind.clone(),
        id: key.id.clone(),
        title: shown.text("title"),
        cite: shown.text("cite"),
        edit,
        place: shown.place.clone(),
        used_by: used_by(key, all),
    })
}

fn key_edits(before: &Element, after: &Element) -> Vec<KeyEdit> {
    let keys: BTreeSet<&String> = before.values.keys().chain(after.values.keys()).collect();
    let none = Vec::new();
    keys.into_iter()
        .filter_map(|key| {
            let old = before.values.get(key).unwrap_or(&none);
            let new = after.values.get(key).unwrap_or(&none);
            (old != new).then(|| KeyEdit {
                key: key.clone(),
                before: without(old, new),
                after: without(new, old),
            })
        })
        .collect()
}

/// The items that the other side has not, each as often as it is missing. Lists of equal items in
/// another order differ as a whole.
fn without(items: &[String], others: &[String]) -> Vec<String> {
    let mut rest: Vec<&String> = others.iter().collect();
    let mut missing = Vec::new();
    for item in items {
        match rest.iter().position(|other| *other == item) {
            Some(found) => {
                rest.swap_remove(found);
            }
            None => missing.push(item.clone()),
        }
    }
    if missing.is_empty() && items.len() >= others.len() && rest.is_empty() {
        return vec![items.join(" | ")];
    }
    missing
}

/// Elements that name a parameter, table or the like in one of their texts.
fn used_by(key: &Key, all: &BTreeMap<Key, Element>) -> Vec<String> {
    let named = ["parameter", "table", "deadline", "weights", "grade", "axis"];
    if key.id.is_empty() || !named.contains(&key.kind.as_str()) {
        return Vec::new();
    }
    let users = all.iter().filter(|(other, element)| {
        *other != key
            && element.values.iter().any(|(name, items)| {
                !["title", "doc", "cite", "text"].contains(&name.as_str())
                    && items.iter().any(|item| names(item, &key.id))
            })
    });
    users
        .map(|(other, _)| format!("{} {}", other.kind, other.id).trim().to_owned())
        .collect()
}

/// Whether the text has the id as a word of its own, or as the head of one: the columns of a
/// deadline `reply` are `reply_days`, `reply_on_time`.
fn names(text: &str, id: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(id).any(|(at, _)| {
        let before = text.get(..at).and_then(|part| part.chars().next_back());
        let after = text
            .get(at + id.len()..)
            .and_then(|part| part.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(|next| is_word(next) && next != '_')
    })
}
