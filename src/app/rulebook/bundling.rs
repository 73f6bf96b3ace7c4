//! Bundles as files: packed from a folder, signed, verified.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use bundle::{Admitted, Bundle, Manifest, Policy};
use chrono::NaiveDate;
use domain::DateRange;
use ledger::{Signer, VerifierKey};

use super::{loaded, pack_files, tested};
use crate::error::Error;

pub use bundle::Entry;

/// How to pack a folder.
#[derive(Clone, Debug)]
pub struct PackOrder {
    /// The folder of the pack.
    pub folder: PathBuf,
    /// The file to write.
    pub out: PathBuf,
    /// Sequence; of the version without it.
    pub sequence: Option<u64>,
    /// First day on which the bundle may be used; the day the rules come into force without it.
    pub not_before_on: Option<NaiveDate>,
    /// First day on which it may no longer be used.
    pub expires_on: Option<NaiveDate>,
}

/// A bundle as seen.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its manifest.
    pub manifest: Manifest,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Names that its signatures claim.
    pub signers: Vec<String>,
}

impl Seen {
    pub(super) fn of(bundle: &Bundle, bytes: &[u8]) -> Self {
        Self {
            manifest: bundle.manifest().clone(),
            sha256: domain::canon::sha256_hex(bytes),
            signers: bundle.signers(),
        }
    }
}

/// Packs a folder whose rules load and whose tests pass. Equal folders give equal bytes.
pub fn pack(order: &PackOrder) -> Result<Seen, Error> {
    let mut files = pack_files(&order.folder)?;
    for text in files.files.values_mut() {
        *text = text.replace("\r\n", "\n");
    }
    let pack = loaded(&files, &assess::schema())?;
    tested(&files)?;
    let version: bundle::Version = pack.header.version.parse()?;
    let sequence = order.sequence.or_else(|| version.sequence());
    let manifest = Manifest {
        sequence: sequence.ok_or_else(|| Error::BadInput {
            what: "--sequence",
            reason: format!("版本 {version} 推不出序号，请给出 (cannot be told from the version)"),
        })?,
        version,
        effective: pack.header.effective,
        valid: DateRange {
            from: order.not_before_on.unwrap_or(pack.header.effective.from),
            to: order.expires_on,
        },
        rules_sha256: pack.digest,
        pack: pack.header.id,
        entries: Vec::new(),
    };
    if manifest.valid.is_empty() {
        return Err(Error::BadInput {
            what: "--expires",
            reason: "失效日须晚于起用日 (must be after the first day)".to_owned(),
        });
    }
    let bundle = Bundle::new(manifest, files.files)?;
    let bytes = bundle.to_bytes();
    crate::write_whole(&order.out, &bytes)?;
    Ok(Seen::of(&bundle, &bytes))
}

/// Makes a signing key in a file that only its owner reads; the public key. A file that is there
/// is never overwritten.
pub fn make_key(name: &str, out: &Path) -> Result<VerifierKey, Error> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|_| Error::Randomness)?;
    let signer = Signer::new(name, &seed).map_err(|fault| Error::BadInput {
        what: "--name",
        reason: format!("{fault}；不含空格和加号 (no spaces, no plus signs)"),
    })?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(out).map_err(Error::file(out))?;
    file.write_all(format!("{}\n", signer.secret_text()).as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(Error::file(out))?;
    Ok(signer.verifier_key())
}

/// Signs a bundle in place with the key of a file.
pub fn sign(path: &Path, key: &Path) -> Result<Seen, Error> {
    let text = std::fs::read_to_string(key).map_err(Error::file(key))?;
    let signer = Signer::from_secret_text(&text).map_err(|fault| Error::BadInput {
        what: "--key",
        reason: format!("{}：{fault}", key.display()),
    })?;
    let (bundle, bytes) = read(path)?;
    let signed = bundle.signed(&signer);
    let new = signed.to_bytes();
    if new != bytes {
        crate::write_whole(path, &new)?;
    }
    Ok(Seen::of(&signed, &new))
}

/// Checks a bundle by a policy on a day: bytes, files, signature, validity.
pub fn verify(path: &Path, policy: &Policy, today: NaiveDate) -> Result<(Seen, Admitted), Error> {
    let (bundle, bytes) = read(path)?;
    let admitted = bundle.admit(policy, today)?;
    Ok((Seen::of(&bundle, &bytes), admitted))
}

/// A public key given as text, or as a file that holds it.
pub fn trusted_key(text: &str) -> Result<VerifierKey, Error> {
    let bad = |fault| Error::BadInput {
        what: "公钥",
        reason: format!("“{text}”：{fault}；写作 名称+编号+密钥，或文件路径 (a key or a file)"),
    };
    match text.parse() {
        Ok(key) => Ok(key),
        Err(fault) => match std::fs::read_to_string(text) {
            Ok(content) => content.parse().map_err(bad),
            Err(_) => Err(bad(fault)),
        },
    }
}

pub(super) fn read(path: &Path) -> Result<(Bundle, Vec<u8>), Error> {
    let bytes = std::fs::read(path).map_err(Error::file(path))?;
    Ok((Bundle::read(&bytes)?, bytes))
}
