//! Programs of others: how they are started, asked, and what they answer.

mod child;
#[cfg(feature = "books")]
mod ledgers;
mod postgres;
#[cfg(feature = "zen")]
mod zen;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use engine::reference::BigRational;

use crate::Failure;
use crate::weighted::{GRADES, METRICS, Points, WEIGHTS};
pub use child::Child;
#[cfg(feature = "books")]
pub use ledgers::{Keeper, Ledgers};
pub use postgres::Postgres;
#[cfg(feature = "zen")]
pub use zen::Zen;

/// A Python library that answers `round` and `answers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// OpenFisca-Core, on arrays of float32.
    OpenFisca,
    /// DuckDB, on DECIMAL columns.
    DuckDb,
}

impl Library {
    const fn script(self) -> &'static str {
        match self {
            Self::OpenFisca => include_str!("rivals/openfisca.py"),
            Self::DuckDb => include_str!("rivals/columns.py"),
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::OpenFisca => "openfisca_task.py",
            Self::DuckDb => "duckdb_task.py",
        }
    }
}

/// Where the scripts and the data of others lie.
pub struct Stage {
    folder: PathBuf,
    python: Option<PathBuf>,
}

impl Stage {
    /// A folder for data, and the Python that has the libraries.
    pub fn new(folder: PathBuf, python: Option<PathBuf>) -> Result<Self, Failure> {
        fs::create_dir_all(&folder)?;
        for library in [Library::OpenFisca, Library::DuckDb] {
            fs::write(folder.join(library.file()), library.script())?;
        }
        Ok(Self { folder, python })
    }

    /// Where the data lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a column for those who read binary files: numbers of eight bytes, little end first.
    pub fn column(&self, name: &str, values: &[i64]) -> Result<(), Failure> {
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        fs::write(self.folder.join(format!("{name}.i64")), bytes)?;
        Ok(())
    }

    /// Writes columns for those who read CSV, with the number of each row first.
    pub fn csv(&self, name: &str, columns: &[&[i64]]) -> Result<(), Failure> {
        let rows = columns.first().map_or(0, |column| column.len());
        let mut text = String::new();
        for row in 0..rows {
            write!(text, "{row}")?;
            for column in columns {
                write!(text, ",{}", column.get(row).copied().unwrap_or_default())?;
            }
            text.push('\n');
        }
        fs::write(self.folder.join(format!("{name}.csv")), text)?;
        Ok(())
    }

    /// The score on a Python library, of all departments or (`single`) of one at a time.
    pub fn score(
        &self,
        library: Library,
        single: bool,
        size: usize,
        points: Points,
    ) -> Result<Child, Failure> {
        let scale = match points {
            Points::Exact => "exact".to_owned(),
            Points::Rounded(scale) => scale.to_string(),
        };
        let list = |numbers: &[i64]| {
            let texts: Vec<String> = numbers.iter().map(i64::to_string).collect();
            texts.join(",")
        };
        let task = if single { "single" } else { "weighted" };
        let (weights, grades) = (list(&WEIGHTS), list(&GRADES));
        self.start(library, task, size, &[&scale, &weights, &grades])
    }

    /// Look-ups in a table of so many rows on a Python library.
    pub fn look_ups(&self, library: Library, size: usize, rows: usize) -> Result<Child, Failure> {
        self.start(library, "lookups", size, &[&rows.to_string()])
    }

    fn start(
        &self,
        library: Library,
        task: &str,
        size: usize,
        rest: &[&str],
    ) -> Result<Child, Failure> {
        let python = self
            .python
            .as_ref()
            .ok_or("没有 Python (no Python given)")?;
        let mut command = std::process::Command::new(python);
        command
            .arg(self.folder.join(library.file()))
            .arg(task)
            .arg(&self.folder)
            .arg(size.to_string())
            .args(rest);
        Child::start(command)
    }
}

/// The names of the input columns of the score.
pub fn input_names() -> Vec<String> {
    let counts = (1..=METRICS).map(|metric| format!("n{metric}"));
    counts.chain(["population".to_owned()]).collect()
}

/// Reads «12», «-0.125» or «25/7» exactly.
fn rational(text: &str) -> Result<BigRational, Failure> {
    let fault = || Failure::from(format!("“{text}”不是数 (not a number)"));
    if let Some((above, below)) = text.split_once('/') {
        let (above, below) = (
            above.parse().map_err(|_| fault())?,
            below.parse().map_err(|_| fault())?,
        );
        return Ok(BigRational::new(above, below));
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{decimals}");
    let above: num_bigint::BigInt = digits.parse().map_err(|_| fault())?;
    let ten = num_bigint::BigInt::from(10);
    Ok(BigRational::new(
        above,
        ten.pow(u32::try_from(decimals.len())?),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_exactly() {
        for (text, above, below) in [("12", 12, 1), ("-0.125", -1, 8), ("25/7", 25, 7)] {
            let number = rational(text).ok();
            assert_eq!(number, Some(BigRational::new(above.into(), below.into())));
        }
        assert!(rational("nan").is_err());
    }
}
