//! Certificates of ledger keys: notes that the offline root key signed.

use crate::checkpoint::read_number;
use crate::error::LedgerError;
use crate::note::{Signer, VerifierKey};

/// The first line.
const FORMAT: &str = "hengxiang-key-certificate-1";

const CERTIFICATE: LedgerError = LedgerError::Malformed {
    what: "密钥证书 key certificate",
};

/// That a key may sign the checkpoints of the log whose name it bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Counts the keys of the log, from one.
    pub serial: u64,
    /// The key; its name is the origin of the log.
    pub key: VerifierKey,
}

impl Certificate {
    /// The certificate as a note under the root's signature.
    pub fn sign(&self, root: &Signer) -> String {
        root.sign(&format!(
            "{FORMAT}\nserial {}\nkey {}\n",
            self.serial, self.key
        ))
    }

    /// Reads a note and checks that the root signed it.
    pub fn open(note: &str, root: &VerifierKey) -> Result<Self, LedgerError> {
        let lines: Vec<&str> = root.open(note)?.lines().collect();
        let [FORMAT, serial, key] = lines[..] else {
            return Err(CERTIFICATE);
        };
        let serial = serial.strip_prefix("serial ").and_then(read_number);
        let key = key.strip_prefix("key ").ok_or(CERTIFICATE)?;
        Ok(Self {
            serial: serial.ok_or(CERTIFICATE)?,
            key: key.parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn only_the_root_certifies_and_nothing_of_it_can_change() {
        let root = Signer::new("hengxiang.example/root", &[1; 32]).unwrap();
        let key = Signer::new("hengxiang.example/ledger", &[2; 32]).unwrap();
        let certificate = Certificate {
            serial: 3,
            key: key.verifier_key(),
        };
        let note = certificate.sign(&root);
        assert_eq!(
            Certificate::open(&note, &root.verifier_key()),
            Ok(certificate.clone())
        );
        assert!(
            Certificate::open(&note.replace("serial 3", "serial 4"), &root.verifier_key()).is_err()
        );
        let stranger = Signer::new("hengxiang.example/root", &[3; 32]).unwrap();
        assert!(Certificate::open(&certificate.sign(&stranger), &root.verifier_key()).is_err());
        for text in [
            "",
            "hengxiang-key-certificate-1\n",
            "hengxiang-key-certificate-1\nserial 01\nkey x\n",
        ] {
            assert!(Certificate::open(&root.sign(text), &root.verifier_key()).is_err());
        }
    }
}
