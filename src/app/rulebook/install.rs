//! Installing a bundle: admitted by the policy, newer than what is there, compiled, tested; then
//! recorded in the database, where a server finds it and takes it into use.

use std::path::Path;

use bundle::{Admitted, Bundle, BundleError, Installed};
use chrono::Datelike as _;
use engine::Pack;
use store::rule_bundles::RuleBundle;

use super::bundling::{self, Seen};
use super::shelf::files_of;
use super::{loaded, tested};
use crate::App;
use crate::error::Error;

/// What came of an installation.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The bundle.
    pub seen: Seen,
    /// The trusted key that signed it.
    pub signer: Option<String>,
    /// Cases of its tests that passed.
    pub tests: usize,
    /// Whether it was installed already; then nothing was changed.
    pub done_before: bool,
    /// Whether it is the pack in use here, rather than one that the settings do not name.
    pub in_use: bool,
}

impl App {
    /// Installs a bundle file. Whatever is wrong with it, the rules in use stay as they are.
    pub fn install_rules(&self, path: &Path, by: &str) -> Result<Installation, Error> {
        if let Some(folder) = self.rules_folder().filter(|folder| folder.is_dir()) {
            return Err(Error::Conflict {
                reason: format!(
                    "设置 rules.folder 使用文件夹 {} 中的规则，安装不会生效；请先去掉该设置 \
                     (rules.folder is set: installing would have no effect)",
                    folder.display()
                ),
            });
        }
        let (bundle, bytes) = bundling::read(path)?;
        let today = self.clock().today();
        let admitted = bundle.admit(&self.config().policy, today)?;
        let seen = Seen::of(&bundle, &bytes);
        let pack_id = bundle.manifest().pack.clone();
        let newest = self.newest_installed(&pack_id)?;
        let files = files_of(&bundle);
        let tests = tested(&files)?;
        let pack = loaded(&files, &assess::schema())?;
        check_manifest(&bundle, &pack)?;
        let in_use = pack_id == self.config().pack;
        let done_before = newest.as_ref().is_some_and(|row| row.sha256 == seen.sha256);
        if !done_before {
            require_newer(&bundle, newest.as_ref())?;
            if in_use {
                self.require_frozen_weights(&pack, today.year())?;
            }
            self.record(&bundle, &bytes, &seen, admitted.signer.clone(), by)?;
            self.refresh_rules()?;
        }
        Ok(Installation {
            seen,
            signer: admitted.signer,
            tests,
            done_before,
            in_use,
        })
    }

    /// Checks a bundle file as an installation would, without its tests: signature, validity, and
    /// that nothing newer is installed.
    pub fn verify_bundle(&self, path: &Path) -> Result<(Seen, Admitted), Error> {
        let (bundle, bytes) = bundling::read(path)?;
        let admitted = bundle.admit(&self.config().policy, self.clock().today())?;
        let seen = Seen::of(&bundle, &bytes);
        let newest = self.newest_installed(&bundle.manifest().pack)?;
        if newest.as_ref().is_none_or(|row| row.sha256 != seen.sha256) {
            require_newer(&bundle, newest.as_ref())?;
        }
        Ok((seen, admitted))
    }

    fn newest_installed(&self, pack: &str) -> Result<Option<RuleBundle>, Error> {
        let all = self
            .store()
            .read(|conn| store::rule_bundles::of_pack(conn, pack).map_err(Error::from))?;
        Ok(all.into_iter().next())
    }

    /// Refuses other importance weights within a year that has begun.
    fn require_frozen_weights(&self, next: &Pack, year: i32) -> Result<(), Error> {
        let Ok(now) = self.rules() else {
            return Ok(()); // nothing is in use whose weights could move
        };
        let moved = now.pack.weights_moved_in(next, year);
        if moved.is_empty() {
            return Ok(());
        }
        Err(Error::Conflict {
            reason: format!(
                "权重全年冻结：{} 年的“{}”与现行规则包不同；请从次年起生效 (weights are frozen for the year)",
                year,
                moved.join("”“")
            ),
        })
    }

    fn record(
        &self,
        bundle: &Bundle,
        bytes: &[u8],
        seen: &Seen,
        signer: Option<String>,
        by: &str,
    ) -> Result<(), Error> {
        let manifest = bundle.manifest();
        let row = RuleBundle {
            pack: manifest.pack.clone(),
            sequence: manifest.sequence,
            version: manifest.version.to_string(),
            effective: manifest.effective,
            sha256: seen.sha256.clone(),
            rules_sha256: manifest.rules_sha256.clone(),
            signer,
            tested_with: crate::ENGINE_VERSION.to_owned(),
            installed_at: self.clock().now().naive_utc(),
            installed_by: by.to_owned(),
        };
        let compressed = crate::compress(bytes)?;
        self.store().write(|conn| {
            store::blobs::put(conn, &row.sha256, &compressed)?;
            // Refused by the database when another installation came first with a newer one.
            store::rule_bundles::add(conn, &row)?;
            Ok(())
        })
    }
}

fn require_newer(bundle: &Bundle, newest: Option<&RuleBundle>) -> Result<(), BundleError> {
    newest.map_or(Ok(()), |row| {
        bundle.require_newer(&Installed {
            version: row.version.parse()?,
            sequence: row.sequence,
        })
    })
}

/// The manifest must say what the rules inside say.
fn check_manifest(bundle: &Bundle, pack: &Pack) -> Result<(), BundleError> {
    let manifest = bundle.manifest();
    let header = &pack.header;
    let agrees = manifest.pack == header.id
        && manifest.version.to_string() == header.version
        && manifest.effective == header.effective
        && manifest.rules_sha256 == pack.digest;
    if agrees {
        return Ok(());
    }
    Err(BundleError::Damaged {
        what: "清单与 pack.toml 不一致 (the manifest disagrees with pack.toml)".to_owned(),
    })
}
