//! Programs from PyPI, each in a virtual environment of Python of its own below `target/`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program from PyPI.
pub(crate) struct Program {
    /// Its module, which names its folder too.
    pub(crate) module: &'static str,
    /// The release that is asked for.
    pub(crate) release: &'static str,
}

fn succeeds(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl Program {
    /// The folder of its executables, installed on first use; `None`, and a line that says why,
    /// where Python, pip or PyPI is absent. `HENGXIANG_REQUIRE_` and the module's name in capitals
    /// makes that a failure.
    pub(crate) fn executables(&self) -> Option<PathBuf> {
        let module = self.module;
        match self.installed() {
            Ok(folder) => Some(folder),
            Err(reason) => {
                let variable = format!("HENGXIANG_REQUIRE_{}", module.to_uppercase());
                assert!(std::env::var_os(variable).is_none(), "{module}: {reason}");
                eprintln!(
                    "没有 {module}，未对照 (no {module}, not compared): {}",
                    reason.trim()
                );
                None
            }
        }
    }

    fn installed(&self) -> Result<PathBuf, String> {
        let module = self.module;
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        let folder = target.join(module);
        let executables = folder.join("bin");
        let python = executables.join("python");
        // Tests run side by side; one of them installs. The lock goes with the value.
        let lock = File::create(target.join(format!("{module}.lock")));
        let lock = lock.map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        let import = format!("import {module}");
        let works = || succeeds(Command::new(&python).args(["-c", &import]));
        if works().is_err() {
            let make = ["-m", "venv", "--clear"];
            succeeds(Command::new("python3").args(make).arg(&folder))?;
            let install = ["-m", "pip", "install", "--quiet", self.release];
            succeeds(Command::new(&python).args(install))?;
            works()?;
        }
        Ok(executables)
    }
}
