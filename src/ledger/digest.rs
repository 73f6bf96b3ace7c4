//! Digests as values, of runs, of leaves, of roots, and the hash functions of ledgers.

use std::fmt;
use std::str::FromStr;

use domain::canon::hex;
use sha2::Sha256;
use sm3::Sm3;

use crate::error::LedgerError;

/// The hash of a ledger's log, balance trees and idempotency digests, chosen when it is founded.
/// Digests of what lies outside the ledger (runs, files, keys) are SHA-256 always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256, as RFC 6962 has it.
    #[default]
    Sha256,
    /// SM3 of GB/T 32905, where national algorithms are prescribed.
    Sm3,
}

impl Hash {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }

    /// The hash of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Sha256, Self::Sm3]
            .into_iter()
            .find(|hash| hash.code() == code)
    }

    /// The digest of the bytes.
    pub fn of(self, bytes: &[u8]) -> Digest {
        self.of_parts(&[bytes])
    }

    /// The digest of parts read one after another.
    pub fn of_parts(self, parts: &[&[u8]]) -> Digest {
        match self {
            Self::Sha256 => Digest(digest_of::<Sha256>(parts)),
            Self::Sm3 => Digest(digest_of::<Sm3>(parts)),
        }
    }

    /// The hash of a leaf: a leading zero keeps it apart from nodes.
    pub fn leaf(self, bytes: &[u8]) -> Digest {
        self.of_parts(&[&[0], bytes])
    }

    /// The hash of two subtrees.
    pub fn node(self, left: &Digest, right: &Digest) -> Digest {
        self.of_parts(&[&[1], left.as_bytes(), right.as_bytes()])
    }
}

fn digest_of<D>(parts: &[&[u8]]) -> [u8; 32]
where
    D: sha2::Digest,
    [u8; 32]: From<sha2::digest::Output<D>>,
{
    let mut hasher = D::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Thirty-two bytes of a digest; shown as lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// SHA-256 of the bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Hash::Sha256.of(bytes)
    }

    /// SHA-256 of parts read one after another.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        Hash::Sha256.of_parts(parts)
    }

    /// Takes thirty-two bytes as they are.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Takes bytes of unknown length; `None` unless there are thirty-two.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = LedgerError;

    fn from_str(text: &str) -> Result<Self, LedgerError> {
        let fault = || LedgerError::NotADigest {
            text: text.to_owned(),
        };
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(fault());
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| fault())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| fault())?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn hex_there_and_back() {
        let digest = Digest::of(b"abc");
        assert!(digest.to_string().starts_with("ba7816bf8f01cfea"));
        assert_eq!(digest.to_string().parse::<Digest>().unwrap(), digest);
        for text in ["", "ba", &"g".repeat(64), &"é".repeat(32)] {
            assert!(text.parse::<Digest>().is_err(), "{text}");
        }
    }

    /// The examples of GB/T 32905-2016, annex A, and the empty text.
    #[test]
    fn sm3_gives_the_digests_of_its_standard() {
        let long = "abcd".repeat(16);
        for (text, expected) in [
            (
                "abc",
                "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
            ),
            (
                &long,
                "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
            ),
            (
                "",
                "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
            ),
        ] {
            assert_eq!(Hash::Sm3.of(text.as_bytes()).to_string(), expected);
        }
        for hash in [Hash::Sha256, Hash::Sm3] {
            assert_eq!(Hash::from_code(hash.code()), Some(hash));
            let whole = hash.of(b"\x01ab");
            assert_eq!(hash.of_parts(&[b"\x01", b"a", b"b"]), whole);
        }
        assert_eq!(Hash::from_code("md5"), None);
    }
}
