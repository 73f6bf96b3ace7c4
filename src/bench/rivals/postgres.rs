//! PostgreSQL on `numeric`, through `psql`, which times each statement as a client sees it.

use std::process::Command;
use std::time::Duration;

use super::child::Child;
use super::{Stage, input_names, rational};
use crate::Failure;
use crate::contest::{Answer, Rival};
use crate::weighted::{GRADES, Points, formula};

/// What separates the output of a statement from the next.
const END: &str = "--end--";
/// Calls of one round when single departments are asked for.
const CALLS: usize = 40;

/// A session with a query that a round runs, and one that shows its answers.
pub struct Postgres {
    session: Child,
    /// Statement of each call; `{}` is the number of the call.
    statement: String,
    calls: usize,
    called: usize,
    of: usize,
    answers: String,
}

impl Postgres {
    /// The score of all departments of the CSV file, or (`single`) of one at a time.
    pub fn score(
        url: &str,
        stage: &Stage,
        single: bool,
        size: usize,
        points: Points,
    ) -> Result<Self, Failure> {
        let mut session = session(url)?;
        let columns: Vec<String> = input_names()
            .iter()
            .map(|name| format!("{name} numeric"))
            .collect();
        let columns = columns.join(", ");
        let path = stage.folder().join("departments.csv");
        let term = |weight, metric| match points {
            Points::Exact => format!("{weight} * n{metric} / population"),
            Points::Rounded(scale) => {
                format!("round({weight} * n{metric} / population, {scale})")
            }
        };
        let cases: Vec<String> = GRADES
            .iter()
            .zip(0..)
            .map(|(limit, missed)| format!("WHEN score >= {limit} THEN {}", 4 - missed))
            .collect();
        // OFFSET 0 keeps the planner from writing the sum out again for every comparison.
        let scored = format!(
            "SELECT id, score, CASE {} ELSE 1 END AS grade FROM (SELECT id, {} AS score FROM metrics OFFSET 0) AS scores",
            cases.join(" "),
            formula(term),
        );
        run(
            &mut session,
            &format!("CREATE TEMP TABLE metrics (id int PRIMARY KEY, {columns});"),
        )?;
        copy(&mut session, "metrics", &path.to_string_lossy(), size)?;
        let statement = if single {
            let one = scored.replace("FROM metrics OFFSET 0", "FROM metrics WHERE id = $1");
            run(&mut session, &format!("PREPARE one (int) AS {one};"))?;
            "EXECUTE one ({});".to_owned()
        } else {
            format!("SELECT sum(score), sum(grade) FROM ({scored}) AS graded;")
        };
        Ok(Self {
            session,
            statement,
            calls: if single { CALLS } else { 1 },
            called: 0,
            of: size.max(1),
            answers: format!("SELECT score || ' ' || grade FROM ({scored}) AS graded ORDER BY id"),
        })
    }

    /// Look-ups in a table of intervals, by an index on their lower ends.
    pub fn look_ups(url: &str, stage: &Stage, size: usize) -> Result<Self, Failure> {
        let mut session = session(url)?;
        let folder = stage.folder().to_string_lossy().into_owned();
        run(
            &mut session,
            "CREATE TEMP TABLE cases (id int PRIMARY KEY, x numeric);",
        )?;
        copy(&mut session, "cases", &format!("{folder}/cases.csv"), size)?;
        let bands = "CREATE TEMP TABLE bands (id int, low numeric PRIMARY KEY, value int);";
        run(&mut session, bands)?;
        copy(
            &mut session,
            "bands",
            &format!("{folder}/bands.csv"),
            usize::MAX,
        )?;
        let joined = "SELECT cases.id, band.value FROM cases CROSS JOIN LATERAL (SELECT value \
                      FROM bands WHERE low <= x ORDER BY low DESC LIMIT 1) AS band";
        Ok(Self {
            session,
            statement: format!("SELECT sum(value) FROM ({joined}) AS joined;"),
            calls: 1,
            called: 0,
            of: 1,
            answers: format!("SELECT value || ' 0' FROM ({joined}) AS joined ORDER BY id"),
        })
    }
}

/// A session of one core, as fast as one gets without tuning the server.
fn session(url: &str) -> Result<Child, Failure> {
    let mut command = Command::new("psql");
    command.args(["-qAtX", "-v", "ON_ERROR_STOP=1", url]);
    let mut session = Child::spawn(command)?;
    for statement in [
        "SET max_parallel_workers_per_gather = 0;",
        "SET jit = off;",
        "SET temp_buffers = '512MB';",
        "SET work_mem = '256MB';",
    ] {
        run(&mut session, statement)?;
    }
    Ok(session)
}

/// Runs a statement; its output without the last line.
fn run(session: &mut Child, statement: &str) -> Result<Vec<String>, Failure> {
    session.tell(statement)?;
    session.tell(&format!("\\echo {END}"))?;
    let mut lines = Vec::new();
    loop {
        match session.line()? {
            line if line == END => return Ok(lines),
            line => lines.push(line),
        }
    }
}

/// Fills a table from the first lines of a file, and lets the server look at what it has got.
fn copy(session: &mut Child, table: &str, path: &str, rows: usize) -> Result<(), Failure> {
    let source = if rows == usize::MAX {
        format!("'{path}'")
    } else {
        format!("program 'head -n {rows} \"{path}\"'")
    };
    run(
        session,
        &format!("\\copy {table} from {source} with (format csv)"),
    )?;
    run(session, &format!("VACUUM ANALYZE {table};"))?;
    Ok(())
}

impl Rival for Postgres {
    fn round(&mut self) -> Result<Vec<Duration>, Failure> {
        run(&mut self.session, "\\timing on")?;
        let mut times = Vec::with_capacity(self.calls);
        for _ in 0..self.calls {
            let number = (self.called % self.of).to_string();
            self.called += 1;
            let lines = run(&mut self.session, &self.statement.replace("{}", &number))?;
            times.push(time(&lines).ok_or_else(|| lines.join("\n"))?);
        }
        run(&mut self.session, "\\timing off")?;
        Ok(times)
    }

    fn answers(&mut self, first: usize) -> Result<Vec<Answer>, Failure> {
        let statement = format!("{} LIMIT {first};", self.answers);
        let answers = run(&mut self.session, &statement)?.into_iter().map(|line| {
            let (number, grade) = line.split_once(' ').ok_or_else(|| line.clone())?;
            Ok((rational(number)?, grade.parse()?))
        });
        answers.collect()
    }
}

/// «Time: 12.345 ms», among the lines of a statement.
fn time(lines: &[String]) -> Option<Duration> {
    let text = lines.iter().find_map(|line| line.strip_prefix("Time: "))?;
    let (millis, micros) = text.split(' ').next()?.split_once('.')?;
    let micros: u64 = micros.parse().ok()?;
    Some(Duration::from_micros(
        millis.parse::<u64>().ok()? * 1000 + micros,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_with_its_micros() {
        let lines = ["5|4".to_owned(), "Time: 1234.050 ms (00:01.234)".to_owned()];
        assert_eq!(time(&lines), Some(Duration::from_micros(1_234_050)));
        assert_eq!(time(&[]), None);
    }
}
