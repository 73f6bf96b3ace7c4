//! One process: chunks of executions, each with a watchdog over its time.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use domain::Rounding;
use engine::pack::load;
use engine::sample::{Level, Random, Reach, Setting, Trial, facts};
use engine::{PackFiles, Schema};

use crate::CHUNK;
use crate::corpus::Corpus;
use crate::mutation::mutate;

/// Longest time of one execution.
const LONGEST: Duration = Duration::from_secs(1);

/// Exit code of a worker whose execution took too long.
pub const HUNG: i32 = 3;

/// Exit code of a worker whose evaluators disagreed.
pub const DISAGREED: i32 = 4;

/// Most texts that a chunk adds to its corpus.
const FOUND_MAX: usize = 2_000;

/// Executions begun, for the watchdog.
static BEGUN: AtomicU64 = AtomicU64::new(0);

/// What one process fuzzes with.
struct Fuzzer<'a> {
    corpus: &'a Corpus,
    setting: &'a Setting,
    schema: &'a Schema,
    note: Option<&'a Path>,
    codes: BTreeSet<&'static str>,
    checked: u64,
}

/// Runs the chunks whose numbers come on standard input; answers each with a line.
pub fn run(seed: u64, note: Option<&Path>) -> io::Result<()> {
    let corpus = Corpus::load()?;
    let setting = Setting::new(Rounding::HalfUp).map_err(io::Error::other)?;
    let schema = assess::schema();
    thread::spawn(watch);
    for line in io::stdin().lock().lines() {
        let number: u64 = line?.trim().parse().map_err(io::Error::other)?;
        let mut fuzzer = Fuzzer {
            corpus: &corpus,
            setting: &setting,
            schema: &schema,
            note,
            codes: BTreeSet::new(),
            checked: 0,
        };
        fuzzer.chunk(seed, number)?;
        let codes: Vec<&str> = fuzzer.codes.iter().copied().collect();
        println!("{number} {} {}", fuzzer.checked, codes.join(","));
        io::stdout().flush()?;
    }
    Ok(())
}

/// Ends the process when one execution takes too long on the processor: on a busy machine it may
/// wait for its turn as long as it likes, though not for ever.
fn watch() {
    let mut last = (0, busy());
    let mut since = Instant::now();
    loop {
        thread::sleep(LONGEST / 10);
        let (begun, now) = (BEGUN.load(Ordering::Relaxed), busy());
        if begun != last.0 {
            last = (begun, now);
            since = Instant::now();
        }
        let spent = now.saturating_sub(last.1);
        if begun > 0 && (spent > LONGEST || since.elapsed() > LONGEST * 120) {
            eprintln!("an execution takes longer than {LONGEST:?}");
            std::process::exit(HUNG);
        }
    }
}

/// What the first thread has spent on the processor, as Linux tells it.
fn busy() -> Duration {
    let told = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos = told.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

impl Fuzzer<'_> {
    fn chunk(&mut self, seed: u64, number: u64) -> io::Result<()> {
        let mut random = Random::new(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let frame = facts(&self.setting.schema, &mut random, Reach::Extreme);
        let trial = Trial::new(self.setting, &frame)
            .map_err(|faults| io::Error::other(format!("{faults:?}")))?;
        let mut found: Vec<String> = Vec::new();
        let mut seen: BTreeSet<Vec<&'static str>> = BTreeSet::new();
        for _ in 0..CHUNK {
            BEGUN.fetch_add(1, Ordering::Relaxed);
            if random.below(300) == 0 {
                let text = self.pack_text(&mut random);
                self.write_down(&text)?;
                self.pack(text);
                continue;
            }
            let text = self.formula_text(&mut random, &found);
            self.write_down(&text)?;
            let level = if random.chance(50) {
                Level::Row
            } else {
                Level::Subject
            };
            let compared = random.below(16) == 0;
            let codes = self.formula(&trial, &text, level, compared);
            // What meets faults in a new combination is worth changing further.
            if found.len() < FOUND_MAX && !seen.contains(&codes) {
                seen.insert(codes);
                found.push(text);
            }
        }
        Ok(())
    }

    fn write_down(&self, text: &str) -> io::Result<()> {
        match self.note {
            Some(path) => fs::write(path, text),
            None => Ok(()),
        }
    }

    fn formula_text(&self, random: &mut Random, found: &[String]) -> String {
        let level = if random.chance(50) {
            Level::Row
        } else {
            Level::Subject
        };
        let formulas = &self.corpus.formulas;
        let base = match random.below(10) {
            0 => return self.setting.text(random, level),
            1..=3 => self.setting.text(random, level),
            4..=6 if !found.is_empty() => random.pick(found).cloned().unwrap_or_default(),
            _ => random.pick(formulas).cloned().unwrap_or_default(),
        };
        if random.chance(5) {
            return base;
        }
        let other = random.pick(formulas).map_or("", String::as_str);
        mutate(random, &base, other)
    }

    fn pack_text(&self, random: &mut Random) -> String {
        let packs = &self.corpus.packs;
        let base = random.pick(packs).map_or("", String::as_str);
        let other = random.pick(packs).map_or("", String::as_str);
        mutate(random, base, other)
    }

    /// Loads a pack of one file.
    fn pack(&mut self, text: String) {
        let files = PackFiles {
            root_name: "fuzz".into(),
            files: [("pack.toml".to_owned(), text)].into(),
        };
        let loaded = load(&files, self.schema);
        for diagnostic in &loaded.diagnostics {
            let _ = diagnostic.to_string();
            self.codes.insert(diagnostic.code);
        }
    }

    /// Checks a formula and, where it checks, evaluates it; the codes of its faults.
    fn formula(
        &mut self,
        trial: &Trial<'_>,
        text: &str,
        level: Level,
        compared: bool,
    ) -> Vec<&'static str> {
        let question = match self.setting.ask(text, level) {
            Ok(question) => question,
            Err(faults) => {
                let mut codes: Vec<&'static str> = faults.iter().map(|fault| fault.code).collect();
                codes.sort_unstable();
                codes.dedup();
                if codes.is_empty() {
                    eprintln!("refused without a fault: {text}");
                    std::process::exit(DISAGREED);
                }
                self.codes.extend(&codes);
                return codes;
            }
        };
        self.checked += 1;
        if !compared {
            let _ = trial.columns(&question);
            return Vec::new();
        }
        if let Some(difference) = trial.disagreement(&question) {
            eprintln!("the evaluators disagree: {difference}");
            std::process::exit(DISAGREED);
        }
        Vec::new()
    }
}
