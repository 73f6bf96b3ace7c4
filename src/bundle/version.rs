//! Versions of rule packs: numbers between dots, compared as numbers.

use std::fmt;
use std::str::FromStr;

use crate::error::BundleError;

/// A version such as `1.10.0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    numbers: [u32; 3],
}

impl Version {
    /// A sequence number that grows with the version: `major · 10⁶ + minor · 10³ + patch`. `None`
    /// when a number has more than three digits, or the version is all zero.
    pub fn sequence(&self) -> Option<u64> {
        let [major, minor, patch] = self.numbers;
        if minor > 999 || patch > 999 {
            return None;
        }
        let sequence = u64::from(major) * 1_000_000 + u64::from(minor) * 1_000 + u64::from(patch);
        (sequence > 0).then_some(sequence)
    }
}

impl FromStr for Version {
    type Err = BundleError;

    fn from_str(text: &str) -> Result<Self, BundleError> {
        let numbers: Option<Vec<u32>> = text
            .split('.')
            .map(|part| {
                let number: u32 = part.parse().ok()?;
                (number.to_string() == part).then_some(number)
            })
            .collect();
        numbers
            .and_then(|numbers| numbers.try_into().ok())
            .map(|numbers| Self { numbers })
            .ok_or_else(|| BundleError::NotAVersion {
                text: text.to_owned(),
            })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        f.pad(&format!("{major}.{minor}.{patch}"))
    }
}
