//! A data folder: settings, database, signing key; made once, opened ever after.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::canon::hex;
use ledger::{Action, Actor, Command, Digest, Hash, Role as Office, Signer};
use store::{Store, StoreError};

use crate::accounts::Failures;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::error::Error;
use crate::role::Role;
use crate::rulebook::shelf::Shelf;
use crate::{App, Inner};

/// Name under which the ledger's log and key are known to those who verify.
const LOG_NAME: &str = "hengxiang/ledger";
pub(crate) const KEY_FILE: &str = "keys/ledger.key";
const DEMO_MARK: &str = "DEMO";
/// The password of all demo accounts. They exist only where `init --demo` was asked for.
const DEMO_PASSWORD: &str = "hengxiang-demo";

/// What `init` did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Whether anything was missing and is there now.
    pub created: bool,
}

/// An account of the demo.
#[derive(Clone, Debug)]
pub struct DemoAccount {
    /// Sign-in name.
    pub login: String,
    /// Password.
    pub password: String,
    /// Role.
    pub role: Role,
}

impl App {
    /// Makes what is missing of a data folder: settings, database, key. Nothing that is there is
    /// touched, so it can be called again, also after it was interrupted.
    pub fn init(data: &Path, clock: Clock) -> Result<Made, Error> {
        Self::init_hashed(data, clock, None)
    }

    /// The same with the hash function that the ledger keeps for ever. A ledger that exists with
    /// another one is refused.
    pub fn init_hashed(data: &Path, clock: Clock, hash: Option<Hash>) -> Result<Made, Error> {
        if data.is_file() {
            let reason = format!(
                "{} 是文件，应为文件夹 (a file, a folder is wanted)",
                data.display()
            );
            return Err(Error::BadInput {
                what: "数据文件夹",
                reason,
            });
        }
        std::fs::create_dir_all(data).map_err(Error::file(data))?;
        let mut created = false;
        let settings = data.join(config::FILE_NAME);
        if !settings.exists() {
            crate::write_whole(&settings, config::TEMPLATE.as_bytes())?;
            created = true;
        }
        let config = read_config(data)?;
        created |= make_key(&data.join(KEY_FILE))?;
        let store = match Store::open(&config.database_url) {
            Ok(store) => store,
            Err(StoreError::Missing { .. } | StoreError::Uninitialised { .. }) => {
                created = true;
                Store::open_or_create(&config.database_url)?
            }
            Err(error) => return Err(error.into()),
        };
        found_ledger(&store, &read_key(&data.join(KEY_FILE))?, clock, hash)?;
        Ok(Made { created })
    }

    /// Opens an installation.
    pub fn open(data: &Path, clock: Clock) -> Result<Self, Error> {
        if !data.join(config::FILE_NAME).is_file() {
            return Err(Error::NotInitialised {
                data: data.to_path_buf(),
            });
        }
        let config = read_config(data)?;
        let store = Store::open(&config.database_url)?;
        let signer = read_key(&data.join(KEY_FILE))?;
        let signer = crate::keys::key_in_force(data, &store, signer)?;
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                store,
                clock,
                signer,
                sign_in_failures: Failures::default(),
                bulletins: Cache::default(),
                shelf: Shelf::default(),
            }),
        })
    }

    /// Brings the database of an installation up to this program; the migrations that ran.
    pub fn migrate(data: &Path) -> Result<Vec<String>, Error> {
        if !data.join(config::FILE_NAME).is_file() {
            return Err(Error::NotInitialised {
                data: data.to_path_buf(),
            });
        }
        Ok(Store::migrate(&read_config(data)?.database_url)?)
    }

    /// The public key of the ledger, as verifiers want it.
    pub fn ledger_key(&self) -> String {
        self.signer().verifier_key().to_string()
    }

    /// The hash function of the ledger.
    pub fn ledger_hash(&self) -> Result<Hash, Error> {
        Ok(self.books()?.hash())
    }

    /// Adds the accounts of the demo, where they are missing.
    pub fn add_demo_users(&self) -> Result<Vec<DemoAccount>, Error> {
        crate::write_whole(&self.folder(DEMO_MARK), b"demo accounts exist here\n")?;
        for (login, name, role) in [
            ("assessor", "考核员（演示）", Role::Assessor),
            ("budget", "财政经办（演示）", Role::Finance),
            ("finance", "财政审批（演示）", Role::Finance),
            ("auditor", "审计（演示）", Role::Auditor),
        ] {
            if matches!(self.user(login), Err(Error::NotFound { .. })) {
                self.add_user(login, name, role, None, DEMO_PASSWORD)?;
            }
        }
        self.add_demo_liaisons()?;
        Ok(self.demo_accounts())
    }

    /// A liaison of two departments, once departments are known.
    pub(crate) fn add_demo_liaisons(&self) -> Result<(), Error> {
        if !self.folder(DEMO_MARK).is_file() {
            return Ok(());
        }
        let registry = self.store().read(store::registry::registry)?;
        let today = self.clock().today();
        let municipal = registry
            .active_on(today)
            .filter(|dept| dept.jurisdiction == self.config().jurisdiction)
            .filter(|dept| dept.group == domain::DepartmentGroup::Municipal);
        for (login, department) in ["liaison1", "liaison2"].into_iter().zip(municipal) {
            if matches!(self.user(login), Err(Error::NotFound { .. })) {
                let name = format!("{}联络员（演示）", department.name);
                self.add_user(
                    login,
                    &name,
                    Role::Department,
                    Some(&department.id),
                    DEMO_PASSWORD,
                )?;
            }
        }
        Ok(())
    }

    /// The accounts of the demo; none in an installation that is no demo.
    pub fn demo_accounts(&self) -> Vec<DemoAccount> {
        if !self.folder(DEMO_MARK).is_file() {
            return Vec::new();
        }
        [
            "assessor", "budget", "finance", "auditor", "liaison1", "liaison2",
        ]
        .into_iter()
        .filter_map(|login| {
            let user = self.user(login).ok()?;
            let password = DEMO_PASSWORD.to_owned();
            Some(DemoAccount {
                login: user.login,
                password,
                role: user.role,
            })
        })
        .collect()
    }
}

/// The settings of a data folder; `HENGXIANG_DATABASE_URL` and `HENGXIANG_FONTS` override them.
fn read_config(data: &Path) -> Result<Config, Error> {
    let path = data.join(config::FILE_NAME);
    let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
    let mut config = Config::parse(data, &text).map_err(Error::Diagnostics)?;
    if let Ok(url) = std::env::var("HENGXIANG_DATABASE_URL") {
        config.database_url = url;
    }
    if let Some(fonts) = std::env::var_os("HENGXIANG_FONTS") {
        config.fonts = Some(PathBuf::from(fonts));
    }
    Ok(config)
}

/// Writes the first record of an empty ledger. One from before there were charters goes on without,
/// hashed by SHA-256.
fn found_ledger(
    store: &Store,
    signer: &Signer,
    clock: Clock,
    wanted: Option<Hash>,
) -> Result<(), Error> {
    let first =
        store.read(|conn| store::ledger::events(conn, 1).map(|all| all.into_iter().next()))?;
    if let Some(first) = first {
        let found = ledger::Books::replay([&first])?.hash();
        return match wanted {
            Some(hash) if hash != found => Err(Error::BadInput {
                what: "杂凑算法",
                reason: format!(
                    "账簿已用 {} 立账，不能改用 {} (the ledger keeps the hash it was founded with)",
                    found.code(),
                    hash.code()
                ),
            }),
            _ => Ok(()),
        };
    }
    let mut blinding = [0_u8; 32];
    getrandom::fill(&mut blinding).map_err(|_| Error::Randomness)?;
    let command = Command::new(
        Actor::new("init", Office::System),
        Action::Found {
            hash: wanted.unwrap_or_default(),
            blinding: Digest::from_bytes(blinding),
        },
    );
    store::ledger::execute(store, &command, clock.now_micros(), signer)?;
    Ok(())
}

/// Makes the signing key, readable by its owner alone; `false` when there is one.
pub(crate) fn make_key(path: &Path) -> Result<bool, Error> {
    if path.exists() {
        return Ok(false);
    }
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|_| Error::Randomness)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let part = path.with_extension("part");
    // A key cut short by a crash is a .part and is made anew.
    let _ = std::fs::remove_file(&part);
    let mut file = options.open(&part).map_err(Error::file(&part))?;
    file.write_all(hex(&seed).as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(Error::file(&part))?;
    std::fs::rename(&part, path).map_err(Error::file(path))?;
    Ok(true)
}

pub(crate) fn read_key(path: &Path) -> Result<Signer, Error> {
    let text = std::fs::read_to_string(path).map_err(Error::file(path))?;
    let damaged = || Error::Damaged {
        what: format!("{} 不是签名密钥", path.display()),
    };
    let seed = unhex(text.trim()).ok_or_else(damaged)?;
    Ok(Signer::new(LOG_NAME, &seed)?)
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut seed = [0_u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(seed)
}
