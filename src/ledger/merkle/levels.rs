//! A whole tree kept level by level, so that each of many proofs costs a logarithm.

use super::split_point;
use crate::checkpoint::ConsistencyProof;
use crate::digest::{Digest, Hash};
use crate::error::LedgerError;

/// All full subtrees of a log: level 0 is the leaves, level k the roots over 2^k of them.
#[derive(Clone, Debug)]
pub struct Levels {
    hash: Hash,
    levels: Vec<Vec<Digest>>,
}

impl Levels {
    /// The tree over the leaf hashes.
    pub fn new(hash: Hash, leaves: Vec<Digest>) -> Self {
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let pairs = below.chunks_exact(2);
            let above = pairs
                .filter_map(|pair| match pair {
                    [left, right] => Some(hash.node(left, right)),
                    _ => None,
                })
                .collect();
            levels.push(above);
        }
        Self { hash, levels }
    }

    /// The root of the first `size` leaves.
    pub fn root(&self, size: usize) -> Result<Digest, LedgerError> {
        self.subtree(0, size)
    }

    /// The proof that a leaf is in the tree of the first `size` leaves: siblings from the leaf up.
    pub fn inclusion_proof(&self, index: usize, size: usize) -> Result<Vec<Digest>, LedgerError> {
        if index >= size {
            return Err(LedgerError::OutsideLog);
        }
        let (mut start, mut count) = (0, size);
        let mut proof = Vec::new();
        while count > 1 {
            let left = split_point(count);
            if index < start + left {
                proof.push(self.subtree(start + left, count - left)?);
                count = left;
            } else {
                proof.push(self.subtree(start, left)?);
                start += left;
                count -= left;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// The proof that the tree of the first `old` leaves is a prefix of that of the first `new`.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<ConsistencyProof, LedgerError> {
        let place = |size: u64| usize::try_from(size).map_err(|_| LedgerError::OutsideLog);
        let (old_count, mut count) = (place(old)?, place(new)?);
        if old > new {
            return Err(LedgerError::OutsideLog);
        }
        let (mut start, mut rest, mut whole) = (0, old_count, true);
        let mut hashes = Vec::new();
        while rest > 0 && rest < count {
            let left = split_point(count);
            if rest <= left {
                hashes.push(self.subtree(start + left, count - left)?);
                count = left;
            } else {
                hashes.push(self.subtree(start, left)?);
                (start, rest, count) = (start + left, rest - left, count - left);
                whole = false;
            }
        }
        if !whole {
            hashes.push(self.subtree(start, count)?);
        }
        hashes.reverse();
        Ok(ConsistencyProof {
            old_size: old,
            hashes,
        })
    }

    /// The root over `count` leaves from `start` on, a multiple of the power of two at or above it.
    fn subtree(&self, start: usize, count: usize) -> Result<Digest, LedgerError> {
        let outside = LedgerError::OutsideLog;
        match count {
            0 => Ok(self.hash.of(b"")),
            count if count.is_power_of_two() => {
                let power = count.trailing_zeros();
                let level = usize::try_from(power)
                    .ok()
                    .and_then(|at| self.levels.get(at));
                let found = level.and_then(|level| level.get(start >> power));
                found.copied().ok_or(outside)
            }
            count => {
                let left = split_point(count);
                let (a, b) = (
                    self.subtree(start, left)?,
                    self.subtree(start + left, count - left)?,
                );
                Ok(self.hash.node(&a, &b))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::super::{inclusion_proof, root};
    use super::*;

    #[test]
    fn it_gives_the_proofs_of_the_whole_tree_at_every_size() {
        let hash = Hash::Sha256;
        let leaves: Vec<Digest> = (0..70_u8).map(|n| hash.leaf(&[n])).collect();
        let tree = Levels::new(hash, leaves.clone());
        for size in 0..=leaves.len() {
            assert_eq!(tree.root(size).unwrap(), root(hash, &leaves[..size]));
            for index in 0..size {
                let expected = inclusion_proof(hash, &leaves[..size], index).unwrap();
                assert_eq!(tree.inclusion_proof(index, size).unwrap(), expected);
            }
        }
        for new in 0..=70_u64 {
            for old in 0..=new {
                let expected = ConsistencyProof::new(hash, &leaves, old, new).unwrap();
                assert_eq!(tree.consistency_proof(old, new).unwrap(), expected);
            }
        }
        assert!(tree.consistency_proof(4, 3).is_err());
        assert!(tree.root(71).is_err());
        assert!(tree.inclusion_proof(3, 3).is_err());
        assert!(tree.inclusion_proof(3, 71).is_err());
    }
}
