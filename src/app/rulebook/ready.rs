//! Rules ready to use, and where they came from.

use std::path::PathBuf;

use bundle::Bundle;
use domain::{DateRange, Period};
use engine::{Pack, PackFiles};

use super::loaded;
use crate::error::Error;

/// Where rules came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The program itself.
    BuiltIn,
    /// The folder of the settings.
    Folder(PathBuf),
    /// An installed bundle.
    Bundle {
        /// SHA-256 of its bytes.
        sha256: String,
        /// Its sequence.
        sequence: u64,
        /// The trusted key that signed it.
        signer: Option<String>,
    },
    /// What a run keeps.
    Run,
}

/// A pack ready to use, with the texts it was read from.
pub struct Rules {
    /// The pack.
    pub pack: Pack,
    /// Its texts.
    pub files: PackFiles,
    /// Where it came from.
    pub origin: Origin,
    /// Days on which it may be used for new assessments.
    pub(super) valid: Option<DateRange>,
}

/// The texts of a bundle, as a folder of the pack's name.
pub(super) fn files_of(bundle: &Bundle) -> PackFiles {
    PackFiles {
        root_name: bundle.manifest().pack.clone(),
        files: bundle.files().clone(),
    }
}

/// The rules of texts, compiled.
pub(super) fn rules_from(
    files: PackFiles,
    origin: Origin,
    valid: Option<DateRange>,
) -> Result<Rules, Error> {
    Ok(Rules {
        pack: loaded(&files, &assess::schema())?,
        files,
        origin,
        valid,
    })
}

/// Id and version, as runs record them.
pub(super) fn name_of(pack: &Pack) -> String {
    format!("{}@{}", pack.header.id, pack.header.version)
}

/// Whether a month lies in it as a whole.
pub(super) fn covers(effective: DateRange, period: Period) -> bool {
    effective.contains(period.first_day()) && effective.contains(period.last_day())
}
