//! Whom a verifier trusts: a key of the ledger, or the offline root key that certifies such keys.

use crate::certificate::Certificate;
use crate::checkpoint::SignedCheckpoint;
use crate::error::LedgerError;
use crate::note::VerifierKey;

/// What a department keeps to verify with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The ledger's key itself.
    Key(VerifierKey),
    /// The root key; the ledger's keys come with their certificates.
    Root(VerifierKey),
}

/// The keys that may have signed a checkpoint, with the numbers of their certificates.
#[derive(Clone, Debug)]
pub struct Keyring {
    keys: Vec<(u64, VerifierKey)>,
    log: String,
}

impl Trust {
    /// The keyring by the certificates at hand; each must be signed by the root.
    pub fn keyring<'a>(
        &self,
        certificates: impl IntoIterator<Item = &'a String>,
    ) -> Result<Keyring, LedgerError> {
        match self {
            Self::Key(key) => Ok(Keyring {
                keys: vec![(0, key.clone())],
                log: key.name().to_owned(),
            }),
            Self::Root(root) => {
                let read = certificates.into_iter().map(|note| {
                    let certificate = Certificate::open(note, root)?;
                    Ok((certificate.serial, certificate.key))
                });
                let mut keys = read.collect::<Result<Vec<_>, LedgerError>>()?;
                keys.sort_by_key(|(serial, _)| *serial);
                let newest = keys.last().ok_or(LedgerError::Missing {
                    what: "密钥证书 key certificate",
                })?;
                Ok(Keyring {
                    log: newest.1.name().to_owned(),
                    keys,
                })
            }
        }
    }
}

impl Keyring {
    /// Opens a checkpoint by the newest key that signed it; the number of its certificate.
    pub fn open(&self, note: &str) -> Result<(u64, SignedCheckpoint), LedgerError> {
        let mut refused = LedgerError::BadSignature {
            key: self.log.clone(),
        };
        for (serial, key) in self.keys.iter().rev() {
            match SignedCheckpoint::open(note, key) {
                Ok(signed) => return Ok((*serial, signed)),
                Err(fault) => refused = fault,
            }
        }
        Err(refused)
    }
}
