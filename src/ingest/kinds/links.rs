//! Chains of references between rows of one file: superiors of jurisdictions, successors of
//! departments. Linear in the number of rows, whatever the rows say.

use std::collections::HashMap;
use std::hash::Hash;

/// Where a link of a chain leads.
pub(crate) enum Link<K> {
    /// Nowhere: the chain ends well.
    End,
    /// To another node.
    To(K),
    /// The node itself is not known.
    Unknown,
}

/// What is found of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chain {
    /// It ends.
    Sound,
    /// It leads to something that is not known.
    Dangling,
    /// It runs in a ring.
    Ring,
}

/// Follows the chain of each start.
pub(crate) fn follow<K: Clone + Eq + Hash>(
    starts: impl IntoIterator<Item = K>,
    link: impl Fn(&K) -> Link<K>,
) -> Vec<Chain> {
    let mut known: HashMap<K, Option<Chain>> = HashMap::new();
    let mut found = Vec::new();
    for start in starts {
        let mut path = Vec::new();
        let mut node = start;
        let chain = loop {
            match known.get(&node) {
                Some(Some(chain)) => break *chain,
                Some(None) => break Chain::Ring,
                None => {}
            }
            let next = link(&node);
            known.insert(node.clone(), None);
            path.push(node);
            match next {
                Link::End => break Chain::Sound,
                Link::Unknown => break Chain::Dangling,
                Link::To(after) => node = after,
            }
        };
        for node in path {
            known.insert(node, Some(chain));
        }
        found.push(chain);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_end_dangle_or_turn() {
        let link = |node: &u32| match node {
            0 => Link::End,
            1..=3 => Link::To(node - 1),
            10 => Link::To(11),
            11 | 12 => Link::To(10),
            20 => Link::To(21),
            _ => Link::Unknown,
        };
        assert_eq!(
            follow([3, 1, 10, 11, 12, 20], link),
            [
                Chain::Sound,
                Chain::Sound,
                Chain::Ring,
                Chain::Ring,
                Chain::Ring,
                Chain::Dangling
            ]
        );
    }
}
