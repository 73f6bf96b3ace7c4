//! What a bundle says of itself: pack, version, sequence, validity, and the digest of every file.
//!
//! One line a fact, one text a manifest: what is signed is these bytes and no other spelling of
//! them is read.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::NaiveDate;
use domain::DateRange;
use domain::canon::sha256_hex;

use crate::error::BundleError;
use crate::version::Version;

const FORMAT: &str = "hengxiang-rules/1";
/// Written where a range has no end.
const NEVER: &str = "never";

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path in the pack.
    pub path: String,
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    /// Bytes of the content.
    pub size_bytes: usize,
}

/// The manifest of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Id of the pack.
    pub pack: String,
    /// Its version.
    pub version: Version,
    /// Grows with every release of the pack, whatever its version.
    pub sequence: u64,
    /// Periods for which the rules are in force.
    pub effective: DateRange,
    /// Days on which the bundle may be installed and used for new assessments.
    pub valid: DateRange,
    /// Digest of the rules, as runs record it.
    pub rules_sha256: String,
    /// The files, by path.
    pub entries: Vec<Entry>,
}

impl Manifest {
    /// The entries of files.
    pub fn entries_of(files: &BTreeMap<String, String>) -> Result<Vec<Entry>, BundleError> {
        files
            .iter()
            .map(|(path, text)| {
                if !is_plain_path(path) {
                    return Err(BundleError::BadPath { path: path.clone() });
                }
                Ok(Entry {
                    path: path.clone(),
                    sha256: sha256_hex(text.as_bytes()),
                    size_bytes: text.len(),
                })
            })
            .collect()
    }

    /// The text that is signed.
    pub fn to_text(&self) -> String {
        let day =
            |day: Option<NaiveDate>| day.map_or_else(|| NEVER.to_owned(), |day| day.to_string());
        let mut text = format!(
            "{FORMAT}\npack {}\nversion {}\nsequence {}\neffective {} {}\nvalid {} {}\nrules {}\n",
            self.pack,
            self.version,
            self.sequence,
            self.effective.from,
            day(self.effective.to),
            self.valid.from,
            day(self.valid.to),
            self.rules_sha256
        );
        for entry in &self.entries {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "file {} {} {}",
                entry.sha256, entry.size_bytes, entry.path
            );
        }
        text
    }

    /// Reads the text; only the very text that [`Manifest::to_text`] writes is one.
    pub fn parse(text: &str) -> Result<Self, BundleError> {
        let damaged = || BundleError::Damaged {
            what: "清单 manifest".to_owned(),
        };
        let manifest = read(text).ok_or_else(damaged)?;
        if let Some(entry) = manifest
            .entries
            .iter()
            .find(|entry| !is_plain_path(&entry.path))
        {
            return Err(BundleError::BadPath {
                path: entry.path.clone(),
            });
        }
        let ascending = manifest
            .entries
            .windows(2)
            .all(|pair| pair.first().map(|one| &one.path) < pair.last().map(|one| &one.path));
        if manifest.to_text() == text && ascending && !manifest.entries.is_empty() {
            Ok(manifest)
        } else {
            Err(damaged())
        }
    }
}

fn read(text: &str) -> Option<Manifest> {
    let mut lines = text.lines();
    if lines.next()? != FORMAT {
        return None;
    }
    let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let pack = field("pack")?.to_owned();
    let version = field("version")?.parse().ok()?;
    let sequence = field("sequence")?.parse().ok()?;
    let effective = range(field("effective")?)?;
    let valid = range(field("valid")?)?;
    let rules_sha256 = field("rules")?.to_owned();
    let entries = lines.map(entry).collect::<Option<Vec<_>>>()?;
    Some(Manifest {
        pack,
        version,
        sequence,
        effective,
        valid,
        rules_sha256,
        entries,
    })
}

fn range(text: &str) -> Option<DateRange> {
    let (from, to) = text.split_once(' ')?;
    let to = if to == NEVER {
        None
    } else {
        Some(to.parse().ok()?)
    };
    Some(DateRange {
        from: from.parse().ok()?,
        to,
    })
}

fn entry(line: &str) -> Option<Entry> {
    let mut parts = line.strip_prefix("file ")?.splitn(3, ' ');
    Some(Entry {
        sha256: parts.next()?.to_owned(),
        size_bytes: parts.next()?.parse().ok()?,
        path: parts.next()?.to_owned(),
    })
}

/// `pack.toml`, `tests/reply.toml`: at most one folder, nothing that a file system reads otherwise.
fn is_plain_path(path: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
    };
    path.len() <= 200 && path.split('/').count() <= 2 && path.split('/').all(plain)
}
