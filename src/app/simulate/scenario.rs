//! Drafts of the rules: a pack of a folder, or the one in use, with parameters at other values.

use std::path::Path;

use engine::{Exact, Pack};

use crate::App;
use crate::error::Error;
use crate::rulebook;

/// A draft of the rules with a name.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Name for people.
    pub name: String,
    /// The rules.
    pub pack: Pack,
}

impl Scenario {
    /// A draft with settings `parameter=value`. Without a name, the settings name it.
    pub fn new(name: Option<&str>, draft: &Pack, settings: &[String]) -> Result<Self, Error> {
        let mut pack = draft.clone();
        for setting in settings {
            let (id, value) = read(setting)?;
            pack = pack
                .with_parameter(id, value)
                .map_err(|fault| bad(fault.to_string()))?;
        }
        let given = name.map(str::trim).filter(|name| !name.is_empty());
        let settled = || {
            if settings.is_empty() {
                "草案".to_owned()
            } else {
                settings.join("，")
            }
        };
        Ok(Self {
            name: given.map_or_else(settled, ToOwned::to_owned),
            pack,
        })
    }
}

fn bad(reason: String) -> Error {
    Error::BadInput {
        what: "参数设定",
        reason,
    }
}

/// `parameter=value`, the value an exact decimal.
fn read(setting: &str) -> Result<(&str, Exact), Error> {
    let help = "写作 参数=数，例如 cap_ratio=1.50 (write parameter=number)";
    let (id, value) = setting
        .split_once('=')
        .ok_or_else(|| bad(format!("“{setting}”没有等号；{help}")))?;
    let value = value.trim();
    let exact = value
        .parse()
        .map_err(|fault| bad(format!("“{setting}”：{fault}；{help}")))?;
    Ok((id.trim(), exact))
}

impl App {
    /// The draft of a folder; of a built-in pack by its name; without either the pack in use.
    pub fn draft(&self, named: Option<&str>) -> Result<Pack, Error> {
        match named {
            None => Ok(self.rules()?.pack.clone()),
            Some(name) => rulebook::draft(Path::new(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    use super::*;

    #[test]
    fn settings_are_read_exactly_and_faults_say_how_to_write_them() {
        let (id, value) = read(" cap_ratio = 1.50 ").unwrap();
        assert_eq!((id, value.to_string().as_str()), ("cap_ratio", "1.50"));
        for wrong in ["cap_ratio", "cap_ratio=", "cap_ratio=1,5", "cap_ratio=1e3"] {
            let fault = read(wrong).unwrap_err().to_string();
            assert!(
                fault.contains(wrong) && fault.contains("参数=数"),
                "{fault}"
            );
        }
    }

    #[test]
    fn an_overlay_shows_in_version_and_digest() {
        let draft = rulebook::draft(Path::new("tiaoli-809")).unwrap();
        let settings = ["assessed_min=40".to_owned()];
        let scenario = Scenario::new(None, &draft, &settings).unwrap();
        assert_eq!(scenario.name, "assessed_min=40");
        assert!(scenario.pack.header.version.ends_with("+assessed_min=40"));
        assert_ne!(scenario.pack.digest, draft.digest);
        let unknown = Scenario::new(None, &draft, &["assesed_min=40".to_owned()]);
        assert!(unknown.unwrap_err().to_string().contains("assessed_min"));
    }
}
