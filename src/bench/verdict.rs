//! The table of a run: who took how long, and how far from right.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Failure;
use crate::contest::{Answer, Entry, Errors, Times, contest};
use crate::figures::magnitude;

/// One contestant in one task.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was computed.
    pub task: String,
    /// How much of it.
    pub size: String,
    /// Results of one call: the time is divided by it.
    pub results: usize,
    /// Who.
    pub name: String,
    /// On which numbers.
    pub arithmetic: &'static str,
    /// What a reader must know to compare.
    pub remark: String,
    /// Times; none for one that could not take part.
    pub times: Times,
    /// Median of a result of our engine in the same task, in tenths of nanoseconds.
    pub ours: u128,
    /// Largest absolute error against exact rationals, and wrong grades, among so many results.
    pub errors: Errors,
}

/// All lines of a run.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// The machine and its load.
    pub machine: String,
    /// Lines, task by task.
    pub lines: Vec<Line>,
    /// Other figures: what, and how much.
    pub figures: Vec<(String, String)>,
    /// Who could not take part, and why.
    pub absent: Vec<(String, String)>,
}

impl Verdict {
    /// Notes somebody who could not be set up.
    pub fn absent(&mut self, name: &str, reason: &str) {
        let entry = (name.to_owned(), reason.to_owned());
        if !self.absent.contains(&entry) {
            self.absent.push(entry);
        }
    }

    /// Runs a task; the first entry is ours.
    pub fn run(
        &mut self,
        task: &str,
        size: &str,
        entries: Vec<Entry<'_>>,
        right: &[Answer],
        enough: Duration,
    ) -> Result<(), Failure> {
        eprintln!("{task}：{size}");
        let mut contestants = Vec::with_capacity(entries.len());
        for (name, contestant) in entries {
            match contestant {
                Ok(contestant) => contestants.push(contestant),
                Err(reason) => {
                    self.absent(&format!("{name}（{task}，{size}）"), &reason.to_string());
                }
            }
        }
        let times = contest(&mut contestants, enough)?;
        let first = self.lines.len();
        for (mut contestant, times) in contestants.into_iter().zip(times) {
            let answers = contestant.rival.answers(right.len())?;
            self.lines.push(Line {
                task: task.to_owned(),
                size: size.to_owned(),
                results: contestant.results,
                name: contestant.name,
                arithmetic: contestant.arithmetic,
                remark: contestant.remark,
                times,
                ours: 0,
                errors: Errors::new(&answers, right)?,
            });
        }
        let lines = self.lines.get_mut(first..).unwrap_or_default();
        let ours = lines.first().map_or(0, Line::median);
        for line in lines {
            line.ours = ours;
        }
        Ok(())
    }
}

impl Line {
    /// Nanoseconds of a result, in tenths.
    fn tenths(&self, time: Duration) -> u128 {
        time.as_nanos() * 10 / self.results.max(1) as u128
    }

    /// The median of a result, in tenths of nanoseconds.
    pub fn median(&self) -> u128 {
        self.tenths(self.times.median())
    }

    /// How many times as long as ours, in hundredths.
    fn ratio(&self) -> u128 {
        self.median() * 100 / self.ours.max(1)
    }
}

/// «12.3 ns», «4.56 µs», «7.89 ms» for tenths of nanoseconds.
fn shown(tenths: u128) -> String {
    let (unit, whole) = match tenths {
        0..10_000 => return format!("{}.{} ns", tenths / 10, tenths % 10),
        10_000..10_000_000 => ("µs", 10_000),
        10_000_000..10_000_000_000 => ("ms", 10_000_000),
        _ => ("s", 10_000_000_000),
    };
    let hundredths = tenths * 100 / whole;
    format!("{}.{:02} {unit}", hundredths / 100, hundredths % 100)
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.machine)?;
        writeln!(
            f,
            "| 任务 task | 规模 size | 谁 who | 数 numbers | 每项中位 median | 每项 p99 | 倍数 of ours \
             | 最大绝对误差 max abs error | 等次错 wrong grades | 核 cores | 说明 remark |"
        )?;
        writeln!(f, "|---|---|---|---|---:|---:|---:|---|---|---:|---|")?;
        for line in &self.lines {
            let p99 = line
                .times
                .p99()
                .map_or_else(|| "—".to_owned(), |p99| shown(line.tenths(p99)));
            let errors = &line.errors;
            let error = magnitude(&errors.largest);
            let grades = format!("{}/{}", errors.grades, errors.of);
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {p99} | {}.{:02}× | {error} | {grades} | 1 | {} |",
                line.task,
                line.size,
                line.name,
                line.arithmetic,
                shown(line.median()),
                line.ratio() / 100,
                line.ratio() % 100,
                line.remark,
            )?;
        }
        if !self.figures.is_empty() {
            writeln!(f)?;
        }
        for (what, how_much) in &self.figures {
            writeln!(f, "- {what}：{how_much}")?;
        }
        if !self.absent.is_empty() {
            writeln!(f, "\n未参加 absent：")?;
        }
        for (name, reason) in &self.absent {
            writeln!(f, "- {name}：{reason}")?;
        }
        Ok(())
    }
}

impl Verdict {
    /// The same as JSON: times in nanoseconds of a whole call.
    pub fn json(&self) -> Value {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let line = |line: &Line| {
            json!({
                "task": line.task,
                "size": line.size,
                "results_per_call": line.results,
                "who": line.name,
                "numbers": line.arithmetic,
                "calls": line.times.calls(),
                "median_nanos": nanos(line.times.median()),
                "p99_nanos": line.times.p99().map(nanos),
                "hundredths_of_ours": u64::try_from(line.ratio()).unwrap_or(u64::MAX),
                "max_abs_error": line.errors.largest.to_string(),
                "wrong_grades": line.errors.grades,
                "results_checked": line.errors.of,
                "cores": 1,
                "remark": line.remark,
            })
        };
        let figure =
            |(what, how_much): &(String, String)| json!({ "what": what, "value": how_much });
        let absent = |(name, reason): &(String, String)| json!({ "who": name, "reason": reason });
        json!({
            "machine": self.machine,
            "lines": self.lines.iter().map(line).collect::<Vec<_>>(),
            "figures": self.figures.iter().map(figure).collect::<Vec<_>>(),
            "absent": self.absent.iter().map(absent).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        for (tenths, text) in [
            (123, "12.3 ns"),
            (45_678, "4.56 µs"),
            (78_912_345, "7.89 ms"),
            (12_300_000_000, "1.23 s"),
        ] {
            assert_eq!(shown(tenths), text);
        }
    }
}
