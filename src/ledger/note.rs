//! C2SP signed notes with Ed25519: keys, signing, verification.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signer as _;
use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;
use crate::error::LedgerError;

/// The signature type of Ed25519 in key ids and encoded keys.
const ED25519: u8 = 1;

/// What a secret key starts with.
const SECRET_MARK: &str = "PRIVATE+KEY+";

/// What a signature line starts with: an em dash and a space.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// Base64 of the bytes.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Bytes of canonical base64.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control())
}

/// The first four bytes of SHA-256 over name, newline, type, public key.
fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let digest = Digest::of_parts(&[name.as_bytes(), b"\n", &[ED25519], public]);
    let [a, b, c, d, ..] = *digest.as_bytes();
    [a, b, c, d]
}

/// A key that signs checkpoints. Its secret never leaves it.
pub struct Signer {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// The key of a name and thirty-two secret bytes, which the caller draws and keeps. The name
    /// is also the origin of the log: a host name and a path, without spaces or plus signs.
    pub fn new(name: impl Into<String>, seed: &[u8; 32]) -> Result<Self, LedgerError> {
        let name = name.into();
        if !is_key_name(&name) {
            return Err(LedgerError::Malformed {
                what: "密钥名称 key name",
            });
        }
        Ok(Self {
            name,
            key: ed25519_dalek::SigningKey::from_bytes(seed),
        })
    }

    /// The key of a text that [`Signer::secret_text`] wrote.
    pub fn from_secret_text(text: &str) -> Result<Self, LedgerError> {
        const SECRET: LedgerError = LedgerError::Malformed {
            what: "私钥 private key",
        };
        let rest = text.trim().strip_prefix(SECRET_MARK).ok_or(SECRET)?;
        let (name, id, seed) = split_key(rest).ok_or(SECRET)?;
        let signer = Self::new(name, &seed)?;
        let public = signer.key.verifying_key().to_bytes();
        if domain::canon::hex(&key_id(name, &public)) != id {
            return Err(SECRET);
        }
        Ok(signer)
    }

    /// The secret in the form `PRIVATE+KEY+name+id+seed` of Go's note package, for the file that
    /// keeps it.
    pub fn secret_text(&self) -> String {
        let public = self.key.verifying_key().to_bytes();
        let id = key_id(&self.name, &public);
        format!(
            "{SECRET_MARK}{}",
            key_text(&self.name, id, &self.key.to_bytes())
        )
    }

    /// The name of the key and origin of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public half, for departments.
    pub fn verifier_key(&self) -> VerifierKey {
        VerifierKey {
            name: self.name.clone(),
            key: self.key.verifying_key(),
        }
    }

    /// The text with a signature line below it. The text ends with a newline.
    pub fn sign(&self, text: &str) -> String {
        let public = self.key.verifying_key().to_bytes();
        let mut bytes = key_id(&self.name, &public).to_vec();
        bytes.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        let encoded = to_base64(&bytes);
        format!("{text}\n{SIGNATURE_MARK}{} {encoded}\n", self.name)
    }
}

/// A public key in the form `name+id+key` of C2SP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: ed25519_dalek::VerifyingKey,
}

impl VerifierKey {
    /// The name of the key and origin of its log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks a signed note and returns its text. Signatures of other keys are passed over; one of
    /// this key must be there, and each of this key must hold.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, LedgerError> {
        let text = self.signed_text(note)?;
        text.ok_or_else(|| LedgerError::BadSignature {
            key: self.name.clone(),
        })
    }

    /// The text of a note that this key signed; `None` when no signature is by this key, an error
    /// when one that claims to be does not hold.
    pub fn signed_text<'a>(&self, note: &'a str) -> Result<Option<&'a str>, LedgerError> {
        let (text, signatures) = split_note(note)?;
        let own_id = key_id(&self.name, self.key.as_bytes());
        let bad = || LedgerError::BadSignature {
            key: self.name.clone(),
        };
        let mut found = false;
        for line in signatures.lines() {
            let (name, bytes) = read_signature(line)?;
            let (id, signature) = bytes.split_at_checked(4).ok_or_else(bad)?;
            if name != self.name || id != own_id {
                continue;
            }
            let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| bad())?;
            self.key
                .verify_strict(text.as_bytes(), &signature)
                .map_err(|_| bad())?;
            found = true;
        }
        Ok(found.then_some(text))
    }
}

const NOTE: LedgerError = LedgerError::Malformed {
    what: "签名文本 signed note",
};

/// The text with its last newline, and the signature lines.
fn split_note(note: &str) -> Result<(&str, &str), LedgerError> {
    let blank = note.rfind("\n\n").ok_or(NOTE)?;
    let (text, rest) = note.split_at(blank + 1);
    let signatures = rest.strip_prefix('\n').ok_or(NOTE)?;
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(NOTE);
    }
    Ok((text, signatures))
}

fn read_signature(line: &str) -> Result<(&str, Vec<u8>), LedgerError> {
    let rest = line.strip_prefix(SIGNATURE_MARK).ok_or(NOTE)?;
    let (name, encoded) = rest.split_once(' ').ok_or(NOTE)?;
    let bytes = from_base64(encoded).ok_or(NOTE)?;
    Ok((name, bytes))
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public = self.key.as_bytes();
        f.write_str(&key_text(&self.name, key_id(&self.name, public), public))
    }
}

impl FromStr for VerifierKey {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        read_key(text.trim()).ok_or(LedgerError::Malformed {
            what: "公钥 public key",
        })
    }
}

/// `name+id+` and the base64 of type and key.
fn key_text(name: &str, id: [u8; 4], key: &[u8; 32]) -> String {
    let mut bytes = vec![ED25519];
    bytes.extend_from_slice(key);
    format!("{name}+{}+{}", domain::canon::hex(&id), to_base64(&bytes))
}

/// Name, id and key of such a text.
fn split_key(text: &str) -> Option<(&str, &str, [u8; 32])> {
    let mut parts = text.splitn(3, '+');
    let (name, id, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = from_base64(encoded)?;
    let (kind, key) = bytes.split_first()?;
    let key = key.try_into().ok()?;
    (*kind == ED25519).then_some((name, id, key))
}

fn read_key(text: &str) -> Option<VerifierKey> {
    let (name, id, public) = split_key(text)?;
    let id_holds = domain::canon::hex(&key_id(name, &public)) == id;
    if !id_holds || !is_key_name(name) {
        return None;
    }
    Some(VerifierKey {
        name: name.to_owned(),
        key: ed25519_dalek::VerifyingKey::from_bytes(&public).ok()?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn the_example_of_the_go_note_package_verifies() {
        let key: VerifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
            .parse()
            .unwrap();
        let note = "If you think cryptography is the answer to your problem,\n\
            then you don't know what your problem is.\n\n\
            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assert!(key.open(note).unwrap().ends_with("problem is.\n"));
        assert!(key.open(&note.replace("answer", "Answer")).is_err());
    }

    #[test]
    fn keys_and_notes_survive_the_round_trip() {
        let signer = Signer::new("hengxiang.example/ledger", &[7; 32]).unwrap();
        let key: VerifierKey = signer.verifier_key().to_string().parse().unwrap();
        assert_eq!(key, signer.verifier_key());
        let note = signer.sign("甲\n乙\n");
        assert_eq!(key.open(&note).unwrap(), "甲\n乙\n");
        let other = Signer::new("hengxiang.example/ledger", &[8; 32]).unwrap();
        assert!(other.verifier_key().open(&note).is_err());
        // A second signature by an unknown key does no harm.
        let stranger = other.sign("甲\n乙\n");
        let line = stranger.lines().last().unwrap();
        assert!(key.open(&format!("{note}{line}\n")).is_ok());
        for (at, c) in note.char_indices() {
            let flipped = if c == 'x' { 'y' } else { 'x' };
            let mut forged = note.clone();
            forged.replace_range(at..at + c.len_utf8(), &flipped.to_string());
            assert!(key.open(&forged).is_err(), "{forged}");
        }
        let secret = signer.secret_text();
        let again = Signer::from_secret_text(&format!("{secret}\n")).unwrap();
        assert_eq!(again.verifier_key(), signer.verifier_key());
        for text in [
            "",
            "x",
            &secret[1..],
            &secret.replace("example", "exampel"),
            &key.to_string(),
        ] {
            assert!(Signer::from_secret_text(text).is_err(), "{text}");
        }
        assert!(Signer::new("a b", &[7; 32]).is_err());
        assert!(Signer::new("a+b", &[7; 32]).is_err());
    }
}
