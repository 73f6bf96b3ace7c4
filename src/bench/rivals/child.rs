//! A program that answers one line to each line.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use super::rational;
use crate::Failure;
use crate::contest::{Answer, Rival};

/// A running program; it ends when it is dropped.
pub struct Child {
    process: std::process::Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    name: String,
}

impl Child {
    /// Starts a program that says `ready` when it is.
    pub(super) fn start(command: Command) -> Result<Self, Failure> {
        let mut child = Self::spawn(command)?;
        match child.line()?.as_str() {
            "ready" => Ok(child),
            other => Err(format!("{}：{other}", child.name).into()),
        }
    }

    pub(super) fn spawn(mut command: Command) -> Result<Self, Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name}：{error}"))?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        Ok(Self {
            process,
            input: input.ok_or("没有标准输入 (no standard input)")?,
            output: BufReader::new(output.ok_or("没有标准输出 (no standard output)")?),
            name,
        })
    }

    /// Sends a line.
    pub(super) fn tell(&mut self, line: &str) -> Result<(), Failure> {
        writeln!(self.input, "{line}")?;
        self.input.flush()?;
        Ok(())
    }

    /// The next line it says.
    pub(super) fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(format!("{} 中途结束 (ended early)", self.name).into());
        }
        Ok(line.trim_end().to_owned())
    }

    fn ask(&mut self, line: &str) -> Result<String, Failure> {
        self.tell(line)?;
        self.line()
    }
}

impl Rival for Child {
    fn round(&mut self) -> Result<Vec<Duration>, Failure> {
        let reply = self.ask("round")?;
        let times = reply.split(' ').map(str::parse);
        let times: Result<Vec<u64>, _> = times.collect();
        let times = times.map_err(|_| format!("{}：{reply}", self.name))?;
        Ok(times.into_iter().map(Duration::from_nanos).collect())
    }

    fn answers(&mut self, first: usize) -> Result<Vec<Answer>, Failure> {
        let reply = self.ask(&format!("answers {first}"))?;
        let answers = reply.split(';').map(|answer| {
            let (number, grade) = answer
                .split_once(' ')
                .ok_or_else(|| format!("{}：{answer}", self.name))?;
            Ok((rational(number)?, grade.parse()?))
        });
        answers.collect()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing of it stays.
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}
