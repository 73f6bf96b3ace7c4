//! Hands chunks to worker processes and reports what came of them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use clap::Args;

use crate::CHUNK;
use crate::worker::{DISAGREED, HUNG};

/// Address space of a worker, in KiB.
const ADDRESS_SPACE_KIB: u64 = 2 << 20;

/// Options of a run.
#[derive(Args)]
pub struct Options {
    /// Executions, rounded up to whole chunks
    #[arg(long, default_value_t = 10_000_000)]
    executions: u64,
    /// Seed from which everything follows
    #[arg(long, default_value_t = 809)]
    seed: u64,
    /// Worker processes
    #[arg(long, default_value_t = 2)]
    workers: u64,
    /// Where inputs that fail are kept
    #[arg(long, default_value = "target/fuzz")]
    keep: PathBuf,
}

/// What came of the chunks so far.
#[derive(Default)]
struct Outcome {
    next: u64,
    executions: u64,
    checked: u64,
    codes: BTreeSet<String>,
    failures: Vec<PathBuf>,
}

struct Run<'o> {
    options: &'o Options,
    chunks: u64,
    began: Instant,
    outcome: Mutex<Outcome>,
}

/// Runs all chunks; whether nothing failed.
pub fn run(options: &Options) -> io::Result<bool> {
    fs::create_dir_all(&options.keep)?;
    let run = Run {
        options,
        chunks: options.executions.div_ceil(CHUNK),
        began: Instant::now(),
        outcome: Mutex::default(),
    };
    let results: Vec<io::Result<()>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..options.workers)
            .map(|_| scope.spawn(|| run.work()))
            .collect();
        let joined = workers.into_iter().map(|worker| {
            let ended = worker.join();
            ended.unwrap_or_else(|_| Err(io::Error::other("a thread panicked")))
        });
        joined.collect()
    });
    results.into_iter().collect::<io::Result<()>>()?;
    let outcome = run.outcome.into_inner().map_err(|_| poisoned())?;
    report(&outcome, options, run.began);
    Ok(outcome.failures.is_empty())
}

fn poisoned() -> io::Error {
    io::Error::other("a thread panicked")
}

fn report(outcome: &Outcome, options: &Options, began: Instant) {
    let millis = began.elapsed().as_millis().max(1);
    let rate = u128::from(outcome.executions) * 1000 / millis;
    println!(
        "{} executions, seed {}, {} workers, {} s, {rate}/s; {} checked and were evaluated; {} failed",
        outcome.executions,
        options.seed,
        options.workers,
        millis / 1000,
        outcome.checked,
        outcome.failures.len()
    );
    let codes: Vec<&str> = outcome.codes.iter().map(String::as_str).collect();
    println!("{} fault codes reached: {}", codes.len(), codes.join(" "));
    for path in &outcome.failures {
        println!("kept {}", path.display());
    }
}

/// A worker process with its pipes.
struct Worker {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Worker {
    fn start(seed: u64, note: Option<&Path>) -> io::Result<Self> {
        let program = std::env::current_exe()?;
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("ulimit -v {ADDRESS_SPACE_KIB}; exec \"$0\" \"$@\""))
            .arg(program)
            .args(["worker", "--seed", &seed.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if let Some(note) = note {
            command.arg("--note").arg(note);
        }
        let mut child = command.spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take());
        let (Some(to), Some(from)) = pipes else {
            return Err(io::Error::other("a worker without pipes"));
        };
        Ok(Self {
            child,
            to,
            from: BufReader::new(from),
        })
    }

    /// The answer for a chunk; `None` if the worker ended without one.
    fn chunk(&mut self, number: u64) -> Option<String> {
        writeln!(self.to, "{number}").ok()?;
        self.to.flush().ok()?;
        let mut line = String::new();
        self.from.read_line(&mut line).ok()?;
        line.ends_with('\n').then_some(line)
    }

    fn end(mut self) -> io::Result<String> {
        drop(self.to);
        let status = self.child.wait()?;
        Ok(match status.code() {
            Some(HUNG) => "hang".into(),
            Some(DISAGREED) => "difference".into(),
            Some(code) => format!("exit-{code}"),
            None => "signal".into(),
        })
    }
}

impl Run<'_> {
    /// One thread: a worker process, started again whenever it ends early.
    fn work(&self) -> io::Result<()> {
        let seed = self.options.seed;
        let mut worker = Worker::start(seed, None)?;
        while let Some(number) = self.take()? {
            if let Some(answer) = worker.chunk(number) {
                self.note(number, &answer)?;
                continue;
            }
            worker.end()?;
            self.keep_input(number)?;
            worker = Worker::start(seed, None)?;
        }
        worker.end().map(|_| ())
    }

    /// The number of the next chunk.
    fn take(&self) -> io::Result<Option<u64>> {
        let mut outcome = self.outcome.lock().map_err(|_| poisoned())?;
        let number = outcome.next;
        outcome.next += 1;
        Ok((number < self.chunks).then_some(number))
    }

    fn note(&self, number: u64, answer: &str) -> io::Result<()> {
        let mut outcome = self.outcome.lock().map_err(|_| poisoned())?;
        let mut words = answer.split_whitespace().skip(1);
        let checked: u64 = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        outcome.executions += CHUNK;
        outcome.checked += checked;
        let codes = words.next().unwrap_or_default().split(',');
        outcome
            .codes
            .extend(codes.filter(|code| !code.is_empty()).map(str::to_owned));
        if (number + 1).is_multiple_of(50) {
            let rate =
                u128::from(outcome.executions) * 1000 / self.began.elapsed().as_millis().max(1);
            eprintln!("{} executions, {rate}/s", outcome.executions);
        }
        Ok(())
    }

    /// Runs a chunk again with every input written down, and keeps the one that failed.
    fn keep_input(&self, number: u64) -> io::Result<()> {
        let seed = self.options.seed;
        let path = self.options.keep.join(format!("{seed}-{number}.txt"));
        let mut worker = Worker::start(seed, Some(&path))?;
        let answer = worker.chunk(number);
        let how = worker.end()?;
        let mut outcome = self.outcome.lock().map_err(|_| poisoned())?;
        if answer.is_some() {
            // It went well this time, so the machine was busy: a hang that is none.
            fs::remove_file(&path)?;
            drop(outcome);
            return self.note(number, &answer.unwrap_or_default());
        }
        eprintln!("chunk {number} ended by {how}: {}", path.display());
        outcome.failures.push(path);
        Ok(())
    }
}
