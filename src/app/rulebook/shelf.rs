//! The rules in use, and those of months that were assessed by others.
//!
//! What is in use is the newest installed bundle that the policy admits, that compiles, and whose
//! tests pass. It is made ready beside the one in use and then takes its place as a whole: whoever
//! holds the old one finishes with it, and nobody ever sees half of either. A month that was
//! decided keeps its rules: their text is kept with the run under the digest that the run records.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use bundle::{Bundle, BundleError, Signatures};
use domain::Period;
use engine::PackFiles;
use store::rule_bundles::RuleBundle;

pub(super) use super::ready::files_of;
pub use super::ready::{Origin, Rules};
use super::ready::{covers, name_of, rules_from};
use super::{built_in, pack_files, tested};
use crate::App;
use crate::background::Background;
use crate::cache::Cache;
use crate::error::Error;

/// How often a server looks whether other rules were installed.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What is in use now.
struct InUse {
    /// Tells whether there is something newer: of what was looked at, not of what was taken.
    key: String,
    rules: Arc<Rules>,
    /// Why something newer is not in use.
    alert: Option<String>,
}

/// Rules made ready.
#[derive(Default)]
pub(crate) struct Shelf {
    in_use: RwLock<Option<Arc<InUse>>>,
    /// Held by the one who makes rules ready.
    turn: Mutex<()>,
    by_digest: Cache<Rules>,
}

impl Shelf {
    fn in_use(&self) -> Option<Arc<InUse>> {
        self.in_use
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn swap(&self, next: InUse) {
        *self.in_use.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(next));
    }
}

/// The rules in use in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesInUse {
    /// Id and version; `None` when none may be used.
    pub pack: Option<String>,
    /// Why newer ones are not in use, or none is.
    pub alert: Option<String>,
}

/// The rules of an installation, for people.
#[derive(Clone, Debug)]
pub struct RulesStatus {
    /// Id and version of the pack in use.
    pub pack: String,
    /// Digest of its rules.
    pub rules_sha256: String,
    /// Where it came from.
    pub origin: Origin,
    /// Why something newer is not in use.
    pub alert: Option<String>,
    /// Whether signatures are required.
    pub signatures: Signatures,
    /// What was installed of the pack, the newest first.
    pub installed: Vec<RuleBundle>,
}

impl App {
    /// The rules in use, at once: what a reader needs while others may be made ready.
    pub fn rules(&self) -> Result<Arc<Rules>, Error> {
        match self.inner.shelf.in_use() {
            Some(in_use) => Ok(Arc::clone(&in_use.rules)),
            None => self.refresh_rules(),
        }
    }

    /// Looks for newer rules, makes them ready and takes them into use; what is in use then. On
    /// any fault the rules in use stay, with an alert.
    pub fn refresh_rules(&self) -> Result<Arc<Rules>, Error> {
        let shelf = &self.inner.shelf;
        let _turn = shelf.turn.lock().unwrap_or_else(PoisonError::into_inner);
        match self.newest_rules() {
            Ok(found) => {
                let before = shelf.in_use();
                let changed = before.as_ref().is_none_or(|before| before.key != found.key);
                let rules = Arc::clone(&found.rules);
                if changed {
                    if let Some(alert) = &found.alert {
                        tracing::error!(%alert, "rules not taken into use");
                    } else if before.is_some() {
                        let pack = &rules.pack.header;
                        tracing::info!(id = %pack.id, version = %pack.version, "rules swapped");
                    }
                    shelf.swap(found);
                }
                Ok(rules)
            }
            Err(error) => {
                if let Some(before) = shelf.in_use() {
                    let alert = error.to_string();
                    if before.alert.as_ref() != Some(&alert) {
                        tracing::error!(%alert, "rules not taken into use");
                    }
                    shelf.swap(InUse {
                        key: String::new(), // whatever is found next is newer
                        rules: Arc::clone(&before.rules),
                        alert: Some(alert),
                    });
                }
                Err(error)
            }
        }
    }

    /// Looks for newer rules every few seconds. What goes wrong is logged and shown as an alert.
    pub fn watch_rules(&self) -> Background {
        let app = self.clone();
        Background::every("watch of the rules", LOOK_EVERY, move || {
            // Its alert was logged where it was raised.
            let _ = app.refresh_rules();
        })
    }

    /// The rules in use and what keeps newer ones out, for a page: at once, and never an error.
    pub fn rules_in_use(&self) -> RulesInUse {
        match self.rules() {
            Ok(rules) => RulesInUse {
                pack: Some(name_of(&rules.pack)),
                alert: self.rules_alert(),
            },
            Err(error) => RulesInUse {
                pack: None,
                alert: Some(error.to_string()),
            },
        }
    }

    fn rules_alert(&self) -> Option<String> {
        self.inner.shelf.in_use()?.alert.clone()
    }

    /// What is in use and what was installed.
    pub fn rules_status(&self) -> Result<RulesStatus, Error> {
        let rules = self.refresh_rules()?;
        Ok(RulesStatus {
            pack: name_of(&rules.pack),
            rules_sha256: rules.pack.digest.clone(),
            origin: rules.origin.clone(),
            alert: self.rules_alert(),
            signatures: self.config().policy.signatures,
            installed: self.installed()?,
        })
    }

    /// The rules for assessing a month: those it was decided by, else those in use, else, for a
    /// month before they came into force, the newest installed or shipped ones of its time.
    pub(crate) fn rules_for(&self, period: Period) -> Result<Arc<Rules>, Error> {
        if let Some((run, _)) = self.decided_run(period)? {
            let inputs = self
                .store()
                .read(|conn| crate::run::load_inputs(conn, &run))?;
            match self.rules_of(&inputs.pack, &inputs.pack_digest) {
                Err(Error::NotFound { .. }) => {}
                found => return found,
            }
        }
        let rules = self.refresh_rules()?;
        if covers(rules.pack.header.effective, period) {
            return Ok(rules);
        }
        for row in self.installed()? {
            if covers(row.effective, period) {
                let bundle = self.stored_bundle(&row)?;
                bundle.signer(&self.config().policy)?;
                return self.rules_of_bundle(&row, &bundle);
            }
        }
        if self.config().policy.signatures == Signatures::Optional
            && let Ok(files) = built_in(&self.config().pack)
        {
            let shipped = rules_from(files, Origin::BuiltIn, None)?;
            if covers(shipped.pack.header.effective, period) {
                return Ok(Arc::new(shipped));
            }
        }
        Ok(rules)
    }

    /// The rules with the digest that a run records.
    pub(crate) fn rules_of(&self, pack: &str, digest: &str) -> Result<Arc<Rules>, Error> {
        if let Some(in_use) = self.inner.shelf.in_use()
            && in_use.rules.pack.digest == digest
        {
            return Ok(Arc::clone(&in_use.rules));
        }
        let id = pack.split_once('@').map_or(pack, |(id, _)| id);
        let kept = self.store().read(|conn| {
            let compressed = store::blobs::get(conn, digest)?;
            Ok::<_, Error>(compressed)
        });
        let compressed = match kept {
            // A run of an earlier version of the program kept no rules; the present ones may be its.
            Err(Error::Store(store::StoreError::NotFound { .. })) => {
                let rules = self.rules()?;
                if rules.pack.digest == digest {
                    return Ok(rules);
                }
                return Err(Error::NotFound {
                    what: "考核所用的规则包",
                    key: format!("{pack} {digest}"),
                });
            }
            kept => kept?,
        };
        self.inner.shelf.by_digest.get_or_build(digest, || {
            let damaged = |what: String| Error::Damaged {
                what: format!("规则包 {pack}：{what}"),
            };
            let bytes = zstd::decode_all(compressed.as_slice())
                .map_err(|fault| damaged(fault.to_string()))?;
            let files = PackFiles::from_law_bytes(id, &bytes)
                .map_err(|fault| damaged(fault.to_string()))?;
            if files.law_digest() != digest {
                return Err(damaged("摘要不符 (digest differs)".to_owned()));
            }
            rules_from(files, Origin::Run, None)
        })
    }

    /// The newest rules that may be used.
    fn newest_rules(&self) -> Result<InUse, Error> {
        let config = self.config();
        let installed = self.installed()?;
        if let Some(folder) = self.rules_folder()
            && (folder.is_dir() || installed.is_empty())
        {
            self.require_optional()?;
            let files = pack_files(&folder)?;
            let key = format!("folder {}", files.law_digest());
            return self.kept_or(key, || rules_from(files, Origin::Folder(folder), None));
        }
        let Some(newest) = installed.first() else {
            self.require_optional()?;
            let key = "built-in".to_owned();
            return self.kept_or(key, || {
                rules_from(built_in(&config.pack)?, Origin::BuiltIn, None)
            });
        };
        let today = self.clock().today();
        if let Some(in_use) = self.inner.shelf.in_use()
            && in_use.key == newest.sha256
            && in_use.rules.valid.is_none_or(|valid| valid.contains(today))
        {
            return Ok(InUse {
                key: in_use.key.clone(),
                rules: Arc::clone(&in_use.rules),
                alert: in_use.alert.clone(),
            });
        }
        self.stored_bundle(newest)?.admit(&config.policy, today)?;
        let mut alert = None;
        for row in &installed {
            let bundle = self.stored_bundle(row)?;
            bundle.signer(&config.policy)?;
            match self.rules_of_bundle(row, &bundle) {
                Ok(rules) => {
                    return Ok(InUse {
                        key: newest.sha256.clone(),
                        rules,
                        alert,
                    });
                }
                Err(fault) => {
                    let said = format!(
                        "规则包 {} {}（序号 {}）不能使用，沿用较早的：{fault} (kept the older rules)",
                        row.pack, row.version, row.sequence
                    );
                    alert = alert.or(Some(said));
                }
            }
        }
        Err(Error::Conflict {
            reason: alert.unwrap_or_default(),
        })
    }

    /// What is in use if it has the key, else what is built.
    fn kept_or(
        &self,
        key: String,
        build: impl FnOnce() -> Result<Rules, Error>,
    ) -> Result<InUse, Error> {
        let kept = self.inner.shelf.in_use().filter(|in_use| in_use.key == key);
        let rules = match kept {
            Some(in_use) => Arc::clone(&in_use.rules),
            None => Arc::new(build()?),
        };
        Ok(InUse {
            key,
            rules,
            alert: None,
        })
    }

    /// The folder of the pack in use, where the settings name one. It may hold nothing but
    /// calendars; the pack is then an installed one.
    pub(super) fn rules_folder(&self) -> Option<PathBuf> {
        let folder = self.config().rules_folder.as_ref()?;
        Some(folder.join(&self.config().pack))
    }

    /// Refuses rules that come without a signature, where the policy asks for one.
    fn require_optional(&self) -> Result<(), Error> {
        match self.config().policy.signatures {
            Signatures::Optional => Ok(()),
            Signatures::Required => Err(BundleError::Unsigned.into()),
        }
    }

    /// What was installed of the pack in use, the newest first.
    pub(super) fn installed(&self) -> Result<Vec<RuleBundle>, Error> {
        let pack = &self.config().pack;
        self.store()
            .read(|conn| store::rule_bundles::of_pack(conn, pack).map_err(Error::from))
    }

    /// The bytes of an installed bundle, checked against their digest and their manifest.
    fn stored_bundle(&self, row: &RuleBundle) -> Result<Bundle, Error> {
        let compressed = self
            .store()
            .read(|conn| store::blobs::get(conn, &row.sha256).map_err(Error::from))?;
        let bytes = zstd::decode_all(compressed.as_slice()).map_err(|fault| Error::Damaged {
            what: fault.to_string(),
        })?;
        if domain::canon::sha256_hex(&bytes) != row.sha256 {
            return Err(Error::Damaged {
                what: format!("规则包归档 {} (digest differs)", row.sha256),
            });
        }
        Ok(Bundle::read(&bytes)?)
    }

    /// The rules of an installed bundle: compiled, and tested unless this version of the program
    /// has run their tests already.
    fn rules_of_bundle(&self, row: &RuleBundle, bundle: &Bundle) -> Result<Arc<Rules>, Error> {
        let key = format!("bundle {}", row.sha256);
        self.inner.shelf.by_digest.get_or_build(&key, || {
            let files = files_of(bundle);
            if row.tested_with != crate::ENGINE_VERSION {
                tested(&files)?;
            }
            let origin = Origin::Bundle {
                sha256: row.sha256.clone(),
                sequence: row.sequence,
                signer: row.signer.clone(),
            };
            rules_from(files, origin, Some(bundle.manifest().valid))
        })
    }
}
