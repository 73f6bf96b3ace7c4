//! Settings: `hengxiang.toml` in the data folder. Every setting has a default that works.
//!
//! | setting | default | when it is wrong |
//! |---|---|---|
//! | `database.url` | `sqlite:<data>/hengxiang.db` | nothing starts; `HENGXIANG_DATABASE_URL` overrides it |
//! | `rules.folder` | the packs built into the program | packs of the folder are used instead |
//! | `rules.pack` | `tiaoli-809` | runs are refused |
//! | `rules.signatures` | `optional` | with `required`, only rule bundles signed by a trusted key are used |
//! | `rules.trust` | none | public keys of `rules keygen`; bundles of others are refused |
//! | `office.jurisdiction` | `410100` | the bulletin's title names another place |
//! | `office.issuer` | 郑州市政务数据共享主管部门 | the bulletin is signed by another office |
//! | `office.document_prefix` | 郑数考 | document numbers start otherwise |
//! | `schedule.monthly_run` | `30 6 5 * *` | five POSIX cron fields, Asia/Shanghai |
//! | `appeals.open_days`, `.accept_days`, `.negotiating_days`, `.coordinating_days`, `.escalated_days` | 15, 5, 10, 15, 30 | working days of appeals (art. 28): other limits hold |
//! | `appeals.remind_days` | 3 | the work list reminds earlier or later |
//! | `appeals.basis` | 本级考核办法 | where these limits are laid down, as refusals cite it |
//! | `report.fonts` | none | licensed fonts are looked for there |

use std::path::{Path, PathBuf};

use bundle::{Policy, Signatures};
use domain::{Diagnostic, JurisdictionCode, Place};
use toml_edit::{Document, Item};

use crate::appeals::AppealTerms;

/// The settings of an installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Database URL.
    pub database_url: String,
    /// Folder of rule packs; `None` for the built-in ones.
    pub rules_folder: Option<PathBuf>,
    /// Id of the pack in use.
    pub pack: String,
    /// Which rule bundles may be used.
    pub policy: Policy,
    /// The jurisdiction whose office runs this installation.
    pub jurisdiction: JurisdictionCode,
    /// Name of the office that signs.
    pub issuer: String,
    /// First part of document numbers.
    pub document_prefix: String,
    /// When the monthly run starts.
    pub monthly_run: String,
    /// Time limits of appeals.
    pub appeals: AppealTerms,
    /// Folder of licensed fonts.
    pub fonts: Option<PathBuf>,
}

/// File name of the settings in the data folder.
pub const FILE_NAME: &str = "hengxiang.toml";

/// What `init` writes: every setting, commented out at its default.
pub const TEMPLATE: &str = "\
# 衡享 settings. Every line shows a default; remove the # to change it.
[database]
# url = \"postgres://user:password@host/hengxiang\"

[rules]
# folder = \"rules\"
# pack = \"tiaoli-809\"
# signatures = \"optional\"          # or \"required\": only bundles signed by a key of trust
# trust = []                        # public keys, as `hengxiang rules keygen` prints them

[office]
# jurisdiction = \"410100\"
# issuer = \"郑州市政务数据共享主管部门\"
# document_prefix = \"郑数考\"

[schedule]
# monthly_run = \"30 6 5 * *\"     # minute hour day month weekday, Asia/Shanghai

[appeals]                            # working days; art. 28 names the steps and no limits
# open_days = 15                    # from publication to the appeal
# accept_days = 5                   # to its first step
# negotiating_days = 10
# coordinating_days = 15
# escalated_days = 30
# remind_days = 3                   # the work list reminds so long before
# basis = \"本级考核办法（条例第二十八条未定期限）\"

[report]
# fonts = \"/path/of/licensed/fonts\"
";

impl Config {
    /// The defaults for a data folder.
    pub fn defaults(data: &Path) -> Self {
        Self {
            data: data.to_path_buf(),
            database_url: format!("sqlite:{}", data.join("hengxiang.db").display()),
            rules_folder: None,
            pack: "tiaoli-809".to_owned(),
            policy: Policy {
                signatures: Signatures::Optional,
                trusted: Vec::new(),
            },
            jurisdiction: "410100".into(),
            issuer: "郑州市政务数据共享主管部门".to_owned(),
            document_prefix: "郑数考".to_owned(),
            monthly_run: "30 6 5 * *".to_owned(),
            appeals: AppealTerms::default(),
            fonts: None,
        }
    }

    /// Reads the text of a settings file over the defaults; all faults at once.
    pub fn parse(data: &Path, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut config = Self::defaults(data);
        let document = Document::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            vec![fault("config.syntax", text, at, error.message().to_owned())]
        })?;
        let mut faults = Vec::new();
        for (section, item) in document.iter() {
            let at = item.span().map_or(0, |span| span.start);
            let Some(table) = item.as_table_like() else {
                let message = format!("“{section}”应为 [{section}] 小节 (must be a section)");
                faults.push(fault("config.not_a_section", text, at, message));
                continue;
            };
            for (key, value) in table.iter() {
                if let Err((code, message)) = config.set(section, key, value) {
                    let at = value.span().map_or(at, |span| span.start);
                    faults.push(fault(code, text, at, message));
                }
            }
        }
        config.check_policy(text, &mut faults);
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(faults)
        }
    }

    /// A policy that asks for signatures must be able to find one.
    fn check_policy(&self, text: &str, faults: &mut Vec<Diagnostic>) {
        if self.policy.signatures == Signatures::Optional {
            return;
        }
        let at = text.find("signatures").unwrap_or(0);
        if self.policy.trusted.is_empty() {
            let message =
                "rules.signatures 要求签名，rules.trust 却没有任何公钥 (nobody is trusted)";
            faults.push(fault("config.trust", text, at, message.to_owned()));
        }
        if self.rules_folder.is_some() {
            let message = "rules.signatures 要求签名，文件夹 rules.folder 中的规则没有签名 (a folder is unsigned)";
            faults.push(fault("config.trust", text, at, message.to_owned()));
        }
    }

    /// Reads the list of trusted keys.
    fn set_trust(&mut self, item: &Item) -> Result<(), (&'static str, String)> {
        let keys = item.as_array().into_iter().flatten();
        let texts: Option<Vec<&str>> = keys.map(|key| key.as_str()).collect();
        let Some(texts) = texts.filter(|_| item.is_array()) else {
            let message = "rules.trust 应为公钥文本的列表 (a list of public keys)".to_owned();
            return Err(("config.trust", message));
        };
        for text in texts {
            let key = text.parse().map_err(|error| {
                (
                    "config.trust",
                    format!("“{text}”不是公钥：{error} (not a public key)"),
                )
            })?;
            self.policy.trusted.push(key);
        }
        Ok(())
    }

    fn set(&mut self, section: &str, key: &str, item: &Item) -> Result<(), (&'static str, String)> {
        if (section, key) == ("rules", "trust") {
            return self.set_trust(item);
        }
        if section == "appeals"
            && let Some(taken) = self.appeals.set(key, item)
        {
            return taken.map_err(|message| ("config.appeals", message));
        }
        let Some(text) = item.as_str() else {
            return Err((
                "config.not_text",
                format!("{section}.{key} 应为文本 (must be text)"),
            ));
        };
        let own = || text.to_owned();
        match (section, key) {
            ("database", "url") => self.database_url = own(),
            ("rules", "folder") => self.rules_folder = Some(self.data.join(text)),
            ("rules", "pack") => self.pack = own(),
            ("rules", "signatures") => {
                self.policy.signatures = match text {
                    "required" => Signatures::Required,
                    "optional" => Signatures::Optional,
                    _ => {
                        let message = format!("“{text}”应为 required 或 optional (one of the two)");
                        return Err(("config.signatures", message));
                    }
                }
            }
            ("office", "jurisdiction") => self.jurisdiction = text.into(),
            ("office", "issuer") => self.issuer = own(),
            ("office", "document_prefix") => self.document_prefix = own(),
            ("schedule", "monthly_run") => {
                crate::schedule::Schedule::parse(text)
                    .map_err(|error| ("config.schedule", error.to_string()))?;
                self.monthly_run = own();
            }
            ("report", "fonts") => self.fonts = Some(self.data.join(text)),
            _ => {
                let message = format!("没有“{section}.{key}”这一设置项 (unknown setting)");
                return Err(("config.unknown", message));
            }
        }
        Ok(())
    }
}

fn fault(code: &'static str, text: &str, at: usize, message: String) -> Diagnostic {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let place = Place {
        file: FILE_NAME.to_owned(),
        line: count(before.matches('\n').count() + 1),
        column: count(before.get(line_start..).unwrap_or("").chars().count() + 1),
    };
    let excerpt = text
        .get(line_start..)
        .unwrap_or("")
        .lines()
        .next()
        .unwrap_or("");
    Diagnostic::error(code, place, message)
        .with_excerpt(excerpt, 1)
        .with_help("各设置项及默认值见 README 的“设置”一节 (see the README)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_the_defaults() {
        let data = Path::new("data");
        assert_eq!(
            Config::parse(data, TEMPLATE).unwrap(),
            Config::defaults(data)
        );
        let on: String = TEMPLATE.replace("# url", "url").replace("# pack", "pack");
        assert_eq!(Config::parse(data, &on).unwrap().pack, "tiaoli-809");
    }

    #[test]
    fn a_policy_that_nothing_can_meet_is_a_fault() {
        let key = ledger::Signer::new("rules.example", &[7; 32])
            .unwrap()
            .verifier_key();
        let codes = |text: &str| -> Vec<&str> {
            let faults = Config::parse(Path::new("."), text).unwrap_err();
            faults.iter().map(|fault| fault.code).collect()
        };
        assert_eq!(
            codes("[rules]\nsignatures = \"required\"\n"),
            ["config.trust"]
        );
        assert_eq!(
            codes("[rules]\nsignatures = \"off\"\n"),
            ["config.signatures"]
        );
        assert_eq!(codes("[rules]\ntrust = [\"x\"]\n"), ["config.trust"]);
        assert_eq!(codes("[rules]\ntrust = \"x\"\n"), ["config.trust"]);
        let sound = format!("[rules]\nsignatures = \"required\"\ntrust = [\"{key}\"]\n");
        let config = Config::parse(Path::new("."), &sound).unwrap();
        assert_eq!(
            (config.policy.signatures, config.policy.trusted),
            (Signatures::Required, vec![key])
        );
        assert_eq!(
            codes(&format!("{sound}folder = \"rules\"\n")),
            ["config.trust"]
        );
    }

    #[test]
    fn limits_of_appeals_are_working_days() {
        let parse = |text: &str| Config::parse(Path::new("."), text);
        let config = parse("[appeals]\nopen_days = 20\nbasis = \"郑数发〔2026〕3号\"\n").unwrap();
        assert_eq!(
            (config.appeals.open_days, config.appeals.accept_days),
            (20, 5)
        );
        assert_eq!(config.appeals.basis, "郑数发〔2026〕3号");
        for text in [
            "open_days = 0",
            "open_days = \"20\"",
            "open_days = 251",
            "basis = \" \"",
        ] {
            let faults = parse(&format!("[appeals]\n{text}\n")).unwrap_err();
            assert_eq!(
                (faults[0].code, faults[0].place.line),
                ("config.appeals", 2),
                "{text}"
            );
        }
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        let text = "[rules]\npack = 3\npak = \"x\"\n[schedule]\nmonthly_run = \"61 6 5 * *\"\n";
        let faults = Config::parse(Path::new("."), text).unwrap_err();
        let codes: Vec<_> = faults.iter().map(|f| (f.code, f.place.line)).collect();
        assert_eq!(
            codes,
            [
                ("config.not_text", 2),
                ("config.unknown", 3),
                ("config.schedule", 5)
            ]
        );
    }
}
