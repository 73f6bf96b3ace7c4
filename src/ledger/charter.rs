//! The charter of a ledger: how it hashes and blinds, and which keys may sign it. Its first record
//! founds it, later ones certify keys; a ledger from before there were charters has none.

use domain::DepartmentId;

use crate::certificate::Certificate;
use crate::digest::{Digest, Hash};
use crate::leaf::canon_variants;
use crate::note::VerifierKey;

/// A change of the charter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CharterChange {
    /// The ledger begins. Never handed to a department, since `blinding` would undo the blinding.
    Founded {
        /// Its hash function, for ever.
        hash: Hash,
        /// A secret that blinds records and sealed balances: a department that is handed the hash
        /// of another's record beside its own cannot find out by trying what it says.
        blinding: Digest,
    },
    /// The root key, which is kept offline, certified a key to sign the ledger from now on.
    Certified {
        /// The root key, the same for ever.
        root: String,
        /// The certificate, a note signed by it.
        certificate: String,
    },
}

canon_variants! { CharterChange, "change of the charter" {
    Founded = "founded" { hash, blinding },
    Certified = "certified" { root, certificate },
} }

/// What the charter says by now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charter {
    hash: Hash,
    blinding: Option<Digest>,
    root: Option<VerifierKey>,
    certificates: Vec<Certified>,
}

/// A key that the root certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// Record number; the key signs every checkpoint of this size and above, until the next.
    pub seq: u64,
    /// The key.
    pub key: VerifierKey,
    /// The certificate as the root signed it.
    pub note: String,
}

/// Bytes of a record's blind: no hash of a record is found by trying.
pub(crate) const BLIND_BYTES: usize = 16;

/// The blind of a record.
pub(crate) type Blind = [u8; BLIND_BYTES];

impl Charter {
    /// The hash function of the ledger.
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// Whether the first record founded the ledger.
    pub const fn is_founded(&self) -> bool {
        self.blinding.is_some()
    }

    /// The root key, once a certificate named it.
    pub const fn root(&self) -> Option<&VerifierKey> {
        self.root.as_ref()
    }

    /// The certified keys, in order.
    pub fn certified(&self) -> &[Certified] {
        &self.certificates
    }

    /// The key that signs a checkpoint of the size; `None` before the first certificate, when it is
    /// the key that the ledger was begun with.
    pub fn key_at(&self, size: u64) -> Option<&VerifierKey> {
        let mut newest_first = self.certificates.iter().rev();
        let found = newest_first.find(|certified| certified.seq <= size);
        found.map(|certified| &certified.key)
    }

    /// The blind of a record.
    pub(crate) fn record_blind(&self, seq: u64) -> Option<Blind> {
        let blinding = self.blinding.as_ref()?;
        let digest = self.hash.of_parts(&[
            b"hengxiang-record-blind-1",
            blinding.as_bytes(),
            &seq.to_be_bytes(),
        ]);
        digest.as_bytes().first_chunk().copied()
    }

    /// The blind of an owner's balances, as the record that closes a month seals them.
    pub(crate) fn balance_blind(&self, close_seq: u64, owner: &str) -> Option<Digest> {
        let blinding = self.blinding.as_ref()?;
        Some(self.hash.of_parts(&[
            b"hengxiang-balance-blind-1",
            blinding.as_bytes(),
            &close_seq.to_be_bytes(),
            owner.as_bytes(),
        ]))
    }

    /// The charter after a change in the record, or why it does not follow.
    pub(crate) fn advance(&self, seq: u64, change: &CharterChange) -> Result<Self, &'static str> {
        match change {
            CharterChange::Founded { hash, blinding } => {
                if seq != 1 {
                    return Err("立账须为首条记录 founded after the first record");
                }
                Ok(Self {
                    hash: *hash,
                    blinding: Some(*blinding),
                    ..Self::default()
                })
            }
            CharterChange::Certified { root, certificate } => self.certify(seq, root, certificate),
        }
    }

    fn certify(&self, seq: u64, root: &str, note: &str) -> Result<Self, &'static str> {
        let root: VerifierKey = root.parse().map_err(|_| "根公钥 root key")?;
        if self.root.as_ref().is_some_and(|known| *known != root) {
            return Err("根公钥与先前不同 another root key");
        }
        let certificate = Certificate::open(note, &root).map_err(|_| "密钥证书 certificate")?;
        let expected = u64::try_from(self.certificates.len()).map_or(0, |count| count + 1);
        if certificate.serial != expected {
            return Err("证书序号不连续 gap in certificate numbers");
        }
        let mut known = self.certificates.iter();
        if known.any(|earlier| earlier.key == certificate.key) {
            return Err("密钥已用过 key certified before");
        }
        let mut after = self.clone();
        after.root = Some(root);
        after.certificates.push(Certified {
            seq,
            key: certificate.key,
            note: note.to_owned(),
        });
        Ok(after)
    }
}

/// Under which name the balances of a department are sealed.
pub(crate) fn department_owner(department: &DepartmentId) -> String {
    format!("D:{department}")
}
