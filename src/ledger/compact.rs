//! The compact range: a growing tree kept as the roots of its full subtrees.

use crate::digest::{Digest, Hash};
use crate::merkle;

/// A Merkle tree that only grows: at most one hash a level, whatever its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactRange {
    hash: Hash,
    size: u64,
    /// Roots of full subtrees, the largest first.
    peaks: Vec<Digest>,
}

impl CompactRange {
    /// The tree without leaves.
    pub const fn new(hash: Hash) -> Self {
        Self {
            hash,
            size: 0,
            peaks: Vec::new(),
        }
    }

    /// The tree over the leaf hashes.
    pub fn of(hash: Hash, leaves: impl IntoIterator<Item = Digest>) -> Self {
        let mut range = Self::new(hash);
        for leaf in leaves {
            range.append(leaf);
        }
        range
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf hash.
    pub fn append(&mut self, leaf: Digest) {
        let mut hash = leaf;
        // Each trailing one of the size is a full subtree that the new leaf completes a pair with.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = self.hash.node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => merkle::root(self.hash, &[]),
            Some(last) => peaks.fold(*last, |right, left| self.hash.node(left, &right)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_as_the_whole_tree_does() {
        let hash = Hash::Sm3;
        let leaves: Vec<Digest> = (0..150_u8).map(|n| hash.leaf(&[n])).collect();
        let mut range = CompactRange::new(hash);
        assert_eq!(range.root(), merkle::root(hash, &[]));
        for (count, leaf) in leaves.iter().enumerate() {
            range.append(*leaf);
            assert_eq!(range.root(), merkle::root(hash, &leaves[..=count]));
        }
        assert_eq!(range, CompactRange::of(hash, leaves));
    }
}
