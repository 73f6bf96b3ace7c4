//! `cargo xtask new-migration NAME`: a pair of folders of one name, so that the two databases
//! cannot drift.

use std::fs;

use anyhow::{Context as _, bail};

use crate::machine::{root, run};

/// Creates `migrations/{sqlite,postgres}/<today>_<name>/{up,down}.sql`.
pub fn new_migration(name: &str) -> anyhow::Result<()> {
    if name.is_empty()
        || !name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    {
        bail!("a migration's name is of lower-case letters and `_`, not `{name}`");
    }
    let mut date = std::process::Command::new("date");
    let stamp = date
        .args(["-u", "+%Y-%m-%d-%H%M%S"])
        .output()
        .context("cannot ask for the date")?;
    let stamp = String::from_utf8(stamp.stdout)?;
    for backend in ["sqlite", "postgres"] {
        let folder = root()
            .join("migrations")
            .join(backend)
            .join(format!("{}_{name}", stamp.trim()));
        fs::create_dir_all(&folder)?;
        for file in ["up.sql", "down.sql"] {
            fs::write(folder.join(file), format!("-- {name}: {file}\n"))?;
        }
        println!("{}", folder.display());
    }
    run(std::process::Command::new("ls").arg(root().join("migrations/sqlite")))
}
