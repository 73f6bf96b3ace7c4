//! Drafts of the rules: a pack of a folder, or the one in use, with parameters at other values.

use std::path::Path;

use engine::Pack;
use engine::pack::{NotSetting, Setting};

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
    /// A draft with settings `parameter=value`, or `rounding.at=total` and the like
    /// ([`engine::pack::Setting`]). Without a name, the settings name it.
    pub fn new(name: Option<&str>, draft: &Pack, settings: &[String]) -> Result<Self, Error> {
        let read: Vec<Setting> = settings
            .iter()
            .map(|text| text.parse())
            .collect::<Result<_, NotSetting>>()
            .map_err(|fault| bad(fault.to_string()))?;
        let pack = draft.with(&read).map_err(|faults| {
            let shown = faults
                .iter()
                .map(|fault| format!("{}；{}", fault.message, fault.help));
            bad(shown.collect::<Vec<_>>().join("；"))
        })?;
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
        let draft = rulebook::draft(Path::new("tiaoli-809")).unwrap();
        for (wrong, says) in [
            ("assessed_min", "参数=数"),
            ("assessed_min=", "十进制数"),
            ("assessed_min=1,5", "十进制数"),
            ("assessed_min=1e3", "十进制数"),
            ("rounding.at=totals", "indicator、axis、total"),
        ] {
            let fault = Scenario::new(None, &draft, &[wrong.to_owned()]);
            let fault = fault.unwrap_err().to_string();
            assert!(fault.contains(says), "{wrong}: {fault}");
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
