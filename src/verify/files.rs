//! Files in and out: read with a bound, written whole.

use std::io::Write as _;
use std::path::Path;
use std::str::FromStr;

use ledger::LedgerError;

use crate::Failure;

/// Larger files are not proofs; reading them would only exhaust memory.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// What a file holds.
pub(crate) fn parse<T>(
    file: &Path,
    parse: fn(&str) -> Result<T, LedgerError>,
) -> Result<T, Failure> {
    parse(&read(file)?).map_err(|fault| unreadable(file, &fault))
}

/// A file that is not what it should be.
pub(crate) fn unreadable(file: &Path, fault: &LedgerError) -> Failure {
    Failure::Unreadable(format!("{}：{fault}", file.display()))
}

fn failed(file: &Path, reason: &str) -> Failure {
    Failure::Unreadable(format!("{}：{reason}", file.display()))
}

/// The text of a file.
pub(crate) fn read(file: &Path) -> Result<String, Failure> {
    let length = std::fs::metadata(file)
        .map_err(|fault| failed(file, &format!("无法读取：{fault} (cannot read)")))?;
    if length.len() > FILE_BYTES_MAX {
        return Err(failed(
            file,
            "文件过大，不是证明文件 (too large for a proof)",
        ));
    }
    let text = std::fs::read_to_string(file);
    text.map_err(|fault| failed(file, &format!("无法读取：{fault} (cannot read)")))
}

/// Writes a file beside its place and renames it, so that what was kept is never half replaced.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |fault: std::io::Error| failed(file, &format!("无法写入：{fault} (cannot write)"));
    let part = file.with_extension("part");
    std::fs::write(&part, text).map_err(cannot)?;
    std::fs::rename(&part, file).map_err(cannot)
}

/// Writes a secret that only its owner may read; a file that is there is never overwritten.
pub(crate) fn write_secret(file: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |fault: std::io::Error| failed(file, &format!("无法写入：{fault} (cannot write)"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut opened = options.open(file).map_err(cannot)?;
    opened
        .write_all(text.as_bytes())
        .and_then(|()| opened.sync_all())
        .map_err(cannot)
}

/// The key itself, or a file that holds it: no key text is also the path of a file by accident,
/// because its base64 would have to be one.
pub(crate) fn read_key<K: FromStr<Err = LedgerError>>(text: &str) -> Result<K, Failure> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let path = Path::new(text);
    if !path.is_file() {
        return Err(Failure::Unreadable(format!(
            "“{text}”既不是公钥也不是文件 (neither a public key nor a file)"
        )));
    }
    read(path)?
        .parse()
        .map_err(|fault| unreadable(path, &fault))
}
