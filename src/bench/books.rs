//! The tasks of `bench-ledger`: posting by the month and one by one, beside others; reading a large
//! ledger, and its size.

mod audit;
mod ours;
mod reads;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Failure;
use crate::contest::{Rival as _, boxed, enter};
use crate::figures::grouped;
use crate::rivals::{Keeper, Ledgers};
use crate::verdict::Verdict;
use audit::Auditor;
use ours::{Ours, right};
use reads::{Question, Reader};

/// Legs of the reserve and of the accrual of an award.
const POSTINGS_OF_AN_AWARD: usize = 6;
/// Bytes that a posting may take on disk.
const BYTES_AIM: u64 = 440;

/// What a round does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// A run from calculation to approval: a reserve and an accrual for every award.
    Month,
    /// Transactions of two legs, each committed alone.
    Single,
}

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Departments.
    pub departments: usize,
    /// Appropriation lines.
    pub lines: usize,
    /// Calls of a round of single transactions.
    pub calls: usize,
}

impl Size {
    /// Awards of a run: each department, each line, two components.
    pub const fn awards(self) -> usize {
        self.departments * self.lines * ours::COMPONENTS.len()
    }
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file with WAL and `synchronous = FULL`.
    Sqlite,
    /// A server as it is set.
    Postgres,
}

impl Database {
    const fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A database of its own: its URL for us, and what others call it.
pub struct Place {
    /// Our URL.
    url: String,
    /// The file, or the schema.
    name: String,
}

/// Where databases are made, and who is measured.
pub struct Shelf {
    folder: PathBuf,
    postgres: Option<String>,
    ledgers: Ledgers,
    enough: Duration,
    made: usize,
    verdict: Verdict,
}

impl Shelf {
    /// A shelf in an empty folder, with the program of the others and a PostgreSQL to connect to.
    pub fn new(
        folder: &Path,
        program: Option<PathBuf>,
        postgres: Option<String>,
        enough: Duration,
    ) -> Result<Self, Failure> {
        let folder = folder.join("data");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let mut verdict = Verdict {
            machine: crate::machine::describe(),
            ..Verdict::default()
        };
        if postgres.is_none() {
            verdict.absent("PostgreSQL", "没有给出地址 (no URL given)");
        }
        Ok(Self {
            folder,
            postgres,
            ledgers: Ledgers { program },
            enough,
            made: 0,
            verdict,
        })
    }

    /// The databases at hand.
    pub fn databases(&self) -> Vec<Database> {
        let server = self.postgres.as_ref().map(|_| Database::Postgres);
        [Some(Database::Sqlite), server]
            .into_iter()
            .flatten()
            .collect()
    }

    /// What came of it.
    pub fn verdict(self) -> Verdict {
        self.verdict
    }

    fn place(&mut self, database: Database) -> Result<Place, Failure> {
        self.made += 1;
        if database == Database::Sqlite {
            let file = self.folder.join(format!("{}.db", self.made));
            let name = file.to_string_lossy().into_owned();
            return Ok(Place {
                url: format!("sqlite:{name}"),
                name,
            });
        }
        let server = self.postgres.as_deref().unwrap_or_default();
        let name = format!("bench_{}_{}", std::process::id(), self.made);
        Ledgers::psql(server, &format!("CREATE SCHEMA {name}"))?;
        let mark = if server.contains('?') { '&' } else { '?' };
        Ok(Place {
            url: format!("{server}{mark}options=-csearch_path%3D{name}"),
            name,
        })
    }

    /// Posting, beside others.
    pub fn post(&mut self, task: Task, database: Database, size: Size) -> Result<(), Failure> {
        let place = self.place(database)?;
        let mut ours = Ours::begin(&place.url, task, size)?;
        // Its rows are those that are inserted once more: a whole month, or one transaction.
        let first = ours.records()? + 1;
        ours.round()?;
        let last = match task {
            Task::Month => ours.records()?,
            Task::Single => first,
        };
        let rows = (first, last);
        let address = |shelf: &mut Self| -> Result<String, Failure> {
            match (database, &shelf.postgres) {
                (Database::Postgres, Some(server)) => Ok(server.clone()),
                _ => Ok(shelf.place(Database::Sqlite)?.name),
            }
        };
        let (theirs, plain) = (address(self)?, address(self)?);
        let postings = match task {
            Task::Month => size.awards() * POSTINGS_OF_AN_AWARD,
            Task::Single => 2,
        };
        let start = |keeper| boxed(self.ledgers.start(keeper, task, size));
        let entries = vec![
            enter(
                (
                    "衡享 Hengxiang",
                    "i64 分 fen",
                    "审批、触发器、默克尔日志、签名检查点 everything on",
                ),
                postings,
                Ok(Box::new(ours)),
            ),
            enter(
                (
                    "doubleentry 0.8",
                    "i128",
                    "余额限额、默克尔日志；无附言与维度 limits, log; no memos",
                ),
                postings,
                start(Keeper::Doubleentry { at: &theirs }),
            ),
            enter(
                (
                    "同样的行 plain rows",
                    "i64",
                    "库内 INSERT … SELECT，无触发器 inside, no triggers",
                ),
                postings,
                start(Keeper::Rows {
                    at: &plain,
                    ours: &place.name,
                    rows,
                }),
            ),
        ];
        let (title, amount) = match task {
            Task::Month => (
                "成批记账 batch",
                format!("一次核算 {} 笔 awards", grouped(size.awards() as u128)),
            ),
            Task::Single => ("逐笔记账 single", "每笔一次提交 commit each".to_owned()),
        };
        let title = format!("{title}，{}", database.title());
        self.verdict
            .run(&title, &amount, entries, &right(task, size)?, self.enough)
    }

    /// Auditing a ledger of so many postings, and one a tenth as large: it should cost a tenth.
    pub fn audit(
        &mut self,
        database: Database,
        size: Size,
        postings: usize,
    ) -> Result<(), Failure> {
        for postings in [postings / 10, postings] {
            let place = self.place(database)?;
            let ours = reads::fill(&place, size, postings)?;
            let records = usize::try_from(ours.records()?)?;
            let entry = enter(
                ("衡享 Hengxiang", "i64 分 fen", "每条记录 a record"),
                records,
                Ok(Box::new(Auditor { ours: &ours })),
            );
            let title = format!("审计 audit，{}", database.title());
            let amount = format!("{} 条记录 records", grouped(records as u128));
            self.verdict
                .run(&title, &amount, vec![entry], &[], self.enough)?;
        }
        Ok(())
    }

    /// Reading a ledger of so many postings, and its size on disk.
    pub fn read(&mut self, database: Database, size: Size, postings: usize) -> Result<(), Failure> {
        let place = self.place(database)?;
        let ours = reads::fill(&place, size, postings)?;
        let each = size.awards() * POSTINGS_OF_AN_AWARD;
        let postings = postings.div_ceil(each) * each;
        let amount = format!("{} 条分录 postings", grouped(postings as u128));
        for (question, title) in [
            (Question::Balance, "某日余额 as-of balance"),
            (Question::Statement, "部门月对账单 statement of a month"),
            (Question::Receipt, "回执 receipt"),
        ] {
            let reader = Reader {
                ours: &ours,
                question,
                departments: size.departments,
                asked: 0,
            };
            let remark = match question {
                Question::Balance => "目标 aim < 1 ms".to_owned(),
                Question::Statement => format!(
                    "一批 {} 笔 awards a run，目标 aim < 1 ms",
                    reads::awards_each(size)
                ),
                Question::Receipt => String::new(),
            };
            let entry = enter(
                ("衡享 Hengxiang", "i64 分 fen", &remark),
                1,
                Ok(Box::new(reader)),
            );
            let title = format!("{title}，{}", database.title());
            self.verdict
                .run(&title, &amount, vec![entry], &[], self.enough)?;
        }
        // The last connection to a file brings everything into it.
        drop(ours);
        let bytes = match &self.postgres {
            Some(server) if database == Database::Postgres => Ledgers::psql(
                server,
                &format!(
                    "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c \
                     WHERE relkind = 'r' AND relnamespace = '{}'::regnamespace",
                    place.name
                ),
            )?
            .trim()
            .parse()?,
            _ => fs::metadata(&place.name)?.len(),
        };
        let each = bytes / u64::try_from(postings)?.max(1);
        self.verdict.figures.push((
            format!(
                "每条分录字节 bytes a posting，{}，{amount}",
                database.title()
            ),
            format!("{each}（目标 aim < {BYTES_AIM}）"),
        ));
        Ok(())
    }
}
