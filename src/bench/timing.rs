//! Time, taken in turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::Failure;

/// Fewest rounds of a measurement.
const ROUNDS: u32 = 5;
/// Rounds go on until this much time is used, up to [`ROUNDS_MAX`]: short work needs more of them.
const ENOUGH: Duration = Duration::from_secs(4);
const ROUNDS_MAX: u32 = 101;

/// Medians of two works.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The first.
    pub ours: Duration,
    /// The second.
    pub reference: Duration,
}

/// Runs the work and times it; the result is dropped outside the time.
pub fn once<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<Duration, Failure> {
    let start = Instant::now();
    let result = black_box(work()?);
    let taken = start.elapsed();
    drop(result);
    Ok(taken)
}

/// Medians of the rounds of one work.
pub fn alone<T>(mut work: impl FnMut() -> Result<T, Failure>) -> Result<Duration, Failure> {
    once(&mut work)?; // caches and the allocator warm up
    let mut times = Vec::new();
    let begin = Instant::now();
    while goes_on(times.len(), begin) {
        times.push(once(&mut work)?);
    }
    Ok(median(&mut times))
}

/// Medians of two works that alternate, the first to go changing from round to round.
pub fn in_turns<A, B>(
    mut ours: impl FnMut() -> Result<A, Failure>,
    mut reference: impl FnMut() -> Result<B, Failure>,
) -> Result<Pair, Failure> {
    once(&mut ours)?;
    let (mut first, mut second) = (Vec::new(), Vec::new());
    let begin = Instant::now();
    while goes_on(first.len(), begin) {
        if first.len() % 2 == 0 {
            first.push(once(&mut ours)?);
            second.push(once(&mut reference)?);
        } else {
            second.push(once(&mut reference)?);
            first.push(once(&mut ours)?);
        }
    }
    Ok(Pair {
        ours: median(&mut first),
        reference: median(&mut second),
    })
}

fn goes_on(done: usize, begin: Instant) -> bool {
    done < ROUNDS as usize || (done < ROUNDS_MAX as usize && begin.elapsed() < ENOUGH)
}

/// The middle of the times; the later of the two middles when their number is even.
pub fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_ignores_the_order_and_the_outlier() {
        let mut times = [9, 1, 2, 900, 3].map(Duration::from_secs);
        assert_eq!(median(&mut times), Duration::from_secs(3));
        assert_eq!(median(&mut []), Duration::ZERO);
    }
}
