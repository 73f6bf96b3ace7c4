//! Checkpoints: the size and root of the log under a signature, and proofs that one extends another.

use crate::digest::{Digest, Hash};
use crate::error::LedgerError;
use crate::merkle::{self, Tree};
use crate::note::{Signer, VerifierKey, from_base64, to_base64};

/// The state of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root hash.
    pub root: Digest,
    /// The hash function of the log.
    pub hash: Hash,
}

/// The extension line that names a hash other than that of RFC 6962.
const HASH_LINE: &str = "hash ";

const CHECKPOINT: LedgerError = LedgerError::Malformed {
    what: "检查点 checkpoint",
};

impl Checkpoint {
    /// The text that is signed: origin, size, root, and the hash where it is not SHA-256.
    pub fn to_text(&self) -> String {
        let root = to_base64(self.root.as_bytes());
        let hash = match self.hash {
            Hash::Sha256 => String::new(),
            hash @ Hash::Sm3 => format!("{HASH_LINE}{}\n", hash.code()),
        };
        format!("{}\n{}\n{root}\n{hash}", self.origin, self.size)
    }

    /// The size and root alone.
    pub const fn tree(&self) -> Tree {
        Tree {
            size: self.size,
            root: self.root,
        }
    }

    /// Signs it.
    pub fn sign(self, signer: &Signer) -> SignedCheckpoint {
        let note = signer.sign(&self.to_text());
        SignedCheckpoint {
            checkpoint: self,
            note,
        }
    }

    /// Reads the text of a checkpoint; of the extension lines after the root, one may name the hash
    /// and all others are passed over.
    fn read(text: &str) -> Result<Self, LedgerError> {
        let mut lines = text.lines();
        let mut next = || lines.next().filter(|line| !line.is_empty());
        let origin = next().ok_or(CHECKPOINT)?;
        let size = next().and_then(read_number).ok_or(CHECKPOINT)?;
        let root = next().and_then(read_hash).ok_or(CHECKPOINT)?;
        let named: Vec<&str> = lines
            .filter_map(|line| line.strip_prefix(HASH_LINE))
            .collect();
        let hash = match named[..] {
            [] => Hash::default(),
            [code] => Hash::from_code(code).ok_or(CHECKPOINT)?,
            _ => return Err(CHECKPOINT),
        };
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            hash,
        })
    }
}

/// A decimal number without sign or leading zeros.
pub(crate) fn read_number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A hash in base64.
pub(crate) fn read_hash(text: &str) -> Option<Digest> {
    Digest::from_slice(&from_base64(text)?)
}

/// A checkpoint with the note that signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: String,
}

impl SignedCheckpoint {
    /// Reads a note and checks that the key signed it for its own log.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, LedgerError> {
        let checkpoint = Checkpoint::read(key.open(note)?)?;
        if checkpoint.origin != key.name() {
            return Err(LedgerError::OtherLog {
                expected: key.name().to_owned(),
                found: checkpoint.origin,
            });
        }
        Ok(Self {
            checkpoint,
            note: note.to_owned(),
        })
    }

    /// What was signed.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note: what is kept, published, printed.
    pub fn note(&self) -> &str {
        &self.note
    }
}

/// The proof that a later checkpoint keeps all that an earlier one had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Size of the earlier tree.
    pub old_size: u64,
    /// Hashes of RFC 6962.
    pub hashes: Vec<Digest>,
}

impl ConsistencyProof {
    /// The proof between two sizes of the log with the leaves; `new_size` leaves are read.
    pub fn new(
        hash: Hash,
        leaves: &[Digest],
        old_size: u64,
        new_size: u64,
    ) -> Result<Self, LedgerError> {
        let index = |size: u64| usize::try_from(size).map_err(|_| LedgerError::OutsideLog);
        let part = leaves.get(..index(new_size)?);
        let part = part.ok_or(LedgerError::OutsideLog)?;
        Ok(Self {
            old_size,
            hashes: merkle::consistency_proof(hash, part, index(old_size)?)?,
        })
    }

    /// The text form: `old SIZE`, then a hash a line.
    pub fn to_text(&self) -> String {
        let hashes = self.hashes.iter().map(|hash| to_base64(hash.as_bytes()));
        let head = format!("old {}", self.old_size);
        let lines: Vec<String> = std::iter::once(head).chain(hashes).collect();
        lines.join("\n") + "\n"
    }

    /// Reads the text form; what follows an empty line is passed over.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        const PROOF: LedgerError = LedgerError::Malformed {
            what: "一致性证明 consistency proof",
        };
        let mut lines = text.lines().map(str::trim_end);
        let head = lines.next().and_then(|line| line.strip_prefix("old "));
        let old_size = head.and_then(read_number).ok_or(PROOF)?;
        let hashes = lines
            .take_while(|line| !line.is_empty())
            .map(|line| read_hash(line).ok_or(PROOF))
            .collect::<Result<_, _>>()?;
        Ok(Self { old_size, hashes })
    }

    /// Checks the proof between two checkpoints.
    pub fn verify(&self, old: &Checkpoint, new: &Checkpoint) -> Result<(), LedgerError> {
        if old.origin != new.origin {
            return Err(LedgerError::OtherLog {
                expected: old.origin.clone(),
                found: new.origin.clone(),
            });
        }
        if self.old_size != old.size || old.hash != new.hash {
            return Err(LedgerError::ProofFails);
        }
        merkle::verify_consistency(new.hash, old.tree(), new.tree(), &self.hashes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    const H: Hash = Hash::Sha256;

    fn checkpoint(leaves: &[Digest]) -> Checkpoint {
        Checkpoint {
            origin: "hengxiang.example/ledger".into(),
            size: u64::try_from(leaves.len()).unwrap(),
            root: merkle::root(H, leaves),
            hash: H,
        }
    }

    #[test]
    fn a_signed_checkpoint_opens_with_its_key_only() {
        let signer = Signer::new("hengxiang.example/ledger", &[7; 32]).unwrap();
        let leaves: Vec<Digest> = (0..9_u8).map(|n| H.leaf(&[n])).collect();
        let signed = checkpoint(&leaves).sign(&signer);
        let key = signer.verifier_key();
        assert_eq!(SignedCheckpoint::open(signed.note(), &key).unwrap(), signed);
        let other = Signer::new("other.example/ledger", &[7; 32]).unwrap();
        assert!(SignedCheckpoint::open(signed.note(), &other.verifier_key()).is_err());
        // The right key under another log's name.
        let strange = checkpoint(&leaves).sign(&other);
        assert!(matches!(
            SignedCheckpoint::open(strange.note(), &other.verifier_key()),
            Err(LedgerError::OtherLog { .. })
        ));
        let national = Checkpoint {
            hash: Hash::Sm3,
            ..checkpoint(&leaves)
        };
        assert_eq!(Checkpoint::read(&national.to_text()), Ok(national));
        let root = to_base64(H.of(b"").as_bytes());
        for hashes in ["hash md5\n", "hash sm3\nhash sha256\n"] {
            assert!(Checkpoint::read(&format!("a\n1\n{root}\n{hashes}")).is_err());
        }
        for text in ["", "a\n", "a\n01\n\n", "a\n1\nAA==\n", "a\n-1\nx\n"] {
            assert!(Checkpoint::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn consistency_survives_its_text_and_a_cut_tail_is_found() {
        let leaves: Vec<Digest> = (0..9_u8).map(|n| H.leaf(&[n])).collect();
        let proof = ConsistencyProof::new(H, &leaves, 5, 9).unwrap();
        let read = ConsistencyProof::parse(&proof.to_text()).unwrap();
        let (old, new) = (checkpoint(&leaves[..5]), checkpoint(&leaves));
        assert!(read.verify(&old, &new).is_ok());
        assert!(read.verify(&new, &old).is_err());
        assert!(read.verify(&checkpoint(&leaves[..4]), &new).is_err());
        let mut rewritten = leaves.clone();
        rewritten[2] = H.leaf(b"rewritten");
        let forged = ConsistencyProof::new(H, &rewritten, 5, 9).unwrap();
        assert!(forged.verify(&old, &checkpoint(&rewritten)).is_err());
        assert!(ConsistencyProof::new(H, &leaves, 10, 9).is_err());
        assert!(ConsistencyProof::new(H, &leaves, 5, 10).is_err());
        assert!(ConsistencyProof::parse("old x\n").is_err());
        assert!(ConsistencyProof::parse("old 5\nnothash\n").is_err());
    }
}
