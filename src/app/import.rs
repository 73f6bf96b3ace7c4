//! Importing files: each file is all or nothing, and a file imported before changes nothing.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use domain::canon::sha256_hex;
use domain::{Diagnostic, Period};
use ingest::{Context, FileKind, Input, Judging, KnownResource, MemberMap, Reading};

use crate::App;
use crate::appropriations;
use crate::error::Error;

pub(crate) mod rows;

/// Largest file accepted: beyond it a file is split by month or department.
const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    /// Its good rows are in the database.
    Imported,
    /// The same bytes were imported before; nothing was done.
    Unchanged,
}

/// The summary of one file.
#[derive(Clone, Debug)]
pub struct FileSummary {
    /// Name without the folder.
    pub file_name: String,
    /// Kind recognised.
    pub kind: FileKind,
    /// What became of it.
    pub status: FileStatus,
    /// Rows by what became of them.
    pub counts: ingest::Counts,
    /// Good rows whose key was new.
    pub new: u64,
    /// Good rows whose key existed with other values; the file's values hold now.
    pub changed: u64,
    /// Good rows that were there already.
    pub unchanged: u64,
    /// Where the rejects were written.
    pub rejects_csv: Option<PathBuf>,
    /// What is suspicious but was used.
    pub warnings: Vec<Diagnostic>,
}

/// A file that is wanted.
struct Wanted {
    path: PathBuf,
    name: String,
    bytes: Vec<u8>,
    kind: FileKind,
}

/// How far an import is, for a progress bar.
#[derive(Clone, Debug)]
pub struct ImportProgress<'a> {
    /// File in work.
    pub file_name: &'a str,
    /// Rows read of it.
    pub done_rows: u64,
    /// About how many it has.
    pub total_hint: Option<u64>,
}

impl App {
    /// Imports files in the order their kinds need. When any of them is unusable as a whole,
    /// nothing of any is imported. A folder is only entered when `recursive`.
    pub fn import(
        &self,
        paths: &[PathBuf],
        recursive: bool,
        importer: &str,
        progress: &mut dyn FnMut(ImportProgress<'_>),
    ) -> Result<Vec<FileSummary>, Error> {
        let mut wanted = read_all(&expand(paths, recursive)?)?;
        wanted.sort_by(|a, b| (a.kind.order(), &a.path).cmp(&(b.kind.order(), &b.path)));
        let kinds: Vec<FileKind> = wanted.iter().map(|file| file.kind).collect();
        let mut known: Option<Known> = None;
        let mut summaries = Vec::with_capacity(wanted.len());
        for file in &wanted {
            let sha256 = sha256_hex(&file.bytes);
            let before = self
                .store()
                .read(|conn| store::batches::find(conn, &sha256).map_err(Error::from))?;
            if before.is_some() {
                summaries.push(unchanged(file));
                continue;
            }
            let context = match known.take() {
                Some(known) => known,
                None => self.known(&kinds)?,
            };
            let today = self.clock().today();
            let mut reading = context.read(&file.name, &file.bytes, today, progress)?;
            if reading.kind == FileKind::Claims {
                rows::refuse_declared(&mut reading, &self.books()?);
            }
            if reading.kind == FileKind::Appropriations {
                let stored = self.stored_appropriations()?;
                appropriations::refuse_booked(&mut reading, &self.books()?, &stored);
            }
            summaries.push(self.load(&reading, importer)?);
            // What later files are checked against has changed when this one was of such a kind.
            known = (file.kind.order() >= FileKind::Usage.order()).then_some(context);
        }
        self.add_demo_liaisons()?;
        Ok(summaries)
    }

    /// Puts the good rows, the rejects and the unattributed rows of a file into the database.
    pub(crate) fn load(&self, reading: &Reading, importer: &str) -> Result<FileSummary, Error> {
        let now = self.clock().now().naive_utc();
        let upserted = self
            .store()
            .write(|conn| rows::load(conn, reading, importer, now))?;
        let rejects_csv = if reading.rejects.is_empty() {
            None
        } else {
            let stem = reading
                .file_name
                .split('.')
                .next()
                .unwrap_or(&reading.file_name);
            let mark = reading.sha256.get(..8).unwrap_or(&reading.sha256);
            let name = format!("{stem}-拒收-{mark}.csv");
            let path = self.folder("rejects").join(name);
            crate::write_whole(
                &path,
                &ingest::rejects_csv(&reading.file_name, &reading.rejects),
            )?;
            Some(path)
        };
        let mut warnings = reading.warnings.clone();
        warnings.extend(self.decided_periods_touched(reading)?);
        warnings.extend(self.corrections_made(reading)?);
        warnings.extend(self.successors_named(reading)?);
        Ok(FileSummary {
            file_name: reading.file_name.clone(),
            kind: reading.kind,
            status: FileStatus::Imported,
            counts: reading.counts,
            new: upserted.new,
            changed: upserted.changed,
            unchanged: upserted.unchanged,
            rejects_csv,
            warnings,
        })
    }

    /// Warns of rows about months whose result stands: they are kept, and change nothing there.
    fn decided_periods_touched(&self, reading: &Reading) -> Result<Vec<Diagnostic>, Error> {
        let mut warnings = Vec::new();
        for period in rows::periods(&reading.rows) {
            if let Some((run, state)) = self.decided_run(period)? {
                warnings.push(decided_warning(
                    &reading.file_name,
                    period,
                    run.as_str(),
                    state,
                ));
            }
        }
        Ok(warnings)
    }

    /// What files of some kinds are checked against.
    pub(crate) fn known(&self, kinds: &[FileKind]) -> Result<Known, Error> {
        let judging = if kinds.contains(&FileKind::Judgements) {
            self.judging()?
        } else {
            Judging::default()
        };
        let measures = if kinds.contains(&FileKind::Measures) {
            self.measures_read()?
        } else {
            None
        };
        self.store().read(|conn| {
            Ok(Known {
                registry: store::registry::registry(conn)?,
                resources: rows::known_resources(conn)?,
                members: rows::member_map(conn)?,
                judging: judging.clone(),
                measures: measures.clone(),
            })
        })
    }
}

/// What files are checked against.
pub(crate) struct Known {
    pub(crate) registry: domain::Registry,
    resources: HashMap<domain::ResourceCode, KnownResource>,
    members: MemberMap,
    judging: Judging,
    measures: Option<BTreeSet<String>>,
}

impl Known {
    pub(crate) fn read(
        &self,
        file_name: &str,
        bytes: &[u8],
        today: chrono::NaiveDate,
        progress: &mut dyn FnMut(ImportProgress<'_>),
    ) -> Result<Reading, Error> {
        let context = Context {
            registry: &self.registry,
            resources: &self.resources,
            members: &self.members,
            judging: &self.judging,
            measures: self.measures.as_ref(),
            today,
        };
        let mut report = |step: ingest::Progress| {
            progress(ImportProgress {
                file_name,
                done_rows: step.done_rows,
                total_hint: step.total_hint,
            });
        };
        let input = Input { file_name, bytes };
        Ok(ingest::read(input, &context, &mut report)?)
    }
}

fn unchanged(file: &Wanted) -> FileSummary {
    FileSummary {
        file_name: file.name.clone(),
        kind: file.kind,
        status: FileStatus::Unchanged,
        counts: ingest::Counts::default(),
        new: 0,
        changed: 0,
        unchanged: 0,
        rejects_csv: None,
        warnings: Vec::new(),
    }
}

fn decided_warning(file: &str, period: Period, run: &str, state: &str) -> Diagnostic {
    let place = domain::Place {
        file: file.to_owned(),
        ..domain::Place::default()
    };
    let message = format!(
        "含 {period} 的记录，而该月考核 {run} 已{state}，结果不因此改变 (concerns a decided period)"
    );
    Diagnostic::warning("import.decided_period", place, message).with_help(
        "如需更正，用 hengxiang restate 重述该月，差额在开放月份入账 (restate the month)",
    )
}

/// The files meant; folders only when they may be entered.
fn expand(paths: &[PathBuf], recursive: bool) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = std::fs::metadata(path).map_err(Error::file(path))?;
        if !metadata.is_dir() {
            files.push(path.clone());
        } else if recursive {
            enter(path, &mut files)?;
        } else {
            let reason = format!(
                "{} 是文件夹；要导入其中全部文件请加 --recursive (a folder; add --recursive)",
                path.display()
            );
            return Err(Error::BadInput {
                what: "导入",
                reason,
            });
        }
    }
    Ok(files)
}

/// Data files of a folder and those below; what is not of a readable ending is left alone, and so
/// are manifests, which describe data and hold none.
fn enter(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    const ENDINGS: [&str; 6] = [".csv", ".xlsx", ".json", ".jsonl", ".ndjson", ".gz"];
    for entry in std::fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        let name = path.to_string_lossy().to_lowercase();
        if path.is_dir() {
            enter(&path, files)?;
        } else if ENDINGS.iter().any(|ending| name.ends_with(ending))
            && !name.ends_with("manifest.json")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads and recognises all files, or says all that is wrong with them.
fn read_all(paths: &[PathBuf]) -> Result<Vec<Wanted>, Error> {
    let mut wanted = Vec::with_capacity(paths.len());
    let mut faults = Vec::new();
    for path in paths {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let length = std::fs::metadata(path).map_err(Error::file(path))?.len();
        if length > FILE_BYTES_MAX {
            let place = domain::Place {
                file: name,
                ..domain::Place::default()
            };
            let message =
                format!("文件有 {length} 字节，超过上限 {FILE_BYTES_MAX} (file too large)");
            let help = "请按月或按部门拆分 (split it by month or department)";
            faults.push(Diagnostic::error("import.too_large", place, message).with_help(help));
            continue;
        }
        let bytes = std::fs::read(path).map_err(Error::file(path))?;
        match ingest::recognise(Input {
            file_name: &name,
            bytes: &bytes,
        }) {
            Ok(kind) => wanted.push(Wanted {
                path: path.clone(),
                name,
                bytes,
                kind,
            }),
            Err(error) => {
                let place = domain::Place {
                    file: name,
                    ..domain::Place::default()
                };
                faults.push(Diagnostic::error(
                    "import.unusable",
                    place,
                    error.to_string(),
                ));
            }
        }
    }
    if faults.is_empty() {
        Ok(wanted)
    } else {
        Err(Error::Diagnostics(faults))
    }
}
