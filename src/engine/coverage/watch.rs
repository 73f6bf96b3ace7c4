//! What evaluation touched, noted while the tests of a pack run. Only watched plans note anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Place;

use crate::formula::tree::Node;

/// Most different combinations of classes noted for a table: far more than tests of a pack make.
const MAX_NOTED: usize = 1 << 16;

/// Collects what watched plans touch.
#[derive(Debug, Default)]
pub struct Watch {
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Version of a table, by where it is written, to the classes looked up.
    pub(super) tables: BTreeMap<Place, BTreeSet<Vec<usize>>>,
    /// CASE, as the tree prints, to the branches that gave a value.
    pub(super) branches: BTreeMap<String, BTreeSet<usize>>,
    /// Condition, as the tree prints, to whether it was false and true somewhere.
    pub(super) conditions: BTreeMap<String, [bool; 2]>,
    /// Rules of deadlines that matched a row: deadline and index.
    pub(super) deadlines: BTreeSet<(String, usize)>,
}

impl Watch {
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        // A panic of another test leaves whole entries behind.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn look_up(&self, table: &Place, classes: &[usize]) {
        let mut seen = self.seen();
        let noted = seen.tables.entry(table.clone()).or_default();
        if noted.len() < MAX_NOTED {
            noted.insert(classes.to_vec());
        }
    }

    pub(crate) fn branch(&self, case: &Node, branch: usize) {
        let mut seen = self.seen();
        seen.branches.entry(key(case)).or_default().insert(branch);
    }

    pub(crate) fn condition(&self, condition: &Node, values: impl Iterator<Item = bool>) {
        let mut seen = self.seen();
        let outcomes = seen.conditions.entry(key(condition)).or_default();
        for value in values {
            if let Some(outcome) = outcomes.get_mut(usize::from(value)) {
                *outcome = true;
            }
        }
    }

    pub(crate) fn deadline(&self, deadline: &str, rule: usize) {
        self.seen().deadlines.insert((deadline.to_owned(), rule));
    }
}

/// The tree as text: equal trees are one branch, wherever they stand.
pub(super) fn key(node: &Node) -> String {
    format!("{node:?}")
}
