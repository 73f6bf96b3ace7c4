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
pub(crate) fn key_id(kind: u8, name: &str, public: &[u8; 32]) -> [u8; 4] {
    let digest = Digest::of_parts(&[name.as_bytes(), b"\n", &[kind], public]);
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
        let (name, id, seed) = split_key(ED25519, rest).ok_or(SECRET)?;
        let signer = Self::new(name, &seed)?;
        let public = signer.key.verifying_key().to_bytes();
        if domain::canon::hex(&key_id(ED25519, name, &public)) != id {
            return Err(SECRET);
        }
        Ok(signer)
    }

    /// The secret in the form `PRIVATE+KEY+name+id+seed` of Go's note package, for the file that
    /// keeps it.
    pub fn secret_text(&self) -> String {
        let public = self.key.verifying_key().to_bytes();
        let id = key_id(ED25519, &self.name, &public);
        format!(
            "{SECRET_MARK}{}",
            key_text(ED25519, &self.name, id, &self.key.to_bytes())
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
        let id = key_id(ED25519, &self.name, &public);
        let line = signature_line(&self.name, &[&id, &self.signature(text.as_bytes())]);
        format!("{text}\n{line}")
    }

    /// The bare signature of bytes.
    pub(crate) fn signature(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    /// The public half, bare.
    pub(crate) fn public(&self) -> ed25519_dalek::VerifyingKey {
        self.key.verifying_key()
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
        let own_id = key_id(ED25519, &self.name, self.key.as_bytes());
        let bad = || LedgerError::BadSignature {
            key: self.name.clone(),
        };
        let mut found = false;
        for signature in signatures.of(&self.name, own_id)? {
            if !is_signature(&self.key, text.as_bytes(), &signature) {
                return Err(bad());
            }
            found = true;
        }
        Ok(found.then_some(text))
    }
}

const NOTE: LedgerError = LedgerError::Malformed {
    what: "签名文本 signed note",
};

/// The text with its last newline, and the signature lines.
pub(crate) fn split_note(note: &str) -> Result<(&str, Signatures<'_>), LedgerError> {
    let blank = note.rfind("\n\n").ok_or(NOTE)?;
    let (text, rest) = note.split_at(blank + 1);
    let signatures = rest.strip_prefix('\n').ok_or(NOTE)?;
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return Err(NOTE);
    }
    Ok((text, Signatures(signatures)))
}

/// The signature lines of a note.
pub(crate) struct Signatures<'a>(&'a str);

impl Signatures<'_> {
    /// The signatures of a key, without its id; all lines must be signatures.
    pub(crate) fn of(&self, name: &str, id: [u8; 4]) -> Result<Vec<Vec<u8>>, LedgerError> {
        let mut found = Vec::new();
        for line in self.0.lines() {
            let (signer, bytes) = read_signature(line)?;
            let (own, signature) = bytes.split_at_checked(4).ok_or(NOTE)?;
            if signer == name && own == id {
                found.push(signature.to_vec());
            }
        }
        Ok(found)
    }
}

/// Whether the bytes are the key's signature of the message.
pub(crate) fn is_signature(
    key: &ed25519_dalek::VerifyingKey,
    message: &[u8],
    signature: &[u8],
) -> bool {
    ed25519_dalek::Signature::from_slice(signature)
        .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
}

/// A signature line, with its newline.
pub(crate) fn signature_line(name: &str, parts: &[&[u8]]) -> String {
    format!("{SIGNATURE_MARK}{name} {}\n", to_base64(&parts.concat()))
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
        let id = key_id(ED25519, &self.name, public);
        f.write_str(&key_text(ED25519, &self.name, id, public))
    }
}

impl FromStr for VerifierKey {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let read = read_public(ED25519, text.trim());
        let (name, key) = read.ok_or(LedgerError::Malformed {
            what: "公钥 public key",
        })?;
        Ok(Self { name, key })
    }
}

/// `name+id+` and the base64 of type and key.
pub(crate) fn key_text(kind: u8, name: &str, id: [u8; 4], key: &[u8; 32]) -> String {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(key);
    format!("{name}+{}+{}", domain::canon::hex(&id), to_base64(&bytes))
}

/// Name, id and key of such a text.
fn split_key(kind: u8, text: &str) -> Option<(&str, &str, [u8; 32])> {
    let mut parts = text.splitn(3, '+');
    let (name, id, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = from_base64(encoded)?;
    let (found, key) = bytes.split_first()?;
    let key = key.try_into().ok()?;
    (*found == kind).then_some((name, id, key))
}

/// Name and key of a public key's text.
pub(crate) fn read_public(kind: u8, text: &str) -> Option<(String, ed25519_dalek::VerifyingKey)> {
    let (name, id, public) = split_key(kind, text)?;
    let id_holds = domain::canon::hex(&key_id(kind, name, &public)) == id;
    if !id_holds || !is_key_name(name) {
        return None;
    }
    let key = ed25519_dalek::VerifyingKey::from_bytes(&public).ok()?;
    Some((name.to_owned(), key))
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
