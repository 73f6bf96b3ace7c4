//! The identity of a pack: SHA-256 of its rule files, and the bytes that are hashed, from which the
//! pack of a past month can be read again.

use domain::canon::{Canon as _, CanonError, Reader, Writer, sha256_hex};

use super::PackFiles;
use super::load::rule_files;

/// Version of the hashed form.
const FORMAT: &str = "hengxiang-pack-1";

impl PackFiles {
    /// Names and texts of the rule files in order of name. Line ends count as one newline, so that
    /// a checkout on another system is the same pack; tests are not part of the law.
    pub fn law_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        FORMAT.to_owned().write(&mut writer);
        for (path, text) in rule_files(self) {
            path.write(&mut writer);
            text.replace("\r\n", "\n").write(&mut writer);
        }
        writer.into_bytes()
    }

    /// SHA-256 of [`PackFiles::law_bytes`], as runs record it.
    pub fn law_digest(&self) -> String {
        sha256_hex(&self.law_bytes())
    }

    /// The rule files of such bytes.
    pub fn from_law_bytes(root_name: &str, bytes: &[u8]) -> Result<Self, CanonError> {
        let mut reader = Reader::new(bytes);
        if String::read(&mut reader)? != FORMAT {
            return Err(reader.not_a(FORMAT));
        }
        let mut files = Self {
            root_name: root_name.to_owned(),
            ..Self::default()
        };
        while !reader.is_at_end() {
            let path = String::read(&mut reader)?;
            files.files.insert(path, String::read(&mut reader)?);
        }
        Ok(files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_of_a_pack_is_read_back_from_what_its_digest_is_of() {
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let files = PackFiles {
            root_name: "mini".into(),
            files: [
                file("pack.toml", "[pack]\r\nid = \"mini\"\r\n"),
                file("tables.toml", ""),
                file("tests/reply.toml", "[[case]]\n"),
            ]
            .into(),
        };
        let bytes = files.law_bytes();
        let read = PackFiles::from_law_bytes("mini", &bytes).unwrap();
        let names: Vec<&String> = read.files.keys().collect();
        assert_eq!(names, ["pack.toml", "tables.toml"]);
        assert_eq!(
            (read.law_bytes(), read.law_digest()),
            (bytes.clone(), files.law_digest())
        );
        for end in 0..bytes.len() {
            let cut = PackFiles::from_law_bytes("mini", &bytes[..end]);
            assert!(cut.is_err() || cut.unwrap().files.len() < 2, "{end}");
        }
    }
}
