//! Witnesses: departments that cosign checkpoints (C2SP cosignature v1), each only what extends what
//! it saw before. Two ledgers shown to two departments cannot both be cosigned by the same witness.

use std::fmt;
use std::str::FromStr;

use crate::error::LedgerError;
use crate::note::{
    Signer, is_signature, key_id, key_text, read_public, signature_line, split_note,
};

/// The signature type of cosignatures.
const COSIGNATURE: u8 = 4;

/// A department's key for cosigning; a [`Signer`] under another type, so that neither signature can
/// pass for the other.
#[derive(Debug)]
pub struct Witness {
    signer: Signer,
}

impl Witness {
    /// A witness with the key.
    pub const fn new(signer: Signer) -> Self {
        Self { signer }
    }

    /// The public half, for everybody.
    pub fn key(&self) -> WitnessKey {
        WitnessKey {
            name: self.signer.name().to_owned(),
            key: self.signer.public(),
        }
    }

    /// The signature line over a checkpoint's note, to stand below those that are there. `time` is
    /// in seconds since 1970. That the checkpoint extends the last one cosigned is for the caller to
    /// have checked.
    pub fn cosign(&self, note: &str, time: u64) -> Result<String, LedgerError> {
        let (text, _) = split_note(note)?;
        let signature = self.signer.signature(message(text, time).as_bytes());
        let id = self.key().id();
        Ok(signature_line(
            self.signer.name(),
            &[&id, &time.to_be_bytes(), &signature],
        ))
    }
}

/// What a witness signs.
fn message(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The public key of a witness in the form `name+id+key` of C2SP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    key: ed25519_dalek::VerifyingKey,
}

impl WitnessKey {
    /// The name of the witness.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        key_id(COSIGNATURE, &self.name, self.key.as_bytes())
    }

    /// When the witness cosigned the note, in seconds since 1970; `None` when it did not, an error
    /// when a line that claims to be its own does not hold.
    pub fn cosigned_at(&self, note: &str) -> Result<Option<u64>, LedgerError> {
        let (text, signatures) = split_note(note)?;
        let bad = || LedgerError::BadSignature {
            key: self.name.clone(),
        };
        let mut latest = None;
        for bytes in signatures.of(&self.name, self.id())? {
            let (time, signature) = bytes.split_first_chunk::<8>().ok_or_else(bad)?;
            let time = u64::from_be_bytes(*time);
            if !is_signature(&self.key, message(text, time).as_bytes(), signature) {
                return Err(bad());
            }
            latest = latest.max(Some(time));
        }
        Ok(latest)
    }

    /// The witness's own lines of a note, with their newlines.
    pub fn lines_of(&self, note: &str) -> Result<String, LedgerError> {
        let (_, signatures) = split_note(note)?;
        let all = signatures.of(&self.name, self.id())?;
        let lines = all
            .iter()
            .map(|bytes| signature_line(&self.name, &[&self.id(), bytes]));
        Ok(lines.collect())
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&key_text(
            COSIGNATURE,
            &self.name,
            self.id(),
            self.key.as_bytes(),
        ))
    }
}

impl FromStr for WitnessKey {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let read = read_public(COSIGNATURE, text.trim());
        let (name, key) = read.ok_or(LedgerError::Malformed {
            what: "见证公钥 witness key",
        })?;
        Ok(Self { name, key })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;
    use crate::note::VerifierKey;

    #[test]
    fn a_cosignature_holds_for_its_witness_its_time_and_its_checkpoint() {
        let log = Signer::new("hengxiang.example/ledger", &[1; 32]).unwrap();
        let witness = Witness::new(Signer::new("witness.example/D1", &[2; 32]).unwrap());
        let key: WitnessKey = witness.key().to_string().parse().unwrap();
        let note = log.sign("hengxiang.example/ledger\n5\nAAAA\n");
        assert_eq!(key.cosigned_at(&note), Ok(None));
        let line = witness.cosign(&note, 1_774_915_200).unwrap();
        let cosigned = format!("{note}{line}");
        assert_eq!(key.cosigned_at(&cosigned), Ok(Some(1_774_915_200)));
        assert_eq!(key.lines_of(&cosigned), Ok(line));
        // The log's own signature still holds, and one of another name proves nothing of ours.
        assert!(log.verifier_key().open(&cosigned).is_ok());
        let other = Witness::new(Signer::new("witness.example/D1", &[3; 32]).unwrap());
        assert_eq!(other.key().cosigned_at(&cosigned), Ok(None));
        assert!(
            key.cosigned_at(&cosigned.replace("\n5\n", "\n6\n"))
                .is_err()
        );
        // A later time under an older signature.
        let forged = signature_line(key.name(), &[&key.id(), &9_u64.to_be_bytes(), &[7; 64]]);
        assert!(key.cosigned_at(&format!("{note}{forged}")).is_err());
        // A key of one kind is none of the other.
        assert!(key.to_string().parse::<VerifierKey>().is_err());
        assert!(
            log.verifier_key()
                .to_string()
                .parse::<WitnessKey>()
                .is_err()
        );
    }
}
