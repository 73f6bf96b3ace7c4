//! The identity of a pack: SHA-256 of its rule files.

use domain::canon::Canon as _;
use domain::canon::{Writer, sha256_hex};

use super::PackFiles;
use super::load::rule_files;

/// Version of the hashed form.
const FORMAT: &str = "hengxiang-pack-1";

/// SHA-256 of names and texts of the rule files in order of name. Line ends count as one newline,
/// so that a checkout on another system is the same pack; tests are not part of the law.
pub(crate) fn of_files(files: &PackFiles) -> String {
    let mut writer = Writer::default();
    FORMAT.to_owned().write(&mut writer);
    for (path, text) in rule_files(files) {
        path.write(&mut writer);
        text.replace("\r\n", "\n").write(&mut writer);
    }
    sha256_hex(&writer.into_bytes())
}
