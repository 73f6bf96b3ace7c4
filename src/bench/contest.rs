//! Programs that compute the same thing, in turns.

use std::time::{Duration, Instant};

use engine::reference::BigRational;

use crate::Failure;

/// A number, and a grade where there is one (zero otherwise).
pub type Answer = (BigRational, u8);

/// Fewest rounds of a contestant.
const ROUNDS: usize = 3;
/// Most rounds.
const ROUNDS_MAX: usize = 60;

/// Something that computes in rounds and can show its answers.
pub trait Rival {
    /// Computes everything once; the time of each call.
    fn round(&mut self) -> Result<Vec<Duration>, Failure>;
    /// The first answers.
    fn answers(&mut self, first: usize) -> Result<Vec<Answer>, Failure>;
}

/// One program in a contest.
pub struct Contestant<'a> {
    /// Its name.
    pub name: String,
    /// What it computes with.
    pub arithmetic: &'static str,
    /// What a reader must know to compare, or nothing.
    pub remark: String,
    /// Results of one call.
    pub results: usize,
    /// The program.
    pub rival: Box<dyn Rival + 'a>,
}

/// One who enters, or the name and reason of one who cannot.
pub type Entry<'a> = (&'static str, Result<Contestant<'a>, Failure>);

/// Enters a program by name, numbers and remark, with the results of one call of it.
pub fn enter<'a>(
    (name, arithmetic, remark): (&'static str, &'static str, &str),
    results: usize,
    rival: Result<Box<dyn Rival + 'a>, Failure>,
) -> Entry<'a> {
    let contestant = rival.map(|rival| Contestant {
        name: name.to_owned(),
        arithmetic,
        remark: remark.to_owned(),
        results,
        rival,
    });
    (name, contestant)
}

/// A program as any program.
pub fn boxed<'a>(rival: Result<impl Rival + 'a, Failure>) -> Result<Box<dyn Rival + 'a>, Failure> {
    rival.map(|rival| Box::new(rival) as Box<dyn Rival + 'a>)
}

/// A program of this process: a round, and answers.
struct Here<R, A>(R, A);

impl<R, A> Rival for Here<R, A>
where
    R: FnMut() -> Result<Vec<Duration>, Failure>,
    A: FnMut(usize) -> Result<Vec<Answer>, Failure>,
{
    fn round(&mut self) -> Result<Vec<Duration>, Failure> {
        self.0()
    }
    fn answers(&mut self, first: usize) -> Result<Vec<Answer>, Failure> {
        self.1(first)
    }
}

/// A program of this process that times its calls by itself.
pub fn here<'a>(
    round: impl FnMut() -> Result<Vec<Duration>, Failure> + 'a,
    answers: impl FnMut(usize) -> Result<Vec<Answer>, Failure> + 'a,
) -> Box<dyn Rival + 'a> {
    Box::new(Here(round, answers))
}

/// How long the calls of a contestant took.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// How many calls there were.
    pub const fn calls(&self) -> usize {
        self.0.len()
    }

    /// The middle.
    pub fn median(&self) -> Duration {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }

    /// What one call in a hundred exceeds; `None` for fewer than a hundred calls.
    pub fn p99(&self) -> Option<Duration> {
        let place = self.0.len() * 99 / 100;
        self.0.get(place).copied().filter(|_| self.0.len() >= 100)
    }
}

/// Runs the contestants round by round, the first to go changing from round to round, so that a
/// busy moment of the machine meets all of them. Who has had `enough` time, and some rounds, rests.
pub fn contest(
    contestants: &mut [Contestant<'_>],
    enough: Duration,
) -> Result<Vec<Times>, Failure> {
    let mut times = vec![Times::default(); contestants.len()];
    let mut used = vec![Duration::ZERO; contestants.len()];
    for contestant in &mut *contestants {
        contestant.rival.round()?; // caches, allocators and plans warm up
    }
    for round in 0..ROUNDS_MAX {
        for place in 0..contestants.len() {
            let turn = (place + round) % contestants.len();
            let all = contestants.iter_mut().zip(&mut times).zip(&mut used);
            let Some(((contestant, times), used)) = all.into_iter().nth(turn) else {
                continue;
            };
            if round < ROUNDS || *used < enough {
                let start = Instant::now();
                times.0.extend(contestant.rival.round()?);
                *used += start.elapsed();
            }
        }
    }
    for times in &mut times {
        times.0.sort_unstable();
    }
    Ok(times)
}

/// How far answers are from what is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors {
    /// Largest absolute difference.
    pub largest: BigRational,
    /// Grades that are wrong.
    pub grades: usize,
    /// Answers looked at.
    pub of: usize,
}

impl Errors {
    /// Compares answers; fails when one is missing.
    pub fn new(answers: &[Answer], right: &[Answer]) -> Result<Self, Failure> {
        if answers.len() != right.len() {
            let (found, wanted) = (answers.len(), right.len());
            return Err(format!("{found} 个答案，应为 {wanted} 个 (answers are missing)").into());
        }
        let mut errors = Self {
            largest: BigRational::default(),
            grades: 0,
            of: right.len(),
        };
        for ((answer, grade), (right, right_grade)) in answers.iter().zip(right) {
            let error = if answer < right {
                right - answer
            } else {
                answer - right
            };
            errors.largest = errors.largest.max(error);
            errors.grades += usize::from(grade != right_grade);
        }
        Ok(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contestant(calls: usize) -> Contestant<'static> {
        let round = move || Ok(vec![Duration::from_secs(1); calls]);
        Contestant {
            name: String::new(),
            arithmetic: "",
            remark: String::new(),
            results: 1,
            rival: here(round, |_| Ok(Vec::new())),
        }
    }

    #[test]
    fn every_contestant_has_its_rounds() {
        let times = contest(&mut [contestant(1), contestant(40)], Duration::ZERO);
        let times = times.unwrap_or_default();
        let calls: Vec<usize> = times.iter().map(Times::calls).collect();
        assert_eq!(calls, [ROUNDS, 40 * ROUNDS]);
        assert_eq!(times.first().map(Times::p99), Some(None));
        let last = times.last().cloned().unwrap_or_default();
        assert_eq!(last.median(), Duration::from_secs(1));
        assert_eq!(last.p99(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn a_missing_answer_is_not_a_small_error() {
        let one = || (BigRational::from_integer(1.into()), 4);
        let half = || (BigRational::new(1.into(), 2.into()), 3);
        assert!(Errors::new(&[one()], &[]).is_err());
        let errors = Errors::new(&[half(), one()], &[one(), one()]);
        let expected = Errors {
            largest: half().0,
            grades: 1,
            of: 2,
        };
        assert_eq!(errors.ok(), Some(expected));
    }
}
