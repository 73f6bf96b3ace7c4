//! RFC 6962 Merkle trees over the hash of the ledger: inclusion and consistency proofs, and their
//! verification.

mod levels;

use crate::digest::{Digest, Hash};
use crate::error::LedgerError;

pub use levels::Levels;

/// Leaves in the left subtree: the largest power of two below the number of leaves.
fn split_point(leaves: usize) -> usize {
    leaves
        .checked_next_power_of_two()
        .map_or(1 << (usize::BITS - 1), |power| power / 2)
}

/// The root over leaf hashes.
pub fn root(hash: Hash, leaves: &[Digest]) -> Digest {
    match leaves {
        [] => hash.of(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split_point(leaves.len()));
            hash.node(&root(hash, left), &root(hash, right))
        }
    }
}

/// The proof that a leaf is in the tree: siblings from the leaf up.
pub fn inclusion_proof(
    hash: Hash,
    leaves: &[Digest],
    index: usize,
) -> Result<Vec<Digest>, LedgerError> {
    if index >= leaves.len() {
        return Err(LedgerError::OutsideLog);
    }
    let mut proof = Vec::new();
    let (mut leaves, mut index) = (leaves, index);
    while leaves.len() > 1 {
        let (left, right) = leaves.split_at(split_point(leaves.len()));
        if index < left.len() {
            proof.push(root(hash, right));
            leaves = left;
        } else {
            proof.push(root(hash, left));
            index -= left.len();
            leaves = right;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of the first `old_size` leaves is a prefix of the tree.
pub fn consistency_proof(
    hash: Hash,
    leaves: &[Digest],
    old_size: usize,
) -> Result<Vec<Digest>, LedgerError> {
    if old_size > leaves.len() {
        return Err(LedgerError::OutsideLog);
    }
    let mut proof = Vec::new();
    if old_size == 0 || old_size == leaves.len() {
        return Ok(proof);
    }
    let (mut leaves, mut old, mut whole) = (leaves, old_size, true);
    while old < leaves.len() {
        let (left, right) = leaves.split_at(split_point(leaves.len()));
        if old <= left.len() {
            proof.push(root(hash, right));
            leaves = left;
        } else {
            proof.push(root(hash, left));
            old -= left.len();
            leaves = right;
            whole = false;
        }
    }
    if !whole {
        proof.push(root(hash, leaves));
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that a leaf stands at the index of the tree with the size and root.
pub fn verify_inclusion(
    hash: Hash,
    leaf: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), LedgerError> {
    if root_of_path(hash, leaf, index, size, proof)? == *root {
        Ok(())
    } else {
        Err(LedgerError::ProofFails)
    }
}

/// The root of the tree of the size to which a path of the right length leads from the leaf.
pub(crate) fn root_of_path(
    hash: Hash,
    leaf: &Digest,
    index: u64,
    size: u64,
    path: &[Digest],
) -> Result<Digest, LedgerError> {
    if index >= size {
        return Err(LedgerError::OutsideLog);
    }
    let (mut node, mut last) = (index, size - 1);
    let mut found = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(LedgerError::ProofFails);
        }
        if node % 2 == 1 || node == last {
            found = hash.node(sibling, &found);
            // The right edge climbs past levels where it has no sibling.
            while node.is_multiple_of(2) && node != 0 {
                node /= 2;
                last /= 2;
            }
        } else {
            found = hash.node(&found, sibling);
        }
        node /= 2;
        last /= 2;
    }
    if last == 0 {
        Ok(found)
    } else {
        Err(LedgerError::ProofFails)
    }
}

/// A tree by its size and root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Number of leaves.
    pub size: u64,
    /// Root hash.
    pub root: Digest,
}

/// Checks that the old tree is a prefix of the new one.
pub fn verify_consistency(
    hash: Hash,
    old: Tree,
    new: Tree,
    proof: &[Digest],
) -> Result<(), LedgerError> {
    if old.size > new.size {
        return Err(LedgerError::OutsideLog);
    }
    if old.size == new.size || old.size == 0 {
        let expected = if old.size == 0 {
            root(hash, &[])
        } else {
            new.root
        };
        let holds = proof.is_empty() && old.root == expected;
        return holds.then_some(()).ok_or(LedgerError::ProofFails);
    }
    let (first, rest) = if old.size.is_power_of_two() {
        (old.root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(LedgerError::ProofFails)?;
        (*first, rest)
    };
    let climb = (old.size - 1).trailing_ones();
    let (mut node, mut last) = ((old.size - 1) >> climb, (new.size - 1) >> climb);
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in rest {
        if last == 0 {
            return Err(LedgerError::ProofFails);
        }
        if node % 2 == 1 || node == last {
            old_hash = hash.node(sibling, &old_hash);
            new_hash = hash.node(sibling, &new_hash);
            while node.is_multiple_of(2) && node != 0 {
                node /= 2;
                last /= 2;
            }
        } else {
            new_hash = hash.node(&new_hash, sibling);
        }
        node /= 2;
        last /= 2;
    }
    if last == 0 && old_hash == old.root && new_hash == new.root {
        Ok(())
    } else {
        Err(LedgerError::ProofFails)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use domain::canon::hex;
    use proptest::prelude::*;

    use super::*;

    const H: Hash = Hash::Sha256;

    fn leaf_hash(bytes: &[u8]) -> Digest {
        H.leaf(bytes)
    }

    /// The inputs that Certificate Transparency implementations test with.
    fn ct_leaves() -> Vec<Digest> {
        let inputs: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[
                0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
                0x6e, 0x6f,
            ],
        ];
        inputs.iter().map(|input| leaf_hash(input)).collect()
    }

    fn numbered(count: usize) -> Vec<Digest> {
        (0..count)
            .map(|n| leaf_hash(&u64::try_from(n).unwrap().to_be_bytes()))
            .collect()
    }

    fn size(count: usize) -> u64 {
        u64::try_from(count).unwrap()
    }

    fn tree(leaves: &[Digest]) -> Tree {
        Tree {
            size: size(leaves.len()),
            root: root(H, leaves),
        }
    }

    #[test]
    fn roots_of_the_certificate_transparency_vectors() {
        let leaves = ct_leaves();
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (index, expected) in roots.iter().enumerate() {
            assert_eq!(hex(root(H, &leaves[..=index]).as_bytes()), *expected);
        }
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(root(H, &[]).to_string(), empty);
    }

    #[test]
    fn every_proof_of_every_small_tree_holds_and_no_other_does() {
        let leaves = numbered(34);
        for count in 1..=leaves.len() {
            let (part, new) = (&leaves[..count], tree(&leaves[..count]));
            for index in 0..count {
                let proof = inclusion_proof(H, part, index).unwrap();
                let check = |leaf, at, proof: &[Digest]| {
                    verify_inclusion(H, leaf, at, new.size, proof, &new.root)
                };
                assert!(check(&part[index], size(index), &proof).is_ok());
                for other in (0..count).filter(|other| *other != index) {
                    assert!(check(&part[index], size(other), &proof).is_err());
                    assert!(check(&part[other], size(index), &proof).is_err());
                }
                let mut longer = proof.clone();
                longer.push(new.root);
                assert!(check(&part[index], size(index), &longer).is_err());
            }
            for old in 0..=count {
                let proof = consistency_proof(H, part, old).unwrap();
                let old = tree(&leaves[..old]);
                assert!(verify_consistency(H, old, new, &proof).is_ok());
                let forged = Tree {
                    root: leaf_hash(b"forged"),
                    ..old
                };
                assert!(verify_consistency(H, forged, new, &proof).is_err());
                let mut longer = proof.clone();
                longer.push(new.root);
                assert!(verify_consistency(H, old, new, &longer).is_err());
            }
        }
        assert!(inclusion_proof(H, &leaves, 34).is_err());
        assert!(consistency_proof(H, &leaves, 35).is_err());
    }

    proptest! {
        #[test]
        fn a_flipped_bit_breaks_the_proof(count in 2..200_usize, at in 0..200_usize, flip in any::<(u8, u8)>()) {
            let leaves = numbered(count);
            let index = at % count;
            let mut proof = inclusion_proof(H, &leaves, index).unwrap();
            let which = usize::from(flip.0) % proof.len();
            let mut bytes = *proof[which].as_bytes();
            bytes[usize::from(flip.1 / 8)] ^= 1 << (flip.1 % 8);
            proof[which] = Digest::from_bytes(bytes);
            let whole = tree(&leaves);
            prop_assert!(verify_inclusion(H, &leaves[index], size(index), whole.size, &proof, &whole.root).is_err());
        }

        #[test]
        fn any_proof_bytes_are_refused_without_a_panic(
            index in any::<u64>(), sizes in any::<(u64, u64)>(), proof in prop::collection::vec(any::<[u8; 32]>(), 0..70)
        ) {
            let proof: Vec<Digest> = proof.into_iter().map(Digest::from_bytes).collect();
            let some = leaf_hash(b"x");
            prop_assert!(verify_inclusion(H, &some, index, sizes.1, &proof, &leaf_hash(b"y")).is_err());
            let (old, new) = (Tree { size: sizes.0, root: some }, Tree { size: sizes.1, root: leaf_hash(b"y") });
            prop_assert!(verify_consistency(H, old, new, &proof).is_err());
        }
    }
}
