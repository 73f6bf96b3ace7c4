//! Whether a bundle may be used: decided by the policy of the one who installs.

use chrono::NaiveDate;
use ledger::VerifierKey;

use crate::archive::Bundle;
use crate::error::BundleError;
use crate::version::Version;

/// Whether signatures are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signatures {
    /// Without a signature by a trusted key nothing is used.
    Required,
    /// Unsigned bundles are used too. One that claims a trusted key must still bear its signature.
    Optional,
}

/// The policy of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether signatures are needed.
    pub signatures: Signatures,
    /// Keys whose signatures count.
    pub trusted: Vec<VerifierKey>,
}

/// The newest bundle of a pack that was installed before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its version.
    pub version: Version,
    /// Its sequence.
    pub sequence: u64,
}

/// A bundle that may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Name of the trusted key that signed it; `None` where none is needed and none did.
    pub signer: Option<String>,
}

impl Bundle {
    /// Whether the bundle may be used on a day. Every question must be answered well; the order
    /// only decides which refusal is told.
    pub fn admit(&self, policy: &Policy, today: NaiveDate) -> Result<Admitted, BundleError> {
        let signer = self.signer(policy)?;
        let valid = self.manifest().valid;
        if today < valid.from {
            return Err(BundleError::NotYetValid {
                not_before_on: valid.from,
                today,
            });
        }
        if let Some(expires_on) = valid.to.filter(|expires_on| *expires_on <= today) {
            return Err(BundleError::Expired { expires_on, today });
        }
        Ok(Admitted { signer })
    }

    /// Refuses what is not newer than what is installed, in version and in sequence.
    pub fn require_newer(&self, installed: &Installed) -> Result<(), BundleError> {
        let manifest = self.manifest();
        if manifest.sequence > installed.sequence && manifest.version >= installed.version {
            return Ok(());
        }
        Err(BundleError::Downgrade {
            pack: manifest.pack.clone(),
            version: manifest.version.clone(),
            sequence: manifest.sequence,
            installed_version: installed.version.clone(),
            installed_sequence: installed.sequence,
        })
    }

    /// The trusted key that signed the manifest. The question is put by the policy: what the
    /// bundle says of its own signatures only words the refusal.
    pub fn signer(&self, policy: &Policy) -> Result<Option<String>, BundleError> {
        let claimed = self.signers();
        if !claimed.is_empty() {
            for key in &policy.trusted {
                if self.is_signed_by(key)? {
                    return Ok(Some(key.name().to_owned()));
                }
            }
        }
        match policy.signatures {
            Signatures::Optional => Ok(None),
            Signatures::Required if claimed.is_empty() => Err(BundleError::Unsigned),
            Signatures::Required => Err(BundleError::UnknownKey { signers: claimed }),
        }
    }

    /// Whether the key signed this manifest, and not another text above the same signatures.
    fn is_signed_by(&self, key: &VerifierKey) -> Result<bool, BundleError> {
        let bad = || BundleError::BadSignature {
            key: key.name().to_owned(),
        };
        match key.signed_text(self.note()).map_err(|_| bad())? {
            None => Ok(false),
            Some(text) if text == self.manifest().to_text() => Ok(true),
            Some(_) => Err(bad()),
        }
    }
}
