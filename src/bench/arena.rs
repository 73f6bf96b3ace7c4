//! The tasks of `bench-rules`, each with everybody who can take part.

use std::time::{Duration, Instant};

use engine::reference::Number as _;

use crate::contest::{Answer, Entry, Rival, boxed, enter, here};
use crate::figures::grouped;
use crate::lookups::{self, LookUps};
use crate::rivals::{Library, Postgres, Stage, input_names};
use crate::timing::once;
use crate::verdict::Verdict;
use crate::weighted::{self, Departments, Points};
use crate::{Failure, failure};

/// Answers looked at for errors.
const CHECKED: usize = 20_000;
/// Most departments for those who take them one by one: a million of them do not fit the memory, and
/// the time of each does not depend on their number.
const ONE_BY_ONE_MAX: usize = 100_000;
/// Calls of one round of a department alone.
const CALLS: usize = 100;

/// Who could not take part is noted with the reason; everybody else runs in turns.
pub struct Arena {
    stage: Stage,
    postgres: Option<String>,
    enough: Duration,
    verdict: Verdict,
}

impl Arena {
    /// An arena with the stage of others, and a PostgreSQL to connect to.
    pub fn new(stage: Stage, postgres: Option<String>, enough: Duration) -> Self {
        let machine = crate::machine::describe();
        Self {
            stage,
            postgres,
            enough,
            verdict: Verdict {
                machine,
                ..Verdict::default()
            },
        }
    }

    /// Notes somebody who could not be set up.
    pub fn absent(&mut self, name: &str, reason: &str) {
        self.verdict.absent(name, reason);
    }

    /// What came of it.
    pub fn verdict(self) -> Verdict {
        self.verdict
    }

    fn run(
        &mut self,
        task: &str,
        size: &str,
        entries: Vec<Entry<'_>>,
        right: &[Answer],
    ) -> Result<(), Failure> {
        self.verdict.run(task, size, entries, right, self.enough)
    }

    /// The weighted score of so many departments.
    pub fn score(&mut self, size: usize, points: Points) -> Result<(), Failure> {
        let departments = Departments::new(size);
        self.write(&departments)?;
        let frame = departments.frame()?;
        let plan = weighted::plan(points)?;
        let calendar = weighted::calendar();
        let bound = plan.bind(&frame, &calendar).map_err(|all| failure(&all))?;
        let decimals = weighted::decimals(&departments);
        let right = weighted::right(&departments.first(CHECKED), points);
        let ours = here(
            || once(|| bound.evaluate().map_err(|all| failure(&all))).map(|time| vec![time]),
            |first| weighted::answers(&bound, first),
        );
        let by_hand = here(
            || once(|| Ok(weighted::by_hand(&decimals, points))).map(|time| vec![time]),
            |first| {
                let first = decimals.get(..first).unwrap_or_default();
                let answers = weighted::by_hand(first, points).into_iter();
                Ok(answers
                    .map(|(score, grade)| (score.exact(), grade))
                    .collect())
            },
        );
        let stage = &self.stage;
        let library = |library| boxed(stage.score(library, false, size, points));
        let few = size.min(ONE_BY_ONE_MAX);
        let zen_remark = if few < size {
            format!("其中前 {} 个 the first of them", grouped(few as u128))
        } else {
            String::new()
        };
        let entries = vec![
            enter(("衡享 Hengxiang", "整数与分数 exact", ""), size, Ok(ours)),
            enter(
                ("OpenFisca-Core", "float32", ""),
                size,
                library(Library::OpenFisca),
            ),
            enter(
                ("rust_decimal 循环 loop", "28 位 digits", ""),
                size,
                Ok(by_hand),
            ),
            enter(
                ("zen-expression", "rust_decimal", &zen_remark),
                few,
                zen_score(&departments.first(few), false, points),
            ),
            enter(
                ("PostgreSQL", "numeric", ""),
                size,
                self.postgres_score(false, size, points),
            ),
            enter(
                ("DuckDB", duckdb_arithmetic(points), ""),
                size,
                library(Library::DuckDb),
            ),
        ];
        let task = format!("24 项加权与四等 score，{}", points.title());
        let size = format!("{} 个部门 departments", grouped(size as u128));
        self.run(&task, &size, entries, &right)
    }

    /// One department from its inputs to score, grade and, where there is one, trace.
    pub fn single(&mut self, points: Points) -> Result<(), Failure> {
        const SIZE: usize = 1_000;
        let departments = Departments::new(SIZE);
        self.write(&departments)?;
        let plan = weighted::plan(points)?;
        let right = weighted::right(&departments, points);
        let mut place = 0;
        let ours = here(
            || {
                let mut times = Vec::with_capacity(CALLS);
                for _ in 0..CALLS {
                    let one = departments
                        .alone(place % SIZE)
                        .unwrap_or(Departments::new(1));
                    place += 1;
                    times.push(once(|| traced(&plan, &one))?);
                }
                Ok(times)
            },
            |first| {
                let all = (0..first).filter_map(|at| departments.alone(at));
                all.map(|one| weighted::answer(traced(&plan, &one)?.cell))
                    .collect()
            },
        );
        let decimals = weighted::decimals(&departments);
        let by_hand = here(
            || {
                let times = decimals.iter().take(CALLS).map(|one| {
                    let start = Instant::now();
                    std::hint::black_box(weighted::by_hand(std::slice::from_ref(one), points));
                    start.elapsed()
                });
                Ok(times.collect())
            },
            |first| {
                let first = decimals.get(..first).unwrap_or_default();
                let answers = weighted::by_hand(first, points).into_iter();
                Ok(answers
                    .map(|(score, grade)| (score.exact(), grade))
                    .collect())
            },
        );
        let stage = &self.stage;
        let library = |library| boxed(stage.score(library, true, SIZE, points));
        let (traced, plain) = ("有轨迹 with trace", "无轨迹 no trace");
        let entries = vec![
            enter(("衡享 Hengxiang", "整数与分数 exact", traced), 1, Ok(ours)),
            enter(
                ("OpenFisca-Core", "float32", traced),
                1,
                library(Library::OpenFisca),
            ),
            enter(
                ("rust_decimal 循环 loop", "28 位 digits", plain),
                1,
                Ok(by_hand),
            ),
            enter(
                ("zen-expression", "rust_decimal", plain),
                1,
                zen_score(&departments, true, points),
            ),
            enter(
                ("PostgreSQL", "numeric", plain),
                1,
                self.postgres_score(true, SIZE, points),
            ),
            enter(
                ("DuckDB", duckdb_arithmetic(points), plain),
                1,
                library(Library::DuckDb),
            ),
        ];
        let task = format!("单个部门 one department，{}", points.title());
        self.run(&task, "1", entries, &right)
    }

    /// Look-ups in a table of so many rows.
    pub fn look_ups(&mut self, rows: usize) -> Result<(), Failure> {
        const SIZE: usize = 100_000;
        let data = LookUps::new(rows, SIZE)?;
        self.stage.column("x", &data.asked)?;
        self.stage.column("lows", &data.lows)?;
        self.stage.column("values", &data.values)?;
        self.stage.csv("cases", &[&data.asked])?;
        self.stage.csv("bands", &[&data.lows, &data.values])?;
        let (plan, frame) = (data.plan()?, data.frame()?);
        let calendar = weighted::calendar();
        let bound = plan.bind(&frame, &calendar).map_err(|all| failure(&all))?;
        let mut right = data.right();
        right.truncate(CHECKED);
        let ours = here(
            || once(|| bound.evaluate().map_err(|all| failure(&all))).map(|time| vec![time]),
            |first| lookups::answers(&bound, first),
        );
        let search = data.by_hand();
        let by_hand = here(
            || once(|| Ok(search())).map(|time| vec![time]),
            |first| {
                Ok(search()
                    .iter()
                    .take(first)
                    .map(|one| (one.exact(), 0))
                    .collect())
            },
        );
        let stage = &self.stage;
        let library = |library| boxed(stage.look_ups(library, SIZE, rows));
        let postgres = match &self.postgres {
            Some(url) => boxed(Postgres::look_ups(url, stage, SIZE)),
            None => Err(no_postgres()),
        };
        let entries = vec![
            enter(("衡享 Hengxiang", "整数 exact", ""), SIZE, Ok(ours)),
            enter(
                ("OpenFisca-Core", "float32", "SingleAmountTaxScale"),
                SIZE,
                library(Library::OpenFisca),
            ),
            enter(
                ("rust_decimal 二分 search", "28 位 digits", ""),
                SIZE,
                Ok(by_hand),
            ),
            enter(
                (
                    "zen-expression",
                    "rust_decimal",
                    "条件链 a chain of conditions",
                ),
                SIZE,
                zen_look_ups(&data),
            ),
            enter(
                ("PostgreSQL", "numeric", "索引 index on lower ends"),
                SIZE,
                postgres,
            ),
            enter(
                ("DuckDB", "DECIMAL", "ASOF JOIN"),
                SIZE,
                library(Library::DuckDb),
            ),
        ];
        let size = format!("{} 行 rows", grouped(rows as u128));
        self.run("查表 table look-up", &size, entries, &right)
    }

    fn write(&self, departments: &Departments) -> Result<(), Failure> {
        let columns = departments.counts.iter().chain([&departments.population]);
        let columns: Vec<&[i64]> = columns.map(Vec::as_slice).collect();
        for (name, column) in input_names().iter().zip(&columns) {
            self.stage.column(name, column)?;
        }
        self.stage.csv("departments", &columns)
    }

    fn postgres_score(
        &self,
        single: bool,
        size: usize,
        points: Points,
    ) -> Result<Box<dyn Rival>, Failure> {
        match &self.postgres {
            Some(url) => boxed(Postgres::score(url, &self.stage, single, size, points)),
            None => Err(no_postgres()),
        }
    }
}

/// DuckDB divides DECIMAL as DOUBLE; what is rounded can be made DECIMAL again.
const fn duckdb_arithmetic(points: Points) -> &'static str {
    match points {
        Points::Exact => "DECIMAL，商为 DOUBLE quotients",
        Points::Rounded(_) => "DECIMAL",
    }
}

fn no_postgres() -> Failure {
    "没有给出 PostgreSQL 的地址 (no URL of a PostgreSQL given)".into()
}

/// A department of its own: its inputs made a frame, its rules bound, its value with full trace.
fn traced(plan: &engine::Plan, one: &Departments) -> Result<engine::Trace, Failure> {
    let frame = one.frame()?;
    let calendar = weighted::calendar();
    let bound = plan.bind(&frame, &calendar).map_err(|all| failure(&all))?;
    bound.trace(0, 0).map_err(|all| failure(&all))
}

#[cfg(feature = "zen")]
fn zen_score(
    departments: &Departments,
    single: bool,
    points: Points,
) -> Result<Box<dyn Rival>, Failure> {
    boxed(crate::rivals::Zen::score(departments, single, points))
}

#[cfg(feature = "zen")]
fn zen_look_ups(data: &LookUps) -> Result<Box<dyn Rival>, Failure> {
    const CHAIN_MAX: usize = 10;
    if data.lows.len() > CHAIN_MAX {
        return Err("表达式没有表，这么长的条件链不成表 (expressions have no tables)".into());
    }
    boxed(crate::rivals::Zen::look_ups(
        &data.asked,
        &data.lows,
        &data.values,
    ))
}

#[cfg(not(feature = "zen"))]
fn zen_score(_: &Departments, _: bool, _: Points) -> Result<Box<dyn Rival>, Failure> {
    Err(no_zen())
}

#[cfg(not(feature = "zen"))]
fn zen_look_ups(_: &LookUps) -> Result<Box<dyn Rival>, Failure> {
    Err(no_zen())
}

#[cfg(not(feature = "zen"))]
fn no_zen() -> Failure {
    "编译时没有 zen 特性 (built without the feature `zen`)".into()
}
