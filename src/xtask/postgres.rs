//! A PostgreSQL server of our own for tests and benchmarks: in `target/`, on a free loopback port, stopped
//! when we are done. No system service is touched.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::machine::{is_root, root, run};

/// A running server; dropping it stops it and removes its files.
pub struct Postgres {
    folder: PathBuf,
    programs: PathBuf,
    /// Connection URL of its superuser.
    pub url: String,
}

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It does, as in an installation.
    Synced,
    /// It does not: the data live as long as the test run.
    Fleeting,
}

/// The folder of the newest installed server programs, if any.
pub fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder.join("initdb").is_file().then_some((version, folder))
        })
        .collect();
    found.sort();
    found.pop().map(|(_, folder)| folder)
}

impl Postgres {
    /// Makes a new cluster and starts it.
    pub fn start(durability: Durability) -> anyhow::Result<Self> {
        let programs = programs().context("no PostgreSQL server programs found")?;
        // Not below target/: when we are root the server runs as `postgres`, who must be able to
        // walk there, and a checkout below /root lets nobody pass.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let name = format!("hengxiang-pg-{}-{port}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder)?;
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let server = Self {
            folder,
            programs,
            url,
        };
        let data = server.data();
        server.call(
            "initdb",
            &[
                "-D",
                &data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
                "--locale=C",
            ],
        )?;
        let fsync = match durability {
            Durability::Synced => "on",
            Durability::Fleeting => "off",
        };
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync={fsync} -c max_connections=200"
        );
        let log = server.folder.join("log");
        server.call(
            "pg_ctl",
            &[
                "-D",
                &data,
                "-w",
                "-l",
                &log.to_string_lossy(),
                "-o",
                &options,
                "start",
            ],
        )?;
        Ok(server)
    }

    /// The shell command that stops the server at once, as a crash does, and starts it again.
    pub fn restart_at_once(&self) -> String {
        let user = if is_root() {
            "runuser -u postgres -- "
        } else {
            ""
        };
        let program = self.programs.join("pg_ctl");
        let (program, data, log) = (program.display(), self.data(), self.folder.join("log"));
        let log = log.display();
        format!("cd / && {user}{program} -D {data} -m immediate -w -l {log} restart")
    }

    fn data(&self) -> String {
        self.folder.join("data").to_string_lossy().into_owned()
    }

    /// Runs a server program, as `postgres` when we are root (it refuses root).
    fn call(&self, program: &str, arguments: &[&str]) -> anyhow::Result<()> {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        let output = command
            .args(arguments)
            .current_dir(existing(&self.folder))
            .stdout(std::process::Stdio::null())
            .output()
            .with_context(|| format!("cannot start {}", program.display()))?;
        if !output.status.success() {
            bail!(
                "{}: {}",
                program.display(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }
}

fn existing(folder: &Path) -> PathBuf {
    if folder.is_dir() {
        folder.to_path_buf()
    } else {
        root()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.data();
        if let Err(error) = self.call("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]) {
            eprintln!("PostgreSQL did not stop: {error}");
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("cannot remove {}: {error}", self.folder.display());
        }
    }
}
