//! Rule packs and calendars: those built into the program, or those of a folder.

pub mod bundling;
pub mod install;
mod measures;
mod ready;
pub mod shelf;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

pub use assess::coverage::{Coverage, Covers};
pub use assess::{CaseResult, Difference};
pub use bundle::{Admitted, Manifest, Policy, Signatures};
use domain::{Diagnostic, WorkdayCalendar};
pub use engine::Proved;
use engine::{Pack, PackFiles, Schema};
use include_dir::{Dir, include_dir};

use crate::App;
use crate::error::Error;

/// The `rules` folder as it was when the program was built.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../rules");

/// Where calendars lie below the rules folder.
const CALENDARS: &str = "calendars/cn";

/// The texts below a folder of rules, by path with forward slashes.
type Texts = BTreeMap<String, String>;

/// The findings about one pack.
pub struct Checked {
    /// Name of its folder.
    pub name: String,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// What holds of the pack, when there is no error.
    pub proved: Option<Proved>,
}

/// The test results of one pack.
pub struct Tested {
    /// Name of its folder.
    pub name: String,
    /// One outcome a case.
    pub cases: Vec<CaseResult>,
    /// What the cases exercise.
    pub coverage: Coverage,
}

/// Findings about the pack of a folder, or about all built-in packs.
pub fn check(folder: Option<&Path>) -> Result<Vec<Checked>, Error> {
    let schema = assess::schema();
    let packs = packs(folder)?.into_iter();
    Ok(packs
        .map(|files| {
            let loaded = engine::pack::load(&files, &schema);
            let linted = loaded.pack.map(|pack| assess::lint(&files, &pack));
            let (more, proved) = linted.map_or((Vec::new(), None), |found| {
                (found.diagnostics, found.proved)
            });
            Checked {
                diagnostics: loaded.diagnostics.into_iter().chain(more).collect(),
                name: files.root_name,
                proved,
            }
        })
        .collect())
}

/// Runs the tests of the pack of a folder, or of all built-in packs.
pub fn test(folder: Option<&Path>) -> Result<Vec<Tested>, Error> {
    let schema = assess::schema();
    let calendar = built_in_calendar()?;
    packs(folder)?
        .into_iter()
        .map(|files| {
            let pack = loaded(&files, &schema)?;
            let (cases, coverage, findings) = assess::coverage::measure(&files, &pack, &calendar);
            if findings.iter().any(Diagnostic::is_error) {
                return Err(Error::Diagnostics(findings));
            }
            Ok(Tested {
                name: files.root_name,
                cases,
                coverage,
            })
        })
        .collect()
}

/// The pack of a folder, or the built-in pack of that name.
pub(crate) fn draft(named: &Path) -> Result<Pack, Error> {
    loaded(&files(named)?, &assess::schema())
}

/// The texts of the pack of a folder, or of the built-in pack of that name.
pub(crate) fn files(named: &Path) -> Result<PackFiles, Error> {
    let built_in = packs(None)?
        .into_iter()
        .find(|files| Path::new(&files.root_name) == named);
    match built_in {
        Some(files) if !named.is_dir() => Ok(files),
        _ => pack_files(named),
    }
}

/// The calendar built into the program.
pub fn built_in_calendar() -> Result<WorkdayCalendar, Error> {
    calendar_of(&built_in_texts(CALENDARS))
}

impl App {
    /// The calendar in use: the installation's where it has one, else the built-in.
    pub fn calendar(&self) -> Result<WorkdayCalendar, Error> {
        match &self.config().rules_folder {
            Some(folder) if folder.join(CALENDARS).is_dir() => {
                calendar_of(&folder_texts(&folder.join(CALENDARS))?)
            }
            _ => built_in_calendar(),
        }
    }
}

/// The built-in pack of an id.
fn built_in(id: &str) -> Result<PackFiles, Error> {
    let mut packs = packs(None)?.into_iter();
    packs
        .find(|files| files.root_name == id)
        .ok_or_else(|| Error::NotFound {
            what: "规则包",
            key: id.to_owned(),
        })
}

/// Loads a pack and runs its tests; how many passed. Rules that bring no test are refused as those
/// whose tests fail.
fn tested(files: &PackFiles) -> Result<usize, Error> {
    let pack = loaded(files, &assess::schema())?;
    let (cases, findings) = assess::run_pack_tests(files, &pack, &built_in_calendar()?);
    if findings.iter().any(Diagnostic::is_error) {
        return Err(Error::Diagnostics(findings));
    }
    let failed = cases.iter().filter(|case| !case.passed());
    let failed: Vec<String> = failed.map(|case| case.name.clone()).collect();
    if cases.is_empty() || !failed.is_empty() {
        return Err(Error::TestsFailed {
            pack: pack.header.id,
            failed,
        });
    }
    Ok(cases.len())
}

fn loaded(files: &PackFiles, schema: &Schema) -> Result<Pack, Error> {
    let loaded = engine::pack::load(files, schema);
    loaded.pack.ok_or(Error::Diagnostics(loaded.diagnostics))
}

fn calendar_of(texts: &Texts) -> Result<WorkdayCalendar, Error> {
    let (calendar, findings) = engine::calendar_file::read_calendar(texts);
    if findings.iter().any(Diagnostic::is_error) {
        Err(Error::Diagnostics(findings))
    } else {
        Ok(calendar)
    }
}

fn packs(folder: Option<&Path>) -> Result<Vec<PackFiles>, Error> {
    if let Some(folder) = folder {
        return Ok(vec![pack_files(folder)?]);
    }
    let mut packs = Vec::new();
    for dir in BUILT_IN
        .dirs()
        .filter(|dir| dir.get_file(dir.path().join("pack.toml")).is_some())
    {
        let root_name = dir.path().to_string_lossy().into_owned();
        let files = built_in_texts(&root_name);
        packs.push(PackFiles { root_name, files });
    }
    Ok(packs)
}

/// The TOML texts of a built-in folder.
fn built_in_texts(path: &str) -> Texts {
    fn collect(dir: &Dir<'_>, root: &Path, texts: &mut Texts) {
        for file in dir.files() {
            let name = file
                .path()
                .strip_prefix(root)
                .unwrap_or_else(|_| file.path());
            if let (Some("toml"), Some(text)) = (
                name.extension().and_then(|ending| ending.to_str()),
                file.contents_utf8(),
            ) {
                texts.insert(name.to_string_lossy().into_owned(), text.to_owned());
            }
        }
        for below in dir.dirs() {
            collect(below, root, texts);
        }
    }
    let mut texts = Texts::new();
    if let Some(dir) = BUILT_IN.get_dir(path) {
        collect(dir, Path::new(path), &mut texts);
    }
    texts
}

fn pack_files(folder: &Path) -> Result<PackFiles, Error> {
    if !folder.join("pack.toml").is_file() {
        let reason = format!("{} 中没有 pack.toml (no pack.toml there)", folder.display());
        return Err(Error::BadInput {
            what: "规则包",
            reason,
        });
    }
    let root_name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(PackFiles {
        root_name,
        files: folder_texts(folder)?,
    })
}

/// The TOML texts of a folder and the folders directly below it.
fn folder_texts(folder: &Path) -> Result<Texts, Error> {
    let mut texts = Texts::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Error::file(&folder))? {
            let path = entry.map_err(Error::file(&folder))?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() && prefix.is_empty() {
                folders.push((path, format!("{name}/")));
            } else if path.extension().is_some_and(|ending| ending == "toml") {
                let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
                texts.insert(format!("{prefix}{name}"), text);
            }
        }
    }
    Ok(texts)
}
