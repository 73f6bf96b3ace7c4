//! The bytes of a bundle.
//!
//! A mark, then the manifest with its signatures and the files in order of path, each text behind
//! its length. One bundle has one spelling: there are no names twice, no times, owners, modes,
//! links or padding to zero or to forget, as a tar or ZIP would bring, and the reader can only
//! stop early, never guess.

use std::collections::BTreeMap;

use domain::canon::{Canon as _, CanonError, Reader, Writer, sha256_hex};
use ledger::Signer;

use crate::error::BundleError;
use crate::manifest::Manifest;

/// First bytes of every bundle.
const MARK: &[u8] = b"hengxiang rule bundle 1\n";
/// Largest bundle: far above any real one.
pub const SIZE_MAX: usize = 32 << 20;

/// A manifest, its signatures, and the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    manifest: Manifest,
    /// The text of the manifest, with signature lines below it if it is signed.
    note: String,
    files: BTreeMap<String, String>,
}

impl Bundle {
    /// An unsigned bundle of files. `manifest.entries` are made from the files.
    pub fn new(
        mut manifest: Manifest,
        files: BTreeMap<String, String>,
    ) -> Result<Self, BundleError> {
        manifest.entries = Manifest::entries_of(&files)?;
        let note = manifest.to_text();
        // What could not be read back must not be written.
        let manifest = Manifest::parse(&note)?;
        Ok(Self {
            manifest,
            note,
            files,
        })
    }

    /// The manifest.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The text of the manifest with its signatures.
    pub(crate) fn note(&self) -> &str {
        &self.note
    }

    /// The files by path.
    pub const fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// Names that the signatures claim; none for an unsigned bundle.
    pub fn signers(&self) -> Vec<String> {
        let lines = self.signatures().lines();
        lines
            .filter_map(|line| Some(line.split(' ').nth(1)?.to_owned()))
            .collect()
    }

    fn signatures(&self) -> &str {
        self.note.split_once("\n\n").map_or("", |(_, below)| below)
    }

    /// The same bundle with a signature more; unchanged when the key has signed it already.
    #[must_use]
    pub fn signed(mut self, signer: &Signer) -> Self {
        let text = self.manifest.to_text();
        let signed = signer.sign(&text);
        let own = signed.get(text.len() + 1..).unwrap_or_default();
        let before = self.signatures();
        if before.lines().any(|line| line == own.trim_end()) {
            return self;
        }
        self.note = format!("{text}\n{before}{own}");
        self
    }

    /// The bundle with another note below its files: what a forger could send.
    #[cfg(test)]
    pub(crate) fn with_note(&self, note: impl FnOnce(String) -> String) -> Self {
        Self {
            note: note(self.manifest.to_text()),
            ..self.clone()
        }
    }

    /// The bytes: one bundle, one byte string.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.raw(MARK);
        self.note.write(&mut writer);
        for text in self.files.values() {
            text.write(&mut writer);
        }
        writer.into_bytes()
    }

    /// Reads bytes and compares every file with the manifest. Signatures are not looked at: that
    /// is [`Bundle::admit`]'s part.
    pub fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > SIZE_MAX {
            return Err(BundleError::Damaged {
                what: format!("超过 {SIZE_MAX} 字节 (too large)"),
            });
        }
        if bytes.len() < MARK.len() && MARK.starts_with(bytes) {
            return Err(BundleError::Truncated { at: bytes.len() });
        }
        let rest = bytes.strip_prefix(MARK).ok_or(BundleError::NotABundle)?;
        let mut reader = Reader::new(rest);
        let note = String::read(&mut reader).map_err(fault)?;
        let manifest = Manifest::parse(manifest_of(&note))?;
        let mut files = BTreeMap::new();
        for entry in &manifest.entries {
            let text = String::read(&mut reader).map_err(fault)?;
            if text.len() != entry.size_bytes || sha256_hex(text.as_bytes()) != entry.sha256 {
                return Err(BundleError::Tampered {
                    path: entry.path.clone(),
                });
            }
            files.insert(entry.path.clone(), text);
        }
        reader.finish().map_err(fault)?;
        Ok(Self {
            manifest,
            note,
            files,
        })
    }
}

/// The text of the manifest in a note, with its last newline.
fn manifest_of(note: &str) -> &str {
    let end = note.find("\n\n").map_or(note.len(), |blank| blank + 1);
    note.get(..end).unwrap_or(note)
}

fn fault(error: CanonError) -> BundleError {
    match error {
        CanonError::Truncated { at } => BundleError::Truncated {
            at: at + MARK.len(),
        },
        other => BundleError::Damaged {
            what: other.to_string(),
        },
    }
}
